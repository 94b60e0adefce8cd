//! Stopping everything from outside.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use synthase_sandbox::Killer;

/// Stops the work of an engine, from any thread. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    cancelled: AtomicBool,
    next: AtomicU64,
    killers: Mutex<BTreeMap<u64, Killer>>,
}

impl Cancel {
    /// Ends every running program and lets none start; searches stop within milliseconds.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        for killer in self.0.killers().values() {
            killer.kill();
        }
    }

    /// Lets programs run again. For one lane that goes on with other work; not for a whole engine,
    /// whose searches may not have noticed yet that they were to stop.
    pub fn reset(&self) {
        let killers = self.0.killers();
        self.0.cancelled.store(false, Ordering::SeqCst);
        for killer in killers.values() {
            killer.reset();
        }
    }

    /// Whether it has been used.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }

    /// Adds a place whose programs are to be ended, for as long as the registration lives.
    pub(crate) fn register(&self, killer: Killer) -> Registration {
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let mut killers = self.0.killers();
        // Looked at under the lock: a cancellation either sees this killer or is seen here.
        if self.is_cancelled() {
            killer.kill();
        }
        killers.insert(number, killer);
        Registration { inner: Arc::clone(&self.0), number }
    }
}

impl Inner {
    fn killers(&self) -> MutexGuard<'_, BTreeMap<u64, Killer>> {
        self.killers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a place off the list when it goes.
pub(crate) struct Registration {
    inner: Arc<Inner>,
    number: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.inner.killers().remove(&self.number);
    }
}
