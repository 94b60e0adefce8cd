//! Which values and types a language has. Asked before a program is called, so that a program need
//! not be believed when it says that it cannot take an argument.

use synthase_types::{Signature, Type, Value};

use crate::javascript::MAX_SAFE_INTEGER;

/// Whether a language can hold a value as it is.
///
/// # Errors
/// The smallest part that has no form there, in words.
pub fn fits(language: &str, value: &Value) -> Result<(), String> {
    let no = |value: &Value| Err(format!("{language} has no {} such as {value}", value.kind()));
    match (language, value) {
        (_, Value::Tagged(tagged)) if tagged.tag == "opaque" => return no(value),
        ("python", Value::Tagged(tagged)) => match tagged.tag.as_str() {
            "complex" | "date" | "datetime" | "decimal" | "time" => {}
            _ => return no(value),
        },
        ("javascript", Value::Tagged(tagged)) => match tagged.tag.as_str() {
            "date" | "datetime" => {}
            _ => return no(value),
        },
        ("rust", Value::Tagged(_) | Value::Record(_)) => return no(value),
        ("javascript", Value::Int(n))
            if n.to_i64().is_none_or(|n| n.unsigned_abs() > MAX_SAFE_INTEGER.unsigned_abs()) =>
        {
            return no(value);
        }
        ("rust", Value::Int(n)) if n.to_i64().is_none() => return no(value),
        _ => {}
    }
    if language == "python" {
        let keys: Vec<&Value> = match value {
            Value::Set(set) => set.iter().collect(),
            Value::Map(map) => map.iter().map(|(key, _)| key).collect(),
            _ => Vec::new(),
        };
        if let Some(key) = keys.into_iter().find(|key| !is_hashable(key)) {
            return Err(format!("Python has no element or key such as {key}"));
        }
    }
    parts(value).into_iter().try_for_each(|part| fits(language, part))
}

/// Whether Python lets a value be an element of a set or a key.
fn is_hashable(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Map(_) | Value::Record(_) => false,
        Value::Tuple(items) => items.iter().all(is_hashable),
        Value::Set(set) => set.iter().all(is_hashable),
        Value::Some(inner) => is_hashable(inner),
        _ => true,
    }
}

fn parts(value: &Value) -> Vec<&Value> {
    match value {
        Value::List(items) | Value::Tuple(items) => items.iter().collect(),
        Value::Set(set) => set.iter().collect(),
        Value::Map(map) => map.iter().flat_map(|(key, value)| [key, value]).collect(),
        Value::Some(inner) => vec![inner],
        Value::Record(record) => record.fields.iter().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    }
}

/// Whether a language has all types of a signature.
///
/// # Errors
/// The first type that it does not have, in words.
pub fn has_types(language: &str, signature: &Signature) -> Result<(), String> {
    let types = signature.params.iter().map(|param| &param.ty).chain([&signature.returns]);
    for ty in types {
        // Without a statement about the type, the program's own types decide.
        if language == "rust" && !is_any(ty) && crate::rust::type_name(ty, crate::rust::Position::Owned).is_none() {
            return Err(format!("Rust's standard library has no type for {ty}"));
        }
    }
    Ok(())
}

fn is_any(ty: &Type) -> bool {
    match ty {
        Type::Any => true,
        Type::List(of) | Type::Set(of) | Type::Optional(of) => is_any(of),
        Type::Map(key, value) => is_any(key) || is_any(value),
        Type::Tuple(items) => items.iter().any(is_any),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(language: &str, text: &str) -> bool {
        fits(language, &text.parse().unwrap()).is_ok()
    }

    #[test]
    fn languages_hold_what_they_can() {
        assert!(fit("python", "[{(1, 2): {3}}, date\"2026-01-31\", 99999999999999999999]"));
        assert!(!fit("python", "{[1]}") && !fit("python", "[{[1]: 2}]") && !fit("python", "bv8\"0x1f\""));
        assert!(fit("javascript", "[9007199254740991]") && !fit("javascript", "[9007199254740992]"));
        assert!(fit("rust", "9223372036854775807") && !fit("rust", "9223372036854775808"));
        assert!(!fit("rust", "[date\"2026-01-31\"]"));
        assert!(has_types("rust", &"f(x: list[any]) -> int".parse().unwrap()).is_ok());
        assert!(has_types("rust", &"f(x: date) -> int".parse().unwrap()).is_err());
    }
}
