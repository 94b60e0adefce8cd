//! `cargo xtask ci`: the one check, the same everywhere.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::command::{cargo, output, root, succeed};
use crate::languages::LANGUAGES;
use crate::tools::{NEXTEST, TOOLS};

/// What the README solves first.
const EXAMPLE: &str = "examples/initials.task.md";

pub(crate) fn run(args: &[String]) -> Result<(), String> {
    if let Some(unknown) = args.iter().find(|arg| !["--setup", "--all-languages"].contains(&arg.as_str())) {
        return Err(format!("unknown option `{unknown}`"));
    }
    let all_languages = args.iter().any(|arg| arg == "--all-languages");
    let set_up = args.iter().any(|arg| arg == "--setup") || std::env::var("CI").is_ok_and(|value| value == "true");
    let mut check = Check { steps: Vec::new(), not_run: Vec::new() };
    check.tools(set_up);
    if all_languages {
        check.languages(set_up);
    }
    let collected = not_run_file();
    let _ = std::fs::remove_file(&collected);

    check.step("format", cargo(&["fmt", "--all", "--check"]))?;
    let clippy = ["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    check.step("lints", cargo(&clippy))?;
    check.step("tests", tests(&collected, all_languages))?;
    check.step("documentation examples", cargo(&["test", "--locked", "--workspace", "--doc", "--quiet"]))?;
    let mut documentation = cargo(&["doc", "--locked", "--workspace", "--no-deps", "--quiet"]);
    documentation.env("RUSTDOCFLAGS", "--deny warnings");
    check.step("documentation", documentation)?;
    check.step("release build", cargo(&["build", "--locked", "--release", "--quiet"]))?;
    check.timed("first command of the README", first_command)?;

    check.report(&collected);
    Ok(())
}

/// What was done, and what was not.
struct Check {
    steps: Vec<(String, Duration)>,
    not_run: Vec<String>,
}

impl Check {
    /// Looks for tools, and installs those that are missing if that is wanted.
    fn tools(&mut self, set_up: bool) {
        for tool in TOOLS.iter().chain([&NEXTEST]).filter(|tool| !tool.is_there()) {
            let problem = match set_up {
                true => tool.set_up().err(),
                false => Some(format!("no {}", tool.program)),
            };
            if let Some(problem) = problem {
                self.not_run.push(format!("{}: {problem}; to install it: {}", tool.needed_for, tool.how()));
            }
        }
    }

    /// The same for the languages that are not tested everywhere.
    fn languages(&mut self, set_up: bool) {
        for language in LANGUAGES.iter().filter(|language| !language.is_there()) {
            let problem = match set_up {
                true => language.set_up().err(),
                false => Some(format!("no {}", language.program)),
            };
            if let Some(problem) = problem {
                self.not_run
                    .push(format!("tests of {}: {problem}; to install it: {}", language.title, language.install));
            }
        }
    }

    fn step(&mut self, name: &str, command: Command) -> Result<(), String> {
        self.timed(name, || succeed(command))
    }

    fn timed(&mut self, name: &str, step: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
        println!("== {name}");
        let start = Instant::now();
        step().map_err(|error| format!("{name}: {error}"))?;
        self.steps.push((name.to_owned(), start.elapsed()));
        Ok(())
    }

    fn report(&mut self, collected: &PathBuf) {
        println!("\nall checks passed");
        for (name, time) in &self.steps {
            println!("  {:6.1} s  {name}", time.as_secs_f64());
        }
        if let Ok(lines) = std::fs::read_to_string(collected) {
            self.not_run.extend(lines.lines().map(str::to_owned));
        }
        self.not_run.sort();
        self.not_run.dedup();
        if self.not_run.is_empty() {
            println!("nothing was left out");
            return;
        }
        println!("not run:");
        for line in &self.not_run {
            println!("  {line}");
        }
        println!("`cargo xtask ci --setup` installs what is missing, where it can");
    }
}

/// Where tests write down what they could not run.
fn not_run_file() -> PathBuf {
    root().join("target").join("not-run.txt")
}

fn tests(collected: &PathBuf, all_languages: bool) -> Command {
    let mut command = match NEXTEST.is_there() {
        true => cargo(&["nextest", "run", "--locked", "--workspace"]),
        false => cargo(&["test", "--locked", "--workspace", "--all-targets"]),
    };
    command.env("SYNTHASE_NOT_RUN", collected);
    if all_languages {
        command.env("SYNTHASE_ALL_LANGUAGES", "1");
    }
    command
}

/// Runs the first command of the README and compares what it prints with what the README shows.
fn first_command() -> Result<(), String> {
    let printed = output(cargo(&["run", "--locked", "--release", "--quiet", "--", "solve", EXAMPLE, "--no-record"]))?;
    print!("{printed}");
    let readme = std::fs::read_to_string(root().join("README.md")).map_err(|error| format!("README.md: {error}"))?;
    let command = format!("$ cargo run --release -- solve {EXAMPLE}\n");
    let shown = readme.split_once(&command).and_then(|(_, rest)| rest.split_once("```")).map(|(shown, _)| shown);
    if shown == Some(printed.as_str()) { Ok(()) } else { Err(format!("the README shows another answer:\n{shown:?}")) }
}
