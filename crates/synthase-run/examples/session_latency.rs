//! What a session costs: its start, a cell, a fork, beside what the machine takes for the least of each.
//!
//! `cargo run --release -p synthase-run --example session_latency [cells]`

#![allow(clippy::print_stdout, reason = "an example for people")]

use std::time::{Duration, Instant};

use synthase_run::session::{CellStatus, Session, SessionOptions, Statefulness};
use synthase_run::{RunError, Runner, RunnerOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cells: usize = std::env::args().nth(1).map_or(Ok(5000), |text| text.parse())?;
    let runner = Runner::new(RunnerOptions::default())?;
    println!("isolation: {}", runner.isolation());
    // The toolchain is looked up once for each program, and not part of a start.
    drop(runner.open_session("python", &SessionOptions::default())?);
    let mut starts = Vec::new();
    for _ in 0..10 {
        let started = Instant::now();
        drop(runner.open_session("python", &SessionOptions::default())?);
        starts.push(started.elapsed());
    }
    print_row("start of a session with its interpreter", starts);

    let mut session = runner.open_session("python", &SessionOptions::default())?;
    for code in ["x = 1", "x + 1", "print('hi')", "def f(n):\n    return n + 1\nf(x)"] {
        print_row(&format!("cell {code:?}"), timed(cells, || run(&mut *session, code))?);
    }
    print_row("fork of a session", timed(200, || session.fork().map(drop))?);
    let options = SessionOptions { statefulness: Statefulness::Stateless, ..SessionOptions::default() };
    let mut stateless = runner.open_session("python", &options)?;
    print_row("cell \"x = 1\" of a stateless session", timed(200, || run(&mut *stateless, "x = 1"))?);

    // The floors are measured where the cells run: a Python process that answers, and a bare fork.
    let floor = session.run_cell(FLOORS)?;
    if floor.status != CellStatus::Finished {
        return Err(format!("the floors could not be measured: {:?}", floor.status).into());
    }
    print!("{}", floor.written(false));
    Ok(())
}

/// A pair of sockets with a forked child, and a fork until the child's end, both inside a session.
const FLOORS: &str = r#"
import os, socket, time
def show(name, times):
    times.sort()
    print("%-52s median %8.1f us, least %8.1f us" % (name, times[len(times) // 2] * 1e6, times[0] * 1e6))
here, there = socket.socketpair()
child = os.fork()
if child == 0:
    here.close()
    while data := there.recv(100):
        there.send(data)
    os._exit(0)
there.close()
times = []
for _ in range(5000):
    start = time.perf_counter()
    here.send(b"x"); here.recv(100)
    times.append(time.perf_counter() - start)
here.close()
os.waitpid(child, 0)
show("floor: a byte to a forked Python process and back", times)
times = []
for _ in range(200):
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    times.append(time.perf_counter() - start)
show("floor: os.fork until the child has ended", times)
times = []
for _ in range(5000):
    start = time.perf_counter()
    eval(compile("x = 1", "<cell 1>", "exec"))
    times.append(time.perf_counter() - start)
show("floor: compile and run \"x = 1\"", times)
"#;

fn run(session: &mut dyn Session, code: &str) -> Result<(), RunError> {
    let result = session.run_cell(code)?;
    assert_eq!(result.status, CellStatus::Finished, "{result:?}");
    Ok(())
}

fn timed(count: usize, mut what: impl FnMut() -> Result<(), RunError>) -> Result<Vec<Duration>, RunError> {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let started = Instant::now();
        what()?;
        times.push(started.elapsed());
    }
    Ok(times)
}

fn print_row(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let (median, least) = (times[times.len() / 2], times[0]);
    println!("{name:<52} median {:8.1} us, least {:8.1} us", micros(median), micros(least));
}
