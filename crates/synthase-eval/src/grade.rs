//! Solving a suite's problems and grading what comes out.

use serde::Serialize;
use synthase_search::{Strategy, Surroundings, Wanted};
use synthase_types::{Solution, StopReason};

use crate::held_out::Grade;
use crate::suite::Problem;

/// How one problem went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The problem.
    pub name: String,
    /// Why the search ended; none if the problem is nothing for the strategy.
    pub stop: Option<StopReason>,
    /// Whether a program was found that is right on everything that was shown.
    pub shown_consistent: bool,
    /// Whether that program is right on everything that was held out.
    pub held_out_correct: bool,
    /// Whether the problem holds nothing out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub without_held_out: bool,
    /// The counts behind it.
    pub held_out: Grade,
    /// Elapsed time of the search, in milliseconds.
    pub wall_ms: u64,
    /// Terms that were tried.
    pub terms: u64,
    /// The program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Whether it lists the examples case by case.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub look_up_table: bool,
    /// What a reader should know of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Why there is no program, where the reason is not the search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How a whole suite went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The suite's name.
    pub suite: String,
    /// How many problems it has.
    pub total: usize,
    /// For how many a program was found that is right on everything that was shown.
    pub shown_consistent: usize,
    /// For how many of those the program is right on everything that was held out.
    pub held_out_correct: usize,
    /// How many problems hold nothing out, so that nothing can be said of them.
    pub without_held_out: usize,
    /// Held-out examples that repeat a shown input.
    pub repeated_inputs: usize,
    /// Held-out examples that could not be judged.
    pub not_judged: usize,
    /// The 50th and 90th percentile and the largest of the search times, in milliseconds.
    pub wall_ms: Percentiles,
    /// The problems in the suite's order.
    pub rows: Vec<Row>,
}

/// A few points of a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Percentiles {
    /// Half are at most this.
    pub p50: u64,
    /// Nine in ten are at most this.
    pub p90: u64,
    /// The largest.
    pub max: u64,
}

impl Percentiles {
    /// The points of these numbers, by the nearest rank.
    pub fn of(mut numbers: Vec<u64>) -> Percentiles {
        numbers.sort_unstable();
        let rank = |percent: usize| match numbers.len() {
            0 => 0,
            count => numbers[(count * percent).div_ceil(100).max(1) - 1],
        };
        Percentiles { p50: rank(50), p90: rank(90), max: rank(100) }
    }
}

/// Solves a problem from what is shown, then grades the best program with what is held out.
pub fn grade_problem(
    problem: &Problem,
    wanted: &Wanted,
    strategy: &Strategy,
    around: &mut Surroundings<'_, '_>,
) -> (Row, Option<Solution>) {
    let started = around.clock.elapsed();
    let solved = synthase_search::solve(&problem.task, wanted, strategy, around);
    let wall_ms = u64::try_from((around.clock.elapsed() - started).as_millis()).unwrap_or(u64::MAX);
    let mut row = Row {
        name: problem.name.clone(),
        stop: None,
        shown_consistent: false,
        held_out_correct: false,
        without_held_out: problem.held_out.is_empty(),
        held_out: Grade::default(),
        wall_ms,
        terms: 0,
        source: None,
        look_up_table: false,
        remarks: Vec::new(),
        error: None,
    };
    let solution = match solved {
        Ok(solution) => solution,
        Err(error) => {
            row.error = Some(error.to_string());
            return (row, None);
        }
    };
    row.stop = Some(solution.stop);
    row.terms = solution.spend.terms;
    if let Some(best) = solution.best() {
        row.shown_consistent = true;
        row.held_out = problem.held_out.grade(&problem.task, &best.candidate, around.lane);
        row.held_out_correct = row.held_out.all_right();
        row.source = Some(best.candidate.source.clone());
        row.remarks = best.remarks.clone();
        row.look_up_table = best.look_up_table;
    }
    (row, Some(solution))
}

/// The report on a suite's rows.
pub fn report(suite: &str, rows: Vec<Row>) -> Report {
    let count = |wanted: fn(&Row) -> bool| rows.iter().filter(|row| wanted(row)).count();
    Report {
        suite: suite.to_owned(),
        total: rows.len(),
        shown_consistent: count(|row| row.shown_consistent),
        held_out_correct: count(|row| row.held_out_correct),
        without_held_out: count(|row| row.without_held_out),
        repeated_inputs: rows.iter().map(|row| row.held_out.repeated).sum(),
        not_judged: rows.iter().map(|row| row.held_out.not_judged).sum(),
        wall_ms: Percentiles::of(rows.iter().map(|row| row.wall_ms).collect()),
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        assert_eq!(Percentiles::of(vec![]), Percentiles::default());
        assert_eq!(Percentiles::of(vec![5]), Percentiles { p50: 5, p90: 5, max: 5 });
        assert_eq!(Percentiles::of((1..=10).rev().collect()), Percentiles { p50: 5, p90: 9, max: 10 });
    }
}
