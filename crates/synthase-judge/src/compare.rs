//! Whether what a program did is what was expected. Pure functions: they see the answer of a process
//! that is already gone.

use synthase_types::value::equality::Equality;
use synthase_types::verdict::{Counterexample, Got};
use synthase_types::{Execution, Expect, Interface, NotJudged, Outcome, Strength, Value, ValueMap, Verdict};

/// How a probe's answer is compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comparison {
    /// Which values count as equal.
    pub(crate) equality: Equality,
    /// Whether the program's language has one kind of number only.
    pub(crate) one_number: bool,
}

/// The verdict on one run.
pub(crate) fn verdict(interface: &Interface, expect: &Expect, execution: &Execution, how: Comparison) -> Verdict {
    let fails = |got: Got| {
        Verdict::Fails(Box::new(Counterexample { interface: interface.clone(), expected: expect.clone(), got }))
    };
    let ended = || fails(Got::Outcome(execution.outcome.clone()));
    let holds = Verdict::Holds(Strength::Examples(1));
    let same = |expected: &Value, got: &Value| {
        let got = if how.one_number { &as_written(expected, got) } else { got };
        how.equality.holds(expected, got)
    };
    match (expect, &execution.outcome) {
        (Expect::Value(expected), Outcome::Returned) => match &execution.value {
            Some(got) if same(expected, got) => holds,
            Some(got) => fails(Got::Value(got.clone())),
            None => ended(),
        },
        (Expect::Raises(wanted), Outcome::Raised { kind, .. }) => {
            if wanted.as_ref().is_none_or(|wanted| wanted == kind) { holds } else { ended() }
        }
        (Expect::Raises(_), Outcome::Returned) => match &execution.value {
            Some(got) => fails(Got::Value(got.clone())),
            None => ended(),
        },
        (Expect::Prints(expected), Outcome::Returned | Outcome::Exited(0)) => {
            let text = execution.stdout.to_text();
            if execution.stdout.omitted == 0 && same_text(expected, &text) { holds } else { fails(Got::Printed(text)) }
        }
        (Expect::Argument { index, value }, Outcome::Returned) => {
            match execution.args_after.as_ref().and_then(|args| args.get(*index)) {
                Some(got) if same(value, got) => holds,
                Some(got) => fails(Got::Value(got.clone())),
                None => ended(),
            }
        }
        (Expect::Predicate(_) | Expect::Checker(_) | Expect::Files(_), _) => {
            Verdict::NotJudged(NotJudged::Unsupported(expect.to_string()))
        }
        _ => ended(),
    }
}

/// Equal up to white space at the ends of lines and of the text.
fn same_text(expected: &str, got: &str) -> bool {
    let lines = |text: &str| text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    lines(expected) == lines(got)
}

/// The answer of a language with one kind of number, read as the expected value writes numbers: a
/// whole number where a float is expected is that float.
fn as_written(expected: &Value, got: &Value) -> Value {
    let zip = |a: &[Value], b: &[Value]| -> Vec<Value> {
        b.iter().enumerate().map(|(i, got)| a.get(i).map_or_else(|| got.clone(), |a| as_written(a, got))).collect()
    };
    match (expected, got) {
        (Value::Float(_), Value::Int(n)) => Value::Float(n.to_f64()),
        (Value::Int(_), Value::Float(x)) if x.fract() == 0.0 && x.abs() < 9.0e15 => Value::int(*x as i64),
        (Value::List(a), Value::List(b)) => Value::List(zip(a, b)),
        (Value::Tuple(a), Value::Tuple(b) | Value::List(b)) => Value::Tuple(zip(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            let pairs = b.iter().map(|(key, value)| {
                let wanted = a.get(key).unwrap_or(value);
                (key.clone(), as_written(wanted, value))
            });
            ValueMap::new(pairs.collect()).map_or_else(|_| got.clone(), Value::Map)
        }
        _ => got.clone(),
    }
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
        let how = Comparison { equality: Equality::Strict(Tolerance::default()), one_number };
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
    fn errors_are_compared_by_kind() {
        let raised = || Outcome::Raised { kind: "ValueError".into(), message: "m".into() };
        assert!(holds(&judged(Expect::Raises(None), raised(), None, "", false)));
        assert!(holds(&judged(Expect::Raises(Some("ValueError".into())), raised(), None, "", false)));
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
    }

    #[test]
    fn what_cannot_be_judged_yet_says_so() {
        let verdict = judged(Expect::Files(Default::default()), Outcome::Returned, None, "", false);
        assert!(matches!(verdict, Verdict::NotJudged(NotJudged::Unsupported(_))));
    }
}
