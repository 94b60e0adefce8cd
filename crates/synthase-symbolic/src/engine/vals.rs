//! Interned values: a value is a 32-bit id, and two values are equal exactly if their ids are.
//!
//! Small integers and truth values live in the id itself; texts and lists lie in two long buffers,
//! where a part of a text or list is a value without a copy.

use std::cmp::Ordering;

use hashbrown::HashTable;
use synthase_types::Value;

use super::hash;
use crate::component::plain::MAX_BUILT;
use crate::date;
use crate::ty::Ty;

/// The id of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct V(u32);

const INLINE: u32 = 0x8000_0000;
const INLINE_MIN: i64 = -(1 << 30);
const INLINE_MAX: i64 = (1 << 30) - 1;

impl V {
    /// No value: the program fails on this row.
    pub(crate) const ERR: V = V(0);
    /// `false`.
    pub(crate) const FALSE: V = V(1);
    /// `true`.
    pub(crate) const TRUE: V = V(2);
    /// In goals: any answer will do.
    pub(crate) const ANY: V = V(0x7fff_ffff);

    /// A truth value.
    pub(crate) fn bool(b: bool) -> V {
        if b { V::TRUE } else { V::FALSE }
    }

    /// Whether this is no value.
    pub(crate) fn is_err(self) -> bool {
        self == V::ERR
    }

    /// Whether this is `true`; everything else counts as `false`.
    pub(crate) fn is_true(self) -> bool {
        self == V::TRUE
    }

    /// The id as a number, for hashing and for terms.
    pub(crate) fn raw(self) -> u32 {
        self.0
    }

    /// The id that a number was made from.
    pub(crate) fn from_raw(raw: u32) -> V {
        V(raw)
    }
}

/// What an id that is no inline value stands for.
#[derive(Debug, Clone, Copy)]
enum Datum {
    Reserved,
    Int(i64),
    Float(f64),
    Date(i32),
    Text { start: u32, bytes: u32, chars: u32 },
    Seq { start: u32, len: u32 },
}

/// The interner of one search.
pub(crate) struct Vals {
    data: Vec<Datum>,
    text: String,
    items: Vec<V>,
    table: HashTable<u32>,
    /// The most elements or characters that a component may build from small arguments. In a search
    /// this is far below what programs may build: what is asked for is never that long.
    pub(crate) max_built: usize,
}

fn hash_datum(datum: Datum, text: &str, items: &[V]) -> u64 {
    match datum {
        Datum::Reserved => 0,
        Datum::Int(n) => hash::mix(1, n as u64),
        Datum::Float(x) => hash::mix(2, x.to_bits()),
        Datum::Date(d) => hash::mix(3, d as u64),
        Datum::Text { start, bytes, .. } => hash::bytes(4, &text.as_bytes()[start as usize..][..bytes as usize]),
        Datum::Seq { start, len } => hash::words(5, items[start as usize..][..len as usize].iter().map(|v| v.0)),
    }
}

impl Vals {
    pub(crate) fn new() -> Vals {
        Vals {
            data: vec![Datum::Reserved; 3],
            text: String::new(),
            items: Vec::new(),
            table: HashTable::new(),
            max_built: MAX_BUILT,
        }
    }

    /// The bytes held, about.
    pub(crate) fn memory(&self) -> usize {
        self.data.capacity() * 16 + self.text.capacity() + self.items.capacity() * 4 + self.table.capacity() * 5
    }

    fn intern(&mut self, hash: u64, datum: Datum, same: impl Fn(&Vals, Datum) -> bool) -> V {
        if let Some(&id) = self.table.find(hash, |&id| same(self, self.data[id as usize])) {
            return V(id);
        }
        let id = u32::try_from(self.data.len()).ok().filter(|id| *id < V::ANY.0).expect("under two billion values");
        self.data.push(datum);
        let Vals { data, text, items, table, .. } = self;
        table.insert_unique(hash, id, |&id| hash_datum(data[id as usize], text, items));
        V(id)
    }

