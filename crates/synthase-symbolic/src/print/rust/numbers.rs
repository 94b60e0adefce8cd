//! What is known of numbers, and numbers from texts.

use synthase_types::Value;

use super::form::{Expr, Form};
use super::{Rust, binds};
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::ty::Ty;

impl Rust<'_> {
    /// Whether an integer is never negative.
    pub(super) fn is_natural(&self, at: NodeId) -> bool {
        let natural = |kid: NodeId| self.is_natural(kid);
        match self.program.node(at) {
            Node::Const(Value::Int(n)) => !n.is_negative(),
            Node::Local(level) => self.naturals.contains(level),
            Node::Apply(component, kids) if *self.program.ty(at) == Ty::Int => match component.get().name {
                "len" | "count" | "abs" | "year" | "month" | "day" | "weekday" | "day_of_year" | "code" => true,
                "mod" => self.is_positive(kids[1]) || natural(kids[1]),
                "div" => natural(kids[0]) && (self.is_positive(kids[1]) || natural(kids[1])),
                "add" | "mul" | "min" => kids.iter().all(|kid| natural(*kid)),
                "pow" => natural(kids[0]),
                "max" => kids.iter().any(|kid| natural(*kid)),
                "if" => natural(kids[1]) && natural(kids[2]),
                "to_int" => self.program.is_natural(at),
                "sum" | "product" | "maximum" | "minimum" | "at" => self.has_naturals(kids[0]),
                _ => false,
            },
            _ => false,
        }
    }

    pub(super) fn is_positive(&self, at: NodeId) -> bool {
        self.program.const_int(at).is_some_and(|n| n > 0)
    }

    /// Whether no element of a list of integers is negative.
    pub(super) fn has_naturals(&self, list: NodeId) -> bool {
        match self.program.node(list) {
            Node::Const(Value::List(items)) => {
                items.iter().all(|item| matches!(item, Value::Int(n) if !n.is_negative()))
            }
            Node::Apply(component, kids) => match component.get().name {
                "range" => self.is_natural(kids[0]),
                "filter" | "sort" | "sort_by" | "unique" | "reverse" | "take" | "drop" => self.has_naturals(kids[0]),
                "concat" => kids.iter().all(|kid| self.has_naturals(*kid)),
                "single" => self.is_natural(kids[0]),
                "map" => match self.program.node(kids[1]) {
                    Node::Lambda(_, _, body) => {
                        // A variable of that function is unknown here.
                        *self.program.ty(*body) == Ty::Int && self.is_natural(*body)
                    }
                    _ => false,
                },
                _ => false,
            },
            _ => false,
        }
    }

    /// An integer as another type.
    pub(super) fn cast(&mut self, at: NodeId, ty: &str) -> Printed<String> {
        let n = self.typed_number(at)?;
        let n = if n.text.starts_with('-') { format!("({})", n.text) } else { n.at(binds::CAST) };
        Ok(format!("{n} as {ty}"))
    }

    /// Numbers and characters from texts and numbers.
    pub(super) fn read(&mut self, name: &str, kids: &[NodeId]) -> Printed<Expr> {
        match name {
            "to_int" => {
                if let Some(c) = self.char_form(kids[0])? {
                    let text = format!("{}.to_digit(10).unwrap() as i64", c.at(binds::CALL));
                    return Ok(Expr::new(text, binds::CAST, Form::Int));
                }
                Ok(self.receiver(kids[0])?.call(".parse::<i64>().unwrap()", Form::Int).living(0))
            }
            "to_float" => Ok(self.receiver(kids[0])?.call(".parse::<f64>().unwrap()", Form::Float).living(0)),
            "parse_base" => {
                let of = self.str(kids[0])?.text;
                let base = match self.program.const_int(kids[1]) {
                    Some(n) if (0..=36).contains(&n) => n.to_string(),
                    _ => self.cast(kids[1], "u32")?,
                };
                Ok(Expr::new(format!("i64::from_str_radix({of}, {base}).unwrap()"), binds::CALL, Form::Int))
            }
            "code" => {
                let c = match self.char_form(kids[0])? {
                    Some(c) => c,
                    None => self.chars(kids[0])?.call(".next().unwrap()", Form::Char),
                };
                Ok(Expr::new(format!("{} as i64", c.at(binds::CAST)), binds::CAST, Form::Int))
            }
            "char" => {
                let n = match self.program.const_int(kids[0]) {
                    Some(n) if (0..=i64::from(u32::MAX)).contains(&n) => n.to_string(),
                    _ => self.cast(kids[0], "u32")?,
                };
                let text = format!("char::from_u32({n}).unwrap()");
                Ok(Expr::new(text, binds::CALL, Form::Char))
            }
            _ => Err(format!("the component `{name}`")),
        }
    }
}
