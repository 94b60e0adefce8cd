//! Compiled programs by their content.
//!
//! A program that was compiled once with the same compiler, flags and text is never compiled again.
//! Any number of processes may share the folder: a file appears under its name only when it is whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use synthase_types::id::Digest;

/// The largest total size of a cache; beyond it the oldest files go.
const MOST_BYTES: u64 = 1 << 30;

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

    /// The compiled program of this key.
    pub(crate) fn get(&self, key: Digest) -> Option<File> {
        File::open(self.path(key)).ok()
    }

    /// Stores a compiled program and opens it for reading.
    pub(crate) fn put(&self, key: Digest, bytes: &[u8]) -> io::Result<File> {
        fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(&self.folder)?;
        file.write_all(bytes)?;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o555))?;
        let path = self.path(key);
        // The open handle for writing must be gone before the file can be executed.
        file.into_temp_path().persist(&path).map_err(|error| error.error)?;
        self.shrink();
        File::open(path)
    }

    fn path(&self, key: Digest) -> PathBuf {
        self.folder.join(key.to_string())
    }

    /// Removes the oldest files until the rest is small enough. Failures leave files behind, which the
    /// next call finds again.
    fn shrink(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let mut files: Vec<_> = entries
            .flatten()
            .filter_map(|entry| {
                let meta = entry.metadata().ok()?;
                Some((meta.modified().ok()?, meta.len(), entry.path()))
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
    }
}
