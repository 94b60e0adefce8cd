//! Keeping a state folder under a size.

use std::path::Path;

use rusqlite::{Connection, params};

use crate::{FILE, RecordError, schema};

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

/// Removes the oldest runs until the record is at most `most` bytes. The newest run always stays.
///
/// # Errors
/// A record that cannot be written.
pub fn sweep(state: &Path, most: u64) -> Result<Swept, RecordError> {
    let path = state.join(FILE);
    let mut connection = schema::open_for_writing(&path)?;
    let error = |source| RecordError::Database { operation: "sweeping", path: path.clone(), source };
    let mut swept = Swept { before: used(&connection).map_err(error)?, ..Swept::default() };
    swept.after = swept.before;
    while swept.after > most && remove_oldest(&mut connection).map_err(error)? {
        swept.runs += 1;
        swept.after = used(&connection).map_err(error)?;
    }
    if swept.runs > 0 {
        connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").map_err(error)?;
    }
    Ok(swept)
}

/// The bytes of all pages in use.
fn used(connection: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    let pages = pragma("page_count")? - pragma("freelist_count")?;
    Ok(u64::try_from(pages * pragma("page_size")?).unwrap_or(0))
}

/// Removes the oldest run and the blobs that no other run names; `false` if only one run is left.
fn remove_oldest(connection: &mut Connection) -> rusqlite::Result<bool> {
    let transaction = connection.transaction()?;
    let count: i64 = transaction.query_row("SELECT count(*) FROM runs", [], |row| row.get(0))?;
    if count <= 1 {
        return Ok(false);
    }
    let oldest: String = transaction.query_row("SELECT min(id) FROM runs", [], |row| row.get(0))?;
    transaction.execute("DELETE FROM events WHERE run = ?1", [&oldest])?;
    transaction.execute("DELETE FROM runs WHERE id = ?1", [&oldest])?;
    // A blob is named in an event by its 64 digits in quotes, and by nothing else.
    transaction.execute_batch("CREATE TEMP TABLE IF NOT EXISTS named (id TEXT PRIMARY KEY); DELETE FROM named")?;
    {
        let mut events = transaction.prepare("SELECT body FROM events")?;
        let mut rows = events.query([])?;
        let mut insert = transaction.prepare("INSERT OR IGNORE INTO named VALUES (?1)")?;
        while let Some(row) = rows.next()? {
            let body: String = row.get(0)?;
            for word in body.split('"').filter(|word| word.len() == 64) {
                insert.execute(params![word])?;
            }
        }
    }
    transaction.execute("DELETE FROM blobs WHERE id NOT IN (SELECT id FROM named)", [])?;
    transaction.commit()?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use synthase_types::Event;
    use synthase_types::StopReason;
    use synthase_types::id::{Digest, TaskId};

    use super::*;
    use crate::{Reader, Recorder, RunId};

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
