//! The host's end of a zygote, or of the launcher.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pipe::PipeFlags;
use rustix::process::{Signal, pidfd_send_signal};

use crate::command::{Command, Program, Terms};
use crate::error::{Context, Result, SandboxError};
use crate::jail::JailInner;
use crate::keeper_link::{KeeperLink, readable_within};
use crate::protocol::said;
use crate::running::{Running, Work};
use crate::seccomp;
use crate::slot::SlotInner;
use crate::sys::listen;
use crate::wire::execute::Execute;
use crate::wire::message::Spawn;
use crate::wire::socket::{self, Message};

/// How long a zygote may take to start: it may import large libraries on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A warm interpreter in a jail, in one slot. See [`protocol`](crate::protocol) for what it does.
#[derive(Debug)]
pub struct Zygote {
    link: Arc<ZygoteLink>,
    slot: Arc<SlotInner>,
    jail: Arc<JailInner>,
}

/// One run of a zygote.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The first frame on the channel, if there is one. What is in it is between the caller and the
    /// zygote's driver.
    pub payload: Option<Vec<u8>>,
    /// What the run is given and may use.
    pub terms: Terms,
}

impl Zygote {
    pub(crate) fn start(command: &Command, slot: &Arc<SlotInner>, jail: &Arc<JailInner>) -> Result<Zygote> {
        slot.cancel.check()?;
        if !matches!(command.program, Program::Path(_)) {
            return Err(SandboxError::Misuse("a zygote is started by its path in the view".to_owned()));
        }
        if jail.sandbox.guard_signals {
            return Err(SandboxError::Unavailable {
                level: jail.sandbox.level,
                reason: "zygotes: on this kernel their runs could send signals to all processes of the user".to_owned(),
                remedy: "programs are started cold instead; Linux 6.12, or namespaces, would help".to_owned(),
            });
        }
        let program = command.to_execute()?;
        let keeper = slot.keeper(jail)?;
        let link = ZygoteLink::start("zygote", Some(program), slot, &keeper)?;
        Ok(Zygote { link: Arc::new(link), slot: Arc::clone(slot), jail: Arc::clone(jail) })
    }

    /// Forks a run.
    ///
    /// # Errors
    /// The slot has a run already, the zygote is gone, or the sandbox failed.
    pub fn fork(&mut self, request: &Request) -> Result<Running> {
        Running::start(&Work {
            slot: &self.slot,
            jail: &self.jail,
            zygote: &self.link,
            terms: &request.terms,
            payload: request.payload.as_deref(),
            name: String::new(),
            command: None,
        })
    }

    /// Whether it can fork more runs. One that died, for example because memory ran out, is replaced
    /// by starting another.
    pub fn is_alive(&self) -> bool {
        self.link.is_alive()
    }
}

/// The connection, shared between the zygote's handle and its current run.
#[derive(Debug)]
pub(crate) struct ZygoteLink {
    pub(crate) control: OwnedFd,
    process: Option<OwnedFd>,
    number: OnceLock<Option<i32>>,
    complaints: OwnedFd,
    /// Where calls wait to be refused.
    pub(crate) listener: Option<OwnedFd>,
    dead: AtomicBool,
    who: &'static str,
    /// Keeps the keeper, and with it the zygote, alive.
    pub(crate) keeper: Arc<KeeperLink>,
}

