//! `synthase verify`: runs the evidence of a saved solution again.

use serde::Serialize;
use serde_json::Value as Json;
use synthase::types::Solution;
use synthase::types::solution::FORMAT;
use synthase::verify::{Checked, verify};

use super::judge::verdict_exit;
use crate::args::{Global, Verify};
use crate::error::{CliError, Exit, Result};
use crate::{input, output, session};

/// What `--json` prints.
#[derive(Serialize)]
struct Printed {
    task: String,
    programs: Vec<Checked>,
}

pub(crate) fn run(args: Verify, global: &Global) -> Result<Exit> {
    let path = args.solution.display();
    let text = input::read_text(&args.solution)?;
    let not_one = |why: String| {
        CliError::input(format!("{path} holds no solution{why}"))
            .hint("save one with `synthase solve TASK --json > solution.json`")
    };
    let json: Json = serde_json::from_str(&text).map_err(|error| not_one(format!(": {error}")))?;
    let saved = match &json {
        Json::Object(object) if object.contains_key("solutions") => object["solutions"].as_array().cloned(),
        Json::Object(object) if object.contains_key("format") => Some(vec![json.clone()]),
        _ => None,
    };
    let solutions = saved
        .ok_or_else(|| not_one(String::new()))?
        .into_iter()
        .map(|json| {
            // The version is looked at first: a newer form need not be readable at all.
            let format = json.get("format").and_then(Json::as_u64).unwrap_or(0);
            if format > u64::from(FORMAT) {
                return Err(CliError::input(format!(
                    "{path}: the solution has format {format}; this program reads up to {FORMAT}"
                )));
            }
            serde_json::from_value::<Solution>(json).map_err(|error| not_one(format!(": {error}")))
        })
        .collect::<Result<Vec<_>>>()?;
    if solutions.iter().all(|solution| solution.groups.is_empty() && solution.partial.is_none()) {
        return Err(CliError::input(format!("{path}: there is no program in it to verify")));
    }
    let engine = session::engine(global)?;
    let mut exit = Exit::Success;
    let mut printed = Vec::new();
    for solution in &solutions {
        let programs = verify(&engine, solution);
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
                let difference = checked.difference.map_or(String::new(), |what| format!("; {what}"));
                output::result(&format!(
                    "{}: {} {word}: saved as `{}`, now `{}`{difference}\n",
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
