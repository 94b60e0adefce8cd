// The Rust end of the conversation between the broker and a program: a small library, compiled once and
// linked to every program. The conversion of values follows the types that the program itself
// declares, so `&str` or `String`, `&[i64]` or `Vec<i32>` are all understood. One file, because it is given
// to the compiler as one text.

use std::any::{Any, type_name};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fs::File;
use std::hash::Hash;
use std::io::{Read, Write};
use std::os::fd::FromRawFd;

// ---- JSON ------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
pub enum Json {
    Null,
    Bool(bool),
    /// The digits as they stand.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self) -> Option<Json> {
        self.space();
        match self.bytes.get(self.at)? {
            b'n' => self.word(4, Json::Null),
            b't' => self.word(4, Json::Bool(true)),
            b'f' => self.word(5, Json::Bool(false)),
            b'"' => self.text().map(Json::Text),
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                while !self.eat(b']') {
                    items.push(self.value()?);
                    self.eat(b',');
                }
                Some(Json::List(items))
            }
            b'{' => {
                self.at += 1;
                let mut pairs = Vec::new();
                while !self.eat(b'}') {
                    self.space();
                    let key = self.text()?;
                    self.eat(b':');
                    pairs.push((key, self.value()?));
                    self.eat(b',');
                }
                Some(Json::Object(pairs))
            }
            _ => {
                let start = self.at;
                while self.bytes.get(self.at).is_some_and(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b)) {
                    self.at += 1;
                }
                Some(Json::Number(String::from_utf8_lossy(&self.bytes[start..self.at]).into_owned()))
            }
        }
    }

    fn word(&mut self, length: usize, value: Json) -> Option<Json> {
        self.at += length;
        Some(value)
    }

    fn text(&mut self) -> Option<String> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            match byte {
                b'"' => return String::from_utf8(out).ok(),
                b'\\' => {
                    let escape = *self.bytes.get(self.at)?;
                    self.at += 1;
                    let c = match escape {
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'u' => {
                            let high = self.code()?;
                            if (0xd800..0xdc00).contains(&high) {
                                self.at += 2;
                                let low = self.code()?;
                                char::from_u32(0x10000 + ((high - 0xd800) << 10) + low.checked_sub(0xdc00)?)?
                            } else {
                                char::from_u32(high)?
                            }
                        }
                        other => other as char,
                    };
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                byte => out.push(byte),
            }
        }
    }

    fn code(&mut self) -> Option<u32> {
        let digits = std::str::from_utf8(self.bytes.get(self.at..self.at + 4)?).ok()?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

impl Json {
    fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(pairs) => pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    fn list(&self) -> Option<&[Json]> {
        match self {
            Json::List(items) => Some(items),
            _ => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl std::fmt::Display for Json {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(b) => write!(f, "{b}"),
            Json::Number(digits) => f.write_str(digits),
            Json::Text(text) => f.write_str(&quote(text)),
            Json::List(items) => {
                let items: Vec<String> = items.iter().map(Json::to_string).collect();
                write!(f, "[{}]", items.join(","))
            }
            Json::Object(pairs) => {
                let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{}:{value}", quote(key))).collect();
                write!(f, "{{{}}}", pairs.join(","))
            }
        }
    }
}

fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

// ---- JSON to arguments -----------------------------------------------------------------------

/// A type that an argument may have.
pub trait FromWire: Sized {
    fn from_wire(json: &Json) -> Result<Self, String>;
}

fn unfit<T>(json: &Json, ty: &str) -> Result<T, String> {
    let text: String = json.to_string().chars().take(200).collect();
    Err(format!("{text} does not fit {ty}"))
}

macro_rules! integers {
    ($($ty:ty)*) => {$(
        impl FromWire for $ty {
            fn from_wire(json: &Json) -> Result<Self, String> {
                let digits = match json {
                    Json::Number(digits) => Some(digits.as_str()),
                    json => json.get("$int").and_then(Json::text),
                };
                match digits.and_then(|digits| digits.parse().ok()) {
                    Some(n) => Ok(n),
                    None => unfit(json, stringify!($ty)),
                }
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl FromWire for f64 {
    fn from_wire(json: &Json) -> Result<Self, String> {
        let digits = match json {
            Json::Number(digits) => Some(digits.as_str()),
            json => json.get("$float").and_then(Json::text),
        };
        match digits.and_then(|digits| digits.parse().ok()) {
            Some(x) => Ok(x),
            None => unfit(json, "f64"),
        }
    }
}

impl FromWire for f32 {
    fn from_wire(json: &Json) -> Result<Self, String> {
        f64::from_wire(json).map(|x| x as f32)
    }
}

impl FromWire for bool {
    fn from_wire(json: &Json) -> Result<Self, String> {
        match json {
            Json::Bool(b) => Ok(*b),
            _ => unfit(json, "bool"),
        }
    }
}

impl FromWire for () {
    fn from_wire(_: &Json) -> Result<Self, String> {
        Ok(())
    }
}

impl FromWire for String {
    fn from_wire(json: &Json) -> Result<Self, String> {
        match json {
            Json::Text(text) => Ok(text.clone()),
            _ => unfit(json, "String"),
        }
    }
}

impl FromWire for char {
    fn from_wire(json: &Json) -> Result<Self, String> {
        let mut chars = json.text().unwrap_or("").chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(c),
            _ => unfit(json, "char"),
        }
    }
}

impl<T: FromWire> FromWire for Option<T> {
    fn from_wire(json: &Json) -> Result<Self, String> {
        match (json, json.get("$some")) {
            (Json::Null, _) => Ok(None),
            (_, Some(inner)) => T::from_wire(inner).map(Some),
            _ => T::from_wire(json).map(Some),
        }
    }
}

impl<T: FromWire> FromWire for Box<T> {
    fn from_wire(json: &Json) -> Result<Self, String> {
        T::from_wire(json).map(Box::new)
    }
}

/// What has no declared type becomes what its literal would be in Rust: an `i32` (an `i64` or `i128` if it
/// is too large), an `f64`, a `String`, a `Vec<Box<dyn Any>>`; null becomes `()`.
impl FromWire for Box<dyn Any> {
    fn from_wire(json: &Json) -> Result<Self, String> {
        Ok(match json {
            Json::Null => Box::new(()),
            Json::Bool(b) => Box::new(*b),
            Json::Text(text) => Box::new(text.clone()),
            Json::Number(digits) if digits.contains(['.', 'e', 'E']) => Box::new(f64::from_wire(json)?),
            Json::Number(_) => any_integer(json)?,
            Json::List(_) => Box::new(elements::<Box<dyn Any>>(json)?),
            Json::Object(pairs) => match pairs.first().map(|(key, _)| key.as_str()) {
                Some("$int") => any_integer(json)?,
                Some("$float") => Box::new(f64::from_wire(json)?),
                Some("$bytes") => Box::new(elements::<u8>(json)?),
                Some("$tuple" | "$set") => Box::new(elements::<Box<dyn Any>>(json)?),
                Some("$map") | None => Box::new(HashMap::<String, Box<dyn Any>>::from_wire(json)?),
                Some(key) if key.starts_with('$') => return unfit(json, "Box<dyn Any>"),
                Some(_) => Box::new(HashMap::<String, Box<dyn Any>>::from_wire(json)?),
            },
        })
    }
}

fn any_integer(json: &Json) -> Result<Box<dyn Any>, String> {
    if let Ok(n) = i32::from_wire(json) {
        return Ok(Box::new(n));
    }
    match i64::from_wire(json) {
        Ok(n) => Ok(Box::new(n)),
        Err(_) => i128::from_wire(json).map(|n| Box::new(n) as Box<dyn Any>),
    }
}

fn elements<T: FromWire>(json: &Json) -> Result<Vec<T>, String> {
    let items = json.list().or_else(|| json.get("$set").or_else(|| json.get("$tuple")).and_then(Json::list));
    if let Some(hex) = json.get("$bytes").and_then(Json::text) {
        let byte = |i: usize| u8::from_str_radix(&hex[i..i + 2], 16).unwrap_or(0);
        return (0..hex.len()).step_by(2).map(|i| T::from_wire(&Json::Number(byte(i).to_string()))).collect();
    }
    match items {
        Some(items) => items.iter().map(T::from_wire).collect(),
        None => unfit(json, "a sequence"),
    }
}

fn pairs<K: FromWire, V: FromWire>(json: &Json) -> Result<Vec<(K, V)>, String> {
    if let Some(items) = json.get("$map").and_then(Json::list) {
        return items.iter().map(<(K, V)>::from_wire).collect();
    }
    match json {
        Json::Object(pairs) => pairs
            .iter()
            .map(|(key, value)| Ok((K::from_wire(&Json::Text(key.clone()))?, V::from_wire(value)?)))
            .collect(),
        _ => unfit(json, "a map"),
    }
}

impl<T: FromWire> FromWire for Vec<T> {
    fn from_wire(json: &Json) -> Result<Self, String> {
        elements(json)
    }
}

impl<T: FromWire> FromWire for VecDeque<T> {
    fn from_wire(json: &Json) -> Result<Self, String> {
        Ok(elements(json)?.into())
    }
}

impl<T: FromWire, const N: usize> FromWire for [T; N] {
    fn from_wire(json: &Json) -> Result<Self, String> {
        elements(json)?.try_into().or_else(|_| unfit(json, "an array of another length"))
    }
}

impl<T: FromWire + Hash + Eq> FromWire for HashSet<T> {
    fn from_wire(json: &Json) -> Result<Self, String> {
        Ok(elements(json)?.into_iter().collect())
    }
}

impl<T: FromWire + Ord> FromWire for BTreeSet<T> {
    fn from_wire(json: &Json) -> Result<Self, String> {
        Ok(elements(json)?.into_iter().collect())
    }
}

impl<K: FromWire + Hash + Eq, V: FromWire> FromWire for HashMap<K, V> {
    fn from_wire(json: &Json) -> Result<Self, String> {
        Ok(pairs(json)?.into_iter().collect())
    }
}

impl<K: FromWire + Ord, V: FromWire> FromWire for BTreeMap<K, V> {
    fn from_wire(json: &Json) -> Result<Self, String> {
        Ok(pairs(json)?.into_iter().collect())
    }
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),+))*) => {$(
        impl<$($name: FromWire),+> FromWire for ($($name,)+) {
            fn from_wire(json: &Json) -> Result<Self, String> {
                let count = [$($index),+].len();
                match json.get("$tuple").unwrap_or(json).list() {
                    Some(items) if items.len() == count => Ok(($($name::from_wire(&items[$index])?,)+)),
                    _ => unfit(json, "a tuple of another length"),
                }
            }
        }

        impl<$($name: ToWire),+> ToWire for ($($name,)+) {
            fn write(&self, out: &mut Writer) {
                out.list("{\"$tuple\":[", "]}", [$(&self.$index as &dyn Written),+]);
            }
        }
    )*};
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
}

/// One argument, which becomes whatever the parameter is declared as. References live as long
/// as the process.
pub struct Arg {
    json: Json,
    /// Shows the argument as the call left it, where the call could change it.
    now: RefCell<Option<Box<dyn Fn(&mut Writer)>>>,
}

pub trait Pass<T> {
    fn pass(&self) -> Result<T, String>;
}

impl<T: FromWire> Pass<T> for Arg {
    fn pass(&self) -> Result<T, String> {
        T::from_wire(&self.json)
    }
}

impl Arg {
    fn lent<T: 'static>(value: T) -> &'static T {
        Box::leak(Box::new(value))
    }

    fn lent_mutably<T: ToWire + 'static>(&self, value: T) -> &'static mut T {
        let place: *mut T = Box::into_raw(Box::new(value));
        // SAFETY: the place is never freed, and it is only looked at after the call has returned. The
        // call gets the reference for a lifetime of its own choice, so it cannot have kept it, unless it
        // asks for `'static` by name; then what is shown may be what it writes at the same time from
        // another thread, which harms nobody but the program itself.
        *self.now.borrow_mut() = Some(Box::new(move |out| unsafe { (*place).write(out) }));
        unsafe { &mut *place }
    }

    fn texts(&self) -> Result<Vec<&'static str>, String> {
        let texts: Vec<String> = elements(&self.json)?;
        Ok(texts.into_iter().map(|text| &*text.leak()).collect())
    }

    fn after(&self, out: &mut Writer) {
        match &*self.now.borrow() {
            Some(show) => show(out),
            None => out.text.push_str(&self.json.to_string()),
        }
    }
}

impl Pass<&'static str> for Arg {
    fn pass(&self) -> Result<&'static str, String> {
        Ok(String::from_wire(&self.json)?.leak())
    }
}

