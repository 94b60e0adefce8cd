//! When to look at what a run has used, and what that says.

use std::time::{Duration, Instant};

use synthase_types::Limits;

use crate::finished::Limit;
use crate::keeper_link::TreeUsage;
use crate::slot::Lease;
use crate::zygote::ZygoteLink;

/// Looks are at least this far apart, so that looking costs nothing.
const SHORTEST: Duration = Duration::from_millis(2);
/// And at most this far: a program with many threads uses up its time many times faster.
const LONGEST: Duration = Duration::from_millis(50);

/// The clocks of one run.
#[derive(Debug)]
pub(super) struct Clock {
    started: Instant,
    deadline: Instant,
    cpu: Duration,
    exchange: Option<Exchange>,
    next_look: Instant,
}

/// Limits of one exchange.
#[derive(Debug)]
struct Exchange {
    /// Processor time of the run at which it is exceeded.
    cpu: Duration,
    deadline: Instant,
}

impl Clock {
    pub(super) fn start(limits: &Limits) -> Clock {
        let started = Instant::now();
        let next_look = started + limits.cpu.clamp(SHORTEST, LONGEST);
        Clock { started, deadline: after(started, limits.wall), cpu: limits.cpu, exchange: None, next_look }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn elapsed_at(&self, end: Instant) -> Duration {
        end.saturating_duration_since(self.started)
    }

    pub(super) fn begin_exchange(&mut self, cpu: Duration, wall: Duration, lease: &Lease, zygote: &ZygoteLink) {
        let now = Instant::now();
        // Where looking is dear, the time up to now is taken from the run's account as a whole: it
        // can only be less than what is counted, so that nobody is ended too early.
        let before = match lease.0.group() {
            Some(group) => group.cpu_since(),
            None => used_slowly(zygote, u64::MAX).map(|used| used.cpu),
        };
        self.exchange =
            Some(Exchange { cpu: before.unwrap_or_default().saturating_add(cpu), deadline: after(now, wall) });
        self.next_look = self.next_look.min(now + cpu.clamp(SHORTEST, LONGEST));
    }

    pub(super) fn end_exchange(&mut self) {
        self.exchange = None;
    }

    /// How long nothing needs to be looked at.
    pub(super) fn until_next_look(&self) -> Duration {
        let deadline = self.exchange.as_ref().map_or(self.next_look, |exchange| exchange.deadline.min(self.next_look));
        deadline.min(self.deadline).saturating_duration_since(Instant::now())
    }

    /// The limit that is exceeded, if it is time to look and one is.
    pub(super) fn look(&mut self, lease: &Lease, zygote: &ZygoteLink, limits: &Limits) -> Option<Limit> {
        let now = Instant::now();
        let deadline = self.exchange.as_ref().map(|exchange| exchange.deadline);
        let late = now >= self.deadline || deadline.is_some_and(|deadline| now >= deadline);
        if now < self.next_look && !late {
            return None;
        }
        // The kernel kills one process of a tree that takes too much. The others may wait for it for
        // ever, so the run ends here.
        if lease.0.group().is_some_and(|group| group.out_of_memory()) {
            return Some(Limit::Memory);
        }
        let used = self.used_with(lease, zygote, limits.memory);
        let most = self.exchange.as_ref().map_or(self.cpu, |exchange| exchange.cpu.min(self.cpu));
        if let Some(used) = used {
            if used.memory > limits.memory {
                return Some(Limit::Memory);
            }
            // Processor time is what judges, so it comes before elapsed time.
            if used.cpu > most {
                return Some(Limit::Cpu);
            }
            self.next_look = now + (most - used.cpu).clamp(SHORTEST, LONGEST);
        } else {
            self.next_look = now + LONGEST;
        }
        late.then_some(Limit::Wall)
    }

    /// What the tree has used.
    pub(super) fn used(&self, lease: &Lease, zygote: &ZygoteLink) -> Option<TreeUsage> {
        self.used_with(lease, zygote, u64::MAX)
    }

    fn used_with(&self, lease: &Lease, zygote: &ZygoteLink, suspicious: u64) -> Option<TreeUsage> {
        let counted = lease.0.group().map(|group| group.cpu_since());
        match counted {
            // The group bounds memory by itself.
            Some(Some(cpu)) => Some(TreeUsage { cpu, ..TreeUsage::default() }),
            Some(None) => used_slowly(zygote, u64::MAX).map(|used| TreeUsage { memory: 0, ..used }),
            None => used_slowly(zygote, suspicious),
        }
    }
}

/// The end of a time that may be longer than the clock can count.
fn after(start: Instant, time: Duration) -> Instant {
    const LONG: Duration = Duration::from_secs(100 * 366 * 86_400);
    start + time.min(LONG)
}

/// Asks the keeper, which looks at every process.
fn used_slowly(zygote: &ZygoteLink, suspicious: u64) -> Option<TreeUsage> {
    zygote.keeper.usage(suspicious).ok()
}
