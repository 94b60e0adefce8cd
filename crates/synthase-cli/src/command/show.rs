//! `synthase show`: shows a recorded run.

use serde::Serialize;
use synthase::record::{Reader, RunId, StoredEvent};
use synthase::types::id::{BlobId, TaskId};
use synthase::types::{Event, Solution};

use crate::args::{Global, Show};
use crate::error::{CliError, Exit, Result};
use crate::{output, session};

/// What `--json` prints.
#[derive(Serialize)]
struct Printed {
    run: String,
    events: Vec<PrintedEvent>,
    solutions: Vec<Solution>,
}

#[derive(Serialize)]
struct PrintedEvent {
    seq: u64,
    at_ms: u64,
    #[serde(flatten)]
    event: Event,
}

pub(crate) fn run(args: Show, global: &Global) -> Result<Exit> {
    let reader = Reader::open(&session::existing_state(global)?)?;
    let run = reader
        .find_run(&args.run)
        .map_err(|error| CliError::from(error).hint("`synthase list runs` shows what is recorded"))?;
    let events = reader.events(&run)?;
    // A resumed run ends its tasks again; the last end counts.
    let mut ends: Vec<(TaskId, u64, BlobId)> = Vec::new();
    for stored in &events {
        if let Event::TaskEnded { task, solution, .. } = &stored.event {
            ends.retain(|(other, ..)| other != task);
            ends.push((*task, stored.seq, *solution));
        }
    }
    let solutions: Vec<(u64, Option<Solution>)> = ends
        .into_iter()
        .map(|(_, seq, blob)| (seq, blob))
        .map(|(seq, blob)| Ok((seq, read_solution(&reader, blob)?)))
        .collect::<Result<_>>()?;
    if global.json {
        let events =
            events.into_iter().map(|StoredEvent { seq, at_ms, event }| PrintedEvent { seq, at_ms, event }).collect();
        let solutions = solutions.into_iter().filter_map(|(_, solution)| solution).collect();
        output::json(&Printed { run: run.to_string(), events, solutions })?;
    } else {
        output::result(&text(&run, &events, &solutions));
    }
    Ok(Exit::Success)
}

fn read_solution(reader: &Reader, blob: BlobId) -> Result<Option<Solution>> {
    let Some(bytes) = reader.blob(blob)? else { return Ok(None) };
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| CliError::input(format!("a recorded solution cannot be read: {error}")))
}

fn text(run: &RunId, events: &[StoredEvent], solutions: &[(u64, Option<Solution>)]) -> String {
    let mut out = format!("run {run}\n\n");
    let start = events.first().map_or(0, |event| event.at_ms);
    for StoredEvent { seq, at_ms, event } in events {
        let seconds = at_ms.saturating_sub(start) as f64 / 1e3;
        out.push_str(&format!("{seconds:8.3} s  {}\n", line(event)));
        let solution = solutions.iter().find(|(at, _)| at == seq).and_then(|(_, solution)| solution.as_ref());
        if let Some(solution) = solution {
            let programs = output::solution::programs(solution, false);
            for line in programs.lines().chain(output::solution::summary(solution).lines()) {
                out.push_str(&format!("            | {}\n", output::safe_text(line)));
            }
        }
    }
    out
}

fn line(event: &Event) -> String {
    match event {
        Event::RunStarted { version, command, seed, .. } => {
            format!("run started: synthase {version} {}, seed {seed}", output::safe_text(&command.join(" ")))
        }
        Event::TaskStarted { task, name, strategy, .. } => {
            format!("task {} `{}`, strategy {strategy}", task.0.short(), output::safe_text(name))
        }
        Event::Proposed { proposer, candidates, spend, .. } => {
            format!("{proposer} proposed {} for {} terms", output::count(candidates.len(), "candidate"), spend.terms)
        }
        Event::Judged { candidate, verdict, spend, .. } => {
            format!(
                "candidate {}: {} ({})",
                candidate.0.short(),
                output::safe_text(verdict),
                output::count(spend.executions as usize, "run")
            )
        }
        Event::Answered { candidate, .. } => {
            format!("candidate {} was run on inputs without examples", candidate.0.short())
        }
        Event::TaskEnded { task, stop, .. } => format!("task {} ended: {stop}", task.0.short()),
        Event::TaskRefused { task, why } => format!("task {} refused: {}", task.0.short(), output::safe_text(why)),
        Event::Resumed => "run resumed".to_owned(),
        Event::RunEnded => "run ended".to_owned(),
    }
}
