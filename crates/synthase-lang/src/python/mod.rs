//! How values and types are written in Python.

mod arithmetic;
mod assertion;
pub mod asserts;
mod expression;
mod scan;

use std::fmt::Write;

use synthase_types::value::text::is_unsafe_to_show;
use synthase_types::{IntWidth, Tagged, Type, Value};

/// A text as a Python literal.
pub fn string_literal(text: &str) -> String {
    // Python's own choice: double quotes only where they save escapes.
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    // In hand-written code double quotes are the custom of formatters; keep to that.
    let quote = if text.contains('"') { quote } else { '"' };
    let mut out = String::new();
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if is_unsafe_to_show(c) => {
                let code = c as u32;
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// A value as a Python expression; `None` for what Python has no literal or constructor for.
///
/// Dates and the like name their class with its module (`datetime.date(2026, 1, 31)`).
pub fn literal(value: &Value) -> Option<String> {
    let all = |items: &[Value]| items.iter().map(literal).collect::<Option<Vec<_>>>();
    Some(match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) if x.is_nan() => "float(\"nan\")".into(),
        Value::Float(x) if x.is_infinite() => format!("float(\"{}inf\")", if *x < 0.0 { "-" } else { "" }),
        Value::Float(x) => format!("{x:?}"),
        Value::Str(text) => string_literal(text),
        Value::Bytes(bytes) => bytes_literal(bytes),
        Value::List(items) => format!("[{}]", all(items)?.join(", ")),
        Value::Tuple(items) if items.len() == 1 => format!("({},)", literal(&items[0])?),
        Value::Tuple(items) => format!("({})", all(items)?.join(", ")),
        Value::Set(set) if set.is_empty() => "set()".into(),
        Value::Set(set) => {
            let items: Vec<Value> = set.iter().cloned().collect();
            format!("{{{}}}", all(&items)?.join(", "))
        }
        Value::Map(map) => {
            let pairs = map
                .iter()
                .map(|(key, value)| Some(format!("{}: {}", literal(key)?, literal(value)?)))
                .collect::<Option<Vec<_>>>()?;
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Some(inner) => literal(inner)?,
        Value::Record(_) => return None,
        Value::Tagged(tagged) => tagged_literal(tagged)?,
    })
}

fn bytes_literal(bytes: &[u8]) -> String {
    let mut out = String::from("b\"");
    for &byte in bytes {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            0x20..=0x7e => out.push(byte as char),
            byte => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push('"');
    out
}

fn tagged_literal(tagged: &Tagged) -> Option<String> {
    let class = match tagged.tag.as_str() {
        "date" => "datetime.date",
        "datetime" => "datetime.datetime",
        "time" => "datetime.time",
        "decimal" => return Some(format!("decimal.Decimal({})", string_literal(&tagged.text))),
        _ => return None,
    };
    let (whole, fraction) = tagged.text.split_once('.').unwrap_or((&tagged.text, ""));
    let numbers: Vec<&str> = whole.split(['-', ':', 'T', ' ']).collect();
    let numbers = numbers.iter().map(|n| n.parse::<u32>().ok()).collect::<Option<Vec<_>>>()?;
    let mut numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
    if !fraction.is_empty() {
        // Python counts microseconds.
        let micros: u32 = format!("{fraction:0<6.6}").parse().ok()?;
        numbers.push(micros.to_string());
    }
    Some(format!("{class}({})", numbers.join(", ")))
}

/// A type as a Python annotation.
pub fn type_name(ty: &Type) -> String {
    match ty {
        Type::Any => "object".into(),
        Type::Null => "None".into(),
        Type::Bool => "bool".into(),
        Type::Int(IntWidth::Unbounded | IntWidth::Signed(_) | IntWidth::Unsigned(_)) => "int".into(),
        Type::Float => "float".into(),
        Type::Str => "str".into(),
        Type::Bytes => "bytes".into(),
        Type::List(of) => format!("list[{}]", type_name(of)),
        Type::Tuple(items) if items.is_empty() => "tuple[()]".into(),
        Type::Tuple(items) => format!("tuple[{}]", items.iter().map(type_name).collect::<Vec<_>>().join(", ")),
        Type::Set(of) => format!("set[{}]", type_name(of)),
        Type::Map(key, value) => format!("dict[{}, {}]", type_name(key), type_name(value)),
        Type::Optional(of) => format!("{} | None", type_name(of)),
        Type::Record(_) => "dict".into(),
        Type::Tagged(tag) => match tag.as_str() {
            "date" => "datetime.date".into(),
            "datetime" => "datetime.datetime".into(),
            "time" => "datetime.time".into(),
            "decimal" => "decimal.Decimal".into(),
            _ => "object".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_pythons() {
        for (text, python) in [
            ("null", "None"),
            ("[true, 1, 2.5]", "[True, 1, 2.5]"),
            ("(1,)", "(1,)"),
            ("set{}", "set()"),
            ("{\"a\": {1, 2}}", "{\"a\": {1, 2}}"),
            ("\"it's \\\"so\\\"\\n\"", "'it\\'s \"so\"\\n'"),
            ("\"\\u{202e}\"", "\"\\u202e\""),
            ("b\"\\x00a\"", "b\"\\x00a\""),
            ("date\"2026-01-31\"", "datetime.date(2026, 1, 31)"),
            ("time\"12:30:00.5\"", "datetime.time(12, 30, 0, 500000)"),
            ("-inf", "float(\"-inf\")"),
        ] {
            assert_eq!(literal(&text.parse().unwrap()).unwrap(), python);
        }
        assert_eq!(literal(&Value::tagged("opaque", "X")), None);
    }

    #[test]
    fn annotations_are_pythons() {
        let ty: Type = "map[str, list[optional[i32]]]".parse().unwrap();
        assert_eq!(type_name(&ty), "dict[str, list[int | None]]");
    }
}
