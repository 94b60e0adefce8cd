//! Inputs that nobody gave: example inputs with small changes. Programs that agree on all examples
//! but not on these are kept apart.

use synthase_types::{Signature, Value};

use crate::date;
use crate::ty::Ty;

/// A small random generator: splitmix64, by Sebastiano Vigna (public domain).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 for `n` of 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { (self.next() % n as u64) as usize }
    }
}

/// Up to `count` inputs near the given ones: with one more word, another number, an element less.
///
/// They fit the signature, no two are equal, and none is among the given ones; equal arguments give
/// equal answers. Comparing a printed program with [`Program::eval`](crate::Program::eval) on them
/// shows more than the examples do. Given inputs that do not fit the signature are passed over;
/// there may be fewer than `count` where little can be varied, and none for types that the core
/// language does not have.
pub fn variations(inputs: &[Vec<Value>], signature: &Signature, count: usize, seed: u64) -> Vec<Vec<Value>> {
    let Ok(params) = signature.params.iter().map(|param| Ty::of(&param.ty)).collect::<Result<Vec<_>, _>>() else {
        return Vec::new();
    };
    let fits =
        |input: &Vec<Value>| input.len() == params.len() && input.iter().zip(&params).all(|(v, ty)| has_type(v, ty));
    let given: Vec<Vec<Value>> = inputs.iter().filter(|input| fits(input)).cloned().collect();
    let mut random = Random::new(seed);
    let mut found: Vec<Vec<Value>> = Vec::new();
    // Inputs with two changes follow where single changes are too few.
    for _ in 0..3 {
        let from = [given.as_slice(), found.as_slice()].concat();
        for input in mutants(&from, count - found.len(), &mut random) {
            if fits(&input) && !inputs.contains(&input) {
                found.push(input);
            }
        }
    }
    found
}

/// Whether a value has a type, and can be searched over.
pub(crate) fn has_type(value: &Value, ty: &Ty) -> bool {
    match (ty, value) {
        (Ty::Bool, Value::Bool(_)) | (Ty::Str, Value::Str(_)) => true,
        (Ty::Int, Value::Int(n)) => n.to_i64().is_some(),
        (Ty::Float, Value::Float(x)) => x.is_finite(),
        (Ty::Date, Value::Tagged(tagged)) => tagged.tag == "date" && date::parse(&tagged.text).is_some(),
        (Ty::List(of), Value::List(items)) => items.iter().all(|item| has_type(item, of)),
        (Ty::Tuple(types), Value::Tuple(items)) => {
            types.len() == items.len() && items.iter().zip(types).all(|(item, ty)| has_type(item, ty))
        }
        _ => false,
    }
}

/// Up to `count` inputs that differ from all given ones.
pub(crate) fn mutants(inputs: &[Vec<Value>], count: usize, random: &mut Random) -> Vec<Vec<Value>> {
    let mut found: Vec<Vec<Value>> = Vec::new();
    if inputs.is_empty() || inputs[0].is_empty() {
        return found;
    }
    // Some changes lead back to an input that is there already.
    for _ in 0..count * 4 {
        if found.len() == count {
            break;
        }
        let mut input = inputs[random.below(inputs.len())].clone();
        let donor = &inputs[random.below(inputs.len())];
        let arg = random.below(input.len());
        input[arg] = mutate(&input[arg], &donor[arg], random);
        if !inputs.contains(&input) && !found.contains(&input) {
            found.push(input);
        }
    }
    found
}

