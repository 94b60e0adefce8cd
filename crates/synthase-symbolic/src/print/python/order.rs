//! Functions as arguments: sorting, choosing, folding, finding.

use synthase_types::Value;

use super::Python;
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::print::template::{Text, binds};
use crate::ty::Ty;

impl Python<'_> {
    /// A list sorted, or an element chosen, by the value of a function.
    pub(super) fn ordered_by(&mut self, name: &str, kids: &[NodeId]) -> Printed<Text> {
        let program = self.program;
        let over = self.iterable(kids[0])?;
        let (first, body) = self.lambda(kids[1])?;
        // The opposite order keeps equals in their old order, too.
        let opposite = program.apply(body, "neg").map(|inner| inner[0]);
        let key = self.key(kids[0], first, opposite.unwrap_or(body))?;
        let key = key.map_or_else(String::new, |key| format!(", key={key}"));
        let text = match (name, opposite.is_some()) {
            ("sort_by", false) => format!("sorted({over}{key})"),
            ("sort_by", true) => format!("sorted({over}{key}, reverse=True)"),
            ("max_by", false) | ("min_by", true) => format!("max({over}{key})"),
            _ => format!("min({over}{key})"),
        };
        Ok(Text::new(text, binds::CALL))
    }

    /// A function of an element as an argument; none if it answers with the element itself.
    fn key(&mut self, list: NodeId, first: u32, body: NodeId) -> Printed<Option<String>> {
        let program = self.program;
        let is_element = |at: NodeId| *program.node(at) == Node::Local(first);
        if is_element(body) {
            return Ok(None);
        }
        if let Node::Apply(component, kids) = program.node(body)
            && kids.first().is_some_and(|kid| is_element(*kid))
            && kids.len() == 1
        {
            let function = match component.get().name {
                "abs" => "abs",
                "code" => "ord",
                "len" => "len",
                "lower" => "str.lower",
                "maximum" => "max",
                "minimum" => "min",
                "sum" if *program.ty(body) == Ty::Int => "sum",
                "text" => "str",
                "to_int" => "int",
                "to_float" => "float",
                "trim" => "str.strip",
                "upper" => "str.upper",
                _ => "",
            };
            if !function.is_empty() {
                return Ok(Some(function.to_owned()));
            }
        }
        if let Some(kids) = program.apply(body, "count")
            && is_element(kids[1])
            && matches!(program.node(kids[0]), Node::Param(_))
        {
            return Ok(Some(format!("{}.count", self.expr(kids[0])?.text)));
        }
        let has_chars = self.has_chars(list);
        let like = program.element_name(list);
        self.with_vars(&[(first, like, has_chars)], |p, names| {
            Ok(Some(format!("lambda {}: {}", names[0], p.expr(body)?.text)))
        })
    }

    pub(super) fn stepwise(&mut self, name: &str, kids: &[NodeId]) -> Printed<Text> {
        let program = self.program;
        let (first, body) = self.lambda(kids[2])?;
        let list = self.iterable(kids[0])?;
        let start = self.expr(kids[1])?.text;
        let is_sum = program.apply(body, "add").is_some_and(|add| {
            *program.node(add[0]) == Node::Local(first) && *program.node(add[1]) == Node::Local(first + 1)
        });
        if name == "scan" && is_sum && program.const_int(kids[1]) == Some(0) {
            return Ok(Text::new(format!("list(itertools.accumulate({list}))"), binds::CALL));
        }
        let is_used = program.uses_local(body, first + 1);
        let like = if is_used { program.element_name(kids[0]) } else { "_".to_owned() };
        let vars = [(first, "so_far".into(), false), (first + 1, like, false)];
        let function = match program.node(body) {
            Node::Apply(component, args)
                if matches!(component.get().name, "max" | "min")
                    && *program.node(args[0]) == Node::Local(first)
                    && *program.node(args[1]) == Node::Local(first + 1) =>
            {
                component.get().name.to_owned()
            }
            _ => self.with_vars(&vars, |p, names| {
                Ok(format!("lambda {}, {}: {}", names[0], names[1], p.expr(body)?.text))
            })?,
        };
        let text = if name == "fold" {
            format!("functools.reduce({function}, {list}, {start})")
        } else {
            format!("list(itertools.accumulate({list}, {function}, initial={start}))[1:]")
        };
        Ok(Text::new(text, binds::CALL))
    }

    /// The position of the first element that equals a value, or for which something holds.
    pub(super) fn place(&mut self, kids: &[NodeId]) -> Printed<Option<Text>> {
        let program = self.program;
        let wanted_true = matches!(program.node(kids[1]), Node::Const(Value::Bool(true)));
        if let Some(map) = program.apply(kids[0], "map").filter(|_| wanted_true).map(<[NodeId]>::to_vec) {
            let (first, body) = self.lambda(map[1])?;
            let like = program.element_name(map[0]);
            let has_chars = self.has_chars(map[0]);
            let over = self.iterable(map[0])?;
            let vars = [(first + 1, "i".to_owned(), false), (first, like, has_chars)];
            let text = self.with_vars(&vars, |p, names| {
                let test = p.at(body, binds::OR)?;
                Ok(format!("next(({} for {}, {} in enumerate({over}) if {test}), -1)", names[0], names[0], names[1]))
            })?;
            return Ok(Some(Text::new(text, binds::CALL)));
        }
        let is_simple = |at: NodeId| matches!(program.node(at), Node::Param(_) | Node::Local(_) | Node::Const(_));
        if is_simple(kids[0]) && is_simple(kids[1]) {
            let (list, item) = (self.at(kids[0], binds::CALL)?, self.at(kids[1], binds::SUM)?);
            return Ok(Some(Text::new(format!("{list}.index({item}) if {item} in {list} else -1"), binds::LOOSE)));
        }
        let over = self.iterable(kids[0])?;
        let wanted = self.at(kids[1], binds::SUM)?;
        let like = program.element_name(kids[0]);
        let vars = [(u32::MAX, "i".to_owned(), false), (u32::MAX - 1, like, false)];
        let text = self.with_vars(&vars, |_, names| {
            let (i, x) = (&names[0], &names[1]);
            Ok(format!("next(({i} for {i}, {x} in enumerate({over}) if {x} == {wanted}), -1)"))
        })?;
        Ok(Some(Text::new(text, binds::CALL)))
    }
}
