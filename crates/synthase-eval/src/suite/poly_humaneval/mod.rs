//! Poly-HumanEval: HumanEval's problems with right programs in 14 languages (`poly_humaneval_sol.json`) and
//! one description of the tests for all of them (`poly_humaneval.ped`).
//!
//! A description may test two functions of one program; each is a problem of its own here, named
//! `HumanEval/38#encode_cyclic`. Functions are named as the language's programs name them.

mod ped;
mod preludes;

use std::collections::BTreeMap;
use std::path::Path;

use synthase_types::task::TaskFields;
use synthase_types::task::fields::{EqualityField, ExampleField, TaskError, TaskErrorKind};
use synthase_types::value::equality::Equality;
use synthase_types::{Candidate, Provenance, Signature, Task};

use self::ped::{Description, Tests};
use super::{LoadOptions, Problem, Suite, SuiteError};
use crate::held_out::HeldOut;
use crate::read::{find, read};

/// The line in the table of suites.
pub const SUITE: Suite = Suite {
    name: "poly-humaneval",
    summary: "HumanEval in 14 languages, by --lang (polyeval/poly-humaneval, MIT)",
    load,
};

/// Languages by the programs that they have for each problem.
type Programs = BTreeMap<String, BTreeMap<String, String>>;

/// How far a number may lie from the one in the tests, which is written with nine digits.
const NEAR: f64 = 1e-6;

fn load(options: &LoadOptions) -> Result<Vec<Problem>, SuiteError> {
    let file = |name: &str| find(&options.data, "poly-humaneval", &[name]);
    let (tests, programs) = (file("poly_humaneval.ped"), file("poly_humaneval_sol.json"));
    let descriptions = ped::parse(&read(&tests)?)
        .map_err(|what| SuiteError::Format { path: tests.clone(), what: what.to_string() })?;
    let format = |what: String| SuiteError::Format { path: programs.clone(), what };
    let mut all: Programs = serde_json::from_str(&read(&programs)?).map_err(|error| format(error.to_string()))?;
    let language = options.language.as_deref().unwrap_or("python");
    let known = all.keys().cloned().collect::<Vec<_>>().join(", ");
    let of_language = all.remove(language).ok_or_else(|| format(format!("it has no `{language}` (it has {known})")))?;
    let mut problems = Vec::new();
    for description in &descriptions {
        let program = of_language.get(&description.name).map(String::as_str);
        for tests in &description.tests {
            problems.push(problem(&programs, language, description, tests, program)?);
        }
    }
    Ok(problems)
}

fn problem(
    path: &Path,
    language: &str,
    description: &Description,
    tests: &Tests,
    program: Option<&str>,
) -> Result<Problem, SuiteError> {
    let name = match description.tests.len() {
        1 => description.name.clone(),
        _ => format!("{}#{}", description.name, tests.entry),
    };
    let wrap = |error: TaskError| SuiteError::Problem { path: path.to_owned(), problem: name.clone(), error };
    let missing = || wrap(TaskErrorKind::Block(format!("it has no function `{}`", tests.entry)).into());
    let signature = description.functions.iter().find(|function| function.name == tests.entry).ok_or_else(missing)?;
    let signature = Signature { name: name_in(&signature.name, program.unwrap_or_default()), ..signature.clone() };
    let functions: Vec<String> = description.functions.iter().map(Signature::to_string).collect();
    let fields = TaskFields {
        name: signature.name.clone(),
        description: functions.join("\n"),
        entry: Some(signature.to_string()),
        language: Some(language.to_owned()),
        prelude: preludes::of(language).to_owned(),
        equality: Some(EqualityField::Table(Equality::EvalPlus { atol: NEAR })),
        ..TaskFields::default()
    };
    let task = Task::try_from(fields).map_err(wrap)?;
    let row = |(input, output): &(Vec<_>, _)| ExampleField {
        input: input.clone(),
        output: Some(Clone::clone(output)),
        ..ExampleField::default()
    };
    let examples = tests.rows.iter().map(row).collect();
    let held_out = HeldOut::new(&task, TaskFields { examples, ..TaskFields::default() }).map_err(wrap)?;
    let candidate = |source: &str| Candidate {
        language: language.to_owned(),
        source: source.to_owned(),
        provenance: Provenance { proposer: "poly-humaneval".into(), ..Provenance::default() },
    };
    let reference = program.map(candidate).into_iter().collect();
    Ok(Problem { name, task, held_out, reference, completes: String::new() })
}

/// A function's name in the form in which a program has it: `below_zero`, `belowZero` or `BelowZero`.
fn name_in(name: &str, program: &str) -> String {
    let mut words = name.split('_').filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
    };
    let first = words.next().unwrap_or_default().to_owned();
    let rest: String = words.map(capital).collect();
    let forms = [name.to_owned(), format!("{first}{rest}"), format!("{}{rest}", capital(&first))];
    // The first word that is one of them: a library may have another of the forms, which the program uses.
    let mut words = program.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.find(|word| forms.iter().any(|form| form == word)).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TESTS: &str = r#"problem T/0 {
    code {
        func half_of(n:int) -> double
        func twice_of(n:int) -> int
    }
    tests {
        template nse entry half_of {
            (77) -> 38.5
        }
        template nse entry twice_of {
            (77) -> 154
        }
    }
}
"#;

    fn loaded(language: &str) -> Result<Vec<Problem>, SuiteError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("poly_humaneval.ped"), TESTS).unwrap();
        let programs = serde_json::json!({
            "go": { "T/0": "func HalfOf(n int) float64 {}\nfunc TwiceOf(n int) int {}" },
            "java": { "T/0": "class Global { static double halfOf(int n) {} static int twiceOf(int n) {} }" },
        });
        std::fs::write(folder.path().join("poly_humaneval_sol.json"), programs.to_string()).unwrap();
        let data = folder.path().to_owned();
        load(&LoadOptions { data, language: Some(language.into()), ..LoadOptions::default() })
    }

    #[test]
    fn each_tested_function_is_a_problem_named_as_the_language_does() {
        let problems = loaded("go").unwrap();
        let names: Vec<&str> = problems.iter().map(|problem| problem.name.as_str()).collect();
        assert_eq!(names, ["T/0#half_of", "T/0#twice_of"]);
        assert_eq!(problems[0].task.entry.to_string(), "HalfOf(n: int) -> float");
        assert!(problems[0].reference[0].source.contains("TwiceOf"));
        assert!(!serde_json::to_string(&problems[0].task).unwrap().contains("77"));
        assert_eq!(problems[1].questions().data, 1);
        assert_eq!(loaded("java").unwrap()[1].task.entry.to_string(), "twiceOf(n: int) -> int");
    }

    #[test]
    fn a_language_that_is_not_there_is_told_with_those_that_are() {
        let error = loaded("cobol").err().unwrap().to_string();
        assert!(error.ends_with("it has no `cobol` (it has go, java)"), "{error}");
    }

    #[test]
    fn the_name_is_the_one_that_the_program_defines() {
        let program = "int maxElement(vector<int> l) { return *max_element(l.begin(), l.end()); }";
        assert_eq!(name_in("max_element", program), "maxElement");
        assert_eq!(name_in("max_element", "def other(): pass"), "max_element");
    }
}
