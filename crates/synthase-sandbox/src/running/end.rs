//! The end of a run: nothing is left, and everything is known that can be.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use synthase_types::Usage;

use super::collect::collect;
use super::{Parts, Stop};
use crate::cgroup::Readings;
use crate::error::{Result, SandboxError};
use crate::finished::{Finished, Limit, Status};
use crate::keeper_link::readable_within;
use crate::killer::Way;
use crate::slot::Lease;

/// How long the death of a box may take: the kernel has to take apart what the run built.
const PATIENCE: Duration = Duration::from_secs(60);

/// Processor time of the group beyond that of the program which is not worth mentioning: the zygote's
/// own work for the run.
const OVERHEAD: Duration = Duration::from_millis(5);

impl Parts {
    pub(super) fn finish(&mut self, lease: &Lease, buffer: &mut [u8]) -> Result<Finished> {
        // A program that waits for more questions shall see that none come.
        if let Some(channel) = &mut self.channel {
            channel.close_for_sending();
        }
        self.close_stdin();
        while !self.is_ended() {
            self.step(lease, buffer)?;
            if let Some(channel) = &mut self.channel {
                channel.discard();
            }
        }
        let wall = self.clock.elapsed_at(self.ended_at.unwrap_or_else(Instant::now));
        let cpu_of_tree = self.clock.cpu_of_tree(lease, &self.zygote);
        self.bury()?;
        self.drain(buffer);
        let readings = lease.0.group().map(|group| group.readings()).unwrap_or_default();
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let status = self.status(readings)?;

        let ended = self.ended.as_ref();
        let own = ended.map_or(Duration::ZERO, |ended| ended.user + ended.system);
        let tree = cpu_of_tree.unwrap_or_default();
        let cpu = if tree > own + OVERHEAD { tree } else { own };
        let limits = &self.terms.limits;
        self.hits.cpu |= cpu > limits.cpu;
        self.hits.memory |= readings.out_of_memory;
        self.hits.processes |= readings.out_of_processes;
        if self.namespaces {
            let full = |stat: rustix::fs::StatFs| stat.f_bfree == 0 || stat.f_ffree == 0;
            self.hits.disk |= rustix::fs::fstatfs(&self.files).is_ok_and(full);
        }
        if status == Status::Signaled(libc::SIGXFSZ) {
            self.hits.disk |= lease.0.group().is_none();
        }
        let found = collect(self.files.as_fd(), &self.terms.collect);
        if !self.namespaces {
            self.zygote.keeper.clear()?;
        }
        let peak = if readings.peak > 0 { readings.peak } else { ended.map_or(0, |ended| ended.peak) };
        Ok(Finished {
            status,
            hits: self.hits,
            stdout: self.stdout.take(),
            stderr: self.stderr.take(),
            usage: Usage { cpu, wall, peak_memory: peak },
            files: found.files,
            left_out: found.left_out,
            level: lease.0.sandbox.level,
        })
    }

    /// Ends what is left of the run and waits until it is gone.
    fn bury(&mut self) -> Result<()> {
        self.over = true;
        self.target.forget();
        let was_there = self.kill.kill();
        if let Way::FirstProcess(first) = &self.kill.way {
            if !was_there && self.stopped.is_none() && self.ended.is_some() && !self.kill.is_cancelled() {
                // Something did that is neither the program nor ours.
                self.failure.get_or_insert(SandboxError::Lost { who: "box", detail: "it ended by itself".to_owned() });
            }
            if !readable_within(first, PATIENCE) {
                return Err(SandboxError::Lost { who: "box", detail: "it does not end".to_owned() });
            }
        }
        Ok(())
    }

    /// How the program ended: memory before our reasons before its own.
    fn status(&self, readings: Readings) -> Result<Status> {
        let killed = self.ended.as_ref().is_none_or(|ended| libc::WIFSIGNALED(ended.status));
        if readings.out_of_memory && killed {
            return Ok(Status::Killed(Limit::Memory));
        }
        match self.stopped {
            Some((Stop::Limit(limit), _)) => return Ok(Status::Killed(limit)),
            Some((Stop::Caller, _)) => return Ok(Status::Cancelled),
            None => {}
        }
        let Some(ended) = &self.ended else { return Err(self.zygote.lost("it ended during a run")) };
        if self.kill.is_cancelled() && libc::WIFSIGNALED(ended.status) && libc::WTERMSIG(ended.status) == libc::SIGKILL
        {
            return Ok(Status::Cancelled);
        }
        Ok(match ended.status {
            status if libc::WIFEXITED(status) => Status::Exited(libc::WEXITSTATUS(status)),
            status => Status::Signaled(libc::WTERMSIG(status)),
        })
    }
}
