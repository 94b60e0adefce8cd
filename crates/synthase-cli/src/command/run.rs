//! `synthase run`: runs a program in the sandbox.

use std::io::Read;
use std::path::{Component, Path, PathBuf};

use serde::Serialize;
use synthase::run::{Artefact, Called, InputFile, Script, Scripted, difference};
use synthase::types::{Captured, Environment, Isolation, Outcome, Signature, Unit, UnitEntry, Usage, Value};

use crate::args::{Global, Run};
use crate::command::instrument;
use crate::error::{CliError, Exit, Result};
use crate::{input, output, session};

/// What `--json` prints.
#[derive(Serialize)]
struct Printed {
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    stdout: Captured,
    stderr: Captured,
    usage: Usage,
    isolation: Isolation,
    /// In what several runs differed.
    #[serde(skip_serializing_if = "Option::is_none")]
    flaky: Option<&'static str>,
}

pub(crate) fn run(args: Run, global: &Global) -> Result<Exit> {
    let source = match args.file == Path::new("-") {
        true => {
            String::from_utf8(standard_input()?).map_err(|_| CliError::input("standard input is not UTF-8 text"))?
        }
        false => input::read_text(&args.file)?,
    };
    let language = input::program_language(&args.file, args.lang.as_deref())?;
    let call = args.call.as_deref().map(input::parse_call).transpose()?;
    let stdin = match args.stdin.as_deref() {
        None => Vec::new(),
        Some("@-") => standard_input()?,
        Some(text) => match text.strip_prefix('@') {
            Some(path) => input::read_bytes(Path::new(path))?,
            None => text.as_bytes().to_vec(),
        },
    };
    let entry = call.as_ref().map_or(UnitEntry::Stdio, |(signature, _)| UnitEntry::Function(signature.clone()));
    let unit = Unit { language: language.name.clone(), prelude: String::new(), source, entry };
    let limits = input::limits(&args.limits)?;
    let engine = session::engine(global)?;
    let mut lane = engine.runner().lane();
    let environment = Environment::default();
    if let Some(asked) = instrument::asked(&args.instrument)?
        && let Some((_, values)) = &call
    {
        let isolation = lane.isolation();
        return instrument::run(&mut lane, &asked, &unit, &limits, &environment, values, (global, isolation));
    }
    let script = Script {
        stdin,
        args: args.args.clone(),
        files: args.files.iter().map(|file| given_file(file)).collect::<Result<_>>()?,
        collect: args.collect.iter().map(|wanted| PathBuf::from(split_name(wanted).0)).collect(),
    };
    let mut once = || -> Result<Scripted> {
        let Some((_, values)) = &call else { return Ok(lane.run_script(&unit, &limits, &environment, &script)?) };
        lane.forget_program();
        match lane.call(&unit, &limits, &environment, values, false)? {
            Called::Ran(run) => Ok(Scripted { run, artefacts: Vec::new(), compilation: None }),
            Called::Unfit(what) => Err(CliError::input(format!("an argument does not fit: {what}"))),
            Called::Uncallable(what) => Err(CliError::input(output::safe_text(&what))),
        }
    };
    let Scripted { run, artefacts, .. } = once()?;
    let mut flaky = None;
    for _ in 1..args.repeat.get() {
        flaky = flaky.or(difference(&run, &once()?.run));
    }
    keep_files(&args.collect, &artefacts)?;
    let exit = match run.outcome {
        _ if flaky.is_some() => Exit::NotJudged,
        Outcome::Returned | Outcome::Exited(0) => Exit::Success,
        _ => Exit::Fails,
    };
    let isolation = lane.isolation();
    if global.json {
        let synthase::run::Run { outcome, value, stdout, stderr, usage, .. } = run;
        output::json(&Printed { outcome, value, stdout, stderr, usage, isolation, flaky })?;
        return Ok(exit);
    }
    tell_output(&run, call.is_none());
    if let Some(value) = &run.value {
        output::result(&format!("{value}\n"));
    }
    let ended = match (&run.outcome, output::judgement::complaint(&run.outcome)) {
        (_, Some((what, message))) => {
            output::note(&output::judgement::indented(message));
            what.to_owned()
        }
        (Outcome::MissingEntryPoint, None) => format!("has no function `{}`", called_name(&call)),
        (outcome, None) => outcome.to_string(),
    };
    output::note(&format!("{ended}; {}; isolation: {isolation}", output::judgement::usage(&run.usage)));
    match flaky {
        Some(what) => output::note(&format!("flaky: in {} runs it was not the same each time: {what}", args.repeat)),
        None if args.repeat.get() > 1 => output::note(&format!("the same in {} runs", args.repeat)),
        None => {}
    }
    Ok(exit)
}

/// `PATH` or `PATH=NAME`: both parts.
fn split_name(text: &str) -> (&str, &str) {
    text.split_once('=').unwrap_or((text, text))
}

/// A file for the program's work folder.
fn given_file(text: &str) -> Result<InputFile> {
    let (path, name) = split_name(text);
    let name = match text.contains('=') {
        true => Path::new(name),
        false => Path::new(Path::new(path).file_name().unwrap_or_default()),
    };
    let inside = name.components().all(|part| matches!(part, Component::Normal(_))) && name != Path::new("");
    if !inside {
        return Err(CliError::usage(format!("`{}` is no path inside the work folder", name.display())));
    }
    Ok(InputFile::new(name, input::read_bytes(Path::new(path))?))
}

/// Writes the files that were collected, and says what was not there.
fn keep_files(wanted: &[String], found: &[Artefact]) -> Result<()> {
    for text in wanted {
        let (name, place) = split_name(text);
        let mut any = false;
        for artefact in found {
            let Ok(rest) = artefact.path.strip_prefix(name) else { continue };
            any = true;
            let path = if rest == Path::new("") { PathBuf::from(place) } else { Path::new(place).join(rest) };
            let write = || {
                std::fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
                std::fs::write(&path, &artefact.contents)
            };
            write().map_err(|error| CliError::input(format!("cannot write {}: {error}", path.display())))?;
            output::note(&format!("kept {} ({} bytes)", path.display(), artefact.contents.len()));
        }
        if !any {
            output::warn(&format!("the program left no `{}`", output::safe_text(name)));
        }
    }
    Ok(())
}

/// Shows what a program wrote.
pub(crate) fn tell_output(run: &synthase::run::Run, to_stdout: bool) {
    for (captured, name, to_stdout) in [(&run.stdout, "output", to_stdout), (&run.stderr, "error output", false)] {
        output::program_output(&captured.head, to_stdout);
        if captured.omitted > 0 {
            output::warn(&format!("{} bytes of {name} are left out here", captured.omitted));
        }
        output::program_output(&captured.tail, to_stdout);
    }
}

fn called_name(call: &Option<(Signature, Vec<Value>)>) -> String {
    call.as_ref().map_or(String::new(), |(signature, _)| output::safe_text(&signature.name))
}

fn standard_input() -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| CliError::input(format!("cannot read standard input: {error}")))?;
    Ok(bytes)
}
