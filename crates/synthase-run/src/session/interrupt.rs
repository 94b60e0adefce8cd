//! Interrupting a cell from another thread.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use synthase_sandbox::LineProcess;

/// Interrupts the cells of one session, from any thread. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Interrupter(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The process whose cell runs.
    running: Option<LineProcess>,
    /// When its cell was first interrupted.
    asked: Option<Instant>,
}

impl Interrupter {
    /// Interrupts the cell that runs now. Says whether one does. A cell that does not react within the
    /// session's grace time is ended, and the session with it.
    pub fn interrupt(&self) -> bool {
        let mut state = self.state();
        let sent = state.running.as_ref().is_some_and(LineProcess::interrupt);
        if sent {
            state.asked.get_or_insert_with(Instant::now);
        }
        sent
    }

    /// A cell of this process begins.
    pub(crate) fn begin(&self, process: &LineProcess) {
        *self.state() = State { running: Some(process.clone()), asked: None };
    }

    /// When the cell was first interrupted.
    pub(crate) fn asked(&self) -> Option<Instant> {
        self.state().asked
    }

    /// The cell is over.
    pub(crate) fn end(&self) {
        self.state().running = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