    /// An integer.
    pub(crate) fn int(&mut self, n: i64) -> V {
        if (INLINE_MIN..=INLINE_MAX).contains(&n) {
            return V((n as u32 & !INLINE) | INLINE);
        }
        self.intern(hash::mix(1, n as u64), Datum::Int(n), |_, other| matches!(other, Datum::Int(m) if m == n))
    }

    /// An integer, or no value.
    pub(crate) fn int_or_err(&mut self, n: Option<i64>) -> V {
        n.map_or(V::ERR, |n| self.int(n))
    }

    /// A finite float; anything else is no value. Zero has no sign.
    pub(crate) fn float(&mut self, x: f64) -> V {
        if !x.is_finite() {
            return V::ERR;
        }
        let x = if x == 0.0 { 0.0 } else { x };
        self.intern(hash::mix(2, x.to_bits()), Datum::Float(x), |_, other| matches!(other, Datum::Float(y) if y == x))
    }

    /// A day, counted from 1970-01-01; what lies outside the years 1 to 9999 is no value.
    pub(crate) fn date(&mut self, days: i64) -> V {
        let Some(days) = date::in_range(days) else { return V::ERR };
        self.intern(
            hash::mix(3, days as u64),
            Datum::Date(days),
            |_, other| matches!(other, Datum::Date(d) if d == days),
        )
    }

    /// A text.
    pub(crate) fn str(&mut self, text: &str) -> V {
        let hash = hash::bytes(4, text.as_bytes());
        if let Some(&id) = self.table.find(hash, |&id| self.is_text(self.data[id as usize], text)) {
            return V(id);
        }
        let start = offset(self.text.len());
        self.text.push_str(text);
        let datum = Datum::Text { start, bytes: offset(text.len()), chars: offset(text.chars().count()) };
        self.intern(hash, datum, |_, _| false)
    }

    fn is_text(&self, datum: Datum, text: &str) -> bool {
        matches!(datum, Datum::Text { start, bytes, .. }
            if bytes as usize == text.len() && &self.text.as_bytes()[start as usize..][..bytes as usize] == text.as_bytes())
    }

    /// The part of a text between two byte offsets, which must lie between characters.
    pub(crate) fn substr(&mut self, of: V, from: usize, to: usize) -> V {
        let Datum::Text { start, bytes, chars } = self.data[of.0 as usize] else { return V::ERR };
        if from == 0 && to == bytes as usize {
            return of;
        }
        let begin = start as usize + from;
        let part = &self.text[begin..start as usize + to];
        let hash = hash::bytes(4, part.as_bytes());
        // A text with as many characters as bytes is ASCII, and so are its parts.
        let count = if chars == bytes { part.len() } else { part.chars().count() };
        let datum = Datum::Text { start: offset(begin), bytes: offset(part.len()), chars: offset(count) };
        self.intern(hash, datum, |vals, other| vals.is_text(other, &vals.text[begin..start as usize + to]))
    }

    /// A list or tuple.
    pub(crate) fn seq(&mut self, items: &[V]) -> V {
        let hash = hash::words(5, items.iter().map(|v| v.0));
        if let Some(&id) = self.table.find(hash, |&id| self.is_seq(self.data[id as usize], items)) {
            return V(id);
        }
        let start = offset(self.items.len());
        self.items.extend_from_slice(items);
        self.intern(hash, Datum::Seq { start, len: offset(items.len()) }, |_, _| false)
    }

    fn is_seq(&self, datum: Datum, items: &[V]) -> bool {
        matches!(datum, Datum::Seq { start, len } if self.items[start as usize..][..len as usize] == *items)
    }