impl<T: FromWire + 'static> Pass<&'static [T]> for Arg {
    fn pass(&self) -> Result<&'static [T], String> {
        Ok(elements::<T>(&self.json)?.leak())
    }
}

impl<T: FromWire + ToWire + 'static> Pass<&'static mut [T]> for Arg {
    fn pass(&self) -> Result<&'static mut [T], String> {
        Ok(self.lent_mutably(elements::<T>(&self.json)?))
    }
}

impl Pass<&'static [&'static str]> for Arg {
    fn pass(&self) -> Result<&'static [&'static str], String> {
        Ok(self.texts()?.leak())
    }
}

impl Pass<Vec<&'static str>> for Arg {
    fn pass(&self) -> Result<Vec<&'static str>, String> {
        self.texts()
    }
}

impl Pass<&'static Vec<&'static str>> for Arg {
    fn pass(&self) -> Result<&'static Vec<&'static str>, String> {
        self.texts().map(Arg::lent)
    }
}

impl Pass<&'static dyn Any> for Arg {
    fn pass(&self) -> Result<&'static dyn Any, String> {
        Ok(&**Arg::lent(<Box<dyn Any>>::from_wire(&self.json)?))
    }
}

impl Pass<Option<&'static str>> for Arg {
    fn pass(&self) -> Result<Option<&'static str>, String> {
        Ok(<Option<String>>::from_wire(&self.json)?.map(|text| &*text.leak()))
    }
}

