use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use synthase_run::instrument::{
    Bounds, Level, Measure, Recorded, Trace, TraceOptions, Traced, What,
    bucket::Bucket,
    coverage::{counted, coverage},
    debug::{Command, Debuggee, Debugger, Go, script},
    parts::{self, Part},
    path, text,
    trace::SourceText,
};
use synthase_run::{Called, Lane, Run, RunError};
use synthase_types::{Environment, Limits, Outcome, Unit, Value};

use crate::world::{function, limits, runner, works};

pub(crate) fn traced(lane: &mut Lane<'_>, unit: &Unit, args: &[Value], options: &TraceOptions) -> (Run, Trace) {
    let Traced { called, trace } = lane.trace(unit, &limits(), &Environment::default(), args, options).unwrap();
    match called {
        Called::Ran(run) => (run, trace),
        Called::Unfit(what) | Called::Uncallable(what) => panic!("{what}"),
    }
}

fn trace(source: &str, args: &[Value]) -> Trace {
    let params: Vec<String> = (0..args.len()).map(|at| format!("x{at}: any")).collect();
    let unit = function("python", &format!("f({}) -> any", params.join(", ")), source);
    traced(&mut runner().lane(), &unit, args, &TraceOptions::default()).1
}

const TOTAL: &str = "\
def f(xs):
    t = 0
    for x in xs:
        t = add(t, x)
    return t

def add(a, b):
    return a + b
";

#[test]
fn a_trace_reads_like_the_run() {
    let trace = trace(TOTAL, &[vec![3, 4].into()]);
    let expected = "\
call f(xs=[3, 4])
  line 2: t = 0
  line 3: x = 3
  line 4
    call add(a=0, b=3)
      line 8: returns 3
  line 4, then: t = 0 → 3
  line 3: x = 3 → 4
  line 4
    call add(a=3, b=4)
      line 8: returns 7
  line 4, then: t = 3 → 7
  line 3
  line 5: returns 7
";
    assert_eq!(text::lines(&trace, None), expected);
    assert!(text::lines(&trace, Some(TOTAL)).contains("\n  line 2  t = 0  # t = 0\n"));
    assert_eq!(text::calls(&trace), "f(xs=[3, 4]) = 7\n  add(a=0, b=3) = 3\n  add(a=3, b=4) = 7\n");
    assert_eq!(path::executed(&trace), [2, 3, 4, 8, 3, 4, 8, 3, 5]);
    let read: Trace = serde_json::from_str(&serde_json::to_string(&trace).unwrap()).unwrap();
    assert_eq!(read, trace);
}

#[test]
fn blocks_have_the_values_before_and_after_them() {
    let source = "\
def f(x):
    a = 1
    b = a + x
    a = b * 2
    if a > 3:
        a = 0
        x = [a, b]
    return x
";
    let trace = trace(source, &[5.into()]);
    let expected = "\
call f(x=5)
  lines 2–5: a = 12, b = 6
  lines 6–7: a = 12 → 0, x = 5 → [0, 6]
  line 8: returns [0, 6]
";
    assert_eq!(text::blocks(&trace), expected);
}

#[test]
fn coverage_names_what_did_not_run() {
    let source = "\
def f(x):
    if x > 0:
        y = 1
    else:
        y = (2 +
             x)
    while x > 3:
        x -= 1
    return y

def g():
    return 1
";
    let trace = trace(source, &[1.into()]);
    let found = coverage(&trace);
    assert_eq!((found.statements(), found.ways()), ((4, 7), (2, 4)));
    assert_eq!(
        found.text(),
        "4 of 7 statements, 2 of 4 ways at branches\n\
         f (line 1): not run: 5, 8; ways not taken: 2→5, 7→8\n\
         g (line 11): not run: 12\n"
    );
}

