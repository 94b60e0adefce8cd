//! Why nothing is known of a program.

use synthase_sandbox::SandboxError;

/// A program could not be run. Never the program's doing.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A language's tools are not there or do not answer.
    #[error("{language} cannot be run: {why}")]
    MissingTool {
        /// The language, for people.
        language: String,
        /// What is wrong.
        why: String,
        /// The command that would install the tools.
        install: String,
    },
    /// What was asked is not possible in this language.
    #[error("{language} has no {what}")]
    Unsupported {
        /// The language, for people.
        language: String,
        /// What was asked.
        what: &'static str,
    },
    /// The sandbox failed.
    #[error("{}", chain(.0))]
    Sandbox(SandboxError),
    /// A file that a run needs cannot be made or read.
    #[error("cannot {operation}: {source}")]
    File {
        /// What was attempted, as a verb with its object.
        operation: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The task's own text that stands before the program cannot be run.
    #[error("the task's prelude cannot be run: {0}")]
    Prelude(String),
    /// A language's tools are there and do not do their work.
    #[error("{language} does not work here: {why}")]
    BrokenTool {
        /// The language, for people.
        language: String,
        /// What happened.
        why: String,
    },
    /// A session cannot be copied.
    #[error("this {language} session cannot be forked: {why}")]
    NoBranch {
        /// The language, for people.
        language: String,
        /// Why.
        why: String,
    },
    /// The user stopped the run.
    #[error("cancelled")]
    Cancelled,
}

impl From<SandboxError> for RunError {
    fn from(error: SandboxError) -> Self {
        match error {
            SandboxError::Cancelled => RunError::Cancelled,
            other => RunError::Sandbox(other),
        }
    }
}

impl RunError {
    /// What the user can do about it, where that is known.
    pub fn remedy(&self) -> Option<String> {
        match self {
            RunError::MissingTool { install, .. } if !install.is_empty() => Some(format!("install it: {install}")),
            RunError::Sandbox(error) => error.remedy().map(str::to_owned),
            _ => None,
        }
    }
}

/// An error with everything that caused it, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
