//! The private folder of a run where there are no namespaces: a real one, removed afterwards.

use std::fs;
use std::os::fd::{AsFd, OwnedFd};
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
pub(super) fn prepare_box(setup: &Setup, new_box: &NewBox) -> Result<(PathBuf, Vec<OwnedFd>)> {
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
    let mut rules = Rules::new(false)?;
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
    Ok((work, [folder].into_iter().chain(rules.finish()).collect()))
}

/// Removes the folder of the last run.
pub(super) fn clear(scratch: &Path) {
    empty(scratch);
}

/// Removes everything.
pub(super) fn remove(scratch: &Path) {
    empty(scratch);
    let _ = fs::remove_dir(scratch);
}

/// Empties a folder whatever a program has made of what is in it: closed folders, and nests of them
/// deeper than a path can name or a recursion can follow. So each folder is first opened, and then
/// brought up to the top before it is looked into.
fn empty(top: &Path) {
    let mut number = 0_u64;
    // What cannot be removed, for whatever reason, must not keep us here for ever.
    for _ in 0..10_000_000 {
        let Some(Ok(entry)) = fs::read_dir(top).ok().and_then(|mut entries| entries.next()) else { return };
        let folder = entry.path();
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if fs::remove_file(&folder).is_err() {
                return;
            }
            continue;
        }
        open_up(&folder);
        for inner in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if !inner.file_type().is_ok_and(|kind| kind.is_dir()) {
                let _ = fs::remove_file(inner.path());
            } else if fs::remove_dir(inner.path()).is_err() {
                open_up(&inner.path());
                number += 1;
                let _ = fs::rename(inner.path(), top.join(format!("rest-{number}")));
            }
        }
        if fs::remove_dir(&folder).is_err() {
            return;
        }
    }
}

/// Takes back the right to look into a folder and to change it.
fn open_up(folder: &Path) {
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_and_deep_folders_are_removed() {
        let top = std::env::temp_dir().join(format!("scratch-{}", std::process::id()));
        fs::create_dir_all(top.join("run/box/a/b")).unwrap();
        fs::write(top.join("run/box/a/b/file"), "x").unwrap();
        std::os::unix::fs::symlink("/", top.join("run/box/link")).unwrap();
        // Deeper than a path can name: built from below.
        let mut deep = top.join("run/nest");
        fs::create_dir(&deep).unwrap();
        for level in 0..3000 {
            let above = top.join(format!("run/up-{level}"));
            fs::create_dir(&above).unwrap();
            fs::rename(&deep, above.join("nest")).unwrap();
            deep = above;
        }
        fs::set_permissions(top.join("run/box/a"), fs::Permissions::from_mode(0o0)).unwrap();
        remove(&top);
        assert!(!top.exists());
    }
}
