//! Programs that were recorded elsewhere, in the formats in which people keep them.
//!
//! A file has one JSON document on each line:
//! * `{"task_id", "completion"}`: what continues the problem's prompt (human-eval);
//! * `{"task_id", "solution"}`: a whole program that stands alone (EvalPlus);
//! * `{"prompt", "samples"}`: a prompt with many continuations (CodeT). A continuation ends where the next
//!   definition or statement at the outermost level begins, as in CodeT's own grader.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::Deserialize;
use synthase_types::{Candidate, Provenance};

use crate::python_signature::last_definition;
use crate::read::read_lines;
use crate::suite::{Problem, SuiteError};

/// A program for one of a suite's problems.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The problem's place in the suite.
    pub problem: usize,
    /// The program.
    pub candidate: Candidate,
    /// Whether it is a whole program: then the task's prelude does not stand before it.
    pub alone: bool,
}

/// Programs with the same text for the same problem: judged once.
#[derive(Debug, Clone, PartialEq)]
pub struct Distinct {
    /// One of them.
    pub sample: Sample,
    /// Where they stand among all samples, from 0.
    pub places: Vec<usize>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Row {
    Completion { task_id: String, completion: String },
    Solution { task_id: String, solution: String },
    Many { prompt: String, samples: Vec<String> },
}

/// Where CodeT's grader ends a continuation.
const STOPS: [&str; 5] = ["\nclass", "\ndef", "\n#", "\nif", "\nprint"];

/// Reads the recorded programs of a suite.
///
/// # Errors
/// A file or line that cannot be read, or a line that belongs to none of the problems.
pub fn read_samples(path: &Path, problems: &[Problem]) -> Result<Vec<Sample>, SuiteError> {
    let by_name: HashMap<&str, usize> = problems.iter().enumerate().map(|(i, p)| (p.name.as_str(), i)).collect();
    let mut samples = Vec::new();
    for (line, row) in read_lines::<Row>(path)? {
        let unknown = |what: &str| SuiteError::Format {
            path: path.to_owned(),
            what: format!("line {line}: {what} is none of the suite's problems"),
        };
        let named = |name: &str| by_name.get(name).copied().ok_or_else(|| unknown(&format!("`{name}`")));
        match row {
            Row::Completion { task_id, completion } => {
                let problem = named(&task_id)?;
                let source = problems[problem].completes.clone() + &completion;
                samples.push(sample(problems, problem, source, false));
            }
            Row::Solution { task_id, solution } => {
                samples.push(sample(problems, named(&task_id)?, solution, true));
            }
            Row::Many { prompt, samples: many } => {
                let problem = by_prompt(&prompt, problems).ok_or_else(|| unknown("its prompt"))?;
                samples.extend(many.iter().map(|text| {
                    let end = STOPS.iter().filter_map(|stop| text.find(stop)).min().unwrap_or(text.len());
                    sample(problems, problem, format!("{prompt}{}", &text[..end]), true)
                }));
            }
        }
    }
    Ok(samples)
}

/// The suite's own right programs, one for each problem that has some.
pub fn references(problems: &[Problem]) -> Vec<Sample> {
    let first = |(problem, found): (usize, &Problem)| {
        Some(Sample { problem, candidate: found.reference.first()?.clone(), alone: false })
    };
    problems.iter().enumerate().filter_map(first).collect()
}

/// Samples with equal texts taken together, in the order in which each first stands.
pub fn distinct(samples: Vec<Sample>) -> Vec<Distinct> {
    let mut known: BTreeMap<(usize, bool, String), usize> = BTreeMap::new();
    let mut found: Vec<Distinct> = Vec::new();
    for (place, sample) in samples.into_iter().enumerate() {
        let key = (sample.problem, sample.alone, sample.candidate.source.clone());
        let at = *known.entry(key).or_insert(found.len());
        match found.get_mut(at) {
            Some(distinct) => distinct.places.push(place),
            None => found.push(Distinct { sample, places: vec![place] }),
        }
    }
    found
}

fn sample(problems: &[Problem], problem: usize, source: String, alone: bool) -> Sample {
    // Samples are written in the language in which the problem is asked.
    let language = problems[problem].task.language.clone().unwrap_or_else(|| "python".into());
    let provenance = Provenance { proposer: "recorded".into(), ..Provenance::default() };
    Sample { problem, candidate: Candidate { language, source, provenance }, alone }
}

/// The problem that a prompt belongs to: it defines the same function, and begins most alike. Prompts are
/// recorded without the examples of their docstrings, and some functions' names stand for two problems.
fn by_prompt(prompt: &str, problems: &[Problem]) -> Option<usize> {
    let common = |text: &str| {
        let pairs = prompt.trim().bytes().zip(text.bytes());
        pairs.take_while(|(a, b)| a == b).count()
    };
    let defines = |problem: &Problem| {
        problem.task.signature().is_some_and(|signature| last_definition(prompt, &signature.name).is_some())
    };
    let fitting = problems.iter().enumerate().filter(|(_, problem)| defines(problem));
    fitting.max_by_key(|(_, problem)| common(&problem.task.description)).map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use synthase_types::Task;
    use synthase_types::task::TaskFields;

    use super::*;
    use crate::held_out::HeldOut;

    fn problem(name: &str, prompt: &str) -> Problem {
        let fields = TaskFields {
            name: "f".into(),
            description: prompt.into(),
            entry: Some("f(x: any) -> any".into()),
            ..TaskFields::default()
        };
        let task = Task::try_from(fields).unwrap();
        let held_out = HeldOut::new(&task, TaskFields::default()).unwrap();
        Problem { name: name.into(), task, held_out, reference: Vec::new(), completes: "def f(x):\n".into() }
    }

    fn read(text: &str) -> Result<Vec<Sample>, SuiteError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("samples.jsonl");
        std::fs::write(&path, text).unwrap();
        let problems = [problem("T/0", "def f(x):\n    \"\"\"One"), problem("T/1", "def f(x):\n    \"\"\"Two")];
        read_samples(&path, &problems)
    }

