//! The fields of a task as they are written in JSON and in the front matter of documents, and the
//! one place where they are checked and become a [`Task`].

use serde::{Deserialize, Serialize};

use super::{Code, Entry, Environment, Example, Task, input_types};
use crate::limits::{Limits, wall_backstop};
use crate::probe::Expect;
use crate::ty::fit::{FitError, fit};
use crate::ty::infer::infer_signature;
use crate::ty::parse::ParseTypeError;
use crate::ty::{Signature, Type};
use crate::value::Value;
use crate::value::equality::{Equality, UnknownProfile};

/// A task as it is written. Everything may be left out but what nothing can be made without.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TaskFields {
    /// What the task is called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What is wanted, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// A signature such as `pair(line: str) -> tuple[str, str]`, or `stdio`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The language of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Program text that stands before the candidate.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prelude: String,
    /// The equality profile: its name, or a table with its parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equality: Option<EqualityField>,
    /// Inputs with their answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<ExampleField>,
    /// Inputs without an answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Vec<Value>>,
    /// Test code.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<Code>,
    /// Properties.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Code>,
    /// A reference program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oracle: Option<Code>,
    /// A program with holes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sketch: Option<Code>,
    /// A formal contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<Code>,
    /// What is to be lowered or raised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objective: Option<String>,
    /// Limits of one run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitsField>,
    /// What surrounds the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
}

/// An equality profile by name or with its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EqualityField {
    /// `"strict"`
    Name(String),
    /// `{"profile": "strict", "relative": 1e-6}`
    Table(Equality),
}

/// Limits, where `wall` may follow from `cpu`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LimitsField(pub serde_json::Map<String, serde_json::Value>);

/// An input with its answer: exactly one of `output`, `raises`, `prints` and `expect`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleField {
    /// The arguments.
    pub input: Vec<Value>,
    /// The result. Present and `null` when the result is the absent value.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub output: Option<Value>,
    /// The kind of error that is raised; `""` for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raises: Option<String>,
    /// What is printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prints: Option<String>,
    /// Any other expectation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expect>,
    /// The line of the document on which the example stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// Tells a field that is `null` from one that is missing.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What is wrong with a task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskError {
    /// The line of the document, where the mistake has one.
    pub line: Option<u32>,
    /// What is wrong.
    pub kind: TaskErrorKind,
}

/// The kinds of mistakes in a task.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TaskErrorKind {
    /// The entry point is no signature.
    #[error("entry point: {0}")]
    Entry(#[from] ParseTypeError),
    /// Nothing says how the program is called.
    #[error("nothing says how the program is called: add `entry = \"name(x: type) -> type\"` or an example")]
    NoEntry,
    /// An equality profile that does not exist.
    #[error(transparent)]
    Equality(#[from] UnknownProfile),
    /// Limits that cannot be read.
    #[error("limits: {0}")]
    Limits(String),
    /// A limit that lets nothing run.
    #[error("limits: `{0}` must be greater than zero")]
    ZeroLimit(&'static str),
    /// The front matter or the JSON text cannot be read.
    #[error("{0}")]
    Syntax(String),
    /// An example with another number of inputs than the entry point has parameters.
    #[error("row {row} has {got}, but `{name}` takes {wanted}", got = inputs(*got), wanted = inputs(*wanted))]
    Arity {
        /// The row, from 1.
        row: usize,
        /// The function's name.
        name: String,
        /// The number of inputs of the row.
        got: usize,
        /// The number of parameters.
        wanted: usize,
    },
    /// A value that the type of its parameter cannot have.
    #[error("row {row}, `{param}`: {error}")]
    Unfit {
        /// The row, from 1.
        row: usize,
        /// The parameter's name, or `→` for the answer.
        param: String,
        /// What does not fit.
        error: Box<FitError>,
    },
    /// An answer that no program can give.
    #[error("row {row}: an expected value cannot contain `opaque`")]
    OpaqueAnswer {
        /// The row, from 1.
        row: usize,
    },
    /// An example without an answer or with several.
    #[error("row {0} needs exactly one of `output`, `raises`, `prints` and `expect`")]
    OneAnswer(usize),
    /// A table or block of a document that cannot be read; the text says why.
    #[error("{0}")]
    Block(String),
}

fn inputs(count: usize) -> String {
    if count == 1 { "1 input".to_owned() } else { format!("{count} inputs") }
}

impl std::fmt::Display for TaskError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.kind),
            None => self.kind.fmt(f),
        }
    }
}

