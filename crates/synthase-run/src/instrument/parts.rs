//! Which parts of a program's text ran, where the language counts them itself.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::json;
use synthase_types::{Environment, Limits, Unit, Value};

use crate::error::RunError;
use crate::instrument::ask::{Begun, Heard, Watched, begin, ordinary};
use crate::instrument::wire::part;
use crate::lane::{Called, Lane};

/// The most bytes of counts.
const MOST_BYTES: u64 = 16 << 20;

/// A function of the program with its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionParts {
    /// Its name; empty where it has none.
    pub name: String,
    /// The function as a whole, then parts of it that ran another number of times.
    pub parts: Vec<Part>,
}

/// A part of a text: line and column of its beginning and of its end, counted from 1 (columns in UTF-16
/// units), and how often it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part(pub u32, pub u32, pub u32, pub u32, pub u64);

/// What came of a call whose parts were counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// What came of the call itself.
    pub called: Called,
    /// The functions of the program. None if it did not come to its end.
    pub functions: Option<Vec<FunctionParts>>,
}

impl Lane<'_> {
    /// Calls the entry point of a unit while the language counts which parts of its text run, loading
    /// included, in a process of its own.
    ///
    /// # Errors
    /// The language cannot do that, or the program could not be run.
    pub fn count_parts(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        args: &[Value],
    ) -> Result<Counted, RunError> {
        let watched = Watched { unit, limits, environment, args, bytes: MOST_BYTES, kind: "coverage" };
        let runner = self.runner;
        let counted = {
            let _others = runner.share();
            self.count_parts_once(&watched)?
        };
        match counted {
            Some(counted) => Ok(counted),
            None => Ok(Counted { called: ordinary(self, &watched)?, functions: None }),
        }
    }

    /// One try. None if the program could not even be loaded.
    fn count_parts_once(&mut self, watched: &Watched<'_>) -> Result<Option<Counted>, RunError> {
        let none = |called| Ok(Some(Counted { called, functions: None }));
        let (mut frame, talk) = match begin(self, watched, json!({}))? {
            Begun::Not(called) => return none(called),
            Begun::Heard(Heard::Ended(run)) => return none(Called::Ran(run)),
            Begun::Heard(Heard::Frame(both)) => *both,
        };
        if frame.contains_key("unloaded") {
            return Ok(None);
        }
        let read = part(&mut frame, "answer").and_then(|answer| Ok((answer, part(&mut frame, "coverage")?)));
        match read {
            Err(bad) => none(Called::Ran(talk.tampered(bad))),
            Ok((answer, functions)) => {
                Ok(talk.answered(answer).map(|run| Counted { called: Called::Ran(run), functions: Some(functions) }))
            }
        }
    }
}

/// The text for people: a line for each function, then its parts that did not run.
pub fn text(functions: &[FunctionParts]) -> String {
    let mut out = String::new();
    for function in functions {
        let Some((whole, rest)) = function.parts.split_first() else { continue };
        let name = if function.name.is_empty() { "a function without a name" } else { &function.name };
        let _ = write!(out, "{name} (line {}): called {} times", whole.0, whole.4);
        let left: Vec<String> = rest
            .iter()
            .filter(|part| part.4 == 0)
            .map(|part| format!("{}:{}–{}:{}", part.0, part.1, part.2, part.3))
            .collect();
        if whole.4 > 0 && !left.is_empty() {
            let _ = write!(out, "; not run: {}", left.join(", "));
        }
        out.push('\n');
    }
    out
}