fn mutate(value: &Value, donor: &Value, random: &mut Random) -> Value {
    match (value, donor) {
        (Value::Bool(b), _) => Value::Bool(!b),
        (Value::Int(n), _) => {
            let n = n.to_i64().unwrap_or(0);
            Value::int(match random.below(4) {
                0 => n.saturating_add(1),
                1 => n.saturating_sub(1),
                2 => n.saturating_mul(2),
                _ => n.saturating_add(10),
            })
        }
        (Value::Float(x), _) => Value::Float(if random.below(2) == 0 { x * 2.0 } else { x + 1.5 }),
        (Value::Str(text), Value::Str(other)) => Value::Str(mutate_text(text, other, random)),
        (Value::List(items), Value::List(other)) => Value::List(mutate_list(items, other, random)),
        (Value::Tuple(items), Value::Tuple(other)) if items.len() == other.len() && !items.is_empty() => {
            let mut items = items.clone();
            let at = random.below(items.len());
            items[at] = mutate(&items[at], &other[at], random);
            Value::Tuple(items)
        }
        (Value::Tagged(tagged), _) if tagged.tag == "date" => {
            let days = date::parse(&tagged.text).unwrap_or(0) + [1, 30, 365, -7][random.below(4)];
            date::in_range(days).map_or_else(|| value.clone(), |days| date::value(i64::from(days)))
        }
        _ => value.clone(),
    }
}

fn mutate_list(items: &[Value], other: &[Value], random: &mut Random) -> Vec<Value> {
    let mut items = items.to_vec();
    let at = random.below(items.len());
    match random.below(5) {
        0 if !items.is_empty() => {
            items.remove(at);
        }
        1 if !items.is_empty() => items[at] = mutate(&items[at].clone(), &items[at].clone(), random),
        2 => items.reverse(),
        3 if items.len() > 1 => items.swap(at, 0),
        _ => items.extend(other.iter().take(3).cloned()),
    }
    items
}

fn mutate_text(text: &str, other: &str, random: &mut Random) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = random.below(chars.len());
    // Changes keep to the kind of character, so that the mutant still looks like an input.
    let similar = |c: char, random: &mut Random| match c {
        '0'..='8' => char::from(c as u8 + 1),
        '9' => '1',
        'a'..='y' | 'A'..='Y' => char::from(c as u8 + 1),
        'z' => 'k',
        'Z' => 'K',
        c => {
            let _ = random.below(2);
            c
        }
    };
    match random.below(4) {
        0 => {
            // Another number of words, where there are words.
            let words: Vec<&str> = text.split(' ').collect();
            let mut more: Vec<&str> = words.clone();
            more.extend(other.split(' ').take(1));
            more.join(" ")
        }
        1 => text.split_once(' ').map_or_else(|| text.chars().rev().collect(), |(_, rest)| rest.to_owned()),
        _ => chars.iter().enumerate().map(|(i, c)| if i >= at { similar(*c, random) } else { *c }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mutants_are_new_and_the_same_every_time() {
        let inputs: Vec<Vec<Value>> = vec![vec!["Ada Lovelace".into(), 3.into()], vec!["x".into(), 4.into()]];
        let first = mutants(&inputs, 8, &mut Random::new(1));
        assert_eq!(first, mutants(&inputs, 8, &mut Random::new(1)));
        assert!(first.len() >= 6 && first.iter().all(|input| !inputs.contains(input)));
    }

    #[test]
    fn variations_fit_and_are_distinct() {
        let signature: Signature = "f(name: str, day: date, xs: list[float]) -> str".parse().expect("a signature");
        let day = |days| date::value(days);
        let inputs: Vec<Vec<Value>> = vec![
            vec!["Ada Lovelace".into(), day(7), Value::List(vec![1.5.into()])],
            vec!["".into(), day(20_000), Value::List(vec![])],
            vec![3.into(), day(1), Value::List(vec![])],
        ];
        let first = variations(&inputs, &signature, 40, 5);
        assert_eq!(first, variations(&inputs, &signature, 40, 5));
        assert_ne!(first, variations(&inputs, &signature, 40, 6));
        assert!(first.len() > 30, "{}", first.len());
        for (i, input) in first.iter().enumerate() {
            assert!(matches!(input[..], [Value::Str(_), Value::Tagged(_), Value::List(_)]));
            assert!(!inputs.contains(input) && !first[..i].contains(input));
        }
        assert!(variations(&[vec![]], &"f() -> int".parse().expect("a signature"), 3, 0).is_empty());
    }
}
