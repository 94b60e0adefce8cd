//! Order: sorting, extremes.

use super::JavaScript;
use super::helpers::Helper;
use crate::core::expr::NodeId;
use crate::print::Printed;
use crate::print::template::{Text, binds};
use crate::ty::Ty;

impl JavaScript<'_> {
    /// Names for two elements of a list.
    pub(super) fn pair(&self) -> [String; 2] {
        let pairs = [["a", "b"], ["x", "y"], ["left", "right"]];
        let free = pairs.into_iter().find(|pair| pair.iter().all(|name| self.names.is_free(name)));
        free.unwrap_or(pairs[2]).map(str::to_owned)
    }

    pub(super) fn sorted(&mut self, list: NodeId, order: &str, sure: bool) -> Printed<Text> {
        self.sure = sure;
        let source = self.receiver(list)?;
        let method = if self.is_fresh(list) { "sort" } else { "toSorted" };
        Ok(Text::new(format!("{source}.{method}({order})"), binds::CALL))
    }

    pub(super) fn sorted_by(&mut self, kids: &[NodeId], sure: bool) -> Printed<Text> {
        let program = self.program;
        let (first, mut body) = self.lambda(kids[1])?;
        let [x, y] = self.pair().map(|like| self.names.fresh(&like));
        let mut names = [&x, &y];
        if let Some(inner) = program.apply(body, "neg") {
            body = inner[0];
            names.reverse();
        }
        let known = self.known_of_elements(kids[0]);
        let mut keys = Vec::new();
        for name in names {
            self.locals.insert(first, Text::new(name.clone(), binds::ATOM));
            self.known.insert(first, known);
            keys.push(self.expr(body)?);
        }
        self.locals.remove(&first);
        self.known.remove(&first);
        for name in names {
            self.names.release(name);
        }
        let [a, b] = <[Text; 2]>::try_from(keys).expect("two keys");
        let order = if *program.ty(body) == Ty::Str {
            let compare = self.helper(Helper::Compare);
            format!("({x}, {y}) => {compare}({}, {})", a.text, b.text)
        } else {
            format!("({x}, {y}) => {} - {}", a.at_least(binds::SUM), b.at_least(binds::PRODUCT))
        };
        self.sorted(kids[0], &order, sure)
    }

    pub(super) fn extreme(&mut self, name: &str, kids: &[NodeId]) -> Printed<Text> {
        let (first, body) = self.lambda(kids[1])?;
        let known = self.known_of_elements(kids[0]);
        // Words that cannot be none are written otherwise than by themselves: they could have no line.
        let is_words = self.program.apply(kids[0], "words").is_some();
        let source = if is_words { self.receiver(kids[0])? } else { self.sure_receiver(kids[0])? };
        let best = self.names.fresh("best");
        let next = self.names.fresh(&self.program.element_name(kids[0]));
        let mut keys = Vec::new();
        for name in [&next, &best] {
            self.locals.insert(first, Text::new(name.clone(), binds::ATOM));
            self.known.insert(first, known);
            keys.push(self.at(body, binds::SUM)?);
        }
        self.locals.remove(&first);
        self.known.remove(&first);
        self.names.release(&best);
        self.names.release(&next);
        let sign = if name == "max_by" { ">" } else { "<" };
        let text = format!("{source}.reduce(({best}, {next}) => ({} {sign} {} ? {next} : {best}))", keys[0], keys[1]);
        Ok(Text::new(text, binds::CALL))
    }
}
