//! The constants a search starts with: small numbers, separators, and what the examples show.

use std::collections::BTreeMap;

use super::Constant;
use super::types::{TyId, Types};
use super::vals::{V, Vals};
use crate::ty::Ty;

/// Numbers that people use without an example showing them, with their costs: counting, decimals,
/// clocks, weeks, bases.
const NUMBERS: &[(i64, u16)] = &[
    (0, 2),
    (1, 2),
    (2, 3),
    (-1, 4),
    (3, 4),
    (10, 5),
    (4, 6),
    (5, 5),
    (100, 5),
    (-2, 5),
    (6, 6),
    (7, 5),
    (8, 7),
    (9, 8),
    (-3, 6),
    (-4, 7),
    (-5, 7),
    (12, 6),
    (16, 7),
    (24, 6),
    (60, 4),
    (1000, 7),
];

/// The most constants of one type; further ones would each multiply the search.
const MOST: usize = 28;

/// What the examples hold, as far as constants can be read from it.
#[derive(Default)]
struct Seen {
    /// Integers, with the number of examples that hold each: in inputs, in outputs.
    ints: BTreeMap<i64, [u32; 2]>,
    floats: BTreeMap<u64, [u32; 2]>,
    /// Characters that are neither letters nor digits, and runs of them.
    marks: BTreeMap<String, [u32; 2]>,
    /// Words.
    words: BTreeMap<String, [u32; 2]>,
}

impl Seen {
    fn value(&mut self, vals: &Vals, v: V, ty: &Ty, side: usize, row: &mut Row) {
        if v.is_err() {
            return;
        }
        match ty {
            Ty::Int => row.note(&mut self.ints, vals.as_int(v), side),
            Ty::Float => row.note(&mut self.floats, vals.as_float(v).to_bits(), side),
            Ty::Str => self.text(vals.text(v), side, row),
            Ty::List(of) => vals.items(v).iter().take(64).for_each(|item| self.value(vals, *item, of, side, row)),
            Ty::Tuple(types) => {
                vals.items(v).iter().zip(types).for_each(|(item, ty)| self.value(vals, *item, ty, side, row));
            }
            Ty::Bool | Ty::Date => {}
        }
    }

    fn text(&mut self, text: &str, side: usize, row: &mut Row) {
        let text: String = text.chars().take(256).collect();
        let is_word = |c: char| c.is_alphanumeric();
        for part in text.split(is_word).filter(|part| !part.is_empty()) {
            for c in part.chars() {
                row.note(&mut self.marks, c.to_string(), side);
            }
            if (2..=4).contains(&part.chars().count()) {
                row.note(&mut self.marks, part.to_owned(), side);
            }
        }
        for word in text.split(|c| !is_word(c)).filter(|word| !word.is_empty()) {
            if word.chars().count() <= 12 {
                row.note(&mut self.words, word.to_owned(), side);
            }
            if let Ok(n) = word.parse::<i64>()
                && word.len() <= 4
            {
                row.note(&mut self.ints, n, side);
            }
        }
    }
}

/// Remembers what one example has been counted for.
#[derive(Default)]
struct Row {
    noted: std::collections::BTreeSet<(usize, String)>,
}

impl Row {
    fn note<K: Ord + ToString>(&mut self, counts: &mut BTreeMap<K, [u32; 2]>, key: K, side: usize) {
        if self.noted.insert((side, key.to_string())) {
            counts.entry(key).or_default()[side] += 1;
        }
    }
}

