//! The choice of a level, once per program.

use std::path::PathBuf;
use std::sync::Arc;

use rustix::thread::CapabilitySet;
use synthase_types::Isolation;

use crate::cgroup::{self, Hierarchies};
use crate::error::{Result, SandboxError};
use crate::jail::Jail;
use crate::probe::{self, Report};
use crate::slot::Slot;
use crate::sys::restrict::landlock_version;
use crate::view::View;

/// The walls that this program uses. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sandbox(Arc<SandboxInner>);

/// The version of Landlock from which on signals to processes outside are held back (Linux 6.12).
pub(crate) const SCOPES: i64 = 6;

/// What the user decides about the walls.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Exactly this level; without it, the strongest that works.
    pub level: Option<Isolation>,
    /// Whether resource limits alone are acceptable if nothing else works. They hide nothing and
    /// forbid nothing.
    pub allow_rlimits: bool,
}

#[derive(Debug)]
pub(crate) struct SandboxInner {
    pub(crate) level: Isolation,
    /// The user and group that programs are outside.
    pub(crate) outer: (u32, u32),
    /// At the level `full`: where to make control groups.
    pub(crate) hierarchies: Option<Hierarchies>,
    /// Without namespaces, where Landlock does not hold back signals: the launcher must.
    pub(crate) guard_signals: bool,
    /// With namespaces: a folder to mount something on. Without: where folders of runs are made.
    pub(crate) scratch: PathBuf,
}

impl Sandbox {
    /// Finds out what works on this machine, by trying it. Asked again, it remembers.
    pub fn probe() -> &'static Report {
        probe::report()
    }

    /// Chooses the walls.
    ///
    /// # Errors
    /// The wanted level does not work here, or nothing does but resource limits, which must be
    /// allowed expressly. The error has a [remedy](SandboxError::remedy).
    pub fn new(options: &Options) -> Result<Sandbox> {
        let level = probe::report().choose(options)?;
        let sandbox = SandboxInner::new(level)?;
        if let Some(places) = &sandbox.hierarchies {
            cgroup::sweep(places);
        }
        if level < Isolation::Namespaces {
            sweep_folders(&sandbox.scratch);
        }
        Ok(Sandbox(Arc::new(sandbox)))
    }

    /// How strong the walls are.
    pub fn level(&self) -> Isolation {
        self.0.level
    }

    /// A jail with this view of the machine. Nothing is started until it is used.
    ///
    /// # Errors
    /// The view asks for something that a jail cannot show.
    pub fn jail(&self, view: &View) -> Result<Jail> {
        Jail::new(&self.0, view)
    }

    /// A place for one lane of runs.
    ///
    /// # Errors
    /// The control group could not be made.
    pub fn slot(&self) -> Result<Slot> {
        Slot::new(Arc::clone(&self.0))
    }
}

impl SandboxInner {
    pub(crate) fn new(level: Isolation) -> Result<SandboxInner> {
        let hierarchies = if level == Isolation::Full {
            let found = cgroup::find();
            Some(found.map_err(|cgroup::Missing { reason, remedy }| SandboxError::Unavailable {
                level,
                reason,
                remedy,
            })?)
        } else {
            None
        };
        Ok(SandboxInner {
            level,
            outer: outer(level),
            hierarchies,
            guard_signals: level == Isolation::Landlock && landlock_version() < SCOPES,
            // Everybody may pass through it, also the user that programs are outside.
            scratch: if level >= Isolation::Namespaces { mount_place() } else { scratch_place() },
        })
    }
}

/// The user that programs are outside: somebody without rights if we can choose, else ourselves.
fn outer(level: Isolation) -> (u32, u32) {
    const NOBODY: u32 = 65534;
    let ours = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    // Without namespaces nothing is bound into a place where nobody could reach it: what only root
    // may read would be lost. So there root stays root, without any capability.
    let rights = rustix::thread::capabilities(None).map(|sets| sets.effective);
    let may = rights.is_ok_and(|rights| rights.contains(CapabilitySet::SETUID | CapabilitySet::SETGID));
    if may && level >= Isolation::Namespaces && is_mapped(NOBODY) { (NOBODY, NOBODY) } else { ours }
}

/// Whether this user exists in our user namespace.
fn is_mapped(uid: u32) -> bool {
    let map = std::fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    map.lines().any(|line| {
        let numbers: Vec<u64> = line.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        matches!(numbers[..], [first, _, count] if (first..first + count).contains(&uid.into()))
    })
}

/// An existing folder that everybody may pass.
fn mount_place() -> PathBuf {
    use std::os::unix::fs::MetadataExt;
    let open = |path: &&str| std::fs::metadata(path).is_ok_and(|meta| meta.is_dir() && meta.mode() & 0o001 != 0);
    PathBuf::from(["/tmp", "/run", "/mnt", "/var"].into_iter().find(open).unwrap_or("/tmp"))
}

/// The machine's folder for temporary files, by a path that means the same for the keeper.
fn scratch_place() -> PathBuf {
    let folder = std::env::temp_dir();
    folder.canonicalize().unwrap_or(folder)
}

/// Removes folders of runs whose host is gone.
fn sweep_folders(scratch: &std::path::Path) {
    for entry in std::fs::read_dir(scratch).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(cgroup::is_orphan) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Command, Terms};
    use crate::finished::Status;

    /// What kernels before Linux 6.12 need, on one that does not.
    #[test]
    fn signals_can_be_held_back_without_namespaces_and_landlock() {
        let inner = SandboxInner { guard_signals: true, ..SandboxInner::new(Isolation::Landlock).unwrap() };
        let sandbox = Sandbox(Arc::new(inner));
        let jail = sandbox.jail(&View::system()).unwrap();
        let slot = sandbox.slot().unwrap();
        let script =
            "kill -0 1 && echo ESCAPED; kill -9 -1 && echo ESCAPED; kill -9 $PPID && echo ESCAPED; kill -TERM $$";
        let command = Command::new("/bin/sh").arg("-c").arg(script).terms(Terms::default());
        let finished = jail.start(&slot, &command).unwrap().finish().unwrap();
        assert_eq!(finished.status, Status::Signaled(libc::SIGTERM), "{finished:?}");
        assert!(!finished.stdout.to_text().contains("ESCAPED"), "{finished:?}");
        assert!(jail.zygote(&slot, &command).is_err());
    }
}
