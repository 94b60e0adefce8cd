//! What lines and functions cost.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::json;
use synthase_types::{Environment, Limits, Unit, Value};

use crate::answer::BadFrame;
use crate::error::RunError;
use crate::instrument::ask::{Begun, Heard, Watched, begin, ordinary};
use crate::instrument::text::line_of;
use crate::instrument::trace::SourceText;
use crate::instrument::tracer::Bounds;
use crate::instrument::wire::{End, Sums, part};
use crate::lane::{Called, Lane, starved};

/// The most bytes of a profile.
const MOST_BYTES: u64 = 16 << 20;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// Time, in nanoseconds.
    Time,
    /// Memory that the language's allocators gave, in bytes.
    Memory,
}

impl Measure {
    fn name(self) -> &'static str {
        match self {
            Measure::Time => "time",
            Measure::Memory => "memory",
        }
    }
}

/// A profile of one call.
///
/// The figures are what the profiled process measured itself. What the profiler does between two lines
/// is left out; what it takes to call it is not, and `overhead` says how much that is for each event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// What was measured.
    pub measure: Measure,
    /// The lines of the program that were executed, in order.
    pub lines: Vec<LineCost>,
    /// The functions that were called.
    pub functions: Vec<FunctionCost>,
    /// How many events the profiler saw.
    pub events: u64,
    /// Nanoseconds for each event that are the profiler's and still in the figures of time.
    pub overhead: u64,
    /// Nanoseconds for each event that profiling takes in all.
    pub cost: u64,
    /// Whether the program took the profiler away on the way, so that the rest is missing.
    pub lost: bool,
}

/// What a line cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineCost {
    /// The function.
    pub function: String,
    /// The text in which it stands.
    pub file: SourceText,
    /// The line.
    pub line: u32,
    /// How often it was executed. The line of a `def` gets what entering costs, and no count.
    pub count: u64,
    /// Time: processor time of all its executions, without calls of the program's functions. Memory: by
    /// how much more was held after them than before.
    pub own: i64,
    /// Time: elapsed time of all its executions. Memory: the most held above what was held before one.
    pub other: i64,
}

/// What a function cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionCost {
    /// The function.
    pub function: String,
    /// The text in which it stands.
    pub file: SourceText,
    /// The line on which it begins.
    pub line: u32,
    /// How often it was entered; a generator that goes on is entered again.
    pub count: u64,
    /// Like that of its lines, all together.
    pub own: i64,
    /// Time: processor time with all calls inside it. Memory: the most held during one call above what was
    /// held before it.
    pub all: i64,
}

/// What came of a profiled call.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiled {
    /// What came of the call itself.
    pub called: Called,
    /// The profile; none if the program did not come to its end.
    pub profile: Option<Profile>,
}

impl Lane<'_> {
    /// Calls the entry point of a unit under a profiler, in a process of its own. Functions of other
    /// texts count for the line that calls them.
    ///
    /// # Errors
    /// The language has no profiler, or the program could not be run.
    pub fn profile(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        args: &[Value],
        measure: Measure,
    ) -> Result<Profiled, RunError> {
        let watched = Watched { unit, limits, environment, args, bytes: MOST_BYTES, kind: measure.name() };
        let runner = self.runner;
        let profiled = {
            let _others = runner.share();
            self.profile_once(&watched, measure)?
        };
        let profiled = match &profiled {
            Some(Profiled { called: Called::Ran(run), .. }) if starved(run, limits) => {
                let _alone = runner.alone();
                self.profile_once(&watched, measure)?
            }
            _ => profiled,
        };
        match profiled {
            Some(profiled) => Ok(profiled),
            None => Ok(Profiled { called: ordinary(self, &watched)?, profile: None }),
        }
    }

    /// One try. None if the process blames the task's prelude.
    fn profile_once(&mut self, watched: &Watched<'_>, measure: Measure) -> Result<Option<Profiled>, RunError> {
        let none = |called| Ok(Some(Profiled { called, profile: None }));
        let what = json!({ "load": false, "bounds": Bounds::default() });
        let (mut frame, talk) = match begin(self, watched, what)? {
            Begun::Not(called) => return none(called),
            Begun::Heard(Heard::Ended(run)) => return none(Called::Ran(run)),
            Begun::Heard(Heard::Frame(both)) => *both,
        };
        let read = part(&mut frame, "answer").and_then(|answer| {
            let (sums, end) = (part(&mut frame, "profile")?, part(&mut frame, "end")?);
            Ok((answer, profile(measure, sums, &end)?))
        });
        match read {
            Err(bad) => none(Called::Ran(talk.tampered(bad))),
            Ok((answer, profile)) => {
                Ok(talk.answered(answer).map(|run| Profiled { called: Called::Ran(run), profile: Some(profile) }))
            }
        }
    }
}

