use expect_test::expect;

use crate::world;

#[test]
fn tables_are_listed() {
    let world = world();
    expect![[r#"
        exit: 0
        ----- stdout -----
        strategy   what it does                                                                   what it costs
        enumerate  search programs from the examples alone, simplest first; no model, no network  terms of the symbolic search, and one run of each answer per example
        ----- stderr -----
    "#]].assert_eq(&world.run(&["list", "strategies"]));
    expect![[r#"
        exit: 0
        ----- stdout -----
        suite           what it is
        cruxeval        800 Python functions with an input and its output (facebookresearch/cruxeval, MIT)
        humaneval       164 Python functions with tests (openai/human-eval, MIT)
        lists-dev       217 functions on lists of integers, 15 examples each (ellisk42/ec, MIT)
        poly-humaneval  HumanEval in 14 languages, by --lang (polyeval/poly-humaneval, MIT)
        puzzles         1,715 Python puzzles, an answer and its test (microsoft/PythonProgrammingPuzzles, MIT)
        tasks           a folder of task documents with held-out parts (`--data FOLDER`)
        verilog-eval    156 Verilog modules with test benches (NVlabs/verilog-eval, MIT)
        ----- stderr -----
    "#]]
    .assert_eq(&world.run(&["list", "suites"]));
    expect![[r#"
        exit: 0
        ----- stdout -----
        profile    which answers count as equal
        evalplus   as EvalPlus compares: Python's ==, with a tolerance for floats and lists of floats
        humaneval  Python's ==: 1 == 1.0 == True, no tolerance
        strict     of the same kind; floats within a small tolerance, wherever they stand (the default)
        ----- stderr -----
    "#]]
    .assert_eq(&world.run(&["list", "equality"]));
    expect![[r#"
        exit: 0
        ----- stdout -----
        level       what stands between a program and the machine
        full        namespaces, seccomp, Landlock, control group
        namespaces  namespaces, seccomp, Landlock, resource limits
        landlock    Landlock, seccomp, resource limits, process group
        rlimits     resource limits and a process group only
        ----- stderr -----
    "#]]
    .assert_eq(&world.run(&["list", "isolation"]));
    expect![[r#"
        exit: 0
        ----- stdout -----
        code  meaning
        0     solved, or everything holds
        1     judged, and something does not hold
        2     the command line is wrong
        3     a task, program or other input cannot be used as it is
        4     no program was found: there is nothing more to try
        5     no program was found within the budget
        6     a program could not be run or judged
        70    a fault of synthase itself, or the result cannot be written
        130   stopped by the user
        ----- stderr -----
    "#]]
    .assert_eq(&world.run(&["list", "exit-codes"]));
}

#[test]
fn languages_are_listed_with_what_works() {
    let text = world().stdout(&["list", "languages"]);
    for language in ["bash", "c", "javascript", "python", "rust"] {
        assert!(text.lines().any(|line| line.starts_with(language)), "{text}");
    }
    assert!(text.contains("python") && text.contains("installed"), "{text}");
}

#[test]
fn components_are_listed_with_the_tasks_that_use_them() {
    let json: serde_json::Value = serde_json::from_str(&world().stdout(&["list", "components", "--json"])).unwrap();
    for component in json.as_array().unwrap() {
        let tasks: u32 = component["tasks"].as_str().unwrap().parse().unwrap();
        assert!(tasks >= 3, "{component}");
    }
}
