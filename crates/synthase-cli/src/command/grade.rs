//! `synthase eval --reference` and `--samples`: grades programs that are there already.

use std::path::Path;

use synthase::eval::{Graded, NOT_JUDGED, PASSED, Problem, SelfCheck, distinct, read_samples, references};

use crate::args::Global;
use crate::error::{CliError, Exit, Result};
use crate::output::table::table;
use crate::{output, session};

/// How many programs that did not pass are named where people read.
const NAMED: usize = 40;

pub(super) fn run(suite: &str, problems: &[Problem], samples: Option<&Path>, global: &Global) -> Result<Exit> {
    let samples = match samples {
        Some(path) => read_samples(path, problems).map_err(|error| CliError::input(error.to_string()))?,
        None => references(problems),
    };
    if samples.is_empty() {
        return Err(CliError::input("there is no program to grade"));
    }
    let programs = distinct(samples);
    let engine = session::engine(global)?;
    // A grader that is broken must not print a score.
    let languages = programs.iter().map(|program| program.sample.candidate.language.as_str());
    for (language, check) in engine.self_check(languages) {
        match check {
            SelfCheck::Sound => {}
            SelfCheck::Cannot(why) => return Err(CliError::new(Exit::NotJudged, format!("{language}: {why}"))),
            SelfCheck::Wrong(what) => return Err(CliError::new(Exit::Internal, format!("{language}: {what}"))),
        }
    }
    let progress = output::Progress::new();
    let mut rows = Vec::new();
    let mut passed = 0;
    engine.grade_programs(problems, &programs, |_, row| {
        passed += usize::from(row.status == PASSED);
        rows.push(row);
        progress.show(&format!("{} of {} programs, {passed} passed", rows.len(), programs.len()));
    });
    progress.clear();
    let complete = rows.len() == programs.len() && !engine.is_cancelled();
    let graded = Graded::new(suite, problems, rows);
    if global.json {
        output::json(&graded)?;
    } else {
        output::result(&text(&graded));
    }
    Ok(match (complete, graded.count(NOT_JUDGED), graded.count(PASSED) == graded.programs) {
        (false, ..) => Exit::Cancelled,
        (true, 1.., _) => Exit::NotJudged,
        (true, 0, false) => Exit::Fails,
        (true, 0, true) => Exit::Success,
    })
}

fn text(graded: &Graded) -> String {
    let others = || graded.rows.iter().filter(|row| row.status != PASSED);
    let mut out = String::new();
    // Those of which nothing is known first: they are for the user to look into.
    let named: Vec<_> = others()
        .filter(|row| row.status == NOT_JUDGED)
        .chain(others().filter(|row| row.status != NOT_JUDGED))
        .collect();
    let rows: Vec<Vec<String>> = named
        .iter()
        .take(NAMED)
        .map(|row| {
            let why = row.why.as_deref().unwrap_or_default();
            vec![
                output::safe_text(&row.problem),
                row.samples.len().to_string(),
                row.status.clone(),
                output::safe_text(why),
            ]
        })
        .collect();
    if !rows.is_empty() {
        out.push_str(&table(&["problem", "programs", "status", "why"], &rows));
        if named.len() > NAMED {
            out.push_str(&format!("and {} more that did not pass (`--json` has them all)\n", named.len() - NAMED));
        }
        out.push('\n');
    }
    let programs = output::count(graded.programs, "program");
    let problems = output::count(graded.problems, "problem");
    out.push_str(&format!("{}: {programs} ({} that differ) for {problems}\n", graded.suite, graded.distinct));
    for (status, count) in &graded.statuses {
        let percent = 100.0 * *count as f64 / graded.programs.max(1) as f64;
        out.push_str(&format!("{status:24} {count:6}  ({percent:.1} %)\n"));
    }
    out.push_str(&format!("problems with a right program {:6}\n", graded.solved));
    if graded.without_programs > 0 {
        out.push_str(&format!("problems without any program  {:6}\n", graded.without_programs));
    }
    let forgeable = graded.rows.iter().filter(|row| row.forgeable).count();
    if forgeable > 0 {
        let verdicts = output::count(forgeable, "verdict");
        out.push_str(&format!("{verdicts} that the program could have written itself\n"));
    }
    out.push_str(&format!(
        "judged by {} questions of plain data; {} problems need test code to be run\n",
        graded.questions.data, graded.with_code
    ));
    out
}
