//! Values carried along a list: where nothing shows what they are on the way, small functions of the
//! value so far and the next element are built in order of cost, those that agree on a sample of pairs
//! being one, and each is tried on the examples.

mod tries;

use std::cell::Cell;

use super::{DEPTH, Goal, Hit, How};
use crate::component::id as component;
use crate::engine::Engine;
use crate::engine::grow::Wanted;
use crate::engine::hash::Map;
use crate::engine::instance::Instance;
use crate::engine::scope::{Kind, NONE, Op, Scope, ScopeId};
use crate::engine::types::TyId;
use crate::engine::vals::V;
use crate::ty::Ty;
use tries::{Case, Trial, Tries, divides_well, is_wanted};

/// The most lists whose elements are gone through.
const MAX_LISTS: usize = 3;
/// What lists cost at most of which something is read.
const DEAREST_LIST: u32 = 10;
/// The most starts.
const MAX_STARTS: usize = 2;
/// The most work of one search, in cells.
const MAX_WORK: u64 = 400_000;
/// The most pairs on which functions are told apart, and those of one example.
const MAX_PAIRS: usize = 24;
const MAX_PAIRS_OF_ROW: usize = 4;
/// So many terms of a scope are kept; functions beyond are only tried.
const MAX_KEPT: usize = 1_500;
/// The most functions tried over one list.
const MAX_TRIED: u64 = 60_000;
/// The most elements of one example.
const MAX_ITEMS: usize = 64;
/// The most constants of one type.
const MAX_CONSTANTS: usize = 8;
/// Bases of numerals and clocks, with what they cost here.
const BASES: [(i64, u16); 3] = [(10, 4), (60, 4), (100, 5)];

/// What was tried over the lists of a search.
#[derive(Default)]
pub(crate) struct Folds {
    /// Lists of texts as the numbers they stand for.
    numbers: Map<u32, Option<u32>>,
    known: Map<(Goal, u32, Start), Known>,
    /// The work done.
    work: u64,
}

/// Where a fold starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Start {
    Term(u32),
    Value(V),
}

/// The functions over one list with one start.
#[derive(Debug, Clone, Copy)]
struct Known {
    scope: Option<ScopeId>,
    /// Functions up to this cost have been tried.
    level: usize,
    tried: u64,
    hit: Option<Hit>,
}

/// A function that is right, not yet a term.
#[derive(Clone, Copy)]
enum Body {
    Term(u32),
    Made(Op, [u32; 3], usize),
}

