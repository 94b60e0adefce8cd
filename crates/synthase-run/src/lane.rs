//! One worker's place: warm interpreters, and the program that is being asked.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value as Json, json};
use synthase_lang::assemble::{load_message, main_message, script};
use synthase_lang::language::{Call, Language, Start, fill};
use synthase_lang::{fits, has_types};
use synthase_sandbox::{InputFile, Program, Request, Running, SandboxError, Stdin, Terms};
use synthase_types::id::UnitId;
use synthase_types::{Captured, Environment, Isolation, Limits, Outcome, Signature, Unit, UnitEntry, Usage, Value};

use crate::answer::Told;
use crate::compile::{Compiled, Compiler};
use crate::conversation::{Conversation, Exchanged};
use crate::error::RunError;
use crate::place::{Place, command, driver_command};
use crate::runner::Runner;

/// One worker's place. It holds at most one program, and one test author's process, at a time.
pub struct Lane<'r> {
    pub(crate) runner: &'r Runner,
    /// The program that was asked last, as long as it lives. It must go before the places.
    open: Option<Open>,
    program: Option<Place>,
    tests: Option<Place>,
    /// What came of compiling the unit that was compiled last.
    compiled: Option<(UnitId, Compiled)>,
}

/// A program in the middle of its questions.
struct Open {
    unit: UnitId,
    limits: Limits,
    environment: Environment,
    state: OpenState,
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
    /// What it used.
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

/// How long a driver may take to start on a loaded machine before the tools count as broken.
const PATIENCE: Duration = Duration::from_secs(60);

impl<'r> Lane<'r> {
    pub(crate) fn new(runner: &'r Runner) -> Lane<'r> {
        Lane { runner, open: None, program: None, tests: None, compiled: None }
    }

    /// Behind which walls programs run.
    pub fn isolation(&self) -> Isolation {
        self.runner.isolation()
    }

    /// The text by which verdicts name the tools of a language; why there are none, if there are none.
    pub fn toolchain_identity(&self, language: &str) -> String {
        let toolchain = synthase_lang::by_name(language)
            .map_err(|error| error.to_string())
            .and_then(|language| self.runner.toolchain(language).map_err(|error| error.to_string()));
        toolchain.map_or_else(|error| error, |toolchain| toolchain.identity())
    }

    /// Whether a language has one kind of number only.
    pub fn has_one_number(&self, language: &str) -> bool {
        synthase_lang::by_name(language).is_ok_and(|language| language.one_number)
    }

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
            Called::Ran(run) if starved(run, limits) => {
                let _alone = self.runner.alone();
                self.forget_program();
                self.call_once(unit, limits, environment, args, form)
            }
            _ => Ok(called),
        }
    }

    /// Runs a unit as a script or program, with a text on its standard input. All of its output is
    /// kept, up to the limit.
    ///
    /// # Errors
    /// The program could not be run: nothing is known of it.
    pub fn script(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        stdin: &[u8],
        args: &[String],
    ) -> Result<Run, RunError> {
        self.forget_program();
        let run = {
            let _others = self.runner.share();
            self.script_once(unit, limits, environment, stdin, args)?
        };
        if !starved(&run, limits) {
            return Ok(run);
        }
        let _alone = self.runner.alone();
        self.compiled = None;
        self.script_once(unit, limits, environment, stdin, args)
    }

    /// Lets the program go that was asked last; the next call starts it anew.
    pub fn forget_program(&mut self) {
        self.open = None;
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
        self.runner.check_cancelled()?;
        let language = language_of(&unit.language)?;
        let UnitEntry::Function(signature) = &unit.entry else {
            return Err(RunError::Unsupported {
                language: language.title.clone(),
                what: "calls without an entry point",
            });
        };
        let unfit = has_types(&language.name, signature)
            .and_then(|()| args.iter().try_for_each(|arg| fits(&language.name, arg)));
        if let Err(what) = unfit {
            return Ok(Called::Unfit(what));
        }
        let id = unit.id();
        let same = |open: &Open| open.unit == id && open.limits == *limits && open.environment == *environment;
        // A conversation that fails on the way is not taken up again: it is no longer kept.
        let state = match self.open.take().filter(same) {
            Some(open) => open.state,
            None => self.load(language, unit, signature, limits, environment)?,
        };
        let (called, state) = match state {
            OpenState::Unloadable(run) => (Called::Ran((*run).clone()), Some(OpenState::Unloadable(run))),
            OpenState::Uncallable(why) => (Called::Uncallable(why.clone()), Some(OpenState::Uncallable(why))),
            OpenState::Talking(conversation) => converse(*conversation, limits, args, form)?,
        };
        let (limits, environment) = (limits.clone(), environment.clone());
        self.open = state.map(|state| Open { unit: id, limits, environment, state });
        Ok(called)
    }

