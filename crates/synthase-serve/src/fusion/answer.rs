//! Writing answers to `/run_code`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use synthase::run::Run;
use synthase::types::Outcome;

use crate::base64;
use crate::execute::{CompileEnd, Compiled, Done, Failure, text};
use crate::path::in_work_folder;

/// The answer to a request that was understood.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    status: Status,
    /// Why nothing was run; or what else there is to say of the limits.
    message: String,
    compile_result: Option<Step>,
    run_result: Option<Step>,
    /// Clients read it; there is none here.
    executor_pod_name: Option<String>,
    /// Contents in base64.
    files: BTreeMap<String, String>,
}

/// How it went, all in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Status {
    /// Everything ended with code 0.
    Success,
    /// Something did not.
    Failed,
    /// Nothing is known of the program.
    SandboxError,
}

/// How the compiler or the program ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Step {
    status: StepStatus,
    /// Elapsed time in seconds, where it is known.
    execution_time: Option<f64>,
    /// The exit code, or the negative number of the signal that ended it.
    return_code: Option<i32>,
    stdout: Option<String>,
    stderr: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum StepStatus {
    Finished,
    TimeLimitExceeded,
}

/// As if by SIGKILL: what a program that was stopped for a limit ends with.
const KILLED: i32 = -9;

/// What a program that was refused something and could not go on usually ends with.
const REFUSED: i32 = 1;

/// The answer to an order that was carried out.
pub(crate) fn of_result(done: &Done, fetch: &[String], note: String) -> Answer {
    let compile_result = done.compiled.as_ref().map(compile_step);
    let has_program = done.compiled.as_ref().is_none_or(|compiled| compiled.end == CompileEnd::Accepted);
    let run_result = has_program.then(|| run_step(&done.run));
    let well = |step: &Option<Step>| step.as_ref().is_none_or(|step| step.return_code == Some(0));
    let status = if well(&compile_result) && well(&run_result) { Status::Success } else { Status::Failed };
    // By the names under which they were asked for.
    let content = |name: &String| {
        let path = in_work_folder(name).ok()?;
        let artefact = done.artefacts.iter().find(|artefact| artefact.path == path)?;
        Some((name.clone(), base64::encode(&artefact.contents)))
    };
    let files = fetch.iter().filter_map(content).collect();
    Answer { status, message: note, compile_result, run_result, executor_pod_name: None, files }
}

/// The answer where nothing is known of the program.
pub(crate) fn of_failure(failure: &Failure) -> Answer {
    Answer::sandbox_error(failure.with_remedy())
}

impl Answer {
    /// An answer that says nothing of the program.
    pub(crate) fn sandbox_error(message: String) -> Answer {
        Answer {
            status: Status::SandboxError,
            message,
            compile_result: None,
            run_result: None,
            executor_pod_name: None,
            files: BTreeMap::new(),
        }
    }
}

fn compile_step(compiled: &Compiled) -> Step {
    let (status, return_code) = match compiled.end {
        CompileEnd::Accepted => (StepStatus::Finished, Some(0)),
        CompileEnd::Refused => (StepStatus::Finished, Some(1)),
        CompileEnd::TimedOut => (StepStatus::TimeLimitExceeded, None),
    };
    Step {
        status,
        execution_time: compiled.time.as_ref().map(Duration::as_secs_f64),
        return_code,
        stdout: Some(compiled.stdout.clone()),
        stderr: Some(compiled.stderr.clone()),
    }
}

