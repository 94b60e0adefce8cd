//! SandboxFusion's form.

use serde_json::{Value as Json, json};

use crate::client::{get, post};
use crate::world::{Served, options, serve, works};

fn run(served: &Served, body: &Json) -> Json {
    let answer = post(served.address, "/run_code", body);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[test]
fn programs_say_hello() {
    let served = serve(options());
    for (language, ours, code, compiled) in [
        ("python", "python", "print('hello,', input())", false),
        ("bash", "bash", "read name; echo hello, $name", false),
        ("nodejs", "javascript", "console.log('hello, ' + require('fs').readFileSync(0, 'utf8').trim())", false),
        (
            "c",
            "c",
            "#include <stdio.h>\nint main(void) { char s[9]; scanf(\"%8s\", s); printf(\"hello, %s\\n\", s); }",
            true,
        ),
    ] {
        if !works(&served, ours) {
            continue;
        }
        let answer = run(&served, &json!({ "code": code, "language": language, "stdin": "Ada\n" }));
        assert_eq!(answer["status"], "Success", "{answer}");
        assert_eq!(answer["message"], "");
        let ran = &answer["run_result"];
        assert_eq!((&ran["status"], &ran["return_code"]), (&json!("Finished"), &json!(0)), "{answer}");
        assert_eq!((&ran["stdout"], &ran["stderr"]), (&json!("hello, Ada\n"), &json!("")), "{answer}");
        assert!(ran["execution_time"].as_f64().unwrap() > 0.0, "{answer}");
        assert_eq!(answer["compile_result"].is_object(), compiled, "{answer}");
        assert_eq!((&answer["files"], &answer["executor_pod_name"]), (&json!({}), &json!(null)));
    }
}

#[test]
fn what_does_not_compile_is_told_with_the_compilers_words() {
    let served = serve(options());
    if !works(&served, "c") {
        return;
    }
    let answer = run(&served, &json!({ "code": "int main(void) { return x; }", "language": "c" }));
    assert_eq!((&answer["status"], &answer["run_result"]), (&json!("Failed"), &json!(null)), "{answer}");
    let compiled = &answer["compile_result"];
    assert_eq!((&compiled["status"], &compiled["return_code"]), (&json!("Finished"), &json!(1)), "{answer}");
    assert!(compiled["stderr"].as_str().unwrap().contains("undeclared"), "{answer}");
}

#[test]
fn programs_fail_in_their_own_ways() {
    let served = serve(options());
    let run = |code: &str| {
        run(
            &served,
            &json!({ "code": code, "language": "python", "run_timeout": 1, "compile_timeout": 1, "memory_limit_MB": 128 }),
        )
    };
    for (code, status, return_code, stderr) in [
        ("assert 1 == 2", "Finished", json!(1), "AssertionError"),
        ("int a = 1", "Finished", json!(1), "SyntaxError: invalid syntax"),
        ("import sys; sys.exit(3)", "Finished", json!(3), ""),
        ("import os; os.kill(os.getpid(), 11)", "Finished", json!(-11), ""),
        ("while True: pass", "TimeLimitExceeded", json!(null), ""),
        ("import time; time.sleep(60)", "TimeLimitExceeded", json!(null), ""),
        ("open('/etc/shadow')", "Finished", json!(1), "Error"),
        ("import socket; socket.create_connection(('1.1.1.1', 80), 1)", "Finished", json!(1), "Error"),
    ] {
        let answer = run(code);
        let ran = &answer["run_result"];
        assert_eq!(answer["status"], "Failed", "{code}: {answer}");
        assert_eq!((&ran["status"], &ran["return_code"]), (&json!(status), &return_code), "{code}: {answer}");
        assert!(ran["stderr"].as_str().unwrap().contains(stderr), "{code}: {answer}");
    }
    // Without a control group the allocation is refused, and that is an error of the program.
    let answer = run("x = 'a' * 10**9");
    assert_ne!(answer["run_result"]["return_code"], 0, "{answer}");
    let said = answer["run_result"]["stderr"].as_str().unwrap();
    assert!(said.contains("used more memory than allowed") || said.contains("MemoryError"), "{answer}");
}

#[test]
fn what_was_written_before_the_time_was_up_is_told() {
    let served = serve(options());
    let body =
        json!({ "code": "print('so far', flush=True)\nwhile True: pass", "language": "python", "run_timeout": 0.5 });
    let answer = run(&served, &body);
    assert_eq!(answer["run_result"]["status"], "TimeLimitExceeded", "{answer}");
    assert_eq!(answer["run_result"]["stdout"], "so far\n", "{answer}");
}

#[test]
fn files_go_in_and_out() {
    let served = serve(options());
    let code = "import os\ntext = open('in/deep/a.txt').read()\nos.makedirs('out')\n\
                open('out/b.bin', 'wb').write(text.encode() + bytes([0, 255]))";
    let answer = run(
        &served,
        &json!({
            "code": code, "language": "python", "files": { "in/deep/a.txt": "aGk=", "nothing": null },
            "fetch_files": ["out/b.bin", "./out/b.bin", "out/none"],
        }),
    );
    assert_eq!(answer["status"], "Success", "{answer}");
    assert_eq!(answer["files"], json!({ "out/b.bin": "aGkA/w==", "./out/b.bin": "aGkA/w==" }), "{answer}");
}

#[test]
fn nothing_of_one_request_is_there_for_the_next() {
    let served = serve(options());
    for _ in 0..4 {
        let code = "import os, builtins\nprint(sorted(os.listdir()), hasattr(builtins, 'left'))\n\
                    open('left.txt', 'w').write('x')\nbuiltins.left = 1";
        let answer = run(&served, &json!({ "code": code, "language": "python" }));
        assert_eq!(answer["run_result"]["stdout"], "[] False\n", "{answer}");
    }
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    let served = serve(options());
    let code = "import sys; sys.stdout.buffer.write(b'a\\xffb')";
    let answer = run(&served, &json!({ "code": code, "language": "python" }));
    assert_eq!(answer["run_result"]["stdout"], "a\u{fffd}b", "{answer}");
}

#[test]
fn a_language_that_is_not_to_be_had_says_nothing_of_the_program() {
    let served = serve(options());
    let answer = run(&served, &json!({ "code": "", "language": "python_gpu" }));
    assert_eq!((&answer["status"], &answer["run_result"]), (&json!("SandboxError"), &json!(null)), "{answer}");
    assert!(answer["message"].as_str().unwrap().contains("python_gpu"), "{answer}");
    let answer = post(served.address, "/run_code", &json!({ "code": "", "language": "klingon" }));
    assert_eq!(answer.status, 422);
    assert!(answer.message().contains("klingon"), "{answer:?}");
}

#[test]
fn it_answers_to_ping() {
    let served = serve(options());
    let answer = get(served.address, "/v1/ping");
    assert_eq!((answer.status, answer.json()), (200, json!("pong")));
}