impl std::error::Error for TaskError {}

impl From<TaskErrorKind> for TaskError {
    fn from(kind: TaskErrorKind) -> Self {
        TaskError { line: None, kind }
    }
}

impl TryFrom<TaskFields> for Task {
    type Error = TaskError;

    fn try_from(fields: TaskFields) -> Result<Task, TaskError> {
        fields.into_task(&[])
    }
}

impl TaskFields {
    /// Checks the fields and makes the task of them. `names` are the names of parameters to use
    /// where the entry point is inferred from the examples.
    ///
    /// # Errors
    /// The first mistake.
    pub fn into_task(self, names: &[String]) -> Result<Task, TaskError> {
        let examples =
            self.examples.iter().enumerate().map(|(i, field)| field.read(i + 1)).collect::<Result<Vec<_>, _>>()?;
        let entry = match self.entry.as_deref().map(str::trim) {
            Some("stdio") => Entry::Stdio,
            Some(text) => Entry::Function(text.parse().map_err(TaskErrorKind::Entry)?),
            None => infer_entry(&self.name, names, &examples)?,
        };
        let examples = examples
            .into_iter()
            .enumerate()
            .map(|(i, example)| fit_example(example, &entry, i + 1))
            .collect::<Result<_, _>>()?;
        let inputs = self
            .inputs
            .iter()
            .enumerate()
            .map(|(i, input)| fit_input(input, &entry, i + 1))
            .collect::<Result<_, _>>()?;
        Ok(Task {
            name: self.name,
            description: self.description,
            entry,
            language: self.language,
            prelude: self.prelude,
            equality: match self.equality {
                None => Equality::default(),
                Some(EqualityField::Name(name)) => name.parse().map_err(TaskErrorKind::Equality)?,
                Some(EqualityField::Table(equality)) => equality,
            },
            examples,
            inputs,
            tests: self.tests,
            properties: self.properties,
            oracle: self.oracle,
            sketch: self.sketch,
            contract: self.contract,
            objective: self.objective,
            limits: self.limits.map_or_else(|| Ok(Limits::default()), LimitsField::read)?,
            environment: self.environment.unwrap_or_default(),
        })
    }
}

impl From<Task> for TaskFields {
    fn from(task: Task) -> Self {
        let limits = match serde_json::to_value(&task.limits) {
            Ok(serde_json::Value::Object(map)) => Some(LimitsField(map)),
            _ => None,
        };
        TaskFields {
            name: task.name,
            description: task.description,
            entry: Some(task.entry.to_string()),
            language: task.language,
            prelude: task.prelude,
            equality: Some(EqualityField::Table(task.equality)),
            examples: task.examples.into_iter().map(ExampleField::from).collect(),
            inputs: task.inputs,
            tests: task.tests,
            properties: task.properties,
            oracle: task.oracle,
            sketch: task.sketch,
            contract: task.contract,
            objective: task.objective,
            limits,
            environment: Some(task.environment),
        }
    }
}

impl ExampleField {
    fn read(&self, row: usize) -> Result<Example, TaskError> {
        let answers = [
            self.output.clone().map(Expect::Value),
            self.raises.clone().map(|kind| Expect::Raises((!kind.is_empty()).then_some(kind))),
            self.prints.clone().map(Expect::Prints),
            self.expect.clone(),
        ];
        let mut answers = answers.into_iter().flatten();
        match (answers.next(), answers.next()) {
            (Some(expect), None) => Ok(Example { input: self.input.clone(), expect, line: self.line }),
            _ => Err(TaskError { line: self.line, kind: TaskErrorKind::OneAnswer(row) }),
        }
    }
}

impl From<Example> for ExampleField {
    fn from(example: Example) -> Self {
        let mut field = ExampleField { input: example.input, line: example.line, ..ExampleField::default() };
        match example.expect {
            Expect::Value(value) => field.output = Some(value),
            Expect::Raises(kind) => field.raises = Some(kind.unwrap_or_default()),
            Expect::Prints(text) => field.prints = Some(text),
            other => field.expect = Some(other),
        }
        field
    }
}

