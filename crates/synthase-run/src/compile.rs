//! Compiling programs, in the sandbox and at most once.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use synthase_lang::assemble::{SourceFile, compiled_files, script};
use synthase_lang::language::{Compile, Language, Library, fill};
use synthase_lang::registry::driver;
use synthase_sandbox::{Command, Finished, InputFile, Jail, Slot, Terms};
use synthase_types::id::Digest;
use synthase_types::{Limits, Outcome, Signature, Unit, UnitEntry};

use crate::error::RunError;
use crate::runner::Runner;
use crate::toolchain::Toolchain;

/// The largest compiled program that is taken out of a sandbox.
const LARGEST: u64 = 256 << 20;

/// What came of compiling a program.
#[derive(Clone)]
pub(crate) enum Compiled {
    /// The program, ready to be executed.
    Program(Arc<OwnedFd>),
    /// The compiler refuses it.
    Refused(Outcome),
    /// It is a program, but its entry point cannot be called with plain data; this says why.
    Uncallable(String),
}

/// Where and with what to compile.
pub(crate) struct Compiler<'a> {
    pub(crate) runner: &'a Runner,
    pub(crate) language: &'a Language,
    pub(crate) toolchain: &'a Toolchain,
    pub(crate) jail: &'a Jail,
    pub(crate) slot: &'a Slot,
}

/// One call of the compiler.
struct Job<'a> {
    command: Vec<String>,
    files: Vec<InputFile>,
    output: &'a str,
    limits: &'a Limits,
}

impl Compiler<'_> {
    /// Compiles a unit, or finds it compiled.
    pub(crate) fn compile(&self, compile: &Compile, unit: &Unit) -> Result<Compiled, RunError> {
        let refused = match self.attempt(compile, unit)? {
            Ok(program) => return Ok(Compiled::Program(Arc::new(program.into()))),
            Err(refused) => refused,
        };
        self.check_tools(compile, unit)?;
        match &unit.entry {
            UnitEntry::Function(signature) => self.blame(compile, unit, signature, refused),
            UnitEntry::Stdio => Ok(Compiled::Refused(refused)),
        }
    }

    fn attempt(&self, compile: &Compile, unit: &Unit) -> Result<Result<File, Outcome>, RunError> {
        let mut files: Vec<InputFile> = compiled_files(self.language, compile, unit).iter().map(input_file).collect();
        let mut command = self.command(&compile.command, &compile.file, &compile.output);
        let library = self.language.call.as_ref().and_then(|call| call.library.as_ref());
        if let (Some(library), UnitEntry::Function(_)) = (library, &unit.entry) {
            command.extend(fill(&library.flags, &[("library", &library.output)]));
            let mut bytes = Vec::new();
            let mut file = self.library(library, &compile.limits)?;
            let operation = "read the compiled driver";
            file.read_to_end(&mut bytes).map_err(|source| RunError::File { operation, source })?;
            files.push(InputFile::new(&library.output, bytes));
        }
        self.cached(&Job { command, files, output: &compile.output, limits: &compile.limits })
    }

    /// The driver's library, compiled once for each toolchain.
    fn library(&self, library: &Library, limits: &Limits) -> Result<File, RunError> {
        let source = SourceFile { name: library.file.clone(), text: driver(self.language).unwrap_or("").to_owned() };
        let command = self.command(&library.command, &library.file, &library.output);
        let job = Job { command, files: vec![input_file(&source)], output: &library.output, limits };
        self.cached(&job)?.map_err(|refused| self.broken(&format!("the driver {refused}")))
    }

    /// Makes sure that a refusal is about the program: a compiler that refuses its language's hello
    /// program lacks a linker, a library, or is too old.
    fn check_tools(&self, compile: &Compile, unit: &Unit) -> Result<(), RunError> {
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
        let compiled = self.attempt(compile, &hello)?;
        compiled.map(|_| ()).map_err(|refused| self.broken(&format!("its own hello program {refused}")))
    }

    fn broken(&self, why: &str) -> RunError {
        RunError::BrokenTool {
            language: self.language.title.clone(),
            why: format!("{why} ({})", self.toolchain.version),
        }
    }

    /// Finds out what a refusal is about: the program's own text, a missing entry point, or types of
    /// the entry point that cannot be called with plain data.
    fn blame(
        &self,
        compile: &Compile,
        unit: &Unit,
        signature: &Signature,
        refused: Outcome,
    ) -> Result<Compiled, RunError> {
        let alone = self.language.call.as_ref().and_then(|call| call.library.as_ref()).map(|library| &library.alone);
        let (Some(alone), Outcome::CompileError(message)) = (alone, &refused) else {
            return Ok(Compiled::Refused(refused));
        };
        let mut command = self.command(&compile.command, &compile.file, &compile.output);
        command.extend(alone.iter().cloned());
        let file = InputFile::new(&compile.file, script(unit));
        let job = Job { command, files: vec![file], output: &compile.output, limits: &compile.limits };
        if self.cached(&job)?.is_err() {
            return Ok(Compiled::Refused(refused));
        }
        let codes: Vec<&str> = message.split("error[").skip(1).filter_map(|rest| rest.split(']').next()).collect();
        let name = format!("`{}`", signature.name);
        if codes.contains(&"E0425") && message.contains(&name) {
            return Ok(Compiled::Refused(Outcome::MissingEntryPoint));
        }
        // A bound that is not met, or a type that must be stated: the types of the entry point are
        // generic, or none that a value has.
        let uncallable = ["E0277", "E0282", "E0283", "E0284"];
        if !codes.is_empty() && codes.iter().all(|code| uncallable.contains(code)) {
            return Ok(Compiled::Uncallable(format!(
                "the types of {name} cannot be called with plain data: {message}"
            )));
        }
        Ok(Compiled::Refused(refused))
    }

    fn command(&self, words: &[String], file: &str, output: &str) -> Vec<String> {
        let program = self.toolchain.program.to_string_lossy();
        fill(words, &[("program", &program), ("file", file), ("output", output)])
    }

    /// Runs a job unless its result is known.
    fn cached(&self, job: &Job<'_>) -> Result<Result<File, Outcome>, RunError> {
        let identity = self.toolchain.identity();
        let mut parts: Vec<&[u8]> = vec![b"compile 1", identity.as_bytes(), job.output.as_bytes()];
        parts.extend(job.command.iter().map(String::as_bytes));
        for file in &job.files {
            parts.extend([file.path.as_os_str().as_encoded_bytes(), file.contents.as_slice()]);
        }
        let key = Digest::of_parts(&parts);
        if let Some(file) = self.runner.cache.get(key) {
            return Ok(Ok(file));
        }
        Ok(match self.run(job)? {
            Ok(bytes) => Ok(self.runner.cache.put(key, &bytes)?),
            Err(refused) => Err(refused),
        })
    }

    fn run(&self, job: &Job<'_>) -> Result<Result<Vec<u8>, Outcome>, RunError> {
        let (program, args) = job.command.split_first().expect("a language's command has a first word");
        let terms = Terms {
            limits: job.limits.clone(),
            files: job.files.clone(),
            collect: vec![PathBuf::from(job.output)],
            ..Terms::default()
        };
        // Compilers call assemblers and linkers by name.
        let mut command = Command::new(program).env("PATH", "/usr/bin:/bin").terms(terms);
        for arg in args {
            command = command.arg(arg);
        }
        let finished = self.jail.start(self.slot, &command)?.finish()?;
        let Some(outcome) = finished.outcome() else { return Err(RunError::Cancelled) };
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
