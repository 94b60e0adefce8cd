//! Sessions: state, interrupts, branches, what is shown, and cells that mean harm.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use synthase_run::session::{CellResult, CellStatus, Completeness, Form, Interruption, Output, Session};
use synthase_run::session::{SessionOptions, Statefulness};
use synthase_run::{Runner, RunnerOptions};
use synthase_types::{Isolation, Limits, Outcome, Value};

use crate::world::runner;

pub(crate) fn open(options: &SessionOptions) -> Box<dyn Session> {
    runner().open_session("python", options).unwrap()
}

pub(crate) fn options() -> SessionOptions {
    let limits = Limits { memory: 128 << 20, ..Limits::for_cpu(Duration::from_secs(2)) };
    SessionOptions { limits, grace: Duration::from_millis(800), ..SessionOptions::default() }
}

fn session() -> Box<dyn Session> {
    open(&options())
}

/// The value of a cell that must come to its end.
fn value(session: &mut dyn Session, code: &str) -> Value {
    let result = session.run_cell(code).unwrap();
    assert_eq!(result.status, CellStatus::Finished, "{code}: {result:?}");
    result.value.unwrap_or(Value::Null)
}

fn raised(result: &CellResult) -> (&str, &str, &str) {
    match &result.status {
        CellStatus::Raised { kind, message, traceback } => (kind, message, traceback),
        other => panic!("{other:?}"),
    }
}

fn ended(session: &mut dyn Session, code: &str) -> Outcome {
    match session.run_cell(code).unwrap() {
        CellResult { status: CellStatus::Ended(outcome), .. } => outcome,
        other => panic!("{other:?}"),
    }
}

#[test]
fn cells_share_their_state() {
    let mut session = session();
    assert_eq!(value(&mut *session, "x = 41\ndef f(a):\n    return a + x"), Value::Null);
    assert_eq!(value(&mut *session, "f(1)"), 42.into());
    assert_eq!(value(&mut *session, "_ * 2"), 84.into());
    assert_eq!(value(&mut *session, "__name__"), Value::str("__main__"));
    assert_eq!(value(&mut *session, "import asyncio\nawait asyncio.sleep(0, 7)"), 7.into());
    let result = session.run_cell("y = [1, (2, 3)]\ny").unwrap();
    assert_eq!(result.text.as_deref(), Some("[1, (2, 3)]"));
    assert_eq!(result.number, 6);
    let result = session.run_cell("object()").unwrap();
    assert_eq!((result.value, result.status), (None, CellStatus::Finished));
    assert!(result.text.unwrap().starts_with("<object object"));
}

#[test]
fn errors_are_told_with_the_lines_of_cells() {
    let mut session = session();
    session.run_cell("def f(a):\n    return 1 / a").unwrap();
    let result = session.run_cell("x = 5\nf(0)").unwrap();
    let (kind, message, traceback) = raised(&result);
    assert_eq!((kind, message), ("ZeroDivisionError", "division by zero"));
    assert!(traceback.contains("File \"<cell 2>\", line 2") && traceback.contains("return 1 / a"), "{traceback}");
    assert!(!traceback.contains("<session>") && !traceback.contains("<string>"), "{traceback}");
    assert_eq!(value(&mut *session, "x"), 5.into());
    assert_eq!(raised(&session.run_cell("def f(").unwrap()).0, "SyntaxError");
    let result = session.run_cell("input('name? ')").unwrap();
    assert!(raised(&result).1.contains("no standard input"), "{result:?}");
    assert_eq!(session.run_cell("import sys\nsys.exit(3)").unwrap().status, CellStatus::Exited(3));
    assert_eq!(value(&mut *session, "x"), 5.into());
}

#[test]
fn outputs_come_in_order() {
    let mut session = session();
    let code = "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c', end='')\ndisplay('d')\nprint('e')";
    let result = session.run_cell(code).unwrap();
    let text = |error, text: &str| Output::Text { error, direct: false, text: text.into() };
    let shown = Output::Display(vec![Form::Text("text/plain".into(), "'d'".into())]);
    let expected = [text(false, "a\n"), text(true, "b\n"), text(false, "c"), shown, text(false, "e\n")];
    assert_eq!(result.outputs, expected);
    let result = session.run_cell("import os\nos.write(1, b'direct')\nos.system('echo other >&2')").unwrap();
    let direct = |error, text: &str| Output::Text { error, direct: true, text: text.into() };
    assert_eq!(result.outputs, [direct(false, "direct"), direct(true, "other\n")]);
}

