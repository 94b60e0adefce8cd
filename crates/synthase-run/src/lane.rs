//! One worker's place: warm interpreters, and the program that is being asked.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value as Json, json};
use synthase_lang::assemble::{load_message, main_message, script};
use synthase_lang::language::{Call, Language, MemoryRule, Start, fill, fill_word};
use synthase_lang::registry::driver;
use synthase_sandbox::{
    Command, InputFile, Jail, MemoryBy, Program, Request, Running, SandboxError, Slot, Stdin, Terms, Zygote,
};
use synthase_types::id::UnitId;
use synthase_types::{Captured, Environment, Isolation, Limits, Outcome, Unit, UnitEntry, Usage, Value};

use crate::answer::Told;
use crate::compile::{Compiled, Compiler};
use crate::conversation::{Conversation, Exchanged};
use crate::error::RunError;
use crate::runner::Runner;
use crate::toolchain::Toolchain;

/// One worker's place. It holds at most one program, and one test author's process, at a time.
pub struct Lane<'r> {
    pub(crate) runner: &'r Runner,
    program: Option<Place>,
    tests: Option<Place>,
    /// The program that was asked last, as long as it lives.
    open: Option<Open>,
}

/// A slot of the sandbox with its warm interpreters.
pub(crate) struct Place {
    pub(crate) slot: Slot,
    zygotes: HashMap<String, Warm>,
}

/// An interpreter that forks, or the knowledge that it cannot here.
enum Warm {
    Zygote(Zygote),
    Cold,
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
    /// An argument has no form in the program's types; the program was not called.
    Unfit(String),
}

/// Starting an interpreter and reading the program costs time that is not the program's; it is
/// granted on top of the limits of the first exchange.
const START: Duration = Duration::from_secs(2);

impl<'r> Lane<'r> {
    pub(crate) fn new(runner: &'r Runner) -> Lane<'r> {
        Lane { runner, program: None, tests: None, open: None }
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
        let once = |lane: &mut Self| {
            let asked = lane.call_once(unit, limits, environment, args, after);
            // A failed conversation must not be taken up again.
            asked.inspect_err(|_| lane.open = None)
        };
        let called = {
            let _others = self.runner.share();
            once(self)?
        };
        match &called {
            Called::Ran(run) if starved(run, limits) => {
                let _alone = self.runner.alone();
                once(self)
            }
            _ => Ok(called),
        }
    }

    /// Runs a unit as a script or program, with a text on its standard input.
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
        self.open = None;
        let run = {
            let _others = self.runner.share();
            self.script_once(unit, limits, environment, stdin, args)?
        };
        if !starved(&run, limits) {
            return Ok(run);
        }
        let _alone = self.runner.alone();
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
        after: bool,
    ) -> Result<Called, RunError> {
        self.runner.check_cancelled()?;
        let id = unit.id();
        let same = |open: &Open| open.unit == id && open.limits == *limits && open.environment == *environment;
        let open = match self.open.take().filter(same) {
            Some(open) => open.state,
            None => self.load(unit, limits, environment)?,
        };
        let keep = |state| Some(Open { unit: id, limits: limits.clone(), environment: environment.clone(), state });
        let conversation = match open {
            OpenState::Talking(conversation) => conversation,
            OpenState::Unloadable(run) => {
                let called = Called::Ran((*run).clone());
                self.open = keep(OpenState::Unloadable(run));
                return Ok(called);
            }
        };
        let args: Vec<Json> = args.iter().map(Value::to_json).collect();
        let question = json!({ "op": "call", "seq": conversation.next_seq(), "args": args, "after": after });
        let (exchanged, conversation) = conversation.ask(&question, limits.cpu, limits.wall)?;
        self.open = conversation.and_then(|conversation| keep(OpenState::Talking(Box::new(conversation))));
        let Exchanged { end, stdout, stderr, usage } = exchanged;
        let (outcome, value, args_after) = match end.map(|answer| answer.told()) {
            Err(outcome) => (outcome, None, None),
            Ok(Ok(Told::Unfit(what))) => return Ok(Called::Unfit(what)),
            Ok(Ok(Told::Ended { outcome, value, after })) => (outcome, value, after),
            Ok(Ok(Told::Loaded)) => (Outcome::Tampered("it loads when it is called".into()), None, None),
            Ok(Err(bad)) => {
                self.open = None;
                (Outcome::Tampered(bad.0), None, None)
            }
        };
        Ok(Called::Ran(Run { outcome, value, args_after, stdout, stderr, usage }))
    }

