//! Grading programs that are already there: the suite's own, or recorded ones.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use synthase_judge::Questions;
use synthase_run::Lane;
use synthase_types::{Got, Judgement, Verdict};

use crate::samples::Distinct;
use crate::suite::Problem;

/// How one program, and all with the same text, did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProgramRow {
    /// The problem.
    pub problem: String,
    /// In one word: `passed`, `wrong-answer`, `not-judged`, or how the program ended.
    pub status: String,
    /// What is wrong with it, or why it could not be judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Whether the program could have written the verdict itself.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub forgeable: bool,
    /// Where the programs with this text stand among the samples, from 0.
    pub samples: Vec<usize>,
    /// Processor time of the program in all its runs, in microseconds.
    pub cpu_us: u64,
    /// Elapsed time of the program in all its runs, in microseconds.
    pub wall_us: u64,
}

/// The status of a program that is right on everything.
pub const PASSED: &str = "passed";
/// The status of a program that answers wrongly.
pub const WRONG: &str = "wrong-answer";
/// The status of a program of which nothing is known. Never counted as a failure, never as a pass.
pub const NOT_JUDGED: &str = "not-judged";

/// How all programs did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Graded {
    /// The suite's name.
    pub suite: String,
    /// How many problems it has.
    pub problems: usize,
    /// How many of them have a right program.
    pub solved: usize,
    /// How many of them have no program at all.
    pub without_programs: usize,
    /// How many programs there are.
    pub programs: usize,
    /// How many of them differ; each is judged once.
    pub distinct: usize,
    /// How many programs there are of each status.
    pub statuses: BTreeMap<String, usize>,
    /// What the problems give to judge by.
    pub questions: Questions,
    /// For how many problems test code has to be run.
    pub with_code: usize,
    /// The programs in the order in which each first stands.
    pub rows: Vec<ProgramRow>,
}

impl Graded {
    /// The sum of these rows.
    pub fn new(suite: &str, problems: &[Problem], rows: Vec<ProgramRow>) -> Graded {
        let mut statuses = BTreeMap::new();
        for row in &rows {
            *statuses.entry(row.status.clone()).or_insert(0) += row.samples.len();
        }
        let asked: Vec<Questions> = problems.iter().map(Problem::questions).collect();
        let of = |wanted: fn(&ProgramRow) -> bool| {
            let names = rows.iter().filter(|row| wanted(row)).map(|row| row.problem.as_str());
            names.collect::<BTreeSet<&str>>().len()
        };
        Graded {
            suite: suite.to_owned(),
            problems: problems.len(),
            solved: of(|row| row.status == PASSED),
            without_programs: problems.len() - of(|_| true),
            programs: rows.iter().map(|row| row.samples.len()).sum(),
            distinct: rows.len(),
            statuses,
            questions: Questions {
                data: asked.iter().map(|asked| asked.data).sum(),
                code: asked.iter().map(|asked| asked.code).sum(),
            },
            with_code: asked.iter().filter(|asked| asked.code > 0).count(),
            rows,
        }
    }

    /// How many programs have a status.
    pub fn count(&self, status: &str) -> usize {
        self.statuses.get(status).copied().unwrap_or(0)
    }
}

/// Grades one program with what its problem holds out.
pub fn grade_program(problems: &[Problem], distinct: &Distinct, lane: &mut Lane<'_>) -> ProgramRow {
    let problem = &problems[distinct.sample.problem];
    let judgement = problem.held_out.judge_sample(&problem.task, &distinct.sample, lane);
    let (status, why) = status(&judgement);
    let usage = || judgement.probes.iter().filter_map(|probe| Some(&probe.execution.as_ref()?.usage));
    let micros = |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    ProgramRow {
        problem: problem.name.clone(),
        status: status.to_owned(),
        why,
        forgeable: judgement.forgeable() > 0,
        samples: distinct.places.clone(),
        cpu_us: micros(usage().map(|usage| usage.cpu).sum()),
        wall_us: micros(usage().map(|usage| usage.wall).sum()),
    }
}

/// A judgement in one word, and what there is to say beside it.
fn status(judgement: &Judgement) -> (&'static str, Option<String>) {
    let said = Some(judgement.verdict.to_string());
    match &judgement.verdict {
        Verdict::Holds(_) => (PASSED, None),
        Verdict::NotJudged(_) | Verdict::Unknown(_) => (NOT_JUDGED, said),
        Verdict::Fails(counterexample) => match &counterexample.got {
            Got::Value(_) | Got::Printed(_) => (WRONG, said),
            Got::Outcome(outcome) => (outcome.name(), said),
            Got::TestFailed(_) => {
                // The test's author says no. Where the program's last call did not return, that is why.
                let failed = judgement.probes.iter().find(|probe| matches!(probe.verdict, Verdict::Fails(_)));
                let outcome = failed.and_then(|probe| Some(&probe.execution.as_ref()?.outcome));
                match outcome.map(|outcome| outcome.name()) {
                    None | Some("returned") => (WRONG, said),
                    Some(name) => (name, said),
                }
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use synthase_types::id::{CandidateId, Digest, UnitId};
    use synthase_types::{Counterexample, Interface, NotJudged, Origin, Outcome, ProbeJudgement, Strength};

    use super::*;

    fn word(verdicts: Vec<Verdict>) -> &'static str {
        let probe = |verdict| ProbeJudgement {
            origin: Origin::Example(1),
            probe: None,
            verdict,
            forgeable: false,
            execution: None,
        };
        let id = Digest::of(b"");
        status(&Judgement::new(CandidateId(id), UnitId(id), verdicts.into_iter().map(probe).collect())).0
    }

    #[test]
    fn a_status_says_how_a_program_ended() {
        let holds = || Verdict::Holds(Strength::Examples(1));
        let fails = |got| {
            let interface = Interface::Call(Vec::new());
            Verdict::Fails(Box::new(Counterexample { name: "f".into(), interface, expected: None, got }))
        };
        assert_eq!(word(vec![holds(), holds()]), PASSED);
        assert_eq!(word(vec![holds(), fails(Got::Value(1.into()))]), WRONG);
        assert_eq!(word(vec![fails(Got::Outcome(Outcome::CpuTimeout))]), "cpu-timeout");
        assert_eq!(word(vec![fails(Got::TestFailed("no".into()))]), WRONG);
        assert_eq!(word(vec![holds(), Verdict::NotJudged(NotJudged::Budget)]), NOT_JUDGED);
        assert_eq!(word(vec![]), NOT_JUDGED);
    }
}
