//! What comes out: ranked programs with the evidence for each.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::budget::{Budget, Resource, Spend};
use crate::candidate::{Candidate, Unit};
use crate::isolation::Isolation;
use crate::task::Task;
use crate::value::Value;
use crate::verdict::Judgement;

/// The version of the form in which solutions are saved.
pub const FORMAT: u32 = 1;

/// The answer to a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Solution {
    /// The version of this form: [`FORMAT`].
    pub format: u32,
    /// The task as it was solved.
    pub task: Task,
    /// The strategy that was used, with its parameters.
    pub strategy: String,
    /// The seed.
    pub seed: u64,
    /// What might be spent.
    pub budget: Budget,
    /// Why the search ended.
    pub stop: StopReason,
    /// Programs that hold on everything given, best first. Programs of one group are equally good.
    pub groups: Vec<Vec<Ranked>>,
    /// How many further programs fit by their proposer's account; they were not asked for, and so not
    /// judged.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub others: u32,
    /// Where no program but a look-up table holds on everything: the best one that misses something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<Ranked>,
    /// Pairs of rows, counted from 1, that no program can satisfy together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<(u32, u32)>,
    /// Inputs without an answer on which programs that fit disagree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    /// What the search can say for certain, such as "no program of cost below 9 fits".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// What else a reader should know: programs that were dropped, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What was spent.
    pub spend: Spend,
    /// Behind which walls programs were run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolation: Option<Isolation>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// A program with what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// The program.
    pub candidate: Candidate,
    /// The text that was run for it.
    pub unit: Unit,
    /// The evidence.
    pub judgement: Judgement,
    /// What it answered, when it was run, to the inputs that the task gives without an answer, in
    /// their order; `None` where it gave no value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Option<Value>>,
    /// How far it depends on each example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stability: Option<Stability>,
    /// The program lists the examples case by case: it holds on them, and says nothing about other
    /// inputs. Where there are only such programs, the search has not solved the task.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub look_up_table: bool,
    /// What a reader should know of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// Leave-one-out: what the search would have answered without each example.
///
/// Rows are counted from 1: the examples, and behind them what the tests state as plain data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stability {
    /// How many examples were left out, one at a time.
    pub tried: u32,
    /// The rows, counted from 1, without which the search would answer another program that is
    /// wrong on them.
    pub needed: Vec<u32>,
}

/// An input on which programs that fit all examples disagree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The input.
    pub input: Vec<Value>,
    /// The different answers, the best program's first; `None` where a program gives none.
    pub answers: Vec<Option<Value>>,
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopReason {
    /// A program holds on everything given.
    Solved,
    /// The search has no more to try.
    Exhausted,
    /// This resource is used up.
    BudgetSpent(Resource),
    /// The user stopped it.
    Cancelled,
    /// The task contradicts itself.
    Contradiction,
}

impl Solution {
    /// The best program, if one holds on everything.
    pub fn best(&self) -> Option<&Ranked> {
        self.groups.iter().flatten().next()
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StopReason::Solved => f.write_str("solved"),
            StopReason::Exhausted => f.write_str("exhausted: there is nothing more to try"),
            StopReason::BudgetSpent(resource) => write!(f, "budget spent: {resource}"),
            StopReason::Cancelled => f.write_str("cancelled"),
            StopReason::Contradiction => f.write_str("the examples contradict each other"),
        }
    }
}
