//! Compiling programs, in the sandbox and at most once.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use synthase_lang::assemble::{SourceFile, compiled_files, script};
use synthase_lang::language::{Compile, Language, Start};
use synthase_sandbox::{Command, Finished, InputFile, Slot, Terms};
use synthase_types::id::Digest;
use synthase_types::{Captured, Limits, Outcome, Signature, Unit, UnitEntry, Usage};

use crate::error::RunError;
use crate::place::program_of;
use crate::runner::{Ready, Runner};
use crate::worker::Worker;

/// The largest compiled program that is taken out of a sandbox.
const LARGEST: u64 = 256 << 20;

/// What came of compiling a program.
#[derive(Clone)]
pub(crate) enum Compiled {
    /// What the compiler made, opened for reading.
    Program(Arc<OwnedFd>),
    /// The compiler refuses it.
    Refused(Outcome),
    /// It is a program, but its entry point cannot be called with plain data; this says why.
    Uncallable(String),
}

/// How a compiler went about a program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compilation {
    /// Whether it was found compiled; then nothing else is known.
    pub cached: bool,
    /// What compiling used.
    pub usage: Usage,
    /// What the compiler wrote to standard output.
    pub stdout: Captured,
    /// What the compiler wrote to standard error.
    pub stderr: Captured,
}

/// Where and with what to compile.
pub(crate) struct Compiler<'a> {
    pub(crate) runner: &'a Runner,
    pub(crate) language: &'static Language,
    pub(crate) ready: &'a Ready,
    pub(crate) slot: &'a Slot,
    /// The compiler that compiles many programs, where the language has one.
    pub(crate) worker: &'a mut Option<Worker>,
    /// How the last compilation went.
    pub(crate) report: Compilation,
}

/// One call of the compiler.
struct Job<'a> {
    /// The command; without one, the worker is asked.
    command: Option<Vec<String>>,
    files: Vec<SourceFile>,
    main: &'a str,
    output: &'a str,
    limits: &'a Limits,
}

