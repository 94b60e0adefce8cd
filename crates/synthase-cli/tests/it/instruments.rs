use expect_test::expect;

use crate::world;

const SUM: &str =
    "def f(xs):\n    t = 0\n    for x in xs:\n        t += g(x)\n    return t\n\ndef g(x):\n    return x * x\n";

#[test]
fn a_call_is_traced() {
    let world = world();
    world.write("f.py", SUM);
    expect![[r#""#]].assert_eq(&world.run(&["run", "f.py", "--call", "f([3])", "--trace"]));
    expect![[r#""#]].assert_eq(&world.run(&["run", "f.py", "--call", "f([3])", "--trace", "blocks"]));
    expect![[r#""#]].assert_eq(&world.run(&["run", "f.py", "--call", "f([3, 4])", "--trace", "calls"]));
    expect![[r#""#]].assert_eq(&world.run(&["run", "f.py", "--call", "f([])", "--trace", "coverage"]));
}

#[test]
fn a_call_is_debugged() {
    let world = world();
    world.write("f.py", SUM);
    expect![[r#""#]].assert_eq(&world.run(&["run", "f.py", "--call", "f([3])", "--debug", "b 8; c; where; out; c"]));
    world.write("script", "break 5\ncontinue\nshow t\n");
    expect![[r#""#]].assert_eq(&world.run(&["run", "f.py", "--call", "f([3])", "--debug", "@script"]));
    expect![[r#""#]].assert_eq(&world.run(&["run", "f.py", "--call", "f([3])", "--debug", "jump 3"]));
    expect![[r#""#]].assert_eq(&world.run(&["run", "f.py", "--trace"]));
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
