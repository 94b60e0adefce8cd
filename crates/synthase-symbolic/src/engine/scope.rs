//! Scopes: the places where terms live, each with its variables and its rows.
//!
//! The outermost scope has a row for every input; its variables are the parameters. A scope inside
//! is opened over a list-valued term (or two): it has a row for every element of every row outside,
//! and its variables are the element and its position. A term is evaluated once on all rows of its
//! scope: its *column*. Terms with equal columns are one term, the cheapest.

use hashbrown::HashTable;

use super::hash;
use super::types::TyId;
use super::vals::V;
use crate::component::ComponentId;

/// The place of a scope among all scopes of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ScopeId(pub(crate) u32);

impl ScopeId {
    /// The scope of the parameters.
    pub(crate) const TOP: ScopeId = ScopeId(0);
}

/// What a term is made of; see [`Term::kids`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    /// A parameter; its number.
    Param,
    /// A variable of the scope: 0 for the first, 1 for the second.
    Var,
    /// A term of the scope outside.
    Outer,
    /// A constant; the value's id.
    Const,
    /// A component with its arguments. With a function: the list, the function's scope, its body.
    Comp(ComponentId),
    /// A composition with its own place in the search; see `idiom`.
    Idiom(u8),
    /// A tuple of up to three terms; unused places hold [`NONE`].
    Tuple,
    /// A field of a tuple: the tuple, the number.
    Field,
}

/// The place of a child that is not there.
pub(crate) const NONE: u32 = u32::MAX;

/// A term: its operator and the places of its children in the same scope.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term {
    pub(crate) op: Op,
    pub(crate) ty: TyId,
    /// What the term depends on: bit `i` for parameter `i` (the fifth and later share one), then the
    /// scope's own variables, then variables further out.
    pub(crate) uses: u8,
    pub(crate) cost: u16,
    pub(crate) kids: [u32; 3],
}

/// The bit of [`Term::uses`] for a parameter.
pub(crate) fn uses_param(i: usize) -> u8 {
    1 << i.min(4)
}

/// The bit of [`Term::uses`] for a variable of the scope.
pub(crate) fn uses_var(i: u32) -> u8 {
    0b10_0000 << i
}

/// What a term from outside depends on, seen from inside.
pub(crate) fn uses_outside(uses: u8) -> u8 {
    (uses & 0b1_1111) | if uses & 0b1110_0000 != 0 { 0b1000_0000 } else { 0 }
}

/// What a scope's variables range over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The parameters of the task.
    Top,
    /// The elements of a list, with their positions.
    Each,
    /// The pairs of two lists.
    Pairs,
    /// The value so far and the next element, for results known in advance.
    Steps,
    /// The value so far and the next element, for results that are not: a sample of pairs.
    Folds,
}

/// The terms of one type by cost.
#[derive(Default)]
pub(crate) struct Bank {
    /// All terms of a cost.
    pub(crate) by_cost: Vec<Vec<u32>>,
    /// The constants and variables among them.
    pub(crate) simple: Vec<Vec<u32>>,
    /// All but the constants.
    pub(crate) varied: Vec<Vec<u32>>,
}

impl Bank {
    /// The terms of a cost.
    pub(crate) fn at(&self, cost: usize) -> &[u32] {
        self.by_cost.get(cost).map_or(&[], Vec::as_slice)
    }

    /// The constants and variables of a cost.
    pub(crate) fn simple_at(&self, cost: usize) -> &[u32] {
        self.simple.get(cost).map_or(&[], Vec::as_slice)
    }

    /// The terms of a cost that are no constants.
    pub(crate) fn varied_at(&self, cost: usize) -> &[u32] {
        self.varied.get(cost).map_or(&[], Vec::as_slice)
    }

    /// All terms, cheapest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.by_cost.iter().flatten().copied()
    }

    /// How many terms there are.
    pub(crate) fn len(&self) -> usize {
        self.by_cost.iter().map(Vec::len).sum()
    }
}

