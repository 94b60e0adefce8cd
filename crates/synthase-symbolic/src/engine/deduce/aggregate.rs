//! Sums, counts, extremes and quantifiers over a list, found by trying cheap functions of its elements
//! against the answers without building a term for each.

use super::{Goal, Hit, How, close};
use crate::component::id as component;
use crate::engine::Engine;
use crate::engine::scope::{Kind, NONE, ScopeId};
use crate::engine::types::TyId;
use crate::engine::vals::{V, Vals};
use crate::ty::Ty;

/// The most lists and pairs of lists that are tried.
const MAX_LISTS: usize = 120;
const MAX_PAIRED: usize = 8;
/// The lists whose elements are searched further.
const THOROUGH: usize = 6;

/// What is made of the function's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whole {
    Sum,
    Product,
    Maximum,
    Minimum,
    Count,
    Any,
    All,
    /// The position of the first element for which something holds, or -1.
    Place,
}

impl Whole {
    /// Whether the answers of a row follow from the function's values on it.
    fn gives(self, vals: &Vals, cells: &[V], want: V, is_float: bool) -> bool {
        if cells.contains(&V::ERR) {
            return false;
        }
        match self {
            Whole::Sum if is_float => close(cells.iter().map(|v| vals.as_float(*v)).sum::<f64>(), vals.as_float(want)),
            Whole::Sum => {
                let sum = cells.iter().try_fold(0i64, |sum, v| sum.checked_add(vals.as_int(*v)));
                sum == Some(vals.as_int(want))
            }
            Whole::Product => {
                let product = cells.iter().try_fold(1i64, |product, v| product.checked_mul(vals.as_int(*v)));
                product == Some(vals.as_int(want))
            }
            Whole::Maximum => cells.iter().copied().max_by(|a, b| vals.compare(*a, *b)) == Some(want),
            Whole::Minimum => cells.iter().copied().min_by(|a, b| vals.compare(*a, *b)) == Some(want),
            Whole::Count => cells.iter().filter(|v| v.is_true()).count() as i64 == vals.as_int(want),
            Whole::Place => {
                let place = cells.iter().position(|v| v.is_true()).map_or(-1, |at| at as i64);
                place == vals.as_int(want)
            }
            Whole::Any => cells.iter().any(|v| v.is_true()) == want.is_true(),
            Whole::All => cells.iter().all(|v| v.is_true()) == want.is_true(),
        }
    }

    /// What it costs beside the list and the function.
    fn cost(self) -> u32 {
        match self {
            Whole::Any | Whole::All => 4,
            Whole::Count => 5,
            Whole::Place => 8,
            Whole::Product => 8,
            _ => 6,
        }
    }
}

