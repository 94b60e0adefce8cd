//! One assert as plain data: `f(literals) == literal` and the few forms beside it that tests use.

use synthase_types::value::equality::Equality;
use synthase_types::{Expect, Value};

use super::expression::{parse_prefix, parse_product};
use super::scan::{enclosed, is_end};

/// What an assert says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Assertion {
    /// The arguments of the call.
    pub(super) args: Vec<Value>,
    /// What is expected of the answer.
    pub(super) expect: Expect,
    /// How an expected value is compared.
    pub(super) equality: Equality,
}

/// What stands behind the word `assert`, if the statement is one.
pub(super) fn asserted(statement: &str) -> Option<&str> {
    statement.strip_prefix("assert").filter(|text| text.starts_with([' ', '\t', '(']))
}

/// What an assert about the function `entry` says, if that is plain data. `distance` are the names by
/// which the test may call Python's `abs`.
pub(super) fn read_assert(statement: &str, entry: &str, distance: &[&str]) -> Option<Assertion> {
    let text = asserted(statement)?.trim();
    // `assert (f(1) == 2)`, but not `assert (f(1) == 2, "message")`, which always holds.
    if let Some(inner) = enclosed(text) {
        let (found, rest) = condition(inner, entry, distance)?;
        return rest.trim().is_empty().then_some(found);
    }
    let (found, rest) = condition(text, entry, distance)?;
    let rest = rest.trim_start();
    // The message cannot change the verdict, whatever expression it is.
    (is_end(rest) || rest.starts_with(',')).then_some(found)
}

/// Whether a statement is an assert that says nothing: `assert True, "a message"`.
pub(super) fn asserts_nothing(statement: &str) -> bool {
    let Some((Value::Bool(true), rest)) = asserted(statement).and_then(parse_prefix) else { return false };
    let rest = rest.trim_start();
    // The message is not even looked at.
    is_end(rest) || rest.starts_with(',')
}

/// The condition, and what follows.
fn condition<'a>(text: &'a str, entry: &str, distance: &[&str]) -> Option<(Assertion, &'a str)> {
    let (found, rest) =
        comparison(text, entry).or_else(|| near(text, entry, distance)).or_else(|| truth(text, entry))?;
    ends_expression(rest).then_some((found, rest))
}

/// `f(literals) == literal`, `f(literals) is True` or `literal == f(literals)`.
fn comparison<'a>(text: &'a str, entry: &str) -> Option<(Assertion, &'a str)> {
    let says = |args, expected, equality| Assertion { args, expect: Expect::Value(expected), equality };
    if let Some((args, rest)) = call(text, entry) {
        let (equality, rest) = operator(rest)?;
        let (expected, rest) = parse_prefix(rest)?;
        if matches!(equality, Equality::Strict(_)) && !matches!(expected, Value::Null | Value::Bool(_)) {
            return None;
        }
        return Some((says(args, expected, equality), rest));
    }
    let (expected, rest) = parse_prefix(text)?;
    let (Equality::HumanEval, rest) = operator(rest)? else { return None };
    let (args, rest) = call(rest.trim_start(), entry)?;
    Some((says(args, expected, Equality::HumanEval), rest))
}

fn operator(text: &str) -> Option<(Equality, &str)> {
    let text = text.trim_start();
    match (text.strip_prefix("=="), text.strip_prefix("is ")) {
        (Some(rest), _) => Some((Equality::HumanEval, rest)),
        (None, Some(rest)) => Some((Equality::default(), rest)),
        _ => None,
    }
}

