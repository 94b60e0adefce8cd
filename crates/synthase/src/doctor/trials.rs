//! Programs whose end is known beforehand: right ones, wrong ones, and hostile ones.

use std::time::Duration;

use synthase_types::task::TaskFields;
use synthase_types::task::fields::ExampleField;
use synthase_types::{Candidate, Got, Judgement, Limits, NotJudged, Outcome, Provenance, Task, Verdict};

use super::{Check, Group, Status};
use crate::engine::Engine;

/// A program and how it must be judged.
struct Trial {
    name: &'static str,
    source: &'static str,
    expected: Expected,
}

/// How a trial must end.
enum Expected {
    /// The verdict is "holds".
    Holds,
    /// The verdict is "fails", however the program ended.
    Fails,
    /// The verdict is "fails", and the program ended in one of these ways.
    Ends(&'static [&'static str]),
}

const KNOWN: &[Trial] = &[
    Trial { name: "a right program holds", source: "def double(x): return 2 * x", expected: Expected::Holds },
    Trial { name: "a wrong program fails", source: "def double(x): return x + 2", expected: Expected::Fails },
    Trial { name: "a syntax error fails", source: "def double(x) return", expected: Expected::Ends(&["syntax-error"]) },
];

const HOSTILE: &[Trial] = &[
    Trial {
        name: "an answer that equals everything",
        source: "class Any:\n    def __eq__(self, other): return True\ndef double(x): return Any()",
        expected: Expected::Ends(&["invalid-output"]),
    },
    Trial {
        name: "leaving before the verdict",
        source: "import os\ndef double(x): os._exit(0)",
        expected: Expected::Ends(&["early-exit"]),
    },
    Trial {
        name: "an endless loop",
        source: "def double(x):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        expected: Expected::Ends(&["cpu-timeout"]),
    },
    Trial {
        name: "taking all memory",
        source: "def double(x):\n    held = []\n    while True: held.append(bytearray(1 << 20))",
        // Without a control group the allocation is refused, and Python raises that.
        expected: Expected::Ends(&["out-of-memory", "raised"]),
    },
    Trial {
        name: "a fork bomb",
        source: "import os\ndef double(x):\n    while True:\n        try: os.fork()\n        except OSError: pass",
        expected: Expected::Ends(&["cpu-timeout", "wall-timeout", "process-limit", "out-of-memory"]),
    },
];

/// Judges programs whose verdict is known.
pub(super) fn known_verdicts(engine: &Engine, note: &mut impl FnMut(Check)) {
    run_all(engine, Group::Verdict, KNOWN, note);
}

/// Judges programs that try to cheat or to harm.
pub(super) fn hostile(engine: &Engine, note: &mut impl FnMut(Check)) {
    run_all(engine, Group::Hostile, HOSTILE, note);
    reach(engine, note);
}

/// Lets a program reach for a file of the user's and for a server on this machine, both made for it.
/// What it got hold of is seen from here, so that a refusal for another reason does not count.
fn reach(engine: &Engine, note: &mut impl FnMut(Check)) {
    let check = |name: &str, reached: Result<bool, String>| Check {
        group: Group::Hostile,
        name: name.to_owned(),
        status: match reached {
            Ok(false) => Status::Ok,
            _ => Status::Broken,
        },
        detail: match &reached {
            Ok(false) => "out of reach".to_owned(),
            Ok(true) => "a program reached it".to_owned(),
            Err(error) => format!("the trial could not be made: {error}"),
        },
        remedy: matches!(reached, Ok(true)).then(|| engine.runner().isolation().advice().to_owned()),
    };
    if engine.runner().toolchain(python()).is_err() {
        return;
    }
    note(check("a file of the user's", reach_file(engine)));
    note(check("a server on this machine", reach_server(engine)));
}