impl Engine<'_> {
    pub(super) fn folds(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        if id != ScopeId::TOP || how.depth < DEPTH || goal.rows().len() < 3 {
            return;
        }
        let before = self.effort.work;
        if self.folds.work > MAX_WORK {
            return;
        }
        let fold_cost = u32::from(component("fold").get().cost);
        for list in self.folded_lists(id, goal) {
            let long = |row: &&usize| self.vals.len(self.scope(id).col(list)[**row]) > 1;
            if goal.rows().iter().filter(long).count() < 2 {
                continue;
            }
            for start in self.fold_starts(id, goal, list) {
                let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
                let start_cost = match start {
                    Start::Term(_) => 2,
                    Start::Value(value) => self.constant_cost(goal.ty, value),
                };
                let around = fold_cost + u32::from(self.scope(id).terms[list as usize].cost) + start_cost;
                let dearest = below.saturating_sub(around + 1) as usize;
                if let Some(hit) = self.fold_over(id, goal, list, start, dearest) {
                    self.keep(id, goal, Some(hit), hits);
                }
                if !self.effort.goes_on() || self.folds.work + (self.effort.work - before) > MAX_WORK {
                    break;
                }
            }
        }
        self.folds.work += self.effort.work - before;
    }

    /// The lists to go through: what is given, and the numbers read from it.
    fn folded_lists(&mut self, id: ScopeId, goal: &Goal) -> Vec<u32> {
        let wants_number = matches!(goal.ty, TyId::INT | TyId::FLOAT);
        let mut found = Vec::new();
        for list in self.cheap_lists(id, DEAREST_LIST) {
            let term = self.scope(id).terms[list as usize];
            let Some(element) = self.types.element(term.ty) else { continue };
            let plain = matches!(element, TyId::INT | TyId::FLOAT | TyId::STR | TyId::BOOL);
            let short = self.scope(id).example_col(list).iter().all(|v| self.vals.len(*v) <= MAX_ITEMS);
            if !plain || !short {
                continue;
            }
            let is_given = term.op == Op::Param;
            let of_given = matches!(term.op, Op::Comp(_)) && element == TyId::STR && {
                let of = &self.scope(id).terms[term.kids[0] as usize];
                of.op == Op::Param && of.ty == TyId::STR
            };
            let reads = wants_number && element == TyId::STR && (is_given || of_given);
            let numbers = if reads { self.as_numbers(id, list) } else { None };
            if !is_given && numbers.is_none() {
                continue;
            }
            found.push(numbers.unwrap_or(list));
            if found.len() == MAX_LISTS {
                break;
            }
        }
        found
    }

    /// A list of texts as integers, where all of them are.
    fn as_numbers(&mut self, id: ScopeId, list: u32) -> Option<u32> {
        if let Some(known) = self.folds.numbers.get(&list) {
            return *known;
        }
        let found = self.new_numbers(id, list);
        self.folds.numbers.insert(list, found);
        found
    }

    fn new_numbers(&mut self, id: ScopeId, list: u32) -> Option<u32> {
        let ty = self.types.known_list_of(TyId::INT)?;
        let each = self.open(id, Kind::Each, [list, NONE])?;
        self.grow(each, 2);
        let element = self.scope(each).banks[TyId::STR.0 as usize].at(2).to_vec();
        let element = element.into_iter().find(|term| self.is_element(each, *term))?;
        let number = self.call(each, "to_int", &[element], TyId::INT)?;
        if self.scope(each).example_col(number.term).iter().any(|v| v.is_err()) {
            return None;
        }
        self.make_higher(id, component("map"), list, each, number.term, ty).map(|hit| hit.term)
    }

    /// What the value may start with: answers for empty lists tell.
    fn fold_starts(&mut self, id: ScopeId, goal: &Goal, list: u32) -> Vec<Start> {
        let scope = self.scope(id);
        let told: Vec<usize> =
            goal.rows().into_iter().filter(|row| self.vals.len(scope.col(list)[*row]) == 0).collect();
        let params = scope.banks[goal.ty.0 as usize].at(2).iter().copied();
        let params = params.filter(|term| scope.terms[*term as usize].op == Op::Param);
        let fits = |term: &u32| told.iter().all(|row| scope.col(*term)[*row] == goal.want[*row]);
        let mut starts: Vec<Start> = params.filter(fits).map(Start::Term).collect();
        match told.first() {
            Some(first) if told.iter().all(|row| goal.want[*row] == goal.want[*first]) => {
                starts.push(Start::Value(goal.want[*first]));
            }
            Some(_) => {}
            None => starts.extend(self.usual_starts(goal.ty).into_iter().map(Start::Value)),
        }
        starts.truncate(MAX_STARTS);
        starts
    }

    fn usual_starts(&mut self, ty: TyId) -> Vec<V> {
        match self.types.get(ty) {
            Ty::Bool => vec![V::FALSE, V::TRUE],
            _ => self.starts(ty),
        }
    }

    /// The cheapest function up to a cost that gives the answers.
    fn fold_over(&mut self, id: ScopeId, goal: &Goal, list: u32, start: Start, most: usize) -> Option<Hit> {
        let key = (goal.clone(), list, start);
        let known = self.folds.known.get(&key).copied();
        if let Some(hit) = known.and_then(|known| known.hit) {
            return Some(hit);
        }
        let trial = self.trial(id, goal, list, start);
        let mut known = known.unwrap_or_else(|| Known {
            scope: self.open_fold(id, goal.ty, list, start, &trial),
            level: 1,
            tried: 0,
            hit: None,
        });
        if let Some(inside) = known.scope {
            let pairs = self.pairs_known(&trial);
            let trial = Trial { steps: pairs, ..trial };
            while known.level < most && known.tried < MAX_TRIED && known.hit.is_none() && self.effort.goes_on() {
                known.level += 1;
                let body = self.fold_bodies(inside, goal.ty, &trial, &mut known);
                let body = body.and_then(|body| self.body_term(inside, body, goal.ty));
                known.hit = body.and_then(|body| self.make_steps(id, component("fold"), list, inside, body, goal.ty));
            }
        }
        self.folds.known.insert(key, known);
        known.hit
    }

    fn body_term(&mut self, inside: ScopeId, body: Body, ty: TyId) -> Option<u32> {
        match body {
            Body::Term(term) => Some(term),
            Body::Made(op, kids, count) => self.make(inside, op, &kids[..count], ty).map(|hit| hit.term),
        }
    }

    /// The examples, shortest first.
    fn trial(&self, id: ScopeId, goal: &Goal, list: u32, start: Start) -> Trial {
        let scope = self.scope(id);
        let case = |row: usize| Case {
            row,
            start: match start {
                Start::Term(term) => scope.col(term)[row],
                Start::Value(value) => value,
            },
            items: self.vals.items(scope.col(list)[row]).to_vec(),
            want: goal.want[row],
        };
        let mut cases: Vec<Case> = goal.rows().into_iter().map(case).collect();
        cases.sort_by_key(|case| (case.items.len(), case.row));
        Trial { cases, steps: Vec::new(), is_float: goal.ty == TyId::FLOAT, steps_made: Cell::new(0) }
    }

    /// The pairs that functions are told apart by, as (example, so far, element, value where known).
    fn pairs_of(&self, trial: &Trial) -> Vec<(usize, V, V, Option<V>)> {
        let cases = &trial.cases;
        let mut pool: Vec<V> = Vec::new();
        for v in cases.iter().map(|case| case.want).chain(cases.iter().map(|case| case.start)) {
            if !pool.contains(&v) {
                pool.push(v);
            }
        }
        let known = |start: V, items: &[V]| {
            let same = |case: &&Case| case.start == start && case.items == items;
            if items.is_empty() { Some(start) } else { cases.iter().find(same).map(|case| case.want) }
        };
        let of_row = (MAX_PAIRS / cases.len().max(1)).clamp(1, MAX_PAIRS_OF_ROW);
        let mut pairs = Vec::new();
        for case in cases {
            for (k, item) in case.items.iter().enumerate().take(of_row) {
                let so_far = known(case.start, &case.items[..k]);
                let then = so_far.and_then(|_| known(case.start, &case.items[..=k]));
                let so_far = so_far.unwrap_or_else(|| pool[(pairs.len() * 7 + 1) % pool.len()]);
                pairs.push((case.row, so_far, *item, then));
            }
        }
        pairs.sort_by_key(|(row, ..)| *row);
        pairs
    }

    fn pairs_known(&self, trial: &Trial) -> Vec<(usize, V)> {
        let pairs = self.pairs_of(trial);
        pairs.iter().enumerate().filter_map(|(at, (.., then))| then.map(|then| (at, then))).collect()
    }

    /// The scope of the pairs.
    fn open_fold(&mut self, id: ScopeId, ty: TyId, list: u32, start: Start, trial: &Trial) -> Option<ScopeId> {
        let start = match start {
            Start::Term(term) => term,
            Start::Value(value) => self.constant(id, ty, value).term,
        };
        let pairs = self.pairs_of(trial);
        let outside = self.scope(id);
        let element = self.types.element(outside.terms[list as usize].ty)?;
        let mut scope = Scope::new(Kind::Folds, id, outside.depth + 1, pairs.len(), pairs.len(), self.types.len());
        scope.starts =
            (0..=outside.rows).map(|row| pairs.iter().take_while(|pair| pair.0 < row).count() as u32).collect();
        scope.bases = [list, start];
        self.scopes.push(scope);
        let inside = ScopeId(self.scopes.len() as u32 - 1);
        let columns: (Vec<V>, Vec<V>) = pairs.iter().map(|pair| (pair.1, pair.2)).unzip();
        self.insert(inside, Op::Var, [0, 0, 0], 2, ty, &columns.0)?;
        self.insert(inside, Op::Var, [1, 0, 0], 2, element, &columns.1)?;
        Some(inside)
    }

    /// Builds or tries the functions of the next cost; the first that gives the answers.
    fn fold_bodies(&mut self, inside: ScopeId, ty: TyId, trial: &Trial, known: &mut Known) -> Option<Body> {
        let level = known.level;
        let Op::Var = self.scope(inside).terms[1].op else { return None };
        let element = self.scope(inside).terms[1].ty;
        let keeps = self.scope(inside).terms.len() < MAX_KEPT;
        if keeps {
            self.fold_leaves(inside, level, [ty, element]);
            let instance = |instance: &Instance| is_wanted(instance, ty, element);
            self.first_order(inside, level, Some(Wanted { instance: &instance, kids: divides_well }));
            self.scopes[inside.0 as usize].level = level;
        }
        let Engine { vals, scopes, effort, instances, .. } = self;
        let scope = &scopes[inside.0 as usize];
        let mut tries = Tries { vals, effort, scope, outside: &scopes[scope.parent.0 as usize], trial, ty };
        let body = if keeps { tries.kept(known) } else { tries.made(instances, element, known) };
        body.or_else(|| tries.conditional(known))
    }

    /// Constants, and parameters that are no lists.
    fn fold_leaves(&mut self, inside: ScopeId, level: usize, tys: [TyId; 2]) {
        let places = tys.contains(&TyId::STR);
        let used: Vec<TyId> = self.types.used().collect();
        for ty in used {
            if !(tys.contains(&ty) || places && ty == TyId::INT) {
                continue;
            }
            let of_ty = |c: &&super::super::Constant| c.0 == ty;
            let mut constants: Vec<(V, u16)> =
                self.constants.iter().filter(of_ty).take(MAX_CONSTANTS).map(|c| (c.1, c.2)).collect();
            if !places && ty == TyId::INT {
                constants.extend(BASES.map(|(n, cost)| (self.vals.int(n), cost)));
            }
            for (value, cost) in constants {
                if usize::from(cost) == level {
                    let column = vec![value; self.scope(inside).rows];
                    self.insert(inside, Op::Const, [value.raw(), 0, 0], level, ty, &column);
                }
            }
            if level == 3 {
                let outside = self.scope(self.scope(inside).parent);
                let params = outside.banks[ty.0 as usize].at(2).to_vec();
                for param in params {
                    let column = self.broadcast(inside, param);
                    self.insert(inside, Op::Outer, [param, 0, 0], level, ty, &column);
                }
            }
        }
    }
}
