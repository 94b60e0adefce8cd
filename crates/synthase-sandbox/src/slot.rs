//! The place of one worker lane: its control group, its keepers, and at most one run at a time.

use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use synthase_types::Isolation;

use crate::cgroup::Group;
use crate::error::{Context, Result, SandboxError};
use crate::jail::JailInner;
use crate::keeper_link::KeeperLink;
use crate::killer::{Cancel, Killer};
use crate::sandbox::SandboxInner;
use crate::wire::message::Setup;
use crate::zygote::ZygoteLink;

/// The place of one worker lane. It holds at most one run at a time, and keeps between runs what is
/// dear to make: a control group, and per jail a keeper with its namespaces.
///
/// Runs in different slots share nothing: each slot has its own user, network, IPC and PID
/// namespaces.
#[derive(Debug)]
pub struct Slot(pub(crate) Arc<SlotInner>);

#[derive(Debug)]
pub(crate) struct SlotInner {
    pub(crate) sandbox: Arc<SandboxInner>,
    pub(crate) cancel: Arc<Cancel>,
    busy: AtomicBool,
    // Order matters: the keepers must be gone before the group can be removed.
    lodgers: Mutex<Vec<Lodger>>,
    group: Option<Mutex<Group>>,
    /// Where the streams of a run are read into.
    pub(crate) buffer: Mutex<Vec<u8>>,
}

/// What one jail has in a slot.
#[derive(Debug)]
struct Lodger {
    jail: Weak<JailInner>,
    keeper: Arc<KeeperLink>,
    launcher: Option<Arc<ZygoteLink>>,
}

impl Slot {
    pub(crate) fn new(sandbox: Arc<SandboxInner>) -> Result<Slot> {
        let group = sandbox.hierarchies.as_ref().map(Group::new).transpose()?.map(Mutex::new);
        Ok(Slot(Arc::new(SlotInner {
            sandbox,
            cancel: Arc::default(),
            busy: AtomicBool::new(false),
            lodgers: Mutex::default(),
            group,
            buffer: Mutex::default(),
        })))
    }

    /// A handle that ends runs here from another thread.
    pub fn killer(&self) -> Killer {
        Killer(Arc::clone(&self.0.cancel))
    }
}

impl SlotInner {
    /// Takes the slot for a run.
    pub(crate) fn occupy(self: &Arc<Self>) -> Result<Lease> {
        self.cancel.check()?;
        if self.busy.swap(true, Ordering::SeqCst) {
            return Err(SandboxError::Busy);
        }
        Ok(Lease(Arc::clone(self)))
    }

    pub(crate) fn group(&self) -> Option<MutexGuard<'_, Group>> {
        self.group.as_ref().map(|group| group.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The files through which a process joins the slot's groups.
    pub(crate) fn doors(&self) -> Result<Vec<OwnedFd>> {
        self.group().map_or_else(|| Ok(Vec::new()), |group| group.doors())
    }

    /// The keeper of this jail, started if it is not there.
    pub(crate) fn keeper(&self, jail: &Arc<JailInner>) -> Result<Arc<KeeperLink>> {
        let mut lodgers = self.lodgers.lock().unwrap_or_else(PoisonError::into_inner);
        // Jails that nobody can use any more need no keeper.
        lodgers.retain(|lodger| lodger.jail.strong_count() > 0);
        if let Some(lodger) = lodgers.iter().find(|lodger| lodger.jail.as_ptr() == Arc::as_ptr(jail)) {
            return Ok(Arc::clone(&lodger.keeper));
        }
        let sandbox = &self.sandbox;
        let setup = Setup {
            level: sandbox.level,
            outer: sandbox.outer,
            entries: jail.plan.clone(),
            readable: if sandbox.level == Isolation::Landlock { jail.readable.clone() } else { Vec::new() },
            leftovers: self.group().map_or_else(Vec::new, |group| group.folders().to_vec()),
            scratch: self.scratch()?,
            loopback: jail.loopback,
        };
        let keeper = Arc::new(KeeperLink::start(&setup)?);
        lodgers.push(Lodger { jail: Arc::downgrade(jail), keeper: Arc::clone(&keeper), launcher: None });
        Ok(keeper)
    }

    /// Forgets a keeper that does not answer any more, so that the next run gets a new one.
    pub(crate) fn forget(&self, keeper: &Arc<KeeperLink>) {
        let mut lodgers = self.lodgers.lock().unwrap_or_else(PoisonError::into_inner);
        lodgers.retain(|lodger| !Arc::ptr_eq(&lodger.keeper, keeper));
    }

    /// The launcher of this jail, started if it is not there.
    pub(crate) fn launcher(self: &Arc<Self>, jail: &Arc<JailInner>) -> Result<Arc<ZygoteLink>> {
        let keeper = self.keeper(jail)?;
        let mut lodgers = self.lodgers.lock().unwrap_or_else(PoisonError::into_inner);
        let lodger = lodgers.iter_mut().find(|lodger| Arc::ptr_eq(&lodger.keeper, &keeper));
        let lodger = lodger.expect("the keeper has just been found there");
        if let Some(launcher) = lodger.launcher.as_ref().filter(|launcher| launcher.is_alive()) {
            return Ok(Arc::clone(launcher));
        }
        let launcher = Arc::new(ZygoteLink::start("launcher", None, self, &keeper)?);
        lodger.launcher = Some(Arc::clone(&launcher));
        Ok(launcher)
    }

    /// A folder for the runs of one keeper: with namespaces only a place to mount something on.
    fn scratch(&self) -> Result<PathBuf> {
        if self.sandbox.level >= Isolation::Namespaces {
            return Ok(self.sandbox.scratch.clone());
        }
        let folder = self.sandbox.scratch.join(crate::cgroup::unique_name());
        std::fs::create_dir(&folder).at("make", folder.display())?;
        let (uid, gid) = self.sandbox.outer;
        std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).at("give away", folder.display())?;
        Ok(folder)
    }
}

/// The right to use a slot, given back when dropped.
#[derive(Debug)]
pub(crate) struct Lease(pub(crate) Arc<SlotInner>);

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.cancel.leave();
        self.0.busy.store(false, Ordering::SeqCst);
    }
}
