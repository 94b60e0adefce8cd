//! Texts that are one piece: numbers written out, one character repeated, texts of elements joined.

use super::candidates::{Turn, Turns};
use super::{Goal, Hit, How};
use crate::component::id as component;
use crate::engine::Engine;
use crate::engine::hash::Map;
use crate::engine::scope::{Kind, NONE, Op, ScopeId};
use crate::engine::types::TyId;
use crate::engine::vals::V;
use crate::ty::Ty;

/// A separator with the pieces between it, row by row.
type Way = (String, Vec<Vec<String>>);

impl Engine<'_> {
    pub(super) fn numbers_written(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        self.number(id, goal, how, hits);
        self.decimal(id, goal, how, hits);
        self.repeated(id, goal, how, hits);
        self.padded(id, goal, how, hits);
        self.letter(id, goal, how, hits);
    }

    /// Single letters by their place in the alphabet.
    fn letter(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        // Places in the alphabet are for letters that stand nowhere.
        if !hits.is_empty() {
            return;
        }
        let mut want = vec![V::ANY; goal.want.len()];
        for row in goal.rows() {
            let mut chars = self.vals.text(goal.want[row]).chars();
            let (Some(letter), None) = (chars.next().filter(char::is_ascii_alphabetic), chars.next()) else { return };
            want[row] = self.vals.int(i64::from(u32::from(letter)));
        }
        let below = how.below.saturating_sub(u32::from(component("char").get().cost));
        let (rows, codes) = (goal.rows(), Goal::new(TyId::INT, want));
        let numbers: Vec<i64> = rows.iter().map(|row| self.vals.as_int(codes.want[*row])).collect();
        let mut found: Vec<Hit> = Vec::new();
        for (term, values) in self.sides(id, &codes, below).into_iter().take(MAX_NUMBERED) {
            self.affine(id, &codes, &rows, &numbers, term, &values, &mut found);
        }
        found.extend(self.solve(id, &codes, How { depth: 0, ..how.deeper(below) }));
        let Some(code) = found.into_iter().min_by_key(|hit| (hit.cost, hit.term)) else { return };
        let hit = self.call(id, "char", &[code.term], TyId::STR);
        self.keep(id, goal, hit, hits);
    }

    /// Integers that stand in texts which are there.
    pub(super) fn parsed(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let rows = goal.rows();
        let component = component("to_int");
        let around = u32::from(component.get().cost);
        let Engine { vals, scopes, effort, .. } = self;
        let scope = &scopes[id.0 as usize];
        let bank = &scope.banks[TyId::STR.0 as usize];
        let cost = |term: u32| u32::from(scope.terms[term as usize].cost);
        let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
        let near = bank.iter().take(MAX_PARSED).take_while(|term| cost(*term) + around < below);
        let mut scanned = 0;
        let found = near.inspect(|_| scanned += 1).find(|term| {
            let column = scope.col(*term);
            rows.iter().all(|row| (component.get().fast)(vals, &[column[*row]]) == goal.want[*row])
        });
        effort.spend(scanned / 32, scanned);
        if let Some(text) = found {
            let hit = self.make(id, Op::Comp(component), &[text], TyId::INT);
            self.keep(id, goal, hit, hits);
        }
    }

    /// A text that is there, with one character as often before or behind it as makes up a length.
    fn padded(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let rows = goal.rows();
        let answers: Vec<Vec<char>> =
            rows.iter().map(|row| self.vals.text(goal.want[*row]).chars().collect()).collect();
        for name in ["pad_left", "pad_right"] {
            let end =
                |answer: &[char]| if name == "pad_left" { answer.first().copied() } else { answer.last().copied() };
            // What answers are filled up with stands there at least twice in one of them.
            let doubled = |answer: &&Vec<char>| {
                let pair = if name == "pad_left" { answer.get(..2) } else { answer.get(answer.len().max(2) - 2..) };
                pair.is_some_and(|pair| {
                    pair.len() == 2 && pair[0] == pair[1] && (pair[0] == '0' || !pair[0].is_alphanumeric())
                })
            };
            let Some(fill) = answers.iter().find(doubled).and_then(|answer| end(answer)) else { continue };
            let around = u32::from(component(name).get().cost) + 4;
            let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below).saturating_sub(around);
            let Some(text) = self.within_filling(id, &rows, &answers, name == "pad_left", fill, below) else {
                continue;
            };
            let mut widths = vec![V::ANY; goal.want.len()];
            for (row, answer) in rows.iter().zip(&answers) {
                widths[*row] = self.vals.int(answer.len() as i64);
            }
            let text_cost = u32::from(self.scope(id).terms[text as usize].cost);
            let asked = how.deeper(below.saturating_sub(text_cost));
            let Some(width) = self.solve(id, &Goal::new(TyId::INT, widths), asked) else { continue };
            let fill = self.vals.str(fill.encode_utf8(&mut [0; 4]));
            let fill = self.constant(id, TyId::STR, fill);
            let hit = self.call(id, name, &[text, width.term, fill.term], TyId::STR);
            self.keep(id, goal, hit, hits);
        }
    }

    /// The cheapest term whose texts are all of the answers but a filling, which some answers have.
    fn within_filling(
        &mut self,
        id: ScopeId,
        rows: &[usize],
        answers: &[Vec<char>],
        left: bool,
        fill: char,
        below: u32,
    ) -> Option<u32> {
        let Engine { vals, scopes, effort, .. } = self;
        let scope = &scopes[id.0 as usize];
        let answers: Vec<String> = answers.iter().map(|answer| answer.iter().collect()).collect();
        let mut scanned = 0;
        let cheap = |term: &u32| u32::from(scope.terms[*term as usize].cost) < below;
        let near = scope.banks[TyId::STR.0 as usize].iter().take_while(cheap).inspect(|_| scanned += 1);
        let found = near.filter(|term| scope.terms[*term as usize].op != Op::Const).find(|term| {
            let column = scope.col(*term);
            let mut filled = false;
            rows.iter().zip(&answers).all(|(row, answer)| {
                let text = vals.text(column[*row]);
                let rest = if left { answer.strip_suffix(text) } else { answer.strip_prefix(text) };
                filled |= rest.is_some_and(|rest| !rest.is_empty());
                !column[*row].is_err() && rest.is_some_and(|rest| rest.chars().all(|c| c == fill))
            }) && filled
        });
        effort.spend(scanned / 32, scanned);
        found
    }

    pub(super) fn joined_texts(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        self.grouped(id, goal, how, hits);
        self.joined(id, goal, how, hits);
    }

    /// An integer written out, with leading zeros where all answers have one length.
    fn number(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let rows = goal.rows();
        let mut want = vec![V::ANY; goal.want.len()];
        let mut width = None;
        let (mut padded, mut same_width) = (false, true);
        for row in &rows {
            let text = self.vals.text(goal.want[*row]);
            let digits = text.strip_prefix('-').unwrap_or(text);
            if digits.is_empty() || digits.len() > 18 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return;
            }
            padded |= digits.len() > 1 && digits.starts_with('0');
            same_width &= *width.get_or_insert(text.len()) == text.len() && !text.starts_with('-');
            let Ok(n) = text.parse::<i64>() else { return };
            want[*row] = self.vals.int(n);
        }
        let Some(width) = width else { return };
        if padded && !(same_width && (2..=12).contains(&width)) {
            return;
        }
        let goal_int = Goal::new(TyId::INT, want);
        let Some(n) = self.solve(id, &goal_int, how.deeper(how.below.saturating_sub(2))) else { return };
        if padded || (same_width && width == 2) {
            let width = self.vals.int(width as i64);
            let width = self.constant(id, TyId::INT, width);
            let zero_padded =
                self.make(id, Op::Idiom(crate::engine::idiom::ZERO_PADDED), &[n.term, width.term], TyId::STR);
            self.keep(id, goal, zero_padded, hits);
        }
        if !padded {
            let text = self.call(id, "text", &[n.term], TyId::STR);
            self.keep(id, goal, text, hits);
        }
    }

    /// A float written with a fixed number of decimals.
    fn decimal(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        if self.types.id(&Ty::Float).is_none() {
            return;
        }
        let rows = goal.rows();
        let mut want = vec![V::ANY; goal.want.len()];
        let mut places = None;
        for row in &rows {
            let text = self.vals.text(goal.want[*row]);
            let Some((whole, broken)) = text.split_once('.') else { return };
            let digits = |part: &str| !part.is_empty() && part.len() < 10 && part.bytes().all(|b| b.is_ascii_digit());
            if !digits(whole.strip_prefix('-').unwrap_or(whole)) || !digits(broken) {
                return;
            }
            if *places.get_or_insert(broken.len()) != broken.len() {
                return;
            }
            let Ok(x) = text.parse::<f64>() else { return };
            want[*row] = self.vals.float(x);
        }
        let Some(places) = places else { return };
        let places = self.vals.int(places as i64);
        let places = self.constant(id, TyId::INT, places);
        let below = how.below.saturating_sub(3 + places.cost);
        let Some(x) = self.solve(id, &Goal::new(TyId::FLOAT, want), how.deeper(below)) else { return };
        // Writing rounds by itself.
        let term = self.scope(id).terms[x.term as usize];
        if term.op == Op::Comp(component("round")) {
            let unrounded = self.call(id, "fixed", &[term.kids[0], places.term], TyId::STR);
            self.keep(id, goal, unrounded, hits);
        }
        let hit = self.call(id, "fixed", &[x.term, places.term], TyId::STR);
        self.keep(id, goal, hit, hits);
    }

    /// One character, a number of times.
    fn repeated(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let mut fill = None;
        let mut want = vec![V::ANY; goal.want.len()];
        let mut longest = 0;
        for row in goal.rows() {
            let text = self.vals.text(goal.want[row]);
            let len = text.chars().count();
            for c in text.chars() {
                if *fill.get_or_insert(c) != c {
                    return;
                }
            }
            longest = longest.max(len);
            want[row] = self.vals.int(len as i64);
        }
        let Some(fill) = fill.filter(|_| longest > 1) else { return };
        let fill = self.vals.str(fill.encode_utf8(&mut [0; 4]));
        let fill = self.constant(id, TyId::STR, fill);
        let below = how.below.saturating_sub(4 + fill.cost);
        let Some(times) = self.solve(id, &Goal::new(TyId::INT, want), how.deeper(below)) else { return };
        let hit = self.call(id, "repeat", &[fill.term, times.term], TyId::STR);
        self.keep(id, goal, hit, hits);
    }

    /// Texts made from the elements of a list, joined.
    fn joined(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let Some(texts) = self.types.id(&Ty::list(Ty::Str)) else { return };
        let rows = goal.rows();
        // The ways to split the answers, by how many pieces they give on every row.
        let mut ways: Map<Vec<usize>, Vec<Way>> = Map::default();
        for (mark, split) in self.separators(goal) {
            let parts: Option<Vec<Vec<String>>> =
                rows.iter().map(|row| split.apply(self.vals.text(goal.want[*row]), &mark)).collect();
            let Some(parts) = parts else { continue };
            let counts: Vec<usize> = parts.iter().map(Vec::len).collect();
            let separator = if split == Split::Between { mark } else { String::new() };
            let known = ways.entry(counts).or_default();
            if !known.iter().any(|(s, p)| *s == separator && *p == parts) {
                known.push((separator, parts));
            }
        }
        let lengths: Vec<usize> = rows.iter().map(|row| self.vals.chars(goal.want[*row])).collect();
        let mut turns = Turns::default();
        // Lists of the right lengths, and the cheapest whatever their lengths.
        let below_list = how.below.saturating_sub(10);
        let mut lists = self.cheap_lists(id, below_list);
        lists.truncate(ANY_LENGTHS);
        if goal.is_whole() {
            for counts in ways.keys() {
                lists.extend(self.lists_of(id, counts, below_list));
            }
        }
        self.in_order(id, &mut lists);
        self.effort.spend(lists.len() as u64 / 16, lists.len() as u64 * 4);
        for list in lists {
            let column = self.scope(id).col(list);
            let lens: Vec<usize> = rows.iter().map(|row| self.vals.len(column[*row])).collect();
            let evenly = split_evenly(&lengths, &lens);
            let aligned = if evenly.is_none() { self.aligned(goal, &rows, list, id) } else { None };
            if !self.effort.goes_on() || (evenly.is_none() && aligned.is_none() && !ways.contains_key(&lens)) {
                continue;
            }
            let how = match turns.next(lens.clone()) {
                Turn::Full => how,
                Turn::Little => How { depth: 1, ..how },
                Turn::None => continue,
            };
            if let Some(each) = evenly {
                let parts = rows.iter().zip(each).map(|(row, each)| even_parts(self.vals.text(goal.want[*row]), each));
                let parts: Vec<Vec<String>> = parts.collect();
                self.joined_over(id, goal, how, list, &parts, "", texts, hits);
            }
            if let Some(parts) = aligned {
                self.joined_over(id, goal, how, list, &parts, "", texts, hits);
            }
            for (separator, parts) in ways.get(&lens).map_or(&[][..], Vec::as_slice) {
                self.joined_over(id, goal, how, list, parts, separator, texts, hits);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one composition")]
    fn joined_over(
        &mut self,
        id: ScopeId,
        goal: &Goal,
        how: How,
        list: u32,
        parts: &[Vec<String>],
        separator: &str,
        texts: TyId,
        hits: &mut Vec<Hit>,
    ) {
        let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
        let separator = self.vals.str(separator);
        let separator = self.constant(id, TyId::STR, separator);
        let around = 6 + u32::from(self.scope(id).terms[list as usize].cost) + separator.cost;
        if around >= below {
            return;
        }
        let Some(inside) = self.open(id, Kind::Each, [list, NONE]) else { return };
        let starts = self.scope(inside).starts.clone();
        let mut pieces = Vec::with_capacity(self.scope(inside).example_rows);
        let mut given = parts.iter();
        for (row, want) in goal.want.iter().enumerate() {
            if *want == V::ANY {
                pieces.extend(std::iter::repeat_n(V::ANY, (starts[row + 1] - starts[row]) as usize));
            } else {
                pieces.extend(given.next().into_iter().flatten().map(|part| self.vals.str(part)));
            }
        }
        if pieces.len() != self.scope(inside).example_rows {
            return;
        }
        self.prepare_for(inside, how);
        let Some(body) = self.solve(inside, &Goal::new(TyId::STR, pieces), how.deeper(below - around)) else { return };
        let joined = if self.is_element(inside, body.term) {
            Some(list)
        } else {
            self.make_higher(id, component("map"), list, inside, body.term, texts).map(|hit| hit.term)
        };
        let Some(joined) = joined else { return };
        let hit = self.call(id, "join", &[joined, separator.term], TyId::STR);
        // What was split at a mark is most likely joined by it again.
        let again = hit.filter(|hit| self.is_split_at(id, list, separator.term) && hit.cost > 4);
        if let Some(hit) = again {
            self.scopes[id.0 as usize].terms[hit.term as usize].cost -= 3;
            self.keep(id, goal, Some(Hit { cost: hit.cost - 3, ..hit }), hits);
        } else {
            self.keep(id, goal, hit, hits);
        }
    }

    fn is_split_at(&self, id: ScopeId, list: u32, separator: u32) -> bool {
        let scope = self.scope(id);
        let term = &scope.terms[list as usize];
        let Op::Comp(split) = term.op else { return false };
        split == component("split") && scope.col(term.kids[1]) == scope.col(separator)
    }

    /// The answers cut behind each element of a list of texts, which stand in them in order, in small
    /// or capital letters, with other text between.
    fn aligned(&self, goal: &Goal, rows: &[usize], list: u32, id: ScopeId) -> Option<Vec<Vec<String>>> {
        if self.types.element(self.scope(id).terms[list as usize].ty) != Some(TyId::STR) {
            return None;
        }
        let column = self.scope(id).col(list);
        let mut all = Vec::new();
        for row in rows {
            let answer = self.vals.text(goal.want[*row]);
            if !answer.is_ascii() {
                return None;
            }
            let folded = answer.to_ascii_lowercase();
            let mut at = 0;
            let mut parts = Vec::new();
            for element in self.vals.items(column[*row]) {
                let element = self.vals.text(*element).to_lowercase();
                let found = folded[at..].find(&element)?;
                let end = at + found + element.len();
                parts.push(answer[at..end].to_owned());
                at = end;
            }
            if at != answer.len() {
                return None;
            }
            all.push(parts);
        }
        Some(all)
    }

    /// Whether a term is the first variable of its scope.
    pub(super) fn is_element(&self, id: ScopeId, term: u32) -> bool {
        let term = &self.scope(id).terms[term as usize];
        term.op == Op::Var && term.kids[0] == 0
    }

    /// What could stand between the pieces of the answers, or end each of them.
    fn separators(&self, goal: &Goal) -> Vec<(String, Split)> {
        let rows = goal.rows();
        let mut found = Vec::new();
        let mut marks: Vec<String> = Vec::new();
        for row in &rows {
            let text = self.vals.text(goal.want[*row]);
            for part in text.split(char::is_alphanumeric).filter(|part| !part.is_empty()) {
                let chars: Vec<char> = part.chars().collect();
                for from in 0..chars.len().min(4) {
                    for to in from + 1..=chars.len().min(from + 3) {
                        let mark: String = chars[from..to].iter().collect();
                        if !marks.contains(&mark) && marks.len() < 12 {
                            marks.push(mark);
                        }
                    }
                }
            }
        }
        for mark in marks {
            found.push((mark.clone(), Split::Between));
            found.push((mark.clone(), Split::Behind));
            found.push((mark, Split::Before));
        }
        found
    }
}

/// The most lists that are tried with answers cut evenly, or where their elements stand in them.
const ANY_LENGTHS: usize = 200;

/// The most texts that are read as numbers.
const MAX_PARSED: usize = 4_000;

/// The most numbers that letters are counted by.
const MAX_NUMBERED: usize = 40;

/// How an answer is split at a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Split {
    /// The mark stands between pieces.
    Between,
    /// Each piece ends with the mark.
    Behind,
    /// Each piece begins with the mark.
    Before,
}

impl Split {
    /// The pieces of a text.
    fn apply(self, text: &str, mark: &str) -> Option<Vec<String>> {
        Some(match self {
            _ if text.is_empty() => Vec::new(),
            Split::Between => text.split(mark).map(str::to_owned).collect(),
            Split::Behind => text.strip_suffix(mark)?.split(mark).map(|part| part.to_owned() + mark).collect(),
            Split::Before => text.strip_prefix(mark)?.split(mark).map(|part| mark.to_owned() + part).collect(),
        })
    }
}

/// How long each piece is where answers are split into as many equal pieces as a list has elements.
fn split_evenly(lengths: &[usize], lens: &[usize]) -> Option<Vec<usize>> {
    let each = lengths.iter().zip(lens).map(|(length, len)| match len {
        0 => (*length == 0).then_some(0),
        len => (length % len == 0).then_some(length / len),
    });
    each.collect::<Option<Vec<usize>>>().filter(|each| each.iter().any(|each| *each > 0))
}

fn even_parts(text: &str, each: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    if each == 0 { Vec::new() } else { chars.chunks(each).map(|chunk| chunk.iter().collect()).collect() }
}
