//! List tasks in the format of DreamCoder's `list_tasks.json`: a JSON array of
//! `{"name", "type": {"input", "output"}, "examples": [{"i", "o"}]}`.
//!
//! The first examples are shown, the others are held out.

use std::path::Path;

use serde::Deserialize;
use synthase_types::task::TaskFields;
use synthase_types::task::fields::ExampleField;
use synthase_types::{Task, Value};

use super::{LoadOptions, Problem, Suite, SuiteError};
use crate::held_out::HeldOut;
use crate::read::{find, read};

/// The line in the table of suites.
pub const SUITE: Suite = Suite {
    name: "lists-dev",
    summary: "217 functions on lists of integers, 15 examples each (ellisk42/ec, MIT)",
    load,
};

/// How many examples are shown unless the user says otherwise.
const SHOWN: usize = 5;

#[derive(Deserialize)]
struct Entry {
    name: String,
    #[serde(rename = "type")]
    ty: EntryType,
    examples: Vec<Pair>,
}

#[derive(Deserialize)]
struct EntryType {
    input: String,
    output: String,
}

#[derive(Deserialize)]
struct Pair {
    i: Value,
    o: Value,
}

fn load(options: &LoadOptions) -> Result<Vec<Problem>, SuiteError> {
    let path = find(&options.data, "lists-dev", &["list_tasks.json"]);
    let text = read(&path)?;
    let entries: Vec<Entry> = serde_json::from_str(&text)
        .map_err(|error| SuiteError::Format { path: path.clone(), what: error.to_string() })?;
    entries.into_iter().map(|entry| problem(&path, entry, options.shown.unwrap_or(SHOWN))).collect()
}

fn problem(path: &Path, entry: Entry, shown: usize) -> Result<Problem, SuiteError> {
    let format = |what: String| SuiteError::Format { path: path.to_owned(), what };
    let ty = |name: &str| type_name(name).ok_or_else(|| format(format!("`{}`: unknown type `{name}`", entry.name)));
    let signature = format!("f(x: {}) -> {}", ty(&entry.ty.input)?, ty(&entry.ty.output)?);
    let mut examples: Vec<ExampleField> = entry
        .examples
        .into_iter()
        .map(|pair| ExampleField { input: vec![pair.i], output: Some(pair.o), ..ExampleField::default() })
        .collect();
    let held_out = examples.split_off(shown.min(examples.len()));
    let wrap = |error| SuiteError::Problem { path: path.to_owned(), problem: entry.name.clone(), error };
    // The name says what the function does, so it is kept from those who search.
    let fields = TaskFields { name: "f".into(), entry: Some(signature), examples, ..TaskFields::default() };
    let task = Task::try_from(fields).map_err(wrap)?;
    let held_out = TaskFields { examples: held_out, ..TaskFields::default() };
    let held_out = HeldOut::new(&task, held_out).map_err(wrap)?;
    Ok(Problem { name: entry.name, task, held_out, reference: Vec::new(), completes: String::new() })
}

fn type_name(name: &str) -> Option<String> {
    match name {
        "int" | "bool" => Some(name.to_owned()),
        _ => name.strip_prefix("list-of-").and_then(type_name).map(|of| format!("list[{of}]")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_read_and_split() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list_tasks.json");
        let text = r#"[{"type": {"input": "list-of-int", "output": "bool"}, "name": "empty",
                        "examples": [{"i": [], "o": true}, {"i": [1], "o": false}, {"i": [], "o": true}]}]"#;
        std::fs::write(&file, text).unwrap();
        let problems =
            load(&LoadOptions { data: folder.path().into(), shown: Some(2), ..LoadOptions::default() }).unwrap();
        assert_eq!(problems[0].name, "empty");
        assert_eq!(problems[0].task.entry.to_string(), "f(x: list[int]) -> bool");
        assert_eq!(problems[0].task.examples.len(), 2);
        assert!(!problems[0].held_out.is_empty());
    }

    #[test]
    fn another_format_is_refused_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.json");
        std::fs::write(&file, "[{\"name\": 1}]").unwrap();
        let error = load(&LoadOptions { data: file, ..LoadOptions::default() }).err().unwrap().to_string();
        assert!(error.contains("line 1"), "{error}");
    }
}
