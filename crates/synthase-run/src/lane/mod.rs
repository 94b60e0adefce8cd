//! One worker's place: warm interpreters, and the program that is being asked.

mod call;
mod load;
mod script;
mod start;

use std::time::Duration;

use synthase_lang::language::Language;
use synthase_types::id::UnitId;
use synthase_types::{Captured, Environment, Isolation, Limits, Outcome, Unit, Usage, Value};

pub use self::script::{Artefact, Script, Scripted};

use crate::cancel::Cancel;
use crate::compile::{Compilation, Compiled};
use crate::conversation::Conversation;
use crate::error::RunError;
use crate::place::Place;
use crate::runner::Runner;
use crate::worker::Worker;
use start::Spare;

/// One worker's place. It holds at most one program, and one test author's process, at a time.
pub struct Lane<'r> {
    pub(crate) runner: &'r Runner,
    /// What stops this lane and no other.
    cancel: Cancel,
    /// Whether a run that may have waited for the machine is repeated with nothing beside it.
    repeats: bool,
    /// The program that was asked last, as long as it lives. It must go before the places.
    open: Option<Open>,
    /// Processes that have been started for programs to come. They must go before the places, too.
    spare: Option<Spare>,
    program: Option<Place>,
    tests: Option<Place>,
    /// Places that nobody uses at the moment.
    idle: Vec<Place>,
    /// The language of the program that was started last, in a process of its own.
    last: Option<String>,
    /// What came of compiling the unit that was compiled last.
    compiled: Option<(UnitId, Compiled, Compilation)>,
    /// The compiler that compiles many programs, with its language.
    worker: Option<(String, Worker)>,
}

/// A program in the middle of its questions.
struct Open {
    unit: UnitId,
    limits: Limits,
    environment: Environment,
    /// Must go before the place.
    state: OpenState,
    /// Its own place, where it is not in the lane's place for programs.
    place: Option<Place>,
}

enum OpenState {
    /// It is loaded and waits for the next call.
    Talking(Box<Conversation>),
    /// It could not be loaded; every call ends like this.
    Unloadable(Box<Run>),
    /// It cannot be called with plain data; this says why.
    Uncallable(String),
}

/// How a run of a program went.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// How the program ended.
    pub outcome: Outcome,
    /// The result, if the outcome is `Returned`.
    pub value: Option<Value>,
    /// The arguments after the call, where they were asked for and could be read.
    pub args_after: Option<Vec<Value>>,
    /// What it wrote to standard output.
    pub stdout: Captured,
    /// What it wrote to standard error.
    pub stderr: Captured,
    /// What it used. Calls that were asked together share evenly what they used together.
    pub usage: Usage,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "it is returned once for each call and never stored in numbers")]
pub enum Called {
    /// The program ran.
    Ran(Run),
    /// An argument or type of the task has no form in the program's language; the program was not
    /// called.
    Unfit(String),
    /// The program's entry point has types that cannot be called with plain data.
    Uncallable(String),
}

/// How a call is made.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CallForm {
    /// Whether the arguments after the call are wanted.
    pub(crate) after: bool,
    /// Whether something that can be walked once counts as the list of what it gives: tests walk it.
    pub(crate) loose: bool,
}

/// Starting an interpreter and reading the program costs time that is not the program's; it is
/// granted on top of the limits of the first exchange.
const START: Duration = Duration::from_secs(2);

/// Which of a lane's two places is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhichPlace {
    Program,
    Tests,
}

impl<'r> Lane<'r> {
    pub(crate) fn new(runner: &'r Runner) -> Lane<'r> {
        Lane {
            runner,
            cancel: Cancel::default(),
            repeats: true,
            open: None,
            spare: None,
            program: None,
            tests: None,
            idle: Vec::new(),
            last: None,
            compiled: None,
            worker: None,
        }
    }

    /// The lane with something that stops it and no other. To be said before its first run.
    #[must_use]
    pub fn stopped_by(mut self, cancel: Cancel) -> Lane<'r> {
        self.cancel = cancel;
        self
    }

