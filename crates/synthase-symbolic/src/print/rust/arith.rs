//! Arithmetic.

use super::form::{Expr, Form, untyped};
use super::{Rust, binds};
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::ty::Ty;

impl Rust<'_> {
    pub(super) fn arithmetic(&mut self, name: &str, kids: &[NodeId]) -> Printed<Expr> {
        match name {
            "float" => {
                if let Some(n) = self.program.const_int(kids[0]).filter(|n| n.unsigned_abs() < 1 << 53) {
                    let binds = if n < 0 { binds::UNARY } else { binds::ATOM };
                    let expr = Expr::new(format!("{n}.0"), binds, Form::Float);
                    let suffixed = std::mem::take(&mut self.suffixing);
                    return Ok(if suffixed { Expr { text: self.suffixed(&expr), ..expr } } else { expr });
                }
                let n = self.expr(kids[0])?;
                return Ok(Expr::new(format!("{} as f64", n.at(binds::CAST)), binds::CAST, Form::Float));
            }
            "floor" => {
                let x = self.number_receiver(kids[0])?;
                return Ok(Expr::new(format!("{x}.floor() as i64"), binds::CAST, Form::Int));
            }
            "round" => return self.rounded(kids),
            "pow" => {
                let base = self.number_receiver(kids[0])?;
                let exponent = match self.program.const_int(kids[1]) {
                    Some(n) if n >= 0 => n.to_string(),
                    _ => self.cast(kids[1], "u32")?,
                };
                return Ok(Expr::new(format!("{base}.pow({exponent})"), binds::CALL, Form::Int));
            }
            _ => {}
        }
        if *self.program.ty(kids[0]) == Ty::Float {
            return self.broken_arithmetic(name, kids);
        }
        if matches!(name, "add" | "mul" | "max" | "min" | "div" | "mod")
            && kids.iter().any(|kid| self.program.const_int(*kid).is_none())
            && let (Some(a), Some(b)) = (self.usize_exactly(kids[0])?, self.usize_exactly(kids[1])?)
            && (!matches!(name, "div" | "mod") || self.is_positive(kids[1]))
        {
            return Ok(match name {
                "max" | "min" => {
                    let (a, b) = if self.program.const_int(kids[0]).is_some() { (b, a) } else { (a, b) };
                    Expr::new(format!("{}.{name}({})", a.at(binds::CALL), b.text), binds::CALL, Form::Usize)
                }
                _ => infix(name, &a, &b, Form::Usize),
            });
        }
        let is_negative = |at: NodeId| self.program.const_int(at).filter(|n| *n < 0 && *n > i64::MIN);
        match name {
            "add" => {
                // `x + -1` is `x - 1`.
                if let Some(n) = is_negative(kids[1]) {
                    return Ok(difference(&self.int(kids[0])?, -n));
                }
                if let Some(n) = is_negative(kids[0]) {
                    return Ok(difference(&self.int(kids[1])?, -n));
                }
                let (a, b) = self.constant_last(kids);
                Ok(infix("add", &self.int(a)?, &self.int(b)?, Form::Int))
            }
            "sub" => Ok(infix("sub", &self.int(kids[0])?, &self.int(kids[1])?, Form::Int)),
            "mul" => Ok(infix("mul", &self.int(kids[0])?, &self.int(kids[1])?, Form::Int)),
            "div" | "mod" if self.is_positive(kids[1]) || self.is_natural(kids[1]) => {
                let (a, b) = (self.int(kids[0])?, self.int(kids[1])?);
                if self.is_natural(kids[0]) {
                    return Ok(infix(name, &a, &b, Form::Int));
                }
                let method = if name == "div" { "div_euclid" } else { "rem_euclid" };
                let a = self.number_receiver(kids[0])?;
                Ok(Expr::new(format!("{a}.{method}({})", b.text), binds::CALL, Form::Int))
            }
            "div" | "mod" => {
                let args = [self.int(kids[0])?.text, self.int(kids[1])?.text];
                Ok(self.helper(if name == "div" { "floor_div" } else { "floor_mod" }, &args, Form::Int))
            }
            "neg" => Ok(Expr::new(format!("-{}", self.int(kids[0])?.at(binds::CALL)), binds::UNARY, Form::Int)),
            "abs" => {
                let expr = self.expr(kids[0])?;
                if expr.form == Form::Usize {
                    return Ok(expr);
                }
                Ok(Expr::new(format!("{}.abs()", self.number_receiver(kids[0])?), binds::CALL, Form::Int))
            }
            "max" | "min" => {
                let (a, b) = self.constant_last(kids);
                let other = if name == "max" { "min" } else { "max" };
                if let (Some(inner), Some(outer)) = (self.applied(a, other), self.program.const_int(b)) {
                    let (x, bound) = self.constant_last(&inner);
                    let bounds =
                        self.program.const_int(bound).map(|n| if name == "min" { (n, outer) } else { (outer, n) });
                    if let Some((low, high)) = bounds.filter(|(low, high)| low <= high) {
                        let text = format!("{}.clamp({low}, {high})", self.number_receiver(x)?);
                        return Ok(Expr::new(text, binds::CALL, Form::Int));
                    }
                }
                let text = format!("{}.{name}({})", self.number_receiver(a)?, self.int(b)?.text);
                Ok(Expr::new(text, binds::CALL, Form::Int))
            }
            _ => Err(format!("the component `{name}`")),
        }
    }

    fn constant_last(&self, kids: &[NodeId]) -> (NodeId, NodeId) {
        let constant = |at: NodeId| matches!(self.program.node(at), Node::Const(_));
        if constant(kids[0]) && !constant(kids[1]) { (kids[1], kids[0]) } else { (kids[0], kids[1]) }
    }

    fn broken_arithmetic(&mut self, name: &str, kids: &[NodeId]) -> Printed<Expr> {
        let a = self.expr(kids[0])?;
        match name {
            "neg" => {
                // Zero has no sign in the core language.
                Ok(Expr::new(format!("-{}", a.at(binds::CALL)), binds::UNARY, Form::Float))
            }
            "abs" => Ok(Expr::new(format!("{}.abs()", self.number_receiver(kids[0])?), binds::CALL, Form::Float)),
            "max" | "min" => {
                let (a, b) = self.constant_last(kids);
                let text = format!("{}.{name}({})", self.number_receiver(a)?, self.expr(b)?.text);
                Ok(Expr::new(text, binds::CALL, Form::Float))
            }
            _ => {
                let b = self.expr(kids[1])?;
                Ok(infix(name, &a, &b, Form::Float))
            }
        }
    }

    fn rounded(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        let x = self.typed_number(kids[0])?;
        Ok(match self.program.const_int(kids[1]) {
            Some(0) => Expr::new(format!("({} + 0.5).floor()", x.at(binds::SUM)), binds::CALL, Form::Float),
            Some(n) if (1..=15).contains(&n) => {
                let scale = format!("{}.0", 10i64.pow(n as u32));
                let text = format!("({} * {scale} + 0.5).floor() / {scale}", x.at(binds::PRODUCT));
                Expr::new(text, binds::PRODUCT, Form::Float)
            }
            _ => {
                let n = self.int(kids[1])?.at(binds::CAST);
                let scale = format!("10f64.powi({n} as i32)");
                let text = format!("({} * {scale} + 0.5).floor() / {scale}", x.at(binds::PRODUCT));
                Expr::new(text, binds::PRODUCT, Form::Float)
            }
        })
    }

    /// A number to call a method on, with its type where nothing else tells it.
    pub(super) fn number_receiver(&mut self, at: NodeId) -> Printed<String> {
        let expr = self.typed_number(at)?;
        Ok(self.suffixed_receiver(&expr))
    }

    /// A number whose type is clear.
    pub(super) fn typed_number(&mut self, at: NodeId) -> Printed<Expr> {
        let before = self.suffixing;
        self.suffixing = self.is_untyped(at);
        let expr = if *self.program.ty(at) == Ty::Float { self.expr(at) } else { self.int(at) };
        self.suffixing = before;
        expr
    }

    /// An expression whose type is clear if it is a number.
    pub(super) fn typed_part(&mut self, at: NodeId) -> Printed<Expr> {
        if let (Node::Tuple(kids), false) = (self.program.node(at), self.is_bound(at)) {
            let parts = kids.iter().map(|kid| Ok(untyped(&self.typed_item(*kid)?))).collect::<Printed<Vec<_>>>()?;
            let comma = if parts.len() == 1 { "," } else { "" };
            let form = Form::owned(self.program.ty(at));
            return Ok(Expr::new(format!("({}{comma})", parts.join(", ")), binds::ATOM, form));
        }
        let is_number = matches!(self.program.ty(at), Ty::Int | Ty::Float);
        if is_number && self.is_untyped(at) { self.typed_number(at) } else { self.expr(at) }
    }

    /// An owned value whose type is clear if it is a number.
    pub(super) fn typed_item(&mut self, at: NodeId) -> Printed<Expr> {
        let is_number = matches!(self.program.ty(at), Ty::Int | Ty::Float);
        if is_number && self.is_untyped(at) { self.typed_number(at) } else { self.owned(at) }
    }

    /// Whether nothing in a number but its literals tells its type.
    pub(super) fn is_untyped(&self, at: NodeId) -> bool {
        match self.program.node(at) {
            Node::Const(_) => true,
            Node::Apply(component, kids) if !self.is_bound(at) => match component.get().name {
                "add" | "sub" | "mul" | "div" | "mod" | "divide" | "neg" => {
                    kids.iter().all(|kid| self.is_untyped(*kid))
                }
                "if" => self.is_untyped(kids[1]) && self.is_untyped(kids[2]),
                "float" => self.program.const_int(kids[0]).is_some(),
                "fold" => self.is_untyped(kids[1]),
                _ => false,
            },
            _ => false,
        }
    }

    pub(super) fn suffixed_receiver(&self, expr: &Expr) -> String {
        let text = self.suffixed(expr);
        if text.starts_with('-') || expr.binds < binds::CALL { format!("({text})") } else { text }
    }

    /// A literal with its type behind it.
    pub(super) fn suffixed(&self, expr: &Expr) -> String {
        let digits = expr.text.trim_start_matches('-');
        let is_literal = digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
            && digits.chars().any(|c| c.is_ascii_digit());
        let suffix = match expr.form {
            Form::Int => "_i64",
            Form::Float => "_f64",
            _ => "",
        };
        let has_suffix = digits.ends_with("_i64") || digits.ends_with("_f64");
        if is_literal && !has_suffix { format!("{}{suffix}", expr.text) } else { expr.text.clone() }
    }
}

fn difference(a: &Expr, n: i64) -> Expr {
    Expr::new(format!("{} - {n}", a.at(binds::SUM)), binds::SUM, Form::Int)
}

fn infix(name: &str, a: &Expr, b: &Expr, form: Form) -> Expr {
    let (operator, binds) = match name {
        "add" => ("+", binds::SUM),
        "sub" => ("-", binds::SUM),
        "mul" => ("*", binds::PRODUCT),
        "div" | "divide" => ("/", binds::PRODUCT),
        _ => ("%", binds::PRODUCT),
    };
    Expr::new(format!("{} {operator} {}", a.at(binds), b.at(binds + 1)), binds, form)
}
