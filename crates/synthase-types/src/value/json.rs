//! The JSON form of values: what travels between broker and drivers, and what `--json` prints.
//!
//! Kinds that JSON has stand for themselves: null, booleans, integers up to 2^53 in size, finite
//! floats (always written with a point or an exponent), texts, lists, and maps whose keys are texts.
//! Everything else is an object with one key that begins with `$`:
//!
//! | value | JSON |
//! |---|---|
//! | larger integer | `{"$int": "123…"}` |
//! | `nan`, `inf`, `-inf` | `{"$float": "nan"}` |
//! | bytes | `{"$bytes": "<hexadecimal>"}` |
//! | tuple | `{"$tuple": […]}` |
//! | set | `{"$set": […]}` |
//! | map with other keys | `{"$map": [[key, value], …]}` |
//! | present optional | `{"$some": value}` |
//! | record | `{"$record": [name or null, [[field, value], …]]}` |
//! | tagged literal | `{"$tag": ["date", "2026-01-31"]}` |
//!
//! A map with text keys whose first key begins with `$` is written as `$map`, so no value can pass
//! itself off as another.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Number, Value as Json, json};

use super::tag::is_well_formed;
use super::text::{is_identifier, is_unsafe_to_show};
use super::{MAX_DEPTH, Record, Tagged, Value, ValueMap};

/// The largest integer that every JSON reader keeps exact.
const MAX_EXACT: i64 = 1 << 53;

/// A JSON text that is not the form of a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueJsonError {
    /// An object with a `$` key that is unknown or has the wrong content.
    #[error("`{0}` is not a form of a value")]
    BadForm(String),
    /// A map key that stands twice.
    #[error(transparent)]
    Duplicate(#[from] super::DuplicateKey),
    /// Nested deeper than values may be.
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

impl Value {
    /// The JSON form.
    pub fn to_json(&self) -> Json {
        match self {
            Value::Null => Json::Null,
            Value::Bool(b) => Json::Bool(*b),
            Value::Int(n) => match n.to_i64() {
                Some(small) if (-MAX_EXACT..=MAX_EXACT).contains(&small) => Json::from(small),
                _ => json!({ "$int": n.to_string() }),
            },
            Value::Float(x) => match Number::from_f64(*x) {
                Some(number) => Json::Number(number),
                None => json!({ "$float": self.to_string() }),
            },
            Value::Str(text) => Json::from(text.as_str()),
            Value::Bytes(bytes) => json!({ "$bytes": crate::id::to_hex(bytes) }),
            Value::List(items) => list(items),
            Value::Tuple(items) => json!({ "$tuple": list(items) }),
            Value::Set(set) => json!({ "$set": set.iter().map(Value::to_json).collect::<Vec<_>>() }),
            Value::Map(map) => map_to_json(map),
            Value::Some(inner) => json!({ "$some": inner.to_json() }),
            Value::Record(Record { name, fields }) => {
                let fields: Vec<Json> = fields.iter().map(|(k, v)| json!([k, v.to_json()])).collect();
                json!({ "$record": [name, fields] })
            }
            Value::Tagged(Tagged { tag, text }) => json!({ "$tag": [tag, text] }),
        }
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// An object with a `$` key that no value has, a repeated key, or too deep nesting.
    pub fn from_json(json: Json) -> Result<Value, ValueJsonError> {
        from_json(json, MAX_DEPTH)
    }
}

fn list(items: &[Value]) -> Json {
    Json::Array(items.iter().map(Value::to_json).collect())
}

fn map_to_json(map: &ValueMap) -> Json {
    let mut object = Map::new();
    for (key, value) in map.iter() {
        match key {
            Value::Str(text) if !text.starts_with('$') => object.insert(text.clone(), value.to_json()),
            _ => {
                let pairs: Vec<Json> = map.iter().map(|(k, v)| json!([k.to_json(), v.to_json()])).collect();
                return json!({ "$map": pairs });
            }
        };
    }
    Json::Object(object)
}

fn from_json(json: Json, depth: usize) -> Result<Value, ValueJsonError> {
    let Some(depth) = depth.checked_sub(1) else { return Err(ValueJsonError::TooDeep) };
    let values = |items: Vec<Json>| items.into_iter().map(|item| from_json(item, depth)).collect::<Result<Vec<_>, _>>();
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(b),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(n), _, _) => Value::int(n),
            (None, Some(n), _) => Value::Int(num_bigint::BigInt::from(n).into()),
            (None, None, x) => Value::Float(x.unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::Str(text),
        Json::Array(items) => Value::List(values(items)?),
        Json::Object(object) => {
            let special = object.len() == 1 && object.keys().next().is_some_and(|key| key.starts_with('$'));
            if special {
                let (key, content) = object.into_iter().next().unwrap_or_default();
                return special_form(&key, content, depth);
            }
            let pairs = object
                .into_iter()
                .map(|(key, value)| Ok((Value::Str(key), from_json(value, depth)?)))
                .collect::<Result<Vec<_>, ValueJsonError>>()?;
            Value::Map(ValueMap::new(pairs)?)
        }
    })
}

