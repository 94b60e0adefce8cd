//! Which lines a program executed, and what its statements did.

use crate::instrument::steps::{StepKind, by_line};
use crate::instrument::trace::{Shown, SourceText, Trace, What};

/// The lines of the program in the order in which they were executed, in all functions.
pub fn executed(trace: &Trace) -> Vec<u32> {
    let functions = trace.function_of_frames();
    let of_program = |frame: &u32| {
        functions.get(frame).is_some_and(|function| trace.functions[*function].file == SourceText::Program)
    };
    let lines = trace.events.iter().filter(|event| event.what == What::Line && of_program(&event.frame));
    lines.map(|event| event.line).collect()
}

/// How well a path agrees with the true one: the length of the longest common subsequence, divided by
/// the length of the longer path. 1 means that they are the same; two empty paths are.
pub fn agreement(path: &[u32], truth: &[u32]) -> f64 {
    let longest = path.len().max(truth.len());
    if longest == 0 {
        return 1.0;
    }
    let mut row = vec![0_usize; truth.len() + 1];
    for step in path {
        let mut diagonal = 0;
        for (at, line) in truth.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if step == line { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[truth.len()] as f64 / longest as f64
}

/// One variable that a statement set or removed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Assigned {
    /// Its name.
    pub name: String,
    /// Its value before, if it had one.
    pub before: Option<Shown>,
    /// Its value afterwards; none if it is gone.
    pub after: Option<Shown>,
}

/// What each execution of a line of the program changed, the calls that it made included, in order.
pub fn values_at(trace: &Trace, line: u32) -> Vec<Vec<Assigned>> {
    let mut executions: Vec<(u32, Vec<Assigned>)> = Vec::new();
    for step in by_line(trace) {
        if trace.functions[step.function].file != SourceText::Program {
            continue;
        }
        let effects = step.effects.into_iter();
        let assigned = effects.map(|effect| Assigned { name: effect.name, before: effect.before, after: effect.after });
        match step.kind {
            StepKind::Lines(lines) if lines.first() == Some(&line) => executions.push((step.frame, assigned.collect())),
            StepKind::Then(at) if at == line => {
                if let Some((_, found)) = executions.iter_mut().rev().find(|(frame, _)| *frame == step.frame) {
                    found.extend(assigned);
                }
            }
            _ => {}
        }
    }
    executions.into_iter().map(|(_, assigned)| assigned).collect()
}

#[cfg(test)]
mod tests {
    use super::agreement;

    #[test]
    fn only_the_true_path_agrees_wholly() {
        let truth = [1, 2, 3, 2, 3, 4];
        assert_eq!(agreement(&truth, &truth), 1.0);
        for at in 0..truth.len() {
            let mut wrong = truth.to_vec();
            wrong[at] = 9;
            assert!(agreement(&wrong, &truth) < 1.0);
            wrong.remove(at);
            assert!(agreement(&wrong, &truth) < 1.0);
        }
        assert_eq!(agreement(&[], &[]), 1.0);
        assert_eq!(agreement(&[1], &[]), 0.0);
    }
}
