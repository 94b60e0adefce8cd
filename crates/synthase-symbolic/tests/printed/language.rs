//! How printed programs are put into one program of their language, and what that answers.

use std::fmt::Write;
use std::path::Path;

use serde_json::Value as Json;
use synthase_symbolic::{Target, print};
use synthase_types::{Signature, Type, Value};

/// A printed program, with the rows that it must answer.
pub(crate) struct Printed<'a> {
    pub(crate) signature: &'a Signature,
    pub(crate) source: &'a str,
    /// The number of its inputs in the table, and the rows of them.
    pub(crate) inputs: usize,
    pub(crate) rows: Vec<usize>,
}

/// What runs programs of a language; none where it is missing.
pub(crate) fn tool(target: Target) -> &'static str {
    match target {
        Target::JavaScript => "node",
        Target::Python => "python3",
        Target::Rust => "rustc",
    }
}

/// Runs a command; its output of both kinds, or why there is none.
pub(crate) fn command(argv: &[&str], folder: &Path) -> Result<(bool, String, String), String> {
    #[expect(clippy::disallowed_methods, reason = "what is printed here is the test's own")]
    let output = std::process::Command::new(argv[0])
        .args(&argv[1..])
        .current_dir(folder)
        .output()
        .map_err(|error| format!("{}: {error}", argv[0]))?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok((output.status.success(), text(output.stdout), text(output.stderr)))
}

/// The arguments of every row of an input table, in a language.
fn table(target: Target, tables: &[Vec<Vec<Value>>], owned: impl Fn(&Value) -> Option<String>) -> Vec<Vec<String>> {
    let row = |row: &Vec<Value>| row.iter().map(|v| owned(v).unwrap_or_else(|| missing(target))).collect::<Vec<_>>();
    tables.iter().map(|rows| rows.iter().map(|r| row(r).join(", ")).collect()).collect()
}

/// What stands for an input that a language cannot hold; such rows are never asked for.
fn missing(target: Target) -> String {
    match target {
        Target::JavaScript => "null",
        Target::Python => "None",
        Target::Rust => "Default::default()",
    }
    .to_owned()
}

/// The name of a program's function in a language.
fn function(target: Target, signature: &Signature) -> String {
    synthase_lang::identifier::to_identifier(target.name(), &signature.name)
}

