//! The signature of a Python function, read from its first line.

use synthase_types::{Param, Signature, Type};

/// A function's definition in a Python text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Definition {
    /// Where `def` stands in the text, in bytes.
    pub(crate) start: usize,
    /// The signature; whatever the text does not say is `any`.
    pub(crate) signature: Signature,
}

/// The last definition of a function at the outermost level of a text.
pub(crate) fn last_definition(text: &str, name: &str) -> Option<Definition> {
    let head = format!("def {name}(");
    let start = text.rmatch_indices(&head).map(|(at, _)| at).find(|at| *at == 0 || text[..*at].ends_with('\n'))?;
    let (params, behind) = split_brackets(&text[start + head.len()..])?;
    let returns = behind.trim_start().strip_prefix("->").and_then(|rest| rest.split_once(':'));
    let params = split_outermost(params).into_iter().map(param).collect();
    let returns = returns.map_or(Type::Any, |(returns, _)| type_of(returns));
    Some(Definition { start, signature: Signature { name: name.to_owned(), params, returns } })
}

/// The text up to the bracket that closes it, and what follows.
fn split_brackets(text: &str) -> Option<(&str, &str)> {
    let mut scan = Scan::default();
    let end = text.char_indices().find(|(_, c)| {
        let closes = scan.is_code() && scan.depth == 0 && *c == ')';
        scan.step(*c);
        closes
    })?;
    Some((&text[..end.0], &text[end.0 + 1..]))
}

/// The parts between the outermost commas.
fn split_outermost(text: &str) -> Vec<&str> {
    let mut scan = Scan::default();
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if scan.is_code() && scan.depth == 0 && c == ',' {
            parts.push(&text[start..at]);
            start = at + 1;
        }
        scan.step(c);
    }
    parts.push(&text[start..]);
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Where a walk over a definition stands.
#[derive(Default)]
struct Scan {
    depth: usize,
    quote: Option<char>,
    escaped: bool,
}

impl Scan {
    fn is_code(&self) -> bool {
        self.quote.is_none()
    }

    fn step(&mut self, c: char) {
        let escaped = std::mem::take(&mut self.escaped);
        match (self.quote, c) {
            (Some(_), '\\') if !escaped => self.escaped = true,
            (Some(quote), c) if c == quote && !escaped => self.quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => self.quote = Some(c),
            (None, '(' | '[' | '{') => self.depth += 1,
            (None, ')' | ']' | '}') => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

fn param(text: &str) -> Param {
    let before_default = split_at_default(text);
    let (name, ty) =
        before_default.split_once(':').map_or((before_default, Type::Any), |(name, ty)| (name, type_of(ty)));
    Param { name: name.trim().to_owned(), ty }
}

fn split_at_default(text: &str) -> &str {
    text.split_once('=').map_or(text, |(before, _)| before)
}

/// A Python annotation as a type; `any` for what it cannot be said of.
fn type_of(annotation: &str) -> Type {
    let text = annotation.trim();
    let text = text.strip_prefix("typing.").unwrap_or(text);
    let (head, inner) = match text.strip_suffix(']').and_then(|text| text.split_once('[')) {
        Some((head, inner)) => (head.trim(), split_outermost(inner)),
        None => (text, Vec::new()),
    };
    let inner = |at: usize| inner.get(at).map_or(Type::Any, |text| type_of(text));
    match (head, text.contains('[')) {
        ("int", _) => "int".parse().unwrap_or(Type::Any),
        ("float", _) => Type::Float,
        ("str", _) => Type::Str,
        ("bool", _) => Type::Bool,
        ("bytes", _) => Type::Bytes,
        ("None", _) => Type::Null,
        ("List" | "list", _) => Type::List(Box::new(inner(0))),
        ("Set" | "set", _) => Type::Set(Box::new(inner(0))),
        ("Optional", true) => Type::Optional(Box::new(inner(0))),
        ("Dict" | "dict", _) => Type::Map(Box::new(inner(0)), Box::new(inner(1))),
        ("Tuple" | "tuple", true) if !text.contains("...") => {
            let items = text.strip_suffix(']').and_then(|text| text.split_once('[')).map_or("", |(_, inner)| inner);
            Type::Tuple(split_outermost(items).into_iter().map(type_of).collect())
        }
        _ => Type::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(text: &str) -> Option<String> {
        last_definition(text, "f").map(|found| found.signature.to_string())
    }

    #[test]
    fn what_a_definition_says_is_read() {
        for (python, ours) in [
            ("def f(x, y):", "f(x: any, y: any) -> any"),
            ("def f(xs: List[float], t: float) -> bool:", "f(xs: list[float], t: float) -> bool"),
            (
                "def f(d: Dict[str, Tuple[int, str]], o: Optional[int]=None) -> typing.Any:",
                "f(d: map[str, tuple[int, str]], o: optional[int]) -> any",
            ),
            ("def f(s=\"a, b)\", n = (1, 2)):", "f(s: any, n: any) -> any"),
            ("def f() -> Iterator[int]:", "f() -> any"),
            ("def g(x): pass\n\n\ndef f(\n    x: list,\n) -> set:", "f(x: list[any]) -> set[any]"),
        ] {
            assert_eq!(signature(python).as_deref(), Some(ours), "{python}");
        }
    }

    #[test]
    fn the_last_one_at_the_outermost_level_counts() {
        let text = "def f(a):\n    def f(inner): pass\n\ndef f(b):\n    'def f(c): like this'\n";
        let found = last_definition(text, "f").unwrap();
        assert_eq!(
            (found.start, found.signature.to_string()),
            (text.find("def f(b)").unwrap(), "f(b: any) -> any".into())
        );
        assert_eq!(signature("def ff(x): pass"), None);
        assert_eq!(signature("def f(x"), None);
    }
}
