//! Texts put together: f-strings where they read better than sums.

use synthase_lang::python::string_literal;

use super::Python;
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::print::template::{Text, binds};

/// The longest expression in the braces of an f-string.
const SLOT: usize = 48;

/// A part of a concatenation.
enum Part {
    /// A text.
    Text(String),
    /// An expression, with how it is to be formatted.
    Slot(String, String),
}

impl Python<'_> {
    /// A concatenation.
    pub(super) fn joined(&mut self, at: NodeId) -> Printed<Text> {
        let nodes: Vec<NodeId> = self.program.parts_unless(at, &|part| self.bound.contains_key(&part));
        let mut parts = Vec::new();
        let mut formats = false;
        for node in &nodes {
            parts.push(match (self.program.const_str(*node), self.formatted(*node)?) {
                (Some(text), _) => Part::Text(text.to_owned()),
                (None, Some((text, spec))) => {
                    formats = true;
                    Part::Slot(text, spec)
                }
                (None, None) => Part::Slot(self.expr(*node)?.text, String::new()),
            });
        }
        let has_text = parts.iter().any(|part| matches!(part, Part::Text(_)));
        let reads_better = formats || (has_text && parts.len() > 2);
        if let Some(text) = f_string(&parts).filter(|_| reads_better) {
            return Ok(Text::new(text, binds::ATOM));
        }
        let mut terms = Vec::new();
        for node in &nodes {
            terms.push(self.at(*node, binds::PRODUCT)?);
        }
        Ok(Text::new(terms.join(" + "), binds::SUM))
    }

    /// A number or text that is formatted, by itself.
    pub(super) fn written(&mut self, at: NodeId) -> Printed<Option<Text>> {
        let Some((text, spec)) = self.formatted(at)? else { return Ok(None) };
        // By itself, a method says better how a text is filled up.
        if spec.is_empty() || spec.contains(['<', '>']) {
            return Ok(None);
        }
        if let Some(text) = f_string(&[Part::Slot(text.clone(), spec.clone())]) {
            return Ok(Some(Text::new(text, binds::ATOM)));
        }
        if let Some(decimals) = spec.strip_prefix(".{").and_then(|rest| rest.strip_suffix("}f")) {
            return Ok(Some(Text::new(format!("\"%.*f\" % ({decimals}, {text})"), binds::PRODUCT)));
        }
        Ok(Some(Text::new(format!("format({text}, \"{spec}\")"), binds::CALL)))
    }

    /// What stands in braces for a number written out, or a text filled up: expression and format.
    fn formatted(&mut self, at: NodeId) -> Printed<Option<(String, String)>> {
        let program = self.program;
        let Node::Apply(component, kids) = program.node(at) else { return Ok(None) };
        if self.bound.contains_key(&at) {
            return Ok(None);
        }
        Ok(match component.get().name {
            "text" => Some((self.expr(kids[0])?.text, String::new())),
            "iso" => Some((self.expr(kids[0])?.text, String::new())),
            "fixed" => {
                let decimals = match program.const_int(kids[1]) {
                    Some(n) => n.to_string(),
                    None => format!("{{{}}}", self.expr(kids[1])?.text),
                };
                Some((self.loosely(kids[0])?.text, format!(".{decimals}f")))
            }
            "to_base" => {
                let base = match program.const_int(kids[1]) {
                    Some(2) => "b",
                    Some(8) => "o",
                    Some(16) => "x",
                    _ => return Err("a base that is not known in advance".to_owned()),
                };
                Some((self.expr(kids[0])?.text, base.to_owned()))
            }
            "pad_left" => {
                let free = |at: &NodeId| !self.bound.contains_key(at);
                let number = program.apply(kids[0], "text").filter(|_| free(&kids[0])).map(|inner| (inner[0], "d"));
                let based = program.apply(kids[0], "to_base").filter(|_| free(&kids[0])).and_then(|inner| {
                    let base = [(2, "b"), (8, "o"), (16, "x")];
                    let letter = base.iter().find(|(base, _)| program.const_int(inner[1]) == Some(*base))?.1;
                    Some((inner[0], letter))
                });
                let width = program.const_int(kids[1]).filter(|n| (1..=99).contains(n));
                match (number.or(based), width, program.const_str(kids[2])) {
                    (Some((n, letter)), Some(width), Some("0")) if program.is_natural(n) => {
                        let letter = if letter == "d" { "" } else { letter };
                        Some((self.expr(n)?.text, format!("0{width}{letter}")))
                    }
                    (Some((n, "d")), Some(width), Some(" ")) => Some((self.expr(n)?.text, format!("{width}"))),
                    (Some((n, "d")), Some(width), Some(fill)) => self.filled(n, fill, '>', width)?,
                    (None, Some(width), Some(fill)) => self.filled(kids[0], fill, '>', width)?,
                    _ => None,
                }
            }
            "pad_right" => {
                match (program.const_int(kids[1]).filter(|n| (1..=99).contains(n)), program.const_str(kids[2])) {
                    (Some(width), Some(fill)) => self.filled(kids[0], fill, '<', width)?,
                    _ => None,
                }
            }
            _ => None,
        })
    }
}

impl Python<'_> {
    /// A text filled up to a width.
    fn filled(&mut self, of: NodeId, fill: &str, side: char, width: i64) -> Printed<Option<(String, String)>> {
        let fill = match fill {
            " " => "",
            "*" | "." | "-" | "_" | "0" | "=" | "#" => fill,
            _ => return Ok(None),
        };
        Ok(Some((self.expr(of)?.text, format!("{fill}{side}{width}"))))
    }
}

/// An f-string; none where its slots would be hard to read, or an error before Python 3.12, which
/// knows no backslashes and no quotes of its own kind in slots.
fn f_string(parts: &[Part]) -> Option<String> {
    let has = |c: char| parts.iter().any(|part| matches!(part, Part::Text(text) if text.contains(c)));
    let quote = if has('"') && !has('\'') { '\'' } else { '"' };
    let other = if quote == '"' { '\'' } else { '"' };
    let mut out = format!("f{quote}");
    for part in parts {
        match part {
            Part::Text(text) => {
                let literal = string_literal(text);
                let begins = literal.chars().next();
                let inner = &literal[1..literal.len() - 1];
                // A text with both kinds of quotes, or one quoted the other way: quote it anew.
                let inner = if begins == Some(quote) {
                    inner.to_owned()
                } else {
                    inner.replace(&format!("\\{other}"), &other.to_string()).replace(quote, &format!("\\{quote}"))
                };
                out += &inner.replace('{', "{{").replace('}', "}}");
            }
            Part::Slot(text, spec) => {
                let mut text = text.clone();
                if text.contains(['\\', '{', '}', '\n']) || text.chars().count() > SLOT || text.contains(" for ") {
                    return None;
                }
                if text.contains("lambda") || text.contains(" if ") || text.contains("f\"") || text.contains("f'") {
                    return None;
                }
                if text.contains(quote) {
                    if text.contains(other) {
                        return None;
                    }
                    text = text.replace(quote, &other.to_string());
                }
                if spec.contains(['"', '\'', '\\']) {
                    return None;
                }
                let colon = if spec.is_empty() { "" } else { ":" };
                out += &format!("{{{text}{colon}{spec}}}");
            }
        }
    }
    out.push(quote);
    Some(out)
}
