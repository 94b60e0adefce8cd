//! The box of one run: its first process, its folders and its rules.
//!
//! The first process is never the program: the kernel drops signals for which such a process has no
//! handler, so that a program could not even end itself by SIGTERM, and outcomes would lie.

use std::ffi::CString;
use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path};

use rustix::mount::{MountFlags, mount, mount_bind};
use rustix::process::PidfdFlags;
use rustix::thread::CapabilitySet;

use super::confine;
use crate::command::InputFile;
use crate::error::{Context, Result, SandboxError};
use crate::protocol::{TMP, WORK};
use crate::rules::{Rules, place};
use crate::sys::fork::{close_from, leave};
use crate::sys::{signals, wait};
use crate::wire::message::{NewBox, answer, encode_failure};
use crate::wire::socket;

/// Runs as the first process of a new box; `program` is what will be executed there, if that is a
/// file outside the view.
pub(super) fn first_process(control: BorrowedFd<'_>, new_box: &NewBox, program: Option<OwnedFd>, proc: bool) -> ! {
    signals::reap_children_automatically(false);
    signals::block_child();
    match prepare(new_box, program.as_ref().map(AsFd::as_fd), proc) {
        Ok(fds) => {
            let fds: Vec<BorrowedFd<'_>> = fds.iter().map(AsFd::as_fd).collect();
            if socket::send(control, answer::DONE, &[], &fds).is_err() {
                leave(1);
            }
        }
        Err(error) => {
            let _ = socket::send(control, answer::FAILED, &encode_failure(&error), &[]);
            leave(1);
        }
    }
    close_from(0);
    // Orphans become children of this process; it takes note of their end, and of their time.
    loop {
        signals::wait_for_child();
        while wait::reap_one() {}
    }
}

/// Builds the box. Gives a handle on this process, the root of the box's file system, and its rules.
fn prepare(new_box: &NewBox, program: Option<BorrowedFd<'_>>, proc: bool) -> Result<Vec<OwnedFd>> {
    // One file system for both folders, so that one limit bounds both.
    let options = format!("size={},nr_inodes={},mode=755", new_box.disk.max(4096), new_box.inodes.max(8));
    let options = CString::new(options).expect("numbers contain no zero byte");
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    mount("box", TMP, "tmpfs", flags, &*options).at("mount", TMP)?;
    let files = place(Path::new(TMP))?;
    for (folder, target) in [("/tmp/work", WORK), ("/tmp/tmp", TMP)] {
        std::fs::create_dir(folder).at("make", folder)?;
        mount_bind(folder, target).at("bind", target)?;
    }
    if proc {
        let flags = flags | MountFlags::NOEXEC | MountFlags::RDONLY;
        mount("proc", "/proc", "proc", flags, c"hidepid=2").at("mount", "/proc")?;
    }
    write_files(Path::new(WORK), &new_box.files)?;

    let root = place(Path::new("/"))?;
    let mut rules = Rules::new()?.read(root.as_fd())?.devices(place(Path::new("/dev"))?.as_fd())?;
    for folder in [WORK, TMP] {
        rules = rules.write(place(Path::new(folder))?.as_fd())?;
    }
    if let Some(program) = program {
        rules = rules.read(program)?;
    }
    let rules = rules.finish();

    // One capability is kept that programs do not have: the kernel then lets none of them look into
    // this process. It must be one that zygotes have, because they enter the box through it.
    confine::keep_capabilities(CapabilitySet::SYS_CHROOT)?;
    let me = rustix::process::getpid();
    let me = rustix::process::pidfd_open(me, PidfdFlags::empty()).at("open", "a handle on the box")?;
    Ok([me, files].into_iter().chain(rules).collect())
}

/// Writes the files that a run finds in its work folder.
pub(super) fn write_files(work: &Path, files: &[InputFile]) -> Result<()> {
    for file in files {
        let inside = file.path.components().all(|part| matches!(part, Component::Normal(_)));
        if !inside || file.path.as_os_str().is_empty() {
            return Err(SandboxError::Misuse(format!("`{}` is no path inside the work folder", file.path.display())));
        }
        let path = work.join(&file.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).at("make", parent.display())?;
        }
        let mode = if file.executable { 0o755 } else { 0o644 };
        let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&path);
        made.and_then(|mut made| made.write_all(&file.contents)).at("write", file.path.display())?;
    }
    Ok(())
}
