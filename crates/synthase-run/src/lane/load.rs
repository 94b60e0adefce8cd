//! Starting a unit and having its driver load it.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use synthase_lang::assemble::{compiled_text, load_message};
use synthase_lang::language::{Call, Language, Load, Start};
use synthase_sandbox::{Program, Terms};
use synthase_types::{Environment, Limits, Outcome, Signature, Unit, Value};

use super::call::{AskedTogether, calls_of};
use super::{CallForm, Lane, Open, OpenState, Run, START, WhichPlace, conversation_limits, ended};
use crate::answer::Told;
use crate::compile::Compiled;
use crate::conversation::{Conversation, Exchanged};
use crate::error::RunError;
use crate::place::Place;

/// Which part of the processor time of one call all calls have that are asked together.
const TOGETHER: u32 = 4;

impl Lane<'_> {
    /// Starts a unit and has its driver load it.
    pub(super) fn load(
        &mut self,
        language: &'static Language,
        unit: &Unit,
        signature: &Signature,
        limits: &Limits,
        environment: &Environment,
    ) -> Result<Open, RunError> {
        let loaded = self.load_and_ask(language, unit, signature, limits, environment, &[], CallForm::default());
        loaded.map(|(open, _)| open)
    }

    /// The same, and asks these calls with the same message.
    #[expect(clippy::too_many_arguments, reason = "everything that a run rests on, named one by one")]
    pub(super) fn load_and_ask(
        &mut self,
        language: &'static Language,
        unit: &Unit,
        signature: &Signature,
        limits: &Limits,
        environment: &Environment,
        calls: &[Vec<Value>],
        form: CallForm,
    ) -> Result<(Open, Option<AskedTogether>), RunError> {
        let open = |state, place| Open {
            unit: unit.id(),
            limits: limits.clone(),
            environment: environment.clone(),
            state,
            place,
        };
        let Some(call) = &language.call else {
            return Err(RunError::Unsupported { language: language.title.clone(), what: "way to call functions yet" });
        };
        let started = match self.start_unit(language, call, unit, limits, environment)? {
            Ok(started) => started,
            Err(state) => return Ok((open(state, None), None)),
        };
        let StartedUnit { conversation, place, source, artefact } = started;
        let mut message = load_message(unit, signature, &conversation.nonce, conversation.next_seq());
        if let Some(source) = source {
            message["source"] = json!(source);
            // It is part of what was compiled.
            message["prelude"] = json!("");
        }
        if let Some(artefact) = artefact {
            message["artefact"] = json!(artefact);
        }
        if !calls.is_empty() {
            message["calls"] = calls_of(calls);
            message["after"] = json!(form.after);
            message["loose"] = json!(form.loose);
        }
        // Calls that are asked together have less time than one: who needs more is asked one by one, and a
        // program that runs without end should not do so twice for the full time.
        let cpu = if calls.is_empty() { limits.cpu + START } else { limits.cpu / TOGETHER };
        let asked = conversation.ask(&message, cpu, limits.wall + START);
        let (exchanged, conversation) = match asked {
            Err(error) if call.start == Start::Compiled => {
                let outcome = self.not_executed(language, environment, error)?;
                return Ok((open(OpenState::Unloadable(Box::new(ended(outcome))), place), None));
            }
            asked => asked?,
        };
        let Exchanged { end, stdout, stderr, usage } = exchanged;
        let outcome = match (end.map(|answer| answer.told()), conversation) {
            (Ok(Ok(Told::Loaded(answers))), Some(conversation)) => {
                let wrote = !stdout.is_empty() || !stderr.is_empty();
                let asked = AskedTogether { answers, usage, wrote };
                return Ok((open(OpenState::Talking(Box::new(conversation)), place), Some(asked)));
            }
            // The answers do not fit into one frame: they are asked for one by one.
            (Ok(Ok(Told::Split)), Some(conversation)) if !calls.is_empty() => {
                return Ok((open(OpenState::Talking(Box::new(conversation)), place), None));
            }
            // Its own process says so, and a program must not excuse itself.
            (Ok(Ok(Told::BadPrelude(what))), conversation) => {
                drop(conversation);
                match self.prelude_fault(language, unit, signature, limits, environment, what)? {
                    Some(what) => return Err(RunError::Prelude(what)),
                    None => Outcome::Tampered("it blames the task's prelude, which is not at fault".into()),
                }
            }
            (Err(outcome), _) => outcome,
            (Ok(Ok(Told::Unloadable(outcome))), _) => outcome,
            (Ok(Err(bad)), _) => Outcome::Tampered(bad.0),
            _ => Outcome::Tampered("it answers before it is asked".into()),
        };
        let run = Run { stdout, stderr, usage, ..ended(outcome) };
        Ok((open(OpenState::Unloadable(Box::new(run)), place), None))
    }

    /// Starts the process in which a unit will be loaded, and says what else the driver must be told; or
    /// why there is none.
    fn start_unit(
        &mut self,
        language: &'static Language,
        call: &Call,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
    ) -> Result<Result<StartedUnit, OpenState>, RunError> {
        let compiled = match (call.start, call.load) {
            (Start::Compiled, _) | (_, Load::Text | Load::Artefact) => {
                match self.compile(language, unit, environment)? {
                    Compiled::Program(program) => Some(program),
                    Compiled::Refused(outcome) => return Ok(Err(OpenState::Unloadable(Box::new(ended(outcome))))),
                    Compiled::Uncallable(why) => return Ok(Err(OpenState::Uncallable(why))),
                }
            }
            _ => None,
        };
        let mut started = match (call.start, &compiled) {
            (Start::Compiled, Some(program)) => {
                let terms = Terms { limits: conversation_limits(limits), channel: true, ..Terms::default() };
                let program = Program::File(std::sync::Arc::clone(program));
                let running = self.execute(language, program, Vec::new(), environment, terms)?;
                StartedUnit::new(Conversation::new(running, self.runner.nonce()), None)
            }
            _ => {
                let (conversation, place) =
                    self.start_driver(language, call, limits, environment, WhichPlace::Program)?;
                StartedUnit::new(conversation, place)
            }
        };
        if let (Some(program), Load::Text | Load::Artefact) = (compiled, call.load) {
            let mut bytes = Vec::new();
            let opened = program.try_clone().map(std::fs::File::from);
            let read = opened.and_then(|mut file| {
                std::io::Seek::rewind(&mut file)?;
                file.read_to_end(&mut bytes)
            });
            let operation = "read a compiled program";
            read.map_err(|source| RunError::File { operation, source })?;
            match call.load {
                Load::Text => started.source = Some(compiled_text(bytes)),
                _ => started.artefact = Some(STANDARD.encode(bytes)),
            }
        }
        Ok(Ok(started))
    }

    /// What is wrong with the prelude of a unit that blames it: the prelude is loaded by itself in a
    /// fresh process, where nothing of the program can speak.
    fn prelude_fault(
        &mut self,
        language: &'static Language,
        unit: &Unit,
        signature: &Signature,
        limits: &Limits,
        environment: &Environment,
        what: String,
    ) -> Result<Option<String>, RunError> {
        let compiled =
            language.call.as_ref().is_none_or(|call| call.start == Start::Compiled || call.load != Load::Source);
        if unit.prelude.is_empty() || compiled {
            return Ok(None);
        }
        if unit.source.is_empty() {
            return Ok(Some(what));
        }
        let alone = Unit { source: String::new(), ..unit.clone() };
        let loaded = self.load(language, &alone, signature, limits, environment);
        match loaded {
            Ok(Open { state: OpenState::Unloadable(run), place, .. }) => {
                self.idle.extend(place);
                Ok((run.outcome != Outcome::MissingEntryPoint).then(|| run.outcome.to_string()))
            }
            Ok(open) => {
                self.keep_open(open);
                self.forget_program();
                Ok(None)
            }
            Err(RunError::Prelude(what)) => Ok(Some(what)),
            Err(other) => Err(other),
        }
    }
}

/// A process in which a unit will be loaded.
struct StartedUnit {
    conversation: Conversation,
    /// Its own place, if it has one.
    place: Option<Place>,
    /// What stands in the place of the unit's source.
    source: Option<String>,
    /// What the compiler made, in base64.
    artefact: Option<String>,
}

impl StartedUnit {
    fn new(conversation: Conversation, place: Option<Place>) -> StartedUnit {
        StartedUnit { conversation, place, source: None, artefact: None }
    }
}

/// Whether an outcome is that of a process that is gone, and not of a text that cannot be loaded.
pub(super) fn ends_process(outcome: &Outcome) -> bool {
    !matches!(
        outcome,
        Outcome::LoadError { .. } | Outcome::SyntaxError(_) | Outcome::MissingEntryPoint | Outcome::CompileError(_)
    )
}
