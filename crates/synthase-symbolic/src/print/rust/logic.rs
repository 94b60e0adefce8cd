//! Truth values, comparisons, conditionals.

use synthase_types::Value;

use super::form::{Expr, Form};
use super::{Rust, binds};
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::ty::Ty;

impl Rust<'_> {
    pub(super) fn logic(&mut self, name: &str, kids: &[NodeId]) -> Printed<Expr> {
        match name {
            "and" | "or" => {
                let (operator, binds) = if name == "and" { ("&&", binds::AND) } else { ("||", binds::OR) };
                let (a, b) = (self.expr(kids[0])?, self.expr(kids[1])?);
                // Mixed, they are clearer in parentheses.
                let side = |expr: &Expr| {
                    let mixed = matches!(expr.binds, binds::OR | binds::AND) && expr.binds != binds;
                    if mixed { format!("({})", expr.text) } else { expr.at(binds) }
                };
                Ok(Expr::new(format!("{} {operator} {}", side(&a), side(&b)), binds, Form::Bool))
            }
            "not" => self.negated(kids[0]),
            "eq" => self.compared(kids, "=="),
            "lt" => self.compared(kids, "<"),
            _ => self.compared(kids, "<="),
        }
    }

    fn negated(&mut self, at: NodeId) -> Printed<Expr> {
        let is_float = |p: &Self, kids: &[NodeId]| *p.program.ty(kids[0]) == Ty::Float;
        for (name, operator) in [("eq", "!="), ("lt", ">="), ("le", ">")] {
            if let Some(kids) = self.applied(at, name).filter(|kids| name == "eq" || !is_float(self, kids)) {
                return self.compared(&kids, operator);
            }
        }
        let expr = self.expr(at)?;
        if let Some(inner) = expr.text.strip_prefix('!').filter(|_| expr.binds == binds::UNARY) {
            return Ok(Expr::new(inner, binds::CALL, Form::Bool));
        }
        Ok(Expr::new(format!("!{}", expr.at(binds::CALL)), binds::UNARY, Form::Bool))
    }

    /// A comparison, with a constant on the right.
    fn compared(&mut self, kids: &[NodeId], operator: &str) -> Printed<Expr> {
        let is_constant = |at: NodeId| matches!(self.program.node(at), Node::Const(_));
        let (mut a, mut b, mut operator) = (kids[0], kids[1], operator);
        if is_constant(a) && !is_constant(b) {
            (a, b) = (b, a);
            operator = match operator {
                "<" => ">",
                "<=" => ">=",
                ">" => "<",
                ">=" => "<=",
                same => same,
            };
        }
        let ty = self.program.ty(a).clone();
        let is_equality = matches!(operator, "==" | "!=");
        if let (true, Node::Const(Value::Bool(value))) = (is_equality, self.program.node(b)) {
            return if *value == (operator == "==") { self.expr(a) } else { self.negated(a) };
        }
        if let Some(test) = self.emptiness(a, b, operator)? {
            return Ok(test);
        }
        if let (true, Some(kids), Some(c)) = (is_equality, self.applied(a, "at"), self.constant_char(b))
            && *self.program.ty(kids[0]) == Ty::Str
            && let Some(end @ (0 | -1)) = self.program.const_int(kids[1])
            && matches!(self.expr(kids[0])?.form, Form::Str | Form::String | Form::Ref(_))
        {
            let method = if end == 0 { "starts_with" } else { "ends_with" };
            let test = self.expr(kids[0])?.call(&format!(".{method}({})", c.text), Form::Bool).living(0);
            return Ok(match operator {
                "==" => test,
                _ => Expr::new(format!("!{}", test.text), binds::UNARY, Form::Bool),
            });
        }
        if ty == Ty::Int || ty == Ty::Date {
            return self.compared_ints(a, b, operator);
        }
        if is_equality {
            let (x, y) = match (&ty, self.char_pair(a, b)?) {
                (_, Some(pair)) => pair,
                _ => (self.expr(a)?, self.expr(b)?),
            };
            let test = self.equal(x, y, &ty)?;
            return Ok(if operator == "==" {
                test
            } else if test.binds == binds::COMPARE {
                Expr::new(test.text.replacen(" == ", " != ", 1), binds::COMPARE, Form::Bool)
            } else if let Some((head, tail)) = test.text.rsplit_once(".eq(") {
                Expr::new(format!("{head}.ne({tail}"), binds::CALL, Form::Bool)
            } else {
                Expr::new(format!("!{}", test.at(binds::CALL)), binds::UNARY, Form::Bool)
            });
        }
        let (x, y) = match (&ty, self.char_pair(a, b)?) {
            (_, Some(pair)) => pair,
            (Ty::Str, _) => (self.exact_str(a)?, self.exact_str(b)?),
            _ => (self.expr(a)?, self.expr(b)?),
        };
        Ok(compare(&x, operator, &y))
    }

    /// Two texts as characters, if both are.
    fn char_pair(&mut self, a: NodeId, b: NodeId) -> Printed<Option<(Expr, Expr)>> {
        if *self.program.ty(a) != Ty::Str {
            return Ok(None);
        }
        Ok(match (self.char_form(a)?, self.char_form(b)?) {
            (Some(x), Some(y)) if self.constant_char(a).is_none() => Some((x, y)),
            _ => None,
        })
    }

    fn compared_ints(&mut self, a: NodeId, b: NodeId, operator: &str) -> Printed<Expr> {
        if self.program.const_int(a).is_none()
            && let (Some(x), Some(y)) = (self.usize_exactly(a)?, self.usize_exactly(b)?)
        {
            return Ok(compare(&x, operator, &y));
        }
        // A remainder that is zero is zero whatever the signs; that of two is zero or not.
        if matches!(operator, "==" | "!=")
            && let Some(kids) = self.applied(a, "mod")
            && self.is_positive(kids[1])
        {
            let rest = self.program.const_int(b);
            let two = self.program.const_int(kids[1]) == Some(2);
            let operator = match (rest, operator) {
                (Some(0), operator) => Some(operator),
                (Some(1), "==") if two => Some("!="),
                (Some(1), _) if two => Some("=="),
                _ => None,
            };
            if let Some(operator) = operator {
                let (x, y) = (self.int(kids[0])?, self.int(kids[1])?);
                let text = format!("{} % {} {operator} 0", x.at(binds::PRODUCT), y.at(binds::CAST));
                return Ok(Expr::new(text, binds::COMPARE, Form::Bool));
            }
        }
        let (x, y) = (self.int(a)?, self.int(b)?);
        Ok(compare(&x, operator, &y))
    }

    /// A comparison of a length with zero or one, or of a text with the empty one.
    fn emptiness(&mut self, a: NodeId, b: NodeId, operator: &str) -> Printed<Option<Expr>> {
        let is_empty = match (self.program.const_int(b), operator) {
            (Some(0), "==" | "<=") | (Some(1), "<") => true,
            (Some(0), "!=" | ">") | (Some(1), ">=") => false,
            _ => match operator {
                "==" if self.is_nothing(b) => true,
                "!=" if self.is_nothing(b) => false,
                _ => return Ok(None),
            },
        };
        let of = if self.program.const_int(b).is_some() {
            match self.applied(a, "len") {
                Some(kids) => kids[0],
                None => return Ok(None),
            }
        } else {
            a
        };
        let expr = self.expr(of)?;
        let text = match expr.form {
            Form::Str | Form::String | Form::Ref(_) | Form::Slice(_) | Form::Vec(_) => {
                format!("{}.is_empty()", expr.at(binds::CALL))
            }
            // Whether there is a first one says it all.
            Form::Iter(..) => {
                let method = if is_empty { "is_none" } else { "is_some" };
                let text = format!("{}.next().{method}()", expr.at(binds::CALL));
                return Ok(Some(Expr::new(text, binds::CALL, Form::Bool)));
            }
            _ => return Ok(None),
        };
        Ok(Some(if is_empty {
            Expr::new(text, binds::CALL, Form::Bool)
        } else {
            Expr::new(format!("!{text}"), binds::UNARY, Form::Bool)
        }))
    }

    fn is_nothing(&self, at: NodeId) -> bool {
        match self.program.node(at) {
            Node::Const(Value::Str(text)) => text.is_empty(),
            Node::Const(Value::List(items)) => items.is_empty(),
            _ => false,
        }
    }

    /// Whether two values are equal.
    pub(super) fn equal(&mut self, a: Expr, b: Expr, ty: &Ty) -> Printed<Expr> {
        match ty {
            Ty::Str => {
                let is_lazy = |expr: &Expr| matches!(expr.form, Form::Iter(..));
                let as_chars = |expr: &Expr| {
                    if is_lazy(expr) { expr.text.clone() } else { format!("{}.chars()", expr.at(binds::CALL)) }
                };
                let plain = |expr: &Expr| matches!(expr.form, Form::Str | Form::String | Form::Ref(_));
                if a.form == Form::Char && b.form == Form::Char {
                    return Ok(compare(&a, "==", &b));
                }
                if is_lazy(&a) && (is_lazy(&b) || plain(&b)) && !b.text.starts_with('"') {
                    return Ok(a.call(&format!(".eq({})", as_chars(&b)), Form::Bool));
                }
                if is_lazy(&b) && plain(&a) {
                    return Ok(b.call(&format!(".eq({})", as_chars(&a)), Form::Bool));
                }
                let (a, b) = (self.texted(a), self.texted(b));
                // References compare with references, values with values.
                let (a, b) = match (&a.form, &b.form) {
                    (Form::Ref(_), Form::String) => (a.call(".as_str()", Form::Str), b),
                    (Form::String, Form::Ref(_)) => (a, b.call(".as_str()", Form::Str)),
                    _ => (a, b),
                };
                Ok(compare(&a, "==", &b))
            }
            Ty::List(_) => {
                if matches!((&a.form, &b.form), (Form::Iter(..), _) | (_, Form::Iter(..))) {
                    let (x, y) = (self.through(a.clone())?, self.through(b.clone())?);
                    if x.form.item() == y.form.item() {
                        let (x, y) = if matches!(a.form, Form::Iter(..)) { (x, y) } else { (y, x) };
                        let (x, y) = if x.flow().by_ref == y.flow().by_ref {
                            (x, y)
                        } else {
                            (super::convert::copied(&x), super::convert::copied(&y))
                        };
                        return Ok(x.call(&format!(".eq({})", y.text), Form::Bool).living(0));
                    }
                } else if a.form.item() == b.form.item()
                    && !matches!((&a.form, &b.form), (Form::Array(_), Form::Array(_)))
                    && a.form.item().is_some()
                {
                    // An array is compared with a `Vec` only on its right.
                    let (a, b) = if matches!(a.form, Form::Array(_)) { (b, a) } else { (a, b) };
                    return Ok(compare(&referred(&a, &b), "==", &referred(&b, &a)));
                }
                let (a, b) = (self.own(a, ty)?, self.own(b, ty)?);
                Ok(compare(&a, "==", &b))
            }
            Ty::Tuple(_) => {
                let same = a.form == b.form;
                let (a, b) = if same { (a, b) } else { (self.own(a, ty)?, self.own(b, ty)?) };
                Ok(compare(&a, "==", &b))
            }
            _ => {
                let (a, b) = match (&a.form, &b.form) {
                    (Form::Usize, Form::Int) => (super::convert::as_int(&a), b),
                    (Form::Int, Form::Usize) => (a, super::convert::as_int(&b)),
                    _ => (a, b),
                };
                Ok(compare(&a, "==", &b))
            }
        }
    }

    /// A text as `&str` or `String`.
    fn texted(&mut self, expr: Expr) -> Expr {
        match expr.form {
            Form::Str | Form::String | Form::Ref(_) => expr,
            _ => self.string(expr),
        }
    }

    /// A chain of comparisons of one value with constants, each with a constant: a `match`.
    pub(super) fn table(&mut self, root: NodeId) -> Printed<Option<Vec<String>>> {
        let program = self.program;
        let (Ty::Bool | Ty::Int | Ty::Str | Ty::Float) = program.ty(root) else { return Ok(None) };
        let mut arms: Vec<(NodeId, NodeId)> = Vec::new();
        let mut of = None;
        let mut at = root;
        while let Some(kids) = program.apply(at, "if") {
            let Some(eq) = program.apply(kids[0], "eq") else { return Ok(None) };
            let is_constant = |at: NodeId| matches!(program.node(at), Node::Const(_));
            let (value, key) = if is_constant(eq[0]) { (eq[1], eq[0]) } else { (eq[0], eq[1]) };
            let is_key = is_constant(key) && matches!(program.ty(key), Ty::Int | Ty::Str);
            if !is_key || *of.get_or_insert(value) != value || !is_constant(kids[1]) {
                return Ok(None);
            }
            if arms.iter().all(|(known, _)| *known != key) {
                arms.push((key, kids[1]));
            }
            at = kids[2];
        }
        let (Some(of), Node::Const(_)) = (of, program.node(at)) else { return Ok(None) };
        if arms.len() < 2 || self.is_narrow_result() {
            return Ok(None);
        }
        let value = match (program.ty(of), self.char_form(of)?) {
            (Ty::Str, Some(c)) if arms.iter().all(|(key, _)| self.constant_char(*key).is_some()) => c,
            (Ty::Str, _) => self.exact_str(of)?,
            _ => self.int(of)?,
        };
        let mut lines = vec![format!("match {} {{", value.text)];
        for (key, answer) in arms {
            let key = match self.constant_char(key).filter(|_| value.form == Form::Char) {
                Some(c) => c,
                None => self.expr(key)?,
            };
            lines.push(format!("    {} => {},", key.text, self.expr(answer)?.text));
        }
        lines.push(format!("    _ => {},", self.expr(at)?.text));
        lines.push("}".to_owned());
        if *program.ty(root) == Ty::Str {
            lines.push(".to_string()".to_owned());
        }
        Ok(Some(lines))
    }

    /// `if c { a } else { b }` as an expression.
    pub(super) fn conditional(&mut self, kids: &[NodeId]) -> Printed<Expr> {
        let condition = self.expr(kids[0])?;
        let (a, b) = self.alike(kids[1], kids[2])?;
        let otherwise = if b.text.starts_with("if ") && b.binds == binds::LOOSE {
            b.text.clone()
        } else {
            format!("{{ {} }}", b.text)
        };
        let text = format!("if {} {{ {} }} else {otherwise}", condition.text, a.text);
        let life = a.life.max(b.life);
        let mut expr = Expr::new(text, binds::LOOSE, a.form).living(life);
        expr.place = false;
        Ok(expr)
    }
}

/// A list as it is compared with another: slices with slices, `Vec`s with anything.
fn referred(list: &Expr, other: &Expr) -> Expr {
    let is_ref = matches!(other.form, Form::Slice(_) | Form::Ref(_));
    match (&list.form, is_ref) {
        (Form::Ref(of), true) if matches!(other.form, Form::Slice(_)) => list.call(".as_slice()", (**of).clone()),
        (Form::Slice(_), true) if matches!(other.form, Form::Ref(_)) => list.clone(),
        (Form::Ref(_), false) => list.call(".as_slice()", Form::Bool),
        (Form::Array(_), true) => Expr::new(format!("&{}", list.text), binds::UNARY, Form::Bool),
        _ => list.clone(),
    }
}

pub(super) fn compare(a: &Expr, operator: &str, b: &Expr) -> Expr {
    let mut left = a.at(binds::SUM);
    // `x as i64 < y` reads like the beginning of a type's arguments.
    if operator.starts_with('<') && [" as i64", " as usize", " as f64"].iter().any(|cast| left.ends_with(cast)) {
        left = format!("({left})");
    }
    Expr::new(format!("{left} {operator} {}", b.at(binds::SUM)), binds::COMPARE, Form::Bool)
}
