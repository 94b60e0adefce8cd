//! One run, from the host's side.

mod clock;
mod collect;
mod end;
mod folder;
mod line;
mod side;
mod start;

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use synthase_types::{Captured, Usage};

use crate::channel::{Channel, Incoming};
use crate::command::{Stdin, Terms};
use crate::error::{Result, SandboxError};
use crate::finished::{Finished, Hits, Limit};
use crate::interrupter::{Interrupter, Target};
use crate::killer::BoxKill;
use crate::output::Stream;
use crate::protocol::{decode_ended, said};
use crate::slot::Lease;
use crate::sys::wait::Ended;
use crate::wire::socket::garbled;
use crate::zygote::ZygoteLink;

use clock::Clock;
pub use collect::{MOST_BYTES, MOST_FILES};
pub use folder::{Listed, Listing, Stamp};
pub use line::{FarEnds, Heard, Line, LineProcess};
pub use side::SideChannel;
pub(crate) use start::Work;

/// How much is read from a pipe at a time.
const BUFFER: usize = 64 << 10;

/// How long a run without namespaces may go on after it was ended before it is ended again.
const KILL_AGAIN: Duration = Duration::from_millis(2);

/// How long a zygote may take to notice that its run is dead, before it is given up itself.
const GRACE: Duration = Duration::from_secs(30);

/// A run that has been started. Dropping it ends it.
///
/// Limits are enforced while one of its methods waits, which is all the time that matters: between
/// calls the caller is busy, the program's pipes fill up, and it waits. What it may burn meanwhile is
/// counted and noticed at the next call, and bounded by the kernel.
#[derive(Debug)]
pub struct Running {
    /// Must come first: the slot is free only when the rest is gone.
    parts: Parts,
    /// Keeps the slot.
    lease: Lease,
}

/// What a run consists of.
#[derive(Debug)]
struct Parts {
    zygote: Arc<ZygoteLink>,
    kill: Arc<BoxKill>,
    /// The folder that contains `work` and `tmp`.
    files: OwnedFd,
    namespaces: bool,
    terms: Terms,
    /// For messages.
    program: String,
    /// For those who interrupt it.
    target: Arc<Target>,
    stdin: Option<Feed>,
    stdout: Stream,
    stderr: Stream,
    channel: Option<Channel>,
    /// Processes with a line that have ended: their number inside, and their raw wait status.
    reports: VecDeque<(i32, i32)>,
    clock: Clock,
    /// The report of the zygote.
    ended: Option<Ended>,
    /// When it came.
    ended_at: Option<Instant>,
    /// Our side failed.
    failure: Option<SandboxError>,
    /// Why we ended it, and when.
    stopped: Option<(Stop, Instant)>,
    hits: Hits,
    /// What was refused last, in this exchange or since it.
    denied: Option<&'static str>,
    over: bool,
}

/// Why we ended a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Limit(Limit),
    Caller,
}

/// What is still to be written to standard input.
#[derive(Debug)]
struct Feed {
    pipe: OwnedFd,
    bytes: Vec<u8>,
    written: usize,
    /// Whether more may come.
    open: bool,
}

/// The answer to a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// A frame.
    Frame(Vec<u8>),
    /// None will come: the run has ended, by itself or by a limit. [`Running::finish`] says how.
    Ended,
    /// Bytes that nobody asked for, or that can be no frame; this says which. The run still lives,
    /// but nothing it says on its channel means anything any more.
    Garbage(String),
}

impl Running {
    /// Sends one frame on the private channel and waits for one in answer, while it reads the
    /// program's output and watches its limits. `cpu` and `wall` bound this exchange, in addition to
    /// the limits of the whole run; exceeding them ends the run.
    ///
    /// # Errors
    /// The run has no channel, or the sandbox failed.
    pub fn exchange(&mut self, frame: &[u8], cpu: Duration, wall: Duration) -> Result<Reply> {
        self.talk(frame, cpu, wall, false)
    }

    /// `side`: whether an answer is given up when the other end of the channel is closed. On a run's own
    /// channel the end of the run is waited for instead, because it says more.
    fn talk(&mut self, frame: &[u8], cpu: Duration, wall: Duration, side: bool) -> Result<Reply> {
        let mut buffer = self.take_buffer();
        let reply = self.parts.exchange(frame, (cpu, wall), side, &self.lease, &mut buffer);
        self.give_buffer(buffer);
        reply
    }

