//! Reading the files of suites.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::suite::SuiteError;

/// The most text of one file: far more than any suite has, far less than a small machine's memory.
const MOST: u64 = 1 << 30;

/// The text of a file; one whose name ends in `.gz` is unpacked.
pub(crate) fn read(path: &Path) -> Result<String, SuiteError> {
    let wrap = |source| SuiteError::Read { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(wrap)?;
    let packed = path.extension().is_some_and(|ending| ending == "gz");
    let mut text = String::new();
    let read = match packed {
        true => flate2::read::MultiGzDecoder::new(file).take(MOST).read_to_string(&mut text),
        false => file.take(MOST).read_to_string(&mut text),
    };
    match read.map_err(wrap)? as u64 {
        MOST => Err(SuiteError::Format { path: path.to_owned(), what: format!("it has more than {MOST} bytes") }),
        _ => Ok(text),
    }
}

/// The rows of a file with one JSON document on each line, with the numbers of their lines.
pub(crate) fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<(usize, T)>, SuiteError> {
    let text = read(path)?;
    let rows = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    rows.map(|(index, line)| match serde_json::from_str(line) {
        Ok(row) => Ok((index + 1, row)),
        // Each line is a document of its own, whose line would always be the first.
        Err(error) => {
            let what = error.to_string().replace("at line 1 column", "at column");
            Err(SuiteError::Format { path: path.to_owned(), what: format!("line {}: {what}", index + 1) })
        }
    })
    .collect()
}

/// The first of these files that is there, below the data folder or in it; the path itself if it is a
/// file.
pub(crate) fn find(data: &Path, folder: &str, names: &[&str]) -> PathBuf {
    if data.is_file() {
        return data.to_owned();
    }
    let places = names.iter().flat_map(|name| [data.join(folder).join(name), data.join(name)]);
    let first = data.join(folder).join(names.first().copied().unwrap_or_default());
    places.into_iter().find(|path| path.exists()).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn packed_and_plain_files_are_read_alike() {
        let folder = tempfile::tempdir().unwrap();
        let plain = folder.path().join("a.jsonl");
        std::fs::write(&plain, "{\"n\": 1}\n\n{\"n\": 2}\n").unwrap();
        let packed = folder.path().join("a.jsonl.gz");
        let file = std::fs::File::create(&packed).unwrap();
        let mut writer = flate2::write::GzEncoder::new(file, flate2::Compression::default());
        writer.write_all(&std::fs::read(&plain).unwrap()).unwrap();
        writer.finish().unwrap();
        let rows = |path: &Path| read_lines::<serde_json::Value>(path).unwrap();
        assert_eq!(rows(&plain), rows(&packed));
        assert_eq!(rows(&plain)[1], (3, serde_json::json!({ "n": 2 })));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, "{\"n\": 1}\n{\"n\" 2}\n").unwrap();
        let error = read_lines::<serde_json::Value>(&path).unwrap_err().to_string();
        assert!(error.contains("line 2: expected `:` at column 6"), "{error}");
        std::fs::write(folder.path().join("b.gz"), "no archive").unwrap();
        assert!(read(&folder.path().join("b.gz")).is_err());
    }

    #[test]
    fn data_is_found_in_its_folder_or_named_itself() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        std::fs::create_dir(here.join("x")).unwrap();
        std::fs::write(here.join("x/b"), "").unwrap();
        assert_eq!(find(here, "x", &["a", "b"]), here.join("x/b"));
        assert_eq!(find(&here.join("x"), "x", &["a", "b"]), here.join("x/b"));
        assert_eq!(find(&here.join("x/b"), "x", &["a"]), here.join("x/b"));
        assert_eq!(find(here, "x", &["a"]), here.join("x/a"));
    }
}
