//! Deduction: from the answers backwards to what must be computed.
//!
//! A *goal* is a column with a value, or [`V::ANY`], for each example row of a scope. Strategies
//! take a goal apart into smaller ones (the pieces of a text, the elements of a list, the sides of
//! a sum) and meet the enumerated terms half-way. What they build are loose terms: they have
//! columns, but later terms are not built from them.
//!
//! The inverse semantics follow FlashFill (Gulwani, POPL 2011) and FlashMeta (Polozov and Gulwani,
//! OOPSLA 2015); meeting enumerated terms by hashing follows DryadSynth (Ding and Qiu, POPL 2024).

mod aggregate;
mod bands;
mod bools;
pub(crate) mod candidates;
mod concat;
mod dates;
pub(crate) mod folds;
mod ints;
mod lists;
mod skeleton;
mod slices;
mod texts;
mod tree;

use super::Engine;
use super::hash::Map;
use super::scope::{NONE, Op, Scope, ScopeId, Term};
use super::types::TyId;
use super::vals::V;
use super::{hash, idiom};
use crate::component::{ComponentId, id};
use crate::ty::Ty;

/// What is wanted of a term, on the example rows of its scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Goal {
    pub(crate) ty: TyId,
    pub(crate) want: Vec<V>,
}

impl Goal {
    pub(crate) fn new(ty: TyId, want: Vec<V>) -> Goal {
        Goal { ty, want }
    }

    /// Whether a column meets the goal.
    pub(crate) fn is_met_by(&self, column: &[V]) -> bool {
        self.want.iter().zip(column).all(|(want, got)| *want == V::ANY || want == got)
    }

    /// The rows on which something is wanted.
    pub(crate) fn rows(&self) -> Vec<usize> {
        (0..self.want.len()).filter(|row| self.want[*row] != V::ANY).collect()
    }

    /// Whether something is wanted on every row.
    pub(super) fn is_whole(&self) -> bool {
        !self.want.contains(&V::ANY)
    }

    /// The one value wanted everywhere.
    fn constant(&self) -> Option<V> {
        let mut wanted = self.want.iter().filter(|v| **v != V::ANY);
        let first = *wanted.next()?;
        wanted.all(|v| *v == first).then_some(first)
    }
}

/// A term that meets a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) term: u32,
    pub(crate) cost: u32,
}

/// How a goal is to be solved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How {
    /// How many more times goals may be taken apart.
    pub(crate) depth: u8,
    /// Only terms that cost less are of use.
    pub(crate) below: u32,
    /// Not by concatenation: the goal is a piece of one.
    pub(crate) whole: bool,
    /// Not by a conditional.
    pub(crate) no_tree: bool,
}

impl How {
    pub(crate) fn deeper(self, below: u32) -> How {
        How { depth: self.depth.saturating_sub(1), below, whole: false, no_tree: self.no_tree }
    }
}

/// Goals that were solved before: below which cost, and what came of it. Forgotten when the search
/// has built more terms.
pub(crate) type Memo = Map<(ScopeId, Goal, u8, bool, bool), (u32, Option<Hit>)>;

/// A way to take a goal apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strategy {
    Slices,
    Concatenation,
    /// Concatenation with pieces that are goals of their own.
    Asking,
    Numbers,
    Joined,
    ListParts,
    Arithmetic,
    Aggregates,
    Truth,
    Dates,
    Tuples,
    Folds,
    Cases,
}

/// How often goals are taken apart, from the outermost one.
pub(crate) const DEPTH: u8 = 3;
/// The work that every strategy may do at its turn, beside a share of what was done so far.
const TURN: u64 = 400_000;

