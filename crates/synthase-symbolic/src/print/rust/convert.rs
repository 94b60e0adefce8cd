//! From one form to another.

use super::form::{Expr, Flow, Form, TEMPORARY};
use super::higher::Var;
use super::{Rust, binds};
use crate::core::expr::NodeId;
use crate::print::Printed;
use crate::ty::Ty;

impl Rust<'_> {
    /// The expression as an owned value of its type.
    pub(super) fn owned(&mut self, at: NodeId) -> Printed<Expr> {
        let ty = self.program.ty(at).clone();
        let expr = if matches!(ty, Ty::List(_)) { self.owned_items(at)? } else { self.expr(at)? };
        self.own(expr, &ty)
    }

    /// A printed expression as an owned value of a type.
    pub(super) fn own(&mut self, expr: Expr, ty: &Ty) -> Printed<Expr> {
        let wanted = Form::owned(ty);
        if expr.form == wanted {
            let copy = if expr.place && !wanted.is_copy() { ".clone()" } else { return Ok(expr) };
            return Ok(expr.call(copy, wanted).living(0));
        }
        match (&expr.form, ty) {
            (Form::Usize, _) => Ok(as_int(&expr)),
            (_, Ty::Str) => Ok(self.string(expr)),
            (Form::Ref(of), _) if **of == wanted => Ok(expr.call(".clone()", wanted).living(0)),
            (Form::Slice(of), Ty::List(item)) if **of == Form::owned(item) => {
                Ok(expr.call(".to_vec()", wanted).living(0))
            }
            (Form::Array(_), Ty::List(item)) if expr.text.starts_with('[') && **item != Ty::Str => {
                Ok(Expr::new(format!("vec!{}", expr.text), binds::CALL, wanted))
            }
            (Form::Array(_), Ty::List(item)) if expr.text.starts_with('[') && **item == Ty::Str => {
                Ok(expr.call(".map(String::from).to_vec()", wanted))
            }
            (_, Ty::List(item)) => {
                let items = self.through(expr)?;
                let items = self.own_items(items, item)?;
                Ok(Expr::new(collected(&items), binds::CALL, wanted))
            }
            _ => Err(format!("a value of type {ty} as an owned one")),
        }
    }

    /// A text as a `String`.
    pub(super) fn string(&mut self, expr: Expr) -> Expr {
        let method = match &expr.form {
            Form::String if !expr.place => return expr,
            Form::String => ".clone()",
            Form::Str if expr.text == "\"\"" => return Expr::new("String::new()", binds::CALL, Form::String),
            Form::Ref(_) => ".clone()",
            Form::Iter(..) => ".collect::<String>()",
            _ => ".to_string()",
        };
        expr.call(method, Form::String).living(0)
    }

    /// A text as something to call the methods of `str` on.
    pub(super) fn receiver(&mut self, at: NodeId) -> Printed<Expr> {
        let expr = self.expr(at)?;
        Ok(match expr.form {
            Form::Str | Form::String | Form::Ref(_) => expr,
            _ => self.string(expr),
        })
    }

    /// A text as an argument of type `&str`.
    pub(super) fn str(&mut self, at: NodeId) -> Printed<Expr> {
        let expr = self.receiver(at)?;
        Ok(match expr.form {
            Form::String => {
                let life = expr.borrowed();
                Expr::new(format!("&{}", expr.at(binds::UNARY)), binds::UNARY, Form::Str).living(life)
            }
            _ => expr,
        })
    }

    /// A text as a `&str` that can be compared and collected.
    pub(super) fn exact_str(&mut self, at: NodeId) -> Printed<Expr> {
        let expr = self.receiver(at)?;
        Ok(match expr.form {
            Form::Str => expr,
            _ => {
                let life = expr.borrowed();
                expr.call(".as_str()", Form::Str).living(life)
            }
        })
    }

    /// An integer as `i64`.
    pub(super) fn int(&mut self, at: NodeId) -> Printed<Expr> {
        let expr = self.expr(at)?;
        Ok(if expr.form == Form::Usize { as_int(&expr) } else { expr })
    }

    /// An integer that is not negative as `usize`; none where that is not known.
    pub(super) fn usize(&mut self, at: NodeId) -> Printed<Option<Expr>> {
        if let Some(n) = self.program.const_int(at) {
            return Ok((n >= 0).then(|| Expr::new(n.to_string(), binds::ATOM, Form::Usize)));
        }
        let expr = self.expr(at)?;
        if expr.form == Form::Usize {
            return Ok(Some(expr));
        }
        if !self.is_natural(at) {
            return Ok(None);
        }
        Ok(Some(Expr::new(format!("{} as usize", expr.at(binds::CAST)), binds::CAST, Form::Usize)))
    }

    /// An expression that is no lazy iterator and can be a value of its own.
    pub(super) fn solid(&mut self, expr: Expr, ty: &Ty) -> Printed<Expr> {
        match (&expr.form, ty) {
            (Form::Iter(..) | Form::Case, Ty::Str) => Ok(self.string(expr)),
            (Form::Iter(of, flow), Ty::List(_)) => {
                let item = (**of).clone();
                let text = if flow.by_ref { expr.call(".copied()", Form::Bool) } else { expr.clone() };
                let life = if item.borrows() { expr.life } else { 0 };
                Ok(Expr::new(collected(&text), binds::CALL, Form::Vec(Box::new(item))).living(life))
            }
            _ => Ok(expr),
        }
    }

    /// The value of a function or block that ends: nothing that is borrowed from what ends with it.
    pub(super) fn leaving(&mut self, expr: Expr, ty: &Ty, depth: u32) -> Printed<Expr> {
        let expr = match &expr.form {
            // Arrays of different lengths are of different types.
            Form::Array(of) if expr.text.starts_with('[') => {
                let form = Form::Vec(of.clone());
                Expr::new(format!("vec!{}", expr.text), binds::CALL, form)
            }
            _ => self.solid(expr, ty)?,
        };
        if expr.place && !expr.form.is_copy() {
            return self.own(expr, ty);
        }
        if expr.form.borrows() && expr.life >= depth { self.own(expr, ty) } else { Ok(expr) }
    }

    /// A list as a lazy iterator.
    pub(super) fn through(&mut self, expr: Expr) -> Printed<Expr> {
        let life = expr.borrowed();
        let all = Flow { by_ref: false, both_ways: true, exact: true };
        let (item, borrows) = match &expr.form {
            Form::Iter(..) => return Ok(expr),
            Form::Array(item) => ((**item).clone(), false),
            Form::Vec(item) => ((**item).clone(), expr.place),
            Form::Slice(item) => ((**item).clone(), true),
            Form::Ref(of) => (of.item().cloned().ok_or("no list to go through")?, true),
            _ => return Err("no list to go through".to_owned()),
        };
        if !borrows {
            let keeps = if item.borrows() { expr.life } else { 0 };
            return Ok(expr.call(".into_iter()", Form::Iter(Box::new(item), all)).living(keeps));
        }
        let by_ref = item.is_copy();
        let item = if by_ref { item } else { Form::Ref(Box::new(item)) };
        let flow = Flow { by_ref, ..all };
        Ok(expr.call(".iter()", Form::Iter(Box::new(item), flow)).living(life))
    }

    /// An iterator whose items are owned.
    pub(super) fn own_items(&mut self, items: Expr, ty: &Ty) -> Printed<Expr> {
        let items = copied(&items);
        let flow = items.flow();
        let item = items.form.item().cloned().ok_or("no list to go through")?;
        let wanted = Form::owned(ty);
        if item == wanted {
            return Ok(items);
        }
        let form = Form::Iter(Box::new(wanted.clone()), flow);
        let by_path = match &item {
            Form::Char | Form::Str => Some(".map(String::from)"),
            Form::Ref(of) if **of == wanted => Some(".cloned()"),
            Form::Slice(of) if Form::Vec(of.clone()) == wanted => Some(".map(<[_]>::to_vec)"),
            _ => None,
        };
        if let Some(method) = by_path {
            return Ok(items.call(method, form).living(0));
        }
        let var = Var::new(None, "x", item, items.life);
        let text = self.with_vars(vec![var], |p, vars| {
            let body = p.own(vars[0].clone(), ty)?;
            Ok(format!(".map(|{}| {})", vars[0].text, single_use(&body.text, &vars[0])))
        })?;
        Ok(items.call(&text, form).living(0))
    }

    /// Two expressions in one form, as the branches of a conditional.
    pub(super) fn alike(&mut self, a: NodeId, b: NodeId) -> Printed<(Expr, Expr)> {
        let ty = self.program.ty(a).clone();
        if ty == Ty::Str {
            match (self.char_form(a)?, self.char_form(b)?) {
                (Some(x), Some(y)) if self.constant_char(a).is_none() || self.constant_char(b).is_none() => {
                    return Ok((x, y));
                }
                _ => {}
            }
        }
        let (x, y) = (self.expr(a)?, self.expr(b)?);
        match (&x.form, &y.form) {
            (Form::Usize, Form::Int) | (Form::Int, Form::Usize) => {
                if let (Some(x), Some(y)) = (self.usize_exactly(a)?, self.usize_exactly(b)?) {
                    return Ok((x, y));
                }
                return Ok((self.int(a)?, self.int(b)?));
            }
            (p, q)
                if p == q
                    && p.is_copy()
                    && !matches!(p, Form::Array(_))
                    && x.life < TEMPORARY
                    && y.life < TEMPORARY =>
            {
                return Ok((x, y));
            }
            _ => {}
        }
        Ok((self.owned(a)?, self.owned(b)?))
    }

    /// An integer that is `usize` by itself, or a constant.
    pub(super) fn usize_exactly(&mut self, at: NodeId) -> Printed<Option<Expr>> {
        if self.program.const_int(at).is_some() || self.expr(at)?.form == Form::Usize {
            return self.usize(at);
        }
        Ok(None)
    }
}