#[test]
fn a_statement_has_its_values_each_time_it_runs() {
    let trace = trace(TOTAL, &[vec![3, 4].into()]);
    let values = path::values_at(&trace, 4);
    let after: Vec<Vec<String>> = values
        .iter()
        .map(|run| run.iter().map(|one| format!("{}={}", one.name, one.after.as_ref().unwrap().text)).collect())
        .collect();
    assert_eq!(after, [["t=3"], ["t=7"]]);
    let last = values[1][0].after.as_ref().unwrap();
    assert_eq!(Bucket::of(last).to_string(), "int [2, 9]");
}

#[test]
fn values_are_shown_in_bounds_and_without_the_programs_help() {
    let source = "\
class Liar:
    def __init__(self):
        self.me, self.x = self, 1
    def __repr__(self):
        raise SystemExit(3)
    __str__ = __eq__ = __len__ = __repr__
    __hash__ = None
    @property
    def __class__(self):
        raise SystemExit(4)

def f():
    liar = Liar()
    loop = [1]
    loop.append(loop)
    long = 'ab' * 500
    many = list(range(1000))
    mixed = {(2, 1), 'x', 3}
    big = 10 ** 5000
    return 0
";
    let run = trace(source, &[]);
    let shown = run.variables_at(run.events.len() - 1);
    let text = |name: &str| shown[&(name.to_owned(), false)].text.clone();
    assert_eq!(text("liar"), "<Liar me=<cycle>, x=1>");
    assert_eq!(text("loop"), "[1, <cycle>]");
    assert_eq!(text("long"), format!("'{}' …880 more… '{}'", "ab".repeat(40), "ab".repeat(20)));
    assert_eq!(text("many"), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …988 more…, 999]");
    assert_eq!(text("mixed"), "{'x', (2, 1), 3}");
    assert!(text("big").starts_with("<16610 bits"));
    assert_eq!(shown[&("many".to_owned(), false)].size, Some(1000));
    assert_eq!(trace(source, &[]), run, "the same on every run");
}

#[test]
fn what_is_cut_is_said() {
    let source = "def f(n):\n    t = 0\n    for i in range(n):\n        t += i\n    return t";
    let unit = function("python", "f(n: int) -> int", source);
    let runner = runner();
    let mut lane = runner.lane();
    let options = TraceOptions { events: 50, ..TraceOptions::default() };
    let (run, trace) = traced(&mut lane, &unit, &[1000.into()], &options);
    assert_eq!((run.value, trace.events.len(), trace.total), (Some(Value::from(499_500)), 50, Some(2_005)));
    assert!(text::lines(&trace, None).ends_with("… cut after 50 of 2005 events\n"));
    assert_eq!(coverage(&trace).statements(), (4, 4), "what is not recorded is counted");
    let options = TraceOptions { level: Level::Calls, ..TraceOptions::default() };
    let (_, trace) = traced(&mut lane, &unit, &[1000.into()], &options);
    assert_eq!(text::calls(&trace), "f(n=1000) = 499500\n");
}

#[test]
fn the_trace_of_a_program_that_is_stopped_is_kept() {
    let unit = function("python", "f() -> int", "def f():\n    x = 0\n    while True:\n        x += 1");
    let runner = runner();
    let options = TraceOptions { events: 1_000_000, ..TraceOptions::default() };
    let limits = Limits::for_cpu(std::time::Duration::from_millis(500));
    let traced = runner.lane().trace(&unit, &limits, &Environment::default(), &[], &options).unwrap();
    let Called::Ran(run) = traced.called else { panic!() };
    assert!(matches!(run.outcome, Outcome::CpuTimeout | Outcome::WallTimeout), "{:?}", run.outcome);
    assert!(traced.trace.events.len() > 100, "{}", traced.trace.events.len());
    assert!(traced.trace.gap().unwrap().starts_with("stopped after"));
    assert_eq!(coverage(&traced.trace).statements(), (3, 3));
}

#[test]
fn counts_of_the_process_are_those_of_its_events() {
    for (source, what) in PROGRAMS {
        let trace = trace(source, &[]);
        assert_eq!(trace.gap(), None, "{what}");
        assert_eq!(counted(&trace), trace.counts, "{what}");
    }
}

