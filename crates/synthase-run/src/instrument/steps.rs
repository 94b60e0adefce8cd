//! A trace as steps: what each executed line or block did.

use std::collections::BTreeMap;

use crate::instrument::trace::{Change, Event, Shown, Trace, What};

/// What one part of an execution did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) frame: u32,
    pub(crate) function: usize,
    /// How many frames of the program lie further out.
    pub(crate) depth: usize,
    pub(crate) kind: StepKind,
    /// The variables that it changed. Of a call: the arguments.
    pub(crate) effects: Vec<Effect>,
    /// How it ended, where that is not simply the next line.
    pub(crate) ends: Vec<Ending>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StepKind {
    /// A frame begins, or goes on.
    Enter { again: bool, line: u32 },
    /// Lines were executed, one after the other with nothing between.
    Lines(Vec<u32>),
    /// What a line did after the calls that it made.
    Then(u32),
}

/// A variable before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) name: String,
    pub(crate) global: bool,
    pub(crate) before: Option<Shown>,
    pub(crate) after: Option<Shown>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    Returned(Shown),
    Yielded(Shown),
    Raised(Shown),
    Unwound,
}

struct Open {
    function: usize,
    line: u32,
    values: BTreeMap<(String, bool), Shown>,
    /// Where the step of its line is, and whether other frames had events since.
    step: Option<usize>,
}

/// The steps of a trace, line by line, in the order in which they began.
pub(crate) fn by_line(trace: &Trace) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut open: BTreeMap<u32, Open> = BTreeMap::new();
    let mut stack: Vec<u32> = Vec::new();
    for event in &trace.events {
        let known = open.contains_key(&event.frame);
        if let What::Call { function, .. } = event.what {
            stack.retain(|frame| *frame != event.frame);
            stack.push(event.frame);
            if !known {
                let frame = Open { function, line: 0, values: BTreeMap::new(), step: None };
                open.insert(event.frame, frame);
            }
        } else if let Some(at) = stack.iter().rposition(|frame| *frame == event.frame) {
            stack.truncate(at + 1);
        } else {
            stack.push(event.frame);
        }
        let depth = stack.len() - 1;
        let Some(frame) = open.get_mut(&event.frame) else { continue };
        let effects = effects(&mut frame.values, &event.changes);
        let step = |kind, effects| Step {
            frame: event.frame,
            function: frame.function,
            depth,
            kind,
            effects,
            ends: Vec::new(),
        };
        if let What::Call { .. } = event.what {
            steps.push(step(StepKind::Enter { again: known, line: event.line }, effects));
            frame.step = Some(steps.len() - 1);
            continue;
        }
        let ending = ending(event);
        if !effects.is_empty() || ending.is_some() {
            let last = steps.len().checked_sub(1);
            match frame.step {
                // A call's own step holds the arguments; what comes before the first line is none of them.
                Some(at) if Some(at) == last && !matches!(steps[at].kind, StepKind::Enter { .. }) => {
                    steps[at].effects.extend(effects);
                    steps[at].ends.extend(ending);
                }
                _ => {
                    steps.push(Step {
                        ends: ending.into_iter().collect(),
                        ..step(StepKind::Then(frame.line.max(event.line)), effects)
                    });
                    frame.step = Some(steps.len() - 1);
                }
            }
        }
        match event.what {
            What::Line => {
                steps.push(step(StepKind::Lines(vec![event.line]), Vec::new()));
                frame.step = Some(steps.len() - 1);
                frame.line = event.line;
            }
            What::Return { .. } | What::Yield { .. } | What::Unwind => {
                stack.pop();
            }
            _ => {}
        }
    }
    steps
}

/// The same with lines of one block that follow each other taken together.
pub(crate) fn by_block(trace: &Trace) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for step in by_line(trace) {
        let block_of = |line: u32| {
            let blocks = &trace.functions[step.function].blocks;
            // A line that goes on a statement belongs to the block of its beginning.
            let begin = blocks.iter().flatten().filter(|known| **known <= line).max()?;
            blocks.iter().position(|block| block.contains(begin))
        };
        if let (StepKind::Lines(lines), Some(last)) = (&step.kind, steps.last_mut())
            && let StepKind::Lines(before) = &mut last.kind
            && last.frame == step.frame
            && last.ends.is_empty()
            && let (Some(first), Some(line)) = (before.last().copied(), lines.first().copied())
            && line > first
            && block_of(first) == block_of(line)
        {
            before.extend(lines);
            for effect in step.effects {
                merge(&mut last.effects, effect);
            }
            last.ends.extend(step.ends);
        } else {
            steps.push(step);
        }
    }
    steps
}

fn merge(effects: &mut Vec<Effect>, later: Effect) {
    match effects.iter_mut().find(|effect| effect.name == later.name && effect.global == later.global) {
        Some(earlier) => earlier.after = later.after,
        None => effects.push(later),
    }
}

fn effects(values: &mut BTreeMap<(String, bool), Shown>, changes: &[Change]) -> Vec<Effect> {
    let effect = |change: &Change| {
        let key = (change.name.clone(), change.global);
        let before = match &change.value {
            Some(value) => values.insert(key, value.clone()),
            None => values.remove(&key),
        };
        Effect { name: change.name.clone(), global: change.global, before, after: change.value.clone() }
    };
    changes.iter().map(effect).collect()
}

fn ending(event: &Event) -> Option<Ending> {
    match &event.what {
        What::Return { value } => Some(Ending::Returned(value.clone())),
        What::Yield { value } => Some(Ending::Yielded(value.clone())),
        What::Exception { error, .. } => Some(Ending::Raised(error.clone())),
        What::Unwind => Some(Ending::Unwound),
        What::Call { .. } | What::Line => None,
    }
}