impl Compiler<'_> {
    /// Compiles a unit, or finds it compiled.
    pub(crate) fn compile(&mut self, compile: &Compile, unit: &Unit) -> Result<Compiled, RunError> {
        let files = match compiled_files(self.language, compile, unit) {
            Ok(files) => files,
            Err(why) => return Ok(Compiled::Uncallable(why)),
        };
        let refused = match self.attempt(compile, unit, files)? {
            Ok(program) => return Ok(Compiled::Program(Arc::new(program.into()))),
            Err(refused) => refused,
        };
        let report = self.report.clone();
        self.check_tools(compile, unit)?;
        let compiled = match &unit.entry {
            UnitEntry::Function(signature) => self.blame(compile, unit, signature, refused)?,
            UnitEntry::Stdio => Compiled::Refused(refused),
        };
        self.report = report;
        Ok(compiled)
    }

    fn attempt(
        &mut self,
        compile: &Compile,
        unit: &Unit,
        files: Vec<SourceFile>,
    ) -> Result<Result<File, Outcome>, RunError> {
        let call = self.language.call.as_ref().filter(|call| call.start == Start::Compiled);
        let words = match (&unit.entry, call) {
            (UnitEntry::Function(_), Some(call)) if !call.compile.is_empty() => &call.compile,
            _ => &compile.command,
        };
        let command = compile.worker.is_empty().then(|| self.command(words, &compile.file, &compile.output));
        let (main, output) = (compile.file.as_str(), compile.output.as_str());
        self.cached(&Job { command, files, main, output, limits: &compile.limits })
    }

    /// Makes sure that a refusal is about the program: a compiler that refuses its language's hello
    /// program lacks a linker, a library, or is too old.
    fn check_tools(&mut self, compile: &Compile, unit: &Unit) -> Result<(), RunError> {
        let hello = &self.language.hello;
        let (source, entry) = match (&unit.entry, &hello.call) {
            (UnitEntry::Function(_), Some(source)) => match "greet(name: str) -> str".parse() {
                Ok(signature) => (source, UnitEntry::Function(signature)),
                Err(_) => return Ok(()),
            },
            _ => (&hello.source, UnitEntry::Stdio),
        };
        let hello =
            Unit { language: self.language.name.clone(), prelude: String::new(), source: source.clone(), entry };
        let files = compiled_files(self.language, compile, &hello).map_err(|why| self.broken(&why))?;
        let compiled = self.attempt(compile, &hello, files)?;
        compiled.map(|_| ()).map_err(|refused| self.broken(&format!("its own hello program {refused}")))
    }

    fn broken(&self, why: &str) -> RunError {
        RunError::BrokenTool {
            language: self.language.title.clone(),
            why: format!("{why} ({})", self.ready.toolchain.version),
        }
    }

    /// Finds out what a refusal is about: the program's own text, a missing entry point, or types of
    /// the entry point that cannot be called with plain data.
    fn blame(
        &mut self,
        compile: &Compile,
        unit: &Unit,
        signature: &Signature,
        refused: Outcome,
    ) -> Result<Compiled, RunError> {
        let alone = self.language.call.as_ref().map(|call| &call.alone).filter(|alone| !alone.is_empty());
        let (Some(alone), Outcome::CompileError(message)) = (alone, &refused) else {
            return Ok(Compiled::Refused(refused));
        };
        let text = script(unit);
        let command = Some(self.command(alone, &compile.file, &compile.output));
        let files = vec![SourceFile { name: compile.file.clone(), text: text.clone() }];
        let (main, output) = (compile.file.as_str(), compile.output.as_str());
        let job = Job { command, files, main, output, limits: &compile.limits };
        if self.cached(&job)?.is_err() {
            return Ok(Compiled::Refused(refused));
        }
        // The text by itself is a program, so what is wrong is how it meets its caller.
        let name = synthase_lang::identifier::to_identifier(&self.language.name, &signature.name);
        if !mentions(&text, &name) {
            return Ok(Compiled::Refused(Outcome::MissingEntryPoint));
        }
        if self.language.name == "rust" {
            return Ok(blame_rust(&signature.name, message, refused.clone()));
        }
        Ok(Compiled::Uncallable(format!("`{name}` cannot be called with plain data: {message}")))
    }

    fn command(&self, words: &[String], file: &str, output: &str) -> Vec<String> {
        self.ready.toolchain.fill(words, &[("file", file), ("output", output)])
    }

    /// Does a job unless its result is known.
    fn cached(&mut self, job: &Job<'_>) -> Result<Result<File, Outcome>, RunError> {
        let identity = self.ready.toolchain.identity();
        let prepared = self.ready.prepared.map(|digest| digest.to_string()).unwrap_or_default();
        let mut parts: Vec<&[u8]> = vec![b"compile 2", self.language.name.as_bytes(), identity.as_bytes()];
        parts.extend([prepared.as_bytes(), job.output.as_bytes()]);
        parts.extend(job.command.iter().flatten().map(String::as_bytes));
        for file in &job.files {
            parts.extend([file.name.as_bytes(), file.text.as_bytes()]);
        }
        let key = Digest::of_parts(&parts);
        if let Some(file) = self.runner.cache.get(key) {
            self.report = Compilation { cached: true, ..Compilation::default() };
            return Ok(Ok(file));
        }
        let made = match &job.command {
            Some(command) => self.run(job, command)?,
            None => self.ask_worker(job)?,
        };
        Ok(match made {
            Ok(bytes) => Ok(self.runner.cache.put(key, &bytes)?),
            Err(refused) => Err(refused),
        })
    }

    fn run(&mut self, job: &Job<'_>, command: &[String]) -> Result<Result<Vec<u8>, Outcome>, RunError> {
        let (program, args) = command.split_first().expect("a language's command has a first word");
        let terms = Terms {
            limits: job.limits.clone(),
            files: job.files.iter().map(input_file).collect(),
            collect: vec![PathBuf::from(job.output)],
            ..Terms::default()
        };
        // Compilers call assemblers and linkers by name.
        let mut command = Command::new(program_of(program)).env("PATH", "/usr/bin:/bin").terms(terms);
        for (name, value) in &self.language.environment {
            command = command.env(name, value);
        }
        for arg in args {
            command = command.arg(arg);
        }
        let finished = self.ready.jail.start(self.slot, &command)?.finish()?;
        let Some(outcome) = finished.outcome() else { return Err(RunError::Cancelled) };
        let (usage, stdout, stderr) = (finished.usage, finished.stdout.clone(), finished.stderr.clone());
        self.report = Compilation { cached: false, usage, stdout, stderr };
        match (outcome, finished.files.first()) {
            (Outcome::Exited(0), Some(compiled)) if compiled.size <= LARGEST => {
                let mut bytes = Vec::new();
                let operation = "read a compiled program";
                (&compiled.file).read_to_end(&mut bytes).map_err(|source| RunError::File { operation, source })?;
                Ok(Ok(bytes))
            }
            (Outcome::Exited(0), Some(compiled)) => {
                Ok(Err(Outcome::CompileError(format!("the program has {} bytes", compiled.size))))
            }
            // The caller runs what took long again with nothing beside it.
            (Outcome::WallTimeout, _) => Ok(Err(Outcome::WallTimeout)),
            (outcome, _) => Ok(Err(refusal(&outcome, &finished))),
        }
    }

    /// Asks the compiler that compiles many programs. One that ends or takes too long may have had
    /// enough of what came before, so a fresh one is asked once more.
    fn ask_worker(&mut self, job: &Job<'_>) -> Result<Result<Vec<u8>, Outcome>, RunError> {
        let was_fresh = self.worker.is_none();
        let worker = match self.worker.take() {
            Some(worker) => worker,
            None => Worker::start(self.runner, self.language, self.ready)?,
        };
        let asked = worker.compile(&job.files, job.main, job.output, job.limits)?;
        let asked = match asked.ended() {
            Some(_) if !was_fresh => Worker::start(self.runner, self.language, self.ready)?
                .compile(&job.files, job.main, job.output, job.limits)?,
            _ => asked,
        };
        self.report = Compilation { cached: false, usage: asked.usage, stdout: asked.stdout, stderr: asked.stderr };
        *self.worker = asked.left;
        Ok(match asked.made {
            Ok(made) => made.map_err(|said| {
                self.report.stderr.head = said.clone().into_bytes();
                Outcome::CompileError(said)
            }),
            Err(Outcome::WallTimeout) => Err(Outcome::WallTimeout),
            Err(outcome) => Err(Outcome::CompileError(format!("the compiler {outcome}"))),
        })
    }
}