    /// What was written to standard output and standard error since the last call. The limit on output
    /// counts anew from here.
    ///
    /// What a program wrote before it answered a frame is in the output taken after that answer.
    pub fn take_output(&mut self) -> (Captured, Captured) {
        let mut buffer = self.take_buffer();
        self.parts.refuse();
        self.parts.drain(&mut buffer);
        self.give_buffer(buffer);
        (self.parts.stdout.take(), self.parts.stderr.take())
    }

    /// What the run has used up to now. Memory is known where a control group counts it.
    pub fn usage(&self) -> Usage {
        let cpu = self.parts.clock.used(&self.lease, &self.parts.zygote).map(|used| used.cpu);
        let peak_memory = self.lease.0.group().map_or(0, |group| group.peak());
        Usage { cpu: cpu.unwrap_or_default(), wall: self.parts.clock.elapsed(), peak_memory }
    }

    /// What the last exchange used. Without a control group, only the time of the run's first process
    /// and its threads. Memory is the most that the run has held up to now, where a control group
    /// counts it.
    pub fn last_exchange(&self) -> Usage {
        let peak_memory = self.lease.0.group().map_or(0, |group| group.peak());
        Usage { peak_memory, ..self.parts.clock.last }
    }

    /// Gives the program more on its standard input, which must be [`Stdin::Open`](crate::Stdin::Open).
    /// What does not fit into the pipe at once is written while other methods wait. A program that does
    /// not read any more misses it.
    ///
    /// # Errors
    /// Standard input is not open, or was closed.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.parts.stdin {
            Some(feed) if feed.open => {
                feed.bytes.drain(..feed.written);
                feed.written = 0;
                feed.bytes.extend_from_slice(bytes);
            }
            None if matches!(self.parts.terms.stdin, Stdin::Open) => {}
            _ => return Err(SandboxError::Misuse("this run has no open standard input".to_owned())),
        }
        self.parts.feed();
        Ok(())
    }

    /// Lets the program see the end of its standard input, after what it was given.
    pub fn close_stdin(&mut self) {
        self.parts.close_stdin();
    }

    /// A handle that interrupts the run from another thread.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter(Arc::clone(&self.parts.target))
    }

    /// The last system call that was refused since the last exchange began, of those that no program
    /// tries by the way: `socket` (of the internet), `ptrace`, `mount` and the like. Always `None` where the
    /// kernel cannot tell, or another filter is in force that asks.
    pub fn denied(&self) -> Option<&str> {
        self.parts.denied
    }

    /// Ends the run.
    pub fn kill(&mut self) {
        self.parts.stop(Stop::Caller);
    }

    /// Waits until the run has ended, by itself or by a limit, and removes all traces of it.
    ///
    /// # Errors
    /// The sandbox failed: nothing is known about the program.
    pub fn finish(mut self) -> Result<Finished> {
        let mut buffer = self.take_buffer();
        let finished = self.parts.finish(&self.lease, &mut buffer);
        self.give_buffer(buffer);
        finished
    }

    fn take_buffer(&self) -> Vec<u8> {
        let mut buffer = std::mem::take(&mut *self.lease.0.buffer.lock().unwrap_or_else(PoisonError::into_inner));
        buffer.resize(BUFFER, 0);
        buffer
    }

    fn give_buffer(&self, buffer: Vec<u8>) {
        *self.lease.0.buffer.lock().unwrap_or_else(PoisonError::into_inner) = buffer;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.parts.over {
            self.parts.stop(Stop::Caller);
            let mut buffer = self.take_buffer();
            let _ = self.parts.finish(&self.lease, &mut buffer);
        }
    }
}