    /// The part of a list between two positions.
    pub(crate) fn subseq(&mut self, of: V, from: usize, to: usize) -> V {
        let Datum::Seq { start, len } = self.data[of.0 as usize] else { return V::ERR };
        if from == 0 && to == len as usize {
            return of;
        }
        let (begin, end) = (start as usize + from, start as usize + to);
        let hash = hash::words(5, self.items[begin..end].iter().map(|v| v.0));
        let datum = Datum::Seq { start: offset(begin), len: offset(to - from) };
        self.intern(hash, datum, |vals, other| vals.is_seq(other, &vals.items[begin..end]))
    }

    /// The integer behind an id of type int.
    pub(crate) fn as_int(&self, v: V) -> i64 {
        if v.0 & INLINE != 0 {
            return i64::from(((v.0 << 1) as i32) >> 1);
        }
        match self.data[v.0 as usize] {
            Datum::Int(n) => n,
            _ => 0,
        }
    }

    /// The float behind an id of type float.
    pub(crate) fn as_float(&self, v: V) -> f64 {
        match self.data.get(v.0 as usize) {
            Some(Datum::Float(x)) => *x,
            _ => f64::NAN,
        }
    }

    /// The day behind an id of type date.
    pub(crate) fn as_date(&self, v: V) -> i64 {
        match self.data.get(v.0 as usize) {
            Some(Datum::Date(d)) => i64::from(*d),
            _ => 0,
        }
    }

    /// The text behind an id of type str.
    pub(crate) fn text(&self, v: V) -> &str {
        match self.data.get(v.0 as usize) {
            Some(&Datum::Text { start, bytes, .. }) => &self.text[start as usize..start as usize + bytes as usize],
            _ => "",
        }
    }

    /// How many characters a text has.
    pub(crate) fn chars(&self, v: V) -> usize {
        match self.data.get(v.0 as usize) {
            Some(Datum::Text { chars, .. }) => *chars as usize,
            _ => 0,
        }
    }

    /// The elements of a list or tuple.
    pub(crate) fn items(&self, v: V) -> &[V] {
        match self.data.get(v.0 as usize) {
            Some(&Datum::Seq { start, len }) => &self.items[start as usize..start as usize + len as usize],
            _ => &[],
        }
    }

    /// How many characters or elements a text or list has.
    pub(crate) fn len(&self, v: V) -> usize {
        match self.data.get(v.0 as usize) {
            Some(Datum::Text { chars, .. }) => *chars as usize,
            Some(Datum::Seq { len, .. }) => *len as usize,
            _ => 0,
        }
    }

    /// Whether the id stands for a text.
    pub(crate) fn is_str(&self, v: V) -> bool {
        matches!(self.data.get(v.0 as usize), Some(Datum::Text { .. }))
    }

    /// Whether the id stands for a float.
    pub(crate) fn is_float(&self, v: V) -> bool {
        matches!(self.data.get(v.0 as usize), Some(Datum::Float(_)))
    }

    /// The byte offset of the character at a position; the length in bytes behind the last one.
    pub(crate) fn byte_at(&self, v: V, position: usize) -> usize {
        let text = self.text(v);
        if self.chars(v) == text.len() {
            return position.min(text.len());
        }
        text.char_indices().nth(position).map_or(text.len(), |(at, _)| at)
    }

    /// The order of two values of one type.
    pub(crate) fn compare(&self, a: V, b: V) -> Ordering {
        if a == b {
            return Ordering::Equal;
        }
        if (a.0 | b.0) & INLINE != 0 || a.0 < 3 || b.0 < 3 {
            // Truth values are never mixed with integers, so one rule serves both.
            let key = |v: V| if v.0 < 3 { i64::from(v.0) } else { self.as_int(v) };
            return key(a).cmp(&key(b));
        }
        match (self.data[a.0 as usize], self.data[b.0 as usize]) {
            (Datum::Int(a), Datum::Int(b)) => a.cmp(&b),
            (Datum::Float(a), Datum::Float(b)) => a.total_cmp(&b),
            (Datum::Date(a), Datum::Date(b)) => a.cmp(&b),
            (Datum::Text { .. }, Datum::Text { .. }) => self.text(a).cmp(self.text(b)),
            (Datum::Seq { .. }, Datum::Seq { .. }) => {
                let (a, b) = (self.items(a), self.items(b));
                let first = a.iter().zip(b).map(|(a, b)| self.compare(*a, *b)).find(|o| o.is_ne());
                first.unwrap_or(a.len().cmp(&b.len()))
            }
            _ => Ordering::Equal,
        }
    }

