//! A debugger's commands, what it tells, and sessions of it as texts.
//!
//! A session is a list of commands, one on each line, and replaying it gives the same text:
//!
//! ```text
//! > break 4
//! a break at line 4
//! > continue
//! line 4 in total: xs = [3, 4], t = 0, x = 3
//! > out
//! returns 7 from total, line 5: xs = [3, 4], t = 7, x = 4
//! > step
//! the call returned 7
//! ```

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::error::RunError;
use crate::instrument::trace::{Function, Shown, SourceText, What};

/// What a debugger is told to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// `break LINE`: stop before this line of the program from now on.
    Break(u32),
    /// `clear LINE`: no longer.
    Clear(u32),
    /// `step`: go on to the next event, into calls.
    Step,
    /// `next`: go on to the next event of this frame, over calls.
    Next,
    /// `out`: go on until this frame returns.
    Out,
    /// `continue`: go on to the next break.
    Continue,
    /// `back`: to the event before. Only over a recorded trace.
    Back,
    /// `show` or `show NAME`: all variables, or one.
    Show(Option<String>),
    /// `where`: the calls that lead here, the outermost first.
    Where,
}

/// A text that is no command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no command of the debugger (break LINE, clear LINE, step, next, out, continue, back, show [NAME], where)"
)]
pub struct BadCommand(String);

impl FromStr for Command {
    type Err = BadCommand;

    fn from_str(text: &str) -> Result<Command, BadCommand> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let line = |word: &str| word.parse().ok().filter(|line| *line > 0).ok_or_else(|| BadCommand(text.to_owned()));
        match words.as_slice() {
            ["break" | "b", at] => Ok(Command::Break(line(at)?)),
            ["clear", at] => Ok(Command::Clear(line(at)?)),
            ["step" | "s"] => Ok(Command::Step),
            ["next" | "n"] => Ok(Command::Next),
            ["out" | "return" | "r"] => Ok(Command::Out),
            ["continue" | "c"] => Ok(Command::Continue),
            ["back"] => Ok(Command::Back),
            ["show"] => Ok(Command::Show(None)),
            ["show" | "p", name] => Ok(Command::Show(Some((*name).to_owned()))),
            ["where" | "w"] => Ok(Command::Where),
            _ => Err(BadCommand(text.to_owned())),
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Break(line) => write!(f, "break {line}"),
            Command::Clear(line) => write!(f, "clear {line}"),
            Command::Step => f.write_str("step"),
            Command::Next => f.write_str("next"),
            Command::Out => f.write_str("out"),
            Command::Continue => f.write_str("continue"),
            Command::Back => f.write_str("back"),
            Command::Show(None) => f.write_str("show"),
            Command::Show(Some(name)) => write!(f, "show {name}"),
            Command::Where => f.write_str("where"),
        }
    }
}

/// Reads the commands of a script: one on each line, or several with `;` between. Empty lines and
/// lines that begin with `#` are passed over, and so is what a session's text has beside its commands.
///
/// # Errors
/// A line that is no command.
pub fn script(text: &str) -> Result<Vec<Command>, BadCommand> {
    let session = text.lines().any(|line| line.starts_with("> "));
    let lines = text.lines().filter_map(|line| match session {
        true => line.strip_prefix("> "),
        false => Some(line),
    });
    let parts = lines.filter(|line| !line.trim_start().starts_with('#')).flat_map(|line| line.split(';'));
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::parse).collect()
}

/// How a program is let go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// To the next event.
    Step,
    /// To the next event of this frame.
    Next,
    /// Until this frame returns.
    Out,
    /// To the next break.
    Continue,
    /// To the event before.
    Back,
}

/// Where a program stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// The event at which it stands, counted from 0.
    pub at: usize,
    /// The event itself, without changes.
    #[serde(flatten)]
    pub what: What,
    /// The line.
    pub line: u32,
    /// The variables that can be seen: name, whether it is global, value.
    pub variables: Vec<(String, bool, Shown)>,
    /// The functions and lines of the program's open calls, the innermost last.
    pub stack: Vec<Place>,
}

/// A line of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The function's name.
    pub function: String,
    /// The text in which it stands.
    pub file: SourceText,
    /// The line.
    pub line: u32,
}

impl Place {
    pub(crate) fn new(function: &Function, line: u32) -> Place {
        Place { function: function.name.clone(), file: function.file, line }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.stack.last();
        let function = place.map_or("", |place| place.function.as_str());
        let prelude = if place.is_some_and(|place| place.file == SourceText::Prelude) { "prelude " } else { "" };
        let line = format!("{prelude}line {}", self.line);
        match &self.what {
            What::Line => write!(f, "{line} in {function}")?,
            What::Call { .. } => write!(f, "call of {function}, {line}")?,
            What::Return { value } => write!(f, "returns {} from {function}, {line}", value.text)?,
            What::Yield { value } => write!(f, "yields {} from {function}, {line}", value.text)?,
            What::Unwind => write!(f, "the error leaves {function}, {line}")?,
            What::Exception { error, .. } => write!(f, "{} in {function}, {line}", error.text)?,
        }
        let variables: Vec<String> = self.variables.iter().map(variable_text).collect();
        if variables.is_empty() { Ok(()) } else { write!(f, ": {}", variables.join(", ")) }
    }
}