#[test]
fn things_are_shown_in_rich_forms() {
    let mut session = session();
    let code = r#"
class Rich:
    def _repr_html_(self): return "<b>1</b>"
    def _repr_png_(self): return b"\x89PNG..."
    def __repr__(self): return "rich"
display(Rich())
[{"a": 1, "b": None}, {"a": 2, "c": "x"}]
"#;
    let result = session.run_cell(code).unwrap();
    let [Output::Display(rich), Output::Display(rows)] = &result.outputs[..] else { panic!("{result:?}") };
    let text = |kind: &str, text: &str| Form::Text(kind.into(), text.into());
    let png = Form::Bytes("image/png".into(), b"\x89PNG...".to_vec());
    assert_eq!(rich[..], [text("text/plain", "rich"), text("text/html", "<b>1</b>"), png]);
    let Form::Table(table) = &rows[1] else { panic!("{rows:?}") };
    assert_eq!((table.columns.join(" "), table.total), ("a b c".to_owned(), 2));
    assert_eq!(table.rows[1], [2.into(), Value::Null, Value::str("x")]);
}

#[test]
fn a_table_of_pandas_is_a_table() {
    let mut session = session();
    // What is looked at of a table of pandas, without pandas.
    let code = r#"
class RangeIndex: pass
class DataFrame:
    columns, index = ["n", "t"], RangeIndex()
    def head(self, most): return self
    def itertuples(self, index, name): return iter([(1, "a"), (float("nan"), "b")])
    def __len__(self): return 1000
    def __repr__(self): return "frame"
    def _repr_html_(self): return "<table>"
DataFrame.__module__ = "pandas.core.frame"
DataFrame()
"#;
    let result = session.run_cell(code).unwrap();
    let [Output::Display(forms)] = &result.outputs[..] else { panic!("{result:?}") };
    let Form::Table(table) = &forms[1] else { panic!("{forms:?}") };
    assert_eq!((table.total, table.rows.len()), (1000, 2));
    assert_eq!(result.text.as_deref(), Some("frame"));
}

#[test]
fn an_interrupt_keeps_the_state() {
    let mut session = session();
    session.run_cell("x = 1").unwrap();
    for code in ["while True: pass", "import time\ntime.sleep(60)", "import asyncio\nawait asyncio.sleep(60)"] {
        let interrupter = session.interrupter();
        let asking = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(150));
            assert!(interrupter.interrupt());
            Instant::now()
        });
        let result = session.run_cell(code).unwrap();
        let took = asking.join().unwrap().elapsed();
        let CellStatus::Interrupted { why: Interruption::Asked, traceback } = result.status else {
            panic!("{result:?}")
        };
        assert!(traceback.contains("KeyboardInterrupt") && !traceback.contains("<session>"), "{traceback}");
        assert!(took < Duration::from_millis(100), "{took:?}");
    }
    assert_eq!(value(&mut *session, "x"), 1.into());
    assert!(!session.interrupter().interrupt());
}

#[test]
fn a_cell_that_does_not_react_is_ended() {
    // Processor time comes first, however busy the machine is.
    let limits = Limits { wall: Duration::from_secs(60), cpu: Duration::from_millis(200), ..options().limits };
    let mut session = open(&SessionOptions { limits, ..options() });
    let code = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass";
    assert_eq!(ended(&mut *session, code), Outcome::CpuTimeout);
    assert_eq!(ended(&mut *session, "1"), Outcome::CpuTimeout);
}

#[test]
fn limits_interrupt_and_keep_the_state() {
    let limits = Limits { wall: Duration::from_secs(60), cpu: Duration::from_millis(200), ..options().limits };
    let mut session = open(&SessionOptions { limits: limits.clone(), ..options() });
    session.run_cell("x = 1").unwrap();
    let why = |session: &mut dyn Session, code: &str| match session.run_cell(code).unwrap().status {
        CellStatus::Interrupted { why, .. } => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why(&mut *session, "while True: pass"), Interruption::Cpu);
    let child = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'while True: pass'])";
    assert_eq!(why(&mut *session, child), Interruption::Cpu);
    assert_eq!(value(&mut *session, "x"), 1.into());
    let limits = Limits { wall: Duration::from_millis(300), ..limits };
    let mut session = open(&SessionOptions { limits, ..options() });
    assert_eq!(why(&mut *session, "import time\ntime.sleep(60)"), Interruption::Wall);
}

#[test]
fn endless_output_is_bounded() {
    let limits = Limits { output: 2 << 20, ..Limits::for_cpu(Duration::from_secs(20)) };
    let mut session = open(&SessionOptions { limits, ..options() });
    session.run_cell("x = 1").unwrap();
    let result = session.run_cell("while True: print('line of output')").unwrap();
    assert!(matches!(result.status, CellStatus::Interrupted { why: Interruption::Output, .. }), "{:?}", result.status);
    assert!(result.written(false).len() < 1 << 20);
    assert!(result.outputs.iter().any(|output| matches!(output, Output::Omitted(bytes) if *bytes > 1 << 20)));
    assert_eq!(value(&mut *session, "x"), 1.into());
}