impl Parts {
    fn exchange(
        &mut self,
        frame: &[u8],
        (cpu, wall): (Duration, Duration),
        side: bool,
        lease: &Lease,
        buffer: &mut [u8],
    ) -> Result<Reply> {
        let Some(channel) = &mut self.channel else {
            return Err(SandboxError::Misuse("this run was started without a channel".to_owned()));
        };
        channel.receive(buffer);
        if channel.has_incoming() {
            return Ok(Reply::Garbage("bytes came before they were asked for".to_owned()));
        }
        self.denied = None;
        self.clock.begin_exchange(cpu, wall, lease, &self.zygote);
        channel.queue(frame);
        channel.send();
        // Where the program was woken on this processor, its answer is there when it sleeps again: nobody
        // has to wait, or to be woken.
        std::thread::yield_now();
        channel.receive(buffer);
        let reply = loop {
            // Looked at before the report of the end: an answer may be the last thing a program says.
            if let Some(channel) = &mut self.channel {
                match channel.take() {
                    Incoming::Nothing => {}
                    Incoming::Frame(frame) => break Ok(Reply::Frame(frame)),
                    Incoming::Garbage(what) => break Ok(Reply::Garbage(what)),
                }
            }
            let is_closed = self.channel.as_ref().is_none_or(|channel| channel.socket().is_none());
            if side && is_closed {
                break Ok(Reply::Ended);
            }
            if self.is_ended() {
                break self.failure.take().map_or(Ok(Reply::Ended), Err);
            }
            if let Err(error) = self.step(lease, buffer) {
                break Err(error);
            }
            if self.is_ended()
                && let Some(channel) = &mut self.channel
            {
                channel.receive(buffer);
            }
        };
        self.clock.end_exchange(lease, &self.zygote);
        reply
    }

    /// Whether the zygote has reported the end, or cannot any more.
    fn is_ended(&self) -> bool {
        self.ended.is_some() || !self.zygote.is_alive()
    }

