//! Lists made from numbers: ranges, repetitions.

use synthase_types::Value;

use super::JavaScript;
use super::known::Known;
use super::lists::arrow;
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::print::template::{Text, binds};

impl JavaScript<'_> {
    /// How often a variable stands in an expression.
    pub(super) fn uses(&self, at: NodeId, level: u32) -> usize {
        let here = usize::from(*self.program.node(at) == Node::Local(level));
        here + self.program.children(at).into_iter().map(|kid| self.uses(kid, level)).sum::<usize>()
    }

    /// The integers from one up to another, or a function of each.
    pub(super) fn range(&mut self, kids: &[NodeId], function: Option<(u32, NodeId)>) -> Printed<Text> {
        let program = self.program;
        let from = program.const_int(kids[0]);
        let length = match from {
            Some(0) => self.expr(kids[1])?.text,
            Some(from) => self.plus(kids[1], -from)?.text,
            None => format!("{} - {}", self.at(kids[1], binds::SUM)?, self.at(kids[0], binds::PRODUCT)?),
        };
        let Some((level, body)) = function else {
            if from == Some(0) && self.is_natural(kids[1]) {
                return Ok(Text::new(format!("[...Array({length}).keys()]"), binds::ATOM));
            }
            let i = self.names.fresh("i");
            self.names.release(&i);
            let value = if from == Some(0) { i.clone() } else { self.shifted(&i, kids[0])?.text };
            return Ok(Text::new(format!("Array.from({{ length: {length} }}, (_, {i}) => {value})"), binds::CALL));
        };
        let known = Known { is_natural: self.is_natural(kids[0]), ..Known::default() };
        if !program.uses_local(body, level) {
            let body = self.with_vars(&[(level, "i".into(), known)], |p, _| p.expr(body))?;
            return Ok(Text::new(format!("Array.from({{ length: {length} }}, {})", arrow(&[], body)), binds::CALL));
        }
        let start = kids[0];
        let text = self.with_vars(&[(level, "i".into(), known)], |p, names| {
            if from != Some(0) {
                let shifted = p.shifted(&names[0], start)?;
                p.locals.insert(level, shifted);
            }
            Ok(arrow(&["_".to_owned(), names[0].clone()], p.expr(body)?))
        })?;
        Ok(Text::new(format!("Array.from({{ length: {length} }}, {text})"), binds::CALL))
    }

    /// A position counted from a start.
    fn shifted(&mut self, i: &str, start: NodeId) -> Printed<Text> {
        Ok(match self.program.const_int(start) {
            Some(n) if n < 0 => Text::new(format!("{i} - {}", n.unsigned_abs()), binds::SUM),
            _ => Text::new(format!("{i} + {}", self.at(start, binds::PRODUCT)?), binds::SUM),
        })
    }

    pub(super) fn repeated(&mut self, kids: &[NodeId]) -> Printed<Text> {
        let program = self.program;
        if matches!(program.node(kids[0]), Node::Const(Value::List(items)) if items.is_empty()) {
            return self.expr(kids[0]);
        }
        let n = self.expr(kids[1])?.text;
        let single = program.apply(kids[0], "single").filter(|_| !self.bound.contains_key(&kids[0]));
        let text = match single.map(|inner| inner[0]) {
            Some(item) if self.is_natural(kids[1]) => format!("Array({n}).fill({})", self.expr(item)?.text),
            Some(item) => format!("Array.from({{ length: {n} }}, () => {})", self.at(item, binds::OR)?),
            None => format!("Array.from({{ length: {n} }}, () => {}).flat()", self.at(kids[0], binds::OR)?),
        };
        Ok(Text::new(text, binds::CALL))
    }
}
