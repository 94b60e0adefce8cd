//! Who writes candidates.

pub mod symbolic;

use serde::{Deserialize, Serialize};
use synthase_types::{Budget, Candidate, Resource, Spend, Stability, Task, Value};

/// Someone who writes candidate programs.
pub trait Proposer: Sync {
    /// The name in tables and records.
    fn name(&self) -> &'static str;

    /// Proposes programs. Returns what it has when the budget ends or `ask.stopped` says so.
    ///
    /// # Errors
    /// A task that this proposer can do nothing with.
    fn propose(&self, ask: &mut Ask<'_>) -> Result<Proposal, CannotPropose>;
}

/// What is asked of a proposer.
pub struct Ask<'a> {
    /// The task.
    pub task: &'a Task,
    /// The language of the candidates.
    pub language: &'a str,
    /// How many programs that differ are wanted.
    pub count: usize,
    /// What may be spent.
    pub budget: Budget,
    /// The seed of everything random.
    pub seed: u64,
    /// Why to stop now, if it is time; cheap enough to be asked every millisecond.
    pub stopped: &'a mut dyn FnMut() -> Option<Halt>,
}

/// Why a proposer is told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// A resource is used up.
    Spent(Resource),
    /// The user wants it.
    Cancelled,
}

/// A proposer can do nothing with a task; the text says why and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CannotPropose(pub String);

/// What a proposer answers. All of it is recorded, so that a resumed run need not ask again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// Programs that the proposer believes to be right, best first.
    pub candidates: Vec<Proposed>,
    /// Where there are none but look-up tables: the program that misses least.
    pub partial: Option<Proposed>,
    /// Why the proposer stopped.
    pub stop: ProposalStop,
    /// Rows, from 1, that contradict each other.
    pub contradictions: Vec<(u32, u32)>,
    /// What the proposer can say for certain.
    pub certificate: Option<String>,
    /// What a reader of the answer should know besides, one remark each.
    pub notes: Vec<String>,
    /// What was spent.
    pub spend: Spend,
}

/// Why a proposer stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalStop {
    /// It has found enough.
    Found,
    /// It has nothing more to try.
    Exhausted,
    /// A resource is used up.
    Spent(Resource),
    /// The user stopped it.
    Cancelled,
    /// The task contradicts itself.
    Contradiction,
}

/// A proposed program with what its proposer knows of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposed {
    /// The program.
    pub candidate: Candidate,
    /// Programs of one group are equally good; groups are numbered from 0, the best first.
    pub group: u32,
    /// How far the program depends on each example.
    pub stability: Option<Stability>,
    /// Whether the program lists the examples case by case.
    pub look_up_table: bool,
    /// What a reader should know of it.
    pub remarks: Vec<String>,
    /// What the program answers by its proposer's own account. A program that answers something
    /// else when it is run was not written as it was meant, and is dropped.
    pub predictions: Vec<Prediction>,
}

/// What a program should answer by its proposer's own account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The input.
    pub input: Vec<Value>,
    /// The answer; `None` where the proposer's account is an error, which says nothing.
    pub answer: Option<Value>,
    /// Whether the user gave this input without an answer.
    pub asked: bool,
}
