//! How values and types are written in JavaScript.
//!
//! The correspondence of the value model: integers and floats are numbers, lists and tuples are
//! arrays, sets are `Set`, maps with text keys are plain objects and others are `Map`, records are
//! plain objects, bytes are `Uint8Array`, dates are `Date` at midnight in UTC.

use std::fmt::Write;

use synthase_types::value::text::is_unsafe_to_show;
use synthase_types::{Type, Value};

/// The largest integer that a JavaScript number holds exactly.
pub const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// A text as a JavaScript literal.
pub fn string_literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe_to_show(c) => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value as a JavaScript expression; `None` for what JavaScript cannot hold exactly.
pub fn literal(value: &Value) -> Option<String> {
    let all = |items: &mut dyn Iterator<Item = &Value>| {
        items.map(literal).collect::<Option<Vec<_>>>().map(|items| items.join(", "))
    };
    Some(match value {
        Value::Null => "null".into(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_i64().filter(|n| n.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs())?.to_string(),
        Value::Float(x) if x.is_nan() => "NaN".into(),
        Value::Float(x) if x.is_infinite() => if *x < 0.0 { "-Infinity" } else { "Infinity" }.into(),
        Value::Float(x) => format!("{x:?}").trim_end_matches(".0").to_owned(),
        Value::Str(text) => string_literal(text),
        Value::Bytes(bytes) => {
            let bytes: Vec<String> = bytes.iter().map(u8::to_string).collect();
            format!("new Uint8Array([{}])", bytes.join(", "))
        }
        Value::List(items) | Value::Tuple(items) => format!("[{}]", all(&mut items.iter())?),
        Value::Set(set) => format!("new Set([{}])", all(&mut set.iter())?),
        Value::Map(map) if map.iter().all(|(key, _)| matches!(key, Value::Str(_))) => {
            let pairs = map
                .iter()
                .map(|(key, value)| Some(format!("{}: {}", literal(key)?, literal(value)?)))
                .collect::<Option<Vec<_>>>()?;
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Map(map) => {
            let pairs = map
                .iter()
                .map(|(key, value)| Some(format!("[{}, {}]", literal(key)?, literal(value)?)))
                .collect::<Option<Vec<_>>>()?;
            format!("new Map([{}])", pairs.join(", "))
        }
        Value::Some(inner) => literal(inner)?,
        Value::Record(record) => {
            let fields = record
                .fields
                .iter()
                .map(|(name, value)| Some(format!("{}: {}", string_literal(name), literal(value)?)))
                .collect::<Option<Vec<_>>>()?;
            format!("{{{}}}", fields.join(", "))
        }
        Value::Tagged(tagged) if tagged.tag == "date" => format!("new Date({})", string_literal(&tagged.text)),
        Value::Tagged(_) => return None,
    })
}

/// A type as a JSDoc annotation.
pub fn type_name(ty: &Type) -> String {
    match ty {
        Type::Any => "*".into(),
        Type::Null => "null".into(),
        Type::Bool => "boolean".into(),
        Type::Int(_) | Type::Float => "number".into(),
        Type::Str => "string".into(),
        Type::Bytes => "Uint8Array".into(),
        Type::List(of) if matches!(**of, Type::Optional(_)) => format!("({})[]", type_name(of)),
        Type::List(of) => format!("{}[]", type_name(of)),
        Type::Tuple(items) => format!("[{}]", items.iter().map(type_name).collect::<Vec<_>>().join(", ")),
        Type::Set(of) => format!("Set<{}>", type_name(of)),
        Type::Map(key, value) if **key == Type::Str => format!("Object<string, {}>", type_name(value)),
        Type::Map(key, value) => format!("Map<{}, {}>", type_name(key), type_name(value)),
        Type::Optional(of) => format!("{} | null", type_name(of)),
        Type::Record(fields) => {
            let fields: Vec<String> = fields.iter().map(|(name, ty)| format!("{name}: {}", type_name(ty))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Type::Tagged(tag) if tag == "date" => "Date".into(),
        Type::Tagged(_) => "*".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_javascripts() {
        for (text, javascript) in [
            ("[1, 2.0, 0.5, null]", "[1, 2, 0.5, null]"),
            ("{\"a\": (1, 2)}", "{\"a\": [1, 2]}"),
            ("{1: 2}", "new Map([[1, 2]])"),
            ("\"\\u{202e}\\n\"", "\"\\u{202e}\\n\""),
        ] {
            assert_eq!(literal(&text.parse().unwrap()).unwrap(), javascript);
        }
        assert_eq!(literal(&"9007199254740993".parse().unwrap()), None);
    }

    #[test]
    fn annotations_are_jsdoc() {
        let ty: Type = "map[str, list[optional[int]]]".parse().unwrap();
        assert_eq!(type_name(&ty), "Object<string, (number | null)[]>");
    }
}
