//! Texts and lists as concatenations: the cheapest way through all answers at once.
//!
//! A state says how far into each answer we are; an edge is a term whose values continue all
//! answers from there. This is the program graph of FlashFill, searched for its cheapest path by
//! Dijkstra's algorithm instead of being built whole.

use crate::engine::hash::{Map, Set};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Goal, Hit, How};
use crate::engine::Engine;
use crate::engine::scope::{Op, ScopeId};
use crate::engine::types::TyId;
use crate::engine::vals::{V, Vals};

/// The most terms that are tried as pieces, cheapest first.
const MAX_PIECES: usize = 400;
/// The most states that are gone on from.
const MAX_STATES: usize = 250;
/// From the first so many states, pieces are also asked for as goals of their own.
const MAX_ASKING: usize = 12;
/// The most terms that are looked at in search of pieces.
const MAX_SCANNED: usize = 60_000;

/// The characters of a text, or the elements of a list, as numbers.
type Symbols = Vec<u32>;

/// A term that may be a piece, with its values on the rows that matter.
struct Piece {
    term: u32,
    cost: u32,
    /// A single element of a list: it must be wrapped before it is a piece.
    single: bool,
    values: Vec<Symbols>,
}

/// A way to a state.
#[derive(Clone)]
struct Label {
    at: Vec<u16>,
    before: Option<usize>,
    /// The last piece on the way.
    term: u32,
}

struct Target {
    rows: Vec<usize>,
    want: Vec<Symbols>,
    is_text: bool,
    /// The length of the longest answers, where there are several of it and shorter ones.
    cut_at: Option<usize>,
}

fn symbols(vals: &Vals, v: V, is_text: bool) -> Symbols {
    if is_text {
        vals.text(v).chars().map(u32::from).collect()
    } else {
        vals.items(v).iter().map(|v| v.raw()).collect()
    }
}

/// Whether the answers are texts of one shape, which are solved piece by piece.
fn has_shape(target: &Target) -> bool {
    let chars = |want: &Symbols| want.iter().filter_map(|c| char::from_u32(*c)).collect();
    target.is_text && super::skeleton::has_places(&target.want.iter().map(chars).collect::<Vec<_>>())
}

fn contains(whole: &[u32], part: &[u32]) -> bool {
    part.is_empty() || whole.windows(part.len()).any(|window| window == part)
}

impl Target {
    fn ends(&self, at: &[u16]) -> bool {
        at.iter().zip(&self.want).all(|(at, want)| *at as usize == want.len())
    }

    fn rest(&self, row: usize, at: &[u16]) -> &[u32] {
        &self.want[row][at[row] as usize..]
    }

    /// Where a piece leads from a state, if it fits and leads anywhere.
    fn step(&self, at: &[u16], values: &[Symbols]) -> Option<Vec<u16>> {
        let fits = values.iter().enumerate().all(|(row, value)| self.rest(row, at).starts_with(value));
        let moves = fits && values.iter().any(|value| !value.is_empty());
        moves.then(|| at.iter().zip(values).map(|(at, value)| at + value.len() as u16).collect())
    }

    /// What it costs to take numbers apart: pieces that meet within one are seldom meant.
    fn cuts_numbers(&self, at: &[u16]) -> u32 {
        let is_digit = |c: &u32| (u32::from('0')..=u32::from('9')).contains(c);
        let cuts = |row: usize| {
            let (want, at) = (&self.want[row], at[row] as usize);
            at > 0 && at < want.len() && is_digit(&want[at - 1]) && is_digit(&want[at])
        };
        if self.is_text && (0..self.want.len()).any(cuts) { 4 } else { 0 }
    }

    /// Whether an answer may have been cut to the length of the longest within a part.
    fn may_be_cut(&self, row: usize, part: &[u32]) -> bool {
        let want = &self.want[row];
        self.is_text
            && self.cut_at == Some(want.len())
            && part.len() > 1
            && (1..part.len().min(want.len() + 1)).any(|len| want.ends_with(&part[..len]))
    }

    /// The beginning that all rests share.
    fn common(&self, at: &[u16]) -> &[u32] {
        let first = self.rest(0, at);
        let mut len = first.len();
        for row in 1..self.want.len() {
            len = len.min(self.rest(row, at).iter().zip(first).take_while(|(a, b)| a == b).count());
        }
        &first[..len]
    }
}