    /// Starts a unit and has its driver load it.
    fn load(
        &mut self,
        language: &'static Language,
        unit: &Unit,
        signature: &Signature,
        limits: &Limits,
        environment: &Environment,
    ) -> Result<OpenState, RunError> {
        let Some(call) = &language.call else {
            return Err(RunError::Unsupported { language: language.title.clone(), what: "way to call functions yet" });
        };
        let limits_of_run = conversation_limits(limits);
        let conversation = match call.start {
            Start::Compiled => match self.compile(language, unit, environment)? {
                Compiled::Program(program) => {
                    let terms = Terms { limits: limits_of_run, channel: true, ..Terms::default() };
                    let running = self.execute(language, Program::File(program), Vec::new(), environment, terms)?;
                    Conversation::new(running, self.runner.nonce())
                }
                Compiled::Refused(outcome) => return Ok(OpenState::Unloadable(Box::new(ended(outcome)))),
                Compiled::Uncallable(why) => return Ok(OpenState::Uncallable(why)),
            },
            _ => self.start_driver(language, call, limits_of_run, environment, WhichPlace::Program)?,
        };
        let message = load_message(unit, signature, &conversation.nonce, conversation.next_seq());
        let asked = conversation.ask(&message, limits.cpu + START, limits.wall + START);
        let (exchanged, conversation) = match asked {
            Err(error) if call.start == Start::Compiled => {
                let outcome = self.not_executed(language, environment, error)?;
                return Ok(OpenState::Unloadable(Box::new(ended(outcome))));
            }
            asked => asked?,
        };
        let Exchanged { end, stdout, stderr, usage } = exchanged;
        let outcome = match (end.map(|answer| answer.told()), conversation) {
            (Ok(Ok(Told::Loaded)), Some(conversation)) => return Ok(OpenState::Talking(Box::new(conversation))),
            // Its own process says so, and a program must not excuse itself.
            (Ok(Ok(Told::BadPrelude(what))), conversation) => {
                drop(conversation);
                match self.prelude_fault(language, unit, signature, limits, environment, what)? {
                    Some(what) => return Err(RunError::Prelude(what)),
                    None => Outcome::Tampered("it blames the task's prelude, which is not at fault".into()),
                }
            }
            (Err(outcome), _) => outcome,
            (Ok(Ok(Told::Ended { outcome, .. })), _) if outcome != Outcome::Returned => outcome,
            (Ok(Err(bad)), _) => Outcome::Tampered(bad.0),
            _ => Outcome::Tampered("it answers before it is asked".into()),
        };
        let run = Run { outcome, value: None, args_after: None, stdout, stderr, usage };
        Ok(OpenState::Unloadable(Box::new(run)))
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
        let compiled = language.call.as_ref().is_none_or(|call| call.start == Start::Compiled);
        if unit.prelude.is_empty() || compiled {
            return Ok(None);
        }
        if unit.source.is_empty() {
            return Ok(Some(what));
        }
        let alone = Unit { source: String::new(), ..unit.clone() };
        match self.load(language, &alone, signature, limits, environment) {
            Ok(OpenState::Unloadable(run)) => {
                Ok((run.outcome != Outcome::MissingEntryPoint).then(|| run.outcome.to_string()))
            }
            Ok(OpenState::Talking(_) | OpenState::Uncallable(_)) => Ok(None),
            Err(RunError::Prelude(what)) => Ok(Some(what)),
            Err(other) => Err(other),
        }
    }

