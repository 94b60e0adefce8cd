//! Whether what a program did is what was expected. Pure functions: they see the answer of a process
//! that is already gone.

use std::collections::BTreeMap;

use synthase_types::value::equality::Equality;
use synthase_types::{
    Counterexample, Execution, Expect, Got, Interface, NotJudged, Outcome, Record, Strength, Value, ValueMap, Verdict,
};

/// The most bytes of each end of an output that are kept with a verdict.
pub(crate) const KEPT: usize = 64 << 10;

/// How a probe's answer is compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comparison<'a> {
    /// The name by which the program was addressed, for messages.
    pub(crate) name: &'a str,
    /// Which values count as equal.
    pub(crate) equality: Equality,
    /// Whether the program's language has one kind of number only.
    pub(crate) one_number: bool,
}

impl Comparison<'_> {
    /// Whether an answer counts as the expected value.
    pub(crate) fn same(&self, expected: &Value, got: &Value) -> bool {
        self.equality.holds(expected, &as_written(expected, got, self.one_number))
    }
}

/// The verdict on one run.
pub(crate) fn verdict(interface: &Interface, expect: &Expect, execution: &Execution, how: Comparison<'_>) -> Verdict {
    let fails = |got: Got| {
        Verdict::Fails(Box::new(Counterexample {
            name: how.name.to_owned(),
            interface: interface.clone(),
            expected: Some(expect.clone()),
            got,
        }))
    };
    let ended = || fails(Got::Outcome(execution.outcome.clone()));
    let holds = Verdict::Holds(Strength::Examples(1));
    match (expect, &execution.outcome) {
        (Expect::Value(expected), Outcome::Returned) => match &execution.value {
            Some(got) if how.same(expected, got) => holds,
            Some(got) => fails(wrong(got)),
            None => ended(),
        },
        (Expect::Near { value, within, inclusive }, Outcome::Returned) => match &execution.value {
            Some(got) if is_near(*value, *within, *inclusive, got) => holds,
            Some(got) => fails(wrong(got)),
            None => ended(),
        },
        (Expect::Truthy(wanted), Outcome::Returned) => match &execution.value {
            Some(got) if is_true(got) == *wanted => holds,
            Some(got) => fails(wrong(got)),
            None => ended(),
        },
        (Expect::Raises(wanted), Outcome::Raised { kind, bases, .. }) => {
            let is = |wanted: &String| wanted == kind || bases.contains(wanted);
            if wanted.as_ref().is_none_or(is) { holds } else { ended() }
        }
        (Expect::Raises(_), Outcome::Returned) => match &execution.value {
            Some(got) => fails(wrong(got)),
            None => ended(),
        },
        (Expect::Prints(expected), Outcome::Returned | Outcome::Exited(0)) => {
            let stdout = &execution.stdout;
            let printed = || Got::Printed(stdout.clone().trimmed(KEPT).to_text());
            if stdout.omitted == 0 {
                return if same_text(expected, &stdout.to_text()) { holds } else { fails(printed()) };
            }
            if !may_begin(expected, &stdout.head) {
                return fails(printed());
            }
            let what = format!("more than {} bytes of output", stdout.head.len());
            Verdict::NotJudged(NotJudged::Unsupported(what))
        }
        (Expect::Argument { index, value }, Outcome::Returned) => {
            match execution.args_after.as_ref().and_then(|args| args.get(*index)) {
                Some(got) if how.same(value, got) => holds,
                Some(got) => fails(wrong(got)),
                None => ended(),
            }
        }
        (Expect::Predicate(_) | Expect::Checker(_) | Expect::Files(_), _) => {
            Verdict::NotJudged(NotJudged::Unsupported(expect.to_string()))
        }
        _ => ended(),
    }
}

/// Python's `abs(got - value) < within`. A condition on NaN holds of nothing.
fn is_near(value: f64, within: f64, inclusive: bool, got: &Value) -> bool {
    let got = match got {
        Value::Float(x) => *x,
        Value::Int(n) => n.to_f64(),
        Value::Bool(b) => f64::from(u8::from(*b)),
        _ => return false,
    };
    let distance = (got - value).abs();
    distance < within || inclusive && distance == within
}

