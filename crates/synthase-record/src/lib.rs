//! The record: an append-only log of events, with large things stored once by their content.
//!
//! [`Recorder`] writes, from any number of threads, through one writer thread; [`Reader`] reads what
//! any process wrote. One SQLite file in WAL mode lets any number of processes share a folder, and
//! what was committed survives a kill at any moment.
//!
//! The rule above all: a record that fails never changes a result. Nothing here is asked for an
//! answer while work goes on, except by [`Journal`], which a resumed run reads before it starts.

mod blob;
mod folder;
mod gc;
mod journal;
mod reader;
mod recorder;
mod schema;

use std::fmt;
use std::path::PathBuf;

pub use folder::{FILE, prepare};
pub use gc::{Swept, sweep};
pub use journal::Journal;
pub use reader::{Reader, RunSummary, StoredEvent};
pub use recorder::Recorder;

/// Names a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub String);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What can go wrong with the record. None of it concerns the programs that are judged.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The folder cannot be made or written.
    #[error("cannot use the state folder {path}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The database refuses something.
    #[error("{operation} in {path}")]
    Database {
        /// What was tried.
        operation: &'static str,
        /// The database's file.
        path: PathBuf,
        /// Why it was refused.
        #[source]
        source: rusqlite::Error,
    },
    /// A newer version of the program wrote the record.
    #[error("{path} has record format {found}; this program reads up to {known}")]
    Newer {
        /// The database's file.
        path: PathBuf,
        /// The format that was found.
        found: u32,
        /// The newest format that is known here.
        known: u32,
    },
    /// Another process writes the record of this run.
    #[error("run {0} is being recorded by another process")]
    Busy(String),
    /// No run has this name.
    #[error("no recorded run is called `{0}`")]
    UnknownRun(String),
    /// Several runs have names that begin so.
    #[error("`{prefix}` could be any of {runs}")]
    AmbiguousRun {
        /// The beginning that was given.
        prefix: String,
        /// The runs it could be, separated by commas.
        runs: String,
    },
    /// Something in the record cannot be read.
    #[error("the record of run {run} is damaged: {what}")]
    Damaged {
        /// The run.
        run: String,
        /// What is wrong.
        what: String,
    },
}
