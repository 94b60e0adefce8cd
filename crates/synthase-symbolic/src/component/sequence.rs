//! What texts and lists have in common: parts, length, joining, searching. A text is a sequence of
//! its characters (Unicode scalar values), each a text of length one.

use synthase_types::Value;

use super::Pat::{Int, Item, List, Seq};
use super::plain::{MAX_BUILT, clamp, elements, int, length, position, rebuild, text};
use super::{Component, Pat};
use crate::engine::vals::{V, Vals};
use crate::error::EvalError;

pub(crate) const AT: Component = Component::new(
    "at",
    "the element at a position, negative ones from the end; outside is an error",
    &[Seq, Int],
    Item,
    2,
)
.strict(
    |a| {
        let items = elements(&a[0])?;
        position(int(&a[1])?, items.len()).map(|at| items[at].clone()).ok_or(EvalError::OutOfRange)
    },
    |vals, a| {
        let Some(at) = position(vals.as_int(a[1]), vals.len(a[0])) else { return V::ERR };
        if vals.is_str(a[0]) {
            let (from, to) = (vals.byte_at(a[0], at), vals.byte_at(a[0], at + 1));
            return vals.substr(a[0], from, to);
        }
        vals.items(a[0])[at]
    },
);

pub(crate) const TAKE: Component =
    Component::new("take", "the first n elements; for negative n all but the last -n", &[Seq, Int], Seq, 2).strict(
        |a| {
            let items = elements(&a[0])?;
            rebuild(&a[0], &items[..clamp(int(&a[1])?, items.len())])
        },
        |vals, a| {
            let to = clamp(vals.as_int(a[1]), vals.len(a[0]));
            part(vals, a[0], 0, to)
        },
    );

pub(crate) const DROP: Component =
    Component::new("drop", "all but the first n elements; for negative n the last -n", &[Seq, Int], Seq, 2).strict(
        |a| {
            let items = elements(&a[0])?;
            rebuild(&a[0], &items[clamp(int(&a[1])?, items.len())..])
        },
        |vals, a| {
            let len = vals.len(a[0]);
            let from = clamp(vals.as_int(a[1]), len);
            part(vals, a[0], from, len)
        },
    );

/// The elements from one position up to another.
fn part(vals: &mut Vals, of: V, from: usize, to: usize) -> V {
    if vals.is_str(of) {
        let (from, to) = (vals.byte_at(of, from), vals.byte_at(of, to));
        return vals.substr(of, from, to);
    }
    vals.subseq(of, from, to)
}

pub(crate) const LEN: Component = Component::new("len", "the number of elements", &[Seq], Int, 2).strict(
    |a| length(elements(&a[0])?.len()),
    |vals, a| {
        let len = vals.len(a[0]) as i64;
        vals.int(len)
    },
);

pub(crate) const CONCAT: Component = Component::new("concat", "one sequence, then the other", &[Seq, Seq], Seq, 2)
    .strict(
        |a| rebuild(&a[0], &[elements(&a[0])?, elements(&a[1])?].concat()),
        |vals, a| {
            if vals.is_str(a[0]) {
                let joined = [vals.text(a[0]), vals.text(a[1])].concat();
                return vals.str(&joined);
            }
            let joined = [vals.items(a[0]), vals.items(a[1])].concat();
            vals.seq(&joined)
        },
    );

pub(crate) const REVERSE: Component = Component::new("reverse", "the elements from last to first", &[Seq], Seq, 3)
    .strict(
        |a| {
            let mut items = elements(&a[0])?;
            items.reverse();
            rebuild(&a[0], &items)
        },
        |vals, a| {
            if vals.is_str(a[0]) {
                let reversed: String = vals.text(a[0]).chars().rev().collect();
                return vals.str(&reversed);
            }
            let reversed: Vec<V> = vals.items(a[0]).iter().rev().copied().collect();
            vals.seq(&reversed)
        },
    );

pub(crate) const REPEAT: Component =
    Component::new("repeat", "the sequence n times over; empty for n below 1", &[Seq, Int], Seq, 4).strict(
        |a| {
            let items = elements(&a[0])?;
            let times = times(items.len(), int(&a[1])?, MAX_BUILT)?;
            rebuild(&a[0], &vec![items; times].concat())
        },
        |vals, a| {
            let Ok(times) = times(vals.len(a[0]), vals.as_int(a[1]), vals.max_built) else { return V::ERR };
            if vals.is_str(a[0]) {
                let repeated = vals.text(a[0]).repeat(times);
                return vals.str(&repeated);
            }
            let repeated = vals.items(a[0]).repeat(times);
            vals.seq(&repeated)
        },
    );

