//! Texts taken apart and put together.

use synthase_types::Value;

use super::Component;
use super::Pat::{List, Str};
use super::plain::{items, text};
use crate::engine::vals::{V, Vals};
use crate::error::EvalError;

/// The byte ranges of parts of a text, as a list.
fn parts(vals: &mut Vals, of: V, ranges: &[(usize, usize)]) -> V {
    let list: Vec<V> = ranges.iter().map(|(from, to)| vals.substr(of, *from, *to)).collect();
    vals.seq(&list)
}

/// Where parts of a text lie in it.
pub(crate) fn ranges<'a>(whole: &'a str, parts: impl Iterator<Item = &'a str>) -> Vec<(usize, usize)> {
    parts
        .map(|part| (part.as_ptr() as usize - whole.as_ptr() as usize, part))
        .map(|(at, part)| (at, at + part.len()))
        .collect()
}

fn texts<'a>(parts: impl Iterator<Item = &'a str>) -> Value {
    Value::List(parts.map(Value::str).collect())
}

pub(crate) const WORDS: Component =
    Component::new("words", "the parts between white space, none of them empty", &[Str], List(&Str), 2).strict(
        |a| Ok(texts(text(&a[0])?.split_whitespace())),
        |vals, a| {
            let found = ranges(vals.text(a[0]), vals.text(a[0]).split_whitespace());
            parts(vals, a[0], &found)
        },
    );

pub(crate) const CHARS: Component = Component::new("chars", "the characters, each as a text", &[Str], List(&Str), 2)
    .strict(
        |a| Ok(Value::List(text(&a[0])?.chars().map(Value::str).collect())),
        |vals, a| {
            let found: Vec<(usize, usize)> =
                vals.text(a[0]).char_indices().map(|(at, c)| (at, at + c.len_utf8())).collect();
            parts(vals, a[0], &found)
        },
    );

pub(crate) const SPLIT: Component = Component::new(
    "split",
    "the parts between a separator, one for the empty text; an empty separator is an error",
    &[Str, Str],
    List(&Str),
    3,
)
.strict(
    |a| match text(&a[1])? {
        "" => Err(EvalError::Empty),
        separator => Ok(texts(text(&a[0])?.split(separator))),
    },
    |vals, a| {
        if vals.text(a[1]).is_empty() {
            return V::ERR;
        }
        let found = ranges(vals.text(a[0]), vals.text(a[0]).split(vals.text(a[1])));
        parts(vals, a[0], &found)
    },
)
.simple(0b10);

pub(crate) const JOIN: Component =
    Component::new("join", "the texts with a separator between them", &[List(&Str), Str], Str, 3)
        .strict(
            |a| {
                let texts = items(&a[0])?.iter().map(text).collect::<Result<Vec<_>, _>>()?;
                Ok(Value::Str(texts.join(text(&a[1])?)))
            },
            |vals, a| {
                let texts: Vec<&str> = vals.items(a[0]).iter().map(|v| vals.text(*v)).collect();
                let joined = texts.join(vals.text(a[1]));
                vals.str(&joined)
            },
        )
        .simple(0b10);

pub(crate) const TRIM: Component = Component::new("trim", "the text without white space at its ends", &[Str], Str, 2)
    .strict(
        |a| Ok(Value::str(text(&a[0])?.trim())),
        |vals, a| {
            let found = ranges(vals.text(a[0]), std::iter::once(vals.text(a[0]).trim()));
            vals.substr(a[0], found[0].0, found[0].1)
        },
    );

pub(crate) const REPLACE: Component = Component::new(
    "replace",
    "every occurrence of a part replaced by another; an empty part is an error",
    &[Str, Str, Str],
    Str,
    4,
)
.strict(
    |a| match text(&a[1])? {
        "" => Err(EvalError::Empty),
        part => Ok(Value::Str(text(&a[0])?.replace(part, text(&a[2])?))),
    },
    |vals, a| {
        if vals.text(a[1]).is_empty() {
            return V::ERR;
        }
        let replaced = vals.text(a[0]).replace(vals.text(a[1]), vals.text(a[2]));
        vals.str(&replaced)
    },
)
.simple(0b110);
