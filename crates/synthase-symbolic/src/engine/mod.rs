//! The search: scopes of terms that grow in order of cost.

pub(crate) mod constants;
pub(crate) mod deduce;
pub(crate) mod effort;
pub(crate) mod extract;
pub(crate) mod grow;
pub(crate) mod hash;
pub(crate) mod higher;
pub(crate) mod idiom;
pub(crate) mod instance;
pub(crate) mod rows;
pub(crate) mod scope;
pub(crate) mod steps;
pub(crate) mod types;
pub(crate) mod vals;

use hash::Map;
use std::rc::Rc;

use deduce::candidates::Lists;
use effort::Effort;
use instance::Instance;
use scope::{NONE, Op, Scope, ScopeId, Term};
use types::{TyId, Types};
use vals::{V, Vals};

/// A constant with its cost.
pub(crate) type Constant = (TyId, V, u16);

/// What a search is over.
pub(crate) struct Given {
    /// The parameters: type and column.
    pub(crate) params: Vec<(TyId, Vec<V>)>,
    /// The rows of arguments.
    pub(crate) rows: usize,
    /// The first so many of them have answers.
    pub(crate) examples: usize,
    pub(crate) constants: Vec<Constant>,
}

/// The state of one search.
pub(crate) struct Engine<'a> {
    pub(crate) vals: Vals,
    pub(crate) types: Types,
    pub(crate) scopes: Vec<Scope>,
    /// Which scope belongs to which lists; none where it could not be opened.
    opened: Map<(ScopeId, u8, [u32; 2]), Option<ScopeId>>,
    instances: Vec<Instance>,
    pub(crate) constants: Vec<Constant>,
    /// Those of them that can stand between parts of a text.
    pub(crate) marks: Vec<V>,
    /// The parameters: type and column.
    params: Vec<(TyId, Vec<V>)>,
    pub(crate) effort: Effort<'a>,
    scratch: Vec<V>,
    /// Goals that were solved at this level.
    pub(crate) memo: deduce::Memo,
    /// What was carried along lists.
    pub(crate) folds: deduce::folds::Folds,
    /// How far scopes inside are built before goals in them are solved.
    pub(crate) inner_level: usize,
    /// The lists of a scope in order of cost, with how many terms it had then.
    pub(crate) lists: Map<ScopeId, Rc<Lists>>,
    /// The level at which something was left out for want of room.
    capped_at: Option<usize>,
    max_memory: usize,
    /// Memory is looked at when this many terms have been tried.
    look_at: u64,
    full: bool,
}

