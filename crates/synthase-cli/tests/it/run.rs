use expect_test::expect;

use crate::world;

#[test]
fn a_program_is_run_with_input() {
    let world = world();
    world.write("hello.py", "name = input()\nprint('hello,', name)\n");
    expect![[r#"
        exit: 0
        ----- stdout -----
        hello, Ada
        ----- stderr -----
        exited with code 0; [MS] processor, [MS] elapsed, [SIZE] peak memory; isolation: [LEVEL]
    "#]]
    .assert_eq(&world.run(&["run", "hello.py", "--stdin", "Ada\n"]));
}

#[test]
fn a_function_is_called() {
    let world = world();
    world.write("f.py", "def f(a, b):\n    print('adding')\n    return a + b\n");
    expect![[r#"
        exit: 0
        ----- stdout -----
        3
        ----- stderr -----
        adding
        returned; [MS] processor, [MS] elapsed, [SIZE] peak memory; isolation: [LEVEL]
    "#]]
    .assert_eq(&world.run(&["run", "f.py", "--call", "f(1, 2)"]));
    expect![[r#"
        exit: 1
        ----- stdout -----
        ----- stderr -----
        adding
        raised TypeError: unsupported operand type(s) for +: 'int' and 'str'; [MS] processor, [MS] elapsed, [SIZE] peak memory; isolation: [LEVEL]
    "#]].assert_eq(&world.run(&["run", "f.py", "--call", "f(1, \"x\")"]));
    expect![[r#"
        exit: 1
        ----- stdout -----
        ----- stderr -----
        has no function `g`; [MS] processor, [MS] elapsed, [SIZE] peak memory; isolation: [LEVEL]
    "#]]
    .assert_eq(&world.run(&["run", "f.py", "--call", "g(1)"]));
}

#[test]
fn limits_are_kept_and_named() {
    let world = world();
    world.write("loop.py", "while True: pass\n");
    expect![[r#"
        exit: 1
        ----- stdout -----
        ----- stderr -----
        used more processor time than allowed; [MS] processor, [MS] elapsed, [SIZE] peak memory; isolation: [LEVEL]
    "#]]
    .assert_eq(&world.run(&["run", "loop.py", "--cpu", "200ms"]));
    world.write("exit.py", "import sys\nsys.exit(3)\n");
    expect![[r#"
        exit: 1
        ----- stdout -----
        ----- stderr -----
        exited with code 3; [MS] processor, [MS] elapsed, [SIZE] peak memory; isolation: [LEVEL]
    "#]]
    .assert_eq(&world.run(&["run", "exit.py"]));
}

#[test]
fn the_json_form_has_everything() {
    let world = world();
    world.write("f.py", "def f(x): return (x, 2.0)\n");
    let json: serde_json::Value =
        serde_json::from_str(&world.stdout(&["run", "f.py", "--call", "f(1)", "--json"])).unwrap();
    assert_eq!(json["outcome"], "returned");
    assert_eq!(json["value"], serde_json::json!({ "$tuple": [1, 2.0] }));
    assert!(json["usage"]["cpu_us"].is_u64() && json["isolation"].is_string());
}
