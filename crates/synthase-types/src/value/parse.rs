//! The parser of the text form of values.
//!
//! It reads the canonical text, and beside it what people write by habit: single quotes, `True`,
//! `False` and `None`, `_` between digits, hexadecimal integers, a comma after the last element.

use std::collections::HashSet;
use std::fmt;

use super::tag::is_well_formed;
use super::text::{is_identifier, is_keyword};
use super::{Int, MAX_DEPTH, Record, Value, ValueMap};

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at character {}", at + 1)]
pub struct ParseValueError {
    /// The number of characters before the place.
    pub at: usize,
    /// What is wrong there.
    pub kind: ParseValueErrorKind,
}

/// The kinds of mistakes in the text of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParseValueErrorKind {
    /// Something else was expected.
    Expected(&'static str),
    /// A word that is no value; most often a text without its quotes.
    UnknownWord(String),
    /// An escape that the text form does not have.
    BadEscape,
    /// A literal that its tag does not have.
    BadLiteral(String),
    /// A key or field that stands twice.
    Duplicate(String),
    /// Deeper than [`MAX_DEPTH`].
    TooDeep,
    /// An integer with more digits than are read.
    TooLong,
    /// Something stands behind the value.
    Trailing,
}

impl fmt::Display for ParseValueErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected(what) => write!(f, "expected {what}"),
            Self::UnknownWord(word) => write!(f, "`{word}` is not a value (a text needs quotes: \"{word}\")"),
            Self::BadEscape => f.write_str("unknown escape in a text"),
            Self::BadLiteral(literal) => write!(f, "{literal} is not well formed"),
            Self::Duplicate(key) => write!(f, "{key} stands twice"),
            Self::TooDeep => write!(f, "nested deeper than {MAX_DEPTH} levels"),
            Self::TooLong => f.write_str("an integer with too many digits"),
            Self::Trailing => f.write_str("unexpected text behind the value"),
        }
    }
}

impl std::str::FromStr for Value {
    type Err = ParseValueError;

    fn from_str(text: &str) -> Result<Self, ParseValueError> {
        let mut parser = Parser::new(text);
        let value = parser.value()?;
        parser.end()?;
        Ok(value)
    }
}

/// Reads one value at the start of a text; returns it with the rest of the text.
///
/// # Errors
/// A text that does not begin with a value.
pub fn parse_prefix(text: &str) -> Result<(Value, &str), ParseValueError> {
    let mut parser = Parser::new(text);
    let value = parser.value()?;
    Ok((value, &text[parser.pos..]))
}

struct Parser<'a> {
    text: &'a str,
    pos: usize,
    depth: usize,
}

