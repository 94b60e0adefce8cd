//! The control group of one slot.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::find::{Hierarchies, Place};
use super::sweep::unique_name;
use crate::error::{Context, Result};

/// A group in each hierarchy, with the files that each run touches kept open.
#[derive(Debug)]
pub(crate) struct Group {
    /// The folders, for their removal.
    folders: Vec<PathBuf>,
    memory_used: File,
    memory_limit: File,
    memory_peak: Option<File>,
    /// Whether the peak starts anew when asked (not before Linux 6.12 with version 2).
    peak_restarts: bool,
    memory_events: File,
    pids_used: File,
    pids_limit: File,
    pids_events: File,
    cpu: Option<File>,
    cpu_version: u8,
    /// What the limits were last set to: most runs have the same.
    set: (u64, u64),
    base: Base,
}

/// What was there before a run.
#[derive(Debug, Default, Clone, Copy)]
struct Base {
    memory: u64,
    limit: u64,
    kills: u64,
    refusals: u64,
    cpu: Duration,
}

/// What a run has done to its group.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Readings {
    /// The most memory in use, without what was there before; 0 if unknown.
    pub(crate) peak: u64,
    /// Whether the kernel killed something for memory.
    pub(crate) out_of_memory: bool,
    /// Whether a process or thread was refused.
    pub(crate) out_of_processes: bool,
}

impl Group {
    /// Makes the group.
    pub(crate) fn new(places: &Hierarchies) -> Result<Group> {
        let name = unique_name();
        let mut folders: Vec<PathBuf> = Vec::new();
        for place in [Some(&places.memory), Some(&places.pids), places.cpu.as_ref()].into_iter().flatten() {
            let folder = place.parent.join(&name);
            if !folders.contains(&folder) {
                std::fs::create_dir(&folder).at("make", folder.display())?;
                folders.push(folder);
            }
        }
        Group::open(places, &name, folders.clone()).inspect_err(|_| remove(&folders))
    }

    fn open(places: &Hierarchies, name: &str, folders: Vec<PathBuf>) -> Result<Group> {
        let memory = Files { folder: places.memory.parent.join(name), second: places.memory.version == 2 };
        let pids = Files { folder: places.pids.parent.join(name), second: places.pids.version == 2 };
        let set = |file: &str, value: &str| std::fs::write(memory.folder.join(file), value);
        // Swap would let a run exceed its limit slowly instead of ending.
        let _ = if memory.second { set("memory.swap.max", "0") } else { set("memory.swappiness", "0") };
        let peak = memory.open("memory.max_usage_in_bytes", "memory.peak", true).ok();
        let peak_restarts = peak.as_ref().is_some_and(|peak| peak.write_at(b"0", 0).is_ok());
        let peak = match peak {
            Some(peak) => Some(peak),
            None => memory.open("memory.max_usage_in_bytes", "memory.peak", false).ok(),
        };
        let cpu_file = |place: &Place| {
            let cpu = Files { folder: place.parent.join(name), second: place.version == 2 };
            cpu.open("cpuacct.usage", "cpu.stat", false)
        };
        Ok(Group {
            memory_used: memory.open("memory.usage_in_bytes", "memory.current", false)?,
            memory_limit: memory.open("memory.limit_in_bytes", "memory.max", true)?,
            memory_peak: peak,
            peak_restarts,
            memory_events: memory.open("memory.oom_control", "memory.events", false)?,
            pids_used: pids.open("pids.current", "pids.current", false)?,
            pids_limit: pids.open("pids.max", "pids.max", true)?,
            pids_events: pids.open("pids.events", "pids.events", false)?,
            cpu: places.cpu.as_ref().map(cpu_file).transpose()?,
            cpu_version: places.cpu.as_ref().map_or(0, |place| place.version),
            set: (0, 0),
            base: Base::default(),
            folders,
        })
    }

    /// The folders of the group.
    pub(crate) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// The files into which a process writes `0` to join.
    pub(crate) fn doors(&self) -> Result<Vec<OwnedFd>> {
        let open = |folder: &PathBuf| {
            let path = folder.join("cgroup.procs");
            let file = std::fs::OpenOptions::new().write(true).open(&path).at("open", path.display())?;
            Ok(OwnedFd::from(file))
        };
        self.folders.iter().map(open).collect()
    }

    /// Prepares for a run that may use so much on top of what is there.
    pub(crate) fn arm(&mut self, memory: u64, processes: u32) -> Result<()> {
        /// A change of what is there that is not worth setting the limit again, which costs 5 µs.
        const SLACK: u64 = 256 << 10;
        let used = number(&self.memory_used);
        let limit = used.saturating_add(memory);
        if limit.abs_diff(self.set.0) > SLACK {
            write(&self.memory_limit, limit).at("limit", "the memory of the control group")?;
            self.set.0 = limit;
        }
        let most = number(&self.pids_used).saturating_add(processes.into());
        if most != self.set.1 {
            write(&self.pids_limit, most).at("limit", "the processes of the control group")?;
            self.set.1 = most;
        }
        if let Some(peak) = self.memory_peak.as_ref().filter(|_| self.peak_restarts) {
            write(peak, 0).at("restart", "the peak of the control group")?;
        }
        self.base = Base {
            memory: used,
            limit: self.set.0,
            kills: entry(&self.memory_events, "oom_kill"),
            refusals: entry(&self.pids_events, "max"),
            cpu: self.cpu(),
        };
        Ok(())
    }

