//! What running real programs costs: `cargo run --release --example run_costs -- humaneval DATA [ROUNDS]`.
//!
//! Prints one JSON document on each line: a name and figures in microseconds or counts. Processor time
//! comes from a control group of its own, which contains this process, its keepers, interpreters and runs.
#![allow(clippy::print_stdout, reason = "an example for the bench and for people")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use synthase_eval::suite::by_name;
use synthase_eval::{Distinct, Graded, LoadOptions, PASSED, Problem, distinct, grade_program, references};
use synthase_run::{Lane, Runner, RunnerOptions};

/// What can be measured, by name.
/// What is measured, with the folder of data and a number of rounds.
type Measure = fn(&Path, u32) -> Json;

const MEASUREMENTS: &[(&str, Measure)] = &[("humaneval", humaneval)];

fn main() {
    let mut args = std::env::args().skip(1);
    let (name, data) = (args.next().expect("a measurement"), args.next().expect("the data folder"));
    let rounds = args.next().map_or(5, |text| text.parse().expect("a number of rounds"));
    let known = MEASUREMENTS.iter().find(|(known, _)| *known == name);
    let (_, measure) = known.expect("a measurement by its name");
    println!("{}", measure(Path::new(&data), rounds));
}

/// HumanEval's own programs in one lane: all of them, and those apart whose tests need code to be run.
fn humaneval(data: &Path, rounds: u32) -> Json {
    let options = LoadOptions { data: data.to_owned(), ..LoadOptions::default() };
    let problems = (by_name("humaneval").expect("the suite").load)(&options).expect("its problems");
    let programs = distinct(references(&problems));
    // The sandbox makes its control groups below the one that it finds itself in.
    let meter = Meter::new();
    let runner = Runner::new(RunnerOptions::default()).expect("a sandbox");
    let mut lane = runner.lane();
    let graded = grade(&problems, &programs, &mut lane);
    let (with_code, data_only): (Vec<Distinct>, Vec<Distinct>) =
        programs.into_iter().partition(|program| problems[program.sample.problem].questions().code > 0);
    let mut cost = |programs: &[Distinct]| {
        let (start, before) = (Instant::now(), meter.cpu());
        for _ in 0..rounds {
            let again = grade(&problems, programs, &mut lane);
            assert!(again.rows.iter().all(|row| graded.rows.contains(&same(row, &graded))), "verdicts changed");
        }
        (micros(meter.cpu().saturating_sub(before), rounds), micros(start.elapsed(), rounds))
    };
    let (data_cpu, data_wall) = cost(&data_only);
    let (code_cpu, code_wall) = cost(&with_code);
    json!({
        "isolation": runner.isolation().to_string(), "meter": meter.name(),
        "programs": graded.programs, "passed": graded.count(PASSED),
        "lifted": graded.questions.data, "code_blocks": graded.questions.code,
        "data_programs": data_only.len(), "data_cpu_us": data_cpu, "data_wall_us": data_wall,
        "code_programs": with_code.len(), "code_cpu_us": code_cpu, "code_wall_us": code_wall,
    })
}

fn grade(problems: &[Problem], programs: &[Distinct], lane: &mut Lane<'_>) -> Graded {
    let rows = programs.iter().map(|program| grade_program(problems, program, lane)).collect();
    Graded::new("humaneval", problems, rows)
}

/// The row with the times of the earlier one of that problem: times are no verdict.
fn same(row: &synthase_eval::ProgramRow, earlier: &Graded) -> synthase_eval::ProgramRow {
    let found = earlier.rows.iter().find(|earlier| earlier.samples == row.samples);
    let (cpu_us, wall_us) = found.map_or((0, 0), |found| (found.cpu_us, found.wall_us));
    synthase_eval::ProgramRow { cpu_us, wall_us, ..row.clone() }
}

fn micros(time: Duration, rounds: u32) -> f64 {
    time.as_secs_f64() * 1e6 / f64::from(rounds)
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
