//! Numbers, comparisons and conditionals.

use synthase_types::Value;

use super::JavaScript;
use super::helpers::Helper;
use super::lists::call;
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::print::template::{Text, binds};
use crate::ty::Ty;

impl JavaScript<'_> {
    /// What templates do not say of numbers and truth values.
    pub(super) fn number(&mut self, at: NodeId, name: &str, kids: &[NodeId]) -> Printed<Option<Text>> {
        let program = self.program;
        match name {
            "add" => {
                let is_constant = |at: NodeId| matches!(program.node(at), Node::Const(_));
                let swapped = is_constant(kids[0]) && !is_constant(kids[1]);
                let (a, b) = if swapped { (kids[1], kids[0]) } else { (kids[0], kids[1]) };
                if let Some(n) = program.const_int(b).filter(|n| n.unsigned_abs() < 1 << 53) {
                    return self.plus(a, n).map(Some);
                }
                let text = format!("{} + {}", self.at(a, binds::SUM)?, self.at(b, binds::PRODUCT)?);
                Ok(Some(Text::new(text, binds::SUM)))
            }
            "sub" => {
                if matches!(program.node(kids[0]), Node::Const(Value::Float(x)) if *x == 0.0) {
                    return Ok(Some(Text::new(format!("-{}", self.at(kids[1], binds::CALL)?), binds::UNARY)));
                }
                if let Some(n) = program.const_int(kids[1]).filter(|n| n.unsigned_abs() < 1 << 53) {
                    return self.plus(kids[0], -n).map(Some);
                }
                let text = format!("{} - {}", self.at(kids[0], binds::SUM)?, self.at(kids[1], binds::PRODUCT)?);
                Ok(Some(Text::new(text, binds::SUM)))
            }
            "mod" => self.remainder(kids).map(Some),
            "max" | "min" => {
                let mut args = Vec::new();
                self.flat(at, name, &mut args)?;
                call(format!("Math.{name}({})", args.join(", ")))
            }
            "float" => self.expr(kids[0]).map(Some),
            "add_days" => {
                let day = self.receiver(kids[0])?;
                let days = match program.const_int(kids[1]) {
                    Some(1) => "+ 86_400_000".to_owned(),
                    Some(-1) => "- 86_400_000".to_owned(),
                    Some(n) if n < 0 => format!("- {} * 86_400_000", n.unsigned_abs()),
                    _ => format!("+ {} * 86_400_000", self.at(kids[1], binds::PRODUCT)?),
                };
                call(format!("new Date({day}.getTime() {days})"))
            }
            "date" => match program.const_int(kids[0]) {
                // `Date.UTC` takes the years 0 to 99 for the last century's.
                Some(year) if year > 99 => {
                    let month = self.plus(kids[1], -1)?.text;
                    call(format!("new Date(Date.UTC({year}, {month}, {}))", self.expr(kids[2])?.text))
                }
                _ => self.call_helper(Helper::UtcDate, kids).map(Some),
            },
            "round" => self.rounded(kids).map(Some),
            "fixed" => self.fixed(kids).map(Some),
            "to_base" => {
                let number = self.number_receiver(kids[0])?;
                call(format!("{number}.toString({})", self.expr(kids[1])?.text))
            }
            "not" => self.negated(kids[0]).map(Some),
            "eq" => self.compared(kids, "===").map(Some),
            "lt" => self.compared(kids, "<").map(Some),
            "le" => self.compared(kids, "<=").map(Some),
            "if" => {
                let condition = self.at(kids[0], binds::OR)?;
                let text = format!("{condition} ? {} : {}", self.at(kids[1], binds::OR)?, self.expr(kids[2])?.text);
                Ok(Some(Text::new(text, binds::LOOSE)))
            }
            _ => Ok(None),
        }
    }

    fn negated(&mut self, at: NodeId) -> Printed<Text> {
        if let Node::Apply(component, kids) = self.program.node(at)
            && !self.bound.contains_key(&at)
        {
            let operator = match component.get().name {
                "eq" => "!==",
                "lt" => ">=",
                "le" => ">",
                _ => "",
            };
            if !operator.is_empty() {
                return self.compared(kids, operator);
            }
        }
        Ok(Text::new(format!("!{}", self.at(at, binds::UNARY)?), binds::UNARY))
    }

    /// An integer more by a constant.
    pub(super) fn plus(&mut self, at: NodeId, n: i64) -> Printed<Text> {
        let program = self.program;
        if !self.bound.contains_key(&at) {
            if let Some(m) = program.const_int(at) {
                let sum = m.checked_add(n).ok_or("a sum of constants beyond 64 bits")?;
                return self.constant(&Value::int(sum));
            }
            let inner = |name: &str| {
                program.apply(at, name).and_then(|kids| {
                    let m = program.const_int(kids[1])?;
                    Some((kids[0], if name == "add" { n.checked_add(m)? } else { n.checked_sub(m)? }))
                })
            };
            if let Some((of, sum)) = inner("add").or_else(|| inner("sub")).filter(|(_, n)| n.unsigned_abs() < 1 << 53) {
                return self.plus(of, sum);
            }
        }
        // Months are counted from 0.
        let month = program.apply(at, "month").filter(|_| !self.bound.contains_key(&at)).map(|kids| kids[0]);
        let (text, n) = match month {
            Some(day) => (Text::new(format!("{}.getUTCMonth()", self.receiver(day)?), binds::CALL), n + 1),
            None => (self.expr(at)?, n),
        };
        if n == 0 {
            return Ok(text);
        }
        let sign = if n < 0 { '-' } else { '+' };
        Ok(Text::new(format!("{} {sign} {}", text.at_least(binds::SUM), n.unsigned_abs()), binds::SUM))
    }

    /// `max(max(a, b), c)` as one call.
    fn flat(&mut self, at: NodeId, name: &str, args: &mut Vec<String>) -> Printed<()> {
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

    /// The remainder with the sign of the divisor, where `%` has that of the dividend.
    fn remainder(&mut self, kids: &[NodeId]) -> Printed<Text> {
        let rest = self.plain_remainder(kids)?;
        if self.is_natural(kids[0]) && self.is_natural(kids[1]) {
            return Ok(Text::new(rest, binds::PRODUCT));
        }
        let by = self.at(kids[1], binds::PRODUCT)?;
        let sum = match by.strip_prefix('-') {
            Some(by) => format!("({rest}) - {by}"),
            None => format!("({rest}) + {by}"),
        };
        Ok(Text::new(format!("({sum}) % {}", self.at(kids[1], binds::UNARY)?), binds::PRODUCT))
    }

    fn plain_remainder(&mut self, kids: &[NodeId]) -> Printed<String> {
        Ok(format!("{} % {}", self.at(kids[0], binds::PRODUCT)?, self.at(kids[1], binds::UNARY)?))
    }

    fn rounded(&mut self, kids: &[NodeId]) -> Printed<Text> {
        let scale = match self.program.const_int(kids[1]) {
            Some(0) => return Ok(Text::new(format!("Math.round({})", self.expr(kids[0])?.text), binds::CALL)),
            Some(n) if (1..=15).contains(&n) => 10i64.pow(n as u32).to_string(),
            _ => format!("10 ** {}", self.at(kids[1], binds::POWER)?),
        };
        let x = self.at(kids[0], binds::PRODUCT)?;
        Ok(Text::new(format!("Math.round({x} * {scale}) / {scale}"), binds::PRODUCT))
    }

    /// A float with so many decimals: `toFixed` where halves cannot occur.
    fn fixed(&mut self, kids: &[NodeId]) -> Printed<Text> {
        let program = self.program;
        let decimals = program.const_int(kids[1]).filter(|n| (0..=15).contains(n));
        let at_most =
            |n: NodeId| matches!((program.const_int(n), decimals), (Some(n), Some(most)) if (0..=most).contains(&n));
        let whole = |at: NodeId| program.apply(at, "float").is_some();
        let is_exact = match program.node(kids[0]) {
            Node::Apply(component, inner) => match component.get().name {
                "float" => true,
                "round" => at_most(inner[1]),
                "divide" => {
                    whole(inner[0])
                        && match program.node(inner[1]) {
                            Node::Const(Value::Float(by)) => {
                                decimals.is_some_and(|most| (0..=most).any(|n| 10f64.powi(n as i32) == *by))
                            }
                            _ => false,
                        }
                }
                _ => false,
            },
            _ => false,
        };
        if !is_exact {
            return self.call_helper(Helper::Fixed, kids);
        }
        let number = self.number_receiver(kids[0])?;
        Ok(Text::new(format!("{number}.toFixed({})", self.expr(kids[1])?.text), binds::CALL))
    }

    /// A comparison, with a constant on the right.
    fn compared(&mut self, kids: &[NodeId], operator: &str) -> Printed<Text> {
        let program = self.program;
        let is_constant = |at: NodeId| matches!(program.node(at), Node::Const(_));
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
        let equality = matches!(operator, "===" | "!==");
        let compare = |text: String| Ok(Text::new(text, binds::COMPARE));
        let free = |p: &Self, at: NodeId, name: &str| {
            program.apply(at, name).filter(|_| !p.bound.contains_key(&at)).map(<[NodeId]>::to_vec)
        };
        // The sign of a remainder is of no account for these.
        if equality && let Some(inner) = free(self, a, "mod") {
            let wanted = program.const_int(b);
            let natural = self.is_natural(inner[0]) && self.is_natural(inner[1]);
            if wanted == Some(0) {
                return compare(format!("{} {operator} 0", self.plain_remainder(&inner)?));
            }
            if wanted == Some(1) && program.const_int(inner[1]) == Some(2) && !natural {
                let operator = if operator == "===" { "!==" } else { "===" };
                return compare(format!("{} {operator} 0", self.plain_remainder(&inner)?));
            }
        }
        if equality
            && let Some(inner) = free(self, a, "weekday")
            && let Some(n) = program.const_int(b).filter(|n| (1..=7).contains(n))
        {
            return compare(format!("{}.getUTCDay() {operator} {}", self.receiver(inner[0])?, n % 7));
        }
        if let Some(inner) = free(self, a, "len")
            && *program.ty(inner[0]) == Ty::Str
        {
            let empty = match (operator, program.const_int(b)) {
                ("===" | "<=", Some(0)) | ("<", Some(1)) => Some("==="),
                ("!==" | ">", Some(0)) | (">=", Some(1)) => Some("!=="),
                _ => None,
            };
            if let Some(operator) = empty {
                return compare(format!("{} {operator} \"\"", self.at(inner[0], binds::SUM)?));
            }
        }
        if let Node::Const(Value::Bool(wanted)) = program.node(b) {
            let negated = *wanted != (operator == "===");
            return if negated { self.negated(a) } else { self.expr(a) };
        }
        let ty = program.ty(a).clone();
        match (&ty, equality) {
            (Ty::List(_), true) if matches!(program.node(b), Node::Const(Value::List(items)) if items.is_empty()) => {
                compare(format!("{}.length {operator} 0", self.receiver(a)?))
            }
            (Ty::List(_) | Ty::Tuple(_), true) => {
                let (a, b) = (self.expr(a)?.text, self.expr(b)?.text);
                compare(format!("JSON.stringify({a}) {operator} JSON.stringify({b})"))
            }
            (Ty::Date, true) => {
                compare(format!("{}.getTime() {operator} {}.getTime()", self.receiver(a)?, self.receiver(b)?))
            }
            _ => compare(format!("{} {operator} {}", self.at(a, binds::SUM)?, self.at(b, binds::SUM)?)),
        }
    }
}
