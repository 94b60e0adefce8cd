//! A folder of task documents (`*.task.md`, `*.task.json`) whose held-out parts are for grading.

use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use serde_json::Value as Json;
use synthase_types::task::TaskFields;
use synthase_types::task::document::Document;
use synthase_types::task::fields::TaskError;
use synthase_types::task::read::{is_json, name_of, read_file, read_section};

use super::{LoadOptions, Problem, Suite, SuiteError};
use crate::held_out::HeldOut;
use crate::read::read;

/// The line in the table of suites.
pub const SUITE: Suite =
    Suite { name: "tasks", summary: "a folder of task documents with held-out parts (`--data FOLDER`)", load };

fn load(options: &LoadOptions) -> Result<Vec<Problem>, SuiteError> {
    task_files(&options.data)?.into_iter().map(|path| problem(&path)).collect()
}

/// The task documents of a folder and of those within it, sorted by path; a file is itself.
///
/// # Errors
/// A folder that cannot be read.
pub fn task_files(path: &Path) -> Result<Vec<PathBuf>, SuiteError> {
    let mut found = Vec::new();
    collect(path, &mut found).map_err(|source| SuiteError::Read { path: path.to_owned(), source })?;
    found.sort();
    Ok(found)
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // A link to a folder above would never end.
        if path.is_dir() && !path.is_symlink() && !name.starts_with('.') {
            collect(&path, found)?;
        } else if name.ends_with(".task.md") || name.ends_with(".task.json") {
            found.push(path);
        }
    }
    Ok(())
}

fn problem(path: &Path) -> Result<Problem, SuiteError> {
    let text = read(path)?;
    let name = name_of(path);
    let wrap = |error: TaskError| SuiteError::Problem { path: path.to_owned(), problem: name.clone(), error };
    let task = read_file(path, &text).map_err(wrap)?;
    let held_out = match is_json(path) {
        true => json_held_out(&text).map_err(|what| SuiteError::Format { path: path.to_owned(), what })?,
        false => read_section(&Document::parse(&text).split_held_out().1).map_err(wrap)?,
    };
    let held_out = HeldOut::new(&task, held_out).map_err(wrap)?;
    Ok(Problem { name, task, held_out, reference: Vec::new(), completes: String::new() })
}

/// The field that the ordinary reader drops: a list of examples, or an object with `examples` and
/// `tests`.
fn json_held_out(text: &str) -> Result<TaskFields, String> {
    let json: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let wrap = |error: serde_json::Error| format!("held_out: {error}");
    match json.get("held_out") {
        None => Ok(TaskFields::default()),
        Some(rows @ Json::Array(_)) => {
            Ok(TaskFields { examples: Vec::deserialize(rows).map_err(wrap)?, ..TaskFields::default() })
        }
        Some(fields) => TaskFields::deserialize(fields).map_err(wrap),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_out_tests_are_kept_and_open_rows_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.task.md");
        let text = "| x | → |\n|--|--|\n| 1 | 2 |\n\n## Held out\n\n```python tests\nassert a(2) == 4\n```\n";
        std::fs::write(&file, text).unwrap();
        assert!(!problem(&file).unwrap().held_out.is_empty());
        std::fs::write(&file, text.replace("```python tests\nassert a(2) == 4\n```", "| x | → |\n|--|--|\n| 1 | ? |"))
            .unwrap();
        assert!(problem(&file).err().unwrap().to_string().contains("needs an answer"));
    }

    #[test]
    fn documents_are_found_and_their_held_out_parts_kept_apart() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("b");
        std::fs::create_dir(&inner).unwrap();
        let text = "| x | → |\n|--|--|\n| 1 | 2 |\n\n## Held out\n\n| x | → |\n|--|--|\n| 77 | 78 |\n";
        std::fs::write(folder.path().join("next.task.md"), text).unwrap();
        std::fs::write(folder.path().join("readme.md"), "no task").unwrap();
        let json = r#"{"examples": [{"input": [1], "output": 2}], "held_out": [{"input": [77], "output": 78}]}"#;
        std::fs::write(inner.join("same.task.json"), json).unwrap();
        let problems = load(&LoadOptions { data: folder.path().into(), ..LoadOptions::default() }).unwrap();
        assert_eq!(problems.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["same", "next"]);
        for problem in problems {
            assert!(!serde_json::to_string(&problem.task).unwrap().contains("77"));
            assert!(!problem.held_out.is_empty());
        }
    }
}
