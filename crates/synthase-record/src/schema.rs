//! The tables, and the version of their form.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::RecordError;

/// The newest format that is read and the one that is written. Before a stored form changes, walk
/// the matrix: old reader on new data, new reader on old data, old writer beside a new one.
pub(crate) const FORMAT: u32 = 1;

/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(10);

const TABLES: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE runs (id TEXT PRIMARY KEY, started_ms INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE events (
        run TEXT NOT NULL REFERENCES runs(id), seq INTEGER NOT NULL,
        at_ms INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run, seq)
    ) WITHOUT ROWID;
    CREATE TABLE blobs (id BLOB PRIMARY KEY, packed INTEGER NOT NULL, bytes BLOB NOT NULL);
";

/// Opens the database for writing and makes its tables if they are not there.
pub(crate) fn open_for_writing(path: &Path) -> Result<Connection, RecordError> {
    let error = |operation| move |source| RecordError::Database { operation, path: path.to_owned(), source };
    let mut connection = Connection::open(path).map_err(error("opening the record"))?;
    connection.busy_timeout(PATIENCE).map_err(error("waiting for the record"))?;
    use_log(&connection).map_err(error("preparing the record"))?;
    // A commit survives the death of this process, which is what a resumed run needs; only a power
    // cut may take the last moments.
    connection.pragma_update(None, "synchronous", "NORMAL").map_err(error("preparing the record"))?;
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(error("preparing the record"))?;
    if !has_tables(&transaction).map_err(error("reading the record"))? {
        transaction.execute_batch(TABLES).map_err(error("making the record's tables"))?;
        transaction
            .execute("INSERT INTO meta VALUES ('format', ?1)", [FORMAT.to_string()])
            .map_err(error("making the record's tables"))?;
    }
    transaction.commit().map_err(error("making the record's tables"))?;
    check_format(&connection, path)?;
    Ok(connection)
}

/// Switches to the write-ahead log. That needs the database for itself and does not wait for it, so when
/// two runs begin a record at the same moment, one has to try again.
fn use_log(connection: &Connection) -> rusqlite::Result<()> {
    const STEP: Duration = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && waited < PATIENCE => {
                std::thread::sleep(STEP);
                waited += STEP;
            }
            done => return done,
        }
    }
}

/// Opens the database for reading only.
pub(crate) fn open_for_reading(path: &Path) -> Result<Connection, RecordError> {
    let error = |operation| move |source| RecordError::Database { operation, path: path.to_owned(), source };
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(error("opening the record"))?;
    connection.busy_timeout(PATIENCE).map_err(error("waiting for the record"))?;
    check_format(&connection, path)?;
    Ok(connection)
}

fn has_tables(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'meta'")?.exists([])
}

fn check_format(connection: &Connection, path: &Path) -> Result<(), RecordError> {
    let found: String = connection
        .query_row("SELECT value FROM meta WHERE key = 'format'", [], |row| row.get(0))
        .map_err(|source| RecordError::Database { operation: "reading the format", path: path.to_owned(), source })?;
    match found.parse() {
        Ok(format) if format <= FORMAT => Ok(()),
        found => Err(RecordError::Newer { path: path.to_owned(), found: found.unwrap_or(u32::MAX), known: FORMAT }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_record_is_refused_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r");
        open_for_writing(&path).unwrap().execute("UPDATE meta SET value = '9'", []).unwrap();
        let error = open_for_writing(&path).unwrap_err().to_string();
        assert!(error.ends_with("has record format 9; this program reads up to 1"), "{error}");
    }

    #[test]
    fn what_is_no_record_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r");
        std::fs::write(&path, "this is a text, and not a database of any kind").unwrap();
        assert!(matches!(open_for_writing(&path), Err(RecordError::Database { .. })));
        assert!(matches!(open_for_reading(&folder.path().join("missing")), Err(RecordError::Database { .. })));
    }
}
