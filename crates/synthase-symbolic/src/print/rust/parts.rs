//! What texts and lists have in common: elements, slices, searching.

use super::convert::copied;
use super::form::{Expr, Flow, Form, TEMPORARY};
use super::{Rust, binds};
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::ty::Ty;
use synthase_types::Value;

const CHARS: Flow = Flow { by_ref: false, both_ways: true, exact: false };

impl Rust<'_> {
    /// The characters of a text, one by one.
    pub(super) fn chars(&mut self, at: NodeId) -> Printed<Expr> {
        let expr = self.expr(at)?;
        if matches!(expr.form, Form::Iter(..) | Form::Case) {
            return Ok(expr);
        }
        let expr = self.receiver(at)?;
        let life = expr.borrowed();
        Ok(expr.call(".chars()", Form::Iter(Box::new(Form::Char), CHARS)).living(life))
    }

    pub(super) fn element_at(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        let program = self.program;
        if *program.ty(kids[0]) == Ty::Str {
            let chars = match program.const_int(kids[1]) {
                Some(n) => {
                    let chars = self.chars(kids[0])?;
                    if n < 0 && !chars.flow().both_ways {
                        let text = self.str(kids[0])?.text;
                        return Ok(self.helper("char_at", &[text, n.to_string()], Form::Char));
                    }
                    return Ok(chars.call(&format!("{}.unwrap()", nth(n)), Form::Char).living(0));
                }
                None => self.usize(kids[1])?,
            };
            if let Some(n) = chars {
                let of = self.chars(kids[0])?;
                return Ok(of.call(&format!(".nth({}).unwrap()", n.text), Form::Char).living(0));
            }
            let args = [self.str(kids[0])?.text, self.int(kids[1])?.text];
            return Ok(self.helper("char_at", &args, Form::Char));
        }
        // The compiler sees these and will not have them.
        let known = match program.node(kids[0]) {
            Node::Const(Value::List(items)) => Some(items.len() as i64),
            _ => program.apply(kids[0], "single").map(|_| 1),
        };
        if let (Some(len), Some(n)) = (known, program.const_int(kids[1]))
            && !(-len..len).contains(&n)
        {
            return Err("a constant list does not reach so far".to_owned());
        }
        let list = self.expr(kids[0])?;
        let item = list.form.item().cloned().ok_or("no list to look into")?;
        let index = program.const_int(kids[1]);
        match (&list.form, index) {
            (Form::Iter(..), Some(n)) if n >= 0 || list.flow().both_ways => {
                let items = copied(&list);
                return Ok(items.call(&format!("{}.unwrap()", nth(n)), item).living(list.life));
            }
            (Form::Iter(_, flow), None) => {
                if let Some(n) = self.usize(kids[1])? {
                    let _ = flow;
                    let items = copied(&list);
                    return Ok(items.call(&format!(".nth({}).unwrap()", n.text), item).living(list.life));
                }
            }
            _ => {}
        }
        // Something to index.
        let list = match list.form {
            Form::Iter(..) => self.solid_list(kids[0])?,
            _ => list,
        };
        let life = if matches!(list.form, Form::Array(_)) { 0 } else { list.borrowed() };
        let indexed = match index {
            Some(-1) if !list.place => Some(".last().unwrap()"),
            _ => None,
        };
        let place = list.at(binds::CALL);
        let expr = if let Some(method) = indexed {
            if item.is_copy() {
                Expr::new(format!("*{place}{method}"), binds::UNARY, item)
            } else {
                Expr::new(format!("{place}{method}"), binds::CALL, Form::Ref(Box::new(item)))
            }
        } else if let Some(n) = index.filter(|n| *n < 0) {
            if n == -1 {
                if item.is_copy() {
                    Expr::new(format!("*{place}.last().unwrap()"), binds::UNARY, item)
                } else {
                    Expr::new(format!("{place}.last().unwrap()"), binds::CALL, Form::Ref(Box::new(item)))
                }
            } else if list.is_name() {
                let mut expr = Expr::new(format!("{place}[{place}.len() - {}]", n.unsigned_abs()), binds::CALL, item);
                expr.place = true;
                expr
            } else {
                self.item_at(&list, n.to_string(), item)
            }
        } else if let Some(n) = self.usize(kids[1])? {
            let mut expr = Expr::new(format!("{place}[{}]", n.text), binds::CALL, item);
            expr.place = true;
            expr
        } else {
            let n = self.int(kids[1])?.text;
            self.item_at(&list, n, item)
        };
        Ok(expr.living(life))
    }

    fn item_at(&self, list: &Expr, index: String, item: Form) -> Expr {
        let borrowed = match list.form {
            Form::Slice(_) => list.text.clone(),
            Form::Ref(_) => format!("{}.as_slice()", list.at(binds::CALL)),
            _ => borrowed_list(list),
        };
        let call = self.helper("item_at", &[borrowed, index], Form::Ref(Box::new(item.clone())));
        if item.is_copy() { Expr::new(format!("*{}", call.text), binds::UNARY, item) } else { call }
    }

    /// `take` and `drop`.
    pub(super) fn slice(&mut self, name: &str, kids: &[NodeId]) -> Printed<Expr> {
        let is_take = name == "take";
        let n = self.program.const_int(kids[1]);
        if *self.program.ty(kids[0]) == Ty::Str {
            match n {
                Some(n) if n < 0 => {
                    let of = self.str(kids[0])?;
                    let helper = if is_take { "drop_last" } else { "last_chars" };
                    let life = of.life;
                    let call = self.helper(helper, &[of.text, n.unsigned_abs().to_string()], Form::Str);
                    return Ok(call.living(life));
                }
                _ => {}
            }
            if let Some(n) = self.usize(kids[1])? {
                let chars = self.chars(kids[0])?;
                let chars = if chars.form == Form::Case {
                    self.string(chars).call(".chars()", Form::Bool).living(TEMPORARY)
                } else {
                    chars
                };
                let method = if is_take { "take" } else { "skip" };
                let flow = Flow { by_ref: chars.flow().by_ref, both_ways: false, exact: false };
                let form = Form::Iter(Box::new(Form::Char), flow);
                return Ok(chars.call(&format!(".{method}({})", n.text), form));
            }
            let of = self.str(kids[0])?;
            let helper = if is_take { "take_chars" } else { "skip_chars" };
            let life = of.life;
            let n = self.int(kids[1])?.text;
            return Ok(self.helper(helper, &[of.text, n], Form::Str).living(life));
        }
        let list = self.expr(kids[0])?;
        if let Some(n) = self.usize(kids[1])? {
            let items = self.through(list)?;
            let flow = items.flow();
            let flow = Flow { both_ways: flow.both_ways && flow.exact, ..flow };
            let item = items.form.item().cloned().ok_or("no list to cut")?;
            let method = if is_take { "take" } else { "skip" };
            return Ok(items.call(&format!(".{method}({})", n.text), Form::Iter(Box::new(item), flow)));
        }
        // From the end: a slice of something that has a length.
        let list = match list.form {
            Form::Slice(_) | Form::Vec(_) | Form::Ref(_) if list.place => list,
            _ => self.solid_list(kids[0])?,
        };
        let item = list.form.item().cloned().ok_or("no list to cut")?;
        let life = list.borrowed();
        let place = list.at(binds::CALL);
        let at = match n {
            Some(n) if list.is_name() => format!("{place}.len().saturating_sub({})", n.unsigned_abs()),
            _ => {
                let n = self.typed_number(kids[1])?.text;
                let borrowed = match list.form {
                    Form::Slice(_) => list.text.clone(),
                    Form::Ref(_) => format!("{}.as_slice()", list.at(binds::CALL)),
                    _ => borrowed_list(&list),
                };
                let helper = if is_take { "take_items" } else { "skip_items" };
                return Ok(self.helper(helper, &[borrowed, n], Form::Slice(Box::new(item))).living(life));
            }
        };
        let range = if is_take { format!("..{at}") } else { format!("{at}..") };
        Ok(Expr::new(format!("&{place}[{range}]"), binds::UNARY, Form::Slice(Box::new(item))).living(life))
    }

    pub(super) fn length(&mut self, of: NodeId) -> Printed<Expr> {
        if *self.program.ty(of) == Ty::Str {
            let expr = self.expr(of)?;
            if !matches!(expr.form, Form::Iter(..)) && self.program.is_ascii(of) {
                return Ok(self.receiver(of)?.call(".len()", Form::Usize).living(0));
            }
            return Ok(self.chars(of)?.call(".count()", Form::Usize).living(0));
        }
        let list = self.expr(of)?;
        let method = if matches!(list.form, Form::Iter(..)) { ".count()" } else { ".len()" };
        Ok(list.call(method, Form::Usize).living(0))
    }

    pub(super) fn reversed(&mut self, of: NodeId) -> Printed<Expr> {
        let is_text = *self.program.ty(of) == Ty::Str;
        let items = if is_text { self.chars(of)? } else { self.items(of)? };
        if items.flow().both_ways {
            return Ok(items.call(".rev()", items.form.clone()));
        }
        let items = if is_text {
            let text = self.expr(of)?;
            let text = self.string(text);
            text.call(".chars()", Form::Iter(Box::new(Form::Char), CHARS)).living(TEMPORARY)
        } else {
            let list = self.solid_list(of)?;
            self.through(list)?
        };
        Ok(items.call(".rev()", items.form.clone()))
    }

    pub(super) fn repeated(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        let times = match self.usize(kids[1])? {
            Some(n) => n.text,
            None => format!("{}.max(0) as usize", self.int_receiver(kids[1])?),
        };
        let ty = self.program.ty(kids[0]).clone();
        if ty == Ty::Str {
            return Ok(self.receiver(kids[0])?.call(&format!(".repeat({times})"), Form::String).living(0));
        }
        if let Some(single) = self.applied(kids[0], "single") {
            let one = self.typed_item(single[0])?;
            return Ok(Expr::new(format!("vec![{}; {times}]", one.text), binds::CALL, Form::owned(&ty)));
        }
        // Nothing remains nothing, however often.
        if matches!(self.program.node(kids[0]), Node::Const(Value::List(items)) if items.is_empty()) {
            return self.expr(kids[0]);
        }
        let list = self.expr(kids[0])?;
        let list = if matches!(list.form, Form::Iter(..)) { self.solid_list(kids[0])? } else { list };
        if let Some(item) = list.form.item().filter(|item| item.is_copy()).cloned() {
            let life = if item.borrows() { list.life } else { 0 };
            return Ok(list.call(&format!(".repeat({times})"), Form::Vec(Box::new(item))).living(life));
        }
        let list = self.owned(kids[0])?;
        Ok(Expr::new(format!("vec![{}; {times}].concat()", list.text), binds::CALL, Form::owned(&ty)))
    }

    pub(super) fn chunks(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        let size = match self.usize(kids[1])? {
            Some(n) => n.text,
            None => self.cast(kids[1], "usize")?,
        };
        self.grouped(kids[0], "text_chunks", Some(size.clone()), &format!(".chunks({size})"))
    }

    pub(super) fn runs(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        self.grouped(kids[0], "text_runs", None, ".chunk_by(|a, b| a == b)")
    }

    fn grouped(&mut self, of: NodeId, helper: &str, arg: Option<String>, method: &str) -> Printed<Expr> {
        if *self.program.ty(of) == Ty::Str {
            let mut args = vec![self.str(of)?.text];
            args.extend(arg);
            return Ok(self.helper(helper, &args, Form::Vec(Box::new(Form::String))));
        }
        let list = self.expr(of)?;
        let list = if matches!(list.form, Form::Iter(..)) { self.solid_list(of)? } else { list };
        let item = list.form.item().cloned().ok_or("no list to divide")?;
        let life = list.borrowed();
        let flow = Flow { by_ref: false, both_ways: true, exact: method.starts_with(".chunks") };
        // Slices of copies are slices of their forms.
        Ok(list.call(method, Form::Iter(Box::new(Form::Slice(Box::new(item))), flow)).living(life))
    }

    pub(super) fn contains(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        if *self.program.ty(kids[0]) == Ty::Str {
            let part = self.needle(kids[1])?;
            let of = self.receiver(kids[0])?;
            return Ok(of.call(&format!(".contains({part})"), Form::Bool).living(0));
        }
        if let Node::Const(Value::List(items)) = self.program.node(kids[0])
            && !items.is_empty()
            && self.program.ty(kids[1]) == &Ty::Str
            && let Some(c) = self.char_form(kids[1])?
            && let Some(chars) = items.iter().map(only_char).collect::<Option<Vec<_>>>()
        {
            let chars: Vec<String> = chars.into_iter().map(synthase_lang::rust::char_literal).collect();
            return Ok(Expr::new(format!("matches!({}, {})", c.text, chars.join(" | ")), binds::CALL, Form::Bool));
        }
        let list = self.expr(kids[0])?;
        let item = list.form.item().cloned().ok_or("no list to look into")?;
        let is_plain = matches!(item, Form::Int | Form::Bool | Form::Float);
        let borrowed = matches!(item, Form::Str);
        if !matches!(list.form, Form::Iter(..)) && (is_plain || borrowed) {
            let wanted = if borrowed { self.exact_str(kids[1])? } else { self.int(kids[1])? };
            let is_array = matches!(list.form, Form::Array(_));
            let list = if !is_array {
                list
            } else {
                Expr { text: list.text.replacen("_i64", "", 1).replacen("_f64", "", 1), ..list }
            };
            return Ok(list.call(&format!(".contains(&{})", wanted.at(binds::UNARY)), Form::Bool).living(0));
        }
        let (items, test) = self.equals(kids, false)?;
        Ok(items.call(&format!(".any({test})"), Form::Bool).living(0))
    }

    /// The elements of a list, and a function whether one equals a value.
    fn equals(&mut self, kids: &[NodeId], by_reference: bool) -> Printed<(Expr, String)> {
        let items = self.items(kids[0])?;
        let item = items.form.item().cloned().ok_or("no list to look into")?;
        let ty = self.program.ty(kids[1]).clone();
        let name = self.program.element_name(kids[0]);
        let item = if by_reference && !item.is_copy() { Form::Ref(Box::new(item)) } else { item };
        let var = super::higher::Var::new(None, name, item, items.life);
        let references = if items.flow().by_ref { "&" } else { "" };
        let test = self.with_vars(vec![var], |p, vars| {
            let other = match (&vars[0].form, &ty) {
                (Form::Char, _) => p.char_form(kids[1])?,
                _ => None,
            };
            let other = match other {
                Some(other) => other,
                None => p.expr(kids[1])?,
            };
            let test = p.equal(vars[0].clone(), other, &ty)?;
            Ok(format!("|{references}{}| {}", vars[0].text, test.text))
        })?;
        Ok((items, test))
    }

    pub(super) fn find(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        if *self.program.ty(kids[0]) == Ty::Str {
            if let Some(c) = self.char_form(kids[1])? {
                let chars = self.chars(kids[0])?;
                let var = self.names.fresh("c");
                self.names.release(&var);
                let text = format!(".position(|{var}| {var} == {}).map_or(-1, |at| at as i64)", c.at(binds::SUM));
                return Ok(chars.call(&text, Form::Int).living(0));
            }
            let args = [self.str(kids[0])?.text, self.str(kids[1])?.text];
            return Ok(self.helper("find_char", &args, Form::Int));
        }
        let is_true = matches!(self.program.node(kids[1]), Node::Const(Value::Bool(true)));
        if is_true && let Some(map) = self.applied(kids[0], "map") {
            let (items, _, function) = self.over(map[0], map[1], "position", false)?;
            return Ok(items.call(&format!("{function}.map_or(-1, |at| at as i64)"), Form::Int).living(0));
        }
        let (items, test) = self.equals(kids, false)?;
        Ok(items.call(&format!(".position({test}).map_or(-1, |at| at as i64)"), Form::Int).living(0))
    }

    pub(super) fn count(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        if *self.program.ty(kids[0]) == Ty::Str {
            let part = self.needle(kids[1])?;
            let of = self.receiver(kids[0])?;
            return Ok(of.call(&format!(".matches({part}).count()"), Form::Usize).living(0));
        }
        let (items, test) = self.equals(kids, true)?;
        let (name, body) = test.trim_start_matches('|').split_once("| ").unwrap_or(("x", &test));
        let is_copy = items.form.item().is_some_and(Form::is_copy);
        let pattern = if is_copy { format!("&{name}") } else { name.to_owned() };
        Ok(items.call(&format!(".filter(|{pattern}| {body}).count()"), Form::Usize).living(0))
    }

    pub(super) fn int_receiver(&mut self, at: NodeId) -> Printed<String> {
        let expr = self.int(at)?;
        if self.program.const_int(at).is_some() {
            return Ok(self.suffixed_receiver(&expr));
        }
        Ok(expr.at(binds::CALL))
    }
}

/// A list as a slice; one that is written out need not be a `Vec` for that.
fn borrowed_list(list: &Expr) -> String {
    let text = list.at(binds::UNARY);
    format!("&{}", text.strip_prefix("vec!").filter(|rest| rest.ends_with(']')).unwrap_or(&text))
}

/// The call that gives an element of an iterator, negative ones from the end.
fn nth(n: i64) -> String {
    match n {
        0 => ".next()".to_owned(),
        -1 => ".next_back()".to_owned(),
        n if n < 0 => format!(".nth_back({})", n.unsigned_abs() - 1),
        n => format!(".nth({n})"),
    }
}

fn only_char(value: &Value) -> Option<char> {
    let Value::Str(text) = value else { return None };
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}
