//! Statements: conditionals with their branches, long expressions on several lines.
//!
//! An expression that stands in several places, or is too long, gets a line and a name of its own.
//! It may only if it would be evaluated anyway, or cannot fail: the core language looks at branches
//! only when it needs them.

use std::collections::HashMap;

use super::Printed;
use super::names::Names;
use crate::core::Program;
use crate::core::expr::{Node, NodeId};
use crate::ty::Ty;

/// The longest line, as far as it can be helped.
const WIDTH: usize = 92;

/// How long the longest line of a text is.
fn width(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

/// What statements need of a language.
pub(super) trait Lines {
    /// The program.
    fn program(&self) -> &Program;

    fn names(&mut self) -> &mut Names;

    /// The names that expressions have been given.
    fn bound(&mut self) -> &mut HashMap<NodeId, String>;

    /// The expression as a result.
    fn result(&mut self, at: NodeId) -> Printed<String>;

    /// The expression as a condition.
    fn condition(&mut self, at: NodeId) -> Printed<String>;

    /// A line that gives an expression a name; without the indentation. It may note more about it.
    fn binding(&mut self, at: NodeId, name: &str) -> Printed<String>;

    /// The lines of a conditional: how each begins, given the condition (none for the last), and how
    /// the whole ends.
    fn branch(&self, condition: Option<&str>, first: bool) -> String;

    /// The line that ends a conditional, if there is one.
    fn end(&self) -> Option<&'static str>;

    /// The line that answers with an expression.
    fn answer(&self, text: &str) -> String;

    /// Whether a branch ends with the answer, so that what follows needs no `else`.
    fn answers_early(&self) -> bool {
        false
    }

    /// Whether the first argument of a component stands in its text more than once.
    fn repeats(&self, _component: &str) -> bool {
        false
    }

    /// Whether an expression is written as statements rather than inside of another.
    fn needs_line(&self, _at: NodeId) -> bool {
        false
    }

    /// Whether an expression that stands once may have a line of its own to make others shorter.
    fn may_divide(&mut self, _at: NodeId) -> bool {
        true
    }

    /// The lines of an expression that the language has a form of its own for, given how wide they
    /// may be, and whether it follows a condition that did not hold.
    fn form(&mut self, _at: NodeId, _width: usize, _chained: bool) -> Printed<Option<Vec<String>>> {
        Ok(None)
    }

    /// Whether an expression is written alike by itself and inside of others, so that the text shows
    /// where it stands.
    fn shows_parts(&self) -> bool {
        false
    }
}

/// The lines of an expression whose value is the answer.
pub(super) fn block(lines: &mut dyn Lines, at: NodeId, indent: usize, out: &mut Vec<String>) -> Printed<()> {
    answer(lines, at, indent, false, out)
}

fn answer(lines: &mut dyn Lines, at: NodeId, indent: usize, chained: bool, out: &mut Vec<String>) -> Printed<()> {
    let pad = "    ".repeat(indent);
    let before: Vec<NodeId> = lines.bound().keys().copied().collect();
    let mut named: Vec<(NodeId, String)> = Vec::new();
    while let Some(node) = statement(lines, at) {
        bind(lines, node, &pad, &mut named, out)?;
    }
    // What stands in several places comes first, parts before the whole.
    while let Some(node) = repeated(lines, at) {
        bind(lines, node, &pad, &mut named, out)?;
    }
    if let Some(form) = lines.form(at, WIDTH - indent * 4, chained)? {
        out.extend(form.iter().map(|line| format!("{pad}{line}")));
    } else if let Some(kids) = lines.program().apply(at, "if").map(<[NodeId]>::to_vec) {
        conditional(lines, &kids, indent, out)?;
    } else {
        let mut text = lines.result(at)?;
        while indent * 4 + width(&lines.answer(&text)) > WIDTH {
            let Some(node) = divisible(lines, at, text.chars().count())? else { break };
            bind(lines, node, &pad, &mut named, out)?;
            text = lines.result(at)?;
        }
        out.push(pad + &lines.answer(&text));
    }
    lines.bound().retain(|node, _| before.contains(node));
    for (_, name) in named {
        lines.names().release(&name);
    }
    Ok(())
}

fn bind(
    lines: &mut dyn Lines,
    node: NodeId,
    pad: &str,
    named: &mut Vec<(NodeId, String)>,
    out: &mut Vec<String>,
) -> Printed<()> {
    let like = lines.program().part_name(node);
    let name = lines.names().fresh(&like);
    let mut line = lines.binding(node, &name)?;
    while pad.len() + width(&line) > WIDTH {
        let Some(part) = divisible(lines, node, line.chars().count())? else { break };
        bind(lines, part, pad, named, out)?;
        line = lines.binding(node, &name)?;
    }
    out.push(format!("{pad}{line}"));
    lines.bound().insert(node, name.clone());
    named.push((node, name));
    Ok(())
}

fn conditional(lines: &mut dyn Lines, kids: &[NodeId], indent: usize, out: &mut Vec<String>) -> Printed<()> {
    let pad = "    ".repeat(indent);
    let mut kids = kids.to_vec();
    let mut first = true;
    loop {
        let condition = lines.condition(kids[0])?;
        out.push(format!("{pad}{}", lines.branch(Some(&condition), first)));
        block(lines, kids[1], indent + 1, out)?;
        if lines.answers_early() {
            return answer(lines, kids[2], indent, true, out);
        }
        first = false;
        match lines.program().apply(kids[2], "if").map(<[NodeId]>::to_vec) {
            Some(next) => kids = next,
            None => break,
        }
    }
    out.push(format!("{pad}{}", lines.branch(None, false)));
    block(lines, kids[2], indent + 1, out)?;
    if let Some(end) = lines.end() {
        out.push(format!("{pad}{end}"));
    }
    Ok(())
}

/// Whether an expression may have a line of its own at all.
fn can_be_named(program: &Program, at: NodeId) -> bool {
    const NEVER: &[&str] = &["and", "chars", "eq", "float", "if", "le", "lt", "neg", "not", "or", "range", "single"];
    let is_worth = match program.node(at) {
        Node::Apply(component, kids) => {
            let is_length = component.get().name == "len" && matches!(program.node(kids[0]), Node::Param(_));
            // A constant of its own needs no name.
            let is_open = || program.reachable(at).iter().any(|kid| matches!(program.node(*kid), Node::Param(_)));
            !is_length && !NEVER.contains(&component.get().name) && is_open()
        }
        _ => false,
    };
    is_worth && program.is_closed(at)
}

/// The expressions below one that have no name yet, parts before the whole: each with how often it
/// is written there, and whether it would be evaluated anyway.
fn places(lines: &mut dyn Lines, at: NodeId) -> Vec<(NodeId, usize, bool)> {
    let bound = lines.bound().clone();
    let program = lines.program();
    let mut found: HashMap<NodeId, (usize, bool)> = HashMap::from([(at, (1, true))]);
    let mut order = Vec::new();
    for node in program.reachable(at).into_iter().rev() {
        let Some(&(count, certain)) = found.get(&node) else { continue };
        order.push(node);
        if bound.contains_key(&node) {
            continue;
        }
        let component = match program.node(node) {
            Node::Apply(component, _) => Some(component.get()),
            _ => None,
        };
        // What cannot have a name is written out each time, and its parts with it.
        let times = if can_be_named(program, node) { 1 } else { count };
        let lazy = component.is_some_and(crate::component::Component::is_lazy);
        for (i, kid) in program.children(node).into_iter().enumerate() {
            let certain = certain && !(lazy && i > 0) && !matches!(program.node(kid), Node::Lambda(..));
            let entry = found.entry(kid).or_insert((0, false));
            let twice = i == 0 && component.is_some_and(|component| lines.repeats(component.name));
            entry.0 += if twice { 2 * times } else { times };
            entry.1 |= certain;
        }
    }
    order.reverse();
    order.retain(|node| *node != at && !bound.contains_key(node));
    order.into_iter().map(|node| (node, found[&node].0, found[&node].1)).collect()
}

/// The smallest expression that is written as statements and may be evaluated before.
fn statement(lines: &mut dyn Lines, at: NodeId) -> Option<NodeId> {
    if lines.bound().contains_key(&at) {
        return None;
    }
    let mut places = places(lines, at);
    places.push((at, 1, true));
    let program = lines.program();
    places
        .into_iter()
        .filter(|(node, _, certain)| {
            lines.needs_line(*node) && program.is_closed(*node) && (*certain || program.is_total(*node))
        })
        .map(|(node, ..)| node)
        .min_by_key(|node| (program.size(*node), *node))
}

/// The first expression that stands in several places and may be evaluated before.
fn repeated(lines: &mut dyn Lines, at: NodeId) -> Option<NodeId> {
    let mut places = places(lines, at);
    let program = lines.program();
    places.retain(|(node, count, certain)| {
        *count > 1
            && can_be_named(program, *node)
            && (*certain || program.is_total(*node))
            && (program.size(*node) > 2 || ["sort", "reverse"].iter().any(|name| program.apply(*node, name).is_some()))
    });
    places.into_iter().map(|(node, ..)| node).find(|node| stands(lines, *node, at) > 1)
}

/// How often an expression stands in the text of another, as far as the text shows it.
fn stands(lines: &mut dyn Lines, part: NodeId, at: NodeId) -> usize {
    if !lines.shows_parts() {
        return usize::MAX;
    }
    match (lines.result(part), lines.result(at)) {
        (Ok(part), Ok(whole)) => whole.matches(&part).count(),
        _ => 0,
    }
}

/// The expression whose line of its own best divides one that is too long.
fn divisible(lines: &mut dyn Lines, at: NodeId, length: usize) -> Printed<Option<NodeId>> {
    let places = places(lines, at);
    let program = lines.program();
    let mut candidates: Vec<NodeId> = places
        .into_iter()
        .filter(|(node, _, certain)| can_be_named(program, *node) && (*certain || program.is_total(*node)))
        .map(|(node, ..)| node)
        .collect();
    // A part of a concatenation that is one itself would be an arbitrary end of it.
    for node in program.reachable(at) {
        for kid in program.apply(node, "concat").unwrap_or_default() {
            candidates.retain(|candidate| candidate != kid || program.apply(*kid, "concat").is_none());
        }
    }
    candidates.sort();
    let mut best: Option<(usize, NodeId)> = None;
    for node in candidates {
        if !lines.may_divide(node) {
            continue;
        }
        let part = lines.result(node)?.chars().count();
        if part < 12 || stands(lines, node, at) == 0 {
            continue;
        }
        // Lists are the natural joints of a program.
        let joint = if matches!(lines.program().ty(node), Ty::List(_)) { 12 } else { 0 };
        let uneven = (length.saturating_sub(part)).max(part).saturating_sub(joint);
        if best.is_none_or(|(least, _)| uneven < least) {
            best = Some((uneven, node));
        }
    }
    Ok(best.map(|(_, node)| node))
}