type Result<T, E = ParseValueError> = std::result::Result<T, E>;
use ParseValueErrorKind as Kind;

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Parser { text, pos: 0, depth: 0 }
    }

    fn error_at<T>(&self, pos: usize, kind: Kind) -> Result<T> {
        Err(ParseValueError { at: self.text[..pos].chars().count(), kind })
    }

    fn error<T>(&self, kind: Kind) -> Result<T> {
        self.error_at(self.pos, kind)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.pos..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.pos += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.skip_space();
        let found = self.peek() == Some(wanted);
        if found {
            self.bump();
        }
        found
    }

    fn expect(&mut self, wanted: char, name: &'static str) -> Result<()> {
        if self.eat(wanted) { Ok(()) } else { self.error(Kind::Expected(name)) }
    }

    fn end(&mut self) -> Result<()> {
        self.skip_space();
        if self.rest().is_empty() { Ok(()) } else { self.error(Kind::Trailing) }
    }

    fn value(&mut self) -> Result<Value> {
        self.skip_space();
        if self.depth == MAX_DEPTH {
            return self.error(Kind::TooDeep);
        }
        self.depth += 1;
        let value = self.value_here();
        self.depth -= 1;
        value
    }

    fn value_here(&mut self) -> Result<Value> {
        match self.peek() {
            Some('"' | '\'') => self.string().map(Value::Str),
            Some('[') => {
                self.bump();
                Ok(Value::List(self.items(']', "`,` or `]`")?.0))
            }
            Some('(') => self.tuple(),
            Some('{') => self.braces(None),
            Some(c) if c.is_ascii_digit() || c == '-' || c == '+' || c == '.' => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' => self.word(),
            _ => self.error(Kind::Expected("a value")),
        }
    }

    /// Values up to `close`, and whether a comma stood behind the last one.
    fn items(&mut self, close: char, name: &'static str) -> Result<(Vec<Value>, bool)> {
        let mut items = Vec::new();
        loop {
            if self.eat(close) {
                return Ok((items, true));
            }
            items.push(self.value()?);
            if !self.eat(',') {
                self.expect(close, name)?;
                return Ok((items, false));
            }
        }
    }

    fn tuple(&mut self) -> Result<Value> {
        self.bump();
        let (mut items, trailing_comma) = self.items(')', "`,` or `)`")?;
        // As in Python, `(1)` is 1 and `(1,)` is a tuple.
        if items.len() == 1 && !trailing_comma { Ok(items.remove(0)) } else { Ok(Value::Tuple(items)) }
    }

    /// A map, a set or a record; the first entry tells which.
    fn braces(&mut self, name: Option<&str>) -> Result<Value> {
        self.bump();
        self.skip_space();
        match name {
            Some("set") => return Ok(Value::set(self.items('}', "`,` or `}`")?.0)),
            Some("record") => return self.fields(None),
            Some(name) => return self.fields(Some(name.to_owned())),
            None => {}
        }
        if self.eat('}') {
            return Ok(Value::Map(ValueMap::default()));
        }
        if self.at_field() {
            return self.fields(None);
        }
        let first = self.value()?;
        if self.eat(':') {
            return self.map(first);
        }
        let mut items = vec![first];
        if self.eat(',') {
            items.extend(self.items('}', "`,` or `}`")?.0);
        } else {
            self.expect('}', "`,`, `:` or `}`")?;
        }
        Ok(Value::set(items))
    }

    fn map(&mut self, first: Value) -> Result<Value> {
        let start = self.pos;
        let mut pairs = vec![(first, self.value()?)];
        while self.eat(',') && !self.at_close() {
            let key = self.value()?;
            self.expect(':', "`:`")?;
            pairs.push((key, self.value()?));
        }
        self.expect('}', "`,` or `}`")?;
        match ValueMap::new(pairs) {
            Ok(map) => Ok(Value::Map(map)),
            Err(twice) => self.error_at(start, Kind::Duplicate(twice.0.to_string())),
        }
    }

    fn at_close(&mut self) -> bool {
        self.skip_space();
        self.peek() == Some('}')
    }

    /// Whether a field's name and its colon follow.
    fn at_field(&self) -> bool {
        let rest = self.rest();
        if rest.starts_with('`') {
            return true;
        }
        let word = leading_word(rest);
        is_identifier(word) && !is_keyword(word) && rest[word.len()..].trim_start().starts_with(':')
    }

    fn fields(&mut self, name: Option<String>) -> Result<Value> {
        let mut fields: Vec<(String, Value)> = Vec::new();
        let mut seen = HashSet::new();
        loop {
            if self.eat('}') {
                return Ok(Value::Record(Record { name, fields }));
            }
            let start = self.pos;
            let field = self.field_name()?;
            if !seen.insert(field.clone()) {
                return self.error_at(start, Kind::Duplicate(field));
            }
            self.expect(':', "`:`")?;
            fields.push((field, self.value()?));
            if !self.eat(',') {
                self.expect('}', "`,` or `}`")?;
                return Ok(Value::Record(Record { name, fields }));
            }
        }
    }

    fn field_name(&mut self) -> Result<String> {
        self.skip_space();
        if self.peek() == Some('`') {
            self.bump();
            let rest = self.rest();
            let Some(end) = rest.find('`') else { return self.error(Kind::Expected("a closing backquote")) };
            self.pos += end + 1;
            return Ok(rest[..end].to_owned());
        }
        let word = leading_word(self.rest());
        if !is_identifier(word) {
            return self.error(Kind::Expected("the name of a field"));
        }
        self.pos += word.len();
        Ok(word.to_owned())
    }

    fn number(&mut self) -> Result<Value> {
        let start = self.pos;
        let rest = self.rest();
        let length = number_length(rest);
        let text: String = rest[..length].chars().filter(|&c| c != '_').collect();
        self.pos += length;
        let unsigned = text.trim_start_matches(['-', '+']);
        if matches!(unsigned, "inf" | "nan") {
            return Ok(Value::Float(text.parse().unwrap_or(f64::NAN)));
        }
        if let Some(hex) = unsigned.strip_prefix("0x") {
            if hex.len() > super::int::MAX_DIGITS {
                return self.error_at(start, Kind::TooLong);
            }
            let parsed = num_bigint::BigInt::parse_bytes(hex.as_bytes(), 16);
            let Some(n) = parsed else { return self.error_at(start, Kind::Expected("hexadecimal digits")) };
            return Ok(Value::Int(Int::from(if text.starts_with('-') { -n } else { n })));
        }
        let digits = unsigned.bytes().filter(u8::is_ascii_digit).count();
        if digits == 0 {
            return self.error_at(start, Kind::Expected("a number"));
        }
        if unsigned.bytes().all(|b| b.is_ascii_digit()) {
            return match text.parse() {
                Ok(n) => Ok(Value::Int(n)),
                Err(_) => self.error_at(start, Kind::TooLong),
            };
        }
        match text.parse() {
            Ok(x) => Ok(Value::Float(x)),
            Err(_) => self.error_at(start, Kind::Expected("a number")),
        }
    }

    fn word(&mut self) -> Result<Value> {
        let start = self.pos;
        let word = leading_word(self.rest());
        self.pos += word.len();
        match (word, self.peek()) {
            ("b", Some('"' | '\'')) => self.bytes(),
            (tag, Some('"' | '\'')) if is_identifier(tag) => {
                let text = self.string()?;
                if !is_well_formed(tag, &text) {
                    return self.error_at(start, Kind::BadLiteral(Value::tagged(tag, text).to_string()));
                }
                Ok(Value::tagged(tag, text))
            }
            ("some", Some('(')) => {
                self.bump();
                let inner = self.value()?;
                self.expect(')', "`)`")?;
                Ok(Value::Some(Box::new(inner)))
            }
            (name, Some('{')) => self.braces(Some(name)),
            ("null" | "none" | "None", _) => Ok(Value::Null),
            ("true" | "True", _) => Ok(Value::Bool(true)),
            ("false" | "False", _) => Ok(Value::Bool(false)),
            ("nan" | "NaN", _) => Ok(Value::Float(f64::NAN)),
            ("inf" | "Infinity", _) => Ok(Value::Float(f64::INFINITY)),
            _ => self.error_at(start, Kind::UnknownWord(word.to_owned())),
        }
    }

    fn string(&mut self) -> Result<String> {
        let quote = self.bump();
        let mut out = String::new();
        loop {
            let at = self.pos;
            match self.bump() {
                None => return self.error(Kind::Expected("a closing quote")),
                c if c == quote => return Ok(out),
                Some('\\') => match self.escape() {
                    Some(c) => out.push(c),
                    None => return self.error_at(at, Kind::BadEscape),
                },
                Some(c) => out.push(c),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        Some(match self.bump()? {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\u{8}',
            'f' => '\u{c}',
            '0' => '\0',
            'x' => char::from_u32(self.hex_digits(2)?).filter(char::is_ascii)?,
            'u' if self.peek() == Some('{') => {
                let rest = self.rest();
                let end = rest.find('}')?;
                let code = u32::from_str_radix(rest.get(1..end)?, 16).ok()?;
                self.pos += end + 1;
                char::from_u32(code)?
            }
            'u' => self.utf16_escape()?,
            c @ ('"' | '\'' | '\\' | '/' | '`') => c,
            _ => return None,
        })
    }

    /// JSON's `\uXXXX`, where characters beyond the first plane are a pair of surrogates.
    fn utf16_escape(&mut self) -> Option<char> {
        let first = self.hex_digits(4)?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        if !self.rest().starts_with("\\u") {
            return None;
        }
        self.pos += 2;
        let second = self.hex_digits(4)?;
        let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + low)
    }

    fn hex_digits(&mut self, count: usize) -> Option<u32> {
        let digits = self.rest().get(..count)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.pos += count;
        u32::from_str_radix(digits, 16).ok()
    }

    fn bytes(&mut self) -> Result<Value> {
        let quote = self.bump();
        let mut out = Vec::new();
        loop {
            let at = self.pos;
            match self.bump() {
                None => return self.error(Kind::Expected("a closing quote")),
                c if c == quote => return Ok(Value::Bytes(out)),
                Some('\\') if self.peek() == Some('x') => {
                    self.bump();
                    match self.hex_digits(2) {
                        Some(byte) => out.push(byte as u8),
                        None => return self.error_at(at, Kind::BadEscape),
                    }
                }
                Some('\\') => match self.escape().filter(char::is_ascii) {
                    Some(c) => out.push(c as u8),
                    None => return self.error_at(at, Kind::BadEscape),
                },
                Some(c) if c.is_ascii() => out.push(c as u8),
                Some(_) => return self.error_at(at, Kind::Expected("bytes as ASCII or `\\xHH`")),
            }
        }
    }
}

