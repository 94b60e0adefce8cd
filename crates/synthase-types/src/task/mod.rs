//! Tasks: what is wanted of a program, and the documents they are written in.

pub mod document;
pub mod fields;
pub mod read;
pub mod row;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{Digest, TaskId};
use crate::limits::Limits;
use crate::probe::{Expect, Interface, Probe};
use crate::ty::{Signature, Type};
use crate::value::Value;
use crate::value::equality::Equality;

pub use fields::TaskFields;

/// What is wanted, as proposers and strategies may see it. What grades them is no part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "TaskFields", into = "TaskFields")]
pub struct Task {
    /// What the task is called: its title or file name.
    pub name: String,
    /// What is wanted, in words.
    pub description: String,
    /// How a program is addressed.
    pub entry: Entry,
    /// The language of the answer, where the task states one.
    pub language: Option<String>,
    /// Program text that stands before the candidate: imports and helpers of the task.
    pub prelude: String,
    /// Which answers count as equal.
    pub equality: Equality,
    /// Inputs with their answers.
    pub examples: Vec<Example>,
    /// Inputs for which the user gave no answer.
    pub inputs: Vec<Vec<Value>>,
    /// Test code: asserts about the entry point.
    pub tests: Vec<Code>,
    /// Properties that hold for every input.
    pub properties: Vec<Code>,
    /// A reference program.
    pub oracle: Option<Code>,
    /// A program with holes.
    pub sketch: Option<Code>,
    /// A formal contract.
    pub contract: Option<Code>,
    /// What is to be lowered or raised.
    pub objective: Option<String>,
    /// What one run of a program may use.
    pub limits: Limits,
    /// What surrounds the program.
    pub environment: Environment,
}

/// How a program is addressed.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A function is called.
    Function(Signature),
    /// The program is run, with a text on its standard input.
    Stdio,
}

/// An input with its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The arguments; for [`Entry::Stdio`] the text on standard input.
    pub input: Vec<Value>,
    /// The answer.
    pub expect: Expect,
    /// The line of the document on which the example stands.
    pub line: Option<u32>,
}

/// Program text within a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The language, where one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The text.
    pub source: String,
    /// The line of the document on which the text begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// What surrounds a program: part of a task's identity and of the key of every verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Environment {
    /// Packages with their versions that a program may import.
    pub packages: BTreeMap<String, String>,
    /// The locale.
    pub locale: String,
    /// The time zone.
    pub timezone: String,
    /// The seed of hash functions, where the language lets it be set.
    pub seed: u32,
}

impl Default for Environment {
    fn default() -> Self {
        Environment { packages: BTreeMap::new(), locale: "C.UTF-8".into(), timezone: "UTC".into(), seed: 0 }
    }
}

impl Task {
    /// The task's identity: everything but the places where its parts stand.
    pub fn id(&self) -> TaskId {
        let mut task = self.clone();
        task.examples.iter_mut().for_each(|example| example.line = None);
        task.tests.iter_mut().chain(&mut task.properties).for_each(|code| code.line = None);
        for code in [&mut task.oracle, &mut task.sketch, &mut task.contract].into_iter().flatten() {
            code.line = None;
        }
        TaskId(Digest::of_json(&task))
    }

    /// The signature of the function that is wanted, if it is one.
    pub fn signature(&self) -> Option<&Signature> {
        match &self.entry {
            Entry::Function(signature) => Some(signature),
            Entry::Stdio => None,
        }
    }

    /// The probe that asks for one example.
    pub fn probe(&self, example: &Example) -> Probe {
        let interface = match &self.entry {
            Entry::Function(_) => Interface::Call(example.input.clone()),
            Entry::Stdio => Interface::Stdio { stdin: stdin_text(&example.input), args: Vec::new() },
        };
        Probe { interface, expect: example.expect.clone() }
    }
}

fn stdin_text(input: &[Value]) -> String {
    match input {
        [Value::Str(text)] => text.clone(),
        _ => String::new(),
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Function(signature) => signature.fmt(f),
            Entry::Stdio => f.write_str("stdio"),
        }
    }
}

/// The types that an example's input must fit.
pub(crate) fn input_types(entry: &Entry) -> Vec<(&str, Type)> {
    match entry {
        Entry::Function(signature) => {
            signature.params.iter().map(|param| (param.name.as_str(), param.ty.clone())).collect()
        }
        Entry::Stdio => vec![("stdin", Type::Str)],
    }
}
