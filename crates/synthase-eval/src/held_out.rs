//! What a program is graded with, and nobody may search by.
//!
//! The type has no way out of this crate: a suite makes it, the grader uses it, and what leaves is
//! counts. Its verdicts are not written to the record, which strategies may read.

use synthase_judge::Judge;
use synthase_run::Lane;
use synthase_types::task::fields::ExampleField;
use synthase_types::task::{TaskFields, fields::TaskError};
use synthase_types::{Candidate, Example, Task, Verdict};

/// Examples for grading only.
pub struct HeldOut {
    examples: Vec<Example>,
}

/// How a program did on held-out examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Grade {
    /// How many examples there are.
    pub total: usize,
    /// On how many the program is right.
    pub right: usize,
    /// How many repeat an input that was shown; they say nothing of unseen inputs.
    pub repeated: usize,
    /// On how many of the repeated ones the program is right.
    pub repeated_right: usize,
    /// How many could not be judged.
    pub not_judged: usize,
}

impl Grade {
    /// Right on every example; a grade without any says nothing.
    pub fn all_right(&self) -> bool {
        self.total > 0 && self.right == self.total
    }
}

impl HeldOut {
    /// Held-out examples of a task.
    ///
    /// # Errors
    /// An example that does not fit the task's entry point.
    pub(crate) fn new(task: &Task, examples: Vec<ExampleField>) -> Result<HeldOut, TaskError> {
        let fields = TaskFields { entry: Some(task.entry.to_string()), examples, ..TaskFields::default() };
        Ok(HeldOut { examples: Task::try_from(fields)?.examples })
    }

    /// Whether there is nothing to grade with.
    pub fn is_empty(&self) -> bool {
        self.examples.is_empty()
    }

    /// Grades a program.
    pub(crate) fn grade(&self, task: &Task, candidate: &Candidate, lane: &mut Lane<'_>) -> Grade {
        let mut graded = task.clone();
        graded.examples = self.examples.clone();
        graded.tests.clear();
        let judgement = Judge::new(&graded).judge(candidate, lane);
        let mut grade = Grade { total: self.examples.len(), ..Grade::default() };
        for (example, probe) in self.examples.iter().zip(&judgement.probes) {
            let right = matches!(probe.verdict, Verdict::Holds(_));
            let repeated = task.examples.iter().any(|shown| shown.input == example.input);
            grade.right += usize::from(right);
            grade.repeated += usize::from(repeated);
            grade.repeated_right += usize::from(repeated && right);
            grade.not_judged += usize::from(matches!(probe.verdict, Verdict::NotJudged(_) | Verdict::Unknown(_)));
        }
        grade
    }
}
