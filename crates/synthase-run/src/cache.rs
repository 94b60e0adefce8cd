//! Compiled programs by their content.
//!
//! A program that was compiled once with the same compiler, flags and text is never compiled again.
//! Any number of processes may share the folder: a file appears under its name only when it is whole.
//! A folder that cannot be used costs time and nothing else.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use synthase_types::id::Digest;

use crate::error::RunError;

/// The largest total size of a cache; beyond it the oldest files go.
const MOST_BYTES: u64 = 1 << 30;

/// A file that is still being written is at most this old; an older one was left by a killed process.
const BEING_WRITTEN: Duration = Duration::from_secs(3600);

/// How names of files that are still being written begin.
const NEW: &str = ".new-";

/// A folder of compiled programs.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// A cache in this folder, which is made when something is stored.
    pub(crate) fn new(folder: PathBuf) -> Cache {
        Cache { folder }
    }

    /// The folder itself.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The compiled program of this key.
    pub(crate) fn get(&self, key: Digest) -> Option<File> {
        File::open(self.folder.join(key.to_string())).ok()
    }

    /// Stores a compiled program and opens it for reading. Where it cannot be stored, it lives as long
    /// as it is open.
    pub(crate) fn put(&self, key: Digest, bytes: &[u8]) -> Result<File, RunError> {
        self.store(key, bytes)
            .or_else(|_| nameless(bytes))
            .map_err(|source| RunError::File { operation: "write a compiled program to a temporary file", source })
    }

    fn store(&self, key: Digest, bytes: &[u8]) -> io::Result<File> {
        fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::Builder::new().prefix(NEW).tempfile_in(&self.folder)?;
        file.write_all(bytes)?;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o555))?;
        // Else the name could outlive a crash of the machine, and the content not.
        file.as_file().sync_all()?;
        // The handle for writing must be gone before the file can be executed.
        let path = file.into_temp_path();
        let opened = File::open(&path)?;
        path.persist(self.folder.join(key.to_string())).map_err(|error| error.error)?;
        self.shrink();
        Ok(opened)
    }

    /// Removes the oldest files until the rest is small enough. Failures leave files behind, which the
    /// next call finds again.
    fn shrink(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let mut files: Vec<_> = entries
            .flatten()
            .filter_map(|entry| {
                let meta = entry.metadata().ok()?;
                let modified = meta.modified().ok()?;
                let being_written = entry.file_name().to_string_lossy().starts_with(NEW)
                    && modified.elapsed().is_ok_and(|age| age < BEING_WRITTEN);
                (!being_written).then(|| (modified, meta.len(), entry.path()))
            })
            .collect();
        let mut total: u64 = files.iter().map(|file| file.1).sum();
        files.sort();
        for (_, size, path) in files {
            if total <= MOST_BYTES {
                return;
            }
            if fs::remove_file(&path).is_ok() {
                total -= size;
            }
        }
    }
}

/// A file without a name, opened for reading.
fn nameless(bytes: &[u8]) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(bytes)?;
    file.set_permissions(fs::Permissions::from_mode(0o555))?;
    File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// The default place of the cache, by the rules of the desktop: `$XDG_CACHE_HOME` or `~/.cache`.
pub fn default_cache_folder() -> Option<PathBuf> {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cache")))?;
    Some(base.join("synthase").join("compiled"))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_was_stored_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().join("deep/cache"));
        let key = Digest::of(b"key");
        assert!(cache.get(key).is_none());
        cache.put(key, b"program").unwrap();
        cache.put(key, b"program").unwrap();
        let mut bytes = Vec::new();
        cache.get(key).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"program");
        assert_eq!(fs::read_dir(folder.path().join("deep/cache")).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_cannot_be_written_does_no_harm() {
        let mut bytes = Vec::new();
        let cache = Cache::new("/proc/no/such/folder".into());
        cache.put(Digest::of(b"key"), b"program").unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"program");
    }
}
