//! Conditionals: terms that meet a goal on some rows each, told apart by predicates.
//!
//! The cheapest tree of few conditions is found by exhaustive search with memory, as EUSolver
//! (Alur, Radhakrishna and Udupa, TACAS 2017) finds them greedily: goals have few rows, so the
//! exact answer is affordable for the small trees that are allowed.

use super::bools::{Bits, MAX_ROWS, Predicate};
use super::{Goal, Hit, How};
use crate::engine::Engine;
use crate::engine::hash::Map;
use crate::engine::scope::{Op, ScopeId};
use crate::engine::vals::V;

/// What one more condition costs beside its parts: a case distinction explains less than a rule.
const CONDITION: u32 = 10;
/// The most terms and predicates that trees are made from.
const MAX_LEAVES: usize = 120;
const MAX_PREDICATES: usize = 140;
/// With more conditions to come, only the predicates that tell most apart are tried.
const WIDTH: usize = 28;

#[derive(Debug, Clone, Copy)]
struct Leaf {
    covers: Bits,
    cost: u32,
    term: u32,
    constant: bool,
}

/// A decision tree over leaves and predicates, by their places.
#[derive(Debug, Clone)]
enum Tree {
    Leaf(usize),
    Branch(usize, Box<Tree>, Box<Tree>),
}

/// Below which cost a tree was asked for, and what was found.
type Asked = (u32, Option<(u32, Tree)>);

struct Search<'a> {
    leaves: &'a [Leaf],
    predicates: &'a [Predicate],
    known: Map<(Bits, usize), Asked>,
    leaf_of: Map<Bits, Option<usize>>,
    work: u64,
}

impl Search<'_> {
    fn leaf(&mut self, rows: Bits) -> Option<(u32, Tree)> {
        let leaves = self.leaves;
        let found = *self.leaf_of.entry(rows).or_insert_with(|| leaves.iter().position(|l| rows.is_within(l.covers)));
        found.map(|i| (leaves[i].cost, Tree::Leaf(i)))
    }

    /// The cheapest tree for some rows with at most so many conditions, if it costs less than `below`.
    fn best(&mut self, rows: Bits, conditions: usize, below: u32) -> Option<(u32, Tree)> {
        if conditions == 0 {
            return self.leaf(rows).filter(|(cost, _)| *cost < below);
        }
        if let Some((asked, known)) = self.known.get(&(rows, conditions))
            && (known.is_some() || below <= *asked)
        {
            return known.clone().filter(|(cost, _)| *cost < below);
        }
        let mut best = self.leaf(rows).filter(|(cost, _)| *cost < below);
        let order = if conditions > 2 { self.most_telling(rows) } else { (0..self.predicates.len()).collect() };
        let mut seen = Vec::new();
        for i in order {
            let predicate = self.predicates[i];
            let (yes, no) = (rows.and(predicate.holds), rows.minus(predicate.holds));
            let bound = best.as_ref().map_or(below, |(cost, _)| *cost);
            let around = predicate.cost + CONDITION;
            if yes.is_empty() || no.is_empty() || around + 4 >= bound || seen.contains(&yes) || self.work == 0 {
                continue;
            }
            seen.push(yes);
            self.work -= 1;
            // At least one side is a leaf, but for large trees; that side is looked at first.
            let extra = conditions - 1;
            let mut splits = vec![(0, extra)];
            if extra > 0 {
                splits.push((extra, 0));
            }
            if extra == 2 {
                splits.push((1, 1));
            } else if extra > 2 {
                splits.push((1, extra - 1));
                splits.push((extra - 1, 1));
            }
            for (left, right) in splits {
                let bound = best.as_ref().map_or(below, |(cost, _)| *cost) - around;
                let (first, second, swapped) = if left <= right { (yes, no, false) } else { (no, yes, true) };
                let Some((a, one)) = self.best(first, left.min(right), bound) else { continue };
                let Some((b, two)) = self.best(second, left.max(right), bound.saturating_sub(a)) else { continue };
                let (then, other) = if swapped { (two, one) } else { (one, two) };
                let cost = a + b + around;
                if best.as_ref().is_none_or(|(known, _)| cost < *known) && cost < below {
                    best = Some((cost, Tree::Branch(i, Box::new(then), Box::new(other))));
                }
            }
        }
        self.known.insert((rows, conditions), (below, best.clone()));
        best
    }

    /// The predicates after which two leaves cover most rows.
    fn most_telling(&self, rows: Bits) -> Vec<usize> {
        let most = |rows: Bits| self.leaves.iter().map(|leaf| leaf.covers.and(rows).count()).max().unwrap_or(0);
        let mut scored: Vec<(u32, u32, usize)> = self
            .predicates
            .iter()
            .enumerate()
            .map(|(i, p)| (most(rows.and(p.holds)) + most(rows.minus(p.holds)), p.cost, i))
            .collect();
        scored.sort_by_key(|(score, cost, i)| (std::cmp::Reverse(*score), *cost, *i));
        scored.into_iter().take(WIDTH).map(|(_, _, i)| i).collect()
    }
}

