//! Texts: characters, parts, classes of characters, templates.

use std::fmt::Write;

use synthase_lang::javascript::string_literal;
use synthase_types::Value;

use super::classes::{Class, class, one_of};
use super::helpers::Helper;
use super::lists::call;
use super::{JavaScript, quoted};
use crate::core::expr::{Node, NodeId};
use crate::print::Printed;
use crate::print::template::{Text, binds};
use crate::ty::Ty;

/// Whether a separator can overlap with itself, so that the last one depends on where one begins.
fn overlaps(separator: &str) -> bool {
    (1..separator.len()).any(|n| separator.is_char_boundary(n) && separator.ends_with(&separator[..n]))
}

impl JavaScript<'_> {
    /// What templates do not say of texts.
    pub(super) fn of_text(&mut self, at: NodeId, name: &str, kids: &[NodeId], sure: bool) -> Printed<Option<Text>> {
        let program = self.program;
        let is_text = kids.first().is_some_and(|kid| *program.ty(*kid) == Ty::Str);
        match name {
            "concat" if is_text => self.joined(at).map(Some),
            "words" => {
                let of = self.receiver(kids[0])?;
                call(if sure {
                    format!("{of}.trim().split(/\\s+/)")
                } else {
                    format!("{of}.split(/\\s+/).filter(Boolean)")
                })
            }
            "chars" => self.characters(kids[0]).map(Some),
            "digit_runs" | "letter_runs" | "alnum_runs" => {
                let class = class(name).expect("a class");
                let pattern = format!("/{}+/g{}", class.one, class.flags);
                self.matches(kids[0], &pattern, sure).map(Some)
            }
            "chunks" if is_text => match program.const_int(kids[1]).filter(|n| *n > 0) {
                Some(n) => self.matches(kids[0], &format!("/.{{1,{n}}}/gsu"), sure).map(Some),
                None => {
                    let of = self.characters(kids[0])?.text;
                    let chunks = self.helper(Helper::Chunks);
                    let size = self.expr(kids[1])?.text;
                    call(format!("{chunks}({of}, {size}).map((chunk) => chunk.join(\"\"))"))
                }
            },
            "runs" if is_text => self.matches(kids[0], "/(.)\\1*/gsu", sure).map(Some),
            "len" if is_text && self.is_ascii(kids[0]) => call(format!("{}.length", self.receiver(kids[0])?)),
            "len" if is_text => call(format!("{}.length", self.characters(kids[0])?.at_least(binds::CALL))),
            "at" if is_text => {
                let of = if self.is_ascii(kids[0]) {
                    self.receiver(kids[0])?
                } else {
                    self.characters(kids[0])?.at_least(binds::CALL)
                };
                call(of + &self.index(kids[1])?)
            }
            "take" | "drop" if is_text && self.is_ascii(kids[0]) => {
                let (of, range) = self.slice(at)?;
                call(format!("{}.slice({range})", self.receiver(of)?))
            }
            "take" | "drop" | "reverse" if is_text => call(format!("{}.join(\"\")", self.characters(at)?.text)),
            "contains" if is_text => {
                call(format!("{}.includes({})", self.receiver(kids[0])?, self.expr(kids[1])?.text))
            }
            "find" if is_text => {
                if self.is_ascii(kids[0]) {
                    return call(format!("{}.indexOf({})", self.receiver(kids[0])?, self.expr(kids[1])?.text));
                }
                if self.is_char(kids[1]) {
                    let of = self.characters(kids[0])?.at_least(binds::CALL);
                    return call(format!("{of}.indexOf({})", self.expr(kids[1])?.text));
                }
                self.call_helper(Helper::Find, kids).map(Some)
            }
            "count" if is_text => {
                let text = format!("{}.split({}).length - 1", self.receiver(kids[0])?, self.expr(kids[1])?.text);
                Ok(Some(Text::new(text, binds::SUM)))
            }
            "repeat" if is_text => {
                let of = self.receiver(kids[0])?;
                let n = self.expr(kids[1])?.text;
                call(if self.is_natural(kids[1]) {
                    format!("{of}.repeat({n})")
                } else {
                    format!("{of}.repeat(Math.max(0, {n}))")
                })
            }
            "join" => self.put_together(kids).map(Some),
            "replace" => self.replaced(kids).map(Some),
            "capitalize" => self.call_helper(Helper::Capitalize, kids).map(Some),
            "after" | "after_last" | "before_last" => self.cut(name, kids).map(Some),
            "pad_left" | "pad_right" => {
                let method = if name == "pad_left" { "padStart" } else { "padEnd" };
                if !self.is_ascii(kids[0]) || !self.is_ascii(kids[2]) {
                    let helper = if name == "pad_left" { Helper::PadStart } else { Helper::PadEnd };
                    return self.call_helper(helper, kids).map(Some);
                }
                let mut args = self.expr(kids[1])?.text;
                if program.const_str(kids[2]) != Some(" ") {
                    args += &format!(", {}", self.expr(kids[2])?.text);
                }
                call(format!("{}.{method}({args})", self.receiver(kids[0])?))
            }
            "is_upper" | "is_lower" if !self.is_char(kids[0]) => {
                let (this, other) =
                    if name == "is_upper" { ("Uppercase", "Lowercase") } else { ("Lowercase", "Uppercase") };
                let of = self.expr(kids[0])?.text;
                let text = format!("/\\p{{{this}}}/u.test({of}) && !/\\p{{{other}}}/u.test({of})");
                Ok(Some(Text::new(text, binds::AND)))
            }
            "is_digit" | "is_letter" | "is_alnum" | "is_upper" | "is_lower" => {
                let Class { one, flags, .. } = class(name).expect("a class");
                let of = self.expr(kids[0])?.text;
                let pattern = if self.is_char(kids[0]) { one } else { format!("^{one}+$") };
                call(format!("/{pattern}/{flags}.test({of})"))
            }
            _ => Ok(None),
        }
    }

    /// All that matches a pattern.
    fn matches(&mut self, of: NodeId, pattern: &str, sure: bool) -> Printed<Text> {
        let text = format!("{}.match({pattern})", self.receiver(of)?);
        Ok(if sure { Text::new(text, binds::CALL) } else { Text::new(format!("{text} ?? []"), binds::LOOSE) })
    }

    /// The first part of a class, for `at(digit_runs(s), 0)`.
    pub(super) fn first_match(&mut self, kids: &[NodeId]) -> Printed<Option<Text>> {
        if self.program.const_int(kids[1]) != Some(0) || self.bound.contains_key(&kids[0]) {
            return Ok(None);
        }
        let Node::Apply(component, inner) = self.program.node(kids[0]) else { return Ok(None) };
        let name = component.get().name;
        if !matches!(name, "digit_runs" | "letter_runs" | "alnum_runs") {
            return Ok(None);
        }
        let Some(Class { one, flags, .. }) = class(name) else { return Ok(None) };
        call(format!("{}.match(/{one}+/{flags})[0]", self.receiver(inner[0])?))
    }

    /// The characters of a text as a list.
    pub(super) fn characters(&mut self, at: NodeId) -> Printed<Text> {
        let program = self.program;
        if !self.bound.contains_key(&at)
            && let Node::Apply(component, kids) = program.node(at)
        {
            match component.get().name {
                "take" | "drop" => {
                    let (of, range) = self.slice(at)?;
                    let of = self.characters(of)?.at_least(binds::CALL);
                    return Ok(Text::new(format!("{of}.slice({range})"), binds::CALL));
                }
                "reverse" => {
                    let of = self.characters(kids[0])?.at_least(binds::CALL);
                    return Ok(Text::new(format!("{of}.reverse()"), binds::CALL));
                }
                "join" if program.const_str(kids[1]) == Some("") && self.has_chars(kids[0]) => {
                    // A name may be looked at again: what is done to it must not change it.
                    let list = self.at(kids[0], binds::OR)?;
                    let is_fresh = self.is_fresh(kids[0]);
                    return Ok(if is_fresh {
                        Text::new(list, binds::CALL)
                    } else {
                        Text::new(format!("[...{list}]"), binds::ATOM)
                    });
                }
                _ => {}
            }
        }
        Ok(Text::new(format!("[...{}]", self.at(at, binds::OR)?), binds::ATOM))
    }

    /// A part of a sequence: of what, and from where to where. A part of a part is one part.
    pub(super) fn slice(&mut self, at: NodeId) -> Printed<(NodeId, String)> {
        let program = self.program;
        let part = |p: &Self, at: NodeId, name: &str| {
            program.apply(at, name).filter(|_| !p.bound.contains_key(&at)).map(|kids| (kids[0], kids[1]))
        };
        let natural = |at: NodeId| program.const_int(at).filter(|n| *n >= 0);
        if let Some((inner, from)) = program.apply(at, "drop").map(|kids| (kids[0], kids[1])) {
            if let (Some(from), Some((of, to))) = (natural(from), part(self, inner, "take")) {
                return Ok((of, format!("{from}, {}", self.expr(to)?.text)));
            }
            return Ok((inner, self.expr(from)?.text));
        }
        let Some((inner, to)) = program.apply(at, "take").map(|kids| (kids[0], kids[1])) else {
            return Err("a part of nothing".to_owned());
        };
        if let Some((of, start)) = part(self, inner, "drop")
            && let Some(from) = natural(start)
        {
            let end = match program.const_int(to) {
                Some(length) if length < 0 => Some(length.to_string()),
                Some(length) => from.checked_add(length).map(|end| end.to_string()),
                None if self.is_natural(to) => Some(self.plus(to, from)?.text),
                None => None,
            };
            if let Some(end) = end {
                return Ok((of, format!("{from}, {end}")));
            }
        }
        Ok((inner, format!("0, {}", self.expr(to)?.text)))
    }

    fn put_together(&mut self, kids: &[NodeId]) -> Printed<Text> {
        let program = self.program;
        if let Node::Apply(component, inner) = program.node(kids[0])
            && !self.bound.contains_key(&kids[0])
        {
            let name = component.get().name;
            let nothing = program.const_str(kids[1]) == Some("");
            let pattern = match name {
                "digit_runs" | "letter_runs" | "alnum_runs" if nothing => {
                    class(name).map(|c| (inner[0], c.other, c.flags))
                }
                "words" if nothing => Some((inner[0], "\\s".to_owned(), "")),
                "filter" if nothing => match (program.apply(inner[0], "chars"), self.tested(inner[1])) {
                    (Some(of), Some(c)) if !self.bound.contains_key(&inner[0]) => Some((of[0], c.other, c.flags)),
                    _ => None,
                },
                _ => None,
            };
            if let Some((of, pattern, flags)) = pattern {
                let text = format!("{}.replace(/{pattern}/g{flags}, \"\")", self.receiver(of)?);
                return Ok(Text::new(text, binds::CALL));
            }
            if name == "map"
                && let Node::Lambda(first, _, body) = program.node(inner[1])
                && program.apply(*body, "text").is_some_and(|of| *program.node(of[0]) == Node::Local(*first))
            {
                // Joining makes texts of numbers.
                let text = format!("{}.join({})", self.receiver(inner[0])?, self.expr(kids[1])?.text);
                return Ok(Text::new(text, binds::CALL));
            }
            if name == "split" {
                return self.replaced(&[inner[0], inner[1], kids[1]]);
            }
            if name == "words" {
                let text = format!("{}.join({})", self.sure_receiver(kids[0])?, self.expr(kids[1])?.text);
                return Ok(Text::new(text, binds::CALL));
            }
        }
        Ok(Text::new(format!("{}.join({})", self.receiver(kids[0])?, self.expr(kids[1])?.text), binds::CALL))
    }

    fn replaced(&mut self, kids: &[NodeId]) -> Printed<Text> {
        let of = self.receiver(kids[0])?;
        let part = self.expr(kids[1])?.text;
        // A dollar sign has a meaning in a replacement that is a text.
        let is_plain = match self.program.node(kids[2]) {
            Node::Const(Value::Str(text)) => !text.contains('$'),
            Node::Apply(component, _) => matches!(component.get().name, "text" | "iso" | "to_base" | "fixed"),
            _ => false,
        };
        let by = self.expr(kids[2])?;
        let by = if is_plain { by.text } else { format!("() => {}", by.at_least(binds::OR)) };
        Ok(Text::new(format!("{of}.replaceAll({part}, {by})"), binds::CALL))
    }

    /// What stands before or behind a separator.
    fn cut(&mut self, name: &str, kids: &[NodeId]) -> Printed<Text> {
        let separator = self.program.const_str(kids[1]);
        let single = separator.is_some_and(|text| text.encode_utf16().count() == 1);
        let call = |text: String| Ok(Text::new(text, binds::CALL));
        match name {
            "after" if single && self.is_name(kids[0]) => {
                let of = self.expr(kids[0])?.text;
                call(format!("{of}.slice({of}.indexOf({}) + 1)", self.expr(kids[1])?.text))
            }
            "after" => self.call_helper(Helper::After, kids),
            "after_last" if separator.is_some_and(|text| !overlaps(text)) => {
                call(format!("{}.split({}).at(-1)", self.receiver(kids[0])?, self.expr(kids[1])?.text))
            }
            "after_last" => self.call_helper(Helper::AfterLast, kids),
            _ => match separator.filter(|_| single).and_then(one_of) {
                Some(Class { one, other, .. }) => {
                    call(format!("{}.replace(/{one}{other}*$/, \"\")", self.receiver(kids[0])?))
                }
                None => self.call_helper(Helper::BeforeLast, kids),
            },
        }
    }

    /// The parts of a concatenation, in order.
    pub(super) fn parts(&self, at: NodeId) -> Vec<NodeId> {
        match self.program.apply(at, "concat") {
            Some(kids) => {
                let inner = |kid: NodeId| if self.bound.contains_key(&kid) { vec![kid] } else { self.parts(kid) };
                [inner(kids[0]), inner(kids[1])].concat()
            }
            None => vec![at],
        }
    }

    /// A concatenation: a template where constants or numbers are among the parts, else a sum.
    fn joined(&mut self, at: NodeId) -> Printed<Text> {
        let program = self.program;
        let parts = self.parts(at);
        let mut slots = String::new();
        let mut terms = Vec::new();
        let mut is_template = false;
        let mut nested = false;
        for part in parts {
            if let Some(text) = program.const_str(part) {
                is_template = true;
                let literal = string_literal(text);
                slots += &literal[1..literal.len() - 1].replace("\\\"", "\"").replace('`', "\\`").replace("${", "\\${");
                terms.push(quoted(text));
                continue;
            }
            let number = program.apply(part, "text").filter(|_| !self.bound.contains_key(&part));
            let term = self.expr(part)?;
            let slot = match number.map(|kids| kids[0]) {
                Some(n) => {
                    is_template = true;
                    self.expr(n)?.text
                }
                None => term.text.clone(),
            };
            nested |= slot.contains('`');
            let _ = write!(slots, "${{{slot}}}");
            terms.push(term.at_least(binds::PRODUCT));
        }
        Ok(if is_template && !nested {
            Text::new(format!("`{slots}`"), binds::ATOM)
        } else {
            Text::new(terms.join(" + "), binds::SUM)
        })
    }
}
