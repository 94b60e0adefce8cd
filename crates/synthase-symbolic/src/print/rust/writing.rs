//! Texts put together: `format!`.

use super::form::{Expr, Form};
use super::{Rust, binds};
use crate::core::expr::NodeId;
use crate::print::Printed;
use crate::ty::Ty;
use synthase_lang::rust::string_literal;

impl Rust<'_> {
    /// A concatenation, a number written out, a text brought to a width.
    pub(super) fn written(&mut self, at: NodeId) -> Printed<Expr> {
        let mut parts = Vec::new();
        self.open_parts(at, &mut parts);
        if let [part] = parts[..]
            && let Some(simple) = self.written_alone(part)?
        {
            return Ok(simple);
        }
        let mut template = String::new();
        let mut args = Vec::new();
        for part in parts {
            if let Some(text) = self.program.const_str(part) {
                let quoted = string_literal(text);
                // Only braces that are no part of an escape are doubled.
                template += &doubled(&quoted[1..quoted.len() - 1]);
                continue;
            }
            let (expr, spec) = self.slot(part)?;
            let colon = if spec.is_empty() { "" } else { ":" };
            if expr.is_name() && !expr.text.starts_with(super::helpers::MARK) {
                template += &format!("{{{}{colon}{spec}}}", expr.text);
            } else {
                template += &format!("{{{colon}{spec}}}");
                args.push(expr.text);
            }
        }
        let args: String = args.into_iter().map(|arg| format!(", {arg}")).collect();
        Ok(Expr::new(format!("format!(\"{template}\"{args})"), binds::CALL, Form::String))
    }

    /// What is better written without `format!` when it stands alone.
    fn written_alone(&mut self, at: NodeId) -> Printed<Option<Expr>> {
        if let Some(kids) = self.applied(at, "text") {
            let n = match self.expr(kids[0])? {
                n if n.form == Form::Usize => n,
                _ => self.typed_number(kids[0])?,
            };
            return Ok(Some(n.call(".to_string()", Form::String).living(0)));
        }
        for name in ["pad_left", "pad_right"] {
            if let Some(kids) = self.applied(at, name).filter(|kids| self.padding(name, kids).is_none()) {
                let args = [
                    self.str(kids[0])?.text,
                    self.int(kids[1])?.text,
                    match self.char_form(kids[2])? {
                        Some(c) => c.text,
                        None => self.chars(kids[2])?.call(".next().unwrap()", Form::Char).text,
                    },
                ];
                return Ok(Some(self.helper(name, &args, Form::String)));
            }
        }
        if let Some(kids) = self.applied(at, "to_base").filter(|kids| self.base(kids).is_none()) {
            let args = [self.int(kids[0])?.text, self.int(kids[1])?.text];
            return Ok(Some(self.helper("to_base", &args, Form::String)));
        }
        if let Some(kids) = self.applied(at, "fixed") {
            match self.program.const_int(kids[1]) {
                Some(n) if n < 0 => return Err("a negative number of decimals".to_owned()),
                Some(_) => return Ok(None),
                None => {}
            }
            let x = self.expr(kids[0])?.text;
            let text = format!("format!(\"{{:.1$}}\", {x}, {})", self.cast(kids[1], "usize")?);
            return Ok(Some(Expr::new(text, binds::CALL, Form::String)));
        }
        Ok(None)
    }

    /// The fill, side and width of padding, if `format!` knows it.
    fn padding(&self, name: &str, kids: &[NodeId]) -> Option<String> {
        let width = self.program.const_int(kids[1]).filter(|n| (0..1000).contains(n))?;
        let fill = self.program.const_str(kids[2])?;
        if fill.chars().count() != 1 || matches!(fill, "{" | "}" | "\"" | "\\") || fill.chars().any(char::is_control) {
            return None;
        }
        let fill = if fill == " " { "" } else { fill };
        Some(format!("{fill}{}{width}", if name == "pad_left" { ">" } else { "<" }))
    }

    fn base(&self, kids: &[NodeId]) -> Option<&'static str> {
        if !self.is_natural(kids[0]) {
            return None;
        }
        match self.program.const_int(kids[1]) {
            Some(2) => Some("b"),
            Some(8) => Some("o"),
            Some(16) => Some("x"),
            _ => None,
        }
    }

    /// What `format!` writes, and how.
    fn slot(&mut self, at: NodeId) -> Printed<(Expr, String)> {
        if let Some(kids) = self.applied(at, "text") {
            return Ok((self.expr(kids[0])?, String::new()));
        }
        if let Some(kids) = self.applied(at, "fixed")
            && let Some(n) = self.program.const_int(kids[1]).filter(|n| *n >= 0)
        {
            let x = self.expr(kids[0])?;
            // Zero has no sign in the core language; a sum of nothing has in Rust.
            let signed = self.program.reachable(kids[0]).into_iter().any(|at| {
                let is_sum = self.program.apply(at, "sum").is_some() || self.program.apply(at, "neg").is_some();
                is_sum && *self.program.ty(at) == Ty::Float
            });
            let x = if signed { Expr::new(format!("{} + 0.0", x.at(binds::SUM)), binds::SUM, Form::Float) } else { x };
            return Ok((x, format!(".{n}")));
        }
        for name in ["pad_left", "pad_right"] {
            if let Some(kids) = self.applied(at, name)
                && let Some(padding) = self.padding(name, &kids)
            {
                let (inner, spec) = self.slot(kids[0])?;
                let is_number = matches!(inner.form, Form::Int | Form::Usize | Form::Float);
                let inner = if inner.form == Form::Case { self.string(inner) } else { inner };
                // What has a fill already is text.
                if !spec.is_empty() && !spec.starts_with('.') && !matches!(spec.as_str(), "b" | "o" | "x" | "X") {
                    let inner = self.expr(kids[0])?;
                    return Ok((inner, padding));
                }
                let natural = self.applied(kids[0], "text").is_some_and(|number| self.is_natural(number[0]));
                if let Some(width) = padding.strip_prefix("0>").filter(|_| natural) {
                    return Ok((inner, format!("0{width}")));
                }
                // Numbers stand on the right by themselves, texts on the left.
                let short = padding.strip_prefix(if is_number { '>' } else { '<' });
                return Ok((inner, format!("{}{spec}", short.unwrap_or(&padding))));
            }
        }
        for (name, capital) in [("to_base", false), ("upper", true)] {
            if let Some(kids) = self.applied(at, name) {
                let inner = if capital { self.applied(kids[0], "to_base") } else { Some(kids) };
                if let Some(kids) = inner
                    && let Some(base) = self.base(&kids)
                {
                    let base = if capital && base == "x" { "X" } else { base };
                    return Ok((self.expr(kids[0])?, base.to_owned()));
                }
            }
        }
        let expr = if self.program.apply(at, "concat").is_none() { self.written_alone(at)? } else { None };
        let expr = match expr {
            Some(expr) => expr,
            None => self.expr(at)?,
        };
        let expr = if matches!(expr.form, Form::Iter(..)) { self.string(expr) } else { expr };
        Ok((expr, String::new()))
    }
}

/// A literal's text with its braces doubled, but for those of escapes.
fn doubled(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}', '\\']) {
        out += &rest[..at];
        let behind = &rest[at..];
        let len = if behind.starts_with("\\u{") {
            behind.find('}').map_or(behind.len(), |end| end + 1)
        } else if behind.starts_with('\\') {
            2
        } else {
            out += &behind[..1];
            1
        };
        out += &behind[..len];
        rest = &behind[len..];
    }
    out + rest
}