#[test]
fn programs_that_meddle_are_told() {
    let runner = runner();
    let mut lane = runner.lane();
    let unit = |source: &str| function("python", "f() -> any", source);
    let source = "import sys\ndef f():\n    x = 1\n    sys.settrace(None)\n    x = 2\n    return x";
    let (run, trace) = traced(&mut lane, &unit(source), &[], &TraceOptions::default());
    assert_eq!((run.value, trace.lost), (Some(Value::from(2)), true));
    assert!(text::lines(&trace, None).contains("the program ended the tracing after 3 events"));
    let source = "import os\ndef f():\n    os.write(3, b'\\x02\\0\\0\\0{}')\n    return 1";
    let (run, _) = traced(&mut lane, &unit(source), &[], &TraceOptions::default());
    assert!(matches!(run.outcome, Outcome::Tampered(_)), "{:?}", run.outcome);
    let source = "import os\ndef f():\n    if os.fork() == 0:\n        while True: pass\n    return 1";
    let (run, _) = traced(&mut lane, &unit(source), &[], &TraceOptions::default());
    assert_eq!(run.value, Some(Value::from(1)));
    for (source, expected) in [
        ("def f(:", "syntax-error"),
        ("def g(): pass", "missing-entry-point"),
        ("1 / 0", "load-error"),
        ("def f(): raise SystemExit(3)", "early-exit"),
        ("def f(): return f()", "raised"),
    ] {
        let (run, _) = traced(&mut lane, &unit(source), &[], &TraceOptions::default());
        assert_eq!(run.outcome.name(), expected, "{source}: {:?}", run.outcome);
    }
}

#[test]
fn a_broken_prelude_is_nothing_of_the_programs() {
    let mut unit = function("python", "f() -> int", "def f(): return 1");
    unit.prelude = "1 / 0".to_owned();
    let result = runner().lane().trace(&unit, &limits(), &Environment::default(), &[], &TraceOptions::default());
    assert!(matches!(result, Err(RunError::Prelude(_))), "{result:?}");
    unit.prelude = "def two():\n    return 2".to_owned();
    unit.source = "def f(): return two()".to_owned();
    let (_, trace) = traced(&mut runner().lane(), &unit, &[], &TraceOptions::default());
    assert!(text::lines(&trace, None).contains("prelude line 2: returns 2"), "{}", text::lines(&trace, None));
    assert_eq!(path::executed(&trace), [1]);
    assert!(trace.functions.iter().any(|function| function.file == SourceText::Prelude));
}

#[test]
fn loading_is_watched_where_it_is_asked_for() {
    let unit = function("python", "f() -> int", "x = 1\ny = x + 1\ndef f():\n    return y");
    let options = TraceOptions { load: true, ..TraceOptions::default() };
    let (_, trace) = traced(&mut runner().lane(), &unit, &[], &options);
    assert_eq!(path::executed(&trace), [1, 2, 3, 4]);
    assert_eq!(coverage(&trace).statements(), (4, 4));
}

#[test]
fn languages_without_instruments_say_so() {
    let unit = function("rust", "f(x: int) -> int", "fn f(x: i64) -> i64 { x }");
    let result =
        runner().lane().trace(&unit, &limits(), &Environment::default(), &[1.into()], &TraceOptions::default());
    assert!(matches!(result, Err(RunError::Unsupported { .. })), "{result:?}");
}

