//! Lifts asserts on literals out of Python test code, so that they become plain data.
//!
//! `assert f([1, 2]) == 3` says nothing that needs Python: it is an input and an answer. Lifted, its
//! answer never enters a process that the candidate can reach. What cannot be lifted stays as test
//! code, to be run in a process of its own.

use synthase_types::Value;
use synthase_types::value::equality::Equality;

use super::expression::parse_prefix;

/// Test code taken apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lifted {
    /// The asserts that are plain data, in order.
    pub asserts: Vec<LiftedAssert>,
    /// What remains to be run as code; lines keep their numbers. `None` if nothing that remains
    /// could fail.
    pub rest: Option<String>,
}

/// One assert as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct LiftedAssert {
    /// The line on which it stands, from 1.
    pub line: u32,
    /// The arguments of the call.
    pub args: Vec<Value>,
    /// The expected answer.
    pub expected: Value,
    /// How the assert compares: Python's `==`, or strictly for `is`.
    pub equality: Equality,
}

/// Takes test code about the function `entry` apart.
pub fn lift(source: &str, entry: &str) -> Lifted {
    let whole = || Lifted { asserts: Vec::new(), rest: Some(source.to_owned()) };
    // Python also ends lines with these, which the scan below does not know.
    if source.contains(['\r', '\x0b', '\x0c', '\u{85}', '\u{2028}', '\u{2029}']) {
        return whole();
    }
    let statements = statements(source);
    if statements.iter().any(|statement| statement.several) {
        return whole();
    }
    let mut asserts = Vec::new();
    let mut kept: Vec<&str> = source.lines().collect();
    let mut can_fail = false;
    for statement in &statements {
        match lift_assert(statement.text, entry) {
            Some((args, expected, equality)) => {
                asserts.push(LiftedAssert { line: statement.line as u32, args, expected, equality });
                for line in &mut kept[statement.line - 1..statement.end_line] {
                    *line = "";
                }
            }
            None => {
                let assert = asserted(statement.text).is_some();
                // Outside of asserts the name may get another meaning, and a call may change what later
                // calls answer: then the order must stay. `:=` binds a name inside of an assert.
                if mentions(statement.text, entry) && (!assert || statement.text.contains(":=")) {
                    return whole();
                }
                can_fail |= !is_declaration(statement.text);
            }
        }
    }
    let rest = can_fail || asserts.is_empty();
    Lifted { asserts, rest: rest.then(|| kept.join("\n") + "\n") }
}

/// Whether a word stands in a text.
fn mentions(text: &str, word: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|found| found == word)
}

/// A statement at the outermost level, with what is indented below it.
#[derive(Debug, PartialEq)]
struct Statement<'a> {
    text: &'a str,
    line: usize,
    end_line: usize,
    /// A semicolon stands in it: there are several on a line.
    several: bool,
}

/// The outermost statements. Lines inside brackets and strings, behind a backslash, and indented
/// ones belong to the statement before them.
fn statements(source: &str) -> Vec<Statement<'_>> {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    let mut semicolons: Vec<usize> = Vec::new();
    let mut state = Scan::default();
    let mut offset = 0;
    for (index, line) in source.split_inclusive('\n').enumerate() {
        let fresh = state.at_statement();
        let outermost = line.starts_with(|c: char| !c.is_whitespace() && c != '#');
        if fresh && outermost {
            starts.push((offset, index + 1));
        }
        if state.line(line) {
            semicolons.push(offset);
        }
        offset += line.len();
    }
    let last_line = source.lines().count();
    starts
        .iter()
        .enumerate()
        .map(|(i, &(start, line))| {
            let (end, end_line) = starts.get(i + 1).map_or((source.len(), last_line), |next| (next.0, next.1 - 1));
            let several = semicolons.iter().any(|at| (start..end).contains(at));
            Statement { text: source[start..end].trim_end(), line, end_line, several }
        })
        .collect()
}

/// Where a scan stands at the end of a line.
#[derive(Default)]
struct Scan {
    depth: usize,
    /// The quotes that close the string we are in.
    string: Option<String>,
    continued: bool,
}

impl Scan {
    fn at_statement(&self) -> bool {
        self.depth == 0 && self.string.is_none() && !self.continued
    }

    /// Goes on over a line; says whether a semicolon stands on it outside of brackets and strings.
    fn line(&mut self, line: &str) -> bool {
        let mut semicolon = false;
        self.each(line, |_, c, depth| {
            semicolon |= c == ';' && depth == 0;
            true
        });
        semicolon
    }

    /// Goes on over a line up to the bracket that closes all; tells where that stands.
    fn closing(&mut self, line: &str) -> Option<usize> {
        let mut found = None;
        self.each(line, |at, c, depth| {
            if matches!(c, ')' | ']' | '}') && depth == 0 {
                found = Some(at);
            }
            found.is_none()
        });
        found
    }

