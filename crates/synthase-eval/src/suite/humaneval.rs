//! HumanEval: 164 Python functions to be written from a docstring, in its own format: a JSON document on
//! each line with `task_id`, `prompt`, `entry_point`, `canonical_solution` and `test`, packed or not.
//!
//! The prompt ends with the head of the wanted function; what stands before it (imports and helpers) is the
//! task's prelude. The test is a function `check`, which HumanEval's own grader calls with the program.

use std::path::Path;

use serde::Deserialize;
use synthase_types::task::TaskFields;
use synthase_types::task::fields::{TaskError, TaskErrorKind};
use synthase_types::{Candidate, Code, Provenance, Task};

use super::{LoadOptions, Problem, Suite, SuiteError};
use crate::held_out::HeldOut;
use crate::python_signature::last_definition;
use crate::read::{find, read_lines};

/// The line in the table of suites.
pub const SUITE: Suite =
    Suite { name: "humaneval", summary: "164 Python functions with tests (openai/human-eval, MIT)", load };

#[derive(Deserialize)]
struct Entry {
    task_id: String,
    prompt: String,
    entry_point: String,
    canonical_solution: String,
    test: String,
}

fn load(options: &LoadOptions) -> Result<Vec<Problem>, SuiteError> {
    let path = find(&options.data, "humaneval", &["HumanEval.jsonl.gz", "HumanEval.jsonl"]);
    read_lines(&path)?.into_iter().map(|(_, entry)| problem(&path, entry)).collect()
}

fn problem(path: &Path, entry: Entry) -> Result<Problem, SuiteError> {
    let wrap = |error: TaskError| SuiteError::Problem { path: path.to_owned(), problem: entry.task_id.clone(), error };
    let block = |what: String| wrap(TaskErrorKind::Block(what).into());
    let name = &entry.entry_point;
    let definition =
        last_definition(&entry.prompt, name).ok_or_else(|| block(format!("its prompt does not define `{name}`")))?;
    let (prelude, head) = entry.prompt.split_at(definition.start);
    let fields = TaskFields {
        name: name.clone(),
        description: entry.prompt.trim().to_owned(),
        entry: Some(definition.signature.to_string()),
        language: Some("python".into()),
        prelude: prelude.to_owned(),
        ..TaskFields::default()
    };
    let task = Task::try_from(fields).map_err(wrap)?;
    let source = format!("{}\ncheck({name})\n", entry.test.trim_end());
    let tests = vec![Code { language: Some("python".into()), source, line: None }];
    let held_out = HeldOut::new(&task, TaskFields { tests, ..TaskFields::default() }).map_err(wrap)?;
    let reference = Candidate {
        language: "python".into(),
        source: format!("{head}{}", entry.canonical_solution),
        provenance: Provenance { proposer: "humaneval".into(), ..Provenance::default() },
    };
    let completes = head.to_owned();
    Ok(Problem { name: entry.task_id, task, held_out, reference: vec![reference], completes })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A problem in HumanEval's format.
    fn line(id: &str, test: &str) -> String {
        let prompt = "from typing import List\n\n\ndef helper(x):\n    return x\n\n\ndef first(xs: List[int]) -> int:\n    \"\"\"The first.\"\"\"\n";
        let row = serde_json::json!({
            "task_id": id, "prompt": prompt, "entry_point": "first",
            "canonical_solution": "    return helper(xs[0])\n", "test": test,
        });
        row.to_string() + "\n"
    }

    #[test]
    fn the_format_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let test = "\n\nMETADATA = {}\n\n\ndef check(candidate):\n    assert candidate([77]) == 77\n\n";
        std::fs::write(folder.path().join("HumanEval.jsonl"), line("T/0", test)).unwrap();
        let problems = load(&LoadOptions { data: folder.path().into(), ..LoadOptions::default() }).unwrap();
        let problem = &problems[0];
        assert_eq!(problem.task.entry.to_string(), "first(xs: list[int]) -> int");
        assert!(problem.task.prelude.ends_with("return x\n\n\n"));
        assert_eq!(problem.reference[0].source, format!("{}    return helper(xs[0])\n", problem.completes));
        assert!(!serde_json::to_string(&problem.task).unwrap().contains("77"));
        assert_eq!(problem.held_out.questions(&problem.task).data, 1);
    }

    #[test]
    fn a_prompt_without_its_function_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("HumanEval.jsonl");
        std::fs::write(&path, line("T/0", "").replace("def first", "def second")).unwrap();
        let error = load(&LoadOptions { data: path, ..LoadOptions::default() }).err().unwrap().to_string();
        assert!(error.contains("`T/0`: its prompt does not define `first`"), "{error}");
    }
}
