//! Lines: connections with further processes of a run.
//!
//! A run's own channel leads to its first process, the *trunk*. The trunk, or a process at the end of
//! a line, can be handed the far ends of a new line. Whoever then speaks there has a channel and output
//! of its own and can be signalled on its own, while the limits stay those of the whole run.
//!
//! The trunk does nothing but start processes and report how its children ended: frames of eight bytes,
//! the number of the process as it is known inside and its wait status, both little-endian. It should
//! be the one to which orphans fall, so that it can report the end of any process with a line.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair, sockopt};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use synthase_types::Captured;

use super::start::pipe_from;
use super::{Parts, Running};
use crate::channel::{Channel, Incoming};
use crate::error::{Context, Result, SandboxError};
use crate::output::{KEPT, Stream};
use crate::slot::Lease;
use crate::sys::clock::cpu_of;

/// How long to look again and again after something was said, before sleeping. Most answers come within
/// that time, and to wake a processor that has gone idle takes longer than they do.
const EAGER: Duration = Duration::from_micros(150);

/// How long the report of an end may come after the channel was closed.
const REPORT: Duration = Duration::from_millis(300);

/// The most reports that are kept until somebody asks for them.
const MOST_REPORTS: usize = 64;

/// The host's ends of a line.
#[derive(Debug)]
pub struct Line {
    channel: Channel,
    stdout: Stream,
    stderr: Stream,
    /// Who speaks at the other end; known once it has spoken.
    process: Option<LineProcess>,
    /// Since when the other end is closed.
    closed: Option<Instant>,
    /// Until when an answer is looked for without sleeping.
    eager: Option<Instant>,
}

/// The far ends of a line, on their way into a run.
#[derive(Debug)]
pub struct FarEnds {
    channel: OwnedFd,
    stdout: OwnedFd,
    stderr: OwnedFd,
}

/// The process that first spoke on a line, by a handle that no other process can come to have.
#[derive(Debug, Clone)]
pub struct LineProcess(Arc<Process>);

#[derive(Debug)]
struct Process {
    handle: OwnedFd,
    /// Its number, as this process sees it.
    number: i32,
    /// Its number, as the run's first process sees it.
    inside: i32,
}

/// What came of listening to a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A frame.
    Frame(Vec<u8>),
    /// Nothing until the time was over.
    Nothing,
    /// The process at the end of the line has ended with this raw wait status.
    Ended(i32),
    /// It has closed its end of the channel, and nothing is known of its end.
    Closed,
    /// The whole run has ended. [`Running::finish`] says how.
    RunEnded,
    /// Bytes that can be no frame; this says why.
    Garbage(String),
}

impl LineProcess {
    /// Sends it the signal that Ctrl-C sends. Says whether it was still there.
    pub fn interrupt(&self) -> bool {
        pidfd_send_signal(self.0.handle.as_fd(), Signal::INT).is_ok()
    }

    /// Ends it, and it alone.
    pub fn kill(&self) {
        let _ = pidfd_send_signal(self.0.handle.as_fd(), Signal::KILL);
    }

    /// The processor time that it has used with all its threads, while it lives.
    pub fn cpu(&self) -> Option<Duration> {
        cpu_of(self.0.number)
    }
}

impl Line {
    /// Who speaks at the other end, once it has spoken.
    pub fn process(&self) -> Option<&LineProcess> {
        self.process.as_ref()
    }

    /// What was written to standard output and standard error since the last call, as far as it has
    /// been read while somebody listened.
    pub fn take_output(&mut self) -> (Captured, Captured) {
        (self.stdout.take(), self.stderr.take())
    }

    /// Whether something was written that nobody has taken.
    pub fn has_output(&self) -> bool {
        self.stdout.total + self.stderr.total > 0
    }

    /// Whether bytes have come in that nobody has taken, or are on their way.
    pub fn has_incoming(&mut self) -> bool {
        self.channel.receive(&mut [0; 4096]);
        self.channel.has_incoming()
    }

    /// Whether an answer is still looked for without sleeping.
    fn is_eager(&mut self) -> bool {
        self.eager = self.eager.filter(|until| Instant::now() < *until);
        self.eager.is_some()
    }

    fn receive(&mut self, buffer: &mut [u8]) -> Result<()> {
        if self.process.is_some() {
            self.channel.receive(buffer);
            return Ok(());
        }
        let Some(number) = self.channel.receive_first(buffer) else { return Ok(()) };
        let object = || "a process of the run".to_owned();
        let failed = |source: std::io::Error| SandboxError::System { operation: "find", object: object(), source };
        let pid = Pid::from_raw(number).ok_or_else(|| failed(std::io::ErrorKind::NotFound.into()))?;
        // One that is dead already has no handle; the end of its channel tells the rest.
        let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else { return Ok(()) };
        let Some(inside) = number_inside(number) else { return Ok(()) };
        self.process = Some(LineProcess(Arc::new(Process { handle, number, inside })));
        Ok(())
    }
}