impl Engine<'_> {
    /// Solves a goal as a concatenation of at least two pieces.
    pub(super) fn concatenation(&mut self, id: ScopeId, goal: &Goal, how: How, asking: bool, hits: &mut Vec<Hit>) {
        let is_text = goal.ty == TyId::STR;
        let rows = goal.rows();
        let want: Vec<Symbols> = rows.iter().map(|row| symbols(&self.vals, goal.want[*row], is_text)).collect();
        if want.iter().any(|want| want.len() > 400) || want.iter().all(|want| want.len() < 2) {
            return;
        }
        let longest = want.iter().map(Vec::len).max().unwrap_or(0);
        let longest_count = want.iter().filter(|w| w.len() == longest).count();
        let cut_at = (is_text && longest_count > 1 && longest_count < want.len()).then_some(longest);
        let target = Target { rows, want, is_text, cut_at };
        if asking {
            // What the enumerated terms give is not worth asking further for, unless it is long.
            if how.depth < 2 || hits.iter().any(|hit| hit.cost <= 16) || has_shape(&target) {
                return;
            }
        } else {
            self.by_skeleton(id, goal, how, hits);
        }
        let pieces = self.pieces(id, goal.ty, &target);
        let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
        for path in self.paths(id, goal.ty, &target, &pieces, How { below, ..how }, asking) {
            let hit = self.chain(id, goal.ty, &path.0, path.1);
            self.keep(id, goal, hit, hits);
        }
    }

    /// The terms whose values stand in all answers.
    fn pieces(&mut self, id: ScopeId, ty: TyId, target: &Target) -> Vec<Piece> {
        let mut found = Vec::new();
        let element = self.types.element(ty);
        let Engine { vals, scopes, effort, .. } = self;
        let scope = &scopes[id.0 as usize];
        let mut known: Vec<Map<V, bool>> = vec![Map::default(); target.rows.len()];
        let mut scanned = 0;
        let kinds = [(Some(ty), false), (element, true)];
        for (ty, single) in kinds.into_iter().filter_map(|(ty, single)| Some((ty?, single))) {
            for term in scope.banks[ty.0 as usize].iter().take(MAX_SCANNED) {
                scanned += 1;
                if scope.terms[term as usize].op == Op::Const {
                    continue;
                }
                let column = scope.col(term);
                let fits = target.rows.iter().enumerate().all(|(i, row)| {
                    let value = column[*row];
                    *known[i].entry(value).or_insert_with(|| {
                        !value.is_err()
                            && if single {
                                target.want[i].contains(&value.raw())
                            } else {
                                let part = symbols(vals, value, target.is_text);
                                contains(&target.want[i], &part) || target.may_be_cut(i, &part)
                            }
                    })
                });
                if !fits {
                    continue;
                }
                let values: Vec<Symbols> =
                    target
                        .rows
                        .iter()
                        .map(|row| {
                            if single { vec![column[*row].raw()] } else { symbols(vals, column[*row], target.is_text) }
                        })
                        .collect();
                if values.iter().all(Vec::is_empty) {
                    continue;
                }
                let cost = u32::from(scope.terms[term as usize].cost) + if single { 2 } else { 0 };
                found.push(Piece { term, cost, single, values });
            }
            // Values found in answers as lists say nothing about single elements.
            known.iter_mut().for_each(Map::clear);
        }
        effort.spend(scanned / 64, scanned);
        found.sort_by_key(|piece| piece.cost);
        found.truncate(MAX_PIECES);
        found
    }

    /// The cheapest ways through all answers: the pieces in order, and to what length the whole is
    /// cut where the last piece is too long.
    fn paths(
        &mut self,
        id: ScopeId,
        ty: TyId,
        target: &Target,
        pieces: &[Piece],
        how: How,
        asking: bool,
    ) -> Vec<(Vec<u32>, Option<usize>)> {
        const WANTED: usize = 3;
        let start = Label { at: vec![0; target.rows.len()], before: None, term: u32::MAX };
        let mut labels = vec![start];
        let mut queue = BinaryHeap::from([Reverse((0u32, 0usize))]);
        let mut visits: Map<Vec<u16>, usize> = Map::default();
        let mut found = Vec::new();
        let mut states = 0;
        let mut cut_tried = Set::default();
        while let Some(Reverse((cost, label))) = queue.pop() {
            let at = labels[label].at.clone();
            if target.ends(&at) {
                found.push((way(&labels, label), None));
                if found.len() == WANTED {
                    break;
                }
                continue;
            }
            // A second way to a state is an alternative; a third is not followed.
            let visit = visits.entry(at.clone()).or_insert(0);
            *visit += 1;
            if *visit > 2 {
                continue;
            }
            states += 1;
            if states > MAX_STATES || !self.effort.spend(1 + pieces.len() as u64 / 32, pieces.len() as u64) {
                break;
            }
            let mut edges: Vec<(Vec<u16>, u32, u32)> = Vec::new();
            for piece in pieces {
                // Every piece but the first costs its concatenation as well.
                if cost + piece.cost + 2 >= how.below {
                    break;
                }
                if let Some(next) = target.step(&at, &piece.values) {
                    let term = if piece.single { self.single(id, piece.term, ty) } else { Some(piece.term) };
                    edges.extend(term.map(|term| (next, piece.cost, term)));
                } else if let Some(length) = self.cut(target, &at, &piece.values)
                    && cut_tried.insert(length)
                {
                    let mut way = way(&labels, label);
                    way.push(piece.term);
                    found.push((way, Some(length)));
                }
            }
            self.constant_edges(id, ty, target, &at, &mut edges);
            if asking && states <= MAX_ASKING {
                self.asked_edges(id, ty, target, pieces, &at, how, cost, &mut edges);
            }
            for (next, edge, term) in edges {
                let cost = cost + edge + if label == 0 { 0 } else { 2 } + target.cuts_numbers(&next);
                if cost < how.below {
                    labels.push(Label { at: next, before: Some(label), term });
                    queue.push(Reverse((cost, labels.len() - 1)));
                }
            }
        }
        found
    }

    /// To what length everything is cut, if a piece ends all answers but is longer than their rests,
    /// and only answers of one greatest length are shorter than it would make them.
    fn cut(&self, target: &Target, at: &[u16], values: &[Symbols]) -> Option<usize> {
        let longest = target.cut_at?;
        let mut over = 0;
        for (row, value) in values.iter().enumerate() {
            let rest = target.rest(row, at);
            let is_full = target.want[row].len() == longest;
            match value.len().cmp(&rest.len()) {
                std::cmp::Ordering::Greater if is_full && value.starts_with(rest) => over += 1,
                std::cmp::Ordering::Equal if value == rest => {}
                _ => return None,
            }
        }
        (over > 0).then_some(longest)
    }

    /// Pieces that are the same in every answer.
    fn constant_edges(
        &mut self,
        id: ScopeId,
        ty: TyId,
        target: &Target,
        at: &[u16],
        edges: &mut Vec<(Vec<u16>, u32, u32)>,
    ) {
        let common = target.common(at).to_vec();
        let lengths = (1..=common.len().min(8)).chain((common.len() > 8).then_some(common.len()));
        for length in lengths {
            let value = if target.is_text {
                let text: String = common[..length].iter().filter_map(|c| char::from_u32(*c)).collect();
                self.vals.str(&text)
            } else {
                let items: Vec<V> = common[..length].iter().map(|v| V::from_raw(*v)).collect();
                self.vals.seq(&items)
            };
            let hit = self.constant(id, ty, value);
            edges.push((at.iter().map(|at| at + length as u16).collect(), hit.cost, hit.term));
        }
    }

    /// Pieces that are goals of their own: a number, what stands before a mark, all that is left.
    #[expect(clippy::too_many_arguments, reason = "the state of the search for a path")]
    fn asked_edges(
        &mut self,
        id: ScopeId,
        ty: TyId,
        target: &Target,
        pieces: &[Piece],
        at: &[u16],
        how: How,
        cost: u32,
        edges: &mut Vec<(Vec<u16>, u32, u32)>,
    ) {
        for lengths in asked_lengths(target, pieces, at) {
            if lengths.iter().all(|len| *len == 0) {
                continue;
            }
            let mut want = vec![V::ANY; self.scope(id).example_rows];
            for (i, row) in target.rows.iter().enumerate() {
                let part = &target.rest(i, at)[..lengths[i]];
                want[*row] = if target.is_text {
                    let text: String = part.iter().filter_map(|c| char::from_u32(*c)).collect();
                    self.vals.str(&text)
                } else {
                    let items: Vec<V> = part.iter().map(|v| V::from_raw(*v)).collect();
                    self.vals.seq(&items)
                };
            }
            let next: Vec<u16> = at.iter().zip(&lengths).map(|(at, len)| at + *len as u16).collect();
            // The whole goal is what we are at; asking for it would lead nowhere.
            if at.iter().all(|at| *at == 0) && target.ends(&next) {
                continue;
            }
            let below = how.below.saturating_sub(cost);
            let asked = How { depth: how.depth - 1, below, whole: true, no_tree: how.no_tree };
            if let Some(hit) = self.solve(id, &Goal::new(ty, want), asked) {
                edges.push((next, hit.cost, hit.term));
            }
        }
        if !target.is_text && (0..at.len()).all(|row| !target.rest(row, at).is_empty()) {
            self.asked_element(id, ty, target, at, how, cost, edges);
        }
    }

    /// The next element of every list as a goal of its own.
    #[expect(clippy::too_many_arguments, reason = "the state of the search for a path")]
    fn asked_element(
        &mut self,
        id: ScopeId,
        ty: TyId,
        target: &Target,
        at: &[u16],
        how: How,
        cost: u32,
        edges: &mut Vec<(Vec<u16>, u32, u32)>,
    ) {
        let Some(element) = self.types.element(ty) else { return };
        let mut want = vec![V::ANY; self.scope(id).example_rows];
        for (i, row) in target.rows.iter().enumerate() {
            want[*row] = V::from_raw(target.rest(i, at)[0]);
        }
        let below = how.below.saturating_sub(cost);
        let asked = How { depth: how.depth - 1, below, whole: false, no_tree: true };
        if let Some(hit) = self.solve(id, &Goal::new(element, want), asked)
            && let Some(term) = self.single(id, hit.term, ty)
        {
            edges.push((at.iter().map(|at| at + 1).collect(), hit.cost + 2, term));
        }
    }

    fn single(&mut self, id: ScopeId, term: u32, list: TyId) -> Option<u32> {
        self.call(id, "single", &[term], list).map(|hit| hit.term)
    }

    /// Pieces put together, from the last to the first.
    pub(super) fn chain(&mut self, id: ScopeId, ty: TyId, pieces: &[u32], cut: Option<usize>) -> Option<Hit> {
        let (last, rest) = pieces.split_last()?;
        let mut whole = Hit { term: *last, cost: u32::from(self.scope(id).terms[*last as usize].cost) };
        for piece in rest.iter().rev() {
            whole = self.call(id, "concat", &[*piece, whole.term], ty)?;
        }
        let Some(length) = cut else { return Some(whole) };
        let length = self.vals.int(length as i64);
        let length = self.constant(id, TyId::INT, length);
        self.call(id, "take", &[whole.term, length.term], ty)
    }
}

