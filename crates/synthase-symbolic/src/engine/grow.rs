//! Enumeration: all terms of a scope in order of cost, each distinct behaviour once.

use super::Engine;
use super::deduce::{Goal, Hit};
use super::instance::{Build, Instance};
use super::scope::{Kind, Op, Scope, ScopeId, Term};
use super::types::TyId;
use super::vals::{V, Vals};

/// Functions within functions go this deep.
const MAX_DEPTH: u8 = 2;

/// The most rows of a scope inside: the elements of all rows together.
const MAX_ROWS: usize = 4096;

/// The most scopes a search opens; each holds terms of its own.
const MAX_SCOPES: usize = 400;

/// The most terms that one look ahead answers with.
const MAX_PEEKED: usize = 64;

/// Terms of the scope outside that a scope inside can use, cheapest first.
const MAX_OUTER: usize = 16;
const MAX_OUTER_COST: usize = 9;

impl Engine<'_> {
    /// Builds all terms of a scope up to a cost. Stops early when the effort is spent.
    pub(crate) fn grow(&mut self, id: ScopeId, level: usize) {
        while self.scope(id).level < level && self.effort.goes_on() && !self.is_full() {
            let next = self.scope(id).level + 1;
            self.leaves(id, next);
            self.fields(id, next);
            self.first_order(id, next, None);
            self.higher_order(id, next);
            if self.effort.goes_on() {
                self.scopes[id.0 as usize].level = next;
            }
        }
    }

    /// The fields of tuples that cost so much.
    fn fields(&mut self, id: ScopeId, level: usize) {
        for ty in self.types.used().collect::<Vec<_>>() {
            let crate::ty::Ty::Tuple(types) = self.types.get(ty).clone() else { continue };
            let Some(cost) = level.checked_sub(1) else { continue };
            for tuple in self.scope(id).banks[ty.0 as usize].at(cost).to_vec() {
                for (k, ty) in types.iter().enumerate() {
                    let Some(ty) = self.types.id(ty) else { continue };
                    let tuples = self.scope(id).col(tuple);
                    let column: Vec<V> =
                        tuples.iter().map(|v| self.vals.items(*v).get(k).copied().unwrap_or(V::ERR)).collect();
                    self.insert(id, Op::Field, [tuple, k as u32, 0], level, ty, &column);
                }
            }
        }
    }

    /// Constants, variables and terms from outside that cost so much.
    fn leaves(&mut self, id: ScopeId, level: usize) {
        let constants = self.constants.clone();
        for &(ty, value, cost) in constants.iter().filter(|c| c.2 as usize == level) {
            let column = vec![value; self.scope(id).rows];
            let place = self.insert(id, Op::Const, [value.raw(), 0, 0], cost as usize, ty, &column);
            if let Some(place) = place
                && ty == TyId::STR
                && self.marks.contains(&value)
            {
                self.scopes[id.0 as usize].marks.push(place);
            }
        }
        let scope = self.scope(id);
        if scope.kind == Kind::Top {
            for (i, (ty, column)) in self.params.clone().into_iter().enumerate() {
                if level == 2 {
                    self.insert(id, Op::Param, [i as u32, 0, 0], 2, ty, &column);
                }
            }
            return;
        }
        if level == 2 || level == 4 {
            for (number, (ty, column)) in self.variables(id).into_iter().enumerate() {
                // The position of an element is used far less often than the element.
                let cost = if number == 1 && self.scope(id).kind == Kind::Each { 4 } else { 2 };
                if cost == level {
                    self.insert(id, Op::Var, [number as u32, 0, 0], cost, ty, &column);
                }
            }
        }
        for (outer, ty, cost) in self.outer_terms(id) {
            if cost == level {
                let column = self.broadcast(id, outer);
                self.insert(id, Op::Outer, [outer, 0, 0], cost, ty, &column);
            }
        }
    }

    /// The variables of a scope with their columns.
    fn variables(&mut self, id: ScopeId) -> Vec<(TyId, Vec<V>)> {
        let scope = &self.scopes[id.0 as usize];
        let outside = &self.scopes[scope.parent.0 as usize];
        let elements = |vals: &Vals, base: u32, limit: &dyn Fn(usize) -> usize| -> Vec<V> {
            let column = outside.col(base);
            (0..outside.rows).flat_map(|row| vals.items(column[row])[..limit(row)].to_vec()).collect()
        };
        let count = |row: usize| (scope.starts[row + 1] - scope.starts[row]) as usize;
        let ty = |base: u32| self.types.element(outside.terms[base as usize].ty).expect("bases are lists");
        match scope.kind {
            Kind::Top | Kind::Steps | Kind::Folds => Vec::new(),
            Kind::Each => {
                let items = elements(&self.vals, scope.bases[0], &count);
                let ty = ty(scope.bases[0]);
                let numbers: Vec<usize> = (0..outside.rows).flat_map(|row| 0..count(row)).collect();
                let positions = numbers.into_iter().map(|i| self.vals.int(i as i64)).collect();
                vec![(ty, items), (TyId::INT, positions)]
            }
            Kind::Pairs => {
                let (a, b) = (scope.bases[0], scope.bases[1]);
                vec![(ty(a), elements(&self.vals, a, &count)), (ty(b), elements(&self.vals, b, &count))]
            }
        }
    }

    /// The terms outside that a scope may use, with what they cost here: the cheapest few.
    fn outer_terms(&self, id: ScopeId) -> Vec<(u32, TyId, usize)> {
        let scope = self.scope(id);
        let outside = self.scope(scope.parent);
        let mut found = Vec::new();
        for cost in 2..=MAX_OUTER_COST {
            let before = found.len();
            for ty in self.types.used() {
                let is_list = self.types.element(ty).is_some();
                for place in outside.banks[ty.0 as usize].at(cost - 1) {
                    let wanted = match outside.terms[*place as usize].op {
                        Op::Const => false,
                        Op::Param | Op::Var | Op::Outer => true,
                        _ => !is_list && ty != TyId::BOOL,
                    };
                    if wanted && !outside.example_col(*place).iter().any(|v| v.is_err()) {
                        found.push((*place, ty, cost));
                    }
                }
            }
            found[before..].sort_by_key(|(place, ..)| *place);
            if found.len() >= MAX_OUTER {
                break;
            }
        }
        found.truncate(MAX_OUTER);
        found
    }

    /// The column of a term outside on the rows of a scope.
    pub(crate) fn broadcast(&self, id: ScopeId, outer: u32) -> Vec<V> {
        let scope = self.scope(id);
        let column = self.scope(scope.parent).col(outer);
        let mut out = Vec::with_capacity(scope.rows);
        for (row, value) in column.iter().enumerate() {
            let count = (scope.starts[row + 1] - scope.starts[row]) as usize;
            out.extend(std::iter::repeat_n(*value, count));
        }
        out
    }

    /// The scope of the elements of a list, or of the pairs of two; none if it would be too large,
    /// too deep or without rows.
    pub(crate) fn open(&mut self, outside: ScopeId, kind: Kind, bases: [u32; 2]) -> Option<ScopeId> {
        if let Some(found) = self.opened.get(&(outside, kind as u8, bases)) {
            return *found;
        }
        let found = self.open_new(outside, kind, bases);
        self.opened.insert((outside, kind as u8, bases), found);
        found
    }

    fn open_new(&mut self, outside_id: ScopeId, kind: Kind, bases: [u32; 2]) -> Option<ScopeId> {
        let outside = self.scope(outside_id);
        if outside.depth >= MAX_DEPTH || self.scopes.len() >= MAX_SCOPES {
            return None;
        }
        let mut starts = vec![0u32];
        for row in 0..outside.rows {
            let lens = bases.iter().filter(|b| **b != super::scope::NONE).map(|b| self.vals.len(outside.col(*b)[row]));
            let count = lens.min().unwrap_or(0);
            starts.push(starts[row] + count as u32);
        }
        let rows = starts[outside.rows] as usize;
        let example_rows = starts[outside.example_rows] as usize;
        if example_rows == 0 || rows > MAX_ROWS {
            return None;
        }
        let mut scope = Scope::new(kind, outside_id, outside.depth + 1, rows, example_rows, self.types.len());
        scope.starts = starts;
        scope.bases = bases;
        self.scopes.push(scope);
        Some(ScopeId(self.scopes.len() as u32 - 1))
    }

    /// All terms of a cost that are built from terms of the same scope; only the wanted ones.
    pub(crate) fn first_order(&mut self, id: ScopeId, level: usize, wanted: Option<Wanted<'_>>) {
        let mut scope = self.take(id);
        let Engine { vals, instances, effort, scratch, .. } = self;
        for instance in instances.iter().filter(|i| i.build == Build::Plain && i.cost < level) {
            if wanted.as_ref().is_some_and(|wanted| !(wanted.instance)(instance)) {
                continue;
            }
            let left = level - instance.cost;
            let mut row = Row { vals, instance, scratch, level };
            let each = &mut |scope: &mut &mut Scope, kids: &[u32]| -> bool {
                if wanted.as_ref().is_some_and(|wanted| !(wanted.kids)(instance, scope, kids)) {
                    return true;
                }
                row.build(scope, kids);
                effort.spend(1, scope.rows as u64)
            };
            if !combine(instance, &mut &mut scope, left, each) {
                break;
            }
        }
        self.put_back(id, scope);
    }

    /// The terms that meet a goal and have an argument of a cost, the others being the cheapest there
    /// are, or so. Nothing else is kept, so this sees further ahead than the search can build: past
    /// every level, all terms that cost two more have been seen.
    pub(crate) fn peek(&mut self, id: ScopeId, goal: &Goal, level: usize) -> Vec<Hit> {
        let mut found: Vec<(Op, Vec<u32>)> = Vec::new();
        let mut scope = self.take(id);
        let Engine { vals, instances, effort, .. } = self;
        let fits = |i: &&Instance| i.build == Build::Plain && i.result == goal.ty && !i.lazy;
        for instance in instances.iter().filter(fits) {
            let each = &mut |scope: &mut &mut Scope, kids: &[u32]| -> bool {
                let meets = goal.want.iter().enumerate().all(|(row, want)| {
                    let mut args = [V::ERR; 3];
                    for (arg, kid) in args.iter_mut().zip(kids) {
                        *arg = scope.col(*kid)[row];
                    }
                    let args = &args[..kids.len()];
                    *want == V::ANY || (!args.contains(&V::ERR) && (instance.fast)(vals, args) == *want)
                });
                if meets {
                    found.push((instance.op, kids.to_vec()));
                }
                found.len() < MAX_PEEKED && effort.spend(1, 3)
            };
            let left = level + 2 * (instance.args.len() - 1);
            if !combine(instance, &mut &mut scope, left, each) {
                break;
            }
        }
        self.put_back(id, scope);
        found.into_iter().filter_map(|(op, kids)| self.make(id, op, &kids, goal.ty)).collect()
    }

    /// All terms of a cost that are built with a function.
    fn higher_order(&mut self, id: ScopeId, level: usize) {
        if self.scope(id).depth >= MAX_DEPTH {
            return;
        }
        for i in 0..self.instances.len() {
            let instance = &self.instances[i];
            let (build, cost, body_ty) = (instance.build, instance.cost, *instance.args.last().expect("arguments"));
            let lists = match build {
                Build::Plain => continue,
                Build::Each => self.lists(id, instance.args[0], level.saturating_sub(cost)),
                Build::Pairs => self.pairs(id, instance.args[0], instance.args[1], level.saturating_sub(cost)),
            };
            let kind = if build == Build::Each { Kind::Each } else { Kind::Pairs };
            for (bases, base_cost) in lists {
                let Some(body_cost) = level.checked_sub(cost + base_cost).filter(|c| *c >= 2) else { continue };
                let Some(inside) = self.open(id, kind, bases) else {
                    if id == ScopeId::TOP {
                        self.capped_at.get_or_insert(level);
                    }
                    continue;
                };
                self.grow(inside, body_cost);
                if !self.bodies(id, i, inside, body_ty, body_cost, bases[0], level) {
                    return;
                }
            }
        }
    }

    /// Terms with a function for each body of a cost.
    #[expect(clippy::too_many_arguments, reason = "the parts of one term")]
    fn bodies(
        &mut self,
        id: ScopeId,
        i: usize,
        inside: ScopeId,
        body_ty: TyId,
        body_cost: usize,
        base: u32,
        level: usize,
    ) -> bool {
        let bodies: Vec<u32> = self.scope(inside).banks[body_ty.0 as usize].at(body_cost).to_vec();
        for body in bodies {
            let (op, result) = (self.instances[i].op, self.instances[i].result);
            let rows = self.scope(inside).rows as u64;
            if !self.with_position_is_fine(op, inside, body) {
                continue;
            }
            let column = self.higher_column(op, id, base, inside, body);
            self.insert(id, op, [base, inside.0, body], level, result, &column);
            if !self.effort.spend(1, rows) {
                return false;
            }
        }
        true
    }

    /// Lists of a type that leave at least a variable's cost for a body, with their costs.
    fn lists(&self, id: ScopeId, ty: TyId, left: usize) -> Vec<([u32; 2], usize)> {
        let bank = &self.scope(id).banks[ty.0 as usize];
        let mut found = Vec::new();
        for cost in 2..left.saturating_sub(1) {
            found.extend(
                bank.at(cost)
                    .iter()
                    .filter(|t| self.is_worth_opening(id, **t))
                    .map(|t| ([*t, super::scope::NONE], cost)),
            );
        }
        found
    }

    /// Constant lists have nothing to vary over, lists that fail on an example are rarely meant, and
    /// of a list that never has two elements the element itself is of more use.
    pub(crate) fn is_worth_opening(&self, id: ScopeId, list: u32) -> bool {
        let scope = self.scope(id);
        let column = scope.example_col(list);
        scope.terms[list as usize].op != Op::Const
            && !column.iter().any(|v| v.is_err())
            && (column.iter().any(|v| self.vals.len(*v) > 1) || scope.terms[list as usize].op == Op::Param)
    }

    /// Two lists to go through in step: at least one of them a variable, and both short.
    fn pairs(&self, id: ScopeId, a: TyId, b: TyId, left: usize) -> Vec<([u32; 2], usize)> {
        const DEAREST: usize = 8;
        let scope = self.scope(id);
        let mut found = Vec::new();
        for cost in 4..left.saturating_sub(1).min(2 * DEAREST) {
            for first in 2..=cost - 2 {
                for x in scope.banks[a.0 as usize].at(first) {
                    for y in scope.banks[b.0 as usize].at(cost - first) {
                        let has_variable = first.min(cost - first) == 2 && first.max(cost - first) <= DEAREST;
                        if has_variable && x != y && self.is_worth_opening(id, *x) && self.is_worth_opening(id, *y) {
                            found.push(([*x, *y], cost));
                        }
                    }
                }
            }
        }
        found
    }
}