// One by one: a blanket `&T` would overlap with the owned types.
macro_rules! borrowed {
    ($([$($generic:ident: $bound:path),*] $ty:ty;)*) => {$(
        impl<$($generic: FromWire + $bound + 'static),*> Pass<&'static $ty> for Arg {
            fn pass(&self) -> Result<&'static $ty, String> {
                Ok(Arg::lent(<$ty>::from_wire(&self.json)?))
            }
        }

        impl<$($generic: FromWire + ToWire + $bound + 'static),*> Pass<&'static mut $ty> for Arg {
            fn pass(&self) -> Result<&'static mut $ty, String> {
                Ok(self.lent_mutably(<$ty>::from_wire(&self.json)?))
            }
        }
    )*};
}

borrowed! {
    [] String;
    [] bool;
    [] char;
    [] f64;
    [] f32;
    [] i8;
    [] i16;
    [] i32;
    [] i64;
    [] i128;
    [] isize;
    [] u8;
    [] u16;
    [] u32;
    [] u64;
    [] u128;
    [] usize;
    [] Box<dyn Any>;
    [T: Sized] Vec<T>;
    [T: Sized] VecDeque<T>;
    [T: Sized] Option<T>;
    [T: Ord] BTreeSet<T>;
    [T: HashKey] HashSet<T>;
    [K: Ord, V: Sized] BTreeMap<K, V>;
    [K: HashKey, V: Sized] HashMap<K, V>;
    [A: Sized, B: Sized] (A, B);
    [A: Sized, B: Sized, C: Sized] (A, B, C);
}