/// Whether Python takes a value for true: what is empty, zero or absent is not.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(b) => *b,
        Value::Int(n) => *n != 0.into(),
        Value::Float(x) => *x != 0.0,
        Value::Str(text) => !text.is_empty(),
        Value::Bytes(bytes) => !bytes.is_empty(),
        Value::List(items) | Value::Tuple(items) => !items.is_empty(),
        Value::Set(items) => !items.is_empty(),
        Value::Map(pairs) => !pairs.is_empty(),
        Value::Some(inner) => is_true(inner),
        Value::Tagged(tagged) if tagged.tag == "decimal" => tagged.text.contains(|c| matches!(c, '1'..='9')),
        Value::Record(_) | Value::Tagged(_) => true,
    }
}

/// The most parts of a value that is kept with a verdict. Each part takes many times the bytes in which
/// it was told.
const MOST_PARTS: usize = 50_000;

/// Whether a value is small enough to be kept.
pub(crate) fn is_small(value: &Value) -> bool {
    fn count(value: &Value, left: &mut usize) -> bool {
        if *left == 0 {
            return false;
        }
        *left -= 1;
        match value {
            Value::List(items) | Value::Tuple(items) => items.iter().all(|item| count(item, left)),
            Value::Set(items) => items.iter().all(|item| count(item, left)),
            Value::Map(pairs) => pairs.iter().all(|(key, item)| count(key, left) && count(item, left)),
            Value::Some(inside) => count(inside, left),
            Value::Record(record) => record.fields.iter().all(|(_, item)| count(item, left)),
            _ => true,
        }
    }
    count(value, &mut { MOST_PARTS })
}

/// A wrong answer, as far as it is kept.
fn wrong(got: &Value) -> Got {
    if is_small(got) {
        return Got::Value(got.clone());
    }
    Got::Outcome(Outcome::InvalidOutput(format!("a wrong answer with more than {MOST_PARTS} parts")))
}

/// Whether an output that begins like this may be the expected text.
fn may_begin(expected: &str, head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    // The last line may not be whole.
    let known = head.rfind('\n').map_or("", |end| &head[..=end]);
    let mut expected = expected.trim_end().lines();
    let as_expected = known.lines().all(|line| match expected.next() {
        Some(wanted) => wanted.trim_end() == line.trim_end(),
        None => line.trim().is_empty(),
    });
    let last = head[known.len()..].trim_end_matches(char::REPLACEMENT_CHARACTER).trim();
    as_expected && (last.is_empty() || expected.next().is_some_and(|wanted| wanted.trim_start().starts_with(last)))
}

/// Equal up to white space at the ends of lines and of the text.
fn same_text(expected: &str, got: &str) -> bool {
    let lines = |text: &str| text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    lines(expected) == lines(got)
}

