//! Values in few classes, for models that learn from traces: a [`Bucket`] is a text that decodes back to
//! the range of values that it stands for.
//!
//! ```text
//! int [10, 99]      float [1, 10)      list of [2, 9]      bool True      Point
//! ```

use std::fmt;
use std::str::FromStr;

use crate::instrument::trace::Shown;

/// The upper ends of the ranges of whole numbers and of lengths; what is larger is the last range.
const WHOLE: [i64; 5] = [0, 1, 9, 99, 9_999];

/// The borders of the ranges of floats.
const REAL: [f64; 5] = [0.0, 1.0, 10.0, 100.0, 10_000.0];

/// A class of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    /// The type that the values have.
    pub kind: String,
    /// Which of its values.
    pub range: Range,
}

/// Which values of a type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// All of them.
    Any,
    /// `True` or `False`.
    Bool(bool),
    /// Whole numbers from the first to the second, both included; none is without bound.
    Whole(Option<i64>, Option<i64>),
    /// Floats. Of the two ends, the one nearer to zero is included, and the other is not.
    Real(f64, f64),
    /// The floats that are no numbers.
    NotANumber,
    /// Values of a length from the first to the second, both included; none is without bound.
    Size(u64, Option<u64>),
}

impl Bucket {
    /// The class of a value.
    pub fn of(value: &Shown) -> Bucket {
        let range = match (value.kind.as_str(), value.size) {
            ("bool", _) => Range::Bool(value.text == "True"),
            ("int", _) => whole(&value.text),
            ("float", _) => value.text.parse().map_or(Range::Any, real),
            (_, Some(size)) => {
                let (low, high) = between(i64::try_from(size).unwrap_or(i64::MAX));
                Range::Size(low.unsigned_abs(), high.map(i64::unsigned_abs))
            }
            _ => Range::Any,
        };
        Bucket { kind: value.kind.clone(), range }
    }

    /// Whether a value is of this class.
    pub fn contains(&self, value: &Shown) -> bool {
        Bucket::of(value) == *self
    }
}

/// The range in which a number that is not negative lies.
fn between(number: i64) -> (i64, Option<i64>) {
    let mut low = 0;
    for high in WHOLE {
        if number <= high {
            return (low, Some(high));
        }
        low = high + 1;
    }
    (low, None)
}

fn whole(text: &str) -> Range {
    // A number that is too long for this was too long to be written out, or nearly so.
    let size = text.trim_start_matches('-').parse().unwrap_or(i64::MAX);
    let (low, high) = between(size);
    match text.starts_with('-') {
        true => Range::Whole(high.map(|high| -high), Some(-low)),
        false => Range::Whole(Some(low), high),
    }
}

fn real(number: f64) -> Range {
    if number.is_nan() {
        return Range::NotANumber;
    }
    let size = number.abs();
    if size == 0.0 {
        return Range::Real(0.0, 0.0);
    }
    // Above the last border there is no bound, and infinity is a number like the others there.
    let at = REAL.iter().rposition(|border| *border <= size).unwrap_or(0);
    let (low, high) = (REAL[at], REAL.get(at + 1).copied().unwrap_or(f64::INFINITY));
    if number > 0.0 { Range::Real(low, high) } else { Range::Real(-high, -low) }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = &self.kind;
        let end = |end: Option<i64>, none: &str| end.map_or(none.to_owned(), |end| end.to_string());
        match self.range {
            Range::Any => f.write_str(kind),
            Range::Bool(true) => write!(f, "{kind} True"),
            Range::Bool(false) => write!(f, "{kind} False"),
            Range::Whole(low, high) => write!(f, "{kind} [{}, {}]", end(low, "-∞"), end(high, "∞")),
            Range::Real(low, high) if low == high => write!(f, "{kind} [{low}, {high}]"),
            // What is near zero and not zero is not in the range of zero.
            Range::Real(low, high) if low == 0.0 => write!(f, "{kind} ({low}, {high})"),
            Range::Real(low, high) if high == 0.0 => write!(f, "{kind} ({low}, {high})"),
            Range::Real(low, high) if low > 0.0 => write!(f, "{kind} [{low}, {high})"),
            Range::Real(low, high) => write!(f, "{kind} ({low}, {high}]"),
            Range::NotANumber => write!(f, "{kind} nan"),
            Range::Size(low, high) => {
                write!(f, "{kind} of [{low}, {}]", high.map_or("∞".to_owned(), |high| high.to_string()))
            }
        }
    }
}

/// A text that stands for no bucket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no class of values")]
pub struct BadBucket(String);