pub trait HashKey: Hash + Eq {}
impl<T: Hash + Eq> HashKey for T {}

// ---- results to JSON -------------------------------------------------------------------------

const MAX_DEPTH: usize = 40;
const MAX_FRAME: usize = 8 << 20;
const MAX_MESSAGE: usize = 10_000;

/// The text of a value, as far as it has been written.
pub struct Writer {
    text: String,
    depth: usize,
    /// Why the value has no form.
    invalid: Option<String>,
}

impl Writer {
    fn new() -> Self {
        Writer { text: String::new(), depth: 0, invalid: None }
    }

    fn refuse(&mut self, why: String) {
        self.invalid.get_or_insert(why);
    }

    fn list<'a>(&mut self, open: &str, close: &str, items: impl IntoIterator<Item = &'a dyn Written>) {
        if self.depth == MAX_DEPTH {
            return self.refuse(format!("nested deeper than {MAX_DEPTH} levels"));
        }
        self.depth += 1;
        self.text.push_str(open);
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            item.write_to(self);
        }
        self.text.push_str(close);
        self.depth -= 1;
    }
}

/// A type that a result may have.
pub trait ToWire {
    /// Whether it is an optional itself.
    const OPTIONAL: bool = false;

    fn write(&self, out: &mut Writer);
}

/// The part of `ToWire` that values of different types can share.
pub trait Written {
    fn write_to(&self, out: &mut Writer);
}

