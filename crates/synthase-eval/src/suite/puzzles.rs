//! Python Programming Puzzles: functions `sat` that say of an answer whether it is right. The format is its
//! own: a JSON array of `{"name", "sat", "ans_type", "sol_header", "sol_docstring", "sol_bodies", ...}`.
//!
//! A program is a function `sol`, with `sat`'s further parameters and their defaults. It is right if `sat`
//! holds of what it returns when it is called without arguments; `sat` runs in a process of its own.

use std::path::Path;

use serde::Deserialize;
use synthase_types::task::TaskFields;
use synthase_types::task::fields::{TaskError, TaskErrorKind};
use synthase_types::{Candidate, Code, Provenance, Task};

use super::{LoadOptions, Problem, Suite, SuiteError};
use crate::held_out::HeldOut;
use crate::python_signature::last_definition;
use crate::read::{find, read};

/// The line in the table of suites.
pub const SUITE: Suite = Suite {
    name: "puzzles",
    summary: "1,715 Python puzzles, an answer and its test (microsoft/PythonProgrammingPuzzles, MIT)",
    load,
};

/// What the puzzles' own grader imports before puzzle and answer.
const PRELUDE: &str = "from typing import *\n";

#[derive(Deserialize)]
struct Entry {
    name: String,
    sat: String,
    sol_header: String,
    #[serde(default)]
    sol_docstring: String,
    #[serde(default)]
    sol_bodies: Vec<String>,
}

fn load(options: &LoadOptions) -> Result<Vec<Problem>, SuiteError> {
    let path = find(&options.data, "puzzles", &["puzzles.json", "puzzles.json.gz"]);
    let text = read(&path)?;
    let entries: Vec<Entry> = serde_json::from_str(&text)
        .map_err(|error| SuiteError::Format { path: path.clone(), what: error.to_string() })?;
    entries.into_iter().map(|entry| problem(&path, entry)).collect()
}

fn problem(path: &Path, entry: Entry) -> Result<Problem, SuiteError> {
    let wrap = |error: TaskError| SuiteError::Problem { path: path.to_owned(), problem: entry.name.clone(), error };
    let missing = |what: &str| wrap(TaskErrorKind::Block(format!("it has no function `{what}`")).into());
    let definition = last_definition(&entry.sol_header, "sol").ok_or_else(|| missing("sol"))?;
    last_definition(&entry.sat, "sat").ok_or_else(|| missing("sat"))?;
    let head = format!("{}\n{}\n", entry.sol_header, entry.sol_docstring);
    let fields = TaskFields {
        name: "sol".into(),
        description: format!("{}\n\nIts answer must satisfy:\n\n{}", head.trim(), entry.sat),
        entry: Some(definition.signature.to_string()),
        language: Some("python".into()),
        prelude: PRELUDE.into(),
        ..TaskFields::default()
    };
    let task = Task::try_from(fields).map_err(wrap)?;
    let source = format!("{}\n\nassert sat(sol())\n", entry.sat);
    let tests = vec![Code { language: Some("python".into()), source, line: None }];
    let held_out = HeldOut::new(&task, TaskFields { tests, ..TaskFields::default() }).map_err(wrap)?;
    let program = |body: &String| Candidate {
        language: "python".into(),
        source: format!("{head}{body}\n"),
        provenance: Provenance { proposer: "puzzles".into(), ..Provenance::default() },
    };
    let reference = entry.sol_bodies.iter().map(program).collect();
    Ok(Problem { name: entry.name, task, held_out, reference, completes: head })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_puzzle_and_its_answers_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let row = serde_json::json!([{
            "name": "P:0", "sat": "def sat(x: List[int], n=3):\n    return len(x) == n", "ans_type": "List[int]",
            "sol_header": "def sol(n=3):", "sol_docstring": "    \"\"\"n numbers\"\"\"",
            "sol_bodies": ["    return [0] * n", "    return list(range(n))"], "module": "m.py", "weight": 1.0
        }]);
        std::fs::write(folder.path().join("puzzles.json"), row.to_string()).unwrap();
        let problems = load(&LoadOptions { data: folder.path().into(), ..LoadOptions::default() }).unwrap();
        assert_eq!(problems[0].reference.len(), 2);
        assert_eq!(problems[0].reference[0].source, "def sol(n=3):\n    \"\"\"n numbers\"\"\"\n    return [0] * n\n");
        assert!(problems[0].task.description.contains("len(x) == n"));
        assert_eq!(problems[0].questions().code, 1);
    }
}
