//! Paths of files that a request names.

use std::path::{Component, Path, PathBuf};

/// The longest path that is taken, in bytes.
const LONGEST: usize = 1024;

/// A path in the work folder of a run.
///
/// # Errors
/// Why it is none: it is absolute, leads out of the folder, or names no file.
pub(crate) fn in_work_folder(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() || text.ends_with('/') {
        return Err("it names no file".to_owned());
    }
    if text.len() > LONGEST {
        return Err(format!("it has more than {LONGEST} bytes"));
    }
    if text.contains('\0') {
        return Err("it contains a zero byte".to_owned());
    }
    let mut path = PathBuf::new();
    for component in Path::new(text).components() {
        match component {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir => return Err("it contains `..`".to_owned()),
            Component::RootDir | Component::Prefix(_) => {
                return Err("it is absolute; files lie in the work folder of the run".to_owned());
            }
        }
    }
    if path.as_os_str().is_empty() { Err("it names no file".to_owned()) } else { Ok(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_in_the_work_folder_are_taken() {
        assert_eq!(in_work_folder("a/b.txt"), Ok(PathBuf::from("a/b.txt")));
        assert_eq!(in_work_folder("./a//b.txt"), Ok(PathBuf::from("a/b.txt")));
        for text in ["", ".", "a/", "/etc/passwd", "../a", "a/../../b", "a/..", "a\0b"] {
            assert!(in_work_folder(text).is_err(), "{text:?}");
        }
        assert!(in_work_folder(&"a/".repeat(1000)).is_err());
        assert!(in_work_folder(&"a".repeat(LONGEST + 1)).is_err());
    }
}
