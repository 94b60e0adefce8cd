//! Asking a run to break off what it does, as Ctrl-C would.

use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::zygote::ZygoteLink;

/// Interrupts one run, from any thread: its first process gets SIGINT. What it does then is its own
/// business; limits hold as before.
#[derive(Debug, Clone)]
pub struct Interrupter(pub(crate) Arc<Target>);

impl Interrupter {
    /// Sends the signal. Says whether there was a process to send it to.
    pub fn interrupt(&self) -> bool {
        self.0.interrupt()
    }
}

/// The run that is interrupted, as long as it lives.
#[derive(Debug)]
pub(crate) struct Target(Mutex<Option<Arc<ZygoteLink>>>);

impl Target {
    pub(crate) fn new(zygote: &Arc<ZygoteLink>) -> Target {
        Target(Mutex::new(Some(Arc::clone(zygote))))
    }

    /// From here on nothing is sent: the zygote's next child is another run.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn interrupt(&self) -> bool {
        // Held to the end, so that the run cannot be forgotten meanwhile.
        let zygote = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(zygote) = &*zygote else { return false };
        let Some(child) = zygote.child() else { return false };
        let Some(Ok(handle)) = Pid::from_raw(child).map(|pid| pidfd_open(pid, PidfdFlags::empty())) else {
            return false;
        };
        // Still the same: its number had not gone to another process when the handle was made.
        zygote.child() == Some(child) && pidfd_send_signal(handle, Signal::INT).is_ok()
    }
}
