//! How values and types are written in Rust.
//!
//! The correspondence of the value model: integers without a width are `i64`, texts are `&str` as
//! parameters and `String` elsewhere, lists are slices as parameters and `Vec` elsewhere, sets and
//! maps are those of the standard library's ordered collections, optionals are `Option`. Dates and
//! decimals have no type in the standard library.

use std::fmt::Write;

use synthase_types::value::text::is_unsafe_to_show;
use synthase_types::{IntWidth, Type, Value};

/// A text as a Rust literal of type `&str`.
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

/// A character as a Rust literal.
pub fn char_literal(c: char) -> String {
    match c {
        '\'' => "'\\''".into(),
        '"' => "'\"'".into(),
        c => {
            let text = string_literal(c.encode_utf8(&mut [0; 4]));
            format!("'{}'", &text[1..text.len() - 1])
        }
    }
}

/// A value as an owned Rust expression; `None` for what has no type in Rust's standard library.
pub fn literal(value: &Value) -> Option<String> {
    let all = |items: &mut dyn Iterator<Item = &Value>| {
        items.map(literal).collect::<Option<Vec<_>>>().map(|items| items.join(", "))
    };
    Some(match value {
        Value::Null => "None".into(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_i64()?.to_string(),
        Value::Float(x) if x.is_nan() => "f64::NAN".into(),
        Value::Float(x) if x.is_infinite() => if *x < 0.0 { "f64::NEG_INFINITY" } else { "f64::INFINITY" }.into(),
        Value::Float(x) => format!("{x:?}"),
        Value::Str(text) => format!("{}.to_string()", string_literal(text)),
        Value::Bytes(bytes) => {
            let bytes: Vec<String> = bytes.iter().map(u8::to_string).collect();
            format!("vec![{}]", bytes.join(", "))
        }
        Value::List(items) => format!("vec![{}]", all(&mut items.iter())?),
        Value::Tuple(items) if items.len() == 1 => format!("({},)", literal(&items[0])?),
        Value::Tuple(items) => format!("({})", all(&mut items.iter())?),
        Value::Set(set) => format!("std::collections::BTreeSet::from([{}])", all(&mut set.iter())?),
        Value::Map(map) => {
            let pairs = map
                .iter()
                .map(|(key, value)| Some(format!("({}, {})", literal(key)?, literal(value)?)))
                .collect::<Option<Vec<_>>>()?;
            format!("std::collections::BTreeMap::from([{}])", pairs.join(", "))
        }
        Value::Some(inner) => format!("Some({})", literal(inner)?),
        Value::Record(_) | Value::Tagged(_) => return None,
    })
}

/// Where a type stands in a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// A parameter: texts, bytes and lists are borrowed.
    Parameter,
    /// A result or a part of another type: everything is owned.
    Owned,
}

/// A type as Rust writes it; `None` for what has no type in Rust's standard library.
pub fn type_name(ty: &Type, position: Position) -> Option<String> {
    let owned = |ty: &Type| type_name(ty, Position::Owned);
    Some(match (ty, position) {
        (Type::Str, Position::Parameter) => "&str".into(),
        (Type::Bytes, Position::Parameter) => "&[u8]".into(),
        (Type::List(of), Position::Parameter) => format!("&[{}]", owned(of)?),
        (Type::Set(_) | Type::Map(..), Position::Parameter) => format!("&{}", owned(ty)?),
        (Type::Null, _) => "()".into(),
        (Type::Bool, _) => "bool".into(),
        (Type::Int(IntWidth::Unbounded), _) => "i64".into(),
        (Type::Int(IntWidth::Signed(bits)), _) => format!("i{bits}"),
        (Type::Int(IntWidth::Unsigned(bits)), _) => format!("u{bits}"),
        (Type::Float, _) => "f64".into(),
        (Type::Str, _) => "String".into(),
        (Type::Bytes, _) => "Vec<u8>".into(),
        (Type::List(of), _) => format!("Vec<{}>", owned(of)?),
        (Type::Tuple(items), _) => {
            let names = items.iter().map(owned).collect::<Option<Vec<_>>>()?;
            if names.len() == 1 { format!("({},)", names[0]) } else { format!("({})", names.join(", ")) }
        }
        (Type::Set(of), _) => format!("std::collections::BTreeSet<{}>", owned(of)?),
        (Type::Map(key, value), _) => format!("std::collections::BTreeMap<{}, {}>", owned(key)?, owned(value)?),
        (Type::Optional(of), _) => format!("Option<{}>", owned(of)?),
        (Type::Any | Type::Record(_) | Type::Tagged(_), _) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_rusts() {
        for (text, rust) in [
            ("[1, 2]", "vec![1, 2]"),
            ("(\"a\",)", "(\"a\".to_string(),)"),
            ("{1: 2.0}", "std::collections::BTreeMap::from([(1, 2.0)])"),
        ] {
            assert_eq!(literal(&text.parse().unwrap()).unwrap(), rust);
        }
        assert_eq!(char_literal('\''), "'\\''");
        assert_eq!(char_literal('\n'), "'\\n'");
    }

    #[test]
    fn parameters_are_borrowed_and_results_owned() {
        let ty: Type = "list[str]".parse().unwrap();
        assert_eq!(type_name(&ty, Position::Parameter).unwrap(), "&[String]");
        assert_eq!(type_name(&ty, Position::Owned).unwrap(), "Vec<String>");
        assert_eq!(type_name(&"date".parse().unwrap(), Position::Owned), None);
    }
}
