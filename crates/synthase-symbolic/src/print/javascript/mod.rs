//! Programs in JavaScript.
//!
//! Texts are sequences of characters in the core language and of UTF-16 units in JavaScript. What
//! counts characters is therefore said of `[...text]`, unless the text is known to be ASCII. Lists
//! and tuples are compared by their JSON, which is exact for values of one type.
//!
//! `Math.round` differs from the core's rounding for 0.49999999999999994 and beyond 2^52.

mod classes;
mod helpers;
mod known;
mod lists;
mod mapped;
mod numbers;
mod order;
mod ranges;
mod templates;
mod texts;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use synthase_lang::javascript::{literal, string_literal};
use synthase_types::Value;

use self::helpers::Helper;
use self::known::Known;
use super::block::{Lines, block};
use super::names::Names;
use super::template::{Text, binds, fill};
use super::{Printed, Target, parameter_type, result_type};
use crate::core::Program;
use crate::core::expr::{Node, NodeId};

/// What printed programs call: parameters and variables must not hide it.
const GLOBALS: &[&str] =
    &["Array", "Boolean", "Date", "Infinity", "JSON", "Map", "Math", "NaN", "Number", "Set", "String", "parseInt"];

/// How wide lines of functions may be.
const WIDTH: usize = 92;

pub(super) fn print(program: &Program) -> Printed<String> {
    // The names of helpers are taken, but which of them are needed shows only in the end.
    let draft = JavaScript::new(program, &BTreeSet::new());
    let helpers = draft.whole()?.1;
    let (function, helpers) = JavaScript::new(program, &helpers).whole()?;
    let mut text = String::new();
    for helper in helpers {
        let name = helper.name(&function.name);
        text += &helper.source().replace("NAME", name).replace("SAME", &function.same);
        text.push('\n');
    }
    Ok(text + &function.text)
}

/// A printed function.
struct Function {
    name: String,
    text: String,
    /// Whether two neighbours `a` and `b` are equal, for the helper that groups them.
    same: String,
}

/// Whether a text has a name that is no field of something.
fn mentions(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].ends_with(is_word) && text[at + name.len()..].starts_with(['(', ')']) || text[..at].ends_with("...")
    })
}

/// The places where a name stands that is no field of something.
fn qualify(text: &str, name: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (head, tail) = rest.split_at(at);
        out += head;
        let behind = tail[name.len()..].chars().next();
        if !out.ends_with(is_word) && matches!(behind, Some('(' | '.')) || out.ends_with("...") {
            out += "globalThis.";
        }
        out += name;
        rest = &tail[name.len()..];
    }
    out + rest
}

/// A text in quotes: single ones if there are double ones in it.
fn quoted(text: &str) -> String {
    let double = string_literal(text);
    if text.contains('"') && !text.contains('\'') {
        return format!("'{}'", double[1..double.len() - 1].replace("\\\"", "\""));
    }
    double
}

struct JavaScript<'a> {
    program: &'a Program,
    names: Names,
    /// The names that expressions have been given.
    bound: HashMap<NodeId, String>,
    /// How variables of functions are written.
    locals: HashMap<u32, Text>,
    /// What is known of variables of functions.
    known: HashMap<u32, Known>,
    helpers: BTreeSet<Helper>,
    /// The test of equal neighbours for the helper that groups them.
    same: Option<String>,
    /// Whether the next list cannot be empty, or the whole is an error.
    sure: bool,
    /// Whether the conditional at hand follows an early answer.
    chained: bool,
}

