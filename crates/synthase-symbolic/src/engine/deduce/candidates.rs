//! The lists of a scope, for whatever is to be made from their elements.

use std::rc::Rc;

use crate::engine::Engine;
use crate::engine::hash::Map;
use crate::engine::scope::ScopeId;

/// The most lists that are known by their lengths.
const MAX_LISTS: usize = 20_000;
/// The most lists of any length, or of one, that are tried, cheapest first.
const MAX_CHEAP: usize = 600;
const MAX_OF_LENGTHS: usize = 60;

/// The lists of a scope.
pub(crate) struct Lists {
    /// How many terms the scope had.
    held: usize,
    cheap: Vec<u32>,
    /// By their lengths on the example rows.
    by_lens: Map<Vec<usize>, Vec<u32>>,
}

impl Engine<'_> {
    fn lists_in(&mut self, id: ScopeId) -> Rc<Lists> {
        let scope = self.scope(id);
        let held = scope.banked.len();
        if let Some(lists) = self.lists.get(&id).filter(|lists| lists.held == held) {
            return lists.clone();
        }
        let mut all: Vec<u32> = Vec::new();
        for ty in self.types.used().filter(|ty| self.types.element(*ty).is_some()) {
            all.extend(scope.banks[ty.0 as usize].iter().take(MAX_LISTS).filter(|t| self.is_worth_opening(id, *t)));
        }
        all.sort_by_key(|t| (scope.terms[*t as usize].cost, *t));
        let mut by_lens: Map<Vec<usize>, Vec<u32>> = Map::default();
        for list in &all {
            let lens = scope.example_col(*list).iter().map(|v| self.vals.len(*v)).collect();
            let known = by_lens.entry(lens).or_default();
            if known.len() < MAX_OF_LENGTHS {
                known.push(*list);
            }
        }
        self.effort.spend(all.len() as u64 / 32, all.len() as u64);
        all.truncate(MAX_CHEAP);
        let lists = Rc::new(Lists { held, cheap: all, by_lens });
        self.lists.insert(id, lists.clone());
        lists
    }

    /// The enumerated lists of a scope, cheapest first, that cost less than `below` and do not fail.
    pub(super) fn cheap_lists(&mut self, id: ScopeId, below: u32) -> Vec<u32> {
        let lists = self.lists_in(id);
        self.below(id, &lists.cheap, below)
    }

    /// Of these, the ones with given lengths on the example rows.
    pub(super) fn lists_of(&mut self, id: ScopeId, lens: &[usize], below: u32) -> Vec<u32> {
        let lists = self.lists_in(id);
        self.below(id, lists.by_lens.get(lens).map_or(&[], Vec::as_slice), below)
    }

    fn below(&self, id: ScopeId, lists: &[u32], below: u32) -> Vec<u32> {
        let scope = self.scope(id);
        let end = lists.partition_point(|t| u32::from(scope.terms[*t as usize].cost) < below);
        lists[..end].to_vec()
    }

    /// Sorts lists by cost and leaves each in once.
    pub(super) fn in_order(&self, id: ScopeId, lists: &mut Vec<u32>) {
        let scope = self.scope(id);
        lists.sort_by_key(|t| (scope.terms[*t as usize].cost, *t));
        lists.dedup();
    }
}

/// Which of the lists that fit a goal get how much effort: of those with the same lengths on every
/// row, only the first are worth a search of their own.
#[derive(Default)]
pub(super) struct Turns {
    seen: Map<Vec<usize>, usize>,
    all: usize,
}

/// How much effort a list gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Full,
    Little,
    None,
}

impl Turns {
    pub(super) fn next(&mut self, lens: Vec<usize>) -> Turn {
        let count = self.seen.entry(lens).or_insert(0);
        *count += 1;
        self.all += 1;
        match (*count, self.all) {
            (..=3, ..=24) => Turn::Full,
            (..=50, ..=200) => Turn::Little,
            _ => Turn::None,
        }
    }
}