/// The answer in the form in which the expected value is written, where a language has no form of its
/// own for it: a record is a dictionary with its fields, a present optional is what it holds, and where
/// there is one kind of number a whole number is also that float.
fn as_written(expected: &Value, got: &Value, one_number: bool) -> Value {
    let part = |expected: &Value, got: &Value| as_written(expected, got, one_number);
    let zip = |a: &[Value], b: &[Value]| -> Vec<Value> {
        b.iter().enumerate().map(|(i, got)| a.get(i).map_or_else(|| got.clone(), |a| part(a, got))).collect()
    };
    match (expected, got) {
        (Value::Float(_), Value::Int(n)) if one_number => Value::Float(n.to_f64()),
        (Value::Int(_), Value::Float(x)) if one_number && x.fract() == 0.0 => {
            // All digits of a whole float are exact.
            format!("{x:.0}").parse().map_or_else(|_| got.clone(), Value::Int)
        }
        (Value::List(a), Value::List(b)) => Value::List(zip(a, b)),
        (Value::Tuple(a), Value::Tuple(b)) => Value::Tuple(zip(a, b)),
        (Value::Tuple(a), Value::List(b)) if one_number => Value::Tuple(zip(a, b)),
        (Value::Some(a), got) if !matches!(got, Value::Some(_) | Value::Null) => Value::Some(Box::new(part(a, got))),
        (Value::Some(a), Value::Some(b)) => Value::Some(Box::new(part(a, b))),
        (Value::Record(wanted), Value::Map(map)) => record(wanted, map, &part).unwrap_or_else(|| got.clone()),
        (Value::Record(wanted), Value::Record(record)) => {
            let fields = record.fields.iter().map(|(name, value)| {
                let like = wanted.fields.iter().find(|(field, _)| field == name).map_or(value, |(_, value)| value);
                (name.clone(), part(like, value))
            });
            // A language that cannot name a record's type leaves the name open.
            let name = record.name.clone().or_else(|| wanted.name.clone());
            Value::Record(Record { name, fields: fields.collect() })
        }
        (Value::Map(a), Value::Map(b)) => {
            let index: BTreeMap<&Value, &Value> = a.iter().map(|(key, value)| (key, value)).collect();
            let pairs = b.iter().map(|(key, value)| {
                let like = index.get(key).copied().unwrap_or(value);
                (key.clone(), part(like, value))
            });
            ValueMap::new(pairs.collect()).map_or_else(|_| got.clone(), Value::Map)
        }
        _ => got.clone(),
    }
}

/// A dictionary as the record that it stands for; `None` if its keys are not the record's fields.
fn record(wanted: &Record, map: &ValueMap, part: &dyn Fn(&Value, &Value) -> Value) -> Option<Value> {
    if wanted.fields.len() != map.len() {
        return None;
    }
    let fields = wanted
        .fields
        .iter()
        .map(|(name, like)| Some((name.clone(), part(like, map.get(&Value::str(name.as_str()))?))))
        .collect::<Option<Vec<_>>>()?;
    Some(Value::Record(Record { name: wanted.name.clone(), fields }))
}

#[cfg(test)]
mod tests {
    use synthase_types::id::{Digest, ProbeId, UnitId};
    use synthase_types::value::equality::Tolerance;
    use synthase_types::{Captured, Isolation, Usage};

    use super::*;

    fn judged(expect: Expect, outcome: Outcome, value: Option<&str>, stdout: &str, one_number: bool) -> Verdict {
        let id = Digest::of(b"");
        let execution = Execution {
            unit: UnitId(id),
            probe: ProbeId(id),
            outcome,
            value: value.map(|text| text.parse().unwrap()),
            args_after: None,
            stdout: Captured { head: stdout.as_bytes().to_vec(), ..Captured::default() },
            stderr: Captured::default(),
            usage: Usage::default(),
            isolation: Isolation::Full,
        };
        let how = Comparison { name: "f", equality: Equality::Strict(Tolerance::default()), one_number };
        verdict(&Interface::Call(vec![]), &expect, &execution, how)
    }

    fn holds(verdict: &Verdict) -> bool {
        matches!(verdict, Verdict::Holds(_))
    }

    #[test]
    fn a_value_is_compared_by_the_profile() {
        let expect = || Expect::Value(3.into());
        assert!(holds(&judged(expect(), Outcome::Returned, Some("3"), "", false)));
        assert!(!holds(&judged(expect(), Outcome::Returned, Some("3.0"), "", false)));
        assert!(holds(&judged(expect(), Outcome::Returned, Some("3.0"), "", true)));
        assert!(!holds(&judged(expect(), Outcome::CpuTimeout, None, "", false)));
    }

    #[test]
    fn what_a_language_has_no_form_for_is_read_as_it_is_meant() {
        let same = |expected: &str, got: &str, one_number: bool| {
            let expect = Expect::Value(expected.parse().unwrap());
            holds(&judged(expect, Outcome::Returned, Some(got), "", one_number))
        };
        assert!(same("P{x: 1, y: [2]}", "{\"y\": [2], \"x\": 1}", false));
        assert!(!same("{x: 1}", "{\"y\": 1}", false) && !same("{x: 1}", "{\"x\": 1, \"y\": 2}", false));
        assert!(same("some(some(1))", "1", false) && !same("some(null)", "null", false));
        assert!(same("2432902008176640000", "2432902008176640000.0", true));
        assert!(!same("2432902008176640001", "2432902008176640000.0", true));
        assert!(same("{\"a\": (1.0, 2)}", "{\"a\": [1, 2]}", true) && !same("(1, 2)", "[1, 2]", false));
    }

