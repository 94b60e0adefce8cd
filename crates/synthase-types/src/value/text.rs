//! The canonical text form of values.
//!
//! [`Display`](fmt::Display) writes the one text that [`parse`](super::parse) reads back as the
//! same value. Control, bidirectional and invisible characters are always escaped, so the text of a
//! value from a stranger is safe to show on a terminal.

use std::fmt::{self, Write};

use super::{Record, Value, ValueMap, ValueSet};

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(b) => write!(f, "{b}"),
            Value::Int(n) => write!(f, "{n}"),
            Value::Float(x) => write_float(f, *x),
            Value::Str(text) => write_quoted(f, text),
            Value::Bytes(bytes) => write_bytes(f, bytes),
            Value::List(items) => delimited(f, '[', ']', items.iter(), |f, v| write!(f, "{v}")),
            Value::Tuple(items) if items.len() == 1 => write!(f, "({},)", items[0]),
            Value::Tuple(items) => delimited(f, '(', ')', items.iter(), |f, v| write!(f, "{v}")),
            Value::Set(set) => write_set(f, set),
            Value::Map(map) => write_map(f, map),
            Value::Some(inner) => write!(f, "some({inner})"),
            Value::Record(record) => write_record(f, record),
            Value::Tagged(tagged) => {
                f.write_str(&tagged.tag)?;
                write_quoted(f, &tagged.text)
            }
        }
    }
}

fn delimited<T>(
    f: &mut fmt::Formatter<'_>,
    open: char,
    close: char,
    items: impl Iterator<Item = T>,
    mut write_item: impl FnMut(&mut fmt::Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    f.write_char(open)?;
    for (i, item) in items.enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        write_item(f, item)?;
    }
    f.write_char(close)
}

/// The shortest text that reads back as the same float, always recognisable as a float.
fn write_float(f: &mut fmt::Formatter<'_>, x: f64) -> fmt::Result {
    if x.is_nan() { f.write_str("nan") } else { write!(f, "{x:?}") }
}

fn write_set(f: &mut fmt::Formatter<'_>, set: &ValueSet) -> fmt::Result {
    // `{}` is the empty map, as in JSON and Python.
    if set.is_empty() {
        f.write_str("set")?;
    }
    delimited(f, '{', '}', set.iter(), |f, v| write!(f, "{v}"))
}

fn write_map(f: &mut fmt::Formatter<'_>, map: &ValueMap) -> fmt::Result {
    delimited(f, '{', '}', map.iter(), |f, (k, v)| write!(f, "{k}: {v}"))
}

fn write_record(f: &mut fmt::Formatter<'_>, record: &Record) -> fmt::Result {
    // An anonymous record without fields would read as the empty map.
    let name = record.name.as_deref().unwrap_or(if record.fields.is_empty() { "record" } else { "" });
    f.write_str(name)?;
    delimited(f, '{', '}', record.fields.iter(), |f, (name, value)| {
        if is_identifier(name) && !is_keyword(name) {
            write!(f, "{name}: {value}")
        } else {
            // A field that looks like a literal is quoted, so that it does not read as a map key.
            write!(f, "`{name}`: {value}")
        }
    })
}

/// Words that are values and so cannot stand bare as the name of a field.
pub(super) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "null" | "true" | "false" | "none" | "None" | "True" | "False" | "nan" | "inf" | "set" | "some" | "record"
    )
}

/// Whether a word may stand bare as the name of a field or tag.
pub(super) fn is_identifier(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_')
}

/// Writes a text in double quotes, escaped so that it is safe to show and can be read back.
pub fn write_quoted(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            c if is_unsafe_to_show(c) => write!(out, "\\u{{{:x}}}", c as u32)?,
            c => out.write_char(c)?,
        }
    }
    out.write_char('"')
}