fn run_step(run: &Run) -> Step {
    use StepStatus::{Finished, TimeLimitExceeded};
    let (status, return_code, why) = match &run.outcome {
        Outcome::Returned => (Finished, Some(0), None),
        Outcome::Exited(code) | Outcome::EarlyExit(code) => (Finished, Some(*code), None),
        Outcome::Signaled(signal) => (Finished, Some(-signal), None),
        Outcome::CpuTimeout | Outcome::WallTimeout => (TimeLimitExceeded, None, None),
        outcome @ (Outcome::OutOfMemory | Outcome::OutputLimit | Outcome::ProcessLimit | Outcome::DiskLimit) => {
            (Finished, Some(KILLED), Some(outcome))
        }
        outcome @ Outcome::Denied(_) => (Finished, Some(REFUSED), Some(outcome)),
        // Programs that are run as a whole do not end otherwise; if one does, it is told in words.
        outcome => (Finished, Some(1), Some(outcome)),
    };
    let mut stderr = text(&run.stderr);
    if let Some(outcome) = why {
        if !stderr.is_empty() && !stderr.ends_with('\n') {
            stderr.push('\n');
        }
        stderr.push_str(&format!("synthase: the program {outcome}\n"));
    }
    let execution_time = Some(Duration::as_secs_f64(&run.usage.wall));
    Step { status, execution_time, return_code, stdout: Some(text(&run.stdout)), stderr: Some(stderr) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};
    use synthase::run::Artefact;
    use synthase::types::{Captured, Isolation, Usage};

    use super::*;

    fn answer(compiled: Option<CompileEnd>, outcome: Outcome, stderr: &[u8]) -> Json {
        let usage = Usage { wall: Duration::from_millis(250), ..Usage::default() };
        let output = |bytes: &[u8]| Captured { head: bytes.to_vec(), ..Captured::default() };
        let (stdout, stderr) = (output(b"out"), output(stderr));
        let run = Run { outcome, value: None, args_after: None, stdout, stderr, usage };
        let artefacts = vec![Artefact { path: "a.txt".into(), contents: b"hi".to_vec() }];
        let said = if compiled == Some(CompileEnd::Refused) { "line 1: no" } else { "" };
        let compiled = compiled.map(|end| Compiled { end, time: None, stdout: String::new(), stderr: said.into() });
        let done = Done { compiled, run, artefacts, isolation: Isolation::Full };
        let fetch = ["./a.txt".to_owned(), "b.txt".to_owned()];
        serde_json::to_value(of_result(&done, &fetch, String::new())).unwrap()
    }

    #[test]
    fn a_program_that_ends_well_is_a_success() {
        let expected = json!({
            "status": "Success", "message": "", "compile_result": null,
            "run_result": {
                "status": "Finished", "execution_time": 0.25, "return_code": 0, "stdout": "out", "stderr": "",
            },
            "executor_pod_name": null, "files": { "./a.txt": "aGk=" },
        });
        assert_eq!(answer(None, Outcome::Exited(0), b""), expected);
        let compiled = answer(Some(CompileEnd::Accepted), Outcome::Exited(0), b"");
        assert_eq!((&compiled["status"], &compiled["compile_result"]["return_code"]), (&json!("Success"), &json!(0)));
    }

    #[test]
    fn every_other_end_is_a_failure_with_its_code() {
        for (outcome, status, code) in [
            (Outcome::Exited(3), "Finished", json!(3)),
            (Outcome::Signaled(11), "Finished", json!(-11)),
            (Outcome::CpuTimeout, "TimeLimitExceeded", json!(null)),
            (Outcome::WallTimeout, "TimeLimitExceeded", json!(null)),
            (Outcome::OutOfMemory, "Finished", json!(-9)),
            (Outcome::OutputLimit, "Finished", json!(-9)),
            (Outcome::Denied("x".into()), "Finished", json!(1)),
            (Outcome::SyntaxError("x".into()), "Finished", json!(1)),
        ] {
            let answer = answer(None, outcome, b"");
            assert_eq!(answer["status"], "Failed");
            assert_eq!(answer["run_result"]["status"], status);
            assert_eq!(answer["run_result"]["return_code"], code);
        }
    }

    #[test]
    fn a_limit_is_named_behind_what_the_program_said() {
        let answer = answer(None, Outcome::OutOfMemory, b"bad \xff");
        let expected = "bad \u{fffd}\nsynthase: the program used more memory than allowed\n";
        assert_eq!(answer["run_result"]["stderr"], expected);
    }

    #[test]
    fn what_does_not_compile_is_not_run() {
        let refused = answer(Some(CompileEnd::Refused), Outcome::CompileError("line 1: no".into()), b"");
        assert_eq!((&refused["status"], &refused["run_result"]), (&json!("Failed"), &json!(null)));
        assert_eq!(refused["compile_result"]["return_code"], 1);
        assert_eq!(refused["compile_result"]["stderr"], "line 1: no");
        let slow = answer(Some(CompileEnd::TimedOut), Outcome::WallTimeout, b"");
        assert_eq!(slow["compile_result"]["status"], "TimeLimitExceeded");
    }

    #[test]
    fn a_failure_of_ours_says_nothing_of_the_program() {
        let answer = serde_json::to_value(of_failure(&Failure::Fault)).unwrap();
        assert_eq!((&answer["status"], &answer["run_result"]), (&json!("SandboxError"), &json!(null)));
    }
}
