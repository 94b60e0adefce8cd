//! Components and idioms at concrete types, in the order in which the search uses them.

use super::idiom::IDIOMS;
use super::scope::Op;
use super::types::{TyId, Types};
use crate::component::list::sum_of_floats;
use crate::component::{COMPONENTS, Component, ComponentId, Fast, Pat};
use crate::ty::Ty;

/// How terms of an instance are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// From terms of the same scope.
    Plain,
    /// From a list and a body in the scope of its elements.
    Each,
    /// From two lists and a body in the scope of their pairs.
    Pairs,
}

/// A component or idiom at concrete types.
#[derive(Clone)]
pub(crate) struct Instance {
    pub(crate) op: Op,
    pub(crate) build: Build,
    pub(crate) args: Vec<TyId>,
    pub(crate) result: TyId,
    pub(crate) cost: usize,
    pub(crate) fast: Fast,
    pub(crate) lazy: bool,
    pub(crate) simple: u8,
    pub(crate) commutative: bool,
    /// The first argument is never a constant: what is done to a constant is one as well.
    pub(crate) varies: bool,
    /// The arguments behind the first depend on nothing that the first depends on: no text is
    /// searched for parts of itself.
    pub(crate) apart: bool,
    /// The second argument is a mark, where it is a constant.
    pub(crate) marks: bool,
    /// The first argument is neither variable nor constant.
    pub(crate) complex: bool,
    /// All arguments may be constants.
    pub(crate) constants: bool,
    /// Of two arguments at least one costs no more than this.
    pub(crate) light: usize,
}

/// What the remainder of a computed number costs more: remainders scramble, so that small answers come
/// out of anything now and then.
pub(crate) const ODD_REMAINDER: usize = 8;

/// Built from goals only: as steps of enumeration they would multiply terms without end.
const NOT_ENUMERATED: &[&str] = &["fold", "if", "scan"];

/// For these, two long arguments are almost never wanted, and pairs of them are what most of the
/// search would consist of. Long concatenations are found from the goal.
fn light(name: &str) -> usize {
    match name {
        "concat" => 4,
        "eq" | "lt" | "le" => 5,
        "add" | "sub" | "mul" | "div" | "mod" | "max" | "min" | "pow" => 6,
        "contains" | "find" | "count" | "starts_with" | "ends_with" => 4,
        "pad_left" | "repeat" | "chunks" => 6,
        _ => usize::MAX,
    }
}

/// What some components cost more on texts: texts rarely have their parts at fixed places (where a
/// mark stands says more), are rarely compared by order, and are put together from the goal.
pub(crate) fn dearer(name: &str, first: &Ty) -> usize {
    match name {
        "take" | "drop" if *first == Ty::Str => 3,
        "lt" | "le" if *first == Ty::Str => 8,
        // The last text in order says little about the others.
        "maximum" | "minimum" if *first == Ty::list(Ty::Str) => 6,
        _ => 0,
    }
}

/// Components that look for their second argument in the first.
fn is_search(name: &str) -> bool {
    matches!(
        name,
        "after"
            | "after_last"
            | "before"
            | "before_last"
            | "contains"
            | "count"
            | "ends_with"
            | "find"
            | "replace"
            | "split"
            | "starts_with"
    )
}

/// Concrete types that make no sense for a component: truth values are combined, not compared.
fn is_odd(name: &str, first: &Ty) -> bool {
    *first == Ty::Bool && matches!(name, "eq" | "contains" | "find" | "count")
}

/// Whether a component makes no sense of a constant as its first argument.
fn first_varies(name: &str, first: &Ty) -> bool {
    match first {
        Ty::Str => !matches!(name, "at" | "concat" | "contains" | "eq" | "find" | "le" | "lt" | "repeat" | "single"),
        Ty::Int | Ty::Float => !matches!(
            name,
            "add"
                | "div"
                | "divide"
                | "date"
                | "eq"
                | "le"
                | "lt"
                | "max"
                | "min"
                | "mod"
                | "mul"
                | "pow"
                | "range"
                | "single"
                | "sub"
        ),
        Ty::Bool | Ty::Date => false,
        Ty::List(_) | Ty::Tuple(_) => true,
    }
}

/// The meaning of a component at a type of its result: of no numbers, only the type tells which the sum is.
pub(crate) fn fast(component: &Component, result: TyId) -> Fast {
    if result == TyId::FLOAT && component.name == "sum" { sum_of_floats } else { component.fast }
}

/// Every instance over the types of a search.
pub(crate) fn instances(types: &Types) -> Vec<Instance> {
    let mut all = Vec::new();
    for (i, component) in COMPONENTS.iter().enumerate() {
        if NOT_ENUMERATED.contains(&component.name) {
            continue;
        }
        let build = match component.args {
            [.., Pat::Fn(..)] if component.args.len() == 3 => Build::Pairs,
            [.., Pat::Fn(..)] => Build::Each,
            _ => Build::Plain,
        };
        for (args, result) in super::types::instances(types, component) {
            let first = args[0];
            if is_odd(component.name, types.get(first)) {
                continue;
            }
            all.push(Instance {
                op: Op::Comp(ComponentId(i as u8)),
                build,
                cost: usize::from(component.cost)
                    + dearer(component.name, types.get(args[0]))
                    + if component.name == "concat" && result == TyId::STR { 2 } else { 0 },
                args,
                result,
                fast: fast(component, result),
                lazy: component.is_lazy(),
                simple: component.simple,
                commutative: component.commutative,
                varies: first_varies(component.name, types.get(first)),
                apart: types.get(first) == &Ty::Str && is_search(component.name),
                marks: matches!(component.name, "split" | "before" | "after" | "before_last" | "after_last"),
                complex: false,
                constants: component.name == "range",
                light: light(component.name),
            });
        }
    }
    for (i, idiom) in IDIOMS.iter().enumerate() {
        for (args, result) in types.instances(idiom.args, idiom.result) {
            let first = args[0];
            all.push(Instance {
                op: Op::Idiom(i as u8),
                build: Build::Plain,
                args,
                result,
                cost: usize::from(idiom.cost),
                fast: idiom.fast,
                lazy: false,
                simple: idiom.simple,
                commutative: false,
                varies: true,
                apart: idiom.simple != 0 && types.get(first) == &Ty::Str,
                marks: false,
                complex: false,
                constants: false,
                light: usize::MAX,
            });
        }
    }
    // Remainders are taken of what is given far more often than of what was computed.
    let remainders: Vec<Instance> = all.iter().filter(|i| is_remainder(i.op)).map(Instance::of_computed).collect();
    all.iter_mut().filter(|i| is_remainder(i.op)).for_each(|i| i.simple |= 1);
    all.extend(remainders);
    all
}

/// Whether an operator is a remainder, or asks for one.
fn is_remainder(op: Op) -> bool {
    match op {
        Op::Comp(component) => component.get().name == "mod",
        Op::Idiom(i) => i < 2,
        _ => false,
    }
}

impl Instance {
    /// The same over computed first arguments only, at a higher cost.
    fn of_computed(&self) -> Instance {
        Instance { cost: self.cost + ODD_REMAINDER, complex: true, ..self.clone() }
    }
}