impl ZygoteLink {
    /// Starts a zygote, or without a program the launcher.
    pub(crate) fn start(
        who: &'static str,
        program: Option<Execute>,
        slot: &SlotInner,
        keeper: &Arc<KeeperLink>,
    ) -> Result<ZygoteLink> {
        let (ours, theirs) = socket::pair()?;
        let (read, write) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).at("make", "a pipe")?;
        let process = keeper.spawn(&Spawn { program }, theirs, write, &slot.doors()?);
        let process = process.inspect_err(|_| slot.forget(keeper))?;
        let keeper = Arc::clone(keeper);
        let (number, dead) = (OnceLock::new(), AtomicBool::new(false));
        let mut link =
            ZygoteLink { control: ours, process, number, complaints: read, listener: None, dead, who, keeper };
        let deadline = Instant::now() + PATIENCE;
        loop {
            if !link.wait_for_word(deadline) {
                return Err(link.lost("it does not answer"));
            }
            match link.hear()? {
                Some(message) if message.kind == said::HELLO => return Ok(link),
                Some(message) if message.kind == said::LISTENER => link.listener = message.fds.into_iter().next(),
                Some(message) => {
                    return Err(SandboxError::Setup(String::from_utf8_lossy(&message.body).into_owned()));
                }
                None => return Err(link.lost("it ended while it started")),
            }
        }
    }

    /// Waits for a message, and refuses meanwhile what it must not do.
    fn wait_for_word(&self, deadline: Instant) -> bool {
        let Some(listener) = &self.listener else {
            return readable_within(&self.control, deadline.saturating_duration_since(Instant::now()));
        };
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
            let mut fds = [PollFd::new(&self.control, PollFlags::IN), PollFd::new(listener, PollFlags::IN)];
            match poll(&mut fds, Some(&timeout)) {
                Ok(0) => return false,
                Ok(_) if fds[1].revents().contains(PollFlags::IN) => drop(listen::refuse(listener.as_fd())),
                Ok(_) => return true,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return false,
            }
        }
    }

    /// Refuses the call that waits, if one does, and gives its name.
    pub(crate) fn refuse(&self) -> Option<&'static str> {
        let listener = self.listener.as_ref()?;
        let mut fds = [PollFd::new(listener, PollFlags::IN)];
        let waits = poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|ready| ready > 0);
        let waits = waits && fds[0].revents().contains(PollFlags::IN);
        if waits { listen::refuse(listener.as_fd()).map(seccomp::name) } else { None }
    }

    pub(crate) fn is_alive(&self) -> bool {
        !self.dead.load(Ordering::SeqCst)
    }

    /// Sends the request for a run.
    pub(crate) fn request(&self, body: &[u8], fds: &[BorrowedFd<'_>]) -> Result<()> {
        socket::send(self.control.as_fd(), crate::protocol::RUN, body, fds)
            .map_err(|error| self.lost(&error.to_string()))
    }

    /// One message; `None`, and for ever, once the zygote is gone.
    pub(crate) fn hear(&self) -> Result<Option<Message>> {
        let message = socket::receive(self.control.as_fd()).at("hear", self.who)?;
        if message.is_none() {
            self.dead.store(true, Ordering::SeqCst);
        }
        Ok(message)
    }

    /// It is gone; with its last words, if it had some.
    pub(crate) fn lost(&self, detail: &str) -> SandboxError {
        self.dead.store(true, Ordering::SeqCst);
        let mut words = [0; 4096];
        let count = rustix::io::read(&self.complaints, &mut words).unwrap_or(0);
        let words = String::from_utf8_lossy(&words[..count]);
        let detail =
            if words.trim().is_empty() { detail.to_owned() } else { format!("{detail}; it said: {}", words.trim()) };
        SandboxError::Lost { who: self.who, detail }
    }

    /// The number of its child, as this process sees it, while there is one.
    pub(crate) fn child(&self) -> Option<i32> {
        let own = self.number.get_or_init(|| number_of(self.process.as_ref()?));
        let own = (*own)?;
        let children = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children")).ok()?;
        children.split_whitespace().next()?.parse().ok()
    }

    /// Ends it.
    pub(crate) fn kill(&self) {
        self.dead.store(true, Ordering::SeqCst);
        if let Some(process) = &self.process {
            let _ = pidfd_send_signal(process.as_fd(), Signal::KILL);
        }
    }
}

/// The number of a process, as this process sees it.
fn number_of(process: &OwnedFd) -> Option<i32> {
    use std::os::fd::AsRawFd;
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", process.as_raw_fd())).ok()?;
    let line = info.lines().find_map(|line| line.strip_prefix("Pid:"))?;
    line.trim().parse().ok().filter(|number| *number > 0)
}

impl Drop for ZygoteLink {
    fn drop(&mut self) {
        self.kill();
    }
}
