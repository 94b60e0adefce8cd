//! The keeper's loop: one request of the host after the other.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use synthase_types::Isolation;

use super::boxes::Plan;
use super::root::Built;
use super::{boxes, scratch, spawn, tree};
use crate::error::{Context, Result};
use crate::sys::fork::{Stack, fork_sharing, leave};
use crate::sys::signals;
use crate::wire::codec::{Reader, Writer};
use crate::wire::message::{NewBox, Setup, Spawn, answer, ask, encode_failure};
use crate::wire::socket::{self, Message, garbled};

/// What the keeper knows.
struct Keeper {
    setup: Setup,
    built: Built,
    /// Where the first process of the next box has its stack.
    stack: Stack,
    /// Zygotes and the launcher, by their numbers as the keeper sees them.
    spawned: Vec<i32>,
}

/// Serves until the host says goodbye, or closes its end without it. Says which: without a goodbye the
/// host is gone.
pub(super) fn serve(control: &OwnedFd, setup: Setup, built: Built) -> bool {
    // Boxes and zygotes that end are nobody's news; orphans from below neither.
    signals::reap_children_automatically(true);
    let Ok(stack) = Stack::new() else { return false };
    let mut goodbye = false;
    let mut keeper = Keeper { setup, built, stack, spawned: Vec::new() };
    while let Ok(Some(message)) = socket::receive(control.as_fd()) {
        if message.kind == ask::GOODBYE {
            goodbye = true;
            break;
        }
        let sent = match keeper.handle(control.as_fd(), message) {
            Ok(Reply::Sent) => Ok(()),
            Ok(Reply::Done(body, fds)) => {
                let fds: Vec<BorrowedFd<'_>> = fds.iter().map(AsFd::as_fd).collect();
                socket::send(control.as_fd(), answer::DONE, &body, &fds)
            }
            Err(error) => socket::send(control.as_fd(), answer::FAILED, &encode_failure(&error), &[]),
        };
        if sent.is_err() {
            break;
        }
    }
    if keeper.setup.level < Isolation::Namespaces {
        tree::kill_descendants(&[]);
        scratch::remove(&keeper.setup.scratch);
    }
    goodbye
}

/// How a request was answered.
enum Reply {
    /// Another process has answered.
    Sent,
    /// With this body and these descriptors.
    Done(Vec<u8>, Vec<OwnedFd>),
}

impl Keeper {
    fn handle(&mut self, control: BorrowedFd<'_>, message: Message) -> Result<Reply> {
        match message.kind {
            ask::BOX => self.new_box(control, message),
            ask::SPAWN => {
                let spawn = Spawn::decode(&message.body).ok_or_else(|| garbled("host"))?;
                let pid = spawn::spawn(&spawn, message.fds, &self.setup)?;
                self.spawned.push(pid);
                let handle = rustix::process::Pid::from_raw(pid)
                    .and_then(|pid| rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).ok());
                Ok(Reply::Done(Vec::new(), handle.into_iter().collect()))
            }
            ask::KILL => {
                tree::kill_descendants(&self.spawned);
                Ok(Reply::Done(Vec::new(), Vec::new()))
            }
            ask::CLEAR => {
                scratch::clear(&self.setup.scratch);
                Ok(Reply::Done(Vec::new(), Vec::new()))
            }
            ask::USAGE => {
                let suspicious = Reader(&message.body).u64().ok_or_else(|| garbled("host"))?;
                let usage = tree::usage(&self.spawned, self.setup.level >= Isolation::Namespaces, suspicious);
                let mut writer = Writer::default();
                writer.u64(u64::try_from(usage.cpu.as_nanos()).unwrap_or(u64::MAX));
                writer.u64(usage.memory).u64(usage.processes);
                Ok(Reply::Done(writer.0, Vec::new()))
            }
            _ => Err(garbled("host")),
        }
    }

    fn new_box(&mut self, control: BorrowedFd<'_>, message: Message) -> Result<Reply> {
        let new_box = NewBox::decode(&message.body).ok_or_else(|| garbled("host"))?;
        if self.setup.level < Isolation::Namespaces {
            let (work, fds) = scratch::prepare_box(&self.setup, &new_box)?;
            return Ok(Reply::Done(work.into_os_string().into_encoded_bytes(), fds));
        }
        let mut namespaces = libc::CLONE_NEWPID | libc::CLONE_NEWNS | libc::CLONE_NEWIPC;
        let loopback = self.setup.loopback;
        if loopback {
            // One for each run: what one has bound a moment ago the next could not bind.
            namespaces |= libc::CLONE_NEWNET;
        }
        let plan = Plan { control, new_box, proc: self.built.proc, loopback };
        let started = fork_sharing(namespaces, &mut self.stack, boxes::first_process, &plan);
        match started.at("make", "the namespaces of a box")? {
            Some(_) => Ok(Reply::Sent),
            // It broke off in the middle of something that it shares with us. The host starts another.
            None => leave(70),
        }
    }
}
