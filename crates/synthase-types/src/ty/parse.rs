//! The parser of types and signatures.
//!
//! Types are written as in Python's hints, with the names of other languages beside them:
//! `list[int]`, `dict[str, float]`, `int | None`, `str?`, `i64`, `date`, `bv64`.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use super::{IntWidth, Param, Signature, Type};
use crate::value::MAX_DEPTH;

/// What is wrong with the text of a type or signature, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at character {}", at + 1)]
pub struct ParseTypeError {
    /// The number of characters before the place.
    pub at: usize,
    /// What is wrong there.
    pub kind: ParseTypeErrorKind,
}

/// The kinds of mistakes in the text of a type or signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParseTypeErrorKind {
    /// Something else was expected.
    Expected(&'static str),
    /// A name that is no type.
    UnknownType(String),
    /// Two parameters or fields of one name.
    Duplicate(String),
    /// A union of other types than one type and `None`.
    Union,
    /// Deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl fmt::Display for ParseTypeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected(what) => write!(f, "expected {what}"),
            Self::UnknownType(name) => write!(
                f,
                "unknown type `{name}` (known: int, i8 to i64, u8 to u64, float, bool, str, bytes, list[T], \
                 tuple[T, ...], set[T], map[K, V], optional[T], record{{name: T}}, date, time, datetime, \
                 decimal, complex, bvN, tagged[name], any)"
            ),
            Self::Duplicate(name) => write!(f, "`{name}` stands twice"),
            Self::Union => f.write_str("a union may only join one type with None"),
            Self::TooDeep => write!(f, "nested deeper than {MAX_DEPTH} levels"),
        }
    }
}

/// Tags of literals that may stand as a type by their own name; others are written `tagged[name]`.
/// `opaque` is not among them: no signature can ask for a value that cannot be sent.
const TAG_TYPES: &[&str] = &["complex", "date", "datetime", "decimal", "time"];

/// Whether a tag may stand as a type by its own name.
pub(super) fn is_tag_type(tag: &str) -> bool {
    TAG_TYPES.contains(&tag) || matches!(width(tag), Some(Type::Tagged(_)))
}

/// Whether a text may stand as a name without quotes.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| !c.is_numeric() && (c.is_alphanumeric() || c == '_'))
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

impl FromStr for Type {
    type Err = ParseTypeError;

    fn from_str(text: &str) -> Result<Self> {
        let mut parser = Parser { text, pos: 0, depth: 0 };
        let ty = parser.ty()?;
        parser.end()?;
        Ok(ty)
    }
}

impl FromStr for Signature {
    type Err = ParseTypeError;

    fn from_str(text: &str) -> Result<Self> {
        let mut parser = Parser { text, pos: 0, depth: 0 };
        let signature = parser.signature()?;
        parser.end()?;
        Ok(signature)
    }
}

type Result<T, E = ParseTypeError> = std::result::Result<T, E>;
use ParseTypeErrorKind as Kind;

