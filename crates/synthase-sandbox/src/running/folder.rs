//! The files of a run that is still going on. Its processes may change them at any moment.

use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags, fstat, openat2, statat};

use super::Running;
use crate::finished::Collected;

/// Folders within folders deeper than this are not looked into.
const DEEPEST: usize = 32;

/// What tells two states of a file apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Which file it is.
    pub inode: u64,
    /// Its size in bytes.
    pub size: u64,
    /// When its content was changed, in nanoseconds since 1970.
    pub modified: i128,
    /// When anything of it was changed, in nanoseconds since 1970.
    pub changed: i128,
}

/// A regular file of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its path, relative to the folder that was listed.
    pub path: PathBuf,
    /// Its state.
    pub stamp: Stamp,
}

/// What lies in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The regular files, sorted by path.
    pub files: Vec<Listed>,
    /// How many folders lie in it, at any depth.
    pub folders: usize,
    /// Whether these are all of them.
    pub complete: bool,
}

impl Running {
    /// The regular files in a folder of the run, at most so many. Folders are named as seen from the place
    /// where `work` and `tmp` lie.
    pub fn list(&self, folder: &Path, most: usize) -> Listing {
        let mut listing = Listing { files: Vec::new(), folders: 0, complete: true };
        match open(self.parts.files.as_fd(), folder, OFlags::RDONLY | OFlags::DIRECTORY) {
            Some(opened) => listing.walk(opened, Path::new(""), 0, most),
            None => listing.complete = false,
        }
        listing.files.sort_by(|a, b| a.path.cmp(&b.path));
        listing
    }

    /// The state of a folder of the run: it changes when something is added to it or removed from it.
    pub fn folder_stamp(&self, folder: &Path) -> Option<Stamp> {
        let opened = open(self.parts.files.as_fd(), folder, OFlags::PATH)?;
        Some(stamp(&fstat(opened).ok()?))
    }

    /// Opens a regular file of the run that is reached without any symbolic link.
    pub fn open_file(&self, folder: &Path, path: &Path) -> Option<Collected> {
        let inside = folder.join(path);
        let root = self.parts.files.as_fd();
        // First only a reference: opening a pipe could wait, and opening a device could do anything.
        let reference = open(root, &inside, OFlags::PATH)?;
        if FileType::from_raw_mode(fstat(reference).ok()?.st_mode) != FileType::RegularFile {
            return None;
        }
        let file = File::from(open(root, &inside, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)?);
        let size = file.metadata().ok()?.len();
        Some(Collected { path: path.to_owned(), file, size })
    }
}

impl Listing {
    fn walk(&mut self, folder: OwnedFd, path: &Path, depth: usize, most: usize) {
        let Ok(entries) = Dir::read_from(&folder) else {
            self.complete = false;
            return;
        };
        for entry in entries.flatten() {
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            if self.files.len() + self.folders >= most {
                self.complete = false;
                return;
            }
            let Ok(stat) = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
            let inside = path.join(name);
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => self.files.push(Listed { path: inside, stamp: stamp(&stat) }),
                FileType::Directory if depth < DEEPEST => {
                    self.folders += 1;
                    if let Some(opened) = open(folder.as_fd(), Path::new(name), OFlags::RDONLY | OFlags::DIRECTORY) {
                        self.walk(opened, &inside, depth + 1, most);
                    }
                }
                FileType::Directory => self.complete = false,
                _ => {}
            }
        }
    }
}

fn open(folder: BorrowedFd<'_>, path: &Path, flags: OFlags) -> Option<OwnedFd> {
    let resolve =
        ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_XDEV;
    openat2(folder, path, flags | OFlags::CLOEXEC | OFlags::NOFOLLOW, Mode::empty(), resolve).ok()
}

fn stamp(stat: &rustix::fs::Stat) -> Stamp {
    let time = |seconds: i64, nanoseconds: u64| i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
    Stamp {
        inode: stat.st_ino,
        size: stat.st_size as u64,
        modified: time(stat.st_mtime, stat.st_mtime_nsec),
        changed: time(stat.st_ctime, stat.st_ctime_nsec),
    }
}
