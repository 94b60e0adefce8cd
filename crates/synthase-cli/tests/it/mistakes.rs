//! Bad input: each mistake has a message that says what, where and what to do, and an exit code.

use expect_test::expect;

use crate::solve::INITIALS;
use crate::world;

#[test]
fn files_that_cannot_be_read() {
    let world = world();
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: cannot read missing.task.md: No such file or directory (os error 2)
    "#]]
    .assert_eq(&world.run(&["solve", "missing.task.md"]));
    world.write("binary.task.md", [b'#', b'\n', 0xff, 0xfe]);
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: cannot read binary.task.md: line 2 is not UTF-8 text
    "#]]
    .assert_eq(&world.run(&["solve", "binary.task.md"]));
    std::fs::create_dir(world.folder().join("empty")).unwrap();
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: empty has no *.task.md or *.task.json in it
    "#]]
    .assert_eq(&world.run(&["solve", "empty"]));
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: cannot read empty: it is a folder
    "#]]
    .assert_eq(&world.run(&["run", "empty"]));
}

#[test]
fn tasks_that_are_wrong() {
    let world = world();
    for (name, text) in [
        ("type", "+++\nentry = \"f(x: strng) -> int\"\n+++\n"),
        ("arity", "+++\nentry = \"f(x: int) -> int\"\n+++\n| x | y | → |\n|-|-|-|\n| 1 | 2 | 3 |\n"),
        ("unfit", "+++\nentry = \"f(x: int) -> int\"\n+++\n| x | → |\n|-|-|\n| 1 | \"one\" |\n"),
        ("opaque", "+++\nentry = \"f(x: int) -> any\"\n+++\n| x | → |\n|-|-|\n| 1 | opaque\"X\" |\n"),
        ("front", "+++\nentri = 1\n+++\n"),
        ("empty", ""),
        ("words", "# Only words\n\nNo examples at all.\n"),
    ] {
        world.write(&format!("{name}.task.md"), text);
    }
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: type.task.md: entry point: unknown type `strng` (known: int, i8 to i64, u8 to u64, float, bool, str, bytes, list[T], tuple[T, ...], set[T], map[K, V], optional[T], record{name: T}, date, time, datetime, decimal, complex, bvN, tagged[name], any) at character 6
    "#]].assert_eq(&world.run(&["solve", "type.task.md"]));
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: arity.task.md: line 6: row 1 has 2 inputs, but `f` takes 1 input
    "#]]
    .assert_eq(&world.run(&["solve", "arity.task.md"]));
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: unfit.task.md: line 6: row 1, `→`: "one" is no int
    "#]]
    .assert_eq(&world.run(&["solve", "unfit.task.md"]));
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: opaque.task.md: line 6: row 1: an expected value cannot contain `opaque`
    "#]]
    .assert_eq(&world.run(&["solve", "opaque.task.md"]));
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: front.task.md: line 2: front matter: unknown field `entri`, expected one of `name`, `description`, `entry`, `language`, `prelude`, `equality`, `examples`, `inputs`, `tests`, `properties`, `oracle`, `sketch`, `contract`, `objective`, `limits`, `environment`
    "#]].assert_eq(&world.run(&["solve", "front.task.md"]));
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: empty.task.md: nothing says how the program is called: add `entry = "name(x: type) -> type"` or an example
    "#]].assert_eq(&world.run(&["solve", "empty.task.md"]));
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: words.task.md: nothing says how the program is called: add `entry = "name(x: type) -> type"` or an example
    "#]].assert_eq(&world.run(&["solve", "words.task.md"]));
}