    /// The lane without repeats: a run that took too long while it used little processor time is taken
    /// at its word. For servers, where a program that sleeps must not make all others wait.
    #[must_use]
    pub fn without_repeats(mut self) -> Lane<'r> {
        self.repeats = false;
        self
    }

    /// Behind which walls programs run.
    pub fn isolation(&self) -> Isolation {
        self.runner.isolation()
    }

    /// The text by which verdicts name the tools of a language; why there are none, if there are none.
    pub fn toolchain_identity(&self, language: &str, environment: &Environment) -> String {
        let toolchain =
            synthase_lang::by_name(language).map_err(|error| error.to_string()).and_then(|language| match environment
                .packages
                .is_empty()
            {
                true => self.runner.toolchain(language).map_err(|error| error.to_string()),
                false => {
                    self.tools(language, environment).map(|ready| ready.toolchain).map_err(|error| error.to_string())
                }
            });
        toolchain.map_or_else(|error| error, |toolchain| toolchain.identity())
    }

    /// Whether a language has one kind of number only.
    pub fn has_one_number(&self, language: &str) -> bool {
        synthase_lang::by_name(language).is_ok_and(|language| language.one_number)
    }

    /// Lets the program go that was asked last; the next call starts it anew.
    pub fn forget_program(&mut self) {
        if let Some(Open { state, place, .. }) = self.open.take() {
            drop(state);
            self.idle.extend(place);
        }
    }

    fn check_cancelled(&self) -> Result<(), RunError> {
        if self.cancel.is_cancelled() { Err(RunError::Cancelled) } else { self.runner.check_cancelled() }
    }

    /// Takes back a place whose process is gone.
    pub(crate) fn give_back(&mut self, place: Option<Place>) {
        self.idle.extend(place);
    }

    /// The program that was asked last, if it is this one under these limits. Another one is let go.
    fn take_open(&mut self, unit: UnitId, limits: &Limits, environment: &Environment) -> Option<Open> {
        let same = |open: &Open| open.unit == unit && open.limits == *limits && open.environment == *environment;
        if !self.open.as_ref().is_some_and(same) {
            self.forget_program();
        }
        self.open.take()
    }

    fn keep_open(&mut self, open: Open) {
        debug_assert!(self.open.is_none(), "a program is let go before the next one is opened");
        self.open = Some(open);
    }

    /// How the last unit was compiled, if it was.
    fn compilation(&self, unit: &Unit) -> Option<Compilation> {
        self.compiled.as_ref().filter(|(known, ..)| *known == unit.id()).map(|(.., report)| report.clone())
    }
}

/// Each question has the limits; the process as a whole may live as long as there are questions.
pub(crate) fn conversation_limits(limits: &Limits) -> Limits {
    const MANY: u32 = 10_000;
    let most = Duration::from_secs(24 * 3600);
    Limits {
        cpu: limits.cpu.saturating_mul(MANY).min(most),
        wall: limits.wall.saturating_mul(MANY).min(most),
        ..limits.clone()
    }
}

pub(crate) fn language_of(name: &str) -> Result<&'static Language, RunError> {
    synthase_lang::by_name(name).map_err(|error| RunError::MissingTool {
        language: name.to_owned(),
        why: error.to_string(),
        install: String::new(),
    })
}

/// Whether a run was stopped for its elapsed time while it had used little of its processor time: it
/// may have waited for the machine and not for itself.
pub(crate) fn starved(run: &Run, limits: &Limits) -> bool {
    waited_for_machine(&run.outcome, &run.usage, limits)
}

/// The same for what is no run of a program.
pub(crate) fn waited_for_machine(outcome: &Outcome, usage: &Usage, limits: &Limits) -> bool {
    *outcome == Outcome::WallTimeout && usage.cpu < limits.cpu / 2
}

/// A program that never ran.
fn ended(outcome: Outcome) -> Run {
    Run {
        outcome,
        value: None,
        args_after: None,
        stdout: Captured::default(),
        stderr: Captured::default(),
        usage: Usage::default(),
    }
}
