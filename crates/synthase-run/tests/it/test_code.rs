//! Test code in a process of its own.

use synthase_run::{RunError, TestCode, TestEnd};
use synthase_types::Environment;

use crate::world::{call, function, limits, runner, works};

fn tested(program: &str, language: &str, prelude: &str, test: &str) -> TestEnd {
    let runner = runner();
    let unit = function("python", "f(x: int) -> int", program);
    let code = TestCode { language, prelude, source: test };
    runner.lane().test(&unit, &limits(), &Environment::default(), code).unwrap().end
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
    for source in ["xs = [3, 1, 2]\nf(xs)\nassert xs == [1, 2, 3]", "row = [3, 1]\nf([row])\nassert row == [1, 3]"] {
        let program = "def f(xs):\n    for x in xs:\n        if isinstance(x, list): f(x)\n    xs.sort()";
        let unit = function("python", "f(xs: list[any]) -> null", program);
        let code = TestCode { language: "python", prelude: "", source };
        let tested = runner.lane().test(&unit, &limits(), &Environment::default(), code).unwrap();
        assert_eq!(tested.end, TestEnd::Passed, "{source}");
    }
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
    for test in
        ["assert f(1) = 2", "import os\nos._exit(0)", "while True: pass", "import numpyy\nassert f(1) == 2", "x = y"]
    {
        let end = tested(double, "python", "", test);
        assert!(matches!(end, TestEnd::Broken(_)), "{test}: {end:?}");
    }
    let end = tested(double, "python", "", "f(lambda: 1)");
    assert!(matches!(end, TestEnd::Unsupported(_)), "{end:?}");
}

#[test]
fn what_test_runners_would_run_is_run() {
    let double = "def f(x): return 2 * x";
    let failed = |end: TestEnd| matches!(end, TestEnd::Failed { .. });
    for (good, bad) in [
        ("def check(candidate):\n    assert candidate(3) == 6", "def check(candidate):\n    assert candidate(3) == 7"),
        ("def test_x():\n    assert f(3) == 6", "def test_x():\n    assert f(3) == 7"),
        (
            "import unittest\nclass T(unittest.TestCase):\n    def test_x(self): self.assertEqual(f(3), 6)",
            "import unittest\nclass T(unittest.TestCase):\n    def test_x(self): self.assertEqual(f(3), 7)",
        ),
    ] {
        assert_eq!(tested(double, "python", "", good), TestEnd::Passed, "{good}");
        assert!(failed(tested(double, "python", "", bad)), "{bad}");
    }
    let main = "import unittest\nclass T(unittest.TestCase):\n    def test_x(self): self.assertEqual(f(3), 7)\nunittest.main()";
    assert!(failed(tested(double, "python", "", main)));
}

#[test]
fn a_test_that_never_calls_the_program_says_nothing_of_it() {
    for test in ["METADATA = {}", "def helper(c):\n    assert c(1) == 2", ""] {
        assert_eq!(tested("def f(x): return 1", "python", "", test), TestEnd::NeverCalled, "{test}");
    }
}

#[test]
fn after_a_call_a_test_that_does_not_end_speaks_of_the_answer() {
    let huge = "def f(x): return 10 ** 15";
    let end = tested(huge, "python", "", "for i in range(f(3)): pass");
    assert!(matches!(end, TestEnd::Failed { .. }), "{end:?}");
    let end = tested("def f(x): raise SyntaxError('x')", "python", "", "assert f(1) == 2");
    assert!(matches!(end, TestEnd::Failed { .. }), "{end:?}");
}

