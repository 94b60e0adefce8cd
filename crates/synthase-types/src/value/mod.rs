//! The value model: what programs take and give, independent of any language.
//!
//! A value has one canonical text form ([`text`]), one parser for it ([`parse`]), one JSON form
//! ([`json`]) that travels between the broker and the drivers, and equality *profiles*
//! ([`equality`]) that decide verdicts. The order and equality of the type itself are structural:
//! they serve sets, deduplication and hashing, never a verdict.

pub mod equality;
pub mod int;
pub mod json;
pub mod parse;
pub mod tag;
pub mod text;

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

pub use int::Int;

/// The deepest nesting that parsers accept and drivers may answer with. Deeper values would
/// overflow the stack of whoever walks them; one level is up to three levels of JSON, and JSON readers
/// commonly stop at 128.
pub const MAX_DEPTH: usize = 40;

/// A value of the open value model.
#[derive(Debug, Clone)]
pub enum Value {
    /// The absent value: Python's `None`, JavaScript's `null`, an empty optional.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer of any size; widths belong to the type of a signature.
    Int(Int),
    /// A 64-bit float.
    Float(f64),
    /// A text of Unicode scalar values.
    Str(String),
    /// Raw bytes.
    Bytes(Vec<u8>),
    /// A sequence of any length.
    List(Vec<Value>),
    /// A sequence of fixed length.
    Tuple(Vec<Value>),
    /// Distinct values without an order.
    Set(ValueSet),
    /// Keys with values, in order of insertion.
    Map(ValueMap),
    /// A present optional, written only where an optional holds an optional.
    Some(Box<Value>),
    /// Named fields.
    Record(Record),
    /// A literal of a named domain: `date"2026-01-31"`, `decimal"1.50"`, `opaque"Foo"`.
    Tagged(Tagged),
}

/// Distinct values, kept sorted so that equal sets are equal data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ValueSet(Vec<Value>);

/// Pairs with distinct keys, in order of insertion. Order matters to programs that iterate, not to
/// equality profiles.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ValueMap(Vec<(Value, Value)>);

/// Named fields, with the name of their type where it has one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Record {
    /// The name of the record's type.
    pub name: Option<String>,
    /// The fields in order of declaration.
    pub fields: Vec<(String, Value)>,
}

/// A literal that only its tag gives a meaning to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tagged {
    /// The domain: `date`, `decimal`, `bv64`, `opaque` and so on.
    pub tag: String,
    /// The literal as written.
    pub text: String,
}

impl Value {
    /// A text.
    pub fn str(text: impl Into<String>) -> Value {
        Value::Str(text.into())
    }

    /// An integer of 64 bits.
    pub fn int(n: i64) -> Value {
        Value::Int(n.into())
    }

    /// A set; repeated elements count once.
    pub fn set(items: impl IntoIterator<Item = Value>) -> Value {
        Value::Set(items.into_iter().collect())
    }

    /// A tagged literal.
    pub fn tagged(tag: impl Into<String>, text: impl Into<String>) -> Value {
        Value::Tagged(Tagged { tag: tag.into(), text: text.into() })
    }

    /// The word for the value's kind, as used in messages.
    pub fn kind(&self) -> &str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Tuple(_) => "tuple",
            Value::Set(_) => "set",
            Value::Map(_) => "map",
            Value::Some(_) => "optional",
            Value::Record(_) => "record",
            Value::Tagged(tagged) => &tagged.tag,
        }
    }

    /// Whether any part of the value stands for something that had no value: such a value equals
    /// nothing, not even itself, in every profile.
    pub fn has_opaque(&self) -> bool {
        match self {
            Value::Tagged(tagged) => tagged.tag == "opaque",
            Value::List(items) | Value::Tuple(items) => items.iter().any(Value::has_opaque),
            Value::Set(set) => set.iter().any(Value::has_opaque),
            Value::Map(map) => map.iter().any(|(k, v)| k.has_opaque() || v.has_opaque()),
            Value::Some(inner) => inner.has_opaque(),
            Value::Record(record) => record.fields.iter().any(|(_, v)| v.has_opaque()),
            _ => false,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Value::Null => 0,
            Value::Bool(_) => 1,
            Value::Int(_) => 2,
            Value::Float(_) => 3,
            Value::Str(_) => 4,
            Value::Bytes(_) => 5,
            Value::List(_) => 6,
            Value::Tuple(_) => 7,
            Value::Set(_) => 8,
            Value::Map(_) => 9,
            Value::Some(_) => 10,
            Value::Record(_) => 11,
            Value::Tagged(_) => 12,
        }
    }
}

