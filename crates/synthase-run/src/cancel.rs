//! Stopping everything from outside.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use synthase_sandbox::Killer;

/// Stops the work of an engine, from any thread. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    cancelled: AtomicBool,
    killers: Mutex<Vec<Killer>>,
}

impl Cancel {
    /// Ends every running program and lets none start; searches stop within milliseconds.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        for killer in self.0.killers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            killer.kill();
        }
    }

    /// Whether it has been used.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }

    /// Adds a place whose programs are to be ended.
    pub(crate) fn register(&self, killer: Killer) {
        let mut killers = self.0.killers.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked at under the lock: a cancellation either sees this killer or is seen here.
        if self.is_cancelled() {
            killer.kill();
        }
        killers.push(killer);
    }
}
