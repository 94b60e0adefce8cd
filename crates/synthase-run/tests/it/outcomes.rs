//! Each way in which a called program can end is its own outcome.

use synthase_types::{Isolation, Outcome};

use crate::world::{outcome_of, runner, works};

#[test]
fn python_outcomes() {
    let counted = runner().isolation() == Isolation::Full;
    for (source, wanted) in [
        ("def f(x): return x", "returned"),
        ("def f(x): return 1 / 0", "raised"),
        ("def f(x): raise SystemExit(0)", "early-exit"),
        ("import os\ndef f(x): os._exit(0)", "early-exit"),
        ("exit(0)", "load-error"),
        ("import nonsense", "load-error"),
        ("raise ValueError", "load-error"),
        ("import sys\nsys.exit(0)", "early-exit"),
        ("import sys\nsys.exit(10**30)", "early-exit"),
        ("import sys\ndef f(x): sys.exit(-10**30)", "early-exit"),
        ("def f(x) return", "syntax-error"),
        ("g = 1", "missing-entry-point"),
        ("f = 1", "missing-entry-point"),
        ("def f(x): return object()", "invalid-output"),
        ("def f(x): return (y for y in [])", "invalid-output"),
        ("def f(x): return '\\ud800'", "invalid-output"),
        ("def f(x):\n    y = []\n    y.append(y)\n    return y", "invalid-output"),
        ("def f(x): return f(x)", "raised"),
        ("def f(x):\n    while True: pass", "cpu-timeout"),
        ("import time\ndef f(x): time.sleep(100)", "wall-timeout"),
        // Without a control group the allocation is refused, and that is an error of the program.
        ("def f(x): return 'a' * 10**9", if counted { "out-of-memory" } else { "raised" }),
        ("def f(x):\n    while True: print('x' * 10**4)", "output-limit"),
        ("import os\ndef f(x): os.kill(os.getpid(), 11)", "signaled"),
        ("import os\ndef f(x): os.abort()", "signaled"),
        ("import os\ndef f(x):\n    os.write(3, b'garbage that is no frame at all')\n    return x", "tampered"),
        ("import os\nos.write(3, b'\\x02\\x00\\x00\\x00{}')\ndef f(x): return x", "tampered"),
        ("import os\ndef f(x):\n    os.close(3)\n    return x", "early-exit"),
    ] {
        let outcome = outcome_of("python", source);
        assert_eq!(outcome.name(), wanted, "{source}: {outcome}");
    }
}

#[test]
fn a_forged_answer_to_a_question_not_asked_yet_is_tampering() {
    // The frame is well formed and has the right nonce; it only comes before its question.
    let source = "
import os, sys
def nonce():
    frame = sys._getframe()
    while frame is not None:
        found = frame.f_locals.get('message')
        if isinstance(found, dict) and 'nonce' in found:
            return found['nonce']
        frame = frame.f_back
text = b'{\"nonce\":\"%s\",\"seq\":1,\"value\":1}' % nonce().encode()
os.write(3, len(text).to_bytes(4, 'little') + text)
def f(x): return 2
";
    assert_eq!(outcome_of("python", source).name(), "tampered");
}

#[test]
fn javascript_outcomes() {
    if !works(&runner(), "javascript") {
        return;
    }
    for (source, wanted) in [
        ("function f(x) { return x; }", "returned"),
        ("const f = (x) => x;", "returned"),
        ("module.exports = function (x) { return x; };", "returned"),
        ("export default function f(x) { return x; }", "returned"),
        ("async function f(x) { return x; }", "returned"),
        ("function f(x) { throw new RangeError('no'); }", "raised"),
        ("function f(x) { process.exit(0); }", "early-exit"),
        ("function f(x {", "syntax-error"),
        ("const g = 1;", "missing-entry-point"),
        ("function f(x) { return Symbol('x'); }", "invalid-output"),
        ("function f(x) { return undefined; }", "invalid-output"),
        ("function f(x) { for (;;); }", "cpu-timeout"),
        ("throw new Error('no');", "load-error"),
        ("export { f };\nfunction f(x) { return x; }", "returned"),
        ("export default (x) => x;", "returned"),
        ("import fs from 'node:fs';\nfunction f(x) { return x; }", "returned"),
        (
            "const t = `\nexport const a = 1`;\nfunction f(x) { return t.includes('export') ? x : Symbol(); }",
            "returned",
        ),
        ("Array.prototype.map = () => { throw 1; };\nfunction f(x) { return x; }", "returned"),
        ("Array.prototype.toJSON = Object.prototype.toJSON = () => 1;\nfunction f(x) { return x; }", "returned"),
    ] {
        let outcome = outcome_of("javascript", source);
        assert_eq!(outcome.name(), wanted, "{source}: {outcome}");
    }
}

#[test]
fn rust_outcomes() {
    if !works(&runner(), "rust") {
        return;
    }
    for (source, wanted) in [
        ("fn f(x: i64) -> i64 { x }", "returned"),
        ("fn f(x: i64) -> i64 { panic!(\"no {x}\") }", "raised"),
        ("fn f(x: i64) -> i64 { i64::MAX + x }", "raised"),
        ("fn f(x: i64) -> i64 { std::process::exit(0) }", "early-exit"),
        ("fn f(x: i64) -> i64 { std::process::abort() }", "signaled"),
        ("fn f(x: i64) -> i64 { if x == i64::MIN { 0 } else { f(x) + 1 } }", "signaled"),
        ("fn f(x: i64) -> i64 { y }", "compile-error"),
        ("fn g(x: i64) -> i64 { x }", "missing-entry-point"),
        ("fn f(x: i64, y: i64) -> i64 { x + y }", "compile-error"),
        ("fn f(x: &str) -> i64 { 1 }", "unfit"),
        ("fn f(x: i64) -> i64 { loop { std::hint::black_box(x); } }", "cpu-timeout"),
    ] {
        let outcome = outcome_of("rust", source);
        assert_eq!(outcome.name(), wanted, "{source}: {outcome}");
    }
}

#[test]
fn the_message_of_an_error_is_kept() {
    let outcome = outcome_of("python", "def f(x): raise ValueError('bad é')");
    let bases = vec!["Exception".into()];
    assert_eq!(outcome, Outcome::Raised { kind: "ValueError".into(), message: "bad é".into(), bases });
}
