//! Things that happened in a run, as they are recorded.

use serde::{Deserialize, Serialize};

use crate::budget::{Budget, Spend};
use crate::id::{BlobId, CandidateId, Digest, TaskId};
use crate::solution::StopReason;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A run began.
    RunStarted {
        /// The version of the program that records.
        version: String,
        /// What the user asked for, in words of the command line.
        command: Vec<String>,
        /// The folder in which the command was given.
        folder: String,
        /// The seed.
        seed: u64,
        /// The budget of each task.
        budget: Budget,
    },
    /// Work on a task began.
    TaskStarted {
        /// The task.
        task: TaskId,
        /// Its name.
        name: String,
        /// The task as JSON.
        text: BlobId,
        /// The strategy.
        strategy: String,
    },
    /// A proposer answered.
    Proposed {
        /// The task.
        task: TaskId,
        /// The key under which a resumed run finds the answer.
        key: Digest,
        /// The proposer.
        proposer: String,
        /// The candidates.
        candidates: Vec<CandidateId>,
        /// What it cost.
        spend: Spend,
        /// The whole answer.
        answer: BlobId,
    },
    /// A candidate was run and judged.
    Judged {
        /// The task.
        task: TaskId,
        /// The key under which a resumed run finds the judgement.
        key: Digest,
        /// The candidate.
        candidate: CandidateId,
        /// The verdict in sum, in words of bounded length.
        verdict: String,
        /// What it cost.
        spend: Spend,
        /// The whole judgement with its executions.
        judgement: BlobId,
    },
    /// A candidate was run on inputs without answers.
    Answered {
        /// The task.
        task: TaskId,
        /// The key under which a resumed run finds the answers.
        key: Digest,
        /// The candidate.
        candidate: CandidateId,
        /// What it answered.
        answer: BlobId,
    },
    /// Work on a task ended.
    TaskEnded {
        /// The task.
        task: TaskId,
        /// Why.
        stop: StopReason,
        /// The whole solution.
        solution: BlobId,
    },
    /// The strategy can do nothing with a task.
    TaskRefused {
        /// The task.
        task: TaskId,
        /// Why, in words.
        why: String,
    },
    /// The run was taken up again.
    Resumed,
    /// The run ended.
    RunEnded,
}