impl Running {
    /// A new line, and its far ends for [`hand_over`](Running::hand_over).
    ///
    /// # Errors
    /// The kernel has no more descriptors to give.
    pub fn line(&self) -> Result<(Line, FarEnds)> {
        let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
            .at("make", "a socket pair")?;
        // The kernel then says who wrote the first bytes.
        sockopt::set_socket_passcred(&ours, true).at("set up", "a socket pair")?;
        let outer = self.lease.0.sandbox.outer;
        let (stdout, far_stdout) = pipe_from(outer)?;
        let (stderr, far_stderr) = pipe_from(outer)?;
        let line = Line {
            channel: Channel::new(ours),
            stdout: Stream::new(stdout, KEPT),
            stderr: Stream::new(stderr, KEPT),
            process: None,
            closed: None,
            eager: None,
        };
        Ok((line, FarEnds { channel: theirs, stdout: far_stdout, stderr: far_stderr }))
    }

    /// Sends a frame to which the far ends of a line are attached: channel, standard output, standard
    /// error. It goes to the process at the end of a line, or to the run's first one. Says whether it
    /// could be sent: a process that does not read gets nothing.
    ///
    /// # Errors
    /// The run has no channel.
    pub fn hand_over(&mut self, to: Option<&mut Line>, frame: &[u8], far: &FarEnds) -> Result<bool> {
        let channel = match to {
            Some(line) => &mut line.channel,
            None => self.parts.channel.as_mut().ok_or_else(no_channel)?,
        };
        channel.send();
        Ok(channel.send_with(frame, &[far.channel.as_fd(), far.stdout.as_fd(), far.stderr.as_fd()]))
    }

    /// Sends a frame on the run's own channel, to its first process, and waits for none.
    ///
    /// # Errors
    /// The run has no channel.
    pub fn tell(&mut self, frame: &[u8]) -> Result<()> {
        let channel = self.parts.channel.as_mut().ok_or_else(no_channel)?;
        channel.queue(frame);
        channel.send();
        Ok(())
    }

    /// Sends a frame on a line, as far as it fits; listening sends the rest.
    pub fn say(&mut self, line: &mut Line, frame: &[u8]) {
        line.channel.queue(frame);
        line.channel.send();
        // With one processor it would only keep the other end from answering.
        line.eager = several_processors().then(|| Instant::now() + EAGER);
    }

    /// Waits for the next frame on a line, while it reads the output that belongs to the line and
    /// watches the limits of the run.
    ///
    /// # Errors
    /// The sandbox failed.
    pub fn listen(&mut self, line: &mut Line, until: Instant) -> Result<Heard> {
        let mut buffer = self.take_buffer();
        let heard = self.parts.listen(line, until, &self.lease, &mut buffer);
        self.give_buffer(buffer);
        heard
    }
}

impl Parts {
    fn listen(&mut self, line: &mut Line, until: Instant, lease: &Lease, buffer: &mut [u8]) -> Result<Heard> {
        loop {
            if let Some(heard) = taken(line) {
                return Ok(heard);
            }
            if self.is_ended() {
                return self.failure.take().map_or(Ok(Heard::RunEnded), Err);
            }
            let inside = line.process.as_ref().map(|process| process.0.inside);
            if let Some(at) = self.reports.iter().position(|(number, _)| Some(*number) == inside) {
                return self.line_ended(line, at, lease, buffer);
            }
            if line.channel.socket().is_none() {
                let closed = *line.closed.get_or_insert_with(Instant::now);
                if closed.elapsed() > REPORT {
                    return Ok(Heard::Closed);
                }
            }
            let now = Instant::now();
            if now >= until {
                return Ok(Heard::Nothing);
            }
            let patience = until - now;
            let patience = if line.closed.is_some() { patience.min(REPORT / 10) } else { patience };
            self.step_line(line, patience, lease, buffer)?;
        }
    }