impl<T: ToWire> Written for T {
    fn write_to(&self, out: &mut Writer) {
        self.write(out);
    }
}

macro_rules! shown_integers {
    ($($ty:ty)*) => {$(
        impl ToWire for $ty {
            fn write(&self, out: &mut Writer) {
                let digits = self.to_string();
                // Larger ones are not exact as a double.
                if digits.parse().is_ok_and(|n: i64| n.unsigned_abs() <= 1 << 53) {
                    out.text.push_str(&digits);
                } else {
                    out.text.push_str(&format!("{{\"$int\":\"{digits}\"}}"));
                }
            }
        }
    )*};
}

shown_integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl ToWire for f64 {
    fn write(&self, out: &mut Writer) {
        out.text.push_str(&match *self {
            x if x.is_finite() => format!("{x:?}"),
            x if x.is_nan() => "{\"$float\":\"nan\"}".into(),
            x if x > 0.0 => "{\"$float\":\"inf\"}".into(),
            _ => "{\"$float\":\"-inf\"}".into(),
        });
    }
}

impl ToWire for f32 {
    fn write(&self, out: &mut Writer) {
        f64::from(*self).write(out);
    }
}

impl ToWire for bool {
    fn write(&self, out: &mut Writer) {
        out.text.push_str(if *self { "true" } else { "false" });
    }
}

impl ToWire for () {
    fn write(&self, out: &mut Writer) {
        out.text.push_str("null");
    }
}

impl ToWire for str {
    fn write(&self, out: &mut Writer) {
        out.text.push_str(&quote(self));
    }
}

impl ToWire for String {
    fn write(&self, out: &mut Writer) {
        self.as_str().write(out);
    }
}

impl ToWire for char {
    fn write(&self, out: &mut Writer) {
        self.encode_utf8(&mut [0; 4]).write(out);
    }
}

impl<T: ToWire + ?Sized> ToWire for &T {
    const OPTIONAL: bool = T::OPTIONAL;

    fn write(&self, out: &mut Writer) {
        (**self).write(out);
    }
}

impl<T: ToWire + ?Sized> ToWire for &mut T {
    const OPTIONAL: bool = T::OPTIONAL;

    fn write(&self, out: &mut Writer) {
        (**self).write(out);
    }
}

impl<T: ToWire + ?Sized> ToWire for Box<T> {
    const OPTIONAL: bool = T::OPTIONAL;

    fn write(&self, out: &mut Writer) {
        (**self).write(out);
    }
}

impl ToWire for std::borrow::Cow<'_, str> {
    fn write(&self, out: &mut Writer) {
        (**self).write(out);
    }
}

impl<T: ToWire> ToWire for Option<T> {
    const OPTIONAL: bool = true;

    fn write(&self, out: &mut Writer) {
        match self {
            None => out.text.push_str("null"),
            Some(inner) if T::OPTIONAL => {
                out.text.push_str("{\"$some\":");
                inner.write(out);
                out.text.push('}');
            }
            Some(inner) => inner.write(out),
        }
    }
}

macro_rules! shown_if_any {
    ($value:ident, $out:ident, $($ty:ty),*) => {
        $(if let Some(found) = $value.downcast_ref::<$ty>() {
            return found.write($out);
        })*
    };
}

impl ToWire for dyn Any {
    fn write(&self, out: &mut Writer) {
        let value = self;
        shown_if_any!(value, out, i32, i64, f64, String, bool, (), &'static str, char, usize, u8, u32, u64, f32, i128);
        shown_if_any!(value, out, isize, i8, i16, u16, u128, Vec<Box<dyn Any>>, Vec<i32>, Vec<i64>, Vec<f64>, Vec<String>);
        shown_if_any!(value, out, Vec<u8>, Vec<bool>, Vec<usize>, Vec<Vec<i32>>, HashMap<String, Box<dyn Any>>, Box<dyn Any>);
        out.refuse("a Box<dyn Any> with a type that is not plain data".into());
    }
}

/// An error that a program returns as a value, on its way to the answer.
struct Failed {
    kind: String,
    message: String,
}

impl<T: ToWire, E: std::fmt::Debug> ToWire for Result<T, E> {
    const OPTIONAL: bool = T::OPTIONAL;