/// A scope with its terms.
pub(crate) struct Scope {
    pub(crate) kind: Kind,
    pub(crate) depth: u8,
    /// The scope outside; the top is its own.
    pub(crate) parent: ScopeId,
    /// The terms outside whose elements the variables are: the list, or two lists, or the list and
    /// the start.
    pub(crate) bases: [u32; 2],
    /// The number of rows.
    pub(crate) rows: usize,
    /// The rows that belong to examples: the first so many.
    pub(crate) example_rows: usize,
    /// Row `r` outside has the rows `starts[r]..starts[r + 1]` here.
    pub(crate) starts: Vec<u32>,
    pub(crate) terms: Vec<Term>,
    pub(crate) cols: Vec<V>,
    pub(crate) banks: Vec<Bank>,
    table: HashTable<u32>,
    /// The enumerated terms in the order in which they came.
    pub(crate) banked: Vec<u32>,
    /// The enumerated terms by their values on example rows, up to `indexed` of them.
    pub(crate) by_examples: HashTable<u32>,
    pub(crate) indexed: usize,
    /// All terms up to this cost have been built.
    pub(crate) level: usize,
    /// The constants that can stand between parts of a text.
    pub(crate) marks: Vec<u32>,
}

fn hash_column(ty: TyId, column: &[V]) -> u64 {
    hash::words(u64::from(ty.0) + 11, column.iter().map(|v| v.raw()))
}

impl Scope {
    pub(crate) fn new(kind: Kind, parent: ScopeId, depth: u8, rows: usize, example_rows: usize, types: usize) -> Scope {
        Scope {
            kind,
            depth,
            parent,
            bases: [NONE; 2],
            rows,
            example_rows,
            starts: Vec::new(),
            terms: Vec::new(),
            cols: Vec::new(),
            banks: (0..types).map(|_| Bank::default()).collect(),
            table: HashTable::new(),
            banked: Vec::new(),
            by_examples: HashTable::new(),
            indexed: 0,
            level: 0,
            marks: Vec::new(),
        }
    }

    /// The column of a term.
    pub(crate) fn col(&self, term: u32) -> &[V] {
        let from = term as usize * self.rows;
        &self.cols[from..from + self.rows]
    }

    /// The column of a term on the rows of examples.
    pub(crate) fn example_col(&self, term: u32) -> &[V] {
        &self.col(term)[..self.example_rows]
    }

    /// The bytes held, about.
    pub(crate) fn memory(&self) -> usize {
        self.cols.capacity() * 4 + self.terms.capacity() * 20 + self.table.capacity() * 5 + self.starts.capacity() * 4
    }

    /// Whether a constant can stand between parts of a text.
    pub(crate) fn is_mark(&self, term: u32) -> bool {
        self.marks.contains(&term)
    }

    /// Adds a term unless one with its column is there; the new term's place.
    pub(crate) fn insert(&mut self, term: Term, column: &[V]) -> Option<u32> {
        debug_assert_eq!(column.len(), self.rows);
        let hash = hash_column(term.ty, column);
        if self.table.find(hash, |&t| self.terms[t as usize].ty == term.ty && self.col(t) == column).is_some() {
            return None;
        }
        let place = self.push(term, column);
        let Scope { table, terms, cols, rows, .. } = self;
        table.insert_unique(hash, place, |&t| {
            hash_column(terms[t as usize].ty, &cols[t as usize * *rows..(t as usize + 1) * *rows])
        });
        self.banked.push(place);
        let bank = &mut self.banks[term.ty.0 as usize];
        put(&mut bank.by_cost, term.cost as usize, place);
        if term.op != Op::Const {
            put(&mut bank.varied, term.cost as usize, place);
        }
        if matches!(term.op, Op::Const | Op::Param | Op::Var) {
            put(&mut bank.simple, term.cost as usize, place);
        }
        Some(place)
    }

    /// Adds a term that later terms are not built from, such as one deduced from a goal.
    pub(crate) fn push(&mut self, term: Term, column: &[V]) -> u32 {
        let place = u32::try_from(self.terms.len()).expect("terms are far fewer than four billion");
        self.terms.push(term);
        self.cols.extend_from_slice(column);
        place
    }
}

fn put(lists: &mut Vec<Vec<u32>>, at: usize, item: u32) {
    if lists.len() <= at {
        lists.resize_with(at + 1, Vec::new);
    }
    lists[at].push(item);
}
