//! Compiling programs, in the sandbox and at most once.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use synthase_lang::assemble::{SourceFile, compiled_files};
use synthase_lang::language::{Compile, Language, Library, fill};
use synthase_lang::registry::driver;
use synthase_sandbox::{Command, Finished, InputFile, Jail, Slot, Terms};
use synthase_types::id::Digest;
use synthase_types::{Limits, Outcome, Unit, UnitEntry};

use crate::error::RunError;
use crate::runner::Runner;
use crate::toolchain::Toolchain;

/// The largest compiled program that is taken out of a sandbox.
const LARGEST: u64 = 256 << 20;

/// A compiled program, ready to be executed, or the compiler's refusal.
pub(crate) enum Compiled {
    Program(Arc<OwnedFd>),
    Refused(Outcome),
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
        let mut files: Vec<InputFile> = compiled_files(self.language, compile, unit).iter().map(input_file).collect();
        let slots = [("program", self.program()), ("file", compile.file.as_str()), ("output", compile.output.as_str())];
        let mut command = fill(&compile.command, &slots);
        let library = self.language.call.as_ref().and_then(|call| call.library.as_ref());
        if let (Some(library), UnitEntry::Function(_)) = (library, &unit.entry) {
            command.extend(fill(&library.flags, &[("library", &library.output)]));
            let mut bytes = Vec::new();
            match self.library(library, &compile.limits)? {
                Ok(mut file) => file.read_to_end(&mut bytes)?,
                Err(refused) => return Ok(Compiled::Refused(refused)),
            };
            files.push(InputFile::new(&library.output, bytes));
        }
        let job = Job { command, files, output: &compile.output, limits: &compile.limits };
        Ok(match self.cached(&job)? {
            Ok(file) => Compiled::Program(Arc::new(file.into())),
            Err(refused) => Compiled::Refused(refused),
        })
    }

    /// The driver's library, compiled once for each toolchain.
    fn library(&self, library: &Library, limits: &Limits) -> Result<Result<File, Outcome>, RunError> {
        let source = SourceFile { name: library.file.clone(), text: driver(self.language).unwrap_or("").to_owned() };
        let slots = [("program", self.program()), ("file", library.file.as_str()), ("output", library.output.as_str())];
        let command = fill(&library.command, &slots);
        self.cached(&Job { command, files: vec![input_file(&source)], output: &library.output, limits })
    }

    fn program(&self) -> &str {
        self.toolchain.program.to_str().unwrap_or("")
    }

    /// Runs a job unless its result is known. A refusal is not kept: it costs what it cost.
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
            (Outcome::Exited(0), Some(compiled)) => {
                let mut bytes = Vec::new();
                (&compiled.file).take(LARGEST).read_to_end(&mut bytes)?;
                Ok(Ok(bytes))
            }
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