/// What a case costs more that so many rows speak for: a constant for a single one is learnt by heart,
/// and a single answer is met by far too much.
fn lonely(rows: usize, constant: bool) -> u32 {
    match (rows, constant) {
        (0 | 1, true) => 12,
        (0 | 1, false) => 4,
        _ => 0,
    }
}

/// How many conditions so many rows may justify.
fn allowed(rows: usize) -> usize {
    rows.div_ceil(3).min(4)
}

impl Engine<'_> {
    pub(super) fn by_cases(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let mut rows = goal.rows();
        rows.truncate(MAX_ROWS);
        if rows.len() < 2 || goal.constant().is_some() {
            return;
        }
        if how.depth >= 2 && self.scope(id).depth == 0 {
            self.bands(id, goal, how, hits);
        }
        self.by_truth(id, goal, &rows, how, hits);
        let how = How { below: hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below), ..how };
        let predicates = self.predicates(id, &rows, how.below);
        let leaves = self.tree_leaves(id, goal, &rows);
        let all = Bits::all(rows.len());
        let outermost = self.scope(id).depth == 0;
        let predicates_tried = if outermost { MAX_PREDICATES } else { MAX_PREDICATES / 2 };
        let mut search = Search {
            leaves: &leaves,
            predicates: &predicates[..predicates.len().min(predicates_tried)],
            known: Map::default(),
            leaf_of: Map::default(),
            work: if outermost { 60_000 } else { 6_000 },
        };
        // More rows of an element's scope than of examples do not justify more cases.
        let most = if outermost { allowed(rows.len()) } else { allowed(rows.len()).min(2) };
        let chain = if rows.len() >= 6 && outermost { (rows.len() / 2).min(5) } else { most };
        for conditions in 1..=most.max(chain) {
            let before = search.work;
            let found = search.best(all, conditions, how.below);
            self.effort.spend(1 + (before - search.work) / 8, (before - search.work) * 8);
            let Some((cost, tree)) = found else { continue };
            let facts = TreeFacts::of(&tree, &leaves);
            let justified = if facts.all_constant {
                conditions <= rows.len() / 3 || (rows.len() >= 6 && 2 * facts.leaves <= rows.len() + 2)
            } else {
                conditions <= most
            };
            if !justified || (facts.all_constant && facts.leaves == rows.len()) {
                continue;
            }
            let hit = self.build_tree(id, goal, &tree, &leaves, &predicates);
            self.keep_at(id, goal, hit, cost, hits);
            break;
        }
        if how.depth >= 2 {
            self.by_two_goals(id, goal, &rows, &predicates, how, hits);
        }
    }

    /// Where there are but two answers: a condition for one of them.
    fn by_truth(&mut self, id: ScopeId, goal: &Goal, rows: &[usize], how: How, hits: &mut Vec<Hit>) {
        let first = goal.want[rows[0]];
        let Some(second) = rows.iter().map(|row| goal.want[*row]).find(|v| *v != first) else { return };
        if rows.len() < 4 || rows.iter().any(|row| ![first, second].contains(&goal.want[*row])) {
            return;
        }
        let around = CONDITION + self.constant_cost(goal.ty, first) + self.constant_cost(goal.ty, second);
        let mut below = how.below.saturating_sub(around);
        for (yes, no) in [(first, second), (second, first)] {
            let want = goal.want.iter().map(|v| if *v == V::ANY { V::ANY } else { V::bool(*v == yes) }).collect();
            let asked = How { depth: how.depth.saturating_sub(1).max(1), below, whole: false, no_tree: true };
            let Some(condition) = self.solve(id, &Goal::new(super::TyId::BOOL, want), asked) else { continue };
            let (then, other) = (self.constant(id, goal.ty, yes), self.constant(id, goal.ty, no));
            let hit = self.call(id, "if", &[condition.term, then.term, other.term], goal.ty);
            self.keep_at(id, goal, hit, around + condition.cost, hits);
            below = condition.cost;
        }
    }

    /// Terms that meet the goal on some rows, and constants that do; cheapest first.
    fn tree_leaves(&mut self, id: ScopeId, goal: &Goal, rows: &[usize]) -> Vec<Leaf> {
        let mut found: Map<Bits, Leaf> = Map::default();
        let Engine { vals, scopes, effort, .. } = self;
        let scope = &scopes[id.0 as usize];
        let bank = &scope.banks[goal.ty.0 as usize];
        effort.spend(bank.len() as u64 / 16, bank.len() as u64);
        let is_float = goal.ty == super::TyId::FLOAT;
        for term in bank.iter() {
            let column = scope.col(term);
            let equal = |i: &usize| {
                let (want, got) = (goal.want[rows[*i]], column[rows[*i]]);
                want == got || (is_float && !got.is_err() && super::close(vals.as_float(want), vals.as_float(got)))
            };
            let covers = Bits::of((0..rows.len()).filter(equal));
            if covers.is_empty() {
                continue;
            }
            let constant = scope.terms[term as usize].op == Op::Const;
            let cost = u32::from(scope.terms[term as usize].cost) + lonely(covers.count() as usize, constant);
            let leaf = Leaf { covers, cost, term, constant };
            let known = found.entry(covers).or_insert(leaf);
            if cost < known.cost {
                *known = leaf;
            }
        }
        let mut values: Vec<V> = rows.iter().map(|row| goal.want[*row]).collect();
        values.sort();
        values.dedup();
        for value in values.into_iter().take(24) {
            let covers = Bits::of((0..rows.len()).filter(|i| goal.want[rows[*i]] == value));
            let hit = self.constant(id, goal.ty, value);
            let leaf =
                Leaf { covers, cost: hit.cost + lonely(covers.count() as usize, true), term: hit.term, constant: true };
            let known = found.entry(covers).or_insert(leaf);
            if leaf.cost < known.cost {
                *known = leaf;
            }
        }
        let mut leaves: Vec<Leaf> = found.into_values().collect();
        leaves.sort_by_key(|leaf| (leaf.cost, leaf.term));
        // A leaf is of no use where a cheaper one covers as much.
        let mut kept: Vec<Leaf> = Vec::new();
        for leaf in leaves {
            if kept.len() < MAX_LEAVES && !kept.iter().any(|cheaper| leaf.covers.is_within(cheaper.covers)) {
                kept.push(leaf);
            }
        }
        kept
    }

    fn build_tree(
        &mut self,
        id: ScopeId,
        goal: &Goal,
        tree: &Tree,
        leaves: &[Leaf],
        predicates: &[Predicate],
    ) -> Option<Hit> {
        match tree {
            Tree::Leaf(i) => Some(Hit { term: leaves[*i].term, cost: leaves[*i].cost }),
            Tree::Branch(i, then, other) => {
                let condition = self.materialise(id, predicates[*i])?;
                let then = self.build_tree(id, goal, then, leaves, predicates)?;
                let other = self.build_tree(id, goal, other, leaves, predicates)?;
                self.call(id, "if", &[condition.term, then.term, other.term], goal.ty)
            }
        }
    }

    /// One condition, with each side a goal of its own.
    fn by_two_goals(
        &mut self,
        id: ScopeId,
        goal: &Goal,
        rows: &[usize],
        predicates: &[Predicate],
        how: How,
        hits: &mut Vec<Hit>,
    ) {
        const TRIED: usize = 16;
        if rows.len() < 3 {
            return;
        }
        for predicate in predicates.iter().take(TRIED) {
            let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
            let around = predicate.cost + CONDITION;
            if around + 4 >= below || !self.effort.goes_on() {
                break;
            }
            let side = |yes: bool| {
                let mut want = vec![V::ANY; goal.want.len()];
                for (i, row) in rows.iter().enumerate() {
                    if predicate.holds.iter().any(|j| j == i) == yes {
                        want[*row] = goal.want[*row];
                    }
                }
                Goal::new(goal.ty, want)
            };
            let (yes, no) = (side(true), side(false));
            // A side of one row is met by far too much: it must be simple, or the other side large.
            let asked = |below: u32| How { depth: how.depth - 1, below, whole: how.whole, no_tree: true };
            let Some(then) = self.solve(id, &yes, asked(below - around)) else { continue };
            if around + then.cost >= below {
                continue;
            }
            let Some(other) = self.solve(id, &no, asked(below - around - then.cost)) else { continue };
            let Some(condition) = self.materialise(id, *predicate) else { continue };
            let hit = self.call(id, "if", &[condition.term, then.term, other.term], goal.ty);
            let lonely = |engine: &Self, goal: &Goal, hit: Hit| {
                lonely(goal.rows().len(), engine.scope(id).terms[hit.term as usize].op == Op::Const)
            };
            let cost = around + then.cost + other.cost + lonely(self, &yes, then) + lonely(self, &no, other);
            self.keep_at(id, goal, hit, cost, hits);
        }
    }
}

impl Engine<'_> {
    /// Keeps a hit that meets its goal, at a cost beyond that of its parts.
    pub(super) fn keep_at(&mut self, id: ScopeId, goal: &Goal, hit: Option<Hit>, cost: u32, hits: &mut Vec<Hit>) {
        if let Some(hit) = hit {
            self.scopes[id.0 as usize].terms[hit.term as usize].cost = cost.min(u32::from(u16::MAX)) as u16;
            self.keep(id, goal, Some(Hit { cost, ..hit }), hits);
        }
    }
}

struct TreeFacts {
    leaves: usize,
    all_constant: bool,
}

impl TreeFacts {
    fn of(tree: &Tree, leaves: &[Leaf]) -> TreeFacts {
        match tree {
            Tree::Leaf(i) => TreeFacts { leaves: 1, all_constant: leaves[*i].constant },
            Tree::Branch(_, a, b) => {
                let (a, b) = (TreeFacts::of(a, leaves), TreeFacts::of(b, leaves));
                TreeFacts { leaves: a.leaves + b.leaves, all_constant: a.all_constant && b.all_constant }
            }
        }
    }
}
