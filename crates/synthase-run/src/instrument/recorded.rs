//! The debugger over a recorded trace.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::RunError;
use crate::instrument::debug::{Debuggee, Go, Place, Stop};
use crate::instrument::trace::{Event, SourceText, Trace, What};

/// A trace in which one can go forward and back. It stops where a live program would.
pub struct Recorded<'t> {
    trace: &'t Trace,
    functions: BTreeMap<u32, usize>,
    /// Frames that were entered while there was something to stop at; in others it looks at nothing.
    open: BTreeSet<u32>,
    /// The event at which it stands; as many as there are once it has ended.
    at: usize,
    stop: Option<Stop>,
}

/// At which events it stops.
struct Rule {
    /// All events, those of one frame, or none.
    frame: Frame,
    /// The frame at whose return it stops, too; 0 for none.
    returns: u32,
    /// Whether an inner generator's end counts, because one is being stepped over.
    generator: bool,
}

#[derive(PartialEq)]
enum Frame {
    Every,
    One(u32),
    /// Known, but passed over.
    Silent(u32),
    None,
}

impl Recorded<'_> {
    /// A trace at its beginning: the first event after the call of the entry point.
    pub fn new(trace: &Trace) -> Recorded<'_> {
        let functions = trace.function_of_frames();
        let open = trace.events.first().map(|event| event.frame).into_iter().collect();
        let mut recorded = Recorded { trace, functions, open, at: trace.events.len().min(1), stop: None };
        recorded.stop = recorded.describe();
        recorded
    }

    fn is_generator(&self, frame: u32) -> bool {
        self.functions.get(&frame).is_some_and(|function| self.trace.functions[*function].generator)
    }

    fn is_of_program(&self, frame: u32) -> bool {
        let function = self.functions.get(&frame).map(|function| &self.trace.functions[*function]);
        function.is_some_and(|function| function.file == SourceText::Program)
    }

    fn rule(&self, go: Go) -> Rule {
        let every = Rule { frame: Frame::Every, returns: 0, generator: false };
        let none = Rule { frame: Frame::None, returns: 0, generator: false };
        let Some(event) = self.trace.events.get(self.at) else { return every };
        let frame = event.frame;
        let returning = matches!(event.what, What::Return { .. } | What::Yield { .. } | What::Unwind);
        match go {
            Go::Step | Go::Back => every,
            Go::Continue => none,
            Go::Next if returning => every,
            Go::Next => Rule { frame: Frame::One(frame), generator: self.is_generator(frame), ..every },
            Go::Out if self.is_generator(frame) => Rule { frame: Frame::Silent(frame), returns: 0, generator: true },
            Go::Out => match self.direct_caller(frame) {
                Some(caller) => {
                    Rule { frame: Frame::One(caller), returns: frame, generator: self.is_generator(caller) }
                }
                None => Rule { returns: frame, ..none },
            },
        }
    }

    /// The frame that called this one itself, the last time.
    fn direct_caller(&self, frame: u32) -> Option<u32> {
        let calls = self.trace.events[..=self.at].iter().rev().filter(|event| event.frame == frame);
        let mut callers = calls.filter_map(|event| match event.what {
            What::Call { caller, direct, .. } => Some(Some(caller).filter(|caller| direct && *caller != 0)),
            _ => None,
        });
        callers.next().flatten()
    }

    fn stops(&mut self, event: &Event, rule: &Rule, breaks: &BTreeSet<u32>) -> bool {
        let frame = event.frame;
        let here = match rule.frame {
            Frame::Every => true,
            Frame::One(one) => one == frame,
            Frame::Silent(_) | Frame::None => false,
        };
        if matches!(event.what, What::Call { .. }) && (here || !breaks.is_empty()) {
            self.open.insert(frame);
        }
        if !self.open.contains(&frame) {
            return false;
        }
        let generator = self.is_generator(frame);
        let every = rule.frame == Frame::Every;
        match &event.what {
            What::Line => here || (breaks.contains(&event.line) && self.is_of_program(frame)),
            // A generator that goes on is no call for somebody who steps over lines.
            What::Call { .. } => every,
            What::Return { .. } | What::Yield { .. } | What::Unwind => {
                (here || frame == rule.returns) && (every || !generator)
            }
            What::Exception { error, bare } if here => !(generator && *bare && error.kind == "StopIteration"),
            What::Exception { error, .. } => {
                let other = !matches!(rule.frame, Frame::One(one) | Frame::Silent(one) if one == frame);
                rule.generator && other && matches!(error.kind.as_str(), "StopIteration" | "GeneratorExit")
            }
        }
    }

    /// The frames that are open at the present event, with their lines, and how it looks there.
    fn describe(&self) -> Option<Stop> {
        let trace = self.trace;
        let event = trace.events.get(self.at)?;
        let mut stack: Vec<(u32, u32)> = Vec::new();
        let mut lines: BTreeMap<u32, u32> = BTreeMap::new();
        let mut returning = false;
        for event in &trace.events[..=self.at] {
            if returning {
                stack.pop();
            }
            if matches!(event.what, What::Call { .. }) {
                stack.retain(|(frame, _)| *frame != event.frame);
                stack.push((event.frame, lines.get(&event.frame).copied().unwrap_or(0)));
            } else if let Some(at) = stack.iter().rposition(|(frame, _)| *frame == event.frame) {
                stack.truncate(at + 1);
            } else {
                stack.push((event.frame, 0));
            }
            if event.what == What::Line {
                lines.insert(event.frame, event.line);
                if let Some(last) = stack.last_mut() {
                    last.1 = event.line;
                }
            }
            returning = matches!(event.what, What::Return { .. } | What::Yield { .. } | What::Unwind);
        }
        if let Some(last) = stack.last_mut() {
            last.1 = event.line;
        }
        let stack = stack.into_iter().filter_map(|(frame, line)| {
            self.functions.get(&frame).map(|function| Place::new(&trace.functions[*function], line))
        });
        let variables = trace.variables_at(self.at).into_iter().map(|((name, global), value)| (name, global, value));
        Some(Stop {
            at: self.at,
            what: event.what.clone(),
            line: event.line,
            variables: variables.collect(),
            stack: stack.collect(),
        })
    }
}

impl Debuggee for Recorded<'_> {
    fn stop(&self) -> Option<&Stop> {
        self.stop.as_ref()
    }

    fn end(&self) -> String {
        match self.trace.gap() {
            Some(gap) => format!("the trace ends here: {gap}"),
            None => "the call is over".to_owned(),
        }
    }

    fn go(&mut self, go: Go, breaks: &BTreeSet<u32>) -> Result<(), RunError> {
        if go == Go::Back {
            // Before the first line there is nothing to be seen.
            self.at = self.at.saturating_sub(1).max(1).min(self.trace.events.len());
        } else {
            let rule = self.rule(go);
            let trace = self.trace;
            self.at = self.at.saturating_add(1).min(trace.events.len());
            while let Some(event) = trace.events.get(self.at)
                && !self.stops(event, &rule, breaks)
            {
                self.at += 1;
            }
        }
        self.stop = self.describe();
        Ok(())
    }
}
