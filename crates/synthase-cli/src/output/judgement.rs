//! Judgements and runs as people read them.

use std::fmt::Write;

use synthase::types::limits::show_size;
use synthase::types::{Got, Isolation, Judgement, Origin, Outcome, Usage, Verdict};

use super::{count, safe_text, table::table};

/// Where a probe comes from, in words.
pub(crate) fn origin(origin: Origin) -> String {
    match origin {
        Origin::Example(row) => format!("row {row}"),
        Origin::Test { block: 1, line } => format!("test at line {line}"),
        Origin::Test { block, line } => format!("test {block} at line {line}"),
    }
}

/// What a run used, in words.
pub(crate) fn usage(usage: &Usage) -> String {
    let ms = |time: std::time::Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    let memory = match usage.peak_memory {
        0 => "memory not measured".to_owned(),
        bytes => format!("{} peak memory", show_size(bytes.next_multiple_of(1 << 10))),
    };
    format!("{} processor, {} elapsed, {memory}", ms(usage.cpu), ms(usage.wall))
}

/// All verdicts, one line each, and the sum.
pub(crate) fn text(judgement: &Judgement, isolation: Isolation) -> String {
    let rows: Vec<Vec<String>> = judgement
        .probes
        .iter()
        .map(|probe| {
            let run = probe.execution.as_ref();
            let ms = |time: std::time::Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
            vec![
                origin(probe.origin),
                verdict_word(&probe.verdict).to_owned(),
                run.map_or(String::new(), |run| ms(run.usage.cpu)),
                run.map_or(String::new(), |run| ms(run.usage.wall)),
                run.filter(|run| run.usage.peak_memory > 0)
                    .map_or(String::new(), |run| format!("{:.1}", run.usage.peak_memory as f64 / f64::from(1 << 20))),
                match (&probe.verdict, of_the_text(&probe.verdict)) {
                    (Verdict::Holds(_), _) => String::new(),
                    (_, Some((what, _))) => format!("the program {what}"),
                    (Verdict::Fails(counterexample), None) => counterexample.to_string(),
                    (other, None) => other.to_string(),
                },
            ]
        })
        .collect();
    let mut out = table(&["probe", "verdict", "cpu ms", "wall ms", "MiB", ""], &rows);
    if let Some((what, message)) = of_the_text(&judgement.verdict) {
        let _ = writeln!(out, "\nthe program {what}:\n{}", indented(message));
    }
    match &judgement.verdict {
        Verdict::Fails(_) => out.push_str("\nfails"),
        other => {
            let _ = write!(out, "\n{other}");
        }
    }
    let _ = write!(out, " ({} of {} hold", judgement.held(), count(judgement.probes.len(), "probe"));
    if judgement.forgeable() > 0 {
        let _ = write!(out, ", {} forgeable", judgement.forgeable());
    }
    let _ = writeln!(out, "; isolation: {isolation})");
    out
}

/// What is wrong with a program's text as a whole, and the message of compiler or interpreter: the same for
/// every probe, and often many lines long.
fn of_the_text(verdict: &Verdict) -> Option<(&'static str, &str)> {
    let Verdict::Fails(counterexample) = verdict else { return None };
    let Got::Outcome(outcome) = &counterexample.got else { return None };
    complaint(outcome)
}

/// What a compiler or interpreter says of a text, with its words.
pub(crate) fn complaint(outcome: &Outcome) -> Option<(&'static str, &str)> {
    match outcome {
        Outcome::SyntaxError(message) => Some(("has a syntax error", message)),
        Outcome::CompileError(message) => Some(("does not compile", message)),
        _ => None,
    }
}

/// A text from a stranger on lines of its own.
pub(crate) fn indented(text: &str) -> String {
    let lines: Vec<String> = safe_text(text.trim_end()).lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

fn verdict_word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Holds(_) => "holds",
        Verdict::Fails(_) => "fails",
        Verdict::Unknown(_) => "unknown",
        Verdict::NotJudged(_) => "not judged",
    }
}