/// A `usize` as `i64`.
pub(super) fn as_int(expr: &Expr) -> Expr {
    Expr::new(format!("{} as i64", expr.at(binds::CAST)), binds::CAST, Form::Int)
}

/// An iterator of values rather than references to them.
pub(super) fn copied(items: &Expr) -> Expr {
    let Form::Iter(item, flow) = &items.form else { return items.clone() };
    if !flow.by_ref {
        return items.clone();
    }
    items.call(".copied()", Form::Iter(item.clone(), Flow { by_ref: false, ..*flow }))
}

/// An iterator collected into a `Vec`.
pub(super) fn collected(items: &Expr) -> String {
    let text = items.at(binds::CALL);
    // What is copied from a slice needs no iterator.
    match text.strip_suffix(".iter().copied()").or_else(|| text.strip_suffix(".iter().cloned()")) {
        Some(list) => format!("{list}.to_vec()"),
        None => format!("{text}.collect::<Vec<_>>()"),
    }
}

/// The text of a function's body where a variable that is used only once is not copied.
pub(super) fn single_use(body: &str, var: &Expr) -> String {
    let name = &var.text;
    if !var.place {
        return body.to_owned();
    }
    let copy = format!("{name}.clone()");
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let uses = body
        .match_indices(name.as_str())
        .filter(|(at, _)| {
            !body[..*at].ends_with(|c| is_word(c) || c == '.') && !body[at + name.len()..].starts_with(is_word)
        })
        .count();
    if uses == 1 && body.contains(&copy) && !body.contains('|') { body.replace(&copy, name) } else { body.to_owned() }
}
