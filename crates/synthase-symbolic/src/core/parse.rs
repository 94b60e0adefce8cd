//! The parser of the canonical text of programs.

use std::fmt;
use std::str::FromStr;

use synthase_types::ty::fit::fit;
use synthase_types::value::parse::parse_prefix;
use synthase_types::{Signature, Type, Value};

use super::expr::{Builder, NodeId, Program};
use crate::component::{ComponentId, Pat};
use crate::engine::rows::has_type;
use crate::engine::types::Binding;
use crate::ty::Ty;

/// What is wrong with the text of a program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at character {}", at + 1)]
pub struct ParseProgramError {
    /// The number of characters before the place.
    pub at: usize,
    /// What is wrong there.
    pub kind: ParseProgramErrorKind,
}

/// The kinds of mistakes in the text of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParseProgramErrorKind {
    /// The text before `=` is no signature of types that the core language has.
    Signature(String),
    /// Something else was expected.
    Expected(&'static str),
    /// A constant that is no value, or not of its type.
    Value(String),
    /// A name that is no component, parameter or variable.
    UnknownName(String),
    /// Arguments that do not fit the component's signature.
    Arguments(String),
    /// The expression does not have the type of the signature's result.
    Result(String),
    /// Deeper than programs are.
    TooDeep,
}

impl fmt::Display for ParseProgramErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature(why) => write!(f, "in the signature: {why}"),
            Self::Expected(what) => write!(f, "expected {what}"),
            Self::Value(why) => write!(f, "in a constant: {why}"),
            Self::UnknownName(name) => write!(f, "unknown name `{name}`"),
            Self::Arguments(signature) => write!(f, "arguments that do not fit {signature}"),
            Self::Result(ty) => write!(f, "the result is {ty}"),
            Self::TooDeep => f.write_str("nested too deep"),
        }
    }
}

/// Deeper programs are never found, and would overflow the stack of whoever walks them.
const MAX_DEPTH: usize = 100;

impl FromStr for Program {
    type Err = ParseProgramError;

    fn from_str(text: &str) -> Result<Program, ParseProgramError> {
        let error = |at: usize, kind| ParseProgramError { at: text[..at].chars().count(), kind };
        let Some(equals) = text.find('=') else {
            return Err(error(0, ParseProgramErrorKind::Expected("a signature and `=`")));
        };
        let bad = |why: String| error(0, ParseProgramErrorKind::Signature(why));
        let signature: Signature = text[..equals].trim().parse().map_err(|e| bad(format!("{e}")))?;
        let types = signature.params.iter().map(|param| Ty::of(&param.ty)).collect::<Result<Vec<_>, _>>();
        let types = types.map_err(|e| bad(e.to_string()))?;
        let result = Ty::of(&signature.returns).map_err(|e| bad(e.to_string()))?;
        let names = signature.params.iter().map(|param| param.name.clone()).collect();
        let mut parser =
            Parser { text, pos: equals + 1, depth: 0, params: names, locals: Vec::new(), builder: Builder::new(types) };
        let root = parser.expression().map_err(|(at, kind)| error(at, kind))?;
        parser.space();
        if parser.pos < text.len() {
            return Err(error(parser.pos, ParseProgramErrorKind::Expected("the end")));
        }
        if *parser.builder.ty(root) != result {
            let found = parser.builder.ty(root).to_string();
            return Err(error(equals, ParseProgramErrorKind::Result(found)));
        }
        parser.builder.finish(signature, root).map_err(|e| bad(e.to_string()))
    }
}

struct Parser<'a> {
    text: &'a str,
    pos: usize,
    depth: usize,
    params: Vec<String>,
    locals: Vec<(String, Ty)>,
    builder: Builder,
}