struct Parser<'a> {
    text: &'a str,
    pos: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn error_at<T>(&self, pos: usize, kind: Kind) -> Result<T> {
        Err(ParseTypeError { at: self.text[..pos].chars().count(), kind })
    }

    fn error<T>(&self, kind: Kind) -> Result<T> {
        self.error_at(self.pos, kind)
    }

    fn rest(&mut self) -> &'a str {
        let rest = &self.text[self.pos..];
        let trimmed = rest.trim_start();
        self.pos += rest.len() - trimmed.len();
        trimmed
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.pos += wanted.len();
        }
        found
    }

    fn expect(&mut self, wanted: &'static str, name: &'static str) -> Result<()> {
        if self.eat(wanted) { Ok(()) } else { self.error(Kind::Expected(name)) }
    }

    fn end(&mut self) -> Result<()> {
        if self.rest().is_empty() { Ok(()) } else { self.error(Kind::Expected("the end")) }
    }

    fn word(&mut self, name: &'static str) -> Result<&'a str> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let word = &rest[..end];
        if !word.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return self.error(Kind::Expected(name));
        }
        self.pos += end;
        Ok(word)
    }

    /// The name of a parameter or field; one that is no word stands in backquotes.
    fn name(&mut self) -> Result<String> {
        if !self.eat("`") {
            return self.word("the name of a parameter").map(str::to_owned);
        }
        let rest = &self.text[self.pos..];
        let Some(end) = rest.find('`') else { return self.error(Kind::Expected("a closing backquote")) };
        self.pos += end + 1;
        Ok(rest[..end].to_owned())
    }

    fn signature(&mut self) -> Result<Signature> {
        let name = self.word("the name of a function")?.to_owned();
        self.expect("(", "`(`")?;
        let params = self.named_types(")", "`,` or `)`")?;
        self.expect("->", "`->` and the type of the result")?;
        let returns = self.ty()?;
        let params = params.into_iter().map(|(name, ty)| Param { name, ty }).collect();
        Ok(Signature { name, params, returns })
    }

    fn named_types(&mut self, close: &'static str, close_name: &'static str) -> Result<Vec<(String, Type)>> {
        let mut named: Vec<(String, Type)> = Vec::new();
        let mut seen = HashSet::new();
        while !self.eat(close) {
            self.rest();
            let start = self.pos;
            let name = self.name()?;
            if !seen.insert(name.clone()) {
                return self.error_at(start, Kind::Duplicate(name));
            }
            self.expect(":", "`:` and a type")?;
            named.push((name, self.ty()?));
            if !self.eat(",") {
                self.expect(close, close_name)?;
                break;
            }
        }
        Ok(named)
    }

    fn ty(&mut self) -> Result<Type> {
        if self.depth == MAX_DEPTH {
            return self.error(Kind::TooDeep);
        }
        self.depth += 1;
        let ty = self.union();
        self.depth -= 1;
        ty
    }

    /// One type, or one type joined with `None` in either order, or one with a question mark.
    fn union(&mut self) -> Result<Type> {
        let start = self.pos;
        let mut members = vec![self.single()?];
        while self.eat("|") {
            members.push(self.single()?);
        }
        let many = members.len() > 1;
        let absent = members.iter().filter(|ty| **ty == Type::Null).count();
        if many {
            members.retain(|ty| *ty != Type::Null);
        }
        match (many, absent, members.len()) {
            (false, _, _) => Ok(members.remove(0)),
            (true, 1.., 1) => Ok(Type::Optional(Box::new(members.remove(0)))),
            _ => self.error_at(start, Kind::Union),
        }
    }

    fn single(&mut self) -> Result<Type> {
        self.rest();
        let start = self.pos;
        let name = self.word("a type")?;
        let mut ty = match name {
            "any" | "Any" => Type::Any,
            "null" | "none" | "None" => Type::Null,
            "bool" | "boolean" => Type::Bool,
            "int" | "integer" => Type::INT,
            "float" | "f64" | "double" | "number" => Type::Float,
            "str" | "string" | "String" => Type::Str,
            "bytes" => Type::Bytes,
            "list" | "List" | "array" => Type::list(self.one_argument()?),
            "set" | "Set" | "frozenset" => Type::Set(Box::new(self.one_argument()?)),
            "optional" | "Optional" => Type::Optional(Box::new(self.one_argument()?)),
            "tuple" | "Tuple" => Type::Tuple(self.arguments()?),
            "map" | "Map" | "dict" | "Dict" => {
                let mut both = self.arguments()?;
                match (both.pop(), both.pop(), both.pop()) {
                    (Some(value), Some(key), None) => Type::Map(Box::new(key), Box::new(value)),
                    (None, None, None) => Type::Map(Box::new(Type::Any), Box::new(Type::Any)),
                    _ => return self.error_at(start, Kind::Expected("two types: map[K, V]")),
                }
            }
            "record" => {
                self.expect("{", "`{`")?;
                Type::Record(self.named_types("}", "`,` or `}`")?)
            }
            "tagged" => {
                self.expect("[", "`[`")?;
                let tag = self.word("a tag")?.to_owned();
                self.expect("]", "`]`")?;
                Type::Tagged(tag)
            }
            tag if TAG_TYPES.contains(&tag) => Type::Tagged(tag.to_owned()),
            other => match width(other) {
                Some(ty) => ty,
                None => return self.error_at(start, Kind::UnknownType(other.to_owned())),
            },
        };
        while self.eat("?") {
            ty = Type::Optional(Box::new(ty));
        }
        Ok(ty)
    }

    /// The one type in brackets; without brackets, any.
    fn one_argument(&mut self) -> Result<Type> {
        let start = self.pos;
        let mut arguments = self.arguments()?;
        match (arguments.pop(), arguments.pop()) {
            (None, _) => Ok(Type::Any),
            (Some(ty), None) => Ok(ty),
            _ => self.error_at(start, Kind::Expected("one type in brackets")),
        }
    }

    fn arguments(&mut self) -> Result<Vec<Type>> {
        let mut arguments = Vec::new();
        if !self.eat("[") {
            return Ok(arguments);
        }
        while !self.eat("]") {
            arguments.push(self.ty()?);
            if !self.eat(",") {
                self.expect("]", "`,` or `]`")?;
                break;
            }
        }
        Ok(arguments)
    }
}

