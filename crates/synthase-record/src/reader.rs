//! Reading what any process recorded.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension};
use synthase_types::Event;
use synthase_types::id::{BlobId, Digest};

use crate::{FILE, RecordError, RunId, blob, schema};

/// Reads a record; never writes.
pub struct Reader {
    connection: Connection,
    path: PathBuf,
}

/// A recorded run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSummary {
    /// Its name.
    pub id: RunId,
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// How many events it has.
    pub events: u64,
}

/// An event with its place in the run.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// Its number within the run, from 0.
    pub seq: u64,
    /// When it happened, in milliseconds since 1970.
    pub at_ms: u64,
    /// What happened.
    pub event: Event,
}

impl Reader {
    /// Opens the record of a state folder.
    ///
    /// # Errors
    /// No record there, or one that cannot be read.
    pub fn open(state: &Path) -> Result<Reader, RecordError> {
        let path = state.join(FILE);
        Ok(Reader { connection: schema::open_for_reading(&path)?, path })
    }

    fn error(&self, operation: &'static str) -> impl FnOnce(rusqlite::Error) -> RecordError + use<> {
        let path = self.path.clone();
        move |source| RecordError::Database { operation, path, source }
    }

    /// All runs, the newest first.
    ///
    /// # Errors
    /// A record that cannot be read.
    pub fn runs(&self) -> Result<Vec<RunSummary>, RecordError> {
        let query = "SELECT id, started_ms, (SELECT count(*) FROM events WHERE run = id) FROM runs ORDER BY started_ms DESC, id DESC";
        let read = || -> rusqlite::Result<Vec<RunSummary>> {
            self.connection
                .prepare(query)?
                .query_map([], |row| {
                    Ok(RunSummary {
                        id: RunId(row.get(0)?),
                        started_ms: as_u64(row.get(1)?),
                        events: as_u64(row.get(2)?),
                    })
                })?
                .collect()
        };
        read().map_err(self.error("listing runs"))
    }

    /// The run whose name begins with this text; the newest for `latest`.
    ///
    /// # Errors
    /// No such run, or several.
    pub fn find_run(&self, prefix: &str) -> Result<RunId, RecordError> {
        let mut runs = self.runs()?;
        if prefix == "latest" && !runs.is_empty() {
            return Ok(runs.swap_remove(0).id);
        }
        let mut found: Vec<RunId> = runs.into_iter().map(|run| run.id).filter(|id| id.0.starts_with(prefix)).collect();
        if let Some(exact) = found.iter().position(|id| id.0 == prefix) {
            return Ok(found.swap_remove(exact));
        }
        match found.len() {
            0 => Err(RecordError::UnknownRun(prefix.to_owned())),
            1 => Ok(found.swap_remove(0)),
            _ => {
                let runs: Vec<String> = found.iter().map(RunId::to_string).collect();
                Err(RecordError::AmbiguousRun { prefix: prefix.to_owned(), runs: runs.join(", ") })
            }
        }
    }

