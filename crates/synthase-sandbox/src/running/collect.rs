//! Handing out files of a run whose processes are all dead.

use std::ffi::OsString;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Dir, Mode, OFlags, ResolveFlags, openat2};

use crate::finished::Collected;

/// The most files that are handed out of folders, all together.
pub const MOST_FILES: usize = 1000;
/// The most bytes in such files, all together.
pub const MOST_BYTES: u64 = 256 << 20;
/// The deepest folder that is looked into.
const MOST_DEPTH: usize = 32;
/// The most entries of folders that are looked at: a program can make very many of them.
const MOST_ENTRIES: usize = 100_000;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) files: Vec<Collected>,
    /// How many files and folders were left out, because they were too many, too large or too deep.
    pub(super) left_out: usize,
    bytes: u64,
    entries: usize,
}

/// Opens those of the files that are there: regular files, reached without any symbolic link. Of a
/// folder, all regular files in it and below, in the order of their names.
pub(super) fn collect(folder: BorrowedFd<'_>, wanted: &[PathBuf]) -> Found {
    let mut found = Found::default();
    for path in wanted {
        match Thing::look(folder, path) {
            Some(Thing::File) => found.files.extend(open_file(folder, path)),
            Some(Thing::Folder) => found.walk(folder, path, 0),
            None => {}
        }
    }
    found
}

/// What can be handed out.
enum Thing {
    File,
    Folder,
}

impl Thing {
    fn look(folder: BorrowedFd<'_>, path: &Path) -> Option<Thing> {
        // Only a reference: opening a pipe could wait, and opening a device could do anything.
        let reference = open(folder, path, OFlags::PATH)?;
        match rustix::fs::fstat(&reference).ok()?.st_mode & libc::S_IFMT {
            libc::S_IFREG => Some(Thing::File),
            libc::S_IFDIR => Some(Thing::Folder),
            _ => None,
        }
    }
}

impl Found {
    fn walk(&mut self, folder: BorrowedFd<'_>, path: &Path, depth: usize) {
        let Some(mut names) = self.names(folder, path) else {
            self.left_out += 1;
            return;
        };
        names.sort();
        for name in names {
            let inner = path.join(name);
            match Thing::look(folder, &inner) {
                Some(Thing::Folder) if depth < MOST_DEPTH => self.walk(folder, &inner, depth + 1),
                Some(Thing::Folder) => self.left_out += 1,
                Some(Thing::File) => match open_file(folder, &inner) {
                    Some(file) if self.files.len() < MOST_FILES && file.size <= MOST_BYTES - self.bytes => {
                        self.bytes += file.size;
                        self.files.push(file);
                    }
                    _ => self.left_out += 1,
                },
                None => {}
            }
        }
    }

    /// The names in a folder; `None` if it cannot be read or there are too many.
    fn names(&mut self, folder: BorrowedFd<'_>, path: &Path) -> Option<Vec<OsString>> {
        let opened = open(folder, path, OFlags::RDONLY | OFlags::DIRECTORY)?;
        let mut names = Vec::new();
        for entry in Dir::new(opened).ok()? {
            let name = entry.ok()?.file_name().to_bytes().to_vec();
            if name != b"." && name != b".." {
                self.entries += 1;
                names.push(OsString::from_vec(name));
            }
            if self.entries > MOST_ENTRIES {
                return None;
            }
        }
        Some(names)
    }
}

fn open_file(folder: BorrowedFd<'_>, path: &Path) -> Option<Collected> {
    let file = File::from(open(folder, path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)?);
    let size = file.metadata().ok()?.len();
    Some(Collected { path: path.to_owned(), file, size })
}

/// Opens something in the work folder, without following any link.
fn open(folder: BorrowedFd<'_>, path: &Path, flags: OFlags) -> Option<OwnedFd> {
    let resolve =
        ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_XDEV;
    let inside = Path::new("work").join(path);
    openat2(folder.as_fd(), &inside, flags | OFlags::CLOEXEC | OFlags::NOFOLLOW, Mode::empty(), resolve).ok()
}