impl<'a> Engine<'a> {
    /// A search over what is given.
    pub(crate) fn new(vals: Vals, types: Types, given: Given, effort: Effort<'a>, max_memory: usize) -> Engine<'a> {
        let Given { params, rows, examples, constants } = given;
        let instances = instance::instances(&types);
        let is_mark = |text: &str| !text.is_empty() && !text.contains(char::is_alphanumeric);
        let texts = constants.iter().filter(|(ty, ..)| *ty == TyId::STR).map(|(_, v, _)| *v);
        let marks = texts.filter(|v| is_mark(vals.text(*v))).collect();
        let top = Scope::new(scope::Kind::Top, ScopeId::TOP, 0, rows, examples, types.len());
        Engine {
            vals,
            types,
            scopes: vec![top],
            opened: Map::default(),
            instances,
            constants,
            marks,
            params,
            effort,
            scratch: Vec::new(),
            memo: deduce::Memo::default(),
            folds: deduce::folds::Folds::default(),
            inner_level: 6,
            lists: Map::default(),
            capped_at: None,
            max_memory,
            look_at: 0,
            full: false,
        }
    }

    pub(crate) fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    fn take(&mut self, id: ScopeId) -> Scope {
        let empty = Scope::new(scope::Kind::Top, ScopeId::TOP, 0, 0, 0, 0);
        std::mem::replace(&mut self.scopes[id.0 as usize], empty)
    }

    fn put_back(&mut self, id: ScopeId, scope: Scope) {
        self.scopes[id.0 as usize] = scope;
    }

    /// Adds a term unless its column is there already or it fails on every example.
    fn insert(&mut self, id: ScopeId, op: Op, kids: [u32; 3], cost: usize, ty: TyId, column: &[V]) -> Option<u32> {
        let scope = &self.scopes[id.0 as usize];
        if column[..scope.example_rows].iter().all(|v| v.is_err()) {
            return None;
        }
        let uses = self.uses(id, op, &kids);
        self.scopes[id.0 as usize].insert(Term { op, ty, uses, cost: cost as u16, kids }, column)
    }

    /// What a term depends on.
    pub(crate) fn uses(&self, id: ScopeId, op: Op, kids: &[u32; 3]) -> u8 {
        let scope = self.scope(id);
        let of = |kid: u32| scope.terms[kid as usize].uses;
        match op {
            Op::Param => scope::uses_param(kids[0] as usize),
            Op::Var => scope::uses_var(kids[0]),
            Op::Outer => scope::uses_outside(self.scope(scope.parent).terms[kids[0] as usize].uses),
            Op::Const => 0,
            Op::Field => of(kids[0]),
            Op::Tuple => kids.iter().filter(|kid| **kid != NONE).map(|kid| of(*kid)).fold(0, |a, b| a | b),
            Op::Comp(component) if component.get().is_higher() => {
                let inside = self.scope(ScopeId(kids[1]));
                let bases = inside.bases.iter().filter(|base| **base != NONE).map(|base| of(*base));
                // Inside, the variables of this scope are among those further out.
                let body = inside.terms[kids[2] as usize].uses & 0b1001_1111;
                bases.fold(of(kids[0]) | body, |a, b| a | b)
            }
            Op::Comp(component) => kids[..component.get().args.len()].iter().map(|kid| of(*kid)).fold(0, |a, b| a | b),
            Op::Idiom(i) => {
                kids[..idiom::IDIOMS[i as usize].args.len()].iter().map(|kid| of(*kid)).fold(0, |a, b| a | b)
            }
        }
    }

    /// Builds a scope far enough to solve goals in it.
    pub(crate) fn prepare(&mut self, id: ScopeId) {
        // Every term costs as much as there are rows.
        let most = match self.scope(id).rows {
            0..=150 => usize::MAX,
            151..=400 => 9,
            401..=1000 => 7,
            _ => 6,
        };
        self.grow(id, self.inner_level.min(most));
    }

    /// Builds a scope far enough to look goals up in it.
    pub(crate) fn prepare_little(&mut self, id: ScopeId) {
        let most = if self.scope(id).rows > 400 { 6 } else { 7 };
        self.grow(id, self.inner_level.min(most));
    }

    /// The children of a term in its own scope.
    pub(crate) fn children(&self, _id: ScopeId, term: &Term) -> Vec<u32> {
        match term.op {
            Op::Param | Op::Var | Op::Outer | Op::Const => Vec::new(),
            Op::Field => vec![term.kids[0]],
            Op::Tuple => term.kids.iter().copied().filter(|kid| *kid != NONE).collect(),
            Op::Comp(component) if component.get().is_higher() => vec![term.kids[0]],
            Op::Comp(component) => term.kids[..component.get().args.len()].to_vec(),
            Op::Idiom(i) => term.kids[..idiom::IDIOMS[i as usize].args.len()].to_vec(),
        }
    }

    /// The cost below which all terms of the outermost scope have been seen.
    pub(crate) fn complete_below(&self) -> u32 {
        // Looking ahead has seen two levels more than were built, and this is the level behind them.
        let seen = self.scope(ScopeId::TOP).level + 3;
        self.capped_at.map_or(seen, |level| seen.min(level)) as u32
    }

    /// Whether the memory is used up: then what is there is used, and nothing is added.
    pub(crate) fn is_full(&mut self) -> bool {
        if !self.full && self.effort.terms >= self.look_at {
            self.look_at = self.effort.terms + 10_000;
            let held = self.vals.memory() + self.scopes.iter().map(Scope::memory).sum::<usize>();
            self.full = held > self.max_memory;
        }
        self.full
    }
}