fn write_bytes(out: &mut impl Write, bytes: &[u8]) -> fmt::Result {
    out.write_str("b\"")?;
    for &byte in bytes {
        match byte {
            b'"' => out.write_str("\\\"")?,
            b'\\' => out.write_str("\\\\")?,
            0x20..=0x7e => out.write_char(byte as char)?,
            byte => write!(out, "\\x{byte:02x}")?,
        }
    }
    out.write_char('"')
}

/// What is shown at most of a value or text in a message.
pub const MOST_SHOWN: usize = 400;

/// A text from a stranger on one line, safe to show, at most [`MOST_SHOWN`] characters long.
pub struct OneLine<'a>(pub &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.trim();
        for c in text.chars().take(MOST_SHOWN) {
            match c {
                '\n' | '\r' | '\t' => f.write_char(' ')?,
                c if is_unsafe_to_show(c) => write!(f, "\\u{{{:x}}}", c as u32)?,
                c => f.write_char(c)?,
            }
        }
        f.write_str(if text.chars().nth(MOST_SHOWN).is_some() { "…" } else { "" })
    }
}

/// Something whose text may be long, cut after [`MOST_SHOWN`] characters. The rest is never made.
pub struct Short<'a, T: fmt::Display>(pub &'a T);

impl<T: fmt::Display> fmt::Display for Short<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bounded = Bounded { out: f, left: MOST_SHOWN, cut: false };
        let written = write!(bounded, "{}", self.0);
        if bounded.cut { f.write_char('…') } else { written }
    }
}

/// Passes on so many characters and then refuses, which ends whatever is writing.
struct Bounded<'a, 'f> {
    out: &'a mut fmt::Formatter<'f>,
    left: usize,
    cut: bool,
}

impl Write for Bounded<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            if self.left == 0 {
                self.cut = true;
                return Err(fmt::Error);
            }
            self.left -= 1;
            self.out.write_char(c)?;
        }
        Ok(())
    }
}

/// Characters that can hide, reorder or break what is around them on a screen.
pub fn is_unsafe_to_show(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_and_strange_ones_made_safe() {
        let long = Value::from(vec![7; 1_000_000]);
        let shown = Short(&long).to_string();
        assert_eq!(shown.chars().count(), MOST_SHOWN + 1);
        assert!(shown.starts_with("[7, 7, ") && shown.ends_with('…'));
        assert_eq!(Short(&Value::from(7)).to_string(), "7");
        assert_eq!(OneLine("a\n\u{1b}[2Jb").to_string(), "a \\u{1b}[2Jb");
    }

    #[test]
    fn every_kind_has_its_own_text() {
        let record = |name: Option<&str>, fields: &[(&str, Value)]| {
            Value::Record(Record {
                name: name.map(str::to_owned),
                fields: fields.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect(),
            })
        };
        let cases: &[(Value, &str)] = &[
            (Value::Null, "null"),
            (true.into(), "true"),
            (Value::from(12), "12"),
            (Value::from(12.0), "12.0"),
            (Value::from(f64::NEG_INFINITY), "-inf"),
            (Value::from("a\"b\n"), r#""a\"b\n""#),
            (Value::from("\u{202e}x"), r#""\u{202e}x""#),
            (Value::Bytes(vec![0, b'a']), r#"b"\x00a""#),
            (Value::from(vec![1, 2]), "[1, 2]"),
            (Value::Tuple(vec![1.into()]), "(1,)"),
            (Value::Tuple(vec![]), "()"),
            (Value::set([]), "set{}"),
            (Value::set([2.into(), 1.into()]), "{1, 2}"),
            (Value::Map(ValueMap::default()), "{}"),
            (Value::Some(Box::new(Value::Null)), "some(null)"),
            (record(Some("P"), &[("x", 1.into())]), "P{x: 1}"),
            (record(None, &[("true", 1.into())]), "{`true`: 1}"),
            (record(None, &[]), "record{}"),
            (Value::tagged("date", "2026-01-31"), r#"date"2026-01-31""#),
        ];
        for (value, text) in cases {
            assert_eq!(&value.to_string(), text);
        }
    }
}
