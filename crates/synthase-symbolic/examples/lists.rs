//! Measures the synthesizer on list tasks: `cargo run --release --example lists -- FILE [NAME]`.
//!
//! The file holds tasks with examples `{"i": input, "o": output}`. The first examples are shown,
//! the others grade. With a name, only tasks whose name contains it are run, and their programs are
//! printed.

#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use synthase_symbolic::{Options, Problem, synthesize};
use synthase_types::{Signature, Value};

const SHOWN: usize = 5;

fn value(json: &Json) -> Value {
    match json {
        Json::Bool(b) => (*b).into(),
        Json::Number(n) => n.as_i64().expect("whole numbers").into(),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        other => panic!("unexpected {other}"),
    }
}

fn ty(name: &str) -> &str {
    match name {
        "list-of-int" => "list[int]",
        "list-of-bool" => "list[bool]",
        other => other,
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let path = args.next().expect("the path of list_tasks.json");
    let only = args.next();
    let limit: f64 = std::env::var("LIMIT").ok().and_then(|s| s.parse().ok()).unwrap_or(5.0);
    let tasks: Vec<Json> = serde_json::from_str(&std::fs::read_to_string(&path).expect("a file")).expect("JSON");
    let (mut fits, mut right, mut hidden_new, mut hidden_new_right) = (0, 0, 0, 0);
    let mut times: Vec<f64> = Vec::new();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for task in &tasks {
        let name = task["name"].as_str().expect("a name");
        if only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        let (input, output) = (task["type"]["input"].as_str().unwrap(), task["type"]["output"].as_str().unwrap());
        let signature: Signature = format!("f(xs: {}) -> {}", ty(input), ty(output)).parse().expect("a signature");
        let rows: Vec<(Vec<Value>, Value)> = task["examples"]
            .as_array()
            .expect("examples")
            .iter()
            .map(|example| (vec![value(&example["i"])], value(&example["o"])))
            .collect();
        let (shown, hidden) = rows.split_at(SHOWN);
        let problem = Problem { signature, examples: shown.to_vec(), inputs: Vec::new() };
        let (start, cpu) = (Instant::now(), cpu_seconds());
        let deadline = Duration::from_secs_f64(limit);
        let answer = synthesize(&problem, &options(), &mut || start.elapsed() > deadline).expect("an answer");
        let seconds = cpu_seconds() - cpu;
        times.push(seconds);
        let best = answer.programs.first();
        let is_right = |row: &(Vec<Value>, Value)| best.is_some_and(|f| f.program.eval(&row.0).as_ref() == Ok(&row.1));
        let all = hidden.iter().all(is_right);
        let new: Vec<_> = hidden.iter().filter(|row| !shown.iter().any(|s| s.0 == row.0)).collect();
        fits += usize::from(best.is_some());
        right += usize::from(all);
        hidden_new += new.len();
        hidden_new_right += new.iter().filter(|row| is_right(row)).count();
        if let Some(found) = best.filter(|_| all) {
            found.program.components().into_keys().for_each(|component| *uses.entry(component).or_default() += 1);
        }
        if !all || only.is_some() {
            let text = best.map_or("-".to_owned(), |f| format!("{} {}", f.cost, f.program));
            println!(
                "{} {name}: {seconds:.2} s, {} terms, level {}, {text}",
                if all { "right" } else { "WRONG" },
                answer.terms,
                answer.none_below
            );
            if only.is_some() {
                for found in answer.programs.iter().skip(1) {
                    println!("      {} {}", found.cost, found.program);
                }
            }
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("tasks {}, fit the shown rows {fits}, right on all hidden rows {right}", times.len());
    println!("hidden rows that repeat no shown input: {hidden_new}, right {hidden_new_right}");
    println!("seconds: median {:.3}, 90th percentile {:.3}, most {:.3}", at(0.5), at(0.9), at(1.0));
    let uses: Vec<String> = uses.iter().map(|(component, count)| format!("{component} {count}")).collect();
    println!("right programs that use each component: {}", uses.join(", "));
}

/// The default options, with the effort in terms that the environment names.
fn options() -> Options {
    let terms = std::env::var("TERMS").ok().and_then(|s| s.parse().ok());
    Options { max_terms: terms.or(Options::default().max_terms), ..Options::default() }
}

/// The processor time used so far; it does not count what others do on the machine.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}
