use expect_test::expect;

use crate::world;

const DOUBLE: &str = "+++\nentry = \"f(x: int) -> int\"\n+++\n| x | → |\n|--|--|\n| 1 | 2 |\n| 4 | 8 |\n";

#[test]
fn a_program_is_judged_row_by_row() {
    let world = world();
    world.write("double.task.md", DOUBLE);
    world.write("right.py", "def f(x): return 2 * x\n");
    world.write("wrong.py", "def f(x): return x + 1\n");
    let shown = |text: String| {
        regex_lite::Regex::new(r" +\d+\.\d +\d+\.\d(?: +\d+\.\d)? *")
            .unwrap()
            .replace_all(&text, " [USED] ")
            .into_owned()
    };
    expect![[r#"
        exit: 0
        ----- stdout -----
        probe  verdict  cpu ms  wall ms  MiB
        row 1  holds [USED] 
        row 2  holds [USED] 

        holds on 2 examples (2 of 2 probes hold; isolation: [LEVEL])
        ----- stderr -----
    "#]]
    .assert_eq(&shown(world.run(&["judge", "double.task.md", "right.py"])));
    expect![[r#"
        exit: 1
        ----- stdout -----
        probe  verdict  cpu ms  wall ms  MiB
        row 1  holds [USED] 
        row 2  fails [USED] f(4) is 5, expected 8

        fails (1 of 2 probes hold; isolation: [LEVEL])
        ----- stderr -----
    "#]]
    .assert_eq(&shown(world.run(&["judge", "double.task.md", "wrong.py"])));
}

#[test]
fn the_json_form_has_every_verdict() {
    let world = world();
    world.write("double.task.md", DOUBLE);
    world.write("wrong.py", "def f(x): return x + 1\n");
    let json: serde_json::Value =
        serde_json::from_str(&world.stdout(&["judge", "double.task.md", "wrong.py", "--json"])).unwrap();
    assert_eq!(json["probes"].as_array().unwrap().len(), 2);
    assert!(json["verdict"]["fails"].is_object());
}
