//! Whatever happens to the host, nothing of its runs is left.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use synthase_sandbox::{SandboxError, Status, Terms, host_command};
use synthase_types::{Isolation, Limits};

use crate::world::{World, alone, levels, python_command, quick, request};

const DAEMON: &str = include_str!("../attacks/daemon.py");

#[test]
fn another_thread_can_end_a_run_and_lock_the_slot() {
    for level in levels() {
        let world = World::new(level);
        let killer = world.slot.killer();
        if !world.has_zygotes() {
            continue;
        }
        let limits = Limits { wall: Duration::from_secs(60), ..quick().limits };
        let mut zygote = world.zygote();
        for warm in [false, true] {
            let endless = "import time\nwhile True: time.sleep(1)";
            let terms = Terms { limits: limits.clone(), ..quick() };
            let running = if warm {
                zygote.fork(&request(endless, terms)).unwrap()
            } else {
                world.jail.start(&world.slot, &python_command(endless, terms)).unwrap()
            };
            let other = killer.clone();
            let killed = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(50));
                other.kill();
                Instant::now()
            });
            let finished = running.finish().unwrap();
            let delay = killed.join().unwrap().elapsed();
            assert!(delay < Duration::from_millis(500), "{level}: {delay:?}");
            assert_eq!((finished.status, finished.outcome()), (Status::Cancelled, None), "{level}");
            let refused = world.jail.start(&world.slot, &python_command("", quick()));
            assert!(matches!(refused, Err(SandboxError::Cancelled)));
            killer.reset();
        }
        assert_eq!(world.python("print(1)", quick()).status, Status::Exited(0));
    }
}

#[test]
fn runs_leave_no_process_mount_group_descriptor_or_file() {
    if !alone("ends::runs_leave_no_process_mount_group_descriptor_or_file") {
        return;
    }
    for level in levels() {
        // Whatever a first use opens for good is opened now.
        drop(World::new(level));
        let before = Traces::of(std::process::id());
        {
            let world = World::new(level);
            if !world.has_zygotes() {
                continue;
            }
            let mut zygote = world.zygote();
            world.python("pass", quick());
            World::warm(&mut zygote, "pass", quick());
            let between = Traces::of(std::process::id());
            for _ in 0..5 {
                world.python(DAEMON, quick());
                World::warm(&mut zygote, DAEMON, quick());
                drop(zygote.fork(&request("import time; time.sleep(9)", quick())).unwrap());
            }
            // A killed process needs a moment to leave the list.
            let after = Traces::of_settled(std::process::id(), &between);
            assert_eq!(after, between, "{level}, while the slot lives");
        }
        assert_eq!(Traces::of_settled(std::process::id(), &before), before, "{level}, at the end");
    }
}

