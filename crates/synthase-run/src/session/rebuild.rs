//! A session built anew from its journal.

use std::sync::{Arc, Mutex};

use super::cell::CellStatus;
use super::journal::{Event, Journal, JournalError, Recorded, digest_of};
use crate::error::RunError;
use crate::runner::Runner;

/// A session built anew.
pub struct Rebuilt {
    /// The session. It goes on with the journal.
    pub session: Recorded,
    /// The cells whose results are not those of the journal, in order. Empty if all are: the session then
    /// stands where the recorded one stood, as far as its results tell.
    pub differences: Vec<Difference>,
}

/// A cell whose result is not the recorded one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The number of the cell.
    pub cell: u32,
    /// What is different, in words.
    pub what: String,
}

/// Why a session could not be built anew.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The session could not be run.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl Runner {
    /// Opens a session with the options of a journal, runs the cells again that led to where a branch
    /// stood, and goes on with the journal.
    ///
    /// Cells that raised an error are run again too, because they may have changed something before. One
    /// that was interrupted, or in which the session ended, is not: where it stopped is not known. Each
    /// cell whose result differs is named.
    ///
    /// # Errors
    /// The journal cannot be used, or the session could not be run.
    pub fn rebuild_session(&self, journal: Journal, branch: u32) -> Result<Rebuilt, RebuildError> {
        if branch > journal.last_branch() {
            let why = format!("the journal has no branch {branch}; its last one is {}", journal.last_branch());
            return Err(JournalError::Unusable(why).into());
        }
        let (language, options) = journal.opened()?;
        let mut session = self.open_session(language, &options)?;
        let mut differences = Vec::new();
        for event in journal.cells_of(branch) {
            let Event::Cell { cell, code, status, value, digest, .. } = event else { continue };
            let mut differs = |what: String| differences.push(Difference { cell: *cell, what });
            if status == "interrupted" || status == "ended" {
                let how = if status == "ended" { "it ended the session" } else { "it was interrupted" };
                differs(format!("{how} and is not run again"));
                // Cells keep their numbers, which tracebacks name.
                session.run_cell("")?;
                continue;
            }
            let result = session.run_cell(code)?;
            if result.status.name() != status {
                differs(format!("it was `{status}` then, and is `{}` now", result.status.name()));
            } else if let (Some(then), Some(now)) = (value, result.value.as_ref().map(|value| value.to_json()))
                && *then != now
            {
                differs(format!("its value was {}, and is {} now", short(then), short(&now)));
            } else if digest_of(&result) != *digest {
                differs("what it wrote, showed or left in files is not the same".to_owned());
            }
            if matches!(result.status, CellStatus::Ended(_)) {
                break;
            }
        }
        Ok(Rebuilt { session: Recorded::go_on(session, Arc::new(Mutex::new(journal)), branch), differences })
    }
}

/// The beginning of a JSON text.
fn short(json: &serde_json::Value) -> String {
    const MOST: usize = 80;
    let text = json.to_string();
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
