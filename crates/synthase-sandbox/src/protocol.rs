//! How the host and a zygote talk. Whoever writes a zygote for a language needs only this page.
//!
//! A zygote is an interpreter that has started, has imported what its runs will need, and then forks
//! one child per run. It is started by [`Jail::zygote`](crate::Jail::zygote) with
//!
//! * descriptor 3: its control socket, `AF_UNIX` `SOCK_SEQPACKET`: one `recvmsg` gives one message;
//! * descriptors 0, 1, 2: the null device, and twice a pipe that the host reads only if the zygote
//!   dies, to quote from it;
//! * no new privileges, the system call filter, and at the levels with namespaces the three
//!   capabilities that its children need to enter a box and then drop: `SYS_ADMIN`, `SYS_CHROOT`
//!   and `SETPCAP`;
//! * the environment variable `SYNTHASE_ZYGOTE`: the path of a library that does all of what follows
//!   (the next section).
//!
//! It must stay small, because a fork copies its page tables, and have one thread.
//!
//! # The library
//! Most interpreters can load a library of C and call a function of it, but cannot, or not cheaply,
//! make the system calls below. So the sandbox brings a library of its own. It needs no other library,
//! only the symbol `fork`, and its functions take no arguments, so that they can be called as functions
//! of C, as Lua's `lua_CFunction` and by R's `.C`.
//!
//! | function | |
//! |---|---|
//! | `int synthase_serve(void)` | Says hello and forks a child for each request. Returns 0 in the children, which are then ready to run, and never in the zygote. |
//! | `int synthase_hello(void)` | Says hello. |
//! | `int synthase_next(void)` | Waits for the next request and enters its box. Returns 1: the caller forks now, by its own means. Ends the process when the host has no more requests. |
//! | `int synthase_become(void)` | In the child: all that a child does. Returns 0; if something fails, the host is told and the child ends. |
//! | `int synthase_report(int pid)` | In the zygote: waits for the child and reports its end; a negative number says that the fork failed: -1, or the negative error number. |
//! | `int synthase_outside(void)` | In the child: 1 where `HOME` and `TMPDIR` must be set (see the end of this page), else 0. |
//! | `int synthase_trim(void)` | In the zygote, before it warms up: makes forks cheaper. |
//!
//! An interpreter that does something of its own around a fork, as CPython does, uses the four in the
//! middle, three of them one after the other in a loop; any other only the first. What a zygote does
//! before it says hello is done for every child: a page of memory that a child is the first to touch
//! costs it 1 to 3 µs, and so does each that the zygote has and no child needs, a little.
//!
//! # Messages
//! All numbers are little-endian. Every message begins with two bytes: its kind, and 0.
//!
//! The zygote first says `hello`:
//!
//! | bytes | meaning |
//! |---|---|
//! | 1, 0 | hello |
//! | u32 | version of this protocol: 1 |
//!
//! The host then asks for runs, one after the other:
//!
//! | bytes | meaning |
//! |---|---|
//! | 1, 0 | run |
//! | u32 | flags: 1 a box is sent, 2 a Landlock rule set is sent, 4 a channel is sent, 8 no namespaces, 64 the box has a network |
//! | u32 | number of resource limits |
//! | per limit: u32, u64, u64 | resource, soft and hard limit; 2^64 - 1 (as a signed number -1) is "no limit" |
//! | u32, then so many bytes | the work folder: where the child changes to |
//! | the rest | opaque; only the built-in launcher uses it |
//!
//! With it come descriptors, in this order: the box (a pidfd of its first process) if flagged, the
//! rule set if flagged, standard input, output and error, the channel if flagged.
//!
//! # What the zygote does for a run
//! 1. `setns(box, CLONE_NEWPID)`, if a box was sent: from here on its children belong to the box.
//! 2. `fork`, through its interpreter, so that what the interpreter does after a fork is done.
//! 3. In the child, in this order (the next section);
//! 4. in the zygote: close all received descriptors, `wait4` for the child, and report:
//!
//! | bytes | meaning |
//! |---|---|
//! | 2, 0 | ended |
//! | i32 | the raw wait status |
//! | u64, u64 | user time from `wait4`: seconds, microseconds |
//! | u64, u64 | system time, likewise |
//! | u64 | the most resident memory, in KiB |
//!
//! These five numbers are the beginning of what the kernel writes for `wait4`.
//!
//! If the fork or the `setns` fails, it first reports
//!
//! | bytes | meaning |
//! |---|---|
//! | 3, 0 | failed |
//! | the rest | what and why, in words |
//!
//! and then `ended`, with any status. Each run gets exactly one `ended`. When the control socket
//! ends, the zygote exits.
//!
//! # What the child does
//! 1. `setsid()`.
//! 2. Write `1000` to `/proc/self/oom_score_adj`, ignoring failure: if memory runs out, the run shall
//!    die and not the zygote. Must come before the next step, which hides the writable `/proc`.
//! 3. `setns(box, CLONE_NEWNS | CLONE_NEWIPC)`, if a box was sent; with `CLONE_NEWNET` if it has a network.
//! 4. Change to the work folder.
//! 5. Set the resource limits.
//! 6. Drop all capabilities: from the bounding set (`PR_CAPBSET_DROP` of 8, 18 and 21), then
//!    `capset` to nothing, which empties the ambient set too.
//! 7. `landlock_restrict_self(ruleset, 0)`, if a rule set was sent.
//! 8. Place standard input, output and error at 0, 1 and 2, the channel at 3, and close all other
//!    descriptors, the control socket among them. Without a channel, 3 is closed too.
//! 9. Run.
//!
//! If a step before the last fails, the child sends `failed` on the control socket and exits; the
//! host takes that as its own failure, whatever the zygote then reports about the child.
//!
//! # The channel
//! A stream socket that carries frames in both directions: a `u32` length, little-endian, and so many
//! bytes. The first frame from the host is the run's [`payload`](crate::Request::payload), if it has
//! one. What the frames contain is none of the sandbox's business. The program shares its process
//! with the driver that answers here, so a frame proves nothing beyond "something in that process
//! wrote this".
//!
//! # Without namespaces
//! At the levels `landlock` and `rlimits` no box is sent. The work folder has a neighbour `tmp`; the
//! child should set `HOME` to the work folder and `TMPDIR` to that neighbour, because the machine's
//! `/tmp` is not writable. At the other levels both are set already, to `/box` and `/tmp`.

