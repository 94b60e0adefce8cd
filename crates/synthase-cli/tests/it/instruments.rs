use expect_test::expect;

use crate::world;

const SUM: &str =
    "def f(xs):\n    t = 0\n    for x in xs:\n        t += g(x)\n    return t\n\ndef g(x):\n    return x * x\n";

#[test]
fn a_call_is_traced() {
    let world = world();
    world.write("f.py", SUM);
    expect![[r#"
        exit: 0
        ----- stdout -----
        call f(xs=[3])
          line 2  t = 0  # t = 0
          line 3  for x in xs:  # x = 3
          line 4  t += g(x)
            call g(x=3)
              line 8  return x * x  # returns 9
          line 4, then: t = 0 → 9
          line 3  for x in xs:
          line 5  return t  # returns 9
        ----- stderr -----
        returned 9; [MS] processor, [MS] elapsed, [SIZE] peak memory; isolation: [LEVEL]
    "#]]
    .assert_eq(&world.run(&["run", "f.py", "--call", "f([3])", "--trace"]));
    expect![[r#"
        exit: 0
        ----- stdout -----
        call f(xs=[3])
          line 2: t = 0
          line 3: x = 3
          line 4
            call g(x=3)
              line 8: returns 9
          line 4, then: t = 0 → 9
          line 3
          line 5: returns 9
        ----- stderr -----
        returned 9; [MS] processor, [MS] elapsed, [SIZE] peak memory; isolation: [LEVEL]
    "#]]
    .assert_eq(&world.run(&["run", "f.py", "--call", "f([3])", "--trace", "blocks"]));
    expect![[r#"
        exit: 0
        ----- stdout -----
        f(xs=[3, 4]) = 25
          g(x=3) = 9
          g(x=4) = 16
        ----- stderr -----
        returned 25; [MS] processor, [MS] elapsed, [SIZE] peak memory; isolation: [LEVEL]
    "#]]
    .assert_eq(&world.run(&["run", "f.py", "--call", "f([3, 4])", "--trace", "calls"]));
    expect![[r#"
        exit: 0
        ----- stdout -----
        3 of 5 statements, 1 of 2 ways at branches
        f (line 1): not run: 4; ways not taken: 3→4
        g (line 7): not run: 8
        ----- stderr -----
        returned 0; [MS] processor, [MS] elapsed, [SIZE] peak memory; isolation: [LEVEL]
    "#]]
    .assert_eq(&world.run(&["run", "f.py", "--call", "f([])", "--trace", "coverage"]));
}

#[test]
fn a_call_is_debugged() {
    let world = world();
    world.write("f.py", SUM);
    expect![[r#"
        exit: 0
        ----- stdout -----
        > break 8
        a break at line 8
        > continue
        line 8 in g: x = 3
        > where
        f, line 4
        g, line 8
        > out
        returns 9 from g, line 8: x = 3
        > continue
        the call returned 9
        ----- stderr -----
        returned 9; [MS] processor, [MS] elapsed, [SIZE] peak memory; isolation: [LEVEL]
    "#]]
    .assert_eq(&world.run(&["run", "f.py", "--call", "f([3])", "--debug", "b 8; c; where; out; c"]));
    world.write("script", "break 5\ncontinue\nshow t\n");
    expect![[r#"
        exit: 0
        ----- stdout -----
        > break 5
        a break at line 5
        > continue
        line 5 in f: t = 9, x = 3, xs = [3]
        > show t
        t = 9
        ----- stderr -----
        left standing; isolation: [LEVEL]
    "#]]
    .assert_eq(&world.run(&["run", "f.py", "--call", "f([3])", "--debug", "@script"]));
    expect![[r#"
        exit: 2
        ----- stdout -----
        ----- stderr -----
        error: --debug: `jump 3` is no command of the debugger (break LINE, clear LINE, step, next, out, continue, back, show [NAME], where)
    "#]].assert_eq(&world.run(&["run", "f.py", "--call", "f([3])", "--debug", "jump 3"]));
    expect![[r#"
        exit: 2
        ----- stdout -----
        ----- stderr -----
        error: the following required arguments were not provided:
          --call <CALL>

        Usage: synthase run --call <CALL> --trace [<BY>] <FILE> [-- <ARG>...]

        For more information, try '--help'.
    "#]]
    .assert_eq(&world.run(&["run", "f.py", "--trace"]));
}

#[test]
fn a_call_is_profiled() {
    let world = world();
    world.write("f.py", SUM);
    for of in ["time", "memory"] {
        let said = world.stdout(&["run", "f.py", "--call", "f([1, 2, 3])", "--profile", of]);
        let row = said.lines().find(|row| row.ends_with("t += g(x)")).unwrap_or_else(|| panic!("{said}"));
        assert_eq!(row.split_whitespace().take(2).collect::<Vec<_>>(), ["4", "3"], "{said}");
    }
    let said = world.stdout(&["run", "f.py", "--call", "f([1])", "--profile", "time", "--json"]);
    assert!(said.contains("\"overhead\""), "{said}");
}
