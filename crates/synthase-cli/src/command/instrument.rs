//! `synthase run --trace`, `--profile` and `--debug`: a call that is watched.

use std::path::Path;

use serde::Serialize;
use synthase::run::instrument::debug::{Debugger, Session, script};
use synthase::run::instrument::{Bounds, Level, Measure, Profile, Trace, TraceOptions, coverage, parts, text};
use synthase::run::{Called, Lane, Run};
use synthase::types::{Captured, Environment, Isolation, Limits, Outcome, Unit, Usage, Value};

use crate::args::{Global, InstrumentArgs, ProfileOf, TraceBy};
use crate::command::run::tell_output;
use crate::error::{CliError, Exit, Result};
use crate::{input, output};

/// What was asked for.
pub(crate) enum Asked {
    Trace(TraceBy),
    Profile(ProfileOf),
    Debug(Vec<synthase::run::instrument::debug::Command>),
}

/// What `--json` prints.
#[derive(Default, Serialize)]
struct Printed {
    /// None if the debugger left the program standing.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    stdout: Captured,
    stderr: Captured,
    usage: Usage,
    #[serde(skip_serializing_if = "Option::is_none")]
    isolation: Option<Isolation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<Trace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<coverage::Coverage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Vec<parts::FunctionParts>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Profile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Session>,
}

/// Reads what was asked for, if anything was.
pub(crate) fn asked(args: &InstrumentArgs) -> Result<Option<Asked>> {
    if let Some(by) = args.trace {
        return Ok(Some(Asked::Trace(by)));
    }
    if let Some(of) = args.profile {
        return Ok(Some(Asked::Profile(of)));
    }
    let Some(text) = &args.debug else { return Ok(None) };
    let text = match text.strip_prefix('@') {
        Some(path) => input::read_text(Path::new(path))?,
        None => text.clone(),
    };
    let commands = script(&text).map_err(|error| CliError::usage(format!("--debug: {error}")))?;
    Ok(Some(Asked::Debug(commands)))
}

/// Runs the call and prints what was seen.
pub(crate) fn run(
    lane: &mut Lane<'_>,
    asked: &Asked,
    unit: &Unit,
    limits: &Limits,
    environment: &Environment,
    values: &[Value],
    (global, isolation): (&Global, Isolation),
) -> Result<Exit> {
    let mut printed = Printed { isolation: Some(isolation), ..Printed::default() };
    let (called, text) = match asked {
        Asked::Trace(TraceBy::Coverage) if unit.language == "javascript" => {
            let counted = lane.count_parts(unit, limits, environment, values)?;
            let text = counted.functions.as_deref().map(parts::text);
            printed.parts = counted.functions;
            (Some(counted.called), text.unwrap_or_default())
        }
        Asked::Trace(by) => {
            let level = if *by == TraceBy::Calls { Level::Calls } else { Level::Lines };
            let options = TraceOptions { level, ..TraceOptions::default() };
            let traced = lane.trace(unit, limits, environment, values, &options)?;
            let covered = coverage::coverage(&traced.trace);
            let text = match by {
                TraceBy::Lines => text::lines(&traced.trace, Some(&unit.source)),
                TraceBy::Blocks => text::blocks(&traced.trace),
                TraceBy::Calls => text::calls(&traced.trace),
                TraceBy::Coverage => covered.text(),
            };
            printed.coverage = (level == Level::Lines).then_some(covered);
            printed.trace = Some(traced.trace);
            (Some(traced.called), text)
        }
        Asked::Profile(of) => {
            let measure = match of {
                ProfileOf::Time => Measure::Time,
                ProfileOf::Memory => Measure::Memory,
            };
            let profiled = lane.profile(unit, limits, environment, values, measure)?;
            let text = profiled.profile.as_ref().map(|profile| profile.text(Some(&unit.source)));
            printed.profile = profiled.profile;
            (Some(profiled.called), text.unwrap_or_default())
        }
        Asked::Debug(commands) => {
            let mut debugger = Debugger::new(lane.debug(unit, limits, environment, values, Bounds::default())?);
            debugger.run(commands)?;
            let (live, session) = debugger.into_parts();
            let text = session.to_string();
            printed.session = Some(session);
            (live.called().cloned(), text)
        }
    };
    let run = match called {
        Some(Called::Ran(run)) => Some(run),
        Some(Called::Unfit(what)) => return Err(CliError::input(format!("an argument does not fit: {what}"))),
        Some(Called::Uncallable(what)) => return Err(CliError::input(output::safe_text(&what))),
        None => None,
    };
    let exit = match &run {
        Some(Run { outcome: Outcome::Returned, .. }) | None => Exit::Success,
        Some(_) => Exit::Fails,
    };
    if global.json {
        if let Some(Run { outcome, value, stdout, stderr, usage, .. }) = run {
            printed = Printed { outcome: Some(outcome), value, stdout, stderr, usage, ..printed };
        }
        output::json(&printed)?;
        return Ok(exit);
    }
    output::result(&output::safe_text(&text));
    match &run {
        None => output::note(&format!("left standing; isolation: {isolation}")),
        Some(run) => {
            tell_output(run, false);
            let ended = match (&run.value, output::judgement::complaint(&run.outcome)) {
                (Some(value), _) => format!("returned {}", output::safe_text(&value.to_string())),
                (None, Some((what, message))) => {
                    output::note(&output::judgement::indented(message));
                    what.to_owned()
                }
                (None, None) => run.outcome.to_string(),
            };
            output::note(&format!("{ended}; {}; isolation: {isolation}", output::judgement::usage(&run.usage)));
        }
    }
    Ok(exit)
}
