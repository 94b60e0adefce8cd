//! Functions of a value so far and the next element: for `scan`, whose values so far are known from
//! the answers, and for `fold`, where they are not.

use super::Engine;
use super::deduce::{Goal, Hit};
use super::idiom::IDIOMS;
use super::instance::fast;
use super::scope::{Kind, Op, Scope, ScopeId, Term};
use super::types::TyId;
use super::vals::{V, Vals};
use crate::component::ComponentId;
use crate::ty::Ty;

impl Engine<'_> {
    /// The values that accumulation begins with.
    pub(crate) fn starts(&mut self, ty: TyId) -> Vec<V> {
        match self.types.get(ty) {
            Ty::Int => vec![self.vals.int(0), self.vals.int(1)],
            Ty::Float => vec![self.vals.float(0.0), self.vals.float(1.0)],
            Ty::Str => vec![self.vals.str("")],
            _ => Vec::new(),
        }
    }

    /// The scope of a function of the value so far and the next element, where the values so far
    /// are the elements of the answers, one place later. Rows without an answer have no value.
    pub(crate) fn open_steps(&mut self, id: ScopeId, list: u32, start: u32, ty: TyId, goal: &Goal) -> Option<ScopeId> {
        let each = self.open(id, Kind::Each, [list, super::scope::NONE])?;
        let outside = self.scope(id);
        let mut so_far = Vec::new();
        for row in 0..outside.rows {
            let answer = goal.want.get(row).copied().unwrap_or(V::ANY);
            let count = self.vals.len(outside.col(list)[row]);
            if answer == V::ANY {
                so_far.extend(std::iter::repeat_n(V::ERR, count));
                continue;
            }
            let items = self.vals.items(answer);
            if items.len() != count {
                return None;
            }
            so_far.extend([outside.col(start)[row]].iter().chain(items).take(count));
        }
        let elements = self.element_column(each);
        let element_ty = self.types.element(outside.terms[list as usize].ty)?;
        let each = self.scope(each);
        let mut scope = Scope::new(Kind::Steps, id, each.depth, each.rows, each.example_rows, self.types.len());
        scope.starts = each.starts.clone();
        scope.bases = [list, start];
        self.scopes.push(scope);
        let inside = ScopeId(self.scopes.len() as u32 - 1);
        self.insert(inside, Op::Var, [0, 0, 0], 2, ty, &so_far);
        // Where both variables have the same values they are one term, which is right as well.
        self.insert(inside, Op::Var, [1, 0, 0], 2, element_ty, &elements);
        Some(inside)
    }

    /// The elements of a list, in the order of the rows of their scope.
    fn element_column(&self, each: ScopeId) -> Vec<V> {
        let scope = self.scope(each);
        let outside = self.scope(scope.parent);
        let column = outside.col(scope.bases[0]);
        column.iter().flat_map(|list| self.vals.items(*list)).copied().collect()
    }

    /// The term that goes through a list step by step. Its column is found by doing so.
    pub(crate) fn make_steps(
        &mut self,
        at: ScopeId,
        component: ComponentId,
        list: u32,
        inside: ScopeId,
        body: u32,
        ty: TyId,
    ) -> Option<Hit> {
        let start = self.scope(inside).bases[1];
        let is_scan = component.get().name == "scan";
        let mut column = Vec::new();
        for row in 0..self.scope(at).rows {
            let list = self.scope(at).col(list)[row];
            let mut so_far = self.scope(at).col(start)[row];
            if list.is_err() || so_far.is_err() {
                column.push(V::ERR);
                continue;
            }
            let mut all = Vec::new();
            for item in self.vals.items(list).to_vec() {
                let Engine { vals, scopes, .. } = self;
                let (scope, outside) = (&scopes[inside.0 as usize], &scopes[at.0 as usize]);
                so_far = value_of(vals, scope, outside, body, &[so_far, item], row);
                if vals.len(so_far) > vals.max_built {
                    so_far = V::ERR;
                }
                all.push(so_far);
                if so_far.is_err() {
                    break;
                }
            }
            self.effort.spend(1, 1 + all.len() as u64);
            column.push(if is_scan { self.vals.seq_or_err(&all) } else { so_far });
        }
        let scope = self.scope(at);
        let cost_of = |t: u32| u32::from(scope.terms[t as usize].cost);
        let body_cost = u32::from(self.scope(inside).terms[body as usize].cost);
        let cost = u32::from(component.get().cost) + cost_of(list) + cost_of(start) + body_cost;
        let (op, kids) = (Op::Comp(component), [list, inside.0, body]);
        let term = Term { op, ty, uses: self.uses(at, op, &kids), cost: cost as u16, kids };
        Some(Hit { term: self.scopes[at.0 as usize].push(term, &column), cost })
    }
}

/// The value of a term for values of its scope's variables, on a row outside. Terms with functions of
/// their own have none.
pub(crate) fn value_of(vals: &mut Vals, scope: &Scope, outside: &Scope, place: u32, vars: &[V], row: usize) -> V {
    let term = &scope.terms[place as usize];
    let (meaning, lazy, count) = match term.op {
        Op::Var => return vars[term.kids[0] as usize],
        Op::Const => return V::from_raw(term.kids[0]),
        Op::Outer => return outside.col(term.kids[0])[row],
        Op::Field => {
            let of = value_of(vals, scope, outside, term.kids[0], vars, row);
            return vals.items(of).get(term.kids[1] as usize).copied().unwrap_or(V::ERR);
        }
        Op::Param | Op::Tuple => return V::ERR,
        Op::Comp(component) if component.get().is_higher() => return V::ERR,
        Op::Comp(component) => {
            let component = component.get();
            (fast(component, term.ty), component.is_lazy(), component.args.len())
        }
        Op::Idiom(i) => (IDIOMS[i as usize].fast, false, IDIOMS[i as usize].args.len()),
    };
    let mut args = [V::ERR; 3];
    for (arg, kid) in args.iter_mut().zip(&term.kids[..count]) {
        *arg = value_of(vals, scope, outside, *kid, vars, row);
    }
    let args = &args[..count];
    if !lazy && args.contains(&V::ERR) { V::ERR } else { meaning(vals, args) }
}
