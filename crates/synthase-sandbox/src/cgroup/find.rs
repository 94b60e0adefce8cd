//! Where control groups can be made on this machine.

use std::fs;
use std::path::{Path, PathBuf};

/// One controller's files in a hierarchy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The group under which ours are made.
    pub(crate) parent: PathBuf,
    /// Version of the interface: 1 or 2.
    pub(crate) version: u8,
}

/// Where the controllers are that a slot needs. With version 2 all three are the same place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hierarchies {
    /// Bounds memory.
    pub(crate) memory: Place,
    /// Bounds processes.
    pub(crate) pids: Place,
    /// Counts processor time, where that is possible.
    pub(crate) cpu: Option<Place>,
}

impl Hierarchies {
    /// In words, for the report.
    pub(crate) fn describe(&self) -> String {
        let cpu = if self.cpu.is_some() { "" } else { "; processor time is counted process by process" };
        format!("version {}{cpu}", self.memory.version)
    }
}

/// Why there are none, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) reason: String,
    pub(crate) remedy: String,
}

/// One mounted hierarchy, as `/proc/self/mountinfo` shows it.
#[derive(Debug, PartialEq, Eq)]
struct Mounted {
    root: PathBuf,
    point: PathBuf,
    /// Empty for version 2.
    controllers: Vec<String>,
    version: u8,
}

/// Looks for hierarchies in which this process may make groups.
pub(crate) fn find() -> Result<Hierarchies, Missing> {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    find_in(&read("/proc/self/mountinfo"), &read("/proc/self/cgroup"))
}

/// The same, from what the kernel says of mounts and of our groups.
fn find_in(mountinfo: &str, ours: &str) -> Result<Hierarchies, Missing> {
    let mounts = mounted(mountinfo);
    let mut problems = Vec::new();
    if let Some(parent) = own_group(&mounts, ours, None) {
        match delegated(&parent) {
            Ok(parent) => {
                let place = Place { parent, version: 2 };
                return Ok(Hierarchies { memory: place.clone(), pids: place.clone(), cpu: Some(place) });
            }
            Err(problem) => problems.push(problem),
        }
    }
    let first = |controller: &str| {
        let parent = own_group(&mounts, ours, Some(controller))?;
        writable(&parent).then_some(Place { parent, version: 1 })
    };
    match (first("memory"), first("pids")) {
        (Some(memory), Some(pids)) => return Ok(Hierarchies { memory, pids, cpu: first("cpuacct") }),
        (None, None) => problems.push("no control group of version 1 is writable".to_owned()),
        (memory, _) => {
            let missing = if memory.is_none() { "memory" } else { "pids" };
            problems.push(format!("no `{missing}` control group of version 1 is writable"));
        }
    }
    let remedy = "start it in a delegated group: systemd-run --user --scope -p Delegate=yes COMMAND; \
                  in a container, mount /sys/fs/cgroup writable";
    Err(Missing { reason: problems.join("; "), remedy: remedy.to_owned() })
}

/// The lines of `/proc/self/mountinfo` that are control group hierarchies.
fn mounted(mountinfo: &str) -> Vec<Mounted> {
    let parse = |line: &str| {
        let (front, back) = line.split_once(" - ")?;
        let mut front = front.split(' ').skip(3);
        let (root, point) = (unescape(front.next()?), unescape(front.next()?));
        let mut back = back.split(' ');
        let version = match back.next()? {
            "cgroup" => 1,
            "cgroup2" => 2,
            _ => return None,
        };
        let options = back.nth(1)?;
        let controllers = if version == 1 { options.split(',').map(str::to_owned).collect() } else { Vec::new() };
        Some(Mounted { root, point, controllers, version })
    };
    mountinfo.lines().filter_map(parse).collect()
}

/// Undoes the kernel's escapes: a backslash and three octal digits.
fn unescape(text: &str) -> PathBuf {
    let mut parts = text.split('\\');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(code) => {
                plain.push(code as char);
                plain.push_str(&part[3..]);
            }
            None => plain.push_str(part),
        }
    }
    plain.into()
}