    /// Calls `look` with each character of code on a line, its place, and the depth of brackets behind
    /// it, until `look` says no. Strings and comments are passed over.
    fn each(&mut self, line: &str, mut look: impl FnMut(usize, char, usize) -> bool) {
        self.continued = false;
        let mut at = 0;
        while let Some(c) = line[at..].chars().next() {
            let rest = &line[at..];
            if let Some(close) = &self.string {
                if c == '\\' {
                    at += rest.chars().take(2).map(char::len_utf8).sum::<usize>();
                } else if rest.starts_with(close.as_str()) {
                    at += close.len();
                    self.string = None;
                } else {
                    // A string in single quotes cannot cross the end of its line.
                    if c == '\n' && close.len() == 1 {
                        self.string = None;
                    }
                    at += c.len_utf8();
                }
                continue;
            }
            match c {
                '#' => return,
                '"' | '\'' => {
                    let triple: String = [c; 3].iter().collect();
                    let close = if rest.starts_with(&triple) { triple } else { c.to_string() };
                    at += close.len();
                    self.string = Some(close);
                    continue;
                }
                '(' | '[' | '{' => self.depth += 1,
                ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                '\\' if rest.trim_end() == "\\" => self.continued = true,
                _ => {}
            }
            if !look(at, c, self.depth) {
                return;
            }
            at += c.len_utf8();
        }
    }
}

/// Whether a statement by itself cannot find a fault: an import, a helper, a text. Functions and
/// classes that a test runner would call are no mere declarations.
fn is_declaration(statement: &str) -> bool {
    let name = |word: &str| statement.strip_prefix(word).map(str::trim_start);
    let helper = name("def ").is_some_and(|name| !name.starts_with("test") && !name.starts_with("check"));
    let class = name("class ").is_some_and(|_| !statement.contains("Test"));
    let import = name("import ").or_else(|| name("from ")).is_some();
    helper
        || class
        || import
        || parse_prefix(statement).is_some_and(|(value, rest)| matches!(value, Value::Str(_)) && is_end(rest))
}

/// Nothing but white space and a comment.
fn is_end(rest: &str) -> bool {
    let rest = rest.trim();
    rest.is_empty() || (rest.starts_with('#') && !rest.contains('\n'))
}

/// What stands behind the word `assert`, if the statement is one.
fn asserted(statement: &str) -> Option<&str> {
    statement.strip_prefix("assert").filter(|text| text.starts_with([' ', '\t', '(']))
}

/// The call's arguments, the answer and the comparison of an assert that is plain data.
fn lift_assert(statement: &str, entry: &str) -> Option<(Vec<Value>, Value, Equality)> {
    let text = asserted(statement)?.trim();
    // `assert (f(1) == 2)`, but not `assert (f(1) == 2, "message")`, which always holds.
    if let Some(inner) = enclosed(text) {
        let (found, rest) = comparison(inner, entry)?;
        return rest.trim().is_empty().then_some(found);
    }
    let (found, rest) = comparison(text, entry)?;
    let rest = rest.trim_start();
    // The message cannot change the verdict, whatever expression it is.
    (is_end(rest) || rest.starts_with(',')).then_some(found)
}

/// The inside of a text that is one pair of brackets.
fn enclosed(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('(')?;
    let mut scan = Scan { depth: 1, ..Scan::default() };
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        // Up to the bracket that closes the first one.
        if let Some(end) = scan.closing(line) {
            let (inner, behind) = rest.split_at(at + end);
            return is_end(&behind[1..]).then_some(inner);
        }
        at += line.len();
    }
    None
}

type Comparison = (Vec<Value>, Value, Equality);

/// `f(literals) == literal`, `f(literals) is True` or `literal == f(literals)`, and what follows.
fn comparison<'a>(text: &'a str, entry: &str) -> Option<(Comparison, &'a str)> {
    if let Some((args, rest)) = call(text, entry) {
        let (equality, rest) = operator(rest)?;
        let (expected, rest) = parse_prefix(rest)?;
        if matches!(equality, Equality::Strict(_)) && !matches!(expected, Value::Null | Value::Bool(_)) {
            return None;
        }
        return ends_expression(rest).then_some(((args, expected, equality), rest));
    }
    let (expected, rest) = parse_prefix(text)?;
    let (Equality::HumanEval, rest) = operator(rest)? else { return None };
    let (args, rest) = call(rest.trim_start(), entry)?;
    ends_expression(rest).then_some(((args, expected, Equality::HumanEval), rest))
}

/// Whether nothing follows that would still belong to the expression.
fn ends_expression(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\t']);
    rest.is_empty() || rest.starts_with([',', '#', ')']) || rest.starts_with('\n') && rest.trim().is_empty()
}

fn operator(text: &str) -> Option<(Equality, &str)> {
    let text = text.trim_start();
    match (text.strip_prefix("=="), text.strip_prefix("is ")) {
        (Some(rest), _) => Some((Equality::HumanEval, rest)),
        (None, Some(rest)) => Some((Equality::default(), rest)),
        _ => None,
    }
}

