//! Calling the entry point of a unit.

use serde_json::{Value as Json, json};
use synthase_lang::{fits, has_types};
use synthase_types::{Environment, Limits, Outcome, Signature, Unit, UnitEntry, Usage, Value};

use super::load::ends_process;
use super::{CallForm, Called, Lane, Open, OpenState, Run, language_of, starved};
use crate::answer::{Ended, Told};
use crate::conversation::{Conversation, Exchanged};
use crate::error::RunError;

impl Lane<'_> {
    /// Calls the entry point of a unit. Consecutive calls of one unit ask the same process, like
    /// calls in any program; one that ended is started anew.
    ///
    /// A run that took too long while it used little processor time is repeated once with nothing
    /// else running, because a loaded machine must not change a verdict.
    ///
    /// # Errors
    /// The program could not be run: nothing is known of it.
    pub fn call(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        args: &[Value],
        after: bool,
    ) -> Result<Called, RunError> {
        let form = CallForm { after, loose: false };
        let called = {
            let _others = self.runner.share();
            self.call_once(unit, limits, environment, args, form)?
        };
        match &called {
            Called::Ran(run) if self.repeats && starved(run, limits) => {
                let _alone = self.runner.alone();
                self.forget_program();
                self.call_once(unit, limits, environment, args, form)
            }
            _ => Ok(called),
        }
    }

    /// Calls the entry point of a unit with each of these arguments, in this order and in one process.
    ///
    /// They are asked together where that can be told from one by one by nothing but its speed: if the
    /// process ends on the way, takes longer than one call may, or writes anything, all are asked one by
    /// one in a fresh process, so that each has its own limits and its own output.
    ///
    /// # Errors
    /// The program could not be run: nothing is known of it.
    pub fn call_many(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        calls: &[Vec<Value>],
        after: bool,
    ) -> Result<Vec<Called>, RunError> {
        self.call_until(unit, limits, environment, calls, after, |_, _| false)
    }

    /// The same, but where calls are asked one by one, none is asked after one that is enough: `enough` is
    /// told its place and what came of it.
    ///
    /// # Errors
    /// The program could not be run: nothing is known of it.
    pub fn call_until(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        calls: &[Vec<Value>],
        after: bool,
        enough: impl Fn(usize, &Called) -> bool,
    ) -> Result<Vec<Called>, RunError> {
        if calls.len() > 1 {
            let form = CallForm { after, loose: false };
            let _others = self.runner.share();
            if let Some(called) = self.call_together(unit, limits, environment, calls, form)? {
                return Ok(called);
            }
        }
        let mut called = Vec::with_capacity(calls.len());
        for args in calls {
            called.push(self.call(unit, limits, environment, args, after)?);
            if called.last().is_some_and(|last| enough(called.len() - 1, last)) {
                break;
            }
        }
        Ok(called)
    }

    /// One call, whoever else runs.
    pub(crate) fn call_once(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        args: &[Value],
        form: CallForm,
    ) -> Result<Called, RunError> {
        self.check_cancelled()?;
        let language = language_of(&unit.language)?;
        let signature = signature_of(unit)?;
        let unfit = has_types(language, signature).and_then(|()| args.iter().try_for_each(|arg| fits(language, arg)));
        if let Err(what) = unfit {
            return Ok(Called::Unfit(what));
        }
        // A conversation that fails on the way is not taken up again: it is no longer kept.
        let open = match self.take_open(unit.id(), limits, environment) {
            Some(open) => open,
            None => self.load(language, unit, signature, limits, environment)?,
        };
        let Open { state, place, .. } = open;
        let (called, state) = match state {
            OpenState::Unloadable(run) => (Called::Ran((*run).clone()), Some(OpenState::Unloadable(run))),
            OpenState::Uncallable(why) => (Called::Uncallable(why.clone()), Some(OpenState::Uncallable(why))),
            OpenState::Talking(conversation) => converse(*conversation, limits, args, form)?,
        };
        let (limits, environment) = (limits.clone(), environment.clone());
        match state {
            Some(state) => self.keep_open(Open { unit: unit.id(), limits, environment, state, place }),
            None => self.idle.extend(place),
        }
        Ok(called)
    }

    /// Loads a unit and asks all calls in one frame; nothing if they must be asked one by one.
    fn call_together(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        calls: &[Vec<Value>],
        form: CallForm,
    ) -> Result<Option<Vec<Called>>, RunError> {
        self.check_cancelled()?;
        let language = language_of(&unit.language)?;
        let signature = signature_of(unit)?;
        let all_fit = || calls.iter().flatten().all(|arg| fits(language, arg).is_ok());
        if has_types(language, signature).is_err() || !all_fit() {
            return Ok(None);
        }
        // A process that was asked before goes on from where it is.
        if let Some(open) = self.take_open(unit.id(), limits, environment) {
            self.keep_open(open);
            return Ok(None);
        }
        let loaded = self.load_and_ask(language, unit, signature, limits, environment, calls, form)?;
        let (open, asked) = loaded;
        let count = calls.len();
        let called = match (&open.state, asked) {
            (OpenState::Uncallable(why), _) => vec![Called::Uncallable(why.clone()); count],
            // What ended the process may have been one of the calls.
            (OpenState::Unloadable(run), _) if !ends_process(&run.outcome) => {
                vec![Called::Ran((**run).clone()); count]
            }
            (OpenState::Talking(_), Some(asked)) if asked.answers.len() == count && asked.is_plain(limits) => {
                let usage = share(asked.usage, count);
                let run = |ended: Ended| Called::Ran(Run { usage, ..run_of(ended) });
                asked.answers.into_iter().map(run).collect()
            }
            _ => {
                self.keep_open(open);
                self.forget_program();
                return Ok(None);
            }
        };
        self.keep_open(open);
        Ok(Some(called))
    }
}

