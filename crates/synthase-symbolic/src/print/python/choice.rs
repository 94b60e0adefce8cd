//! Conditionals, and loops where a program ends in one.

use std::collections::HashSet;

use synthase_types::Value;

use super::Python;
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::print::template::{Text, binds};
use crate::ty::Ty;

/// The longest conditional that is written as an expression.
const SHORT: usize = 72;

/// The fewest cases for which a dictionary reads better than conditions.
const CASES: usize = 3;

/// A chain of comparisons of one expression with constants.
struct Cases {
    subject: NodeId,
    /// The constants with their results.
    pairs: Vec<(Value, Value)>,
    /// What remains.
    default: NodeId,
}

impl Python<'_> {
    /// `a if test else b`.
    pub(super) fn conditional(&mut self, kids: &[NodeId]) -> Printed<Text> {
        // What holds comes first.
        let (test, yes, no) = match self.opposite_of(kids[0]) {
            Some(test) => (test, kids[2], kids[1]),
            None => (self.truth(kids[0], binds::OR)?, kids[1], kids[2]),
        };
        let text = format!("{} if {test} else {}", self.at(yes, binds::OR)?, self.expr(no)?.text);
        Ok(Text::new(text, binds::LOOSE))
    }

    /// A conditional at the end of the program, where it is more than a chain of conditions.
    pub(super) fn choice(
        &mut self,
        at: NodeId,
        kids: &[NodeId],
        width: usize,
        chained: bool,
    ) -> Printed<Option<Vec<String>>> {
        if let Some(cases) = self.cases(at) {
            return self.dictionary(&cases, width).map(Some);
        }
        let nested = kids.iter().any(|kid| self.has_if(*kid));
        if nested || chained {
            return Ok(None);
        }
        let text = format!("return {}", self.conditional(kids)?.text);
        Ok((text.chars().count() <= SHORT.min(width)).then(|| vec![text]))
    }

    fn has_if(&self, below: NodeId) -> bool {
        self.program.reachable(below).into_iter().any(|at| self.program.apply(at, "if").is_some())
    }

    /// The chain of comparisons with constants that an expression is, if it is one.
    fn cases(&self, at: NodeId) -> Option<Cases> {
        let program = self.program;
        let constant = |at: NodeId| match program.node(at) {
            Node::Const(value) => Some(value.clone()),
            _ => None,
        };
        let (mut rest, mut subject, mut cases) = (at, None, Vec::new());
        let mut keys = HashSet::new();
        while let Some(kids) = program.apply(rest, "if") {
            let Some(eq) = program.apply(kids[0], "eq") else { break };
            let (of, key) = match (constant(eq[0]), constant(eq[1])) {
                (None, Some(key)) => (eq[0], key),
                (Some(key), None) => (eq[1], key),
                _ => break,
            };
            let Some(value) = constant(kids[1]) else { break };
            if *subject.get_or_insert(of) != of || !matches!(program.ty(of), Ty::Int | Ty::Str) {
                break;
            }
            if keys.insert(key.to_string()) {
                cases.push((key, value));
            }
            rest = kids[2];
        }
        // The default of a dictionary is evaluated in any case.
        let is_plain = program.is_total(rest) && program.size(rest) <= 3 && !self.has_if(rest);
        (cases.len() >= CASES && is_plain).then_some(Cases { subject: subject?, pairs: cases, default: rest })
    }

    fn dictionary(&mut self, cases: &Cases, width: usize) -> Printed<Vec<String>> {
        let (subject, default) = (self.expr(cases.subject)?.text, self.expr(cases.default)?.text);
        let pair =
            |(key, value): &(Value, Value)| Ok(format!("{}: {}", self.constant(key)?.text, self.constant(value)?.text));
        let pairs = cases.pairs.iter().map(pair).collect::<Printed<Vec<String>>>()?;
        let end = format!("}}.get({subject}, {default})");
        let line = format!("return {{{}{end}", pairs.join(", "));
        if line.chars().count() <= width {
            return Ok(vec![line]);
        }
        let mut lines = vec!["return {".to_owned()];
        lines.extend(pairs.iter().map(|pair| format!("    {pair},")));
        lines.push(end);
        Ok(lines)
    }

    /// A fold as a loop.
    pub(super) fn steps(&mut self, kids: &[NodeId]) -> Printed<Vec<String>> {
        let program = self.program;
        let (first, body) = self.lambda(kids[2])?;
        let list = self.iterable(kids[0])?;
        let start = self.expr(kids[1])?.text;
        let like = if program.uses_local(body, first + 1) { program.element_name(kids[0]) } else { "_".to_owned() };
        let has_chars = self.has_chars(kids[0]);
        let vars = [(first, "result".to_owned(), false), (first + 1, like, has_chars)];
        self.with_vars(&vars, |p, names| {
            let (result, element) = (&names[0], &names[1]);
            let step = match program.node(body) {
                Node::Apply(component, args) if *program.node(args[0]) == Node::Local(first) => {
                    let operator = match (component.get().name, program.ty(body)) {
                        ("add", _) => Some("+="),
                        ("sub", _) => Some("-="),
                        ("mul", Ty::Int) => Some("*="),
                        ("concat", Ty::Str) if program.parts(body).len() == 2 => Some("+="),
                        _ => None,
                    };
                    match operator {
                        Some(operator) => Some(format!("{result} {operator} {}", p.expr(args[1])?.text)),
                        None => None,
                    }
                }
                _ => None,
            };
            let step = match step {
                Some(step) => step,
                None => format!("{result} = {}", p.expr(body)?.text),
            };
            Ok(vec![
                format!("{result} = {start}"),
                format!("for {element} in {list}:"),
                format!("    {step}"),
                format!("return {result}"),
            ])
        })
    }
}