#[test]
fn errors_keep_their_kinds() {
    let program = "class Own(ValueError): pass\ndef f(x):\n    if x == 1: raise TypeError('t')\n    if x == 2: raise Own('o')\n    raise KeyError('k')";
    let test = "
for x, kind, text in [(1, TypeError, 't'), (2, ValueError, 'o'), (3, KeyError, \"'k'\")]:
    try:
        f(x)
    except kind as error:
        assert str(error) == text, (x, str(error))
    else:
        assert False
";
    assert_eq!(tested(program, "python", "", test), TestEnd::Passed);
    let prelude = "class Wrong(Exception): pass";
    let program = "def f(x): raise Wrong('w')";
    let unit = "try:\n    f(1)\nexcept Wrong:\n    pass";
    let runner = runner();
    let mut function = function("python", "f(x: int) -> int", program);
    function.prelude = prelude.into();
    let code = TestCode { language: "python", prelude, source: unit };
    assert_eq!(runner.lane().test(&function, &limits(), &Environment::default(), code).unwrap().end, TestEnd::Passed);
}

#[test]
fn what_no_test_runner_of_ours_gives_says_nothing_of_the_program() {
    let double = "def f(x): return 2 * x";
    let cases = "import unittest\nclass T(unittest.TestCase):\n    def test_x(self): f(lambda: 1)";
    for test in [
        "def test_x(fixture):\n    assert f(3) == fixture",
        "def test_x(*, key):\n    assert f(3) == key",
        "async def test_x():\n    assert f(3) == 7",
        "def test_x():\n    yield f(3)",
        "def check(candidate, more):\n    assert candidate(3) == more",
        "class TestX:\n    def test_x(self): assert f(3) == 7",
        "assert f(1) in (2, 3)\ndef test_x(fixture):\n    assert f(3) == fixture",
        "try:\n    f(lambda: 1)\nexcept BaseException:\n    pass\nassert f(3) == 7",
        "try:\n    f(x=1)\nexcept:\n    pass",
        cases,
    ] {
        let end = tested(double, "python", "", test);
        assert!(matches!(end, TestEnd::Unsupported(_)), "{test}: {end:?}");
    }
}

#[test]
fn what_the_top_level_has_not_called_is_run_and_nothing_is_run_twice() {
    let double = "seen = []\ndef f(x):\n    seen.append(x)\n    return 2 * x if len(seen) < 3 else 0";
    let failed = |end: &TestEnd| matches!(end, TestEnd::Failed { .. });
    for test in [
        "assert f(1) in (2, 3)\ndef test_x():\n    assert f(3) == 7",
        "assert f(1) in (2, 3)\ndef check(candidate):\n    assert candidate(3) == 7",
        "assert f(1) in (2, 3)\nimport unittest\nclass T(unittest.TestCase):\n    def test_x(self): assert f(3) == 7",
        "def test_a():\n    assert f(1) == 2\ntest_a()\ndef test_b():\n    assert f(3) == 7",
        "assert f(1) == 2\ndef test_b():\n    assert f(3) == 7\nother = test_b",
    ] {
        let end = tested(double, "python", "", test);
        assert!(failed(&end), "{test}: {end:?}");
    }
    for test in [
        "def check(c):\n    assert c(1) == 2\n    assert c(2) == 4\ncheck(f)",
        "def test_a():\n    \"\"\"Text.\"\"\"\n    assert f(1) == 2\n    assert f(2) == 4\ntest_a()",
        "def test(x, y):\n    assert f(x) == y\ntest(1, 2)\ntest(2, 4)",
        "def check(x, y):\n    assert f(x) == y\ndef test_a():\n    check(1, 2)\n    check(2, 4)",
        "def testing(x, y):\n    assert f(x) == y\ndef test_a():\n    testing(1, 2)\n    testing(2, 4)",
        "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        assert f(1) == 2 and f(2) == 4\nT('test_a').debug()",
    ] {
        assert_eq!(tested(double, "python", "", test), TestEnd::Passed, "{test}");
    }
}

#[test]
fn an_entry_point_with_a_name_of_a_test_is_no_test() {
    let runner = runner();
    let unit = function("python", "test_prime(x: int) -> bool", "def test_prime(x): return x in (2, 3, 5)");
    for (test, wanted) in [
        ("METADATA = {}", TestEnd::NeverCalled),
        ("for x in (2, 3, 5):\n    assert test_prime(x)", TestEnd::Passed),
        ("def check(candidate):\n    assert candidate(2)", TestEnd::Passed),
    ] {
        let code = TestCode { language: "python", prelude: "", source: test };
        let end = runner.lane().test(&unit, &limits(), &Environment::default(), code).unwrap().end;
        assert_eq!(end, wanted, "{test}");
    }
}

#[test]
fn errors_of_the_program_do_not_excuse_it() {
    for error in [
        "ImportError",
        "ModuleNotFoundError",
        "SyntaxError",
        "StopIteration",
        "GeneratorExit",
        "KeyboardInterrupt",
        "SystemExit",
    ] {
        let program = format!("def f(x):\n    class Own({error}): pass\n    raise (Own if x == 2 else {error})('no')");
        let case = "import unittest\nclass T(unittest.TestCase):\n    def test_x(self): self.assertEqual(f(1), 2)";
        for test in ["assert f(1) == f(2)", "assert list(map(f, [2])) in ([], [4])", "def check(c): c(1)", case] {
            let end = tested(&program, "python", "", test);
            let as_wanted = if error == "SystemExit" {
                matches!(end, TestEnd::Program(_))
            } else {
                matches!(end, TestEnd::Failed { .. })
            };
            assert!(as_wanted, "{error} in {test}: {end:?}");
        }
    }
    for test in ["assert f(1) == 2\nimport numpyy", "def test_x():\n    f(1)\n    import numpyy"] {
        let end = tested("def f(x): return 2 * x", "python", "", test);
        assert!(matches!(end, TestEnd::Broken(_)), "{test}: {end:?}");
    }
    let case =
        "import unittest\nclass T(unittest.TestCase):\n    def test_x(self):\n        f(1)\n        import numpyy";
    let end = tested("def f(x): return 2 * x", "python", "", case);
    assert!(matches!(end, TestEnd::Broken(_)), "{end:?}");
    let named = "try:\n    f(1)\nexcept StopIteration:\n    pass\nelse:\n    assert False";
    assert_eq!(tested("def f(x): raise StopIteration", "python", "", named), TestEnd::Passed);
}

#[test]
fn a_test_that_waits_without_end_says_nothing_of_the_program() {
    let runner = runner();
    let limits = synthase_types::Limits { wall: std::time::Duration::from_secs(1), ..limits() };
    let unit = function("python", "f(x: int) -> int", "def f(x): return 2 * x");
    let code = TestCode { language: "python", prelude: "", source: "import time\ntime.sleep(f(1) * 1000)" };
    let end = runner.lane().test(&unit, &limits, &Environment::default(), code).unwrap().end;
    assert_eq!(end, TestEnd::Broken("it waits without end".into()));
}

#[test]
fn what_can_be_walked_once_is_walked_by_the_test() {
    let program = "def f(x): return (i for i in range(x))";
    assert_eq!(tested(program, "python", "", "assert list(f(3)) == [0, 1, 2]"), TestEnd::Passed);
}

#[test]
fn a_broken_prelude_is_nobodys_fault_but_the_tasks() {
    let runner = runner();
    let mut unit = function("python", "f(x: int) -> int", "def f(x): return x");
    unit.prelude = "import no_such_package".into();
    let error = runner.lane().call(&unit, &limits(), &Environment::default(), &[1.into()], false).unwrap_err();
    assert!(error.to_string().starts_with("the task's prelude cannot be run: ModuleNotFoundError"), "{error}");
    if works(&runner, "javascript") {
        for (prelude, wanted) in [("const a = ;", true), ("throw new Error('x');", true), ("const a = 1;", false)] {
            let mut unit = function("javascript", "f(x: int) -> int", "throw new Error('y');\nfunction f(x) {}");
            unit.prelude = prelude.into();
            let called = runner.lane().call(&unit, &limits(), &Environment::default(), &[1.into()], false);
            assert_eq!(matches!(called, Err(RunError::Prelude(_))), wanted, "{prelude}: {called:?}");
        }
        // A program that uses the prelude wrongly is at fault itself.
        let mut unit = function("javascript", "f(x: int) -> int", "size(null);\nfunction f(x) { return x; }");
        unit.prelude = "function size(x) { return x.length; }".into();
        assert_eq!(call(&mut runner.lane(), &unit, &[1.into()]).outcome.name(), "load-error");
    }
}

#[test]
fn tests_may_be_written_in_javascript() {
    if works(&runner(), "javascript") {
        let double = "def f(x): return 2 * x";
        assert_eq!(tested(double, "javascript", "", "assert.equal(f(2), 4);"), TestEnd::Passed);
        let failed = tested(double, "javascript", "", "\nassert.equal(f(2), 5);");
        assert!(matches!(failed, TestEnd::Failed { line: 2, .. }), "{failed:?}");
        for late in [
            "const {test} = require('node:test'); test('x', () => assert.equal(f(1), 99));",
            "(async () => { await null; assert.equal(f(1), 99); })();",
            "await null; assert.equal(f(1), 99);",
            "setTimeout(() => assert.equal(f(1), 99), 10);",
        ] {
            let failed = tested(double, "javascript", "", late);
            assert!(matches!(failed, TestEnd::Failed { .. }), "{late}: {failed:?}");
            let passed = tested(double, "javascript", "", &late.replace("99", "2"));
            assert_eq!(passed, TestEnd::Passed, "{late}");
        }
        for caught in ["try { f(() => 1); } catch {}", "try { f(() => 1); } catch {}\nassert.equal(f(1), 99);"] {
            let end = tested(double, "javascript", "", caught);
            assert!(matches!(end, TestEnd::Unsupported(_)), "{caught}: {end:?}");
        }
        for broken in ["assert(f(1));\nawait new Promise(() => {});", "assert(f(1));\nrequire('no-such-package');"] {
            let end = tested(double, "javascript", "", broken);
            assert!(matches!(end, TestEnd::Broken(_)), "{broken}: {end:?}");
        }
    }
}
