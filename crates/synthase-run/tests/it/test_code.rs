//! Test code in a process of its own.

use synthase_run::TestEnd;
use synthase_types::Environment;

use crate::world::{function, limits, runner, works};

fn tested(program: &str, language: &str, prelude: &str, test: &str) -> TestEnd {
    let runner = runner();
    let unit = function("python", "f(x: int) -> int", program);
    runner.lane().test(&unit, &limits(), &Environment::default(), language, prelude, test).unwrap().end
}

#[test]
fn a_test_calls_the_program_through_plain_data() {
    let double = "def f(x): return 2 * x";
    assert_eq!(tested(double, "python", "", "for i in range(5):\n    assert f(i) == 2 * i"), TestEnd::Passed);
    let failed = tested(double, "python", "", "assert f(1) == 2\nassert f(2) == 5, 'five'");
    assert_eq!(failed, TestEnd::Failed { kind: "AssertionError".into(), message: "five".into(), line: 2 });
    let checked = "def check(candidate):\n    assert candidate(3) == 6\n\ncheck(f)";
    assert_eq!(tested(double, "python", "", checked), TestEnd::Passed);
}

#[test]
fn helpers_come_from_the_tasks_text_and_not_from_the_program() {
    let program = "def helper(x): return 7\ndef f(x): return 7";
    let prelude = "def helper(x): return 2 * x";
    let failed = tested(program, "python", prelude, "assert f(1) == helper(1)");
    assert!(matches!(failed, TestEnd::Failed { line: 1, .. }), "{failed:?}");
}

#[test]
fn arguments_that_the_program_changes_change_for_the_test() {
    let runner = runner();
    let unit = function("python", "f(xs: list[int]) -> null", "def f(xs): xs.sort()");
    let test = "xs = [3, 1, 2]\nf(xs)\nassert xs == [1, 2, 3]";
    let tested = runner.lane().test(&unit, &limits(), &Environment::default(), "python", "", test).unwrap();
    assert_eq!(tested.end, TestEnd::Passed);
}

#[test]
fn errors_of_the_program_are_raised_in_the_test() {
    let program = "def f(x): raise ValueError('no')";
    let test = "try:\n    f(1)\nexcept ValueError as error:\n    assert str(error) == 'no'\nelse:\n    assert False";
    assert_eq!(tested(program, "python", "", test), TestEnd::Passed);
}

#[test]
fn what_ends_the_program_ends_the_test_and_not_the_judge() {
    let ended =
        tested("import os\ndef f(x): os._exit(0)", "python", "", "try:\n    f(1)\nexcept BaseException:\n    pass");
    assert!(matches!(ended, TestEnd::Program(_)), "{ended:?}");
}

#[test]
fn a_test_at_fault_says_nothing_of_the_program() {
    let double = "def f(x): return 2 * x";
    for test in ["assert f(1) = 2", "import os\nos._exit(0)", "while True: pass", "raise SystemExit"] {
        let end = tested(double, "python", "", test);
        assert!(matches!(end, TestEnd::Broken(_)), "{test}: {end:?}");
    }
    let end = tested(double, "python", "", "f(lambda: 1)");
    assert!(matches!(end, TestEnd::Unsupported(_)), "{end:?}");
}

#[test]
fn tests_may_be_written_in_javascript() {
    if works(&runner(), "javascript") {
        let double = "def f(x): return 2 * x";
        assert_eq!(tested(double, "javascript", "", "assert.equal(f(2), 4);"), TestEnd::Passed);
        let failed = tested(double, "javascript", "", "\nassert.equal(f(2), 5);");
        assert!(matches!(failed, TestEnd::Failed { line: 2, .. }), "{failed:?}");
    }
}