/// Programs of every form that has events of its own.
const PROGRAMS: &[(&str, &str)] = &[
    (
        "def g(n):\n    try:\n        for i in range(n):\n            yield i\n    finally:\n        n = 0\n\ndef h(n):\n    r = yield from g(n)\n    return r\n\ndef f():\n    t = [x * 2 for x in h(3)]\n    it = g(5)\n    next(it)\n    it.close()\n    it = g(5)\n    next(it)\n    try:\n        it.throw(KeyError('a'))\n    except KeyError as e:\n        t.append(str(e))\n    return sum(x for x in t if isinstance(x, int))\n",
        "generators",
    ),
    (
        "class E(ValueError):\n    pass\n\ndef inner(x):\n    if x < 0:\n        raise E('neg', x)\n    return 10 // x\n\nclass C:\n    def __enter__(self):\n        return self\n    def __exit__(self, *a):\n        return True\n\ndef f():\n    out = []\n    for x in (2, 0, -1):\n        try:\n            out.append(inner(x))\n        except ZeroDivisionError:\n            out.append('z')\n        except E as e:\n            out.append('e')\n        else:\n            out.append('ok')\n        finally:\n            out.append('f')\n    with C() as c:\n        raise KeyError\n    return len(out)\n",
        "errors",
    ),
    ("def f(n=6):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n", "recursion"),
    (
        "total = 0\n\ndef f():\n    global total\n    xs = []\n    def add(x, *, k=1):\n        nonlocal xs\n        xs = xs + [x * k]\n        return xs\n    for i in range(3):\n        add(i,\n            k=i + 1)\n        total += i\n    del i\n    d = {k: v for k, v in zip('abc', xs)}\n    s = {x for x in xs}\n    y = sorted(xs, key=lambda v: -v)\n    while xs: xs.pop()\n    return [d['c'], len(s), y[0]]\n",
        "nesting",
    ),
    (
        "import asyncio\n\nclass M:\n    async def __aenter__(self): return 1\n    async def __aexit__(self, *a): return False\n\nasync def ag():\n    for i in range(2):\n        await asyncio.sleep(0)\n        yield i\n\nasync def w(x):\n    await asyncio.sleep(0)\n    return x * 2\n\nasync def main():\n    async with M() as m:\n        a = await w(m)\n    async for q in ag():\n        a += q\n    b = await asyncio.gather(w(1), w(2))\n    return [a, *b, *[z async for z in ag()]]\n\ndef f():\n    return asyncio.run(main())\n",
        "async",
    ),
    ("def f():\n    x = 1\n    y = x / 0\n    return y\n", "an error that leaves"),
];

/// A tracer as one would write it first, to be compared with.
const REFERENCE: &str = r#"
import json, sys
task = json.load(sys.stdin)
space = {"__name__": "program"}
exec(compile(task["source"], "<program>", "exec", dont_inherit=True), space)
seen, count = [], 0

def trace(frame, event, arg):
    global count
    if frame.f_code.co_filename != "<program>":
        return None
    count += 1
    if count <= task["most"]:
        seen.append([event, frame.f_lineno, frame.f_code.co_name])
    return trace

entry = space[task["entry"]]
sys.settrace(trace)
try:
    entry()
except Exception:
    pass
finally:
    sys.settrace(None)
print(json.dumps({"count": count, "events": seen}))
"#;

/// The events of a trace in the form of the reference.
fn plain(trace: &Trace) -> Vec<Json> {
    let functions = trace.function_of_frames();
    let events = trace.events.iter().map(|event| {
        let kind = match event.what {
            What::Call { .. } => "call",
            What::Line => "line",
            What::Return { .. } | What::Yield { .. } | What::Unwind => "return",
            What::Exception { .. } => "exception",
        };
        let name = trace.functions[functions[&event.frame]].name.rsplit('.').next().unwrap();
        json!([kind, event.line, name])
    });
    events.collect()
}

