//! `synthase run`: runs a program in the sandbox.

use std::io::Read;
use std::path::Path;

use serde::Serialize;
use synthase::run::Called;
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
    let run = match &call {
        Some((_, values)) => match lane.call(&unit, &limits, &environment, values, false)? {
            Called::Ran(run) => run,
            Called::Unfit(what) => return Err(CliError::input(format!("an argument does not fit: {what}"))),
            Called::Uncallable(what) => return Err(CliError::input(output::safe_text(&what))),
        },
        None => lane.script(&unit, &limits, &environment, &stdin, &args.args)?,
    };
    let exit = match run.outcome {
        Outcome::Returned | Outcome::Exited(0) => Exit::Success,
        _ => Exit::Fails,
    };
    let isolation = lane.isolation();
    if global.json {
        let synthase::run::Run { outcome, value, stdout, stderr, usage, .. } = run;
        output::json(&Printed { outcome, value, stdout, stderr, usage, isolation })?;
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
    Ok(exit)
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
