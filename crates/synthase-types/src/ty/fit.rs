//! Whether a value fits a type, and its form in that type.

use super::{IntWidth, Type};
use crate::value::{Record, Value, ValueMap};

/// Why a value does not fit a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value} is no {ty}")]
pub struct FitError {
    /// The smallest part that does not fit.
    pub value: Value,
    /// The type it should have had.
    pub ty: Type,
}

/// Brings a value into the form it has in a type: a whole number becomes a float where a float is
/// wanted, a present optional loses its wrapping where the type says what is meant.
///
/// This is for values that people write and for those of languages without the distinction. What a
/// program of a typed language answers is compared as it is.
///
/// # Errors
/// The smallest part that does not fit. An integer outside the width of the type does not fit.
pub fn fit(value: &Value, ty: &Type) -> Result<Value, FitError> {
    let no = || Err(FitError { value: value.clone(), ty: ty.clone() });
    Ok(match (ty, value) {
        (Type::Any, value) => value.clone(),
        (Type::Optional(_), Value::Null) => Value::Null,
        (Type::Optional(of), value) => return fit_optional(value, of),
        (Type::Null, Value::Null)
        | (Type::Bool, Value::Bool(_))
        | (Type::Str, Value::Str(_))
        | (Type::Bytes, Value::Bytes(_))
        | (Type::Float, Value::Float(_)) => value.clone(),
        (Type::Float, Value::Int(n)) => Value::Float(n.to_f64()),
        (Type::Int(width), Value::Int(n)) => match width {
            IntWidth::Signed(bits) if !n.fits(true, u32::from(*bits)) => return no(),
            IntWidth::Unsigned(bits) if !n.fits(false, u32::from(*bits)) => return no(),
            _ => value.clone(),
        },
        (Type::List(of), Value::List(items)) => Value::List(fit_all(items, of)?),
        (Type::Tuple(types), Value::Tuple(items)) if types.len() == items.len() => {
            Value::Tuple(items.iter().zip(types).map(|(item, ty)| fit(item, ty)).collect::<Result<_, _>>()?)
        }
        (Type::Set(of), Value::Set(set)) => {
            Value::set(set.iter().map(|item| fit(item, of)).collect::<Result<Vec<_>, _>>()?)
        }
        // `{}` is the empty map in the text form; where a set is wanted it can only mean the empty set.
        (Type::Set(_), Value::Map(map)) if map.is_empty() => Value::set([]),
        (Type::Map(key, of), Value::Map(map)) => {
            let pairs = map.iter().map(|(k, v)| Ok((fit(k, key)?, fit(v, of)?))).collect::<Result<Vec<_>, _>>()?;
            match ValueMap::new(pairs) {
                Ok(map) => Value::Map(map),
                Err(_) => return no(),
            }
        }
        (Type::Record(types), Value::Record(record)) => match fit_record(record, types)? {
            Some(record) => Value::Record(record),
            None => return no(),
        },
        (Type::Tagged(tag), Value::Tagged(tagged)) if *tag == tagged.tag => value.clone(),
        _ => return no(),
    })
}

fn fit_all(items: &[Value], of: &Type) -> Result<Vec<Value>, FitError> {
    items.iter().map(|item| fit(item, of)).collect()
}

/// The wrapping is kept only where the inside is itself optional; elsewhere it says nothing.
fn fit_optional(value: &Value, of: &Type) -> Result<Value, FitError> {
    let nested = matches!(of, Type::Optional(_) | Type::Any | Type::Null);
    match value {
        Value::Some(inner) if nested => Ok(Value::Some(Box::new(fit(inner, of)?))),
        Value::Some(inner) => fit(inner, of),
        bare => fit(bare, of),
    }
}

/// The record with its fields in the order of the type; `None` if the names differ.
fn fit_record(record: &Record, types: &[(String, Type)]) -> Result<Option<Record>, FitError> {
    if record.fields.len() != types.len() {
        return Ok(None);
    }
    let mut fields = Vec::with_capacity(types.len());
    for (name, ty) in types {
        let Some((_, value)) = record.fields.iter().find(|(field, _)| field == name) else { return Ok(None) };
        fields.push((name.clone(), fit(value, ty)?));
    }
    Ok(Some(Record { name: record.name.clone(), fields }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(value: &str, ty: &str) -> String {
        match fit(&value.parse().unwrap(), &ty.parse().unwrap()) {
            Ok(value) => value.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn whole_numbers_become_floats_where_floats_are_wanted() {
        assert_eq!(fitted("[1, 2.5]", "list[float]"), "[1.0, 2.5]");
        assert_eq!(fitted("1.0", "int"), "1.0 is no int");
    }

    #[test]
    fn widths_are_checked() {
        assert_eq!(fitted("255", "u8"), "255");
        assert_eq!(fitted("[256]", "list[u8]"), "256 is no u8");
    }

    #[test]
    fn optionals_lose_a_wrapping_that_says_nothing() {
        assert_eq!(fitted("some(1)", "optional[int]"), "1");
        assert_eq!(fitted("null", "optional[int]"), "null");
        assert_eq!(fitted("some(null)", "optional[optional[int]]"), "some(null)");
        assert_eq!(fitted("\"a\"", "optional[int]"), "\"a\" is no int");
    }

    #[test]
    fn records_take_the_order_of_their_type() {
        assert_eq!(fitted("{b: 1, a: 2}", "record{a: int, b: float}"), "{a: 2, b: 1.0}");
    }

    #[test]
    fn an_empty_map_is_the_empty_set_where_a_set_is_wanted() {
        assert_eq!(fitted("{}", "set[int]"), "set{}");
    }
}
