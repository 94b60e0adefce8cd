//! What the command line says when it cannot do what was asked, and with which code it exits.

use std::fmt;

use synthase::sandbox::SandboxError;
use synthase::types::Isolation;

/// The codes with which the program exits. Each means one thing; `synthase list exit-codes` prints them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Solved, or everything holds.
    Success = 0,
    /// Judged, and something does not hold.
    Fails = 1,
    /// The command line is wrong. Also what the argument parser uses.
    Usage = 2,
    /// A task, program or other input cannot be used as it is.
    Input = 3,
    /// No program was found: there is nothing more to try.
    Exhausted = 4,
    /// No program was found within the budget.
    Spent = 5,
    /// A program could not be run or judged: a tool is missing, or the sandbox does not work here.
    NotJudged = 6,
    /// A fault of synthase itself.
    Internal = 70,
    /// Stopped by the user.
    Cancelled = 130,
}

impl Exit {
    /// All codes with their meanings, for the list of them.
    pub(crate) const MEANINGS: &[(Exit, &str)] = &[
        (Exit::Success, "solved, or everything holds"),
        (Exit::Fails, "judged, and something does not hold"),
        (Exit::Usage, "the command line is wrong"),
        (Exit::Input, "a task, program or other input cannot be used as it is"),
        (Exit::Exhausted, "no program was found: there is nothing more to try"),
        (Exit::Spent, "no program was found within the budget"),
        (Exit::NotJudged, "a program could not be run or judged"),
        (Exit::Internal, "a fault of synthase itself, or the result cannot be written"),
        (Exit::Cancelled, "stopped by the user"),
    ];

    /// The one to exit with after several tasks: the gravest.
    pub(crate) fn worse(self, other: Exit) -> Exit {
        self.max(other)
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        std::process::ExitCode::from(exit as u8)
    }
}

/// Why a command ended without doing what was asked.
#[derive(Debug)]
pub(crate) struct CliError {
    pub(crate) exit: Exit,
    message: String,
    hints: Vec<String>,
}

pub(crate) type Result<T, E = CliError> = std::result::Result<T, E>;

impl CliError {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> CliError {
        CliError { exit, message: message.into(), hints: Vec::new() }
    }

    pub(crate) fn usage(message: impl Into<String>) -> CliError {
        CliError::new(Exit::Usage, message)
    }

    pub(crate) fn input(message: impl Into<String>) -> CliError {
        CliError::new(Exit::Input, message)
    }

    /// The message alone, for a warning.
    pub(crate) fn one_line(&self) -> String {
        self.message.clone()
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> CliError {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        for hint in &self.hints {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl From<synthase::run::RunError> for CliError {
    fn from(error: synthase::run::RunError) -> Self {
        let exit = match error {
            synthase::run::RunError::Cancelled => Exit::Cancelled,
            synthase::run::RunError::Unsupported { .. } => Exit::Input,
            _ => Exit::NotJudged,
        };
        let hint = error.remedy();
        let weak = matches!(&error, synthase::run::RunError::Sandbox(SandboxError::Unavailable { level, .. }) if *level == Isolation::Rlimits);
        let error = CliError::new(exit, error.to_string());
        let error = if weak { error.hint("or allow it: --allow-weak-isolation") } else { error };
        let error = match hint {
            Some(hint) => error.hint(hint),
            None => error,
        };
        if exit == Exit::NotJudged { error.hint("`synthase doctor` shows what works on this machine") } else { error }
    }
}

impl From<synthase::record::RecordError> for CliError {
    fn from(error: synthase::record::RecordError) -> Self {
        let mut message = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            // Some libraries repeat themselves from cause to cause.
            if !message.contains(&cause_text) {
                message.push_str(&format!(": {cause_text}"));
            }
            source = cause.source();
        }
        CliError::input(message)
    }
}
