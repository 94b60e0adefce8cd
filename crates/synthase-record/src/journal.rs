//! What a resumed run already knows.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use synthase_types::Event;
use synthase_types::id::{BlobId, Digest};

use crate::{Reader, RecordError, RunId};

/// Answers of an earlier part of the run, found by the keys of the questions.
///
/// A search is resumed by running it again while the journal answers what it already knows; the
/// first question without an answer goes to the world.
#[derive(Default)]
pub struct Journal {
    answers: HashMap<Digest, BlobId>,
    reader: Option<Mutex<Reader>>,
    /// The run's first event, which says what was asked for.
    pub started: Option<Event>,
}

impl Journal {
    /// A journal that knows nothing.
    pub fn empty() -> Journal {
        Journal::default()
    }

    /// Reads the journal of a run.
    ///
    /// # Errors
    /// A run that does not exist or whose events cannot be read.
    pub fn read(reader: Reader, run: &RunId) -> Result<Journal, RecordError> {
        let mut journal = Journal::default();
        let events = reader.events(run)?;
        if events.is_empty() {
            return Err(RecordError::UnknownRun(run.to_string()));
        }
        for stored in events {
            match stored.event {
                Event::Proposed { key, answer, .. } | Event::Answered { key, answer, .. } => {
                    journal.answers.insert(key, answer);
                }
                Event::Judged { key, judgement, .. } => {
                    journal.answers.insert(key, judgement);
                }
                event @ Event::RunStarted { .. } => {
                    journal.started.get_or_insert(event);
                }
                _ => {}
            }
        }
        journal.reader = Some(Mutex::new(reader));
        Ok(journal)
    }

    /// The answer to a question, as it was recorded. One whose bytes were lost or damaged is none: the
    /// question is asked again.
    pub fn answer(&self, key: &Digest) -> Option<Vec<u8>> {
        let blob = self.answers.get(key)?;
        let reader = self.reader.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        reader.blob(*blob).ok().flatten()
    }
}