    fn script_once(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        stdin: &[u8],
        args: &[String],
    ) -> Result<Run, RunError> {
        self.runner.check_cancelled()?;
        let language = language_of(&unit.language)?;
        let terms = |files| Terms {
            limits: limits.clone(),
            files,
            stdin: Stdin::Bytes(stdin.to_vec()),
            keep: Some(usize::try_from(limits.output).unwrap_or(usize::MAX)),
            ..Terms::default()
        };
        let running = if language.compile.is_some() {
            match self.compile(language, unit, environment)? {
                Compiled::Program(program) => {
                    self.execute(language, Program::File(program), args.to_vec(), environment, terms(Vec::new()))?
                }
                Compiled::Refused(outcome) => return Ok(ended(outcome)),
                Compiled::Uncallable(why) => return Ok(ended(Outcome::CompileError(why))),
            }
        } else if let Some(running) = self.fork_script(language, unit, args, terms(Vec::new()), environment)? {
            running
        } else {
            let file = language.run.file.as_deref().unwrap_or("main");
            let files = vec![InputFile::new(file, script(unit).into_bytes())];
            let toolchain = self.runner.toolchain(language)?;
            let program = toolchain.program.to_string_lossy().into_owned();
            let mut words = fill(&language.run.command, &[("program", &program), ("file", file)]);
            words.extend(args.iter().cloned());
            let program = Program::Path(PathBuf::from(words.remove(0)));
            self.execute(language, program, words, environment, terms(files))?
        };
        let finished = match running.finish() {
            Err(error) if language.compile.is_some() => {
                return Ok(ended(self.not_executed(language, environment, error.into())?));
            }
            finished => finished?,
        };
        let outcome = finished.outcome().ok_or(RunError::Cancelled)?;
        Ok(Run { stdout: finished.stdout, stderr: finished.stderr, usage: finished.usage, ..ended(outcome) })
    }

    /// What became of a compiled program that the system does not execute. A program can see to that
    /// itself, so it is no excuse where the language's hello program is executed.
    fn not_executed(
        &mut self,
        language: &'static Language,
        environment: &Environment,
        error: RunError,
    ) -> Result<Outcome, RunError> {
        let RunError::Sandbox(SandboxError::Execute { source, .. }) = error else { return Err(error) };
        let compiled = self.compiled.take();
        let (prelude, source_text) = (String::new(), language.hello.source.clone());
        let hello = Unit { language: language.name.clone(), prelude, source: source_text, entry: UnitEntry::Stdio };
        let Compiled::Program(program) = self.compile(language, &hello, environment)? else {
            return Err(RunError::Sandbox(SandboxError::Execute { program: language.title.clone(), source }));
        };
        self.compiled = compiled;
        self.execute(language, Program::File(program), Vec::new(), environment, Terms::default())?.finish()?;
        Ok(Outcome::CompileError(format!("it was compiled to a file that cannot be executed: {source}")))
    }

    /// Forks a script from its language's warm interpreter, where there is one.
    fn fork_script(
        &mut self,
        language: &'static Language,
        unit: &Unit,
        args: &[String],
        terms: Terms,
        environment: &Environment,
    ) -> Result<Option<Running>, RunError> {
        let Some(call) = language.call.as_ref().filter(|call| call.start == Start::Zygote) else { return Ok(None) };
        let (toolchain, jail) = self.tools(language, environment)?;
        let place = self.place(WhichPlace::Program)?;
        let Some(zygote) = place.zygote(language, call, &toolchain, &jail, environment)? else { return Ok(None) };
        let payload = serde_json::to_vec(&main_message(unit, args)).unwrap_or_default();
        let terms = Terms { channel: true, ..terms };
        Ok(Some(zygote.fork(&Request { payload: Some(payload), terms })?))
    }

    /// Executes a program in the place for programs.
    fn execute(
        &mut self,
        language: &'static Language,
        program: Program,
        args: Vec<String>,
        environment: &Environment,
        terms: Terms,
    ) -> Result<Running, RunError> {
        let (toolchain, jail) = self.tools(language, environment)?;
        let mut command = synthase_sandbox::Command { program, ..command(language, &toolchain, environment) };
        command.terms = terms;
        for arg in args {
            command = command.arg(arg);
        }
        let place = self.place(WhichPlace::Program)?;
        Ok(jail.start(&place.slot, &command)?)
    }

