//! Slices, and lists put together from parts.

use synthase_types::Value;

use super::Python;
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::print::template::{Text, binds};

impl Python<'_> {
    /// `s[i:j]` where a slice of a slice is one.
    pub(super) fn middle(&mut self, kids: &[NodeId]) -> Printed<Option<Text>> {
        let program = self.program;
        let from = program.const_int(kids[1]).filter(|n| *n >= 0);
        let inner =
            program.apply(kids[0], "take").filter(|_| !self.bound.contains_key(&kids[0])).map(<[NodeId]>::to_vec);
        let (Some(from), Some(inner)) = (from, inner) else { return Ok(None) };
        let text = format!("{}[{from}:{}]", self.at(inner[0], binds::CALL)?, self.expr(inner[1])?.text);
        Ok(Some(Text::new(text, binds::CALL)))
    }

    pub(super) fn beginning(&mut self, kids: &[NodeId]) -> Printed<Option<Text>> {
        let program = self.program;
        let length = program.const_int(kids[1]);
        let inner =
            program.apply(kids[0], "drop").filter(|_| !self.bound.contains_key(&kids[0])).map(<[NodeId]>::to_vec);
        let (Some(length), Some(inner)) = (length, inner) else { return Ok(None) };
        let Some(from) = program.const_int(inner[1]).filter(|n| *n >= 0) else { return Ok(None) };
        let to = if length >= 0 { from.checked_add(length) } else { Some(length) };
        let Some(to) = to else { return Ok(None) };
        let text = format!("{}[{from}:{to}]", self.at(inner[0], binds::CALL)?);
        Ok(Some(Text::new(text, binds::CALL)))
    }

    /// A list put together from elements and lists.
    pub(super) fn list_of_parts(&mut self, at: NodeId) -> Printed<Option<Text>> {
        let program = self.program;
        let parts = program.parts_unless(at, &|part| self.bound.contains_key(&part));
        let single = |part: NodeId| program.apply(part, "single").map(|kids| kids[0]);
        if parts.len() == 2 && parts.iter().any(|part| single(*part).is_none()) {
            return Ok(None);
        }
        let mut items = Vec::new();
        for part in parts {
            match (single(part), program.node(part)) {
                (Some(item), _) if !self.bound.contains_key(&part) => items.push(self.expr(item)?.text),
                (None, Node::Const(Value::List(values))) => {
                    for value in values {
                        items.push(self.constant(value)?.text);
                    }
                }
                _ => items.push(format!("*{}", self.at(part, binds::OR)?)),
            }
        }
        Ok(Some(Text::new(format!("[{}]", items.join(", ")), binds::ATOM)))
    }

    /// `[0] * len(xs)` for a function that answers with a constant.
    pub(super) fn same_for_all(&mut self, name: &str, kids: &[NodeId]) -> Printed<Option<Text>> {
        let program = self.program;
        if name != "map" || !matches!(program.node(kids[0]), Node::Param(_) | Node::Local(_)) {
            return Ok(None);
        }
        let (_, body) = self.lambda(kids[1])?;
        let Node::Const(value @ (Value::Bool(_) | Value::Int(_) | Value::Str(_))) = program.node(body) else {
            return Ok(None);
        };
        let text = format!("[{}] * len({})", self.constant(value)?.text, self.expr(kids[0])?.text);
        Ok(Some(Text::new(text, binds::PRODUCT)))
    }
}