#[test]
fn memory_ends_the_session_or_raises() {
    let mut session = session();
    let result = session.run_cell("a = [bytearray(1 << 20) for _ in range(4000)]").unwrap();
    match &result.status {
        CellStatus::Ended(outcome) => assert_eq!(*outcome, Outcome::OutOfMemory),
        CellStatus::Raised { kind, .. } => assert_eq!(kind, "MemoryError"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn branches_are_independent() {
    let mut session = session();
    session.run_cell("x = [1]\nimport random\nrandom.seed(5)\nopen('f', 'w').write('old')").unwrap();
    let mut branch = session.fork().unwrap();
    assert_eq!(branch.run_cell("x.append(2)\nopen('f', 'w').write('new')").unwrap().status, CellStatus::Finished);
    assert_eq!(value(&mut *session, "x, open('f').read()").to_string(), r#"([1], "old")"#);
    assert_eq!(value(&mut *branch, "x, open('f').read()").to_string(), r#"([1, 2], "new")"#);
    assert_eq!(value(&mut *session, "random.random()"), value(&mut *branch, "random.random()"));
    let mut leaf = branch.fork().unwrap();
    drop(branch);
    session.run_cell("x = 'gone on'").unwrap();
    assert_eq!(value(&mut *leaf, "x").to_string(), "[1, 2]");
    // The one that all came from goes; what came from it stays.
    assert_eq!(ended(&mut *session, "import os\nos._exit(3)"), Outcome::EarlyExit(3));
    assert_eq!(value(&mut *leaf, "x.append(3)\nx").to_string(), "[1, 2, 3]");
    assert_eq!(leaf.read_file(Path::new("f"), 100).unwrap().unwrap(), b"new");
    assert_eq!(ended(&mut *leaf, "os = __import__('os')\nos.kill(os.getpid(), 11)"), Outcome::Signaled(11));
    assert!(leaf.fork().is_err());
}

#[test]
fn branches_work_behind_every_wall() {
    for isolation in [Isolation::Namespaces, Isolation::Landlock, Isolation::Rlimits] {
        let options = RunnerOptions { isolation: Some(isolation), allow_weak: true, ..RunnerOptions::default() };
        let runner = match Runner::new(options) {
            Ok(runner) => runner,
            Err(error) => {
                synthase_testkit::not_run(&format!("sessions at the level {isolation}"), &error.to_string());
                continue;
            }
        };
        let mut session = runner.open_session("python", &self::options()).unwrap();
        session.run_cell("x = 1\nopen('f', 'w').write('old')").unwrap();
        let mut branch = session.fork().unwrap_or_else(|error| panic!("{isolation}: {error}"));
        branch.run_cell("x += 1\nopen('f', 'w').write('new')").unwrap();
        assert_eq!(value(&mut *session, "x, open('f').read()").to_string(), r#"(1, "old")"#);
        assert_eq!(ended(&mut *session, "import os\nos._exit(3)"), Outcome::EarlyExit(3));
        assert_eq!(value(&mut *branch, "x").to_string(), "2");
        assert_eq!(branch.read_file(Path::new("f"), 100).unwrap().unwrap(), b"new");
    }
}

#[test]
fn a_session_with_threads_is_not_forked_and_goes_on() {
    let mut session = session();
    let code = "import threading\nstop = threading.Event()\nthreading.Thread(target=stop.wait).start()";
    session.run_cell(code).unwrap();
    let why = session.fork().map(drop).unwrap_err().to_string();
    assert!(why.contains("threads"), "{why}");
    session.run_cell("stop.set()\nimport time\ntime.sleep(0.2)").unwrap();
    assert!(session.fork().is_ok());
}

#[test]
fn files_are_told() {
    let files = vec![(PathBuf::from("in/data.txt"), b"12".to_vec())];
    let mut session = open(&SessionOptions { files, ..options() });
    assert_eq!(value(&mut *session, "open('in/data.txt').read()"), Value::str("12"));
    let code = "open('out.txt', 'w').write('abc')\nimport os\nos.makedirs('a/b')\nopen('a/b/c', 'w').write('d')\n\
                os.symlink('/etc/passwd', 'link')";
    let result = session.run_cell(code).unwrap();
    let paths: Vec<_> = result.files.iter().map(|file| (file.path.to_str().unwrap(), file.size)).collect();
    assert_eq!(paths, [("a/b/c", 1), ("out.txt", 3)]);
    assert!(session.run_cell("1").unwrap().files.is_empty());
    assert_eq!(session.files().len(), 3);
    assert_eq!(session.read_file(Path::new("out.txt"), 3).unwrap().unwrap(), b"abc");
    assert!(session.read_file(Path::new("out.txt"), 2).is_err());
    for path in ["link", "../../etc/passwd", "/etc/passwd", "none", "a"] {
        assert_eq!(session.read_file(Path::new(path), 9999).unwrap(), None, "{path}");
    }
}

#[test]
fn stateless_cells_begin_anew() {
    let mut session = open(&SessionOptions { statefulness: Statefulness::Stateless, ..options() });
    assert_eq!(session.statefulness(), Statefulness::Stateless);
    session.run_cell("x = 1\nopen('f', 'w').write('kept')").unwrap();
    let result = session.run_cell("x").unwrap();
    assert_eq!(raised(&result).0, "NameError");
    assert_eq!(result.number, 2);
    assert!(result.files.is_empty());
    assert_eq!(value(&mut *session, "open('f').read()"), Value::str("kept"));
    assert_eq!(ended(&mut *session, "import os\nos._exit(1)"), Outcome::EarlyExit(1));
    assert_eq!(value(&mut *session, "1 + 1"), 2.into());
}

#[test]
fn cells_that_speak_for_the_session_are_found_out() {
    let forged = "import os, struct\nos.write(3, struct.pack('<IcI', 6, b'r', {}) + b'f')";
    for (code, next) in [
        ("import os\nos.write(3, b'garbage that is no frame')".to_owned(), None),
        (forged.replace("{}", "1"), Some("1")),
        (forged.replace("{}", "2"), None),
        ("import os\nos.close(3)".to_owned(), None),
        ("import os\nos.dup2(1, 3)".to_owned(), None),
    ] {
        let mut session = session();
        let mut result = session.run_cell(&code).unwrap();
        if let Some(next) = next {
            // It answered for itself; what comes after that answer is not believed.
            result = session.run_cell(next).unwrap();
        }
        assert!(
            matches!(
                &result.status,
                CellStatus::Ended(Outcome::Tampered(_) | Outcome::EarlyExit(70) | Outcome::EarlyExit(0))
            ),
            "{code}: {result:?}"
        );
        assert!(session.ended().is_some());
    }
}

#[test]
fn closed_outputs_and_children_do_no_harm() {
    let mut session = session();
    session.run_cell("import os\nos.close(1)\nos.close(2)\nos.close(0)").unwrap();
    assert_eq!(session.run_cell("print('still')").unwrap().written(false), "still\n");
    let mut branch = session.fork().unwrap();
    let written = branch.run_cell("print('here')\nos.write(1, b'!')").unwrap().written(false);
    assert!(written.contains("here\n") && written.contains('!'), "{written}");
    let code = "pid = os.fork()\nif pid == 0:\n    print('child')\nelse:\n    os.waitpid(pid, 0)\nprint('both')";
    let result = branch.run_cell(code).unwrap();
    assert_eq!(result.status, CellStatus::Finished, "{result:?}");
    assert_eq!(value(&mut *branch, "1"), 1.into());
}

#[test]
fn a_thousand_cells_leave_nothing_behind() {
    let mut session = session();
    let memory = "open('/proc/self/statm').read().split()[1]";
    for i in 0..200 {
        session.run_cell(&format!("x{i} = None\nx = [{i}]\nprint(x)")).unwrap();
    }
    let before: u64 = session.run_cell(&format!("int({memory})")).unwrap().text.unwrap().parse().unwrap();
    for i in 0..1000 {
        assert_eq!(value(&mut *session, &format!("x = [{i}]\nprint(x)\nx[0]")), i.into());
    }
    let after: u64 = session.run_cell(&format!("int({memory})")).unwrap().text.unwrap().parse().unwrap();
    let descriptors = value(&mut *session, "import os\nlen(os.listdir('/proc/self/fd'))");
    // The sources of cells are kept, so that tracebacks can show them: some hundred bytes each.
    assert!(after.saturating_sub(before) * 4096 < 2 << 20, "{before} {after}");
    assert_eq!(descriptors, 5.into());
}

#[test]
fn lines_are_known_to_be_complete_or_not() {
    let mut session = session();
    for (code, expected) in [
        ("x = 1", Completeness::Complete),
        ("if True:", Completeness::Incomplete),
        ("if True:\n    x = 1", Completeness::Incomplete),
        ("if True:\n    x = 1\n", Completeness::Complete),
        ("x = (1,", Completeness::Incomplete),
        ("x = = 1", Completeness::Broken),
        ("await x", Completeness::Complete),
    ] {
        assert_eq!(session.completeness(code).unwrap(), expected, "{code:?}");
    }
}

#[test]
fn languages_without_sessions_say_so() {
    let error = runner().open_session("bash", &options()).map(drop).unwrap_err().to_string();
    assert!(error.contains("sessions"), "{error}");
    assert!(runner().open_session("cobol", &options()).is_err());
}
