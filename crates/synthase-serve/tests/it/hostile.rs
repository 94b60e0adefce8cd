//! Requests that nobody in his right mind would send, and clients that do not keep their side.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use serde_json::json;
use synthase_serve::Options;

use crate::client::{connect, get, post, read, request, send};
use crate::world::{options, serve};

#[test]
fn paths_that_lead_out_are_refused() {
    let served = serve(options());
    for path in ["../x", "/etc/cron.d/x", "a/../../x", "", "a/", "a\u{0}b"] {
        let answer =
            post(served.address, "/run_code", &json!({ "code": "", "language": "python", "files": { path: "aGk=" } }));
        assert_eq!(answer.status, 422, "{path:?}: {answer:?}");
        let body = json!({ "code": "", "language": "python", "fetch_files": [path] });
        assert_eq!(post(served.address, "/run_code", &body).status, 422, "{path:?}");
    }
    let body = json!({ "code": "", "language": "python", "files": { "a": "not base64!" } });
    assert!(post(served.address, "/run_code", &body).message().contains("base64"));
}

#[test]
fn a_link_that_leads_out_is_not_followed() {
    let served = serve(options());
    let code = "import os; os.symlink('/etc/passwd', 'a'); os.symlink('/', 'b')";
    let body = json!({ "code": code, "language": "python", "fetch_files": ["a", "b/etc/passwd"] });
    let answer = post(served.address, "/run_code", &body).json();
    assert_eq!((&answer["status"], &answer["files"]), (&json!("Success"), &json!({})), "{answer}");
}

#[test]
fn bodies_that_are_no_requests_are_refused() {
    let served = serve(options());
    for (body, status) in [
        (b"".as_slice(), 422),
        (b"{", 422),
        (b"[]", 422),
        (b"{\"code\": \"\xff\", \"language\": \"python\"}", 422),
        (b"{\"code\": 1, \"language\": \"python\"}", 422),
        (b"{\"language\": \"python\"}", 422),
    ] {
        let answer = send(served.address, &request("POST", "/run_code", "", body));
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(!answer.message().is_empty());
    }
    let deep = "[".repeat(100_000);
    assert_eq!(send(served.address, &request("POST", "/v1/run", "", deep.as_bytes())).status, 422);
    assert_eq!(get(served.address, "/run_code").status, 405);
    assert!(get(served.address, "/run_jupyter").message().contains("/v1/languages"));
}

#[test]
fn only_json_from_programs_is_taken() {
    let served = serve(options());
    let plain = b"POST /run_code HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(send(served.address, plain).status, 415);
    let page = request("POST", "/run_code", "Origin: http://evil.example\r\n", b"{}");
    assert_eq!(send(served.address, &page).status, 403);
}

#[test]
fn who_has_no_token_is_not_served() {
    let served = serve(Options { token: Some("s3cret".to_owned()), ..options() });
    let body = serde_json::to_vec(&json!({ "code": "print(1)", "language": "python" })).unwrap();
    for (header, status) in [
        ("", 401),
        ("Authorization: Bearer s3cre\r\n", 401),
        ("Authorization: s3cret\r\n", 401),
        ("Authorization: Bearer s3cret\r\n", 200),
    ] {
        let answer = send(served.address, &request("POST", "/run_code", header, &body));
        assert_eq!(answer.status, status, "{header}");
    }
    assert_eq!(get(served.address, "/v1/health").status, 401);
    assert_eq!(get(served.address, "/v1/ping").status, 200);
}

#[test]
fn large_bodies_are_refused_before_they_are_read() {
    let served = serve(Options { body: 100_000, ..options() });
    let answer = send(
        served.address,
        b"POST /run_code HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{",
    );
    assert_eq!(answer.status, 413);
    // The same where the length is not told beforehand.
    let head =
        "POST /run_code HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let answer = send(served.address, format!("{head}{}0\r\n\r\n", chunk.repeat(3)).as_bytes());
    assert_eq!(answer.status, 413);
    let large = json!({ "code": "#".repeat(90_000), "language": "python" });
    assert_eq!(post(served.address, "/run_code", &large).json()["status"], "Success");
}

#[test]
fn a_client_that_goes_away_takes_its_program_with_it() {
    let served = serve(Options { workers: 1, ..options() });
    let body = json!({ "code": "import time; time.sleep(100)", "language": "python", "run_timeout": 60 });
    let bytes = request("POST", "/run_code", "", &serde_json::to_vec(&body).unwrap());
    for _ in 0..3 {
        let mut running = connect(served.address);
        running.write_all(&bytes).unwrap();
        served.wait_until("running", 1);
        let mut waiting = connect(served.address);
        waiting.write_all(&bytes).unwrap();
        served.wait_until("waiting", 1);
        drop(waiting);
        served.wait_until("waiting", 0);
        drop(running);
        let start = Instant::now();
        served.wait_until("running", 0);
        assert!(start.elapsed() < Duration::from_secs(20));
        // The worker goes on with others.
        let answer = post(served.address, "/run_code", &json!({ "code": "print(1)", "language": "python" }));
        assert_eq!(answer.json()["run_result"]["stdout"], "1\n");
    }
}

#[test]
fn connections_without_requests_do_not_keep_others_out_for_ever() {
    let served = serve(Options { connections: 8, ..options() });
    let idle: Vec<_> = (0..8).map(|_| connect(served.address)).collect();
    std::thread::sleep(Duration::from_millis(100));
    let mut late = connect(served.address);
    late.write_all(&request("GET", "/v1/ping", "", b"")).unwrap();
    late.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!(late.read(&mut [0]).is_err(), "it has to wait");
    drop(idle);
    late.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    assert_eq!(read(&mut late).status, 200);
}
