//! Sessions from the command line, in the form for people and in the form for programs.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};

use synthase_testkit::World;

use crate::world;

/// A session with pipes at both ends.
fn start(world: &World, args: &[&str]) -> Child {
    let mut command = world.command(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// What is printed for these lines.
fn typed(world: &World, args: &[&str], lines: &str) -> String {
    let mut child = start(world, args);
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    world.show(&child.wait_with_output().unwrap())
}

#[test]
fn lines_are_cells_and_blocks_end_with_an_empty_one() {
    let lines = "x = 2\ndef f(a):\n    return a * x\n\nf(4)\n:fork\nx = 50\nf(1)\n:back\nf(1)\nprint('é')\n1/0\n";
    let shown = typed(&world(), &["session"], lines);
    assert!(shown.starts_with("exit: 1\n----- stdout -----\n8\n50\n2\né\n----- stderr -----\n"), "{shown}");
    assert!(shown.contains("in branch 1") && shown.contains("ZeroDivisionError: division by zero"), "{shown}");
}

#[test]
fn requests_are_answered_line_by_line() {
    let world = world();
    world.write("data.txt", "12");
    let mut child = start(&world, &["session", "--json", "--file", "data.txt"]);
    let (mut requests, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut answers = BufReader::new(answers);
    let mut ask = |request: &str| {
        requests.write_all(request.as_bytes()).unwrap();
        requests.write_all(b"\n").unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        answer
    };
    for (request, expected) in [
        (r#"{"id":"a","cell":"x = int(open('data.txt').read())\nx"}"#, r#"{"id":"a","status":"finished","value":12,"#),
        (r#"{"fork":true}"#, r#"{"forked":1,"#),
        (
            r#"{"session":1,"cell":"x += 1\nlen(open('out', 'w').write('hi') * 'a')"}"#,
            r#"{"status":"finished","value":2"#,
        ),
        (r#"{"cell":"x"}"#, r#"{"status":"finished","value":12,"#),
        (r#"{"session":1,"get":"out"}"#, r#"{"path":"out","base64":"aGk=""#),
        (r#"{"get":"out"}"#, r#"{"error":"there is no file out""#),
        (r#"{"interrupt":true}"#, r#"{"interrupted":false}"#),
        ("nonsense", r#"{"error":"no request: "#),
        ("{}", r#"{"error":"the request says nothing to do"}"#),
        (r#"{"session":7,"cell":"1"}"#, r#"{"error":"there is no session 7"#),
        (r#"{"session":1,"close":true}"#, r#"{"closed":1"#),
        (r#"{"reset":true}"#, r#"{"session":0}"#),
        (r#"{"cell":"x"}"#, r#"{"status":"raised","kind":"NameError""#),
    ] {
        let answer = ask(request);
        assert!(answer.starts_with(expected), "{request}: {answer}");
    }
    // An interrupt is heard while a cell runs. It says whether one does, so it is asked until one does.
    requests.write_all(b"{\"id\":\"busy\",\"cell\":\"while True: pass\"}\n").unwrap();
    let mut seen = String::new();
    while !seen.contains("\"interrupted\":true") {
        std::thread::sleep(std::time::Duration::from_millis(50));
        requests.write_all(b"{\"interrupt\":true}\n").unwrap();
        seen.clear();
        answers.read_line(&mut seen).unwrap();
    }
    seen.clear();
    answers.read_line(&mut seen).unwrap();
    assert!(seen.starts_with(r#"{"id":"busy","status":"interrupted","why":"asked""#), "{seen}");
    drop(requests);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_session_is_built_anew_after_everything_was_killed() {
    let world = world();
    let mut child = start(&world, &["session", "--json", "--journal", "work.jsonl"]);
    let mut requests = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    requests.write_all(b"{\"cell\":\"x = [1]\"}\n{\"cell\":\"x.append(2)\"}\n").unwrap();
    for _ in 0..2 {
        answers.read_line(&mut String::new()).unwrap();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let shown = typed(&world, &["session", "--resume", "work.jsonl"], "x\n");
    assert_eq!(shown, "exit: 0\n----- stdout -----\n[1, 2]\n----- stderr -----\n");
    let again = typed(&world, &["session", "--journal", "work.jsonl"], "");
    assert!(again.starts_with("exit: 3\n"), "{again}");
    let none = typed(&world, &["session", "--resume", "work.jsonl", "--branch", "4"], "");
    assert!(none.contains("the journal has no branch 4"), "{none}");
}