/// The bits that identify a float: every NaN is one value, and `-0.0` differs from `0.0`.
fn float_bits(x: f64) -> u64 {
    if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Float(a), Value::Float(b)) => match (a.is_nan(), b.is_nan()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => a.total_cmp(b),
            },
            (Value::Str(a), Value::Str(b)) => a.cmp(b),
            (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
            (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => a.cmp(b),
            (Value::Set(a), Value::Set(b)) => a.cmp(b),
            (Value::Map(a), Value::Map(b)) => a.cmp(b),
            (Value::Some(a), Value::Some(b)) => a.cmp(b),
            (Value::Record(a), Value::Record(b)) => a.cmp(b),
            (Value::Tagged(a), Value::Tagged(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match self {
            Value::Null => {}
            Value::Bool(b) => b.hash(state),
            Value::Int(n) => n.hash(state),
            Value::Float(x) => float_bits(*x).hash(state),
            Value::Str(s) => s.hash(state),
            Value::Bytes(b) => b.hash(state),
            Value::List(items) | Value::Tuple(items) => items.hash(state),
            Value::Set(set) => set.hash(state),
            Value::Map(map) => map.hash(state),
            Value::Some(inner) => inner.hash(state),
            Value::Record(record) => record.hash(state),
            Value::Tagged(tagged) => tagged.hash(state),
        }
    }
}

impl FromIterator<Value> for ValueSet {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        let mut items: Vec<Value> = items.into_iter().collect();
        items.sort();
        items.dedup();
        ValueSet(items)
    }
}

impl ValueSet {
    /// The elements in structural order.
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.0.iter()
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A key stands twice in a map.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key {0} stands twice")]
pub struct DuplicateKey(pub Value);

impl ValueMap {
    /// A map of these pairs.
    ///
    /// # Errors
    /// A key that stands twice.
    pub fn new(pairs: Vec<(Value, Value)>) -> Result<Self, DuplicateKey> {
        let mut keys: Vec<&Value> = pairs.iter().map(|(key, _)| key).collect();
        keys.sort();
        match keys.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(DuplicateKey(pair[0].clone())),
            None => Ok(ValueMap(pairs)),
        }
    }

    /// The pairs in order of insertion.
    pub fn iter(&self) -> std::slice::Iter<'_, (Value, Value)> {
        self.0.iter()
    }

    /// The value of a key.
    pub fn get(&self, key: &Value) -> Option<&Value> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Value::Bool(b)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Value::int(n)
    }
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Value::Float(x)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::str(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Str(text)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Value::List(items.into_iter().map(Into::into).collect())
    }
}

/// Values of every kind for property tests, here and in other crates' tests.
#[cfg(test)]
pub(crate) mod arbitrary {
    use proptest::prelude::*;

    use super::*;

    /// Any value, up to four levels deep.
    pub(crate) fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::int),
            any::<(i128, i128)>()
                .prop_map(|(a, b)| Value::Int((num_bigint::BigInt::from(a) * num_bigint::BigInt::from(b)).into())),
            any::<f64>().prop_map(Value::Float),
            prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(-0.0), Just(1e16)].prop_map(Value::Float),
            any::<String>().prop_map(Value::Str),
            "[ -~\\u{0}-\\u{1f}\\u{202e}\\u{2028}$|\"'\\\\]{0,8}".prop_map(Value::Str),
            proptest::collection::vec(any::<u8>(), 0..6).prop_map(Value::Bytes),
            ("x[a-z0-9_]{0,5}", any::<String>()).prop_map(|(tag, text)| Value::tagged(tag, text)),
            prop_oneof![Just(("date", "2026-01-31")), Just(("decimal", "1.50")), Just(("opaque", "Foo"))]
                .prop_map(|(tag, text)| Value::tagged(tag, text)),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let many = proptest::collection::vec(inner.clone(), 0..5);
            prop_oneof![
                many.clone().prop_map(Value::List),
                many.clone().prop_map(Value::Tuple),
                many.clone().prop_map(Value::set),
                proptest::collection::btree_map(inner.clone(), inner.clone(), 0..4)
                    .prop_map(|map| Value::Map(ValueMap(map.into_iter().collect()))),
                inner.clone().prop_map(|v| Value::Some(Box::new(v))),
                (
                    proptest::option::of("[A-Z][a-z]{0,4}"),
                    proptest::collection::btree_map("[a-z]{1,5}|null|true", inner, 1..4)
                )
                    .prop_map(|(name, fields)| Value::Record(Record { name, fields: fields.into_iter().collect() })),
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_forget_order_and_repetition() {
        assert_eq!(Value::set([3.into(), 1.into(), 3.into()]), Value::set([1.into(), 3.into()]));
    }

    #[test]
    fn a_repeated_key_is_an_error() {
        let pairs = vec![("a".into(), 1.into()), ("a".into(), 2.into())];
        assert_eq!(ValueMap::new(pairs), Err(DuplicateKey("a".into())));
    }

    #[test]
    fn structural_equality_tells_kinds_and_zeros_apart() {
        assert_ne!(Value::from(1), Value::from(1.0));
        assert_ne!(Value::from(1), Value::from(true));
        assert_ne!(Value::from(0.0), Value::from(-0.0));
        assert_eq!(Value::from(f64::NAN), Value::from(-f64::NAN));
    }
}
