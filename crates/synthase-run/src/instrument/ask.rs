//! The conversation with a program that runs under an instrument.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use synthase_lang::assemble::wire_types;
use synthase_lang::instrument::instrument;
use synthase_lang::{fits, has_types};
use synthase_sandbox::{Reply, Running};
use synthase_types::{Captured, Environment, Limits, Outcome, Unit, UnitEntry, Usage, Value};

use crate::answer::{BadFrame, Told};
use crate::error::RunError;
use crate::instrument::wire::part;
use crate::lane::{Called, Lane, Run, WhichPlace, language_of};
use crate::place::Place;

/// The largest frame that is read: a page, or the answer of the call.
const MOST_FRAME: usize = 9 << 20;

/// Starting and reading the program costs time that is not the program's.
const START: Duration = Duration::from_secs(2);

/// A process that runs a program under an instrument.
pub(crate) struct Talk {
    language: String,
    running: Running,
    nonce: String,
    seq: u64,
    /// What is left of the limits of the call.
    cpu: Duration,
    wall: Duration,
    spent: Usage,
    /// How many bytes are still read.
    bytes: u64,
    /// The process's own place, if it has one. It must go after the process.
    _place: Option<Place>,
}

/// What comes of a question: a frame, with the conversation in which to ask on; or the end.
#[expect(clippy::large_enum_variant, reason = "it is returned once for each question and never stored in numbers")]
pub(crate) enum Heard {
    Frame(Box<(Map<String, Json>, Talk)>),
    Ended(Run),
}

/// What comes of beginning.
pub(crate) enum Begun {
    Heard(Heard),
    /// The program was not called; this says why.
    Not(Called),
}

/// What is to be watched.
pub(crate) struct Watched<'a> {
    pub(crate) unit: &'a Unit,
    pub(crate) limits: &'a Limits,
    pub(crate) environment: &'a Environment,
    pub(crate) args: &'a [Value],
    /// The most bytes that the instrument may say, apart from the answer.
    pub(crate) bytes: u64,
    /// Which instrument.
    pub(crate) kind: &'static str,
}

/// The instruments that a language has.
fn kinds(language: &str) -> &'static [&'static str] {
    match language {
        "python" => &["trace", "debug", "time", "memory"],
        "javascript" => &["coverage"],
        _ => &[],
    }
}

/// Starts a program under an instrument and waits for its first frame.
pub(crate) fn begin(lane: &mut Lane<'_>, watched: &Watched<'_>, mut what: Json) -> Result<Begun, RunError> {
    let Watched { unit, limits, environment, args, bytes, kind } = *watched;
    lane.runner.check_cancelled()?;
    lane.forget_program();
    let language = language_of(&unit.language)?;
    let unsupported = |what| RunError::Unsupported { language: language.title.clone(), what };
    let UnitEntry::Function(signature) = &unit.entry else {
        return Err(unsupported("instruments for programs without an entry point"));
    };
    let (Some(text), Some(call)) = (instrument(language), &language.call) else {
        return Err(unsupported("instruments"));
    };
    if !kinds(&language.name).contains(&kind) {
        return Err(unsupported("instrument of this kind"));
    }
    what["kind"] = json!(kind);
    let unfit = has_types(language, signature).and_then(|()| args.iter().try_for_each(|arg| fits(language, arg)));
    if let Err(what) = unfit {
        return Ok(Begun::Not(Called::Unfit(what)));
    }
    let (conversation, place) = lane.start_driver(language, call, limits, environment, WhichPlace::Program)?;
    let (running, nonce, seq) = conversation.into_parts();
    let (cpu, wall) = (limits.cpu + START, limits.wall + START);
    let (language, spent) = (language.title.clone(), Usage::default());
    let bytes = bytes.saturating_add(2 * MOST_FRAME as u64);
    let talk = Talk { language, running, nonce, seq, cpu, wall, spent, bytes, _place: place };
    let args: Vec<Json> = args.iter().map(Value::to_json).collect();
    let question = json!({
        "op": "instrument", "nonce": talk.nonce, "prelude": unit.prelude, "source": unit.source,
        "entry": signature.name, "types": wire_types(signature), "args": args, "after": false, "instrument": text, "what": what,
    });
    talk.ask(question).map(Begun::Heard)
}

