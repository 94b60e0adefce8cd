//! A solution as people read it: the program on standard output, what is known of it on standard error.

use std::fmt::Write;

use synthase::types::{Question, Ranked, Signature, Solution, Stability, StopReason, Value, Verdict};

use super::{count, safe_text};
use crate::error::Exit;

/// The programs, ready to paste. Where there are several, each has a comment above it.
pub(crate) fn programs(solution: &Solution, several_tasks: bool) -> String {
    let kept: Vec<&Ranked> = solution.groups.iter().flatten().collect();
    let mut out = String::new();
    for (i, ranked) in kept.iter().enumerate() {
        let mut labels = Vec::new();
        if several_tasks {
            labels.push(safe_text(&solution.task.name).replace('\n', " "));
        }
        if kept.len() > 1 {
            labels.push(format!("{} of {}", i + 1, kept.len()));
        }
        if !labels.is_empty() {
            let _ = writeln!(out, "{} {}", comment(&ranked.candidate.language), labels.join(", "));
        }
        out.push_str(ranked.candidate.source.trim_end());
        out.push('\n');
        if several_tasks || i + 1 < kept.len() {
            out.push('\n');
        }
    }
    out
}

fn comment(language: &str) -> &'static str {
    synthase::lang::by_name(language).map_or("#", |language| language.comment.as_str())
}

/// What is known of the programs, in sentences.
pub(crate) fn summary(solution: &Solution) -> String {
    let mut out = String::new();
    let name = safe_text(&solution.task.name).replace('\n', " ");
    match solution.best() {
        Some(best) => {
            let _ = write!(out, "{name}: {}", sentence(&best.judgement.verdict));
            if let Some(isolation) = solution.isolation {
                let _ = write!(out, " (run at isolation level {isolation})");
            }
            out.push('\n');
            if let Some(stability) = &best.stability {
                let _ = writeln!(out, "  {}", stability_sentence(stability));
            }
            for remark in &best.remarks {
                let _ = writeln!(out, "  note: {remark}");
            }
            let kept = solution.groups.iter().map(Vec::len).sum::<usize>();
            if kept > 1 {
                let _ = writeln!(out, "  {} that differ fit as well", count(kept - 1, "other program"));
            }
            if solution.groups.first().is_some_and(|group| group.len() > 1) {
                let _ = writeln!(out, "  the first {} are equally good", solution.groups[0].len());
            }
        }
        None => unsolved(&mut out, &name, solution),
    }
    for question in &solution.questions {
        let _ = writeln!(out, "? {}", question_sentence(solution, question));
    }
    out
}

fn sentence(verdict: &Verdict) -> String {
    format!("{verdict}")
}

fn stability_sentence(stability: &Stability) -> String {
    let rows: Vec<String> = stability.needed.iter().map(u32::to_string).collect();
    match rows.as_slice() {
        [] => format!("stable: the same answer follows without any one of its {}", count(stability.tried as usize, "example")),
        [row] => format!("row {row} is needed: without it another program would be chosen"),
        _ if rows.len() == stability.tried as usize => {
            "every row is needed: without any one of them another program would be chosen; more examples would help".to_owned()
        }
        _ => format!("rows {} are needed: without one of them another program would be chosen", rows.join(", ")),
    }
}

fn unsolved(out: &mut String, name: &str, solution: &Solution) {
    if let StopReason::Contradiction = solution.stop {
        for (first, second) in &solution.contradictions {
            let _ = writeln!(out, "{name}: rows {first} and {second} contradict each other: one input, two answers");
        }
        return;
    }
    let _ = writeln!(out, "{name}: no program found ({})", solution.stop);
    if let Some(certificate) = &solution.certificate {
        let _ = writeln!(out, "  {certificate}");
    }
    let Some(partial) = &solution.partial else { return };
    let judgement = &partial.judgement;
    let _ = writeln!(
        out,
        "  the nearest holds on {} of {}:",
        judgement.held(),
        count(judgement.probes.len(), "example")
    );
    for line in partial.candidate.source.trim_end().lines() {
        let _ = writeln!(out, "    {}", safe_text(line));
    }
    for probe in judgement.probes.iter().filter(|probe| !matches!(probe.verdict, Verdict::Holds(_))) {
        let _ = writeln!(out, "  {}: {}", super::judgement::origin(probe.origin), probe.verdict);
    }
    for remark in &partial.remarks {
        let _ = writeln!(out, "  note: {remark}");
    }
}

fn question_sentence(solution: &Solution, question: &Question) -> String {
    let name = solution.task.signature().map_or("f", |signature: &Signature| signature.name.as_str());
    let args: Vec<String> = question.input.iter().map(Value::to_string).collect();
    let answers: Vec<String> =
        question.answers.iter().map(|answer| answer.as_ref().map_or("an error".to_owned(), Value::to_string)).collect();
    format!("is {name}({}) {}? the examples leave it open", args.join(", "), answers.join(" or "))
}

/// The code to exit with after a solution.
pub(crate) fn exit(solution: &Solution) -> Exit {
    match solution.stop {
        StopReason::Solved => Exit::Success,
        StopReason::Contradiction => Exit::Input,
        StopReason::Cancelled => Exit::Cancelled,
        _ if solution.partial.as_ref().is_some_and(|p| matches!(p.judgement.verdict, Verdict::NotJudged(_))) => {
            Exit::NotJudged
        }
        StopReason::Exhausted => Exit::Exhausted,
        StopReason::BudgetSpent(_) => Exit::Spent,
    }
}
