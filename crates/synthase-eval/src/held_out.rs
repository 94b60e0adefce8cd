//! What a program is graded with, and nobody may search by.
//!
//! The type has no way out of this crate: a suite makes it, the grader uses it, and what leaves is
//! counts. Its verdicts are not written to the record, which strategies may read.

use synthase_judge::{Judge, Questions, count_questions};
use synthase_run::Lane;
use synthase_types::task::TaskFields;
use synthase_types::task::fields::TaskError;
use synthase_types::{Candidate, Code, Example, Judgement, Origin, Task, Verdict};

use crate::bench::Bench;
use crate::samples::Sample;

/// Examples and tests for grading only.
pub struct HeldOut {
    examples: Vec<Example>,
    tests: Vec<Code>,
    bench: Option<Bench>,
}

/// How a program did on what was held out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Grade {
    /// How many examples and tests there are.
    pub total: usize,
    /// On how many the program is right.
    pub right: usize,
    /// How many examples repeat an input that was shown; they say nothing of unseen inputs.
    pub repeated: usize,
    /// On how many of the repeated ones the program is right.
    pub repeated_right: usize,
    /// How many could not be judged.
    pub not_judged: usize,
}

impl Grade {
    /// Right on everything; a grade without anything says nothing.
    pub fn all_right(&self) -> bool {
        self.total > 0 && self.right == self.total
    }
}

impl HeldOut {
    /// What is held out of a task.
    ///
    /// # Errors
    /// An example that does not fit the task's entry point, or one without an answer.
    pub(crate) fn new(task: &Task, fields: TaskFields) -> Result<HeldOut, TaskError> {
        if !fields.inputs.is_empty() {
            let what = "a held-out row needs an answer".to_owned();
            return Err(synthase_types::task::fields::TaskErrorKind::Block(what).into());
        }
        let fields = TaskFields {
            entry: Some(task.entry.to_string()),
            examples: fields.examples,
            tests: fields.tests,
            ..TaskFields::default()
        };
        let held_out = Task::try_from(fields)?;
        Ok(HeldOut { examples: held_out.examples, tests: held_out.tests, bench: None })
    }

    /// The same with a test bench, which then decides alone.
    pub(crate) fn with_bench(self, bench: Bench) -> HeldOut {
        HeldOut { bench: Some(bench), ..self }
    }

    /// Whether there is nothing to grade with.
    pub fn is_empty(&self) -> bool {
        self.examples.is_empty() && self.tests.is_empty() && self.bench.is_none()
    }

    /// The task with what is held out in the place of what is shown.
    fn as_shown(&self, task: &Task) -> Task {
        Task { examples: self.examples.clone(), tests: self.tests.clone(), ..task.clone() }
    }

    /// How much there is to grade with.
    pub(crate) fn questions(&self, task: &Task) -> Questions {
        match self.bench {
            Some(_) => Questions { data: 0, code: 1 },
            None => count_questions(&self.as_shown(task)),
        }
    }

    /// Judges a program that is there already; the first failure decides.
    pub(crate) fn judge_sample(&self, task: &Task, sample: &Sample, lane: &mut Lane<'_>) -> Judgement {
        if let Some(bench) = &self.bench {
            return bench.judge(task, &sample.candidate, lane);
        }
        let mut graded = self.as_shown(task);
        if sample.alone && !graded.prelude.is_empty() {
            // The program has its own imports. The tests still want the helpers.
            let prelude = std::mem::take(&mut graded.prelude);
            for test in &mut graded.tests {
                test.source = format!("{prelude}\n{}", test.source);
            }
        }
        Judge::new(&graded).to_first_failure().judge(&sample.candidate, lane)
    }

    /// Grades a program.
    pub(crate) fn grade(&self, task: &Task, candidate: &Candidate, lane: &mut Lane<'_>) -> Grade {
        let judgement = match &self.bench {
            Some(bench) => bench.judge(task, candidate, lane),
            None => Judge::new(&self.as_shown(task)).judge(candidate, lane),
        };
        let mut grade = Grade { total: judgement.probes.len(), ..Grade::default() };
        for probe in &judgement.probes {
            let right = matches!(probe.verdict, Verdict::Holds(_));
            let example = match probe.origin {
                Origin::Example(row) => self.examples.get(row as usize - 1),
                Origin::Test { .. } => None,
            };
            let repeated =
                example.is_some_and(|example| task.examples.iter().any(|shown| shown.input == example.input));
            grade.right += usize::from(right);
            grade.repeated += usize::from(repeated);
            grade.repeated_right += usize::from(repeated && right);
            grade.not_judged += usize::from(matches!(probe.verdict, Verdict::NotJudged(_) | Verdict::Unknown(_)));
        }
        grade
    }
}
