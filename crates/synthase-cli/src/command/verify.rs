//! `synthase verify`: runs the evidence of a saved solution again.

use serde::{Deserialize, Serialize};
use synthase::types::Solution;
use synthase::verify::{Checked, verify};

use super::judge::verdict_exit;
use crate::args::{Global, Verify};
use crate::error::{CliError, Exit, Result};
use crate::{input, output, session};

/// What is read: what `solve --json` prints, or one solution of it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Saved {
    All { solutions: Vec<Solution> },
    One(Box<Solution>),
}

/// What `--json` prints.
#[derive(Serialize)]
struct Printed {
    task: String,
    programs: Vec<Checked>,
}

pub(crate) fn run(args: Verify, global: &Global) -> Result<Exit> {
    let path = args.solution.display();
    let text = input::read_text(&args.solution)?;
    let solutions = match serde_json::from_str(&text) {
        Ok(Saved::All { solutions }) => solutions,
        Ok(Saved::One(solution)) => vec![*solution],
        Err(_) => {
            return Err(CliError::input(format!("{path} holds no solution"))
                .hint("save one with `synthase solve TASK --json > solution.json`"));
        }
    };
    let engine = session::engine(global)?;
    let mut exit = Exit::Success;
    let mut printed = Vec::new();
    for solution in &solutions {
        let programs = verify(&engine, solution).map_err(|error| CliError::input(format!("{path}: {error}")))?;
        for checked in &programs {
            let found = verdict_exit(&checked.found.verdict);
            // A program that was saved as failing and fails again is as it was claimed.
            exit = exit.worse(match (checked.agrees, found) {
                (true, Exit::Fails) => Exit::Success,
                (true, other) | (false, other @ Exit::NotJudged) => other,
                (false, _) => Exit::Fails,
            });
            if !global.json {
                let word = if checked.agrees { "agrees" } else { "differs" };
                output::result(&format!(
                    "{}: {} {word}: saved as `{}`, now `{}`\n",
                    output::safe_text(&solution.task.name),
                    checked.candidate.0.short(),
                    checked.claimed,
                    checked.found.verdict,
                ));
            }
        }
        printed.push(Printed { task: solution.task.name.clone(), programs });
    }
    if global.json {
        output::json(&printed)?;
    }
    Ok(exit)
}
