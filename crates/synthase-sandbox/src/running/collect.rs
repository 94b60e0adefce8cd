//! Handing out files of a run whose processes are all dead.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};

use crate::finished::Collected;

/// Opens those of the files that are there: regular files, reached without any symbolic link.
pub(super) fn collect(folder: BorrowedFd<'_>, wanted: &[PathBuf]) -> Vec<Collected> {
    wanted.iter().filter_map(|path| open(folder, path)).collect()
}

fn open(folder: BorrowedFd<'_>, path: &Path) -> Option<Collected> {
    let resolve =
        ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_XDEV;
    let inside = Path::new("work").join(path);
    // First only a reference: opening a pipe could wait, and opening a device could do anything.
    let reference = openat2(folder, &inside, OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW, Mode::empty(), resolve);
    let stat = rustix::fs::fstat(reference.ok()?.as_fd()).ok()?;
    if stat.st_mode & libc::S_IFMT != libc::S_IFREG {
        return None;
    }
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = File::from(openat2(folder, &inside, flags, Mode::empty(), resolve).ok()?);
    let size = file.metadata().ok()?.len();
    Some(Collected { path: path.to_owned(), file, size })
}