/// `abs(f(literals) - number) < number`.
fn near<'a>(text: &'a str, entry: &str, distance: &[&str]) -> Option<(Assertion, &'a str)> {
    let rest = distance.iter().find_map(|name| text.strip_prefix(name)?.trim_start().strip_prefix('('))?;
    let (args, rest) = call(rest.trim_start(), entry)?;
    // `f(1) - 2 + 3` would be `(f(1) - 2) + 3`: what follows the minus reaches to the next sum.
    let (value, rest) = number(parse_product(rest.trim_start().strip_prefix('-')?)?)?;
    let rest = rest.trim_start().strip_prefix(')')?.trim_start().strip_prefix('<')?;
    let (inclusive, rest) = rest.strip_prefix('=').map_or((false, rest), |rest| (true, rest));
    let (within, rest) = number(parse_prefix(rest)?)?;
    let expect = Expect::Near { value, within, inclusive };
    Some((Assertion { args, expect, equality: Equality::HumanEval }, rest))
}

/// A number that a float can be, and what follows.
fn number((value, rest): (Value, &str)) -> Option<(f64, &str)> {
    let x = match value {
        Value::Int(n) => n.to_f64(),
        Value::Float(x) => x,
        _ => return None,
    };
    x.is_finite().then_some((x, rest))
}

/// `f(literals)` or `not f(literals)`.
fn truth<'a>(text: &'a str, entry: &str) -> Option<(Assertion, &'a str)> {
    let negated = text.strip_prefix("not").filter(|rest| rest.starts_with([' ', '\t']));
    let (args, rest) = call(negated.unwrap_or(text).trim_start(), entry)?;
    let expect = Expect::Truthy(negated.is_none());
    Some((Assertion { args, expect, equality: Equality::HumanEval }, rest))
}

/// Whether nothing follows that would still belong to the expression.
fn ends_expression(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\t']);
    rest.is_empty() || rest.starts_with([',', '#', ')']) || rest.starts_with('\n') && rest.trim().is_empty()
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
    use super::*;

    fn says(text: &str) -> Option<String> {
        read_assert(text, "f", &["abs"]).map(|found| {
            let args: Vec<String> = found.args.iter().map(Value::to_string).collect();
            format!("f({}) {}: {}", args.join(", "), found.equality, found.expect)
        })
    }

    #[test]
    fn each_form_is_read() {
        for (text, meaning) in [
            ("assert f(1) == 2", "f(1) humaneval: 2"),
            ("assert f(3 * 19) == (3 + 5, 'a' 'b' + 'c')", "f(57) humaneval: (8, \"abc\")"),
            ("assert f([1, 0 ** 0]) is None", "f([1, 1]) strict: null"),
            ("assert f(1)", "f(1) humaneval: something true"),
            ("assert not f(1), 'why'", "f(1) humaneval: something false"),
            ("assert abs(f(1.33) - 0.33) < 1e-6", "f(1.33) humaneval: a number less than 1e-6 from 0.33"),
            ("assert (abs(f() - -2)<=0.5)", "f() humaneval: a number at most 0.5 from -2.0"),
            ("assert abs(f([1]) - 3.0/2) < 1e-6", "f([1]) humaneval: a number less than 1e-6 from 1.5"),
        ] {
            assert_eq!(says(text).as_deref(), Some(meaning), "{text}");
        }
    }

    #[test]
    fn other_forms_are_not() {
        for text in [
            "assert f(1) == 2 and f(2) == 3",
            "assert f(1) and f(2)",
            "assert not f(1) == 2",
            "assert not f(1) or x",
            "assert notf(1)",
            "assert f(1) + 1",
            "assert f(1).x",
            "assert abs(f(1) - 2) < 1e-6 < 3",
            "assert abs(f(1) - 2 + 1) < 1e-6",
            "assert abs(f(1) - x) < 1e-6",
            "assert abs(f(1) - 2) < 1e-6 * x",
            "assert fabs(f(1) - 2) < 1e-6",
            "assert abs(f(1)) < 1",
            "assert (not f(1), 'always true')",
        ] {
            assert_eq!(says(text), None, "{text}");
        }
    }

    #[test]
    fn an_assert_of_true_says_nothing() {
        assert!(asserts_nothing("assert True, f(1)") && asserts_nothing("assert True  # c"));
        for text in ["assert True == f(1)", "assert True and f(1)", "assert False", "assert 1", "assert (True, 2)"] {
            assert!(!asserts_nothing(text), "{text}");
        }
    }
}
