//! Ending runs from another thread.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Signal, pidfd_send_signal};

use crate::error::{Result, SandboxError};
use crate::keeper_link::KeeperLink;

/// Ends what runs in a slot, from any thread, within milliseconds. For Ctrl-C and deadlines.
#[derive(Debug, Clone)]
pub struct Killer(pub(crate) Arc<Cancel>);

impl Killer {
    /// Ends the current run, if there is one, and lets none start until [`reset`](Killer::reset).
    pub fn kill(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        if let Some(box_kill) = &*self.0.current.lock().unwrap_or_else(PoisonError::into_inner) {
            box_kill.cancel();
        }
    }

    /// Lets runs start again.
    pub fn reset(&self) {
        self.0.cancelled.store(false, Ordering::SeqCst);
    }

    /// Whether it has been used.
    pub fn is_killed(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }
}

/// What a slot and its killers share.
#[derive(Debug, Default)]
pub(crate) struct Cancel {
    cancelled: AtomicBool,
    current: Mutex<Option<Arc<BoxKill>>>,
}

impl Cancel {
    /// Fails if the killer has been used.
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(SandboxError::Cancelled) } else { Ok(()) }
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    /// From here on the killer ends this, even if it was used a moment ago.
    pub(crate) fn enter(&self, box_kill: &Arc<BoxKill>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(box_kill));
        if self.is_cancelled() {
            box_kill.cancel();
        }
    }

    pub(crate) fn leave(&self) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// How a run is ended.
#[derive(Debug)]
pub(crate) struct BoxKill {
    pub(crate) way: Way,
    /// Whether a killer did it. Kept here, because the killer itself may have been reset since.
    cancelled: AtomicBool,
}

/// What has to be ended.
#[derive(Debug)]
pub(crate) enum Way {
    /// With the first process of the box everything in it dies.
    FirstProcess(OwnedFd),
    /// Without namespaces the keeper looks for what is there.
    Tree(Arc<KeeperLink>),
}

impl BoxKill {
    pub(crate) fn new(way: Way) -> BoxKill {
        BoxKill { way, cancelled: AtomicBool::new(false) }
    }

    /// Ends everything. Says whether there still was something: a box that is gone already was not
    /// ended by us.
    pub(crate) fn kill(&self) -> bool {
        match &self.way {
            Way::FirstProcess(pidfd) => pidfd_send_signal(pidfd.as_fd(), Signal::KILL).is_ok(),
            Way::Tree(keeper) => keeper.kill_run().is_ok(),
        }
    }

    /// Ends everything on behalf of a killer.
    fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        self.kill();
    }

    /// Whether a killer has ended it.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }
}

impl Drop for BoxKill {
    fn drop(&mut self) {
        // Usually the box is gone by now; where its run could not be started it is not.
        if let Way::FirstProcess(pidfd) = &self.way {
            let _ = pidfd_send_signal(pidfd.as_fd(), Signal::KILL);
        }
    }
}