    /// An `Err` is what other languages raise.
    fn write(&self, out: &mut Writer) {
        match self {
            Ok(value) => value.write(out),
            Err(error) => {
                let name = type_name::<E>();
                let path = name.split('<').next().unwrap_or(name);
                let last = path.rsplit("::").next().unwrap_or(path);
                let kind = if last == "Box" { "Error" } else { last.trim_start_matches('&') };
                let failed = Failed { kind: kind.into(), message: format!("{error:?}") };
                std::panic::resume_unwind(Box::new(failed));
            }
        }
    }
}

fn written<'a, T: ToWire + 'a>(items: impl Iterator<Item = &'a T>) -> impl Iterator<Item = &'a dyn Written> {
    items.map(|item| item as &dyn Written)
}

impl<T: ToWire> ToWire for [T] {
    fn write(&self, out: &mut Writer) {
        out.list("[", "]", written(self.iter()));
    }
}

impl<T: ToWire> ToWire for Vec<T> {
    fn write(&self, out: &mut Writer) {
        self.as_slice().write(out);
    }
}

impl<T: ToWire> ToWire for VecDeque<T> {
    fn write(&self, out: &mut Writer) {
        out.list("[", "]", written(self.iter()));
    }
}

impl<T: ToWire, const N: usize> ToWire for [T; N] {
    fn write(&self, out: &mut Writer) {
        self.as_slice().write(out);
    }
}

impl<T: ToWire, S> ToWire for HashSet<T, S> {
    fn write(&self, out: &mut Writer) {
        out.list("{\"$set\":[", "]}", written(self.iter()));
    }
}

impl<T: ToWire> ToWire for BTreeSet<T> {
    fn write(&self, out: &mut Writer) {
        out.list("{\"$set\":[", "]}", written(self.iter()));
    }
}

/// A pair of a map.
struct Entry<'a, K, V>(&'a K, &'a V);

impl<K: ToWire, V: ToWire> ToWire for Entry<'_, K, V> {
    fn write(&self, out: &mut Writer) {
        out.text.push('[');
        self.0.write(out);
        out.text.push(',');
        self.1.write(out);
        out.text.push(']');
    }
}

fn write_map<'a, K: ToWire + 'a, V: ToWire + 'a>(pairs: impl Iterator<Item = (&'a K, &'a V)>, out: &mut Writer) {
    let entries: Vec<Entry<K, V>> = pairs.map(|(key, value)| Entry(key, value)).collect();
    out.list("{\"$map\":[", "]}", written(entries.iter()));
}

impl<K: ToWire, V: ToWire, S> ToWire for HashMap<K, V, S> {
    fn write(&self, out: &mut Writer) {
        write_map(self.iter(), out);
    }
}

impl<K: ToWire, V: ToWire> ToWire for BTreeMap<K, V> {
    fn write(&self, out: &mut Writer) {
        write_map(self.iter(), out);
    }
}

// ---- a program without its entry point -------------------------------------------------------

/// The parameters and the result of what stands in for an entry point that the program lacks.
pub struct Missing;

impl FromWire for Missing {
    fn from_wire(_: &Json) -> Result<Self, String> {
        Ok(Missing)
    }
}

impl ToWire for Missing {
    fn write(&self, out: &mut Writer) {
        out.text.push_str("null");
    }
}

/// The type of the stand-in with so many parameters.
pub trait Arity<const COUNT: usize> {
    type Function;
    const STAND_IN: Self::Function;
}

macro_rules! arities {
    ($($count:literal ($($arg:ident),*))*) => {$(
        impl Arity<$count> for Missing {
            type Function = fn($($arg),*) -> Missing;
            const STAND_IN: Self::Function = |$(_: $arg),*| Missing;
        }
    )*};
}

arities! {
    0 ()
    1 (Missing)
    2 (Missing, Missing)
    3 (Missing, Missing, Missing)
    4 (Missing, Missing, Missing, Missing)
    5 (Missing, Missing, Missing, Missing, Missing)
    6 (Missing, Missing, Missing, Missing, Missing, Missing)
    7 (Missing, Missing, Missing, Missing, Missing, Missing, Missing)
    8 (Missing, Missing, Missing, Missing, Missing, Missing, Missing, Missing)
}

/// Whether an entry point is only the stand-in.
pub fn is_missing<F>(_: F) -> bool {
    type_name::<F>().ends_with("-> synthase_driver::Missing")
}

