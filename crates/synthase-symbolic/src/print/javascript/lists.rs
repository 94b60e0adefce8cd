//! Lists: functions over their elements, order, equality, parts.

use synthase_types::Value;

use super::JavaScript;
use super::helpers::Helper;
use super::known::Known;
use super::mapped::Mapped;
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::print::template::{Text, binds};
use crate::ty::Ty;

/// A function as an argument.
pub(super) fn arrow(params: &[String], body: Text) -> String {
    format!("({}) => {}", params.join(", "), body.at_least(binds::OR))
}

pub(super) fn call(text: String) -> Printed<Option<Text>> {
    Ok(Some(Text::new(text, binds::CALL)))
}

impl JavaScript<'_> {
    /// What templates do not say of lists.
    pub(super) fn list(&mut self, at: NodeId, name: &str, kids: &[NodeId], sure: bool) -> Printed<Option<Text>> {
        let program = self.program;
        let item = kids.first().and_then(|kid| program.ty(*kid).item()).unwrap_or(Ty::Bool);
        let is_text = kids.first().is_some_and(|kid| *program.ty(*kid) == Ty::Str);
        match name {
            "map" => self.map(kids, sure).map(Some),
            "zip_with" => match self.mapped(at, sure)? {
                Some(mapped) => call(format!("{}.map({})", mapped.source, arrow(&mapped.params, mapped.body))),
                None => Ok(None),
            },
            "filter" => {
                let source = self.receiver(kids[0])?;
                let test = self.function(kids[0], kids[1])?;
                call(format!("{source}.filter({test})"))
            }
            "any" | "all" => {
                if let Some(text) = self.all_chars(name, kids)? {
                    return Ok(Some(text));
                }
                let source = self.receiver(kids[0])?;
                let test = self.function(kids[0], kids[1])?;
                call(format!("{source}.{}({test})", if name == "any" { "some" } else { "every" }))
            }
            "sum" | "product" => self.total(name, kids[0]).map(Some),
            "flatten" => match self.mapped(kids[0], false)? {
                Some(mapped) => call(format!("{}.flatMap({})", mapped.source, arrow(&mapped.params, mapped.body))),
                None => call(format!("{}.flat()", self.receiver(kids[0])?)),
            },
            "at" if !is_text => self.element(kids).map(Some),
            "sort" => {
                let [a, b] = self.pair();
                let order = if item == Ty::Str { String::new() } else { format!("({a}, {b}) => {a} - {b}") };
                self.sorted(kids[0], &order, sure).map(Some)
            }
            "sort_by" => self.sorted_by(kids, sure).map(Some),
            "reverse" if !is_text => {
                let numbers = program.apply(kids[0], "sort").filter(|_| !self.bound.contains_key(&kids[0]));
                if let Some(inner) = numbers.filter(|_| item != Ty::Str) {
                    let [a, b] = self.pair();
                    return self.sorted(inner[0], &format!("({a}, {b}) => {b} - {a}"), sure).map(Some);
                }
                self.sure = sure;
                let source = self.receiver(kids[0])?;
                let method = if self.is_fresh(kids[0]) { "reverse" } else { "toReversed" };
                call(format!("{source}.{method}()"))
            }
            "unique" => {
                self.sure = sure;
                Ok(Some(match item {
                    Ty::List(_) | Ty::Tuple(_) => {
                        let source = self.receiver(kids[0])?;
                        Text::new(
                            format!("[...new Map({source}.map((x) => [JSON.stringify(x), x])).values()]"),
                            binds::ATOM,
                        )
                    }
                    Ty::Date => {
                        let source = self.receiver(kids[0])?;
                        Text::new(format!("[...new Map({source}.map((x) => [x.getTime(), x])).values()]"), binds::ATOM)
                    }
                    // A set of a text is one of its characters.
                    _ => match program.apply(kids[0], "chars").filter(|_| !self.bound.contains_key(&kids[0])) {
                        Some(inner) => Text::new(format!("[...new Set({})]", self.expr(inner[0])?.text), binds::ATOM),
                        None => Text::new(format!("[...new Set({})]", self.expr(kids[0])?.text), binds::ATOM),
                    },
                }))
            }
            "contains" if !is_text => {
                let source = self.receiver(kids[0])?;
                match item {
                    Ty::List(_) | Ty::Tuple(_) | Ty::Date => {
                        let test = self.equal_to(kids)?;
                        call(format!("{source}.some({test})"))
                    }
                    _ => call(format!("{source}.includes({})", self.expr(kids[1])?.text)),
                }
            }
            "count" if !is_text => {
                let source = self.receiver(kids[0])?;
                let test = self.equal_to(kids)?;
                call(format!("{source}.filter({test}).length"))
            }
            "find" if !is_text => self.place(kids, &item).map(Some),
            "len" if !is_text => call(format!("{}.length", self.receiver(kids[0])?)),
            "take" | "drop" if !is_text => {
                self.sure = sure;
                let (of, range) = self.slice(at)?;
                self.sure = sure;
                call(format!("{}.slice({range})", self.receiver(of)?))
            }
            "concat" if !is_text => self.spread(at).map(Some),
            "repeat" if !is_text => self.repeated(kids).map(Some),
            "chunks" if !is_text => self.call_helper(Helper::Chunks, kids).map(Some),
            "runs" if !is_text => {
                let same = self.same("a", "b", &item);
                self.same = match self.same.take() {
                    Some(other) if other != same => Some("JSON.stringify(a) === JSON.stringify(b)".to_owned()),
                    _ => Some(same),
                };
                self.call_helper(Helper::Runs, kids).map(Some)
            }
            "range" => self.range(kids, None).map(Some),
            "maximum" | "minimum" => {
                let source = self.sure_receiver(kids[0])?;
                if matches!(item, Ty::Int | Ty::Float) {
                    let function = if name == "maximum" { "max" } else { "min" };
                    return call(format!("Math.{function}(...{source})"));
                }
                let sign = if name == "maximum" { ">" } else { "<" };
                let [a, b] = self.pair();
                call(format!("{source}.reduce(({a}, {b}) => ({b} {sign} {a} ? {b} : {a}))"))
            }
            "max_by" | "min_by" => self.extreme(name, kids).map(Some),
            "fold" | "scan" => self.stepwise(name, kids).map(Some),
            _ => Ok(None),
        }
    }

    /// The variables of a function over the elements of a list.
    pub(super) fn vars(&self, list: NodeId, first: u32) -> [(u32, String, Known); 2] {
        let natural = Known { is_natural: true, ..Known::default() };
        let like = self.program.element_name(list);
        [(first, like, self.known_of_elements(list)), (first + 1, "i".to_owned(), natural)]
    }

    /// A function of an element and its position: the variables and the body.
    pub(super) fn elementwise(&mut self, list: NodeId, lambda: NodeId) -> Printed<(Vec<String>, Text)> {
        let (first, body) = self.lambda(lambda)?;
        let vars = self.vars(list, first);
        let with_element = self.program.uses_local(body, first);
        let with_position =
            matches!(self.program.node(lambda), Node::Lambda(_, 2, _)) && self.program.uses_local(body, first + 1);
        let vars = match (with_element, with_position) {
            (true, true) => vars.to_vec(),
            (true, false) => vars[..1].to_vec(),
            (false, true) => vars[1..].to_vec(),
            (false, false) => Vec::new(),
        };
        self.with_vars(&vars, |p, names| {
            let mut params = names.to_vec();
            if with_position && !with_element {
                params.insert(0, "_".to_owned());
            }
            Ok((params, p.expr(body)?))
        })
    }

    /// A function of an element and its position as an argument.
    fn function(&mut self, list: NodeId, lambda: NodeId) -> Printed<String> {
        let (first, body) = self.lambda(lambda)?;
        let program = self.program;
        if *program.node(body) == Node::Local(first) && *program.ty(body) == Ty::Bool {
            return Ok("Boolean".to_owned());
        }
        if let Node::Apply(component, kids) = program.node(body)
            && *program.node(kids[0]) == Node::Local(first)
        {
            match component.get().name {
                "to_int" | "to_float" => return Ok("Number".to_owned()),
                "text" => return Ok("String".to_owned()),
                "capitalize" => return Ok(self.helper(Helper::Capitalize).to_owned()),
                _ => {}
            }
        }
        let (params, body) = self.elementwise(list, lambda)?;
        Ok(arrow(&params, body))
    }

    fn map(&mut self, kids: &[NodeId], sure: bool) -> Printed<Text> {
        let program = self.program;
        let (first, body) = self.lambda(kids[1])?;
        if let Some(range) = program.apply(kids[0], "range").filter(|_| !self.bound.contains_key(&kids[0]))
            && !program.uses_local(body, first + 1)
        {
            let from_zero = program.const_int(range[0]) == Some(0);
            if from_zero || self.uses(body, first) <= 1 {
                return self.range(range, Some((first, body)));
            }
        }
        self.sure = sure;
        let source = self.receiver(kids[0])?;
        let function = self.function(kids[0], kids[1])?;
        Ok(Text::new(format!("{source}.map({function})"), binds::CALL))
    }

    fn element(&mut self, kids: &[NodeId]) -> Printed<Text> {
        let program = self.program;
        let filter = program.apply(kids[0], "filter").filter(|_| !self.bound.contains_key(&kids[0]));
        if let Some(inner) = filter.map(<[NodeId]>::to_vec)
            && let Some(method) = match program.const_int(kids[1]) {
                Some(0) => Some("find"),
                Some(-1) => Some("findLast"),
                _ => None,
            }
            && !matches!(program.node(inner[1]), Node::Lambda(first, _, body) if program.uses_local(*body, first + 1))
        {
            let source = self.sure_receiver(inner[0])?;
            let test = self.function(inner[0], inner[1])?;
            return Ok(Text::new(format!("{source}.{method}({test})"), binds::CALL));
        }
        if let Some(text) = self.first_match(kids)? {
            return Ok(text);
        }
        let source = self.sure_receiver(kids[0])?;
        Ok(Text::new(source + &self.index(kids[1])?, binds::CALL))
    }

    /// A position behind a list or text.
    pub(super) fn index(&mut self, at: NodeId) -> Printed<String> {
        let text = self.expr(at)?.text;
        Ok(if self.is_natural(at) { format!("[{text}]") } else { format!(".at({text})") })
    }

    fn stepwise(&mut self, name: &str, kids: &[NodeId]) -> Printed<Text> {
        let (first, body) = self.lambda(kids[2])?;
        let list = kids[0];
        let start = self.expr(kids[1])?.text;
        let [element, _] = self.vars(list, first + 1);
        let used = if self.program.uses_local(body, first + 1) { 2 } else { 1 };
        let like = if matches!(self.program.ty(body), Ty::Int | Ty::Float) { "total" } else { "result" };
        let function = self.with_vars(&[(first, like.to_owned(), Known::default()), element], |p, names| {
            Ok(arrow(&names[..used], p.expr(body)?))
        })?;
        let text = if name == "fold" {
            format!("{}.reduce({function}, {start})", self.receiver(list)?)
        } else {
            let scan = self.helper(Helper::Scan);
            format!("{scan}({}, {function}, {start})", self.expr(list)?.text)
        };
        Ok(Text::new(text, binds::CALL))
    }

    /// The function that tells whether an element equals a value.
    fn equal_to(&mut self, kids: &[NodeId]) -> Printed<String> {
        let program = self.program;
        let ty = program.ty(kids[1]).clone();
        let mut like = program.element_name(kids[0]);
        if !self.names.is_free(&like) {
            like = "other".to_owned();
        }
        let vars = [(u32::MAX, like, Known::default())];
        self.with_vars(&vars, |p, names| {
            let wanted = p.at(kids[1], binds::SUM)?;
            Ok(format!("({}) => {}", names[0], p.same(&names[0], &wanted, &ty)))
        })
    }

    /// Whether two values of a type are equal.
    pub(super) fn same(&self, a: &str, b: &str, ty: &Ty) -> String {
        match ty {
            Ty::List(_) | Ty::Tuple(_) => format!("JSON.stringify({a}) === JSON.stringify({b})"),
            Ty::Date => format!("{a}.getTime() === {b}.getTime()"),
            _ => format!("{a} === {b}"),
        }
    }

    /// The position of the first element that equals a value, or for which something holds.
    fn place(&mut self, kids: &[NodeId], item: &Ty) -> Printed<Text> {
        let program = self.program;
        let wanted_true = matches!(program.node(kids[1]), Node::Const(Value::Bool(true)));
        let text = match self.mapped_if(wanted_true, kids[0])? {
            Some(Mapped { source, params, body }) => format!("{source}.findIndex({})", arrow(&params, body)),
            None => {
                let source = self.receiver(kids[0])?;
                if matches!(item, Ty::List(_) | Ty::Tuple(_) | Ty::Date) {
                    format!("{source}.findIndex({})", self.equal_to(kids)?)
                } else {
                    format!("{source}.indexOf({})", self.expr(kids[1])?.text)
                }
            }
        };
        Ok(Text::new(text, binds::CALL))
    }

    fn mapped_if(&mut self, wanted: bool, at: NodeId) -> Printed<Option<Mapped>> {
        if wanted { self.mapped(at, false) } else { Ok(None) }
    }

    /// A list put together from elements and lists.
    fn spread(&mut self, at: NodeId) -> Printed<Text> {
        let program = self.program;
        let mut items = Vec::new();
        for part in self.parts(at) {
            let single = program.apply(part, "single").filter(|_| !self.bound.contains_key(&part));
            match (single.map(|kids| kids[0]), program.node(part)) {
                (Some(item), _) => items.push(self.expr(item)?.text),
                (None, Node::Const(Value::List(values))) => {
                    for value in values {
                        items.push(self.constant(value)?.text);
                    }
                }
                _ => items.push(format!("...{}", self.at(part, binds::OR)?)),
            }
        }
        Ok(Text::new(format!("[{}]", items.join(", ")), binds::ATOM))
    }
}
