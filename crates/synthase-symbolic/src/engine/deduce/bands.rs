//! Bands: answers that change at a few limits of one number, such as fees, grades and discounts.

use super::{Goal, Hit, How};
use crate::engine::Engine;
use crate::engine::scope::{Op, ScopeId};
use crate::engine::types::TyId;
use crate::engine::vals::V;

/// The most terms that are tried as the number.
const MAX_NUMBERS: usize = 40;

impl Engine<'_> {
    /// Solves a goal of constants as bands of a number.
    pub(super) fn bands(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let rows = goal.rows();
        if rows.len() < 4 {
            return;
        }
        for ty in [TyId::INT, TyId::FLOAT, TyId::DATE] {
            let numbers: Vec<u32> = self.scope(id).banks[ty.0 as usize].iter().take(4 * MAX_NUMBERS).collect();
            let mut tried = 0;
            for number in numbers {
                let scope = self.scope(id);
                let column = scope.example_col(number);
                if scope.terms[number as usize].op == Op::Const || rows.iter().any(|row| column[*row].is_err()) {
                    continue;
                }
                let pairs: Vec<(V, V)> = rows.iter().map(|row| (column[*row], goal.want[*row])).collect();
                tried += 1;
                if tried > MAX_NUMBERS || !self.effort.spend(1, 4 * rows.len() as u64) {
                    break;
                }
                let hit = self.bands_of(id, goal, how, number, pairs);
                self.keep_at(id, goal, hit, hit.map_or(0, |hit| hit.cost), hits);
            }
        }
    }

    fn bands_of(&mut self, id: ScopeId, goal: &Goal, how: How, number: u32, mut pairs: Vec<(V, V)>) -> Option<Hit> {
        let ty = self.scope(id).terms[number as usize].ty;
        pairs.sort_by(|a, b| self.vals.compare(a.0, b.0));
        // Each band: its lowest and highest number, its answer, how many rows it has.
        let mut bands: Vec<(V, V, V, usize)> = Vec::new();
        for (number, answer) in &pairs {
            match bands.last_mut() {
                Some(band) if band.2 == *answer => {
                    band.1 = *number;
                    band.3 += 1;
                }
                // One number with two answers is no band.
                Some(band) if band.1 == *number => return None,
                _ => bands.push((*number, *number, *answer, 1)),
            }
        }
        let count = bands.len();
        // Every limit must be worth its examples.
        if !(2..=8).contains(&count) || 2 * count > pairs.len() + 2 {
            return None;
        }
        let answers: Vec<V> = bands.iter().map(|band| band.2).collect();
        let number_cost = u32::from(self.scope(id).terms[number as usize].cost);
        let mut cost = number_cost;
        let mut limits = Vec::new();
        for pair in bands.windows(2) {
            let (or_equal, limit, limit_cost) = self.threshold(ty, pair[0].1, pair[1].0);
            cost += 6 + limit_cost;
            limits.push((or_equal, limit));
        }
        cost += answers.iter().map(|answer| self.constant_cost(goal.ty, *answer)).sum::<u32>();
        if cost >= how.below {
            return None;
        }
        let mut whole = self.constant(id, goal.ty, *answers.last()?);
        for ((or_equal, limit), answer) in limits.iter().zip(&answers).rev() {
            let limit = self.constant(id, ty, *limit);
            let answer = self.constant(id, goal.ty, *answer);
            let name = if *or_equal { "le" } else { "lt" };
            let condition = self.call(id, name, &[number, limit.term], TyId::BOOL)?;
            whole = self.call(id, "if", &[condition.term, answer.term, whole.term], goal.ty)?;
        }
        Some(Hit { cost, ..whole })
    }
}
