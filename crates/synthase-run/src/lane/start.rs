//! Starting processes: forked from a warm interpreter, taken from those that were started beforehand, or
//! executed.

use synthase_lang::language::{Call, Language, Start};
use synthase_sandbox::{Program, Request, Running, Terms};
use synthase_types::{Environment, Limits, Unit};

use super::{Lane, WhichPlace};
use crate::compile::{Compiled, Compiler};
use crate::conversation::{Conversation, PATIENCE};
use crate::error::RunError;
use crate::place::{Place, command, driver_command};
use crate::runner::Ready;
use crate::worker::Worker;

/// A driver that was started for a program to come. It is used once.
pub(super) struct Spare {
    key: SpareKey,
    /// Must go before the place.
    conversation: Conversation,
    place: Place,
}

/// What a driver was started for.
#[derive(Debug, Clone, PartialEq)]
struct SpareKey {
    language: String,
    limits: Limits,
    environment: Environment,
}

impl Lane<'_> {
    /// Starts a language's driver: forked from its warm interpreter, taken from those that are waiting,
    /// or executed. With its own place, if it is not in the lane's.
    pub(crate) fn start_driver(
        &mut self,
        language: &'static Language,
        call: &Call,
        limits: &Limits,
        environment: &Environment,
        which: WhichPlace,
    ) -> Result<(Conversation, Option<Place>), RunError> {
        let ready = self.tools(language, environment)?;
        let terms = Terms { limits: super::conversation_limits(limits), channel: true, ..Terms::default() };
        if call.start == Start::Zygote {
            let nonce = self.runner.nonce();
            let place = self.place(which)?;
            if let Some(zygote) = place.zygote(language, call, &ready, environment)? {
                return Ok((Conversation::new(zygote.fork(&Request { payload: None, terms })?, nonce), None));
            }
        }
        let key =
            SpareKey { language: language.name.clone(), limits: limits.clone(), environment: environment.clone() };
        let spare = match self.spare.take().filter(|spare| spare.key == key) {
            Some(spare) => spare,
            None => self.begin(language, call, &ready, &key)?,
        };
        let Spare { conversation, place, .. } = spare;
        let greeted = conversation.greet(PATIENCE).map_err(|why| match self.check_cancelled() {
            Err(cancelled) => cancelled,
            Ok(()) => RunError::BrokenTool { language: language.title.clone(), why },
        });
        let conversation = greeted?;
        // Two programs of a language one after the other: a third will follow. Its interpreter starts
        // while this program is asked.
        if self.last.as_ref() == Some(&language.name) {
            self.spare = Some(self.begin(language, call, &ready, &key)?);
        }
        self.last = Some(language.name.clone());
        Ok((conversation, Some(place)))
    }

    /// Starts a driver without waiting for it.
    fn begin(
        &mut self,
        language: &'static Language,
        call: &Call,
        ready: &Ready,
        key: &SpareKey,
    ) -> Result<Spare, RunError> {
        let place = match self.idle.pop() {
            Some(place) => place,
            None => self.new_place()?,
        };
        let words = if call.cold.is_empty() { &call.command } else { &call.cold };
        let (mut command, files) = driver_command(language, words, ready, &key.environment);
        let limits = super::conversation_limits(&key.limits);
        command.terms = Terms { limits, channel: true, files, ..Terms::default() };
        let running = ready.jail.start(&place.slot, &command)?;
        Ok(Spare { key: key.clone(), conversation: Conversation::new(running, self.runner.nonce()), place })
    }

    /// Executes a program in the place for programs.
    pub(super) fn execute(
        &mut self,
        language: &'static Language,
        program: Program,
        args: Vec<String>,
        environment: &Environment,
        terms: Terms,
    ) -> Result<Running, RunError> {
        let ready = self.tools(language, environment)?;
        let mut command = synthase_sandbox::Command { program, ..command(language, &ready, environment) };
        command.terms = terms;
        for arg in args {
            command = command.arg(arg);
        }
        let place = self.place(WhichPlace::Program)?;
        Ok(ready.jail.start(&place.slot, &command)?)
    }

    /// Compiles a unit, or finds it compiled.
    pub(super) fn compile(
        &mut self,
        language: &'static Language,
        unit: &Unit,
        environment: &Environment,
    ) -> Result<Compiled, RunError> {
        let id = unit.id();
        if let Some((known, compiled, _)) = &self.compiled
            && *known == id
        {
            return Ok(compiled.clone());
        }
        let runner = self.runner;
        let ready = self.tools(language, environment)?;
        let Some(compile) = &language.compile else {
            return Err(RunError::Unsupported { language: language.title.clone(), what: "compiler" });
        };
        // Compilers that stay are large: one is kept.
        let mut worker: Option<Worker> =
            self.worker.take().filter(|(name, _)| *name == language.name).map(|(_, worker)| worker);
        let slot = &self.place(WhichPlace::Program)?.slot;
        let report = Default::default();
        let mut compiler = Compiler { runner, language, ready: &ready, slot, worker: &mut worker, report };
        let compiled = compiler.compile(compile, unit);
        let report = compiler.report;
        self.worker = worker.map(|worker| (language.name.clone(), worker));
        let compiled = compiled?;
        // A compiler that waited for the machine is asked again.
        if !matches!(compiled, Compiled::Refused(synthase_types::Outcome::WallTimeout)) {
            self.compiled = Some((id, compiled.clone(), report));
        }
        Ok(compiled)
    }

    pub(crate) fn tools(&self, language: &'static Language, environment: &Environment) -> Result<Ready, RunError> {
        self.runner.ready(language, &environment.packages)
    }

    pub(crate) fn place(&mut self, which: WhichPlace) -> Result<&mut Place, RunError> {
        let missing = match which {
            WhichPlace::Program => self.program.is_none(),
            WhichPlace::Tests => self.tests.is_none(),
        };
        let made = if missing { Some(self.new_place()?) } else { None };
        let place = match which {
            WhichPlace::Program => &mut self.program,
            WhichPlace::Tests => &mut self.tests,
        };
        if made.is_some() {
            *place = made;
        }
        Ok(place.as_mut().expect("it has just been made"))
    }

    fn new_place(&self) -> Result<Place, RunError> {
        let slot = self.runner.sandbox.slot()?;
        let registrations = [&self.runner.cancel, &self.cancel].map(|cancel| cancel.register(slot.killer()));
        Ok(Place::new(slot, registrations))
    }
}
