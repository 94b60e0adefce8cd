//! What is known of a run after its end.

use std::fs::File;
use std::path::PathBuf;

use synthase_types::{Captured, Isolation, Outcome, Usage};

/// A limit of [`Limits`](synthase_types::Limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Memory of the whole tree.
    Memory,
    /// Processor time.
    Cpu,
    /// Elapsed time.
    Wall,
    /// Bytes of output.
    Output,
    /// Bytes, or files, in the private file system.
    Disk,
    /// Processes and threads.
    Processes,
}

/// Which limits were hit. Several may be, and a run that goes on regardless may still end well: the
/// program saw an error and handled it, as with `disk` and `processes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hits {
    /// The kernel killed a process of the tree for memory. Below the level `full`: the memory of the
    /// tree was seen above the limit.
    pub memory: bool,
    /// More processor time was used than allowed.
    pub cpu: bool,
    /// The run took longer than allowed.
    pub wall: bool,
    /// More was written to standard output and error than allowed.
    pub output: bool,
    /// The private file system was full at the end.
    pub disk: bool,
    /// The kernel refused a process or thread. Never set below the level `full`, where nobody counts
    /// refusals.
    pub processes: bool,
    /// The first system call that was refused, of those that no program tries by the way. See
    /// [`Running::denied`](crate::Running::denied).
    pub denied: Option<&'static str>,
}

/// How the run's first process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal, which did not come from us.
    Signaled(i32),
    /// By us, or by the kernel on our behalf, because of this limit.
    Killed(Limit),
    /// By the caller: [`Running::kill`](crate::Running::kill), or a [`Killer`](crate::Killer).
    Cancelled,
}

/// A run after its end. Nothing of it is left but what is in here.
#[derive(Debug)]
pub struct Finished {
    /// How its first process ended.
    pub status: Status,
    /// Which limits were hit.
    pub hits: Hits,
    /// Standard output that was not taken before.
    pub stdout: Captured,
    /// Standard error that was not taken before.
    pub stderr: Captured,
    /// What the whole tree used. Memory is without what the zygote had before the run; the time is
    /// that of the first process and all it waited for, or of the control group if that is much more.
    pub usage: Usage,
    /// The files that were asked for and are there.
    pub files: Vec<Collected>,
    /// How many files and folders inside of folders that were asked for are not in [`files`](Finished::files),
    /// because they were too many, too large or too deep.
    pub left_out: usize,
    /// Behind which walls it ran.
    pub level: Isolation,
}

/// A file that a run left behind.
#[derive(Debug)]
pub struct Collected {
    /// Its path, relative to the work folder.
    pub path: PathBuf,
    /// Opened for reading. It keeps the run's file system alive, so do not keep it for long.
    pub file: File,
    /// Its size in bytes.
    pub size: u64,
}

impl Finished {
    /// How the program ended, in the words of a whole run: memory before signal before time. `None`
    /// if the caller ended it, for then nothing is known of the program.
    ///
    /// This knows nothing of entry points and answers; whoever spoke with the program on its channel
    /// knows more.
    pub fn outcome(&self) -> Option<Outcome> {
        Some(match self.status {
            Status::Cancelled => return None,
            Status::Killed(limit) => of_limit(limit),
            Status::Signaled(_) if self.hits.memory => Outcome::OutOfMemory,
            // Ours, as a backstop for a tree that is not watched: the kernel's own limit.
            Status::Signaled(libc::SIGXCPU | libc::SIGKILL) if self.hits.cpu => Outcome::CpuTimeout,
            Status::Signaled(libc::SIGXFSZ) if self.hits.disk => Outcome::DiskLimit,
            Status::Signaled(_) if self.hits.denied.is_some() => self.denied(),
            Status::Signaled(signal) => Outcome::Signaled(signal),
            Status::Exited(_) if self.hits.cpu => Outcome::CpuTimeout,
            Status::Exited(code) if code != 0 && self.hits.memory => Outcome::OutOfMemory,
            Status::Exited(code) if code != 0 && self.hits.disk => Outcome::DiskLimit,
            Status::Exited(code) if code != 0 && self.hits.processes => Outcome::ProcessLimit,
            Status::Exited(code) if code != 0 && self.hits.denied.is_some() => self.denied(),
            Status::Exited(code) => Outcome::Exited(code),
        })
    }

    fn denied(&self) -> Outcome {
        Outcome::Denied(self.hits.denied.unwrap_or_default().to_owned())
    }
}

fn of_limit(limit: Limit) -> Outcome {
    match limit {
        Limit::Memory => Outcome::OutOfMemory,
        Limit::Cpu => Outcome::CpuTimeout,
        Limit::Wall => Outcome::WallTimeout,
        Limit::Output => Outcome::OutputLimit,
        Limit::Disk => Outcome::DiskLimit,
        Limit::Processes => Outcome::ProcessLimit,
    }
}

impl Hits {
    pub(crate) fn set(&mut self, limit: Limit) {
        *match limit {
            Limit::Memory => &mut self.memory,
            Limit::Cpu => &mut self.cpu,
            Limit::Wall => &mut self.wall,
            Limit::Output => &mut self.output,
            Limit::Disk => &mut self.disk,
            Limit::Processes => &mut self.processes,
        } = true;
    }
}
