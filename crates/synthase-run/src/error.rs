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
    Sandbox(#[from] SandboxError),
    /// The compile cache cannot be written.
    #[error("the compile cache: {0}")]
    Cache(#[from] std::io::Error),
    /// The user stopped the run.
    #[error("cancelled")]
    Cancelled,
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