impl LimitsField {
    /// The limits; `wall` follows from `cpu` where it is not stated.
    fn read(self) -> Result<Limits, TaskErrorKind> {
        let states_wall = self.0.contains_key("wall");
        let mut limits: Limits =
            serde_json::from_value(self.0.into()).map_err(|error| TaskErrorKind::Limits(error.to_string()))?;
        if !states_wall {
            limits.wall = wall_backstop(limits.cpu);
        }
        let zero = [
            ("cpu", limits.cpu.is_zero()),
            ("wall", limits.wall.is_zero()),
            ("memory", limits.memory == 0),
            ("output", limits.output == 0),
            ("processes", limits.processes == 0),
            ("disk", limits.disk == 0),
            ("files", limits.files == 0),
        ];
        match zero.into_iter().find(|(_, zero)| *zero) {
            Some((name, _)) => Err(TaskErrorKind::ZeroLimit(name)),
            None => Ok(limits),
        }
    }
}

/// The entry point that the examples show: a function of their types.
fn infer_entry(name: &str, names: &[String], examples: &[Example]) -> Result<Entry, TaskErrorKind> {
    if examples.is_empty() {
        return Err(TaskErrorKind::NoEntry);
    }
    let inputs: Vec<&[Value]> = examples.iter().map(|example| example.input.as_slice()).collect();
    let outputs: Vec<&Value> = examples
        .iter()
        .filter_map(|example| match &example.expect {
            Expect::Value(value) => Some(value),
            _ => None,
        })
        .collect();
    Ok(Entry::Function(infer_signature(&function_name(name), names, &inputs, &outputs)))
}

/// A function's name made from a task's: the letters and digits of its words, joined by underscores.
fn function_name(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let name = words.join("_");
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return "solve".to_owned();
    }
    // A word that a language keeps for itself cannot name a function there.
    if RESERVED.contains(&name.as_str()) { name + "_of" } else { name }
}

/// Words that one of the common languages keeps for itself.
const RESERVED: &[&str] = &[
    "abstract",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "become",
    "box",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "crate",
    "debugger",
    "def",
    "default",
    "del",
    "delete",
    "do",
    "dyn",
    "elif",
    "else",
    "enum",
    "eval",
    "except",
    "export",
    "extends",
    "extern",
    "false",
    "final",
    "finally",
    "fn",
    "for",
    "from",
    "function",
    "gen",
    "global",
    "if",
    "impl",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "is",
    "lambda",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "new",
    "nonlocal",
    "not",
    "null",
    "or",
    "override",
    "package",
    "pass",
    "priv",
    "private",
    "protected",
    "pub",
    "public",
    "raise",
    "ref",
    "return",
    "self",
    "static",
    "struct",
    "super",
    "switch",
    "this",
    "throw",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "undefined",
    "union",
    "unsafe",
    "use",
    "var",
    "virtual",
    "void",
    "where",
    "while",
    "with",
    "yield",
];

fn fit_example(example: Example, entry: &Entry, row: usize) -> Result<Example, TaskError> {
    let fitted = || -> Result<Example, TaskError> {
        let input = fit_input(&example.input, entry, row)?;
        let expect = match (&example.expect, entry) {
            (Expect::Value(value), _) if value.has_opaque() => return Err(TaskErrorKind::OpaqueAnswer { row }.into()),
            (Expect::Value(value), Entry::Function(Signature { returns, .. })) => {
                Expect::Value(fit_value(value, returns, "→", row)?)
            }
            // What a program writes to standard output is a text.
            (Expect::Value(value), Entry::Stdio) => match fit_value(value, &Type::Str, "→", row)? {
                Value::Str(text) => Expect::Prints(text),
                other => Expect::Value(other),
            },
            (other, _) => other.clone(),
        };
        Ok(Example { input, expect, line: example.line })
    };
    fitted().map_err(|error| TaskError { line: example.line, ..error })
}

