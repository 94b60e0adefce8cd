//! From a problem to its answer.

mod prepare;
mod rank;
mod search;
mod table;
#[cfg(test)]
mod tests;

use synthase_types::Value;

use crate::core::Program;
use crate::engine::deduce::Hit;
use crate::engine::effort::Halt;
use crate::problem::{Answer, Cannot, Options, Problem, Stop};
use prepare::Task;

/// How often a search is begun again with an example that its programs missed.
const ROUNDS: usize = 4;

/// Searches for programs that answer the examples of a problem.
///
/// `cancelled` is asked at least about every millisecond; once it says yes, the best found so far
/// is returned. Everything else depends on the other arguments alone: the same problem with the
/// same options gives the same answer.
///
/// # Errors
/// Why the problem cannot be searched.
pub fn synthesize(problem: &Problem, options: &Options, cancelled: &mut dyn FnMut() -> bool) -> Result<Answer, Cannot> {
    let mut task = Task::new(problem, options)?;
    let contradictions = task.contradictions();
    if !contradictions.is_empty() {
        return Ok(Answer {
            programs: Vec::new(),
            partial: None,
            stop: Stop::Contradiction,
            terms: 0,
            none_below: 0,
            contradictions,
        });
    }
    let mut spent = 0;
    for _ in 0..ROUNDS {
        let (answer, missed) = round(&task, spent, cancelled);
        spent = answer.terms;
        // Examples that were left out of the search may show what was found to be wrong.
        match missed {
            Some(row) if answer.programs.is_empty() && answer.stop == Stop::Solved && task.add(row) => {}
            _ => return Ok(answer),
        }
    }
    Ok(round(&task, spent, cancelled).0)
}

/// One search over the chosen examples; with an example beyond them that the best program missed.
fn round(task: &Task<'_>, spent: u64, cancelled: &mut dyn FnMut() -> bool) -> (Answer, Option<usize>) {
    let (mut engine, goal) = task.engine(spent, cancelled);
    let hits = search::search(&mut engine, &goal, task.params.len());
    let solved = !hits.is_empty();
    let mut missed = None;
    let mut kept: Vec<(Hit, Program)> = Vec::new();
    let mut texts = std::collections::HashSet::new();
    for hit in hits {
        let Some((program, saved)) = engine.program(&task.problem.signature, hit.term) else { continue };
        let hit = Hit { cost: hit.cost.saturating_sub(saved), ..hit };
        if !texts.insert(program.to_string()) {
            continue;
        }
        match task.first_miss(&program, &mut engine.effort) {
            None => kept.push((hit, program)),
            Some(row) => missed = missed.or(Some(row)),
        }
    }
    kept.sort_by_key(|(hit, _)| hit.cost);
    let stability = rank::leave_one_out(&mut engine, &goal, task, &kept);
    let mut programs = rank::alternatives(&mut engine, task, kept, stability);
    table::name_tables(task, &mut programs);
    let partial =
        if programs.iter().any(|found| !found.look_up_table) { None } else { table::partial(&mut engine, &goal, task) };
    let stop = match engine.effort.halt {
        Some(Halt::Cancelled) if !solved => Stop::Cancelled,
        Some(Halt::Terms) if !solved => Stop::TermsSpent,
        _ if solved => Stop::Solved,
        _ => Stop::Exhausted,
    };
    let none_below = engine.complete_below();
    let answer = Answer { programs, partial, stop, terms: engine.effort.terms, none_below, contradictions: Vec::new() };
    (answer, missed)
}

/// What a program answers to some arguments, within the effort of the search.
fn answers(
    program: &Program,
    input: &[Value],
    effort: &mut crate::engine::effort::Effort<'_>,
) -> Result<Value, crate::error::EvalError> {
    let mut left = EVAL_STEPS;
    program.eval_while(input, &mut |steps| {
        left = left.saturating_sub(steps);
        effort.spend(0, steps);
        left > 0 && effort.halt.is_none()
    })
}

/// The steps of one evaluation: far beyond what examples need.
const EVAL_STEPS: u64 = 20_000_000;
