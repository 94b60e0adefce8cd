//! Numbers as texts, and characters as numbers.

use synthase_types::Value;

use super::Component;
use super::Pat::{Float, Int, Str};
use super::plain::{finite, float, int, text};
use crate::engine::vals::V;
use crate::error::EvalError;

/// An optional sign and digits of a base up to 36, nothing else.
fn parse_int(text: &str, base: u32) -> Result<i64, EvalError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return Err(EvalError::NotANumber);
    }
    i64::from_str_radix(text, base).map_err(|_| EvalError::Overflow)
}

pub(crate) const TO_INT: Component = Component::new(
    "to_int",
    "the integer that a text writes: an optional sign and digits; anything else is an error",
    &[Str],
    Int,
    2,
)
.strict(
    |a| parse_int(text(&a[0])?, 10).map(Value::int),
    |vals, a| {
        let n = parse_int(vals.text(a[0]), 10).ok();
        vals.int_or_err(n)
    },
);

pub(crate) const TEXT: Component = Component::new("text", "an integer in decimal digits", &[Int], Str, 2).strict(
    |a| Ok(Value::Str(int(&a[0])?.to_string())),
    |vals, a| {
        let digits = vals.as_int(a[0]).to_string();
        vals.str(&digits)
    },
);

/// The bases that `parse_base` and `to_base` know: those that every language can write.
fn base_of(n: i64) -> Result<u32, EvalError> {
    match n {
        2 | 8 | 16 => Ok(n as u32),
        _ => Err(EvalError::OutOfRange),
    }
}

pub(crate) const PARSE_BASE: Component = Component::new(
    "parse_base",
    "the integer that a text writes in base 2, 8 or 16; anything else is an error",
    &[Str, Int],
    Int,
    4,
)
.strict(
    |a| parse_int(text(&a[0])?, base_of(int(&a[1])?)?).map(Value::int),
    |vals, a| {
        let base = base_of(vals.as_int(a[1]));
        let n = base.and_then(|base| parse_int(vals.text(a[0]), base)).ok();
        vals.int_or_err(n)
    },
)
.simple(0b10);

fn in_base(n: i64, base: u32) -> String {
    let (sign, size) = (if n < 0 { "-" } else { "" }, n.unsigned_abs());
    match base {
        2 => format!("{sign}{size:b}"),
        8 => format!("{sign}{size:o}"),
        _ => format!("{sign}{size:x}"),
    }
}

pub(crate) const TO_BASE: Component = Component::new(
    "to_base",
    "an integer written in base 2, 8 or 16, with small letters; another base is an error",
    &[Int, Int],
    Str,
    4,
)
.strict(
    |a| Ok(Value::Str(in_base(int(&a[0])?, base_of(int(&a[1])?)?))),
    |vals, a| match base_of(vals.as_int(a[1])) {
        Ok(base) => {
            let digits = in_base(vals.as_int(a[0]), base);
            vals.str(&digits)
        }
        Err(_) => V::ERR,
    },
)
.simple(0b10);

/// Digits with an optional sign and an optional point between digits, nothing else.
fn parse_float(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let written = match digits.split_once('.') {
        Some((whole, broken)) => all_digits(whole) && all_digits(broken),
        None => all_digits(digits),
    };
    if written { text.parse().ok() } else { None }
}

pub(crate) const TO_FLOAT: Component = Component::new(
    "to_float",
    "the float that a text writes: an optional sign, digits, an optional point with digits; anything else is an error",
    &[Str],
    Float,
    2,
)
.strict(
    |a| finite(parse_float(text(&a[0])?).ok_or(EvalError::NotANumber)?),
    |vals, a| match parse_float(vals.text(a[0])) {
        Some(x) => vals.float(x),
        None => V::ERR,
    },
);

/// A float with so many decimals, halves to the even digit, as Python and Rust write it.
fn fixed(x: f64, decimals: i64) -> Option<String> {
    let decimals = usize::try_from(decimals).ok().filter(|d| *d <= 15)?;
    // Beyond, languages differ in when they change to exponents.
    (x.abs() < 1e15).then(|| format!("{x:.decimals$}"))
}

pub(crate) const FIXED: Component = Component::new(
    "fixed",
    "a float written with so many decimals (0 to 15), halves to the even digit; from 10^15 on an error",
    &[Float, Int],
    Str,
    3,
)
.strict(
    |a| fixed(float(&a[0])?, int(&a[1])?).map(Value::Str).ok_or(EvalError::OutOfRange),
    |vals, a| match fixed(vals.as_float(a[0]), vals.as_int(a[1])) {
        Some(text) => vals.str(&text),
        None => V::ERR,
    },
)
.simple(0b10);

/// The only character of a text.
fn only_char(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

pub(crate) const CODE: Component =
    Component::new("code", "the Unicode number of the only character; another length is an error", &[Str], Int, 4)
        .strict(
            |a| only_char(text(&a[0])?).map(|c| Value::int(i64::from(u32::from(c)))).ok_or(EvalError::OutOfRange),
            |vals, a| {
                let code = only_char(vals.text(a[0])).map(|c| i64::from(u32::from(c)));
                vals.int_or_err(code)
            },
        );

fn char_of(n: i64) -> Option<char> {
    u32::try_from(n).ok().and_then(char::from_u32)
}

pub(crate) const CHAR: Component =
    Component::new("char", "the character with a Unicode number; no such character is an error", &[Int], Str, 4)
        .strict(
            |a| char_of(int(&a[0])?).map(Value::str).ok_or(EvalError::OutOfRange),
            |vals, a| match char_of(vals.as_int(a[0])) {
                Some(c) => vals.str(c.encode_utf8(&mut [0; 4])),
                None => V::ERR,
            },
        );
