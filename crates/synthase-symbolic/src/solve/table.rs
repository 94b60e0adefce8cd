//! What is said where no program explains the examples: a table of the answers, named as one, and
//! the program that answers most of them.

use std::collections::BTreeSet;

use synthase_types::Value;

use super::prepare::Task;
use crate::core::Program;
use crate::core::expr::{Builder, NodeId};
use crate::engine::Engine;
use crate::engine::deduce::Goal;
use crate::engine::scope::ScopeId;
use crate::problem::{Found, Partial};
use crate::ty::Ty;

/// The most rows of a table; longer ones tell nobody anything.
const MAX_ROWS: usize = 40;

/// Puts the table of the answers in place of programs that cost as much: these explain nothing
/// either.
pub(super) fn name_tables(task: &Task<'_>, programs: &mut Vec<Found>) {
    let limit = table_cost(task);
    programs.retain(|found| found.cost < limit);
    if !programs.is_empty() {
        return;
    }
    if let Some(program) = table(task) {
        let predictions = task.problem.inputs.iter().map(|input| program.eval(input)).collect();
        programs.push(Found { program, cost: limit, stability: None, look_up_table: true, predictions, group: 0 });
    }
}

/// What it takes to write the examples down one by one.
fn table_cost(task: &Task<'_>) -> u32 {
    let rows = distinct(task);
    let written = |value: &Value| 3 + value.to_string().chars().count() as u32;
    rows.iter()
        .map(|(input, answer)| 6 + input.iter().map(|value| 4 + written(value)).sum::<u32>() + written(answer))
        .fold(0, u32::saturating_add)
}

fn distinct<'a>(task: &Task<'a>) -> Vec<&'a (Vec<Value>, Value)> {
    let mut seen = BTreeSet::new();
    task.problem.examples.iter().filter(|row| seen.insert(*row)).collect()
}

/// `if(eq(x, first input), first answer, if(…, last answer))`
fn table(task: &Task<'_>) -> Option<Program> {
    let rows = distinct(task);
    if rows.len() > MAX_ROWS || task.params.is_empty() {
        return None;
    }
    let mut b = Builder::new(task.params.clone());
    let (last, others) = rows.split_last()?;
    let mut whole = constant(&mut b, &last.1, &task.result);
    for (input, answer) in others.iter().rev() {
        let mut condition: Option<NodeId> = None;
        for (i, value) in input.iter().enumerate().rev() {
            let param = b.param(i as u32);
            let value = constant(&mut b, value, &task.params[i]);
            let equal = b.call("eq", &[param, value]);
            condition = Some(match condition {
                Some(rest) => b.call("and", &[equal, rest]),
                None => equal,
            });
        }
        let answer = constant(&mut b, answer, &task.result);
        whole = b.call("if", &[condition?, answer, whole]);
    }
    b.finish(task.problem.signature.clone(), whole).ok()
}

fn constant(b: &mut Builder, value: &Value, ty: &Ty) -> NodeId {
    b.constant(value.clone(), ty.clone())
}

/// The enumerated program that answers most examples, the cheapest of equals.
pub(super) fn partial(engine: &mut Engine<'_>, goal: &Goal, task: &Task<'_>) -> Option<Partial> {
    let top = engine.scope(ScopeId::TOP);
    let met = |term: u32| goal.want.iter().zip(top.col(term)).filter(|(want, got)| want == got).count();
    let mut best: Option<(usize, u32)> = None;
    for term in top.banks[goal.ty.0 as usize].iter() {
        let met = met(term);
        if met > best.map_or(0, |(most, _)| most) {
            best = Some((met, term));
        }
    }
    let (_, term) = best?;
    let (program, _) = engine.program(&task.problem.signature, term)?;
    let wrong = |row: &usize| {
        let (input, answer) = &task.problem.examples[*row];
        !super::answers(&program, input, &mut engine.effort).is_ok_and(|got| super::prepare::same(answer, &got))
    };
    let misses = (0..task.problem.examples.len()).filter(wrong).collect();
    Some(Partial { program, misses })
}
