use expect_test::expect;

use crate::solve::INITIALS;
use crate::world;

#[test]
fn saved_evidence_is_run_again() {
    let world = world();
    world.write("initials.task.md", INITIALS);
    let solution = world.stdout(&["solve", "initials.task.md", "--json", "--no-record"]);
    world.write("solution.json", &solution);
    let hide = |text: String| regex_lite::Regex::new(r"[0-9a-f]{12}").unwrap().replace_all(&text, "[ID]").into_owned();
    expect![[r#"
        exit: 0
        ----- stdout -----
        Initials: [ID] agrees: saved as `holds on 3 examples`, now `holds on 3 examples`
        ----- stderr -----
    "#]]
    .assert_eq(&hide(world.run(&["verify", "solution.json"])));
    // A solution whose program was changed by hand does not verify.
    let forged = solution.replace("upper", "lower");
    assert_ne!(forged, solution);
    world.write("forged.json", forged);
    expect![[r#"
        exit: 1
        ----- stdout -----
        Initials: [ID] differs: saved as `holds on 3 examples`, now `fails: initials("Ada Lovelace") is "a.l.", expected "A.L."`; the saved text is not the one that this program becomes
        ----- stderr -----
    "#]].assert_eq(&hide(world.run(&["verify", "forged.json"])));
    world.write("nothing.json", "{}");
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: nothing.json holds no solution
        hint: save one with `synthase solve TASK --json > solution.json`
    "#]]
    .assert_eq(&world.run(&["verify", "nothing.json"]));
}
