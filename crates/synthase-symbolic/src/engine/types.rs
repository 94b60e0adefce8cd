//! The types that terms of one search may have, as small ids.

use crate::component::{Component, Pat};
use crate::ty::Ty;

/// The id of a type in a [`Types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TyId(pub(crate) u8);

impl TyId {
    pub(crate) const BOOL: TyId = TyId(0);
    pub(crate) const INT: TyId = TyId(1);
    pub(crate) const FLOAT: TyId = TyId(2);
    pub(crate) const STR: TyId = TyId(3);
    pub(crate) const DATE: TyId = TyId(4);
}

/// The types of one search. The five plain types always have their ids; whether terms of them are
/// built is another question.
#[derive(Default)]
pub(crate) struct Types {
    all: Vec<Ty>,
    used: Vec<bool>,
    /// The element of each type, where that is a list whose elements terms may have.
    elements: Vec<Option<TyId>>,
}

/// The most types one search works with; signatures of everyday tasks reach fewer than ten.
const MAX_TYPES: usize = 24;

impl Types {
    /// The types that a task over these parameters and this result reaches: their parts, and what
    /// components make of them.
    pub(crate) fn reachable(params: &[Ty], result: &Ty, dates_in_texts: bool) -> Types {
        let all = vec![Ty::Bool, Ty::Int, Ty::Float, Ty::Str, Ty::Date];
        let mut types = Types { all, used: vec![false; 5], elements: Vec::new() };
        types.used[0] = true;
        types.used[1] = true;
        for ty in params.iter().chain([result]).filter(|ty| **ty != Ty::list(Ty::Bool)) {
            types.add_with_parts(ty);
        }
        // The digits of a number are a text.
        if params.contains(&Ty::Int) && !params.iter().chain([result]).any(|ty| matches!(ty, Ty::List(_))) {
            types.add(Ty::Str);
        }
        if types.used[3] {
            types.add(Ty::list(Ty::Str));
        }
        if types.used[3] && dates_in_texts {
            types.add(Ty::Date);
        }
        // Lengths, positions and sums of lists of anything.
        if types.all[5..].iter().any(|ty| matches!(ty, Ty::List(_))) {
            types.add(Ty::list(Ty::Int));
        }
        // Truth values side by side are asked about, never searched over.
        types.all.push(Ty::list(Ty::Bool));
        types.used.push(params.contains(&Ty::list(Ty::Bool)) || *result == Ty::list(Ty::Bool));
        // Parts of parts: chunks, runs, and lists put together from pieces.
        if let Ty::List(of) = result {
            types.add(Ty::list(Ty::list((**of).clone())));
        }
        for ty in params {
            if let Ty::List(of) = ty
                && !matches!(**of, Ty::List(_))
            {
                types.add(Ty::list(ty.clone()));
            }
        }
        let element = |ty: &Ty| if let Ty::List(of) = ty { types.id(of) } else { None };
        types.elements = types.all.iter().map(element).collect();
        types
    }

    fn add_with_parts(&mut self, ty: &Ty) {
        self.add(ty.clone());
        match ty {
            Ty::List(of) => self.add_with_parts(of),
            Ty::Tuple(items) => items.iter().for_each(|item| self.add_with_parts(item)),
            _ => {}
        }
    }

    fn add(&mut self, ty: Ty) {
        match self.all.iter().position(|t| *t == ty) {
            Some(at) => self.used[at] = true,
            None if self.all.len() < MAX_TYPES => {
                self.all.push(ty);
                self.used.push(true);
            }
            None => {}
        }
    }

    /// The type behind an id.
    pub(crate) fn get(&self, id: TyId) -> &Ty {
        &self.all[id.0 as usize]
    }

    /// The id of a type that terms may have.
    pub(crate) fn id(&self, ty: &Ty) -> Option<TyId> {
        let at = self.all.iter().position(|t| t == ty)?;
        self.used[at].then_some(TyId(at as u8))
    }

    /// The id of the type of a parameter or the result.
    pub(crate) fn known(&self, ty: &Ty) -> TyId {
        let at = self.all.iter().position(|t| t == ty).expect("the types of the task are known");
        TyId(at as u8)
    }

    /// The id of the list of a type, if terms may have it.
    pub(crate) fn list_of(&self, of: TyId) -> Option<TyId> {
        self.id(&Ty::list(self.get(of).clone()))
    }

    /// The id of the list of a type, whether or not the search builds terms of it.
    pub(crate) fn known_list_of(&self, of: TyId) -> Option<TyId> {
        let list = Ty::list(self.get(of).clone());
        self.all.iter().position(|ty| *ty == list).map(|i| TyId(i as u8))
    }

    /// The id of the type of a list's elements.
    pub(crate) fn element(&self, list: TyId) -> Option<TyId> {
        self.elements[list.0 as usize]
    }