/// Compares the tracer with the reference on one program; the number of its events.
pub(crate) fn compare(
    lane: &mut Lane<'_>,
    source: &str,
    entry: &str,
    limits: &Limits,
    most: u64,
) -> Result<u64, String> {
    let unit = function("python", &format!("{entry}() -> any"), source);
    let options = TraceOptions { events: most, bytes: 256 << 20, ..TraceOptions::default() };
    let traced = lane.trace(&unit, limits, &Environment::default(), &[], &options).unwrap();
    let task = json!({ "source": source, "entry": entry, "most": most }).to_string();
    let reference = crate::world::program("python", REFERENCE);
    let run = lane.script(&reference, limits, &Environment::default(), task.as_bytes(), &[]).unwrap();
    let said: Json = serde_json::from_str(&run.stdout.to_text())
        .map_err(|error| format!("the reference {}: {error} {}", run.outcome, run.stderr.to_text()))?;
    if traced.trace.total != said["count"].as_u64() {
        return Err(format!(
            "{:?} events, and {} by the reference; {:?}",
            traced.trace.total, said["count"], traced.called
        ));
    }
    let (ours, theirs) = (plain(&traced.trace), said["events"].as_array().unwrap());
    match ours.iter().zip(theirs).position(|(a, b)| a != b) {
        Some(at) => Err(format!("event {at}: {} and {}", ours[at], theirs[at])),
        None if ours.len() != theirs.len() => Err(format!("{} and {} events", ours.len(), theirs.len())),
        None => Ok(traced.trace.total.unwrap_or(0)),
    }
}

#[test]
fn events_are_those_of_a_plain_tracer() {
    let runner = runner();
    let mut lane = runner.lane();
    for (source, what) in PROGRAMS {
        let count =
            compare(&mut lane, source, "f", &limits(), 100_000).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(count > 4, "{what}");
    }
}

#[test]
fn a_session_is_a_text_that_can_be_replayed() {
    let unit = function("python", "f(xs: list[int]) -> int", TOTAL);
    let runner = runner();
    let mut lane = runner.lane();
    let args = [vec![3, 4].into()];
    let commands = script("break 8\ncontinue\nwhere\nshow a\nout\nstep\nclear 8\nnext\nshow\nout\nstep").unwrap();
    let mut live =
        Debugger::new(lane.debug(&unit, &limits(), &Environment::default(), &args, Bounds::default()).unwrap());
    live.run(&commands).unwrap();
    let expected = "\
> break 8
a break at line 8
> continue
line 8 in add: a = 0, b = 3
> where
f, line 4
add, line 8
> show a
a = 0
> out
returns 3 from add, line 8: a = 0, b = 3
> step
line 3 in f: t = 3, x = 3, xs = [3, 4]
> clear 8
no break at line 8 any more
> next
line 4 in f: t = 3, x = 4, xs = [3, 4]
> show
t = 3
x = 4
xs = [3, 4]
> out
returns 7 from f, line 5: t = 7, x = 4, xs = [3, 4]
> step
the call returned 7
";
    assert_eq!(live.session().to_string(), expected);
    assert_eq!(script(expected).unwrap(), commands);
    drop(live);
    let (_, trace) = traced(&mut lane, &unit, &args, &TraceOptions::default());
    let mut recorded = Debugger::new(Recorded::new(&trace));
    recorded.run(&commands).unwrap();
    assert_eq!(recorded.session().to_string(), expected.replace("the call returned 7", "the call is over"));
    let back = recorded.command(&Command::Back).unwrap();
    assert_eq!(back.answer, "returns 7 from f, line 5: t = 7, x = 4, xs = [3, 4]");
}

/// The standard library's debugger with a list of commands.
const BDB: &str = r#"
import bdb, json, linecache, sys
task = json.load(sys.stdin)
source = task["source"]
linecache.cache["<program>"] = (len(source), None, source.splitlines(True), "<program>")
PLAIN = (int, str, bool, float, list, tuple, dict, type(None))

class Script(bdb.Bdb):
    def __init__(self, commands):
        super().__init__(skip=["everything but the program"])
        self.commands, self.seen = iter(commands), []

    def is_skipped_module(self, name):
        return name != "program"

    def canonic(self, filename):
        return filename

    def stop(self, kind, frame):
        stack, one = [], frame
        while one is not None:
            if one.f_code.co_filename == "<program>":
                stack.insert(0, [one.f_code.co_name, one.f_lineno])
            one = one.f_back
        known = {k: repr(v) for k, v in frame.f_locals.items() if k[0] not in "._" and type(v) in PLAIN}
        self.seen.append([kind, stack, known])
        command = next(self.commands, "continue")
        if command == "step":
            self.set_step()
        elif command == "next":
            self.set_next(frame)
        elif command == "out":
            self.set_return(frame)
        else:
            self.set_continue()

    def user_call(self, frame, _):
        if self.stop_here(frame):
            self.stop("call", frame)

    def user_line(self, frame):
        self.stop("line", frame)

    def user_return(self, frame, _):
        self.stop("return", frame)

    def user_exception(self, frame, _):
        self.stop("exception", frame)