/// What came of calls that were asked while their program was loaded.
pub(super) struct AskedTogether {
    pub(super) answers: Vec<Ended>,
    pub(super) usage: Usage,
    /// Whether anything was written.
    pub(super) wrote: bool,
}

impl AskedTogether {
    /// Whether asking one by one would have told the same: nothing written, and no limit near.
    fn is_plain(&self, limits: &Limits) -> bool {
        !self.wrote && self.usage.cpu <= limits.cpu && self.usage.wall <= limits.wall
    }
}

pub(super) fn signature_of(unit: &Unit) -> Result<&Signature, RunError> {
    match &unit.entry {
        UnitEntry::Function(signature) => Ok(signature),
        UnitEntry::Stdio => Err(RunError::Unsupported {
            language: language_of(&unit.language)?.title.clone(),
            what: "calls without an entry point",
        }),
    }
}

/// The content of a message that asks calls.
pub(super) fn calls_of(calls: &[Vec<Value>]) -> Json {
    calls.iter().map(|args| args.iter().map(Value::to_json).collect::<Json>()).collect()
}

/// One call in a conversation, and how the conversation stands then, unless it is over.
fn converse(
    conversation: Conversation,
    limits: &Limits,
    args: &[Value],
    form: CallForm,
) -> Result<(Called, Option<OpenState>), RunError> {
    let args: Json = args.iter().map(Value::to_json).collect();
    let seq = conversation.next_seq();
    let question = json!({ "op": "call", "seq": seq, "calls": [args], "after": form.after, "loose": form.loose });
    let (exchanged, conversation) = conversation.ask(&question, limits.cpu, limits.wall)?;
    let mut left = conversation.map(|conversation| OpenState::Talking(Box::new(conversation)));
    let Exchanged { end, stdout, stderr, usage } = exchanged;
    let run = match end.map(|answer| answer.told()) {
        Err(outcome) => super::ended(outcome),
        Ok(Ok(Told::Answers(answers))) if answers.len() == 1 => answers.into_iter().map(run_of).next().expect("one"),
        Ok(told) => {
            left = None;
            let why = told.err().map_or("it does not answer the call".to_owned(), |bad| bad.0);
            super::ended(Outcome::Tampered(why))
        }
    };
    Ok((Called::Ran(Run { stdout, stderr, usage, ..run }), left))
}

fn run_of(Ended { outcome, value, after }: Ended) -> Run {
    Run { value, args_after: after, ..super::ended(outcome) }
}

/// The even share of each of so many calls.
fn share(usage: Usage, count: usize) -> Usage {
    let count = u32::try_from(count).unwrap_or(u32::MAX).max(1);
    Usage { cpu: usage.cpu / count, wall: usage.wall / count, ..usage }
}
