//! A folder of task documents (`*.task.md`, `*.task.json`) whose held-out parts are for grading.

use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use serde_json::Value as Json;
use synthase_types::task::document::Document;
use synthase_types::task::fields::{ExampleField, TaskError};
use synthase_types::task::read::{example_rows, read_document, read_json};

use super::{LoadOptions, Problem, Suite, SuiteError, read};
use crate::held_out::HeldOut;

/// The line in the table of suites.
pub const SUITE: Suite = Suite {
    name: "tasks",
    summary: "a folder of task documents with held-out parts (`--data FOLDER`)",
    load,
};

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

/// The name of a task by its file: what stands before `.task`.
pub fn task_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split_once(".task.").map_or(name.as_ref(), |(name, _)| name).to_owned()
}

fn problem(path: &Path) -> Result<Problem, SuiteError> {
    let text = read(path)?;
    let name = task_name(path);
    let wrap = |error: TaskError| SuiteError::Problem { path: path.to_owned(), problem: name.clone(), error };
    let (task, held_out) = if path.extension().is_some_and(|ending| ending == "json") {
        let task = read_json(&text, &name).map_err(wrap)?;
        (task, json_held_out(&text).map_err(|what| SuiteError::Format { path: path.to_owned(), what })?)
    } else {
        let task = read_document(&text, &name).map_err(wrap)?;
        let (_, blocks) = Document::parse(&text).split_held_out();
        (task, example_rows(&blocks).map_err(wrap)?)
    };
    let held_out = HeldOut::new(&task, held_out).map_err(wrap)?;
    Ok(Problem { name, task, held_out })
}

/// The field that the ordinary reader drops: a list of examples.
fn json_held_out(text: &str) -> Result<Vec<ExampleField>, String> {
    let json: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match json.get("held_out") {
        None => Ok(Vec::new()),
        Some(rows) => Vec::deserialize(rows).map_err(|error| format!("held_out: {error}")),
    }
}



#[cfg(test)]
mod tests {
    use super::*;

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
        let problems = load(&LoadOptions { data: folder.path().into(), shown: None }).unwrap();
        assert_eq!(problems.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["same", "next"]);
        for problem in problems {
            assert!(!serde_json::to_string(&problem.task).unwrap().contains("77"));
            assert!(!problem.held_out.is_empty());
        }
    }
}
