//! Numbers as sums, differences, products, quotients and remainders of others.

use super::{Goal, Hit, How, close};
use crate::engine::Engine;
use crate::engine::scope::{Op, ScopeId};
use crate::engine::types::TyId;
use crate::engine::vals::V;

/// The most terms that are tried as one side of an operation, cheapest first.
const MAX_SIDES: usize = 300;

/// An operation on two floats.
type Shape = fn(f64, f64) -> f64;

impl Engine<'_> {
    pub(super) fn arithmetic(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        if goal.ty == TyId::FLOAT {
            return self.float_arithmetic(id, goal, how, hits);
        }
        let rows = goal.rows();
        let want: Vec<i64> = rows.iter().map(|row| self.vals.as_int(goal.want[*row])).collect();
        let sides = self.sides(id, goal, how.below);
        self.clamped(id, goal, &rows, &want, how, hits);
        self.days(id, goal, &rows, &want, how, hits);
        for (term, values) in &sides {
            let cost = u32::from(self.scope(id).terms[*term as usize].cost);
            let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
            if cost + 4 >= below || !self.effort.spend(4, 16) {
                break;
            }
            self.affine(id, goal, &rows, &want, *term, values, hits);
            self.quotients(id, goal, &rows, &want, *term, values, hits);
            self.digits(id, goal, &rows, &want, *term, values, hits);
            let rest = |f: &dyn Fn(i64, i64) -> Option<i64>| -> Option<Vec<i64>> {
                want.iter().zip(values).map(|(w, v)| f(*w, *v)).collect()
            };
            // want = other + term, other - term, term - other, other * term
            let shapes: [(&str, bool, Option<Vec<i64>>); 4] = [
                ("add", false, rest(&|w, v| w.checked_sub(v))),
                ("sub", false, rest(&|w, v| w.checked_add(v))),
                ("sub", true, rest(&|w, v| v.checked_sub(w))),
                ("mul", false, rest(&|w, v| if v != 0 && w % v == 0 { Some(w / v) } else { None })),
            ];
            for (name, term_first, other) in shapes {
                let Some(other) = other else { continue };
                self.other_side(id, goal, &rows, name, *term, term_first, &other, hits);
            }
            // want = term * k + other
            for k in self.factors(&want) {
                let Some(other) = rest(&|w, v| w.checked_sub(v.checked_mul(k)?)) else { continue };
                let k = self.vals.int(k);
                let k = self.constant(id, TyId::INT, k);
                let Some(scaled) = self.call(id, "mul", &[*term, k.term], TyId::INT) else { continue };
                if scaled.cost + 4 < below {
                    self.other_side(id, goal, &rows, "add", scaled.term, true, &other, hits);
                    if how.depth > 1 && how.below > scaled.cost + 12 {
                        self.sum_of_three(id, goal, &rows, &other, scaled, &sides, how, hits);
                    }
                }
            }
        }
    }

    /// want = a number kept between limits that show as the least or the greatest answer.
    fn clamped(&mut self, id: ScopeId, goal: &Goal, rows: &[usize], want: &[i64], how: How, hits: &mut Vec<Hit>) {
        let (Some(low), Some(high)) = (want.iter().min().copied(), want.iter().max().copied()) else { return };
        let often = |limit: i64| want.iter().filter(|w| **w == limit).count();
        if rows.len() < 4 || low == high {
            return;
        }
        for (floor, ceiling) in [(true, false), (false, true), (true, true)] {
            let limited = |w: i64| (floor && w == low) || (ceiling && w == high);
            let inside = want.iter().filter(|w| !limited(**w)).count();
            let worth = (!floor || often(low) > 1 || low == 0) && (!ceiling || often(high) > 1 || high % 100 == 0);
            if inside < 2 || !worth {
                continue;
            }
            let mut masked = vec![V::ANY; goal.want.len()];
            for (row, w) in rows.iter().zip(want) {
                if !limited(*w) {
                    masked[*row] = self.vals.int(*w);
                }
            }
            let masked = Goal::new(TyId::INT, masked);
            // Terms that are right between the limits, and beyond them on the other rows.
            let mut inner: Vec<u32> = Vec::new();
            let scope = self.scope(id);
            let fits = |values: &[V]| {
                rows.iter().zip(want).all(|(row, w)| {
                    let v = values[*row];
                    let n = self.vals.as_int(v);
                    !v.is_err() && (if floor { n.max(low) } else { n }).min(if ceiling { high } else { i64::MAX }) == *w
                })
            };
            inner.extend(scope.banks[TyId::INT.0 as usize].iter().find(|term| fits(scope.example_col(*term))));
            self.effort.spend(8, self.scope(id).banks[TyId::INT.0 as usize].len() as u64);
            let asked = How { no_tree: true, ..how.deeper(how.below.saturating_sub(6)) };
            if inner.is_empty() && how.depth > 1 {
                inner.extend(self.solve(id, &masked, asked).map(|hit| hit.term));
            }
            for term in inner {
                let mut hit = Some(Hit { term, cost: 0 });
                for (wanted, name, limit) in [(floor, "max", low), (ceiling, "min", high)] {
                    if wanted {
                        let limit = self.vals.int(limit);
                        let limit = self.constant(id, TyId::INT, limit);
                        hit = hit.and_then(|hit| self.call(id, name, &[hit.term, limit.term], TyId::INT));
                    }
                }
                self.keep(id, goal, hit, hits);
            }
        }
    }

    /// want = the days from one date to another, of which one is there.
    fn days(&mut self, id: ScopeId, goal: &Goal, rows: &[usize], want: &[i64], how: How, hits: &mut Vec<Hit>) {
        if how.depth < 2 || self.types.id(&crate::ty::Ty::Date).is_none() {
            return;
        }
        let dates: Vec<u32> = self.scope(id).banks[TyId::DATE.0 as usize].iter().take(3).collect();
        for date in dates {
            let column = self.scope(id).col(date).to_vec();
            for forward in [true, false] {
                let mut other = vec![V::ANY; goal.want.len()];
                for (row, w) in rows.iter().zip(want) {
                    let day = self.vals.as_date(column[*row]);
                    other[*row] = self.vals.date(if forward { day.saturating_add(*w) } else { day.saturating_sub(*w) });
                }
                if rows.iter().any(|row| column[*row].is_err() || other[*row].is_err()) {
                    continue;
                }
                let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
                let around = 3 + u32::from(self.scope(id).terms[date as usize].cost);
                let asked = How { no_tree: true, ..how.deeper(below.saturating_sub(around)) };
                let Some(other) = self.solve(id, &Goal::new(TyId::DATE, other), asked) else { continue };
                let kids = if forward { [date, other.term] } else { [other.term, date] };
                let hit = self.call(id, "days_between", &kids, TyId::INT);
                self.keep(id, goal, hit, hits);
            }
        }
    }

    /// Terms with a value on every row that matters, cheapest first.
    pub(super) fn sides(&mut self, id: ScopeId, goal: &Goal, below: u32) -> Vec<(u32, Vec<i64>)> {
        let rows = goal.rows();
        let Engine { vals, scopes, effort, .. } = self;
        let scope = &scopes[id.0 as usize];
        let mut found = Vec::new();
        for term in scope.banks[goal.ty.0 as usize].iter() {
            if found.len() >= MAX_SIDES || u32::from(scope.terms[term as usize].cost) >= below {
                break;
            }
            if scope.terms[term as usize].op == Op::Const {
                continue;
            }
            let column = scope.col(term);
            if rows.iter().all(|row| !column[*row].is_err()) {
                found.push((term, rows.iter().map(|row| vals.as_int(column[*row])).collect()));
            }
        }
        effort.spend(found.len() as u64 / 4, found.len() as u64 * 4);
        found
    }

    /// Factors that numbers are made with: clocks, decimals, and what the answers suggest.
    fn factors(&mut self, want: &[i64]) -> Vec<i64> {
        let most = want.iter().map(|w| w.saturating_abs()).max().unwrap_or(0);
        let mut factors: Vec<i64> =
            [60, 10, 100, 3600, 12, 1000, 7, 24, 365, 2, 3].into_iter().filter(|k| *k <= most).collect();
        for (ty, value, _) in &self.constants {
            let n = if *ty == TyId::INT { self.vals.as_int(*value) } else { 0 };
            if n > 1 && n <= most && !factors.contains(&n) {
                factors.push(n);
            }
        }
        factors.truncate(20);
        factors
    }

    /// The goal as an operation on a term and one that is already there.
    #[expect(clippy::too_many_arguments, reason = "the parts of one operation")]
    fn other_side(
        &mut self,
        id: ScopeId,
        goal: &Goal,
        rows: &[usize],
        name: &str,
        term: u32,
        term_first: bool,
        other: &[i64],
        hits: &mut Vec<Hit>,
    ) {
        let Some(found) = self.there(id, goal, rows, other) else { return };
        let kids = if term_first { [term, found] } else { [found, term] };
        let hit = self.call(id, name, &kids, goal.ty);
        self.keep(id, goal, hit, hits);
    }

    /// A term that is already there with these values on some rows.
    fn there(&mut self, id: ScopeId, goal: &Goal, rows: &[usize], values: &[i64]) -> Option<u32> {
        let mut want = vec![V::ANY; goal.want.len()];
        for (row, value) in rows.iter().zip(values) {
            want[*row] = self.vals.int(*value);
        }
        let goal = Goal::new(goal.ty, want);
        if goal.is_whole() {
            return self.scopes[id.0 as usize].find_by_examples(goal.ty, &goal.want);
        }
        // With open rows there is no index; only constants are worth asking for.
        let value = goal.constant()?;
        Some(self.constant(id, goal.ty, value).term)
    }

    /// want = scaled + a * k + b
    #[expect(clippy::too_many_arguments, reason = "the parts of one operation")]
    fn sum_of_three(
        &mut self,
        id: ScopeId,
        goal: &Goal,
        rows: &[usize],
        rest: &[i64],
        scaled: Hit,
        sides: &[(u32, Vec<i64>)],
        how: How,
        hits: &mut Vec<Hit>,
    ) {
        for (term, values) in sides.iter().take(60) {
            for k in [60, 10, 100, 12] {
                let cost = u32::from(self.scope(id).terms[*term as usize].cost);
                if scaled.cost + cost + 12 >= how.below || !self.effort.spend(1, 8) {
                    return;
                }
                let other: Option<Vec<i64>> =
                    rest.iter().zip(values).map(|(r, v)| r.checked_sub(v.checked_mul(k)?)).collect();
                let Some(found) = other.and_then(|other| self.there(id, goal, rows, &other)) else { continue };
                let k = self.vals.int(k);
                let k = self.constant(id, TyId::INT, k);
                let hit = self
                    .call(id, "mul", &[*term, k.term], TyId::INT)
                    .and_then(|second| self.call(id, "add", &[second.term, found], TyId::INT))
                    .and_then(|sum| self.call(id, "add", &[scaled.term, sum.term], TyId::INT));
                self.keep(id, goal, hit, hits);
            }
        }
    }

    /// want = term * k + c, with both found from two rows.
    #[expect(clippy::too_many_arguments, reason = "the parts of one operation")]
    pub(super) fn affine(
        &mut self,
        id: ScopeId,
        goal: &Goal,
        rows: &[usize],
        want: &[i64],
        term: u32,
        values: &[i64],
        hits: &mut Vec<Hit>,
    ) {
        let Some(second) = (1..rows.len()).find(|i| values[*i] != values[0]) else { return };
        let (Some(dw), Some(dv)) = (want[second].checked_sub(want[0]), values[second].checked_sub(values[0])) else {
            return;
        };
        if dv == 0 || dw % dv != 0 || dw == 0 {
            return;
        }
        let k = dw / dv;
        let Some(c) = values[0].checked_mul(k).and_then(|p| want[0].checked_sub(p)) else { return };
        let fits = want.iter().zip(values).all(|(w, v)| v.checked_mul(k).and_then(|p| p.checked_add(c)) == Some(*w));
        // Two rows are on a line whatever they are.
        if !fits || (rows.len() < 3 && k != 1) {
            return;
        }
        let mut hit = Some(Hit { term, cost: 0 });
        if k != 1 {
            let k = self.vals.int(k);
            let k = self.constant(id, TyId::INT, k);
            hit = self.call(id, "mul", &[term, k.term], TyId::INT);
        }
        if c != 0 {
            let (name, c) = if c < 0 && c != i64::MIN { ("sub", -c) } else { ("add", c) };
            let c = self.vals.int(c);
            let c = self.constant(id, TyId::INT, c);
            hit = hit.and_then(|hit| self.call(id, name, &[hit.term, c.term], TyId::INT));
        }
        if k != 1 || c != 0 {
            self.keep(id, goal, hit, hits);
        }
    }

    /// want = (term + a) div b, or (term + a) mod b, or either plus one.
    #[expect(clippy::too_many_arguments, reason = "the parts of one operation")]
    fn quotients(
        &mut self,
        id: ScopeId,
        goal: &Goal,
        rows: &[usize],
        want: &[i64],
        term: u32,
        values: &[i64],
        hits: &mut Vec<Hit>,
    ) {
        let cost = u32::from(self.scope(id).terms[term as usize].cost);
        if cost > 14 || rows.len() < 3 || values.iter().any(|v| v.unsigned_abs() > 1 << 40) {
            return;
        }
        const DIVISORS: [i64; 16] = [2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 24, 60, 100, 1000, 3600];
        for b in DIVISORS {
            for a in [0, 1, -1, 2, b - 1, b / 2, 3, -2] {
                for (name, plus) in [("div", 0), ("mod", 0), ("div", 1), ("mod", 1)] {
                    let f = |v: i64| if name == "div" { (v + a).div_euclid(b) } else { (v + a).rem_euclid(b) };
                    if !want.iter().zip(values).all(|(w, v)| *w == f(*v) + plus) {
                        continue;
                    }
                    // A quotient that never changes says nothing about the divisor.
                    if want.iter().all(|w| w == &want[0]) {
                        return;
                    }
                    let hit = self.quotient(id, term, a, name, b, plus);
                    self.keep(id, goal, hit, hits);
                }
            }
        }
    }

    /// want = (term div a) mod b, as with digits, minutes and hours.
    #[expect(clippy::too_many_arguments, reason = "the parts of one operation")]
    fn digits(
        &mut self,
        id: ScopeId,
        goal: &Goal,
        rows: &[usize],
        want: &[i64],
        term: u32,
        values: &[i64],
        hits: &mut Vec<Hit>,
    ) {
        let cost = u32::from(self.scope(id).terms[term as usize].cost);
        if cost > 10 || rows.len() < 3 || want.iter().all(|w| w == &want[0]) {
            return;
        }
        for (a, b) in
            [(60, 60), (3600, 24), (60, 24), (10, 10), (100, 10), (100, 100), (7, 7), (24, 7), (12, 12), (2, 2)]
        {
            if want.iter().zip(values).all(|(w, v)| *w == v.div_euclid(a).rem_euclid(b)) {
                let a = self.vals.int(a);
                let a = self.constant(id, TyId::INT, a);
                let b = self.vals.int(b);
                let b = self.constant(id, TyId::INT, b);
                let hit = self
                    .call(id, "div", &[term, a.term], TyId::INT)
                    .and_then(|quotient| self.call(id, "mod", &[quotient.term, b.term], TyId::INT));
                self.keep(id, goal, hit, hits);
                return;
            }
        }
    }

    fn quotient(&mut self, id: ScopeId, term: u32, a: i64, name: &str, b: i64, plus: i64) -> Option<Hit> {
        let int = |engine: &mut Self, n: i64| {
            let n = engine.vals.int(n);
            engine.constant(id, TyId::INT, n).term
        };
        let mut inner = term;
        if a != 0 {
            let size = int(self, a.abs());
            inner = self.call(id, if a < 0 { "sub" } else { "add" }, &[term, size], TyId::INT)?.term;
        }
        let b = int(self, b);
        let hit = self.call(id, name, &[inner, b], TyId::INT)?;
        if plus == 0 {
            return Some(hit);
        }
        let one = int(self, 1);
        self.call(id, "add", &[hit.term, one], TyId::INT)
    }

    /// Floats: sums, differences, products and quotients with terms that are there or constants, and
    /// all of these rounded.
    fn float_arithmetic(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let rows = goal.rows();
        let want: Vec<f64> = rows.iter().map(|row| self.vals.as_float(goal.want[*row])).collect();
        let mut sides: Vec<(u32, Vec<f64>)> = Vec::new();
        let scope = self.scope(id);
        for term in scope.banks[TyId::FLOAT.0 as usize].iter().take(4 * MAX_SIDES) {
            let column = scope.col(term);
            if sides.len() < MAX_SIDES && rows.iter().all(|row| !column[*row].is_err()) {
                sides.push((term, rows.iter().map(|row| self.vals.as_float(column[*row])).collect()));
            }
        }
        let decimals = want.iter().map(|w| decimals(*w)).max().unwrap_or(0);
        let shapes: [(&str, Shape); 4] =
            [("add", |a, b| a + b), ("sub", |a, b| a - b), ("mul", |a, b| a * b), ("divide", |a, b| a / b)];
        for (i, (a, xs)) in sides.iter().enumerate() {
            let cost = |engine: &Self, t: u32| u32::from(engine.scope(id).terms[t as usize].cost);
            if !self.effort.spend(1 + sides.len() as u64 / 8, sides.len() as u64) {
                return;
            }
            self.float_affine(id, goal, &want, *a, xs, hits);
            if i == 0 || cost(self, *a) + 8 < how.below {
                let rounded: Vec<f64> = xs.iter().map(|x| round_to(*x, decimals)).collect();
                if decimals <= 6 && same(&rounded, &want) && !same(xs, &want) {
                    let hit = self.rounded(id, *a, decimals);
                    self.keep(id, goal, hit, hits);
                }
            }
            for (b, ys) in sides.iter().take(120) {
                let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
                if cost(self, *a) + cost(self, *b) + 4 >= below || !self.effort.ask(rows.len() as u64) {
                    break;
                }
                for (name, f) in shapes {
                    let got: Vec<f64> = xs.iter().zip(ys).map(|(x, y)| f(*x, *y)).collect();
                    if same(&got, &want) {
                        let hit = self.call(id, name, &[*a, *b], TyId::FLOAT);
                        self.keep(id, goal, hit, hits);
                    } else if decimals <= 6 && got.iter().zip(&want).all(|(g, w)| close(round_to(*g, decimals), *w)) {
                        let hit = self.call(id, name, &[*a, *b], TyId::FLOAT);
                        let hit = hit.and_then(|hit| self.rounded(id, hit.term, decimals));
                        self.keep(id, goal, hit, hits);
                    }
                }
            }
        }
    }

    /// want = term * k + c for floats, the factor a number that a person would write.
    fn float_affine(&mut self, id: ScopeId, goal: &Goal, want: &[f64], term: u32, xs: &[f64], hits: &mut Vec<Hit>) {
        let Some(second) = (1..xs.len()).find(|i| xs[*i] != xs[0]) else { return };
        let k = tidy((want[second] - want[0]) / (xs[second] - xs[0]));
        let c = tidy(want[0] - xs[0] * k);
        if !k.is_finite() || k == 0.0 || (xs.len() < 3 && k != 1.0) || (k == 1.0 && c == 0.0) {
            return;
        }
        let got: Vec<f64> = xs.iter().map(|x| x * k + c).collect();
        if !same(&got, want) || self.scope(id).terms[term as usize].op == Op::Const {
            return;
        }
        let mut hit = Some(Hit { term, cost: 0 });
        if k != 1.0 {
            let k = self.vals.float(k);
            let k = self.constant(id, TyId::FLOAT, k);
            hit = self.call(id, "mul", &[term, k.term], TyId::FLOAT);
        }
        if c != 0.0 {
            let c = self.vals.float(c);
            let c = self.constant(id, TyId::FLOAT, c);
            hit = hit.and_then(|hit| self.call(id, "add", &[hit.term, c.term], TyId::FLOAT));
        }
        self.keep(id, goal, hit, hits);
    }

    fn rounded(&mut self, id: ScopeId, term: u32, decimals: i32) -> Option<Hit> {
        let decimals = self.vals.int(i64::from(decimals));
        let decimals = self.constant(id, TyId::INT, decimals);
        self.call(id, "round", &[term, decimals.term], TyId::FLOAT)
    }
}

fn same(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| close(*a, *b))
}

/// A float without the noise of a division.
fn tidy(x: f64) -> f64 {
    round_to(x, 9)
}

fn round_to(x: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (x * scale + 0.5).floor() / scale
}

/// How many decimals a person would write.
fn decimals(x: f64) -> i32 {
    (0..9).find(|d| close(round_to(x, *d), x)).unwrap_or(9)
}
