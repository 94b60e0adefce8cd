//! Python's arithmetic on plain data, as far as tests write it instead of the result: `3 * 5 * 7`,
//! `2 ** 10`, `[1] * 3`, `"a" + "b"`.
//!
//! What is not certain to be what Python computes is refused.

use synthase_types::{Int, Value};

/// An operator between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
}

/// Results beyond this many digits or parts are left to a real Python.
const LARGEST: usize = 100_000;

/// The result of an operation.
pub(super) fn apply(operator: Operator, a: &Value, b: &Value) -> Option<Value> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => of_ints(operator, a, b),
        (Value::Float(_), Value::Int(_) | Value::Float(_)) | (Value::Int(_), Value::Float(_)) => {
            of_floats(operator, as_float(a)?, as_float(b)?)
        }
        _ => of_sequences(operator, a, b),
    }
}

fn of_ints(operator: Operator, a: &Int, b: &Int) -> Option<Value> {
    let int = |n| Some(Value::Int(Int::from(n)));
    let zero = *b == Int::from(0);
    match operator {
        Operator::Add => int(a.to_big() + b.to_big()),
        Operator::Subtract => int(a.to_big() - b.to_big()),
        Operator::Multiply => int(a.to_big() * b.to_big()),
        Operator::Divide if !zero => {
            // Both are exact as floats, so their quotient is rounded once, as Python does.
            of_floats(operator, as_float(&Value::Int(a.clone()))?, as_float(&Value::Int(b.clone()))?)
        }
        Operator::FloorDivide | Operator::Modulo if !zero => {
            let (quotient, left) = (a.to_big() / b.to_big(), Int::from(a.to_big() % b.to_big()));
            // Rust rounds towards zero, Python down.
            let up = left != Int::from(0) && left.is_negative() != b.is_negative();
            match operator {
                Operator::Modulo if up => int(left.to_big() + b.to_big()),
                Operator::Modulo => Some(Value::Int(left)),
                _ => int(quotient - i32::from(up)),
            }
        }
        Operator::Power => {
            let exponent = u32::try_from(b.to_i64()?).ok()?;
            let digits = a.to_string().len() * exponent as usize;
            if digits > LARGEST { None } else { int(a.to_big().pow(exponent)) }
        }
        Operator::Divide | Operator::FloorDivide | Operator::Modulo => None,
    }
}

fn of_floats(operator: Operator, a: f64, b: f64) -> Option<Value> {
    let result = match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide if b != 0.0 => a / b,
        // Python's own rounding of these is its library's.
        _ => return None,
    };
    Some(Value::Float(result))
}

/// A number as a float, if that changes nothing.
fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(x) => Some(*x),
        Value::Int(n) => n.to_i64().filter(|n| n.unsigned_abs() <= 1 << 53).map(|n| n as f64),
        _ => None,
    }
}

fn of_sequences(operator: Operator, a: &Value, b: &Value) -> Option<Value> {
    match (operator, a, b) {
        (Operator::Add, Value::Str(a), Value::Str(b)) => Some(Value::Str(format!("{a}{b}"))),
        (Operator::Add, Value::List(a), Value::List(b)) => Some(Value::List([a.as_slice(), b].concat())),
        (Operator::Add, Value::Tuple(a), Value::Tuple(b)) => Some(Value::Tuple([a.as_slice(), b].concat())),
        (Operator::Multiply, sequence, Value::Int(times)) | (Operator::Multiply, Value::Int(times), sequence) => {
            repeated(sequence, times)
        }
        _ => None,
    }
}

fn repeated(sequence: &Value, times: &Int) -> Option<Value> {
    let times = usize::try_from(times.to_i64()?.max(0)).ok()?;
    if parts(sequence).checked_mul(times)? > LARGEST {
        return None;
    }
    let again = |items: &[Value]| std::iter::repeat_n(items, times).flatten().cloned().collect();
    match sequence {
        Value::Str(text) => Some(Value::Str(text.repeat(times))),
        Value::List(items) => Some(Value::List(again(items))),
        Value::Tuple(items) => Some(Value::Tuple(again(items))),
        _ => None,
    }
}

/// How much there is of a value, about.
fn parts(value: &Value) -> usize {
    match value {
        Value::Str(text) => text.len() + 1,
        Value::List(items) | Value::Tuple(items) => 1 + items.iter().map(parts).sum::<usize>(),
        Value::Set(items) => 1 + items.iter().map(parts).sum::<usize>(),
        Value::Map(pairs) => 1 + pairs.iter().map(|(key, item)| parts(key) + parts(item)).sum::<usize>(),
        _ => 1,
    }
}
