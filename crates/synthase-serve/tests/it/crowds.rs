//! Many requests at a time, and the end of a server.

use std::io::Write;
use std::thread;
use std::time::Duration;

use serde_json::json;
use synthase_serve::Options;

use crate::client::{connect, post, read, request};
use crate::world::{options, serve};

#[test]
fn fifty_at_a_time_get_each_its_own_answer() {
    let served = serve(options());
    let address = served.address;
    let ask = |number: usize| {
        thread::spawn(move || {
            let body = json!({ "code": "print(int(input()) ** 2)", "language": "python", "stdin": number.to_string() });
            let answer = post(address, "/run_code", &body);
            assert_eq!(answer.status, 200, "{answer:?}");
            assert_eq!(answer.json()["run_result"]["stdout"], format!("{}\n", number * number));
        })
    };
    let asked: Vec<_> = (0..50).map(ask).collect();
    for one in asked {
        one.join().unwrap();
    }
}

#[test]
fn who_is_too_many_is_told_to_come_again() {
    let served = serve(Options { workers: 1, queue: 1, ..options() });
    let body = json!({ "code": "import time; time.sleep(100)", "language": "python", "run_timeout": 60 });
    let bytes = request("POST", "/run_code", "", &serde_json::to_vec(&body).unwrap());
    let mut running = connect(served.address);
    running.write_all(&bytes).unwrap();
    served.wait_until("running", 1);
    let mut waiting = connect(served.address);
    waiting.write_all(&bytes).unwrap();
    served.wait_until("waiting", 1);
    let answer = post(served.address, "/run_code", &body);
    assert_eq!(answer.status, 503);
    assert!(answer.head.to_ascii_lowercase().contains("retry-after: 1"), "{answer:?}");
}

#[test]
fn a_server_that_is_stopped_answers_what_it_has_taken() {
    let mut served = serve(Options { grace: Duration::from_secs(60), ..options() });
    let body = json!({ "code": "import time; time.sleep(1); print('done')", "language": "python" });
    let bytes = request("POST", "/run_code", "", &serde_json::to_vec(&body).unwrap());
    let mut asked = connect(served.address);
    asked.write_all(&bytes).unwrap();
    served.wait_until("running", 1);
    served.shutdown.begin();
    assert_eq!(read(&mut asked).json()["run_result"]["stdout"], "done\n");
    served.stop();
    assert!(std::net::TcpStream::connect(served.address).is_err(), "nobody listens any more");
}

#[test]
fn after_the_grace_programs_are_ended_and_clients_told() {
    let mut served = serve(Options { grace: Duration::from_millis(200), ..options() });
    let body = json!({ "code": "import time; time.sleep(100)", "language": "python", "run_timeout": 60 });
    let bytes = request("POST", "/run_code", "", &serde_json::to_vec(&body).unwrap());
    let mut asked = connect(served.address);
    asked.write_all(&bytes).unwrap();
    served.wait_until("running", 1);
    served.stop();
    assert_eq!(read(&mut asked).status, 503);
}