sessions = []
for breaks, commands in task["sessions"]:
    space = {"__name__": "program"}
    exec(compile(source, "<program>", "exec", dont_inherit=True), space)
    script = Script(commands)
    for line in breaks:
        script.set_break("<program>", line)
    try:
        script.runcall(space["f"])
    except Exception:
        pass
    finally:
        sys.settrace(None)
        bdb.Breakpoint.clearBreakpoints()
    sessions.append(script.seen)
print(json.dumps(sessions))
"#;

/// Where a debugger stands, in the form of the script above.
/// Where a program stands, and the texts of its variables.
type Standing = (Json, Json, Vec<(String, String)>);

fn standing<D: Debuggee>(debuggee: &D) -> Option<Standing> {
    let stop = debuggee.stop()?;
    let kind = match stop.what {
        What::Call { .. } => "call",
        What::Line => "line",
        What::Return { .. } | What::Yield { .. } | What::Unwind => "return",
        What::Exception { .. } => "exception",
    };
    let stack: Vec<Json> =
        stop.stack.iter().map(|place| json!([place.function.rsplit('.').next().unwrap(), place.line])).collect();
    let variables = stop.variables.iter().filter(|(_, global, _)| !global);
    let variables = variables.map(|(name, _, value)| (name.clone(), value.text.clone())).collect();
    Some((json!(kind), json!(stack), variables))
}

fn follow<D: Debuggee>(debuggee: &mut D, breaks: &BTreeSet<u32>, commands: &[&str], expected: &[Json], what: &str) {
    let mut commands = commands.iter();
    for (at, stop) in expected.iter().enumerate() {
        let (kind, stack, variables) = standing(debuggee).unwrap_or_else(|| panic!("{what}: it ended at stop {at}"));
        assert_eq!((&kind, &stack), (&stop[0], &stop[1]), "{what}, stop {at}");
        for (name, text) in stop[2].as_object().unwrap() {
            let text = text.as_str().unwrap();
            // Objects inside containers are written in another way there.
            if !text.contains('<') {
                let ours = variables.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
                assert_eq!(ours, Some(text), "{what}, stop {at}, {name}");
            }
        }
        let go = match commands.next() {
            Some(&"step") => Go::Step,
            Some(&"next") => Go::Next,
            Some(&"out") => Go::Out,
            _ => Go::Continue,
        };
        debuggee.go(go, breaks).unwrap();
    }
    assert!(debuggee.stop().is_none(), "{what}: it stops once more, at {:?}", debuggee.stop());
}

#[test]
fn the_debugger_stops_where_the_standard_one_stops() {
    let runner = runner();
    let mut lane = runner.lane();
    // A small generator of numbers, so that sessions differ and are the same on every run.
    let mut state = 7_u64;
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    for (source, what) in PROGRAMS {
        let last = source.lines().count() as u64;
        let mut sessions = Vec::new();
        for _ in 0..12 {
            // Lines without code are refused as breaks there, so only those of statements are taken.
            let breaks: BTreeSet<u32> = (0..below(3)).map(|_| 1 + below(last) as u32).collect();
            let commands: Vec<&str> = (0..below(50))
                .map(|_| ["step", "next", "next", "out", "step", "continue"][below(6) as usize])
                .collect();
            sessions.push((breaks, commands));
        }
        let unit = function("python", "f() -> any", source);
        let bounds = Bounds { text: 10_000, items: 1_000, depth: 20, nodes: 10_000 };
        let options = TraceOptions { bounds, ..TraceOptions::default() };
        let (_, trace) = traced(&mut lane, &unit, &[], &options);
        let lines: BTreeSet<u32> = trace.functions.iter().flat_map(|function| function.lines.clone()).collect();
        for (breaks, _) in &mut sessions {
            breaks.retain(|line| lines.contains(line));
        }
        let task = json!({ "source": source, "sessions": sessions }).to_string();
        let bdb = crate::world::program("python", BDB);
        let run = crate::world::script(&mut lane, &bdb, &task);
        let said: Vec<Vec<Json>> =
            serde_json::from_str(&run.stdout.to_text()).unwrap_or_else(|_| panic!("{}", run.stderr.to_text()));
        for ((breaks, commands), expected) in sessions.iter().zip(&said) {
            // A break is set at the beginning there, and the first stop is before any command here too.
            let what = format!("{what}, breaks {breaks:?}, {commands:?}");
            follow(&mut Recorded::new(&trace), breaks, commands, expected, &format!("recorded {what}"));
            let mut live = lane.debug(&unit, &limits(), &Environment::default(), &[], bounds).unwrap();
            follow(&mut live, breaks, commands, expected, &format!("live {what}"));
        }
    }
}

