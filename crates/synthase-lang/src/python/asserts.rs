//! Lifts asserts on literals out of Python test code, so that they become plain data.
//!
//! `assert f([1, 2]) == 3` says nothing that needs Python: it is an input and an answer. Lifted, its
//! answer never enters a process that the candidate can reach. What cannot be lifted stays as test
//! code, to be run in a process of its own.

use synthase_types::value::equality::Equality;
use synthase_types::{Expect, Value};

use super::assertion::{asserted, asserts_nothing, read_assert};
use super::expression::parse_prefix;
use super::scan::{Statement, is_end, mentions, statements, words};

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
    /// What is expected of the answer.
    pub expect: Expect,
    /// How an expected value is compared: Python's `==`, or strictly for `is`.
    pub equality: Equality,
}

/// Takes test code about the function `entry` apart.
pub fn lift(source: &str, entry: &str) -> Lifted {
    let whole = || Lifted { asserts: Vec::new(), rest: Some(source.to_owned()) };
    // Python also ends lines with these, which the scan of statements does not know.
    if source.contains(['\r', '\x0b', '\x0c', '\u{85}', '\u{2028}', '\u{2029}']) {
        return whole();
    }
    let outer = statements(source, "");
    if outer.iter().any(|statement| statement.several) {
        return whole();
    }
    let lifted = match check_function(source, &outer, entry) {
        Some(check) => lift_check(source, &outer, &check, entry),
        None => lift_outermost(source, &outer, entry),
    };
    lifted.unwrap_or_else(whole)
}

/// Lifts the asserts that stand at the outermost level; none if the order of calls must stay.
fn lift_outermost(source: &str, outer: &[Statement<'_>], entry: &str) -> Option<Lifted> {
    let distance = distance_names(outer);
    let mut lifted = Lifting::new(source);
    for statement in outer {
        if lifted.take(statement, entry, &distance) {
            continue;
        }
        let assert = asserted(statement.text).is_some();
        // Outside of asserts the name may get another meaning, and a call may change what later
        // calls answer: then the order must stay. `:=` binds a name inside of an assert.
        if mentions(statement.text, entry) && (!assert || statement.text.contains(":=")) {
            return None;
        }
        lifted.can_fail |= !is_declaration(statement.text);
    }
    Some(lifted.end())
}

/// Asserts that are collected, and the lines that remain.
struct Lifting<'a> {
    asserts: Vec<LiftedAssert>,
    lines: Vec<&'a str>,
    can_fail: bool,
}

