//! Numbers.

use super::Python;
use crate::core::expr::NodeId;
use crate::print::Printed;
use crate::print::template::{Text, binds};
use crate::ty::Ty;

impl Python<'_> {
    /// `max(max(a, b), c)` as one call.
    pub(super) fn flat(&mut self, at: NodeId, name: &str, args: &mut Vec<String>) -> Printed<()> {
        match self.program.apply(at, name).filter(|_| !self.bound.contains_key(&at)).map(<[NodeId]>::to_vec) {
            Some(kids) => {
                for kid in kids {
                    self.flat(kid, name, args)?;
                }
            }
            None => args.push(self.expr(at)?.text),
        }
        Ok(())
    }

    /// Arithmetic with floats takes whole numbers as they are.
    pub(super) fn numbers(&mut self, name: &str, kids: &[NodeId]) -> Printed<Option<Text>> {
        if *self.program.ty(kids[0]) != Ty::Float {
            return if name == "add" { self.shifted(kids) } else { Ok(None) };
        }
        // One side must stay a float for a product, or the result is whole.
        let (a, b) = match (name, self.is_whole(kids[0]), self.is_whole(kids[1])) {
            ("divide", ..) => (true, true),
            (_, true, true) => (false, true),
            _ => (true, true),
        };
        let (operator, left, right) = match name {
            "divide" => ("/", binds::PRODUCT, binds::UNARY),
            "mul" => ("*", binds::PRODUCT, binds::UNARY),
            "add" => ("+", binds::SUM, binds::PRODUCT),
            _ => ("-", binds::SUM, binds::PRODUCT),
        };
        let a = if a { self.loosely(kids[0])? } else { self.expr(kids[0])? }.at_least(left);
        let b = if b { self.loosely(kids[1])? } else { self.expr(kids[1])? }.at_least(right);
        Ok(Some(Text::new(format!("{a} {operator} {b}"), left)))
    }

    /// A whole number and a constant, which people write last: `n + 1`, `n - 1`.
    fn shifted(&mut self, kids: &[NodeId]) -> Printed<Option<Text>> {
        let (n, constant) = match (self.program.const_int(kids[0]), self.program.const_int(kids[1])) {
            (Some(constant), None) => (kids[1], constant),
            (None, Some(constant)) => (kids[0], constant),
            _ => return Ok(None),
        };
        let operator = if constant < 0 { '-' } else { '+' };
        let text = format!("{} {operator} {}", self.at(n, binds::SUM)?, constant.unsigned_abs());
        Ok(Some(Text::new(text, binds::SUM)))
    }

    /// Whether a float may be written as a whole number where that is as good.
    fn is_whole(&self, at: NodeId) -> bool {
        let is = |name: &str| self.program.apply(at, name).is_some();
        (is("float") || is("sum")) && !self.bound.contains_key(&at)
    }

    /// A float where a whole number is as good.
    pub(super) fn loosely(&mut self, at: NodeId) -> Printed<Text> {
        let program = self.program;
        if !self.bound.contains_key(&at) && *program.ty(at) == Ty::Float {
            if let Some(kids) = program.apply(at, "float") {
                return self.expr(kids[0]);
            }
            if let Some(kids) = program.apply(at, "sum") {
                return Ok(Text::new(format!("sum({})", self.sole_argument(kids[0])?), binds::CALL));
            }
        }
        self.expr(at)
    }

    pub(super) fn rounded(&mut self, kids: &[NodeId]) -> Printed<Text> {
        let x = self.at(kids[0], binds::PRODUCT)?;
        Ok(match self.program.const_int(kids[1]) {
            Some(0) => Text::new(format!("float(math.floor({} + 0.5))", self.at(kids[0], binds::SUM)?), binds::CALL),
            Some(n) if (1..=15).contains(&n) => {
                let scale = 10i64.pow(n as u32);
                Text::new(format!("math.floor({x} * {scale} + 0.5) / {scale}"), binds::PRODUCT)
            }
            _ => {
                let n = self.at(kids[1], binds::UNARY)?;
                Text::new(format!("math.floor({x} * 10**{n} + 0.5) / 10**{n}"), binds::PRODUCT)
            }
        })
    }
}
