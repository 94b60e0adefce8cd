//! `cargo xtask bench`: the measurements that the documents quote, each with its bound.
//!
//! Absolute times hold on an idle machine with two processors. Beside each stands a floor measured in
//! the same run, and on a loaded machine times are printed and not judged.

mod report;
mod runs;
mod start;
mod suites;

use std::path::PathBuf;

use crate::command::{cargo, root, succeed};
use report::Figure;

/// A measurement.
struct Bench {
    name: &'static str,
    summary: &'static str,
    run: fn(&Setting) -> Result<Vec<Figure>, Problem>,
}

/// Why a bench has no figures.
enum Problem {
    /// It needs something that was not given.
    NotGiven(&'static str),
    /// It failed.
    Failed(String),
}

impl From<String> for Problem {
    fn from(what: String) -> Self {
        Problem::Failed(what)
    }
}

/// All benches, sorted by name.
const BENCHES: &[Bench] = &[
    Bench { name: "corpus", summary: "time and solved tasks over corpus/", run: suites::corpus },
    Bench { name: "leftovers", summary: "what 100,000 runs leave behind", run: runs::leftovers },
    Bench {
        name: "lists-dev",
        summary: "217 list tasks, 5 examples shown, 10 held out (--data DIR)",
        run: suites::lists_dev,
    },
    Bench { name: "runs", summary: "processor time of an empty isolated Python run", run: runs::empty },
    Bench {
        name: "start",
        summary: "time to solve examples/initials.task.md, process start included",
        run: start::initials,
    },
    Bench {
        name: "tasks",
        summary: "a folder of task documents, by their held-out rows (--tasks DIR)",
        run: suites::tasks,
    },
];

/// What a bench works with.
struct Setting {
    /// The program under measurement.
    program: PathBuf,
    /// The folder with public data.
    data: Option<PathBuf>,
    /// A folder of task documents from elsewhere.
    tasks: Option<PathBuf>,
    /// Whether times can be judged: the machine was idle at the start.
    idle: bool,
}

pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let mut names: Vec<&str> = Vec::new();
    let (mut data, mut tasks) = (std::env::var_os("SYNTHASE_DATA").map(PathBuf::from), None);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().map(PathBuf::from).ok_or_else(|| format!("{arg} needs a folder"));
        match arg.as_str() {
            "--data" => data = Some(value()?),
            "--tasks" => tasks = Some(value()?),
            name => names.push(name),
        }
    }
    if let Some(unknown) = names.iter().find(|name| BENCHES.iter().all(|bench| bench.name != **name)) {
        return Err(format!("no bench is called `{unknown}`; there are:\n{}", list()));
    }
    let load = report::load();
    let idle = load < 0.5;
    println!("load before the start: {load:.2}{}", if idle { "" } else { "; times are printed and not judged" });
    succeed(cargo(&["build", "--locked", "--release", "--quiet"]))?;
    let absolute = |path: Option<PathBuf>| path.map(|path| std::path::absolute(&path).unwrap_or(path));
    let program = root().join("target/release/synthase");
    let setting = Setting { program, data: absolute(data), tasks: absolute(tasks), idle };
    let mut missed = 0;
    for bench in BENCHES.iter().filter(|bench| names.is_empty() || names.contains(&bench.name)) {
        println!("\n{}: {}", bench.name, bench.summary);
        match (bench.run)(&setting) {
            Ok(figures) => missed += figures.iter().map(|figure| figure.print(setting.idle)).filter(|ok| !ok).count(),
            Err(Problem::NotGiven(what)) if names.is_empty() => println!("  not run: {what}"),
            Err(Problem::NotGiven(what)) => return Err(format!("{}: {what}", bench.name)),
            Err(Problem::Failed(why)) => return Err(format!("{}: {why}", bench.name)),
        }
    }
    if missed == 0 { Ok(()) } else { Err(format!("{missed} bounds missed")) }
}

pub(crate) fn list() -> String {
    BENCHES.iter().map(|bench| format!("  {:10} {}\n", bench.name, bench.summary)).collect()
}

#[test]
fn the_table_is_sorted() {
    assert!(BENCHES.windows(2).all(|pair| pair[0].name < pair[1].name));
}