#[test]
fn profiles_say_what_lines_cost() {
    let source = "\
def g(n):
    return [0] * n

def f():
    kept = []
    for i in range(10):
        kept.append(g(1000))
    return len(kept)
";
    let unit = function("python", "f() -> int", source);
    let runner = runner();
    let mut lane = runner.lane();
    let profiled = lane.profile(&unit, &limits(), &Environment::default(), &[], Measure::Memory).unwrap();
    let profile = profiled.profile.unwrap();
    let line = |number: u32| profile.lines.iter().find(|line| line.line == number).unwrap().clone();
    assert_eq!((line(2).count, line(7).count, line(6).count), (10, 10, 11));
    assert!((80_000..82_000).contains(&line(2).own) && (8_000..8_200).contains(&line(2).other), "{:?}", line(2));
    let all = profile.functions.iter().find(|function| function.function == "f").unwrap().all;
    assert!((80_000..85_000).contains(&all), "{all}");
    let profiled = lane.profile(&unit, &limits(), &Environment::default(), &[], Measure::Time).unwrap();
    let Called::Ran(run) = profiled.called else { panic!() };
    let profile = profiled.profile.unwrap();
    assert_eq!((run.value, profile.events), (Some(Value::from(10)), 55));
    assert!(profile.lines.iter().all(|line| line.own >= 0 && line.other >= 0), "{profile:?}");
    assert!(profile.cost >= profile.overhead && profile.text(Some(source)).contains("return [0] * n"));
}

#[test]
fn javascript_counts_the_parts_that_ran() {
    let runner = runner();
    if !works(&runner, "javascript") {
        return;
    }
    let source =
        "function f(x) {\n  if (x > 0) {\n    return two();\n  } else {\n    return 0;\n  }\n}\nconst g = () => 3;\n";
    let mut unit = function("javascript", "f(x: int) -> int", source);
    unit.prelude = "const two = () => 2;\n".to_owned();
    for source in [source.to_owned(), format!("{source}export default f;\n")] {
        unit.source = source;
        let counted = runner.lane().count_parts(&unit, &limits(), &Environment::default(), &[1.into()]).unwrap();
        let Called::Ran(run) = counted.called else { panic!() };
        assert_eq!(run.value, Some(Value::from(2)));
        let functions = counted.functions.unwrap();
        assert_eq!(functions[0].parts, [Part(1, 1, 7, 2, 1), Part(4, 4, 6, 4, 0)]);
        assert_eq!(
            parts::text(&functions),
            "f (line 1): called 1 times; not run: 4:4–6:4\ng (line 8): called 0 times\n"
        );
    }
    unit.source = "function g() {}".to_owned();
    let counted = runner.lane().count_parts(&unit, &limits(), &Environment::default(), &[1.into()]).unwrap();
    let Called::Ran(run) = counted.called else { panic!() };
    assert_eq!((run.outcome, counted.functions), (Outcome::MissingEntryPoint, None));
}