// ---- the conversation ------------------------------------------------------------------------

/// Calls the entry point; an error is an argument that does not fit.
pub type Call = fn(&[Arg], &mut Writer) -> Result<(), String>;

fn receive(channel: &mut File) -> Json {
    let mut length = [0; 4];
    if channel.read_exact(&mut length).is_err() {
        std::process::exit(0);
    }
    let mut frame = vec![0; u32::from_le_bytes(length) as usize];
    if channel.read_exact(&mut frame).is_err() {
        std::process::exit(0);
    }
    Parser { bytes: &frame, at: 0 }.value().unwrap_or(Json::Null)
}

fn send(channel: &mut File, nonce: &str, question: &Json, content: &str) {
    let _ = std::io::stdout().flush();
    let Some(Json::Number(seq)) = question.get("seq") else { return };
    let body = format!("{{\"nonce\":{},\"seq\":{seq},{content}}}", quote(nonce));
    let mut frame = (body.len() as u32).to_le_bytes().to_vec();
    frame.extend_from_slice(body.as_bytes());
    let _ = channel.write_all(&frame);
}

fn raised(kind: &str, message: &str) -> String {
    let message: String = message.chars().take(MAX_MESSAGE).collect();
    format!("\"raised\":[{},{},[]]", quote(kind), quote(&message))
}

/// The answer to one call, as an object.
fn answer(call: Call, json: &Json, after: bool) -> String {
    let args: Vec<Arg> =
        json.list().unwrap_or(&[]).iter().map(|json| Arg { json: json.clone(), now: RefCell::new(None) }).collect();
    let mut out = Writer::new();
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| call(&args, &mut out)));
    let mut content = match ended {
        Ok(Ok(())) => match out.invalid {
            None if out.text.len() <= MAX_FRAME => format!("\"value\":{}", out.text),
            None => format!("\"invalid\":\"more than {MAX_FRAME} bytes\""),
            Some(why) => format!("\"invalid\":{}", quote(&why)),
        },
        Ok(Err(unfit)) => format!("\"unfit\":{}", quote(&unfit)),
        Err(panic) => match panic.downcast_ref::<Failed>() {
            Some(failed) => raised(&failed.kind, &failed.message),
            None => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                raised("panic", text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or(""))
            }
        },
    };
    if after {
        let shown = args.iter().map(|arg| {
            let mut out = Writer::new();
            arg.after(&mut out);
            if out.invalid.is_some() { "null".into() } else { out.text }
        });
        content += &format!(",\"after\":[{}]", shown.collect::<Vec<String>>().join(","));
    }
    format!("{{{content}}}")
}

/// The answers to the calls of a question.
fn answers(call: Call, calls: &[Json], after: bool) -> String {
    let mut out = String::from("\"answers\":[");
    for (index, args) in calls.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(&answer(call, args, after));
        if out.len() > MAX_FRAME {
            return match calls.len() {
                1 => format!("\"answers\":[{{\"invalid\":\"more than {MAX_FRAME} bytes\"}}]"),
                _ => "\"split\":true".into(),
            };
        }
    }
    out + "]"
}

/// Answers the broker's questions until there are no more.
pub fn serve(call: Call, missing: bool) {
    // SAFETY: the broker hands the channel over as file descriptor 3 and nothing else owns it.
    let mut channel = unsafe { File::from_raw_fd(3) };
    std::panic::set_hook(Box::new(|_| {}));
    let mut nonce = String::new();
    loop {
        let question = receive(&mut channel);
        if let Some(text) = question.get("nonce").and_then(Json::text) {
            nonce = text.to_owned();
        }
        let after = matches!(question.get("after"), Some(Json::Bool(true)));
        let calls = question.get("calls").and_then(Json::list).map(|calls| move || answers(call, calls, after));
        let content = match (question.get("op").and_then(Json::text), calls) {
            (Some("hello"), _) => "\"ready\":true".into(),
            (Some("load"), _) if missing => "\"missing\":true".into(),
            (Some("load"), None) => "\"loaded\":true".into(),
            (Some("load"), Some(calls)) => format!("\"loaded\":true,{}", calls()),
            (_, Some(calls)) => calls(),
            (_, None) => "\"answers\":[]".into(),
        };
        send(&mut channel, &nonce, &question, &content);
    }
}
