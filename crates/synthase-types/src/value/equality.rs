//! Equality profiles: the pure functions that decide whether a program's answer is the expected one.
//!
//! A profile is part of a task. `strict` is ours; the others exist to agree with graders in wide
//! use. In every profile an `opaque` value (something that had no value to send) equals nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Int, Tagged, Value, tag};

/// Which answers count as equal to the expected value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "profile", rename_all = "lowercase")]
pub enum Equality {
    /// Kinds must agree; floats are compared leaf by leaf within a tolerance; NaN equals NaN and
    /// `-0.0` equals `0.0`; sets and maps ignore order.
    Strict(Tolerance),
    /// Python's `==`: `1 == 1.0 == True`, NaN equals nothing, no tolerance. What HumanEval's own
    /// tests do.
    HumanEval,
    /// EvalPlus's comparison: Python's `==`, and where the expected value is a float, or a
    /// non-empty list or tuple of floats only, otherwise `numpy.allclose` with `rtol = 1e-7` and
    /// this absolute tolerance (`1e-6` where it is zero), for answers of the same kind and length.
    /// Unlike EvalPlus 0.3.1, the tolerance of one comparison never leaks into the next.
    EvalPlus {
        /// The task's own absolute tolerance; applies to every kind of expected value when it is
        /// not zero.
        #[serde(default)]
        atol: f64,
    },
}

/// How far two floats may lie apart: `|got - expected| <= absolute + relative * |expected|`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tolerance {
    /// The part that grows with the expected value.
    pub relative: f64,
    /// The part that is always allowed.
    pub absolute: f64,
}

impl Default for Tolerance {
    /// A billionth of the value: far above rounding in a dozen operations, far below any digit that
    /// a person writes.
    fn default() -> Self {
        Tolerance { relative: 1e-9, absolute: 1e-12 }
    }
}

impl Tolerance {
    /// No tolerance at all.
    pub const EXACT: Tolerance = Tolerance { relative: 0.0, absolute: 0.0 };

    fn admits(&self, expected: f64, got: f64) -> bool {
        expected == got
            || (expected.is_nan() && got.is_nan())
            || (expected.is_finite()
                && got.is_finite()
                && (got - expected).abs() <= self.absolute + self.relative * expected.abs())
    }
}

impl Default for Equality {
    fn default() -> Self {
        Equality::Strict(Tolerance::default())
    }
}

/// The text is no profile's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown equality profile `{0}` (known: strict, evalplus, humaneval)")]
pub struct UnknownProfile(pub String);

impl FromStr for Equality {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        match name {
            "strict" => Ok(Equality::default()),
            "humaneval" => Ok(Equality::HumanEval),
            "evalplus" => Ok(Equality::EvalPlus { atol: 0.0 }),
            _ => Err(UnknownProfile(name.to_owned())),
        }
    }
}

impl fmt::Display for Equality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Equality::Strict(_) => "strict",
            Equality::HumanEval => "humaneval",
            Equality::EvalPlus { .. } => "evalplus",
        })
    }
}

impl Equality {
    /// Whether `got` counts as the `expected` value.
    pub fn holds(&self, expected: &Value, got: &Value) -> bool {
        if expected.has_opaque() || got.has_opaque() {
            return false;
        }
        match self {
            Equality::Strict(tolerance) => strict(expected, got, *tolerance),
            Equality::HumanEval => python_eq(expected, got),
            Equality::EvalPlus { atol } => evalplus(expected, got, *atol),
        }
    }
}

fn strict(expected: &Value, got: &Value, tolerance: Tolerance) -> bool {
    let all = |a: &[Value], b: &[Value]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| strict(a, b, tolerance));
    match (expected, got) {
        (Value::Float(a), Value::Float(b)) => tolerance.admits(*a, *b),
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => all(a, b),
        (Value::Set(a), Value::Set(b)) => matches_up(a.iter(), b.iter(), |a, b| strict(a, b, tolerance)),
        (Value::Map(a), Value::Map(b)) => maps_match(a.iter(), b.iter(), |a, b| strict(a, b, tolerance)),
        (Value::Some(a), Value::Some(b)) => strict(a, b, tolerance),
        (Value::Tagged(a), Value::Tagged(b)) => same_tagged(a, b),
        (Value::Record(a), Value::Record(b)) => {
            a.name == b.name
                && matches_up(a.fields.iter(), b.fields.iter(), |a, b| a.0 == b.0 && strict(&a.1, &b.1, tolerance))
        }
        (a, b) => a == b,
    }
}