fn profile(measure: Measure, sums: Sums, end: &End) -> Result<Profile, BadFrame> {
    let of =
        |number: usize| sums.functions.get(number).ok_or_else(|| BadFrame("figures of an unknown function".to_owned()));
    let lines = sums.lines.iter().map(|(number, line, count, own, other)| {
        let function = of(*number)?;
        let (name, file) = (function.name.clone(), function.file);
        Ok(LineCost { function: name, file, line: *line, count: *count, own: *own, other: *other })
    });
    let functions = sums.calls.iter().map(|(number, count, own, all)| {
        let function = of(*number)?;
        let (name, file) = (function.name.clone(), function.file);
        Ok(FunctionCost { function: name, file, line: function.first, count: *count, own: *own, all: *all })
    });
    let mut lines = lines.collect::<Result<Vec<_>, BadFrame>>()?;
    lines.sort_by(|a, b| (a.file, a.line, &a.function).cmp(&(b.file, b.line, &b.function)));
    Ok(Profile {
        measure,
        lines,
        functions: functions.collect::<Result<_, BadFrame>>()?,
        events: end.events,
        overhead: sums.in_figures,
        cost: sums.in_all,
        lost: end.lost,
    })
}

impl Profile {
    /// The text for people: a row for each line, with its text where the program's is given, and a row for
    /// each function.
    pub fn text(&self, source: Option<&str>) -> String {
        let source: Vec<&str> = source.map(|text| text.lines().collect()).unwrap_or_default();
        let heads = match self.measure {
            Measure::Time => ["processor", "elapsed", "with calls"],
            Measure::Memory => ["kept", "peak", "peak"],
        };
        let mut out = format!("{:>6} {:>8} {:>12} {:>12}\n", "line", "count", heads[0], heads[1]);
        for line in &self.lines {
            let text = match line.file {
                SourceText::Program => line_of(&source, line.line),
                SourceText::Prelude => "(prelude)",
            };
            let (own, other) = (self.amount(line.own), self.amount(line.other));
            let row = format!("{:>6} {:>8} {own:>12} {other:>12}  {text}", line.line, line.count);
            let _ = writeln!(out, "{}", row.trim_end());
        }
        let _ = writeln!(out, "{:>15} {:>12} {:>12}", "calls", heads[0], heads[2]);
        for function in &self.functions {
            let (own, all) = (self.amount(function.own), self.amount(function.all));
            let _ = writeln!(
                out,
                "{:>15} {own:>12} {all:>12}  {} (line {})",
                function.count, function.function, function.line
            );
        }
        let _ = match self.measure {
            Measure::Time => writeln!(
                out,
                "{} events; of each, about {} ns in these figures are the profiler's, which takes {} ns in all",
                self.events, self.overhead, self.cost
            ),
            Measure::Memory => writeln!(out, "{} events; profiling takes about {} ns for each", self.events, self.cost),
        };
        if self.lost {
            let _ = writeln!(out, "… the program ended the profiling");
        }
        out
    }

    fn amount(&self, amount: i64) -> String {
        match self.measure {
            Measure::Time => format!("{:.1} µs", amount as f64 / 1e3),
            Measure::Memory => format!("{amount} B"),
        }
    }
}
