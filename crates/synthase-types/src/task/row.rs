//! Examples on one line: `"Ada Lovelace" -> "A.L."`, `1, 2 -> 3`, `-1 -> raises ValueError`.

use crate::probe::Expect;
use crate::value::Value;
use crate::value::parse::{ParseValueError, parse_prefix};

/// What stands on one line: an input, and its answer if one is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The arguments.
    pub input: Vec<Value>,
    /// The answer; `None` where it is a question mark or missing.
    pub expect: Option<Expect>,
}

/// What is wrong with an example on one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// A part is not a value.
    #[error("in `{text}`: {error}")]
    Value {
        /// The text from the place where a value should begin.
        text: String,
        /// What is wrong with it.
        error: ParseValueError,
    },
    /// Between input and answer stands something else than an arrow.
    #[error("expected `,` or `->` before `{0}`")]
    Arrow(String),
    /// Behind the answer stands something else.
    #[error("unexpected `{0}` behind the answer")]
    Trailing(String),
}

/// The arrows between an input and its answer.
const ARROWS: [&str; 4] = ["->", "→", "=>", "=="];

/// Reads an example. Without an arrow, the line is an input without an answer.
///
/// # Errors
/// A part that is no value, or something between or behind them.
pub fn parse_row(line: &str) -> Result<Row, RowError> {
    let mut rest = line.trim();
    let mut input = Vec::new();
    let expect = loop {
        if let Some(answer) = strip_arrow(rest) {
            break parse_expect(answer)?;
        }
        let (value, behind) = value_prefix(rest)?;
        input.push(value);
        rest = behind.trim_start();
        match rest.strip_prefix(',') {
            Some(behind) => rest = behind.trim_start(),
            None if rest.is_empty() => break None,
            None if strip_arrow(rest).is_some() => {}
            None => return Err(RowError::Arrow(shorten(rest))),
        }
    };
    Ok(Row { input, expect })
}

/// Reads an answer: a value, `raises`, `raises Kind`, `prints "text"`, or a question mark.
///
/// # Errors
/// Something else.
pub fn parse_expect(text: &str) -> Result<Option<Expect>, RowError> {
    let text = text.trim();
    if text == "?" {
        return Ok(None);
    }
    if let Some(kind) = text.strip_prefix("raises").filter(|kind| kind.is_empty() || kind.starts_with(' ')) {
        let kind = kind.trim();
        return Ok(Some(Expect::Raises((!kind.is_empty()).then(|| kind.to_owned()))));
    }
    let (printed, text) = match text.strip_prefix("prints ") {
        Some(text) => (true, text.trim_start()),
        None => (false, text),
    };
    let (value, behind) = value_prefix(text)?;
    if !behind.trim().is_empty() {
        return Err(RowError::Trailing(shorten(behind.trim())));
    }
    Ok(Some(match (printed, value) {
        (true, Value::Str(text)) => Expect::Prints(text),
        (true, other) => return Err(RowError::Trailing(shorten(&other.to_string()))),
        (false, value) => Expect::Value(value),
    }))
}

fn strip_arrow(text: &str) -> Option<&str> {
    ARROWS.iter().find_map(|arrow| text.strip_prefix(arrow))
}

fn value_prefix(text: &str) -> Result<(Value, &str), RowError> {
    parse_prefix(text).map_err(|error| RowError::Value { text: shorten(text), error })
}

/// A text short enough for a message.
fn shorten(text: &str) -> String {
    const MOST: usize = 40;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).collect::<String>() + "…" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read() {
        let row = parse_row(r#" "a", 2 -> [1] "#).unwrap();
        assert_eq!(row.input, ["a".into(), 2.into()]);
        assert_eq!(row.expect, Some(Expect::Value(vec![1].into())));
        assert_eq!(parse_row("-> 1").unwrap().input, []);
        assert_eq!(parse_row("1 -> ?").unwrap().expect, None);
        assert_eq!(parse_row("1").unwrap().expect, None);
        assert_eq!(
            parse_row("-1 -> raises ValueError").unwrap().expect,
            Some(Expect::Raises(Some("ValueError".into())))
        );
        assert_eq!(parse_row("1 -> prints \"hi\"").unwrap().expect, Some(Expect::Prints("hi".into())));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, message) in [
            ("Ada -> \"A.\"", "in `Ada -> \"A.\"`: `Ada` is not a value (a text needs quotes: \"Ada\") at character 1"),
            ("1 2 -> 3", "expected `,` or `->` before `2 -> 3`"),
            ("1 -> 2 3", "unexpected `3` behind the answer"),
        ] {
            assert_eq!(parse_row(line).unwrap_err().to_string(), message);
        }
    }
}