/// Whether a word stands in a text.
fn mentions(text: &str, word: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|found| found == word)
}

/// What a refusal of Rust's compiler is about, by the codes of its errors.
fn blame_rust(name: &str, message: &str, refused: Outcome) -> Compiled {
    let codes: Vec<&str> = message.split("error[").skip(1).filter_map(|rest| rest.split(']').next()).collect();
    if codes.contains(&"E0425") && message.contains(&format!("`{name}`")) {
        return Compiled::Refused(Outcome::MissingEntryPoint);
    }
    // A bound that is not met, or a type that must be stated: the types of the entry point are generic,
    // or none that a value has.
    let uncallable = ["E0277", "E0282", "E0283", "E0284"];
    if !codes.is_empty() && codes.iter().all(|code| uncallable.contains(code)) {
        return Compiled::Uncallable(format!("the types of `{name}` cannot be called with plain data: {message}"));
    }
    Compiled::Refused(refused)
}

/// What a compiler that made no program says of the text. A text that the compiler cannot deal with
/// within its limits does not compile either: that is the text's doing.
fn refusal(outcome: &Outcome, finished: &Finished) -> Outcome {
    let said = [&finished.stderr, &finished.stdout].map(|output| output.to_text());
    let said = said.iter().map(|text| text.trim()).find(|text| !text.is_empty()).unwrap_or("");
    Outcome::CompileError(match outcome {
        Outcome::Exited(_) => said.to_owned(),
        other => format!("the compiler {other}. {said}").trim_end().to_owned(),
    })
}

fn input_file(file: &SourceFile) -> InputFile {
    InputFile::new(&file.name, file.text.as_bytes())
}
