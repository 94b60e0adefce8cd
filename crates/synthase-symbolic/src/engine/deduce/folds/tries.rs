//! Trying functions of a value so far and an element on the examples.

use std::cell::Cell;

use super::{Body, Known, MAX_TRIED};
use crate::component::id as component;
use crate::engine::deduce::close;
use crate::engine::effort::Effort;
use crate::engine::grow::combine;
use crate::engine::instance::{Build, Instance};
use crate::engine::scope::{Op, Scope, uses_var};
use crate::engine::steps::value_of;
use crate::engine::types::TyId;
use crate::engine::vals::{V, Vals};

/// What conditions, and what depends on them, cost at most.
const DEAREST_CONDITION: usize = 12;
const DEAREST_CASE: usize = 11;

/// An example: from the start over the elements to the answer.
pub(super) struct Case {
    pub(super) row: usize,
    pub(super) start: V,
    pub(super) items: Vec<V>,
    pub(super) want: V,
}

/// A list with a start: what the functions are tried on.
pub(super) struct Trial {
    pub(super) cases: Vec<Case>,
    /// The pairs of the scope for which the function's value is known.
    pub(super) steps: Vec<(usize, V)>,
    pub(super) is_float: bool,
    /// How many steps were made, not yet charged.
    pub(super) steps_made: Cell<u64>,
}

/// The functions of one type in the scope of their pairs.
pub(super) struct Tries<'a, 'b> {
    pub(super) vals: &'a mut Vals,
    pub(super) effort: &'a mut Effort<'b>,
    pub(super) scope: &'a Scope,
    pub(super) outside: &'a Scope,
    pub(super) trial: &'a Trial,
    pub(super) ty: TyId,
}

impl Tries<'_, '_> {
    /// Whether terms together depend on the value so far and on the element.
    fn uses_both(&self, kids: &[u32]) -> bool {
        let both = uses_var(0) | uses_var(1);
        kids.iter().map(|kid| self.scope.terms[*kid as usize].uses).fold(0, |a, b| a | b) & both == both
    }

    /// Whether there is effort for more functions.
    fn goes_on(&mut self, known: &Known) -> bool {
        // Most functions fail on the first pair.
        let terms = u64::from(known.tried.is_multiple_of(8));
        known.tried < MAX_TRIED && self.effort.spend(terms, 2 + self.trial.charge())
    }

    /// Tries the kept functions of a cost.
    pub(super) fn kept(&mut self, known: &mut Known) -> Option<Body> {
        let Tries { scope, outside, trial, .. } = *self;
        for term in scope.banks[self.ty.0 as usize].at(known.level) {
            if !self.uses_both(&[*term]) {
                continue;
            }
            known.tried += 1;
            let right = trial.fits(self.vals, |_, row| scope.col(*term)[row])
                && trial.holds(self.vals, |vals, vars, row| value_of(vals, scope, outside, *term, &vars, row));
            if !self.effort.spend(1, 2 + trial.charge()) || right {
                return right.then_some(Body::Term(*term));
            }
        }
        None
    }

    /// Tries the functions of a cost that are made of those that were kept.
    pub(super) fn made(&mut self, instances: &[Instance], element: TyId, known: &mut Known) -> Option<Body> {
        let Tries { scope, outside, trial, ty, .. } = *self;
        let level = known.level;
        let wanted = |i: &&Instance| i.cost < level && i.result == ty && is_wanted(i, ty, element);
        let mut found = None;
        for instance in instances.iter().filter(wanted) {
            let fast = instance.fast;
            let each = &mut |scope: &mut &Scope, kids: &[u32]| -> bool {
                if !self.uses_both(kids) || !divides_well(instance, scope, kids) {
                    return true;
                }
                known.tried += 1;
                let applied = |vals: &mut Vals, get: &dyn Fn(&mut Vals, u32) -> V| {
                    let mut args = [V::ERR; 3];
                    for (arg, kid) in args.iter_mut().zip(kids) {
                        *arg = get(vals, *kid);
                    }
                    let args = &args[..kids.len()];
                    if args.contains(&V::ERR) { V::ERR } else { fast(vals, args) }
                };
                let right = trial.fits(self.vals, |vals, row| applied(vals, &|_, kid| scope.col(kid)[row]))
                    && trial.holds(self.vals, |vals, vars, row| {
                        applied(vals, &|vals, kid| value_of(vals, scope, outside, kid, &vars, row))
                    });
                if right {
                    let mut places = [0; 3];
                    places[..kids.len()].copy_from_slice(kids);
                    found = Some(Body::Made(instance.op, places, kids.len()));
                }
                !right && self.goes_on(known)
            };
            if !combine(instance, &mut &*scope, level - instance.cost, each) {
                break;
            }
        }
        found
    }

