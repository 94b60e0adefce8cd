//! Idioms: compositions of components that people write so often that the search takes each as one
//! step. A program that is found is written out in components; idioms exist only here.

use crate::component::Pat::{self, Bool, Int, List, Num, Ord, Seq, Str};
use crate::component::class::{is_alnum, is_digit, is_letter};
use crate::component::list::RANGE;
use crate::component::number::{PARSE_BASE, TO_BASE};
use crate::component::{Component, Fast, arith, sequence};
use crate::core::expr::{Builder, NodeId};
use crate::engine::vals::{V, Vals};
use crate::ty::Ty;

/// A composition with its own place in the search.
pub(crate) struct Idiom {
    pub(crate) args: &'static [Pat],
    pub(crate) result: Pat,
    pub(crate) cost: u8,
    /// Bit `i` is set where only constants and parameters are tried as argument `i`.
    pub(crate) simple: u8,
    pub(crate) fast: Fast,
    /// The composition in components.
    pub(crate) expand: fn(&mut Builder, &[NodeId]) -> NodeId,
}

fn divides(vals: &mut Vals, n: V, by: V) -> Option<bool> {
    vals.as_int(n).checked_rem(vals.as_int(by)).map(|rest| rest == 0)
}

fn keep(vals: &mut Vals, text: V, class: fn(char) -> bool) -> V {
    let kept: String = vals.text(text).chars().filter(|c| class(*c)).collect();
    vals.str(&kept)
}

/// `join(filter(chars(text), |x| class(x)), "")`
fn keep_class(b: &mut Builder, text: NodeId, class: &str) -> NodeId {
    let chars = b.call("chars", &[text]);
    let c = b.local(b.depth, Ty::Str);
    let test = b.call(class, &[c]);
    let function = b.lambda(2, test);
    let kept = b.call("filter", &[chars, function]);
    let empty = b.str("");
    b.call("join", &[kept, empty])
}

fn with_base(vals: &mut Vals, component: &Component, of: V, base: i64) -> V {
    let base = vals.int(base);
    (component.fast)(vals, &[of, base])
}

fn based(b: &mut Builder, name: &str, of: NodeId, base: i64) -> NodeId {
    let base = b.int(base);
    b.call(name, &[of, base])
}

/// The place of the number with leading zeros.
pub(crate) const ZERO_PADDED: u8 = 8;

