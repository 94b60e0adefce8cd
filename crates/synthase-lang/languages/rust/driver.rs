// The Rust end of the conversation between the broker and a program: a small library, compiled once and
// linked to every program. The messages are those of the Python driver. The conversion of values follows
// the types that the program itself declares, so `&str` or `String`, `&[i64]` or `Vec<i32>` are all
// understood. One file, because it is given to the compiler as one text.

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
    Err(format!("{json:?} does not fit {ty}"))
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
            fn to_wire(&self) -> String {
                format!("{{\"$tuple\":[{}]}}", [$(self.$index.to_wire()),+].join(","))
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
pub struct Arg(pub Json);

pub trait Pass<T> {
    fn pass(&self) -> Result<T, String>;
}

impl<T: FromWire> Pass<T> for Arg {
    fn pass(&self) -> Result<T, String> {
        T::from_wire(&self.0)
    }
}

impl Pass<&'static str> for Arg {
    fn pass(&self) -> Result<&'static str, String> {
        Ok(String::from_wire(&self.0)?.leak())
    }
}

impl<T: FromWire + 'static> Pass<&'static [T]> for Arg {
    fn pass(&self) -> Result<&'static [T], String> {
        Ok(elements::<T>(&self.0)?.leak())
    }
}

impl<T: FromWire + 'static> Pass<&'static mut [T]> for Arg {
    fn pass(&self) -> Result<&'static mut [T], String> {
        Ok(elements::<T>(&self.0)?.leak())
    }
}

impl Pass<&'static [&'static str]> for Arg {
    fn pass(&self) -> Result<&'static [&'static str], String> {
        let texts: Vec<String> = elements(&self.0)?;
        Ok(texts.into_iter().map(|text| &*text.leak()).collect::<Vec<&'static str>>().leak())
    }
}

impl Pass<Vec<&'static str>> for Arg {
    fn pass(&self) -> Result<Vec<&'static str>, String> {
        let texts: Vec<String> = elements(&self.0)?;
        Ok(texts.into_iter().map(|text| &*text.leak()).collect())
    }
}

// One by one: a blanket `&T` would overlap with the owned types.
macro_rules! borrowed {
    ($([$($generic:ident: $bound:path),*] $ty:ty;)*) => {$(
        impl<$($generic: FromWire + $bound + 'static),*> Pass<&'static $ty> for Arg {
            fn pass(&self) -> Result<&'static $ty, String> {
                Ok(Box::leak(Box::new(<$ty>::from_wire(&self.0)?)))
            }
        }

        impl<$($generic: FromWire + $bound + 'static),*> Pass<&'static mut $ty> for Arg {
            fn pass(&self) -> Result<&'static mut $ty, String> {
                Ok(Box::leak(Box::new(<$ty>::from_wire(&self.0)?)))
            }
        }
    )*};
}

borrowed! {
    [] String;
    [] bool;
    [] char;
    [] f64;
    [] i32;
    [] i64;
    [] u32;
    [] u64;
    [] usize;
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

/// A type that a result may have.
pub trait ToWire {
    fn to_wire(&self) -> String;
}

macro_rules! shown_integers {
    ($($ty:ty)*) => {$(
        impl ToWire for $ty {
            fn to_wire(&self) -> String {
                format!("{{\"$int\":\"{self}\"}}")
            }
        }
    )*};
}

shown_integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl ToWire for f64 {
    fn to_wire(&self) -> String {
        if self.is_finite() {
            return format!("{self:?}");
        }
        let word = if self.is_nan() { "nan" } else if *self > 0.0 { "inf" } else { "-inf" };
        format!("{{\"$float\":\"{word}\"}}")
    }
}

impl ToWire for f32 {
    fn to_wire(&self) -> String {
        f64::from(*self).to_wire()
    }
}

impl ToWire for bool {
    fn to_wire(&self) -> String {
        self.to_string()
    }
}

impl ToWire for () {
    fn to_wire(&self) -> String {
        "null".into()
    }
}

impl ToWire for str {
    fn to_wire(&self) -> String {
        quote(self)
    }
}

impl ToWire for String {
    fn to_wire(&self) -> String {
        quote(self)
    }
}

impl ToWire for char {
    fn to_wire(&self) -> String {
        quote(self.encode_utf8(&mut [0; 4]))
    }
}

impl<T: ToWire + ?Sized> ToWire for &T {
    fn to_wire(&self) -> String {
        (**self).to_wire()
    }
}

impl<T: ToWire + ?Sized> ToWire for Box<T> {
    fn to_wire(&self) -> String {
        (**self).to_wire()
    }
}

impl<T: ToWire> ToWire for Option<T> {
    fn to_wire(&self) -> String {
        match self {
            None => "null".into(),
            Some(inner) => inner.to_wire(),
        }
    }
}

impl<T: ToWire, E: std::fmt::Debug> ToWire for Result<T, E> {
    /// An `Err` is what other languages raise.
    fn to_wire(&self) -> String {
        match self {
            Ok(value) => value.to_wire(),
            Err(error) => panic!("{error:?}"),
        }
    }
}

fn joined<T: ToWire>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_wire()).collect::<Vec<_>>().join(",")
}

