//! Dates as days before or behind others, or put together from year, month and day.

use super::{Goal, Hit, How};
use crate::date;
use crate::engine::Engine;
use crate::engine::scope::ScopeId;
use crate::engine::types::TyId;
use crate::engine::vals::V;

impl Engine<'_> {
    pub(super) fn dates(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let rows = goal.rows();
        let bases: Vec<u32> = self.scope(id).banks[TyId::DATE.0 as usize].iter().take(12).collect();
        for base in bases {
            let column = self.scope(id).col(base).to_vec();
            if rows.iter().any(|row| column[*row].is_err()) {
                continue;
            }
            let want = self.numbers(goal, |vals, row, v| vals.as_date(v) - vals.as_date(column[row]));
            let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
            let cost = 3 + u32::from(self.scope(id).terms[base as usize].cost);
            if cost >= below {
                break;
            }
            if let Some(days) = self.solve(id, &Goal::new(TyId::INT, want), how.deeper(below - cost)) {
                let hit = self.call(id, "add_days", &[base, days.term], TyId::DATE);
                self.keep(id, goal, hit, hits);
            }
        }
        let mut parts = Vec::new();
        let mut cost = 3;
        for part in 0..3 {
            let want = self.numbers(goal, |vals, _, v| {
                let (year, month, day) = date::parts(vals.as_date(v));
                [year, month, day][part]
            });
            let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
            if cost >= below {
                return;
            }
            let Some(part) = self.solve(id, &Goal::new(TyId::INT, want), how.deeper(below - cost)) else { return };
            cost += part.cost;
            parts.push(part.term);
        }
        let hit = self.call(id, "date", &parts, TyId::DATE);
        self.keep(id, goal, hit, hits);
    }

    fn numbers(&mut self, goal: &Goal, of: impl Fn(&crate::engine::vals::Vals, usize, V) -> i64) -> Vec<V> {
        let mut want = Vec::with_capacity(goal.want.len());
        for (row, v) in goal.want.iter().enumerate() {
            if *v == V::ANY {
                want.push(V::ANY);
            } else {
                let n = of(&self.vals, row, *v);
                want.push(self.vals.int(n));
            }
        }
        want
    }
}
