//! What the tests work with.

use std::time::Duration;

use synthase_run::{Called, Lane, Run, RunError, Runner, RunnerOptions};
use synthase_types::{Environment, Limits, Outcome, Unit, UnitEntry, Value};

/// A runner whose compiled programs go with it.
pub(crate) fn runner() -> Runner {
    Runner::new(RunnerOptions::default()).expect("some isolation level works here")
}

pub(crate) fn function(language: &str, signature: &str, source: &str) -> Unit {
    Unit {
        language: language.into(),
        prelude: String::new(),
        source: source.into(),
        entry: UnitEntry::Function(signature.parse().unwrap()),
    }
}

pub(crate) fn program(language: &str, source: &str) -> Unit {
    Unit { language: language.into(), prelude: String::new(), source: source.into(), entry: UnitEntry::Stdio }
}

pub(crate) fn limits() -> Limits {
    Limits { memory: 128 << 20, wall: Duration::from_secs(4), ..Limits::for_cpu(Duration::from_secs(1)) }
}

pub(crate) fn call(lane: &mut Lane<'_>, unit: &Unit, args: &[Value]) -> Run {
    match lane.call(unit, &limits(), &Environment::default(), args, false).unwrap() {
        Called::Ran(run) => run,
        Called::Unfit(what) | Called::Uncallable(what) => panic!("{what}"),
    }
}

/// The outcome of one call of a program.
pub(crate) fn outcome_of(language: &str, source: &str) -> Outcome {
    let runner = runner();
    call(&mut runner.lane(), &function(language, "f(x: int) -> int", source), &[1.into()]).outcome
}

pub(crate) fn script(lane: &mut Lane<'_>, unit: &Unit, stdin: &str) -> Run {
    lane.script(unit, &limits(), &Environment::default(), stdin.as_bytes(), &[]).unwrap()
}

/// The languages that are tested everywhere; the others where all are asked for, because the tests of all
/// take minutes.
const EVERYWHERE: [&str; 9] = ["bash", "c", "cpp", "javascript", "lua", "perl", "python", "rust", "sql"];

/// Whether a language can be run here. One that cannot is said so, where the check collects it.
pub(crate) fn works(runner: &Runner, language: &str) -> bool {
    if !EVERYWHERE.contains(&language) && std::env::var_os("SYNTHASE_ALL_LANGUAGES").is_none() {
        synthase_testkit::not_run(&format!("tests of {language}"), "only with `cargo xtask ci --all-languages`");
        return false;
    }
    match runner.toolchain(synthase_lang::by_name(language).unwrap()) {
        Ok(_) => true,
        Err(error @ RunError::MissingTool { .. }) => {
            synthase_testkit::not_run(&format!("tests of {language}"), &error.to_string());
            false
        }
        Err(error) => panic!("{error}"),
    }
}
