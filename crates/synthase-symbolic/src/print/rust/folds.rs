//! Functions that go along a list: folds, extremes by a key, lists of lists.

use super::convert::{copied, single_use};
use super::form::{Expr, Flow, Form};
use super::higher::{Var, is_bare_test};
use super::{Rust, binds};
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::ty::Ty;

impl Rust<'_> {
    /// The last of a row of values, each made from the one before and an element.
    pub(super) fn folded(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        let (first, body) = self.lambda(kids[2])?;
        let items = self.items(kids[0])?;
        let start = self.owned(kids[1])?;
        let so_far = Var::new(Some(first), "so_far", start.form.clone(), 0);
        let element = self.element(kids[0], &items, first + 1)?;
        let used = [self.program.uses_local(body, first), self.program.uses_local(body, first + 1)];
        let references = usize::from(items.flow().by_ref);
        let (function, text) = self.with_vars(vec![so_far, element], |p, vars| {
            let value = p.body(body, true)?;
            let text = single_use(&single_use(&value.text, &vars[0]), &vars[1]);
            let patterns =
                [Self::pattern(&vars[0].text, used[0], 0), Self::pattern(&vars[1].text, used[1], references)];
            Ok((format!("|{}| {text}", patterns.join(", ")), text))
        })?;
        let mut from = start.text.clone();
        if text.contains("so_far")
            && [").", "so_far."].iter().any(|call| text.contains(call))
            && matches!(start.form, Form::Int | Form::Float)
        {
            from = self.typed_number(kids[1])?.text;
        }
        Ok(items.call(&format!(".fold({from}, {function})"), start.form.clone()).living(0))
    }

    /// All of that row but the start.
    pub(super) fn scanned(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        let (first, body) = self.lambda(kids[2])?;
        let items = self.items(kids[0])?;
        let start = self.owned(kids[1])?;
        let life = items.life.max(self.captured(body, first));
        let so_far = Var::new(Some(first), "so_far", start.form.clone(), 0);
        let element = self.element(kids[0], &items, first + 1)?;
        let used = self.program.uses_local(body, first + 1);
        let references = usize::from(items.flow().by_ref);
        let program = self.program;
        let function = self.with_vars(vec![so_far, element], |p, vars| {
            let name = vars[0].text.clone();
            let mut state = vars[0].clone();
            let is_copy = state.form.is_copy();
            (state.text, state.binds) =
                if is_copy { (format!("*{name}"), binds::UNARY) } else { (format!("(*{name})"), binds::ATOM) };
            p.locals.insert(first, state);
            let pattern = Self::pattern(&vars[1].text, used, references);
            let operand = program.apply(body, "add").filter(|add| *program.node(add[0]) == Node::Local(first));
            let step = match operand.map(|add| add[1]).filter(|at| is_copy && !program.uses_local(*at, first)) {
                Some(operand) => format!("*{name} += {};", p.owned(operand)?.text),
                None => {
                    let value = p.body(body, true)?;
                    format!("*{name} = {};", single_use(&value.text, &vars[1]))
                }
            };
            let copy = if is_copy { format!("*{name}") } else { format!("{name}.clone()") };
            Ok(format!("|{name}, {pattern}| {{\n    {step}\n    Some({copy})\n}}"))
        })?;
        let from = if matches!(start.form, Form::Int | Form::Float) {
            self.typed_number(kids[1])?.text
        } else {
            start.text.clone()
        };
        let flow = Flow { by_ref: false, both_ways: false, exact: false };
        let moving = if self.moving { "move " } else { "" };
        let text = format!(".scan({from}, {moving}{function})");
        Ok(items.call(&text, Form::Iter(Box::new(start.form.clone()), flow)).living(life))
    }

    /// The element with the greatest or least value of a function.
    pub(super) fn extreme_by(&mut self, name: &str, list: NodeId, lambda: NodeId) -> Printed<Expr> {
        let items = copied(&self.items(list)?);
        let item = items.form.item().cloned().ok_or("no list to go through")?;
        let life = items.life;
        let (_, body) = self.lambda(lambda)?;
        let both_ways = items.flow().both_ways;
        let is_float = *self.program.ty(body) == Ty::Float;
        let reversed = name == "max_by" && both_ways;
        let items = if reversed { items.call(".rev()", items.form.clone()) } else { items };
        let method = if is_float {
            let mut keys = Vec::new();
            let mut vars = Vec::new();
            for like in ["a", "b"] {
                let (var, key) = self.key(list, &items, lambda, Some(like))?;
                vars.push(var);
                keys.push(key);
            }
            let (x, y) = if name == "max_by" && !reversed { (1, 0) } else { (0, 1) };
            let method = if reversed { "max_by" } else { "min_by" };
            let x_key = keys[x].at(binds::CALL);
            format!(".{method}(|{}, {}| {x_key}.total_cmp(&{}))", vars[0], vars[1], keys[y].at(binds::UNARY))
        } else {
            let (var, key) = self.key(list, &items, lambda, None)?;
            if name == "max_by" && !reversed {
                format!(".min_by_key(|{var}| std::cmp::Reverse({}))", key.text)
            } else {
                format!(".{}_by_key(|{var}| {})", if reversed { "max" } else { "min" }, key.text)
            }
        };
        Ok(items.call(&format!("{method}.unwrap()"), item).living(life))
    }

    /// The key of an element that is passed by reference: the variable's pattern, the key.
    pub(super) fn key(
        &mut self,
        list: NodeId,
        items: &Expr,
        lambda: NodeId,
        like: Option<&str>,
    ) -> Printed<(String, Expr)> {
        let (first, body) = self.lambda(lambda)?;
        let is_used = self.program.uses_local(body, first);
        let mut var = self.element(list, items, first)?;
        if let Some(like) = like {
            var.like = like.to_owned();
        }
        let by_copy = var.form.is_copy();
        if !by_copy {
            var.form = Form::Ref(Box::new(var.form));
            var.life = self.depth + 1;
        }
        self.with_vars(vec![var], |p, vars| {
            let key = if *p.program.ty(body) == Ty::Float { p.typed_number(body)? } else { p.body(body, false)? };
            let mut pattern = Self::pattern(&vars[0].text, is_used, usize::from(by_copy));
            if is_bare_test(&key.text, &vars[0].text) {
                pattern.clone_from(&vars[0].text);
            }
            Ok((pattern, key))
        })
    }

    /// The elements of a list that is made of lists.
    pub(super) fn flattened(&mut self, lists: NodeId) -> Printed<Expr> {
        if let Some(kids) = self.applied(lists, "map")
            && let Some(flat) = self.flat_mapped(&kids)?
        {
            return Ok(flat);
        }
        let items = copied(&self.items(lists)?);
        let item = items.form.item().cloned().ok_or("no list to go through")?;
        let inner = match &item {
            Form::Ref(of) if of.item().is_some_and(Form::is_copy) => of.item().cloned(),
            Form::Ref(of) => of.item().map(|of| Form::Ref(Box::new(of.clone()))),
            Form::Slice(of) if of.is_copy() => Some((**of).clone()),
            Form::Slice(of) => Some(Form::Ref(of.clone())),
            other => other.item().cloned(),
        };
        let inner = inner.ok_or("no list of lists")?;
        let by_ref =
            matches!(&item, Form::Ref(_) | Form::Slice(_)) && inner.is_copy() && !matches!(inner, Form::Ref(_));
        let flow = Flow { by_ref, both_ways: items.flow().both_ways, exact: false };
        let flat = items.call(".flatten()", Form::Iter(Box::new(inner), flow));
        Ok(copied(&flat))
    }

    fn flat_mapped(&mut self, kids: &[NodeId]) -> Printed<Option<Expr>> {
        let (first, body) = self.lambda(kids[1])?;
        if self.program.uses_local(body, first + 1) {
            return Ok(None);
        }
        let items = self.items(kids[0])?;
        let var = self.element(kids[0], &items, first)?;
        let is_used = self.program.uses_local(body, first);
        let references = usize::from(items.flow().by_ref);
        let before = self.moving;
        self.moving = self.program.reachable(body).iter().all(|at| {
            let named = self.is_bound(*at) && self.forms.get(at).is_some_and(|expr| !expr.form.is_copy());
            let param =
                matches!(self.program.node(*at), Node::Param(_)) && !Form::parameter(self.program.ty(*at)).is_copy();
            !named && !param
        });
        let printed = self.with_vars(vec![var], |p, vars| {
            let value = p.items(body)?;
            let value = if value.life >= p.depth {
                let solid = p.body(body, true)?;
                p.through(solid)?
            } else {
                value
            };
            let value = copied(&value);
            let text = value.text.strip_suffix(".into_iter()").unwrap_or(&value.text).to_owned();
            let pattern = Self::pattern(&vars[0].text, is_used, references);
            Ok((value.clone(), format!(".flat_map(|{pattern}| {})", single_use(&text, &vars[0]))))
        });
        self.moving = before;
        let (value, function) = printed?;
        let item = value.form.item().cloned().ok_or("no list to go through")?;
        let flow = Flow { by_ref: false, both_ways: false, exact: false };
        let life = items.life.max(self.captured(body, first)).max(value.life);
        Ok(Some(items.call(&function, Form::Iter(Box::new(item), flow)).living(life)))
    }
}
