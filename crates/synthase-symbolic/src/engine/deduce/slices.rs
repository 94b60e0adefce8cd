//! Texts and lists as parts of others, from one position to another; and as parts of equal length.

use super::{Goal, Hit, How};
use crate::engine::Engine;
use crate::engine::scope::{Op, ScopeId};
use crate::engine::types::TyId;
use crate::engine::vals::V;
use crate::ty::Ty;

/// The most terms that are tried as the whole, cheapest first.
const MAX_WHOLES: usize = 90;
/// The most of these whose positions are asked for as goals of their own.
const MAX_ASKED: usize = 5;

impl Engine<'_> {
    /// A part of a term: its beginning, its end, or what lies between two positions.
    pub(super) fn slices(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let rows = goal.rows();
        let lens: Vec<usize> = rows.iter().map(|row| self.vals.len(goal.want[*row])).collect();
        if lens.iter().all(|len| *len == 0) {
            return;
        }
        let wholes: Vec<u32> = self.scope(id).banks[goal.ty.0 as usize].iter().take(MAX_WHOLES).collect();
        self.effort.spend(2, 4 * wholes.len() as u64);
        let mut asked = 0;
        for whole in wholes {
            let scope = self.scope(id);
            let (op, cost) = (scope.terms[whole as usize].op, u32::from(scope.terms[whole as usize].cost));
            let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
            if cost + 6 >= below || !self.effort.goes_on() {
                break;
            }
            let column = scope.example_col(whole);
            if op == Op::Const || rows.iter().any(|row| column[*row].is_err()) {
                continue;
            }
            let starts: Option<Vec<Vec<usize>>> =
                rows.iter().map(|row| self.occurrences(column[*row], goal.want[*row])).collect();
            let Some(starts) = starts else { continue };
            let sizes: Vec<usize> = rows.iter().map(|row| self.vals.len(column[*row])).collect();
            let is_start = starts.iter().all(|s| s.contains(&0));
            let is_end = (0..rows.len()).all(|i| starts[i].contains(&(sizes[i] - lens[i])));
            let asks = asked < MAX_ASKED && how.depth > 0;
            let how = How { below, ..how };
            if is_start {
                let to: Vec<i64> = lens.iter().map(|len| *len as i64).collect();
                let from_end: Vec<i64> = (0..rows.len()).map(|i| to[i] - sizes[i] as i64).collect();
                asked += usize::from(asks);
                self.slice(id, goal, how, &rows, "take", whole, &to, &from_end, asks, hits);
            } else if is_end {
                let from: Vec<i64> = (0..rows.len()).map(|i| (sizes[i] - lens[i]) as i64).collect();
                let from_end: Vec<i64> = lens.iter().map(|len| -(*len as i64)).collect();
                asked += usize::from(asks);
                self.slice(id, goal, how, &rows, "drop", whole, &from, &from_end, asks, hits);
            } else if asks && cost <= 5 && (goal.ty != TyId::STR || lens.iter().all(|len| *len > 1)) {
                asked += 1;
                let from: Vec<i64> = starts.iter().map(|s| s[0] as i64).collect();
                self.between(id, goal, how, &rows, whole, &from, &lens, hits);
            }
        }
    }

    /// The positions where a part stands in a text or list; none if it does not.
    fn occurrences(&self, whole: V, part: V) -> Option<Vec<usize>> {
        let (whole, part) = if self.vals.is_str(whole) {
            let (whole, part) = (self.vals.text(whole), self.vals.text(part));
            if !whole.contains(part) {
                return None;
            }
            (whole.chars().map(u32::from).collect::<Vec<_>>(), part.chars().map(u32::from).collect::<Vec<_>>())
        } else {
            let raw = |v: V| self.vals.items(v).iter().map(|v| v.raw()).collect::<Vec<_>>();
            (raw(whole), raw(part))
        };
        let last = whole.len().checked_sub(part.len())?;
        let found: Vec<usize> = (0..=last).filter(|at| whole[*at..*at + part.len()] == part[..]).collect();
        (!found.is_empty()).then_some(found)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one composition")]
    fn slice(
        &mut self,
        id: ScopeId,
        goal: &Goal,
        how: How,
        rows: &[usize],
        name: &str,
        whole: u32,
        position: &[i64],
        from_end: &[i64],
        asks: bool,
        hits: &mut Vec<Hit>,
    ) {
        for numbers in [position, from_end] {
            let fixed = numbers.iter().all(|n| *n == numbers[0]);
            if fixed && (numbers[0] != 0 || std::ptr::eq(numbers, position)) {
                let n = self.vals.int(numbers[0]);
                let n = self.constant(id, TyId::INT, n);
                let hit = self.call(id, name, &[whole, n.term], goal.ty);
                self.keep(id, goal, hit, hits);
            }
        }
        if !asks {
            return;
        }
        let around = 3 + u32::from(self.scope(id).terms[whole as usize].cost);
        let want = self.numbers_on(goal, rows, position);
        let asked = How { no_tree: true, ..how.deeper(how.below.saturating_sub(around)) };
        if let Some(n) = self.solve(id, &Goal::new(TyId::INT, want), asked) {
            let hit = self.call(id, name, &[whole, n.term], goal.ty);
            self.keep(id, goal, hit, hits);
        }
    }

    /// The part from a position on, of a length.
    #[expect(clippy::too_many_arguments, reason = "the parts of one composition")]
    fn between(
        &mut self,
        id: ScopeId,
        goal: &Goal,
        how: How,
        rows: &[usize],
        whole: u32,
        from: &[i64],
        lens: &[usize],
        hits: &mut Vec<Hit>,
    ) {
        let around = 4 + u32::from(self.scope(id).terms[whole as usize].cost);
        let mut below = how.below.saturating_sub(around);
        let want = self.numbers_on(goal, rows, from);
        let asked = |below: u32| How { no_tree: true, ..how.deeper(below) };
        let Some(start) = self.solve(id, &Goal::new(TyId::INT, want), asked(below)) else { return };
        below = below.saturating_sub(start.cost);
        // The last part may be shorter than the others.
        let longest = lens.iter().copied().max().unwrap_or(0);
        let cut = |i: usize| lens[i] < longest;
        let lens: Vec<i64> = lens.iter().map(|len| *len as i64).collect();
        let mut want = self.numbers_on(goal, rows, &lens);
        let mut length = self.solve(id, &Goal::new(TyId::INT, want.clone()), asked(below));
        if length.is_none() && rows.len() > 2 {
            for (i, row) in rows.iter().enumerate() {
                if cut(i) {
                    want[*row] = V::ANY;
                }
            }
            length = self.solve(id, &Goal::new(TyId::INT, want), asked(below));
        }
        let Some(length) = length else { return };
        let hit = self
            .call(id, "drop", &[whole, start.term], goal.ty)
            .and_then(|rest| self.call(id, "take", &[rest.term, length.term], goal.ty));
        self.keep(id, goal, hit, hits);
    }

    /// A goal of integers on the rows that matter.
    pub(super) fn numbers_on(&mut self, goal: &Goal, rows: &[usize], numbers: &[i64]) -> Vec<V> {
        let mut want = vec![V::ANY; goal.want.len()];
        for (row, n) in rows.iter().zip(numbers) {
            want[*row] = self.vals.int(*n);
        }
        want
    }

    /// Parts of equal length with a mark between: of a text that is asked for. The last part may be
    /// shorter, or, counted from the end, the first.
    pub(super) fn grouped(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let Some(texts) = self.types.id(&Ty::list(Ty::Str)) else { return };
        let rows = goal.rows();
        let answers: Vec<String> = rows.iter().map(|row| self.vals.text(goal.want[*row]).to_owned()).collect();
        let mut marks: Vec<char> =
            answers.iter().flat_map(|text| text.chars()).filter(|c| !c.is_alphanumeric()).collect();
        marks.sort_unstable();
        marks.dedup();
        for mark in marks.into_iter().take(4) {
            for backwards in [false, true] {
                let turn = |text: &str| if backwards { text.chars().rev().collect() } else { text.to_owned() };
                let Some(size) = group_size(answers.iter().map(|text| turn(text)), mark) else { continue };
                let mut want = vec![V::ANY; goal.want.len()];
                for (row, text) in rows.iter().zip(&answers) {
                    want[*row] = self.vals.str(&text.replace(mark, ""));
                }
                let separator = self.vals.str(mark.encode_utf8(&mut [0; 4]));
                let separator = self.constant(id, TyId::STR, separator);
                let size = self.vals.int(size as i64);
                let size = self.constant(id, TyId::INT, size);
                let around = 7 + separator.cost + size.cost + if backwards { 6 } else { 0 };
                let asked = How { no_tree: true, ..how.deeper(how.below.saturating_sub(around)) };
                let Some(whole) = self.solve(id, &Goal::new(TyId::STR, want), asked) else { continue };
                let turned = |engine: &mut Self, hit: Hit| {
                    if backwards { engine.call(id, "reverse", &[hit.term], TyId::STR) } else { Some(hit) }
                };
                let hit = turned(self, whole)
                    .and_then(|whole| self.call(id, "chunks", &[whole.term, size.term], texts))
                    .and_then(|parts| self.call(id, "join", &[parts.term, separator.term], TyId::STR))
                    .and_then(|joined| turned(self, joined));
                self.keep(id, goal, hit, hits);
                break;
            }
        }
    }

    /// A list of parts of equal length, of a sequence that is asked for.
    pub(super) fn chunked(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let Some(part) = self.types.element(goal.ty) else { return };
        let is_text = part == TyId::STR;
        if !is_text && self.types.element(part).is_none() {
            return;
        }
        let rows = goal.rows();
        let mut size = 0;
        let mut want = vec![V::ANY; goal.want.len()];
        let mut several = false;
        for row in &rows {
            let parts = self.vals.items(goal.want[*row]).to_vec();
            let lens: Vec<usize> = parts.iter().map(|part| self.vals.len(*part)).collect();
            if let Some((last, full)) = lens.split_last() {
                if let Some(first) = full.first() {
                    if size != 0 && size != *first {
                        return;
                    }
                    size = *first;
                    several = true;
                }
                if full.iter().any(|len| *len != size) || *last == 0 {
                    return;
                }
            }
            want[*row] = if is_text {
                let whole: String = parts.iter().map(|part| self.vals.text(*part)).collect();
                self.vals.str(&whole)
            } else {
                let whole: Vec<V> = parts.iter().flat_map(|part| self.vals.items(*part)).copied().collect();
                self.vals.seq(&whole)
            };
        }
        let fits = |v: V| self.vals.items(v).last().is_none_or(|last| self.vals.len(*last) <= size);
        if !several || size < 2 || !rows.iter().all(|row| fits(goal.want[*row])) {
            return;
        }
        let size = self.vals.int(size as i64);
        let size = self.constant(id, TyId::INT, size);
        let asked = How { no_tree: true, ..how.deeper(how.below.saturating_sub(4 + size.cost)) };
        let Some(whole) = self.solve(id, &Goal::new(part, want), asked) else { return };
        let hit = self.call(id, "chunks", &[whole.term, size.term], goal.ty);
        self.keep(id, goal, hit, hits);
    }
}

/// The length of the parts between marks, all but the last one equal.
fn group_size(texts: impl Iterator<Item = String>, mark: char) -> Option<usize> {
    let mut size = None;
    let mut rests = Vec::new();
    for text in texts {
        let lens: Vec<usize> = text.split(mark).map(|part| part.chars().count()).collect();
        let (last, full) = lens.split_last()?;
        for len in full {
            if *size.get_or_insert(*len) != *len {
                return None;
            }
        }
        rests.push(*last);
    }
    size.filter(|size| *size > 1 && rests.iter().all(|rest| (1..=*size).contains(rest) || *rest == 0))
}
