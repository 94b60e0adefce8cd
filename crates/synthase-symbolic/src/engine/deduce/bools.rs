//! Truth: predicates as sets of rows, and the few of them whose conjunction or disjunction is wanted.

use super::{Goal, Hit, How};
use crate::engine::Engine;
use crate::engine::hash::Map;
use crate::engine::scope::{Op, ScopeId};
use crate::engine::types::TyId;
use crate::engine::vals::V;

/// A set of rows. Goals over more rows are judged on the first so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Bits([u64; 4]);

/// The most rows that sets hold.
pub(super) const MAX_ROWS: usize = 256;

impl Bits {
    pub(super) fn of(indices: impl IntoIterator<Item = usize>) -> Bits {
        let mut bits = Bits::default();
        for i in indices {
            bits.0[i / 64] |= 1 << (i % 64);
        }
        bits
    }

    pub(super) fn all(n: usize) -> Bits {
        Bits::of(0..n)
    }

    pub(super) fn and(self, other: Bits) -> Bits {
        Bits(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    pub(super) fn minus(self, other: Bits) -> Bits {
        Bits(std::array::from_fn(|i| self.0[i] & !other.0[i]))
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == [0; 4]
    }

    pub(super) fn is_within(self, other: Bits) -> bool {
        self.minus(other).is_empty()
    }

    pub(super) fn count(self) -> u32 {
        self.0.iter().map(|w| w.count_ones()).sum()
    }

    pub(super) fn first(self) -> Option<usize> {
        (0..4).find(|i| self.0[*i] != 0).map(|i| i * 64 + self.0[i].trailing_zeros() as usize)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        (0..MAX_ROWS).filter(move |i| self.0[i / 64] >> (i % 64) & 1 == 1)
    }
}

/// How a predicate is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    /// It is there.
    Term(u32),
    /// A term compared with a constant: less, less or equal, equal.
    Compared(&'static str, u32, V),
    /// The constant first: less, less or equal.
    Behind(&'static str, u32, V),
}

/// A predicate with the rows on which it holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Predicate {
    pub(super) holds: Bits,
    pub(super) cost: u32,
    made: Made,
    negated: bool,
    /// Orders predicates of one cost.
    rank: u32,
}

/// The most distinct predicates that are combined.
const MAX_PREDICATES: usize = 260;
/// The most terms that are compared with constants.
const MAX_COMPARED: usize = 70;

impl Engine<'_> {
    /// Predicates that tell some of these rows from others, cheapest first, each set of rows once.
    pub(super) fn predicates(&mut self, id: ScopeId, rows: &[usize], below: u32) -> Vec<Predicate> {
        let rows = &rows[..rows.len().min(MAX_ROWS)];
        let all = Bits::all(rows.len());
        let mut found: Map<Bits, Predicate> = Map::default();
        let mut count = 0;
        let mut add = |predicate: Predicate| {
            count += 1;
            let predicate = Predicate { rank: count, ..predicate };
            let tells = !predicate.holds.is_empty() && predicate.holds != all;
            if tells && predicate.cost < below {
                let known = found.entry(predicate.holds).or_insert(predicate);
                if predicate.cost < known.cost {
                    *known = predicate;
                }
            }
        };
        let scope = &self.scopes[id.0 as usize];
        for term in scope.banks[TyId::BOOL.0 as usize].iter() {
            let column = scope.col(term);
            if rows.iter().any(|row| column[*row].is_err()) {
                continue;
            }
            let holds = Bits::of((0..rows.len()).filter(|i| column[rows[*i]].is_true()));
            let cost = u32::from(scope.terms[term as usize].cost);
            let made = Made::Term(term);
            add(Predicate { holds, cost, made, negated: false, rank: 0 });
            add(Predicate { holds: all.minus(holds), cost: cost + 2, made, negated: true, rank: 0 });
        }
        for ty in [TyId::INT, TyId::FLOAT, TyId::STR, TyId::DATE] {
            self.compared(id, ty, rows, &mut add);
        }
        self.effort.spend(u64::from(count) / 4, u64::from(count));
        let mut predicates: Vec<Predicate> = found.into_values().collect();
        predicates.sort_by_key(|p| (p.cost, p.rank));
        predicates.truncate(MAX_PREDICATES);
        predicates
    }

    /// Terms of a type compared with constants.
    fn compared(&self, id: ScopeId, ty: TyId, rows: &[usize], add: &mut dyn FnMut(Predicate)) {
        let scope = self.scope(id);
        let mut terms = 0;
        for term in scope.banks[ty.0 as usize].iter() {
            if scope.terms[term as usize].op == Op::Const {
                continue;
            }
            let column = scope.col(term);
            let values: Vec<V> = rows.iter().map(|row| column[*row]).collect();
            if values.iter().any(|v| v.is_err()) {
                continue;
            }
            terms += 1;
            if terms > MAX_COMPARED {
                break;
            }
            let cost = u32::from(scope.terms[term as usize].cost);
            let mut distinct = values.clone();
            distinct.sort_by(|a, b| self.vals.compare(*a, *b));
            distinct.dedup();
            if distinct.len() > 40 || distinct.len() < 2 {
                continue;
            }
            for value in &distinct {
                let constant = self.constant_cost(ty, *value);
                if constant > 14 {
                    continue;
                }
                let holds = Bits::of((0..rows.len()).filter(|i| values[*i] == *value));
                let cost = cost + 2 + constant;
                let made = Made::Compared("eq", term, *value);
                add(Predicate { holds, cost, made, negated: false, rank: 0 });
                add(Predicate {
                    holds: Bits::all(rows.len()).minus(holds),
                    cost: cost + 2,
                    made,
                    negated: true,
                    rank: 0,
                });
            }
            if ty == TyId::STR {
                continue;
            }
            for pair in distinct.windows(2) {
                let (or_equal, limit, constant) = self.threshold(ty, pair[0], pair[1]);
                let below = Bits::of((0..rows.len()).filter(|i| self.vals.compare(values[*i], pair[0]).is_le()));
                let cost = cost + 2 + constant;
                let (low, high) = if or_equal { ("le", "lt") } else { ("lt", "le") };
                add(Predicate { holds: below, cost, made: Made::Compared(low, term, limit), negated: false, rank: 0 });
                let above = Bits::all(rows.len()).minus(below);
                add(Predicate { holds: above, cost, made: Made::Behind(high, term, limit), negated: false, rank: 0 });
            }
        }
    }

    /// The roundest limit between two neighbouring values: whether the lower side may equal it, the
    /// limit, its cost.
    pub(super) fn threshold(&self, ty: TyId, low: V, high: V) -> (bool, V, u32) {
        let mut best = (true, low, self.constant_cost(ty, low));
        let mut offer = |or_equal: bool, limit: V, cost: u32| {
            if cost < best.2 {
                best = (or_equal, limit, cost);
            }
        };
        offer(false, high, self.constant_cost(ty, high));
        for (t, v, cost) in &self.constants {
            let inside = *t == ty && self.vals.compare(*v, low).is_gt() && self.vals.compare(*v, high).is_lt();
            if inside {
                // One that lies between is a guess; the ends were seen.
                offer(false, *v, u32::from(*cost) + 1);
            }
        }
        best
    }

    /// The term of a predicate.
    pub(super) fn materialise(&mut self, id: ScopeId, predicate: Predicate) -> Option<Hit> {
        let ty = |engine: &Self, term: u32| engine.scope(id).terms[term as usize].ty;
        let hit = match predicate.made {
            Made::Term(term) => Hit { term, cost: u32::from(self.scope(id).terms[term as usize].cost) },
            Made::Compared(name, term, value) => {
                let constant = self.constant(id, ty(self, term), value);
                self.call(id, name, &[term, constant.term], TyId::BOOL)?
            }
            Made::Behind(name, term, value) => {
                let constant = self.constant(id, ty(self, term), value);
                self.call(id, name, &[constant.term, term], TyId::BOOL)?
            }
        };
        if predicate.negated { self.call(id, "not", &[hit.term], TyId::BOOL) } else { Some(hit) }
    }

    /// Solves a goal of truth values.
    pub(super) fn truth(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let mut rows = goal.rows();
        rows.truncate(MAX_ROWS);
        let yes = Bits::of((0..rows.len()).filter(|i| goal.want[rows[*i]].is_true()));
        let no = Bits::all(rows.len()).minus(yes);
        if yes.is_empty() || no.is_empty() {
            return;
        }
        let predicates = self.predicates(id, &rows, how.below);
        if let Some(exact) = predicates.iter().find(|p| p.holds == yes) {
            let hit = self.materialise(id, *exact);
            self.keep(id, goal, hit, hits);
        }
        // All that hold wherever the goal does; together they must exclude everything else.
        let wide: Vec<Predicate> = predicates.iter().copied().filter(|p| yes.is_within(p.holds)).collect();
        let narrow: Vec<Predicate> = predicates.iter().copied().filter(|p| p.holds.is_within(yes)).collect();
        let most = if rows.len() < 5 { 2 } else { 3 };
        let below = |hits: &[Hit]| hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
        let excluded = |p: &Predicate| no.minus(p.holds);
        if let Some(chosen) = cover(&wide, no, &excluded, most, below(hits)) {
            let hit = self.combined(id, "and", &chosen);
            self.keep(id, goal, hit, hits);
        }
        if let Some(chosen) = cover(&narrow, yes, &|p| p.holds, most + 1, below(hits)) {
            let hit = self.combined(id, "or", &chosen);
            self.keep(id, goal, hit, hits);
        }
        self.membership(id, goal, &rows, how, hits);
        if how.depth < 2 || rows.len() < 4 {
            return;
        }
        // One more level: p and (q or r), p or (q and r).
        for p in wide.iter().take(60) {
            let left = no.and(p.holds);
            let inner: Vec<Predicate> = predicates.iter().copied().filter(|q| q.holds.and(left).is_empty()).collect();
            let bound = below(hits).saturating_sub(p.cost + 3);
            if let Some(chosen) = cover(&inner, yes, &|q| q.holds.and(yes), 2, bound).filter(|c| c.len() == 2) {
                let hit = self.nested(id, "and", *p, "or", &chosen);
                self.keep(id, goal, hit, hits);
            }
        }
        for p in narrow.iter().take(60) {
            let left = yes.minus(p.holds);
            let inner: Vec<Predicate> = predicates.iter().copied().filter(|q| left.is_within(q.holds)).collect();
            let bound = below(hits).saturating_sub(p.cost + 3);
            if let Some(chosen) = cover(&inner, no, &|q| no.minus(q.holds), 2, bound).filter(|c| c.len() == 2) {
                let hit = self.nested(id, "or", *p, "and", &chosen);
                self.keep(id, goal, hit, hits);
            }
        }
    }

    /// One of a few values that were seen: `contains` of a constant list.
    fn membership(&mut self, id: ScopeId, goal: &Goal, rows: &[usize], how: How, hits: &mut Vec<Hit>) {
        for ty in [TyId::STR, TyId::INT] {
            let Some(list_ty) = self.types.list_of(ty) else { continue };
            let terms: Vec<u32> = self.scope(id).banks[ty.0 as usize].iter().take(160).collect();
            for term in terms {
                let scope = self.scope(id);
                let column = scope.example_col(term);
                let cost = u32::from(scope.terms[term as usize].cost);
                if scope.terms[term as usize].op == Op::Const || rows.iter().any(|row| column[*row].is_err()) {
                    continue;
                }
                let side = |yes: bool| {
                    rows.iter().filter(move |row| goal.want[**row].is_true() == yes).map(|row| column[*row])
                };
                let mut members: Vec<V> = Vec::new();
                for v in side(true) {
                    if !members.contains(&v) {
                        members.push(v);
                    }
                }
                if !(2..=6).contains(&members.len()) || side(false).any(|v| members.contains(&v)) {
                    continue;
                }
                let list = self.vals.seq(&members);
                let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
                if cost + 3 + self.constant_cost(list_ty, list) >= below {
                    continue;
                }
                let list = self.constant(id, list_ty, list);
                let hit = self.call(id, "contains", &[list.term, term], TyId::BOOL);
                self.keep(id, goal, hit, hits);
            }
            self.effort.spend(4, 160 * rows.len() as u64 / 4);
        }
    }

    fn combined(&mut self, id: ScopeId, name: &str, chosen: &[Predicate]) -> Option<Hit> {
        let mut whole: Option<Hit> = None;
        for predicate in chosen.iter().rev() {
            let hit = self.materialise(id, *predicate)?;
            whole = match whole {
                None => Some(hit),
                Some(rest) => Some(self.call(id, name, &[hit.term, rest.term], TyId::BOOL)?),
            };
        }
        whole
    }

    fn nested(&mut self, id: ScopeId, outer: &str, p: Predicate, inner: &str, chosen: &[Predicate]) -> Option<Hit> {
        let first = self.materialise(id, p)?;
        let rest = self.combined(id, inner, chosen)?;
        self.call(id, outer, &[first.term, rest.term], TyId::BOOL)
    }
}

/// The cheapest few predicates that together cover a set, each costing 3 more for its connective.
fn cover(
    predicates: &[Predicate],
    all: Bits,
    covers: &dyn Fn(&Predicate) -> Bits,
    most: usize,
    below: u32,
) -> Option<Vec<Predicate>> {
    let mut useful: Vec<(Bits, Predicate)> =
        predicates.iter().map(|p| (covers(p), *p)).filter(|(bits, _)| !bits.is_empty()).collect();
    useful.truncate(120);
    let mut best = None;
    let mut bound = below;
    extend(&useful, all, most, 0, &mut Vec::new(), &mut bound, &mut best);
    best
}

fn extend(
    useful: &[(Bits, Predicate)],
    left: Bits,
    most: usize,
    cost: u32,
    chosen: &mut Vec<Predicate>,
    bound: &mut u32,
    best: &mut Option<Vec<Predicate>>,
) {
    let Some(first) = left.first() else {
        if chosen.len() > 1 && cost < *bound {
            *bound = cost;
            *best = Some(chosen.clone());
        }
        return;
    };
    if chosen.len() == most {
        return;
    }
    // Some predicate must cover the first row that is left, so branching on it loses nothing.
    let row = Bits::of([first]);
    for (bits, predicate) in useful {
        if row.is_within(*bits) {
            let cost = cost + predicate.cost + if chosen.is_empty() { 0 } else { 3 };
            if cost >= *bound {
                continue;
            }
            chosen.push(*predicate);
            extend(useful, left.minus(*bits), most, cost, chosen, bound, best);
            chosen.pop();
        }
    }
}
