//! Dates, as numbers of days from 1970-01-01.

use synthase_types::Value;

use super::form::{Expr, Form};
use super::{Rust, binds};
use crate::core::expr::NodeId;
use crate::date;
use crate::print::Printed;

impl Rust<'_> {
    pub(super) fn date_constant(&self, value: &Value) -> Printed<Expr> {
        let Value::Tagged(tagged) = value else { return Err(format!("the constant {value}")) };
        let day = date::parse(&tagged.text).ok_or_else(|| format!("the constant {value}"))?;
        let (year, month, day) = date::parts(day);
        Ok(self.helper("day_number", &[year.to_string(), month.to_string(), day.to_string()], Form::Int))
    }

    pub(super) fn calendar(&mut self, name: &str, kids: &[NodeId]) -> Printed<Expr> {
        let args = match name {
            "parse_date" => vec![self.str(kids[0])?],
            _ => kids.iter().map(|kid| self.int(*kid)).collect::<Printed<Vec<_>>>()?,
        };
        let texts: Vec<String> = args.iter().map(|arg| arg.text.clone()).collect();
        let part = |p: &Self, k: usize| p.helper("civil", &texts, Form::Int).call(&format!(".{k}"), Form::Int);
        Ok(match name {
            "year" => part(self, 0),
            "month" => part(self, 1),
            "day" => part(self, 2),
            "weekday" => {
                let text = format!("({} + 3).rem_euclid(7) + 1", args[0].at(binds::SUM));
                Expr::new(text, binds::SUM, Form::Int)
            }
            "day_of_year" => self.helper("day_of_year", &texts, Form::Int),
            "days_between" => {
                let text = format!("{} - {}", args[1].at(binds::SUM), args[0].at(binds::PRODUCT));
                Expr::new(text, binds::SUM, Form::Int)
            }
            "add_days" => {
                let text = format!("{} + {}", args[0].at(binds::SUM), args[1].at(binds::PRODUCT));
                Expr::new(text, binds::SUM, Form::Int)
            }
            "date" => self.helper("day_number", &texts, Form::Int),
            "parse_date" => self.helper("parse_day", &texts, Form::Int),
            "iso" => self.helper("iso", &texts, Form::String),
            _ => return Err(format!("the component `{name}`")),
        })
    }
}
