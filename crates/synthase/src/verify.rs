//! Running the evidence of a saved solution again.

use serde::Serialize;
use synthase_judge::{Answer, Judge};
use synthase_types::id::CandidateId;
use synthase_types::{Isolation, Judgement, Solution, Verdict};

use crate::engine::Engine;

/// What a second look at a program says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// The program.
    pub candidate: CandidateId,
    /// The saved verdict.
    pub claimed: Verdict,
    /// The verdict now.
    pub found: Judgement,
    /// Whether the two say the same of every probe, and the program gives the saved answers.
    pub agrees: bool,
    /// What differs, in words, where not only the verdict does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<&'static str>,
    /// The walls around the runs on which the verdict now rests.
    pub isolation: Isolation,
}

/// Judges every program of a saved solution anew, from its text and its task, and compares. Nothing
/// of the saved evidence is believed.
pub fn verify(engine: &Engine, solution: &Solution) -> Vec<Checked> {
    let programs = solution.groups.iter().flatten().chain(&solution.partial);
    let judge = Judge::new(&solution.task);
    let mut lane = engine.runner().lane();
    programs
        .map(|ranked| {
            let found = judge.judge(&ranked.candidate, &mut lane);
            let unit = judge.unit(&ranked.candidate);
            let answers_agree = ranked.answers.is_empty() || {
                let answers = judge.answers(&ranked.candidate, &solution.task.inputs, &mut lane);
                answers.len() == ranked.answers.len()
                    && answers.iter().zip(&ranked.answers).all(|(answer, saved)| match (answer, saved) {
                        (Answer::Value(got), Some(saved)) => judge.same(&ranked.candidate, saved, got, &lane),
                        (Answer::Value(_), None) | (_, Some(_)) => false,
                        (_, None) => true,
                    })
            };
            let difference = if unit != ranked.unit || ranked.judgement.unit != found.unit {
                Some("the saved text is not the one that this program becomes")
            } else if ranked.judgement.probes.len() != found.probes.len() {
                Some("the saved evidence has other probes than the task")
            } else if !answers_agree {
                Some("it gives other answers than the saved ones")
            } else {
                None
            };
            let agrees = difference.is_none() && same_verdicts(&ranked.judgement, &found);
            Checked {
                candidate: ranked.candidate.id(),
                claimed: ranked.judgement.verdict.clone(),
                found,
                agrees,
                difference,
                isolation: engine.runner().isolation(),
            }
        })
        .collect()
}

fn same_verdicts(saved: &Judgement, found: &Judgement) -> bool {
    saved.candidate == found.candidate
        && saved.unit == found.unit
        && saved.verdict == found.verdict
        && saved.probes.len() == found.probes.len()
        && saved
            .probes
            .iter()
            .zip(&found.probes)
            .all(|(a, b)| (a.origin, a.probe, &a.verdict) == (b.origin, b.probe, &b.verdict))
}