impl Lines for JavaScript<'_> {
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
        self.result(at)
    }

    fn binding(&mut self, at: NodeId, name: &str) -> Printed<String> {
        Ok(format!("const {name} = {};", self.expr(at)?.text))
    }

    fn branch(&self, _condition: Option<&str>, _first: bool) -> String {
        String::new()
    }

    fn end(&self) -> Option<&'static str> {
        None
    }

    fn answer(&self, text: &str) -> String {
        format!("return {text};")
    }

    fn shows_parts(&self) -> bool {
        true
    }

    /// Conditionals: one expression if that is short, else branches that answer.
    fn form(&mut self, at: NodeId, width: usize, _chained: bool) -> Printed<Option<Vec<String>>> {
        let program = self.program;
        let Some(kids) = program.apply(at, "if").map(<[NodeId]>::to_vec) else { return Ok(None) };
        let is_if = |at: NodeId| program.apply(at, "if").is_some();
        if !self.chained && !is_if(kids[1]) && !is_if(kids[2]) {
            let text = self.expr(at)?.text;
            if text.chars().count() < width.min(72) {
                return Ok(Some(vec![self.answer(&text)]));
            }
        }
        let condition = self.expr(kids[0])?.text;
        let indent = (WIDTH.saturating_sub(width)) / 4;
        let chained = std::mem::replace(&mut self.chained, false);
        let mut body = Vec::new();
        block(self, kids[1], indent + 1, &mut body)?;
        self.chained = true;
        let mut rest = Vec::new();
        block(self, kids[2], indent, &mut rest)?;
        self.chained = chained;
        let pad = indent * 4;
        let mut lines: Vec<String> = body.iter().map(|line| line[pad..].to_owned()).collect();
        match &lines[..] {
            [only] if condition.chars().count() + only.chars().count() < width.min(WIDTH - 8) => {
                lines = vec![format!("if ({condition}) {}", only.trim_start())];
            }
            _ => {
                lines.insert(0, format!("if ({condition}) {{"));
                lines.push("}".to_owned());
            }
        }
        lines.extend(rest.iter().map(|line| line[pad..].to_owned()));
        Ok(Some(lines))
    }
}

impl<'a> JavaScript<'a> {
    fn new(program: &'a Program, helpers: &BTreeSet<Helper>) -> JavaScript<'a> {
        let function = synthase_lang::identifier::to_identifier("javascript", &program.signature().name);
        let mut reserved = GLOBALS.to_vec();
        reserved.extend(helpers.iter().map(|helper| helper.name(&function)));
        JavaScript {
            program,
            names: Names::new(program, "javascript", &reserved),
            bound: HashMap::new(),
            locals: HashMap::new(),
            known: HashMap::new(),
            helpers: BTreeSet::new(),
            same: None,
            sure: false,
            chained: false,
        }
    }

    /// The function, and the helpers that it calls.
    fn whole(mut self) -> Printed<(Function, BTreeSet<Helper>)> {
        let program = self.program;
        let mut lines = Vec::new();
        block(&mut self, program.root, 1, &mut lines)?;
        let signature = program.signature();
        let none = || "a type without a name".to_owned();
        let mut text = "/**\n".to_owned();
        for (name, param) in self.names.params.iter().zip(&signature.params) {
            let ty = parameter_type(Target::JavaScript, &param.ty).ok_or_else(none)?;
            text += &format!(" * @param {{{ty}}} {name}\n");
        }
        let ty = result_type(Target::JavaScript, &signature.returns).ok_or_else(none)?;
        let name = self.names.function.clone();
        text += &format!(" * @returns {{{ty}}}\n */\nfunction {name}({}) {{\n", self.names.params.join(", "));
        for line in lines {
            // Two spaces of indentation where the other languages have four.
            let code = line.trim_start();
            let pad = (line.len() - code.len()) / 2;
            let code = if GLOBALS.contains(&name.as_str()) { qualify(code, &name) } else { code.to_owned() };
            text += &format!("{}{code}\n", " ".repeat(pad));
        }
        text += "}\n";
        // Expressions are printed on trial as well: not every helper has been called in the end.
        let helpers = self.helpers.into_iter().filter(|helper| mentions(&text, helper.name(&name))).collect();
        Ok((Function { name, text, same: self.same.unwrap_or_default() }, helpers))
    }

    fn expr(&mut self, at: NodeId) -> Printed<Text> {
        let sure = std::mem::take(&mut self.sure);
        if let Some(name) = self.bound.get(&at) {
            return Ok(Text::new(name.clone(), binds::ATOM));
        }
        let program = self.program;
        Ok(match program.node(at) {
            Node::Param(i) => Text::new(self.names.params[*i as usize].clone(), binds::ATOM),
            Node::Local(level) => {
                self.locals.get(level).cloned().ok_or_else(|| "a variable of no function".to_owned())?
            }
            Node::Const(value) => self.constant(value)?,
            Node::Tuple(kids) => {
                let kids = kids.iter().map(|kid| Ok(self.expr(*kid)?.text)).collect::<Printed<Vec<_>>>()?;
                Text::new(format!("[{}]", kids.join(", ")), binds::ATOM)
            }
            Node::Field(of, k) => Text::new(format!("{}[{k}]", self.at(*of, binds::CALL)?), binds::CALL),
            Node::Lambda(..) => return Err("a function by itself".to_owned()),
            Node::Apply(component, kids) => {
                let name = component.get().name;
                let special = match self.list(at, name, kids, sure)? {
                    Some(text) => Some(text),
                    None => match self.of_text(at, name, kids, sure)? {
                        Some(text) => Some(text),
                        None => self.number(at, name, kids)?,
                    },
                };
                match special {
                    Some(text) => text,
                    None => self.template(templates::template(name).ok_or_else(|| name.to_owned())?, kids)?,
                }
            }
        })
    }

    fn constant(&self, value: &Value) -> Printed<Text> {
        let text = match value {
            Value::Str(text) => quoted(text),
            _ => literal(value).ok_or_else(|| format!("the constant {value}"))?,
        };
        let binds = match text.as_bytes()[0] {
            b'-' => binds::UNARY,
            b'n' => binds::CALL,
            _ => binds::ATOM,
        };
        Ok(Text::new(text, binds))
    }

    /// An expression that binds at least so strongly.
    fn at(&mut self, at: NodeId, binds: u8) -> Printed<String> {
        Ok(self.expr(at)?.at_least(binds))
    }

    /// An expression whose field or method follows.
    fn receiver(&mut self, at: NodeId) -> Printed<String> {
        self.at(at, binds::CALL)
    }

    /// A number whose method follows.
    fn number_receiver(&mut self, at: NodeId) -> Printed<String> {
        let text = self.receiver(at)?;
        Ok(if text.starts_with(|c: char| c.is_ascii_digit()) { format!("({text})") } else { text })
    }

    /// A list whose field or method follows; if it is empty, the program has no value.
    fn sure_receiver(&mut self, at: NodeId) -> Printed<String> {
        self.sure = true;
        self.at(at, binds::CALL)
    }

    fn template(&mut self, template: &str, kids: &[NodeId]) -> Printed<Text> {
        fill(template, |i, mark| match mark {
            "" => Ok(self.expr(kids[i])?.text),
            binds => self.at(kids[i], binds.parse().expect("marks are numbers")),
        })
    }

    /// The name of a helper that is called.
    fn helper(&mut self, helper: Helper) -> &'static str {
        self.helpers.insert(helper);
        helper.name(&self.names.function)
    }

