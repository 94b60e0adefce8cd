//! The walls around a run.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How far a run was shut off from the machine, from weakest to strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Isolation {
    /// Resource limits and a process group only. Nothing is hidden; only on the user's explicit wish.
    Rlimits,
    /// No user namespaces: Landlock, seccomp, resource limits and a process group.
    Landlock,
    /// Namespaces with an allow-listed root, seccomp, Landlock and resource limits.
    Namespaces,
    /// All of that, and a control group that bounds the memory and processes of the whole tree.
    Full,
}

impl Isolation {
    /// All levels, weakest first.
    pub const ALL: [Isolation; 4] = [Isolation::Rlimits, Isolation::Landlock, Isolation::Namespaces, Isolation::Full];

    /// What a user should know of a level before running strangers' programs at it.
    pub fn advice(self) -> &'static str {
        match self {
            Isolation::Full | Isolation::Namespaces => {
                "please report this: nothing outside should be in reach at this level"
            }
            Isolation::Landlock => "get user namespaces to work (see above), or run this in a container of its own",
            Isolation::Rlimits => "nothing is hidden at this level: run only programs that you trust",
        }
    }

    /// What stands between the program and the machine, in words.
    pub fn describe(self) -> &'static str {
        match self {
            Isolation::Full => "namespaces, seccomp, Landlock, control group",
            Isolation::Namespaces => "namespaces, seccomp, Landlock, resource limits",
            Isolation::Landlock => "Landlock, seccomp, resource limits, process group",
            Isolation::Rlimits => "resource limits and a process group only",
        }
    }
}

impl fmt::Display for Isolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Isolation::Full => "full",
            Isolation::Namespaces => "namespaces",
            Isolation::Landlock => "landlock",
            Isolation::Rlimits => "rlimits",
        })
    }
}

/// The text names no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown isolation level `{0}` (known: full, namespaces, landlock, rlimits)")]
pub struct UnknownIsolation(pub String);

impl FromStr for Isolation {
    type Err = UnknownIsolation;

    fn from_str(name: &str) -> Result<Self, UnknownIsolation> {
        Isolation::ALL
            .into_iter()
            .find(|level| level.to_string() == name)
            .ok_or_else(|| UnknownIsolation(name.to_owned()))
    }
}
