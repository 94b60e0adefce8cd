//! Classes of characters as regular expressions.

use super::JavaScript;
use super::lists::call;
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::print::template::Text;

/// What a character belongs to: within brackets, alone, none of it, and the flags that it needs.
pub(super) struct Class {
    pub(super) one: String,
    pub(super) other: String,
    pub(super) flags: &'static str,
}

/// The class that a component is about.
pub(super) fn class(name: &str) -> Option<Class> {
    let (one, other, flags) = match name {
        "is_digit" | "digit_runs" => (r"\d", r"\D", ""),
        "is_letter" | "letter_runs" => (r"\p{Alphabetic}", r"\P{Alphabetic}", "u"),
        "is_alnum" | "alnum_runs" => (r"[\p{Alphabetic}\p{N}]", r"[^\p{Alphabetic}\p{N}]", "u"),
        "is_upper" => (r"\p{Uppercase}", r"\P{Uppercase}", "u"),
        "is_lower" => (r"\p{Lowercase}", r"\P{Lowercase}", "u"),
        _ => return None,
    };
    Some(Class { one: one.to_owned(), other: other.to_owned(), flags })
}

/// The characters of a text as a class, if they are plain.
pub(super) fn one_of(chars: &str) -> Option<Class> {
    if chars.is_empty() || !chars.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
        return None;
    }
    let mut list = String::new();
    let single = chars.len() == 1;
    for c in chars.chars() {
        if matches!(c, '\\' | ']' | '^') || (c == '-' && !single) {
            list.push('\\');
        }
        list.push(c);
    }
    let other = format!("[^{list}]");
    let one = match chars {
        c if single && c.contains(|c: char| c.is_alphanumeric() || " !\"#%&',-:;<=>@_`~".contains(c)) => c.to_owned(),
        c if single => format!("\\{c}"),
        _ => format!("[{list}]"),
    };
    Some(Class { one, other, flags: "" })
}

impl JavaScript<'_> {
    /// The class that a test of a character asks for.
    pub(super) fn tested(&self, lambda: NodeId) -> Option<Class> {
        let program = self.program;
        let Node::Lambda(first, _, body) = program.node(lambda) else { return None };
        let negated = program.apply(*body, "not").map(|kids| kids[0]);
        let body = negated.unwrap_or(*body);
        let Node::Apply(component, kids) = program.node(body) else { return None };
        let is_element = |at: NodeId| *program.node(at) == Node::Local(*first);
        let found = match component.get().name {
            "contains" if is_element(kids[1]) => one_of(program.const_str(kids[0])?)?,
            name if is_element(kids[0]) => class(name)?,
            _ => return None,
        };
        Some(match negated {
            Some(_) => Class { one: found.other, other: found.one, ..found },
            None => found,
        })
    }

    /// Whether some or all characters of a text belong to a class.
    pub(super) fn all_chars(&mut self, name: &str, kids: &[NodeId]) -> Printed<Option<Text>> {
        let chars = self.program.apply(kids[0], "chars").filter(|_| !self.bound.contains_key(&kids[0]));
        let (Some(inner), Some(Class { one, flags, .. })) = (chars, self.tested(kids[1])) else { return Ok(None) };
        let pattern = if name == "any" { one } else { format!("^{one}*$") };
        call(format!("/{pattern}/{flags}.test({})", self.expr(inner[0])?.text))
    }
}
