//! Which statements and branches of a program ran.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::instrument::trace::{Counts, SourceText, Trace, What};

/// Which parts of the program ran. The task's prelude is no part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The functions of the program. Modules and class bodies are among them where loading was watched.
    pub functions: Vec<FunctionCoverage>,
}

/// Which parts of a function ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionCoverage {
    /// Its name.
    pub name: String,
    /// The line on which it begins.
    pub first: u32,
    /// Its statements, by their first lines, and how often each began.
    pub statements: Vec<(u32, u64)>,
    /// The ways out of its branching statements: from, to (0 is the outside), and how often each was taken.
    pub ways: Vec<(u32, u32, u64)>,
    /// Ways that were taken because of errors.
    pub by_error: Vec<(u32, u32, u64)>,
}

impl Coverage {
    /// How many statements ran, and how many there are.
    pub fn statements(&self) -> (usize, usize) {
        share(self.functions.iter().flat_map(|function| &function.statements).map(|(_, count)| *count))
    }

    /// How many ways out of branching statements were taken, and how many there are.
    pub fn ways(&self) -> (usize, usize) {
        share(self.functions.iter().flat_map(|function| &function.ways).map(|(_, _, count)| *count))
    }

    /// The text for people: one line for each function, then what did not run.
    pub fn text(&self) -> String {
        let (statements, ways) = (self.statements(), self.ways());
        let mut out =
            format!("{} of {} statements, {} of {} ways at branches\n", statements.0, statements.1, ways.0, ways.1);
        for function in &self.functions {
            let left = function.statements.iter().filter(|(_, count)| *count == 0).map(|(line, _)| line.to_string());
            let left: Vec<String> = left.collect();
            let place = |line: u32| if line == 0 { "end".to_owned() } else { line.to_string() };
            let missed = function.ways.iter().filter(|(from, _, count)| {
                // Where the statement itself did not run, that says it.
                *count == 0 && function.statements.iter().any(|(line, hits)| line == from && *hits > 0)
            });
            let missed: Vec<String> = missed.map(|(from, to, _)| format!("{from}→{}", place(*to))).collect();
            let _ = write!(out, "{} (line {})", function.name, function.first);
            let _ = match left.is_empty() {
                true => write!(out, ": all statements"),
                false => write!(out, ": not run: {}", left.join(", ")),
            };
            if !missed.is_empty() {
                let _ = write!(out, "; ways not taken: {}", missed.join(", "));
            }
            out.push('\n');
        }
        out
    }
}

fn share(counts: impl Iterator<Item = u64>) -> (usize, usize) {
    counts.fold((0, 0), |(run, all), count| (run + usize::from(count > 0), all + 1))
}

/// What ran, by the counts of a trace.
pub fn coverage(trace: &Trace) -> Coverage {
    let mut statements: BTreeMap<(usize, u32), u64> = BTreeMap::new();
    for (function, line, count) in &trace.counts.statements {
        *statements.entry((*function, *line)).or_default() += count;
    }
    let functions = trace.functions.iter().enumerate().filter(|(number, function)| {
        let watched = function.body || trace.counts.statements.iter().any(|(of, _, _)| of == number);
        function.file == SourceText::Program && watched
    });
    let functions = functions.map(|(number, function)| {
        let count = |line: u32| statements.get(&(number, line)).copied().unwrap_or(0);
        let taken: BTreeMap<(u32, u32), u64> = trace
            .counts
            .ways
            .iter()
            .filter(|(of, ..)| *of == number)
            .map(|(_, from, to, count)| ((*from, *to), *count))
            .collect();
        let ways = function.arcs.iter().filter(|(from, _)| function.branches.contains(from));
        let by_error = taken.iter().filter(|(way, _)| !function.arcs.contains(way));
        FunctionCoverage {
            name: function.name.clone(),
            first: function.first,
            statements: function.lines.iter().map(|line| (*line, count(*line))).collect(),
            ways: ways.map(|way| (way.0, way.1, taken.get(way).copied().unwrap_or(0))).collect(),
            by_error: by_error.map(|(way, count)| (way.0, way.1, *count)).collect(),
        }
    });
    Coverage { functions: functions.collect() }
}

/// The counts of the recorded events alone. A line that goes on a statement is taken for the nearest
/// statement before it.
pub fn counted(trace: &Trace) -> Counts {
    let functions = trace.function_of_frames();
    let mut at: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    let mut statements: BTreeMap<(usize, u32), u64> = BTreeMap::new();
    let mut ways: BTreeMap<(usize, u32, u32), u64> = BTreeMap::new();
    for event in &trace.events {
        let Some(function) = functions.get(&event.frame).copied() else { continue };
        let (line, statement) = at.get(&event.frame).copied().unwrap_or((0, 0));
        match event.what {
            What::Line => {
                let lines = &trace.functions[function].lines;
                let now = lines.iter().rev().find(|known| **known <= event.line).copied().unwrap_or(event.line);
                if now != statement || line == event.line {
                    *ways.entry((function, statement, now)).or_default() += 1;
                    *statements.entry((function, now)).or_default() += 1;
                }
                at.insert(event.frame, (event.line, now));
            }
            What::Return { .. } => *ways.entry((function, statement, 0)).or_default() += 1,
            _ => {}
        }
    }
    Counts {
        statements: statements.into_iter().map(|((function, line), count)| (function, line, count)).collect(),
        ways: ways.into_iter().map(|((function, from, to), count)| (function, from, to, count)).collect(),
    }
}