#[test]
fn a_host_that_is_killed_leaves_nothing() {
    for level in levels() {
        let mut host = victim(level);
        let traces = Traces::of(host.id());
        assert!(traces.processes.len() > 3, "{level}: {traces:?}");
        assert_eq!(traces.groups.is_empty(), level != Isolation::Full);
        assert_eq!(traces.folders.is_empty(), level >= Isolation::Namespaces);
        host.kill().unwrap();
        host.wait().unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let processes: Vec<i32> = traces.processes.iter().copied().filter(|pid| is_alive(*pid)).collect();
            let files: Vec<&PathBuf> =
                traces.groups.iter().chain(&traces.folders).filter(|path| path.exists()).collect();
            if processes.is_empty() && files.is_empty() {
                break;
            }
            assert!(Instant::now() < deadline, "{level}: {processes:?} {files:?} are left");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A host in another process, with a run that does its best to survive.
fn victim(level: Isolation) -> Child {
    #[expect(clippy::disallowed_methods, reason = "the test needs a host that it can kill")]
    let mut command = std::process::Command::new("/proc/self/exe");
    command.args(["--exact", "ends::be_a_victim", "--ignored", "--nocapture"]);
    let mut host = command.env("VICTIM", level.to_string()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(host.stdout.as_mut().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("victim is ready")));
    host
}

#[test]
#[ignore = "run by another test"]
fn be_a_victim() {
    let level: Isolation = std::env::var("VICTIM").unwrap().parse().unwrap();
    let world = World::new(level);
    let other = world.sandbox.slot().unwrap();
    let limits = Limits { cpu: Duration::from_secs(60), wall: Duration::from_secs(600), ..quick().limits };
    let survivor = DAEMON.replace("time.sleep(0.05)", "time.sleep(600)");
    let terms = || Terms { limits: limits.clone(), ..quick() };
    let mut zygote = world.zygote();
    let _warm = zygote.fork(&request(&survivor, terms())).unwrap();
    let _cold = world.jail.start(&other, &python_command(&survivor, terms())).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    println!("victim is ready");
    std::thread::sleep(Duration::from_secs(600));
}

#[test]
fn the_marker_alone_changes_nothing() {
    let argv = ["/proc/self/exe", "--list"].map(OsString::from);
    #[expect(clippy::disallowed_methods, reason = "the test needs a process with the marker")]
    let mut command = std::process::Command::new(&argv[0]);
    let output = command.arg(&argv[1]).env("SYNTHASE_SANDBOX_KEEPER", "1").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("the_marker_alone"));
}

#[test]
fn an_unprivileged_user_is_served_too() {
    if !rustix::process::geteuid().is_root() {
        println!("not run: only root can become somebody else; as somebody else the other tests show the same");
        return;
    }
    // Nobody can read what is below a private folder: a copy in a public place.
    let place = PathBuf::from(format!("/var/tmp/synthase-unprivileged-{}", std::process::id()));
    let attacks = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks");
    std::fs::create_dir_all(place.join("tmp")).unwrap();
    let copy = |from: &Path, to: &Path| std::fs::copy(from, to).map(drop).unwrap();
    copy(Path::new("/proc/self/exe"), &place.join("tests"));
    std::fs::create_dir(place.join("attacks")).unwrap();
    for entry in std::fs::read_dir(attacks).unwrap() {
        let path = entry.unwrap().path();
        copy(&path, &place.join("attacks").join(path.file_name().unwrap()));
    }
    std::os::unix::fs::chown(place.join("tmp"), Some(65534), Some(65534)).unwrap();
    let script = format!(
        "cd / && PATH=/usr/bin:/bin SYNTHASE_TEST_PLACE={0} exec setpriv --reuid=65534 --regid=65534 --clear-groups \
         {0}/tests --test-threads=2 landlock namespaces unprivileged_ cold:: warm::time secrets:: 2>&1",
        place.display()
    );
    let output = host_command(&["sh".into(), "-c".into(), script.into()], None, Duration::from_secs(300)).unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    std::fs::remove_dir_all(&place).unwrap();
    assert_eq!(output.code, 0, "{said}");
}

#[test]
fn unprivileged_users_get_the_strongest_level_that_works() {
    let report = synthase_sandbox::Sandbox::probe();
    println!("{report}");
    let sandbox = synthase_sandbox::Sandbox::new(&synthase_sandbox::Options::default()).unwrap();
    assert_eq!(sandbox.level(), report.level);
    assert!(report.level >= Isolation::Landlock, "{report}");
    if report.level < Isolation::Full {
        let options = synthase_sandbox::Options { level: Some(Isolation::Full), ..Default::default() };
        let error = synthase_sandbox::Sandbox::new(&options).unwrap_err();
        assert!(error.to_string().contains("control groups") && error.remedy().is_some(), "{error}");
    }
}

#[test]
fn what_a_killed_host_left_is_swept_by_the_next() {
    let space =
        std::fs::read_link("/proc/self/ns/pid").unwrap().to_str().unwrap().replace(|c: char| !c.is_ascii_digit(), "");
    // A process that existed and does not any more.
    let gone = victim_that_ended();
    let name = format!("synthase-{space}-{gone}-1-0");
    for level in levels() {
        let folder = match level {
            Isolation::Full => own_groups().into_iter().find(|folder| folder.to_string_lossy().contains("memory")),
            Isolation::Landlock | Isolation::Rlimits => Some(std::env::temp_dir()),
            Isolation::Namespaces => None,
        };
        let Some(folder) = folder.map(|folder| folder.join(&name)) else { continue };
        if level == Isolation::Full && std::fs::create_dir(&folder).is_err() {
            continue;
        }
        let _ = std::fs::create_dir(&folder);
        drop(World::new(level));
        assert!(!folder.exists(), "{level}: {} is still there", folder.display());
    }
}

fn victim_that_ended() -> u32 {
    #[expect(clippy::disallowed_methods, reason = "the test needs the number of a dead process")]
    let mut child = std::process::Command::new("/bin/true").spawn().unwrap();
    child.wait().unwrap();
    child.id()
}

#[test]
fn a_keeper_that_dies_is_replaced() {
    if !alone("ends::a_keeper_that_dies_is_replaced") {
        return;
    }
    let world = World::best();
    assert_eq!(world.python("print(1)", quick()).status, Status::Exited(0));
    let keepers: Vec<i32> = descendants(std::process::id() as i32)
        .into_iter()
        .filter(|pid| {
            std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "synthase-keeper")
        })
        .collect();
    assert_eq!(keepers.len(), 1);
    rustix::process::kill_process(rustix::process::Pid::from_raw(keepers[0]).unwrap(), rustix::process::Signal::KILL)
        .unwrap();
    let finished = world.python("print(2)", quick());
    assert_eq!(finished.stdout.to_text(), "2\n", "{finished:?}");
}

