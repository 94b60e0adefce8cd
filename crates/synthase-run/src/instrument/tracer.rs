//! Recording a trace.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use synthase_types::{Environment, Limits, Unit, Value};

use crate::answer::BadFrame;
use crate::error::RunError;
use crate::instrument::ask::{Begun, Heard, Watched, begin, ordinary};
use crate::instrument::coverage;
use crate::instrument::trace::{Counts, Trace};
use crate::instrument::wire::{self, End, Page, part};
use crate::lane::{Called, Lane, starved};

/// How finely a program is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Every line.
    #[default]
    Lines,
    /// Calls, returns and errors only.
    Calls,
}

/// How much of a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bounds {
    /// Characters of a text; two thirds of them are its head.
    pub text: u32,
    /// Items of a container: the first ones and the last.
    pub items: u32,
    /// Levels of containers inside each other.
    pub depth: u32,
    /// Containers and objects in one value, all levels together.
    pub nodes: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { text: 120, items: 12, depth: 5, nodes: 60 }
    }
}

/// What is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceOptions {
    /// How finely.
    pub level: Level,
    /// Whether the program's text is watched from its first line on, and not only the call.
    pub load: bool,
    /// The most events that are recorded. Those that follow are still counted, and so are statements
    /// and ways.
    pub events: u64,
    /// The most bytes of events, as the program's process sends them.
    pub bytes: u64,
    /// How much of each value is shown.
    pub bounds: Bounds,
}

impl Default for TraceOptions {
    fn default() -> Self {
        TraceOptions {
            level: Level::default(),
            load: false,
            events: 100_000,
            bytes: 32 << 20,
            bounds: Bounds::default(),
        }
    }
}

/// What came of tracing a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Traced {
    /// What came of the call itself.
    pub called: Called,
    /// What happened. Empty if the program was not called; what there was up to its end if it was
    /// stopped.
    pub trace: Trace,
}

impl Lane<'_> {
    /// Calls the entry point of a unit under the tracer, in a process of its own.
    ///
    /// The limits hold for the program and the tracer together. A program that recurses without end gets
    /// some levels more than without the tracer.
    ///
    /// # Errors
    /// The language has no tracer, or the program could not be run.
    pub fn trace(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        args: &[Value],
        options: &TraceOptions,
    ) -> Result<Traced, RunError> {
        let watched = Watched { unit, limits, environment, args, bytes: options.bytes, kind: "trace" };
        let runner = self.runner;
        let traced = {
            let _others = runner.share();
            self.trace_once(&watched, options)?
        };
        let traced = match &traced {
            // A loaded machine must not change what is seen.
            Some(Traced { called: Called::Ran(run), .. }) if starved(run, limits) => {
                let _alone = runner.alone();
                self.trace_once(&watched, options)?
            }
            _ => traced,
        };
        match traced {
            Some(traced) => Ok(traced),
            None => Ok(Traced { called: ordinary(self, &watched)?, trace: Trace::default() }),
        }
    }

    /// One try. None if the process blames the task's prelude.
    fn trace_once(&mut self, watched: &Watched<'_>, options: &TraceOptions) -> Result<Option<Traced>, RunError> {
        let what = json!({
            "level": options.level, "load": options.load,
            "events": options.events, "bytes": options.bytes, "bounds": options.bounds,
        });
        let mut trace = Trace::default();
        let mut heard = match begin(self, watched, what)? {
            Begun::Not(called) => return Ok(Some(Traced { called, trace })),
            Begun::Heard(heard) => heard,
        };
        loop {
            let (mut frame, talk) = match heard {
                Heard::Ended(run) => {
                    trace.counts = coverage::counted(&trace);
                    return Ok(Some(Traced { called: Called::Ran(run), trace }));
                }
                Heard::Frame(both) => *both,
            };
            if let Err(bad) = read_page(&mut frame, &mut trace, options) {
                return Ok(Some(Traced { called: Called::Ran(talk.tampered(bad)), trace: Trace::default() }));
            }
            let Some(answer) = frame.remove("answer") else {
                heard = talk.ask(json!({ "op": "more" }))?;
                continue;
            };
            if let Err(bad) = read_end(&mut frame, &mut trace) {
                return Ok(Some(Traced { called: Called::Ran(talk.tampered(bad)), trace: Trace::default() }));
            }
            return Ok(talk.answered(answer).map(|run| Traced { called: Called::Ran(run), trace }));
        }
    }
}

/// Adds the page of a frame to a trace.
fn read_page(frame: &mut Map<String, Json>, trace: &mut Trace, options: &TraceOptions) -> Result<(), BadFrame> {
    let page: Page = part(frame, "page")?;
    trace.functions.extend(page.functions);
    if (trace.events.len() + page.events.len()) as u64 > options.events {
        return Err(BadFrame("more events than were asked for".to_owned()));
    }
    for json in page.events {
        let event = wire::event(json)?;
        wire::check(&event, trace.functions.len())?;
        trace.events.push(event);
    }
    Ok(())
}

fn read_end(frame: &mut Map<String, Json>, trace: &mut Trace) -> Result<(), BadFrame> {
    let end: End = part(frame, "end")?;
    let known = |function: usize| function < trace.functions.len();
    if !end.hits.iter().all(|hit| known(hit.0)) || !end.arcs.iter().all(|arc| known(arc.0)) {
        return Err(BadFrame("counts of an unknown function".to_owned()));
    }
    trace.counts = Counts { statements: end.hits, ways: end.arcs };
    (trace.total, trace.lost) = (Some(end.events), end.lost);
    Ok(())
}
