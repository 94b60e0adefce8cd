//! What only lists have: sorting, sums, extremes, ranges.

use std::collections::HashSet;

use synthase_types::Value;

use super::Component;
use super::Pat::{A, Int, List, Num, Ord};
use super::plain::{MAX_BUILT, finite, float, int, items};
use crate::engine::vals::{V, Vals};
use crate::error::EvalError;

pub(crate) const SINGLE: Component = Component::new("single", "the list with this one element", &[A], List(&A), 2)
    .strict(|a| Ok(Value::List(vec![a[0].clone()])), |vals, a| vals.seq(a));

pub(crate) const SORT: Component =
    Component::new("sort", "the elements from least to greatest", &[List(&Ord)], List(&Ord), 3).strict(
        |a| {
            let mut sorted = items(&a[0])?.to_vec();
            sorted.sort();
            Ok(Value::List(sorted))
        },
        |vals, a| {
            let mut sorted = vals.items(a[0]).to_vec();
            sorted.sort_by(|x, y| vals.compare(*x, *y));
            vals.seq(&sorted)
        },
    );

pub(crate) const UNIQUE: Component =
    Component::new("unique", "the elements without repeats, the first of equals kept", &[List(&A)], List(&A), 4)
        .strict(
            |a| {
                let mut kept: Vec<Value> = Vec::new();
                for item in items(&a[0])? {
                    if !kept.contains(item) {
                        kept.push(item.clone());
                    }
                }
                Ok(Value::List(kept))
            },
            |vals, a| {
                let mut seen = HashSet::new();
                let kept: Vec<V> = vals.items(a[0]).iter().copied().filter(|v| seen.insert(*v)).collect();
                vals.seq(&kept)
            },
        );

pub(crate) const SUM: Component = Component::new("sum", "the sum, 0 for no elements", &[List(&Num)], Num, 3).strict(
    |a| fold_numbers(&a[0], 0, i64::checked_add, |x, y| x + y),
    |vals, a| fold_fast(vals, a[0], 0, i64::checked_add, |x, y| x + y),
);

/// [`SUM`] over interned floats.
pub(crate) fn sum_of_floats(vals: &mut Vals, a: &[V]) -> V {
    let total = vals.items(a[0]).iter().fold(0.0, |total, x| total + vals.as_float(*x));
    vals.float(total)
}

pub(crate) const PRODUCT: Component =
    Component::new("product", "the product, 1 for no elements", &[List(&Int)], Int, 6).strict(
        |a| fold_numbers(&a[0], 1, i64::checked_mul, |x, y| x * y),
        |vals, a| fold_fast(vals, a[0], 1, i64::checked_mul, |x, y| x * y),
    );

type Whole = fn(i64, i64) -> Option<i64>;

fn fold_numbers(list: &Value, start: i64, whole: Whole, broken: fn(f64, f64) -> f64) -> super::Out {
    let list = items(list)?;
    if let Some(Value::Float(_)) = list.first() {
        let total = list.iter().try_fold(start as f64, |total, x| Ok(broken(total, float(x)?)))?;
        return finite(total);
    }
    let total = list.iter().try_fold(start, |total, n| whole(total, int(n)?).ok_or(EvalError::Overflow))?;
    Ok(Value::int(total))
}

fn fold_fast(vals: &mut Vals, list: V, start: i64, whole: Whole, broken: fn(f64, f64) -> f64) -> V {
    let list = vals.items(list);
    if list.first().is_some_and(|x| vals.is_float(*x)) {
        let total = list.iter().fold(start as f64, |total, x| broken(total, vals.as_float(*x)));
        return vals.float(total);
    }
    let total = list.iter().try_fold(start, |total, n| whole(total, vals.as_int(*n)));
    vals.int_or_err(total)
}

pub(crate) const MAXIMUM: Component =
    Component::new("maximum", "the greatest element; of none it is an error", &[List(&Ord)], Ord, 3).strict(
        |a| items(&a[0])?.iter().max().cloned().ok_or(EvalError::Empty),
        |vals, a| vals.items(a[0]).iter().copied().max_by(|x, y| vals.compare(*x, *y)).unwrap_or(V::ERR),
    );

pub(crate) const MINIMUM: Component =
    Component::new("minimum", "the least element; of none it is an error", &[List(&Ord)], Ord, 3).strict(
        |a| items(&a[0])?.iter().min().cloned().ok_or(EvalError::Empty),
        |vals, a| vals.items(a[0]).iter().copied().min_by(|x, y| vals.compare(*x, *y)).unwrap_or(V::ERR),
    );

pub(crate) const RANGE: Component =
    Component::new("range", "the integers from one up to, not including, another", &[Int, Int], List(&Int), 4).strict(
        |a| {
            let (from, to) = (int(&a[0])?, int(&a[1])?);
            if to.saturating_sub(from) > MAX_BUILT as i64 {
                return Err(EvalError::TooLong);
            }
            Ok(Value::List((from..to).map(Value::int).collect()))
        },
        |vals, a| {
            let (from, to) = (vals.as_int(a[0]), vals.as_int(a[1]));
            if to.saturating_sub(from) > vals.max_built as i64 {
                return V::ERR;
            }
            let list: Vec<V> = (from..to).map(|n| vals.int(n)).collect();
            vals.seq(&list)
        },
    );

pub(crate) const FLATTEN: Component =
    Component::new("flatten", "the elements of all the lists, in order", &[List(&List(&A))], List(&A), 4).strict(
        |a| {
            let lists = items(&a[0])?;
            Ok(Value::List(lists.iter().map(items).collect::<Result<Vec<_>, _>>()?.concat()))
        },
        |vals, a| {
            let flat: Vec<V> = vals.items(a[0]).iter().flat_map(|list| vals.items(*list).iter().copied()).collect();
            vals.seq(&flat)
        },
    );