#[test]
fn handles_may_go_to_other_threads() {
    fn goes<T: Send>() {}
    fn is_shared<T: Send + Sync>() {}
    goes::<synthase_sandbox::Running>();
    goes::<synthase_sandbox::Zygote>();
    goes::<synthase_sandbox::Finished>();
    is_shared::<synthase_sandbox::Sandbox>();
    is_shared::<synthase_sandbox::Jail>();
    is_shared::<synthase_sandbox::Slot>();
    is_shared::<synthase_sandbox::Killer>();
}

/// What a process and its descendants hold.
#[derive(Debug, PartialEq, Eq)]
struct Traces {
    processes: HashSet<i32>,
    descriptors: usize,
    mounts: usize,
    groups: HashSet<PathBuf>,
    folders: HashSet<PathBuf>,
}

impl Traces {
    fn of(host: u32) -> Traces {
        let count = |folder: &str| std::fs::read_dir(format!("/proc/{host}/{folder}")).unwrap().count();
        let mounts = std::fs::read_to_string(format!("/proc/{host}/mountinfo")).unwrap().lines().count();
        let named = |folder: &Path| -> Vec<PathBuf> {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let ours = |path: &PathBuf| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                name.starts_with("synthase-") && name.contains(&format!("-{host}-")) && path.is_dir()
            };
            entries.map(|entry| entry.path()).filter(ours).collect()
        };
        let groups = own_groups().into_iter().flat_map(|folder| named(&folder));
        Traces {
            processes: descendants(host as i32),
            descriptors: count("fd"),
            mounts,
            groups: groups.collect(),
            folders: named(&std::env::temp_dir()).into_iter().collect(),
        }
    }

    /// Waits a little for these traces to become like those.
    fn of_settled(host: u32, wanted: &Traces) -> Traces {
        let deadline = Instant::now() + Duration::from_secs(3);
        loop {
            let traces = Traces::of(host);
            if traces == *wanted || Instant::now() > deadline {
                return traces;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The folders of the control groups in which this process is.
fn own_groups() -> Vec<PathBuf> {
    let own = std::fs::read_to_string("/proc/self/cgroup").unwrap();
    let folder = |line: &str| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next().unwrap(), parts.next().unwrap());
        let places = [format!("/sys/fs/cgroup/{controllers}{path}"), format!("/sys/fs/cgroup/unified{path}")];
        places.into_iter().map(PathBuf::from).find(|place| place.exists())
    };
    own.lines().filter_map(folder).collect()
}

fn descendants(root: i32) -> HashSet<i32> {
    let all: Vec<(i32, i32)> = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let mut stat = String::new();
            std::fs::File::open(entry.path().join("stat")).ok()?.read_to_string(&mut stat).ok()?;
            Some((pid, stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?))
        })
        .collect();
    let mut found = HashSet::from([root]);
    while let Some((pid, _)) = all.iter().find(|(pid, parent)| found.contains(parent) && !found.contains(pid)) {
        found.insert(*pid);
    }
    found.remove(&root);
    found
}

fn is_alive(pid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}
