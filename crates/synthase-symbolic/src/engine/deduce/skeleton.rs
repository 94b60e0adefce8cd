//! Texts whose answers all have one shape, such as `1:02:03` or `Q3 2003`: each number and word is a
//! goal of its own, and so is what several of them make together.

use super::{Goal, Hit, How};
use crate::engine::Engine;
use crate::engine::scope::ScopeId;
use crate::engine::types::TyId;
use crate::engine::vals::V;

/// The most places between pieces.
const MAX_PLACES: usize = 16;
/// What it costs to cut a number in two.
const CUT: u32 = 4;

/// What a character is, as far as the shape of a text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Digit,
    Letter,
    Mark(char),
}

fn kind(c: char) -> Kind {
    match c {
        c if c.is_ascii_digit() => Kind::Digit,
        c if c.is_alphabetic() => Kind::Letter,
        c => Kind::Mark(c),
    }
}

/// The runs of a text: what they are of, and where they begin, in characters.
fn runs(text: &[char]) -> Vec<(Kind, usize)> {
    let mut runs: Vec<(Kind, usize)> = Vec::new();
    for (at, c) in text.iter().enumerate() {
        let kind = kind(*c);
        let goes_on = runs.last().is_some_and(|(last, _)| *last == kind && !matches!(kind, Kind::Mark(_)));
        if !goes_on {
            runs.push((kind, at));
        }
    }
    runs
}

/// A place between pieces: where it is in every answer, and whether it cuts a number.
struct Place {
    at: Vec<usize>,
    cuts: bool,
}

/// The places where pieces of answers of one shape may meet, from the beginning to the end.
fn places(answers: &[Vec<char>]) -> Option<Vec<Place>> {
    let shapes: Vec<Vec<(Kind, usize)>> = answers.iter().map(|text| runs(text)).collect();
    let first = shapes.first()?;
    let same =
        |shape: &Vec<(Kind, usize)>| shape.len() == first.len() && shape.iter().zip(first).all(|(a, b)| a.0 == b.0);
    if !shapes.iter().all(same) {
        return None;
    }
    let end = |row: usize, run: usize| shapes[row].get(run + 1).map_or(answers[row].len(), |(_, at)| *at);
    let mut places = Vec::new();
    for (run, (kind, _)) in first.iter().enumerate() {
        let starts: Vec<usize> = shapes.iter().map(|shape| shape[run].1).collect();
        let lens: Vec<usize> = (0..answers.len()).map(|row| end(row, run) - starts[row]).collect();
        places.push(Place { at: starts.clone(), cuts: false });
        if *kind == Kind::Digit && lens.iter().all(|len| *len == lens[0]) && (3..=8).contains(&lens[0]) {
            for cut in 1..lens[0] {
                places.push(Place { at: starts.iter().map(|at| at + cut).collect(), cuts: true });
            }
        }
    }
    places.push(Place { at: answers.iter().map(Vec::len).collect(), cuts: false });
    (places.len() > 2 && places.len() <= MAX_PLACES).then_some(places)
}

/// Whether answers are of one shape.
pub(super) fn has_places(answers: &[Vec<char>]) -> bool {
    answers.len() > 1 && places(answers).is_some()
}

impl Engine<'_> {
    /// Solves a goal of one shape piece by piece. Whether there is such a shape.
    pub(super) fn by_skeleton(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) -> bool {
        let rows = goal.rows();
        if goal.ty != TyId::STR || rows.len() < 2 {
            return false;
        }
        let answers: Vec<Vec<char>> =
            rows.iter().map(|row| self.vals.text(goal.want[*row]).chars().collect()).collect();
        let Some(places) = places(&answers) else { return false };
        // Numbers are cut only where their pieces cannot be had whole.
        if places.iter().any(|place| place.cuts) {
            let whole: Vec<&Place> = places.iter().filter(|place| !place.cuts).collect();
            if whole.len() > 2 && self.by_places(id, goal, how, &rows, &answers, &whole, hits) {
                return true;
            }
        }
        self.by_places(id, goal, how, &rows, &answers, &places.iter().collect::<Vec<_>>(), hits);
        true
    }

    /// Solves a goal piece by piece between places. Whether there is such a way.
    #[expect(clippy::too_many_arguments, reason = "the parts of one shape")]
    fn by_places(
        &mut self,
        id: ScopeId,
        goal: &Goal,
        how: How,
        rows: &[usize],
        answers: &[Vec<char>],
        places: &[&Place],
        hits: &mut Vec<Hit>,
    ) -> bool {
        // The cheapest way to each place: what it costs, from where, by which piece.
        let mut ways: Vec<Option<(u32, usize, Hit)>> = vec![None; places.len()];
        for to in 1..places.len() {
            for from in (0..to).rev() {
                let Some(so_far) = (if from == 0 { Some(0) } else { ways[from].map(|way| way.0) }) else { continue };
                if from == 0 && to == places.len() - 1 {
                    continue;
                }
                let around = so_far + if from == 0 { 0 } else { 2 } + if places[to].cuts { CUT } else { 0 };
                let known = ways[to].map_or(u32::MAX, |way| way.0);
                // What is left to do costs something as well.
                let rest = if to == places.len() - 1 { 0 } else { 4 };
                let below = how.below.saturating_sub(around + rest).min(known.saturating_sub(around));
                if below <= 2 || !self.effort.goes_on() {
                    continue;
                }
                let mut want = vec![V::ANY; goal.want.len()];
                for (i, row) in rows.iter().enumerate() {
                    let part: String = answers[i][places[from].at[i]..places[to].at[i]].iter().collect();
                    want[*row] = self.vals.str(&part);
                }
                // Single runs are goals of their own; what several make together must be there.
                let runs = (from + 1..=to).filter(|i| !places[*i].cuts).count();
                let is_decimal = || {
                    answers.iter().enumerate().all(|(i, text)| {
                        let part = &text[places[from].at[i]..places[to].at[i]];
                        part.contains(&'.') && part.iter().all(|c| c.is_ascii_digit() || *c == '.')
                    })
                };
                let is_run = to == from + 1 || runs <= 1 || (runs == 3 && is_decimal());
                let depth = if is_run && how.depth > 0 { how.depth - 1 } else { 0 };
                let asked = How { depth, below, whole: true, no_tree: how.no_tree };
                if let Some(hit) = self.solve(id, &Goal::new(TyId::STR, want), asked) {
                    let cost = around + hit.cost;
                    if cost < known {
                        ways[to] = Some((cost, from, hit));
                    }
                }
            }
        }
        let mut pieces = Vec::new();
        let mut at = places.len() - 1;
        while at > 0 {
            let Some((_, from, hit)) = ways[at] else { return false };
            pieces.push(hit.term);
            at = from;
        }
        pieces.reverse();
        let hit = self.chain(id, TyId::STR, &pieces, None);
        self.keep(id, goal, hit, hits);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_one_shape_meet_at_the_same_places() {
        let chars = |text: &str| text.chars().collect::<Vec<char>>();
        let found = places(&[chars("1:02 pm"), chars("10:20 am")]).unwrap();
        let second: Vec<usize> = found.iter().map(|place| place.at[1]).collect();
        assert_eq!(second, [0, 2, 3, 5, 6, 8]);
        assert!(places(&[chars("1:02"), chars("a:02")]).is_none());
        assert_eq!(places(&[chars("26031"), chars("24366")]).unwrap().len(), 6);
    }
}