    /// How many ids there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The ids of types that terms may have.
    pub(crate) fn used(&self) -> impl Iterator<Item = TyId> {
        (0..self.all.len()).filter(|i| self.used[*i]).map(|i| TyId(i as u8))
    }

    /// Every way to give a signature concrete types that terms may have: the argument types, then
    /// the result's. For a function, the type of its result stands in its place.
    pub(crate) fn instances(&self, args: &[Pat], result: Pat) -> Vec<(Vec<TyId>, TyId)> {
        let mut found = Vec::new();
        self.bind(args, result, &mut Vec::new(), &Binding::default(), &mut found);
        found
    }

    fn bind(
        &self,
        args: &[Pat],
        result: Pat,
        chosen: &mut Vec<TyId>,
        binding: &Binding,
        found: &mut Vec<(Vec<TyId>, TyId)>,
    ) {
        let Some((first, rest)) = args.split_first() else {
            if let Some(result) = binding.concrete(result).and_then(|ty| self.id(&ty)) {
                found.push((chosen.clone(), result));
            }
            return;
        };
        let pat = if let Pat::Fn(_, body) = first { body } else { first };
        for id in self.used() {
            let mut binding = binding.clone();
            if binding.unify(*pat, self.get(id)) {
                chosen.push(id);
                self.bind(rest, result, chosen, &binding, found);
                chosen.pop();
            }
        }
    }
}

/// What the variables of a signature stand for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Binding {
    bound: Vec<(Pat, Ty)>,
}

impl Binding {
    /// Whether a type fits a pattern under what is bound so far; binds what the pattern names.
    pub(crate) fn unify(&mut self, pat: Pat, ty: &Ty) -> bool {
        match (pat, ty) {
            (Pat::Bool, Ty::Bool)
            | (Pat::Int, Ty::Int)
            | (Pat::Float, Ty::Float)
            | (Pat::Str, Ty::Str)
            | (Pat::Date, Ty::Date) => true,
            (Pat::A | Pat::B | Pat::C, _) => self.variable(pat, ty),
            (Pat::Num, Ty::Int | Ty::Float) => self.variable(pat, ty),
            (Pat::Ord, ty) if ty.is_ordered() => self.variable(pat, ty),
            (Pat::Seq, Ty::Str | Ty::List(_)) => self.variable(pat, ty),
            (Pat::Item, ty) => match self.get(Pat::Seq) {
                Some(seq) => seq.item().as_ref() == Some(ty),
                None => false,
            },
            (Pat::List(of), Ty::List(ty)) => self.unify(*of, ty),
            _ => false,
        }
    }

    fn variable(&mut self, pat: Pat, ty: &Ty) -> bool {
        match self.get(pat) {
            Some(bound) => bound == ty,
            None => {
                self.bound.push((pat, ty.clone()));
                true
            }
        }
    }

    fn get(&self, pat: Pat) -> Option<&Ty> {
        self.bound.iter().find(|(p, _)| *p == pat).map(|(_, ty)| ty)
    }

    /// The type a pattern stands for, if all it names is bound.
    pub(crate) fn concrete(&self, pat: Pat) -> Option<Ty> {
        Some(match pat {
            Pat::Bool => Ty::Bool,
            Pat::Int => Ty::Int,
            Pat::Float => Ty::Float,
            Pat::Str => Ty::Str,
            Pat::Date => Ty::Date,
            Pat::A | Pat::B | Pat::C | Pat::Num | Pat::Ord | Pat::Seq => self.get(pat)?.clone(),
            Pat::Item => self.get(Pat::Seq)?.item()?,
            Pat::List(of) => Ty::list(self.concrete(*of)?),
            Pat::Fn(..) => return None,
        })
    }
}

/// The concrete types of a component in a search.
pub(crate) fn instances(types: &Types, component: &Component) -> Vec<(Vec<TyId>, TyId)> {
    types.instances(component.args, component.result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::id;

    #[test]
    fn signatures_take_the_types_of_the_task() {
        let types = Types::reachable(&[Ty::Str], &Ty::Str, false);
        let show = |name: &str| -> Vec<String> {
            let found = instances(&types, id(name).get());
            found
                .iter()
                .map(|(args, result)| {
                    let args: Vec<String> = args.iter().map(|a| types.get(*a).to_string()).collect();
                    format!("{} -> {}", args.join(" "), types.get(*result))
                })
                .collect()
        };
        assert_eq!(show("at"), ["str int -> str", "list[str] int -> str", "list[int] int -> int"]);
        assert_eq!(show("contains"), ["str str -> bool", "list[str] str -> bool", "list[int] int -> bool"]);
        assert_eq!(show("year"), Vec::<String>::new());
        assert_eq!(show("map").len(), 4);
    }
}
