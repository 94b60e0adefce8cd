//! What can be known of an expression without running it: what printers may rely on.

use synthase_types::Value;

use crate::core::Program;
use crate::core::expr::{Node, NodeId};
use crate::ty::Ty;

/// Components that fail on some arguments.
const PARTIAL: &[&str] = &[
    "add_days",
    "at",
    "char",
    "chunks",
    "code",
    "count",
    "date",
    "div",
    "divide",
    "fixed",
    "floor",
    "max_by",
    "maximum",
    "min_by",
    "minimum",
    "mod",
    "pad_left",
    "pad_right",
    "parse_base",
    "parse_date",
    "pow",
    "product",
    "round",
    "sum",
    "to_base",
    "to_float",
    "to_int",
];

impl Program {
    /// Whether a number is never negative.
    pub(super) fn is_natural(&self, at: NodeId) -> bool {
        let natural = |kid: NodeId| self.is_natural(kid);
        let positive_constant = |kid: NodeId| self.const_int(kid).is_some_and(|n| n > 0);
        match self.node(at) {
            Node::Const(Value::Int(n)) => !n.is_negative(),
            Node::Apply(component, kids) => match component.get().name {
                "len" | "count" | "abs" | "year" | "month" | "day" | "weekday" | "day_of_year" | "code" => true,
                "mod" => positive_constant(kids[1]),
                "div" => natural(kids[0]) && positive_constant(kids[1]),
                "add" | "mul" | "min" => kids.iter().all(|kid| natural(*kid)),
                "max" => kids.iter().any(|kid| natural(*kid)),
                "if" => natural(kids[1]) && natural(kids[2]),
                "to_int" => self.is_digits(kids[0]),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a text is a number without a sign wherever it is a number.
    fn is_digits(&self, at: NodeId) -> bool {
        match self.apply(at, "at") {
            Some(kids) => ["digit_runs", "alnum_runs"].iter().any(|name| self.apply(kids[0], name).is_some()),
            None => false,
        }
    }

    /// Whether a text has nothing but ASCII characters.
    pub(super) fn is_ascii(&self, at: NodeId) -> bool {
        let ascii = |kid: NodeId| self.is_ascii(kid);
        match self.node(at) {
            Node::Const(Value::Str(text)) => text.is_ascii(),
            Node::Apply(component, kids) => match component.get().name {
                "text" | "iso" | "to_base" | "fixed" => true,
                "concat" => kids.iter().all(|kid| ascii(*kid)),
                "take" | "drop" | "upper" | "lower" | "repeat" | "reverse" | "trim" => ascii(kids[0]),
                "pad_left" | "pad_right" => ascii(kids[0]) && ascii(kids[2]),
                "at" => self.apply(kids[0], "digit_runs").is_some() || ascii(kids[0]),
                "if" => ascii(kids[1]) && ascii(kids[2]),
                "before" | "after" | "before_last" | "after_last" => ascii(kids[0]),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether an expression has a value whenever its variables have.
    pub(super) fn is_total(&self, at: NodeId) -> bool {
        let separator = |kid: NodeId| self.const_str(kid).is_some_and(|text| !text.is_empty());
        let ok = match self.node(at) {
            Node::Apply(component, kids) => match component.get().name {
                "split" | "before" | "after" | "before_last" | "after_last" | "replace" => separator(kids[1]),
                "add" | "sub" | "mul" | "neg" | "abs" => *self.ty(at) == Ty::Int && self.is_small(at),
                "repeat" | "range" => false,
                name => !PARTIAL.contains(&name),
            },
            _ => true,
        };
        ok && self.children(at).into_iter().all(|kid| self.is_total(kid))
    }

    /// Whether arithmetic on lengths and small constants cannot overflow.
    fn is_small(&self, at: NodeId) -> bool {
        match self.node(at) {
            Node::Const(_) => self.const_int(at).is_some_and(|n| n.unsigned_abs() < 1 << 20),
            Node::Apply(component, kids) => match component.get().name {
                "len" | "find" | "year" | "month" | "day" | "weekday" | "day_of_year" | "days_between" => true,
                "add" | "sub" => kids.iter().all(|kid| self.is_small(*kid)),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a text is a single character: an element of a text.
    pub(super) fn is_char(&self, at: NodeId, is_char_variable: &dyn Fn(u32) -> bool) -> bool {
        match self.node(at) {
            Node::Local(level) => is_char_variable(*level),
            Node::Const(Value::Str(text)) => text.chars().count() == 1,
            Node::Apply(..) => self.apply(at, "at").is_some_and(|kids| *self.ty(kids[0]) == Ty::Str),
            _ => false,
        }
    }

    /// Whether an expression contains no variable of a function around it.
    pub(super) fn is_closed(&self, at: NodeId) -> bool {
        fn check(program: &Program, at: NodeId, bound: &mut Vec<u32>) -> bool {
            match program.node(at) {
                Node::Local(level) => bound.contains(level),
                Node::Lambda(first, vars, body) => {
                    let before = bound.len();
                    bound.extend(*first..first + vars);
                    let closed = check(program, *body, bound);
                    bound.truncate(before);
                    closed
                }
                _ => program.children(at).into_iter().all(|kid| check(program, kid, bound)),
            }
        }
        check(self, at, &mut Vec::new())
    }

    /// The parts of a concatenation, in order.
    pub(super) fn parts(&self, at: NodeId) -> Vec<NodeId> {
        self.parts_unless(at, &|_| false)
    }

    /// The parts of a concatenation, in order; those that have a name already are not taken apart.
    pub(super) fn parts_unless(&self, at: NodeId, is_named: &dyn Fn(NodeId) -> bool) -> Vec<NodeId> {
        let Some(kids) = self.apply(at, "concat") else { return vec![at] };
        let of = |kid: NodeId| if is_named(kid) { vec![kid] } else { self.parts_unless(kid, is_named) };
        [of(kids[0]), of(kids[1])].concat()
    }

    /// How many nodes an expression has.
    pub(super) fn size(&self, at: NodeId) -> usize {
        1 + self.children(at).into_iter().map(|kid| self.size(kid)).sum::<usize>()
    }
}