#[test]
fn command_lines_that_are_wrong() {
    let world = world();
    world.write("initials.task.md", INITIALS);
    expect![[r#"
        exit: 2
        ----- stdout -----
        ----- stderr -----
        error: give either task documents or examples
        hint: synthase solve examples/initials.task.md
        hint: synthase solve --example '"Ada Lovelace" -> "A.L."' --example '"Alan Turing" -> "A.T."'
    "#]]
    .assert_eq(&world.run(&["solve"]));
    expect![[r#"
        exit: 2
        ----- stdout -----
        ----- stderr -----
        error: give either task documents or examples
        hint: synthase solve examples/initials.task.md
        hint: synthase solve --example '"Ada Lovelace" -> "A.L."' --example '"Alan Turing" -> "A.T."'
    "#]]
    .assert_eq(&world.run(&["solve", "initials.task.md", "--example", "1 -> 2"]));
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: --example 'Ada -> 2': in `Ada -> 2`: `Ada` is not a value (a text needs quotes: "Ada") at character 1
        hint: write it as in '"Ada Lovelace" -> "A.L."'
    "#]]
    .assert_eq(&world.run(&["solve", "--example", "Ada -> 2"]));
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: no row has an answer
        hint: write a row as in '"Ada Lovelace" -> "A.L."'
    "#]]
    .assert_eq(&world.run(&["solve", "--example", "1"]));
    expect![[r#"
        exit: 2
        ----- stdout -----
        ----- stderr -----
        error: unknown language `cobol` (known: bash, c, cpp, csharp, fortran, go, haskell, java, javascript, kotlin, lua, ocaml, pascal, perl, php, prolog, python, r, racket, ruby, rust, scala, sql, typescript, verilog)
    "#]]
    .assert_eq(&world.run(&["solve", "initials.task.md", "--lang", "cobol"]));
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: Initials: the symbolic proposer writes javascript, python and rust, not c
    "#]]
    .assert_eq(&world.run(&["solve", "initials.task.md", "--lang", "c"]));
    expect![[r#"
        exit: 2
        ----- stdout -----
        ----- stderr -----
        error: invalid value 'soon' for '--budget <TIME>': `soon` is not a duration (write for example 250ms, 3s or 2m)

        For more information, try '--help'.
    "#]]
    .assert_eq(&world.run(&["solve", "initials.task.md", "--budget", "soon"]));
    expect![[r#"
        exit: 2
        ----- stdout -----
        ----- stderr -----
        error: unknown strategy `magic` (known: enumerate)
    "#]]
    .assert_eq(&world.run(&["solve", "initials.task.md", "--strategy", "magic"]));
    expect![[r#"
        exit: 2
        ----- stdout -----
        ----- stderr -----
        error: --workers must be at least 1
    "#]]
    .assert_eq(&world.run(&["solve", "initials.task.md", "--workers", "0"]));
    expect![[r#"
        exit: 2
        ----- stdout -----
        ----- stderr -----
        error: the ending of initials.task.md tells no language
        hint: name it with --lang
    "#]]
    .assert_eq(&world.run(&["run", "initials.task.md"]));
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: no recorded run is called `nothing`
        hint: `synthase list runs` shows what is recorded
    "#]]
    .assert_eq(&world.run(&["show", "nothing"]));
    expect![[r#"
        exit: 2
        ----- stdout -----
        ----- stderr -----
        error: no data: name its folder with --data or SYNTHASE_DATA
        hint: nothing is downloaded
    "#]]
    .assert_eq(&world.run(&["eval", "lists-dev"]));
    expect![[r#"
        exit: 2
        ----- stdout -----
        ----- stderr -----
        error: unknown suite `magic` (known: cruxeval, humaneval, lists-dev, poly-humaneval, puzzles, tasks, verilog-eval)
    "#]]
    .assert_eq(&world.run(&["eval", "magic", "--data", "."]));
}

#[test]
fn tables_that_are_wrong() {
    let world = world();
    world.write("short.csv", "a,b\n1,2\n3\n");
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: short.csv: line 3: 1 cell, but the header has 2
    "#]]
    .assert_eq(&world.run(&["solve", "--examples", "short.csv"]));
    world.write("narrow.csv", "a\n1\n");
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: narrow.csv: line 1: a header with at least one parameter and the answer is needed
    "#]]
    .assert_eq(&world.run(&["solve", "--examples", "narrow.csv"]));
}

#[test]
fn a_missing_interpreter_is_named_with_its_remedy() {
    let world = world();
    world.write("initials.task.md", INITIALS);
    world.write("f.py", "print(1)\n");
    let output = world.command(&["run", "f.py"]).env("PATH", "/nowhere").output().unwrap();
    expect![[r#"
        exit: 6
        ----- stdout -----
        ----- stderr -----
        error: Python cannot be run: no python3 or python on the PATH
        hint: install it: apt-get install python3
        hint: `synthase doctor` shows what works on this machine
    "#]]
    .assert_eq(&world.show(&output));
    let output = world.command(&["solve", "initials.task.md"]).env("PATH", "/nowhere").output().unwrap();
    expect![[r#"
        exit: 6
        ----- stdout -----
        ----- stderr -----
        Initials: a program was found, but not judged: Python cannot be run: no python3 or python on the PATH
          `synthase doctor` shows what works on this machine
    "#]]
    .assert_eq(&world.show(&output));
}

#[test]
fn a_state_folder_that_cannot_be_used_changes_no_answer() {
    let world = world();
    world.write("initials.task.md", INITIALS);
    world.write("file", "not a folder");
    expect![[r#"
        exit: 0
        ----- stdout -----
        def initials(name: str) -> str:
            return "".join(word.upper()[0] + "." for word in name.split())
        ----- stderr -----
        warning: no record is kept: cannot use the state folder file: File exists (os error 17)
        Initials: holds on 3 examples (run at isolation level [LEVEL])
          row 2 is needed: without it another program would be chosen
    "#]]
    .assert_eq(&world.run(&["solve", "initials.task.md", "--state", "file"]));
    world.write("broken/record.sqlite", "this is no database at all, just some text that is long enough");
    expect![[r#"
        exit: 0
        ----- stdout -----
        def initials(name: str) -> str:
            return "".join(word.upper()[0] + "." for word in name.split())
        ----- stderr -----
        warning: no record is kept: preparing the record in broken/record.sqlite: file is not a database: Error code 26: file is not a database
        Initials: holds on 3 examples (run at isolation level [LEVEL])
          row 2 is needed: without it another program would be chosen
    "#]].assert_eq(&world.run(&["solve", "initials.task.md", "--state", "broken"]));
}
