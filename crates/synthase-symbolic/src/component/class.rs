//! Classes of characters, and the longest parts of a text that belong to one.
//!
//! Letters, digits and case follow the Unicode data of each language's standard library. They agree
//! on everything that people type; they may differ on characters assigned recently, on combining
//! vowel signs and on Roman numeral characters.

use synthase_types::Value;

use super::Component;
use super::Pat::{Bool, List, Str};
use super::plain::text;
use super::split::ranges;
use crate::engine::vals::{V, Vals};

pub(crate) fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

pub(crate) fn is_letter(c: char) -> bool {
    c.is_alphabetic()
}

pub(crate) fn is_alnum(c: char) -> bool {
    c.is_alphanumeric()
}

fn all(text: &str, class: fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(class)
}

/// At least one letter of the case, none of the other.
fn has_case(text: &str, this: fn(char) -> bool, other: fn(char) -> bool) -> bool {
    text.chars().any(this) && !text.chars().any(other)
}

pub(crate) const IS_DIGIT: Component =
    Component::new("is_digit", "whether all characters are digits 0 to 9, and there is one", &[Str], Bool, 3)
        .strict(|a| Ok(Value::Bool(all(text(&a[0])?, is_digit))), |vals, a| V::bool(all(vals.text(a[0]), is_digit)));

pub(crate) const IS_LETTER: Component =
    Component::new("is_letter", "whether all characters are letters, and there is one", &[Str], Bool, 3)
        .strict(|a| Ok(Value::Bool(all(text(&a[0])?, is_letter))), |vals, a| V::bool(all(vals.text(a[0]), is_letter)));

pub(crate) const IS_ALNUM: Component =
    Component::new("is_alnum", "whether all characters are letters or digits, and there is one", &[Str], Bool, 3)
        .strict(|a| Ok(Value::Bool(all(text(&a[0])?, is_alnum))), |vals, a| V::bool(all(vals.text(a[0]), is_alnum)));

pub(crate) const IS_UPPER: Component =
    Component::new("is_upper", "whether there are capital letters and no small ones", &[Str], Bool, 3).strict(
        |a| Ok(Value::Bool(has_case(text(&a[0])?, char::is_uppercase, char::is_lowercase))),
        |vals, a| V::bool(has_case(vals.text(a[0]), char::is_uppercase, char::is_lowercase)),
    );

pub(crate) const IS_LOWER: Component =
    Component::new("is_lower", "whether there are small letters and no capital ones", &[Str], Bool, 3).strict(
        |a| Ok(Value::Bool(has_case(text(&a[0])?, char::is_lowercase, char::is_uppercase))),
        |vals, a| V::bool(has_case(vals.text(a[0]), char::is_lowercase, char::is_uppercase)),
    );

/// The longest parts of a text whose characters all belong to a class.
pub(crate) fn runs(text: &str, class: fn(char) -> bool) -> impl Iterator<Item = &str> {
    text.split(move |c| !class(c)).filter(|part| !part.is_empty())
}

fn runs_plain(a: &[Value], class: fn(char) -> bool) -> super::Out {
    Ok(Value::List(runs(text(&a[0])?, class).map(Value::str).collect()))
}

fn runs_fast(vals: &mut Vals, a: &[V], class: fn(char) -> bool) -> V {
    let found = ranges(vals.text(a[0]), runs(vals.text(a[0]), class));
    let list: Vec<V> = found.iter().map(|(from, to)| vals.substr(a[0], *from, *to)).collect();
    vals.seq(&list)
}

pub(crate) const DIGIT_RUNS: Component =
    Component::new("digit_runs", "the longest parts of digits 0 to 9, in order", &[Str], List(&Str), 3)
        .strict(|a| runs_plain(a, is_digit), |vals, a| runs_fast(vals, a, is_digit));

pub(crate) const LETTER_RUNS: Component =
    Component::new("letter_runs", "the longest parts of letters, in order", &[Str], List(&Str), 3)
        .strict(|a| runs_plain(a, is_letter), |vals, a| runs_fast(vals, a, is_letter));

pub(crate) const ALNUM_RUNS: Component =
    Component::new("alnum_runs", "the longest parts of letters and digits, in order", &[Str], List(&Str), 3)
        .strict(|a| runs_plain(a, is_alnum), |vals, a| runs_fast(vals, a, is_alnum));