    /// Processor time used since the group was armed.
    pub(crate) fn cpu_since(&self) -> Option<Duration> {
        self.cpu.as_ref().map(|_| self.cpu().saturating_sub(self.base.cpu))
    }

    fn cpu(&self) -> Duration {
        match &self.cpu {
            Some(file) if self.cpu_version == 2 => Duration::from_micros(entry(file, "usage_usec")),
            Some(file) => Duration::from_nanos(number(file)),
            None => Duration::ZERO,
        }
    }

    /// Whether the kernel has killed something for memory since the group was armed.
    pub(crate) fn out_of_memory(&self) -> bool {
        entry(&self.memory_events, "oom_kill") > self.base.kills
    }

    /// The most memory in use since the group was armed, without what was there before; 0 if unknown.
    pub(crate) fn peak(&self) -> u64 {
        let peak = self.memory_peak.as_ref().filter(|_| self.peak_restarts).map_or(0, number);
        peak.saturating_sub(self.base.memory)
    }

    /// What has happened since the group was armed.
    pub(crate) fn readings(&self) -> Readings {
        /// Below this distance from the limit nothing can have been killed for memory.
        const NEAR: u64 = 4 << 20;
        let peak = self.memory_peak.as_ref().filter(|_| self.peak_restarts).map(number);
        let near = peak.is_none_or(|peak| peak.saturating_add(NEAR) >= self.base.limit);
        Readings {
            peak: peak.unwrap_or(0).saturating_sub(self.base.memory),
            out_of_memory: near && self.out_of_memory(),
            out_of_processes: entry(&self.pids_events, "max") > self.base.refusals,
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        remove(&self.folders);
    }
}

/// Removes groups; they stay busy for a moment after their last process.
fn remove(folders: &[PathBuf]) {
    for folder in folders {
        for _ in 0..200 {
            match std::fs::remove_dir(folder) {
                Err(error) if error.kind() == std::io::ErrorKind::ResourceBusy => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                _ => break,
            }
        }
    }
}

/// A group's files, under their names in the first or the second version.
struct Files {
    folder: PathBuf,
    second: bool,
}

impl Files {
    fn open(&self, first: &str, second: &str, write: bool) -> Result<File> {
        let path: PathBuf = self.folder.join(Path::new(if self.second { second } else { first }));
        std::fs::OpenOptions::new().read(true).write(write).open(&path).at("open", path.display())
    }
}

/// The number that a file holds; 0 if it holds none, and the largest for `max`.
fn number(file: &File) -> u64 {
    let mut buffer = [0; 32];
    let length = file.read_at(&mut buffer, 0).unwrap_or(0);
    let text = std::str::from_utf8(&buffer[..length]).unwrap_or_default().trim();
    if text == "max" { u64::MAX } else { text.parse().unwrap_or(0) }
}

/// The number behind a name in a file of such lines; 0 if it is not there.
fn entry(file: &File, name: &str) -> u64 {
    let mut buffer = [0; 512];
    let length = file.read_at(&mut buffer, 0).unwrap_or(0);
    let text = std::str::from_utf8(&buffer[..length]).unwrap_or_default();
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok());
    found.unwrap_or(0)
}

fn write(file: &File, value: u64) -> std::io::Result<()> {
    let mut buffer = [0; 20];
    let mut cursor = std::io::Cursor::new(&mut buffer[..]);
    std::io::Write::write_fmt(&mut cursor, format_args!("{value}"))?;
    let length = cursor.position() as usize;
    file.write_at(&buffer[..length], 0).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files of version 2, in an ordinary folder: what is read from them and written to them.
    #[test]
    fn files_of_the_second_version_are_understood() {
        let parent = std::env::temp_dir().join(format!("group-{}", std::process::id()));
        let folder = parent.join("name");
        std::fs::create_dir_all(&folder).unwrap();
        let put = |file: &str, text: &str| std::fs::write(folder.join(file), text).unwrap();
        let get = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
        for (file, text) in [
            ("memory.current", "5000000\n"),
            ("memory.max", ""),
            ("memory.peak", "6000000\n"),
            ("memory.events", "low 0\nhigh 0\nmax 7\noom 2\noom_kill 1\n"),
            ("pids.current", "2\n"),
            ("pids.max", ""),
            ("pids.events", "max 3\n"),
            ("cpu.stat", "usage_usec 1000\nuser_usec 600\nsystem_usec 400\n"),
        ] {
            put(file, text);
        }
        let place = Place { parent: parent.clone(), version: 2 };
        let places = Hierarchies { memory: place.clone(), pids: place.clone(), cpu: Some(place) };
        let mut group = Group::open(&places, "name", Vec::new()).unwrap();
        group.arm(64 << 20, 10).unwrap();
        assert_eq!((get("memory.max"), get("pids.max")), (((64 << 20) + 5_000_000).to_string(), "12".to_owned()));
        assert_eq!(get("memory.swap.max"), "0");

        put("cpu.stat", "usage_usec 2500\nuser_usec 0\n");
        assert_eq!(group.cpu_since(), Some(Duration::from_micros(1500)));
        let quiet = group.readings();
        assert!(!quiet.out_of_memory && !quiet.out_of_processes);
        put("memory.peak", &(70_u64 << 20).to_string());
        put("memory.events", "oom_kill 2\n");
        put("pids.events", "max 4\n");
        let loud = group.readings();
        assert!(loud.out_of_memory && loud.out_of_processes);
        assert_eq!(loud.peak, (70 << 20) - 5_000_000);
        std::fs::remove_dir_all(parent).unwrap();
    }
}