fn fit_input(input: &[Value], entry: &Entry, row: usize) -> Result<Vec<Value>, TaskError> {
    let types = input_types(entry);
    if types.len() != input.len() {
        let name = match entry {
            Entry::Function(signature) => signature.name.clone(),
            Entry::Stdio => "stdio".to_owned(),
        };
        return Err(TaskErrorKind::Arity { row, name, got: input.len(), wanted: types.len() }.into());
    }
    input.iter().zip(types).map(|(value, (name, ty))| fit_value(value, &ty, name, row)).collect()
}

fn fit_value(value: &Value, ty: &Type, param: &str, row: usize) -> Result<Value, TaskError> {
    fit(value, ty).map_err(|error| TaskErrorKind::Unfit { row, param: param.to_owned(), error: Box::new(error) }.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::arbitrary;

    fn read(json: &str) -> Result<Task, TaskError> {
        serde_json::from_str::<TaskFields>(json).unwrap().try_into()
    }

    #[test]
    fn a_task_reads_back_from_its_json() {
        let task = read(
            r#"{"name": "Double", "entry": "double(x: float) -> float?", "limits": {"cpu": 1},
                "equality": "evalplus", "tests": [{"source": "assert double(1) == 2"}],
                "examples": [{"input": [1], "output": 2}, {"input": [0], "output": null},
                             {"input": [-1], "raises": ""}],
                "inputs": [[5]]}"#,
        )
        .unwrap();
        assert_eq!(task.examples[0].expect, Expect::Value(2.0.into()));
        assert_eq!(task.limits.wall.as_secs(), 3);
        let text = serde_json::to_string(&task).unwrap();
        let again: Task = serde_json::from_str(&text).unwrap();
        assert_eq!(again, task);
        assert_eq!(again.id(), task.id());
    }

    #[test]
    fn an_entry_point_is_inferred_from_examples() {
        let task = read(r#"{"name": "Word count", "examples": [{"input": ["a b"], "output": 2}]}"#).unwrap();
        assert_eq!(task.entry.to_string(), "word_count(x: str) -> int");
        let task = read(r#"{"name": "Return", "examples": [{"input": [1], "output": 2}]}"#).unwrap();
        assert_eq!(task.entry.to_string(), "return_of(x: int) -> int");
    }

    proptest! {
        #[test]
        fn any_task_made_of_examples_survives_its_json(
            name in any::<String>(),
            header in any::<String>(),
            rows in proptest::collection::vec((arbitrary::value(), arbitrary::value()), 1..4),
        ) {
            let examples = rows
                .into_iter()
                .map(|(input, output)| ExampleField { input: vec![input], output: Some(output), ..ExampleField::default() })
                .collect();
            let fields = TaskFields { name, examples, ..TaskFields::default() };
            if let Ok(task) = fields.into_task(&[header]) {
                let text = serde_json::to_string(&task).unwrap();
                prop_assert_eq!(serde_json::from_str::<Task>(&text).unwrap(), task);
            }
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (json, message) in [
            ("{}", "nothing says how the program is called: add `entry = \"name(x: type) -> type\"` or an example"),
            (
                r#"{"entry": "f(x: int) -> int", "examples": [{"input": [1, 2], "output": 3}]}"#,
                "row 1 has 2 inputs, but `f` takes 1 input",
            ),
            (
                r#"{"entry": "f(x: int) -> int", "examples": [{"input": ["a"], "output": 3, "line": 7}]}"#,
                "line 7: row 1, `x`: \"a\" is no int",
            ),
            (
                r#"{"entry": "f(x: int) -> u8", "examples": [{"input": [1], "output": 256}]}"#,
                "row 1, `→`: 256 is no u8",
            ),
            (
                r#"{"entry": "f(x: int) -> int", "examples": [{"input": [1]}]}"#,
                "row 1 needs exactly one of `output`, `raises`, `prints` and `expect`",
            ),
            (
                r#"{"entry": "f() -> int", "equality": "vague"}"#,
                "unknown equality profile `vague` (known: strict, evalplus, humaneval)",
            ),
            (r#"{"entry": "f() -> int", "limits": {"cpu": "0s"}}"#, "limits: `cpu` must be greater than zero"),
        ] {
            assert_eq!(read(json).unwrap_err().to_string(), message, "{json}");
        }
    }
}
