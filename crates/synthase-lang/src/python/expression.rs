//! Reads Python expressions that are plain data: literals, displays of literals, arithmetic on them, and
//! the few calls that stand for a literal Python lacks (`set()`, `float("inf")`).
//!
//! Whatever is anything else is refused; the caller then leaves the statement to a real Python.

use synthase_types::value::{MAX_DEPTH, ValueMap};
use synthase_types::{Int, Value};

use super::arithmetic::{Operator, apply};

/// Reads one plain-data expression at the start of a text, as far as it goes; returns it with the rest of
/// the text. What follows may belong to the expression all the same: `1 + x` is read as 1.
pub(super) fn parse_prefix(text: &str) -> Option<(Value, &str)> {
    let mut parser = Parser { rest: text, depth: 0 };
    let value = parser.value()?;
    Some((value, parser.rest))
}

/// The same up to the first sum or difference.
pub(super) fn parse_product(text: &str) -> Option<(Value, &str)> {
    let mut parser = Parser { rest: text, depth: 0 };
    let value = parser.product()?;
    Some((value, parser.rest))
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn skip(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            // A comment inside brackets.
            match self.rest.strip_prefix('#') {
                Some(comment) => self.rest = comment.find('\n').map_or("", |end| &comment[end..]),
                None => match self.rest.strip_prefix("\\\n") {
                    Some(rest) => self.rest = rest,
                    None => return,
                },
            }
        }
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self) -> Option<Value> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = self.chain(Self::product, &[("+", Operator::Add), ("-", Operator::Subtract)]);
        self.depth -= 1;
        value
    }

    fn product(&mut self) -> Option<Value> {
        let operators = [
            ("//", Operator::FloorDivide),
            ("*", Operator::Multiply),
            ("/", Operator::Divide),
            ("%", Operator::Modulo),
        ];
        self.chain(Self::signed, &operators)
    }

    /// Operands with operators of one rank between them, taken together from the left. Ends before an
    /// operator that has no operand of plain data behind it.
    fn chain(&mut self, operand: fn(&mut Self) -> Option<Value>, ranked: &[(&str, Operator)]) -> Option<Value> {
        let mut value = operand(self)?;
        loop {
            let before = self.rest;
            let found = self.operator(ranked).and_then(|operator| {
                let right = operand(self)?;
                apply(operator, &value, &right)
            });
            match found {
                Some(result) => value = result,
                None => {
                    self.rest = before;
                    return Some(value);
                }
            }
        }
    }

    fn operator(&mut self, ranked: &[(&str, Operator)]) -> Option<Operator> {
        // Line ends count only within brackets, and there every item is followed by a bracket or comma.
        let rest = self.rest.trim_start_matches([' ', '\t']);
        // `**` binds closer than `*` and was looked for before.
        let (sign, operator) = ranked.iter().find(|(sign, _)| rest.starts_with(sign))?;
        let behind = &rest[sign.len()..];
        // `+=` is none of these, and neither is what is left of `**`.
        if behind.starts_with('=') || *sign == "*" && behind.starts_with('*') {
            return None;
        }
        self.rest = behind;
        Some(*operator)
    }

    /// An operand with its sign; `-2 ** 2` is -4.
    fn signed(&mut self) -> Option<Value> {
        self.skip();
        let sign = self.rest.chars().next().filter(|c| matches!(c, '-' | '+'));
        let Some(sign) = sign else { return self.power() };
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        self.rest = &self.rest[1..];
        let value = self.signed();
        self.depth -= 1;
        match (value?, sign) {
            (value @ (Value::Int(_) | Value::Float(_)), '+') => Some(value),
            (Value::Int(n), _) => Some(Value::Int(Int::from(-n.to_big()))),
            (Value::Float(x), _) => Some(Value::Float(-x)),
            _ => None,
        }
    }

    fn power(&mut self) -> Option<Value> {
        let base = self.operand()?;
        let before = self.rest;
        let result = self.operator(&[("**", Operator::Power)]).and_then(|operator| {
            let exponent = self.signed()?;
            apply(operator, &base, &exponent)
        });
        if result.is_none() {
            self.rest = before;
        }
        result.or(Some(base))
    }

    fn operand(&mut self) -> Option<Value> {
        self.skip();
        let first = self.rest.chars().next()?;
        match first {
            '[' => {
                self.rest = &self.rest[1..];
                Some(Value::List(self.items("]")?.0))
            }
            '(' => {
                self.rest = &self.rest[1..];
                let (mut items, trailing_comma) = self.items(")")?;
                if items.len() == 1 && !trailing_comma { items.pop() } else { Some(Value::Tuple(items)) }
            }
            '{' => {
                self.rest = &self.rest[1..];
                self.braces()
            }
            '0'..='9' | '.' => self.number(),
            '"' | '\'' => self.strings(),
            c if c.is_alphabetic() || c == '_' => self.word(),
            _ => None,
        }
    }

    fn items(&mut self, close: &str) -> Option<(Vec<Value>, bool)> {
        let mut items = Vec::new();
        loop {
            if self.eat(close) {
                return Some((items, true));
            }
            items.push(self.value()?);
            if !self.eat(",") {
                return self.eat(close).then_some((items, false));
            }
        }
    }

    fn braces(&mut self) -> Option<Value> {
        if self.eat("}") {
            return Some(Value::Map(ValueMap::default()));
        }
        let first = self.value()?;
        if !self.eat(":") {
            let mut items = vec![first];
            if self.eat(",") {
                items.extend(self.items("}")?.0);
            } else if !self.eat("}") {
                return None;
            }
            return distinct(items.iter()).then(|| Value::set(items));
        }
        let mut pairs = vec![(first, self.value()?)];
        loop {
            let comma = self.eat(",");
            if self.eat("}") {
                let distinct = distinct(pairs.iter().map(|(key, _)| key));
                return ValueMap::new(pairs).ok().filter(|_| distinct).map(Value::Map);
            }
            if !comma {
                return None;
            }
            let key = self.value()?;
            if !self.eat(":") {
                return None;
            }
            pairs.push((key, self.value()?));
        }
    }

    fn number(&mut self) -> Option<Value> {
        let mut previous = ' ';
        let end = self
            .rest
            .find(|c: char| {
                let sign = matches!(c, '+' | '-') && matches!(previous, 'e' | 'E') && !self.rest.starts_with("0x");
                previous = c;
                !(c.is_ascii_alphanumeric() || c == '.' || c == '_' || sign)
            })
            .unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        let text = text.replace('_', "").to_ascii_lowercase();
        let radix = |radix: u32| {
            let n = i64::from_str_radix(&text[2..], radix).ok()?;
            Some(Value::int(n))
        };
        match text.get(..2) {
            Some("0x") => radix(16),
            Some("0o") => radix(8),
            Some("0b") => radix(2),
            // Python refuses `012`.
            _ if text.len() > 1 && text.bytes().all(|b| b.is_ascii_digit()) && text.starts_with('0') => {
                text.bytes().all(|b| b == b'0').then(|| Value::int(0))
            }
            _ if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok().map(Value::Int),
            // `1j` is no float and ends here as well.
            _ => text.parse().ok().map(Value::Float),
        }
    }

    /// One or more string literals side by side, which Python joins.
    fn strings(&mut self) -> Option<Value> {
        let mut out = String::new();
        loop {
            out.push_str(&self.string(false)?);
            self.skip();
            if !self.rest.starts_with(['"', '\'']) {
                return Some(Value::Str(out));
            }
        }
    }

    /// One string literal whose quote is next.
    fn string(&mut self, raw: bool) -> Option<String> {
        let quote = self.rest.chars().next()?;
        let triple: String = [quote; 3].iter().collect();
        let close = if self.rest.starts_with(&triple) { triple } else { quote.to_string() };
        self.rest = &self.rest[close.len()..];
        let mut out = String::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix(&close) {
                self.rest = rest;
                return Some(out);
            }
            let c = self.rest.chars().next()?;
            self.rest = &self.rest[c.len_utf8()..];
            match c {
                '\\' if raw => return None,
                '\\' => self.escape(&mut out)?,
                '\n' if close.len() == 1 => return None,
                c => out.push(c),
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Option<()> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        let code = |parser: &mut Self, digits: usize| {
            let text = parser.rest.get(..digits)?;
            parser.rest = &parser.rest[digits..];
            char::from_u32(u32::from_str_radix(text, 16).ok()?)
        };
        match c {
            '\n' => return Some(()),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'v' => out.push('\u{b}'),
            '\\' | '\'' | '"' => out.push(c),
            'x' => out.push(code(self, 2)?),
            'u' => out.push(code(self, 4)?),
            'U' => out.push(code(self, 8)?),
            '0' if !self.rest.starts_with(|c: char| c.is_digit(8)) => out.push('\0'),
            // Octal and named escapes are rare enough to be left to a real Python.
            '0'..='9' | 'N' => return None,
            other => {
                out.push('\\');
                out.push(other);
            }
        }
        Some(())
    }

    fn word(&mut self) -> Option<Value> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if rest.starts_with(['"', '\'']) {
            return match word {
                "r" | "R" => self.string(true).map(Value::Str),
                "u" | "U" => self.string(false).map(Value::Str),
                "b" | "B" => {
                    let quoted = self.rest;
                    let text = self.string(false)?;
                    // In bytes, `\u` is no escape.
                    if quoted[..quoted.len() - self.rest.len()].contains(['u', 'U', 'N']) && quoted.contains('\\') {
                        return None;
                    }
                    text.chars().map(|c| u8::try_from(c as u32).ok()).collect::<Option<Vec<u8>>>().map(Value::Bytes)
                }
                _ => None,
            };
        }
        match word {
            "None" => Some(Value::Null),
            "True" => Some(Value::Bool(true)),
            "False" => Some(Value::Bool(false)),
            "set" if self.eat("(") => {
                if self.eat(")") {
                    return Some(Value::set([]));
                }
                let items = match self.value()? {
                    Value::List(items) | Value::Tuple(items) if distinct(items.iter()) => Value::set(items),
                    set @ Value::Set(_) => set,
                    _ => return None,
                };
                self.eat(")").then_some(items)
            }
            "float" if self.eat("(") => {
                let Value::Str(text) = self.value()? else { return None };
                let x = match text.trim().to_ascii_lowercase().as_str() {
                    "inf" | "+inf" | "infinity" => f64::INFINITY,
                    "-inf" | "-infinity" => f64::NEG_INFINITY,
                    "nan" => f64::NAN,
                    _ => return None,
                };
                self.eat(")").then_some(Value::Float(x))
            }
            _ => None,
        }
    }
}

