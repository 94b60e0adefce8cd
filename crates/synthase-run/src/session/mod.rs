//! Sessions: cells that run one after the other in one process and keep its state.
//!
//! A [`Session`] is opened by [`Runner::open_session`]. Its cells run in a box of the sandbox, with the
//! walls and limits of every other program. What a cell does comes back as a [`CellResult`]: how it
//! ended, the value of its last expression, what it wrote and showed in order, and which files it
//! changed. A failure of ours is a [`RunError`] and never the result of a cell.
//!
//! # Branches
//! [`Session::fork`] copies the process: both sides go on from the same state and know nothing of each
//! other. Branches share one box, so its limits on memory, processes, disk and time hold for all of them
//! together, and a limit of the box ends all of them. A branch has its own work folder, a copy of the
//! session's; paths in it are relative. What is named by an absolute path, and open files with their
//! positions, are shared. Threads, asynchronous tasks and child processes stay with the session that has
//! them, and a session with running threads is not forked. Cells of branches run one at a time.
//!
//! # Interrupts
//! An interrupt, or a limit of a cell, first raises an error inside the cell, which ends it and keeps the
//! state. A cell that does not react within a grace time is ended together with its session.

mod cell;
mod changes;
mod frame;
mod interrupt;
mod journal;
mod live;
mod outputs;
mod rebuild;
mod stateless;
mod tree;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use synthase_types::{Environment, Limits, Outcome, Usage};

pub use cell::{CellResult, CellStatus, FileEntry, Form, Interruption, Output, Table, base64};
pub use interrupt::Interrupter;
pub use journal::{Event, Journal, JournalError, Recorded, VERSION};
pub use rebuild::{Difference, RebuildError, Rebuilt};

use crate::error::RunError;
use crate::runner::Runner;

/// Whether a cell sees what earlier cells defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statefulness {
    /// Cells share one process.
    #[default]
    Persistent,
    /// Each cell runs in a fresh process. Only files last.
    Stateless,
}

/// What a session is given and may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionOptions {
    /// `cpu`, `wall` and `output` are those of each cell; memory, disk, processes and files those of the
    /// session with all its branches.
    pub limits: Limits,
    /// How long the session may live, whether cells run or not.
    pub wall: Duration,
    /// How long a cell may take to react to an interrupt before its session is ended.
    pub grace: Duration,
    /// What else a program can see of where it runs.
    pub environment: Environment,
    /// Files of the work folder, by relative paths, with their contents.
    #[serde(skip)]
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// Modules that are imported before the session starts, so that it need not wait for them.
    pub imports: Vec<String>,
    /// Whether a cell sees what earlier ones defined.
    pub statefulness: Statefulness,
}

impl Default for SessionOptions {
    /// Ten seconds of processor time for each cell, one day for the session.
    fn default() -> Self {
        SessionOptions {
            limits: Limits::for_cpu(Duration::from_secs(10)),
            wall: Duration::from_secs(24 * 3600),
            grace: Duration::from_secs(2),
            environment: Environment::default(),
            files: Vec::new(),
            imports: Vec::new(),
            statefulness: Statefulness::Persistent,
        }
    }
}

/// Whether a text can be run as a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// It can.
    Complete,
    /// More lines are wanted.
    Incomplete,
    /// No more lines make it a program.
    Broken,
}

/// Cells that run one after the other.
pub trait Session: Send {
    /// Runs a cell and waits for its end.
    ///
    /// # Errors
    /// The sandbox failed, or everything was cancelled. Nothing is known of the cell.
    fn run_cell(&mut self, code: &str) -> Result<CellResult, RunError>;

    /// A handle with which another thread interrupts cells of this session.
    fn interrupter(&self) -> Interrupter;

    /// A session that goes on from the state of this one. Each of the two may end without the other.
    ///
    /// # Errors
    /// The session has ended or cannot be copied, with the reason, or the sandbox failed.
    fn fork(&mut self) -> Result<Box<dyn Session>, RunError>;

    /// The files of the work folder, as far as they are listed.
    fn files(&self) -> Vec<FileEntry>;

    /// The contents of a file of the work folder; `None` if there is no such regular file.
    ///
    /// # Errors
    /// It has more than so many bytes, or cannot be read.
    fn read_file(&self, path: &Path, most: u64) -> Result<Option<Vec<u8>>, RunError>;

    /// Whether a text is a whole cell, for those who type lines.
    ///
    /// # Errors
    /// As for cells.
    fn completeness(&mut self, code: &str) -> Result<Completeness, RunError>;

    /// Whether cells see what earlier ones defined.
    fn statefulness(&self) -> Statefulness;

    /// How the session ended, if it has.
    fn ended(&self) -> Option<&Outcome>;

    /// What the session has used with all its branches.
    fn usage(&self) -> Usage;
}

impl Runner {
    /// Opens a session.
    ///
    /// # Errors
    /// The language keeps no sessions, its tools are missing, or the sandbox failed.
    pub fn open_session(&self, language: &str, options: &SessionOptions) -> Result<Box<dyn Session>, RunError> {
        let session = live::LiveSession::open(self, language, options)?;
        Ok(match options.statefulness {
            Statefulness::Persistent => Box::new(session),
            Statefulness::Stateless => Box::new(stateless::StatelessSession::new(session)),
        })
    }
}
