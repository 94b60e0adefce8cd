//! What a resumed run already knows.

use std::collections::HashMap;

use synthase_types::Event;
use synthase_types::id::{BlobId, Digest};

use crate::{Reader, RecordError, RunId};

/// Answers of an earlier part of the run, found by the keys of the questions.
///
/// A search is resumed by running it again while the journal answers what it already knows; the
/// first question without an answer goes to the world.
#[derive(Default)]
pub struct Journal {
    answers: HashMap<Digest, Vec<u8>>,
    /// The run's first event, which says what was asked for.
    pub started: Option<Event>,
}

impl Journal {
    /// A journal that knows nothing.
    pub fn empty() -> Journal {
        Journal::default()
    }

    /// Reads the journal of a run. An answer whose bytes were lost or damaged is left out: the
    /// question is then asked again.
    ///
    /// # Errors
    /// A run that does not exist or whose events cannot be read.
    pub fn read(reader: &Reader, run: &RunId) -> Result<Journal, RecordError> {
        let mut journal = Journal::default();
        for stored in reader.events(run)? {
            let (key, blob): (Digest, BlobId) = match &stored.event {
                Event::Proposed { key, answer, .. } | Event::Answered { key, answer, .. } => (*key, *answer),
                Event::Judged { key, judgement, .. } => (*key, *judgement),
                Event::RunStarted { .. } => {
                    journal.started.get_or_insert(stored.event);
                    continue;
                }
                _ => continue,
            };
            if let Ok(Some(bytes)) = reader.blob(blob) {
                journal.answers.insert(key, bytes);
            }
        }
        Ok(journal)
    }

    /// The answer to a question, as it was recorded.
    pub fn answer(&self, key: &Digest) -> Option<&[u8]> {
        self.answers.get(key).map(Vec::as_slice)
    }
}
