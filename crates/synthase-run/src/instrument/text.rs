//! The text forms of a trace, for people and for models. The same trace gives the same text.
//!
//! ```text
//! call total(xs=[3, 4])
//!   line 2: t = 0
//!   line 3: x = 3
//!   line 4: t = 0 → 3
//!   line 3: x = 3 → 4
//!   line 4
//!     call add(a=3, b=4)
//!       line 7: returns 7
//!   line 4, then: t = 3 → 7
//!   line 3
//!   line 5: returns 7
//! ```
//!
//! A line comes with what it changed: `name = new` for a new variable, `name = old → new`, `name gone`;
//! `global` before the names of the module. What it did after the calls that it made stands after them.
//! It ends with `returns`, `yields`, `raises` or, where an error leaves the function, `left by the error`.

use std::fmt::Write as _;

use crate::instrument::steps::{Effect, Ending, Step, StepKind, by_block, by_line};
use crate::instrument::trace::{Shown, SourceText, Trace, What};

/// Every executed line. With the program's text, each line shows what it says.
pub fn lines(trace: &Trace, source: Option<&str>) -> String {
    let source: Option<Vec<&str>> = source.map(|text| text.lines().collect());
    print(trace, &by_line(trace), source.as_deref())
}

/// Every executed block: lines that always follow each other, with the values before and after them.
pub fn blocks(trace: &Trace) -> String {
    print(trace, &by_block(trace), None)
}

/// The tree of calls, each with its arguments and its result.
pub fn calls(trace: &Trace) -> String {
    let mut out = String::new();
    for call in call_tree(trace) {
        let function = &trace.functions[call.function];
        let args: Vec<String> = call.args.iter().map(|(name, value)| format!("{name}={}", value.text)).collect();
        let _ = write!(out, "{:indent$}{}({})", "", function.name, args.join(", "), indent = 2 * call.depth);
        let _ = match &call.end {
            Some(CallEnd::Returned(value)) => write!(out, " = {}", value.text),
            Some(CallEnd::Raised(error)) => write!(out, " raises {}", error.text),
            None => write!(out, " does not end"),
        };
        if call.yields > 0 {
            let _ = write!(out, ", after yielding {} times", call.yields);
        }
        out.push('\n');
    }
    end(trace, out)
}

/// A call in the tree of calls.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Call {
    /// Its frame.
    pub frame: u32,
    /// Its function, by its place in the trace.
    pub function: usize,
    /// How many calls lie further out.
    pub depth: usize,
    /// Its arguments, and what else it can see from the functions around it.
    pub args: Vec<(String, Shown)>,
    /// How it ended; none if it did not, as far as is recorded.
    pub end: Option<CallEnd>,
    /// How often it gave way.
    pub yields: u64,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CallEnd {
    /// With this value.
    Returned(Shown),
    /// With this error.
    Raised(Shown),
}

/// The calls of a trace in the order in which they began; `depth` makes a tree of them.
pub fn call_tree(trace: &Trace) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut of_frame = std::collections::BTreeMap::new();
    let mut errors = std::collections::BTreeMap::new();
    for event in &trace.events {
        if let What::Call { function, caller, .. } = event.what {
            if !of_frame.contains_key(&event.frame) {
                let depth = of_frame.get(&caller).map_or(0, |at: &usize| calls[*at].depth + 1);
                let own = event.changes.iter().filter(|change| !change.global);
                let args = own.filter_map(|change| Some((change.name.clone(), change.value.clone()?))).collect();
                of_frame.insert(event.frame, calls.len());
                calls.push(Call { frame: event.frame, function, depth, args, end: None, yields: 0 });
            }
            continue;
        }
        let Some(call) = of_frame.get(&event.frame).map(|at| &mut calls[*at]) else { continue };
        match &event.what {
            What::Return { value } => call.end = Some(CallEnd::Returned(value.clone())),
            What::Yield { .. } => call.yields += 1,
            What::Exception { error, .. } => {
                errors.insert(event.frame, error.clone());
            }
            What::Unwind => call.end = errors.get(&event.frame).cloned().map(CallEnd::Raised),
            What::Call { .. } | What::Line => {}
        }
    }
    calls
}

fn print(trace: &Trace, steps: &[Step], source: Option<&[&str]>) -> String {
    let mut out = String::new();
    for step in steps {
        let function = &trace.functions[step.function];
        let indent = 4 * step.depth;
        let prelude = if function.file == SourceText::Prelude { "prelude " } else { "" };
        let mut told: Vec<String> = Vec::new();
        let head = match &step.kind {
            StepKind::Enter { again: true, line } => {
                told.extend(step.effects.iter().map(effect_text));
                format!("{:indent$}resume {} at {prelude}line {line}", "", function.name)
            }
            StepKind::Enter { again: false, .. } => {
                let (globals, args): (Vec<&Effect>, Vec<&Effect>) = step.effects.iter().partition(|e| e.global);
                let args: Vec<String> = args.into_iter().map(argument_text).collect();
                told.extend(globals.into_iter().map(effect_text));
                format!("{:indent$}call {}({})", "", function.name, args.join(", "))
            }
            StepKind::Lines(lines) => {
                told.extend(step.effects.iter().map(effect_text));
                let place = match (lines.first(), lines.last()) {
                    (Some(first), Some(last)) if first != last => format!("lines {first}–{last}"),
                    _ => format!("line {}", lines.first().copied().unwrap_or_default()),
                };
                format!("{:indent$}  {prelude}{place}", "")
            }
            StepKind::Then(line) => {
                told.extend(step.effects.iter().map(effect_text));
                format!("{:indent$}  {prelude}line {line}, then", "")
            }
        };
        told.extend(step.ends.iter().map(ending_text));
        let text = match (&step.kind, source) {
            (StepKind::Lines(lines), Some(source)) if function.file == SourceText::Program => {
                let line = lines.first().map_or("", |line| line_of(source, *line)).trim();
                format!("{head}  {line}")
            }
            _ => head,
        };
        out.push_str(&text);
        if !told.is_empty() {
            // Behind a text of the program the effects look like a comment on it.
            let separator = if source.is_some() && matches!(step.kind, StepKind::Lines(_)) { "  # " } else { ": " };
            out.push_str(separator);
            out.push_str(&told.join(", "));
        }
        out.push('\n');
    }
    end(trace, out)
}

/// A line of a text, counted from 1.
pub(crate) fn line_of<'a>(source: &[&'a str], line: u32) -> &'a str {
    (line as usize).checked_sub(1).and_then(|at| source.get(at)).copied().unwrap_or("")
}

fn end(trace: &Trace, mut out: String) -> String {
    if let Some(gap) = trace.gap() {
        let _ = writeln!(out, "… {gap}");
    }
    out
}

fn argument_text(effect: &Effect) -> String {
    format!("{}={}", effect.name, effect.after.as_ref().map_or("", |value| value.text.as_str()))
}

fn effect_text(effect: &Effect) -> String {
    let global = if effect.global { "global " } else { "" };
    let name = &effect.name;
    match (&effect.before, &effect.after) {
        (Some(before), Some(after)) => format!("{global}{name} = {} → {}", before.text, after.text),
        (None, Some(after)) => format!("{global}{name} = {}", after.text),
        (_, None) => format!("{global}{name} gone"),
    }
}

fn ending_text(ending: &Ending) -> String {
    match ending {
        Ending::Returned(value) => format!("returns {}", value.text),
        Ending::Yielded(value) => format!("yields {}", value.text),
        Ending::Raised(error) => format!("raises {}", error.text),
        Ending::Unwound => "left by the error".to_owned(),
    }
}
