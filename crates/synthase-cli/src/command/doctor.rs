//! `synthase doctor`: checks what works on this machine.

use serde::Serialize;
use synthase::doctor::{Check, Group, Status, examine, healthy, isolation};
use synthase::types::Isolation;

use crate::args::Global;
use crate::error::{Exit, Result};
use crate::{output, session};

/// What `--json` prints.
#[derive(Serialize)]
struct Printed {
    healthy: bool,
    /// The level in use; none where no level works.
    isolation: Option<Isolation>,
    checks: Vec<Check>,
}

pub(crate) fn run(global: &Global) -> Result<Exit> {
    let mut group = None;
    let mut hear = |check: &Check| {
        if global.json {
            return;
        }
        if group.replace(check.group) != Some(check.group) {
            output::result(&format!("{}\n", heading(check.group)));
        }
        output::result(&line(check));
    };
    let engine = match session::engine(global) {
        Ok(engine) => engine,
        Err(error) => {
            // This is when people ask a doctor.
            let checks = isolation(None);
            checks.iter().for_each(&mut hear);
            if global.json {
                output::json(&Printed { healthy: false, isolation: None, checks })?;
            }
            return Err(error);
        }
    };
    let checks = examine(&engine, hear);
    let healthy = healthy(&checks);
    let level = engine.runner().isolation();
    if global.json {
        output::json(&Printed { healthy, isolation: Some(level), checks })?;
    } else {
        let verdict = if healthy { "ready to use" } else { "not ready: see what is marked broken above" };
        output::result(&format!("\n{verdict}; programs run at isolation level {level}\n"));
    }
    Ok(if healthy { Exit::Success } else { Exit::NotJudged })
}

fn heading(group: Group) -> &'static str {
    match group {
        Group::Isolation => "isolation",
        Group::Language => "\nlanguages",
        Group::Verdict => "\nprograms whose verdict is known",
        Group::Hostile => "\nhostile programs",
    }
}

fn line(check: &Check) -> String {
    let word = match check.status {
        Status::Ok => "ok",
        Status::Missing => "missing",
        Status::Broken => "BROKEN",
    };
    let mut line = format!("  {word:8}{}: {}\n", check.name, output::safe_text(&check.detail).replace('\n', " "));
    if let Some(remedy) = &check.remedy {
        line.push_str(&format!("          {remedy}\n"));
    }
    line
}
