//! Each language's value codec against a round trip.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use synthase_run::Lane;
use synthase_types::value::equality::{Equality, Tolerance};
use synthase_types::{Outcome, Type, Value};

use crate::world::{call, function, runner, works};

/// Types that every language with calls has.
fn ty() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::Bool), Just(Type::INT), Just(Type::Float), Just(Type::Str)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Type::Tuple),
            inner
                .clone()
                .prop_filter("no nested optional", |ty| !matches!(ty, Type::Optional(_)))
                .prop_map(|ty| Type::Optional(Box::new(ty))),
            inner.prop_map(|ty| Type::Map(Box::new(Type::Str), Box::new(ty))),
        ]
    })
}

fn value(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        // The integers that a JavaScript number holds exactly.
        Type::Int(_) => (-(1i64 << 53) + 1..1 << 53).prop_map(Value::int).boxed(),
        Type::Float => {
            prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), Just(-0.0), Just(1e21), Just(3.0)]
                .prop_map(Value::Float)
                .boxed()
        }
        Type::Str => prop_oneof![any::<String>(), Just("$int".to_owned()), Just("\u{0}\u{2028}😀".to_owned())]
            .prop_map(Value::Str)
            .boxed(),
        Type::List(of) => proptest::collection::vec(value(of), 0..4).prop_map(Value::List).boxed(),
        Type::Tuple(types) => types.iter().map(value).collect::<Vec<_>>().prop_map(Value::Tuple).boxed(),
        Type::Optional(of) => prop_oneof![Just(Value::Null), value(of)].boxed(),
        Type::Map(_, of) => proptest::collection::btree_map(any::<String>(), value(of), 0..3)
            .prop_map(|map| {
                let pairs = map.into_iter().map(|(key, value)| (Value::Str(key), value)).collect();
                Value::Map(synthase_types::ValueMap::new(pairs).unwrap())
            })
            .boxed(),
        _ => unreachable!("not made by `ty`"),
    }
}

fn round_trip(lane: &mut Lane<'_>, language: &str, source: impl Fn(&Type) -> String, cases: u32) {
    let mut tests = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let typed = ty().prop_flat_map(|ty| {
        let values = proptest::collection::vec(value(&ty), 1..8);
        (Just(ty), values)
    });
    // A lane can only be borrowed once, and a property test wants to share.
    let lane = std::cell::RefCell::new(lane);
    tests
        .run(&typed, |(ty, values)| {
            let unit = function(language, &format!("f(x: {ty}) -> {ty}"), &source(&ty));
            for value in values {
                let run = call(*lane.borrow_mut(), &unit, std::slice::from_ref(&value));
                prop_assert_eq!(&run.outcome, &Outcome::Returned, "{} {}", ty, value);
                let got = run.value.unwrap_or(Value::Null);
                prop_assert!(Equality::Strict(Tolerance::EXACT).holds(&value, &got), "{} {} became {}", ty, value, got);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn python_values_come_back() {
    let runner = runner();
    round_trip(&mut runner.lane(), "python", |_| "def f(x): return x".to_owned(), 200);
}

#[test]
fn javascript_values_come_back() {
    let runner = runner();
    if works(&runner, "javascript") {
        round_trip(&mut runner.lane(), "javascript", |_| "function f(x) { return x; }".to_owned(), 25);
    }
}

#[test]
fn rust_values_come_back() {
    let runner = runner();
    if works(&runner, "rust") {
        let source = |ty: &Type| {
            let ty = synthase_lang::rust::type_name(ty, synthase_lang::rust::Position::Owned).unwrap();
            format!("fn f(x: {ty}) -> {ty} {{ x }}")
        };
        round_trip(&mut runner.lane(), "rust", source, 12);
    }
}

#[test]
fn python_keeps_every_kind_of_value() {
    let runner = runner();
    let mut lane = runner.lane();
    let unit = function("python", "f(x: any) -> any", "def f(x): return x");
    for text in [
        "123456789012345678901234567890",
        "b\"\\x00\\xff\"",
        "{1, 2}",
        "set{}",
        "{1: 2, (1, 2): [3]}",
        "{\"$int\": \"1\"}",
        "date\"2026-01-31\"",
        "datetime\"2026-01-31T12:30:00\"",
        "decimal\"1.50\"",
        "complex\"(1+2j)\"",
        "{{1, 2}, (3, {4})}",
    ] {
        let value: Value = text.parse().unwrap();
        assert_eq!(call(&mut lane, &unit, std::slice::from_ref(&value)).value, Some(value), "{text}");
    }
}
