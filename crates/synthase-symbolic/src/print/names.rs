//! Names for parameters, variables of functions, and parts of long expressions.

use crate::core::Program;
use crate::core::expr::{Node, NodeId};
use crate::ty::Ty;

/// The names of one printed function.
pub(super) struct Names {
    language: &'static str,
    /// Names that are taken: what the program calls, and what is in scope.
    taken: Vec<String>,
    /// The parameters.
    pub(super) params: Vec<String>,
    /// The function.
    pub(super) function: String,
}

impl Names {
    /// Names for a program; parameters and variables avoid the `reserved` ones.
    pub(super) fn new(program: &Program, language: &'static str, reserved: &[&str]) -> Names {
        let signature = program.signature();
        let function = synthase_lang::identifier::to_identifier(language, &signature.name);
        let mut taken: Vec<String> = reserved.iter().map(|name| (*name).to_owned()).collect();
        taken.push(function.clone());
        let wanted = signature.params.iter().map(|param| param.name.as_str());
        let mut params = Vec::new();
        for mut name in synthase_lang::identifier::distinct_identifiers(language, wanted) {
            while taken.contains(&name) {
                name.push('_');
            }
            taken.push(name.clone());
            params.push(name);
        }
        Names { language, taken, params, function }
    }

    /// A name that is not taken, like this one; it is taken from now on.
    pub(super) fn fresh(&mut self, like: &str) -> String {
        let name = synthase_lang::identifier::to_identifier(self.language, like);
        let numbered = (2..).map(|n| format!("{name}{n}"));
        // Letters go on with the next ones.
        let next: &[&str] = match name.as_str() {
            "c" => &["d", "e"],
            "i" => &["j", "k"],
            "n" => &["m", "k"],
            "x" => &["y", "z", "u", "v", "w"],
            _ => &[],
        };
        let next = next.iter().map(|letter| (*letter).to_owned());
        let free = std::iter::once(name.clone()).chain(next).chain(numbered).find(|name| !self.taken.contains(name));
        let free = free.unwrap_or(name);
        self.taken.push(free.clone());
        free
    }

    /// Whether a name is not taken.
    pub(super) fn is_free(&self, name: &str) -> bool {
        !self.taken.iter().any(|taken| taken == name)
    }

    /// A name may be taken again.
    pub(super) fn release(&mut self, name: &str) {
        if let Some(at) = self.taken.iter().rposition(|taken| taken == name) {
            self.taken.remove(at);
        }
    }
}

impl Program {
    /// What one element of a list would be called.
    pub(super) fn element_name(&self, list: NodeId) -> String {
        let by_type = |ty: &Ty| match ty.item() {
            Some(Ty::Str) => "item",
            Some(Ty::List(_)) => "row",
            Some(Ty::Tuple(_)) => "pair",
            Some(Ty::Date) => "day",
            _ => "x",
        };
        match self.node(list) {
            Node::Param(i) => {
                let name = &self.signature().params[*i as usize].name;
                match name.strip_suffix('s').filter(|one| one.len() > 2 && !one.ends_with('s') && one.is_ascii()) {
                    Some(one) => one.strip_suffix("ie").map_or_else(|| one.to_owned(), |stem| format!("{stem}y")),
                    None => by_type(self.ty(list)).to_owned(),
                }
            }
            Node::Apply(component, kids) => match component.get().name {
                "words" | "letter_runs" | "alnum_runs" => "word".into(),
                "chars" => "c".into(),
                "digit_runs" => "digits".into(),
                "split" if self.const_str(kids[1]) == Some("\n") => "line".into(),
                "split" => "part".into(),
                "chunks" => "part".into(),
                "runs" => "run".into(),
                "range" => "n".into(),
                "filter" | "sort" | "sort_by" | "unique" | "reverse" | "take" | "drop" => self.element_name(kids[0]),
                _ => by_type(self.ty(list)).to_owned(),
            },
            _ => by_type(self.ty(list)).to_owned(),
        }
    }

    /// What an expression would be called that stands on a line of its own.
    pub(super) fn part_name(&self, at: NodeId) -> String {
        let is_param = |name: &str| self.signature().params.iter().any(|param| param.name == name);
        let plural = |name: String, otherwise: &str| match name.as_str() {
            "c" => "chars".to_owned(),
            "n" => "numbers".to_owned(),
            _ if name.ends_with('s') => name,
            _ => Some(name + "s").filter(|name| !is_param(name)).unwrap_or_else(|| otherwise.to_owned()),
        };
        let Node::Apply(component, kids) = self.node(at) else { return "value".into() };
        let name = match component.get().name {
            "words" | "letter_runs" | "alnum_runs" => "words",
            "chars" => "chars",
            "digit_runs" => "numbers",
            "split" if self.const_str(kids[1]) == Some("\n") => "lines",
            "split" => "parts",
            "chunks" => "chunks",
            "runs" => "runs",
            "lower" | "upper" | "capitalize" | "trim" | "replace" => "cleaned",
            "before" | "before_last" | "take" => "head",
            "after" | "after_last" | "drop" => "rest",
            "to_int" | "parse_base" | "to_float" => "number",
            "len" => "length",
            "find" => "position",
            "count" => "count",
            "sort" | "sort_by" | "reverse" => "ordered",
            "unique" => "distinct",
            "sum" | "add" => "total",
            "maximum" | "max" | "max_by" => "largest",
            "minimum" | "min" | "min_by" => "smallest",
            "div" | "divide" => "quotient",
            "mod" => "remainder",
            "mul" | "product" => "product",
            "sub" => "difference",
            "join" | "concat" if *self.ty(at) == Ty::Str => "joined",
            "text" | "fixed" | "iso" | "pad_left" | "pad_right" => "text",
            "add_days" | "date" | "parse_date" => "day",
            "days_between" => "days",
            "map" | "zip_with" | "scan" => return plural(self.element_name(at), "items"),
            "filter" => return plural(self.element_name(kids[0]), "kept"),
            _ => match self.ty(at) {
                Ty::Bool => "holds",
                Ty::Int | Ty::Float => "number",
                Ty::Str => "text",
                Ty::Date => "day",
                Ty::List(_) => "items",
                Ty::Tuple(_) => "pair",
            },
        };
        name.to_owned()
    }
}
