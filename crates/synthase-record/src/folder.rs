//! The folder that holds the record.

use std::fs;
use std::path::{Path, PathBuf};

use crate::RecordError;

/// The name of the database within the folder.
pub const FILE: &str = "record.sqlite";

/// Makes the folder if it is not there, and lets git ignore it. Returns the database's path.
///
/// # Errors
/// A folder that cannot be made or written.
pub fn prepare(folder: &Path) -> Result<PathBuf, RecordError> {
    let error = |source| RecordError::Folder { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(error)?;
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        fs::write(&ignore, "*\n").map_err(error)?;
    }
    Ok(folder.join(FILE))
}
