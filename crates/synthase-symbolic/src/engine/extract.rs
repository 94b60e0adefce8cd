//! From terms to programs.

use synthase_types::Signature;

use super::Engine;
use super::idiom::IDIOMS;
use super::scope::{Kind, NONE, Op, ScopeId};
use super::vals::V;
use crate::component::Pat;
use crate::core::Program;
use crate::core::expr::{Builder, NodeId};
use crate::ty::Ty;

impl Engine<'_> {
    /// The program that a term of the outermost scope is, and how much cheaper it is than the term: what
    /// makes no difference is left out.
    pub(crate) fn program(&self, signature: &Signature, term: u32) -> Option<(Program, u32)> {
        let params = signature.params.iter().map(|param| Ty::of(&param.ty)).collect::<Result<_, _>>().ok()?;
        let mut extraction = Extraction { engine: self, builder: Builder::new(params), bound: Vec::new(), saved: 0 };
        let root = extraction.node(ScopeId::TOP, term)?;
        let program = extraction.builder.finish(signature.clone(), root).ok()?;
        Some((program, extraction.saved))
    }
}

/// What a truth value costs.
const TRUTH: u32 = 3;

struct Extraction<'a, 'b> {
    engine: &'a Engine<'b>,
    builder: Builder,
    /// The scopes whose functions stand around the node, with the level of their first variable.
    bound: Vec<(ScopeId, u32)>,
    /// The cost of what was left out.
    saved: u32,
}

impl Extraction<'_, '_> {
    fn node(&mut self, id: ScopeId, place: u32) -> Option<NodeId> {
        let engine = self.engine;
        let scope = engine.scope(id);
        let term = scope.terms[place as usize];
        let ty = || engine.types.get(term.ty).clone();
        Some(match term.op {
            Op::Param => self.builder.param(term.kids[0]),
            Op::Var => {
                let (_, first) = self.bound.iter().find(|(scope, _)| *scope == id)?;
                self.builder.local(first + term.kids[0], ty())
            }
            Op::Outer => self.node(scope.parent, term.kids[0])?,
            Op::Const => self.builder.constant(engine.vals.value(V::from_raw(term.kids[0]), &ty()), ty()),
            Op::Field => {
                let of = self.node(id, term.kids[0])?;
                self.builder.field(of, term.kids[1])?
            }
            Op::Tuple => {
                let kids = self.nodes(id, term.kids.iter().copied().filter(|kid| *kid != NONE))?;
                self.builder.tuple(kids)
            }
            Op::Idiom(i) => {
                let idiom = &IDIOMS[i as usize];
                let kids = self.nodes(id, term.kids[..idiom.args.len()].iter().copied())?;
                (idiom.expand)(&mut self.builder, &kids)
            }
            Op::Comp(component) if component.get().is_higher() => {
                let inside = ScopeId(term.kids[1]);
                let mut args = vec![self.node(id, term.kids[0])?];
                if matches!(engine.scope(inside).kind, Kind::Pairs | Kind::Steps | Kind::Folds) {
                    args.push(self.node(id, engine.scope(inside).bases[1])?);
                }
                let Some(Pat::Fn(vars, _)) = component.get().args.last() else { return None };
                let vars = vars.len() as u32;
                self.bound.push((inside, self.builder.depth));
                self.builder.depth += vars;
                let body = self.node(inside, term.kids[2]);
                self.builder.depth -= vars;
                self.bound.pop();
                args.push(self.builder.lambda(vars, body?));
                self.builder.apply(component, &args)?
            }
            Op::Comp(component) => {
                let places = &term.kids[..component.get().args.len()];
                let before = self.saved;
                let mut kids = Vec::new();
                let mut costs = Vec::new();
                for place in places {
                    let saved = self.saved;
                    kids.push(self.node(id, *place)?);
                    costs.push(u32::from(scope.terms[*place as usize].cost).saturating_sub(self.saved - saved));
                }
                let (node, cost) = match (component.get().name, kids.as_slice()) {
                    ("if", [condition, then, other]) => match self.builder.const_bool(*condition) {
                        Some(true) => (*then, costs[1]),
                        Some(false) => (*other, costs[2]),
                        None if then == other => (*then, costs[1].min(costs[2])),
                        None => return self.builder.apply(component, &kids),
                    },
                    ("and" | "or" | "max" | "min", [a, b]) if a == b => (*a, costs[0]),
                    ("eq" | "le", [a, b]) if a == b => (self.builder.constant(true.into(), Ty::Bool), TRUTH),
                    ("lt", [a, b]) if a == b => (self.builder.constant(false.into(), Ty::Bool), TRUTH),
                    _ => return self.builder.apply(component, &kids),
                };
                // What was saved in parts that are left out counts with them.
                self.saved = before;
                self.saved += u32::from(term.cost).saturating_sub(cost);
                node
            }
        })
    }

    fn nodes(&mut self, id: ScopeId, places: impl Iterator<Item = u32>) -> Option<Vec<NodeId>> {
        places.map(|place| self.node(id, place)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Given;
    use crate::engine::deduce::Hit;
    use crate::engine::effort::Effort;
    use crate::engine::types::{TyId, Types};
    use crate::engine::vals::Vals;

    #[test]
    fn what_makes_no_difference_is_left_out() {
        let signature: Signature = "f(x: int) -> int".parse().expect("a signature");
        let (mut vals, types) = (Vals::new(), Types::reachable(&[Ty::Int], &Ty::Int, false));
        let column = vec![vals.int(3), vals.int(5)];
        let given = Given { params: vec![(TyId::INT, column)], rows: 2, examples: 2, constants: Vec::new() };
        let cancelled = &mut || false;
        let mut engine = Engine::new(vals, types, given, Effort::new(None, cancelled), usize::MAX);
        engine.grow(ScopeId::TOP, 2);
        let x = engine.scope(ScopeId::TOP).banks[TyId::INT.0 as usize].at(2)[0];
        let mut call = |name: &str, kids: &[u32], ty| engine.call(ScopeId::TOP, name, kids, ty).expect("a term");
        let (twice, again) = (call("add", &[x, x], TyId::INT), call("add", &[x, x], TyId::INT));
        let condition = call("lt", &[twice.term, x], TyId::BOOL);
        let choice = call("if", &[condition.term, twice.term, again.term], TyId::INT);
        let always = call("eq", &[x, x], TyId::BOOL);
        let first = call("if", &[always.term, x, choice.term], TyId::INT);
        let shown = |hit: Hit| {
            let (program, saved) = engine.program(&signature, hit.term).expect("a program");
            (program.to_string(), hit.cost - saved)
        };
        assert_eq!(shown(choice), ("f(x: int) -> int = add(x, x)".to_owned(), twice.cost));
        assert_eq!(shown(first), ("f(x: int) -> int = x".to_owned(), 2));
    }
}
