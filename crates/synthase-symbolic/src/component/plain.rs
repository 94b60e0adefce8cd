//! Small helpers for the plain meanings of components.

use synthase_types::Value;

use super::Out;
use crate::error::EvalError;

/// The most elements or bytes that a component may build from small arguments (`repeat`, `range`,
/// padding): a program must not be able to fill the memory from a number.
pub(crate) const MAX_BUILT: usize = 1 << 20;

pub(crate) fn int(value: &Value) -> Result<i64, EvalError> {
    match value {
        Value::Int(n) => n.to_i64().ok_or(EvalError::Overflow),
        _ => Err(EvalError::WrongType),
    }
}

pub(crate) fn float(value: &Value) -> Result<f64, EvalError> {
    match value {
        Value::Float(x) => Ok(*x),
        _ => Err(EvalError::WrongType),
    }
}

pub(crate) fn text(value: &Value) -> Result<&str, EvalError> {
    match value {
        Value::Str(text) => Ok(text),
        _ => Err(EvalError::WrongType),
    }
}

pub(crate) fn truth(value: &Value) -> Result<bool, EvalError> {
    match value {
        Value::Bool(b) => Ok(*b),
        _ => Err(EvalError::WrongType),
    }
}

pub(crate) fn items(value: &Value) -> Result<&[Value], EvalError> {
    match value {
        Value::List(items) => Ok(items),
        _ => Err(EvalError::WrongType),
    }
}

pub(crate) fn day(value: &Value) -> Result<i64, EvalError> {
    match value {
        Value::Tagged(tagged) if tagged.tag == "date" => crate::date::parse(&tagged.text).ok_or(EvalError::NotADate),
        _ => Err(EvalError::WrongType),
    }
}

/// A float as a result: finite, and zero without a sign.
pub(crate) fn finite(x: f64) -> Out {
    if !x.is_finite() {
        return Err(EvalError::Overflow);
    }
    Ok(Value::Float(if x == 0.0 { 0.0 } else { x }))
}

/// A length as a result.
pub(crate) fn length(n: usize) -> Out {
    i64::try_from(n).map(Value::int).map_err(|_| EvalError::Overflow)
}

/// The characters of a text, or the elements of a list, as values.
pub(crate) fn elements(value: &Value) -> Result<Vec<Value>, EvalError> {
    match value {
        Value::Str(text) => Ok(text.chars().map(Value::str).collect()),
        Value::List(items) => Ok(items.clone()),
        _ => Err(EvalError::WrongType),
    }
}

/// A text or list again, of the kind of `like`.
pub(crate) fn rebuild(like: &Value, elements: &[Value]) -> Out {
    match like {
        Value::Str(_) => elements.iter().map(text).collect::<Result<String, _>>().map(Value::Str),
        _ => Ok(Value::List(elements.to_vec())),
    }
}

/// Where a slice up to (or from) `n` ends (or begins) in a sequence: negative numbers count from
/// the end, and what lies outside is cut to the ends, as in Python.
pub(crate) fn clamp(n: i64, len: usize) -> usize {
    if n >= 0 {
        usize::try_from(n).unwrap_or(usize::MAX).min(len)
    } else {
        len.saturating_sub(usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX))
    }
}

/// The position of element `n`, negative numbers from the end.
pub(crate) fn position(n: i64, len: usize) -> Option<usize> {
    let at = if n >= 0 { usize::try_from(n).ok()? } else { len.checked_sub(usize::try_from(n.unsigned_abs()).ok()?)? };
    (at < len).then_some(at)
}