/// Whether the items pair up one to one, in whatever order.
fn matches_up<'a, T: Ord + 'a>(
    a: impl ExactSizeIterator<Item = &'a T>,
    b: impl ExactSizeIterator<Item = &'a T>,
    same: impl Fn(&T, &T) -> bool,
) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let (a, mut b): (Vec<&T>, Vec<&T>) = (a.collect(), b.collect());
    // Most items are equal to the letter: what is left after the sorted walk is what a tolerance, or
    // another kind of number, must explain.
    b.sort();
    let mut used = vec![false; b.len()];
    let mut unexplained = Vec::new();
    for item in a {
        let first = b.partition_point(|other| *other < item);
        match (first..b.len()).take_while(|i| b[*i] == item).find(|i| !used[*i]) {
            Some(found) => used[found] = true,
            None => unexplained.push(item),
        }
    }
    let mut left: Vec<&T> = b.into_iter().zip(used).filter(|(_, used)| !used).map(|(item, _)| item).collect();
    // Beyond this many, comparing each with each would take longer than any program may. In order, what
    // differs by a rounding stands at the same place.
    const MOST: usize = 2_000;
    if unexplained.len() > MOST {
        unexplained.sort();
        return unexplained.into_iter().zip(left).all(|(item, other)| same(item, other));
    }
    unexplained.into_iter().all(|item| match left.iter().position(|other| same(item, other)) {
        Some(found) => {
            left.swap_remove(found);
            true
        }
        None => false,
    })
}

/// Whether two maps have the same entries, in whatever order: first by keys that are equal to the letter,
/// then by what is left.
fn maps_match<'a>(
    a: impl ExactSizeIterator<Item = &'a (Value, Value)>,
    b: impl ExactSizeIterator<Item = &'a (Value, Value)>,
    same: impl Fn(&Value, &Value) -> bool,
) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut by_key: BTreeMap<&Value, &(Value, Value)> = b.map(|entry| (&entry.0, entry)).collect();
    let mut left = Vec::new();
    for entry in a {
        match by_key.remove(&entry.0) {
            Some(other) if same(&entry.1, &other.1) => {}
            Some(_) => return false,
            None => left.push(entry),
        }
    }
    matches_up(left.into_iter(), by_key.into_values().collect::<Vec<_>>().into_iter(), |a, b| {
        same(&a.0, &b.0) && same(&a.1, &b.1)
    })
}

/// Literals of one tag that mean the same.
fn same_tagged(a: &Tagged, b: &Tagged) -> bool {
    a.tag == b.tag && (a.text == b.text || tag::canonical(&a.tag, &a.text) == tag::canonical(&b.tag, &b.text))
}

/// Python's `==` on plain data.
fn python_eq(a: &Value, b: &Value) -> bool {
    if let (Some(a), Some(b)) = (Numeric::of(a), Numeric::of(b)) {
        return a.eq(&b);
    }
    let all = |a: &[Value], b: &[Value]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| python_eq(a, b));
    match (a, b) {
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => all(a, b),
        (Value::Set(a), Value::Set(b)) => matches_up(a.iter(), b.iter(), python_eq),
        (Value::Map(a), Value::Map(b)) => maps_match(a.iter(), b.iter(), python_eq),
        (Value::Some(a), Value::Some(b)) => python_eq(a, b),
        (Value::Tagged(a), Value::Tagged(b)) => same_tagged(a, b),
        (Value::Record(a), Value::Record(b)) => {
            a.name == b.name && matches_up(a.fields.iter(), b.fields.iter(), |a, b| a.0 == b.0 && python_eq(&a.1, &b.1))
        }
        (a, b) => a == b,
    }
}

/// Python's numbers: booleans are integers, and integers are compared with floats exactly.
enum Numeric {
    Int(Int),
    Float(f64),
}

impl Numeric {
    fn of(value: &Value) -> Option<Numeric> {
        match value {
            Value::Bool(b) => Some(Numeric::Int(i64::from(*b).into())),
            Value::Int(n) => Some(Numeric::Int(n.clone())),
            Value::Float(x) => Some(Numeric::Float(*x)),
            _ => None,
        }
    }

    fn eq(&self, other: &Numeric) -> bool {
        match (self, other) {
            (Numeric::Int(a), Numeric::Int(b)) => a == b,
            (Numeric::Float(a), Numeric::Float(b)) => a == b,
            (Numeric::Int(n), Numeric::Float(x)) | (Numeric::Float(x), Numeric::Int(n)) => {
                // Exact: the float must be whole and its digits those of the integer.
                x.is_finite() && x.fract() == 0.0 && format!("{x:.0}").parse::<Int>().is_ok_and(|m| m == *n)
            }
        }
    }
}

/// See [`Equality::EvalPlus`].
fn evalplus(expected: &Value, got: &Value, atol: f64) -> bool {
    if python_eq(expected, got) {
        return true;
    }
    let atol = if atol == 0.0 && is_floats(expected) { 1e-6 } else { atol };
    if atol == 0.0 {
        return false;
    }
    let tolerance = Tolerance { relative: 1e-7, absolute: atol };
    expected.kind() == got.kind() && all_close(expected, got, tolerance)
}