/// How often to repeat: never below zero, and never into more than programs may build.
fn times(len: usize, n: i64, most: usize) -> Result<usize, EvalError> {
    let n = usize::try_from(n.max(0)).map_err(|_| EvalError::TooLong)?;
    match len.checked_mul(n) {
        Some(0) => Ok(0),
        Some(built) if built <= most => Ok(n),
        _ => Err(EvalError::TooLong),
    }
}

pub(crate) const CONTAINS: Component =
    Component::new("contains", "whether a text has a part, or a list an element", &[Seq, Item], Pat::Bool, 3).strict(
        |a| {
            Ok(Value::Bool(match &a[0] {
                Value::Str(whole) => whole.contains(text(&a[1])?),
                _ => elements(&a[0])?.contains(&a[1]),
            }))
        },
        |vals, a| {
            V::bool(if vals.is_str(a[0]) {
                vals.text(a[0]).contains(vals.text(a[1]))
            } else {
                vals.items(a[0]).contains(&a[1])
            })
        },
    );

pub(crate) const FIND: Component =
    Component::new("find", "the position where a part or an element first stands, -1 if nowhere", &[Seq, Item], Int, 4)
        .strict(
            |a| {
                let found = match &a[0] {
                    Value::Str(whole) => whole.find(text(&a[1])?).map(|at| whole[..at].chars().count()),
                    _ => elements(&a[0])?.iter().position(|item| item == &a[1]),
                };
                found.map_or(Ok(Value::int(-1)), length)
            },
            |vals, a| {
                let found = if vals.is_str(a[0]) {
                    let whole = vals.text(a[0]);
                    whole.find(vals.text(a[1])).map(|at| whole[..at].chars().count())
                } else {
                    vals.items(a[0]).iter().position(|item| *item == a[1])
                };
                vals.int(found.map_or(-1, |at| at as i64))
            },
        );

pub(crate) const COUNT: Component = Component::new(
    "count",
    "how often a part (without overlap) or an element stands in the sequence; the empty part is an error",
    &[Seq, Item],
    Int,
    4,
)
.strict(
    |a| match &a[0] {
        Value::Str(_) if text(&a[1])?.is_empty() => Err(EvalError::Empty),
        Value::Str(whole) => length(whole.matches(text(&a[1])?).count()),
        _ => length(elements(&a[0])?.iter().filter(|item| *item == &a[1]).count()),
    },
    |vals, a| {
        let count = if vals.is_str(a[0]) {
            if vals.text(a[1]).is_empty() {
                return V::ERR;
            }
            vals.text(a[0]).matches(vals.text(a[1])).count()
        } else {
            vals.items(a[0]).iter().filter(|item| **item == a[1]).count()
        };
        vals.int(count as i64)
    },
);

pub(crate) const CHUNKS: Component = Component::new(
    "chunks",
    "parts of n elements each, the last may be shorter; n below 1 is an error",
    &[Seq, Int],
    List(&Seq),
    4,
)
.strict(
    |a| {
        let size = usize::try_from(int(&a[1])?).ok().filter(|n| *n > 0).ok_or(EvalError::OutOfRange)?;
        let chunks = elements(&a[0])?;
        chunks.chunks(size).map(|chunk| rebuild(&a[0], chunk)).collect::<Result<_, _>>().map(Value::List)
    },
    |vals, a| {
        let Some(size) = usize::try_from(vals.as_int(a[1])).ok().filter(|n| *n > 0) else { return V::ERR };
        let len = vals.len(a[0]);
        let chunks: Vec<V> = (0..len.div_ceil(size))
            .map(|i| part(vals, a[0], i * size, (i * size).saturating_add(size).min(len)))
            .collect();
        vals.seq(&chunks)
    },
)
.simple(0b10);

pub(crate) const RUNS: Component =
    Component::new("runs", "the longest parts of equal neighbours, in order", &[Seq], List(&Seq), 6).strict(
        |a| {
            let items = elements(&a[0])?;
            let runs = items.chunk_by(|x, y| x == y);
            runs.map(|run| rebuild(&a[0], run)).collect::<Result<_, _>>().map(Value::List)
        },
        |vals, a| {
            let mut ends = Vec::new();
            if vals.is_str(a[0]) {
                let chars: Vec<char> = vals.text(a[0]).chars().collect();
                ends.extend(chars.chunk_by(|x, y| x == y).map(<[char]>::len));
            } else {
                ends.extend(vals.items(a[0]).chunk_by(|x, y| x == y).map(<[V]>::len));
            }
            let mut from = 0;
            let mut runs = Vec::with_capacity(ends.len());
            for len in ends {
                runs.push(part(vals, a[0], from, from + len));
                from += len;
            }
            vals.seq(&runs)
        },
    );