/// Which terms of a scope are wanted.
pub(crate) struct Wanted<'a> {
    /// Whether terms of an instance are.
    pub(crate) instance: &'a dyn Fn(&Instance) -> bool,
    /// Whether a term with these arguments is.
    pub(crate) kids: fn(&Instance, &Scope, &[u32]) -> bool,
}

/// One instance at work on one level.
struct Row<'a> {
    vals: &'a mut Vals,
    instance: &'a Instance,
    scratch: &'a mut Vec<V>,
    level: usize,
}

impl Row<'_> {
    /// Evaluates a term on all rows and keeps it if it is new.
    fn build(&mut self, scope: &mut Scope, kids: &[u32]) {
        let rows = scope.rows;
        self.scratch.clear();
        let mut works = false;
        let fast = self.instance.fast;
        let lazy = self.instance.lazy;
        macro_rules! fill {
            ($($col:ident = $kid:expr),+) => {{
                $(let $col = scope.col(kids[$kid]);)+
                for row in 0..rows {
                    let args = [$($col[row]),+];
                    let fails = !lazy && ($(args[$kid].is_err())||+);
                    let value = if fails { V::ERR } else { fast(self.vals, &args) };
                    works |= row < scope.example_rows && !value.is_err();
                    self.scratch.push(value);
                }
            }};
        }
        match kids.len() {
            1 => fill!(a = 0),
            2 => fill!(a = 0, b = 1),
            _ => fill!(a = 0, b = 1, c = 2),
        }
        if !works {
            return;
        }
        let mut places = [0; 3];
        places[..kids.len()].copy_from_slice(kids);
        let uses = kids.iter().map(|kid| scope.terms[*kid as usize].uses).fold(0, |a, b| a | b);
        let term = Term { op: self.instance.op, ty: self.instance.result, uses, cost: self.level as u16, kids: places };
        scope.insert(term, self.scratch);
    }
}