impl Engine<'_> {
    pub(super) fn aggregates(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let wholes: &[(Whole, TyId)] = match *self.types.get(goal.ty) {
            Ty::Int => &[
                (Whole::Sum, TyId::INT),
                (Whole::Count, TyId::BOOL),
                (Whole::Maximum, TyId::INT),
                (Whole::Minimum, TyId::INT),
                (Whole::Product, TyId::INT),
                (Whole::Place, TyId::BOOL),
            ],
            Ty::Float => &[(Whole::Sum, TyId::FLOAT), (Whole::Maximum, TyId::FLOAT), (Whole::Minimum, TyId::FLOAT)],
            Ty::Bool => &[(Whole::Any, TyId::BOOL), (Whole::All, TyId::BOOL)],
            _ => return,
        };
        if goal.rows().len() < 2 {
            return;
        }
        let lists = self.cheap_lists(id, how.below.saturating_sub(8));
        let (most, thorough, paired) =
            if self.scope(id).depth == 0 { (MAX_LISTS, THOROUGH, MAX_PAIRED) } else { (4, 0, 0) };
        for (i, list) in lists.iter().take(most).enumerate() {
            if !self.aggregates_over(id, goal, how, Kind::Each, [*list, NONE], wholes, i < thorough, hits) {
                return;
            }
        }
        for (i, a) in lists.iter().take(paired).enumerate() {
            for (j, b) in lists.iter().take(paired).enumerate() {
                let cost = |t: u32| self.scope(id).terms[t as usize].cost;
                let near = cost(*a).min(cost(*b)) <= 3;
                if i != j && near && !self.aggregates_over(id, goal, how, Kind::Pairs, [*a, *b], wholes, true, hits) {
                    return;
                }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one composition")]
    fn aggregates_over(
        &mut self,
        id: ScopeId,
        goal: &Goal,
        how: How,
        kind: Kind,
        bases: [u32; 2],
        wholes: &[(Whole, TyId)],
        thorough: bool,
        hits: &mut Vec<Hit>,
    ) -> bool {
        let base_cost: u32 = bases
            .iter()
            .filter(|base| **base != NONE)
            .map(|base| u32::from(self.scope(id).terms[*base as usize].cost))
            .sum();
        let Some(inside) = self.open(id, kind, bases) else { return self.effort.goes_on() };
        // The first lists are worth more: most sums and counts are over what is given.
        if thorough {
            self.prepare(inside)
        } else {
            self.prepare_little(inside)
        }
        let rows = goal.rows();
        for (whole, body_ty) in wholes {
            let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
            let around = base_cost + whole.cost();
            if kind == Kind::Pairs && matches!(whole, Whole::Any | Whole::All | Whole::Count | Whole::Place) {
                self.paired_truth(id, goal, *whole, bases, inside, hits);
                continue;
            }
            let scope = self.scope(inside);
            let is_float = *body_ty == TyId::FLOAT;
            let found = scope.banks[body_ty.0 as usize].iter().find(|body| {
                let column = scope.col(*body);
                u32::from(scope.terms[*body as usize].cost) + around < below
                    && rows.iter().all(|row| {
                        let cells = &column[scope.starts[*row] as usize..scope.starts[*row + 1] as usize];
                        whole.gives(&self.vals, cells, goal.want[*row], is_float)
                    })
            });
            let tried = scope.banks[body_ty.0 as usize].len() as u64;
            if !self.effort.spend(tried / 16, tried) {
                return false;
            }
            if let Some(body) = found {
                let hit = self.whole_of(id, *whole, kind, bases, inside, body, *body_ty);
                self.keep(id, goal, hit, hits);
            }
        }
        true
    }

    /// `any`, `all` and counts over pairs: of the truth values of each pair.
    fn paired_truth(
        &mut self,
        id: ScopeId,
        goal: &Goal,
        whole: Whole,
        bases: [u32; 2],
        inside: ScopeId,
        hits: &mut Vec<Hit>,
    ) {
        let Some(list) = self.types.known_list_of(TyId::BOOL).filter(|_| whole != Whole::Place) else { return };
        let scope = self.scope(inside);
        let found = scope.banks[TyId::BOOL.0 as usize].iter().find(|body| {
            let column = scope.col(*body);
            goal.rows().iter().all(|row| {
                let cells = &column[scope.starts[*row] as usize..scope.starts[*row + 1] as usize];
                whole.gives(&self.vals, cells, goal.want[*row], false)
            })
        });
        let Some(body) = found else { return };
        let Some(zipped) = self.make_higher(id, component("zip_with"), bases[0], inside, body, list) else { return };
        let Some(each) = self.open(id, Kind::Each, [zipped.term, NONE]) else { return };
        self.grow(each, 2);
        let variable = self.scope(each).banks[TyId::BOOL.0 as usize].at(2).first().copied();
        let Some(variable) = variable.filter(|v| self.is_element(each, *v)) else { return };
        let hit = match whole {
            Whole::Count => self
                .make_higher(id, component("filter"), zipped.term, each, variable, list)
                .and_then(|kept| self.call(id, "len", &[kept.term], TyId::INT)),
            _ => {
                let name = if whole == Whole::Any { "any" } else { "all" };
                self.make_higher(id, component(name), zipped.term, each, variable, TyId::BOOL)
            }
        };
        self.keep(id, goal, hit, hits);
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one composition")]
    fn whole_of(
        &mut self,
        id: ScopeId,
        whole: Whole,
        kind: Kind,
        bases: [u32; 2],
        inside: ScopeId,
        body: u32,
        body_ty: TyId,
    ) -> Option<Hit> {
        let ty = self.scope(id).terms[bases[0] as usize].ty;
        if whole == Whole::Any || whole == Whole::All {
            let name = if whole == Whole::Any { "any" } else { "all" };
            return self.make_higher(id, component(name), bases[0], inside, body, TyId::BOOL);
        }
        if whole == Whole::Count {
            let kept = self.make_higher(id, component("filter"), bases[0], inside, body, ty)?;
            return self.call(id, "len", &[kept.term], TyId::INT);
        }
        let list = self.types.known_list_of(body_ty)?;
        let name = if kind == Kind::Pairs { "zip_with" } else { "map" };
        let mapped = if kind == Kind::Each && self.is_element(inside, body) {
            bases[0]
        } else {
            self.make_higher(id, component(name), bases[0], inside, body, list)?.term
        };
        if whole == Whole::Place {
            let wanted = self.constant(id, TyId::BOOL, V::TRUE);
            return self.call(id, "find", &[mapped, wanted.term], TyId::INT);
        }
        let name = match whole {
            Whole::Sum => "sum",
            Whole::Product => "product",
            Whole::Maximum => "maximum",
            _ => "minimum",
        };
        self.call(id, name, &[mapped], body_ty)
    }
}
