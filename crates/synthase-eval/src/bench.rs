//! Test benches: text that is run together with a program and prints what it found.
//!
//! Bench and program share one process, so that the program could print the bench's words itself. There is
//! no other way where a language has no functions that could be called; such verdicts are forgeable.

use synthase_run::{Lane, RunError};
use synthase_types::id::{Digest, ProbeId};
use synthase_types::{
    Candidate, Counterexample, Execution, Expect, Got, Interface, Judgement, NotJudged, Origin, Outcome,
    ProbeJudgement, Strength, Task, Unit, UnitEntry, Verdict,
};

/// A test bench.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bench {
    /// The texts that stand behind the program.
    pub(crate) files: Vec<String>,
    /// How its output is read.
    pub(crate) rule: Rule,
}

/// How a bench's output is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The last line `Mismatches: 0 in N samples` decides, as VerilogEval's own grader reads it; `TIMEOUT` in
    /// the output is a failure.
    Mismatches,
}

/// What a bench says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// The program does what the reference does.
    Right,
    /// It does not.
    Wrong(String),
    /// The bench did not come to its end.
    Nothing,
}

impl Rule {
    /// Reads a bench's output.
    pub(crate) fn read(self, output: &str) -> Said {
        let Rule::Mismatches = self;
        if output.lines().any(|line| line.trim() == "TIMEOUT") {
            return Said::Wrong("TIMEOUT".into());
        }
        let counts = output.lines().rev().find_map(mismatches);
        match counts {
            Some((0, samples)) if samples > 0 => Said::Right,
            Some((_, 0)) | None => Said::Nothing,
            Some((wrong, samples)) => Said::Wrong(format!("{wrong} mismatches in {samples} samples")),
        }
    }
}

/// The numbers of a line `Mismatches: 3 in 439 samples`.
fn mismatches(line: &str) -> Option<(u64, u64)> {
    let (wrong, rest) = line.trim().strip_prefix("Mismatches:")?.trim().split_once(" in ")?;
    Some((wrong.trim().parse().ok()?, rest.strip_suffix("samples")?.trim().parse().ok()?))
}

impl Bench {
    /// The program with the bench behind it.
    fn unit(&self, candidate: &Candidate) -> Unit {
        let source = [std::slice::from_ref(&candidate.source), self.files.as_slice()].concat().join("\n");
        Unit { language: candidate.language.clone(), prelude: String::new(), source, entry: UnitEntry::Stdio }
    }

    /// Runs a program under the bench.
    pub(crate) fn judge(&self, task: &Task, candidate: &Candidate, lane: &mut Lane<'_>) -> Judgement {
        let unit = self.unit(candidate);
        let probe = ProbeId(Digest::of(self.files.concat().as_bytes()));
        let run = lane.script(&unit, &task.limits, &task.environment, b"", &[]);
        let (verdict, execution) = match run {
            Err(error) => (Verdict::NotJudged(cause(error)), None),
            Ok(run) => {
                let execution = Execution {
                    unit: unit.id(),
                    probe,
                    outcome: run.outcome,
                    value: None,
                    args_after: None,
                    stdout: run.stdout.trimmed(KEPT),
                    stderr: run.stderr.trimmed(KEPT),
                    usage: run.usage,
                    isolation: lane.isolation(),
                };
                (self.verdict(&execution), Some(execution))
            }
        };
        let origin = Origin::Test { block: 1, line: 1 };
        let judged = ProbeJudgement { origin, probe: Some(probe), verdict, forgeable: true, execution };
        Judgement::new(candidate.id(), unit.id(), vec![judged])
    }

    /// The verdict on a run.
    fn verdict(&self, execution: &Execution) -> Verdict {
        let fails = |got: Got| {
            let interface = Interface::Stdio { stdin: String::new(), args: Vec::new() };
            let expected = Some(Expect::Prints("Mismatches: 0".into()));
            Verdict::Fails(Box::new(Counterexample { name: "the module".into(), interface, expected, got }))
        };
        match &execution.outcome {
            Outcome::Returned | Outcome::Exited(_) => match self.rule.read(&execution.stdout.to_text()) {
                Said::Right => Verdict::Holds(Strength::Examples(1)),
                Said::Wrong(what) => fails(Got::Printed(what)),
                Said::Nothing => fails(Got::Outcome(execution.outcome.clone())),
            },
            other => fails(Got::Outcome(other.clone())),
        }
    }
}

/// The most bytes of each end of a bench's output that are kept.
const KEPT: usize = 64 << 10;

/// A failure of ours, as the cause of no verdict.
fn cause(error: RunError) -> NotJudged {
    match error {
        RunError::Cancelled => NotJudged::Cancelled,
        RunError::MissingTool { .. } | RunError::BrokenTool { .. } => NotJudged::MissingTool(error.to_string()),
        RunError::Unsupported { .. } => NotJudged::Unsupported(error.to_string()),
        RunError::Prelude(what) => NotJudged::Prelude(what),
        RunError::Sandbox(_) | RunError::File { .. } | RunError::NoBranch { .. } => {
            NotJudged::Sandbox(error.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use synthase_types::id::UnitId;
    use synthase_types::{Captured, Isolation, Usage};

    use super::*;

    #[test]
    fn the_last_count_decides() {
        let read = |text: &str| Rule::Mismatches.read(text);
        let hint = "Hint: Output 'zero' has no mismatches.\nHint: Total mismatched samples is 0 out of 20 samples\n\n";
        assert_eq!(read(&format!("{hint}Simulation finished at 105 ps\nMismatches: 0 in 20 samples\n")), Said::Right);
        assert_eq!(read("Mismatches: 3 in 20 samples"), Said::Wrong("3 mismatches in 20 samples".into()));
        assert_eq!(
            read("Mismatches: 0 in 20 samples\nMismatches: 1 in 20 samples"),
            Said::Wrong("1 mismatches in 20 samples".into())
        );
        assert_eq!(read("TIMEOUT\nMismatches: 0 in 20 samples"), Said::Wrong("TIMEOUT".into()));
        for nothing in ["", "Mismatches: none", "Mismatches: 0 in 0 samples", "all good"] {
            assert_eq!(read(nothing), Said::Nothing, "{nothing}");
        }
    }

    #[test]
    fn how_the_simulation_ends_counts_first() {
        let bench = Bench { files: vec!["module tb; endmodule".into()], rule: Rule::Mismatches };
        let judged = |outcome: Outcome, text: &str| {
            let id = Digest::of(b"");
            bench.verdict(&Execution {
                unit: UnitId(id),
                probe: ProbeId(id),
                outcome,
                value: None,
                args_after: None,
                stdout: Captured { head: text.as_bytes().to_vec(), ..Captured::default() },
                stderr: Captured::default(),
                usage: Usage::default(),
                isolation: Isolation::Full,
            })
        };
        let right = "Mismatches: 0 in 20 samples";
        assert!(matches!(judged(Outcome::Exited(0), right), Verdict::Holds(_)));
        assert!(matches!(judged(Outcome::CpuTimeout, right), Verdict::Fails(_)));
        assert!(matches!(judged(Outcome::Exited(0), ""), Verdict::Fails(_)));
        assert!(matches!(judged(Outcome::CompileError("no".into()), ""), Verdict::Fails(_)));
    }
}