/// The folder of the group in which this process is, in the hierarchy of a controller (version 1) or
/// in that of version 2.
fn own_group(mounts: &[Mounted], ours: &str, controller: Option<&str>) -> Option<PathBuf> {
    let path = ours.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':');
        let (number, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
        let wanted = match controller {
            Some(controller) => controllers.split(',').any(|known| known == controller),
            None => number == "0" && controllers.is_empty(),
        };
        wanted.then(|| PathBuf::from(path))
    })?;
    mounts.iter().find_map(|mount| {
        let wanted = match controller {
            Some(controller) => mount.version == 1 && mount.controllers.iter().any(|known| known == controller),
            None => mount.version == 2,
        };
        let below = path.strip_prefix(&mount.root).ok().filter(|_| wanted)?;
        Some(mount.point.join(below))
    })
}

/// Whether groups can be made here. Permissions alone do not say so: the file system may be read-only.
fn writable(group: &Path) -> bool {
    let probe = group.join(format!("synthase-probe-{}", std::process::id()));
    let made = fs::create_dir(&probe).is_ok();
    let _ = fs::remove_dir(&probe);
    made
}

/// A group of version 2 under which groups with memory and process limits can be made and joined.
fn delegated(own: &Path) -> Result<PathBuf, String> {
    const NEEDED: [&str; 2] = ["memory", "pids"];
    let has = |group: &Path, file: &str| {
        let list = fs::read_to_string(group.join(file)).unwrap_or_default();
        NEEDED.iter().all(|needed| list.split_whitespace().any(|known| known == *needed))
    };
    // A neighbour of ours, as systemd arranges it for user sessions: the parent hands out the
    // controllers already, and we may move processes within what it delegates to us.
    if let Some(parent) = own.parent()
        && has(parent, "cgroup.subtree_control")
        && writable(parent)
        && access(&parent.join("cgroup.procs"))
    {
        return Ok(parent.to_owned());
    }
    if !has(own, "cgroup.controllers") {
        return Err(format!("the group {} of version 2 has no memory and pids controllers", own.display()));
    }
    if !writable(own) {
        return Err(format!("the group {} of version 2 is not delegated to this user", own.display()));
    }
    if !has(own, "cgroup.subtree_control") {
        // A group that hands out controllers may not contain processes itself; so we move down.
        let host = own.join("synthase-host");
        let moved = fs::create_dir_all(&host).and_then(|()| fs::write(host.join("cgroup.procs"), "0"));
        let handed = moved.and_then(|()| fs::write(own.join("cgroup.subtree_control"), "+memory +pids"));
        if let Err(error) = handed {
            let _ = fs::write(own.join("cgroup.procs"), "0");
            let _ = fs::remove_dir(&host);
            return Err(format!("the group {} of version 2 cannot hand out controllers: {error}", own.display()));
        }
    }
    Ok(own.to_owned())
}

