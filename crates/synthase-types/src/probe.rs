//! Questions put to a program.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{Digest, ProbeId};
use crate::task::Code;
use crate::value::Value;
use crate::value::text::OneLine;

/// One question: how the program is addressed, with what input, and what is expected.
///
/// The whole schema exists from the start so that records stay readable; a judge answers
/// `NotJudged(Unsupported)` for what it cannot judge yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// How the program is addressed, and the input.
    pub interface: Interface,
    /// What is expected.
    pub expect: Expect,
}

/// How a program is addressed, and the input it gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interface {
    /// The entry point is called with these arguments.
    Call(Vec<Value>),
    /// The program is run with this text on its standard input.
    Stdio {
        /// The text on standard input.
        stdin: String,
        /// Arguments of the command line.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        args: Vec<String>,
    },
    /// A sequence of calls on one object: a constructor, then methods.
    Sequence(Vec<Step>),
    /// The program is run in a folder with these files.
    Files {
        /// The files' contents by relative path.
        inputs: BTreeMap<String, String>,
        /// Arguments of the command line.
        args: Vec<String>,
    },
}

/// One call in a sequence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The method's name; the first step names the class.
    pub method: String,
    /// The arguments.
    pub args: Vec<Value>,
}

/// What is expected of the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// The result equals this value under the task's equality profile.
    Value(Value),
    /// The result is a number that lies near this one, whatever the task's equality profile: what tests
    /// mean by `abs(f(x) - 0.33) < 1e-6`.
    Near {
        /// The number.
        value: f64,
        /// How far from it the result may lie: less than this.
        within: f64,
        /// Whether it may lie as far as this (`<=`).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        inclusive: bool,
    },
    /// The result counts as true, or as false, where Python asks for a condition: what tests mean by
    /// `assert f(x)` and `assert not f(x)`.
    Truthy(bool),
    /// An error is raised; of this kind, if one is named.
    Raises(Option<String>),
    /// Exactly this is written to standard output, up to white space at the ends of lines and of
    /// the text.
    Prints(String),
    /// After the call, the argument of this index (from 0) equals this value.
    Argument {
        /// The argument's place.
        index: usize,
        /// Its value after the call.
        value: Value,
    },
    /// A predicate over input and output holds.
    Predicate(Code),
    /// A program of the user's accepts input and output.
    Checker(Code),
    /// Files are left behind with these contents, by relative path.
    Files(BTreeMap<String, String>),
}

impl Probe {
    /// The probe's identity.
    pub fn id(&self) -> ProbeId {
        ProbeId(Digest::of_json(self))
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Interface::Call(args) => write_call(f, "f", args),
            Interface::Stdio { stdin, args } if args.is_empty() => write!(f, "stdin {}", Value::str(stdin.as_str())),
            Interface::Stdio { stdin, args } => write!(f, "{args:?} with stdin {}", Value::str(stdin.as_str())),
            Interface::Sequence(steps) => {
                for (i, step) in steps.iter().enumerate() {
                    f.write_str(if i > 0 { "; " } else { "" })?;
                    write_call(f, &step.method, &step.args)?;
                }
                Ok(())
            }
            Interface::Files { inputs, args } => write!(f, "{args:?} with {} files", inputs.len()),
        }
    }
}

/// Writes a call as people write it: `f(1, "a")`.
pub fn write_call(f: &mut fmt::Formatter<'_>, name: &str, args: &[Value]) -> fmt::Result {
    write!(f, "{name}(")?;
    for (i, arg) in args.iter().enumerate() {
        write!(f, "{}{arg}", if i > 0 { ", " } else { "" })?;
    }
    f.write_str(")")
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expect::Value(value) => value.fmt(f),
            Expect::Near { value, within, inclusive } => {
                let than = if *inclusive { "at most" } else { "less than" };
                write!(f, "a number {than} {} from {}", Value::from(*within), Value::from(*value))
            }
            Expect::Truthy(true) => f.write_str("something true"),
            Expect::Truthy(false) => f.write_str("something false"),
            Expect::Raises(None) => f.write_str("raises"),
            Expect::Raises(Some(kind)) => write!(f, "raises {}", OneLine(kind)),
            Expect::Prints(text) => write!(f, "prints {}", Value::str(text.as_str())),
            Expect::Argument { index, value } => write!(f, "argument {} becomes {value}", index + 1),
            Expect::Predicate(_) => f.write_str("a predicate holds"),
            Expect::Checker(_) => f.write_str("a checker accepts"),
            Expect::Files(files) => write!(f, "leaves {} files", files.len()),
        }
    }
}
