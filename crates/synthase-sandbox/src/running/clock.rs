//! When to look at what a run has used, and what that says.

use std::time::{Duration, Instant};

use synthase_types::{Limits, Usage};

use crate::finished::Limit;
use crate::keeper_link::TreeUsage;
use crate::slot::Lease;
use crate::sys::clock::cpu_of;
use crate::zygote::ZygoteLink;

/// Looks are at least this far apart, so that looking costs nothing.
const SHORTEST: Duration = Duration::from_millis(2);
/// And at most this far: a program with many threads uses up its time many times faster.
const LONGEST: Duration = Duration::from_millis(50);

/// How long a count of processor time is still taken for the current one.
const RECENT: Duration = Duration::from_micros(200);

/// The clocks of one run.
#[derive(Debug)]
pub(super) struct Clock {
    started: Instant,
    deadline: Instant,
    cpu: Duration,
    exchange: Option<Exchange>,
    next_look: Instant,
    /// What the last exchange used.
    pub(super) last: Usage,
    /// What the tree had used at the end of the last exchange, and when that was.
    known: Option<(Duration, Instant)>,
}

/// Limits of one exchange.
#[derive(Debug)]
struct Exchange {
    started: Instant,
    deadline: Instant,
    cpu: Duration,
    before: Before,
}

/// Processor time used before an exchange.
#[derive(Debug)]
enum Before {
    /// By all processes, where a control group counts.
    Tree(Duration),
    /// Where none does, asking for all costs a quarter of a millisecond. So only the run's first
    /// process is asked at once. What the others have used is taken at the first look, a little late,
    /// in the program's favour.
    Parts { first: Duration, others: Option<Duration> },
}

impl Clock {
    pub(super) fn start(limits: &Limits) -> Clock {
        let started = Instant::now();
        let next_look = started + limits.cpu.clamp(SHORTEST, LONGEST);
        let deadline = after(started, limits.wall);
        Clock { started, deadline, cpu: limits.cpu, exchange: None, next_look, last: Usage::default(), known: None }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn elapsed_at(&self, end: Instant) -> Duration {
        end.saturating_duration_since(self.started)
    }

    pub(super) fn begin_exchange(&mut self, cpu: Duration, wall: Duration, lease: &Lease, zygote: &ZygoteLink) {
        let started = Instant::now();
        // What a program does between exchanges is not part of any; where there was no time for it, the last
        // count is still right.
        let known = self.known.filter(|(_, when)| started.saturating_duration_since(*when) < RECENT);
        let before = match known.map(|(tree, _)| tree).or_else(|| counted(lease)) {
            Some(tree) => Before::Tree(tree),
            None => Before::Parts { first: first_process(zygote).unwrap_or_default(), others: None },
        };
        self.exchange = Some(Exchange { started, deadline: after(started, wall), cpu, before });
        self.next_look = self.next_look.min(started + cpu.clamp(SHORTEST, LONGEST));
    }

    pub(super) fn end_exchange(&mut self, lease: &Lease, zygote: &ZygoteLink) {
        let Some(exchange) = self.exchange.take() else { return };
        let ended = Instant::now();
        let cpu = match exchange.before {
            Before::Tree(before) => {
                self.known = counted(lease).map(|tree| (tree, ended));
                self.known.map_or(before, |(tree, _)| tree).saturating_sub(before)
            }
            Before::Parts { first, .. } => first_process(zygote).unwrap_or_default().saturating_sub(first),
        };
        self.last = Usage { cpu, wall: ended.saturating_duration_since(exchange.started), peak_memory: 0 };
    }

    /// Lets the next look be taken at once.
    pub(super) fn hurry(&mut self) {
        self.next_look = Instant::now();
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
        let Some(used) = used(lease, zygote, limits.memory) else {
            self.next_look = now + LONGEST;
            return late.then_some(Limit::Wall);
        };
        if used.memory > limits.memory {
            return Some(Limit::Memory);
        }
        let mut left = self.cpu.checked_sub(used.cpu);
        if let Some(exchange) = &mut self.exchange {
            let spent = exchange.before.until(used.cpu, zygote);
            left = left.min(exchange.cpu.checked_sub(spent));
        }
        // Processor time is what judges, so it comes before elapsed time.
        let Some(left) = left else { return Some(Limit::Cpu) };
        self.next_look = now + left.clamp(SHORTEST, LONGEST);
        late.then_some(Limit::Wall)
    }

    /// Processor time of the whole tree, at the end. Not known, where asking is dear and the run was
    /// too short for the answer to matter.
    pub(super) fn cpu_of_tree(&self, lease: &Lease, zygote: &ZygoteLink) -> Option<Duration> {
        let most = self.elapsed() * std::thread::available_parallelism().map_or(1, |count| count.get() as u32);
        if lease.0.group().is_none() && most < self.cpu {
            return None;
        }
        self.used(lease, zygote).map(|used| used.cpu)
    }

    /// What the tree has used.
    pub(super) fn used(&self, lease: &Lease, zygote: &ZygoteLink) -> Option<TreeUsage> {
        used(lease, zygote, u64::MAX)
    }
}

impl Before {
    /// What has been used since then, if the whole tree has used so much by now.
    fn until(&mut self, tree: Duration, zygote: &ZygoteLink) -> Duration {
        match self {
            Before::Tree(before) => tree.saturating_sub(*before),
            Before::Parts { first, others } => {
                let first_now = first_process(zygote).unwrap_or(*first);
                let others_now = tree.saturating_sub(first_now);
                let others_before = *others.get_or_insert(others_now);
                first_now.saturating_sub(*first) + others_now.saturating_sub(others_before)
            }
        }
    }
}

/// The end of a time that may be longer than the clock can count.
fn after(start: Instant, time: Duration) -> Instant {
    const LONG: Duration = Duration::from_secs(100 * 366 * 86_400);
    start + time.min(LONG)
}

/// Processor time of the tree as the control group counts it.
fn counted(lease: &Lease) -> Option<Duration> {
    lease.0.group().and_then(|group| group.cpu_since())
}

/// Processor time of the run's first process.
fn first_process(zygote: &ZygoteLink) -> Option<Duration> {
    zygote.child().and_then(cpu_of)
}

fn used(lease: &Lease, zygote: &ZygoteLink, suspicious: u64) -> Option<TreeUsage> {
    // A group bounds memory by itself.
    let suspicious = if lease.0.group().is_some() { u64::MAX } else { suspicious };
    match counted(lease) {
        Some(cpu) => Some(TreeUsage { cpu, ..TreeUsage::default() }),
        None => {
            let used = zygote.keeper.usage(suspicious).ok()?;
            Some(if suspicious == u64::MAX { TreeUsage { memory: 0, ..used } } else { used })
        }
    }
}