    fn compile(
        &mut self,
        language: &'static Language,
        unit: &Unit,
        environment: &Environment,
    ) -> Result<Compiled, RunError> {
        let id = unit.id();
        if let Some((known, compiled)) = &self.compiled
            && *known == id
        {
            return Ok(compiled.clone());
        }
        let runner = self.runner;
        let (toolchain, jail) = self.tools(language, environment)?;
        let Some(compile) = &language.compile else {
            return Err(RunError::Unsupported { language: language.title.clone(), what: "compiler" });
        };
        let slot = &self.place(WhichPlace::Program)?.slot;
        let compiler = Compiler { runner, language, toolchain: &toolchain, jail: &jail, slot };
        let compiled = compiler.compile(compile, unit)?;
        // A compiler that waited for the machine is asked again.
        if !matches!(compiled, Compiled::Refused(Outcome::WallTimeout)) {
            self.compiled = Some((id, compiled.clone()));
        }
        Ok(compiled)
    }

    /// Starts a language's driver: forked from its warm interpreter where there is one.
    pub(crate) fn start_driver(
        &mut self,
        language: &'static Language,
        call: &Call,
        limits: Limits,
        environment: &Environment,
        which: WhichPlace,
    ) -> Result<Conversation, RunError> {
        let (toolchain, jail) = self.tools(language, environment)?;
        let nonce = self.runner.nonce();
        let terms = Terms { limits, channel: true, ..Terms::default() };
        let place = self.place(which)?;
        if call.start == Start::Zygote
            && let Some(zygote) = place.zygote(language, call, &toolchain, &jail, environment)?
        {
            return Ok(Conversation::new(zygote.fork(&Request { payload: None, terms })?, nonce));
        }
        let words = if call.cold.is_empty() { &call.command } else { &call.cold };
        let (mut command, files) = driver_command(language, words, &toolchain, environment);
        command.terms = Terms { files, ..terms };
        let running = jail.start(&place.slot, &command)?;
        Conversation::new(running, nonce).greet(PATIENCE).map_err(|why| match self.runner.check_cancelled() {
            Err(cancelled) => cancelled,
            Ok(()) => RunError::BrokenTool { language: language.title.clone(), why },
        })
    }

    fn tools(
        &self,
        language: &'static Language,
        environment: &Environment,
    ) -> Result<(crate::Toolchain, synthase_sandbox::Jail), RunError> {
        if let Some((package, version)) = environment.packages.iter().next() {
            return Err(RunError::MissingTool {
                language: language.title.clone(),
                why: format!("the package {package} {version} is wanted, and packages cannot be had yet"),
                install: String::new(),
            });
        }
        self.runner.with(language, |found| (found.toolchain.clone(), found.jail.clone()))
    }

    fn place(&mut self, which: WhichPlace) -> Result<&mut Place, RunError> {
        let place = match which {
            WhichPlace::Program => &mut self.program,
            WhichPlace::Tests => &mut self.tests,
        };
        match place {
            Some(place) => Ok(place),
            empty => {
                let slot = self.runner.sandbox.slot()?;
                let registration = self.runner.cancel.register(slot.killer());
                Ok(empty.insert(Place::new(slot, registration)))
            }
        }
    }
}

/// Which of a lane's two places is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhichPlace {
    Program,
    Tests,
}

/// One call in a conversation, and how the conversation stands then, unless it is over.
fn converse(
    conversation: Conversation,
    limits: &Limits,
    args: &[Value],
    form: CallForm,
) -> Result<(Called, Option<OpenState>), RunError> {
    let args: Vec<Json> = args.iter().map(Value::to_json).collect();
    let seq = conversation.next_seq();
    let question = json!({ "op": "call", "seq": seq, "args": args, "after": form.after, "loose": form.loose });
    let (exchanged, conversation) = conversation.ask(&question, limits.cpu, limits.wall)?;
    let mut left = conversation.map(|conversation| OpenState::Talking(Box::new(conversation)));
    let Exchanged { end, stdout, stderr, usage } = exchanged;
    let (outcome, value, args_after) = match end.map(|answer| answer.told()) {
        Err(outcome) => (outcome, None, None),
        Ok(Ok(Told::Ended { outcome, value, after })) => (outcome, value, after),
        Ok(told) => {
            left = None;
            let why = told.err().map_or("it does not answer the call".to_owned(), |bad| bad.0);
            (Outcome::Tampered(why), None, None)
        }
    };
    Ok((Called::Ran(Run { outcome, value, args_after, stdout, stderr, usage }), left))
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
