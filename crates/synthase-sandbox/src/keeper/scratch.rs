//! The private folder of a run where there are no namespaces: a real one, removed afterwards.

use std::fs;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use synthase_types::Isolation;

use super::boxes::write_files;
use crate::error::{Context, Result};
use crate::rules::{Rules, place};
use crate::sys::ids::become_user;
use crate::wire::message::{NewBox, Setup};

/// Parts of the machine's own `/proc` and `/sys` that runtimes read to size themselves. Each says
/// something about the machine and nothing about its other processes.
const SYSTEM_FILES: [&str; 8] = [
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/uptime",
    "/proc/loadavg",
    "/proc/version",
    "/proc/filesystems",
    "/sys/devices/system/cpu",
];

/// Makes this process the keeper of a jail without namespaces.
pub(super) fn prepare(setup: &Setup) -> Result<()> {
    let me = rustix::process::Pid::from_raw(1);
    rustix::process::set_child_subreaper(me).at("adopt", "orphans")?;
    if rustix::process::geteuid().as_raw() != setup.outer.0 {
        become_user(setup.outer.0, setup.outer.1).at("become", "an unprivileged user")?;
        let dumpable = rustix::process::DumpableBehavior::Dumpable;
        rustix::process::set_dumpable_behavior(dumpable).at("stay", "visible to ourselves")?;
    }
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
        .at("tie", "life to the holder")?;
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    Ok(())
}

/// Makes the folder of the next run. Gives its work folder, a handle on the folder, and the rules.
pub(super) fn prepare_box(
    setup: &Setup,
    new_box: &NewBox,
    program: Option<BorrowedFd<'_>>,
) -> Result<(PathBuf, Vec<OwnedFd>)> {
    clear(&setup.scratch);
    let run = setup.scratch.join("run");
    let (work, tmp) = (run.join("work"), run.join("tmp"));
    for folder in [&run, &work, &tmp] {
        fs::create_dir(folder).at("make", folder.display())?;
    }
    write_files(&work, &new_box.files)?;
    let folder = place(&run)?;
    if setup.level == Isolation::Rlimits {
        return Ok((work, vec![folder]));
    }
    let mut rules = Rules::new()?;
    for path in setup.readable.iter().map(PathBuf::as_path).chain(SYSTEM_FILES.map(Path::new)) {
        // What is missing needs no rule, and the program will find it missing.
        if let Ok(place) = place(path) {
            rules = rules.read(place.as_fd())?;
        }
    }
    for device in ["null", "zero", "full", "random", "urandom"] {
        rules = rules.devices(place(&Path::new("/dev").join(device))?.as_fd())?;
    }
    for folder in [&work, &tmp] {
        rules = rules.write(place(folder)?.as_fd())?;
    }
    if let Some(program) = program {
        rules = rules.read(program)?;
    }
    Ok((work, [folder].into_iter().chain(rules.finish()).collect()))
}

/// Removes the folder of the last run.
pub(super) fn clear(scratch: &Path) {
    remove(&scratch.join("run"));
}

/// Removes a folder whatever a program has made of it.
pub(super) fn remove(folder: &Path) {
    if fs::remove_dir_all(folder).is_ok() || !folder.exists() {
        return;
    }
    // A program may have taken away our right to look into its folders. Each round opens one more
    // level; the number of levels is bounded by what a path can name.
    for _ in 0..64 {
        open_up(folder, 0);
        if fs::remove_dir_all(folder).is_ok() {
            return;
        }
    }
}

fn open_up(folder: &Path, depth: u32) {
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    if depth > 200 {
        return;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(&entry.path(), depth + 1);
        }
    }
}
