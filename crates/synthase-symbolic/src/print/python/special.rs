//! What templates do not say.

use super::Python;
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::print::template::{Text, binds};
use crate::ty::Ty;

impl Python<'_> {
    /// What templates do not say.
    pub(super) fn special(&mut self, at: NodeId, name: &str, kids: &[NodeId]) -> Printed<Option<Text>> {
        let program = self.program;
        let call = |text: String| Ok(Some(Text::new(text, binds::CALL)));
        if let Some(Node::Local(level)) = kids.first().map(|kid| program.node(*kid))
            && let Some((key, run)) = self.runs.get(level)
        {
            match name {
                "at" if program.const_int(kids[1]) == Some(0) => return Ok(Some(Text::new(key.clone(), binds::ATOM))),
                "len" => return call(format!("len(list({run}))")),
                _ => {}
            }
        }
        if let Some(pairs) = self.pairs(at)? {
            return call(format!("list({pairs})"));
        }
        if let Some(text) = self.same_for_all(name, kids)? {
            return Ok(Some(text));
        }
        if let Some((element, clause)) = self.comprehension(at)? {
            return Ok(Some(Text::new(format!("[{element} {clause}]"), binds::ATOM)));
        }
        match name {
            "concat" if *program.ty(at) == Ty::Str => self.joined(at).map(Some),
            "concat" => self.list_of_parts(at),
            "fixed" | "to_base" => self.written(at),
            "pad_left" | "pad_right" => match (self.written(at)?, program.const_str(kids[2])) {
                (Some(text), _) => Ok(Some(text)),
                (None, Some(" ")) => {
                    let method = if name == "pad_left" { "rjust" } else { "ljust" };
                    call(format!("{}.{method}({})", self.atom(kids[0])?, self.expr(kids[1])?.text))
                }
                _ => Ok(None),
            },
            "add_days" => {
                let days = match (program.const_int(kids[1]), program.apply(kids[1], "neg")) {
                    (Some(days), _) if days < 0 => days.unsigned_abs().to_string(),
                    (_, Some(days)) if !self.bound.contains_key(&kids[1]) => self.expr(days[0])?.text,
                    _ => return Ok(None),
                };
                let day = self.at(kids[0], binds::SUM)?;
                Ok(Some(Text::new(format!("{day} - datetime.timedelta(days={days})"), binds::SUM)))
            }
            "drop" => self.middle(kids),
            "take" => self.beginning(kids),
            "reverse" => {
                let Some(inner) = program.apply(kids[0], "sort") else { return Ok(None) };
                if self.bound.contains_key(&kids[0]) {
                    return Ok(None);
                }
                let of = match self.distinct(inner[0]) {
                    Some(of) => self.set(of)?,
                    None => self.iterable(inner[0])?,
                };
                call(format!("sorted({of}, reverse=True)"))
            }
            "contains" => self.membership(kids, "in").map(Some),
            "find" if *program.ty(kids[0]) != Ty::Str => self.place(kids),
            "count" if *program.ty(kids[0]) != Ty::Str => {
                call(format!("{}.count({})", self.at(kids[0], binds::CALL)?, self.expr(kids[1])?.text))
            }
            "len" => self.length(kids[0]),
            "maximum" => call(format!("max({})", self.unordered(kids[0], false)?)),
            "minimum" => call(format!("min({})", self.unordered(kids[0], false)?)),
            "sort" => call(format!("sorted({})", self.unordered(kids[0], true)?)),
            "product" => call(format!("math.prod({})", self.unordered(kids[0], true)?)),
            "sum" if *program.ty(at) == Ty::Int => call(format!("sum({})", self.unordered(kids[0], true)?)),
            "unique" if self.sorted_set(kids[0]).is_some() => {
                let Some(of) = self.sorted_set(kids[0]) else { return Ok(None) };
                call(format!("sorted({})", self.set(of)?))
            }
            "unique" if program.ty(kids[0]).item().is_some_and(|item| !Python::is_hashable(&item)) => {
                let of = self.atom(kids[0])?;
                let vars = [(u32::MAX, "i".to_owned(), false), (u32::MAX - 1, "x".to_owned(), false)];
                let text = self.with_vars(&vars, |_, names| {
                    let (i, x) = (&names[0], &names[1]);
                    Ok(format!("[{x} for {i}, {x} in enumerate({of}) if {x} not in {of}[:{i}]]"))
                })?;
                Ok(Some(Text::new(text, binds::ATOM)))
            }
            // A sum of no floats is a float as well.
            "sum" => call(format!("sum({}, 0.0)", self.first_argument(kids[0])?)),
            "max" | "min" => {
                let mut args = Vec::new();
                self.flat(at, name, &mut args)?;
                call(format!("{name}({})", args.join(", ")))
            }
            "range" => {
                let range = self.range(kids)?;
                call(format!("list({range})"))
            }
            "round" => self.rounded(kids).map(Some),
            "add" | "divide" | "mul" | "sub" => self.numbers(name, kids),
            "is_digit" => self.digits(kids[0]).map(Some),
            "not" => self.opposite(kids[0]),
            "eq" => self.equality(at, kids, true).map(Some),
            "lt" => self.compared(kids, "<").map(Some),
            "le" => self.compared(kids, "<=").map(Some),
            "and" | "or" => self.connected(at, name).map(Some),
            "if" => self.conditional(kids).map(Some),
            "any" | "all" => {
                let (first, body) = self.lambda(kids[1])?;
                if *program.node(body) == Node::Local(first) {
                    return call(format!("{name}({})", self.sole_argument(kids[0])?));
                }
                let text = self.clause(kids[0], first, body, |test, clause| format!("{name}({test} {clause})"))?;
                call(text)
            }
            "sort_by" | "max_by" | "min_by" => self.ordered_by(name, kids).map(Some),
            "fold" | "scan" => self.stepwise(name, kids).map(Some),
            _ => Ok(None),
        }
    }

    /// The list that another is the sorted form of, where a set can hold its elements.
    fn sorted_set(&self, at: NodeId) -> Option<NodeId> {
        let of = self.program.apply(at, "sort").filter(|_| !self.bound.contains_key(&at))?[0];
        self.program.ty(of).item().is_some_and(|item| Python::is_hashable(&item)).then_some(of)
    }

    /// An expression short enough to stand several times.
    pub(super) fn atom(&mut self, at: NodeId) -> Printed<String> {
        self.at(at, binds::CALL)
    }
}
