//! Programs in Python.

mod choice;
mod compare;
mod comprehension;
mod groups;
mod imports;
mod iterables;
mod numbers;
mod order;
mod slices;
mod special;
mod strings;
mod templates;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use synthase_lang::python::literal;
use synthase_types::Value;

use super::Printed;
use super::block::{Lines, block};
use super::names::Names;
use super::template::{Text, binds, fill};
use super::{Target, parameter_type, result_type};
use crate::core::Program;
use crate::core::expr::{Node, NodeId};

/// What printed programs call: parameters and variables must not hide it.
const BUILTINS: &[&str] = &[
    "abs",
    "all",
    "any",
    "builtins",
    "chr",
    "datetime",
    "dict",
    "enumerate",
    "float",
    "format",
    "functools",
    "int",
    "itertools",
    "len",
    "list",
    "math",
    "max",
    "min",
    "ord",
    "range",
    "re",
    "reversed",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "zip",
];

pub(super) fn print(program: &Program) -> Printed<String> {
    let mut printer = Python::new(program);
    let mut lines = Vec::new();
    block(&mut printer, program.root, 1, &mut lines)?;
    let signature = program.signature();
    let none = || "a type without a name".to_owned();
    let mut params = Vec::new();
    for (name, param) in printer.names.params.iter().zip(&signature.params) {
        params.push(format!("{name}: {}", parameter_type(Target::Python, &param.ty).ok_or_else(none)?));
    }
    let result = result_type(Target::Python, &signature.returns).ok_or_else(none)?;
    let function = printer.names.function.clone();
    let head = format!("({}) -> {result}", params.join(", "));
    let body = format!("{head}:\n{}\n", lines.join("\n"));
    Ok(imports::imported(&function, &body))
}

struct Python<'a> {
    program: &'a Program,
    names: Names,
    bound: HashMap<NodeId, String>,
    locals: HashMap<u32, String>,
    /// The variables that are single characters.
    chars: HashSet<u32>,
    /// The variables that are runs of equal elements: the names of element and run.
    runs: HashMap<u32, (String, String)>,
}

impl Lines for Python<'_> {
    fn program(&self) -> &Program {
        self.program
    }

    fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    fn bound(&mut self) -> &mut HashMap<NodeId, String> {
        &mut self.bound
    }

    fn result(&mut self, at: NodeId) -> Printed<String> {
        Ok(self.expr(at)?.text)
    }

    fn condition(&mut self, at: NodeId) -> Printed<String> {
        self.truth(at, binds::LOOSE)
    }

    fn binding(&mut self, at: NodeId, name: &str) -> Printed<String> {
        Ok(format!("{name} = {}", self.expr(at)?.text))
    }

    fn branch(&self, condition: Option<&str>, first: bool) -> String {
        match condition {
            Some(condition) => format!("{} {condition}:", if first { "if" } else { "elif" }),
            None => "else:".to_owned(),
        }
    }

    fn answers_early(&self) -> bool {
        true
    }

    fn repeats(&self, component: &str) -> bool {
        component == "chunks"
    }

    fn form(&mut self, at: NodeId, width: usize, chained: bool) -> Printed<Option<Vec<String>>> {
        match self.program.node(at) {
            Node::Apply(component, kids) if component.get().name == "if" => self.choice(at, kids, width, chained),
            Node::Apply(component, kids) if component.get().name == "fold" => self.steps(kids).map(Some),
            _ => Ok(None),
        }
    }

    fn end(&self) -> Option<&'static str> {
        None
    }

    fn answer(&self, text: &str) -> String {
        format!("return {text}")
    }
}

impl<'a> Python<'a> {
    fn new(program: &'a Program) -> Python<'a> {
        Python {
            program,
            names: Names::new(program, "python", BUILTINS),
            bound: HashMap::new(),
            locals: HashMap::new(),
            chars: HashSet::new(),
            runs: HashMap::new(),
        }
    }

    pub(super) fn expr(&mut self, at: NodeId) -> Printed<Text> {
        if let Some(name) = self.bound.get(&at) {
            return Ok(Text::new(name.clone(), binds::ATOM));
        }
        let program = self.program;
        Ok(match program.node(at) {
            Node::Param(i) => Text::new(self.names.params[*i as usize].clone(), binds::ATOM),
            Node::Local(level) => Text::new(self.locals.get(level).cloned().unwrap_or_default(), binds::ATOM),
            Node::Const(value) => self.constant(value)?,
            Node::Tuple(kids) => {
                let kids = kids.iter().map(|kid| Ok(self.expr(*kid)?.text)).collect::<Printed<Vec<_>>>()?;
                let comma = if kids.len() == 1 { "," } else { "" };
                Text::new(format!("({}{comma})", kids.join(", ")), binds::ATOM)
            }
            Node::Field(of, k) => Text::new(format!("{}[{k}]", self.at(*of, binds::CALL)?), binds::CALL),
            Node::Lambda(..) => return Err("a function by itself".to_owned()),
            Node::Apply(component, kids) => {
                let name = component.get().name;
                match self.special(at, name, kids)? {
                    Some(text) => text,
                    None => self.template(templates::template(name).ok_or_else(|| name.to_owned())?, kids)?,
                }
            }
        })
    }

    pub(super) fn constant(&self, value: &Value) -> Printed<Text> {
        let text = literal(value).ok_or_else(|| format!("the constant {value}"))?;
        let binds = if text.starts_with('-') { binds::UNARY } else { binds::ATOM };
        Ok(Text::new(text, binds))
    }

    pub(super) fn at(&mut self, at: NodeId, binds: u8) -> Printed<String> {
        Ok(self.expr(at)?.at_least(binds))
    }

    pub(super) fn template(&mut self, template: &str, kids: &[NodeId]) -> Printed<Text> {
        fill(template, |i, mark| match mark {
            "*" => self.sole_argument(kids[i]),
            "" => Ok(self.expr(kids[i])?.text),
            binds => self.at(kids[i], binds.parse().expect("marks are numbers")),
        })
    }
}