fn special_form(key: &str, content: Json, depth: usize) -> Result<Value, ValueJsonError> {
    let bad = || ValueJsonError::BadForm(key.to_owned());
    let values = |items: Vec<Json>| items.into_iter().map(|item| from_json(item, depth)).collect::<Result<Vec<_>, _>>();
    match (key, content) {
        ("$int", Json::String(text)) => text.parse().map(Value::Int).map_err(|_| bad()),
        ("$float", Json::String(text)) => match text.as_str() {
            "nan" => Ok(Value::Float(f64::NAN)),
            "inf" => Ok(Value::Float(f64::INFINITY)),
            "-inf" => Ok(Value::Float(f64::NEG_INFINITY)),
            _ => Err(bad()),
        },
        // JavaScript cannot write `1.0`: its driver marks a number that is meant as a float.
        ("$float", Json::Number(number)) => number.as_f64().map(Value::Float).ok_or_else(bad),
        ("$bytes", Json::String(text)) => crate::id::from_hex(&text).map(Value::Bytes).ok_or_else(bad),
        ("$tuple", Json::Array(items)) => values(items).map(Value::Tuple),
        ("$set", Json::Array(items)) => values(items).map(Value::set),
        ("$some", content) => from_json(content, depth).map(|inner| Value::Some(Box::new(inner))),
        ("$map", Json::Array(items)) => {
            let pairs = items
                .into_iter()
                .map(|item| {
                    let [key, value] = pair(item).ok_or_else(bad)?;
                    Ok((from_json(key, depth)?, from_json(value, depth)?))
                })
                .collect::<Result<Vec<_>, ValueJsonError>>()?;
            Ok(Value::Map(ValueMap::new(pairs)?))
        }
        ("$record", content) => {
            let [name, fields] = pair(content).ok_or_else(bad)?;
            let name = match name {
                Json::Null => None,
                Json::String(name) if is_identifier(&name) => Some(name),
                _ => return Err(bad()),
            };
            let Json::Array(fields) = fields else { return Err(bad()) };
            let fields = fields
                .into_iter()
                .map(|item| match pair(item).ok_or_else(bad)? {
                    [Json::String(field), value] if !field.contains('`') && !field.chars().any(is_unsafe_to_show) => {
                        Ok((field, from_json(value, depth)?))
                    }
                    _ => Err(bad()),
                })
                .collect::<Result<Vec<_>, ValueJsonError>>()?;
            Ok(Value::Record(Record { name, fields }))
        }
        ("$tag", content) => match pair(content).ok_or_else(bad)? {
            [Json::String(tag), Json::String(text)] if is_identifier(&tag) && is_well_formed(&tag, &text) => {
                Ok(Value::tagged(tag, text))
            }
            _ => Err(bad()),
        },
        _ => Err(bad()),
    }
}

fn pair(json: Json) -> Option<[Json; 2]> {
    match json {
        Json::Array(items) => items.try_into().ok(),
        _ => None,
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::from_json(Json::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::arbitrary;

    proptest! {
        #[test]
        fn the_json_form_reads_back_from_its_text(value in arbitrary::value()) {
            let text = serde_json::to_string(&value).unwrap();
            prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
    }

    #[test]
    fn a_map_cannot_pass_itself_off_as_another_value() {
        let map = Value::Map(ValueMap::new(vec![("$int".into(), "1".into())]).unwrap());
        assert_eq!(map.to_json(), json!({ "$map": [["$int", "1"]] }));
    }

    #[test]
    fn unknown_forms_are_refused() {
        for text in [
            r#"{"$int": 5}"#,
            r#"{"$new": []}"#,
            r#"{"$map": [[1]]}"#,
            r#"{"$record": [1, []]}"#,
            r#"{"$tag": ["a b", ""]}"#,
            r#"{"$tag": ["date", "x"]}"#,
        ] {
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
        }
    }
}
