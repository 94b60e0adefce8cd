//! What an isolated run costs that does nothing but say that it is there, in the Python zygote that
//! `synthase` uses: `cargo run --release --example empty_runs -- 10000`.
//!
//! Prints elapsed and processor time per run, the latter from a control group of its own that
//! contains this process, the keeper, the zygote and the runs; beside it a floor measured in the same
//! process: the same interpreter forking empty children.
#![allow(clippy::print_stdout, reason = "an example for people")]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use synthase_sandbox::{Command, Options, Request, Sandbox, Status, Terms, View, host_command};
use synthase_types::Isolation;

fn main() {
    let mut args = std::env::args().skip(1);
    let runs: u32 = args.next().map_or(10_000, |text| text.parse().expect("a number of runs"));
    let level: Option<Isolation> = args.next().map(|text| text.parse().expect("a level of isolation"));
    let meter = Meter::new();

    let script = "import os, sys; print(os.path.realpath(sys.executable)); print(sys.base_prefix)";
    let python: [OsString; 3] = ["python3".into(), "-c".into(), script.into()];
    let output = host_command(&python, None, Duration::from_secs(30)).expect("python3");
    let text = String::from_utf8(output.stdout).expect("paths");
    let (executable, prefix) = text.trim().split_once('\n').expect("two lines");

    let sandbox = Sandbox::new(&Options { level, allow_rlimits: true }).expect("a sandbox");
    let jail = sandbox.jail(&View::system().allow(prefix)).expect("a jail");
    let slot = sandbox.slot().expect("a slot");
    let zygote = Command::new(executable)
        .arg("-S")
        .arg("-I")
        .arg("-c")
        .arg("import sys; exec(compile(sys.argv.pop(1), '<string>', 'exec'))")
        .arg(include_str!("../../synthase-lang/languages/python/driver.py"))
        .arg("zygote")
        .env("LD_BIND_NOW", "1");
    let mut zygote = jail.zygote(&slot, &zygote).expect("a zygote");
    let request =
        |payload: &str| Request { payload: Some(payload.into()), terms: Terms { channel: true, ..Terms::default() } };
    let hello = request(r#"{"op":"hello","seq":0,"nonce":""}"#);
    let load = r#"{"op":"load","seq":0,"nonce":"","prelude":"","source":"def f(): pass","entry":"f"}"#;
    let load = request(load);
    let mut run = |request| {
        let finished = zygote.fork(request).expect("a run").finish().expect("an end");
        assert_eq!(finished.status, Status::Exited(0), "{finished:?}");
        finished.usage.cpu
    };
    let _: Duration = (0..100.min(runs)).map(|_| run(&hello)).sum();

    let (memory_before, descriptors_before) = (memory_of_all(), descriptors());
    let (start, before) = (Instant::now(), meter.cpu());
    let child: Duration = (0..runs).map(|_| run(&hello)).sum();
    let (wall, cpu) = (start.elapsed(), meter.cpu().saturating_sub(before));
    println!("level {}, {runs} runs", sandbox.level());
    println!(
        "  elapsed        {:8.1} us per run, {:.0} per second",
        micros(wall, runs),
        f64::from(runs) / wall.as_secs_f64()
    );
    println!("  processor time {:8.1} us per run, all processes ({})", micros(cpu, runs), meter.name());
    println!("  of that        {:8.1} us in the runs themselves", micros(child, runs));

    let growth = memory_of_all().saturating_sub(memory_before);
    println!("  growth         {:8.1} MiB more memory in all processes than before", growth as f64 / 1048576.0);
    println!("  descriptors    {:8} more than before", descriptors() - descriptors_before);

    let before = meter.cpu();
    let child_loading: Duration = (0..runs).map(|_| run(&load)).sum();
    let loading = meter.cpu().saturating_sub(before);
    println!(
        "  with a program {:8.1} us per run that also compiles and runs `def f(): pass`, {:.1} in the runs themselves",
        micros(loading, runs),
        micros(child_loading, runs)
    );

    let cold_runs = (runs / 100).max(1);
    for command in [Command::new("/bin/true"), Command::new(executable).arg("-S").arg("-I").arg("-c").arg("pass")] {
        let before = meter.cpu();
        for _ in 0..cold_runs {
            let finished = jail.start(&slot, &command).expect("a start").finish().expect("an end");
            assert_eq!(finished.status, Status::Exited(0), "{finished:?}");
        }
        let cpu = micros(meter.cpu().saturating_sub(before), cold_runs);
        println!("  cold start     {cpu:8.1} us per run of {:?}, all processes", command.program);
    }

    let floor = "import os,sys,gc\ngc.freeze()\nn=int(sys.argv[1])\nfor i in range(n):\n p=os.fork()\n if p==0: os._exit(0)\n os.wait4(p,0)";
    let floor: [OsString; 6] =
        [executable.into(), "-S".into(), "-I".into(), "-c".into(), floor.into(), runs.to_string().into()];
    let before = meter.cpu();
    host_command(&floor, None, Duration::from_secs(600)).expect("the floor");
    let floor = meter.cpu().saturating_sub(before);
    println!("  floor          {:8.1} us: the interpreter forks an empty child", micros(floor, runs));
    println!("  ratio          {:8.2}", cpu.as_secs_f64() / floor.as_secs_f64());
}

/// How many descriptors this process has open.
fn descriptors() -> isize {
    std::fs::read_dir("/proc/self/fd").map_or(0, |entries| isize::try_from(entries.count()).unwrap_or(0))
}

/// Resident memory of this process, its keeper and its zygote, in bytes.
fn memory_of_all() -> u64 {
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    let mut known = vec![u64::from(std::process::id())];
    let mut pages = 0;
    while let Some(pid) = known.pop() {
        let file = |name: &str| std::fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default();
        pages += number(file("statm").split_whitespace().nth(1));
        let children = file(&format!("task/{pid}/children"));
        known.extend(children.split_whitespace().map(|child| number(Some(child))));
    }
    pages * 4096
}

fn micros(time: Duration, runs: u32) -> f64 {
    time.as_secs_f64() * 1e6 / f64::from(runs)
}

/// Counts processor time of this process and of all it starts.
struct Meter(Option<PathBuf>);

impl Meter {
    /// Where control groups that count processor time may be: version 1, then version 2.
    const ROOTS: [&str; 2] = ["/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup"];

    /// Moves this process into a control group of its own, where that is possible.
    fn new() -> Meter {
        let joined = Meter::ROOTS.into_iter().find_map(|root| {
            let group = Path::new(root).join(format!("meter-{}", std::process::id()));
            std::fs::create_dir(&group).ok()?;
            let joined = std::fs::write(group.join("cgroup.procs"), "0").is_ok();
            let meter = Meter(Some(group));
            (joined && meter.of_group().is_some()).then_some(meter)
        });
        joined.unwrap_or(Meter(None))
    }

    fn name(&self) -> &'static str {
        if self.0.is_some() { "control group" } else { "this process and the ended ones only" }
    }

    fn of_group(&self) -> Option<Duration> {
        let read = |name: &str| std::fs::read_to_string(self.0.as_ref()?.join(name)).ok();
        if let Some(nanos) = read("cpuacct.usage") {
            return nanos.trim().parse().ok().map(Duration::from_nanos);
        }
        let stat = read("cpu.stat")?;
        let micros = stat.lines().find_map(|line| line.strip_prefix("usage_usec "))?;
        micros.parse().ok().map(Duration::from_micros)
    }

    fn cpu(&self) -> Duration {
        self.of_group().unwrap_or_else(|| Duration::from_micros(own_times()))
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Some(group) = &self.0 {
            let up = group.parent().unwrap_or(group).join("cgroup.procs");
            let _ = std::fs::write(up, "0");
            let _ = std::fs::remove_dir(group);
        }
    }
}

/// Processor time of this process and its waited children in microseconds.
fn own_times() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<u64> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().filter_map(|f| f.parse().ok()).collect();
    fields.get(10..14).map_or(0, |ticks| ticks.iter().sum::<u64>() * 10_000)
}