    /// Waits for the next thing to happen, and deals with it.
    fn step(&mut self, lease: &Lease, buffer: &mut [u8]) -> Result<()> {
        const STDIN: usize = 0;
        const STDOUT: usize = 1;
        const STDERR: usize = 2;
        const CHANNEL: usize = 3;
        const CONTROL: usize = 4;
        const LISTENER: usize = 5;
        let nobody = self.zygote.control.as_fd();
        let mut ready = [PollFlags::empty(); 6];
        {
            let wants = |fd: Option<BorrowedFd<'_>>, flags| fd.map(|_| flags).unwrap_or(PollFlags::empty());
            let pending = |feed: &&Feed| feed.written < feed.bytes.len() || !feed.open;
            let stdin = self.stdin.as_ref().filter(pending).map(|feed| feed.pipe.as_fd());
            let stdout = self.stdout.pipe().map(AsFd::as_fd);
            let stderr = self.stderr.pipe().map(AsFd::as_fd);
            let channel = self.channel.as_ref().and_then(Channel::socket).map(AsFd::as_fd);
            let listener = self.zygote.listener.as_ref().map(AsFd::as_fd);
            let sending = self.channel.as_ref().is_some_and(Channel::wants_to_send);
            let talk = if sending { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
            let asked = [
                (stdin, wants(stdin, PollFlags::OUT)),
                (stdout, wants(stdout, PollFlags::IN)),
                (stderr, wants(stderr, PollFlags::IN)),
                (channel, wants(channel, talk)),
                (Some(nobody), PollFlags::IN),
                (listener, wants(listener, PollFlags::IN)),
            ];
            // Closed ends are left out: they would be ready for ever.
            let mut fds = [const { None }; 6];
            let mut which = [0; 6];
            let mut count = 0;
            for (index, (fd, flags)) in asked.into_iter().enumerate() {
                if let Some(fd) = fd {
                    fds[count] = Some(PollFd::from_borrowed_fd(fd, flags));
                    which[count] = index;
                    count += 1;
                }
            }
            let nothing = PollFd::from_borrowed_fd(nobody, PollFlags::empty());
            let mut fds = fds.map(|fd| fd.unwrap_or_else(|| nothing.clone()));
            let patience = if self.must_kill_again() { KILL_AGAIN } else { self.clock.until_next_look() };
            let timeout = Timespec { tv_sec: patience.as_secs() as i64, tv_nsec: patience.subsec_nanos().into() };
            match poll(&mut fds[..count], Some(&timeout)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => {
                    let object = "the program".to_owned();
                    return Err(SandboxError::System { operation: "wait for", object, source: error.into() });
                }
            }
            for (index, fd) in which.into_iter().zip(&fds[..count]) {
                ready[index] = fd.revents();
            }
        }
        if !ready[STDIN].is_empty() {
            self.feed();
        }
        if !ready[STDOUT].is_empty() {
            self.stdout.drain(buffer);
        }
        if !ready[STDERR].is_empty() {
            self.stderr.drain(buffer);
        }
        if !ready[CHANNEL].is_empty()
            && let Some(channel) = &mut self.channel
        {
            channel.send();
            channel.receive(buffer);
        }
        if ready[LISTENER].contains(PollFlags::IN) {
            self.refuse();
        }
        if !ready[CONTROL].is_empty() {
            self.hear()?;
        }
        self.watch(lease);
        Ok(())
    }

    /// Writes what fits to standard input.
    fn feed(&mut self) {
        while let Some(feed) = &mut self.stdin {
            if feed.written == feed.bytes.len() {
                if !feed.open {
                    self.stdin = None;
                }
                return;
            }
            match rustix::io::write(&feed.pipe, &feed.bytes[feed.written..]) {
                Ok(count) => feed.written += count,
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => return,
                // Nobody reads any more, which is the program's right.
                Err(_) => self.stdin = None,
            }
        }
    }

    /// No more will be fed.
    fn close_stdin(&mut self) {
        if let Some(feed) = &mut self.stdin {
            feed.open = false;
        }
        if matches!(self.terms.stdin, Stdin::Open) {
            self.terms.stdin = Stdin::Null;
        }
        self.feed();
    }

    /// Refuses calls that wait for it, and takes notice.
    fn refuse(&mut self) {
        // Not without end: there may be many that ask again and again.
        for _ in 0..16 {
            let Some(what) = self.zygote.refuse() else { return };
            self.denied = Some(what);
            self.hits.denied.get_or_insert(what);
        }
    }

    /// Takes a message of the zygote.
    fn hear(&mut self) -> Result<()> {
        let Some(message) = self.zygote.hear()? else { return Ok(()) };
        match message.kind {
            said::ENDED => {
                self.ended = Some(decode_ended(&message.body).ok_or_else(|| garbled("zygote"))?);
                self.ended_at = Some(Instant::now());
            }
            said::NOT_EXECUTED => {
                let number = message.body.first_chunk().map_or(0, |bytes| i32::from_le_bytes(*bytes));
                let source = std::io::Error::from_raw_os_error(number);
                self.failure = Some(SandboxError::Execute { program: self.program.clone(), source });
            }
            said::FAILED => {
                let words = String::from_utf8_lossy(&message.body).into_owned();
                self.failure = Some(SandboxError::Setup(words));
            }
            _ => return Err(garbled("zygote")),
        }
        Ok(())
    }

    /// Reads the output that is there.
    fn drain(&mut self, buffer: &mut [u8]) {
        while self.stdout.drain(buffer) && !self.output_exceeded() {}
        while self.stderr.drain(buffer) && !self.output_exceeded() {}
        if self.output_exceeded() {
            self.stop(Stop::Limit(Limit::Output));
        }
    }

    fn output_exceeded(&self) -> bool {
        self.stdout.total + self.stderr.total > self.terms.limits.output
    }

    /// Ends the run if a limit is exceeded.
    fn watch(&mut self, lease: &Lease) {
        if self.must_kill_again() {
            self.kill.kill();
        }
        if self.ended.is_some() {
            return;
        }
        if let Some((_, when)) = self.stopped {
            if when.elapsed() > GRACE {
                self.failure = Some(self.zygote.lost("it does not report the end of a run that was ended"));
                self.zygote.kill();
            }
            return;
        }
        if self.kill.is_cancelled() {
            self.stop(Stop::Caller);
        } else if self.output_exceeded() {
            self.stop(Stop::Limit(Limit::Output));
        } else if let Some(limit) = self.clock.look(lease, &self.zygote, &self.terms.limits) {
            self.stop(Stop::Limit(limit));
        }
    }

    /// Without namespaces a run that is ended at once may not have begun: there was nothing to kill
    /// when we tried, and a moment later there is. A box that is dead lets nothing begin.
    fn must_kill_again(&self) -> bool {
        !self.namespaces && self.stopped.is_some() && self.ended.is_none()
    }

    /// Ends the run; the first reason counts.
    fn stop(&mut self, stop: Stop) {
        if self.stopped.is_none() && self.ended.is_none() {
            self.stopped = Some((stop, Instant::now()));
            if let Stop::Limit(limit) = stop {
                self.hits.set(limit);
            }
            self.kill.kill();
        }
    }
}
