//! What an isolated run costs, and what many leave behind.

use std::collections::BTreeSet;
use std::path::Path;

use super::report::{Bound, Figure};
use super::{Problem, Setting};
use crate::command::{cargo, output};

pub(super) fn empty(_: &Setting) -> Result<Vec<Figure>, Problem> {
    let printed = example(10_000)?;
    Ok(vec![
        Figure::time("processor time per run", field(&printed, "processor time")? / 1e3, "ms", Bound::AtMost(1.5)),
        Figure::time("floor: the interpreter forks an empty child", field(&printed, "floor")? / 1e3, "ms", Bound::None),
        Figure::count("ratio", field(&printed, "ratio")?, Bound::None),
        Figure::time("elapsed per run, one lane", field(&printed, "elapsed")? / 1e3, "ms", Bound::None),
    ])
}

pub(super) fn leftovers(_: &Setting) -> Result<Vec<Figure>, Problem> {
    let before = Traces::of_this_machine();
    let printed = example(100_000)?;
    let after = Traces::of_this_machine();
    let new = |before: &BTreeSet<String>, after: &BTreeSet<String>| after.difference(before).count() as f64;
    Ok(vec![
        Figure::count("processes left", new(&before.processes, &after.processes), Bound::AtMost(0.0)),
        Figure::count("mounts left", new(&before.mounts, &after.mounts), Bound::AtMost(0.0)),
        Figure::count("control groups left", new(&before.groups, &after.groups), Bound::AtMost(0.0)),
        Figure::count("temporary files left", new(&before.files, &after.files), Bound::AtMost(0.0)),
        Figure::count("file descriptors left in the host", field(&printed, "descriptors")?, Bound::AtMost(0.0)),
        Figure::count("memory growth of the host, MiB", field(&printed, "growth")?, Bound::AtMost(10.0)),
    ])
}

fn example(runs: u32) -> Result<String, String> {
    let runs = runs.to_string();
    output(cargo(&[
        "run",
        "--locked",
        "--release",
        "--quiet",
        "--package",
        "synthase-sandbox",
        "--example",
        "empty_runs",
        "--",
        &runs,
    ]))
}

/// The first number behind a name in what the example printed.
fn field(printed: &str, name: &str) -> Result<f64, String> {
    printed
        .lines()
        .filter_map(|line| line.trim().strip_prefix(name))
        .find_map(|rest| rest.split_whitespace().find_map(|word| word.parse().ok()))
        .ok_or_else(|| format!("the example printed no `{name}`:\n{printed}"))
}

/// What a run could leave on a machine.
struct Traces {
    processes: BTreeSet<String>,
    mounts: BTreeSet<String>,
    groups: BTreeSet<String>,
    files: BTreeSet<String>,
}

impl Traces {
    fn of_this_machine() -> Traces {
        let lines = |path: &str| std::fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect();
        let mut groups = BTreeSet::new();
        folders(Path::new("/sys/fs/cgroup"), &mut groups);
        Traces {
            processes: names(Path::new("/proc")).into_iter().filter(|name| is_user_process(name)).collect(),
            mounts: lines("/proc/self/mounts"),
            groups: groups.into_iter().filter(|name| name.contains("synthase")).collect(),
            files: names(&std::env::temp_dir()).into_iter().filter(|name| name.contains("synthase")).collect(),
        }
    }
}

/// Whether a name in `/proc` is a process with a program, which those of the kernel are not.
fn is_user_process(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
        && std::fs::read_link(format!("/proc/{name}/exe")).is_ok_and(|program| {
            let program = program.to_string_lossy().into_owned();
            program.contains("empty_runs") || program.contains("python")
        })
}

/// All folders below one, by their paths.
fn folders(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.insert(entry.path().display().to_string());
            folders(&entry.path(), found);
        }
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
