//! Which files a cell has made or changed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use synthase_sandbox::{Running, Stamp};

use super::cell::FileEntry;

/// The most files and folders that are looked at after a cell.
pub(crate) const MOST: usize = 10_000;

/// The kernel's clock for files ticks this coarsely, in nanoseconds: what was changed since it last ticked
/// may bear the same time.
const TICK: i128 = 20_000_000;

/// What is known of a work folder.
#[derive(Debug, Clone)]
pub(crate) struct Changes {
    /// The folder, as the sandbox names it.
    pub(crate) folder: PathBuf,
    known: BTreeMap<PathBuf, Stamp>,
    /// The folder's own state when it was empty and looked at long enough after its last change.
    empty: Option<Stamp>,
}

impl Changes {
    /// A folder whose files, if it has some, are not known yet.
    pub(crate) fn new(folder: impl Into<PathBuf>) -> Changes {
        Changes { folder: folder.into(), known: BTreeMap::new(), empty: None }
    }

    /// The files that were made or changed since the last call, sorted by path, and whether all could be
    /// looked at.
    pub(crate) fn look(&mut self, running: &Running) -> (Vec<FileEntry>, bool) {
        let stamp = running.folder_stamp(&self.folder);
        if stamp.is_some() && stamp == self.empty {
            return (Vec::new(), true);
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "it is compared with the times of files, which the kernel writes"
        )]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as i128);
        let listing = running.list(&self.folder, MOST);
        let settled = stamp.filter(|stamp| now - stamp.changed > TICK);
        let is_empty = listing.files.is_empty() && listing.folders == 0 && listing.complete;
        self.empty = if is_empty { settled } else { None };
        let mut changed = Vec::new();
        let mut known = BTreeMap::new();
        for file in listing.files {
            if self.known.get(&file.path) != Some(&file.stamp) {
                changed.push(FileEntry { path: file.path.clone(), size: file.stamp.size });
            }
            known.insert(file.path, file.stamp);
        }
        self.known = known;
        (changed, listing.complete)
    }

    /// All files.
    pub(crate) fn all(folder: &Path, running: &Running) -> Vec<FileEntry> {
        let files = running.list(folder, MOST).files;
        files.into_iter().map(|file| FileEntry { path: file.path, size: file.stamp.size }).collect()
    }
}