/// Integer types with a width, and bit vectors.
fn width(name: &str) -> Option<Type> {
    let (kind, digits) = name.split_at(name.find(|c: char| c.is_ascii_digit())?);
    let bits: u32 = digits.parse().ok().filter(|bits| *bits > 0)?;
    match (kind, bits) {
        ("i", 8 | 16 | 32 | 64) => Some(Type::Int(IntWidth::Signed(bits as u8))),
        ("u", 8 | 16 | 32 | 64) => Some(Type::Int(IntWidth::Unsigned(bits as u8))),
        ("bv", 1..=1024) => Some(Type::bit_vector(bits)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_other_languages_have_one_canonical_form() {
        for (text, canonical) in [
            ("List[int]", "list[int]"),
            ("dict[str, list[float]]", "map[str, list[float]]"),
            ("int | None", "optional[int]"),
            ("None | str", "optional[str]"),
            ("str?", "optional[str]"),
            ("list", "list[any]"),
            ("tuple[]", "tuple[]"),
            ("record{name: str, age: u8}", "record{name: str, age: u8}"),
            ("bv64", "bv64"),
            ("tagged[uuid]", "tagged[uuid]"),
            ("record{`two words`: int}", "record{`two words`: int}"),
        ] {
            let ty: Type = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(ty.to_string(), canonical);
        }
    }

    #[test]
    fn a_signature_reads_back() {
        let text = "pair(line: str, n: int) -> tuple[str, str]";
        assert_eq!(text.parse::<Signature>().unwrap().to_string(), text);
        assert_eq!("f() -> int".parse::<Signature>().unwrap().params.len(), 0);
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        for (text, start) in [
            ("f(x: strng) -> int", "unknown type `strng`"),
            ("f(x) -> int", "expected `:` and a type at character 4"),
            ("f(x: int, x: int) -> int", "`x` stands twice at character 11"),
            ("f(x: int)", "expected `->` and the type of the result at character 10"),
            ("f(x: int | str) -> int", "a union may only join one type with None"),
            ("f(x: i7) -> int", "unknown type `i7`"),
            ("", "expected the name of a function at character 1"),
        ] {
            let message = text.parse::<Signature>().unwrap_err().to_string();
            assert!(message.starts_with(start), "{text}: {message}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "[a-z0-9\\[\\](){}:,|?> \\-]{0,40}") {
            if let Ok(ty) = text.parse::<Type>() {
                prop_assert_eq!(ty.to_string().parse::<Type>().unwrap(), ty);
            }
            let _ = text.parse::<Signature>();
        }
    }
}