    /// The process of a line has ended: its last words come first, and a limit before its own end.
    fn line_ended(&mut self, line: &mut Line, at: usize, lease: &Lease, buffer: &mut [u8]) -> Result<Heard> {
        line.channel.receive(buffer);
        if let Some(heard) = taken(line) {
            return Ok(heard);
        }
        while line.stdout.drain(buffer) {}
        while line.stderr.drain(buffer) {}
        self.clock.hurry();
        self.watch(lease);
        if self.stopped.is_some() {
            while !self.is_ended() {
                self.step(lease, buffer)?;
            }
            return self.failure.take().map_or(Ok(Heard::RunEnded), Err);
        }
        let status = self.reports.get(at).map_or(0, |(_, status)| *status);
        Ok(Heard::Ended(status))
    }

    /// Waits for the next thing to happen that concerns a line, and deals with it.
    fn step_line(&mut self, line: &mut Line, patience: Duration, lease: &Lease, buffer: &mut [u8]) -> Result<()> {
        let mut ready = [false; 5];
        let eager = line.is_eager();
        {
            let talk = if line.channel.wants_to_send() { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
            // The channel comes first: what was written before a frame is then found in this round.
            let asked: [Option<BorrowedFd<'_>>; 5] = [
                line.channel.socket().map(AsFd::as_fd),
                line.stdout.pipe().map(AsFd::as_fd),
                line.stderr.pipe().map(AsFd::as_fd),
                self.channel.as_ref().and_then(Channel::socket).map(AsFd::as_fd),
                Some(self.zygote.control.as_fd()),
            ];
            let mut fds: Vec<PollFd<'_>> = Vec::with_capacity(asked.len());
            for (index, fd) in asked.iter().enumerate() {
                if let Some(fd) = fd {
                    fds.push(PollFd::from_borrowed_fd(*fd, if index == 0 { talk } else { PollFlags::IN }));
                }
            }
            let patience = if eager { Duration::ZERO } else { patience.min(self.clock.until_next_look()) };
            let timeout = Timespec { tv_sec: patience.as_secs() as i64, tv_nsec: patience.subsec_nanos().into() };
            match poll(&mut fds, Some(&timeout)) {
                // Whoever shares this processor may be the one that is waited for.
                Ok(0) if eager => std::thread::yield_now(),
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => {
                    let object = "a process of the run".to_owned();
                    return Err(SandboxError::System { operation: "wait for", object, source: error.into() });
                }
            }
            let mut found = fds.iter();
            for (index, fd) in asked.iter().enumerate() {
                ready[index] = fd.is_some() && found.next().is_some_and(|fd| !fd.revents().is_empty());
            }
        }
        let [channel, stdout, stderr, trunk, control] = ready;
        if stdout {
            line.stdout.drain(buffer);
        }
        if stderr {
            line.stderr.drain(buffer);
        }
        if channel {
            line.channel.send();
            let known = line.process.is_some();
            line.receive(buffer)?;
            if let (false, Some(process)) = (known, &line.process) {
                // A number is used again once its process is gone.
                self.reports.retain(|(number, _)| *number != process.0.inside);
            }
        }
        if trunk {
            self.hear_trunk(buffer);
        }
        if control {
            self.hear()?;
        }
        self.watch(lease);
        Ok(())
    }

    /// Takes reports of processes that have ended.
    fn hear_trunk(&mut self, buffer: &mut [u8]) {
        let Some(channel) = &mut self.channel else { return };
        channel.receive(buffer);
        while let Incoming::Frame(frame) = channel.take() {
            let number =
                |at: usize| frame.get(at..at + 4).and_then(|part| part.try_into().ok()).map(i32::from_le_bytes);
            if let (Some(process), Some(status)) = (number(0), number(4)) {
                push_bounded(&mut self.reports, (process, status));
            }
        }
    }
}

fn push_bounded(reports: &mut VecDeque<(i32, i32)>, report: (i32, i32)) {
    if reports.len() >= MOST_REPORTS {
        reports.pop_front();
    }
    reports.push_back(report);
}

fn taken(line: &mut Line) -> Option<Heard> {
    match line.channel.take() {
        Incoming::Nothing => None,
        Incoming::Frame(frame) => Some(Heard::Frame(frame)),
        Incoming::Garbage(why) => Some(Heard::Garbage(why)),
    }
}

fn no_channel() -> SandboxError {
    SandboxError::Misuse("this run was started without a channel".to_owned())
}

/// Whether this machine has more than one processor for us.
fn several_processors() -> bool {
    static SEVERAL: OnceLock<bool> = OnceLock::new();
    *SEVERAL.get_or_init(|| std::thread::available_parallelism().is_ok_and(|count| count.get() > 1))
}

/// The number of a process in the innermost of the namespaces that it is in.
fn number_inside(number: i32) -> Option<i32> {
    let status = std::fs::read_to_string(format!("/proc/{number}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("NSpid:"))?;
    line.split_whitespace().next_back()?.parse().ok()
}