impl Strategy {
    /// What programs found this way cost at least.
    fn least(self) -> u32 {
        match self {
            Strategy::Asking => 12,
            Strategy::Slices | Strategy::Concatenation | Strategy::Arithmetic | Strategy::Tuples => 6,
            Strategy::Numbers => 4,
            Strategy::Joined => 12,
            Strategy::ListParts | Strategy::Dates => 7,
            Strategy::Truth => 8,
            Strategy::Aggregates => 9,
            Strategy::Folds => 16,
            Strategy::Cases => 18,
        }
    }
}

impl Engine<'_> {
    /// The cheapest term found for a goal.
    pub(crate) fn solve(&mut self, id: ScopeId, goal: &Goal, how: How) -> Option<Hit> {
        if !self.effort.spend(1, 32) {
            return None;
        }
        let key = (id, goal.clone(), how.depth, how.whole, how.no_tree);
        if let Some((below, hit)) = self.memo.get(&key)
            && (hit.is_some() || how.below <= *below)
        {
            return hit.filter(|hit| hit.cost < how.below);
        }
        // A goal that is being solved is not solved by itself.
        self.memo.insert(key.clone(), (u32::MAX, None));
        let mut hits = Vec::new();
        self.strategies(id, goal, how, &mut hits);
        let best = hits.into_iter().min_by_key(|hit| (hit.cost, hit.term));
        self.memo.insert(key, (how.below, best));
        best.filter(|hit| hit.cost < how.below)
    }

    /// Builds a scope inside as far as the search of a goal in it will go.
    fn prepare_for(&mut self, inside: ScopeId, how: How) {
        if how.depth > 1 { self.prepare(inside) } else { self.prepare_little(inside) }
    }

    /// Every strategy that applies to a goal; hits are in no order.
    pub(crate) fn strategies(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        hits.extend(self.lookup(id, goal));
        self.constant_hit(id, goal, hits);
        // What never changes is a constant, whatever else it could be.
        if how.depth == 0 || goal.rows().is_empty() || (how.depth < DEPTH && goal.constant().is_some()) {
            return;
        }
        let below = |hits: &[Hit]| hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
        if how.depth >= 1 && goal.ty == TyId::INT {
            self.parsed(id, goal, how, hits);
        }
        use Strategy::*;
        let steps: &[Strategy] = match self.types.get(goal.ty) {
            Ty::Str if how.whole => &[Numbers, Slices, Joined, Cases],
            Ty::Str => &[Numbers, Slices, Concatenation, Joined, Asking, Folds, Cases],
            Ty::Int | Ty::Float => &[Arithmetic, Aggregates, Folds, Cases],
            Ty::Bool => &[Truth, Aggregates, Folds],
            Ty::Date => &[Dates, Cases],
            Ty::Tuple(_) => &[Tuples, Cases],
            Ty::List(_) if how.whole => &[Slices, ListParts, Cases],
            Ty::List(_) => &[Slices, Concatenation, ListParts, Asking, Cases],
        };
        for step in steps {
            if !self.effort.goes_on() {
                break;
            }
            let how = How { below: below(hits), ..how };
            if how.below <= step.least() {
                continue;
            }
            // No strategy may keep the others from their turn.
            let pause_at = self.effort.pause_at;
            if how.depth == DEPTH {
                self.effort.pause_at = pause_at.min(self.effort.work * 3 / 2 + TURN);
            }
            match step {
                Concatenation => self.concatenation(id, goal, how, false, hits),
                Asking => self.concatenation(id, goal, how, true, hits),
                Slices => self.slices(id, goal, how, hits),
                Numbers => self.numbers_written(id, goal, how, hits),
                Joined => self.joined_texts(id, goal, how, hits),
                ListParts => self.list_parts(id, goal, how, hits),
                Arithmetic => self.arithmetic(id, goal, how, hits),
                Aggregates => self.aggregates(id, goal, how, hits),
                Truth => self.truth(id, goal, how, hits),
                Dates => self.dates(id, goal, how, hits),
                Tuples => self.tuples(id, goal, how, hits),
                Folds => self.folds(id, goal, how, hits),
                Cases if how.no_tree => {}
                Cases => self.by_cases(id, goal, how, hits),
            }
            self.effort.pause_at = pause_at;
        }
    }

    /// The cheapest enumerated term that meets a goal.
    fn lookup(&mut self, id: ScopeId, goal: &Goal) -> Option<Hit> {
        let place = if goal.is_whole() && goal.ty != TyId::FLOAT {
            self.scopes[id.0 as usize].find_by_examples(goal.ty, &goal.want)
        } else {
            self.scan(id, goal)
        };
        place.map(|term| Hit { term, cost: u32::from(self.scope(id).terms[term as usize].cost) })
    }

    /// Like [`Self::lookup`], row by row: for goals that leave rows open, and for floats, which are
    /// equal within rounding.
    fn scan(&mut self, id: ScopeId, goal: &Goal) -> Option<u32> {
        let Engine { vals, scopes, effort, .. } = self;
        let scope = &scopes[id.0 as usize];
        let bank = &scope.banks[goal.ty.0 as usize];
        effort.spend(0, bank.len() as u64 / 8);
        let meets = |term: u32| {
            let column = scope.example_col(term);
            if goal.ty != TyId::FLOAT {
                return goal.is_met_by(column);
            }
            goal.want.iter().zip(column).all(|(want, got)| {
                *want == V::ANY || want == got || (!got.is_err() && close(vals.as_float(*want), vals.as_float(*got)))
            })
        };
        bank.iter().find(|term| meets(*term))
    }

    /// A constant, where the goal is one.
    fn constant_hit(&mut self, id: ScopeId, goal: &Goal, hits: &mut Vec<Hit>) {
        if let Some(value) = goal.constant() {
            hits.push(self.constant(id, goal.ty, value));
        }
    }

    /// The term of a constant.
    pub(crate) fn constant(&mut self, id: ScopeId, ty: TyId, value: V) -> Hit {
        let cost = self.constant_cost(ty, value);
        let column = vec![value; self.scope(id).rows];
        let term = Term { op: Op::Const, ty, uses: 0, cost: cost as u16, kids: [value.raw(), 0, 0] };
        Hit { term: self.scopes[id.0 as usize].push(term, &column), cost }
    }

    /// What a constant costs: by its length, unless it is one of those that everybody uses.
    pub(crate) fn constant_cost(&self, ty: TyId, value: V) -> u32 {
        if let Some((_, _, cost)) = self.constants.iter().find(|(t, v, _)| *t == ty && *v == value) {
            return u32::from(*cost);
        }
        match self.types.get(ty) {
            Ty::Bool => 3,
            Ty::Int => {
                let digits = self.vals.as_int(value).unsigned_abs().to_string();
                4 + digits.trim_end_matches('0').len() as u32 + (digits.len() as u32).div_ceil(3)
            }
            Ty::Float => 4 + format!("{}", self.vals.as_float(value)).len() as u32,
            Ty::Str => {
                let weigh = |c: char| if c.is_alphanumeric() { 2 } else { 1 };
                2 + self.vals.text(value).chars().map(weigh).sum::<u32>().min(200)
            }
            Ty::Date => 8,
            Ty::List(_) | Ty::Tuple(_) => {
                let items = self.vals.items(value);
                3 + items.iter().take(30).map(|item| 1 + self.item_cost(ty, *item)).sum::<u32>()
            }
        }
    }

    fn item_cost(&self, ty: TyId, item: V) -> u32 {
        self.types.element(ty).map_or(6, |of| self.constant_cost(of, item))
    }

    /// Adds a loose term made of a component or idiom and terms of the same scope.
    pub(crate) fn make(&mut self, id: ScopeId, op: Op, kids: &[u32], ty: TyId) -> Option<Hit> {
        let (fast, op_cost, lazy) = match op {
            Op::Comp(component) => {
                let component = component.get();
                (super::instance::fast(component, ty), component.cost, component.is_lazy())
            }
            Op::Idiom(i) => (idiom::IDIOMS[i as usize].fast, idiom::IDIOMS[i as usize].cost, false),
            _ => return None,
        };
        let Engine { vals, scopes, effort, .. } = self;
        let scope = &mut scopes[id.0 as usize];
        effort.spend(1, scope.rows as u64);
        let mut column = Vec::with_capacity(scope.rows);
        for row in 0..scope.rows {
            let mut args = [V::ERR; 3];
            for (arg, kid) in args.iter_mut().zip(kids) {
                *arg = scope.col(*kid)[row];
            }
            let args = &args[..kids.len()];
            let fails = !lazy && args.iter().any(|v| v.is_err());
            column.push(if fails { V::ERR } else { fast(vals, args) });
        }
        let first = &scope.terms[kids[0] as usize];
        let dearer = match op {
            Op::Comp(component) => {
                let name = component.get().name;
                super::instance::dearer(name, self.types.get(first.ty)) + odd_remainder(vals, scope, name, kids)
            }
            Op::Idiom(i) if i < 2 && !matches!(first.op, Op::Param | Op::Var) => ODD_CONDITION,
            _ => 0,
        };
        let cost = u32::from(op_cost)
            + dearer as u32
            + kids.iter().map(|kid| u32::from(scope.terms[*kid as usize].cost)).sum::<u32>();
        let mut places = [0; 3];
        places[..kids.len()].copy_from_slice(kids);
        let uses = kids.iter().map(|kid| scope.terms[*kid as usize].uses).fold(0, |a, b| a | b);
        let term = Term { op, ty, uses, cost: cost.min(u32::from(u16::MAX)) as u16, kids: places };
        Some(Hit { term: scope.push(term, &column), cost })
    }

    /// Like [`Self::make`] for a component by name.
    pub(crate) fn call(&mut self, at: ScopeId, name: &str, kids: &[u32], ty: TyId) -> Option<Hit> {
        self.make(at, Op::Comp(id(name)), kids, ty)
    }

    /// Adds a loose term with a function.
    pub(crate) fn make_higher(
        &mut self,
        at: ScopeId,
        component: ComponentId,
        base: u32,
        inside: ScopeId,
        body: u32,
        ty: TyId,
    ) -> Option<Hit> {
        let op = Op::Comp(component);
        if !self.with_position_is_fine(op, inside, body) {
            return None;
        }
        let column = self.higher_column(op, at, base, inside, body);
        let bases = self.scope(inside).bases;
        let scope = self.scope(at);
        let base_cost = |base: u32| if base == NONE { 0 } else { u32::from(scope.terms[base as usize].cost) };
        let cost = u32::from(component.get().cost)
            + base_cost(bases[0])
            + base_cost(bases[1])
            + u32::from(self.scope(inside).terms[body as usize].cost);
        self.effort.spend(1, column.len() as u64);
        let kids = [base, inside.0, body];
        let uses = self.uses(at, op, &kids);
        let term = Term { op, ty, uses, cost: cost.min(u32::from(u16::MAX)) as u16, kids };
        Some(Hit { term: self.scopes[at.0 as usize].push(term, &column), cost })
    }

    /// Whether a loose term does meet a goal; what is built from parts that meet theirs should.
    pub(crate) fn meets(&self, id: ScopeId, goal: &Goal, hit: Hit) -> bool {
        let column = self.scope(id).example_col(hit.term);
        if goal.ty == TyId::FLOAT {
            return goal.want.iter().zip(column).all(|(want, got)| {
                *want == V::ANY || (!got.is_err() && close(self.vals.as_float(*want), self.vals.as_float(*got)))
            });
        }
        goal.is_met_by(column)
    }

    /// Keeps a hit that meets its goal.
    pub(crate) fn keep(&self, id: ScopeId, goal: &Goal, hit: Option<Hit>, hits: &mut Vec<Hit>) {
        if let Some(hit) = hit
            && self.meets(id, goal, hit)
        {
            hits.push(hit);
        }
    }

    /// Component by component of a tuple.
    fn tuples(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let Ty::Tuple(types) = self.types.get(goal.ty).clone() else { return };
        if types.len() > 3 {
            return;
        }
        let mut kids = [NONE; 3];
        let mut cost = 2;
        for (k, ty) in types.iter().enumerate() {
            let Some(ty) = self.types.id(ty) else { return };
            let want = goal.want.iter().map(|v| if *v == V::ANY { V::ANY } else { self.vals.items(*v)[k] }).collect();
            let how =
                How { depth: how.depth, below: how.below.saturating_sub(cost), whole: false, no_tree: how.no_tree };
            let Some(hit) = self.solve(id, &Goal::new(ty, want), how) else { return };
            kids[k] = hit.term;
            cost += hit.cost;
        }
        let hit = self.make_tuple(id, kids, types.len(), goal.ty, cost);
        self.keep(id, goal, Some(hit), hits);
    }

    fn make_tuple(&mut self, id: ScopeId, kids: [u32; 3], fields: usize, ty: TyId, cost: u32) -> Hit {
        let Engine { vals, scopes, .. } = self;
        let scope = &mut scopes[id.0 as usize];
        let column: Vec<V> = (0..scope.rows)
            .map(|row| {
                let items: Vec<V> = kids[..fields].iter().map(|kid| scope.col(*kid)[row]).collect();
                vals.seq_or_err(&items)
            })
            .collect();
        let uses = kids[..fields].iter().map(|kid| scope.terms[*kid as usize].uses).fold(0, |a, b| a | b);
        let term = Term { op: Op::Tuple, ty, uses, cost: cost as u16, kids };
        Hit { term: scope.push(term, &column), cost }
    }
}

