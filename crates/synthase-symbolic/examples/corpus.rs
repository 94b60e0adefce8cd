//! Measures the synthesizer on task documents: `cargo run --release --example corpus -- DIR... [-- NAME]`.
//!
//! The held-out rows of each document grade; the library never sees them. With a name, only tasks
//! whose file name contains it are run, and all their programs are printed.

#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use synthase_symbolic::{Answer, COMPONENTS, Cannot, Options, Problem, Program, synthesize};
use synthase_types::probe::Expect;
use synthase_types::task::document::Document;
use synthase_types::task::read::{read_document, read_section};
use synthase_types::ty::fit::fit;
use synthase_types::{Signature, Task, Value};

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let only = args.iter().position(|arg| arg == "--").and_then(|at| args.split_off(at).pop());
    let limit: f64 = std::env::var("LIMIT").ok().and_then(|s| s.parse().ok()).unwrap_or(5.0);
    let mut files: Vec<PathBuf> = args
        .iter()
        .flat_map(|dir| std::fs::read_dir(dir).unwrap_or_else(|e| panic!("{dir}: {e}")))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(".task.md"))
        .collect();
    files.sort();
    let (mut tasks, mut fits, mut right, mut later, mut tables) = (0, 0, 0, 0, 0);
    let mut times = Vec::new();
    let mut longest_unasked = (Duration::ZERO, String::new());
    let mut uses: BTreeMap<&str, usize> = COMPONENTS.iter().map(|component| (component.name, 0)).collect();
    for path in &files {
        let name = path.file_name().expect("a name").to_string_lossy().replace(".task.md", "");
        if only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        let text = std::fs::read_to_string(path).expect("a text");
        let task = match read_document(&text, &name) {
            Ok(task) => task,
            Err(e) => {
                println!("SKIP  {name}: {e}");
                continue;
            }
        };
        let Some(problem) = problem(&task) else {
            println!("SKIP  {name}: no function with examples of values");
            continue;
        };
        let held_out = held_out(&text, &problem.signature);
        tasks += 1;
        // Once to warm up, once to measure.
        if std::env::var("ONCE").is_err() {
            let _ = run(&problem, limit);
        }
        let start = cpu_seconds();
        let (answer, unasked) = run(&problem, limit);
        let seconds = cpu_seconds() - start;
        times.push(seconds);
        if unasked > longest_unasked.0 {
            longest_unasked = (unasked, name.clone());
        }
        let answer = match answer {
            Ok(answer) => answer,
            Err(cannot) => {
                println!("CANNOT {name}: {cannot}");
                continue;
            }
        };
        let best = answer.programs.first();
        let holds = |program: &Program, row: &(Vec<Value>, Expect)| match (&row.1, program.eval(&row.0)) {
            (Expect::Value(expected), Ok(got)) => task.equality.holds(expected, &got),
            (Expect::Raises(_), Err(_)) => true,
            _ => false,
        };
        let wrong: Vec<_> = held_out.iter().filter(|row| best.is_none_or(|f| !holds(&f.program, row))).collect();
        let table = best.is_some_and(|f| f.look_up_table);
        fits += usize::from(best.is_some() && !table);
        tables += usize::from(table);
        right += usize::from(wrong.is_empty() && !table);
        if let Some(found) = best.filter(|_| wrong.is_empty() && !table) {
            found.program.components().into_keys().for_each(|component| *uses.entry(component).or_default() += 1);
        }
        let verdict = if table {
            "TABLE"
        } else if wrong.is_empty() {
            "right"
        } else {
            "WRONG"
        };
        let text = best.map_or("-".to_owned(), |f| format!("{} {}", f.cost, f.program));
        println!(
            "{verdict} {name}: {:.0} ms, {} terms, below {}, {text}",
            seconds * 1e3,
            answer.terms,
            answer.none_below
        );
        if let Some(place) = answer.programs.iter().position(|f| held_out.iter().all(|row| holds(&f.program, row)))
            && place > 0
        {
            later += 1;
            println!(
                "        right is number {}: {} {}",
                place + 1,
                answer.programs[place].cost,
                answer.programs[place].program
            );
        }
        for row in wrong.iter().take(2) {
            let got = best.map(|f| f.program.eval(&row.0).map_or_else(|e| e.to_string(), |v| v.to_string()));
            let input: Vec<String> = row.0.iter().map(Value::to_string).collect();
            println!("        {} -> {:?}, got {}", input.join(", "), row.1, got.unwrap_or_default());
        }
        if let Some(partial) = &answer.partial {
            println!("        misses {:?}: {}", partial.misses, partial.program);
        }
        if only.is_some() {
            for found in answer.programs.iter().skip(1) {
                println!("        {} {} {}", found.group, found.cost, found.program);
            }
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get(((times.len().saturating_sub(1)) as f64 * share) as usize).copied().unwrap_or(0.0);
    println!(
        "tasks {tasks}, fit {fits}, look-up tables {tables}, right on all held-out rows {right}, right but not best {later}"
    );
    println!(
        "milliseconds: median {:.1}, 90th percentile {:.1}, most {:.1}",
        at(0.5) * 1e3,
        at(0.9) * 1e3,
        at(1.0) * 1e3
    );
    let (unasked, name) = longest_unasked;
    println!("longest without asking whether to stop: {unasked:.1?} ({name})");
    let mut uses: Vec<(usize, &str)> = uses.into_iter().map(|(component, count)| (count, component)).collect();
    uses.sort();
    let uses: Vec<String> = uses.iter().map(|(count, component)| format!("{component} {count}")).collect();
    println!("right programs that use each component: {}", uses.join(", "));
}

/// The answer, and the longest time in which the search did not ask whether to stop.
fn run(problem: &Problem, limit: f64) -> (Result<Answer, Cannot>, Duration) {
    let start = Instant::now();
    let deadline = Duration::from_secs_f64(limit);
    let (mut last, mut longest) = (start, Duration::ZERO);
    let answer = synthesize(problem, &options(), &mut || {
        let now = Instant::now();
        longest = longest.max(now - last);
        last = now;
        now - start > deadline
    });
    (answer, longest.max(last.elapsed()))
}

fn problem(task: &Task) -> Option<Problem> {
    let examples: Vec<(Vec<Value>, Value)> = task
        .examples
        .iter()
        .filter_map(|example| match &example.expect {
            Expect::Value(value) => Some((example.input.clone(), value.clone())),
            _ => None,
        })
        .collect();
    (!examples.is_empty()).then_some(Problem {
        signature: task.signature()?.clone(),
        examples,
        inputs: task.inputs.clone(),
    })
}

fn held_out(text: &str, signature: &Signature) -> Vec<(Vec<Value>, Expect)> {
    let (_, blocks) = Document::parse(text).split_held_out();
    read_section(&blocks)
        .expect("held-out rows")
        .examples
        .into_iter()
        .filter(|row| row.output.is_some() || row.raises.is_some())
        .map(|row| {
            let input =
                row.input.iter().zip(&signature.params).map(|(v, p)| fit(v, &p.ty).expect("an input")).collect();
            let expect = match (&row.output, &row.raises) {
                (Some(value), _) => Expect::Value(fit(value, &signature.returns).expect("an answer")),
                (None, Some(kind)) => Expect::Raises((!kind.is_empty()).then(|| kind.clone())),
                _ => panic!("a held-out row without an answer"),
            };
            (input, expect)
        })
        .collect()
}

/// The default options, with the effort in terms that the environment names.
fn options() -> Options {
    let terms = std::env::var("TERMS").ok().and_then(|s| s.parse().ok());
    Options {
        max_terms: terms.or(Options::default().max_terms),
        keep: std::env::var("KEEP").ok().and_then(|s| s.parse().ok()).unwrap_or(5),
        ..Options::default()
    }
}

/// The processor time used so far; it does not count what others do on the machine.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}