impl FromStr for Bucket {
    type Err = BadBucket;

    fn from_str(text: &str) -> Result<Bucket, BadBucket> {
        let bad = || BadBucket(text.to_owned());
        let Some((kind, rest)) = text.split_once(' ') else {
            return if text.is_empty() { Err(bad()) } else { Ok(Bucket { kind: text.to_owned(), range: Range::Any }) };
        };
        let ends = |rest: &str| {
            let inner = rest.strip_prefix(['[', '('])?.strip_suffix([']', ')'])?;
            let (low, high) = inner.split_once(", ")?;
            Some((low.to_owned(), high.to_owned()))
        };
        let range = match (kind, rest) {
            (_, "True") => Some(Range::Bool(true)),
            (_, "False") => Some(Range::Bool(false)),
            (_, "nan") => Some(Range::NotANumber),
            ("float", rest) => ends(rest).and_then(|(low, high)| {
                let number = |text: &str| text.replace('∞', "inf").parse().ok();
                Some(Range::Real(number(&low)?, number(&high)?))
            }),
            (_, rest) => match rest.strip_prefix("of ") {
                Some(rest) => ends(rest).and_then(|(low, high)| {
                    let high = if high == "∞" { None } else { Some(high.parse().ok()?) };
                    Some(Range::Size(low.parse().ok()?, high))
                }),
                None => ends(rest).and_then(|(low, high)| {
                    let low = if low == "-∞" { None } else { Some(low.parse().ok()?) };
                    let high = if high == "∞" { None } else { Some(high.parse().ok()?) };
                    Some(Range::Whole(low, high))
                }),
            },
        };
        range.map(|range| Bucket { kind: kind.to_owned(), range }).ok_or_else(bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: &str, text: &str, size: Option<u64>) -> Shown {
        Shown { kind: kind.into(), text: text.into(), size }
    }

    #[test]
    fn a_bucket_decodes_to_the_range_of_its_value() {
        let cases = [
            (shown("int", "0", None), "int [0, 0]"),
            (shown("int", "42", None), "int [10, 99]"),
            (shown("int", "-7", None), "int [-9, -2]"),
            (shown("int", "-1", None), "int [-1, -1]"),
            (shown("int", "123456", None), "int [10000, ∞]"),
            (shown("int", "-<1001 bits, the lowest 0x0000000000000000>", None), "int [-∞, -10000]"),
            (shown("float", "0.0", None), "float [0, 0]"),
            (shown("float", "0.25", None), "float (0, 1)"),
            (shown("float", "-1.0", None), "float (-10, -1]"),
            (shown("float", "2.5", None), "float [1, 10)"),
            (shown("float", "inf", None), "float [10000, inf)"),
            (shown("float", "nan", None), "float nan"),
            (shown("bool", "True", None), "bool True"),
            (shown("NoneType", "None", None), "NoneType"),
            (shown("list", "[1, 2]", Some(2)), "list of [2, 9]"),
            (shown("str", "''", Some(0)), "str of [0, 0]"),
            (shown("Point", "<Point x=1>", None), "Point"),
        ];
        for (value, text) in cases {
            let bucket = Bucket::of(&value);
            assert_eq!(bucket.to_string(), text);
            let decoded: Bucket = text.parse().unwrap();
            assert_eq!(decoded, bucket);
            assert!(decoded.contains(&value));
            assert!(!decoded.contains(&shown("complex", "1j", None)));
        }
    }

    #[test]
    fn whole_numbers_lie_in_the_range_that_their_bucket_names() {
        for number in (-12_000..12_000).step_by(7).chain(-101..102) {
            let Range::Whole(low, high) = Bucket::of(&shown("int", &number.to_string(), None)).range else { panic!() };
            assert!(low.is_none_or(|low| low <= number) && high.is_none_or(|high| number <= high), "{number}");
        }
    }

    #[test]
    fn floats_lie_in_the_range_that_their_bucket_names() {
        for number in [1e-9, 0.999, 1.0, 9.99, 10.0, 99.0, 100.0, 9_999.9, 1e4, 1e300] {
            for number in [number, -number] {
                let Range::Real(low, high) = Bucket::of(&shown("float", &number.to_string(), None)).range else {
                    panic!()
                };
                assert!(low <= number && number <= high, "{number}");
            }
        }
    }

    #[test]
    fn other_texts_are_no_buckets() {
        for text in ["", "int [1", "int [a, b]", "float [x, 1)", "list of 3"] {
            assert!(text.parse::<Bucket>().is_err(), "{text}");
        }
    }
}
