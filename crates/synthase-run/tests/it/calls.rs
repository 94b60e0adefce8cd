use synthase_run::Called;
use synthase_types::{Environment, Outcome, Value};

use crate::world::{call, function, limits, runner, works};

#[test]
fn every_language_with_calls_greets() {
    let runner = runner();
    for language in synthase_lang::registry::all() {
        let Some(source) = &language.hello.call else { continue };
        if !works(&runner, &language.name) {
            continue;
        }
        let unit = function(&language.name, "greet(name: str) -> str", source);
        let run = call(&mut runner.lane(), &unit, &["wörld 😀".into()]);
        assert_eq!(run.value, Some(Value::from("hello, wörld 😀")), "{}: {:?}", language.name, run);
    }
}

#[test]
fn calls_of_one_unit_ask_one_process() {
    let runner = runner();
    let mut lane = runner.lane();
    let unit = function("python", "f(x: int) -> int", "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)");
    for expected in 1..=3 {
        assert_eq!(call(&mut lane, &unit, &[0.into()]).value, Some(Value::from(expected)));
    }
    assert_eq!(
        call(&mut runner.lane(), &unit, &[0.into()]).value,
        Some(Value::from(1)),
        "another lane, another process"
    );
}

#[test]
fn a_program_that_died_is_started_anew() {
    let runner = runner();
    let mut lane = runner.lane();
    let unit = function("python", "f(x: int) -> int", "import os\ndef f(x):\n    if x == 0: os._exit(5)\n    return x");
    let mut outcomes = Vec::new();
    for x in [1, 0, 2] {
        outcomes.push(call(&mut lane, &unit, &[x.into()]).outcome);
    }
    assert_eq!(outcomes, [Outcome::Returned, Outcome::EarlyExit(5), Outcome::Returned]);
}

#[test]
fn output_is_told_apart_by_call() {
    let runner = runner();
    let mut lane = runner.lane();
    let unit =
        function("python", "f(x: int) -> int", "print('loading')\ndef f(x):\n    print('call', x)\n    return x");
    for x in [1, 2] {
        assert_eq!(call(&mut lane, &unit, &[x.into()]).stdout.to_text(), format!("call {x}\n"));
    }
}

#[test]
fn arguments_after_the_call_are_told() {
    let runner = runner();
    let unit = function("python", "f(xs: list[int]) -> null", "def f(xs): xs.sort()");
    let args = [vec![3, 1, 2].into()];
    let called = runner.lane().call(&unit, &limits(), &Environment::default(), &args, true).unwrap();
    let Called::Ran(run) = called else { panic!() };
    assert_eq!((run.value, run.args_after), (Some(Value::Null), Some(vec![vec![1, 2, 3].into()])));
}

#[test]
fn rust_programs_declare_their_own_types() {
    let runner = runner();
    if !works(&runner, "rust") {
        return;
    }
    let mut lane = runner.lane();
    for (signature, source, args, expected) in [
        ("f(x: int) -> int", "fn f(x: i32) -> i32 { x + 1 }", "[1]", "2"),
        ("f(xs: list[int]) -> int", "fn f(xs: Vec<u8>) -> usize { xs.len() }", "[[1, 2]]", "2"),
        ("f(xs: list[str]) -> str", "fn f(xs: &[String]) -> String { xs.join(\"-\") }", "[[\"a\", \"b\"]]", "\"a-b\""),
        ("f(x: optional[int]) -> bool", "fn f(x: Option<i64>) -> bool { x.is_none() }", "[null]", "true"),
        (
            "f(x: int) -> int",
            "pub fn f(x: i64) -> Result<i64, String> { x.checked_mul(2).ok_or(\"big\".into()) }",
            "[4]",
            "8",
        ),
    ] {
        let Value::List(args) = args.parse().unwrap() else { panic!() };
        let run = call(&mut lane, &function("rust", signature, source), &args);
        assert_eq!(run.value, Some(expected.parse().unwrap()), "{source}: {:?}", run.outcome);
    }
}

#[test]
fn an_argument_without_a_form_in_the_programs_types_is_unfit() {
    let runner = runner();
    let mut lane = runner.lane();
    let huge: Value = "99999999999999999999".parse().unwrap();
    for (language, source) in [("javascript", "function f(x) { return x; }"), ("rust", "fn f(x: i64) -> i64 { x }")] {
        if works(&runner, language) {
            let unit = function(language, "f(x: int) -> int", source);
            let called =
                lane.call(&unit, &limits(), &Environment::default(), std::slice::from_ref(&huge), false).unwrap();
            assert!(matches!(called, Called::Unfit(_)), "{language}: {called:?}");
        }
    }
    let unhashable: Value = "[{[1]}]".parse().unwrap();
    let unit = function("python", "f(x: any) -> any", "def f(x): return x");
    let called = lane.call(&unit, &limits(), &Environment::default(), &[unhashable], false).unwrap();
    assert!(matches!(called, Called::Unfit(_)), "{called:?}");
}

#[test]
fn an_entry_point_that_cannot_be_called_with_data_is_no_wrong_program() {
    let runner = runner();
    if works(&runner, "rust") {
        let unit = function("rust", "f(xs: list[int]) -> int", "fn f<T: Ord>(xs: &[T]) -> i64 { xs.len() as i64 }");
        let called = runner.lane().call(&unit, &limits(), &Environment::default(), &[vec![1].into()], false).unwrap();
        assert!(matches!(called, Called::Uncallable(_)), "{called:?}");
    }
}

#[test]
fn what_a_call_used_is_its_own() {
    let runner = runner();
    let mut lane = runner.lane();
    let source = "import time\ndef f(x):\n    time.sleep(x / 1000)\n    return len(bytearray(x << 20))";
    let unit = function("python", "f(x: int) -> int", source);
    let first = call(&mut lane, &unit, &[100.into()]);
    std::thread::sleep(std::time::Duration::from_millis(300));
    let second = call(&mut lane, &unit, &[1.into()]);
    assert!(first.usage.wall.as_millis() >= 100 && second.usage.wall.as_millis() < 100, "{first:?} {second:?}");
    if lane.isolation() == synthase_types::Isolation::Full {
        assert!(first.usage.peak_memory >= 100 << 20, "{first:?}");
    }
}

#[test]
fn each_call_may_print_as_much_as_the_limit() {
    let runner = runner();
    let mut lane = runner.lane();
    let limits = synthase_types::Limits { output: 1 << 20, ..limits() };
    let unit = function("python", "f(x: int) -> int", "def f(x):\n    print('x' * 600_000)\n    return x");
    for _ in 0..5 {
        let called = lane.call(&unit, &limits, &Environment::default(), &[1.into()], false).unwrap();
        assert!(matches!(called, Called::Ran(run) if run.outcome == Outcome::Returned));
    }
}
