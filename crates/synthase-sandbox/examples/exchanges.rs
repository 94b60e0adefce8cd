//! What one exchange of frames costs with a program that answers at once:
//! `cargo run --release -p synthase-sandbox --example exchanges -- 20000`.
//!
//! Prints the elapsed time per round trip, and beside it a floor measured in the same way: the same bytes
//! sent through a socket pair to a thread of this process that sends them back.
#![allow(clippy::print_stdout, reason = "an example for people")]

use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use synthase_sandbox::{Command, Options, Reply, Sandbox, Terms, View, host_command};
use synthase_types::Limits;

fn main() {
    let rounds: usize = std::env::args().nth(1).map_or(20_000, |text| text.parse().expect("a number of rounds"));
    let script = "import os, sys; print(os.path.realpath(sys.executable)); print(sys.base_prefix)";
    let python: [OsString; 3] = ["python3".into(), "-c".into(), script.into()];
    let output = host_command(&python, None, Duration::from_secs(30)).expect("python3");
    let text = String::from_utf8(output.stdout).expect("paths");
    let (executable, prefix) = text.trim().split_once('\n').expect("two lines");

    let sandbox = Sandbox::new(&Options::default()).expect("a sandbox");
    let jail = sandbox.jail(&View::system().allow(prefix)).expect("a jail");
    let slot = sandbox.slot().expect("a slot");
    let echo = "import os\nread, write = os.read, os.write\nwhile True:\n  frame = read(3, 4096)\n  \
                if not frame: break\n  write(3, frame)";
    let terms = Terms { limits: Limits::for_cpu(Duration::from_secs(600)), channel: true, ..Terms::default() };
    let command = Command::new(executable).arg("-S").arg("-I").arg("-c").arg(echo).terms(terms);
    let mut running = jail.start(&slot, &command).expect("a run");
    let frame = [b'x'; 100];
    let second = Duration::from_secs(1);
    let mut round = || {
        let reply = running.exchange(&frame, second, second).expect("an exchange");
        assert_eq!(reply, Reply::Frame(frame.to_vec()));
        running.last_exchange().cpu
    };
    let (cpu_before, start) = (own_cpu(), Instant::now());
    let mut times: Vec<Duration> = Vec::with_capacity(rounds);
    let mut child = Duration::ZERO;
    for _ in 0..rounds {
        let start = Instant::now();
        child += round();
        times.push(start.elapsed());
    }
    let (wall, cpu) = (start.elapsed(), own_cpu().saturating_sub(cpu_before));
    times.sort();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    println!("level {}, {rounds} exchanges", sandbox.level());
    println!(
        "  median      {:7.1} us, 1 in 100 longer than {:.1}",
        micros(times[rounds / 2]),
        micros(times[rounds * 99 / 100])
    );
    println!("  mean        {:7.1} us elapsed", micros(wall) / rounds as f64);
    println!("  this side   {:7.1} us of processor time", micros(cpu) / rounds as f64);
    println!("  the program {:7.1} us, as counted", micros(child) / rounds as f64);
    println!("  floor       {:7.1} us: a thread of this process answers", micros(floor(rounds)));
}

/// The median round trip between two threads.
fn floor(rounds: usize) -> Duration {
    let (mut ours, mut theirs) = UnixStream::pair().expect("a socket pair");
    let answering = std::thread::spawn(move || {
        let mut buffer = [0; 104];
        while theirs.read_exact(&mut buffer).is_ok() {
            theirs.write_all(&buffer).expect("an answer");
        }
    });
    let mut buffer = [b'x'; 104];
    let mut times: Vec<Duration> = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let start = Instant::now();
        ours.write_all(&buffer).expect("a question");
        ours.read_exact(&mut buffer).expect("an answer");
        times.push(start.elapsed());
    }
    drop(ours);
    answering.join().expect("the other thread");
    times.sort();
    times[rounds / 2]
}

/// Processor time of this process.
fn own_cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}