fn leading_word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    &text[..end]
}

/// How much of the text belongs to a number: digits, letters of hexadecimal and of exponents, and a
/// sign only at the start or behind an exponent.
fn number_length(text: &str) -> usize {
    let hex = text.trim_start_matches(['-', '+']).starts_with("0x");
    let mut previous = ' ';
    for (i, c) in text.char_indices() {
        let part = match c {
            '-' | '+' => i == 0 || (!hex && matches!(previous, 'e' | 'E')),
            _ => c.is_ascii_alphanumeric() || c == '_' || c == '.',
        };
        if !part {
            return i;
        }
        previous = c;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::arbitrary;

    fn parse(text: &str) -> Value {
        text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    proptest! {
        #[test]
        fn the_canonical_text_reads_back(value in arbitrary::value()) {
            prop_assert_eq!(parse(&value.to_string()), value);
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "[\\[\\](){}:,\"'`\\\\uxsb0-9eE.+\\-a-z ]{0,40}") {
            if let Ok(value) = text.parse::<Value>() {
                prop_assert_eq!(parse(&value.to_string()), value);
            }
        }
    }

    #[test]
    fn habits_of_other_languages_are_read() {
        assert_eq!(parse("'it\\'s'"), Value::from("it's"));
        assert_eq!(parse("[True, None, 1_000, 0xff,]").to_string(), "[true, null, 1000, 255]");
        assert_eq!(parse(r#""\ud83d\ude00""#), Value::from("😀"));
        assert_eq!(parse("(1)"), Value::from(1));
        assert_eq!(parse("-1e-3"), Value::from(-0.001));
        assert_eq!(parse(".5"), Value::from(0.5));
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        for (text, message) in [
            ("Ada", "`Ada` is not a value (a text needs quotes: \"Ada\") at character 1"),
            ("[1, 2", "expected `,` or `]` at character 6"),
            ("1 2", "unexpected text behind the value at character 3"),
            ("\"é\\q\"", "unknown escape in a text at character 3"),
            ("{1: 2, 1: 3}", "1 stands twice at character 4"),
            ("", "expected a value at character 1"),
            ("-", "expected a number at character 1"),
            ("[date\"2026-2-1\"]", "date\"2026-2-1\" is not well formed at character 2"),
        ] {
            assert_eq!(text.parse::<Value>().unwrap_err().to_string(), message, "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_before_the_stack_ends() {
        let deep = "[".repeat(1_000_000);
        assert_eq!(deep.parse::<Value>().unwrap_err().kind, Kind::TooDeep);
    }
}
