use expect_test::expect;

use crate::world;

#[test]
fn a_folder_of_tasks_is_solved_and_graded() {
    let world = world();
    let good = "| x | → |\n|-|-|\n| 1 | 2 |\n| 5 | 10 |\n| 0 | 0 |\n\n## Held out\n\n| x | → |\n|-|-|\n| 7 | 14 |\n| 1 | 2 |\n";
    let misled = "| x | → |\n|-|-|\n| 2 | 4 |\n\n## Held out\n\n| x | → |\n|-|-|\n| 3 | 9 |\n| 4 | 99 |\n";
    world.write("tasks/double.task.md", good);
    world.write("tasks/misled.task.md", misled);
    let args = ["eval", "tasks", "--data", "tasks", "--no-record"];
    let text = regex_lite::Regex::new(r"\b\d+ ms|/2  +\d+ +|ms +stop")
        .unwrap()
        .replace_all(&world.run(&args), "[MS]")
        .into_owned();
    expect![[r#"
        exit: 0
        ----- stdout -----
        problem  shown  held out  rows  [MS]
        double   yes    yes       2[MS]solved
        misled   yes    no        0[MS]solved

        tasks: 2 problems
        right on everything shown        2  (100.0 %)
        right on everything held out     1  (50.0 %)
        held-out rows that repeat a shown input: 1; not judged: 0
        search time per problem: median [MS], 90 % [MS], longest [MS]
        ----- stderr -----
    "#]]
    .assert_eq(&text);
    let json: serde_json::Value = serde_json::from_str(&world.stdout(&[&args[..], &["--json"]].concat())).unwrap();
    assert_eq!(
        (json["total"].as_u64(), json["shown_consistent"].as_u64(), json["held_out_correct"].as_u64()),
        (Some(2), Some(2), Some(1))
    );
    assert_eq!(json["repeated_inputs"], 1);
}