/// Whether Python keeps all of these apart as elements of a set: `1`, `1.0` and `True` are one.
fn distinct<'a>(items: impl Iterator<Item = &'a Value>) -> bool {
    let mut numbers: Vec<f64> = Vec::new();
    for item in items {
        let number = match item {
            Value::Bool(b) => f64::from(u8::from(*b)),
            Value::Int(n) => n.to_f64(),
            Value::Float(x) => *x,
            Value::Tuple(items) if items.iter().any(|item| !matches!(item, Value::Str(_) | Value::Int(_))) => {
                return false;
            }
            _ => continue,
        };
        numbers.push(number);
    }
    numbers.sort_by(f64::total_cmp);
    numbers.windows(2).all(|pair| pair[0] != pair[1])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_data_is_read_as_python_means_it() {
        for (python, canonical) in [
            ("[1, -2.5, 'a' \"b\", None]", "[1, -2.5, \"ab\", null]"),
            ("(1,)", "(1,)"),
            ("(1)", "1"),
            ("{1: 'x', 2: 'y',}", "{1: \"x\", 2: \"y\"}"),
            ("set([1, 2])", "{1, 2}"),
            ("set()", "set{}"),
            ("0xff", "255"),
            ("1e3", "1000.0"),
            ("10**", "10"),
            ("'''a\nb'''", "\"a\\nb\""),
            ("'\\x41\\d'", "\"A\\\\d\""),
            ("b'\\x00'", "b\"\\x00\""),
            ("float('-inf')", "-inf"),
            ("[ # a comment ]\n 1]", "[1]"),
            ("3 * 5 * 7", "105"),
            ("[1, 0 ** 0, -0, 7 - 2 - 1]", "[1, 1, 0, 4]"),
            ("-2 ** 2", "-4"),
            ("2 ** -1", "2"),
            ("2 ** 3 ** 2", "512"),
            ("2 ** 100", "1267650600228229401496703205376"),
            ("-7 // 2", "-4"),
            ("-7 % 3 + 7 % -3", "0"),
            ("1 / 4 + 2.0 / 4", "0.75"),
            ("[1, [2]] * 2 + 2 * [3]", "[1, [2], 1, [2], 3, 3]"),
            ("'a' + 'b' * 3", "\"abbb\""),
            ("(1 + 2) * 3", "9"),
            ("1 + x", "1"),
            ("1 / 0", "1"),
            ("'%d' % 3", "\"%d\""),
            ("True + 1", "true"),
            ("[0] * 10 ** 9", "[0]"),
        ] {
            assert_eq!(parse_prefix(python).unwrap().0.to_string(), canonical, "{python}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for python in [
            "x",
            "f(1)",
            "f'{x}'",
            "[x for x in y]",
            "1j",
            "012",
            "'a",
            "{1: 2, 3}",
            "lambda: 1",
            "r'\\d'",
            "{1, True}",
            "{1: 2, 1.0: 3}",
            "b'\\u0041'",
        ] {
            assert!(parse_prefix(python).is_none(), "{python}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "[\\[\\](){}:,\"'\\\\bru0-9.eE+\\-x# \n]{0,40}") {
            let _ = parse_prefix(&text);
        }
    }
}