/// The idioms.
pub(crate) const IDIOMS: &[Idiom] = &[
    // n is a multiple of k
    Idiom {
        args: &[Int, Int],
        result: Bool,
        cost: 3,
        simple: 0,
        fast: |vals, a| divides(vals, a[0], a[1]).map_or(V::ERR, V::bool),
        expand: |b, a| {
            let rest = b.call("mod", a);
            let zero = b.int(0);
            b.call("eq", &[rest, zero])
        },
    },
    // n is odd
    Idiom {
        args: &[Int],
        result: Bool,
        cost: 4,
        simple: 0,
        fast: |vals, a| V::bool(vals.as_int(a[0]) % 2 != 0),
        expand: |b, a| {
            let (two, one) = (b.int(2), b.int(1));
            let rest = b.call("mod", &[a[0], two]);
            b.call("eq", &[rest, one])
        },
    },
    // the characters of a class
    Idiom {
        args: &[Str],
        result: Str,
        cost: 4,
        simple: 0,
        fast: |vals, a| keep(vals, a[0], is_digit),
        expand: |b, a| keep_class(b, a[0], "is_digit"),
    },
    Idiom {
        args: &[Str],
        result: Str,
        cost: 4,
        simple: 0,
        fast: |vals, a| keep(vals, a[0], is_letter),
        expand: |b, a| keep_class(b, a[0], "is_letter"),
    },
    Idiom {
        args: &[Str],
        result: Str,
        cost: 5,
        simple: 0,
        fast: |vals, a| keep(vals, a[0], is_alnum),
        expand: |b, a| keep_class(b, a[0], "is_alnum"),
    },
    // the text without a part
    Idiom {
        args: &[Str, Str],
        result: Str,
        cost: 3,
        simple: 0b10,
        fast: |vals, a| {
            let empty = vals.str("");
            if a[1] == empty {
                return V::ERR;
            }
            let left = vals.text(a[0]).replace(vals.text(a[1]), "");
            vals.str(&left)
        },
        expand: |b, a| {
            let empty = b.str("");
            b.call("replace", &[a[0], a[1], empty])
        },
    },
    // all but the first character
    Idiom {
        args: &[Str],
        result: Str,
        cost: 4,
        simple: 0,
        fast: |vals, a| {
            let one = vals.int(1);
            (sequence::DROP.fast)(vals, &[a[0], one])
        },
        expand: |b, a| {
            let one = b.int(1);
            b.call("drop", &[a[0], one])
        },
    },
    // the elements from greatest to least
    Idiom {
        args: &[List(&Ord)],
        result: List(&Ord),
        cost: 3,
        simple: 0,
        fast: |vals, a| {
            let mut sorted = vals.items(a[0]).to_vec();
            sorted.sort_by(|x, y| vals.compare(*y, *x));
            vals.seq(&sorted)
        },
        expand: |b, a| {
            let sorted = b.call("sort", a);
            b.call("reverse", &[sorted])
        },
    },
    // a number with leading zeros
    Idiom {
        args: &[Int, Int],
        result: Str,
        cost: 4,
        simple: 0b10,
        fast: |vals, a| {
            let width = vals.as_int(a[1]);
            if !(2..=12).contains(&width) || vals.as_int(a[0]) < 0 {
                return V::ERR;
            }
            let digits = format!("{:0width$}", vals.as_int(a[0]), width = width as usize);
            vals.str(&digits)
        },
        expand: |b, a| {
            let digits = b.call("text", &[a[0]]);
            let zero = b.str("0");
            b.call("pad_left", &[digits, a[1], zero])
        },
    },
    // hexadecimal and binary numbers
    Idiom {
        args: &[Str],
        result: Int,
        cost: 5,
        simple: 0,
        fast: |vals, a| with_base(vals, &PARSE_BASE, a[0], 16),
        expand: |b, a| based(b, "parse_base", a[0], 16),
    },
    Idiom {
        args: &[Str],
        result: Int,
        cost: 5,
        simple: 0,
        fast: |vals, a| with_base(vals, &PARSE_BASE, a[0], 2),
        expand: |b, a| based(b, "parse_base", a[0], 2),
    },
    Idiom {
        args: &[Int],
        result: Str,
        cost: 5,
        simple: 0,
        fast: |vals, a| with_base(vals, &TO_BASE, a[0], 16),
        expand: |b, a| based(b, "to_base", a[0], 16),
    },
    Idiom {
        args: &[Int],
        result: Str,
        cost: 5,
        simple: 0,
        fast: |vals, a| with_base(vals, &TO_BASE, a[0], 2),
        expand: |b, a| based(b, "to_base", a[0], 2),
    },
    // whether a sequence reads the same from both ends
    Idiom {
        args: &[Seq],
        result: Bool,
        cost: 5,
        simple: 0,
        fast: |vals, a| V::bool((sequence::REVERSE.fast)(vals, a) == a[0]),
        expand: |b, a| {
            let turned = b.call("reverse", a);
            b.call("eq", &[a[0], turned])
        },
    },
    // the sums of all beginnings
    Idiom {
        args: &[List(&Num)],
        result: List(&Num),
        cost: 5,
        simple: 0,
        fast: |vals, a| {
            let mut sums = Vec::new();
            for item in vals.items(a[0]).to_vec() {
                let sum = match sums.last() {
                    Some(last) => (arith::ADD.fast)(vals, &[*last, item]),
                    None => item,
                };
                sums.push(sum);
            }
            vals.seq_or_err(&sums)
        },
        expand: |b, a| {
            let start = match b.ty(a[0]) {
                Ty::List(of) if **of == Ty::Float => b.constant(0.0.into(), Ty::Float),
                _ => b.int(0),
            };
            let ty = b.ty(start).clone();
            let (so_far, next) = (b.local(b.depth, ty.clone()), b.local(b.depth + 1, ty));
            let sum = b.call("add", &[so_far, next]);
            let function = b.lambda(2, sum);
            b.call("scan", &[a[0], start, function])
        },
    },
    // the integers below n
    Idiom {
        args: &[Int],
        result: List(&Int),
        cost: 3,
        simple: 0,
        fast: |vals, a| {
            let zero = vals.int(0);
            (RANGE.fast)(vals, &[zero, a[0]])
        },
        expand: |b, a| {
            let zero = b.int(0);
            b.call("range", &[zero, a[0]])
        },
    },
    // the integers from 1 to n
    Idiom {
        args: &[Int],
        result: List(&Int),
        cost: 4,
        simple: 0,
        fast: |vals, a| {
            let (one, end) = (vals.int(1), vals.as_int(a[0]).saturating_add(1));
            let end = vals.int(end);
            (RANGE.fast)(vals, &[one, end])
        },
        expand: |b, a| {
            let one = b.int(1);
            let end = b.call("add", &[a[0], one]);
            b.call("range", &[one, end])
        },
    },
];
