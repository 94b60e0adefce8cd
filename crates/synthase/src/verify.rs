//! Running the evidence of a saved solution again.

use serde::Serialize;
use synthase_types::id::CandidateId;
use synthase_types::solution::FORMAT;
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
    /// Whether the two say the same of every probe.
    pub agrees: bool,
    /// The walls around the runs on which the verdict now rests.
    pub isolation: Isolation,
}

/// A saved solution that this version does not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the solution has format {0}; this program reads up to {FORMAT}")]
pub struct NewerSolution(pub u32);

/// Judges every program of a saved solution anew, from its text and its task, and compares. Nothing
/// of the saved evidence is believed.
///
/// # Errors
/// A solution of a newer format.
pub fn verify(engine: &Engine, solution: &Solution) -> Result<Vec<Checked>, NewerSolution> {
    if solution.format > FORMAT {
        return Err(NewerSolution(solution.format));
    }
    let programs = solution.groups.iter().flatten().chain(&solution.partial);
    Ok(programs
        .map(|ranked| {
            let found = engine.judge(&solution.task, &ranked.candidate);
            let agrees = same_verdicts(&ranked.judgement, &found);
            Checked {
                candidate: ranked.candidate.id(),
                claimed: ranked.judgement.verdict.clone(),
                found,
                agrees,
                isolation: engine.runner().isolation(),
            }
        })
        .collect())
}

fn same_verdicts(saved: &Judgement, found: &Judgement) -> bool {
    saved.candidate == found.candidate
        && saved.probes.len() == found.probes.len()
        && saved
            .probes
            .iter()
            .zip(&found.probes)
            .all(|(a, b)| (a.origin, a.probe, &a.verdict) == (b.origin, b.probe, &b.verdict))
}