    #[test]
    fn numbers_near_and_conditions_are_pythons() {
        let near = |inclusive| Expect::Near { value: 0.25, within: 0.25, inclusive };
        let judged = |expect: Expect, got: &str| holds(&judged(expect, Outcome::Returned, Some(got), "", false));
        assert!(judged(near(false), "0.49") && judged(near(false), "0.01"));
        assert!(!judged(near(false), "0.5") && judged(near(true), "0.5") && judged(near(true), "0"));
        assert!(!judged(near(true), "nan") && !judged(near(true), "inf") && !judged(near(true), "\"0.25\""));
        for text in
            ["true", "1", "-0.5", "\" \"", "[0]", "{0}", "{0: 0}", "nan", "date\"2026-01-31\"", "decimal\"0.10\""]
        {
            assert!(judged(Expect::Truthy(true), text) && !judged(Expect::Truthy(false), text), "{text}");
        }
        for text in ["false", "0", "-0.0", "\"\"", "[]", "()", "set{}", "{}", "null", "decimal\"0.0\""] {
            assert!(!judged(Expect::Truthy(true), text) && judged(Expect::Truthy(false), text), "{text}");
        }
    }

    #[test]
    fn errors_are_compared_by_kind() {
        let raised =
            || Outcome::Raised { kind: "ValueError".into(), message: "m".into(), bases: vec!["Exception".into()] };
        assert!(holds(&judged(Expect::Raises(None), raised(), None, "", false)));
        assert!(holds(&judged(Expect::Raises(Some("ValueError".into())), raised(), None, "", false)));
        assert!(holds(&judged(Expect::Raises(Some("Exception".into())), raised(), None, "", false)));
        let early = Outcome::LoadError { kind: "ValueError".into(), message: String::new() };
        assert!(!holds(&judged(Expect::Raises(None), early, None, "", false)), "a program that cannot be called");
        let other = judged(Expect::Raises(Some("KeyError".into())), raised(), None, "", false);
        assert_eq!(other.to_string(), "fails: f() raised ValueError: m, expected raises KeyError");
        assert!(!holds(&judged(Expect::Raises(None), Outcome::Signaled(11), None, "", false)));
    }

    #[test]
    fn printed_text_is_compared_up_to_white_space_at_the_ends() {
        let expect = || Expect::Prints("a\nb".into());
        assert!(holds(&judged(expect(), Outcome::Exited(0), None, "a  \nb\n\n", false)));
        assert!(!holds(&judged(expect(), Outcome::Exited(0), None, "a\n b", false)));
        assert!(!holds(&judged(expect(), Outcome::Exited(1), None, "a\nb", false)));
        // Of a long output only the ends are known.
        for head in ["a \nb", "a\n", "a", "a\nb\n \n", "a\nb \n\n "] {
            assert!(may_begin("a\nb", head.as_bytes()), "{head:?}");
        }
        for head in ["a\nb\nc", "aa", "\na", "b\n", "a\nb\n\nc\n"] {
            assert!(!may_begin("a\nb", head.as_bytes()), "{head:?}");
        }
        assert!(may_begin("\n  aé", b"\n  a\xc3") && !may_begin("a\nbbb", b"a\nb\n"));
    }

    #[test]
    fn a_huge_wrong_answer_is_not_kept() {
        let huge = Value::from(vec![1; MOST_PARTS + 1]);
        assert!(!is_small(&huge) && matches!(wrong(&huge), Got::Outcome(_)));
        assert!(is_small(&Value::from(vec![1; 10])));
    }

    #[test]
    fn what_cannot_be_judged_yet_says_so() {
        let verdict = judged(Expect::Files(Default::default()), Outcome::Returned, None, "", false);
        assert!(matches!(verdict, Verdict::NotJudged(NotJudged::Unsupported(_))));
    }
}
