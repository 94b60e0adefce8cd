//! The corpus, solved in every mode: with one worker and with eight, in one go and stopped half-way
//! and resumed. Every mode must give the answers of one snapshot, `corpus/SOLUTIONS.md`.
//!
//! `UPDATE_EXPECT=1 cargo test -p synthase --test corpus one_worker` rewrites the snapshot, and with it
//! the list of the tasks that use each component.

mod snapshot;

use std::path::{Path, PathBuf};

use expect_test::expect_file;
use synthase::eval::suite::tasks;
use synthase::eval::{LoadOptions, Problem, Row};
use synthase::record::{Journal, Reader, Recorder, RunId};
use synthase::run::Cancel;
use synthase::search::{Wanted, strategy};
use synthase::types::{Budget, Solution};
use synthase::{Engine, EngineOptions, SystemClock};
use synthase_testkit::not_run;

type Solved = (Row, Option<Solution>);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn problems(folder: &Path) -> Vec<Problem> {
    let options = LoadOptions { data: folder.to_owned(), ..LoadOptions::default() };
    (tasks::SUITE.load)(&options).unwrap()
}

/// Effort is counted in terms: with a time in it, answers could differ from machine to machine.
fn wanted() -> Wanted {
    let budget = Budget { terms: synthase::symbolic::Options::default().max_terms, ..Budget::default() };
    Wanted { language: "python".into(), count: 1, budget, seed: 0 }
}

fn engine(workers: usize, cancel: &Cancel) -> Engine {
    let options = EngineOptions { workers, cancel: cancel.clone(), ..EngineOptions::default() };
    Engine::new(options, Box::new(SystemClock::new())).unwrap()
}

/// Solves the problems; stops after so many are done, if a number is given.
fn solve(engine: &Engine, problems: &[Problem], stop: Option<(&Cancel, usize)>) -> Vec<Solved> {
    let enumerate = strategy::by_name("enumerate").unwrap();
    let mut solved = Vec::new();
    engine.grade_all(problems, &wanted(), enumerate, |_, row, solution| {
        solved.push((row, solution));
        if let Some((cancel, after)) = stop
            && solved.len() == after
        {
            cancel.cancel();
        }
    });
    solved
}

#[test]
fn one_worker() {
    let problems = problems(&root().join("corpus"));
    assert!(problems.len() >= 60);
    let solved = solve(&engine(1, &Cancel::default()), &problems, None);
    expect_file![root().join("corpus/SOLUTIONS.md")].assert_eq(&snapshot::answers(&solved));
    let usage = snapshot::usage(&solved);
    expect_file![root().join("crates/synthase-symbolic/src/component/usage.txt")].assert_eq(&usage);
}

#[test]
fn eight_workers() {
    let problems = problems(&root().join("corpus"));
    let solved = solve(&engine(8, &Cancel::default()), &problems, None);
    expect_file![root().join("corpus/SOLUTIONS.md")].assert_eq(&snapshot::answers(&solved));
}

#[test]
fn stopped_half_way_and_resumed() {
    let problems = problems(&root().join("corpus"));
    let state = tempfile::tempdir().unwrap();
    let run = RunId("19700101-000000-0000".into());
    let record = || Recorder::open(state.path(), run.clone(), 0).unwrap();

    let cancel = Cancel::default();
    let first = engine(8, &cancel).recording(record(), Journal::empty());
    let some = solve(&first, &problems, Some((&cancel, problems.len() / 2)));
    first.recorder().close();
    assert_eq!(first.recorder().failure(), None);
    let finished = some.iter().filter(|(_, solution)| solution.as_ref().is_some_and(|s| s.best().is_some())).count();
    assert!(some.len() < problems.len() && finished > 0, "{} of {} done", some.len(), problems.len());

    let journal = Journal::read(Reader::open(state.path()).unwrap(), &run).unwrap();
    let second = engine(1, &Cancel::default()).recording(record(), journal);
    let all = solve(&second, &problems, None);
    second.recorder().close();
    expect_file![root().join("corpus/SOLUTIONS.md")].assert_eq(&snapshot::answers(&all));
}

/// Tasks of other authors are run as well where they are at hand; none may be refused or left unjudged.
#[test]
fn tasks_from_elsewhere() {
    let Some(folder) = std::env::var_os("SYNTHASE_TASKS").map(PathBuf::from) else {
        return not_run("tasks from elsewhere", "SYNTHASE_TASKS names no folder of task documents");
    };
    let problems = problems(&folder);
    let solved = solve(&engine(2, &Cancel::default()), &problems, None);
    assert_eq!(solved.len(), problems.len());
    for (row, _) in &solved {
        assert!(row.error.is_none() && row.held_out.not_judged == 0, "{row:?}");
    }
}