/// A call of the entry point with plain data, and what follows.
fn call<'a>(text: &'a str, entry: &str) -> Option<(Vec<Value>, &'a str)> {
    let rest = text.strip_prefix(entry)?.trim_start().strip_prefix('(')?;
    let mut args = Vec::new();
    let mut rest = rest.trim_start();
    loop {
        if let Some(behind) = rest.strip_prefix(')') {
            return Some((args, behind));
        }
        let (value, behind) = parse_prefix(rest)?;
        args.push(value);
        rest = behind.trim_start();
        match rest.strip_prefix(',') {
            Some(behind) => rest = behind.trim_start(),
            None if rest.starts_with(')') => {}
            None => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lifted(source: &str) -> Vec<String> {
        lift(source, "f")
            .asserts
            .iter()
            .map(|a| {
                let args: Vec<String> = a.args.iter().map(Value::to_string).collect();
                format!("{}: f({}) {} {}", a.line, args.join(", "), a.equality, a.expected)
            })
            .collect()
    }

    #[test]
    fn asserts_on_literals_become_data() {
        let source = "\
import math
assert f(1, [2]) == 3
assert f('a') == 'b', \"a, message\"
assert 5 == f(6)  # why not
assert f(True) is False
assert (f(7) == 8)
assert f({
    'k': 1,
}) == (
    1, 2)
";
        let result = lift(source, "f");
        assert_eq!(
            lifted(source),
            [
                "2: f(1, [2]) humaneval 3",
                "3: f(\"a\") humaneval \"b\"",
                "4: f(6) humaneval 5",
                "5: f(true) strict false",
                "6: f(7) humaneval 8",
                "7: f({\"k\": 1}) humaneval (1, 2)",
            ]
        );
        assert_eq!(result.rest, None, "an import alone cannot fail");
    }

    #[test]
    fn everything_else_stays_code_with_its_line_numbers() {
        for line in [
            "assert f(1) == 2 and f(2) == 3",
            "assert f(1) == 2 + 1",
            "assert f(1) == 2 == 2",
            "assert f(x) == 2",
            "assert f(1)",
            "assert not f(1)",
            "assert f(1) != 2",
            "assert f(1) is 2",
            "assert f(f(1)) == 2",
            "assert abs(f(1) - 2) < 1e-6",
            "assert (f(1) == 2, 'always true')",
            "assert f(k=1) == 2",
            "assert f(1)[0] == 2",
            "assert f(1) == 2 if x else 3",
            "assert_equal(g(1), 2)",
        ] {
            let source = format!("assert f(0) == 0\n{line}\n");
            assert_eq!(lifted(&source), ["1: f(0) humaneval 0"], "{line}");
            assert_eq!(lift(&source, "f").rest.unwrap(), format!("\n{line}\n"), "{line}");
        }
    }

    #[test]
    fn nothing_is_lifted_where_the_name_may_change_its_meaning() {
        for line in [
            "f = g",
            "def f(x): return 1",
            "from m import f",
            "for f in []: pass",
            "x = f = 1",
            "f, g = 1, 2",
            "x = f(1)",
            "assert_equal(f(1), 2)",
            "asserted = f(3)",
            "for i in range(3):\n    assert f(i) == i",
            "def g(x=f(9)): pass",
            "assert (f := g)(1)",
            "import math; assert f(2) == 5",
            "assert f(1) == 2, 'm'; assert f(2) == 99",
            "class T:\n    assert f(1) == 3",
            "\u{c}assert f(2) == 3",
            "assert f(1) == 2\rassert f(2) == 3",
        ] {
            let source = format!("assert f(0) == 0\n{line}\n");
            assert_eq!(lifted(&source), Vec::<String>::new(), "{line}");
            assert_eq!(lift(&source, "f").rest, Some(source), "{line}");
        }
        assert_eq!(lifted("x = g(1)\nassert f(0) == 0, 'a; b'\n").len(), 1);
    }

    #[test]
    fn a_block_without_asserts_on_literals_stays_whole() {
        for source in
            ["def test_x():\n    assert f(1) == 2\n", "def check(c):\n    assert c(1) == 2\n", "import math\n"]
        {
            assert_eq!(lift(source, "f").rest.as_deref(), Some(source), "{source}");
        }
        let mixed = "assert f(1) == 2\ndef test_more():\n    assert g() == 2\n";
        assert!(lift(mixed, "f").rest.is_some());
    }

    #[test]
    fn long_data_is_read_at_once() {
        let source = format!("assert (f([{}]) == 3)\n", "(1,), ".repeat(100_000));
        assert_eq!(lift(&source, "f").asserts.len(), 1);
    }

    #[test]
    fn a_text_that_looks_like_an_assert_is_none() {
        assert_eq!(lifted("'''\nassert f(0) == 0\n'''\n"), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn any_text_is_taken_apart_without_panic(source in "(assert f\\(1\\)|==| 2|\n|\"|'''|\\(|\\)|#|\\\\|f = |é){0,20}") {
            lift(&source, "f");
        }
    }
}
