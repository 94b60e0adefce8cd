//! Our own form.

use serde_json::{Value as Json, json};

use crate::client::{get, post};
use crate::world::{options, serve};

#[test]
fn a_program_is_run() {
    let served = serve(options());
    let body = json!({
        "language": "python", "source": "import sys\nprint(sys.argv[1:], sys.stdin.read())\nopen('o', 'w').write('x')",
        "stdin": "in", "args": ["a", "b c"], "limits": { "cpu": "2s", "memory": "100MiB" }, "collect": ["o", "p"],
    });
    let answer = post(served.address, "/v1/run", &body).json();
    assert_eq!(answer["outcome"], json!({ "exited": 0 }), "{answer}");
    assert_eq!(answer["stdout"], json!({ "head": "['a', 'b c'] in\n" }), "{answer}");
    assert_eq!((&answer["limits"]["wall"], &answer["limits"]["memory"]), (&json!("6s"), &json!("100MiB")), "{answer}");
    assert_eq!(answer["files"], json!({ "o": "eA==" }), "{answer}");
    assert!(answer["usage"]["cpu_us"].is_u64() && answer["isolation"].is_string(), "{answer}");
}

#[test]
fn a_function_is_called() {
    let served = serve(options());
    let call = |function: &str, args: Json| {
        let source = "def f(a, b):\n    return (a, b + 1)\n";
        let call = json!({ "function": function, "args": args });
        post(served.address, "/v1/run", &json!({ "language": "python", "source": source, "call": call }))
    };
    let answer = call("f", json!([{ "$tuple": ["x"] }, 2])).json();
    assert_eq!(
        (&answer["outcome"], &answer["value"]),
        (&json!("returned"), &json!({ "$tuple": [{ "$tuple": ["x"] }, 3] }))
    );
    let answer = call("f(a: any, b: str) -> any", json!([1, "x"])).json();
    assert_eq!(answer["outcome"]["raised"]["kind"], "TypeError", "{answer}");
    assert_eq!(call("g", json!([])).json()["outcome"], "missing-entry-point");
}

#[test]
fn mistakes_are_told() {
    let served = serve(options());
    let answer = post(served.address, "/v1/run", &json!({ "language": "klingon", "source": "" }));
    assert_eq!(answer.status, 422);
    assert!(answer.message().contains("known: "), "{answer:?}");
    let call = json!({ "function": "f", "args": [] });
    let answer = post(served.address, "/v1/run", &json!({ "language": "bash", "source": "", "call": call }));
    assert_eq!(answer.status, 422, "{answer:?}");
}

#[test]
fn it_says_what_it_can_do_and_how_it_is() {
    let served = serve(options());
    let listed = get(served.address, "/v1/languages").json();
    let python = listed["languages"].as_array().unwrap().iter().find(|one| one["name"] == "python").unwrap();
    assert_eq!((&python["installed"], &python["calls"]), (&json!(true), &json!(true)));
    assert_eq!(python["sandbox_fusion"], json!(["python"]));
    let health = get(served.address, "/v1/health").json();
    assert_eq!((&health["healthy"], &health["workers"], &health["waiting"]), (&json!(true), &json!(2), &json!(0)));
    // Known by now, because all were listed.
    assert!(health["languages"].as_array().unwrap().contains(&json!("python")), "{health}");
    assert_eq!(get(served.address, "/health").json()["isolation"], health["isolation"]);
}
