//! How a search ends, and what it then says.

use std::time::Duration;

use synthase_run::Cancel;
use synthase_types::{Budget, Resource, StopReason, Verdict};

use crate::world::{Wound, solve_with, task, terms, wanted};

const DOUBLE: &str = "+++\nentry = \"f(x: int) -> int\"\n+++\n| x | → |\n|--|--|\n| 1 | 2 |\n| 5 | 10 |\n| 0 | 0 |\n";

fn still() -> Wound {
    Wound::by(Duration::ZERO)
}

#[test]
fn what_fits_is_judged_and_kept() {
    let solution = solve_with(&task(DOUBLE), &wanted(terms(100_000)), &still(), &Cancel::default(), None);
    assert_eq!(solution.stop, StopReason::Solved);
    assert!(solution.best().unwrap().judgement.holds() && solution.partial.is_none());
    assert!(solution.spend.terms > 0 && solution.spend.executions > 3);
}

#[test]
fn literal_asserts_are_aimed_at() {
    let text = format!("{DOUBLE}\n```python tests\nassert f(7) == 14\nassert f(-3) == 100\n```\n");
    let solution = solve_with(&task(&text), &wanted(terms(100_000)), &still(), &Cancel::default(), None);
    // Both are met: by a case of its own for the odd one, if need be.
    assert!(solution.best().is_some_and(|best| best.judgement.holds()), "{solution:?}");
}

#[test]
fn programs_that_fit_and_fail_a_test_are_no_solution() {
    let text = format!("{DOUBLE}\n```python tests\ndef test_all():\n    assert f(2) > 100\n```\n");
    let solution = solve_with(&task(&text), &wanted(terms(100_000)), &still(), &Cancel::default(), None);
    assert!(solution.best().is_none());
    assert_ne!(solution.stop, StopReason::Exhausted, "not everything was tried");
    let nearest = solution.partial.unwrap();
    assert!(matches!(nearest.judgement.verdict, Verdict::Fails(_)) && nearest.judgement.held() == 3);
    assert!(solution.notes.iter().any(|note| note.contains("a test fails")), "{:?}", solution.notes);
}

#[test]
fn a_spent_search_lists_the_examples_and_does_not_call_that_solved() {
    let text = "| x | → |\n|--|--|\n| 1 | 7919 |\n| 2 | 104729 |\n| 3 | 15485863 |\n";
    let solution = solve_with(&task(text), &wanted(terms(20_000)), &still(), &Cancel::default(), None);
    assert_eq!(solution.stop, StopReason::BudgetSpent(Resource::Terms));
    assert!(solution.best().is_some_and(|best| best.look_up_table && best.judgement.holds()));
    assert!(solution.partial.is_some());
}

#[test]
fn what_was_found_is_judged_even_when_the_time_is_up() {
    // Each look at this clock takes a second: the time ends during the search.
    let clock = Wound::by(Duration::from_secs(1));
    let budget = Budget { wall_ms: Some(4_000), ..Budget::default() };
    let solution = solve_with(&task(DOUBLE), &wanted(budget), &clock, &Cancel::default(), None);
    let judged = solution.groups.iter().flatten().chain(&solution.partial);
    assert!(judged.into_iter().any(|ranked| !ranked.judgement.probes.is_empty()), "{solution:?}");
}

#[test]
fn a_stopped_search_says_so() {
    let cancel = Cancel::default();
    cancel.cancel();
    let solution = solve_with(&task(DOUBLE), &wanted(terms(100_000)), &still(), &cancel, None);
    assert_eq!(solution.stop, StopReason::Cancelled);
    assert!(solution.best().is_none());
}