/// Calls `each` with every choice of arguments whose costs add up to `left`; stops when it says no.
pub(crate) fn combine<S: std::ops::Deref<Target = Scope>>(
    instance: &Instance,
    scope: &mut S,
    left: usize,
    each: &mut dyn FnMut(&mut S, &[u32]) -> bool,
) -> bool {
    let list = |scope: &Scope, arg: usize, cost: usize| -> Vec<u32> {
        let bank = &scope.banks[instance.args[arg].0 as usize];
        if instance.simple & (1 << arg) != 0 {
            bank.simple_at(cost).to_vec()
        } else if arg == 0 && instance.complex {
            let is_simple = |t: &u32| matches!(scope.terms[*t as usize].op, Op::Const | Op::Param | Op::Var);
            bank.at(cost).iter().copied().filter(|t| !is_simple(t)).collect()
        } else if arg == 0 && instance.varies {
            bank.varied_at(cost).to_vec()
        } else {
            bank.at(cost).to_vec()
        }
    };
    match instance.args.len() {
        1 => list(scope, 0, left).into_iter().all(|a| each(scope, &[a])),
        2 => {
            for first in 2..=left.saturating_sub(2) {
                let second = left - first;
                if first.min(second) > instance.light {
                    continue;
                }
                let bs = list(scope, 1, second);
                if bs.is_empty() {
                    continue;
                }
                for a in list(scope, 0, first) {
                    let constant = scope.terms[a as usize].op == Op::Const;
                    for b in &bs {
                        let right = &scope.terms[*b as usize];
                        // What is made of constants alone is one; a range of them is not easily written.
                        if (constant && right.op == Op::Const && !instance.constants)
                            || (instance.apart && right.uses & scope.terms[a as usize].uses != 0)
                            || (instance.marks && right.op == Op::Const && !scope.is_mark(*b))
                        {
                            continue;
                        }
                        let swapped = instance.commutative && instance.args[0] == instance.args[1] && a > *b;
                        if !swapped && !each(scope, &[a, *b]) {
                            return false;
                        }
                    }
                }
            }
            true
        }
        _ => {
            for first in 2..=left.saturating_sub(4) {
                let firsts = list(scope, 0, first);
                if firsts.is_empty() {
                    continue;
                }
                for second in 2..=left - first - 2 {
                    let third = left - first - second;
                    let (bs, cs) = (list(scope, 1, second), list(scope, 2, third));
                    if cs.is_empty() {
                        continue;
                    }
                    for a in &firsts {
                        for b in &bs {
                            for c in &cs {
                                let uses = |t: u32| scope.terms[t as usize].uses;
                                if instance.apart && uses(*a) & (uses(*b) | uses(*c)) != 0 {
                                    continue;
                                }
                                if !each(scope, &[*a, *b, *c]) {
                                    return false;
                                }
                            }
                        }
                    }
                }
            }
            true
        }
    }
}
