//! Columns of terms with a function, put together from the column of its body.

use std::cmp::Ordering;

use super::Engine;
use super::scope::{Op, ScopeId};
use super::vals::{V, Vals};

impl Engine<'_> {
    /// Whether a component gives its function the position of elements, where the body uses it.
    pub(crate) fn with_position_is_fine(&self, op: Op, inside: ScopeId, body: u32) -> bool {
        let Op::Comp(component) = op else { return true };
        matches!(component.get().name, "map" | "filter" | "zip_with") || !self.uses_position(inside, body)
    }

    fn uses_position(&self, id: ScopeId, term: u32) -> bool {
        let scope = self.scope(id);
        let term = &scope.terms[term as usize];
        match term.op {
            Op::Param | Op::Const | Op::Outer => false,
            Op::Var => scope.kind == super::scope::Kind::Each && term.kids[0] == 1,
            Op::Field => self.uses_position(id, term.kids[0]),
            Op::Comp(component) if component.get().is_higher() => {
                // Functions within may use it as a term from outside.
                self.uses_position(id, term.kids[0]) || self.uses_outer_position(ScopeId(term.kids[1]), term.kids[2])
            }
            _ => self.children(id, term).iter().any(|kid| self.uses_position(id, *kid)),
        }
    }

    fn uses_outer_position(&self, inside: ScopeId, body: u32) -> bool {
        let scope = self.scope(inside);
        let term = &scope.terms[body as usize];
        match term.op {
            Op::Outer => self.uses_position(scope.parent, term.kids[0]),
            Op::Param | Op::Const | Op::Var => false,
            Op::Field => self.uses_outer_position(inside, term.kids[0]),
            _ => self.children(inside, term).iter().any(|kid| self.uses_outer_position(inside, *kid)),
        }
    }

    /// The column outside of a component over a list whose function has a body with a known column.
    pub(crate) fn higher_column(&mut self, op: Op, outside: ScopeId, base: u32, inside: ScopeId, body: u32) -> Vec<V> {
        let Op::Comp(component) = op else { return Vec::new() };
        let made = Made::of(component.get().name);
        let Engine { vals, scopes, .. } = self;
        let (outside, inside) = (&scopes[outside.0 as usize], &scopes[inside.0 as usize]);
        let (column, bases) = (inside.col(body), outside.col(base));
        let mut buffer = Vec::new();
        let cell = |row: usize| {
            let cells = &column[inside.starts[row] as usize..inside.starts[row + 1] as usize];
            let other_fails = || made == Made::Zipped && outside.col(inside.bases[1])[row].is_err();
            if bases[row].is_err() || other_fails() { V::ERR } else { made.cell(vals, bases[row], cells, &mut buffer) }
        };
        (0..outside.rows).map(cell).collect()
    }
}

/// What a component with a function makes of the function's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    Any,
    All,
    Mapped,
    Zipped,
    Filtered,
    Sorted,
    Greatest,
    Least,
    /// Nothing that follows from these values alone.
    Nothing,
}

impl Made {
    fn of(name: &str) -> Made {
        match name {
            "any" => Made::Any,
            "all" => Made::All,
            "map" => Made::Mapped,
            "zip_with" => Made::Zipped,
            "filter" => Made::Filtered,
            "sort_by" => Made::Sorted,
            "max_by" => Made::Greatest,
            "min_by" => Made::Least,
            _ => Made::Nothing,
        }
    }

    /// The value on one row, given the function's values.
    fn cell(self, vals: &mut Vals, list: V, cells: &[V], buffer: &mut Vec<V>) -> V {
        let best = |vals: &Vals, wanted: Ordering| {
            (0..cells.len())
                .reduce(|best, next| if vals.compare(cells[next], cells[best]) == wanted { next } else { best })
                .map_or(V::ERR, |i| vals.items(list)[i])
        };
        match self {
            Made::Any => first_decisive(cells, V::TRUE, V::FALSE),
            Made::All => first_decisive(cells, V::FALSE, V::TRUE),
            _ if cells.contains(&V::ERR) => V::ERR,
            Made::Mapped | Made::Zipped => vals.seq(cells),
            Made::Filtered => {
                buffer.clear();
                let kept = vals.items(list).iter().zip(cells).filter(|(_, keep)| keep.is_true());
                buffer.extend(kept.map(|(item, _)| *item));
                vals.seq(buffer)
            }
            Made::Sorted => {
                let mut order: Vec<usize> = (0..cells.len()).collect();
                order.sort_by(|x, y| vals.compare(cells[*x], cells[*y]));
                buffer.clear();
                buffer.extend(order.into_iter().map(|i| vals.items(list)[i]));
                vals.seq(buffer)
            }
            Made::Greatest => best(vals, Ordering::Greater),
            Made::Least => best(vals, Ordering::Less),
            Made::Nothing => V::ERR,
        }
    }
}

/// The first value that decides, or the answer where none does; an error before it is the answer.
fn first_decisive(cells: &[V], decides: V, otherwise: V) -> V {
    cells.iter().copied().find(|v| *v == decides || v.is_err()).unwrap_or(otherwise)
}