impl<T: ToWire> ToWire for [T] {
    fn to_wire(&self) -> String {
        format!("[{}]", joined(self))
    }
}

impl<T: ToWire> ToWire for Vec<T> {
    fn to_wire(&self) -> String {
        self.as_slice().to_wire()
    }
}

impl<T: ToWire> ToWire for VecDeque<T> {
    fn to_wire(&self) -> String {
        format!("[{}]", joined(self))
    }
}

impl<T: ToWire, const N: usize> ToWire for [T; N] {
    fn to_wire(&self) -> String {
        self.as_slice().to_wire()
    }
}

impl<T: ToWire> ToWire for HashSet<T> {
    fn to_wire(&self) -> String {
        format!("{{\"$set\":[{}]}}", joined(self))
    }
}

impl<T: ToWire> ToWire for BTreeSet<T> {
    fn to_wire(&self) -> String {
        format!("{{\"$set\":[{}]}}", joined(self))
    }
}

fn entries<'a, K: ToWire + 'a, V: ToWire + 'a>(pairs: impl Iterator<Item = (&'a K, &'a V)>) -> String {
    let pairs: Vec<String> = pairs.map(|(k, v)| format!("[{},{}]", k.to_wire(), v.to_wire())).collect();
    format!("{{\"$map\":[{}]}}", pairs.join(","))
}

impl<K: ToWire, V: ToWire> ToWire for HashMap<K, V> {
    fn to_wire(&self) -> String {
        entries(self.iter())
    }
}

impl<K: ToWire, V: ToWire> ToWire for BTreeMap<K, V> {
    fn to_wire(&self) -> String {
        entries(self.iter())
    }
}

// ---- the conversation ------------------------------------------------------------------------

/// What a call ends in: the content of its answer.
pub type Answer = Result<String, String>;

pub fn args(json: &Json) -> Vec<Arg> {
    json.list().unwrap_or(&[]).iter().cloned().map(Arg).collect()
}

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

fn send(channel: &mut File, nonce: &str, seq: &Json, content: &str) {
    let Json::Number(seq) = seq else { return };
    let body = format!("{{\"nonce\":{},\"seq\":{seq},{content}}}", quote(nonce));
    let mut frame = (body.len() as u32).to_le_bytes().to_vec();
    frame.extend_from_slice(body.as_bytes());
    let _ = channel.write_all(&frame);
}

pub fn serve(call: fn(&[Arg]) -> Answer) {
    // SAFETY: the broker hands the channel over as file descriptor 3 and nothing else owns it.
    let mut channel = unsafe { File::from_raw_fd(3) };
    let load = receive(&mut channel);
    let nonce = load.get("nonce").and_then(Json::text).unwrap_or("").to_owned();
    send(&mut channel, &nonce, load.get("seq").unwrap_or(&Json::Null), "\"loaded\":true");
    std::panic::set_hook(Box::new(|_| {}));
    loop {
        let question = receive(&mut channel);
        let args = args(question.get("args").unwrap_or(&Json::Null));
        let content = match std::panic::catch_unwind(|| call(&args)) {
            Ok(Ok(value)) => format!("\"value\":{value}"),
            Ok(Err(unfit)) => format!("\"unfit\":{}", quote(&unfit)),
            Err(panic) => {
                let text = panic
                    .downcast_ref::<String>()
                    .map(String::as_str)
                    .or_else(|| panic.downcast_ref::<&str>().copied())
                    .unwrap_or("");
                format!("\"raised\":[\"panic\",{},[]]", quote(text))
            }
        };
        let _ = std::io::stdout().flush();
        send(&mut channel, &nonce, question.get("seq").unwrap_or(&Json::Null), &content);
    }
}