    #[test]
    fn each_format_is_read() {
        let text = r#"{"task_id": "T/1", "completion": "    return 1"}
{"task_id": "T/0", "solution": "def f(x): return 2"}
{"prompt": "\ndef f(x):\n    \"\"\"Two\"\"\"\n", "samples": ["    return 3\nprint(f(1))\n", "    return 4"]}
"#;
        let found = read(text).unwrap();
        let short: Vec<(usize, &str, bool)> =
            found.iter().map(|s| (s.problem, s.candidate.source.as_str(), s.alone)).collect();
        assert_eq!(
            short,
            [
                (1, "def f(x):\n    return 1", false),
                (0, "def f(x): return 2", true),
                (1, "\ndef f(x):\n    \"\"\"Two\"\"\"\n    return 3", true),
                (1, "\ndef f(x):\n    \"\"\"Two\"\"\"\n    return 4", true),
            ]
        );
    }

    #[test]
    fn a_line_that_belongs_to_no_problem_is_named() {
        let error = read("\n{\"task_id\": \"X\", \"completion\": \"\"}\n").unwrap_err().to_string();
        assert!(error.ends_with("line 2: `X` is none of the suite's problems"), "{error}");
        let error = read("{\"prompt\": \"def g(x):\", \"samples\": []}").unwrap_err().to_string();
        assert!(error.ends_with("line 1: its prompt is none of the suite's problems"), "{error}");
    }

    #[test]
    fn equal_texts_are_taken_together() {
        let line = |id: &str, text: &str| format!("{{\"task_id\": \"T/{id}\", \"completion\": \"{text}\"}}\n");
        let text = [line("0", "a"), line("1", "a"), line("0", "b"), line("0", "a")].concat();
        let places: Vec<Vec<usize>> = distinct(read(&text).unwrap()).into_iter().map(|d| d.places).collect();
        assert_eq!(places, [vec![0, 3], vec![1], vec![2]]);
    }
}
