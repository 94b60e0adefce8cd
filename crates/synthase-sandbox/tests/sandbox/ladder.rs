//! Each rung, on machines that have no other: obstacles are put in the way of this very program.

use std::ffi::OsString;
use std::time::Duration;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
use synthase_sandbox::{Finding, Options, Sandbox, Status, host_command};
use synthase_types::{Isolation, Outcome};

use crate::world::{World, levels, quick};

/// Runs a test again in a process of its own, behind a shell script whose last command is `"$@"`. `None` in
/// that process; else what it said, or why it could not be started.
fn behind(test: &str, script: &str) -> Option<Result<String, String>> {
    if std::env::var_os("SYNTHASE_TEST_BEHIND").is_some() {
        return None;
    }
    let program = std::env::current_exe().unwrap();
    let argv: Vec<OsString> = ["sh", "-c", script, "sh"].map(OsString::from).into_iter().collect();
    let rest = ["env".into(), "SYNTHASE_TEST_BEHIND=1".into(), program.into_os_string(), "--exact".into(), test.into()];
    let argv: Vec<OsString> = argv.into_iter().chain(rest).chain(["--nocapture".into()]).collect();
    let output = host_command(&argv, None, Duration::from_secs(120)).unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    Some(if output.code == 0 && said.contains("1 passed") { Ok(said) } else { Err(said) })
}

/// What the report says of a piece that is missing.
fn missing(name: &str) -> (String, String) {
    let piece = Sandbox::probe().pieces.iter().find(|piece| piece.name == name).unwrap();
    match &piece.finding {
        Finding::Missing { reason, remedy } => (reason.clone(), remedy.clone()),
        Finding::Works(how) => panic!("{name} should be missing, but works: {how}"),
    }
}

#[test]
fn without_user_namespaces_landlock_is_left() {
    let script = "exec unshare --user --map-root-user sh -c \
                  'echo 0 > /proc/sys/user/max_user_namespaces && echo CLOSED >&2 && exec \"$@\"' sh \"$@\"";
    match behind("ladder::without_user_namespaces_landlock_is_left", script) {
        Some(Err(said)) if !said.contains("CLOSED") => println!("not run: there are no user namespaces: {said}"),
        Some(said) => drop(said.unwrap()),
        None => {
            let (reason, remedy) = missing("namespaces");
            assert!(reason.contains("namespaces"), "{reason}");
            assert!(remedy.contains("sysctl user.max_user_namespaces"), "{remedy}");
            let sandbox = Sandbox::new(&Options::default());
            if Sandbox::probe().level == Isolation::Rlimits {
                assert!(sandbox.unwrap_err().remedy().is_some(), "resource limits alone need a word");
                return;
            }
            assert_eq!(sandbox.unwrap().level(), Isolation::Landlock);
            let finished = World::new(Isolation::Landlock).python("print(6 * 7)", quick());
            assert_eq!((finished.status, finished.stdout.to_text().as_str()), (Status::Exited(0), "42\n"));
            for level in [Isolation::Full, Isolation::Namespaces] {
                let error = Sandbox::new(&Options { level: Some(level), allow_rlimits: true }).unwrap_err();
                assert!(error.remedy().is_some_and(|remedy| remedy.contains("sysctl")), "{error}");
            }
        }
    }
}

#[test]
fn with_read_only_control_groups_namespaces_are_left() {
    let script = "exec unshare --mount sh -c 'for point in $(grep -E \" - cgroup2? \" /proc/self/mountinfo | cut -d \" \" -f 5); do \
                  mount -o remount,bind,ro $point || exit 1; done; echo CLOSED >&2; exec \"$@\"' sh \"$@\"";
    match behind("ladder::with_read_only_control_groups_namespaces_are_left", script) {
        Some(Err(said)) if !said.contains("CLOSED") => println!("not run: mounts cannot be changed here: {said}"),
        Some(said) => drop(said.unwrap()),
        None => {
            let (reason, remedy) = missing("control groups");
            assert!(
                reason.contains("writable") || reason.contains("delegated") || reason.contains("controllers"),
                "{reason}"
            );
            assert!(remedy.contains("mount /sys/fs/cgroup writable"), "{remedy}");
            let best = *levels().last().unwrap();
            assert!(best < Isolation::Full);
            let finished = World::new(best).python("print(6 * 7)", quick());
            assert_eq!((finished.status, finished.level), (Status::Exited(0), best));
        }
    }
}

/// What the default profile of container engines does.
#[test]
fn in_a_container_that_refuses_namespaces_landlock_is_left() {
    match behind("ladder::in_a_container_that_refuses_namespaces_landlock_is_left", "exec \"$@\"") {
        Some(said) => drop(said.unwrap()),
        None => {
            refuse(&[libc::SYS_clone3], libc::ENOSYS);
            refuse(&[libc::SYS_unshare, libc::SYS_mount, libc::SYS_setns], libc::EPERM);
            let (_, remedy) = missing("namespaces");
            assert!(remedy.contains("seccomp=unconfined"), "{remedy}");
            if Sandbox::probe().level == Isolation::Rlimits {
                return;
            }
            let world = World::new(Isolation::Landlock);
            let finished = world.python("import _socket\n_socket.socket()", quick());
            assert_eq!(finished.outcome(), Some(Outcome::Denied("socket".to_owned())), "{finished:?}");
        }
    }
}

/// Lets these calls fail, in this process and all that it starts.
fn refuse(calls: &[libc::c_long], error: i32) {
    let rules = calls.iter().map(|call| (*call, Vec::new())).collect();
    let (allow, refuse) = (SeccompAction::Allow, SeccompAction::Errno(error as u32));
    let filter = SeccompFilter::new(rules, allow, refuse, std::env::consts::ARCH.try_into().unwrap()).unwrap();
    seccompiler::apply_filter_all_threads(&BpfProgram::try_from(filter).unwrap()).unwrap();
}

#[test]
fn every_rung_runs_a_program_and_says_which_it_is() {
    for level in levels() {
        let world = World::new(level);
        assert_eq!(world.sandbox.level(), level);
        let finished = world.python("print(6 * 7)", quick());
        assert_eq!((finished.stdout.to_text().as_str(), finished.level), ("42\n", level));
    }
}
