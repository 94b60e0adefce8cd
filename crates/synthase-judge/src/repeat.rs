//! Judging a candidate several times, to find answers that differ from time to time.

use synthase_run::Lane;
use synthase_types::{Candidate, Execution, Judgement, ProbeJudgement, UnknownCause, Verdict};

use crate::Judge;

impl Judge<'_> {
    /// Judges a candidate so many times, each time in fresh processes. A probe on which the program did
    /// not do the same each time is `Unknown(Flaky)`, whatever the verdicts were; the execution that is
    /// kept is the first that differs from the one before.
    ///
    /// Time and memory may differ, and what is written to standard error.
    pub fn judge_repeatedly(&self, candidate: &Candidate, lane: &mut Lane<'_>, times: u32) -> Judgement {
        let first = self.judge(candidate, lane);
        let mut probes = first.probes.clone();
        for _ in 1..times {
            let again = self.judge(candidate, lane);
            for ((known, before), now) in probes.iter_mut().zip(&first.probes).zip(again.probes) {
                if known.verdict != Verdict::Unknown(UnknownCause::Flaky) && differ(before, &now) {
                    *known = ProbeJudgement { verdict: Verdict::Unknown(UnknownCause::Flaky), ..now };
                }
            }
        }
        Judgement::new(first.candidate, first.unit, probes)
    }
}

/// Whether a program did something else. What could not be looked at says nothing.
fn differ(before: &ProbeJudgement, now: &ProbeJudgement) -> bool {
    let looked = |judgement: &ProbeJudgement| !matches!(judgement.verdict, Verdict::NotJudged(_));
    if !looked(before) || !looked(now) {
        return false;
    }
    match (&before.execution, &now.execution) {
        (Some(before), Some(now)) => !same(before, now),
        _ => before.verdict != now.verdict,
    }
}

fn same(a: &Execution, b: &Execution) -> bool {
    // Values are equal to themselves, so that one that is no number is no difference.
    a.outcome == b.outcome && a.value == b.value && a.args_after == b.args_after && a.stdout == b.stdout
}