    /// The events of a run in order.
    ///
    /// # Errors
    /// A record that cannot be read, or an event of an unknown form.
    pub fn events(&self, run: &RunId) -> Result<Vec<StoredEvent>, RecordError> {
        let read = || -> rusqlite::Result<Vec<(i64, i64, String)>> {
            self.connection
                .prepare("SELECT seq, at_ms, body FROM events WHERE run = ?1 ORDER BY seq")?
                .query_map([&run.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect()
        };
        read()
            .map_err(self.error("reading events"))?
            .into_iter()
            .map(|(seq, at_ms, body)| {
                let event = serde_json::from_str(&body).map_err(|error| RecordError::Damaged {
                    run: run.to_string(),
                    what: format!("event {seq}: {error}"),
                })?;
                Ok(StoredEvent { seq: as_u64(seq), at_ms: as_u64(at_ms), event })
            })
            .collect()
    }

    /// Stored bytes; `None` if they were not recorded.
    ///
    /// # Errors
    /// A record that cannot be read, or bytes that are not those that were stored.
    pub fn blob(&self, id: BlobId) -> Result<Option<Vec<u8>>, RecordError> {
        let row: Option<(bool, Vec<u8>)> = self
            .connection
            .query_row("SELECT packed, bytes FROM blobs WHERE id = ?1", [id.to_string()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
            .map_err(self.error("reading a blob"))?;
        let Some((packed, stored)) = row else { return Ok(None) };
        match blob::unpack(packed, stored).filter(|bytes| BlobId(Digest::of(bytes)) == id) {
            Some(bytes) => Ok(Some(bytes)),
            None => Err(RecordError::Damaged { run: String::new(), what: format!("blob {id}") }),
        }
    }
}

fn as_u64(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use synthase_types::Budget;

    use super::*;
    use crate::Recorder;

    fn started(seed: u64) -> Event {
        Event::RunStarted {
            version: "1".into(),
            command: vec!["solve".into()],
            folder: "/".into(),
            seed,
            budget: Budget::default(),
        }
    }

    #[test]
    fn what_is_recorded_is_read_and_a_run_can_be_continued() {
        let state = tempfile::tempdir().unwrap();
        let run = RunId("20260101-a".into());
        let mut blobs = Vec::new();
        for part in 0..2u8 {
            let recorder = Recorder::open(state.path(), run.clone(), 5).unwrap();
            blobs.push(recorder.blob(vec![part; 1000]));
            recorder.event(7, started(u64::from(part)));
            recorder.close();
            assert_eq!(recorder.failure(), None);
        }
        let reader = Reader::open(state.path()).unwrap();
        let events = reader.events(&run).unwrap();
        assert_eq!(events.iter().map(|e| e.seq).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(events[1].event, started(1));
        assert_eq!(reader.blob(blobs[1]).unwrap(), Some(vec![1; 1000]));
        assert_eq!(reader.blob(BlobId(Digest::of(b"none"))).unwrap(), None);
        assert_eq!(reader.find_run("2026").unwrap(), run);
        assert_eq!(reader.find_run("latest").unwrap(), run);
        assert!(matches!(reader.find_run("x"), Err(RecordError::UnknownRun(_))));
    }

    #[test]
    fn one_process_writes_a_run_at_a_time() {
        let state = tempfile::tempdir().unwrap();
        let open = || Recorder::open(state.path(), RunId("r".into()), 0);
        let first = open().unwrap();
        assert!(matches!(open(), Err(RecordError::Busy(run)) if run == "r"));
        first.close();
        open().unwrap();
    }

    #[test]
    fn several_processes_may_write_at_the_same_time() {
        let state = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for writer in 0..4u64 {
                let state = state.path();
                scope.spawn(move || {
                    let recorder = Recorder::open(state, RunId(format!("run{writer}")), writer).unwrap();
                    for seed in 0..100 {
                        recorder.event(0, started(seed));
                    }
                    recorder.flush();
                    assert_eq!(recorder.failure(), None);
                });
            }
        });
        let runs = Reader::open(state.path()).unwrap().runs().unwrap();
        assert_eq!(runs.iter().map(|run| run.events).collect::<Vec<_>>(), [100; 4]);
        assert!(Reader::open(state.path()).unwrap().find_run("run").unwrap_err().to_string().contains("run3, run2"));
    }

    #[test]
    fn a_record_that_fails_says_so_once_and_stops_nobody() {
        let state = tempfile::tempdir().unwrap();
        let recorder = Recorder::open(state.path(), RunId("r".into()), 0).unwrap();
        recorder.flush();
        let other = Connection::open(state.path().join(FILE)).unwrap();
        other.execute_batch("DROP TABLE events").unwrap();
        recorder.event(0, started(1));
        recorder.flush();
        recorder.event(0, started(2));
        recorder.flush();
        assert!(recorder.failure().unwrap().contains("no such table"));
    }

    #[test]
    fn without_a_record_everything_works_the_same() {
        let recorder = Recorder::off();
        assert_eq!(recorder.blob(b"x".to_vec()), BlobId(Digest::of(b"x")));
        recorder.event(0, started(1));
        recorder.flush();
        assert_eq!((recorder.run(), recorder.failure()), (None, None));
    }
}