fn way(labels: &[Label], end: usize) -> Vec<u32> {
    let mut way = Vec::new();
    let mut at = end;
    while let Some(before) = labels[at].before {
        way.push(labels[at].term);
        at = before;
    }
    way.reverse();
    way
}

/// For each idea of what the next piece could be, its length in every answer.
fn asked_lengths(target: &Target, pieces: &[Piece], at: &[u16]) -> Vec<Vec<usize>> {
    let rows = target.want.len();
    let rests: Vec<&[u32]> = (0..rows).map(|row| target.rest(row, at)).collect();
    let mut ideas: Vec<Vec<usize>> = Vec::new();
    if target.is_text {
        let is_digit = |c: &u32| (u32::from('0')..=u32::from('9')).contains(c);
        let digits: Vec<usize> = rests.iter().map(|rest| rest.iter().take_while(|c| is_digit(c)).count()).collect();
        if digits.iter().all(|len| *len > 0) {
            for width in [2, 4] {
                if digits.iter().all(|len| *len > width) {
                    ideas.push(vec![width; rows]);
                }
            }
            ideas.push(digits);
        }
        let mut marks: Vec<u32> = Vec::new();
        for c in rests[0] {
            let is_mark = char::from_u32(*c).is_some_and(|c| !c.is_alphanumeric());
            if is_mark && !marks.contains(c) && rests.iter().all(|rest| rest.contains(c)) {
                marks.push(*c);
            }
        }
        for mark in marks.into_iter().take(3) {
            ideas.push(rests.iter().map(|rest| rest.iter().position(|c| *c == mark).unwrap_or(0)).collect());
        }
    }
    // What stands before a piece that ends all answers: the cheapest of these, and the longest.
    let before = |piece: &Piece| -> Option<Vec<usize>> {
        let ends = piece.values.iter().zip(&rests).all(|(value, rest)| rest.ends_with(value));
        let before: Vec<usize> =
            piece.values.iter().zip(&rests).map(|(v, rest)| rest.len().saturating_sub(v.len())).collect();
        (ends && before.iter().any(|len| *len > 0) && before.iter().zip(&rests).any(|(b, rest)| *b < rest.len()))
            .then_some(before)
    };
    let mut endings: Vec<Vec<usize>> = pieces.iter().filter_map(before).collect();
    ideas.extend(endings.iter().take(3).cloned());
    endings.sort_by_key(|before| before.iter().sum::<usize>());
    ideas.extend(endings.into_iter().take(3));
    ideas.push(rests.iter().map(|rest| rest.len()).collect());
    let mut seen = Set::default();
    ideas.retain(|idea| seen.insert(idea.clone()));
    ideas
}
