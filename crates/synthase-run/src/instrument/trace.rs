//! What happened while a program ran, event by event.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The record of one call of a program under the tracer.
///
/// Everything in it is what the program's own process said, so it is worth as much as the program's
/// answers: good for explaining and for learning, not for verdicts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// The program's functions, called or not. Events name them by their place here.
    pub functions: Vec<Function>,
    /// What happened, in order, up to the bound that was asked for.
    pub events: Vec<Event>,
    /// How many events there were in all. None if the program was stopped before it could say.
    pub total: Option<u64>,
    /// Whether the program took the tracer away (or used up the stack that it needs) on the way, so
    /// that later events are missing.
    pub lost: bool,
    /// How often each statement began and each way between statements was taken; also of what comes
    /// after the recorded events.
    pub counts: Counts,
}

/// How often things happened, by function.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// (function, statement, how often it began).
    pub statements: Vec<(usize, u32, u64)>,
    /// (function, from, to, how often): statements are named by their first lines, 0 is the outside.
    pub ways: Vec<(usize, u32, u32, u64)>,
}

/// A function (or module, class body, lambda, comprehension) of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Its qualified name, where the language knows one.
    pub name: String,
    /// In which of the two texts it stands.
    pub file: SourceText,
    /// The line on which it begins.
    pub first: u32,
    /// Whether its frames may give way and go on later.
    pub generator: bool,
    /// Whether it is called; modules and class bodies run once, when the text is loaded.
    pub body: bool,
    /// Its statements, by their first lines.
    pub lines: Vec<u32>,
    /// Where control can go from statement to statement without errors; 0 is the outside.
    pub arcs: Vec<(u32, u32)>,
    /// The statements from which there is more than one way.
    pub branches: Vec<u32>,
    /// Runs of statements that are entered at the first and left after the last.
    pub blocks: Vec<Vec<u32>>,
}

/// One of the two texts of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceText {
    /// The program itself.
    Program,
    /// The task's text that stands before it.
    Prelude,
}

/// One event of one frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The frame: a number that is given at its first event, from 1 on.
    pub frame: u32,
    /// The line on which the frame stands.
    pub line: u32,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
    /// The variables that are not as they were at the frame's last event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum What {
    /// A function is entered, or a generator goes on (then its frame is known already).
    Call {
        /// The function.
        function: usize,
        /// The nearest frame of the program further out; 0 if there is none.
        caller: u32,
        /// Whether that frame called it itself, with no foreign code between.
        direct: bool,
    },
    /// A line is about to be executed.
    Line,
    /// The frame returns.
    Return {
        /// What it returns.
        value: Shown,
    },
    /// The frame gives way and may go on later.
    Yield {
        /// What it hands out.
        value: Shown,
    },
    /// An error leaves the frame.
    Unwind,
    /// An error was raised in the frame or came into it.
    Exception {
        /// The error.
        error: Shown,
        /// Whether it has no traceback yet: the quiet end of an inner generator.
        bare: bool,
    },
}

/// A variable with a new value, or without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// Whether it belongs to the module and not to the frame.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub global: bool,
    /// Its value; none if it is gone.
    pub value: Option<Shown>,
}

/// A value as it was shown: bounded, and the same text on every run.
///
/// Long texts are cut to head and tail (`'abc' …990 more… 'xyz'`), containers likewise, what is nested
/// too deep is `…`, a container inside itself `<cycle>`. Objects are shown by their fields,
/// `<Point x=1, y=2>`, whatever their class says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Shown {
    /// The name of its type.
    pub kind: String,
    /// Its text.
    pub text: String,
    /// Its length, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// Variables with their values, by name; of two that have one name, the frame's own comes first.
pub type Variables = BTreeMap<(String, bool), Shown>;

impl Trace {
    /// Why the events are not all that happened, in words; none if they are.
    pub fn gap(&self) -> Option<String> {
        let recorded = self.events.len() as u64;
        match self.total {
            None => Some(format!("stopped after {recorded} recorded events")),
            Some(total) if total > recorded => Some(format!("cut after {recorded} of {total} events")),
            Some(_) if self.lost => Some(format!("the program ended the tracing after {recorded} events")),
            Some(_) => None,
        }
    }

    /// The function of each frame, by the frame's number.
    pub fn function_of_frames(&self) -> BTreeMap<u32, usize> {
        let calls = self.events.iter().filter_map(|event| match event.what {
            What::Call { function, .. } => Some((event.frame, function)),
            _ => None,
        });
        calls.collect()
    }

    /// The variables of the frame of an event, as they are at that event.
    pub fn variables_at(&self, at: usize) -> Variables {
        let mut found = Variables::new();
        let Some(frame) = self.events.get(at).map(|event| event.frame) else { return found };
        for event in self.events[..=at].iter().filter(|event| event.frame == frame) {
            for change in &event.changes {
                let key = (change.name.clone(), change.global);
                match &change.value {
                    Some(value) => found.insert(key, value.clone()),
                    None => found.remove(&key),
                };
            }
        }
        found
    }
}