fn reach_file(engine: &Engine) -> Result<bool, String> {
    let folder = tempfile::Builder::new().prefix("synthase-doctor-").tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("secret");
    std::fs::write(&path, "untouched").map_err(|error| error.to_string())?;
    let quoted = synthase_lang::python::string_literal(&path.to_string_lossy());
    let source = format!(
        "def double(x):\n    found = 0\n    try:\n        found += open({quoted}).read() == 'untouched'\n    except OSError: pass\n    \
         try:\n        open({quoted}, 'w').write('touched')\n    except OSError: pass\n    return 2 * x + found"
    );
    let judgement = judged(engine, &source);
    let touched = std::fs::read_to_string(&path).is_ok_and(|text| text != "untouched");
    match judgement.verdict {
        Verdict::NotJudged(why) => Err(why.to_string()),
        Verdict::Holds(_) => Ok(touched),
        Verdict::Fails(counterexample) if counterexample.got == Got::Value(43.into()) => Ok(true),
        other if !touched => Err(other.to_string()),
        _ => Ok(true),
    }
}

fn reach_server(engine: &Engine) -> Result<bool, String> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).map_err(|error| error.to_string())?;
    listener.set_nonblocking(true).map_err(|error| error.to_string())?;
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
    let source = format!(
        "import socket\ndef double(x):\n    try: socket.create_connection(('127.0.0.1', {port}), 1)\n    except OSError: pass\n    return 2 * x"
    );
    let judgement = judged(engine, &source);
    match judgement.verdict {
        Verdict::NotJudged(why) => Err(why.to_string()),
        _ => Ok(listener.accept().is_ok()),
    }
}

fn python() -> &'static synthase_lang::Language {
    synthase_lang::by_name("python").expect("Python is built in")
}

fn judged(engine: &Engine, source: &str) -> Judgement {
    let candidate = Candidate {
        language: "python".into(),
        source: source.into(),
        provenance: Provenance { proposer: "doctor".into(), ..Provenance::default() },
    };
    engine.judge(&task(), &candidate)
}

fn run_all(engine: &Engine, group: Group, trials: &[Trial], note: &mut impl FnMut(Check)) {
    for trial in trials {
        let judgement = judged(engine, trial.source);
        let first = judgement.probes.first();
        let outcome = first.and_then(|probe| probe.execution.as_ref()).map(|execution| &execution.outcome);
        let status = match (&judgement.verdict, &trial.expected) {
            (Verdict::NotJudged(NotJudged::MissingTool(_)), _) => Status::Missing,
            (Verdict::Holds(_), Expected::Holds) | (Verdict::Fails(_), Expected::Fails) => Status::Ok,
            (Verdict::Fails(_), Expected::Ends(ways)) => {
                if outcome.is_some_and(|outcome| ways.contains(&outcome.name())) { Status::Ok } else { Status::Broken }
            }
            _ => Status::Broken,
        };
        let detail = match (&judgement.verdict, outcome) {
            (Verdict::Fails(_), Some(outcome)) if *outcome != Outcome::Returned => format!("fails: it {outcome}"),
            (verdict, _) => verdict.to_string(),
        };
        let remedy =
            (status == Status::Broken).then(|| "verdicts cannot be trusted here; please report this".to_owned());
        note(Check { group, name: trial.name.to_owned(), status, detail, remedy });
    }
}

/// `double`, with one example: the hostile programs need not be asked twice.
fn task() -> Task {
    let fields = TaskFields {
        name: "double".into(),
        entry: Some("double(x: int) -> int".into()),
        examples: vec![ExampleField { input: vec![21.into()], output: Some(42.into()), ..ExampleField::default() }],
        ..TaskFields::default()
    };
    let mut task = Task::try_from(fields).expect("the doctor's own task is well formed");
    task.limits = Limits {
        memory: 64 << 20,
        processes: 16,
        wall: Duration::from_secs(5),
        ..Limits::for_cpu(Duration::from_secs(1))
    };
    task
}
