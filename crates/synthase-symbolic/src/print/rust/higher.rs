//! Functions: their variables and bodies, and the components that take them.

use super::convert::{copied, single_use};
use super::form::{Expr, Flow, Form};
use super::{Rust, binds};
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::ty::Ty;

/// A variable of a function.
pub(super) struct Var {
    /// Its level in the program; none for variables that only the printed text has.
    level: Option<u32>,
    pub(super) like: String,
    pub(super) form: Form,
    pub(super) life: u32,
    is_natural: bool,
}

impl Var {
    /// A variable with the life of what its value borrows from.
    pub(super) fn new(level: Option<u32>, like: impl Into<String>, form: Form, life: u32) -> Var {
        Var { level, like: like.into(), form, life, is_natural: false }
    }
}

impl Rust<'_> {
    /// Gives variables names, prints with them, and forgets them.
    pub(super) fn with_vars<T>(
        &mut self,
        vars: Vec<Var>,
        print: impl FnOnce(&mut Self, &[Expr]) -> Printed<T>,
    ) -> Printed<T> {
        self.depth += 1;
        let depth = self.depth;
        let mut exprs = Vec::new();
        for var in &vars {
            let name = self.fresh_variable(&var.like);
            let owns = matches!(var.form, Form::String | Form::Vec(_) | Form::Tuple(_));
            let life = if owns { depth } else { var.life };
            let mut expr = Expr::new(name, binds::ATOM, var.form.clone()).living(life);
            expr.place = owns;
            if let Some(level) = var.level {
                self.locals.insert(level, expr.clone());
                self.depths.insert(level, depth);
                if var.is_natural {
                    self.naturals.push(level);
                }
            }
            exprs.push(expr);
        }
        let out = print(self, &exprs);
        for (var, expr) in vars.iter().zip(&exprs) {
            self.names.release(&expr.text);
            if let Some(level) = var.level {
                self.locals.remove(&level);
                self.depths.remove(&level);
                self.naturals.retain(|natural| *natural != level);
            }
        }
        self.depth -= 1;
        out
    }

    /// A name for a variable: the next letter where one is taken.
    fn fresh_variable(&mut self, like: &str) -> String {
        let others: &[&str] = match like {
            "x" => &["x", "y", "z"],
            "n" => &["n", "i", "k"],
            "i" => &["i", "k"],
            _ => &[],
        };
        for other in others {
            let name = self.names.fresh(other);
            if name == *other {
                return name;
            }
            self.names.release(&name);
        }
        self.names.fresh(like)
    }

    pub(super) fn lambda(&self, at: NodeId) -> Printed<(u32, NodeId)> {
        match self.program.node(at) {
            Node::Lambda(first, _, body) => Ok((*first, *body)),
            _ => Err("a function that is none".to_owned()),
        }
    }

    /// The value of a function's body.
    pub(super) fn body(&mut self, at: NodeId, owned: bool) -> Printed<Expr> {
        let ty = self.program.ty(at).clone();
        let depth = self.depth;
        let is_number = matches!(ty, Ty::Int | Ty::Float);
        let expr = match owned {
            true => self.owned(at)?,
            false if is_number && self.is_untyped(at) => self.typed_number(at)?,
            false => self.expr(at)?,
        };
        self.leaving(expr, &ty, depth)
    }

    /// How long a lazy function lives that uses variables of functions around it.
    pub(super) fn captured(&self, body: NodeId, first: u32) -> u32 {
        let used = self.program.reachable(body).into_iter().filter_map(|at| match self.program.node(at) {
            Node::Local(level) if *level < first => Some(*level),
            _ => None,
        });
        used.filter_map(|level| {
            let moved = self.moving && self.locals.get(&level).is_some_and(|expr| expr.form.is_copy());
            if moved { None } else { self.depths.get(&level).copied() }
        })
        .max()
        .unwrap_or(0)
    }

    /// The pattern of an element as an iterator gives it: `x`, or `&x` where that is a reference.
    pub(super) fn pattern(name: &str, is_used: bool, references: usize) -> String {
        if is_used { format!("{}{name}", "&".repeat(references)) } else { "_".to_owned() }
    }

    /// The element's variable of a function over a list.
    pub(super) fn element(&self, list: NodeId, items: &Expr, level: u32) -> Printed<Var> {
        let item = items.form.item().cloned().ok_or("no list to go through")?;
        let mut var = Var::new(Some(level), self.program.element_name(list), item, items.life);
        var.is_natural = self.has_naturals(list);
        Ok(var)
    }

    /// A function over the elements of a list (and perhaps their positions), in front of it the
    /// list: `xs.iter().map(|x| …)`. `by_reference` says whether the method passes references.
    pub(super) fn over(
        &mut self,
        list: NodeId,
        lambda: NodeId,
        method: &str,
        owned: bool,
    ) -> Printed<(Expr, Expr, String)> {
        let (first, body) = self.lambda(lambda)?;
        let mut items = self.items(list)?;
        // Behind the last variable come those of functions inside of this one.
        let has_position = matches!(self.program.node(lambda), Node::Lambda(_, 2.., _));
        let with_position = has_position && self.program.uses_local(body, first + 1);
        let with_element = self.program.uses_local(body, first);
        let life = items.life.max(self.captured(body, first));
        // Positions alone need no elements.
        if let (true, false, Some(of)) = (with_position, with_element, items.text.strip_suffix(".iter()"))
            && method != "filter"
        {
            let flow = Flow { by_ref: false, both_ways: true, exact: true };
            let items = Expr::new(format!("(0..{of}.len())"), binds::ATOM, Form::Iter(Box::new(Form::Usize), flow));
            let mut position = Var::new(Some(first + 1), "i", Form::Usize, 0);
            position.is_natural = true;
            let (value, function) = self.with_vars(vec![position], |p, vars| {
                let value = p.body(body, owned)?;
                let function = format!("|{}| {}", vars[0].text, value.text);
                Ok((value, function))
            })?;
            return Ok((items.living(life), value, format!(".{method}({function})")));
        }
        let by_reference = method == "filter";
        if by_reference && !with_position {
            items = copied(&items);
        }
        let mut var = self.element(list, &items, first)?;
        if by_reference && !var.form.is_copy() {
            var.form = Form::Ref(Box::new(var.form));
            var.life = self.depth + 1;
        }
        let references = usize::from(items.flow().by_ref) + usize::from(by_reference && !with_position);
        let is_copy = !matches!(&var.form, Form::Ref(of) if by_reference && !of.is_copy() && var.life > self.depth);
        let references = if is_copy { references } else { 0 };
        let mut position = Var::new(Some(first + 1), "i", Form::Usize, 0);
        position.is_natural = true;
        let mut vars = vec![var];
        if with_position {
            vars.push(position);
        }
        let (body, function) = self.with_vars(vars, |p, vars| {
            if let (Some(i), true, false) = (vars.get(1), by_reference, is_copy) {
                p.locals.insert(first + 1, Expr { text: format!("*{}", i.text), binds: binds::UNARY, ..i.clone() });
            }
            let value = p.body(body, owned)?;
            let text = single_use(&value.text, &vars[0]);
            let mut pattern = Self::pattern(&vars[0].text, with_element, references);
            if let Some(i) = vars.get(1) {
                pattern = match (by_reference, references) {
                    (true, 0) => format!("({}, {pattern})", i.text),
                    (true, _) => format!("&({}, {pattern})", i.text),
                    _ => format!("({}, {pattern})", i.text),
                };
                if by_reference && references == 0 && is_copy {
                    pattern = format!("&{pattern}");
                }
            } else if by_reference && references == 1 && is_bare_test(&text, &vars[0].text) {
                pattern = vars[0].text.clone();
            }
            let function = function_text(&pattern, &text, &vars[0], &value);
            Ok((value, function))
        })?;
        if with_position {
            let flow = Flow { both_ways: items.flow().both_ways && items.flow().exact, ..items.flow() };
            let form = Form::Iter(Box::new(Form::Bool), flow);
            items = Expr { form, ..items.call(".enumerate()", Form::Bool) };
        }
        let moving = if self.moving && life < items.life.max(1) && function.contains('|') { "move " } else { "" };
        items.life = life;
        let function = format!(".{method}({moving}{function})");
        Ok((items, body, function))
    }

    /// A list made by a function from another.
    pub(super) fn mapped(&mut self, list: NodeId, lambda: NodeId, owned: bool) -> Printed<Expr> {
        let (items, value, function) = self.over(list, lambda, "map", owned)?;
        let flow = Flow { by_ref: false, ..items.flow() };
        let life = if value.form.borrows() { items.life.max(value.life) } else { items.life };
        Ok(items.call(&function, Form::Iter(Box::new(value.form), flow)).living(life))
    }

    /// The elements of a list for which something holds.
    pub(super) fn filtered(&mut self, list: NodeId, lambda: NodeId) -> Printed<Expr> {
        let (first, body) = self.lambda(lambda)?;
        let before = copied(&self.items(list)?);
        let item = before.form.item().cloned().ok_or("no list to go through")?;
        let (items, _, function) = self.over(list, lambda, "filter", false)?;
        let mut flow = Flow { exact: false, ..items.flow() };
        let filtered = items.call(&function, Form::Bool);
        if !self.program.uses_local(body, first + 1) {
            return Ok(Expr { form: Form::Iter(Box::new(item), flow), ..filtered });
        }
        flow.exact = false;
        let pattern = if flow.by_ref { "&x" } else { "x" };
        flow.by_ref = false;
        let text = format!(".map(|(_, {pattern})| x)");
        Ok(Expr { form: Form::Iter(Box::new(item), flow), ..filtered.call(&text, Form::Bool) })
    }

    /// Whether something holds for one or all elements.
    pub(super) fn tested(&mut self, name: &str, list: NodeId, lambda: NodeId) -> Printed<Expr> {
        let (items, _, function) = self.over(list, lambda, name, false)?;
        Ok(items.call(&function, Form::Bool).living(0))
    }

    /// A function of two lists' elements.
    pub(super) fn zipped(&mut self, kids: &[NodeId], owned: bool) -> Printed<Expr> {
        let (first, body) = self.lambda(kids[2])?;
        let (a, b) = (self.items(kids[0])?, self.items(kids[1])?);
        let life = a.life.max(b.life).max(self.captured(body, first));
        let mut vars = vec![self.element(kids[0], &a, first)?, self.element(kids[1], &b, first + 1)?];
        if vars[0].like == vars[1].like || (vars[0].like == "x" && vars[1].like == "x") {
            (vars[0].like, vars[1].like) = ("x".into(), "y".into());
        }
        let used = [self.program.uses_local(body, first), self.program.uses_local(body, first + 1)];
        let references = [usize::from(a.flow().by_ref), usize::from(b.flow().by_ref)];
        let (value, function) = self.with_vars(vars, |p, vars| {
            let value = p.body(body, owned)?;
            let mut text = value.text.clone();
            let mut patterns = Vec::new();
            for k in 0..2 {
                text = single_use(&text, &vars[k]);
                patterns.push(Self::pattern(&vars[k].text, used[k], references[k]));
            }
            let moving = if p.moving { "move " } else { "" };
            let function = format!(".map({moving}|({})| {text})", patterns.join(", "));
            Ok((value, function))
        })?;
        // `zip` takes whatever can be gone through.
        let other = b.text.strip_suffix(".iter()").or_else(|| b.text.strip_suffix(".into_iter()"));
        let other = match other {
            Some(list) if b.text.ends_with(".into_iter()") => list.to_owned(),
            Some(list) if self.is_slice(kids[1])? => list.to_owned(),
            _ => b.text.clone(),
        };
        let flow = Flow {
            by_ref: false,
            both_ways: a.flow().both_ways && b.flow().both_ways && a.flow().exact && b.flow().exact,
            exact: a.flow().exact && b.flow().exact,
        };
        let zip = format!(".zip({other}){function}");
        Ok(a.call(&zip, Form::Iter(Box::new(value.form), flow)).living(life.max(value.life)))
    }

    fn is_slice(&mut self, at: NodeId) -> Printed<bool> {
        Ok(matches!(self.expr(at)?.form, Form::Slice(_) | Form::Ref(_)))
    }
}

/// A function as an argument: its path where it is nothing but a call.
fn function_text(pattern: &str, body: &str, var: &Expr, _value: &Expr) -> String {
    let call = format!("({})", var.text);
    if *pattern == var.text
        && matches!(var.form, Form::Str | Form::Char)
        && let Some(path) = body.strip_suffix(&call)
        && path.starts_with(super::helpers::MARK)
        && path[super::helpers::MARK.len_utf8()..].chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    {
        return path.to_owned();
    }
    format!("|{pattern}| {body}")
}

/// Whether a variable that is a reference serves as well as its value: every use is the receiver of
/// a method that takes it by reference.
pub(super) fn is_bare_test(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = false;
    for (at, _) in text.match_indices(name) {
        let behind = &text[at + name.len()..];
        if text[..at].ends_with(|c| is_word(c) || c == '.') || behind.starts_with(is_word) {
            continue;
        }
        found = true;
        let methods = [
            ".is_",
            ".len()",
            ".chars()",
            ".starts_with(",
            ".ends_with(",
            ".contains(",
            ".to_lowercase(",
            ".to_uppercase(",
        ];
        if !methods.iter().any(|method| behind.starts_with(method)) {
            return false;
        }
    }
    found
}
