//! Functions over lists as comprehensions.

use super::Python;
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::print::template::{Text, binds};
use crate::ty::Ty;

impl Python<'_> {
    /// Gives the variables of a function names, prints with them, and forgets them.
    pub(super) fn with_vars<T>(
        &mut self,
        vars: &[(u32, String, bool)],
        print: impl FnOnce(&mut Self, &[String]) -> Printed<T>,
    ) -> Printed<T> {
        let mut names = Vec::new();
        for (level, like, is_char) in vars {
            let name = if like == "_" { like.clone() } else { self.names.fresh(like) };
            self.locals.insert(*level, name.clone());
            if *is_char {
                self.chars.insert(*level);
            }
            names.push(name);
        }
        let out = print(self, &names);
        for ((level, ..), name) in vars.iter().zip(&names) {
            self.names.release(name);
            self.locals.remove(level);
            self.chars.remove(level);
        }
        out
    }

    pub(super) fn lambda(&self, at: NodeId) -> Printed<(u32, NodeId)> {
        match self.program.node(at) {
            Node::Lambda(first, _, body) => Ok((*first, *body)),
            _ => Err("a function that is none".to_owned()),
        }
    }

    pub(super) fn has_chars(&self, list: NodeId) -> bool {
        self.program.apply(list, "chars").is_some()
    }

    /// A list as what stands before and behind `for` in a comprehension, where it is made by one.
    pub(super) fn comprehension(&mut self, at: NodeId) -> Printed<Option<(String, String)>> {
        let program = self.program;
        let Node::Apply(component, kids) = program.node(at) else { return Ok(None) };
        match component.get().name {
            "map" => {
                let (first, body) = self.lambda(kids[1])?;
                let list = kids[0];
                if let Some(inner) = program.apply(list, "filter").filter(|_| !self.bound.contains_key(&list))
                    && !program.uses_local(body, first + 1)
                {
                    let inner = inner.to_vec();
                    let (test_first, test) = self.lambda(inner[1])?;
                    if !program.uses_local(test, test_first + 1) {
                        return self.mapped_and_filtered(&inner, first, body, test_first, test).map(Some);
                    }
                }
                self.clause(list, first, body, |element, clause| (element, clause)).map(Some)
            }
            "filter" => {
                let (first, body) = self.lambda(kids[1])?;
                let has_chars = self.has_chars(kids[0]);
                let like = program.element_name(kids[0]);
                let with_position = program.uses_local(body, first + 1);
                let over = self.iterable(kids[0])?;
                let vars = [(first, like, has_chars), (first + 1, "i".to_owned(), false)];
                let vars = &vars[..if with_position { 2 } else { 1 }];
                self.with_vars(vars, |p, names| {
                    let test = p.truth(body, binds::OR)?;
                    let clause = match names {
                        [x, i] => format!("for {i}, {x} in enumerate({over}) if {test}"),
                        _ => format!("for {} in {over} if {test}", names[0]),
                    };
                    Ok(Some((names[0].clone(), clause)))
                })
            }
            "zip_with" => {
                let (first, body) = self.lambda(kids[2])?;
                let (a, b) = (self.iterable(kids[0])?, self.iterable(kids[1])?);
                let like = |list: NodeId, other: &str| {
                    let name = program.element_name(list);
                    if name == "x" { other.to_owned() } else { name }
                };
                let mut names = [like(kids[0], "x"), like(kids[1], "y")];
                if names[0] == names[1] {
                    names = ["x".to_owned(), "y".to_owned()];
                }
                for (i, name) in names.iter_mut().enumerate() {
                    if !program.uses_local(body, first + i as u32) {
                        *name = "_".to_owned();
                    }
                }
                let chars = [self.has_chars(kids[0]), self.has_chars(kids[1])];
                let vars = [(first, names[0].clone(), chars[0]), (first + 1, names[1].clone(), chars[1])];
                self.with_vars(&vars, |p, names| {
                    let body = p.expr(body)?.text;
                    Ok(Some((body, format!("for {}, {} in zip({a}, {b})", names[0], names[1]))))
                })
            }
            "flatten" => self.flattened(kids[0]).map(Some),
            "chunks" => {
                let size = self.at(kids[1], binds::PRODUCT)?;
                let of = self.atom(kids[0])?;
                self.with_vars(&[(u32::MAX, "i".to_owned(), false)], |_, names| {
                    let i = &names[0];
                    Ok(Some((format!("{of}[{i}:{i} + {size}]"), format!("for {i} in range(0, len({of}), {size})"))))
                })
            }
            "runs" => {
                let of = self.iterable(kids[0])?;
                let is_text = *program.ty(kids[0]) == Ty::Str;
                self.with_vars(&[(u32::MAX, "run".to_owned(), false)], |_, names| {
                    let run = &names[0];
                    let group = if is_text { format!("\"\".join({run})") } else { format!("list({run})") };
                    Ok(Some((group, format!("for _, {run} in itertools.groupby({of})"))))
                })
            }
            _ => Ok(None),
        }
    }

    pub(super) fn mapped_and_filtered(
        &mut self,
        inner: &[NodeId],
        first: u32,
        body: NodeId,
        test_first: u32,
        test: NodeId,
    ) -> Printed<(String, String)> {
        let has_chars = self.has_chars(inner[0]);
        let like = self.program.element_name(inner[0]);
        let over = self.iterable(inner[0])?;
        self.with_vars(&[(first, like, has_chars)], |p, names| {
            // Both functions go through the same elements.
            p.locals.insert(test_first, names[0].clone());
            if has_chars {
                p.chars.insert(test_first);
            }
            let test = p.truth(test, binds::OR)?;
            let element = p.expr(body)?.text;
            Ok((element, format!("for {} in {over} if {test}", names[0])))
        })
    }

    /// The element and the clause of a function over a list.
    pub(super) fn clause<T>(
        &mut self,
        list: NodeId,
        first: u32,
        body: NodeId,
        make: impl FnOnce(String, String) -> T,
    ) -> Printed<T> {
        let with_position = self.program.uses_local(body, first + 1);
        let with_element = self.program.uses_local(body, first);
        if !with_position
            && let Some(kids) = self.program.apply(list, "runs").filter(|_| !self.bound.contains_key(&list))
        {
            let (keys, others) = self.run_uses(body, first);
            if others <= 1 && keys + others > 0 {
                return self.grouped(kids[0], first, body, (keys > 0, others > 0), make);
            }
        }
        let has_chars = self.has_chars(list);
        let like = if with_element { self.program.element_name(list) } else { "_".to_owned() };
        let over = self.iterable(list)?;
        let mut vars = Vec::new();
        if with_element {
            vars.push((first, like, has_chars));
        }
        if with_position {
            vars.push((first + 1, "i".to_owned(), false));
        }
        self.with_vars(&vars, |p, names| {
            let element = p.expr(body)?.text;
            let clause = match (with_element, with_position) {
                (true, true) => format!("for {}, {} in enumerate({over})", names[1], names[0]),
                (false, true) => {
                    let length = format!("len({})", p.expr(list)?.text);
                    format!("for {} in range({length})", names[0])
                }
                (true, false) => format!("for {} in {over}", names[0]),
                (false, false) => format!("for _ in {over}"),
            };
            Ok(make(element, clause))
        })
    }

    /// All elements of all lists of a list.
    pub(super) fn flattened(&mut self, lists: NodeId) -> Printed<(String, String)> {
        let program = self.program;
        let free = !self.bound.contains_key(&lists);
        if let Some(kids) = program.apply(lists, "map").filter(|_| free) {
            let (first, body) = self.lambda(kids[1])?;
            let is_loose = self.is_loose(kids[1]);
            return self.with_inner(kids[0], first, body, is_loose);
        }
        if let Some(kids) = program.apply(lists, "zip_with").filter(|_| free) {
            let (first, body) = self.lambda(kids[2])?;
            let single = |part: NodeId| program.apply(part, "single").map(|kids| program.node(kids[0]).clone());
            let parts: Vec<_> = program.parts(body).into_iter().map(single).collect();
            if parts == [Some(Node::Local(first)), Some(Node::Local(first + 1))] {
                let over = format!("zip({}, {})", self.iterable(kids[0])?, self.iterable(kids[1])?);
                let vars = [(u32::MAX, "pair".to_owned(), false), (u32::MAX - 1, "x".to_owned(), false)];
                return self.with_vars(&vars, |_, names| {
                    let (pair, x) = (&names[0], &names[1]);
                    Ok((x.clone(), format!("for {pair} in {over} for {x} in {pair}")))
                });
            }
        }
        if free && let Some((inner, clause)) = self.comprehension(lists)? {
            let element = self.names.fresh("x");
            self.names.release(&element);
            let is_loose = program.apply(lists, "zip_with").is_some_and(|kids| self.is_loose(kids[2]));
            let inner = if is_loose { format!("({inner})") } else { inner };
            return Ok((element.clone(), format!("{clause} for {element} in {inner}")));
        }
        let over = self.iterable(lists)?;
        let vars = [(u32::MAX, "row".to_owned(), false), (u32::MAX - 1, "x".to_owned(), false)];
        self.with_vars(&vars, |_, names| {
            let (row, x) = (&names[0], &names[1]);
            Ok((x.clone(), format!("for {row} in {over} for {x} in {row}")))
        })
    }

    /// Whether a function answers with a conditional.
    fn is_loose(&self, lambda: NodeId) -> bool {
        matches!(self.program.node(lambda), Node::Lambda(_, _, body) if self.program.apply(*body, "if").is_some())
    }

    /// The elements of the lists that a function answers with.
    fn with_inner(&mut self, list: NodeId, first: u32, body: NodeId, is_loose: bool) -> Printed<(String, String)> {
        let element = self.names.fresh("x");
        let made = self.clause(list, first, body, |inner, clause| {
            let inner = if is_loose { format!("({inner})") } else { inner };
            (element.clone(), format!("{clause} for {element} in {inner}"))
        });
        self.names.release(&element);
        made
    }

    /// The number of elements for which something holds.
    fn number_of(&mut self, of: NodeId) -> Printed<Option<Text>> {
        let program = self.program;
        let Some(kids) = program.apply(of, "filter").filter(|_| !self.bound.contains_key(&of)).map(<[NodeId]>::to_vec)
        else {
            return Ok(None);
        };
        let (first, body) = self.lambda(kids[1])?;
        let text = self.clause(kids[0], first, body, |test, clause| format!("sum({test} {clause})"))?;
        Ok(Some(Text::new(text, binds::CALL)))
    }

    /// The number of elements of a list.
    pub(super) fn length(&mut self, of: NodeId) -> Printed<Option<Text>> {
        if let Some(list) = self.distinct(of) {
            return Ok(Some(Text::new(format!("len({})", self.set(list)?), binds::CALL)));
        }
        self.number_of(of)
    }
}
