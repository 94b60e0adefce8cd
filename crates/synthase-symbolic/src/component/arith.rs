//! Arithmetic. Integers have 64 bits and overflow is an error; division rounds down and the
//! remainder has the sign of the divisor, as in Python.

use synthase_types::Value;

use super::Pat::{Float, Int, Num};
use super::plain::{finite, float, int};
use super::{Component, Out};
use crate::engine::vals::{V, Vals};
use crate::error::EvalError;

type Whole = fn(i64, i64) -> Option<i64>;
type Broken = fn(f64, f64) -> f64;

fn both(a: &[Value], whole: Whole, broken: Broken) -> Out {
    match (&a[0], &a[1]) {
        (Value::Float(x), Value::Float(y)) => finite(broken(*x, *y)),
        _ => whole(int(&a[0])?, int(&a[1])?).map(Value::int).ok_or(EvalError::Overflow),
    }
}

fn both_fast(vals: &mut Vals, a: &[V], whole: Whole, broken: Broken) -> V {
    if vals.is_float(a[0]) {
        let x = broken(vals.as_float(a[0]), vals.as_float(a[1]));
        return vals.float(x);
    }
    let n = whole(vals.as_int(a[0]), vals.as_int(a[1]));
    vals.int_or_err(n)
}

pub(crate) const ADD: Component = Component::new("add", "the sum of two numbers", &[Num, Num], Num, 2)
    .strict(|a| both(a, i64::checked_add, |x, y| x + y), |vals, a| both_fast(vals, a, i64::checked_add, |x, y| x + y))
    .commutative();

pub(crate) const SUB: Component = Component::new("sub", "the first number less the second", &[Num, Num], Num, 2)
    .strict(|a| both(a, i64::checked_sub, |x, y| x - y), |vals, a| both_fast(vals, a, i64::checked_sub, |x, y| x - y));

pub(crate) const MUL: Component = Component::new("mul", "the product of two numbers", &[Num, Num], Num, 3)
    .strict(|a| both(a, i64::checked_mul, |x, y| x * y), |vals, a| both_fast(vals, a, i64::checked_mul, |x, y| x * y))
    .commutative();