impl Talk {
    /// Asks and waits.
    pub(crate) fn ask(mut self, mut question: Json) -> Result<Heard, RunError> {
        let seq = self.seq;
        self.seq += 1;
        question["seq"] = json!(seq);
        // JSON in memory is always written.
        let frame = serde_json::to_vec(&question).unwrap_or_default();
        let reply = self.running.exchange(&frame, self.cpu, self.wall)?;
        let used = self.running.last_exchange();
        self.cpu = self.cpu.saturating_sub(used.cpu).max(Duration::from_millis(1));
        self.wall = self.wall.saturating_sub(used.wall).max(Duration::from_millis(1));
        self.spent.cpu += used.cpu;
        self.spent.wall += used.wall;
        self.spent.peak_memory = used.peak_memory;
        let read = match reply {
            Reply::Frame(frame) if frame.len() > MOST_FRAME => {
                Err(BadFrame(format!("an answer of {} bytes", frame.len())))
            }
            Reply::Frame(frame) if frame.len() as u64 > self.bytes => {
                Err(BadFrame("more than an instrument says".to_owned()))
            }
            Reply::Frame(frame) => {
                self.bytes -= frame.len() as u64;
                self.read(&frame, seq)
            }
            Reply::Garbage(why) => Err(BadFrame(why)),
            Reply::Ended => return self.ended(),
        };
        match read {
            Ok(mut frame) => match frame.remove("broken") {
                Some(why) => {
                    let why = format!("its instrument failed: {}", why.as_str().unwrap_or_default());
                    Err(RunError::BrokenTool { language: self.language.clone(), why })
                }
                None => Ok(Heard::Frame(Box::new((frame, self)))),
            },
            Err(bad) => Ok(Heard::Ended(self.tampered(bad))),
        }
    }

    fn read(&self, frame: &[u8], seq: u64) -> Result<Map<String, Json>, BadFrame> {
        let frame: Json =
            serde_json::from_slice(frame).map_err(|error| BadFrame(format!("a frame that cannot be read: {error}")))?;
        let Json::Object(mut frame) = frame else { return Err(BadFrame("a frame that is no object".to_owned())) };
        if part::<String>(&mut frame, "nonce")? != self.nonce {
            return Err(BadFrame("a frame without the run's nonce".to_owned()));
        }
        if part::<u64>(&mut frame, "seq")? != seq {
            return Err(BadFrame(format!("an answer to another question than {seq}")));
        }
        Ok(frame)
    }

    /// A process that does not keep to the protocol is ended.
    pub(crate) fn tampered(mut self, bad: BadFrame) -> Run {
        let (stdout, stderr) = self.running.take_output();
        self.running.kill();
        self.run(Outcome::Tampered(bad.0), None, stdout, stderr)
    }

    fn ended(self) -> Result<Heard, RunError> {
        let spent = self.spent;
        let finished = self.running.finish()?;
        let outcome = match finished.outcome() {
            Some(Outcome::Exited(code)) => Outcome::EarlyExit(code),
            Some(outcome) => outcome,
            // Only a cancellation ends a process without an outcome.
            None => return Err(RunError::Cancelled),
        };
        let usage = Usage { peak_memory: finished.usage.peak_memory, ..spent };
        let (stdout, stderr) = (finished.stdout, finished.stderr);
        Ok(Heard::Ended(Run { outcome, value: None, args_after: None, stdout, stderr, usage }))
    }

    /// The end of the conversation: what the call came to. None if the process blames the task's
    /// prelude, which has to be looked into.
    pub(crate) fn answered(mut self, answer: Json) -> Option<Run> {
        let (outcome, value) = match Told::of_one(answer) {
            Ok(Told::Answers(answers)) => match answers.into_iter().next() {
                Some(ended) => (ended.outcome, ended.value),
                None => return Some(self.tampered(BadFrame("it does not answer the call".to_owned()))),
            },
            Ok(Told::Unloadable(outcome)) => (outcome, None),
            Ok(Told::BadPrelude(_)) => return None,
            Ok(_) => return Some(self.tampered(BadFrame("it does not answer the call".to_owned()))),
            Err(bad) => return Some(self.tampered(bad)),
        };
        let (stdout, stderr) = self.running.take_output();
        Some(self.run(outcome, value, stdout, stderr))
    }

    fn run(self, outcome: Outcome, value: Option<Value>, stdout: Captured, stderr: Captured) -> Run {
        Run { outcome, value, args_after: None, stdout, stderr, usage: self.spent }
    }
}

/// What the ordinary way of calling says of a unit whose prelude cannot be run.
pub(crate) fn ordinary(lane: &mut Lane<'_>, watched: &Watched<'_>) -> Result<Called, RunError> {
    let Watched { unit, limits, environment, args, .. } = *watched;
    lane.call(unit, limits, environment, args, false)
}
