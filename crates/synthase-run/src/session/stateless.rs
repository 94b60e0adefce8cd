//! A session in which each cell begins anew.

use std::path::Path;

use synthase_types::{Outcome, Usage};

use super::cell::{CellResult, FileEntry};
use super::live::LiveSession;
use super::{Completeness, Interrupter, Session, Statefulness};
use crate::error::RunError;

/// A session in which each cell runs in a fresh copy of a process in which none has run. Files last, and so
/// do processes that a cell leaves behind.
pub(crate) struct StatelessSession {
    fresh: LiveSession,
}

impl StatelessSession {
    pub(crate) fn new(fresh: LiveSession) -> StatelessSession {
        StatelessSession { fresh }
    }
}

impl Session for StatelessSession {
    fn run_cell(&mut self, code: &str) -> Result<CellResult, RunError> {
        let mut branch = match self.fresh.branch(false) {
            Ok(branch) => branch,
            // The session itself can say how it ended.
            Err(RunError::NoBranch { .. }) if self.fresh.ended().is_some() => return self.fresh.run_cell(code),
            Err(error) => return Err(error),
        };
        branch.interrupter = self.fresh.interrupter.clone();
        let result = branch.run_cell(code)?;
        self.fresh.cells = branch.cells;
        self.fresh.take_changes(&branch);
        Ok(result)
    }

    fn interrupter(&self) -> Interrupter {
        self.fresh.interrupter()
    }

    fn fork(&mut self) -> Result<Box<dyn Session>, RunError> {
        Ok(Box::new(StatelessSession { fresh: self.fresh.branch(true)? }))
    }

    fn files(&self) -> Vec<FileEntry> {
        self.fresh.files()
    }

    fn read_file(&self, path: &Path, most: u64) -> Result<Option<Vec<u8>>, RunError> {
        self.fresh.read_file(path, most)
    }

    fn completeness(&mut self, code: &str) -> Result<Completeness, RunError> {
        self.fresh.completeness(code)
    }

    fn statefulness(&self) -> Statefulness {
        Statefulness::Stateless
    }

    fn ended(&self) -> Option<&Outcome> {
        self.fresh.ended()
    }

    fn usage(&self) -> Usage {
        self.fresh.usage()
    }
}
