//! A solution as people read it: the program on standard output, what is known of it on standard error.

use std::fmt::Write;

use synthase::types::value::text::Short;
use synthase::types::{
    Judgement, NotJudged, Origin, Question, Ranked, Signature, Solution, Stability, StopReason, Value, Verdict,
};

use super::{count, safe_text};
use crate::error::Exit;

/// The programs, ready to paste. Where there are several, each has a comment above it.
pub(crate) fn programs(solution: &Solution, several_tasks: bool) -> String {
    let kept: Vec<&Ranked> = solution.groups.iter().flatten().collect();
    let mut out = String::new();
    for (i, ranked) in kept.iter().enumerate() {
        let mut labels = Vec::new();
        if several_tasks {
            labels.push(title(solution));
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

/// What the task is called: by its name, else by that of its function.
fn title(solution: &Solution) -> String {
    let function = || solution.task.signature().map(|signature| signature.name.clone()).unwrap_or_default();
    let name = safe_text(&solution.task.name).replace('\n', " ");
    if name.trim().is_empty() { function() } else { name }
}

fn comment(language: &str) -> &'static str {
    synthase::lang::by_name(language).map_or("#", |language| language.comment.as_str())
}

/// What is known of the programs, in sentences.
pub(crate) fn summary(solution: &Solution) -> String {
    let mut out = String::new();
    let name = title(solution);
    match solution.best() {
        Some(best) => {
            let _ = write!(out, "{name}: {}", held(&best.judgement));
            if let Some(isolation) = solution.isolation {
                let _ = write!(out, " (run at isolation level {isolation})");
            }
            out.push('\n');
            match &best.stability {
                Some(stability) => {
                    let _ = writeln!(out, "  {}", stability_sentence(solution, stability));
                }
                None if best.look_up_table => {}
                None if solution.task.examples.len() < 3 => {
                    out.push_str("  with so few examples other programs may fit as well; more make it safer\n");
                }
                None => {}
            }
            for remark in &best.remarks {
                let _ = writeln!(out, "  note: {remark}");
            }
            if best.look_up_table {
                out.push_str("  it lists the examples case by case, and says nothing about other inputs\n");
                let _ = writeln!(out, "  no program that explains them was found ({})", solution.stop);
                nearest(&mut out, solution);
            }
            let kept = solution.groups.iter().map(Vec::len).sum::<usize>();
            match solution.others {
                0 => {}
                1 => {
                    let _ = writeln!(out, "  another program fits as well; to see it: --top {}", kept + 1);
                }
                others => {
                    let _ = writeln!(out, "  {others} other programs fit as well; to see more: --top {}", kept + 2);
                }
            }
            match kept - 1 {
                0 => {}
                1 => out.push_str("  another program that differs fits as well\n"),
                others => {
                    let _ = writeln!(out, "  {others} other programs that differ fit as well");
                }
            }
            if solution.groups.first().is_some_and(|group| group.len() > 1) {
                let _ = writeln!(out, "  the first {} are equally good", solution.groups[0].len());
            }
        }
        None => unsolved(&mut out, &name, solution),
    }
    for note in &solution.notes {
        let _ = writeln!(out, "  note: {}", safe_text(note));
    }
    if let Some(best) = solution.best() {
        for (input, answer) in solution.task.inputs.iter().zip(&best.answers) {
            let answer = answer.as_ref().map_or("has no answer".to_owned(), |value| format!("is {}", Short(value)));
            let _ = writeln!(out, "  {} {answer}", call(solution, input));
        }
    }
    for question in &solution.questions {
        let _ = writeln!(out, "? {}", question_sentence(solution, question));
    }
    out
}

/// The verdict, with tests told apart from examples.
fn held(judgement: &Judgement) -> String {
    let tests = judgement.probes.iter().filter(|probe| matches!(probe.origin, Origin::Test { .. })).count();
    match (&judgement.verdict, judgement.probes.len() - tests) {
        (Verdict::Holds(_), 0) => format!("holds on {}", count(tests, "test")),
        (Verdict::Holds(_), examples) if tests > 0 => {
            format!("holds on {} and {}", count(examples, "example"), count(tests, "test"))
        }
        (verdict, _) => verdict.to_string(),
    }
}

fn stability_sentence(solution: &Solution, stability: &Stability) -> String {
    let needed = &stability.needed;
    if needed.is_empty() {
        return format!(
            "stable: the same answer follows without any one of its {}",
            count(stability.tried as usize, "row")
        );
    }
    if needed.len() > 1 && needed.len() == stability.tried as usize {
        return "every row is needed: without any one of them another program would be chosen; more examples would help"
            .to_owned();
    }
    match needed.as_slice() {
        [row] => format!("{} is needed: without it another program would be chosen", rows(solution, &[*row])),
        _ => format!("{} are needed: without one of them another program would be chosen", rows(solution, needed)),
    }
}

/// Rows by their numbers; behind the examples come the asserts that tests state as plain data.
fn rows(solution: &Solution, numbers: &[u32]) -> String {
    let examples = solution.task.examples.len();
    let (rows, asserts): (Vec<u32>, Vec<u32>) = numbers.iter().partition(|number| **number as usize <= examples);
    let listed = |word: &str, numbers: Vec<u32>| match numbers.as_slice() {
        [] => None,
        [number] => Some(format!("{word} {number}")),
        _ => Some(format!("{word}s {}", numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", "))),
    };
    let asserts = asserts.into_iter().map(|number| number - examples as u32).collect();
    [listed("row", rows), listed("assert", asserts)].into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

fn unsolved(out: &mut String, name: &str, solution: &Solution) {
    if let StopReason::Contradiction = solution.stop {
        for (first, second) in &solution.contradictions {
            let both = rows(solution, &[*first, *second]);
            let _ = writeln!(out, "{name}: {both} contradict each other: one input, two answers");
        }
        return;
    }
    if let Some(partial) = &solution.partial
        && let Verdict::NotJudged(cause) = &partial.judgement.verdict
        && *cause != NotJudged::Cancelled
        && partial.judgement.held() == 0
    {
        // Nothing is known against this program, and that is not the search's fault.
        let _ = writeln!(out, "{name}: a program was found, but {}", partial.judgement.verdict);
        out.push_str("  `synthase doctor` shows what works on this machine\n");
        return;
    }
    let _ = writeln!(out, "{name}: no program found ({})", solution.stop);
    if let Some(certificate) = &solution.certificate {
        let _ = writeln!(out, "  {certificate}");
    }
    nearest(out, solution);
}

/// The program that misses least, with what it misses.
fn nearest(out: &mut String, solution: &Solution) {
    let Some(partial) = &solution.partial else { return };
    let judgement = &partial.judgement;
    let _ =
        writeln!(out, "  the nearest holds on {} of {}:", judgement.held(), count(judgement.probes.len(), "example"));
    for line in partial.candidate.source.trim_end().lines() {
        let _ = writeln!(out, "    {}", safe_text(line));
    }
    for probe in judgement.probes.iter().filter(|probe| !matches!(probe.verdict, Verdict::Holds(_))) {
        let _ = writeln!(out, "  {}: {}", super::judgement::origin(probe.origin), probe.verdict);
    }
}

fn question_sentence(solution: &Solution, question: &Question) -> String {
    let answers: Vec<String> = question
        .answers
        .iter()
        .map(|answer| answer.as_ref().map_or("an error".to_owned(), |a| Short(a).to_string()))
        .collect();
    format!("is {} {}? the examples leave it open", call(solution, &question.input), answers.join(" or "))
}

/// A call of the task's function as people write it.
fn call(solution: &Solution, input: &[Value]) -> String {
    let name = solution.task.signature().map_or("f", |signature: &Signature| signature.name.as_str());
    let args: Vec<String> = input.iter().map(|value| Short(value).to_string()).collect();
    format!("{name}({})", args.join(", "))
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