/// What it costs more to ask whether a computed number is odd, or a multiple of another: half of all
/// examples are, by chance.
const ODD_CONDITION: usize = 5;

/// What a remainder of a computed number costs more, but for those that clocks and digits need.
fn odd_remainder(vals: &super::vals::Vals, scope: &Scope, name: &str, kids: &[u32]) -> usize {
    let term = |kid: u32| &scope.terms[kid as usize];
    if name != "mod" || matches!(term(kids[0]).op, Op::Param | Op::Var) {
        return 0;
    }
    let usual = term(kids[1]).op == Op::Const
        && matches!(vals.as_int(V::from_raw(term(kids[1]).kids[0])), 7 | 10 | 12 | 24 | 60 | 100);
    if usual { 0 } else { super::instance::ODD_REMAINDER }
}

/// Whether floats are equal within the rounding of a few operations.
pub(crate) fn close(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()) + 1e-12
}

impl Scope {
    /// The cheapest enumerated term with these values on the example rows.
    fn find_by_examples(&mut self, ty: TyId, want: &[V]) -> Option<u32> {
        let key = |ty: TyId, column: &[V]| hash::words(u64::from(ty.0) + 77, column.iter().map(|v| v.raw()));
        let Scope { by_examples, terms, cols, rows, example_rows, indexed, banked, .. } = self;
        let col = |t: u32| &cols[t as usize * *rows..t as usize * *rows + *example_rows];
        for &t in &banked[*indexed..] {
            let (ty, column) = (terms[t as usize].ty, col(t));
            let hash = key(ty, column);
            let same = |&o: &u32| terms[o as usize].ty == ty && col(o) == column;
            if by_examples.find(hash, same).is_none() {
                by_examples.insert_unique(hash, t, |&o| key(terms[o as usize].ty, col(o)));
            }
        }
        *indexed = banked.len();
        by_examples.find(key(ty, want), |&o| terms[o as usize].ty == ty && col(o) == want).copied()
    }
}