/// The constants for examples given as columns: the parameters', then the answers'.
pub(crate) fn collect(
    vals: &mut Vals,
    types: &Types,
    params: &[(TyId, Vec<V>)],
    result: &(TyId, Vec<V>),
    examples: usize,
) -> Vec<Constant> {
    let mut seen = Seen::default();
    for row in 0..examples {
        let mut noted = Row::default();
        for (ty, column) in params {
            seen.value(vals, column[row], types.get(*ty), 0, &mut noted);
        }
        seen.value(vals, result.1[row], types.get(result.0), 1, &mut noted);
    }
    let mut found = Found::default();
    let uses = |ty: &Ty| types.id(ty).is_some();
    for &(n, cost) in NUMBERS {
        found.add(TyId::INT, vals.int(n), cost);
    }
    for (n, [inputs, outputs]) in &seen.ints {
        let usual = inputs.max(outputs) * 2 > examples as u32;
        let digits = n.unsigned_abs().to_string().len() as u16;
        found.add(TyId::INT, vals.int(*n), (if usual { 4 } else { 5 }) + digits);
    }
    if uses(&Ty::Float) {
        for (x, cost) in [(0.0, 3), (1.0, 3), (2.0, 4), (100.0, 5), (10.0, 5), (0.5, 5)] {
            found.add(TyId::FLOAT, vals.float(x), cost);
        }
        for (bits, [inputs, outputs]) in &seen.floats {
            let usual = inputs.max(outputs) * 2 > examples as u32;
            found.add(TyId::FLOAT, vals.float(f64::from_bits(*bits)), if usual { 6 } else { 8 });
        }
    }
    if uses(&Ty::Str) {
        found.add(TyId::STR, vals.str(""), 2);
        found.add(TyId::STR, vals.str(" "), 3);
        found.add(TyId::STR, vals.str("0"), 4);
        found.add(TyId::STR, vals.str("aeiou"), 5);
        let all = examples as u32;
        for (mark, [inputs, outputs]) in &seen.marks {
            let most = *inputs.max(outputs);
            let length = mark.chars().count() as u16 - 1;
            let cost = if most == all {
                2
            } else if most > 1 {
                3
            } else {
                4
            };
            found.add(TyId::STR, vals.str(mark), cost + length);
        }
        for affix in affixes(vals, types, params, result, examples) {
            let length = affix.chars().count() as u16;
            found.add(TyId::STR, vals.str(&affix), 3 + length);
        }
        for (word, [inputs, outputs]) in &seen.words {
            if *inputs > 1 || *outputs > 1 {
                let length = word.chars().count() as u16;
                found.add(TyId::STR, vals.str(word), 4 + length / 3);
            }
        }
    }
    if uses(&Ty::Bool) {
        found.add(TyId::BOOL, V::TRUE, 3);
        found.add(TyId::BOOL, V::FALSE, 3);
    }
    found.cheapest()
}

/// Short beginnings and ends that several answers share, and their inputs do not have there.
fn affixes(
    vals: &Vals,
    types: &Types,
    params: &[(TyId, Vec<V>)],
    result: &(TyId, Vec<V>),
    examples: usize,
) -> Vec<String> {
    if *types.get(result.0) != Ty::Str {
        return Vec::new();
    }
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for row in 0..examples {
        let answer: Vec<char> = vals.text(result.1[row]).chars().collect();
        let inputs: Vec<&str> =
            params.iter().filter(|(ty, _)| *ty == TyId::STR).map(|(_, column)| vals.text(column[row])).collect();
        for len in 1..=answer.len().min(3) {
            let start: String = answer[..len].iter().collect();
            let end: String = answer[answer.len() - len..].iter().collect();
            if !inputs.iter().any(|input| input.starts_with(&start)) {
                *counts.entry(start).or_default() += 1;
            }
            if !inputs.iter().any(|input| input.ends_with(&end)) {
                *counts.entry(end).or_default() += 1;
            }
        }
    }
    // Of affixes that occur equally often only the longest says something.
    let kept = counts.iter().filter(|(affix, count)| {
        **count > 1
            && !counts.iter().any(|(longer, c)| c == *count && longer.len() > affix.len() && longer.contains(*affix))
    });
    kept.map(|(affix, _)| affix.clone()).take(6).collect()
}

#[derive(Default)]
struct Found(BTreeMap<(TyId, V), u16>);

impl Found {
    fn add(&mut self, ty: TyId, value: V, cost: u16) {
        if !value.is_err() {
            let known = self.0.entry((ty, value)).or_insert(cost);
            *known = (*known).min(cost);
        }
    }

    /// The constants in order of cost, of each type only so many.
    fn cheapest(self) -> Vec<Constant> {
        let mut all: Vec<Constant> = self.0.into_iter().map(|((ty, value), cost)| (ty, value, cost)).collect();
        // Values were interned in a fixed order, so their ids break ties the same way every time.
        all.sort_by_key(|(ty, value, cost)| (*cost, *ty, *value));
        let mut count = BTreeMap::new();
        all.retain(|(ty, ..)| {
            let n = count.entry(*ty).or_insert(0);
            *n += 1;
            *n <= MOST
        });
        all
    }
}