    /// Tries the functions of a cost that have one condition, at the outside.
    pub(super) fn conditional(&mut self, known: &mut Known) -> Option<Body> {
        let left = known.level.checked_sub(usize::from(component("if").get().cost))?;
        let Tries { scope, ty, .. } = *self;
        let bank = &scope.banks[ty.0 as usize];
        for cost in 5..left.min(DEAREST_CONDITION + 1) {
            for condition in scope.banks[TyId::BOOL.0 as usize].varied_at(cost) {
                for first in 2..(left - cost).min(DEAREST_CASE + 1) {
                    for then in bank.at(first) {
                        for other in bank.at(left - cost - first) {
                            let kids = [*condition, *then, *other];
                            if then == other || !self.uses_both(&kids) {
                                continue;
                            }
                            known.tried += 1;
                            if self.is_right_choice(kids) {
                                return Some(Body::Made(Op::Comp(component("if")), kids, 3));
                            }
                            if !self.goes_on(known) {
                                return None;
                            }
                        }
                    }
                }
            }
        }
        None
    }

    fn is_right_choice(&mut self, [condition, then, other]: [u32; 3]) -> bool {
        let Tries { scope, outside, trial, .. } = *self;
        let side = |holds: V| match holds {
            V::TRUE => Some(then),
            V::FALSE => Some(other),
            _ => None,
        };
        trial.fits(self.vals, |_, row| side(scope.col(condition)[row]).map_or(V::ERR, |term| scope.col(term)[row]))
            && trial.holds(self.vals, |vals, vars, row| {
                let holds = value_of(vals, scope, outside, condition, &vars, row);
                side(holds).map_or(V::ERR, |term| value_of(vals, scope, outside, term, &vars, row))
            })
    }
}

impl Trial {
    /// The steps made since this was asked last, in cells.
    fn charge(&self) -> u64 {
        2 * self.steps_made.take()
    }

    fn same(&self, vals: &Vals, a: V, b: V) -> bool {
        a == b || (self.is_float && !a.is_err() && close(vals.as_float(a), vals.as_float(b)))
    }

    /// Whether the function's values are right on the pairs where they are known.
    fn fits(&self, vals: &mut Vals, mut value: impl FnMut(&mut Vals, usize) -> V) -> bool {
        self.steps.iter().all(|(row, want)| {
            let got = value(vals, *row);
            self.same(vals, got, *want)
        })
    }

    /// Whether going through the examples gives the answers.
    fn holds(&self, vals: &mut Vals, mut step: impl FnMut(&mut Vals, [V; 2], usize) -> V) -> bool {
        self.cases.iter().all(|case| {
            let mut so_far = case.start;
            for item in &case.items {
                self.steps_made.set(self.steps_made.get() + 1);
                so_far = step(vals, [so_far, *item], case.row);
                if so_far.is_err() || vals.len(so_far) > vals.max_built {
                    return false;
                }
            }
            self.same(vals, so_far, case.want)
        })
    }
}

/// Whether functions of a value so far and an element of these types are made with an instance.
pub(super) fn is_wanted(instance: &Instance, ty: TyId, element: TyId) -> bool {
    let Op::Comp(component) = instance.op else { return false };
    let first = instance.args[0];
    let is_text = |ty: TyId| ty == TyId::STR;
    instance.build == Build::Plain
        && match component.get().name {
            "add" | "sub" | "mul" | "max" | "min" => first == ty,
            "div" | "mod" => ty == TyId::INT,
            "divide" | "float" => ty == TyId::FLOAT && (first == TyId::FLOAT || element == TyId::INT),
            "eq" => first == element || (first == ty && !is_text(ty)),
            "lt" | "le" => (first == element || first == ty) && !is_text(first),
            "not" => ty == TyId::BOOL,
            "concat" | "take" | "drop" | "contains" | "at" => first == ty && is_text(ty),
            _ => false,
        }
}

/// Whether nothing is divided by what changes: such quotients give any answer now and then, and fail.
pub(super) fn divides_well(instance: &Instance, scope: &Scope, kids: &[u32]) -> bool {
    let Op::Comp(component) = instance.op else { return false };
    !matches!(component.get().name, "div" | "mod" | "divide")
        || scope.terms[kids[1] as usize].uses & (uses_var(0) | uses_var(1)) == 0
}
