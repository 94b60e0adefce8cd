//! What a test works with.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use synthase_record::{Journal, Reader, Recorder, RunId};
use synthase_run::{Cancel, Runner, RunnerOptions};
use synthase_search::{Clock, Surroundings, Wanted, solve, strategy};
use synthase_types::task::read::read_document;
use synthase_types::{Budget, Solution, Task};

/// A clock that goes on by a step each time it is looked at.
pub(crate) struct Wound {
    now: AtomicU64,
    step: u64,
}

impl Wound {
    pub(crate) fn by(step: Duration) -> Wound {
        Wound { now: AtomicU64::new(0), step: u64::try_from(step.as_millis()).unwrap() }
    }
}

impl Clock for Wound {
    fn now_ms(&self) -> u64 {
        0
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.now.fetch_add(self.step, Ordering::Relaxed))
    }
}

pub(crate) fn task(text: &str) -> Task {
    read_document(text, "t").unwrap()
}

pub(crate) fn wanted(budget: Budget) -> Wanted {
    Wanted { language: "python".into(), count: 1, budget, seed: 0 }
}

/// A bounded effort that is enough for small tasks.
pub(crate) fn terms(terms: u64) -> Budget {
    Budget { terms: Some(terms), ..Budget::default() }
}

pub(crate) fn run() -> RunId {
    RunId("19700101-000000-0000".into())
}

/// Solves with what surrounds a search: a clock, a way to be stopped, a record in a folder if one is
/// given, and what that record knows already.
pub(crate) fn solve_with(
    task: &Task,
    wanted: &Wanted,
    clock: &dyn Clock,
    cancel: &Cancel,
    state: Option<&Path>,
) -> Solution {
    let runner = Runner::new(RunnerOptions { cancel: cancel.clone(), ..RunnerOptions::default() }).unwrap();
    let journal =
        state.and_then(|state| Journal::read(Reader::open(state).ok()?, &run()).ok()).unwrap_or_else(Journal::empty);
    let recorder = state.map_or_else(Recorder::off, |state| Recorder::open(state, run(), 0).unwrap());
    let mut lane = runner.lane();
    let enumerate = strategy::by_name("enumerate").unwrap();
    let mut around = Surroundings { lane: &mut lane, recorder: &recorder, journal: &journal, clock, cancel };
    let solution = solve(task, wanted, enumerate, &mut around).unwrap();
    recorder.close();
    assert_eq!(recorder.failure(), None);
    solution
}
