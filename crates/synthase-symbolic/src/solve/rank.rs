//! Which programs are answered with, in which order, and how sure the first of them is.

use synthase_types::Value;

use super::prepare::Task;
use super::{answers, search};
use crate::core::Program;
use crate::engine::Engine;
use crate::engine::deduce::{DEPTH, Goal, Hit, How};
use crate::engine::rows::{Random, mutants};
use crate::engine::scope::ScopeId;
use crate::engine::vals::V;
use crate::error::EvalError;
use crate::problem::{Found, Stability};

/// With more examples than this, single ones hardly matter.
const MAX_LEFT_OUT: usize = 12;
/// How many made-up inputs tell programs apart.
const TELLING: usize = 24;

/// For each example, what the search would have answered without it: for the best program.
pub(super) fn leave_one_out(
    engine: &mut Engine<'_>,
    goal: &Goal,
    task: &Task<'_>,
    kept: &[(Hit, Program)],
) -> Option<Stability> {
    let rows = goal.want.len();
    let best = kept.first()?.0;
    if !task.options.leave_one_out || !(3..=MAX_LEFT_OUT).contains(&rows) || !engine.effort.goes_on() {
        return None;
    }
    let mut stability = Stability { tried: rows, kept: 0, needed: Vec::new() };
    // Together these may take a share of the work that the search took.
    let allowance = engine.effort.work / (8 * rows as u64) + 10_000;
    for row in 0..rows {
        let mut without = goal.clone();
        without.want[row] = V::ANY;
        // Cheaper programs that miss only this example were passed over because of it.
        let top = engine.scope(ScopeId::TOP);
        let bank = top.banks[goal.ty.0 as usize].iter();
        let mut rivals: Vec<Hit> = bank
            .take_while(|term| u32::from(top.terms[*term as usize].cost) < best.cost)
            .filter(|term| without.is_met_by(top.col(*term)))
            .take(16)
            .map(|term| Hit { term, cost: u32::from(top.terms[term as usize].cost) })
            .collect();
        let scanned = top.banks[goal.ty.0 as usize].len() as u64;
        engine.effort.spend(0, scanned);
        engine.memo.clear();
        engine.effort.pause_at = engine.effort.work + allowance;
        let how = How { depth: DEPTH - 1, below: best.cost, whole: false, no_tree: false };
        engine.strategies(ScopeId::TOP, &without, how, &mut rivals);
        engine.effort.pause_at = u64::MAX;
        let params = task.params.len();
        let rival = rivals
            .into_iter()
            .map(|hit| Hit { cost: hit.cost + search::doubts(engine, hit, params), ..hit })
            .filter(|hit| hit.cost < best.cost)
            .min_by_key(|hit| (hit.cost, hit.term));
        let misled = rival.is_some_and(|hit| engine.scope(ScopeId::TOP).col(hit.term)[row] != goal.want[row]);
        if misled {
            stability.needed.push(task.chosen[row]);
        } else {
            stability.kept += 1;
        }
    }
    Some(stability)
}

/// The programs that really differ, best first, each with its predictions.
pub(super) fn alternatives(
    engine: &mut Engine<'_>,
    task: &Task<'_>,
    kept: Vec<(Hit, Program)>,
    stability: Option<Stability>,
) -> Vec<Found> {
    let problem = task.problem;
    let shown: Vec<Vec<Value>> = task.chosen.iter().map(|row| problem.examples[*row].0.clone()).collect();
    let telling = mutants(&shown, TELLING, &mut Random::new(task.options.seed ^ 1));
    let mut seen: Vec<Vec<Result<Value, EvalError>>> = Vec::new();
    let mut programs: Vec<Found> = Vec::new();
    for (hit, program) in kept {
        if programs.len() >= task.options.keep {
            break;
        }
        let predictions: Vec<_> =
            problem.inputs.iter().map(|input| answers(&program, input, &mut engine.effort)).collect();
        let others = telling.iter().map(|input| answers(&program, input, &mut engine.effort));
        let behaviour: Vec<_> = predictions.iter().cloned().chain(others).collect();
        if seen.contains(&behaviour) {
            continue;
        }
        seen.push(behaviour);
        let group = match programs.last() {
            Some(last) if last.cost == hit.cost => last.group,
            Some(last) => last.group + 1,
            None => 0,
        };
        let stability = stability.clone().filter(|_| programs.is_empty());
        programs.push(Found { program, cost: hit.cost, stability, look_up_table: false, predictions, group });
    }
    programs
}
