//! Beginnings and ends of texts, and what lies before and behind a separator.

use synthase_types::Value;

use super::Component;
use super::Pat::{Bool, Int, Str};
use super::plain::{MAX_BUILT, int, text};
use crate::engine::vals::{V, Vals};
use crate::error::EvalError;

/// The part of a text that a rule cuts out, given the text and a separator that is not empty.
type Cut = fn(&'_ str, &'_ str) -> (usize, usize);

fn cut(a: &[Value], rule: Cut) -> super::Out {
    let (whole, separator) = (text(&a[0])?, text(&a[1])?);
    if separator.is_empty() {
        return Err(EvalError::Empty);
    }
    let (from, to) = rule(whole, separator);
    Ok(Value::str(&whole[from..to]))
}

fn cut_fast(vals: &mut Vals, a: &[V], rule: Cut) -> V {
    let (whole, separator) = (vals.text(a[0]), vals.text(a[1]));
    if separator.is_empty() {
        return V::ERR;
    }
    let (from, to) = rule(whole, separator);
    vals.substr(a[0], from, to)
}

fn before(whole: &str, separator: &str) -> (usize, usize) {
    (0, whole.find(separator).unwrap_or(whole.len()))
}

fn after(whole: &str, separator: &str) -> (usize, usize) {
    (whole.find(separator).map_or(0, |at| at + separator.len()), whole.len())
}

fn before_last(whole: &str, separator: &str) -> (usize, usize) {
    (0, whole.rfind(separator).unwrap_or(whole.len()))
}

fn after_last(whole: &str, separator: &str) -> (usize, usize) {
    (whole.rfind(separator).map_or(0, |at| at + separator.len()), whole.len())
}

pub(crate) const BEFORE: Component = Component::new(
    "before",
    "what stands before the first separator, the whole text if there is none; an empty separator is an error",
    &[Str, Str],
    Str,
    2,
)
.strict(|a| cut(a, before), |vals, a| cut_fast(vals, a, before))
.simple(0b10);

pub(crate) const AFTER: Component = Component::new(
    "after",
    "what stands behind the first separator, the whole text if there is none; an empty separator is an error",
    &[Str, Str],
    Str,
    2,
)
.strict(|a| cut(a, after), |vals, a| cut_fast(vals, a, after))
.simple(0b10);

pub(crate) const BEFORE_LAST: Component = Component::new(
    "before_last",
    "what stands before the last separator, the whole text if there is none; an empty separator is an error",
    &[Str, Str],
    Str,
    2,
)
.strict(|a| cut(a, before_last), |vals, a| cut_fast(vals, a, before_last))
.simple(0b10);

pub(crate) const AFTER_LAST: Component = Component::new(
    "after_last",
    "what stands behind the last separator, the whole text if there is none; an empty separator is an error",
    &[Str, Str],
    Str,
    2,
)
.strict(|a| cut(a, after_last), |vals, a| cut_fast(vals, a, after_last))
.simple(0b10);

pub(crate) const STARTS_WITH: Component =
    Component::new("starts_with", "whether a text begins with another", &[Str, Str], Bool, 3).strict(
        |a| Ok(Value::Bool(text(&a[0])?.starts_with(text(&a[1])?))),
        |vals, a| V::bool(vals.text(a[0]).starts_with(vals.text(a[1]))),
    );

pub(crate) const ENDS_WITH: Component =
    Component::new("ends_with", "whether a text ends with another", &[Str, Str], Bool, 3).strict(
        |a| Ok(Value::Bool(text(&a[0])?.ends_with(text(&a[1])?))),
        |vals, a| V::bool(vals.text(a[0]).ends_with(vals.text(a[1]))),
    );

/// The filling that brings a text of `len` characters to a width.
fn filling(len: usize, width: i64, fill: &str, most: usize) -> Result<String, EvalError> {
    if fill.chars().count() != 1 {
        return Err(EvalError::OutOfRange);
    }
    let width = usize::try_from(width.max(0)).map_err(|_| EvalError::TooLong)?;
    let missing = width.saturating_sub(len);
    if missing > most { Err(EvalError::TooLong) } else { Ok(fill.repeat(missing)) }
}

pub(crate) const PAD_LEFT: Component = Component::new(
    "pad_left",
    "a text brought to a width by a character before it; longer texts stay; not one character is an error",
    &[Str, Int, Str],
    Str,
    3,
)
.strict(
    |a| {
        let text_ = text(&a[0])?;
        Ok(Value::Str(filling(text_.chars().count(), int(&a[1])?, text(&a[2])?, MAX_BUILT)? + text_))
    },
    |vals, a| match filling(vals.chars(a[0]), vals.as_int(a[1]), vals.text(a[2]), vals.max_built) {
        Ok(filling) => {
            let padded = filling + vals.text(a[0]);
            vals.str(&padded)
        }
        Err(_) => V::ERR,
    },
)
.simple(0b100);

pub(crate) const PAD_RIGHT: Component = Component::new(
    "pad_right",
    "a text brought to a width by a character behind it; longer texts stay; not one character is an error",
    &[Str, Int, Str],
    Str,
    4,
)
.strict(
    |a| {
        let text_ = text(&a[0])?;
        Ok(Value::Str([text_, &filling(text_.chars().count(), int(&a[1])?, text(&a[2])?, MAX_BUILT)?].concat()))
    },
    |vals, a| match filling(vals.chars(a[0]), vals.as_int(a[1]), vals.text(a[2]), vals.max_built) {
        Ok(filling) => {
            let padded = [vals.text(a[0]), &filling].concat();
            vals.str(&padded)
        }
        Err(_) => V::ERR,
    },
)
.simple(0b110);