/// `numpy.allclose` on numbers and on nested sequences of one shape, where a list and a tuple make the
/// same array.
fn all_close(expected: &Value, got: &Value, tolerance: Tolerance) -> bool {
    match (expected, got) {
        (Value::List(a) | Value::Tuple(a), Value::List(b) | Value::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| all_close(a, b, tolerance))
        }
        (a, b) => match (as_float(a), as_float(b)) {
            (Some(x), Some(y)) => !x.is_nan() && tolerance.admits(x, y),
            _ => false,
        },
    }
}

fn is_floats(value: &Value) -> bool {
    match value {
        Value::Float(_) => true,
        Value::List(items) | Value::Tuple(items) => {
            !items.is_empty() && items.iter().all(|item| matches!(item, Value::Float(_)))
        }
        _ => false,
    }
}

fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(x) => Some(*x),
        Value::Int(n) => Some(n.to_f64()),
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::arbitrary;

    fn holds(profile: &str, expected: &str, got: &str) -> bool {
        let value = |text: &str| text.parse::<Value>().unwrap();
        profile.parse::<Equality>().unwrap().holds(&value(expected), &value(got))
    }

    #[test]
    fn strict_keeps_kinds_apart_and_floats_near() {
        assert!(holds("strict", "0.3", "0.30000000000000004"));
        assert!(holds("strict", "{\"a\": [0.3]}", "{\"a\": [0.30000000000000004]}"));
        assert!(holds("strict", "nan", "nan") && holds("strict", "0.0", "-0.0"));
        assert!(holds("strict", "{1: 2, 3: 4}", "{3: 4, 1: 2}"));
        assert!(!holds("strict", "1", "1.0") && !holds("strict", "1", "true"));
        assert!(!holds("strict", "[1]", "(1,)"));
        assert!(!holds("strict", "1000000000", "1000000001"));
        assert!(!holds("strict", "inf", "1e308"));
    }

    #[test]
    fn literals_that_mean_the_same_are_equal() {
        assert!(holds("strict", "decimal\"1.50\"", "decimal\"1.5\""));
        assert!(!holds("strict", "decimal\"1.50\"", "decimal\"1.05\""));
        assert!(!holds("strict", "date\"2026-01-31\"", "datetime\"2026-01-31T00:00\""));
    }

    #[test]
    fn large_sets_in_another_order_are_compared_at_once() {
        let numbers = |n: i64| Value::set((0..n).map(Value::int));
        let pairs = |order: &mut dyn Iterator<Item = i64>| {
            Value::Map(crate::ValueMap::new(order.map(|n| (Value::int(n), Value::int(n))).collect()).unwrap())
        };
        assert!(Equality::HumanEval.holds(&numbers(100_000), &numbers(100_000)));
        let (up, down) = (pairs(&mut (0..100_000)), pairs(&mut (0..100_000).rev()));
        assert!(Equality::default().holds(&up, &down));
        assert!(!Equality::default().holds(&up, &pairs(&mut (1..100_001))));
    }

    #[test]
    fn humaneval_is_pythons_equality() {
        assert!(holds("humaneval", "1", "1.0") && holds("humaneval", "true", "1"));
        assert!(holds("humaneval", "{1: \"a\"}", "{1.0: \"a\"}"));
        assert!(holds("humaneval", "9007199254740992", "9007199254740992.0"));
        assert!(!holds("humaneval", "9007199254740993", "9007199254740992.0"));
        assert!(!holds("humaneval", "nan", "nan"));
        assert!(!holds("humaneval", "0.3", "0.30000000000000004"));
    }

    #[test]
    fn evalplus_tolerates_only_what_evalplus_tolerates() {
        assert!(holds("evalplus", "0.3", "0.3000001"));
        assert!(holds("evalplus", "[0.1, 0.2]", "[0.1000001, 0.2]"));
        assert!(!holds("evalplus", "[0.1, 2]", "[0.1000001, 2]"), "a mixed list is compared exactly");
        assert!(!holds("evalplus", "{\"a\": 0.3}", "{\"a\": 0.3000001}"));
        assert!(!holds("evalplus", "0.3", "\"0.3\""));
        assert!(!holds("evalplus", "2.0", "[2.0]"));
        let loose = Equality::EvalPlus { atol: 0.1 };
        let nested = |x: f64| Value::List(vec![Value::from(vec![x])]);
        assert!(loose.holds(&nested(0.1), &nested(0.15)) && !loose.holds(&nested(0.1), &nested(0.3)));
    }

    #[test]
    fn what_had_no_value_equals_nothing() {
        for profile in ["strict", "humaneval", "evalplus"] {
            assert!(!holds(profile, "opaque\"X\"", "opaque\"X\""), "{profile}");
        }
    }

    proptest! {
        #[test]
        fn strict_is_reflexive_and_symmetric_without_tolerance(
            a in arbitrary::value(),
            b in arbitrary::value(),
        ) {
            let exact = Equality::Strict(Tolerance::EXACT);
            prop_assert!(a.has_opaque() || exact.holds(&a, &a));
            prop_assert_eq!(exact.holds(&a, &b), exact.holds(&b, &a));
        }
    }
}
