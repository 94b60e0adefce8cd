//! The box of one run: its first process, its folders and its rules.
//!
//! The first process is never the program: the kernel drops signals for which such a process has no
//! handler, so that a program could not even end itself by SIGTERM, and outcomes would lie.

use std::ffi::CString;
use std::io::Write;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path};

use rustix::mount::{MountFlags, mount, mount_bind};
use rustix::process::{PidfdFlags, WaitOptions};
use rustix::thread::CapabilitySet;

use super::confine;
use crate::command::InputFile;
use crate::error::{Context, Result, SandboxError};
use crate::protocol::{TMP, WORK};
use crate::rules::{Rules, place};
use crate::sys::fork::{Shared, borrow, close_from, leave, place_fd};
use crate::sys::network::raise_loopback;
use crate::sys::signals;
use crate::wire::message::{NewBox, answer, encode_failure};
use crate::wire::socket;

/// What the first process needs to know.
pub(super) struct Plan<'a> {
    /// Where to tell the host.
    pub(super) control: BorrowedFd<'a>,
    /// What to build.
    pub(super) new_box: NewBox,
    /// Whether a process file system can be mounted.
    pub(super) proc: bool,
    /// Whether the box has a network, which needs its loopback device.
    pub(super) loopback: bool,
}

/// Runs as the first process of a new box. It shares the keeper's memory, and the keeper stands still
/// until the box is built; from then on this process makes bare system calls only.
pub(super) fn first_process(plan: &Plan<'_>, memory: Shared<'_>) -> ! {
    signals::reap_children_automatically(false);
    let Some(Built { files, rules, handle, ends }) = build(plan) else {
        memory.release();
        leave(1);
    };
    let control = borrow(plan.control.as_raw_fd());
    // The host can kill this process from the moment in which it has the handle. So it gets it only
    // now: killed while it changed the keeper's memory, this process would leave it broken.
    memory.release();
    let fds = [borrow(handle), borrow(files), borrow(rules.unwrap_or(handle))];
    let fds = if rules.is_some() { &fds[..] } else { &fds[..2] };
    if socket::send_small(control, answer::DONE, fds).is_err() || place_fd(borrow(ends), 0).is_err() {
        leave(1);
    }
    // Nothing of the keeper's may stay open here, and nothing but the list of ends is needed.
    close_from(1);
    let mut record = [0_u8; 128];
    loop {
        // Orphans become children of this process, and its notice of their end keeps their time.
        let _ = rustix::io::read(borrow(0), &mut record);
        while let Ok(Some(_)) = rustix::process::waitpid(None, WaitOptions::NOHANG) {}
    }
}

/// The descriptors of a box, by their numbers.
struct Built {
    /// The root of its file system.
    files: i32,
    /// Its Landlock rules, where there is Landlock.
    rules: Option<i32>,
    /// Its first process.
    handle: i32,
    /// The list of processes in it that have ended.
    ends: i32,
}

/// Everything that uses memory, which is all given back on return. `None` if there is no box; the host
/// has been told why.
fn build(plan: &Plan<'_>) -> Option<Built> {
    let build = || {
        let (files, rules) = prepare(plan)?;
        let ends = signals::child_ends().at("watch", "the processes of the box")?;
        let handle = rustix::process::pidfd_open(rustix::process::getpid(), PidfdFlags::empty());
        let handle = handle.at("open", "a handle on the box")?.into_raw_fd();
        let rules = rules.map(IntoRawFd::into_raw_fd);
        Ok(Built { files: files.into_raw_fd(), rules, handle, ends: ends.into_raw_fd() })
    };
    let tell = |error: &SandboxError| {
        let _ = socket::send(plan.control, answer::FAILED, &encode_failure(error), &[]);
    };
    build().inspect_err(tell).ok()
}

/// Builds the box. Gives the root of its file system, and its rules.
fn prepare(plan: &Plan<'_>) -> Result<(OwnedFd, Option<OwnedFd>)> {
    let new_box = &plan.new_box;
    if plan.loopback {
        raise_loopback().at("switch on", "the loopback device")?;
    }
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
    if plan.proc {
        let flags = flags | MountFlags::NOEXEC | MountFlags::RDONLY;
        mount("proc", "/proc", "proc", flags, c"hidepid=2").at("mount", "/proc")?;
    }
    write_files(Path::new(WORK), &new_box.files)?;

    let root = place(Path::new("/"))?;
    let mut rules = Rules::new(plan.loopback)?.read(root.as_fd())?.devices(place(Path::new("/dev"))?.as_fd())?;
    for folder in [WORK, TMP] {
        rules = rules.write(place(Path::new(folder))?.as_fd())?;
    }
    let rules = rules.finish();

    // One capability is kept that programs do not have: the kernel then lets none of them look into
    // this process. It must be one that zygotes have, because they enter the box through it.
    confine::keep_capabilities(CapabilitySet::SYS_CHROOT)?;
    Ok((files, rules))
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
