//! A search that is run again with its record asks nothing twice and answers the same.

use std::time::Duration;

use synthase_record::Reader;
use synthase_run::Cancel;
use synthase_types::{Event, Solution, StopReason};

use crate::world::{Wound, run, solve_with, task, terms, wanted};

const TASK: &str = "+++\nentry = \"f(text: str) -> str\"\n+++\n| text | → |\n|--|--|\n| \"ab cd\" | \"AB\" |\n| \"x\" | \"X\" |\n\
                    | \"one two\" | ? |\n";

fn count(state: &std::path::Path, wanted: fn(&Event) -> bool) -> usize {
    let events = Reader::open(state).unwrap().events(&run()).unwrap();
    events.iter().filter(|stored| wanted(&stored.event)).count()
}

/// A solution without what was measured.
fn plain(solution: &Solution) -> serde_json::Value {
    fn strip(json: &mut serde_json::Value) {
        match json {
            serde_json::Value::Object(object) => {
                object.remove("usage");
                object.values_mut().for_each(strip);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut json = serde_json::to_value(solution).unwrap();
    strip(&mut json);
    json
}

#[test]
fn nothing_is_asked_twice() {
    let state = tempfile::tempdir().unwrap();
    let clock = Wound::by(Duration::ZERO);
    let solve = || solve_with(&task(TASK), &wanted(terms(100_000)), &clock, &Cancel::default(), Some(state.path()));
    let first = solve();
    let asked = |event: &Event| matches!(event, Event::Proposed { .. } | Event::Judged { .. } | Event::Answered { .. });
    let before = count(state.path(), asked);
    assert!(before >= 3, "{before}");
    let second = solve();
    assert_eq!(count(state.path(), asked), before);
    // Even what was measured is that of the first time.
    assert_eq!(serde_json::to_value(&second).unwrap(), serde_json::to_value(&first).unwrap());
}

#[test]
fn a_stopped_search_is_not_taken_for_an_answer() {
    let state = tempfile::tempdir().unwrap();
    let clock = Wound::by(Duration::ZERO);
    let stopped = Cancel::default();
    stopped.cancel();
    let solve = |cancel: &Cancel, state| solve_with(&task(TASK), &wanted(terms(100_000)), &clock, cancel, state);
    assert_eq!(solve(&stopped, Some(state.path())).stop, StopReason::Cancelled);
    let resumed = solve(&Cancel::default(), Some(state.path()));
    let whole = solve(&Cancel::default(), None);
    assert_eq!(plain(&resumed), plain(&whole));
}