fn variable_text((name, global, value): &(String, bool, Shown)) -> String {
    format!("{}{name} = {}", if *global { "global " } else { "" }, value.text)
}

/// A program that can be let go on: a live one, or the trace of one.
pub trait Debuggee {
    /// Where it stands; none if it has ended.
    fn stop(&self) -> Option<&Stop>;

    /// How it ended, for people; empty while it has not.
    fn end(&self) -> String;

    /// Lets it go on. Does nothing once it has ended.
    ///
    /// # Errors
    /// It could not be run on, or cannot go back.
    fn go(&mut self, go: Go, breaks: &BTreeSet<u32>) -> Result<(), RunError>;
}

/// What a debugger was told, and what it said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Session {
    /// Commands with their answers.
    pub entries: Vec<Entry>,
}

/// A command with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The command.
    pub command: Command,
    /// The answer, for people.
    pub answer: String,
    /// Where the program stands after a command that let it go on; none if it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
}

/// A debugger in the middle of a session.
pub struct Debugger<D> {
    debuggee: D,
    breaks: BTreeSet<u32>,
    session: Session,
}

impl<D: Debuggee> Debugger<D> {
    /// A session with a program that has just begun.
    pub fn new(debuggee: D) -> Debugger<D> {
        Debugger { debuggee, breaks: BTreeSet::new(), session: Session::default() }
    }

    /// Carries a command out and says what came of it.
    ///
    /// # Errors
    /// The program could not be run on.
    pub fn command(&mut self, command: &Command) -> Result<&Entry, RunError> {
        let (answer, stop) = match command {
            Command::Break(line) => {
                self.breaks.insert(*line);
                (format!("a break at line {line}"), None)
            }
            Command::Clear(line) => match self.breaks.remove(line) {
                true => (format!("no break at line {line} any more"), None),
                false => (format!("there is no break at line {line}"), None),
            },
            Command::Step => self.go(Go::Step)?,
            Command::Next => self.go(Go::Next)?,
            Command::Out => self.go(Go::Out)?,
            Command::Continue => self.go(Go::Continue)?,
            Command::Back => self.go(Go::Back)?,
            Command::Show(name) => (self.show(name.as_deref()), None),
            Command::Where => (self.places(), None),
        };
        self.session.entries.push(Entry { command: command.clone(), answer, stop });
        let last = self.session.entries.len() - 1;
        Ok(&self.session.entries[last])
    }

    fn go(&mut self, go: Go) -> Result<(String, Option<Stop>), RunError> {
        self.debuggee.go(go, &self.breaks)?;
        Ok(match self.debuggee.stop() {
            Some(stop) => (stop.to_string(), Some(stop.clone())),
            None => (self.debuggee.end(), None),
        })
    }

    fn show(&self, name: Option<&str>) -> String {
        let Some(stop) = self.debuggee.stop() else { return self.debuggee.end() };
        let wanted = stop.variables.iter().filter(|(known, ..)| name.is_none_or(|name| name == known));
        let lines: Vec<String> = wanted.map(variable_text).collect();
        match (lines.is_empty(), name) {
            (false, _) => lines.join("\n"),
            (true, Some(name)) => format!("there is no {name} here"),
            (true, None) => "there are no variables here".to_owned(),
        }
    }

    fn places(&self) -> String {
        let Some(stop) = self.debuggee.stop() else { return self.debuggee.end() };
        let lines = stop.stack.iter().map(|place| format!("{}, line {}", place.function, place.line));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Carries commands out, one after the other.
    ///
    /// # Errors
    /// The program could not be run on.
    pub fn run(&mut self, commands: &[Command]) -> Result<(), RunError> {
        commands.iter().try_for_each(|command| self.command(command).map(drop))
    }

    /// What was said up to now.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The program, and what was said.
    pub fn into_parts(self) -> (D, Session) {
        (self.debuggee, self.session)
    }
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries.iter().try_for_each(|entry| writeln!(f, "> {}\n{}", entry.command, entry.answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_as_they_are_written() {
        for text in ["break 4", "clear 4", "step", "next", "out", "continue", "back", "show", "show x", "where"] {
            assert_eq!(text.parse::<Command>().unwrap().to_string(), text);
        }
        for text in ["", "break", "break 0", "break x", "jump 3", "step 2"] {
            assert!(text.parse::<Command>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_session_is_a_script_again() {
        let commands = script("b 4; c # not a comment here\n").unwrap_err();
        assert!(commands.to_string().contains("no command"));
        let commands = script("# first\nb 4; c\n\nshow x\n").unwrap();
        assert_eq!(commands, [Command::Break(4), Command::Continue, Command::Show(Some("x".into()))]);
        assert_eq!(
            script("> break 4\na break at line 4\n> continue\nline 4 in f\n> show x\nx = 1\n").unwrap(),
            commands
        );
    }
}
