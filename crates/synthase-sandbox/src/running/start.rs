//! The start of a run: a box, pipes, limits, and the request to the zygote.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::pipe::PipeFlags;
use synthase_types::Isolation;

use super::{Feed, Parts, Running, clock::Clock};
use crate::channel::Channel;
use crate::command::{MemoryBy, Stdin, Terms};
use crate::error::{Context, Result, SandboxError};
use crate::finished::Hits;
use crate::interrupter::Target;
use crate::jail::JailInner;
use crate::killer::{BoxKill, Way};
use crate::output::{KEPT, Stream};
use crate::protocol::{ResourceLimit, Run, UNLIMITED, WORK, flag};
use crate::slot::SlotInner;
use crate::wire::message::NewBox;
use crate::zygote::ZygoteLink;

/// Everything that makes a run.
pub(crate) struct Work<'a> {
    pub(crate) slot: &'a Arc<SlotInner>,
    pub(crate) jail: &'a Arc<JailInner>,
    pub(crate) zygote: &'a Arc<ZygoteLink>,
    pub(crate) terms: &'a Terms,
    pub(crate) payload: Option<&'a [u8]>,
    /// The program's name, for messages.
    pub(crate) name: String,
    /// For the launcher: what to execute, from where, and how its memory is limited.
    pub(crate) command: Option<(&'a [u8], Option<&'a OwnedFd>, MemoryBy)>,
}

impl Running {
    pub(crate) fn start(work: &Work<'_>) -> Result<Running> {
        let Work { slot, zygote, terms, .. } = work;
        if !zygote.is_alive() {
            return Err(zygote.lost("it has ended"));
        }
        if work.payload.is_some() && !terms.channel {
            return Err(SandboxError::Misuse("a payload needs a channel".to_owned()));
        }
        let lease = slot.occupy()?;
        let sandbox = &work.jail.sandbox;
        let namespaces = sandbox.level >= Isolation::Namespaces;
        let program = work.command.as_ref().and_then(|(_, program, _)| program.map(AsFd::as_fd));
        let limits = &terms.limits;
        // A file costs the kernel about a kibibyte beside its content.
        let inodes = (limits.disk / 4096).clamp(1024, 1 << 20);
        let new_box = NewBox { disk: limits.disk, inodes, files: terms.files.clone() };
        let made = zygote.keeper.new_box(&new_box, namespaces);
        let ready = made.inspect_err(|error| {
            if matches!(error, SandboxError::Lost { .. }) {
                slot.forget(&zygote.keeper);
            }
        })?;
        let kill = Arc::new(BoxKill::new(match ready.entrance {
            Some(entrance) => Way::FirstProcess(entrance),
            None => Way::Tree(Arc::clone(&zygote.keeper)),
        }));

        let outer = sandbox.outer;
        let (stdout, child_stdout) = pipe_from(outer)?;
        let (stderr, child_stderr) = pipe_from(outer)?;
        let (stdin, child_stdin) = match &terms.stdin {
            // Opened anew, because flags and locks of an open file are shared by all who have it.
            Stdin::Null => (
                None,
                rustix::fs::open("/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
                    .at("open", "/dev/null")?,
            ),
            Stdin::Bytes(bytes) => {
                let (read, write) = stdin_pipe(outer)?;
                (Some(Feed { pipe: write, bytes: bytes.clone(), written: 0, open: false }), read)
            }
            Stdin::Open => {
                let (read, write) = stdin_pipe(outer)?;
                (Some(Feed { pipe: write, bytes: Vec::new(), written: 0, open: true }), read)
            }
        };
        let (channel, child_channel) = if terms.channel {
            let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
                .at("make", "a socket pair")?;
            (Some(Channel::new(ours)), Some(theirs))
        } else {
            (None, None)
        };

        let mut flags = 0;
        let mut fds: Vec<BorrowedFd<'_>> = Vec::with_capacity(8);
        if let Way::FirstProcess(entrance) = &kill.way {
            flags |= flag::BOX | if work.jail.loopback { flag::NETWORK } else { 0 };
            fds.push(entrance.as_fd());
        } else {
            flags |= flag::NO_NAMESPACES;
            if sandbox.guard_signals {
                flags |= flag::GUARD_SIGNALS;
            }
        }
        if let Some(rules) = &ready.rules {
            flags |= flag::RULES;
            fds.push(rules.as_fd());
        }
        fds.push(child_stdin.as_fd());
        fds.push(child_stdout.as_fd());
        fds.push(child_stderr.as_fd());
        if let Some(channel) = &child_channel {
            flags |= flag::CHANNEL;
            fds.push(channel.as_fd());
        }
        if let Some(program) = program {
            flags |= flag::PROGRAM;
            fds.push(program);
        }
        let (opaque, memory_by): (&[u8], _) = match &work.command {
            Some((execute, _, memory_by)) => (execute, *memory_by),
            None => (&[], MemoryBy::Data),
        };
        let message = Run {
            flags,
            limits: resource_limits(terms, sandbox.level, memory_by, outer),
            work: if ready.work.is_empty() { WORK } else { &ready.work },
            opaque,
        };

        if let Some(mut group) = slot.group() {
            group.arm(limits.memory, limits.processes)?;
        }
        slot.cancel.enter(&kill);
        let keep = terms.keep.unwrap_or(KEPT);
        let kept_stdin = if matches!(terms.stdin, Stdin::Open) { Stdin::Open } else { Stdin::Null };
        let mut parts = Parts {
            zygote: Arc::clone(zygote),
            files: ready.files,
            namespaces,
            terms: Terms { files: Vec::new(), stdin: kept_stdin, ..(*terms).clone() },
            program: work.name.clone(),
            target: Arc::new(Target::new(zygote)),
            stdin,
            stdout: Stream::new(stdout, keep),
            stderr: Stream::new(stderr, keep),
            channel,
            reports: VecDeque::new(),
            clock: Clock::start(limits),
            ended: None,
            ended_at: None,
            failure: None,
            stopped: None,
            hits: Hits::default(),
            denied: None,
            over: false,
            kill: Arc::clone(&kill),
        };
        if let Err(error) = zygote.request(&message.encode(), &fds) {
            kill.kill();
            parts.over = true;
            return Err(error);
        }
        if let (Some(channel), Some(payload)) = (&mut parts.channel, work.payload) {
            channel.queue(payload);
            channel.send();
        }
        Ok(Running { parts, lease })
    }
}

/// A pipe from us to the program: its end, and ours, which never waits.
fn stdin_pipe(outer: (u32, u32)) -> Result<(OwnedFd, OwnedFd)> {
    let (read, write) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC).at("make", "a pipe")?;
    rustix::io::ioctl_fionbio(&write, true).at("set up", "a pipe")?;
    give_to(&read, outer)?;
    Ok((read, write))
}

