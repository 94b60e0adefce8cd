//! What is known of an expression without running it, variables of functions included.

use synthase_types::Value;

use super::JavaScript;
use crate::core::expr::{Node, NodeId};
use crate::ty::Ty;

/// What is known of a variable of a function.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    /// A text of one character.
    pub(super) is_char: bool,
    /// A text without characters beyond ASCII.
    pub(super) is_ascii: bool,
    /// A number that is never negative.
    pub(super) is_natural: bool,
}

impl JavaScript<'_> {
    fn known(&self, level: u32) -> Known {
        self.known.get(&level).copied().unwrap_or_default()
    }

    /// Whether a text is a single character.
    pub(super) fn is_char(&self, at: NodeId) -> bool {
        let program = self.program;
        match program.node(at) {
            Node::Local(level) => self.known(*level).is_char,
            Node::Const(Value::Str(text)) => text.chars().count() == 1,
            Node::Apply(component, kids) => match component.get().name {
                "at" => *program.ty(kids[0]) == Ty::Str || self.has_chars(kids[0]),
                "char" => true,
                "if" => self.is_char(kids[1]) && self.is_char(kids[2]),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a text has nothing but ASCII characters.
    pub(super) fn is_ascii(&self, at: NodeId) -> bool {
        let program = self.program;
        let ascii = |kid: &NodeId| self.is_ascii(*kid);
        match program.node(at) {
            Node::Const(Value::Str(text)) => text.is_ascii(),
            Node::Local(level) => self.known(*level).is_ascii,
            Node::Apply(component, kids) => match component.get().name {
                "text" | "iso" | "to_base" | "fixed" => true,
                "concat" => kids.iter().all(ascii),
                "take" | "drop" | "upper" | "lower" | "capitalize" | "repeat" | "reverse" | "trim" | "before"
                | "after" | "before_last" | "after_last" => ascii(&kids[0]),
                "pad_left" | "pad_right" => ascii(&kids[0]) && ascii(&kids[2]),
                "replace" => ascii(&kids[0]) && ascii(&kids[2]),
                "at" => self.has_ascii(kids[0]) || (*program.ty(kids[0]) == Ty::Str && ascii(&kids[0])),
                "max_by" | "min_by" | "maximum" | "minimum" => self.has_ascii(kids[0]),
                "join" => self.has_ascii(kids[0]) && ascii(&kids[1]),
                "if" => ascii(&kids[1]) && ascii(&kids[2]),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a number is never negative.
    pub(super) fn is_natural(&self, at: NodeId) -> bool {
        let program = self.program;
        let natural = |kid: &NodeId| self.is_natural(*kid);
        match program.node(at) {
            Node::Local(level) => self.known(*level).is_natural,
            Node::Apply(component, kids) => match component.get().name {
                "mod" => program.const_int(kids[1]).is_some_and(|n| n > 0),
                "div" => kids.iter().all(natural),
                "add" | "mul" | "min" => kids.iter().all(natural),
                "max" => kids.iter().any(natural),
                "pow" => natural(&kids[0]),
                "if" => natural(&kids[1]) && natural(&kids[2]),
                "to_int" => self.is_digits(kids[0]),
                "sum" | "product" | "maximum" | "minimum" => self.has_naturals(kids[0]),
                "at" => self.has_naturals(kids[0]),
                _ => program.is_natural(at),
            },
            _ => program.is_natural(at),
        }
    }

    /// Whether a text has no sign wherever it is a number.
    fn is_digits(&self, at: NodeId) -> bool {
        match self.program.node(at) {
            // A sign alone is no number.
            Node::Local(_) | Node::Const(_) => self.is_char(at),
            Node::Apply(component, kids) => match component.get().name {
                "at" => self.program.apply(kids[0], "digit_runs").is_some() || self.is_char(at),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether all elements of a list are natural numbers.
    pub(super) fn has_naturals(&self, list: NodeId) -> bool {
        let program = self.program;
        match program.node(list) {
            Node::Apply(component, kids) => match component.get().name {
                "range" => self.is_natural(kids[0]),
                "map" => match program.node(kids[1]) {
                    Node::Lambda(first, _, body) => match program.apply(*body, "to_int") {
                        Some(inner) if *program.node(inner[0]) == Node::Local(*first) => {
                            self.has_chars(kids[0]) || program.apply(kids[0], "digit_runs").is_some()
                        }
                        _ => self.is_natural(*body),
                    },
                    _ => false,
                },
                "filter" | "sort" | "sort_by" | "reverse" | "take" | "drop" | "unique" => self.has_naturals(kids[0]),
                _ => false,
            },
            Node::Const(Value::List(items)) => {
                items.iter().all(|item| matches!(item, Value::Int(n) if !n.is_negative()))
            }
            _ => false,
        }
    }

    /// Whether all elements of a list are single characters.
    pub(super) fn has_chars(&self, list: NodeId) -> bool {
        match self.program.node(list) {
            Node::Apply(component, kids) => match component.get().name {
                "chars" => true,
                "filter" | "sort" | "sort_by" | "reverse" | "take" | "drop" | "unique" => self.has_chars(kids[0]),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether all elements of a list are ASCII texts.
    pub(super) fn has_ascii(&self, list: NodeId) -> bool {
        let program = self.program;
        match program.node(list) {
            Node::Apply(component, kids) => match component.get().name {
                "digit_runs" => true,
                "chars" | "words" | "split" | "letter_runs" | "alnum_runs" => self.is_ascii(kids[0]),
                "chunks" | "runs" if *program.ty(kids[0]) == Ty::Str => self.is_ascii(kids[0]),
                "map" => matches!(program.node(kids[1]), Node::Lambda(_, _, body) if self.is_ascii(*body)),
                "filter" | "sort" | "sort_by" | "reverse" | "take" | "drop" | "unique" => self.has_ascii(kids[0]),
                _ => false,
            },
            Node::Const(Value::List(items)) => {
                items.iter().all(|item| matches!(item, Value::Str(text) if text.is_ascii()))
            }
            _ => false,
        }
    }

    /// What is known of the elements of a list.
    pub(super) fn known_of_elements(&self, list: NodeId) -> Known {
        Known { is_char: self.has_chars(list), is_ascii: self.has_ascii(list), is_natural: self.has_naturals(list) }
    }

    /// Whether a list is nobody else's, so that it may be changed in its place.
    pub(super) fn is_fresh(&self, list: NodeId) -> bool {
        if self.bound.contains_key(&list) {
            return false;
        }
        match self.program.node(list) {
            Node::Const(_) => true,
            Node::Apply(component, _) => {
                !matches!(component.get().name, "at" | "if" | "fold" | "max_by" | "min_by" | "float")
            }
            _ => false,
        }
    }
}