/// The quotient rounded down; none for a division by zero or beyond 64 bits.
fn floor_div(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

/// The remainder with the sign of the divisor; none for a division by zero.
fn floor_mod(a: i64, b: i64) -> Option<i64> {
    match b {
        0 => None,
        -1 => Some(0),
        _ => {
            let rest = a % b;
            Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
        }
    }
}

fn divided(a: &[Value], by: Whole) -> Out {
    let (x, y) = (int(&a[0])?, int(&a[1])?);
    if y == 0 {
        return Err(EvalError::DivisionByZero);
    }
    by(x, y).map(Value::int).ok_or(EvalError::Overflow)
}

pub(crate) const DIV: Component =
    Component::new("div", "the quotient rounded down; by zero is an error", &[Int, Int], Int, 3).strict(
        |a| divided(a, floor_div),
        |vals, a| {
            let n = floor_div(vals.as_int(a[0]), vals.as_int(a[1]));
            vals.int_or_err(n)
        },
    );

pub(crate) const MOD: Component =
    Component::new("mod", "the remainder, with the sign of the divisor; by zero is an error", &[Int, Int], Int, 3)
        .strict(
            |a| divided(a, floor_mod),
            |vals, a| {
                let n = floor_mod(vals.as_int(a[0]), vals.as_int(a[1]));
                vals.int_or_err(n)
            },
        );

pub(crate) const DIVIDE: Component =
    Component::new("divide", "the quotient of two floats; by zero is an error", &[Float, Float], Float, 3).strict(
        |a| match float(&a[1])? {
            0.0 => Err(EvalError::DivisionByZero),
            y => finite(float(&a[0])? / y),
        },
        |vals, a| {
            let x = vals.as_float(a[0]) / vals.as_float(a[1]);
            vals.float(x)
        },
    );

pub(crate) const NEG: Component = Component::new("neg", "the number with the other sign", &[Num], Num, 3).strict(
    |a| match &a[0] {
        Value::Float(x) => finite(-x),
        other => int(other)?.checked_neg().map(Value::int).ok_or(EvalError::Overflow),
    },
    |vals, a| {
        if vals.is_float(a[0]) {
            let x = -vals.as_float(a[0]);
            return vals.float(x);
        }
        let n = vals.as_int(a[0]).checked_neg();
        vals.int_or_err(n)
    },
);

pub(crate) const ABS: Component = Component::new("abs", "the distance from zero", &[Num], Num, 3).strict(
    |a| match &a[0] {
        Value::Float(x) => finite(x.abs()),
        other => int(other)?.checked_abs().map(Value::int).ok_or(EvalError::Overflow),
    },
    |vals, a| {
        if vals.is_float(a[0]) {
            let x = vals.as_float(a[0]).abs();
            return vals.float(x);
        }
        let n = vals.as_int(a[0]).checked_abs();
        vals.int_or_err(n)
    },
);

pub(crate) const MAX: Component = Component::new("max", "the greater of two numbers", &[Num, Num], Num, 3)
    .strict(
        |a| both(a, |x, y| Some(x.max(y)), f64::max),
        |vals, a| if vals.compare(a[0], a[1]).is_ge() { a[0] } else { a[1] },
    )
    .commutative();

pub(crate) const MIN: Component = Component::new("min", "the lesser of two numbers", &[Num, Num], Num, 3)
    .strict(
        |a| both(a, |x, y| Some(x.min(y)), f64::min),
        |vals, a| if vals.compare(a[0], a[1]).is_le() { a[0] } else { a[1] },
    )
    .commutative();

/// A power; none for a negative exponent or beyond 64 bits.
fn power(base: i64, exponent: i64) -> Option<i64> {
    match base {
        0 | 1 if exponent > 0 => Some(base),
        -1 if exponent > 0 => Some(if exponent % 2 == 0 { 1 } else { -1 }),
        _ => base.checked_pow(u32::try_from(exponent).ok()?),
    }
}

pub(crate) const POW: Component =
    Component::new("pow", "a number to a power; a negative exponent is an error", &[Int, Int], Int, 5).strict(
        |a| {
            let exponent = int(&a[1])?;
            if exponent < 0 {
                return Err(EvalError::OutOfRange);
            }
            power(int(&a[0])?, exponent).map(Value::int).ok_or(EvalError::Overflow)
        },
        |vals, a| {
            let n = power(vals.as_int(a[0]), vals.as_int(a[1]));
            vals.int_or_err(n)
        },
    );

/// The whole number a float is, if it has 64 bits.
fn whole(x: f64) -> Option<i64> {
    // 2^63 is a float, the greatest integer is not.
    (x.is_finite() && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&x)).then_some(x as i64)
}

pub(crate) const FLOOR: Component = Component::new("floor", "the greatest integer not above a float", &[Float], Int, 4)
    .strict(
        |a| whole(float(&a[0])?.floor()).map(Value::int).ok_or(EvalError::Overflow),
        |vals, a| {
            let n = whole(vals.as_float(a[0]).floor());
            vals.int_or_err(n)
        },
    );

pub(crate) const FLOAT: Component = Component::new("float", "the float nearest to an integer", &[Int], Float, 2)
    .strict(
        |a| finite(int(&a[0])? as f64),
        |vals, a| {
            let x = vals.as_int(a[0]) as f64;
            vals.float(x)
        },
    );

/// The most decimals that `round` keeps: powers of ten beyond are no longer exact in a float.
const MAX_DECIMALS: i64 = 15;

/// `x` to so many decimals, halves upwards, by the arithmetic that every language has.
fn rounded(x: f64, decimals: i64) -> Option<f64> {
    let scale = (0..=MAX_DECIMALS).contains(&decimals).then(|| 10f64.powi(decimals as i32))?;
    Some((x * scale + 0.5).floor() / scale)
}

pub(crate) const ROUND: Component = Component::new(
    "round",
    "a float to so many decimals (0 to 15), halves upwards: floor(x * 10^n + 0.5) / 10^n",
    &[Float, Int],
    Float,
    4,
)
.strict(
    |a| finite(rounded(float(&a[0])?, int(&a[1])?).ok_or(EvalError::OutOfRange)?),
    |vals, a| match rounded(vals.as_float(a[0]), vals.as_int(a[1])) {
        Some(x) => vals.float(x),
        None => V::ERR,
    },
)
.simple(0b10);
