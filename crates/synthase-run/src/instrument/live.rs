//! The debugger of a program that runs.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use serde_json::{Map, Value as Json, json};
use synthase_types::{Environment, Limits, Unit, Value};

use crate::answer::BadFrame;
use crate::error::RunError;
use crate::instrument::ask::{Begun, Heard, Talk, Watched, begin, ordinary};
use crate::instrument::debug::{Debuggee, Go, Place, Stop};
use crate::instrument::trace::Function;
use crate::instrument::tracer::Bounds;
use crate::instrument::wire::{self, Stop as ToldStop, part};
use crate::lane::{Called, Lane};

/// The most bytes that a debugged program may say about itself.
const MOST_BYTES: u64 = 256 << 20;

/// A program that was called and stands still until it is told to go on. Its limits count while it runs,
/// not while it stands. It ends when this value goes.
pub struct Live<'l> {
    state: State,
    functions: Vec<Function>,
    /// The lane cannot do anything else meanwhile.
    _lane: PhantomData<&'l mut ()>,
}

#[expect(clippy::large_enum_variant, reason = "it is returned once for each question and never stored in numbers")]
enum State {
    Stopped(Box<(Stop, Talk)>),
    Ended(Called),
    /// The prelude is said to be at fault.
    BadPrelude,
}

impl Lane<'_> {
    /// Calls the entry point of a unit under the debugger, in a process of its own, and stops at the
    /// first event after the call.
    ///
    /// # Errors
    /// The language has no debugger, or the program could not be run.
    pub fn debug(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        args: &[Value],
        bounds: Bounds,
    ) -> Result<Live<'_>, RunError> {
        let runner = self.runner;
        let turn = runner.share();
        let watched = Watched { unit, limits, environment, args, bytes: MOST_BYTES, kind: "debug" };
        let what = json!({ "load": false, "breaks": [], "bounds": bounds });
        let mut live = Live { state: State::BadPrelude, functions: Vec::new(), _lane: PhantomData };
        match begin(self, &watched, what)? {
            Begun::Not(called) => live.state = State::Ended(called),
            Begun::Heard(heard) => live.hear(heard),
        }
        drop(turn);
        if matches!(live.state, State::BadPrelude) {
            live.state = State::Ended(ordinary(self, &watched)?);
        }
        Ok(live)
    }
}

impl Live<'_> {
    /// What came of the call; none while the program stands still.
    pub fn called(&self) -> Option<&Called> {
        match &self.state {
            State::Ended(called) => Some(called),
            State::Stopped(_) | State::BadPrelude => None,
        }
    }

    fn hear(&mut self, heard: Heard) {
        self.state = match heard {
            Heard::Ended(run) => State::Ended(Called::Ran(run)),
            Heard::Frame(both) => {
                let (mut frame, talk) = *both;
                match frame.remove("answer") {
                    Some(answer) => match talk.answered(answer) {
                        Some(run) => State::Ended(Called::Ran(run)),
                        None => State::BadPrelude,
                    },
                    None => match self.stopped(&mut frame) {
                        Ok(stop) => State::Stopped(Box::new((stop, talk))),
                        Err(bad) => State::Ended(Called::Ran(talk.tampered(bad))),
                    },
                }
            }
        }
    }

    fn stopped(&mut self, frame: &mut Map<String, Json>) -> Result<Stop, BadFrame> {
        let told: ToldStop = part(frame, "stop")?;
        self.functions.extend(told.functions);
        let event = wire::event(told.event)?;
        let places = told.stack.iter().map(|(function, line)| {
            let function = self.functions.get(*function).ok_or_else(|| BadFrame("an unknown function".to_owned()))?;
            Ok(Place::new(function, *line))
        });
        let stack = places.collect::<Result<_, BadFrame>>()?;
        let changes = event.changes.into_iter();
        let mut variables: Vec<_> =
            changes.filter_map(|change| Some((change.name, change.global, change.value?))).collect();
        variables.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        Ok(Stop { at: told.at, what: event.what, line: event.line, variables, stack })
    }
}

impl Debuggee for Live<'_> {
    fn stop(&self) -> Option<&Stop> {
        match &self.state {
            State::Stopped(both) => Some(&both.0),
            State::Ended(_) | State::BadPrelude => None,
        }
    }

    fn end(&self) -> String {
        match &self.state {
            State::Ended(Called::Ran(run)) => match &run.value {
                Some(value) => format!("the call returned {value}"),
                None => format!("the call ended: {}", run.outcome),
            },
            State::Ended(Called::Unfit(why) | Called::Uncallable(why)) => format!("the program was not called: {why}"),
            State::Stopped(_) | State::BadPrelude => String::new(),
        }
    }

    fn go(&mut self, go: Go, breaks: &BTreeSet<u32>) -> Result<(), RunError> {
        let command = match go {
            Go::Step => "step",
            Go::Next => "next",
            Go::Out => "out",
            Go::Continue => "continue",
            Go::Back => {
                let language = "A program that runs".to_owned();
                return Err(RunError::Unsupported { language, what: "way back; record a trace for that" });
            }
        };
        match std::mem::replace(&mut self.state, State::BadPrelude) {
            State::Stopped(both) => {
                let heard = both.1.ask(json!({ "op": "more", "command": command, "breaks": breaks }))?;
                self.hear(heard);
            }
            ended => self.state = ended,
        }
        Ok(())
    }
}
