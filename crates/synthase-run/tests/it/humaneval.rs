use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value as Json;
use synthase_types::Limits;

use crate::instruments::compare;
use crate::world::runner;

/// How many events of each program are compared one by one; the others are counted.
const MOST: u64 = 20_000;

/// The problems of HumanEval, if the data folder is known.
fn problems() -> Option<Vec<Json>> {
    let folder = PathBuf::from(std::env::var_os("SYNTHASE_DATA")?);
    #[expect(clippy::disallowed_methods, reason = "a test reads a packed file")]
    let mut command = std::process::Command::new("gzip");
    let output = command.arg("-dc").arg(folder.join("humaneval/HumanEval.jsonl.gz")).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|text| !text.is_empty())?;
    text.lines().map(|line| serde_json::from_str(line).ok()).collect()
}

#[test]
#[expect(clippy::print_stderr, reason = "it says how much was compared")]
fn events_on_canonical_solutions_are_those_of_a_plain_tracer() {
    let Some(problems) = problems() else {
        return synthase_testkit::not_run("the tracer on HumanEval's solutions", "no data (SYNTHASE_DATA)");
    };
    let runner = runner();
    let mut lane = runner.lane();
    let limits = Limits::for_cpu(Duration::from_secs(120));
    let (mut events, mut compared) = (0, 0);
    for problem in &problems {
        let text = |name: &str| problem[name].as_str().unwrap();
        // Some tests draw random numbers; both runs must draw the same.
        let source = format!(
            "{}{}\n{}\ndef run_check():\n    import random\n    random.seed(0)\n    check({})\n",
            text("prompt"),
            text("canonical_solution"),
            text("test"),
            text("entry_point"),
        );
        events += compare(&mut lane, &source, "run_check", &limits, MOST)
            .unwrap_or_else(|error| panic!("{}: {error}", text("task_id")));
        compared += 1;
    }
    eprintln!("{compared} programs compared with a plain tracer, {events} events");
    assert_eq!(compared, problems.len());
}
