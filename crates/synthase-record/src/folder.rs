//! The folder that holds the record.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{RecordError, RunId};

/// The name of the database within the folder.
pub const FILE: &str = "record.sqlite";

/// The lock of a run: whoever writes the run's record holds it.
pub(crate) fn lock_file(folder: &Path, run: &RunId) -> PathBuf {
    folder.join(format!("{run}.lock"))
}

/// Makes the folder if it is not there, and lets git ignore it. Returns the database's path.
///
/// # Errors
/// A folder that cannot be made or written.
pub fn prepare(folder: &Path) -> Result<PathBuf, RecordError> {
    let error = |source| RecordError::Folder { path: folder.to_owned(), source };
    // Only in a folder of our own: in one that was there before, it would hide the user's files.
    if !folder.is_dir() {
        fs::create_dir_all(folder).map_err(error)?;
        fs::write(folder.join(".gitignore"), "*\n").map_err(error)?;
    }
    Ok(folder.join(FILE))
}
