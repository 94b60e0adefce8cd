//! Components that take a function. The search evaluates the function's body once for all elements
//! of all rows and puts the columns together itself, so these have no meaning over interned values.

use std::cmp::Ordering;

use synthase_types::Value;

use super::Component;
use super::Pat::{A, B, Bool, C, Fn, Int, List, Ord};
use super::plain::{items, truth};
use crate::error::EvalError;

pub(crate) const MAP: Component = Component::new(
    "map",
    "the function's value for each element (and its position)",
    &[List(&A), Fn(&[A, Int], &B)],
    List(&B),
    3,
)
.higher(|a, f| {
    let list = items(&a[0])?.iter().enumerate();
    list.map(|(i, item)| f(&[item.clone(), Value::int(i as i64)])).collect::<Result<_, _>>().map(Value::List)
});

pub(crate) const FILTER: Component = Component::new(
    "filter",
    "the elements for which the function (of element and position) holds",
    &[List(&A), Fn(&[A, Int], &Bool)],
    List(&A),
    3,
)
.higher(|a, f| {
    let mut kept = Vec::new();
    for (i, item) in items(&a[0])?.iter().enumerate() {
        if truth(&f(&[item.clone(), Value::int(i as i64)])?)? {
            kept.push(item.clone());
        }
    }
    Ok(Value::List(kept))
});

pub(crate) const ANY: Component =
    Component::new("any", "whether the function holds for an element", &[List(&A), Fn(&[A], &Bool)], Bool, 4).higher(
        |a, f| {
            for item in items(&a[0])? {
                if truth(&f(std::slice::from_ref(item))?)? {
                    return Ok(Value::Bool(true));
                }
            }
            Ok(Value::Bool(false))
        },
    );

pub(crate) const ALL: Component =
    Component::new("all", "whether the function holds for every element", &[List(&A), Fn(&[A], &Bool)], Bool, 4)
        .higher(|a, f| {
            for item in items(&a[0])? {
                if !truth(&f(std::slice::from_ref(item))?)? {
                    return Ok(Value::Bool(false));
                }
            }
            Ok(Value::Bool(true))
        });

/// The elements with their keys.
fn keyed(a: &[Value], f: &mut dyn FnMut(&[Value]) -> super::Out) -> Result<Vec<(Value, Value)>, EvalError> {
    items(&a[0])?.iter().map(|item| Ok((f(std::slice::from_ref(item))?, item.clone()))).collect()
}

pub(crate) const SORT_BY: Component = Component::new(
    "sort_by",
    "the elements from least to greatest by the function's value, equals in their old order",
    &[List(&A), Fn(&[A], &Ord)],
    List(&A),
    5,
)
.higher(|a, f| {
    let mut keyed = keyed(a, f)?;
    keyed.sort_by(|x, y| x.0.cmp(&y.0));
    Ok(Value::List(keyed.into_iter().map(|(_, item)| item).collect()))
});

pub(crate) const MAX_BY: Component = Component::new(
    "max_by",
    "the element with the greatest value of the function, the first of equals; of none it is an error",
    &[List(&A), Fn(&[A], &Ord)],
    A,
    4,
)
.higher(|a, f| extreme(a, f, Ordering::Greater));

pub(crate) const MIN_BY: Component = Component::new(
    "min_by",
    "the element with the least value of the function, the first of equals; of none it is an error",
    &[List(&A), Fn(&[A], &Ord)],
    A,
    4,
)
.higher(|a, f| extreme(a, f, Ordering::Less));

fn extreme(a: &[Value], f: &mut dyn FnMut(&[Value]) -> super::Out, wanted: Ordering) -> super::Out {
    let best = keyed(a, f)?.into_iter().reduce(|best, next| if next.0.cmp(&best.0) == wanted { next } else { best });
    best.map(|(_, item)| item).ok_or(EvalError::Empty)
}

pub(crate) const ZIP_WITH: Component = Component::new(
    "zip_with",
    "the function's value for each pair of elements at one position, up to the shorter list's end",
    &[List(&A), List(&B), Fn(&[A, B], &C)],
    List(&C),
    4,
)
.higher(|a, f| {
    let pairs = items(&a[0])?.iter().zip(items(&a[1])?);
    pairs.map(|(x, y)| f(&[x.clone(), y.clone()])).collect::<Result<_, _>>().map(Value::List)
});

pub(crate) const FOLD: Component = Component::new(
    "fold",
    "the last value of: a start, then the function of the value so far and the next element",
    &[List(&A), B, Fn(&[B, A], &B)],
    B,
    6,
)
.higher(|a, f| {
    let list = items(&a[0])?;
    list.iter().try_fold(a[1].clone(), |so_far, item| f(&[so_far, item.clone()]))
});

pub(crate) const SCAN: Component = Component::new(
    "scan",
    "all values but the start of: a start, then the function of the value so far and the next element",
    &[List(&A), B, Fn(&[B, A], &B)],
    List(&B),
    5,
)
.higher(|a, f| {
    let mut so_far = a[1].clone();
    let mut all = Vec::new();
    for item in items(&a[0])? {
        so_far = f(&[so_far, item.clone()])?;
        all.push(so_far.clone());
    }
    Ok(Value::List(all))
});
