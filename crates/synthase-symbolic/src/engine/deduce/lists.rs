//! Lists element by element: mapped, filtered, flattened, paired, accumulated.

use super::candidates::{Turn, Turns};
use super::{DEPTH, Goal, Hit, How};
use crate::component::id as component;
use crate::engine::Engine;
use crate::engine::scope::{Kind, NONE, Op, ScopeId};
use crate::engine::types::TyId;
use crate::engine::vals::V;

/// The most lists that are paired with each other.
const MAX_PAIRED: usize = 14;

impl Engine<'_> {
    pub(super) fn list_parts(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        let Some(element) = self.types.element(goal.ty) else { return };
        let rows = goal.rows();
        if rows.iter().all(|row| self.vals.items(goal.want[*row]).is_empty()) {
            return;
        }
        self.counted(id, goal, how, hits);
        self.chunked(id, goal, how, hits);
        // The simplest steps along what is given come before long searches of any kind.
        let little = How { depth: how.depth.min(1), ..how };
        for list in self.given_lists(id) {
            if rows.iter().all(|row| self.vals.len(self.scope(id).col(list)[*row]) == self.vals.len(goal.want[*row])) {
                self.accumulated(id, goal, element, little, list, hits);
            }
        }
        if how.depth == DEPTH {
            let given = self.given_lists(id);
            self.paired(id, goal, element, How { depth: 1, ..how }, &given, hits);
        }
        let mut turns = Turns::default();
        for list in self.sources(id, goal, how.below.saturating_sub(5)) {
            if !self.effort.spend(1, rows.len() as u64) {
                return;
            }
            let cost = u32::from(self.scope(id).terms[list as usize].cost);
            let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
            if cost + 5 >= below {
                break;
            }
            let how = How { below, ..how };
            let lens: Vec<(usize, usize)> = rows
                .iter()
                .map(|row| (self.vals.len(self.scope(id).col(list)[*row]), self.vals.len(goal.want[*row])))
                .collect();
            let same = lens.iter().all(|(base, want)| base == want);
            let fits_filter =
                self.scope(id).terms[list as usize].ty == goal.ty && lens.iter().all(|(base, want)| base >= want);
            let times = lens.iter().find(|(base, _)| *base > 0).map_or(0, |(base, want)| want / base);
            let fits_flat = times > 1 && lens.iter().all(|(base, want)| base * times == *want);
            if !same && !fits_filter && !fits_flat {
                continue;
            }
            let how = match turns.next(lens.iter().map(|(base, _)| *base).collect()) {
                Turn::Full => how,
                Turn::Little => How { depth: 1, ..how },
                Turn::None => continue,
            };
            if same {
                self.mapped(id, goal, element, how, list, hits);
                self.accumulated(id, goal, element, how, list, hits);
            } else if fits_filter {
                self.filtered(id, goal, how, list, hits);
            }
            if fits_flat {
                self.flat_mapped(id, goal, how, list, times, hits);
            }
        }
        let lists: Vec<u32> = self.cheap_lists(id, how.below.min(14)).into_iter().take(MAX_PAIRED).collect();
        self.paired(id, goal, element, how, &lists, hits);
    }

    /// The lists among the parameters.
    fn given_lists(&self, id: ScopeId) -> Vec<u32> {
        let scope = self.scope(id);
        let lists = self.types.used().filter(|ty| self.types.element(*ty).is_some());
        let given = lists.flat_map(|ty| scope.banks[ty.0 as usize].at(2).iter().copied());
        given.filter(|term| scope.terms[*term as usize].op == Op::Param).collect()
    }

    /// The lists whose elements those of the answers may be made from.
    fn sources(&mut self, id: ScopeId, goal: &Goal, below: u32) -> Vec<u32> {
        let mut lists = self.cheap_lists(id, below);
        if goal.is_whole() {
            lists.truncate(150);
            let lens: Vec<usize> = goal.want.iter().map(|v| self.vals.len(*v)).collect();
            for times in 1..=4 {
                if lens.iter().all(|len| len % times == 0) {
                    let lens: Vec<usize> = lens.iter().map(|len| len / times).collect();
                    lists.extend(self.lists_of(id, &lens, below));
                }
            }
            self.in_order(id, &mut lists);
        }
        lists
    }

    /// The answers element by element, one for each row of a scope of the same lengths.
    fn flattened(&self, goal: &Goal, inside: ScopeId) -> Vec<V> {
        let scope = self.scope(inside);
        let mut want = Vec::with_capacity(scope.example_rows);
        for (row, value) in goal.want.iter().enumerate() {
            let count = (scope.starts[row + 1] - scope.starts[row]) as usize;
            if *value == V::ANY {
                want.extend(std::iter::repeat_n(V::ANY, count));
            } else {
                want.extend_from_slice(self.vals.items(*value));
            }
        }
        want
    }

    /// Each element made from the element of another list.
    fn mapped(&mut self, id: ScopeId, goal: &Goal, element: TyId, how: How, list: u32, hits: &mut Vec<Hit>) {
        let Some(inside) = self.open(id, Kind::Each, [list, NONE]) else { return };
        let around = 3 + u32::from(self.scope(id).terms[list as usize].cost);
        let want = self.flattened(goal, inside);
        if want.len() != self.scope(inside).example_rows || around >= how.below {
            return;
        }
        self.prepare_for(inside, how);
        let body = self.solve(inside, &Goal::new(element, want), how.deeper(how.below - around));
        if let Some(body) = body {
            let hit = self.make_higher(id, component("map"), list, inside, body.term, goal.ty);
            self.keep(id, goal, hit, hits);
        }
    }

    /// Those elements of another list for which something holds.
    fn filtered(&mut self, id: ScopeId, goal: &Goal, how: How, list: u32, hits: &mut Vec<Hit>) {
        let Some(inside) = self.open(id, Kind::Each, [list, NONE]) else { return };
        let around = 3 + u32::from(self.scope(id).terms[list as usize].cost);
        if around >= how.below {
            return;
        }
        let mut want = Vec::new();
        for (row, value) in goal.want.iter().enumerate() {
            let all = self.vals.items(self.scope(id).col(list)[row]);
            if *value == V::ANY {
                want.extend(std::iter::repeat_n(V::ANY, all.len()));
                continue;
            }
            let kept = self.vals.items(*value);
            if !is_subsequence(kept, all) {
                return;
            }
            let count = |list: &[V], v: V| list.iter().filter(|x| **x == v).count();
            for v in all {
                // Where only some of equal elements are kept, which of them is not known.
                want.push(match count(kept, *v) {
                    0 => V::FALSE,
                    n if n == count(all, *v) => V::TRUE,
                    _ => V::ANY,
                });
            }
        }
        if want.len() != self.scope(inside).example_rows || !want.contains(&V::FALSE) {
            return;
        }
        self.prepare_for(inside, how);
        let body = self.solve(inside, &Goal::new(TyId::BOOL, want), how.deeper(how.below - around));
        if let Some(body) = body {
            let hit = self.make_higher(id, component("filter"), list, inside, body.term, goal.ty);
            self.keep(id, goal, hit, hits);
        }
    }

    /// For each element of another list as many elements.
    fn flat_mapped(&mut self, id: ScopeId, goal: &Goal, how: How, list: u32, times: usize, hits: &mut Vec<Hit>) {
        let Some(lists) = self.types.list_of(goal.ty) else { return };
        let Some(inside) = self.open(id, Kind::Each, [list, NONE]) else { return };
        let around = 7 + u32::from(self.scope(id).terms[list as usize].cost);
        let all = self.flattened(goal, inside);
        if all.len() != self.scope(inside).example_rows * times || around >= how.below || all.contains(&V::ANY) {
            return;
        }
        let want: Vec<V> = all.chunks(times).map(|chunk| self.vals.seq(chunk)).collect();
        self.prepare_for(inside, how);
        let body = self.solve(inside, &Goal::new(goal.ty, want), how.deeper(how.below - around));
        if let Some(body) = body
            && let Some(mapped) = self.make_higher(id, component("map"), list, inside, body.term, lists)
        {
            let hit = self.call(id, "flatten", &[mapped.term], goal.ty);
            self.keep(id, goal, hit, hits);
        }
    }

    /// Each element made from the elements of two lists at one position; or two from each pair.
    fn paired(&mut self, id: ScopeId, goal: &Goal, element: TyId, how: How, lists: &[u32], hits: &mut Vec<Hit>) {
        let rows = goal.rows();
        for (i, a) in lists.iter().enumerate() {
            for (j, b) in lists.iter().enumerate() {
                if i == j || !self.effort.spend(1, rows.len() as u64) {
                    continue;
                }
                let scope = self.scope(id);
                let cost = |t: u32| u32::from(scope.terms[t as usize].cost);
                let around = 4 + cost(*a) + cost(*b);
                let below = hits.iter().map(|hit| hit.cost).min().unwrap_or(u32::MAX).min(how.below);
                // One of the lists is the input itself, or nearly.
                if around >= below || cost(*a).min(cost(*b)) > 3 {
                    continue;
                }
                let shorter = |row: usize| self.vals.len(scope.col(*a)[row]).min(self.vals.len(scope.col(*b)[row]));
                let lens: Vec<(usize, usize)> =
                    rows.iter().map(|row| (shorter(*row), self.vals.len(goal.want[*row]))).collect();
                let times = lens.iter().find(|(base, _)| *base > 0).map_or(0, |(base, want)| want / base);
                if times == 0 || times > 2 || lens.iter().any(|(base, want)| base * times != *want) {
                    continue;
                }
                let how = How { below, ..how };
                self.paired_with(id, goal, element, how, [*a, *b], times, around, hits);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one composition")]
    fn paired_with(
        &mut self,
        id: ScopeId,
        goal: &Goal,
        element: TyId,
        how: How,
        bases: [u32; 2],
        times: usize,
        around: u32,
        hits: &mut Vec<Hit>,
    ) {
        let Some(inside) = self.open(id, Kind::Pairs, bases) else { return };
        let all = self.flattened(goal, inside);
        if all.len() != self.scope(inside).example_rows * times || (times > 1 && all.contains(&V::ANY)) {
            return;
        }
        if how.depth == 1 {
            self.grow(inside, 9)
        } else {
            self.prepare_for(inside, how)
        }
        let zip = component("zip_with");
        if times == 1 {
            if let Some(body) = self.solve(inside, &Goal::new(element, all), how.deeper(how.below - around)) {
                let hit = self.make_higher(id, zip, bases[0], inside, body.term, goal.ty);
                self.keep(id, goal, hit, hits);
            }
            return;
        }
        let Some(lists) = self.types.list_of(goal.ty).filter(|_| around + 4 < how.below) else { return };
        let want: Vec<V> = all.chunks(times).map(|chunk| self.vals.seq(chunk)).collect();
        let body = self.solve(inside, &Goal::new(goal.ty, want), how.deeper(how.below - around - 4));
        if let Some(body) = body
            && let Some(mapped) = self.make_higher(id, zip, bases[0], inside, body.term, lists)
        {
            let hit = self.call(id, "flatten", &[mapped.term], goal.ty);
            self.keep(id, goal, hit, hits);
        }
    }

    /// Each element made from the one before it and the element of another list.
    fn accumulated(&mut self, id: ScopeId, goal: &Goal, element: TyId, how: How, list: u32, hits: &mut Vec<Hit>) {
        let cost = u32::from(self.scope(id).terms[list as usize].cost);
        if cost > 8 || cost + 7 >= how.below {
            return;
        }
        for start in self.starts(element) {
            let start = self.constant(id, element, start);
            let Some(inside) = self.open_steps(id, list, start.term, element, goal) else { continue };
            let want = self.flattened(goal, inside);
            self.prepare_for(inside, how);
            let below = how.below.saturating_sub(5 + cost + start.cost);
            if let Some(body) = self.solve(inside, &Goal::new(element, want), how.deeper(below)) {
                let hit = self.make_steps(id, component("scan"), list, inside, body.term, goal.ty);
                self.keep(id, goal, hit, hits);
            }
        }
    }

    /// The integers from one to another: where every answer counts upwards.
    fn counted(&mut self, id: ScopeId, goal: &Goal, how: How, hits: &mut Vec<Hit>) {
        if self.types.element(goal.ty) != Some(TyId::INT) {
            return;
        }
        let (mut first, mut end) = (vec![V::ANY; goal.want.len()], vec![V::ANY; goal.want.len()]);
        let mut long = false;
        for row in goal.rows() {
            let items: Vec<i64> = self.vals.items(goal.want[row]).iter().map(|v| self.vals.as_int(*v)).collect();
            if items.windows(2).any(|pair| pair[0].checked_add(1) != Some(pair[1])) {
                return;
            }
            long |= items.len() > 1;
            if let (Some(a), Some(b)) = (items.first(), items.last()) {
                first[row] = self.vals.int(*a);
                end[row] = self.vals.int(b.saturating_add(1));
            }
        }
        if !long || how.depth == 0 {
            return;
        }
        let how_deeper = How { no_tree: true, ..how.deeper(how.below.saturating_sub(6)) };
        let Some(first) = self.solve(id, &Goal::new(TyId::INT, first), how_deeper) else { return };
        let Some(end) = self.solve(id, &Goal::new(TyId::INT, end), how_deeper) else { return };
        let hit = self.call(id, "range", &[first.term, end.term], goal.ty);
        self.keep(id, goal, hit, hits);
    }
}

fn is_subsequence(part: &[V], whole: &[V]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|v| rest.any(|w| w == v))
}
