//! Expressions to go through: what needs no list is none.

use super::Python;
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::print::template::binds;
use crate::ty::Ty;

impl Python<'_> {
    /// An expression to go through behind `in`, or as one of several arguments.
    pub(super) fn iterable(&mut self, at: NodeId) -> Printed<String> {
        if self.bound.contains_key(&at) {
            return self.at(at, binds::OR);
        }
        if let Some(kids) = self.program.apply(at, "range").map(<[NodeId]>::to_vec) {
            return self.range(&kids);
        }
        if let Some(kids) = self.program.apply(at, "chars") {
            return self.at(kids[0], binds::OR);
        }
        if let Some(kids) = self.program.apply(at, "reverse")
            && self.program.apply(kids[0], "sort").is_none()
            && matches!(self.program.ty(at), Ty::List(_))
        {
            return Ok(format!("reversed({})", self.sequence(kids[0])?));
        }
        if let Some(of) = self.distinct(at) {
            return Ok(format!("dict.fromkeys({})", self.sole_argument(of)?));
        }
        if let Some(text) = self.pairs(at)? {
            return Ok(text);
        }
        self.at(at, binds::OR)
    }

    /// An expression to go through from its end: what only yields its elements will not do.
    fn sequence(&mut self, at: NodeId) -> Printed<String> {
        match self.program.node(at) {
            Node::Apply(component, _) if matches!(component.get().name, "chars" | "range" | "unique") => {
                self.iterable(at)
            }
            _ => Ok(self.expr(at)?.text),
        }
    }

    pub(super) fn range(&mut self, kids: &[NodeId]) -> Printed<String> {
        let to = self.expr(kids[1])?.text;
        if self.program.const_int(kids[0]) == Some(0) {
            return Ok(format!("range({to})"));
        }
        Ok(format!("range({}, {to})", self.expr(kids[0])?.text))
    }

    /// An expression as the only argument of a function that goes through it.
    pub(super) fn sole_argument(&mut self, at: NodeId) -> Printed<String> {
        if !self.bound.contains_key(&at)
            && self.pairs(at)?.is_none()
            && let Some((element, clause)) = self.comprehension(at)?
        {
            return Ok(format!("{element} {clause}"));
        }
        self.iterable(at)
    }

    /// An expression as the first of several arguments of a function that goes through it.
    pub(super) fn first_argument(&mut self, at: NodeId) -> Printed<String> {
        if !self.bound.contains_key(&at)
            && self.pairs(at)?.is_none()
            && let Some((element, clause)) = self.comprehension(at)?
        {
            return Ok(format!("({element} {clause})"));
        }
        self.iterable(at)
    }

    /// An expression as the only argument of a function for which order and repeats are of no
    /// account, or which orders the elements itself.
    pub(super) fn unordered(&mut self, at: NodeId, repeats_count: bool) -> Printed<String> {
        let program = self.program;
        if let Some(of) = self.distinct(at) {
            return self.set(of);
        }
        if !repeats_count && let Some(kids) = program.apply(at, "sort").filter(|_| !self.bound.contains_key(&at)) {
            return self.sole_argument(kids[0]);
        }
        self.sole_argument(at)
    }

    /// A set of the elements of a list.
    pub(super) fn set(&mut self, of: NodeId) -> Printed<String> {
        if !self.bound.contains_key(&of)
            && let Some((element, clause)) = self.comprehension(of)?
        {
            return Ok(format!("{{{element} {clause}}}"));
        }
        Ok(format!("set({})", self.iterable(of)?))
    }

    /// The list whose elements an expression has without repeats, if a dictionary can tell them.
    pub(super) fn distinct(&self, at: NodeId) -> Option<NodeId> {
        let of = self.program.apply(at, "unique").filter(|_| !self.bound.contains_key(&at))?[0];
        self.program.ty(of).item().is_some_and(|item| Python::is_hashable(&item)).then_some(of)
    }

    /// `zip(a, b)` or `enumerate(a)` for a function that answers with its variables.
    pub(super) fn pairs(&mut self, at: NodeId) -> Printed<Option<String>> {
        let program = self.program;
        let Node::Apply(component, kids) = program.node(at) else { return Ok(None) };
        let Some(Node::Lambda(first, _, body)) = kids.last().map(|kid| program.node(*kid)) else { return Ok(None) };
        let Node::Tuple(items) = program.node(*body) else { return Ok(None) };
        let is_local =
            |k: usize, level: u32| items.get(k).is_some_and(|item| *program.node(*item) == Node::Local(level));
        if items.len() != 2 || self.bound.contains_key(&at) {
            return Ok(None);
        }
        Ok(match component.get().name {
            "zip_with" if is_local(0, *first) && is_local(1, first + 1) => {
                Some(format!("zip({}, {})", self.iterable(kids[0])?, self.iterable(kids[1])?))
            }
            "map" if is_local(0, first + 1) && is_local(1, *first) => {
                Some(format!("enumerate({})", self.iterable(kids[0])?))
            }
            _ => None,
        })
    }
}
