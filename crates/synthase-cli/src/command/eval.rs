//! `synthase eval`: solves the problems of a suite and grades the programs on what was held out.

use synthase::eval::{LoadOptions, Report, SUITES, report, suite};
use synthase::search::Wanted;
use synthase::types::limits::wall_backstop;

use super::grade;
use super::solve::{budget, strategy};
use crate::args::{Eval, Global};
use crate::error::{CliError, Exit, Result};
use crate::output::table::table;
use crate::{input, output, session};

pub(crate) fn run(args: Eval, global: &Global) -> Result<Exit> {
    let suite = suite::by_name(&args.suite).ok_or_else(|| {
        let known: Vec<&str> = SUITES.iter().map(|suite| suite.name).collect();
        CliError::usage(format!("unknown suite `{}` (known: {})", args.suite, known.join(", ")))
    })?;
    let data = args.data.clone().ok_or_else(|| {
        CliError::usage("no data: name its folder with --data or SYNTHASE_DATA").hint("nothing is downloaded")
    })?;
    let language = input::language(&args.lang)?.name.clone();
    let mut problems = (suite.load)(&LoadOptions { data, shown: args.shown, language: Some(language.clone()) })
        .map_err(|error| CliError::input(error.to_string()))?;
    if let Some(only) = &args.only {
        problems.retain(|problem| problem.name.contains(only.as_str()));
    }
    if problems.is_empty() {
        return Err(CliError::input("there is no problem to solve"));
    }
    if let Some(cpu) = args.cpu {
        for problem in &mut problems {
            let limits = &mut problem.task.limits;
            (limits.cpu, limits.wall) = (cpu, wall_backstop(cpu));
        }
    }
    if args.reference || args.samples.is_some() {
        return grade::run(suite.name, &problems, args.samples.as_deref(), global);
    }
    let strategy = strategy(&args.spend)?;
    let wanted = Wanted { language, count: 1, budget: budget(&args.spend), seed: args.spend.seed };
    let engine = session::recording_engine(global, None, args.spend.seed, wanted.budget)?;
    let progress = output::Progress::new();
    let mut rows = Vec::new();
    engine.grade_all(&problems, &wanted, strategy, |_, row, _| {
        let right = rows.iter().chain([&row]).filter(|row: &&synthase::eval::Row| row.held_out_correct).count();
        rows.push(row);
        progress.show(&format!("{} of {} problems, {right} right", rows.len(), problems.len()));
    });
    progress.clear();
    session::finish(&engine);
    let complete = rows.len() == problems.len() && !engine.is_cancelled();
    let report = report(suite.name, rows);
    if global.json {
        output::json(&report)?;
    } else {
        output::result(&text(&report));
    }
    Ok(if complete { Exit::Success } else { Exit::Cancelled })
}

fn text(report: &Report) -> String {
    let rows: Vec<Vec<String>> = report
        .rows
        .iter()
        .map(|row| {
            let yes = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
            let stop = row.stop.map_or_else(|| row.error.clone().unwrap_or_default(), |stop| stop.to_string());
            vec![
                output::safe_text(&row.name),
                yes(row.shown_consistent),
                yes(row.held_out_correct),
                format!("{}/{}", row.held_out.right, row.held_out.total),
                row.wall_ms.to_string(),
                stop,
            ]
        })
        .collect();
    let mut out = table(&["problem", "shown", "held out", "rows", "ms", "stop"], &rows);
    let percent = |count: usize| 100.0 * count as f64 / report.total.max(1) as f64;
    out.push_str(&format!(
        "\n{}: {} problems\nright on everything shown     {:4}  ({:.1} %)\nright on everything held out  {:4}  ({:.1} %)\n",
        report.suite,
        report.total,
        report.shown_consistent,
        percent(report.shown_consistent),
        report.held_out_correct,
        percent(report.held_out_correct),
    ));
    if report.without_held_out > 0 {
        let problems = output::count(report.without_held_out, "problem");
        out.push_str(&format!("{problems} with nothing held out: nothing can be said of them\n"));
    }
    out.push_str(&format!(
        "held-out rows that repeat a shown input: {}; not judged: {}\nsearch time per problem: median {} ms, 90 % {} ms, longest {} ms\n",
        report.repeated_inputs, report.not_judged, report.wall_ms.p50, report.wall_ms.p90, report.wall_ms.max,
    ));
    out
}
