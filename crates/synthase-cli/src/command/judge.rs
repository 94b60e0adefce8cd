//! `synthase judge`: judges a program by a task.

use serde::Serialize;
use synthase::types::{Candidate, Isolation, Judgement, Provenance, Verdict};

use crate::args::{Global, Judge};
use crate::error::{CliError, Exit, Result};
use crate::{input, output, session};

/// What `--json` prints.
#[derive(Serialize)]
struct Printed {
    #[serde(flatten)]
    judgement: Judgement,
    isolation: Isolation,
}

pub(crate) fn run(args: Judge, global: &Global) -> Result<Exit> {
    let task = input::read_task(&args.task)?;
    let language = input::program_language(&args.program, args.lang.as_deref())?;
    let candidate = Candidate {
        language: language.name.clone(),
        source: input::read_text(&args.program)?,
        provenance: Provenance { proposer: "user".into(), ..Provenance::default() },
    };
    let engine = session::engine(global)?;
    let judgement = engine.judge_repeatedly(&task, &candidate, args.repeat.get());
    let isolation = engine.runner().isolation();
    let exit = verdict_exit(&judgement.verdict);
    let judgement_is_empty = judgement.probes.is_empty();
    if global.json {
        output::json(&Printed { judgement, isolation })?;
    } else {
        output::result(&output::judgement::text(&judgement, isolation));
    }
    if judgement_is_empty {
        return Err(CliError::input("the task has no example or test to judge by"));
    }
    if exit == Exit::NotJudged && !global.json {
        let error = CliError::new(exit, "not everything could be judged");
        return Err(error.hint("`synthase doctor` shows what works on this machine"));
    }
    Ok(exit)
}

/// The code to exit with after a verdict.
pub(crate) fn verdict_exit(verdict: &Verdict) -> Exit {
    match verdict {
        Verdict::Holds(_) => Exit::Success,
        Verdict::Fails(_) => Exit::Fails,
        Verdict::Unknown(_) | Verdict::NotJudged(_) => Exit::NotJudged,
    }
}
