//! Programs whose end is known beforehand: right ones, wrong ones, and hostile ones.

use std::time::Duration;

use synthase_types::task::TaskFields;
use synthase_types::task::fields::ExampleField;
use synthase_types::{Candidate, Limits, Outcome, Provenance, Task, Verdict};

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
    Trial {
        name: "a syntax error fails",
        source: "def double(x) return",
        expected: Expected::Ends(&["syntax-error"]),
    },
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
        expected: Expected::Ends(&["out-of-memory", "raised"]),
    },
    Trial {
        name: "a fork bomb",
        source: "import os\ndef double(x):\n    while True:\n        try: os.fork()\n        except OSError: pass",
        expected: Expected::Fails,
    },
    Trial {
        name: "writing a file of the machine",
        source: "import _io\ndef double(x):\n    _io.open('/usr/synthase-was-here', 'w')\n    return 2 * x",
        expected: Expected::Ends(&["raised"]),
    },
    Trial {
        name: "reading the password file",
        source: "def double(x):\n    open('/etc/shadow').read()\n    return 2 * x",
        expected: Expected::Ends(&["raised"]),
    },
    Trial {
        name: "opening a connection",
        source: "import socket\ndef double(x):\n    socket.create_connection(('127.0.0.1', 1), 1)\n    return 2 * x",
        expected: Expected::Ends(&["raised"]),
    },
];

/// Judges programs whose verdict is known.
pub(super) fn known_verdicts(engine: &Engine, note: &mut impl FnMut(Check)) {
    run_all(engine, Group::Verdict, KNOWN, note);
}

/// Judges programs that try to cheat or to harm.
pub(super) fn hostile(engine: &Engine, note: &mut impl FnMut(Check)) {
    run_all(engine, Group::Hostile, HOSTILE, note);
}

fn run_all(engine: &Engine, group: Group, trials: &[Trial], note: &mut impl FnMut(Check)) {
    for trial in trials {
        let candidate = Candidate {
            language: "python".into(),
            source: trial.source.into(),
            provenance: Provenance { proposer: "doctor".into(), ..Provenance::default() },
        };
        let judgement = engine.judge(&task(), &candidate);
        let first = judgement.probes.first();
        let outcome = first.and_then(|probe| probe.execution.as_ref()).map(|execution| &execution.outcome);
        let status = match (&judgement.verdict, &trial.expected) {
            (Verdict::NotJudged(_), _) => Status::Missing,
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
        let remedy = (status == Status::Broken).then(|| "verdicts cannot be trusted here; please report this".to_owned());
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
