//! Which values and types a language has. Asked before a program is called, so that a program need
//! not be believed when it says that it cannot take an argument.

use synthase_types::{Signature, Type, Value};

use crate::javascript::MAX_SAFE_INTEGER;
use crate::language::{Integers, Keys, Language};

/// Whether a language can hold a value as it is.
///
/// # Errors
/// The smallest part that has no form there, in words.
pub fn fits(language: &Language, value: &Value) -> Result<(), String> {
    let no = |value: &Value| Err(format!("{} has no {} such as {value}", language.title, value.kind()));
    let values = &language.values;
    match value {
        Value::Tagged(tagged) if tagged.tag == "opaque" || !values.tags.contains(&tagged.tag) => return no(value),
        Value::Int(n) => {
            let holds = |n: i64| match values.integers {
                Integers::Any | Integers::I64 => true,
                Integers::I32 => i32::try_from(n).is_ok(),
                Integers::F53 => n.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs(),
            };
            if values.integers != Integers::Any && !n.to_i64().is_some_and(holds) {
                return no(value);
            }
        }
        Value::Record(_) if !values.records => return no(value),
        Value::Set(_) if !values.sets => return no(value),
        Value::Bytes(_) if !values.bytes => return no(value),
        _ => {}
    }
    let keys: Vec<&Value> = match value {
        Value::Set(set) => set.iter().collect(),
        Value::Map(map) => map.iter().map(|(key, _)| key).collect(),
        _ => Vec::new(),
    };
    if let Some(key) = keys.into_iter().find(|key| !may_be_key(values.keys, key)) {
        return Err(format!("{} has no element or key such as {key}", language.title));
    }
    let parts = parts(value);
    if !values.null_items && parts.iter().any(|part| matches!(part, Value::Null)) {
        return Err(format!("{} has no null inside of {}", language.title, value.kind()));
    }
    parts.into_iter().try_for_each(|part| fits(language, part))
}

fn may_be_key(keys: Keys, value: &Value) -> bool {
    match keys {
        Keys::Any => true,
        Keys::Text => matches!(value, Value::Str(_) | Value::Int(_)),
        Keys::Scalar => parts(value).is_empty() && !matches!(value, Value::List(_) | Value::Tuple(_) | Value::Set(_)),
        Keys::Hashable => match value {
            Value::List(_) | Value::Map(_) | Value::Record(_) => false,
            other => parts(other).into_iter().all(|part| may_be_key(keys, part)),
        },
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
pub fn has_types(language: &Language, signature: &Signature) -> Result<(), String> {
    let types = signature.params.iter().map(|param| &param.ty).chain([&signature.returns]);
    types.into_iter().try_for_each(|ty| has_type(language, ty))
}

fn has_type(language: &Language, ty: &Type) -> Result<(), String> {
    let values = &language.values;
    let has = match ty {
        Type::Tagged(tag) => values.tags.contains(tag),
        Type::Record(_) => values.records,
        Type::Set(_) => values.sets,
        Type::Bytes => values.bytes,
        _ => true,
    };
    if !has {
        return Err(format!("{} has no type for {ty}", language.title));
    }
    match ty {
        Type::List(of) | Type::Set(of) | Type::Optional(of) => has_type(language, of),
        Type::Map(key, value) => has_type(language, key).and_then(|()| has_type(language, value)),
        Type::Tuple(items) => items.iter().try_for_each(|item| has_type(language, item)),
        Type::Record(fields) => fields.iter().try_for_each(|(_, ty)| has_type(language, ty)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::by_name;

    fn fit(language: &str, text: &str) -> bool {
        fits(by_name(language).unwrap(), &text.parse().unwrap()).is_ok()
    }

    #[test]
    fn languages_hold_what_they_can() {
        assert!(fit("python", "[{(1, 2): {3}}, date\"2026-01-31\", 99999999999999999999]"));
        assert!(!fit("python", "{[1]}") && !fit("python", "[{[1]: 2}]") && !fit("python", "bv8\"0x1f\""));
        assert!(fit("javascript", "[9007199254740991]") && !fit("javascript", "[9007199254740992]"));
        assert!(fit("rust", "9223372036854775807") && !fit("rust", "9223372036854775808"));
        assert!(!fit("rust", "[date\"2026-01-31\"]"));
        let types = |signature: &str| has_types(by_name("rust").unwrap(), &signature.parse().unwrap());
        assert!(types("f(x: list[any]) -> int").is_ok());
        assert!(types("f(x: date) -> int").is_err());
    }
}
