//! Texts: characters, classes, separators, joining.

use super::convert::copied;
use super::form::{Expr, Flow, Form};
use super::{Rust, binds};
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::ty::Ty;

impl Rust<'_> {
    /// A text as a `char`, where it is one.
    pub(super) fn char_form(&mut self, at: NodeId) -> Printed<Option<Expr>> {
        if let Some(c) = self.constant_char(at) {
            return Ok(Some(c));
        }
        let maybe = match self.program.node(at) {
            Node::Local(_) => true,
            Node::Apply(component, _) => {
                matches!(component.get().name, "at" | "char" | "if" | "maximum" | "minimum" | "max_by" | "min_by")
            }
            _ => false,
        };
        if !maybe && !self.is_bound(at) {
            return Ok(None);
        }
        let expr = self.expr(at)?;
        Ok((expr.form == Form::Char).then_some(expr))
    }

    /// What to look for in a text: a character or a `&str`.
    pub(super) fn needle(&mut self, at: NodeId) -> Printed<String> {
        Ok(match self.char_form(at)? {
            Some(c) => c.text,
            None => self.str(at)?.text,
        })
    }

    /// Whether a text consists of characters of a class.
    pub(super) fn class(&mut self, name: &str, of: NodeId) -> Printed<Expr> {
        let method = match name {
            "is_digit" => "is_ascii_digit",
            "is_letter" => "is_alphabetic",
            "is_alnum" => "is_alphanumeric",
            "is_upper" => "is_uppercase",
            _ => "is_lowercase",
        };
        if let Some(c) = self.char_form(of)? {
            return Ok(Expr::new(format!("{}.{method}()", c.at(binds::CALL)), binds::CALL, Form::Bool));
        }
        let text = self.str(of)?;
        if matches!(name, "is_upper" | "is_lower") {
            return Ok(self.helper(name, &[text.text], Form::Bool));
        }
        let all = |text: &str| match name {
            "is_digit" => format!("{text}.chars().all(|c| c.is_ascii_digit())"),
            _ => format!("{text}.chars().all(char::{method})"),
        };
        let receiver = self.receiver(of)?;
        if receiver.is_name() {
            let text = format!("!{}.is_empty() && {}", receiver.text, all(&receiver.text));
            return Ok(Expr::new(text, binds::AND, Form::Bool));
        }
        let kind = if name == "is_digit" { "|c| c.is_ascii_digit()".to_owned() } else { format!("char::{method}") };
        Ok(self.helper("is_all", &[text.text, kind], Form::Bool))
    }

    pub(super) fn class_runs(&mut self, of: NodeId, class: &str) -> Printed<Expr> {
        let of = self.receiver(of)?;
        let life = of.borrowed();
        let part = self.names.fresh("part");
        self.names.release(&part);
        let text = format!(".split(|c: char| !c.{class}()).filter(|{part}| !{part}.is_empty())");
        let flow = Flow { by_ref: false, both_ways: true, exact: false };
        Ok(of.call(&text, Form::Iter(Box::new(Form::Str), flow)).living(life))
    }

    pub(super) fn cased(&mut self, name: &str, of: NodeId) -> Printed<Expr> {
        let method = if name == "lower" { ".to_lowercase()" } else { ".to_uppercase()" };
        if let Some(c) = self.char_form(of)? {
            return Ok(c.call(method, Form::Case).living(0));
        }
        if name == "capitalize" {
            let text = self.str(of)?.text;
            return Ok(self.helper("capitalize", &[text], Form::String));
        }
        Ok(self.receiver(of)?.call(method, Form::String).living(0))
    }

    pub(super) fn split(&mut self, name: &str, kids: &[NodeId]) -> Printed<Expr> {
        let of = self.receiver(kids[0])?;
        let life = of.borrowed();
        let (method, both_ways) = if name == "words" {
            (".split_whitespace()".to_owned(), true)
        } else {
            let is_char = self.char_form(kids[1])?.is_some();
            (format!(".split({})", self.needle(kids[1])?), is_char)
        };
        let flow = Flow { by_ref: false, both_ways, exact: false };
        Ok(of.call(&method, Form::Iter(Box::new(Form::Str), flow)).living(life))
    }

    /// What stands before or behind a separator.
    pub(super) fn cut(&mut self, name: &str, kids: &[NodeId]) -> Printed<Expr> {
        let of = self.receiver(kids[0])?;
        let life = of.borrowed();
        let needle = self.needle(kids[1])?;
        let method = match name {
            "before" => format!(".split({needle}).next().unwrap_or_default()"),
            "after_last" => format!(".rsplit({needle}).next().unwrap_or_default()"),
            _ if of.is_name() => {
                let whole = if matches!(of.form, Form::String | Form::Ref(_)) {
                    format!("{}.as_str()", of.text)
                } else {
                    of.text.clone()
                };
                let part = self.names.fresh(if name == "after" { "after" } else { "before" });
                self.names.release(&part);
                match name {
                    "after" => format!(".split_once({needle}).map_or({whole}, |(_, {part})| {part})"),
                    _ => format!(".rsplit_once({needle}).map_or({whole}, |({part}, _)| {part})"),
                }
            }
            "after" => format!(".splitn(2, {needle}).last().unwrap_or_default()"),
            _ => format!(".rsplitn(2, {needle}).last().unwrap_or_default()"),
        };
        Ok(of.call(&method, Form::Str).living(life))
    }

    /// `join`
    pub(super) fn joined(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        let mut list = self.expr(kids[0])?;
        let is_plain_join = self.program.const_str(kids[1]) == Some("");
        if let (false, Some(map), Some(Form::Char)) = (is_plain_join, self.applied(kids[0], "map"), list.form.item()) {
            list = self.mapped(map[0], map[1], true)?;
        }
        let item = list.form.item().cloned().ok_or("no texts to join")?;
        let plain = matches!(list.form, Form::Slice(_) | Form::Vec(_) | Form::Ref(_) | Form::Array(_));
        if is_plain_join {
            if plain && matches!(item, Form::String | Form::Str) {
                return Ok(list.call(".concat()", Form::String).living(0));
            }
            let items = self.through(list)?;
            if item == Form::Char && !items.flow().by_ref {
                return Ok(items);
            }
            let items = if let Form::Ref(_) = item { items.call(".map(String::as_str)", Form::Str) } else { items };
            return Ok(items.call(".collect::<String>()", Form::String).living(0));
        }
        let separator = self.str(kids[1])?.text;
        let join = format!(".join({separator})");
        if plain && matches!(item, Form::String | Form::Str) {
            return Ok(list.call(&join, Form::String).living(0));
        }
        let items = copied(&self.through(list)?);
        let items = match item {
            Form::Char => items.call(".map(String::from)", Form::Bool),
            Form::Ref(_) => items.call(".map(String::as_str)", Form::Bool),
            Form::Str | Form::String => items,
            _ => self.own_items(items, &Ty::Str)?,
        };
        Ok(items.call(&format!(".collect::<Vec<_>>(){join}"), Form::String).living(0))
    }
}
