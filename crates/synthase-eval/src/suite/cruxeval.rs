//! CRUXEval: 800 short Python functions, each with one input and the output that belongs to it, in its own
//! format: a JSON document on each line with `code`, `input`, `output` and `id`.
//!
//! The input is written as the arguments of a call. The suite's program is the function itself; the question
//! is whether it gives the output, compared as CRUXEval does it, with Python's `==`.

use std::path::Path;

use serde::Deserialize;
use synthase_lang::python::asserts::lift;
use synthase_types::task::TaskFields;
use synthase_types::task::fields::{TaskError, TaskErrorKind};
use synthase_types::{Candidate, Code, Provenance, Task};

use super::{LoadOptions, Problem, Suite, SuiteError};
use crate::held_out::HeldOut;
use crate::python_signature::last_definition;
use crate::read::{find, read_lines};

/// The line in the table of suites.
pub const SUITE: Suite = Suite {
    name: "cruxeval",
    summary: "800 Python functions with an input and its output (facebookresearch/cruxeval, MIT)",
    load,
};

#[derive(Deserialize)]
struct Entry {
    code: String,
    input: String,
    output: String,
    id: String,
}

fn load(options: &LoadOptions) -> Result<Vec<Problem>, SuiteError> {
    let path = find(&options.data, "cruxeval", &["cruxeval.jsonl", "cruxeval.jsonl.gz"]);
    read_lines(&path)?.into_iter().map(|(_, entry)| problem(&path, entry)).collect()
}

fn problem(path: &Path, entry: Entry) -> Result<Problem, SuiteError> {
    let wrap = |error: TaskError| SuiteError::Problem { path: path.to_owned(), problem: entry.id.clone(), error };
    let missing = || wrap(TaskErrorKind::Block("its code does not define `f`".into()).into());
    let definition = last_definition(&entry.code, "f").ok_or_else(missing)?;
    let (signature, source, assert) = question(&entry, definition.signature.to_string());
    let fields = TaskFields {
        name: "f".into(),
        entry: Some(signature),
        language: Some("python".into()),
        ..TaskFields::default()
    };
    let task = Task::try_from(fields).map_err(wrap)?;
    let tests = vec![Code { language: Some("python".into()), source: assert, line: None }];
    let held_out = HeldOut::new(&task, TaskFields { tests, ..TaskFields::default() }).map_err(wrap)?;
    let provenance = Provenance { proposer: "cruxeval".into(), ..Provenance::default() };
    let reference = vec![Candidate { language: "python".into(), source, provenance }];
    Ok(Problem { name: entry.id, task, held_out, reference, completes: String::new() })
}

/// The entry point, the program and the assert that ask the question of an entry.
///
/// An input that is no plain data (a function, a range, a variable of the program) cannot be passed from
/// outside. It belongs to the question and not to the answer, so it may stand beside the function: the
/// program then has an entry point without parameters, whose result is compared outside all the same.
fn question(entry: &Entry, signature: String) -> (String, String, String) {
    let assert = format!("assert f({}) == {}\n", entry.input, entry.output);
    if lift(&assert, "f").rest.is_none() {
        return (signature, entry.code.clone(), assert);
    }
    let source = format!("{}\n\n\ndef f_of_the_input():\n    return f({})\n", entry.code, entry.input);
    ("f_of_the_input() -> any".to_owned(), source, format!("assert f_of_the_input() == {}\n", entry.output))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_arguments_are_one_question() {
        let folder = tempfile::tempdir().unwrap();
        let row = serde_json::json!({
            "code": "def f(a, b=2):\n    return {a: b}", "input": "'x', (1, )", "output": "{'x': (1,)}", "id": "sample_0",
        });
        std::fs::write(folder.path().join("cruxeval.jsonl"), row.to_string()).unwrap();
        let problems = load(&LoadOptions { data: folder.path().into(), ..LoadOptions::default() }).unwrap();
        assert_eq!(problems[0].task.entry.to_string(), "f(a: any, b: any) -> any");
        let asked = problems[0].questions();
        assert_eq!((asked.data, asked.code), (1, 0));
        assert!(!serde_json::to_string(&problems[0].task).unwrap().contains("'x'"));
    }

    #[test]
    fn an_input_that_is_no_plain_data_stands_in_the_program() {
        let entry = |input: &str| Entry {
            code: "def f(g):\n    return g(1)".into(),
            input: input.into(),
            output: "2".into(),
            id: "sample_1".into(),
        };
        let (signature, source, assert) = question(&entry("lambda x: x + 1"), "f(g: any) -> any".into());
        assert_eq!(
            (signature.as_str(), assert.as_str()),
            ("f_of_the_input() -> any", "assert f_of_the_input() == 2\n")
        );
        assert!(source.ends_with("def f_of_the_input():\n    return f(lambda x: x + 1)\n"));
        assert_eq!(question(&entry("'a'"), "f(g: any) -> any".into()).0, "f(g: any) -> any");
    }
}
