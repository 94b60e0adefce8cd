//! Comparisons, and what is put together from them.

use synthase_types::Value;

use super::Python;
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::print::template::{Text, binds};
use crate::ty::Ty;

impl Python<'_> {
    /// A condition where anything that is not empty counts as true.
    pub(super) fn truth(&mut self, at: NodeId, binds: u8) -> Printed<String> {
        if let Some((of, true)) = self.emptiness(at) {
            return self.at(of, binds);
        }
        self.at(at, binds)
    }

    /// The condition that a negated one denies, where it is short to say.
    pub(super) fn opposite_of(&mut self, at: NodeId) -> Option<String> {
        if let Some((of, false)) = self.emptiness(at) {
            return self.at(of, binds::OR).ok();
        }
        let inner = self.program.apply(at, "not").filter(|_| !self.bound.contains_key(&at))?[0];
        let is_compared = ["lt", "le", "contains"].iter().any(|name| self.program.apply(inner, name).is_some());
        if is_compared { None } else { self.truth(inner, binds::OR).ok() }
    }

    /// The list or text that an expression says is empty (`false`) or is not (`true`).
    fn emptiness(&self, at: NodeId) -> Option<(NodeId, bool)> {
        let program = self.program;
        if self.bound.contains_key(&at) {
            return None;
        }
        let length = |of: NodeId, number: NodeId, n: i64| {
            program.apply(of, "len").filter(|_| program.const_int(number) == Some(n) && !self.bound.contains_key(&of))
        };
        let is_empty_list =
            |at: NodeId| matches!(program.node(at), Node::Const(Value::List(items)) if items.is_empty());
        if let Some(kids) = program.apply(at, "not") {
            return self.emptiness(kids[0]).map(|(of, is_full)| (of, !is_full));
        }
        if let Some(kids) = program.apply(at, "eq") {
            let (a, b) = (kids[0], kids[1]);
            let of = length(a, b, 0).or_else(|| length(b, a, 0)).map(|kids| kids[0]);
            let list = [(a, b), (b, a)].into_iter().find(|(_, empty)| is_empty_list(*empty)).map(|(list, _)| list);
            return of.or(list).map(|of| (of, false));
        }
        if let Some(kids) = program.apply(at, "lt") {
            return length(kids[1], kids[0], 0).map(|kids| (kids[0], true));
        }
        program.apply(at, "le").and_then(|kids| length(kids[1], kids[0], 1)).map(|kids| (kids[0], true))
    }

    /// `a == b`, or its opposite.
    pub(super) fn equality(&mut self, at: NodeId, kids: &[NodeId], holds: bool) -> Printed<Text> {
        if let Some((of, false)) = self.emptiness(at) {
            // Only this way round: a list is no truth value of its own.
            if holds {
                return Ok(Text::new(format!("not {}", self.at(of, binds::COMPARE)?), binds::NOT));
            }
        }
        for (of, truth) in [(kids[0], kids[1]), (kids[1], kids[0])] {
            if let Node::Const(Value::Bool(b)) = self.program.node(truth) {
                return match *b == holds {
                    true => self.expr(of),
                    false => Ok(Text::new(format!("not {}", self.at(of, binds::COMPARE)?), binds::NOT)),
                };
            }
        }
        self.compared(kids, if holds { "==" } else { "!=" })
    }

    /// A comparison, with a constant on the right.
    pub(super) fn compared(&mut self, kids: &[NodeId], operator: &str) -> Printed<Text> {
        let is_constant = |at: NodeId| matches!(self.program.node(at), Node::Const(_));
        let (mut a, mut b, mut operator) = (kids[0], kids[1], operator);
        if is_constant(a) && !is_constant(b) {
            (a, b) = (b, a);
            operator = match operator {
                "<" => ">",
                "<=" => ">=",
                ">" => "<",
                ">=" => "<=",
                same => same,
            };
        }
        let text = format!("{} {operator} {}", self.at(a, binds::SUM)?, self.at(b, binds::SUM)?);
        Ok(Text::new(text, binds::COMPARE))
    }

    /// The opposite of something.
    pub(super) fn opposite(&mut self, of: NodeId) -> Printed<Option<Text>> {
        let program = self.program;
        let Node::Apply(component, inner) = program.node(of) else { return Ok(None) };
        if self.bound.contains_key(&of) {
            return Ok(None);
        }
        Ok(Some(match component.get().name {
            "eq" => return self.equality(of, inner, false).map(Some),
            "lt" => self.compared(inner, ">=")?,
            "le" => self.compared(inner, ">")?,
            "contains" => self.membership(inner, "not in")?,
            "or" => match self.one_of(of, "not in")? {
                Some(text) => text,
                None => return Ok(None),
            },
            _ => return Ok(None),
        }))
    }

    /// `x in xs`; a constant list to choose from is a tuple.
    pub(super) fn membership(&mut self, kids: &[NodeId], operator: &str) -> Printed<Text> {
        let item = self.at(kids[1], binds::SUM)?;
        let text = match self.program.node(kids[0]) {
            Node::Const(Value::List(items)) if items.len() == 1 => {
                let operator = if operator == "in" { "==" } else { "!=" };
                format!("{item} {operator} {}", self.constant(&items[0])?.text)
            }
            Node::Const(Value::List(items)) if !items.is_empty() => {
                format!("{item} {operator} {}", self.constant(&Value::Tuple(items.clone()))?.text)
            }
            _ => format!("{item} {operator} {}", self.at(kids[0], binds::SUM)?),
        };
        Ok(Text::new(text, binds::COMPARE))
    }

    /// The parts of a chain of `and` or `or`.
    fn chain(&self, at: NodeId, name: &str, parts: &mut Vec<NodeId>) {
        match self.program.apply(at, name) {
            Some(kids) if !self.bound.contains_key(&at) => kids.iter().for_each(|kid| self.chain(*kid, name, parts)),
            _ => parts.push(at),
        }
    }

    /// Comparisons of one expression with constants, any of which may hold.
    fn one_of(&mut self, at: NodeId, operator: &str) -> Printed<Option<Text>> {
        let program = self.program;
        let mut parts = Vec::new();
        self.chain(at, "or", &mut parts);
        let (mut subject, mut items) = (None, Vec::new());
        for part in parts {
            let Some(kids) = program.apply(part, "eq") else { return Ok(None) };
            let (of, item) = match (program.node(kids[0]), program.node(kids[1])) {
                (_, Node::Const(item)) => (kids[0], item),
                (Node::Const(item), _) => (kids[1], item),
                _ => return Ok(None),
            };
            if *subject.get_or_insert(of) != of || matches!(item, Value::Bool(_)) {
                return Ok(None);
            }
            items.push(item.clone());
        }
        let Some(subject) = subject.filter(|_| items.len() > 1) else { return Ok(None) };
        let items = self.constant(&Value::Tuple(items))?.text;
        Ok(Some(Text::new(format!("{} {operator} {items}", self.at(subject, binds::SUM)?), binds::COMPARE)))
    }

    /// A chain of `and` or `or`.
    pub(super) fn connected(&mut self, at: NodeId, name: &str) -> Printed<Text> {
        if name == "or"
            && let Some(text) = self.one_of(at, "in")?
        {
            return Ok(text);
        }
        let mut parts = Vec::new();
        self.chain(at, name, &mut parts);
        let strength = if name == "or" { binds::OR } else { binds::AND };
        let mut terms: Vec<String> = Vec::new();
        let mut i = 0;
        while i < parts.len() {
            if name == "and"
                && i + 1 < parts.len()
                && let Some(text) = self.between(parts[i], parts[i + 1])?
            {
                terms.push(text);
                i += 2;
                continue;
            }
            terms.push(self.at(parts[i], strength)?);
            i += 1;
        }
        let alone = terms.len() == 1;
        Ok(Text::new(terms.join(&format!(" {name} ")), if alone { binds::COMPARE } else { strength }))
    }

    /// `a <= x < b` for two comparisons of one expression with constants.
    fn between(&mut self, one: NodeId, other: NodeId) -> Printed<Option<String>> {
        let (Some(mut low), Some(mut high)) = (self.ordered(one), self.ordered(other)) else { return Ok(None) };
        if low.2 != high.0 {
            (low, high) = (high, low);
        }
        let is_constant = |at: NodeId| matches!(self.program.node(at), Node::Const(_));
        if low.2 != high.0 || !is_constant(low.0) || !is_constant(high.2) || is_constant(low.2) {
            return Ok(None);
        }
        let (a, x, b) = (self.at(low.0, binds::SUM)?, self.at(low.2, binds::SUM)?, self.at(high.2, binds::SUM)?);
        Ok(Some(format!("{a} {} {x} {} {b}", low.1, high.1)))
    }

    /// A comparison as the lesser, the operator, and the greater.
    fn ordered(&self, at: NodeId) -> Option<(NodeId, &'static str, NodeId)> {
        let program = self.program;
        let plain = |at: NodeId| {
            let less = program.apply(at, "lt").map(|kids| (kids[0], "<", kids[1]));
            less.or_else(|| program.apply(at, "le").map(|kids| (kids[0], "<=", kids[1])))
        };
        if self.bound.contains_key(&at) {
            return None;
        }
        match program.apply(at, "not") {
            Some(kids) => plain(kids[0]).map(|(a, operator, b)| (b, if operator == "<" { "<=" } else { "<" }, a)),
            None => plain(at),
        }
    }

    /// Whether all characters are digits 0 to 9: `str.isdecimal` knows more digits than ten.
    pub(super) fn digits(&mut self, of: NodeId) -> Printed<Text> {
        let chars = self.chars.clone();
        if self.program.is_char(of, &|level| chars.contains(&level)) {
            return Ok(Text::new(format!("\"0\" <= {} <= \"9\"", self.at(of, binds::SUM)?), binds::COMPARE));
        }
        let of = self.atom(of)?;
        Ok(Text::new(format!("{of}.isascii() and {of}.isdecimal()"), binds::AND))
    }

    /// Whether values of a type may be keys of a dictionary.
    pub(super) fn is_hashable(ty: &Ty) -> bool {
        match ty {
            Ty::List(_) => false,
            Ty::Tuple(items) => items.iter().all(Python::is_hashable),
            _ => true,
        }
    }
}