    /// A call of a helper with these arguments.
    fn call_helper(&mut self, helper: Helper, args: &[NodeId]) -> Printed<Text> {
        let name = self.helper(helper);
        let args = args.iter().map(|arg| Ok(self.expr(*arg)?.text)).collect::<Printed<Vec<_>>>()?;
        Ok(Text::new(format!("{name}({})", args.join(", ")), binds::CALL))
    }

    /// Whether an expression is printed as a mere name, and may stand twice.
    fn is_name(&self, at: NodeId) -> bool {
        match self.program.node(at) {
            Node::Param(_) => true,
            Node::Local(level) => self.locals.get(level).is_some_and(|text| text.binds == binds::ATOM),
            _ => self.bound.contains_key(&at),
        }
    }

    fn lambda(&self, at: NodeId) -> Printed<(u32, NodeId)> {
        match self.program.node(at) {
            Node::Lambda(first, _, body) => Ok((*first, *body)),
            _ => Err("a function that is none".to_owned()),
        }
    }

    /// Gives variables of a function names, prints with them, and forgets them.
    fn with_vars<T>(
        &mut self,
        vars: &[(u32, String, Known)],
        print: impl FnOnce(&mut Self, &[String]) -> Printed<T>,
    ) -> Printed<T> {
        let mut names = Vec::new();
        for (level, like, known) in vars {
            let name = self.names.fresh(like);
            self.locals.insert(*level, Text::new(name.clone(), binds::ATOM));
            self.known.insert(*level, *known);
            names.push(name);
        }
        let out = print(self, &names);
        for ((level, ..), name) in vars.iter().zip(&names) {
            self.names.release(name);
            self.locals.remove(level);
            self.known.remove(level);
        }
        out
    }
}
