//! Inputs with the edges that printed programs stumble over.
//!
//! They avoid just the differences that `print` allows: control separators, combining signs, and
//! characters from U+E000 to U+FFFF, which JavaScript orders elsewhere.

use synthase_symbolic::{Program, Target};
use synthase_types::{IntWidth, Type, Value};

use crate::rng::Rng;

/// The arguments of one call.
pub(crate) struct Row {
    pub(crate) args: Vec<Value>,
    /// Whether integers lie beyond what JavaScript's numbers hold once they are added or multiplied.
    pub(crate) large: bool,
}

/// Rows for parameters of these types; always the same for the same types.
pub(crate) fn rows(types: &[Type]) -> Vec<Row> {
    let mut rng = Rng(7);
    let mut rows: Vec<Row> = Vec::new();
    for i in 0..14 {
        let large = i >= 12;
        let args = types.iter().map(|ty| value(&mut rng, ty, if i == 0 { 0 } else { 6 }, large)).collect();
        rows.push(Row { args, large });
    }
    rows
}

/// Whether a language is held to the answer on a row.
pub(crate) fn is_held(target: Target, program: &Program, row: &Row, answer: &Value) -> bool {
    let components = program.components();
    let uses = |names: &[&str]| names.iter().any(|name| components.contains_key(name));
    if uses(&["char"]) && uses(&["trim", "words"]) {
        // Control separators, which are white space here and there.
        return false;
    }
    let has_special = |value: &Value| value.to_string().contains(['ß', 'Σ']);
    let in_program = program.to_string().contains(['ß', 'Σ']);
    if target == Target::Python && uses(&["capitalize"]) && (in_program || row.args.iter().any(has_special)) {
        return false;
    }
    if target != Target::JavaScript {
        return true;
    }
    let multiplies = uses(&["mul", "pow", "product", "fold", "scan"]);
    let grows = uses(&["pow", "product", "fold", "scan"]);
    largest(answer) <= 1 << 53
        && !(row.large && (multiplies || row.args.iter().map(largest).max() > Some(1 << 51)))
        && !(grows && row.args.iter().map(largest).max() > Some(7))
}

fn largest(value: &Value) -> u64 {
    match value {
        Value::Int(n) => n.to_i64().map_or(u64::MAX, i64::unsigned_abs),
        Value::List(items) | Value::Tuple(items) => items.iter().map(largest).max().unwrap_or(0),
        _ => 0,
    }
}

const INTS: [i64; 20] = [0, 1, -1, 2, -2, 3, 4, 5, 6, 7, -7, 10, 12, -13, 15, 20, 100, 255, -1000, 2026];
const LARGE: [i64; 7] =
    [1 << 40, -(1 << 40) - 3, 1_000_000_007, (1 << 53) - 1, i64::MAX, i64::MIN, -9_000_000_000_000_000_000];
const FLOATS: [f64; 14] = [0.0, 1.0, -1.5, 0.1, 2.5, 3.5, 1e10, -0.001, 31.4159, 100.0, 0.5, 1.005, 99.995, -2.675];
const TEXTS: [&str; 38] = [
    "",
    "a",
    "Hello World",
    "hello, world",
    "  two  words ",
    "line one\nline two\r\n\tend",
    "naïve café",
    "Straße ΑΣ Éa",
    "😀a😀b",
    "it's \"quoted\" \\ {x} %s `$y`",
    "12",
    "-7",
    "+5",
    "007",
    "3.25",
    "-0.5",
    "2026-01-31",
    "2024-02-29",
    "ff",
    "1010",
    "777",
    "a-b-c--d",
    "a1b22c333",
    "key=value;k=v",
    "AAABBBCC",
    "中文 日本",
    "𝒳y",
    "xxx",
    "a.b.c",
    "ABC",
    "abc123",
    "UPPER lower",
    " ",
    "\u{a0}x\u{3000}",
    "x²½",
    "the the cat",
    "one,two,,three",
    "9",
];
const DATES: [&str; 9] = [
    "2026-01-31",
    "2024-02-29",
    "1999-12-31",
    "0001-01-01",
    "9999-12-31",
    "2000-03-01",
    "1970-01-01",
    "2023-07-09",
    "0099-10-10",
];

/// A value of a type; lists have up to so many elements.
pub(crate) fn value(rng: &mut Rng, ty: &Type, most: usize, large: bool) -> Value {
    match ty {
        Type::Bool => rng.percent(50).into(),
        Type::Int(width) => int(rng, *width, most, large),
        Type::Float if most == 0 => 0.0.into(),
        Type::Float if rng.percent(30) => (rng.below(4000) as f64 / 64.0 - 20.0).into(),
        Type::Float => (*rng.pick(&FLOATS)).into(),
        Type::Str if most == 0 => "".into(),
        Type::Str => text(rng).into(),
        Type::Tagged(tag) => Value::tagged(tag.clone(), *rng.pick(&DATES)),
        Type::List(of) => {
            let length = if most == 0 { 0 } else { rng.below(most + 1) };
            let mut items: Vec<Value> = (0..length).map(|_| value(rng, of, most, large)).collect();
            if items.len() > 1 && rng.percent(50) {
                // Equal elements matter to sorting, counting and runs.
                let (from, to) = (rng.below(items.len()), rng.below(items.len()));
                items[to] = items[from].clone();
            }
            Value::List(items)
        }
        Type::Tuple(items) => Value::Tuple(items.iter().map(|item| value(rng, item, most, large)).collect()),
        other => panic!("no inputs of type {other}"),
    }
}

fn int(rng: &mut Rng, width: IntWidth, most: usize, large: bool) -> Value {
    let n = match (most, large && rng.percent(60)) {
        (0, _) => 0,
        (_, true) => *rng.pick(&LARGE),
        _ => *rng.pick(&INTS),
    };
    Value::int(match width {
        IntWidth::Unbounded => n,
        IntWidth::Signed(bits) if n.unsigned_abs() >> (bits.min(64) - 1) == 0 => n,
        IntWidth::Signed(_) => n % 100,
        IntWidth::Unsigned(bits) => n.rem_euclid(1 << bits.min(62)),
    })
}

fn text(rng: &mut Rng) -> String {
    if rng.percent(70) {
        return (*rng.pick(&TEXTS)).to_owned();
    }
    const ALPHABETS: [&str; 4] = ["abcABC", "ab, -", "0123456789", "aZ9 éß😀中.\n"];
    let alphabet: Vec<char> = rng.pick(&ALPHABETS).chars().collect();
    (0..rng.below(12)).map(|_| *rng.pick(&alphabet)).collect()
}
