//! Truth values, comparisons and the conditional.

use synthase_types::Value;

use super::Component;
use super::Pat::{A, Bool, Ord};
use super::plain::truth;
use crate::engine::vals::V;

pub(crate) const AND: Component =
    Component::new("and", "whether both hold; the second is looked at only if the first holds", &[Bool, Bool], Bool, 3)
        .lazy(
            |get| if truth(&get(0)?)? { get(1) } else { Ok(Value::Bool(false)) },
            |_, a| if a[0].is_true() { a[1] } else { a[0] },
        );

pub(crate) const OR: Component =
    Component::new("or", "whether one holds; the second is looked at only if the first fails", &[Bool, Bool], Bool, 3)
        .lazy(
            |get| if truth(&get(0)?)? { Ok(Value::Bool(true)) } else { get(1) },
            |_, a| if a[0] == V::FALSE { a[1] } else { a[0] },
        );

pub(crate) const NOT: Component = Component::new("not", "the opposite", &[Bool], Bool, 2)
    .strict(|a| Ok(Value::Bool(!truth(&a[0])?)), |_, a| V::bool(!a[0].is_true()));

pub(crate) const EQ: Component = Component::new("eq", "whether two values are equal", &[A, A], Bool, 2)
    .strict(|a| Ok(Value::Bool(a[0] == a[1])), |_, a| V::bool(a[0] == a[1]))
    .commutative();

pub(crate) const LT: Component =
    Component::new("lt", "whether the first is less; texts compare by scalar values", &[Ord, Ord], Bool, 2)
        .strict(|a| Ok(Value::Bool(a[0] < a[1])), |vals, a| V::bool(vals.compare(a[0], a[1]).is_lt()));

pub(crate) const LE: Component =
    Component::new("le", "whether the first is less or equal; texts compare by scalar values", &[Ord, Ord], Bool, 2)
        .strict(|a| Ok(Value::Bool(a[0] <= a[1])), |vals, a| V::bool(vals.compare(a[0], a[1]).is_le()));

pub(crate) const IF: Component = Component::new(
    "if",
    "the second where the first holds, else the third; only that one is looked at",
    &[Bool, A, A],
    A,
    4,
)
.lazy(
    |get| if truth(&get(0)?)? { get(1) } else { get(2) },
    |_, a| match a[0] {
        V::TRUE => a[1],
        V::FALSE => a[2],
        _ => V::ERR,
    },
);
