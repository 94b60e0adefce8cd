//! Lists as functions over the elements of others.

use super::JavaScript;
use super::helpers::Helper;
use super::known::Known;
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::print::template::{Text, binds};
use crate::ty::Ty;

/// A function's value for each element of a list.
pub(super) struct Mapped {
    pub(super) source: String,
    pub(super) params: Vec<String>,
    pub(super) body: Text,
}

impl JavaScript<'_> {
    /// A list as a function over the elements of another, if it is one.
    pub(super) fn mapped(&mut self, at: NodeId, sure: bool) -> Printed<Option<Mapped>> {
        let program = self.program;
        if self.bound.contains_key(&at) {
            return Ok(None);
        }
        if let Some(kids) = program.apply(at, "map").map(<[NodeId]>::to_vec) {
            self.sure = sure;
            let source = self.receiver(kids[0])?;
            let (params, body) = self.elementwise(kids[0], kids[1])?;
            return Ok(Some(Mapped { source, params, body }));
        }
        let Some(kids) = program.apply(at, "zip_with").map(<[NodeId]>::to_vec) else { return Ok(None) };
        let (first, body) = self.lambda(kids[2])?;
        let mut like = [program.element_name(kids[0]), program.element_name(kids[1])];
        if like[0] == like[1] {
            like = ["x".to_owned(), "y".to_owned()];
        }
        let known = [self.known_of_elements(kids[0]), self.known_of_elements(kids[1])];
        if let Some((source, through, list)) = self.beside(&kids)? {
            // One list is gone through, the other looked up by position.
            let own = first + through as u32;
            let other = first + 1 - through as u32;
            let natural = Known { is_natural: true, ..Known::default() };
            let vars = [(own, like[through].clone(), known[through]), (u32::MAX, "i".to_owned(), natural)];
            return self
                .with_vars(&vars, |p, names| {
                    p.locals.insert(other, Text::new(format!("{list}[{}]", names[1]), binds::CALL));
                    p.known.insert(other, known[1 - through]);
                    let body = p.expr(body)?;
                    p.locals.remove(&other);
                    Ok(Mapped { source, params: names.to_vec(), body })
                })
                .map(Some);
        }
        let name = self.helper(Helper::Zip);
        let source = format!("{name}({}, {})", self.expr(kids[0])?.text, self.expr(kids[1])?.text);
        let vars = [(first, like[0].clone(), known[0]), (first + 1, like[1].clone(), known[1])];
        self.with_vars(&vars, |p, names| {
            Ok(Some(Mapped { source, params: vec![format!("[{}]", names.join(", "))], body: p.expr(body)? }))
        })
    }

    /// Of two lists that are gone through together: the list to go through, which of them it is, and
    /// the other one by name.
    fn beside(&mut self, kids: &[NodeId]) -> Printed<Option<(String, usize, String)>> {
        let program = self.program;
        let part = |of: NodeId, name: &str| {
            program
                .apply(of, name)
                .and_then(|inner| Some((inner[0], program.const_int(inner[1])?)))
                .filter(|_| !self.bound.contains_key(&of))
        };
        let positive = |of: NodeId| part(of, "drop").filter(|(_, n)| *n > 0);
        for (through, other) in [(1, 0), (0, 1)] {
            let Some((whole, n)) = positive(kids[through]) else { continue };
            let begins = kids[other] == whole || part(kids[other], "take") == Some((whole, -n));
            if begins && self.is_name(whole) {
                let source = self.receiver(kids[through])?;
                return Ok(Some((source, through, self.expr(whole)?.text)));
            }
        }
        for (through, other) in [(0, 1), (1, 0)] {
            if self.is_name(kids[other]) {
                let list = self.expr(kids[other])?.text;
                let source = self.receiver(kids[through])?;
                let same = self.same_length(kids[through]) == self.same_length(kids[other]);
                let source = if same { source } else { format!("{source}.slice(0, {list}.length)") };
                return Ok(Some((source, through, list)));
            }
        }
        Ok(None)
    }

    /// The list that a list has its length from.
    fn same_length(&self, at: NodeId) -> NodeId {
        match self.program.node(at) {
            Node::Apply(component, kids) => match component.get().name {
                "map" | "sort" | "sort_by" | "scan" => self.same_length(kids[0]),
                "reverse" if *self.program.ty(at) != Ty::Str => self.same_length(kids[0]),
                _ => at,
            },
            _ => at,
        }
    }

    pub(super) fn total(&mut self, name: &str, list: NodeId) -> Printed<Text> {
        let (like, sign, start, least) =
            if name == "sum" { ("sum", "+", 0, binds::PRODUCT) } else { ("product", "*", 1, binds::UNARY) };
        let so_far = self.names.fresh(like);
        let mapped = self.mapped(list, false);
        self.names.release(&so_far);
        let text = match mapped? {
            Some(Mapped { source, params, body }) => {
                let params = [vec![so_far.clone()], params].concat();
                format!("{source}.reduce(({}) => {so_far} {sign} {}, {start})", params.join(", "), body.at_least(least))
            }
            None => {
                let [a, b] = self.pair();
                format!("{}.reduce(({a}, {b}) => {a} {sign} {b}, {start})", self.receiver(list)?)
            }
        };
        Ok(Text::new(text, binds::CALL))
    }
}
