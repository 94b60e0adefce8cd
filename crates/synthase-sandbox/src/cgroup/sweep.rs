//! The names of groups, and the removal of those whose host is gone.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::find::Hierarchies;

const PREFIX: &str = "synthase";

/// A name that says to whom the group belongs: PID namespace, process, its start, and a number.
///
/// A number of a process alone could belong to another one by the time somebody sweeps, and in
/// another container it means another process.
pub(crate) fn unique_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let me = std::process::id();
    format!("{PREFIX}-{}-{me}-{}-{number}", namespace().unwrap_or(0), start_of(me).unwrap_or(0))
}

/// Removes groups of hosts that are gone, with what is left in them.
pub(crate) fn sweep(places: &Hierarchies) {
    for place in [Some(&places.memory), Some(&places.pids), places.cpu.as_ref()].into_iter().flatten() {
        for entry in fs::read_dir(&place.parent).into_iter().flatten().flatten() {
            if entry.file_name().to_str().is_some_and(is_orphan) {
                empty(&entry.path());
                let _ = fs::remove_dir(entry.path());
            }
        }
    }
}

/// Whether the name is one of ours and its process is gone.
pub(crate) fn is_orphan(name: &str) -> bool {
    let mut parts = name.split('-');
    if parts.next() != Some(PREFIX) {
        return false;
    }
    let mut number = || parts.next().and_then(|part| part.parse::<u64>().ok());
    let (Some(space), Some(pid), Some(start)) = (number(), number(), number()) else { return false };
    namespace() == Some(space) && u32::try_from(pid).is_ok_and(|pid| start_of(pid) != Some(start))
}

/// Ends what still lives in a group.
fn empty(group: &Path) {
    let listed = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
    for pid in listed.lines().filter_map(|line| line.parse().ok()).filter_map(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

/// When a process started, in ticks since the machine did.
fn start_of(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

/// The number of our PID namespace.
fn namespace() -> Option<u64> {
    let link = fs::read_link("/proc/self/ns/pid").ok()?;
    link.to_str()?.strip_prefix("pid:[")?.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_groups_are_no_orphans_and_those_of_the_dead_are() {
        let name = unique_name();
        assert!(!is_orphan(&name));
        let mut parts: Vec<&str> = name.split('-').collect();
        parts[3] = "1";
        assert!(is_orphan(&parts.join("-")), "another process has our number now");
        assert!(!is_orphan("synthase-probe-1") && !is_orphan("user.slice"));
    }
}