type Parsed<T> = Result<T, (usize, ParseProgramErrorKind)>;

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.pos..]
    }

    fn space(&mut self) {
        self.pos += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.space();
        let there = self.rest().starts_with(token);
        if there {
            self.pos += token.len();
        }
        there
    }

    fn expect(&mut self, token: &'static str) -> Parsed<()> {
        if self.eat(token) { Ok(()) } else { Err((self.pos, ParseProgramErrorKind::Expected(token))) }
    }

    fn identifier(&mut self) -> Option<String> {
        self.space();
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        self.pos += end;
        Some(name)
    }

    fn expression(&mut self) -> Parsed<NodeId> {
        if self.depth >= MAX_DEPTH {
            return Err((self.pos, ParseProgramErrorKind::TooDeep));
        }
        self.depth += 1;
        let mut node = self.primary()?;
        while self.rest().starts_with('.') {
            let at = self.pos;
            self.pos += 1;
            let digits = self.rest().len() - self.rest().trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let k = self.rest()[..digits].parse().map_err(|_| (at, ParseProgramErrorKind::Expected("a field")))?;
            self.pos += digits;
            let field = self.builder.field(node, k);
            node = field.ok_or_else(|| (at, ParseProgramErrorKind::Arguments(format!("the field .{k}"))))?;
        }
        self.depth -= 1;
        Ok(node)
    }

    fn primary(&mut self) -> Parsed<NodeId> {
        self.space();
        let start = self.pos;
        if self.eat("(") {
            let items = self.list(")")?;
            return Ok(self.builder.tuple(items));
        }
        let Some(name) = self.identifier() else {
            return self.constant(start, None);
        };
        // A parameter may have the name of a component; only the latter is called.
        if self.rest().starts_with('(') {
            return self.call(start, &name);
        }
        if let Some((level, (_, ty))) = self.locals.iter().enumerate().rev().find(|(_, (local, _))| *local == name) {
            let ty = ty.clone();
            return Ok(self.builder.local(level as u32, ty));
        }
        if let Some(i) = self.params.iter().position(|param| *param == name) {
            return Ok(self.builder.param(i as u32));
        }
        if matches!(name.as_str(), "list" | "tuple") && self.rest().starts_with('[') {
            let end = closing(self.rest()).ok_or((start, ParseProgramErrorKind::Expected("a type")))?;
            self.pos += end;
            let ty: Type =
                self.text[start..self.pos].parse().map_err(|_| (start, ParseProgramErrorKind::Expected("a type")))?;
            return self.constant(self.pos, Some(ty));
        }
        if matches!(name.as_str(), "true" | "false") || self.rest().starts_with('"') {
            return self.constant(start, None);
        }
        Err((start, ParseProgramErrorKind::UnknownName(name)))
    }

    fn constant(&mut self, at: usize, ty: Option<Type>) -> Parsed<NodeId> {
        let bad = |why: String| (at, ParseProgramErrorKind::Value(why));
        let (value, rest) = parse_prefix(&self.text[at..]).map_err(|e| bad(e.to_string()))?;
        let ty = ty.map_or_else(|| plain_type(&value).ok_or_else(|| bad(format!("{value} needs its type"))), Ok)?;
        let value = fit(&value, &ty).map_err(|e| bad(e.to_string()))?;
        let core = Ty::of(&ty).map_err(|e| bad(e.to_string()))?;
        if !has_type(&value, &core) {
            return Err(bad(format!("{value} is beyond what programs count with")));
        }
        let used = self.text.len() - at - rest.len();
        self.pos = at + used;
        Ok(self.builder.constant(value, core))
    }

    fn list(&mut self, close: &'static str) -> Parsed<Vec<NodeId>> {
        let mut items = Vec::new();
        while !self.eat(close) {
            items.push(self.expression()?);
            if !self.eat(",") {
                self.expect(close)?;
                break;
            }
        }
        Ok(items)
    }

    fn call(&mut self, start: usize, name: &str) -> Parsed<NodeId> {
        let unknown = || (start, ParseProgramErrorKind::UnknownName(name.to_owned()));
        let component = ComponentId::named(name).ok_or_else(unknown)?;
        let misfit = || (start, ParseProgramErrorKind::Arguments(format!("{name}{}", component.get().signature())));
        self.expect("(")?;
        let mut binding = Binding::default();
        let mut args = Vec::new();
        for (i, pat) in component.get().args.iter().enumerate() {
            if i > 0 {
                self.expect(",")?;
            }
            let Pat::Fn(vars, _) = pat else {
                let arg = self.expression()?;
                if !binding.unify(*pat, self.builder.ty(arg)) {
                    return Err(misfit());
                }
                args.push(arg);
                continue;
            };
            let types = vars.iter().map(|pat| binding.concrete(*pat)).collect::<Option<Vec<_>>>().ok_or_else(misfit)?;
            args.push(self.lambda(&types)?);
        }
        self.eat(",");
        self.expect(")")?;
        self.builder.apply(component, &args).ok_or_else(misfit)
    }

    /// A function; of its variables the last may be left out.
    fn lambda(&mut self, types: &[Ty]) -> Parsed<NodeId> {
        self.expect("|")?;
        let mut names = Vec::new();
        while let Some(name) = self.identifier() {
            names.push(name);
            if !self.eat(",") {
                break;
            }
        }
        self.expect("|")?;
        if names.len() > types.len() {
            return Err((self.pos, ParseProgramErrorKind::Expected("fewer variables")));
        }
        names.resize(types.len(), String::new());
        let bound = self.locals.len();
        self.locals.extend(names.into_iter().zip(types.iter().cloned()));
        self.builder.depth = self.locals.len() as u32;
        let body = self.expression()?;
        self.locals.truncate(bound);
        self.builder.depth = bound as u32;
        Ok(self.builder.lambda(types.len() as u32, body))
    }
}

