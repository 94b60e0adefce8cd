//! The search itself: levels of enumeration with deduction between them.

use crate::engine::Engine;
use crate::engine::deduce::{DEPTH, Goal, Hit, How};
use crate::engine::scope::{ScopeId, uses_param};

/// What a deduced program may cost after so much work: dear ones wait until cheap ones had their
/// chance.
fn allowed(work: u64) -> u32 {
    const ALLOWED: [(u64, u32); 10] = [
        (10_000, 20),
        (30_000, 25),
        (60_000, 30),
        (150_000, 38),
        (400_000, 52),
        (800_000, 65),
        (1_500_000, 80),
        (3_000_000, 100),
        (6_000_000, 150),
        (12_000_000, 200),
    ];
    ALLOWED.iter().find(|(most, _)| work < *most).map_or(400, |(_, cost)| *cost)
}

/// Up to which level the search goes on once it has a program of a cost.
fn required(cost: u32) -> usize {
    match cost {
        0..=13 => cost as usize,
        14..=24 => 13,
        25..=34 => 14,
        _ => 15,
    }
}

/// So many levels beyond what is built are looked at for the goal alone.
const AHEAD: usize = 2;

/// The work that is done after a program was found, at least: some tens of milliseconds.
const PATIENCE: u64 = 1_000_000;

/// What a program costs more that leaves a parameter unused.
const UNUSED: u32 = 6;
/// What a program costs more that fails on all inputs that were made up; less where it fails on few.
const FAILS: u32 = 5;

/// What counts against a program beside its size.
pub(super) fn doubts(engine: &Engine<'_>, hit: Hit, params: usize) -> u32 {
    let top = engine.scope(ScopeId::TOP);
    let uses = top.terms[hit.term as usize].uses;
    let unused = (0..params).filter(|i| uses & uses_param(*i) == 0).count() as u32;
    let others = &top.col(hit.term)[top.example_rows..];
    let failed = others.iter().filter(|v| v.is_err()).count() as u32;
    unused * UNUSED + (FAILS * failed).div_ceil(others.len().max(1) as u32)
}

/// The terms of the outermost scope that meet the goal, best first.
pub(super) fn search(engine: &mut Engine<'_>, goal: &Goal, params: usize) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    let mut deduce_at = 1_000;
    let mut patience = u64::MAX;
    for level in 1..60 {
        engine.grow(ScopeId::TOP, level);
        let mut new: Vec<Hit> = Vec::new();
        let top = engine.scope(ScopeId::TOP);
        for term in top.banks[goal.ty.0 as usize].at(level) {
            if goal.is_met_by(top.col(*term)) {
                new.push(Hit { term: *term, cost: level as u32 });
            }
        }
        new.extend(engine.peek(ScopeId::TOP, goal, level));
        let best = |hits: &[Hit]| hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX);
        if level >= 5 && engine.effort.work >= deduce_at {
            engine.memo.clear();
            engine.inner_level = level.saturating_sub(3).max(6);
            let below = allowed(engine.effort.work).min(best(&hits));
            let how = How { depth: DEPTH, below, whole: false, no_tree: false };
            engine.strategies(ScopeId::TOP, goal, how, &mut new);
            deduce_at = engine.effort.work * 3 / 2;
        }
        hits.extend(new.into_iter().map(|hit| Hit { cost: hit.cost + doubts(engine, hit, params), ..hit }));
        let best = best(&hits);
        if best < u32::MAX {
            // The search goes on for a multiple of what it took to find something, and longer where
            // that looks made up.
            let base = if best < 40 { PATIENCE } else { 3 * PATIENCE };
            patience = patience.min(3 * engine.effort.work + base);
            engine.effort.pause_at = patience;
            if level + AHEAD >= best as usize || level >= required(best) || engine.effort.work > patience {
                break;
            }
        }
        if !engine.effort.goes_on() || engine.is_full() {
            break;
        }
    }
    engine.effort.pause_at = u64::MAX;
    hits.sort_by_key(|hit| (hit.cost, hit.term));
    hits.dedup();
    hits.truncate(64);
    hits
}
