//! Which component is printed how.

use super::form::{Expr, Form};
use super::{Rust, binds};
use crate::core::expr::NodeId;
use crate::print::Printed;
use crate::ty::Ty;

impl Rust<'_> {
    /// A component with its arguments.
    pub(super) fn apply(&mut self, at: NodeId, name: &str, kids: &[NodeId]) -> Printed<Expr> {
        let kids = kids.to_vec();
        let is_text = *self.program.ty(at) == Ty::Str;
        match name {
            "abs" | "add" | "div" | "divide" | "float" | "floor" | "max" | "min" | "mod" | "mul" | "neg" | "pow"
            | "round" | "sub" => self.arithmetic(name, &kids),
            "and" | "or" | "not" | "eq" | "lt" | "le" => self.logic(name, &kids),
            "if" => self.conditional(&kids),
            "concat" if is_text => self.written(at),
            "text" | "fixed" | "pad_left" | "pad_right" | "to_base" => self.written(at),
            "after" | "after_last" | "before" | "before_last" => self.cut(name, &kids),
            "starts_with" | "ends_with" => {
                let part = self.needle(kids[1])?;
                Ok(self.receiver(kids[0])?.call(&format!(".{name}({part})"), Form::Bool).living(0))
            }
            "is_digit" | "is_letter" | "is_alnum" | "is_upper" | "is_lower" => self.class(name, kids[0]),
            "digit_runs" => self.class_runs(kids[0], "is_ascii_digit"),
            "letter_runs" => self.class_runs(kids[0], "is_alphabetic"),
            "alnum_runs" => self.class_runs(kids[0], "is_alphanumeric"),
            "lower" | "upper" | "capitalize" => self.cased(name, kids[0]),
            "trim" => {
                let of = self.receiver(kids[0])?;
                let life = of.borrowed();
                Ok(of.call(".trim()", Form::Str).living(life))
            }
            "words" | "split" => self.split(name, &kids),
            "chars" => self.chars(kids[0]),
            "join" => self.joined(&kids),
            "replace" => {
                let part = self.needle(kids[1])?;
                let by = self.str(kids[2])?.text;
                Ok(self.receiver(kids[0])?.call(&format!(".replace({part}, {by})"), Form::String).living(0))
            }
            "to_int" | "to_float" | "parse_base" | "code" | "char" => self.read(name, &kids),
            "at" => self.element_at(&kids),
            "take" | "drop" => self.slice(name, &kids),
            "len" => self.length(kids[0]),
            "reverse" => self.reversed(kids[0]),
            "repeat" => self.repeated(&kids),
            "contains" => self.contains(&kids),
            "find" => self.find(&kids),
            "count" => self.count(&kids),
            "chunks" => self.chunks(&kids),
            "runs" => self.runs(&kids),
            "concat" => self.list_of_parts(at),
            "single" => {
                let one = self.typed_part(kids[0])?;
                let ty = self.program.ty(kids[0]).clone();
                let one = self.leaving(one, &ty, self.depth.max(1))?;
                let life = one.life;
                let text = format!("vec![{}]", one.text);
                Ok(Expr::new(text, binds::CALL, Form::Vec(Box::new(one.form))).living(life))
            }
            "sort" | "sort_by" => self.sorted(&kids),
            "unique" => self.unique(&kids),
            "sum" | "product" => self.total(name, kids[0]),
            "maximum" | "minimum" => self.extreme(name, kids[0]),
            "range" => self.range(&kids),
            "flatten" => self.flattened(kids[0]),
            "map" => self.mapped(kids[0], kids[1], false),
            "filter" => self.filtered(kids[0], kids[1]),
            "any" | "all" => self.tested(name, kids[0], kids[1]),
            "zip_with" => self.zipped(&kids, false),
            "fold" => self.folded(&kids),
            "scan" => self.scanned(&kids),
            "max_by" | "min_by" => self.extreme_by(name, kids[0], kids[1]),
            _ => self.calendar(name, &kids),
        }
    }
}