/// Behind the bracket that closes the one at the start of a text.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0;
    for (at, c) in text.char_indices() {
        match c {
            '[' => open += 1,
            ']' if open == 1 => return Some(at + 1),
            ']' => open -= 1,
            _ => {}
        }
    }
    None
}

/// The type of a constant that shows it.
fn plain_type(value: &Value) -> Option<Type> {
    Some(match value {
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::INT,
        Value::Float(_) => Type::Float,
        Value::Str(_) => Type::Str,
        Value::Tagged(tagged) => Type::Tagged(tagged.tag.clone()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &str) -> Program {
        let program: Program = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(program.to_string(), text);
        program
    }

    #[test]
    fn programs_come_back_as_they_were() {
        round_trip(r#"initials(name: str) -> str = join(map(words(name), |x| concat(upper(at(x, 0)), ".")), "")"#);
        round_trip("f(xs: list[int]) -> list[int] = map(xs, |x, y| add(x, mul(y, -2)))");
        round_trip("f(x: list[list[str]]) -> list[bool] = map(x, |x_| any(x_, |z| is_digit(z)))");
        round_trip("f(p: tuple[int, str]) -> tuple[str, int] = (p.1, p.0)");
        round_trip("f(n: int) -> list[int] = if(lt(n, 0), list[int][], range(0, n))");
        round_trip("f(n: int) -> tuple[float] = (1.5,)");
        round_trip("text(text: int, x: int) -> str = text(text)");
        round_trip("f(d: date) -> int = days_between(date\"2026-01-31\", d)");
    }

    #[test]
    fn programs_are_evaluated() {
        let program =
            round_trip(r#"initials(name: str) -> str = join(map(words(name), |x| concat(upper(at(x, 0)), ".")), "")"#);
        assert_eq!(program.eval(&["ada lovelace".into()]), Ok("A.L.".into()));
        let nested =
            round_trip("f(xs: list[int], k: int) -> list[int] = map(xs, |x, y| sum(map(range(0, y), |z| mul(z, k))))");
        assert_eq!(nested.eval(&[vec![5, 5, 5, 5].into(), 2.into()]), Ok(vec![0, 0, 2, 6].into()));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, message) in [
            ("f(x: int) -> int", "expected a signature and `=` at character 1"),
            ("f(x: int) -> int = y", "unknown name `y` at character 20"),
            ("f(x: int) -> int = upper(x)", "arguments that do not fit upper(str) -> str at character 20"),
            ("f(x: int) -> str = x", "the result is int at character 18"),
            ("f(x: int) -> int = add(x, [1])", "in a constant: [1] needs its type at character 27"),
            (
                "f(x: float) -> float = add(x, 1e999)",
                "in a constant: inf is beyond what programs count with at character 31",
            ),
            (
                "f(x: any) -> int = 1",
                "in the signature: the symbolic synthesizer has no values of type any at character 1",
            ),
        ] {
            assert_eq!(text.parse::<Program>().unwrap_err().to_string(), message);
        }
        let deep = format!("f(x: int) -> int = {}x{}", "neg(".repeat(3000), ")".repeat(3000));
        assert_eq!(deep.parse::<Program>().unwrap_err().kind, ParseProgramErrorKind::TooDeep);
    }
}
