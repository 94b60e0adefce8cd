//! `synthase serve`, from its start to its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use expect_test::expect;
use synthase_testkit::World;

use crate::world;

/// Starts a server on any port: the process and its address.
fn serve(world: &World, args: &[&str]) -> (Child, String) {
    let all = [&["serve", "--run", "--listen", "127.0.0.1:0", "--workers", "2"], args].concat();
    let mut child = world.command(&all).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line}")).to_owned();
    (child, address)
}

fn run_code(address: &str, code: &str) -> TcpStream {
    let body = serde_json::json!({ "code": code, "language": "python" }).to_string();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let head = "POST /run_code HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n";
    write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    stream
}

fn read(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// All processes that descend from this one.
fn descendants(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            // Behind the name, which may contain anything: the state and the parent.
            let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
            Some((pid, parent))
        })
        .collect();
    let mut found = vec![root];
    for at in 0.. {
        let Some(parent) = found.get(at).copied() else { break };
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
    }
    found
}

fn signal(child: &Child, name: &str) {
    let words = ["sh", "-c", &format!("kill -{name} {}", child.id())].map(Into::into);
    synthase::sandbox::host_command(&words, None, Duration::from_secs(10)).unwrap();
}

#[test]
fn a_server_answers_until_it_is_stopped_and_leaves_nothing() {
    let world = world();
    let (mut child, address) = serve(&world, &[]);
    assert!(read(run_code(&address, "print(6 * 7)")).contains("\"stdout\":\"42\\n\""));
    let slow = run_code(&address, "import time; time.sleep(0.5); print('done')");
    let start = Instant::now();
    while descendants(child.id()).len() < 3 && start.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(200));
    let all = descendants(child.id());
    assert!(all.len() > 3, "{all:?}");
    signal(&child, "TERM");
    assert!(read(slow).contains("done"), "what was taken is answered");
    assert!(child.wait().unwrap().success());
    let left = |pid: &u32| std::path::Path::new(&format!("/proc/{pid}")).exists();
    let start = Instant::now();
    while all.iter().any(left) {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{:?}",
            all.iter().filter(|pid| left(pid)).collect::<Vec<_>>()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    expect![[r#"
        2 workers; isolation: [LEVEL]
        stopping when all is answered; once more to end programs
        stopped
    "#]]
    .assert_eq(&world.filter(&said));
}

#[test]
fn the_second_signal_ends_programs() {
    let world = world();
    let (mut child, address) = serve(&world, &[]);
    let asked = run_code(&address, "print(1, flush=True)\nimport time; time.sleep(100)");
    std::thread::sleep(Duration::from_millis(500));
    signal(&child, "INT");
    std::thread::sleep(Duration::from_millis(200));
    signal(&child, "INT");
    assert!(read(asked).starts_with("HTTP/1.1 503"));
    assert!(child.wait().unwrap().success());
}

#[test]
fn other_machines_are_served_only_if_that_is_said() {
    let world = world();
    expect![[r#"
        exit: 2
        ----- stdout -----
        ----- stderr -----
        error: other machines can reach 0.0.0.0:0
        hint: if that is meant, say so: --allow-remote, and better with --token-file
    "#]]
    .assert_eq(&world.run(&["serve", "--listen", "0.0.0.0:0"]));
    world.write("token", "\n");
    expect![[r#"
        exit: 3
        ----- stdout -----
        ----- stderr -----
        error: token has no token in it
    "#]]
    .assert_eq(&world.run(&["serve", "--token-file", "token"]));
}

#[test]
fn an_address_that_is_taken_is_told() {
    let world = world();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = world.run(&["serve", "--listen", &address]);
    assert!(said.starts_with("exit: 3\n") && said.contains("cannot listen on"), "{said}");
}