impl<'a> Lifting<'a> {
    fn new(source: &'a str) -> Lifting<'a> {
        Lifting { asserts: Vec::new(), lines: source.lines().collect(), can_fail: false }
    }

    /// Takes a statement out if it is an assert that is plain data; says whether it was.
    fn take(&mut self, statement: &Statement<'_>, entry: &str, distance: &[&str]) -> bool {
        let Some(found) = read_assert(statement.text, entry, distance) else { return false };
        let line = statement.line as u32;
        self.asserts.push(LiftedAssert { line, args: found.args, expect: found.expect, equality: found.equality });
        self.blank(statement);
        true
    }

    fn blank(&mut self, statement: &Statement<'_>) {
        self.lines[statement.line - 1..statement.end_line].fill("");
    }

    fn end(self) -> Lifted {
        let rest = self.can_fail || self.asserts.is_empty();
        Lifted { asserts: self.asserts, rest: rest.then(|| self.lines.join("\n") + "\n") }
    }
}

/// The names by which the test may call Python's `abs`, unless it gives them another meaning somewhere.
fn distance_names(outer: &[Statement<'_>]) -> Vec<&'static str> {
    let code = || outer.iter().filter(|statement| asserted(statement.text).is_none());
    let rebinds = |name: &str| code().any(|statement| mentions(statement.text, name) && !is_check(statement.text));
    let mut names = Vec::new();
    if !rebinds("abs") {
        names.push("abs");
    }
    let import = |statement: &&Statement<'_>| statement.text == "import math";
    if code().any(|statement| import(&statement)) && code().all(|s| import(&s) || !mentions(s.text, "math")) {
        names.push("math.fabs");
    }
    names
}

fn is_check(statement: &str) -> bool {
    statement.starts_with("def check(")
}

/// HumanEval's form of a test: a function that is given the program, and is called with it at the end.
struct CheckFunction {
    /// Which of the outermost statements it is.
    index: usize,
    /// The name of its parameter.
    parameter: String,
}

/// The check function of a test, if the test has that form and nothing else happens in it.
fn check_function(source: &str, outer: &[Statement<'_>], entry: &str) -> Option<CheckFunction> {
    let index = outer.iter().position(|statement| is_check(statement.text))?;
    let (last, before) = outer.split_last()?;
    let called = last.text.strip_prefix("check(")?.strip_suffix(')')?.trim();
    let head = outer[index].text.lines().next()?.trim_end();
    let parameter = head.strip_prefix("def check(")?.strip_suffix("):")?.trim();
    let is_name = !parameter.is_empty() && parameter.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let others = before.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, statement)| statement.text);
    let plain = others
        .clone()
        .all(|text| (is_declaration(text) || is_constant(text)) && !mentions(text, entry) && !mentions(text, "check"));
    // Behind the call nothing can stand, and a decorator would belong to the statement before.
    let once = words(source).filter(|word| *word == "check").count() == 2;
    (called == entry && is_name && plain && once && index + 1 < outer.len())
        .then(|| CheckFunction { index, parameter: parameter.to_owned() })
}

/// Lifts the asserts in the body of a check function; none if the order of calls must stay.
fn lift_check(source: &str, outer: &[Statement<'_>], check: &CheckFunction, entry: &str) -> Option<Lifted> {
    let function = &outer[check.index];
    let body_line = function.text.lines().skip(1).find(|line| {
        let text = line.trim_start();
        !text.is_empty() && !text.starts_with('#')
    })?;
    let indent = &body_line[..body_line.len() - body_line.trim_start().len()];
    // Without an indent the function ends on its first line.
    if indent.is_empty() {
        return None;
    }
    let mut body = statements(function.text, indent);
    for statement in &mut body {
        statement.line += function.line - 1;
        statement.end_line += function.line - 1;
    }
    let mut distance = distance_names(outer);
    let code = |statement: &&Statement<'_>| asserted(statement.text).is_none();
    distance.retain(|name| body.iter().filter(code).all(|statement| !mentions(statement.text, root(name))));
    let mut lifted = Lifting::new(source);
    let mut left = 0;
    for statement in &body {
        let text = statement.text;
        if statement.several || text.contains(":=") {
            return None;
        }
        if lifted.take(statement, &check.parameter, &distance) {
            continue;
        }
        if asserts_nothing(text) || is_idle(text) {
            lifted.blank(statement);
            continue;
        }
        left += 1;
        let assert = asserted(text).is_some();
        lifted.can_fail |= !is_declaration(text) && !is_constant(text);
        // Whatever else could end the function early, call the program or give a name another meaning.
        let named = mentions(text, &check.parameter) || mentions(text, entry);
        if !(assert || !named && (is_import(text) || assigned(text).is_some())) {
            return None;
        }
    }
    if left == 0 {
        // A function needs a body.
        let first = body.first()?;
        let passing = [indent, "pass"].concat();
        let mut lifted = lifted.end();
        lifted.rest = lifted.rest.map(|rest| {
            let lines = rest.lines().enumerate();
            lines
                .map(|(at, line)| if at + 1 == first.line { passing.clone() } else { line.to_owned() } + "\n")
                .collect()
        });
        return Some(lifted);
    }
    Some(lifted.end())
}

/// The first part of a name with dots.
fn root(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// Whether a statement by itself cannot find a fault: an import, a helper, a text. Functions and
/// classes that a test runner would call are no mere declarations.
fn is_declaration(statement: &str) -> bool {
    let name = |word: &str| statement.strip_prefix(word).map(str::trim_start);
    let helper = name("def ").is_some_and(|name| !name.starts_with("test") && !name.starts_with("check"));
    let class = name("class ").is_some_and(|_| !statement.contains("Test"));
    helper
        || class
        || is_import(statement)
        || parse_prefix(statement).is_some_and(|(value, rest)| matches!(value, Value::Str(_)) && is_end(rest))
}

fn is_import(statement: &str) -> bool {
    statement.starts_with("import ") || statement.starts_with("from ")
}

/// What is given to a name by a plain assignment.
fn assigned(statement: &str) -> Option<&str> {
    let end = statement.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    let (name, rest) = statement.split_at(end);
    let value = rest.trim_start().strip_prefix('=').filter(|value| !value.starts_with('='))?;
    (!name.is_empty()).then_some(value)
}

/// Whether a statement gives a name to plain data, which cannot fail.
fn is_constant(statement: &str) -> bool {
    assigned(statement).and_then(parse_prefix).is_some_and(|(_, rest)| is_end(rest))
}

/// Whether a statement does nothing: a text, `pass`, or the bare name of a function that always exists.
fn is_idle(statement: &str) -> bool {
    matches!(statement, "pass" | "print")
        || parse_prefix(statement).is_some_and(|(value, rest)| matches!(value, Value::Str(_)) && is_end(rest))
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
                format!("{}: f({}) {} {}", a.line, args.join(", "), a.equality, a.expect)
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
            "assert f(1) == 2 == 2",
            "assert f(x) == 2",
            "assert f(1) != 2",
            "assert f(1) is 2",
            "assert f(f(1)) == 2",
            "assert math.fabs(f(1) - 2) < 1e-6",
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
        for source in [
            "def test_x():\n    assert f(1) == 2\n",
            "def check(c):\n    assert c(1) == 2\n",
            "def check(c):\n    assert c(1) == 2\n\ncheck(g)\n",
            "import math\n",
        ] {
            assert_eq!(lift(source, "f").rest.as_deref(), Some(source), "{source}");
        }
        let mixed = "assert f(1) == 2\ndef test_more():\n    assert g() == 2\n";
        assert!(lift(mixed, "f").rest.is_some());
    }

    const CHECK: &str = "

METADATA = {'author': 'x'}


def check(c):

    # Check some simple cases
    assert c(1) == 2, 'a message'
    assert True, \"This prints if this assert fails 1\"
    assert abs(c(1.33) - 0.33) < 1e-6
    # Check some edge cases
    # that are hard
    assert not c(
        3)


check(f)
";

    #[test]
    fn a_check_function_is_taken_apart() {
        assert_eq!(
            lifted(CHECK),
            [
                "9: f(1) humaneval 2",
                "11: f(1.33) humaneval a number less than 1e-6 from 0.33",
                "14: f(3) humaneval something false"
            ]
        );
        assert_eq!(lift(CHECK, "f").rest, None);
    }

    #[test]
    fn what_a_check_function_needs_code_for_stays_with_its_lines() {
        let more = "    import math\n    xs = list(range(3))\n    assert c(xs) == f(xs)\n\n\ncheck(f)\n";
        let source = CHECK.replace("\n\ncheck(f)\n", more);
        let result = lift(&source, "f");
        assert_eq!(result.asserts.len(), 3);
        let rest = result.rest.unwrap();
        assert_eq!(rest.lines().count(), source.lines().count());
        let left: Vec<&str> = rest.lines().filter(|line| !line.trim().is_empty() && !line.contains('#')).collect();
        let kept = ["METADATA = {'author': 'x'}", "def check(c):", "    import math", "    xs = list(range(3))"];
        assert_eq!(left, [&kept[..], &["    assert c(xs) == f(xs)", "check(f)"]].concat());
    }

    #[test]
    fn a_check_function_in_which_more_happens_stays_whole() {
        for line in [
            "for x in [1]:\n        assert c(x) == x",
            "x = c(1)",
            "c = g",
            "f = c",
            "return",
            "if True: return",
            "raise SystemExit",
            "g()",
            "assert (c := g)(1)",
            "pass; assert c(1) == 5",
            "del c",
        ] {
            let source = CHECK.replace("    assert True", &format!("    {line}\n    assert True"));
            assert_eq!(lift(&source, "f").rest.as_ref(), Some(&source), "{line}");
        }
        for (what, with) in [
            ("METADATA = {'author': 'x'}", "METADATA = f"),
            ("METADATA = {'author': 'x'}", "f = g"),
            ("METADATA = {'author': 'x'}", "@decorated"),
            ("METADATA = {'author': 'x'}", "raise SystemExit"),
            ("def check(c):", "def check(c=1):"),
            ("def check(c):", "def check(c, d):"),
            ("check(f)\n", "check(f); f = 1\n"),
            ("check(f)\n", "check(f)\ncheck(f)\n"),
            ("check(f)\n", "check(f)\nf = 1\n"),
            ("check(f)\n", "if x:\n    check(f)\n"),
        ] {
            let source = CHECK.replace(what, with);
            assert_eq!(lift(&source, "f").rest.as_ref(), Some(&source), "{with}");
        }
        // Whoever gives `abs` another meaning keeps it.
        let source = CHECK.replace("METADATA", "abs");
        assert_eq!(lift(&source, "f").asserts.len(), 2);
        let source = CHECK.replace("    assert True", "    abs = max\n    assert True");
        assert_eq!(lift(&source, "f").asserts.len(), 2);
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