use std::time::Duration;

use crate::sys::wait::Ended;
use crate::wire::codec::{Reader, Writer};

/// The version of this protocol.
pub const VERSION: u32 = 1;
/// The variable of a zygote that holds the path of the library.
pub const LIBRARY: &str = "SYNTHASE_ZYGOTE";
/// The number of the control socket in a zygote, and of the channel in its children.
pub const CONTROL_FD: i32 = 3;
/// The work folder inside, at the levels with namespaces. Not a name that people give to folders of
/// their own, because what lies below such a folder on the machine cannot be shown.
pub const WORK: &str = "/box";
/// The folder for temporary files inside, at the levels with namespaces.
pub const TMP: &str = "/tmp";

/// Host to zygote: fork a run.
pub(crate) const RUN: u8 = 1;

/// Zygote to host.
pub(crate) mod said {
    /// It is ready.
    pub(crate) const HELLO: u8 = 1;
    /// The child has ended.
    pub(crate) const ENDED: u8 = 2;
    /// It, or its child, could not do its part.
    pub(crate) const FAILED: u8 = 3;
    /// Only the launcher: the program cannot be executed; the error number.
    pub(crate) const NOT_EXECUTED: u8 = 4;
    /// Before it becomes the zygote: the end on which the system call filter asks.
    pub(crate) const LISTENER: u8 = 5;
}

/// Bits of a run's flags.
pub(crate) mod flag {
    pub(crate) const BOX: u32 = 1;
    pub(crate) const RULES: u32 = 2;
    pub(crate) const CHANNEL: u32 = 4;
    pub(crate) const NO_NAMESPACES: u32 = 8;
    /// Only to the launcher: the program comes as a descriptor, the last one.
    pub(crate) const PROGRAM: u32 = 16;
    /// Only to the launcher: signals are for the program itself alone.
    pub(crate) const GUARD_SIGNALS: u32 = 32;
    pub(crate) const NETWORK: u32 = 64;
}

/// No limit, as a resource limit.
pub(crate) const UNLIMITED: u64 = u64::MAX;

/// One resource limit: which, soft, hard.
pub(crate) type ResourceLimit = (u32, u64, u64);

/// The message that asks for a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run<'a> {
    pub(crate) flags: u32,
    pub(crate) limits: Vec<ResourceLimit>,
    pub(crate) work: &'a str,
    pub(crate) opaque: &'a [u8],
}

impl<'a> Run<'a> {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.u32(self.flags);
        writer.list(&self.limits, |w, (resource, soft, hard)| {
            w.u32(*resource).u64(*soft).u64(*hard);
        });
        writer.bytes(self.work.as_bytes());
        writer.0.extend(self.opaque);
        writer.0
    }

    pub(crate) fn decode(body: &'a [u8]) -> Option<Run<'a>> {
        let mut r = Reader(body);
        let flags = r.u32()?;
        let limits = r.list(|r| Some((r.u32()?, r.u64()?, r.u64()?)))?;
        let work = std::str::from_utf8(r.bytes()?).ok()?;
        Some(Run { flags, limits, work, opaque: r.0 })
    }
}

/// The report of a child's end.
pub(crate) fn encode_ended(ended: &Ended) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.u32(ended.status as u32);
    for time in [ended.user, ended.system] {
        writer.u64(time.as_secs()).u64(time.subsec_micros().into());
    }
    writer.u64(ended.peak >> 10);
    writer.0
}

/// Reads such a report.
pub(crate) fn decode_ended(body: &[u8]) -> Option<Ended> {
    let mut r = Reader(body);
    let status = r.u32()? as i32;
    let mut time = || Some(Duration::from_secs(r.u64()?) + Duration::from_micros(r.u64()?));
    Some(Ended { status, user: time()?, system: time()?, peak: r.u64()? << 10 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_reads_back() {
        let run = Run { flags: 5, limits: vec![(7, 1, UNLIMITED)], work: WORK, opaque: b"rest" };
        assert_eq!(Run::decode(&run.encode()), Some(run));
    }

    #[test]
    fn a_report_reads_back() {
        let (user, system) = (Duration::from_micros(12), Duration::from_secs(3));
        let ended = Ended { status: -1, user, system, peak: 4096 };
        let read = decode_ended(&encode_ended(&ended)).unwrap();
        assert_eq!((read.status, read.user, read.system, read.peak), (-1, user, system, 4096));
    }
}
