//! The templates by which most components are printed: `"6:{0:6} + {1:7}"`.
//!
//! In front stands how strongly the whole binds; in braces the number of an argument and how
//! strongly it must bind at least, or what form it must have. Without that, anything will do.

/// A piece of text with how strongly it binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) binds: u8,
}

/// How strongly operators bind; the scale serves all three languages.
pub(super) mod binds {
    /// Conditionals and functions.
    pub(in crate::print) const LOOSE: u8 = 0;
    pub(in crate::print) const OR: u8 = 1;
    pub(in crate::print) const AND: u8 = 2;
    pub(in crate::print) const NOT: u8 = 3;
    pub(in crate::print) const COMPARE: u8 = 4;
    pub(in crate::print) const SUM: u8 = 6;
    pub(in crate::print) const PRODUCT: u8 = 7;
    pub(in crate::print) const UNARY: u8 = 8;
    pub(in crate::print) const POWER: u8 = 9;
    /// Calls, fields and indexes.
    pub(in crate::print) const CALL: u8 = 10;
    pub(in crate::print) const ATOM: u8 = 11;
}

impl Text {
    pub(super) fn new(text: impl Into<String>, binds: u8) -> Text {
        Text { text: text.into(), binds }
    }

    /// The text, in parentheses if it binds less strongly than is needed.
    pub(super) fn at_least(self, binds: u8) -> String {
        if self.binds >= binds { self.text } else { format!("({})", self.text) }
    }
}

/// Fills a template: `fill` is given the number of an argument and its mark.
pub(super) fn fill<E>(template: &str, mut fill: impl FnMut(usize, &str) -> Result<String, E>) -> Result<Text, E> {
    let (head, body) = template.split_once(':').expect("templates begin with how they bind");
    let binds = head.parse().expect("templates begin with a number");
    let mut out = String::new();
    let mut rest = body;
    while let Some(open) = rest.find('{') {
        let slot = &rest[open + 1..];
        // A brace that opens no slot stands for itself.
        if !slot.starts_with(|c: char| c.is_ascii_digit()) {
            out.push_str(&rest[..=open]);
            rest = slot;
            continue;
        }
        let close = slot.find('}').expect("slots are closed");
        out.push_str(&rest[..open]);
        let (number, mark) = slot[..close].split_once(':').unwrap_or((&slot[..close], ""));
        out.push_str(&fill(number.parse().expect("slots have numbers"), mark)?);
        rest = &slot[close + 1..];
    }
    out.push_str(rest);
    Ok(Text { text: out, binds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_filled_with_their_marks() {
        let text = fill::<()>("6:{0:6} + f({1}, {a})", |i, mark| Ok(format!("<{i}{mark}>"))).unwrap();
        assert_eq!(text, Text::new("<06> + f(<1>, {a})", 6));
        assert_eq!(Text::new("a + b", 6).at_least(7), "(a + b)");
    }
}