pub(crate) fn python(programs: &[(usize, &Printed<'_>)], tables: &[Vec<Vec<Value>>]) -> String {
    let text = synthase_lang::python::string_literal;
    let mut out = include_str!("driver.py").to_owned();
    for (i, rows) in table(Target::Python, tables, synthase_lang::python::literal).iter().enumerate() {
        let rows: Vec<String> = rows.iter().map(|row| format!("[{row}]")).collect();
        let _ = writeln!(out, "INPUTS[{i}] = lambda: [{}]", rows.join(", "));
    }
    for (i, p) in programs {
        let name = text(&function(Target::Python, p.signature));
        let _ = writeln!(out, "run({i}, {name}, {}, {}, {:?})", text(p.source), p.inputs, p.rows);
    }
    out
}

pub(crate) fn javascript(programs: &[(usize, &Printed<'_>)], tables: &[Vec<Vec<Value>>]) -> String {
    let text = synthase_lang::javascript::string_literal;
    let mut out = include_str!("driver.js").to_owned();
    for (i, rows) in table(Target::JavaScript, tables, synthase_lang::javascript::literal).iter().enumerate() {
        let rows: Vec<String> = rows.iter().map(|row| format!("[{row}]")).collect();
        let _ = writeln!(out, "INPUTS[{i}] = () => [{}];", rows.join(", "));
    }
    for (i, p) in programs {
        let name = text(&function(Target::JavaScript, p.signature));
        let _ = writeln!(out, "run({i}, {name}, {}, {}, {:?});", text(p.source), p.inputs, p.rows);
    }
    out
}

/// The program, and on which of its lines each printed program begins.
pub(crate) fn rust(
    programs: &[(usize, &Printed<'_>)],
    tables: &[Vec<Vec<Value>>],
    types: &[Vec<Type>],
) -> (String, Vec<(usize, usize)>) {
    let mut out = include_str!("driver.rs.txt").to_owned();
    for (i, rows) in table(Target::Rust, tables, synthase_lang::rust::literal).iter().enumerate() {
        let names: Option<Vec<String>> = types[i].iter().map(|ty| print::result_type(Target::Rust, ty)).collect();
        let Some(names) = names else { continue };
        let rows: Vec<String> = rows.iter().map(|row| format!("({row},)")).collect();
        let _ = writeln!(out, "fn inputs_{i}() -> Vec<({},)> {{ vec![{}] }}", names.join(", "), rows.join(", "));
    }
    let mut begins = Vec::new();
    for (i, p) in programs {
        begins.push((out.lines().count() + 1, *i));
        let args: Vec<String> = p
            .signature
            .params
            .iter()
            .enumerate()
            .map(|(k, param)| match param.ty {
                Type::Str | Type::List(_) => format!("&row.{k}"),
                _ => format!("row.{k}.clone()"),
            })
            .collect();
        let (name, args) = (function(Target::Rust, p.signature), args.join(", "));
        let _ = writeln!(out, "mod p{i} {{\n{}", p.source);
        let _ = writeln!(out, "pub fn run_all() {{ for r in {:?} {{", p.rows);
        let _ = writeln!(out, "let row = super::inputs_{}().swap_remove(r);", p.inputs);
        let _ = writeln!(out, "super::emit({i}, r, std::panic::AssertUnwindSafe(|| {name}({args}))); }} }} }}");
    }
    let calls: String = programs.iter().map(|(i, _)| format!("p{i}::run_all();\n")).collect();
    let _ = writeln!(out, "fn main() {{ std::panic::set_hook(Box::new(|_| {{}}));\n{calls}}}");
    (out, begins)
}

/// A value from what a driver wrote.
pub(crate) fn decode(target: Target, json: &Json, ty: &Type) -> Option<Value> {
    let labelled = |label: &str| json.get(label)?.as_str();
    let javascript = target == Target::JavaScript;
    Some(match ty {
        Type::Bool => json.as_bool()?.into(),
        Type::Int(_) if javascript => {
            let x = json.as_f64().filter(|x| x.fract() == 0.0 && x.abs() <= 9_007_199_254_740_992.0)?;
            Value::int(x as i64)
        }
        Type::Int(_) => Value::Int(labelled("i")?.parse().ok()?),
        Type::Float if javascript => json.as_f64()?.into(),
        Type::Float => labelled("f")?.parse::<f64>().ok()?.into(),
        Type::Str => json.as_str()?.into(),
        Type::Tagged(tag) => Value::tagged(tag.clone(), labelled("d")?),
        Type::List(of) => {
            Value::List(json.as_array()?.iter().map(|item| decode(target, item, of)).collect::<Option<_>>()?)
        }
        Type::Tuple(types) => {
            let items = if javascript { json } else { json.get("t")? }.as_array()?;
            if items.len() != types.len() {
                return None;
            }
            let items = items.iter().zip(types).map(|(item, ty)| decode(target, item, ty));
            Value::Tuple(items.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// Whether two answers are the same; the last digits of floats may differ, and the sign of zeros.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(x), Value::Float(y)) => (x - y).abs() <= 1e-12 * x.abs().max(y.abs()),
        (Value::Str(x), Value::Str(y)) => x == y || unsigned_zeros(x) == unsigned_zeros(y),
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        _ => a == b,
    }
}

/// A text without the signs of zeros like `-0.00`.
fn unsigned_zeros(text: &str) -> String {
    let mut out = String::new();
    for (at, c) in text.char_indices() {
        let behind = &text[at + c.len_utf8()..];
        let number: &str = &behind[..behind.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(behind.len())];
        if c != '-' || !number.starts_with('0') || number.contains(|c: char| !matches!(c, '0' | '.')) {
            out.push(c);
        }
    }
    out
}
