//! The components: the operators that programs are made of.
//!
//! Each is one constant in the file of its family, with its meaning written twice: plainly, over
//! the vocabulary's values (`Plain`), and over interned values for the search (`Fast`). A
//! property test holds the two together. Joining the table is one line in [`COMPONENTS`].

pub(crate) mod affix;
pub(crate) mod arith;
pub(crate) mod calendar;
pub(crate) mod case;
pub(crate) mod class;
pub(crate) mod lambda;
pub(crate) mod list;
pub(crate) mod logic;
pub(crate) mod number;
pub(crate) mod plain;
pub(crate) mod sequence;
pub(crate) mod split;
pub(crate) mod table;
mod usage;

pub use usage::used_by;

use std::fmt;

use synthase_types::Value;

use crate::engine::vals::{V, Vals};
use crate::error::EvalError;

pub use table::COMPONENTS;

/// A pattern of types in a component's signature. Equal variables stand for equal types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pat {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `float`
    Float,
    /// `str`
    Str,
    /// `date`
    Date,
    /// Any type.
    A,
    /// Any type, not bound to `A`.
    B,
    /// Any type, not bound to `A` or `B`.
    C,
    /// `int` or `float`.
    Num,
    /// A type with an order: `int`, `float`, `str`, `date`.
    Ord,
    /// A text or a list.
    Seq,
    /// An element of `Seq`: a character (a text of length one) or an element.
    Item,
    /// A list of these.
    List(&'static Pat),
    /// A function of the elements.
    Fn(&'static [Pat], &'static Pat),
}

impl fmt::Display for Pat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pat::Bool => f.write_str("bool"),
            Pat::Int => f.write_str("int"),
            Pat::Float => f.write_str("float"),
            Pat::Str => f.write_str("str"),
            Pat::Date => f.write_str("date"),
            Pat::A => f.write_str("a"),
            Pat::B => f.write_str("b"),
            Pat::C => f.write_str("c"),
            Pat::Num => f.write_str("num"),
            Pat::Ord => f.write_str("ord"),
            Pat::Seq => f.write_str("seq"),
            Pat::Item => f.write_str("item"),
            Pat::List(of) => write!(f, "list[{of}]"),
            Pat::Fn(params, result) => write!(f, "({}) -> {result}", List(params)),
        }
    }
}

struct List<'a>(&'a [Pat]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, pat) in self.0.iter().enumerate() {
            write!(f, "{}{pat}", if i > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

/// What the plain evaluator answers.
pub(crate) type Out = Result<Value, EvalError>;

/// A meaning that asks for its arguments.
pub(crate) type LazyMeaning = fn(&mut dyn FnMut(usize) -> Out) -> Out;

/// A meaning that calls a function.
pub(crate) type HigherMeaning = fn(&[Value], &mut dyn FnMut(&[Value]) -> Out) -> Out;

/// The plain meaning of a component, over the vocabulary's values.
#[derive(Clone, Copy)]
pub(crate) enum Plain {
    /// All arguments are evaluated first.
    Strict(fn(&[Value]) -> Out),
    /// An argument is evaluated when it is asked for.
    Lazy(LazyMeaning),
    /// The last argument is a function.
    Higher(HigherMeaning),
}

/// The meaning over interned values. Arguments are values unless the component is lazy.
pub(crate) type Fast = fn(&mut Vals, &[V]) -> V;

/// An operator of the core language.
pub struct Component {
    /// Its name in the text form of programs.
    pub name: &'static str,
    /// What it does, in one line, with its edge cases.
    pub doc: &'static str,
    /// The types of its arguments.
    pub args: &'static [Pat],
    /// The type of its result.
    pub result: Pat,
    /// What one use costs in the ranking.
    pub cost: u8,
    /// Bit `i` is set where the search tries only constants and parameters as argument `i`.
    pub(crate) simple: u8,
    /// Whether the order of the two arguments is of no account.
    pub(crate) commutative: bool,
    pub(crate) plain: Plain,
    pub(crate) fast: Fast,
}

impl Component {
    /// A component whose meaning is filled in by [`Component::strict`] and its kin.
    pub(crate) const fn new(
        name: &'static str,
        doc: &'static str,
        args: &'static [Pat],
        result: Pat,
        cost: u8,
    ) -> Component {
        Component {
            name,
            doc,
            args,
            result,
            cost,
            simple: 0,
            commutative: false,
            plain: Plain::Strict(|_| Err(EvalError::WrongType)),
            fast: |_, _| V::ERR,
        }
    }

    pub(crate) const fn strict(mut self, plain: fn(&[Value]) -> Out, fast: Fast) -> Component {
        self.plain = Plain::Strict(plain);
        self.fast = fast;
        self
    }

    pub(crate) const fn lazy(mut self, plain: LazyMeaning, fast: Fast) -> Component {
        self.plain = Plain::Lazy(plain);
        self.fast = fast;
        self
    }

    pub(crate) const fn higher(mut self, plain: HigherMeaning) -> Component {
        self.plain = Plain::Higher(plain);
        self
    }

    /// The search tries only constants and parameters as these arguments.
    pub(crate) const fn simple(mut self, args: u8) -> Component {
        self.simple = args;
        self
    }

    pub(crate) const fn commutative(mut self) -> Component {
        self.commutative = true;
        self
    }

    /// Whether the last argument is a function.
    pub fn is_higher(&self) -> bool {
        matches!(self.plain, Plain::Higher(_))
    }

    /// Whether arguments are looked at only when needed.
    pub(crate) fn is_lazy(&self) -> bool {
        matches!(self.plain, Plain::Lazy(_))
    }

    /// The signature as text: `(seq, int) -> seq`.
    pub fn signature(&self) -> String {
        format!("({}) -> {}", List(self.args), self.result)
    }
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.signature())
    }
}

/// A component's place in [`COMPONENTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ComponentId(pub(crate) u8);

impl ComponentId {
    /// The component.
    pub fn get(self) -> &'static Component {
        &COMPONENTS[self.0 as usize]
    }

    /// The component with a name.
    pub fn named(name: &str) -> Option<ComponentId> {
        COMPONENTS.binary_search_by(|component| component.name.cmp(name)).ok().map(|i| ComponentId(i as u8))
    }
}

/// The component with a name that is known to exist.
pub(crate) fn id(name: &str) -> ComponentId {
    ComponentId::named(name).unwrap_or_else(|| panic!("no component is called {name}"))
}
