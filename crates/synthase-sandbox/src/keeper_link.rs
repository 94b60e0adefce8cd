//! The host's end of a keeper.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};

use crate::error::{Context, Result, SandboxError};
use crate::keeper::MARKER;
use crate::wire::codec::Reader;
use crate::wire::message::{NewBox, Setup, Spawn, answer, ask, decode_failure};
use crate::wire::socket::{self, Message, garbled};

/// How long an answer may take. Each is a matter of milliseconds; this is for a machine that swaps.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running keeper. Dropping it ends it and everything inside.
#[derive(Debug)]
pub(crate) struct KeeperLink {
    holder: Mutex<Child>,
    control: OwnedFd,
    /// One question and its answer at a time.
    asking: Mutex<()>,
    /// Whether boxes have a `/proc`.
    pub(crate) proc: bool,
}

/// A box that is ready for its run.
#[derive(Debug)]
pub(crate) struct ReadyBox {
    /// Its first process; `None` without namespaces.
    pub(crate) entrance: Option<OwnedFd>,
    /// The folder that contains `work` and `tmp`.
    pub(crate) files: OwnedFd,
    /// Its Landlock rules, where there are some.
    pub(crate) rules: Option<OwnedFd>,
    /// The work folder, as the program sees it; empty means the usual one.
    pub(crate) work: String,
}

/// What the processes of a run use.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TreeUsage {
    pub(crate) cpu: Duration,
    pub(crate) memory: u64,
    #[expect(dead_code, reason = "for people who debug")]
    pub(crate) processes: u64,
}

impl KeeperLink {
    /// Starts a keeper and waits until its jail is built.
    pub(crate) fn start(setup: &Setup) -> Result<KeeperLink> {
        let (ours, theirs) = socket::pair()?;
        #[expect(clippy::disallowed_methods, reason = "the sandbox starts its keeper")]
        let mut command = std::process::Command::new("/proc/self/exe");
        command.arg0("synthase-keeper").env_clear().env(MARKER, "1").current_dir("/");
        command.stdin(Stdio::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null());
        let holder = Mutex::new(command.spawn().at("start", "the keeper of the sandbox")?);
        drop(command);
        let mut link = KeeperLink { holder, control: ours, asking: Mutex::new(()), proc: true };
        let built = link.ask(ask::SETUP, &setup.encode(), &[])?;
        link.proc = built.body.first() == Some(&1);
        Ok(link)
    }

    /// Makes a box.
    pub(crate) fn new_box(&self, new_box: &NewBox, namespaces: bool) -> Result<ReadyBox> {
        let message = self.ask(ask::BOX, &new_box.encode(), &[])?;
        let mut fds = message.fds.into_iter();
        let entrance = if namespaces { fds.next() } else { None };
        let files = fds.next().ok_or_else(|| garbled("keeper"))?;
        let work = String::from_utf8(message.body).map_err(|_| garbled("keeper"))?;
        Ok(ReadyBox { entrance, files, rules: fds.next(), work })
    }

    /// Starts a zygote or the launcher; gives a handle on its process.
    pub(crate) fn spawn(
        &self,
        spawn: &Spawn,
        control: OwnedFd,
        complaints: OwnedFd,
        doors: &[OwnedFd],
    ) -> Result<Option<OwnedFd>> {
        let fds: Vec<BorrowedFd<'_>> = [&control, &complaints].into_iter().chain(doors).map(AsFd::as_fd).collect();
        Ok(self.ask(ask::SPAWN, &spawn.encode(), &fds)?.fds.into_iter().next())
    }

    /// Without namespaces: ends everything that the run has started.
    pub(crate) fn kill_run(&self) -> Result<()> {
        self.ask(ask::KILL, &[], &[]).map(drop)
    }

    /// Without namespaces: removes the run's folder.
    pub(crate) fn clear(&self) -> Result<()> {
        self.ask(ask::CLEAR, &[], &[]).map(drop)
    }

    /// What the processes of the run use; memory is measured exactly above `suspicious` bytes.
    pub(crate) fn usage(&self, suspicious: u64) -> Result<TreeUsage> {
        let message = self.ask(ask::USAGE, &suspicious.to_le_bytes(), &[])?;
        let mut reader = Reader(&message.body);
        let mut number = || reader.u64().ok_or_else(|| garbled("keeper"));
        Ok(TreeUsage { cpu: Duration::from_nanos(number()?), memory: number()?, processes: number()? })
    }

    fn ask(&self, question: u8, body: &[u8], fds: &[BorrowedFd<'_>]) -> Result<Message> {
        let _one = self.asking.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let lost = |detail: &str| SandboxError::Lost { who: "keeper", detail: detail.to_owned() };
        socket::send(self.control.as_fd(), question, body, fds).map_err(|error| lost(&error.to_string()))?;
        if !readable_within(&self.control, PATIENCE) {
            return Err(lost("it does not answer"));
        }
        match socket::receive(self.control.as_fd()).at("hear", "the keeper")? {
            None => Err(lost("it has ended")),
            Some(message) if message.kind == answer::DONE => Ok(message),
            Some(message) => Err(decode_failure(&message.body).unwrap_or_else(|| garbled("keeper"))),
        }
    }
}

impl Drop for KeeperLink {
    fn drop(&mut self) {
        // The keeper ends, and the holder after it.
        let _ = socket::send(self.control.as_fd(), ask::GOODBYE, &[], &[]);
        let _ = rustix::net::shutdown(&self.control, rustix::net::Shutdown::Both);
        let holder = self.holder.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            if !matches!(holder.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        let _ = holder.kill();
        let _ = holder.wait();
    }
}

/// Waits until something can be read, or the other end is closed.
pub(crate) fn readable_within(fd: &OwnedFd, patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
        match rustix::event::poll(&mut [PollFd::new(fd, PollFlags::IN)], Some(&timeout)) {
            Ok(ready) => return ready > 0,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}