fn access(file: &Path) -> bool {
    fs::OpenOptions::new().write(true).open(file).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
30 23 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
31 30 0:27 / /sys/fs/cgroup/memory rw,relatime shared:1 - cgroup cgroup rw,memory
32 30 0:28 /docker/a\\040b /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
33 30 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate
";

    #[test]
    fn mounts_are_read() {
        let mounts = mounted(MOUNTS);
        assert_eq!(mounts.len(), 3);
        assert_eq!((mounts[1].root.to_str(), mounts[1].version), (Some("/docker/a b"), 1));
        assert_eq!((mounts[2].point.to_str(), mounts[2].version), (Some("/sys/fs/cgroup/unified"), 2));
    }

    /// A folder that looks like a machine's control groups, with what `/proc/self` says of them.
    struct Machine {
        folder: PathBuf,
        mountinfo: String,
    }

    impl Machine {
        fn new(name: &str) -> Machine {
            let folder = std::env::temp_dir().join(format!("synthase-groups-{}-{name}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Machine { folder, mountinfo: String::new() }
        }

        fn mount(&mut self, point: &Path, kind: &str, options: &str) {
            self.mountinfo += &format!("31 30 0:27 / {} rw - {kind} {kind} {options}\n", point.display());
        }

        fn group(&self, path: &str, files: &[(&str, &str)]) {
            let folder = self.folder.join(path);
            fs::create_dir_all(&folder).unwrap();
            files.iter().for_each(|(name, text)| fs::write(folder.join(name), text).unwrap());
        }
    }

    impl Drop for Machine {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }

    #[test]
    fn version_1_alone_is_used_and_needs_no_count_of_time() {
        let mut machine = Machine::new("first");
        for controller in ["memory", "pids"] {
            machine.group(&format!("{controller}/job"), &[]);
            machine.mount(&machine.folder.join(controller), "cgroup", &format!("rw,{controller}"));
        }
        let found = find_in(&machine.mountinfo, "4:memory:/job\n3:pids:/job\n").unwrap();
        assert_eq!(found.memory, Place { parent: machine.folder.join("memory/job"), version: 1 });
        assert_eq!((found.pids.version, found.cpu.clone()), (1, None));
        assert!(found.describe().contains("process by process"));
        let missing = find_in(&machine.mountinfo, "4:memory:/job\n").unwrap_err();
        assert!(missing.reason.contains("no `pids` control group of version 1"), "{missing:?}");
    }

    #[test]
    fn version_2_is_used_beside_us_as_systemd_delegates_it() {
        let mut machine = Machine::new("second");
        let handed = ("cgroup.subtree_control", "cpu memory pids\n");
        machine.group("user/app", &[handed, ("cgroup.procs", ""), ("cgroup.controllers", "cpu memory pids\n")]);
        machine.group("user/app/run.scope", &[("cgroup.controllers", "memory pids\n"), ("cgroup.procs", "")]);
        machine.mount(&machine.folder.clone(), "cgroup2", "rw,nsdelegate");
        let found = find_in(&machine.mountinfo, "0::/user/app/run.scope\n").unwrap();
        let place = Place { parent: machine.folder.join("user/app"), version: 2 };
        assert_eq!((found.memory, found.cpu), (place.clone(), Some(place)));
    }

    #[test]
    fn version_2_of_our_own_hands_out_its_controllers() {
        let mut machine = Machine::new("own");
        let controllers = ("cgroup.controllers", "memory pids\n");
        machine.group("job", &[controllers, ("cgroup.procs", ""), ("cgroup.subtree_control", "")]);
        machine.group("job/synthase-host", &[("cgroup.procs", "")]);
        machine.mount(&machine.folder.clone(), "cgroup2", "rw");
        let found = find_in(&machine.mountinfo, "0::/job\n").unwrap();
        assert_eq!(found.pids.parent, machine.folder.join("job"));
        let handed = fs::read_to_string(machine.folder.join("job/cgroup.subtree_control")).unwrap();
        assert_eq!(handed, "+memory +pids");
        assert_eq!(fs::read_to_string(machine.folder.join("job/synthase-host/cgroup.procs")).unwrap(), "0");
    }

    #[test]
    fn groups_that_cannot_be_made_are_explained() {
        // Nobody can make folders there, not even root: like a file system that is read-only.
        let closed = Path::new("/proc/self");
        let mut machine = Machine::new("closed");
        machine.mount(closed, "cgroup", "rw,memory");
        machine.mount(closed, "cgroup", "rw,pids");
        let missing = find_in(&machine.mountinfo, "4:memory:/\n3:pids:/\n").unwrap_err();
        assert_eq!(missing.reason, "no control group of version 1 is writable");
        assert!(missing.remedy.contains("Delegate=yes") && missing.remedy.contains("mount /sys/fs/cgroup writable"));

        let mut machine = Machine::new("bare");
        machine.group("job", &[("cgroup.controllers", "cpu\n")]);
        machine.mount(&machine.folder.clone(), "cgroup2", "ro");
        let missing = find_in(&machine.mountinfo, "0::/job\n").unwrap_err();
        assert!(missing.reason.contains("has no memory and pids controllers"), "{missing:?}");
        assert!(find_in("", "").unwrap_err().remedy.contains("systemd-run"));
    }

    #[test]
    fn our_group_is_found_in_each_hierarchy() {
        let mounts = mounted(MOUNTS);
        let ours = "4:memory:/work\n3:cpu,cpuacct:/docker/a b/job\n0::/user.slice\n";
        let folder = |controller| own_group(&mounts, ours, controller).map(|path| path.to_str().unwrap().to_owned());
        assert_eq!(folder(Some("memory")).as_deref(), Some("/sys/fs/cgroup/memory/work"));
        assert_eq!(folder(Some("cpuacct")).as_deref(), Some("/sys/fs/cgroup/cpu,cpuacct/job"));
        assert_eq!(folder(None).as_deref(), Some("/sys/fs/cgroup/unified/user.slice"));
        assert_eq!(folder(Some("pids")), None);
    }
}
