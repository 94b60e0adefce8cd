//! The record: what was done can be shown, and a run that was killed goes on.

use std::time::Duration;

use expect_test::expect;

use crate::solve::INITIALS;
use crate::world;

#[test]
fn a_run_can_be_shown() {
    let world = world();
    world.write("initials.task.md", INITIALS);
    world.run(&["solve", "initials.task.md", "--state", "state"]);
    let hide = |text: String| {
        let ids = regex_lite::Regex::new(r"\b[0-9a-f]{12}\b").unwrap().replace_all(&text, "[ID]").into_owned();
        regex_lite::Regex::new(r" for \d+ terms").unwrap().replace_all(&ids, " for [N] terms").into_owned()
    };
    expect![[r#"
        exit: 0
        ----- stdout -----
        run [RUN]

           [S]  run started: synthase 0.1.0 solve initials.task.md --state state, seed 0
           [S]  task [ID] `Initials`, strategy enumerate
           [S]  symbolic proposed 1 candidate for [N] terms
           [S]  candidate [ID]: holds on 3 examples (3 runs)
           [S]  candidate [ID] was run on inputs without examples
           [S]  task [ID] ended: solved
                    | def initials(name: str) -> str:
                    |     return "".join(word.upper()[0] + "." for word in name.split())
                    | Initials: holds on 3 examples (run at isolation level [LEVEL])
                    |   row 2 is needed: without it another program would be chosen
           [S]  run ended
        ----- stderr -----
    "#]]
    .assert_eq(&hide(world.run(&["show", "--state", "state"])));
    expect![[r#"
        exit: 0
        ----- stdout -----
        run                   events
        [RUN]  7
        ----- stderr -----
    "#]]
    .assert_eq(&world.run(&["list", "runs", "--state", "state"]));
    let json: serde_json::Value =
        serde_json::from_str(&world.stdout(&["show", "latest", "--json", "--state", "state"])).unwrap();
    assert_eq!(json["solutions"].as_array().unwrap().len(), 1);
    expect![[r#"
        exit: 0
        ----- stdout -----
        0 runs removed; the record in state takes 24KiB (before: 24KiB)
        ----- stderr -----
    "#]]
    .assert_eq(&world.run(&["gc", "--max-size", "1GiB", "--state", "state"]));
}

/// A task that takes long enough to be killed in the middle.
const SLOW: &str = "| a | b | c | → |\n|-|-|-|-|\n| 3 | 7 | 2 | 7919 |\n| 4 | 1 | 9 | 104729 |\n| 8 | 6 | 5 | 15485863 |\n| 1 | 1 | 2 | 86028121 |\n| 7 | 5 | 3 | 1299709 |\n";

#[test]
fn a_killed_run_goes_on_and_gives_the_same_answer() {
    let world = world();
    world.write("a.task.md", INITIALS);
    world.write("b.task.md", SLOW);
    let args =
        ["solve", "a.task.md", "b.task.md", "--workers", "1", "--terms", "6000000", "--budget", "10m", "--state"];
    let whole = world.stdout(&[&args[..], &["whole", "--no-record"]].concat());
    let mut child = world.command(&[&args[..], &["state"]].concat()).spawn().unwrap();
    // Until the first task is in the record.
    for _ in 0..600 {
        std::thread::sleep(Duration::from_millis(20));
        if world.stdout(&["show", "--state", "state"]).contains("ended: solved") {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let cut_off = world.stdout(&["show", "--state", "state"]);
    assert!(cut_off.contains("ended: solved") && !cut_off.contains("run ended"), "killed too late: {cut_off}");
    let resumed = world.stdout(&["solve", "--resume", "latest", "--state", "state"]);
    assert_eq!(resumed, whole);
    let shown = world.stdout(&["show", "--state", "state"]);
    assert!(shown.contains("run resumed"), "{shown}");
    // The first task was not searched again: its proposal came from the record.
    assert_eq!(shown.matches("symbolic proposed").count(), 2, "{shown}");
}

#[test]
fn an_interrupted_run_says_how_to_go_on() {
    let world = world();
    world.write("slow.task.md", SLOW);
    let mut command = world.command(&["solve", "slow.task.md", "--budget", "10m", "--state", "state"]);
    let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    interrupt(child.id());
    let output = child.wait_with_output().unwrap();
    let shown = world.show(&output);
    assert_eq!(output.status.code(), Some(130), "{shown}");
    assert!(shown.contains("stopping") && shown.contains("to go on: synthase solve --resume [RUN]"), "{shown}");
}

#[test]
fn a_run_is_resumed_from_any_folder() {
    let world = world();
    world.write("a.task.md", INITIALS);
    std::fs::create_dir(world.folder().join("other")).unwrap();
    // A folder of the record that is named relative to where one stands, and one that is found there.
    for state in [&["--state", "record"][..], &[]] {
        if state.is_empty() {
            std::fs::create_dir(world.folder().join(".synthase")).unwrap();
        }
        let whole = world.stdout(&[&["solve", "a.task.md"], state].concat());
        let path = if state.is_empty() { ".synthase" } else { "record" };
        let from_other = ["solve", "--resume", "latest", "--state", &format!("../{path}")];
        let output = world.command(&from_other).current_dir(world.folder().join("other")).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), whole, "{}", world.show(&output));
        let shown = world.stdout(&["show", "latest", "--state", path]);
        assert_eq!(shown.matches("symbolic proposed").count(), 1, "the record was not found again: {shown}");
    }
    let text = world.run(&["solve", "--resume", "latest", "--state", "record", "--budget", "1s"]);
    assert!(text.starts_with("exit: 2\n") && text.contains("leave the other options out"), "{text}");
}

/// What Ctrl-C sends.
fn interrupt(process: u32) {
    #[expect(clippy::disallowed_methods, reason = "a test sends a signal as a user would")]
    let sent = std::process::Command::new("kill").args(["-INT", &process.to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Solves a task with its record on a file system of its own, mounted with these options.
fn solve_recording_on(options: &str) -> Option<(bool, String, String)> {
    let world = world();
    world.write("initials.task.md", INITIALS);
    std::fs::create_dir(world.folder().join("disk")).unwrap();
    let script = format!(
        "mount -t tmpfs -o {options} none disk || exit 99; exec \"$0\" solve initials.task.md --state disk/state"
    );
    let ours = world.command(&[]);
    #[expect(clippy::disallowed_methods, reason = "only in namespaces of its own can a test mount a disk")]
    let mut unshare = std::process::Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]).arg(ours.get_program());
    unshare.current_dir(world.folder()).env_clear();
    unshare.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = unshare.output().ok().filter(|output| output.status.code() != Some(99));
    let Some(output) = output.filter(|output| !String::from_utf8_lossy(&output.stderr).contains("unshare")) else {
        synthase_testkit::not_run("a full or read-only disk", "user and mount namespaces cannot be made here");
        return None;
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some((output.status.success(), text(&output.stdout), text(&output.stderr)))
}

#[test]
fn a_full_or_read_only_disk_stops_the_record_and_not_the_answer() {
    // Full from the start, full in the middle, and one that cannot be written to.
    for options in ["size=4k", "size=32k", "size=48k", "ro"] {
        let Some((success, stdout, stderr)) = solve_recording_on(options) else { return };
        assert!(success && stdout.starts_with("def initials(name: str) -> str:"), "{options}: {stdout}{stderr}");
        assert!(stderr.contains("Initials: holds on 3 examples"), "{options}: {stderr}");
        assert_eq!(stderr.matches("warning: ").count(), 1, "{options}: {stderr}");
    }
}
