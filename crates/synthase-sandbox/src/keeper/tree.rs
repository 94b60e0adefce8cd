//! The processes that a run has started: ending them where no PID namespace does, and asking what
//! they use where no control group counts.

use std::collections::HashSet;
use std::fs;
use std::sync::OnceLock;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::sys::clock::cpu_of;

/// What the processes of a run use at this moment.
#[derive(Debug, Default)]
pub(super) struct Used {
    /// Processor time, including that of processes that have been waited for.
    pub(super) cpu: Duration,
    /// Memory that belongs to them, in bytes.
    pub(super) memory: u64,
    /// How many there are.
    pub(super) processes: u64,
}

/// Ends all descendants of this process but these.
///
/// New processes may appear while we look. Each round stops what it finds, and what is stopped
/// cannot fork, so that the rounds come to an end; only then everything is killed.
pub(super) fn kill_descendants(spared: &[i32]) {
    let mut stopped: HashSet<i32> = HashSet::new();
    for _ in 0..1000 {
        let fresh: Vec<i32> = descendants(spared).into_iter().filter(|pid| stopped.insert(*pid)).collect();
        if fresh.is_empty() {
            break;
        }
        fresh.iter().for_each(|pid| signal(*pid, Signal::STOP));
    }
    // A killed process stays visible until it has been reaped, which its parent may never do if it
    // is stopped; but that parent is killed too, and then we inherit.
    for _ in 0..1000 {
        let left = descendants(spared);
        if left.is_empty() {
            return;
        }
        left.iter().for_each(|pid| signal(*pid, Signal::KILL));
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn signal(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, signal);
    }
}

/// The processes of the run. `boxed`: in a PID namespace of which this process is the first, so that
/// everything but ourselves, the spared and the first process of the box belongs to the run.
///
/// The cheap measure of memory counts a page that several processes share as often as it is shared.
/// So above `suspicious` bytes it is measured again, exactly.
pub(super) fn usage(spared: &[i32], boxed: bool, suspicious: u64) -> Used {
    let mut used = Used::default();
    let mut members = Vec::new();
    let pids = if boxed { numbers_in("/proc") } else { descendants(spared) };
    for pid in pids {
        let Some(stat) = Stat::read(pid) else { continue };
        let ours = boxed && stat.parent == 1;
        if pid == 1 && boxed || ours && spared.contains(&pid) {
            continue;
        }
        // Orphans leave their time with the box's first process, which uses none of its own to speak of.
        used.cpu += stat.children;
        if ours {
            continue;
        }
        used.cpu += cpu_of(pid).unwrap_or_default();
        used.memory += stat.resident;
        used.processes += 1;
        members.push(pid);
    }
    if used.memory > suspicious {
        let exact: Option<u64> = members.into_iter().map(proportional).sum();
        used.memory = exact.unwrap_or(used.memory);
    }
    used
}

/// Memory of a process, where a page that n processes share counts as 1/n; 0 if it is gone.
fn proportional(pid: i32) -> Option<u64> {
    let text = match fs::read_to_string(format!("/proc/{pid}/smaps_rollup")) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => return None,
        Err(_) => return Some(0),
    };
    let lines = text.lines().filter(|line| line.starts_with("Pss_Anon:") || line.starts_with("Pss_Shmem:"));
    let kibibytes = lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    Some(kibibytes.sum::<u64>() << 10)
}

/// All children of this process, their children, and so on, without the spared (but with what the
/// spared have started).
fn descendants(spared: &[i32]) -> Vec<i32> {
    let mut found = Vec::new();
    let mut open = vec![std::process::id() as i32];
    let mut seen: HashSet<i32> = open.iter().copied().collect();
    while let Some(pid) = open.pop() {
        for child in children_of(pid) {
            if seen.insert(child) {
                open.push(child);
                if !spared.contains(&child) {
                    found.push(child);
                }
            }
        }
    }
    found
}

fn children_of(pid: i32) -> Vec<i32> {
    // Not every kernel is built with that file.
    static LISTED: OnceLock<bool> = OnceLock::new();
    let me = std::process::id();
    if !*LISTED.get_or_init(|| fs::exists(format!("/proc/self/task/{me}/children")).unwrap_or(false)) {
        let all = numbers_in("/proc").into_iter();
        return all.filter(|other| Stat::read(*other).is_some_and(|stat| stat.parent == pid)).collect();
    }
    let threads = numbers_in(&format!("/proc/{pid}/task")).into_iter();
    let lists = threads.filter_map(|thread| fs::read_to_string(format!("/proc/{pid}/task/{thread}/children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<i32>>()).collect()
}

fn numbers_in(folder: &str) -> Vec<i32> {
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    names.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// What `/proc/PID/stat` and `status` say.
struct Stat {
    parent: i32,
    /// Time of children that have been waited for.
    children: Duration,
    /// Resident memory that is no file's, in bytes.
    resident: u64,
}

impl Stat {
    fn read(pid: i32) -> Option<Stat> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The second field is a name in brackets that may contain anything, brackets too.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok());
        let ticks = number(13)? + number(14)?;
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let own = status.lines().filter(|line| line.starts_with("RssAnon:") || line.starts_with("RssShmem:"));
        let kibibytes = own.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        Some(Stat {
            parent: fields.get(1)?.parse().ok()?,
            children: Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second()),
            resident: kibibytes.sum::<u64>() << 10,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_line_can_be_read() {
        let stat = Stat::read(std::process::id() as i32).unwrap();
        assert!(stat.parent > 0 && stat.resident > 0);
    }
}
