//! Writing: many threads tell one.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior, params};
use synthase_types::Event;
use synthase_types::id::{BlobId, Digest};

use crate::{RecordError, RunId, blob, folder, schema};

/// Writes one run. Cheap to clone; the run is complete when the last clone is dropped or
/// [`close`](Recorder::close)d.
#[derive(Clone)]
pub struct Recorder {
    inner: Option<Arc<Inner>>,
}

struct Inner {
    run: RunId,
    sender: Mutex<Option<Sender<Message>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    failure: Arc<Mutex<Option<String>>>,
}

enum Message {
    Event {
        at_ms: u64,
        event: Box<Event>,
    },
    Blob {
        id: BlobId,
        bytes: Vec<u8>,
    },
    /// Commit, then answer.
    Flush(Sender<()>),
}

impl Recorder {
    /// A recorder that keeps nothing.
    pub fn off() -> Recorder {
        Recorder { inner: None }
    }

    /// Begins or continues the record of a run. `now_ms` is the time in milliseconds since 1970.
    ///
    /// # Errors
    /// A folder or database that cannot be written, or a run that another process writes. The caller
    /// goes on without a record.
    pub fn open(state: &Path, run: RunId, now_ms: u64) -> Result<Recorder, RecordError> {
        let path = folder::prepare(state)?;
        let lock = Lock::take(folder::lock_file(state, &run))?;
        let connection = schema::open_for_writing(&path)?;
        let error = |source| RecordError::Database { operation: "beginning a run", path: path.clone(), source };
        connection
            .execute("INSERT OR IGNORE INTO runs VALUES (?1, ?2)", params![run.0, as_i64(now_ms)])
            .map_err(error)?;
        let next: i64 = connection
            .query_row("SELECT coalesce(max(seq) + 1, 0) FROM events WHERE run = ?1", [&run.0], |row| row.get(0))
            .map_err(error)?;
        let (sender, receiver) = channel();
        let failure = Arc::new(Mutex::new(None));
        let writer = Writer { connection, path, run: run.clone(), next, failure: Arc::clone(&failure), _lock: lock };
        let handle = std::thread::Builder::new()
            .name("record".into())
            .spawn(move || writer.work(&receiver))
            .map_err(|source| RecordError::Folder { path: state.to_owned(), source })?;
        let inner = Inner { run, sender: Mutex::new(Some(sender)), writer: Mutex::new(Some(handle)), failure };
        Ok(Recorder { inner: Some(Arc::new(inner)) })
    }

    /// The run that is recorded, if one is.
    pub fn run(&self) -> Option<&RunId> {
        self.inner.as_deref().map(|inner| &inner.run)
    }

    /// Appends an event. Never fails and never waits for the disk.
    pub fn event(&self, at_ms: u64, event: Event) {
        self.send(Message::Event { at_ms, event: Box::new(event) });
    }

    /// Stores bytes by their content and returns their address, which is the same without a record.
    pub fn blob(&self, bytes: Vec<u8>) -> BlobId {
        let id = BlobId(Digest::of(&bytes));
        self.send(Message::Blob { id, bytes });
        id
    }

    /// Waits until everything so far is committed.
    pub fn flush(&self) {
        let (sender, receiver) = channel();
        if self.send(Message::Flush(sender)) {
            // An answer that does not come means the writer is gone; its failure is kept.
            let _ = receiver.recv();
        }
    }

    /// Commits everything and ends the writer. Later events are dropped.
    pub fn close(&self) {
        if let Some(inner) = &self.inner {
            inner.close();
        }
    }

    /// The first thing that went wrong, for a single warning at the end.
    pub fn failure(&self) -> Option<String> {
        self.inner.as_ref().and_then(|inner| lock(&inner.failure).clone())
    }

    /// Whether anyone listens.
    fn send(&self, message: Message) -> bool {
        self.inner
            .as_ref()
            .is_some_and(|inner| lock(&inner.sender).as_ref().is_some_and(|sender| sender.send(message).is_ok()))
    }
}

impl Inner {
    fn close(&self) {
        drop(lock(&self.sender).take());
        if let Some(writer) = lock(&self.writer).take() {
            // A writer that panicked has recorded nothing more; results do not depend on it.
            let _ = writer.join();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// A lock whose holder cannot have left it half-changed: all writes are single assignments.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn as_i64(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

struct Writer {
    connection: Connection,
    path: PathBuf,
    run: RunId,
    next: i64,
    failure: Arc<Mutex<Option<String>>>,
    _lock: Lock,
}

/// The right to write a run, as a lock on a file of its own, which is gone with the lock.
struct Lock {
    _file: File,
    path: PathBuf,
}

impl Lock {
    fn take(path: PathBuf) -> Result<Lock, RecordError> {
        let file = File::create(&path).map_err(|source| RecordError::Folder { path: path.clone(), source })?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file, path }),
            Err(TryLockError::WouldBlock) => {
                let run = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                Err(RecordError::Busy(run))
            }
            Err(TryLockError::Error(source)) => Err(RecordError::Folder { path, source }),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A lock that stays behind is free and does no harm.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The most messages in one transaction, so that a busy run is still committed often.
const BATCH: usize = 256;

impl Writer {
    fn work(mut self, receiver: &Receiver<Message>) {
        while let Ok(first) = receiver.recv() {
            let mut batch = vec![first];
            batch.extend(receiver.try_iter().take(BATCH - 1));
            if lock(&self.failure).is_none()
                && let Err(error) = self.commit(&batch)
            {
                // Said once. Going on would leave a gap, which is worse than an end.
                *lock(&self.failure) = Some(format!("recording stopped: {}: {error}", self.path.display()));
            }
            for message in batch {
                if let Message::Flush(sender) = message {
                    let _ = sender.send(());
                }
            }
        }
        // Give the space of the log back; another reader may prevent it, which does no harm.
        let _ = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    fn commit(&mut self, batch: &[Message]) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for message in batch {
            match message {
                Message::Event { at_ms, event } => {
                    let body = serde_json::to_string(event)
                        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
                    transaction.prepare_cached("INSERT INTO events VALUES (?1, ?2, ?3, ?4)")?.execute(params![
                        self.run.0,
                        self.next,
                        as_i64(*at_ms),
                        body
                    ])?;
                    self.next += 1;
                }
                Message::Blob { id, bytes } => {
                    let (packed, stored) = blob::pack(bytes);
                    transaction.prepare_cached("INSERT OR IGNORE INTO blobs VALUES (?1, ?2, ?3)")?.execute(params![
                        id.to_string(),
                        packed,
                        stored.as_ref()
                    ])?;
                }
                Message::Flush(_) => {}
            }
        }
        transaction.commit()
    }
}
