//! What works on this machine, proved by doing it, and what to do about the rest.

mod trials;

use serde::Serialize;
use synthase_lang::Language;
use synthase_run::{Called, RunError, Runner};
use synthase_sandbox::Finding;
use synthase_types::{Environment, Isolation, Limits, Outcome, Unit, UnitEntry, Value};

use crate::engine::Engine;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it belongs to.
    pub group: Group,
    /// What was looked at.
    pub name: String,
    /// How it is.
    pub status: Status,
    /// What was found, in words.
    pub detail: String,
    /// What to do about it, where there is something to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// What a check belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// The walls around programs.
    Isolation,
    /// The tools of a language.
    Language,
    /// Programs whose verdict is known beforehand.
    Verdict,
    /// Programs that try to harm.
    Hostile,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It works.
    Ok,
    /// It is not there; everything else works without it.
    Missing,
    /// It does not do what it must.
    Broken,
}

/// Looks at everything. `heard` is told of each check as it is done.
pub fn examine(engine: &Engine, mut heard: impl FnMut(&Check)) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut note = |check: Check| {
        heard(&check);
        checks.push(check);
    };
    isolation(Some(engine.runner().isolation())).into_iter().for_each(&mut note);
    for language in synthase_lang::registry::all() {
        note(hello(engine.runner(), language));
    }
    trials::known_verdicts(engine, &mut note);
    trials::hostile(engine, &mut note);
    checks
}

/// Whether programs can be run and judged here: a level of isolation works, at least one language
/// does, and nothing is broken.
pub fn healthy(checks: &[Check]) -> bool {
    let works = |group: Group| checks.iter().any(|check| check.group == group && check.status == Status::Ok);
    works(Group::Isolation) && works(Group::Language) && checks.iter().all(|check| check.status != Status::Broken)
}

/// Looks at each level of isolation, the strongest first, without an engine: there may be none.
pub fn isolation(used: Option<Isolation>) -> Vec<Check> {
    let report = synthase_sandbox::Sandbox::probe();
    let look = |level: Isolation| {
        let in_use = if used == Some(level) { " (in use)" } else { "" };
        let missing = report.pieces.iter().find(|piece| piece.needed_for.contains(&level) && !piece.works());
        let (status, detail, remedy) = match missing.map(|piece| &piece.finding) {
            Some(Finding::Missing { reason, remedy }) => (Status::Missing, reason.clone(), Some(remedy.clone())),
            _ => (Status::Ok, format!("{}{in_use}", level.describe()), None),
        };
        Check { group: Group::Isolation, name: level.to_string(), status, detail, remedy }
    };
    Isolation::ALL.into_iter().rev().map(look).collect()
}

/// Runs a language's hello programs.
pub fn hello(runner: &Runner, language: &Language) -> Check {
    let check = |status, detail: String, remedy| Check {
        group: Group::Language,
        name: language.name.clone(),
        status,
        detail,
        remedy,
    };
    let toolchain = match runner.toolchain(language) {
        Ok(toolchain) => toolchain,
        Err(error @ RunError::MissingTool { .. }) => {
            return check(Status::Missing, error.to_string(), error.remedy());
        }
        Err(error) => return check(Status::Broken, error.to_string(), error.remedy()),
    };
    let mut forms = vec!["stdin/stdout"];
    if let Err(why) = says_hello(runner, language) {
        return check(Status::Broken, format!("{}: {why}", toolchain.version), Some(reinstall(language)));
    }
    if language.call.is_some() {
        if let Err(why) = greets(runner, language) {
            let detail = format!("{}: calls: {why}", toolchain.version);
            return check(Status::Broken, detail, Some(reinstall(language)));
        }
        forms.push("function calls");
    }
    check(Status::Ok, format!("{}: {}", toolchain.version, forms.join(", ")), None)
}

fn reinstall(language: &Language) -> String {
    format!("install it anew, or a newer version: {}", language.toolchain.install)
}

fn says_hello(runner: &Runner, language: &Language) -> Result<(), String> {
    let unit = unit(language, &language.hello.source, UnitEntry::Stdio);
    let run = runner
        .lane()
        .script(&unit, &generous(), &Environment::default(), b"world\n", &[])
        .map_err(|error| error.to_string())?;
    match (run.outcome, run.stdout.to_text().trim()) {
        (Outcome::Exited(0), "hello, world") => Ok(()),
        (Outcome::Exited(0), other) => Err(format!("the hello program printed {}", Value::str(other))),
        (outcome, _) => Err(format!("the hello program {outcome}: {}", run.stderr.to_text().trim())),
    }
}

fn greets(runner: &Runner, language: &Language) -> Result<(), String> {
    let signature = "greet(name: str) -> str".parse().map_err(|error| format!("{error}"))?;
    let source = language.hello.call.as_deref().unwrap_or_default();
    let unit = unit(language, source, UnitEntry::Function(signature));
    let called = runner
        .lane()
        .call(&unit, &generous(), &Environment::default(), &["world".into()], false)
        .map_err(|error| error.to_string())?;
    match called {
        Called::Ran(run) if run.value == Some(Value::from("hello, world")) => Ok(()),
        Called::Ran(run) => Err(format!("the hello function {}: {}", run.outcome, run.stderr.to_text().trim())),
        Called::Unfit(what) | Called::Uncallable(what) => Err(what),
    }
}

fn unit(language: &Language, source: &str, entry: UnitEntry) -> Unit {
    Unit { language: language.name.clone(), prelude: String::new(), source: source.to_owned(), entry }
}

/// Limits that a hello program meets on any machine.
fn generous() -> Limits {
    Limits::for_cpu(std::time::Duration::from_secs(10))
}
