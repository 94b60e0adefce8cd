//! Failures of the sandbox itself. What a program does is never one of these.

use std::fmt::Display;
use std::io;

use synthase_types::Isolation;

/// Nothing is known about the program, because our side failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The operating system refused something to the host process.
    #[error("cannot {operation} {object}")]
    System {
        /// What was attempted, as a verb.
        operation: &'static str,
        /// On what.
        object: String,
        /// The operating system's answer.
        #[source]
        source: io::Error,
    },
    /// The operating system refused something to the process that builds the walls.
    #[error("the keeper of the sandbox cannot {operation} {object}")]
    Keeper {
        /// What was attempted, as a verb.
        operation: String,
        /// On what.
        object: String,
        /// The operating system's answer.
        #[source]
        source: io::Error,
    },
    /// A zygote or the launcher could not set up its child; the program has not run.
    #[error("{0}")]
    Setup(String),
    /// The program could not be executed at all: it is missing, not executable, or for another machine.
    #[error("cannot execute {program}")]
    Execute {
        /// The program.
        program: String,
        /// The operating system's answer.
        #[source]
        source: io::Error,
    },
    /// The wanted level of isolation does not work here.
    #[error("isolation level `{level}` is not available: {reason}")]
    Unavailable {
        /// The level that was asked for.
        level: Isolation,
        /// The first thing that is missing for it.
        reason: String,
        /// What the user can do about it.
        remedy: String,
    },
    /// The slot already has a run; a slot holds one at a time.
    #[error("the slot is in use by another run")]
    Busy,
    /// The slot's [`Killer`](crate::Killer) was used: nothing is started there any more.
    #[error("cancelled")]
    Cancelled,
    /// A process of ours is gone or does not answer.
    #[error("lost the {who}: {detail}")]
    Lost {
        /// Which one: `keeper`, `zygote`, `box`, `launcher`.
        who: &'static str,
        /// What is known about it.
        detail: String,
    },
    /// The caller asked for something that has no meaning; this says what.
    #[error("{0}")]
    Misuse(String),
}

impl SandboxError {
    /// What the user can do about it, where that is known.
    pub fn remedy(&self) -> Option<&str> {
        match self {
            SandboxError::Unavailable { remedy, .. } => Some(remedy),
            _ => None,
        }
    }
}

/// The result of everything in this crate.
pub type Result<T, E = SandboxError> = std::result::Result<T, E>;

/// Names the operation and its object in an error of the operating system.
pub(crate) trait Context<T> {
    /// `operation` is a verb that fits behind "cannot"; `object` is written only on failure.
    fn at(self, operation: &'static str, object: impl Display) -> Result<T>;
}

impl<T, E: Into<io::Error>> Context<T> for std::result::Result<T, E> {
    fn at(self, operation: &'static str, object: impl Display) -> Result<T> {
        self.map_err(|error| SandboxError::System { operation, object: object.to_string(), source: error.into() })
    }
}