    /// Starts a unit and has its driver load it.
    fn load(&mut self, unit: &Unit, limits: &Limits, environment: &Environment) -> Result<OpenState, RunError> {
        let language = language_of(&unit.language)?;
        let UnitEntry::Function(signature) = &unit.entry else {
            return Err(RunError::Unsupported {
                language: language.title.clone(),
                what: "calls without an entry point",
            });
        };
        let Some(call) = &language.call else {
            return Err(RunError::Unsupported { language: language.title.clone(), what: "way to call functions yet" });
        };
        let limits_of_run = conversation_limits(limits);
        let running = match call.start {
            Start::Compiled => match self.compiled(language, unit)? {
                Compiled::Program(program) => {
                    let terms = Terms { limits: limits_of_run, channel: true, ..Terms::default() };
                    self.execute(language, Program::File(program), Vec::new(), environment, terms)?
                }
                Compiled::Refused(outcome) => return Ok(OpenState::Unloadable(Box::new(ended(outcome)))),
            },
            _ => self.start_driver(language, call, limits_of_run, environment, Stdin::Null, WhichPlace::Program)?,
        };
        let conversation = Conversation::new(running, self.runner.nonce());
        let message = load_message(unit, signature, &conversation.nonce, conversation.next_seq());
        let (exchanged, conversation) = conversation.ask(&message, limits.cpu + START, limits.wall + START)?;
        let Exchanged { end, stdout, stderr, usage } = exchanged;
        let outcome = match end.map(|answer| answer.told()) {
            Err(outcome) => outcome,
            Ok(Ok(Told::Loaded)) => {
                if let Some(conversation) = conversation {
                    return Ok(OpenState::Talking(Box::new(conversation)));
                }
                Outcome::EarlyExit(0)
            }
            Ok(Ok(Told::Ended { outcome: Outcome::Returned, .. } | Told::Unfit(_))) => {
                Outcome::Tampered("it answers before it is loaded".into())
            }
            Ok(Ok(Told::Ended { outcome, .. })) => outcome,
            Ok(Err(bad)) => Outcome::Tampered(bad.0),
        };
        let run = Run { outcome, value: None, args_after: None, stdout, stderr, usage };
        Ok(OpenState::Unloadable(Box::new(run)))
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
        let stdin = Stdin::Bytes(stdin.to_vec());
        let terms = |files| Terms { limits: limits.clone(), files, stdin: stdin.clone(), ..Terms::default() };
        let running = if language.compile.is_some() {
            match self.compiled(language, unit)? {
                Compiled::Program(program) => {
                    self.execute(language, Program::File(program), args.to_vec(), environment, terms(Vec::new()))?
                }
                Compiled::Refused(outcome) => return Ok(ended(outcome)),
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
        finish(running)
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
        let (toolchain, jail) = self.runner.with(language, |found| (found.toolchain.clone(), found.jail.clone()))?;
        let place = self.place(WhichPlace::Program)?;
        let Some(zygote) = place.zygote(language, call, &toolchain, &jail, environment)? else { return Ok(None) };
        let payload = serde_json::to_vec(&main_message(unit, args)).unwrap_or_default();
        let terms = Terms { channel: true, ..terms };
        Ok(Some(zygote.fork(&Request { payload: Some(payload), terms })?))
    }

    /// Executes a program in the slot for programs.
    fn execute(
        &mut self,
        language: &'static Language,
        program: Program,
        args: Vec<String>,
        environment: &Environment,
        terms: Terms,
    ) -> Result<Running, RunError> {
        let (toolchain, jail) = self.runner.with(language, |found| (found.toolchain.clone(), found.jail.clone()))?;
        let mut command = Command { program, ..command(language, &toolchain, environment) }.terms(terms);
        for arg in args {
            command = command.arg(arg);
        }
        let place = self.place(WhichPlace::Program)?;
        Ok(jail.start(&place.slot, &command)?)
    }

    fn compiled(&mut self, language: &'static Language, unit: &Unit) -> Result<Compiled, RunError> {
        let runner = self.runner;
        let (toolchain, jail) = runner.with(language, |found| (found.toolchain.clone(), found.jail.clone()))?;
        let Some(compile) = &language.compile else {
            return Err(RunError::Unsupported { language: language.title.clone(), what: "compiler" });
        };
        let slot = &self.place(WhichPlace::Program)?.slot;
        Compiler { runner, language, toolchain: &toolchain, jail: &jail, slot }.compile(compile, unit)
    }

    /// Starts a language's driver: forked from its warm interpreter where there is one.
    pub(crate) fn start_driver(
        &mut self,
        language: &'static Language,
        call: &Call,
        limits: Limits,
        environment: &Environment,
        stdin: Stdin,
        which: WhichPlace,
    ) -> Result<Running, RunError> {
        let (toolchain, jail) = self.runner.with(language, |found| (found.toolchain.clone(), found.jail.clone()))?;
        let terms = Terms { limits, stdin, channel: true, ..Terms::default() };
        let place = self.place(which)?;
        if call.start == Start::Zygote
            && let Some(zygote) = place.zygote(language, call, &toolchain, &jail, environment)?
        {
            return Ok(zygote.fork(&Request { payload: None, terms })?);
        }
        let words = if call.cold.is_empty() { &call.command } else { &call.cold };
        let (mut command, files) = driver_command(language, words, &toolchain, environment);
        command.terms = Terms { files, ..terms };
        Ok(jail.start(&place.slot, &command)?)
    }

    pub(crate) fn place(&mut self, which: WhichPlace) -> Result<&mut Place, RunError> {
        let place = match which {
            WhichPlace::Program => &mut self.program,
            WhichPlace::Tests => &mut self.tests,
        };
        match place {
            Some(place) => Ok(place),
            empty => {
                let slot = self.runner.sandbox.slot()?;
                self.runner.cancel.register(slot.killer());
                Ok(empty.insert(Place { slot, zygotes: HashMap::new() }))
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

impl Place {
    /// The warm interpreter of a language, started if it is not there; `None` if it cannot fork here.
    fn zygote(
        &mut self,
        language: &'static Language,
        call: &Call,
        toolchain: &Toolchain,
        jail: &Jail,
        environment: &Environment,
    ) -> Result<Option<&mut Zygote>, RunError> {
        let key = format!("{} {environment:?}", language.name);
        let alive = match self.zygotes.get(&key) {
            Some(Warm::Zygote(zygote)) => zygote.is_alive(),
            Some(Warm::Cold) => return Ok(None),
            None => false,
        };
        if !alive {
            let (command, _) = driver_command(language, &call.command, toolchain, environment);
            let warm = match jail.zygote(&self.slot, &command) {
                Ok(zygote) => Warm::Zygote(zygote),
                // An interpreter without what entering a box takes: runs are started one by one, which
                // is slower and otherwise the same. If the cold start fails too, that error is told.
                Err(SandboxError::Lost { who: "zygote", .. } | SandboxError::Setup(_)) if !call.cold.is_empty() => {
                    Warm::Cold
                }
                Err(error) => return Err(error.into()),
            };
            self.zygotes.insert(key.clone(), warm);
        }
        match self.zygotes.get_mut(&key) {
            Some(Warm::Zygote(zygote)) => Ok(Some(zygote)),
            _ => Ok(None),
        }
    }
}

/// A command with a language's environment.
fn command(language: &Language, toolchain: &Toolchain, environment: &Environment) -> Command {
    let seed = environment.seed.to_string();
    let mut command = Command::new(&toolchain.program)
        .env("PATH", "/usr/bin:/bin")
        .env("LANG", &environment.locale)
        .env("TZ", &environment.timezone)
        .env("HOME", "/work")
        .env("TMPDIR", "/tmp");
    for (name, value) in &language.environment {
        command = command.env(name, fill_word(value, &[("seed", &seed)]));
    }
    command.memory_by = match language.memory {
        MemoryRule::Data => MemoryBy::Data,
        MemoryRule::Nothing => MemoryBy::Nothing,
    };
    command
}

/// The command that starts a driver, and the files that it needs.
fn driver_command(
    language: &Language,
    words: &[String],
    toolchain: &Toolchain,
    environment: &Environment,
) -> (Command, Vec<InputFile>) {
    let text = driver(language).unwrap_or("");
    let file = language.call.as_ref().map_or("driver", |call| call.driver.as_str());
    let program = toolchain.program.to_string_lossy();
    let slots = [("program", program.as_ref()), ("driver", text), ("driver_file", file)];
    let mut command = command(language, toolchain, environment);
    for word in fill(words, &slots).iter().skip(1) {
        command = command.arg(word);
    }
    let by_file = words.iter().any(|word| word.contains("{driver_file}"));
    (command, if by_file { vec![InputFile::new(file, text.as_bytes())] } else { Vec::new() })
}

/// Each question has the limits; the process as a whole may live as long as there are questions.
fn conversation_limits(limits: &Limits) -> Limits {
    const MANY: u32 = 10_000;
    let most = Duration::from_secs(24 * 3600);
    Limits {
        cpu: limits.cpu.saturating_mul(MANY).min(most),
        wall: limits.wall.saturating_mul(MANY).min(most),
        ..limits.clone()
    }
}

fn language_of(name: &str) -> Result<&'static Language, RunError> {
    synthase_lang::by_name(name).map_err(|error| RunError::MissingTool {
        language: name.to_owned(),
        why: error.to_string(),
        install: String::new(),
    })
}

/// Whether a run was stopped for its elapsed time while it had used little of its processor time: it
/// may have waited for the machine and not for itself.
fn starved(run: &Run, limits: &Limits) -> bool {
    run.outcome == Outcome::WallTimeout && run.usage.cpu < limits.cpu / 2
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

fn finish(running: Running) -> Result<Run, RunError> {
    let finished = running.finish()?;
    let outcome = finished.outcome().ok_or(RunError::Cancelled)?;
    Ok(Run { stdout: finished.stdout, stderr: finished.stderr, usage: finished.usage, ..ended(outcome) })
}
