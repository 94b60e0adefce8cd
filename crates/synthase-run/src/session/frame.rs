//! What a session's process says, and what is made of it.

use serde::Deserialize;
use serde_json::Value as Json;
use synthase_types::Value;

use super::cell::{Form, Table};
use crate::conversation::parts;

/// The most parts of a value. Each takes far more memory than the byte or two in which it is told.
const MOST_PARTS: usize = 1_000_000;

/// What a frame says.
#[derive(Debug, PartialEq)]
pub(crate) enum Said<'a> {
    /// The process is there.
    Here,
    /// Something was written to standard output, or to standard error.
    Written { error: bool, text: &'a [u8] },
    /// Something is to be shown.
    Shown(Vec<Form>),
    /// The answer to the question.
    Answer(Answer),
    /// Whether a text is complete: a letter.
    Complete(u8),
}

/// How a cell went, as its process tells it.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    Finished,
    Value { value: Option<Value>, text: String },
    Raised { kind: String, message: String, traceback: String },
    Interrupted { traceback: String },
    Exited(u8),
    Refused(String),
}

/// Reads a frame that must belong to this question. The error says what is wrong with it.
pub(crate) fn read(frame: &[u8], number: u32) -> Result<Said<'_>, String> {
    let (Some(kind), Some(of)) = (frame.first(), frame.get(1..5)) else { return Err("a frame without a head".into()) };
    let of = u32::from_le_bytes([of[0], of[1], of[2], of[3]]);
    if *kind == b'h' {
        return Ok(Said::Here);
    }
    if of != number {
        return Err(format!("a frame for question {of} instead of {number}"));
    }
    let content = &frame[5..];
    Ok(match kind {
        b'o' => Said::Written { error: false, text: content },
        b'e' => Said::Written { error: true, text: content },
        b'd' => Said::Shown(forms(content)?),
        b'r' => Said::Answer(answer(content)?),
        b'k' => Said::Complete(content.first().copied().unwrap_or(0)),
        kind => return Err(format!("a frame of the unknown kind {kind}")),
    })
}

fn answer(content: &[u8]) -> Result<Answer, String> {
    let Some((kind, content)) = content.split_first() else { return Err("an empty answer".into()) };
    let mut rest = content;
    let answer = match kind {
        b'f' => Answer::Finished,
        b'v' => {
            let json = part(&mut rest)?;
            let value = if json.is_empty() { None } else { Some(value(json)?) };
            Answer::Value { value, text: text(&mut rest)? }
        }
        b'e' => Answer::Raised { kind: text(&mut rest)?, message: text(&mut rest)?, traceback: text(&mut rest)? },
        b'i' => Answer::Interrupted { traceback: text(&mut rest)? },
        b'x' => Answer::Exited(text(&mut rest)?.parse().map_err(|_| "an exit code that is none")?),
        b'n' => Answer::Refused(text(&mut rest)?),
        kind => return Err(format!("an answer of the unknown kind {kind}")),
    };
    if rest.is_empty() { Ok(answer) } else { Err("an answer with a remainder".into()) }
}

fn forms(mut content: &[u8]) -> Result<Vec<Form>, String> {
    let mut forms = Vec::new();
    while !content.is_empty() {
        let kind = text(&mut content)?;
        let data = part(&mut content)?;
        forms.push(match kind.as_str() {
            "table" => Form::Table(table(data)?),
            kind if kind.starts_with("text/") || kind == "image/svg+xml" => {
                Form::Text(kind.to_owned(), String::from_utf8_lossy(data).into_owned())
            }
            _ => Form::Bytes(kind, data.to_vec()),
        });
    }
    Ok(forms)
}

/// A table on its way.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableJson {
    columns: Vec<String>,
    rows: Vec<Vec<Json>>,
    total: u64,
}

fn table(data: &[u8]) -> Result<Table, String> {
    if parts(data) > MOST_PARTS {
        return Err(format!("a table of more than {MOST_PARTS} parts"));
    }
    let bad = |error: &dyn std::fmt::Display| format!("a table that cannot be read: {error}");
    let TableJson { columns, rows, total } = serde_json::from_slice(data).map_err(|error| bad(&error))?;
    let row = |row: Vec<Json>| row.into_iter().map(Value::from_json).collect::<Result<Vec<_>, _>>();
    let rows = rows.into_iter().map(row).collect::<Result<_, _>>().map_err(|error| bad(&error))?;
    Ok(Table { columns, rows, total })
}

fn value(json: &[u8]) -> Result<Value, String> {
    if parts(json) > MOST_PARTS {
        return Err(format!("a value of more than {MOST_PARTS} parts"));
    }
    let json: Json = serde_json::from_slice(json).map_err(|error| format!("a value that cannot be read: {error}"))?;
    Value::from_json(json).map_err(|error| format!("a value of no known form: {error}"))
}

fn text(rest: &mut &[u8]) -> Result<String, String> {
    part(rest).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

fn part<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], String> {
    let short = || "a part that is cut off".to_owned();
    let (length, after) = rest.split_first_chunk::<4>().ok_or_else(short)?;
    let (part, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(short)?;
    *rest = after;
    Ok(part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn framed(kind: u8, number: u32, content: &[u8]) -> Vec<u8> {
        [&[kind][..], &number.to_le_bytes(), content].concat()
    }

    fn parted(parts: &[&[u8]]) -> Vec<u8> {
        parts.iter().flat_map(|part| [&(part.len() as u32).to_le_bytes()[..], part].concat()).collect()
    }

    #[test]
    fn answers_are_read() {
        let content = [b"v".to_vec(), parted(&[b"[1]", b"[1]"])].concat();
        let value = Some(Value::List(vec![1.into()]));
        let expected = Said::Answer(Answer::Value { value, text: "[1]".into() });
        assert_eq!(read(&framed(b'r', 7, &content), 7), Ok(expected));
        assert_eq!(read(&framed(b'r', 7, b"f"), 7), Ok(Said::Answer(Answer::Finished)));
        assert!(read(&framed(b'r', 8, b"f"), 7).is_err());
        assert!(read(&framed(b'r', 7, b"f1"), 7).is_err());
        assert!(read(&framed(b'q', 7, b"f"), 7).is_err());
    }

    #[test]
    fn tables_are_read() {
        let table = br#"{"columns":["a"],"rows":[[1],[null]],"total":9}"#;
        let Ok(Said::Shown(forms)) = read(&framed(b'd', 1, &parted(&[b"table", table])), 1) else { panic!() };
        let rows = vec![vec![1.into()], vec![Value::Null]];
        assert_eq!(forms, [Form::Table(Table { columns: vec!["a".into()], rows, total: 9 })]);
    }

    proptest! {
        #[test]
        fn no_frame_is_too_strange(kind in prop::sample::select(b"oedrkhz".to_vec()), content: Vec<u8>) {
            let _ = read(&framed(kind, 1, &content), 1);
        }
    }
}