/// A pipe from the program to us: our end, which never waits, and the program's.
pub(super) fn pipe_from(outer: (u32, u32)) -> Result<(OwnedFd, OwnedFd)> {
    let (read, write) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC).at("make", "a pipe")?;
    rustix::io::ioctl_fionbio(&read, true).at("set up", "a pipe")?;
    give_to(&write, outer)?;
    Ok((read, write))
}

/// Lets the program open its end again by its name in `/dev` or `/proc`, as scripts do.
fn give_to(pipe: &OwnedFd, (uid, gid): (u32, u32)) -> Result<()> {
    if rustix::process::geteuid().as_raw() == uid {
        return Ok(());
    }
    let (uid, gid) = (rustix::fs::Uid::from_raw(uid), rustix::fs::Gid::from_raw(gid));
    rustix::fs::fchown(pipe, Some(uid), Some(gid)).at("give away", "a pipe")
}

/// What the kernel enforces on each process.
fn resource_limits(terms: &Terms, level: Isolation, memory_by: MemoryBy, outer: (u32, u32)) -> Vec<ResourceLimit> {
    let limits = &terms.limits;
    let both = |resource: libc::__rlimit_resource_t, value: u64| (resource, value, value);
    // Only a backstop: processor time is watched more closely from outside, for the whole tree.
    let seconds = limits.cpu.saturating_add(Duration::from_millis(999)).as_secs().saturating_add(1);
    let mut list =
        vec![(libc::RLIMIT_CPU, seconds, seconds.saturating_add(1)), both(libc::RLIMIT_NOFILE, limits.files.into())];
    if level < Isolation::Full {
        // Files in memory that belong to no file system are bounded by nothing else. A little more
        // than the private file system holds, so that its own limit is the one that is met.
        let room = if level == Isolation::Namespaces { 1 << 20 } else { 0 };
        list.push(both(libc::RLIMIT_FSIZE, limits.disk.saturating_add(room)));
        list.push(both(libc::RLIMIT_NPROC, u64::from(limits.processes) + already_there(level, outer.0)));
        match memory_by {
            MemoryBy::Data => list.push(both(libc::RLIMIT_DATA, limits.memory)),
            MemoryBy::AddressSpace => list.push(both(libc::RLIMIT_AS, limits.memory)),
            MemoryBy::Nothing => {}
        }
    }
    // Hard limits that are in force already cannot be raised. The zygote inherited ours.
    for (resource, soft, hard) in &mut list {
        let most = hard_limit(*resource);
        (*soft, *hard) = ((*soft).min(most), (*hard).min(most));
    }
    list
}

/// The hard limit of this process, which its zygotes have inherited.
fn hard_limit(resource: u32) -> u64 {
    use rustix::process::{Resource, getrlimit};
    const KNOWN: [Resource; 6] =
        [Resource::Cpu, Resource::Nofile, Resource::Fsize, Resource::Nproc, Resource::Data, Resource::As];
    let known = KNOWN.into_iter().find(|known| *known as u32 == resource);
    known.and_then(|known| getrlimit(known).maximum).unwrap_or(UNLIMITED)
}

/// How many processes the kernel counts before the run has any.
fn already_there(level: Isolation, uid: u32) -> u64 {
    use std::os::unix::fs::MetadataExt;
    /// The keeper, the box's first process, the launcher, and a few zygotes.
    const OURS: u64 = 8;
    if level >= Isolation::Namespaces {
        // The kernel counts per user namespace, and each slot has its own.
        return OURS;
    }
    // All threads of the user on this machine count.
    let threads = |entry: std::fs::DirEntry| {
        entry.file_name().to_str()?.parse::<u32>().ok()?;
        (entry.metadata().ok()?.uid() == uid).then_some(())?;
        Some(std::fs::read_dir(entry.path().join("task")).ok()?.count() as u64)
    };
    OURS + std::fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(threads).sum::<u64>()
}