    /// The id of a value of the vocabulary; no value where it does not have the type.
    pub(crate) fn of(&mut self, value: &Value, ty: &Ty) -> V {
        match (ty, value) {
            (Ty::Bool, Value::Bool(b)) => V::bool(*b),
            (Ty::Int, Value::Int(n)) => self.int_or_err(n.to_i64()),
            (Ty::Float, Value::Float(x)) => self.float(*x),
            (Ty::Str, Value::Str(text)) => self.str(text),
            (Ty::Date, Value::Tagged(tagged)) if tagged.tag == "date" => {
                date::parse(&tagged.text).map_or(V::ERR, |days| self.date(days))
            }
            (Ty::List(of), Value::List(items)) => {
                let items: Vec<V> = items.iter().map(|item| self.of(item, of)).collect();
                self.seq_or_err(&items)
            }
            (Ty::Tuple(types), Value::Tuple(items)) if types.len() == items.len() => {
                let items: Vec<V> = items.iter().zip(types).map(|(item, ty)| self.of(item, ty)).collect();
                self.seq_or_err(&items)
            }
            _ => V::ERR,
        }
    }

    /// A list or tuple, or no value if one of its elements is none.
    pub(crate) fn seq_or_err(&mut self, items: &[V]) -> V {
        if items.contains(&V::ERR) { V::ERR } else { self.seq(items) }
    }

    /// The value of the vocabulary behind an id.
    pub(crate) fn value(&self, v: V, ty: &Ty) -> Value {
        match ty {
            Ty::Bool => Value::Bool(v.is_true()),
            Ty::Int => Value::int(self.as_int(v)),
            Ty::Float => Value::Float(self.as_float(v)),
            Ty::Str => Value::str(self.text(v)),
            Ty::Date => date::value(self.as_date(v)),
            Ty::List(of) => Value::List(self.items(v).iter().map(|item| self.value(*item, of)).collect()),
            Ty::Tuple(types) => {
                Value::Tuple(self.items(v).iter().zip(types).map(|(item, ty)| self.value(*item, ty)).collect())
            }
        }
    }
}

/// Buffers stay far below four gigabytes: the memory limit of a search is checked long before.
fn offset(n: usize) -> u32 {
    u32::try_from(n).expect("a search holds under four gigabytes of text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_equal_ids() {
        let mut vals = Vals::new();
        let hello = vals.str("hello");
        let ell = vals.substr(hello, 1, 4);
        assert_eq!(ell, vals.str("ell"));
        let (one, two) = (vals.int(1), vals.int(2));
        let list = vals.seq(&[one, two, one]);
        let part = vals.subseq(list, 1, 3);
        assert_eq!(part, vals.seq(&[two, one]));
        assert_eq!(vals.float(-0.0), vals.float(0.0));
    }

    #[test]
    fn integers_of_all_sizes_come_back() {
        let mut vals = Vals::new();
        for n in [0, 1, -1, INLINE_MIN, INLINE_MIN - 1, INLINE_MAX, INLINE_MAX + 1, i64::MIN, i64::MAX] {
            let v = vals.int(n);
            assert!(v != V::ERR && v != V::ANY);
            assert_eq!(vals.as_int(v), n);
        }
        let (a, b) = (vals.int(i64::MAX), vals.int(-3));
        assert_eq!(vals.compare(a, b), Ordering::Greater);
    }
}
