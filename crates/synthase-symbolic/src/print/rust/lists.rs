//! Lists: what goes through them, how they are put together, and the lines that need statements.

use super::convert::{collected, copied};
use super::form::{Expr, Flow, Form, TEMPORARY, untyped};
use super::{Rust, binds};
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::ty::Ty;

impl Rust<'_> {
    /// A list as a lazy iterator.
    pub(super) fn items(&mut self, at: NodeId) -> Printed<Expr> {
        let expr = self.expr(at)?;
        self.through(expr)
    }

    /// A list with functions that give owned elements, where functions make it.
    pub(super) fn owned_items(&mut self, at: NodeId) -> Printed<Expr> {
        if let Some(kids) = self.applied(at, "map") {
            return self.mapped(kids[0], kids[1], true);
        }
        if let Some(kids) = self.applied(at, "zip_with") {
            return self.zipped(&kids, true);
        }
        self.expr(at)
    }

    /// Whether an expression is written as statements.
    pub(super) fn is_statement(&self, at: NodeId) -> bool {
        let Some(name) = (match self.program.node(at) {
            Node::Apply(component, _) => Some(component.get().name),
            _ => None,
        }) else {
            return false;
        };
        match name {
            "sort_by" => true,
            "reverse" => self.applied(self.program.children(at)[0], "sort").is_some(),
            // Unless it is only sorted to be turned around.
            "sort" => {
                let program = self.program;
                let all = program.reachable(program.root);
                let uses = |parent: &NodeId| program.children(*parent).contains(&at);
                let mut parents = all.iter().copied().filter(uses).peekable();
                parents.peek().is_none() || parents.any(|parent| program.apply(parent, "reverse").is_none())
            }
            _ => false,
        }
    }

    /// The line or lines that give an expression a name.
    pub(super) fn bind(&mut self, at: NodeId, name: &str) -> Printed<String> {
        let ty = self.program.ty(at).clone();
        if self.is_statement(at) {
            let mut list = at;
            let mut method = String::new();
            if let Some(kids) = self.applied(at, "reverse") {
                list = kids[0];
                method = format!("\n{name}.reverse();");
            }
            let kids = self.program.children(list);
            let items = self.solid_list(kids[0])?;
            let item = items.form.item().cloned().ok_or("no list to sort")?;
            let sort = if kids.len() == 1 {
                let is_float = ty.item() == Some(Ty::Float);
                if is_float { format!("{name}.sort_by(f64::total_cmp);") } else { format!("{name}.sort();") }
            } else {
                format!("{name}.{};", self.sort_by_key(&kids, &items)?)
            };
            let line = self.let_line(name, &items, true);
            let mut expr = Expr::new(name, binds::ATOM, Form::Vec(Box::new(item)));
            expr.place = true;
            self.forms.insert(at, expr);
            return Ok(format!("{line}\n{sort}{method}"));
        }
        let expr = self.typed_part(at)?;
        let item_borrows = match &expr.form {
            Form::Iter(item, _) => item.borrows(),
            form => form.borrows(),
        };
        let expr = if item_borrows && expr.life > 0 { self.own(expr, &ty)? } else { self.solid(expr, &ty)? };
        let expr = if expr.place && !expr.form.is_copy() {
            Expr::new(format!("&{}", expr.text), binds::UNARY, Form::Ref(Box::new(expr.form)))
        } else {
            expr
        };
        let line = self.let_line(name, &expr, false);
        let mut named = Expr::new(name, binds::ATOM, expr.form);
        named.place = true;
        if !named.form.is_copy() {
            self.owned_names.push(name.to_owned());
        }
        self.forms.insert(at, named);
        Ok(line)
    }

    fn let_line(&self, name: &str, expr: &Expr, is_mut: bool) -> String {
        let mutable = if is_mut { "mut " } else { "" };
        let short = untyped(expr);
        if short.chars().count() + name.len() > 72 {
            let chain = super::layout::broken(&short);
            if chain != short {
                let ty = expr.form.name().filter(|_| short != expr.text).map_or(String::new(), |ty| format!(": {ty}"));
                let chain = if ty.is_empty() { super::layout::broken(&expr.text) } else { chain };
                return format!("let {mutable}{name}{ty} = {chain};");
            }
        }
        match expr.form.name().filter(|_| short != expr.text) {
            Some(ty) => format!("let {mutable}{name}: {ty} = {short};"),
            None => format!("let {mutable}{name} = {};", expr.text),
        }
    }

    /// A list as a `Vec` of its own, elements in whatever form they have.
    pub(super) fn solid_list(&mut self, at: NodeId) -> Printed<Expr> {
        let ty = self.program.ty(at).clone();
        let expr = self.expr(at)?;
        if matches!(expr.form, Form::Vec(_)) && !expr.place {
            return if expr.form.borrows() && expr.life == TEMPORARY { self.own(expr, &ty) } else { Ok(expr) };
        }
        if matches!(expr.form, Form::Array(_)) {
            return self.own(expr, &ty);
        }
        let items = copied(&self.through(expr)?);
        let item = items.form.item().cloned().ok_or("no list to go through")?;
        if item.borrows() && items.life == TEMPORARY {
            return self.owned(at);
        }
        let life = if item.borrows() { items.life } else { 0 };
        // Elements of a slice are copied with it.
        let item = if let Form::Ref(of) = &item
            && items.text.ends_with(".iter()")
        {
            let list = items.text.trim_end_matches(".iter()");
            return Ok(Expr::new(format!("{list}.to_vec()"), binds::CALL, Form::Vec(of.clone())));
        } else {
            item
        };
        Ok(Expr::new(collected(&items), binds::CALL, Form::Vec(Box::new(item))).living(life))
    }

    /// `sort_by_key(…)` of a list's elements.
    fn sort_by_key(&mut self, kids: &[NodeId], list: &Expr) -> Printed<String> {
        let mut list = list.clone();
        list.place = false;
        let items = self.through(list)?;
        let (_, body) = self.lambda(kids[1])?;
        if *self.program.ty(body) == Ty::Float {
            let (a, x) = self.key(kids[0], &items, kids[1], Some("a"))?;
            let (b, y) = self.key(kids[0], &items, kids[1], Some("b"))?;
            return Ok(format!("sort_by(|{a}, {b}| {}.total_cmp(&{}))", x.at(binds::CALL), y.at(binds::UNARY)));
        }
        let (var, key) = self.key(kids[0], &items, kids[1], None)?;
        Ok(format!("sort_by_key(|{var}| {})", key.text))
    }

    /// A sorted list inside of an expression.
    pub(super) fn sorted(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        let list = self.solid_list(kids[0])?;
        let form = list.form.clone();
        let life = list.life;
        let is_float = self.program.ty(kids[0]).item() == Some(Ty::Float);
        if kids.len() == 1 {
            let helper = if is_float { "sorted_floats" } else { "sorted" };
            return Ok(self.helper(helper, &[list.text], form).living(life));
        }
        let text = list.text.clone();
        let mut moved = list;
        moved.place = false;
        let items = self.through(moved)?;
        let (_, body) = self.lambda(kids[1])?;
        let helper = if *self.program.ty(body) == Ty::Float { "sorted_by_float" } else { "sorted_by_key" };
        let (var, key) = self.key(kids[0], &items, kids[1], None)?;
        Ok(self.helper(helper, &[text, format!("|{var}| {}", key.text)], form).living(life))
    }

    pub(super) fn unique(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        fn has_float(ty: &Ty) -> bool {
            match ty {
                Ty::Float => true,
                Ty::List(of) => has_float(of),
                Ty::Tuple(items) => items.iter().any(has_float),
                _ => false,
            }
        }
        let items = copied(&self.items(kids[0])?);
        let item = items.form.item().cloned().ok_or("no list to go through")?;
        let helper = if has_float(self.program.ty(kids[0])) { "unique_by_eq" } else { "unique" };
        let life = items.life;
        Ok(self.helper(helper, &[items.text], Form::Vec(Box::new(item))).living(life))
    }

    /// A list put together from elements and lists.
    pub(super) fn list_of_parts(&mut self, at: NodeId) -> Printed<Expr> {
        let ty = self.program.ty(at).clone();
        let Ty::List(item) = &ty else { return Err("no list to put together".to_owned()) };
        let mut parts = Vec::new();
        self.open_parts(at, &mut parts);
        let mut singles = Vec::new();
        for part in &parts {
            match self.applied(*part, "single") {
                Some(kids) => singles.push(kids[0]),
                None => break,
            }
        }
        if singles.len() == parts.len() {
            let mut texts = Vec::new();
            for (i, single) in singles.into_iter().enumerate() {
                let one = if i == 0 { self.typed_item(single)? } else { self.owned(single)? };
                texts.push(untyped(&one));
            }
            return Ok(Expr::new(format!("vec![{}]", texts.join(", ")), binds::CALL, Form::owned(&ty)));
        }
        // One iterator behind the other.
        let mut chain: Vec<Expr> = Vec::new();
        for part in &parts {
            let expr = match self.applied(*part, "single") {
                Some(kids) => {
                    let one = self.expr(kids[0])?;
                    let one_ty = self.program.ty(kids[0]).clone();
                    let one = self.solid(one, &one_ty)?;
                    let one = if one.place && !one.form.is_copy() { self.own(one, &one_ty)? } else { one };
                    let life = one.borrowed();
                    let flow = Flow { by_ref: false, both_ways: true, exact: true };
                    let name = format!("[{}]", one.text);
                    Expr::new(name, binds::ATOM, Form::Iter(Box::new(one.form), flow)).living(life)
                }
                None => self.items(*part)?,
            };
            let expr = copied(&expr);
            // Elements next to each other are one array.
            if let Some(last) = chain.last_mut()
                && (last.binds, expr.binds) == (binds::ATOM, binds::ATOM)
                && last.form == expr.form
                && let (Some(head), Some(tail)) = (last.text.strip_suffix(']'), expr.text.strip_prefix('['))
            {
                last.text = format!("{head}, {tail}");
                last.life = last.life.max(expr.life);
                continue;
            }
            chain.push(expr);
        }
        let forms: Vec<Form> = chain.iter().filter_map(|part| part.form.item().cloned()).collect();
        let alike = forms.windows(2).all(|pair| pair[0] == pair[1]) && chain.iter().all(|part| part.life < TEMPORARY);
        if !alike {
            for part in &mut chain {
                let is_single = part.text.starts_with('[') && part.binds == binds::ATOM;
                let iter = if is_single { part.call(".into_iter()", part.form.clone()) } else { part.clone() };
                *part = self.own_items(iter, item)?;
            }
        }
        let life = chain.iter().map(|part| part.life).max().unwrap_or(0);
        let mut all = chain[0].clone();
        if all.text.starts_with('[') && all.binds == binds::ATOM {
            all = all.call(".into_iter()", all.form.clone());
        }
        let mut both_ways = all.flow().both_ways;
        for part in &chain[1..] {
            both_ways &= part.flow().both_ways;
            let text = part.text.strip_suffix(".into_iter()").unwrap_or(&part.text);
            let form = all.form.clone();
            all = all.call(&format!(".chain({text})"), form);
        }
        if let Form::Iter(_, flow) = &mut all.form {
            flow.both_ways = both_ways;
            flow.exact = false;
        }
        Ok(all.living(life))
    }

    /// The parts of a concatenation, as far as they have no names.
    pub(super) fn open_parts(&self, at: NodeId, parts: &mut Vec<NodeId>) {
        match self.applied(at, "concat") {
            Some(kids) => {
                self.open_parts(kids[0], parts);
                self.open_parts(kids[1], parts);
            }
            None => parts.push(at),
        }
    }

    /// `a..b`
    pub(super) fn range(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        let program = self.program;
        let constant = |at: NodeId| program.const_int(at).is_some();
        let both = (self.usize_exactly(kids[0])?, self.usize_exactly(kids[1])?);
        let flow = Flow { by_ref: false, both_ways: true, exact: false };
        let (from, to, item) = match both {
            (Some(from), Some(to)) if !(constant(kids[0]) && constant(kids[1])) => {
                (from.at(binds::SUM), to.at(binds::SUM), Form::Usize)
            }
            _ => {
                let (from, to) = (self.int(kids[0])?, self.int(kids[1])?);
                let suffix = if constant(kids[0]) && constant(kids[1]) { "_i64" } else { "" };
                // A range that includes its end.
                if let Some(add) = self.applied(kids[1], "add")
                    && let Some(last) = (0..2).find(|i| program.const_int(add[*i]) == Some(1)).map(|i| add[1 - i])
                {
                    let last = self.int(last)?.at(binds::SUM);
                    let text = format!("({}..={last})", from.at(binds::SUM));
                    return Ok(Expr::new(text, binds::ATOM, Form::Iter(Box::new(Form::Int), flow)));
                }
                (from.at(binds::SUM), to.at(binds::SUM) + suffix, Form::Int)
            }
        };
        let flow = Flow { exact: item == Form::Usize, ..flow };
        Ok(Expr::new(format!("({from}..{to})"), binds::ATOM, Form::Iter(Box::new(item), flow)))
    }

    /// The sum or product of a list.
    pub(super) fn total(&mut self, name: &str, list: NodeId) -> Printed<Expr> {
        let items = self.items(list)?;
        let item = items.form.item().cloned().ok_or("no list to go through")?;
        let ty = item.name().ok_or("no numbers")?;
        Ok(items.call(&format!(".{name}::<{ty}>()"), item).living(0))
    }

    /// The greatest or least element.
    pub(super) fn extreme(&mut self, name: &str, list: NodeId) -> Printed<Expr> {
        let items = copied(&self.items(list)?);
        let item = items.form.item().cloned().ok_or("no list to go through")?;
        let method = match (&item, name) {
            (Form::Float, "maximum") => ".max_by(f64::total_cmp).unwrap()",
            (Form::Float, _) => ".min_by(f64::total_cmp).unwrap()",
            (_, "maximum") => ".max().unwrap()",
            _ => ".min().unwrap()",
        };
        let life = items.life;
        Ok(items.call(method, item).living(life))
    }
}
