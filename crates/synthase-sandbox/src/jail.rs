//! One view of the machine, in which programs are started.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;

use rustix::fs::{MemfdFlags, Mode, OFlags, SealFlags, memfd_create};
use synthase_types::Isolation;

use crate::command::{Command, Program};
use crate::error::{Context, Result, SandboxError};
use crate::running::{Running, Work};
use crate::sandbox::SandboxInner;
use crate::slot::Slot;
use crate::view::View;
use crate::wire::codec::Writer;
use crate::wire::message::Entry;
use crate::zygote::Zygote;

/// One view of the machine, in which programs are started. Cheap to clone; any number of lanes may
/// use it at the same time, each with its own slot.
#[derive(Debug, Clone)]
pub struct Jail(Arc<JailInner>);

#[derive(Debug)]
pub(crate) struct JailInner {
    pub(crate) sandbox: Arc<SandboxInner>,
    pub(crate) plan: Vec<Entry>,
    pub(crate) readable: Vec<PathBuf>,
    pub(crate) loopback: bool,
}

impl Jail {
    pub(crate) fn new(sandbox: &Arc<SandboxInner>, view: &View) -> Result<Jail> {
        let (plan, readable, loopback) = (view.plan()?, view.readable(), view.loopback);
        if loopback && sandbox.level < Isolation::Namespaces {
            return Err(SandboxError::Unavailable {
                level: sandbox.level,
                reason: "loopback: without a network namespace it would be the machine's own".to_owned(),
                remedy: "use the level `namespaces` or `full`; `synthase doctor` says what they need".to_owned(),
            });
        }
        Ok(Jail(Arc::new(JailInner { sandbox: Arc::clone(sandbox), plan, readable, loopback })))
    }

    /// Starts a program cold: it is executed in a box of its own.
    ///
    /// # Errors
    /// The slot has a run already, or the sandbox failed. A program that cannot be executed is
    /// [`SandboxError::Execute`], told by [`Running::finish`] or the first exchange.
    pub fn start(&self, slot: &Slot, command: &Command) -> Result<Running> {
        self.check(slot)?;
        let program = match &command.program {
            Program::Path(_) => None,
            Program::File(file) => Some(private_copy(file.as_fd())?),
        };
        let program = program.as_ref();
        let mut execute = Writer::default();
        command.to_execute()?.write(&mut execute);
        slot.0.cancel.check()?;
        let start = || {
            let launcher = slot.0.launcher(&self.0)?;
            Running::start(&Work {
                slot: &slot.0,
                jail: &self.0,
                zygote: &launcher,
                terms: &command.terms,
                payload: None,
                name: command.program_name().to_string_lossy().into_owned(),
                command: Some((&execute.0, program, command.memory_by)),
            })
        };
        // A launcher or keeper that died while nobody looked is found out here, before the program
        // has begun, and replaced once.
        match start() {
            Err(SandboxError::Lost { .. }) => start(),
            started => started,
        }
    }

    /// Starts a zygote: an interpreter that forks runs. It lives in this slot until it is dropped.
    ///
    /// The command's program, arguments and environment count; its terms do not.
    ///
    /// # Errors
    /// The program could not be started or does not speak the [protocol](crate::protocol).
    pub fn zygote(&self, slot: &Slot, command: &Command) -> Result<Zygote> {
        self.check(slot)?;
        Zygote::start(command, &slot.0, &self.0)
    }

    fn check(&self, slot: &Slot) -> Result<()> {
        if Arc::ptr_eq(&self.0.sandbox, &slot.0.sandbox) {
            Ok(())
        } else {
            Err(SandboxError::Misuse("the slot and the jail belong to different sandboxes".to_owned()))
        }
    }
}

/// A copy of an executable file that lies on no disk and cannot be changed.
///
/// A program can open itself (`/proc/self/exe`) and, where it runs as the file's owner, change its mode:
/// a file of a cache would end up writable for all, or run as its owner for everybody.
fn private_copy(file: BorrowedFd<'_>) -> Result<OwnedFd> {
    let what = "a copy of the program";
    let copy = memfd_create("program", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING).at("make", what)?;
    let mut offset = 0;
    while rustix::fs::sendfile(&copy, file, Some(&mut offset), 1 << 30).at("write", what)? > 0 {}
    let seals = SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
    rustix::fs::fcntl_add_seals(&copy, seals).at("seal", what)?;
    // What is open for writing cannot be executed.
    let path = format!("/proc/self/fd/{}", copy.as_raw_fd());
    rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).at("open", what)
}
