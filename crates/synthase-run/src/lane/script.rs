//! Running a unit as a script or program.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::PathBuf;

use synthase_lang::assemble::{main_message, script};
use synthase_lang::language::{Language, Start};
use synthase_sandbox::{Finished, InputFile, Program, Request, Running, SandboxError, Stdin, Terms};
use synthase_types::{Environment, Limits, Outcome, Unit, UnitEntry};

use super::{Lane, Run, WhichPlace, ended, language_of, starved};
use crate::compile::{Compilation, Compiled};
use crate::error::RunError;
use crate::place::program_of;

/// What a program is given, and what is taken of it.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// What it reads from standard input.
    pub stdin: Vec<u8>,
    /// Its arguments.
    pub args: Vec<String>,
    /// What lies in its work folder beside the program itself.
    pub files: Vec<InputFile>,
    /// Files of the work folder to take out at the end, by their paths; a folder's name ends with a
    /// slash. What is not there is left out.
    pub collect: Vec<PathBuf>,
}

/// How a script went.
#[derive(Debug, Clone, PartialEq)]
pub struct Scripted {
    /// How the program ended. All of its output is kept, up to the limit.
    pub run: Run,
    /// The files that were asked for and are there.
    pub artefacts: Vec<Artefact>,
    /// How it was compiled, in languages that are.
    pub compilation: Option<Compilation>,
}

/// A file that a program left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artefact {
    /// Its path in the work folder.
    pub path: PathBuf,
    /// What is in it.
    pub contents: Vec<u8>,
}

impl Lane<'_> {
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
        let script = Script { stdin: stdin.to_vec(), args: args.to_vec(), ..Script::default() };
        self.run_script(unit, limits, environment, &script).map(|scripted| scripted.run)
    }

    /// The same, with files in and out.
    ///
    /// # Errors
    /// The program could not be run: nothing is known of it.
    pub fn run_script(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        script: &Script,
    ) -> Result<Scripted, RunError> {
        self.forget_program();
        let scripted = {
            let _others = self.runner.share();
            self.script_once(unit, limits, environment, script)?
        };
        if !self.repeats || !starved(&scripted.run, limits) {
            return Ok(scripted);
        }
        let _alone = self.runner.alone();
        self.compiled = None;
        self.script_once(unit, limits, environment, script)
    }

    fn script_once(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        given: &Script,
    ) -> Result<Scripted, RunError> {
        self.check_cancelled()?;
        let language = language_of(&unit.language)?;
        let mut terms = Terms {
            limits: limits.clone(),
            files: given.files.clone(),
            stdin: Stdin::Bytes(given.stdin.clone()),
            keep: Some(usize::try_from(limits.output).unwrap_or(usize::MAX)),
            collect: given.collect.clone(),
            ..Terms::default()
        };
        let unit = Unit { entry: UnitEntry::Stdio, ..unit.clone() };
        let running = if language.compile.is_some() {
            match self.compile(language, &unit, environment)? {
                Compiled::Program(program) => {
                    self.start_compiled(language, program, &given.args, terms, environment)?
                }
                Compiled::Refused(outcome) => return Ok(self.without_run(&unit, outcome)),
                Compiled::Uncallable(why) => return Ok(self.without_run(&unit, Outcome::CompileError(why))),
            }
        } else if let Some(running) = self.fork_script(language, &unit, &given.args, &terms, environment)? {
            running
        } else {
            let file = language.run.file.as_deref().unwrap_or("main");
            terms.files.retain(|other| other.path.as_os_str() != file);
            terms.files.push(InputFile::new(file, script(&unit).into_bytes()));
            let (program, words) = self.command_line(language, &[("file", file)], &given.args, environment)?;
            self.execute(language, program, words, environment, terms)?
        };
        let finished = match running.finish() {
            Err(error) if language.compile.is_some() => {
                let outcome = self.not_executed(language, environment, error.into())?;
                return Ok(self.without_run(&unit, outcome));
            }
            finished => finished?,
        };
        let outcome = finished.outcome().ok_or(RunError::Cancelled)?;
        let Finished { stdout, stderr, usage, files, .. } = finished;
        let artefacts = files.into_iter().map(|file| read_artefact(file.path, file.file)).collect::<Result<_, _>>()?;
        let run = Run { stdout, stderr, usage, ..ended(outcome) };
        Ok(Scripted { run, artefacts, compilation: self.compilation(&unit) })
    }

    fn without_run(&self, unit: &Unit, outcome: Outcome) -> Scripted {
        Scripted { run: ended(outcome), artefacts: Vec::new(), compilation: self.compilation(unit) }
    }

    /// Starts what a compiler made: as a program of the machine, or with what runs it.
    fn start_compiled(
        &mut self,
        language: &'static Language,
        compiled: std::sync::Arc<std::os::fd::OwnedFd>,
        args: &[String],
        mut terms: Terms,
        environment: &Environment,
    ) -> Result<Running, RunError> {
        if language.run.command.first().is_some_and(|word| word == "{output}") {
            let more = language.run.command[1..].iter().cloned().chain(args.iter().cloned()).collect();
            return self.execute(language, Program::File(compiled), more, environment, terms);
        }
        let output = language.compile.as_ref().map_or("", |compile| compile.output.as_str());
        let operation = "read a compiled program";
        let file = compiled.try_clone().map_err(|source| RunError::File { operation, source })?;
        let contents = read_all(file.into()).map_err(|source| RunError::File { operation, source })?;
        terms.files.push(InputFile::new(output, contents));
        let (program, words) = self.command_line(language, &[("output", output)], args, environment)?;
        self.execute(language, program, words, environment, terms)
    }

    /// The program and the arguments that run a source file or what a compiler made.
    fn command_line(
        &mut self,
        language: &'static Language,
        slots: &[(&str, &str)],
        args: &[String],
        environment: &Environment,
    ) -> Result<(Program, Vec<String>), RunError> {
        let ready = self.tools(language, environment)?;
        let mut words = ready.toolchain.fill(&language.run.command, slots);
        words.extend(args.iter().cloned());
        Ok((Program::Path(program_of(&words.remove(0))), words))
    }

    /// What became of a compiled program that the system does not execute. A program can see to that
    /// itself, so it is no excuse where the language's hello program is executed.
    pub(super) fn not_executed(
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
        self.start_compiled(language, program, &[], Terms::default(), environment)?.finish()?;
        Ok(Outcome::CompileError(format!("it was compiled to a file that cannot be executed: {source}")))
    }

    /// Forks a script from its language's warm interpreter, where there is one that runs scripts.
    fn fork_script(
        &mut self,
        language: &'static Language,
        unit: &Unit,
        args: &[String],
        terms: &Terms,
        environment: &Environment,
    ) -> Result<Option<Running>, RunError> {
        let Some(call) = language.call.as_ref().filter(|call| call.start == Start::Zygote && call.scripts) else {
            return Ok(None);
        };
        let ready = self.tools(language, environment)?;
        let place = self.place(WhichPlace::Program)?;
        let Some(zygote) = place.zygote(language, call, &ready, environment)? else { return Ok(None) };
        let payload = serde_json::to_vec(&main_message(unit, args)).unwrap_or_default();
        let terms = Terms { channel: true, ..terms.clone() };
        Ok(Some(zygote.fork(&Request { payload: Some(payload), terms })?))
    }
}

fn read_artefact(path: PathBuf, file: File) -> Result<Artefact, RunError> {
    let operation = "read a file that a program left behind";
    let contents = read_all(file).map_err(|source| RunError::File { operation, source })?;
    Ok(Artefact { path, contents })
}

fn read_all(mut file: File) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
