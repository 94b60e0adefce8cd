//! `synthase run`: runs a program in the sandbox.

use std::io::Read;
use std::path::Path;

use serde::Serialize;
use synthase::run::Called;
use synthase::types::{Captured, Environment, Isolation, Outcome, Unit, UnitEntry, Usage, Value};

use crate::args::{Global, Run};
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
    let source = if args.file == Path::new("-") { standard_input()? } else { input::read_text(&args.file)? };
    let language = input::program_language(&args.file, args.lang.as_deref())?;
    let call = args.call.as_deref().map(input::parse_call).transpose()?;
    let stdin = match args.stdin.as_deref() {
        None => String::new(),
        Some("@-") => standard_input()?,
        Some(text) => match text.strip_prefix('@') {
            Some(path) => input::read_text(Path::new(path))?,
            None => text.to_owned(),
        },
    };
    let entry = call.as_ref().map_or(UnitEntry::Stdio, |(signature, _)| UnitEntry::Function(signature.clone()));
    let unit = Unit { language: language.name.clone(), prelude: String::new(), source, entry };
    let limits = input::limits(&args.limits);
    let engine = session::engine(global)?;
    let mut lane = engine.runner().lane();
    let environment = Environment::default();
    let run = match &call {
        Some((_, values)) => match lane.call(&unit, &limits, &environment, values, false)? {
            Called::Ran(run) => run,
            Called::Unfit(what) => return Err(CliError::input(format!("an argument does not fit: {what}"))),
        },
        None => lane.script(&unit, &limits, &environment, stdin.as_bytes(), &args.args)?,
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
    output::program_output(run.stdout.to_text().as_bytes(), call.is_none());
    output::program_output(run.stderr.to_text().as_bytes(), false);
    if let Some(value) = &run.value {
        output::result(&format!("{value}\n"));
    }
    output::note(&format!("{}; {}; isolation: {isolation}", run.outcome, output::judgement::usage(&run.usage)));
    Ok(exit)
}

fn standard_input() -> Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| CliError::input(format!("cannot read standard input: {error}")))?;
    Ok(text)
}
