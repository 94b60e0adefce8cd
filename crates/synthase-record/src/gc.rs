//! Keeping a state folder under a size.

use std::collections::HashSet;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::{FILE, RecordError, RunId, folder, schema};

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Runs removed.
    pub runs: u64,
    /// The size of the record before, in bytes.
    pub before: u64,
    /// The size of the record after, in bytes.
    pub after: u64,
}

/// Removes the oldest runs until the record is at most `most` bytes. The newest run always stays, and
/// so does one that is being written.
///
/// # Errors
/// A record that cannot be written.
pub fn sweep(state: &Path, most: u64) -> Result<Swept, RecordError> {
    let path = state.join(FILE);
    let mut connection = schema::open_for_writing(&path)?;
    let error = |source| RecordError::Database { operation: "sweeping", path: path.clone(), source };
    let mut swept = Swept { before: used(&connection).map_err(error)?, ..Swept::default() };
    swept.after = swept.before;
    let mut runs = removable(&connection, state).map_err(error)?.into_iter();
    while swept.after > most
        && let Some(run) = runs.next()
    {
        remove(&mut connection, &run).map_err(error)?;
        swept.runs += 1;
        swept.after = used(&connection).map_err(error)?;
    }
    if swept.runs > 0 {
        // What was removed is removed; giving the space back may have to wait for another process.
        let _ = connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    }
    Ok(swept)
}

/// Runs that may go, the oldest first.
fn removable(connection: &Connection, state: &Path) -> rusqlite::Result<Vec<RunId>> {
    let mut runs: Vec<RunId> = connection
        .prepare("SELECT id FROM runs ORDER BY started_ms, id")?
        .query_map([], |row| Ok(RunId(row.get(0)?)))?
        .collect::<rusqlite::Result<_>>()?;
    runs.pop();
    let locked =
        |run: &RunId| std::fs::File::open(folder::lock_file(state, run)).is_ok_and(|file| file.try_lock().is_err());
    runs.retain(|run| !locked(run));
    Ok(runs)
}

/// The bytes of all pages in use.
fn used(connection: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    let pages = pragma("page_count")? - pragma("freelist_count")?;
    Ok(u64::try_from(pages * pragma("page_size")?).unwrap_or(0))
}

/// Removes a run and the blobs that no other run names.
fn remove(connection: &mut Connection, run: &RunId) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // A blob is named in an event by its 64 digits in quotes, and by nothing else.
    let mut own = named(&transaction, "SELECT body FROM events WHERE run = ?1", &run.0)?;
    transaction.execute("DELETE FROM events WHERE run = ?1", [&run.0])?;
    transaction.execute("DELETE FROM runs WHERE id = ?1", [&run.0])?;
    for other in named(&transaction, "SELECT body FROM events WHERE run <> ?1", &run.0)? {
        own.remove(&other);
    }
    for id in own {
        transaction.execute("DELETE FROM blobs WHERE id = ?1", [id])?;
    }
    transaction.commit()
}

/// The blobs that these events name.
fn named(connection: &Connection, query: &str, run: &str) -> rusqlite::Result<HashSet<String>> {
    let mut found = HashSet::new();
    let mut statement = connection.prepare(query)?;
    let mut rows = statement.query([run])?;
    while let Some(row) = rows.next()? {
        let body: String = row.get(0)?;
        found.extend(body.split('"').filter(|word| word.len() == 64).map(str::to_owned));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use synthase_types::Event;
    use synthase_types::StopReason;
    use synthase_types::id::{Digest, TaskId};

    use super::*;
    use crate::{Reader, Recorder};

    #[test]
    fn the_oldest_runs_go_and_shared_blobs_stay() {
        let state = tempfile::tempdir().unwrap();
        let noise = |n: u32| {
            (0..50_000)
                .flat_map(|i| Digest::of(&(n * 50_000 + i).to_le_bytes()).to_u64().to_le_bytes())
                .collect::<Vec<u8>>()
        };
        let mut blobs = Vec::new();
        for n in 0..3 {
            let recorder = Recorder::open(state.path(), RunId(format!("run{n}")), 0).unwrap();
            let own = recorder.blob(noise(n));
            let shared = recorder.blob(noise(9));
            for solution in [own, shared] {
                let task = TaskId(Digest::of(b"t"));
                recorder.event(0, Event::TaskEnded { task, stop: StopReason::Solved, solution });
            }
            blobs.push((own, shared));
            recorder.close();
        }
        let swept = sweep(state.path(), 1_000_000).unwrap();
        assert_eq!(swept.runs, 2, "{swept:?}");
        let reader = Reader::open(state.path()).unwrap();
        assert_eq!(reader.blob(blobs[0].0).unwrap(), None);
        assert!(reader.blob(blobs[2].0).unwrap().is_some() && reader.blob(blobs[0].1).unwrap().is_some());
    }
}
