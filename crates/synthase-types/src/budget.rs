//! What may be spent, and what was.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a strategy may spend. `None` is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// Terms that a symbolic search may try.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<u64>,
    /// Candidates that may be proposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidates: Option<u64>,
    /// Runs of a unit on a probe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executions: Option<u64>,
    /// Elapsed time, in milliseconds. Only a cap: it is noticed at unit boundaries, and the counts
    /// at the stop are recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wall_ms: Option<u64>,
}

/// What was spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Spend {
    /// Terms tried.
    #[serde(skip_serializing_if = "is_zero")]
    pub terms: u64,
    /// Candidates proposed.
    #[serde(skip_serializing_if = "is_zero")]
    pub candidates: u64,
    /// Runs of a unit on a probe.
    #[serde(skip_serializing_if = "is_zero")]
    pub executions: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl std::ops::AddAssign for Spend {
    fn add_assign(&mut self, other: Spend) {
        self.terms += other.terms;
        self.candidates += other.candidates;
        self.executions += other.executions;
    }
}

/// A resource that a budget bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resource {
    /// Terms of a symbolic search.
    Terms,
    /// Candidates.
    Candidates,
    /// Runs of a unit on a probe.
    Executions,
    /// Elapsed time.
    Wall,
    /// Memory of a search.
    Memory,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Resource::Terms => "terms",
            Resource::Candidates => "candidates",
            Resource::Executions => "executions",
            Resource::Wall => "time",
            Resource::Memory => "memory",
        })
    }
}

impl Budget {
    /// The elapsed time that may be spent.
    pub fn wall(&self) -> Option<Duration> {
        self.wall_ms.map(Duration::from_millis)
    }

    /// What is left after so much was spent; time is left to its clock.
    pub fn minus(&self, spend: &Spend) -> Budget {
        let rest = |bound: Option<u64>, spent: u64| bound.map(|bound| bound.saturating_sub(spent));
        Budget {
            terms: rest(self.terms, spend.terms),
            candidates: rest(self.candidates, spend.candidates),
            executions: rest(self.executions, spend.executions),
            wall_ms: self.wall_ms,
        }
    }

    /// The first bound that is used up.
    pub fn used_up(&self) -> Option<Resource> {
        [
            (self.terms, Resource::Terms),
            (self.candidates, Resource::Candidates),
            (self.executions, Resource::Executions),
        ]
        .into_iter()
        .find(|(bound, _)| *bound == Some(0))
        .map(|(_, resource)| resource)
    }
}
