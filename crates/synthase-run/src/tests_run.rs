//! Running test code, in a process of its own that calls the program through plain data.

use serde_json::{Value as Json, json};
use synthase_lang::assemble::test_message;
use synthase_lang::language::Start;
use synthase_types::{Captured, Environment, Limits, Outcome, Unit, UnitEntry, Usage, Value};

use crate::answer::Answer;
use crate::conversation::{Conversation, Exchanged};
use crate::error::RunError;
use crate::lane::{CallForm, Called, Lane, Run, WhichPlace, language_of, starved, waited_for_machine};

/// How a run of test code went.
#[derive(Debug, Clone, PartialEq)]
pub struct TestRun {
    /// What it says of the program.
    pub end: TestEnd,
    /// The arguments of its last call of the program, if there was one.
    pub args: Option<Vec<Value>>,
    /// That call, with what all calls used.
    pub run: Option<Run>,
}

/// What test code says of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestEnd {
    /// It ran to its end and called the program.
    Passed,
    /// It ran to its end and never called the program, so it says nothing.
    NeverCalled,
    /// It raised an error: an assertion, or one that an answer of the program led to.
    Failed {
        /// The error's kind.
        kind: String,
        /// Its message.
        message: String,
        /// The line of the test on which it was raised; 0 if none is known.
        line: u32,
    },
    /// The program ended in a way that no test could go on after.
    Program(Outcome),
    /// It asks something of the program that cannot be asked with plain data.
    Unsupported(String),
    /// An argument or type has no form in the program's language.
    Unfit(String),
    /// The test code itself is at fault.
    Broken(String),
}

/// How many calls of the program one test may make. A test that asks without end is at fault.
const MOST_CALLS: u32 = 1_000_000;

/// A test may use so many times the limits of the program for itself between two calls: what is
/// judged is the program.
const PATIENCE: u32 = 3;

/// Test code with what stands before it.
#[derive(Debug, Clone, Copy)]
pub struct TestCode<'a> {
    /// Its language.
    pub language: &'a str,
    /// The task's prelude in that language.
    pub prelude: &'a str,
    /// The code.
    pub source: &'a str,
}

impl Lane<'_> {
    /// Runs test code against a unit.
    ///
    /// A test or program that took too long while it used little processor time is run once more, with
    /// nothing else running.
    ///
    /// # Errors
    /// Test or program could not be run: nothing is known of the program.
    pub fn test(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        test: TestCode<'_>,
    ) -> Result<TestRun, RunError> {
        let (first, waited) = {
            let _others = self.runner.share();
            self.test_once(unit, limits, environment, test)?
        };
        if waited == Waited::Nobody {
            return Ok(first);
        }
        let _alone = self.runner.alone();
        let (second, waited) = self.test_once(unit, limits, environment, test)?;
        Ok(match waited {
            // It waits for something that never comes, and that need not be the program's fault.
            Waited::Test => TestRun { end: TestEnd::Broken("it waits without end".into()), ..second },
            Waited::Program | Waited::Nobody => second,
        })
    }

    fn test_once(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        test: TestCode<'_>,
    ) -> Result<(TestRun, Waited), RunError> {
        self.runner.check_cancelled()?;
        self.forget_program();
        let language = language_of(test.language)?;
        let UnitEntry::Function(signature) = &unit.entry else {
            let what = "test code for programs without an entry point";
            let run = TestRun { end: TestEnd::Unsupported(what.into()), args: None, run: None };
            return Ok((run, Waited::Nobody));
        };
        let call = language.call.as_ref().filter(|call| call.start != Start::Compiled);
        let Some(call) = call else {
            return Err(RunError::Unsupported { language: language.title.clone(), what: "way to run test code yet" });
        };
        let (conversation, place) = self.start_driver(language, call, limits, environment, WhichPlace::Tests)?;
        let seq = conversation.next_seq();
        let question = test_message(test.prelude, test.source, signature, &conversation.nonce, seq);
        let passed = self.pass_on(unit, limits, environment, conversation, question);
        self.give_back(place);
        passed
    }

    /// Passes the test's calls on to the program until the test has said its word.
    fn pass_on(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        mut conversation: Conversation,
        mut question: Json,
    ) -> Result<(TestRun, Waited), RunError> {
        let own = Limits { cpu: limits.cpu * PATIENCE, wall: limits.wall * PATIENCE, ..limits.clone() };
        let (mut last, mut run): (Option<Vec<Value>>, Option<Run>) = (None, None);
        for _ in 0..MOST_CALLS {
            let (exchanged, left) = conversation.ask(&question, own.cpu, own.wall)?;
            let mut waited = Waited::Nobody;
            let said = match exchanged {
                Exchanged { end: Ok(answer), .. } => said(answer)?,
                Exchanged { end: Err(Outcome::InvalidOutput(what)), .. } => {
                    Said::End(TestEnd::Unsupported(format!("an argument with {what}")))
                }
                Exchanged { end: Err(outcome), usage, .. } => {
                    if waited_for_machine(&outcome, &usage, &own) {
                        waited = Waited::Test;
                    }
                    let message = format!("it {outcome} after an answer of the program");
                    Said::End(TestEnd::Failed { kind: "the test".into(), message, line: 0 })
                }
            };
            let (args, left) = match (said, left) {
                (Said::Call(args), Some(left)) => (args, left),
                (Said::Call(_), None) => break,
                (Said::End(end), _) => {
                    return Ok((TestRun { end: weigh(end, run.is_some()), args: last, run }, waited));
                }
            };
            conversation = left;
            let form = CallForm { after: true, loose: true };
            let called = match self.call_once(unit, limits, environment, &args, form)? {
                Called::Ran(called) => called,
                Called::Unfit(what) => {
                    return Ok((TestRun { end: TestEnd::Unfit(what), args: Some(args), run }, Waited::Nobody));
                }
                Called::Uncallable(what) => {
                    return Ok((TestRun { end: TestEnd::Unsupported(what), args: Some(args), run }, Waited::Nobody));
                }
            };
            last = Some(args);
            let Some(reply) = reply(&called, conversation.next_seq()) else {
                let end = TestEnd::Program(called.outcome.clone());
                let waited = if starved(&called, limits) { Waited::Program } else { Waited::Nobody };
                return Ok((TestRun { end, args: last, run: Some(added(run, called)) }, waited));
            };
            question = reply;
            run = Some(added(run, called));
        }
        let end = TestEnd::Broken(format!("it calls the program more than {MOST_CALLS} times"));
        Ok((TestRun { end, args: last, run }, Waited::Nobody))
    }
}

/// Who was stopped for its elapsed time with little processor time used, and so perhaps only waited for
/// a loaded machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waited {
    Program,
    Test,
    Nobody,
}

/// What a test says next.
enum Said {
    /// It wants the program called.
    Call(Vec<Value>),
    /// It is over.
    End(TestEnd),
}

fn said(answer: Answer) -> Result<Said, RunError> {
    if let Some(what) = answer.bad_prelude() {
        return Err(RunError::Prelude(what.to_owned()));
    }
    if let Some(args) = answer.call {
        let args: Result<Vec<Value>, _> = args.into_iter().map(Value::from_json).collect();
        return Ok(args.map_or_else(|error| Said::End(TestEnd::Unsupported(error.to_string())), Said::Call));
    }
    Ok(Said::End(match (answer.passed, answer.failed, answer.unsupported) {
        (true, ..) => TestEnd::Passed,
        (_, Some((kind, message, _)), _) => TestEnd::Failed { kind, message, line: answer.line.unwrap_or(0) },
        (.., Some(what)) => TestEnd::Unsupported(what),
        _ => TestEnd::Broken(answer.broken.unwrap_or_else(|| "it says nothing of the program".into())),
    }))
}

/// What a test's word weighs: before its first call of the program it can only speak of itself.
fn weigh(end: TestEnd, called: bool) -> TestEnd {
    match end {
        TestEnd::Passed if !called => TestEnd::NeverCalled,
        TestEnd::Failed { kind, message, .. } if !called => TestEnd::Broken(format!("{kind}: {message}")),
        end => end,
    }
}

/// The answer to a test's call; `None` if the program ended in a way that no test can go on after.
fn reply(called: &Run, seq: u64) -> Option<Json> {
    let after: Json = match &called.args_after {
        Some(args) => args.iter().map(Value::to_json).collect(),
        None => Json::Null,
    };
    match (&called.outcome, &called.value) {
        (Outcome::Returned, Some(value)) => Some(json!({ "seq": seq, "value": value.to_json(), "after": after })),
        (Outcome::Raised { kind, message, bases }, _) => {
            Some(json!({ "seq": seq, "raised": [kind, message, bases], "after": after }))
        }
        _ => None,
    }
}

/// The newest call, with what was used before added to it.
fn added(before: Option<Run>, called: Run) -> Run {
    let Some(before) = before else { return called };
    let usage = Usage {
        cpu: before.usage.cpu + called.usage.cpu,
        wall: before.usage.wall + called.usage.wall,
        peak_memory: before.usage.peak_memory.max(called.usage.peak_memory),
    };
    Run { usage, stdout: joined(before.stdout, called.stdout), stderr: joined(before.stderr, called.stderr), ..called }
}

/// The most bytes of output that are kept of all calls of a test.
const KEPT: usize = 64 << 10;

/// Output before and after, in bounded size.
fn joined(before: Captured, after: Captured) -> Captured {
    if before.is_empty() {
        return after;
    }
    if before.omitted == 0 {
        let head = [before.head, after.head].concat();
        return Captured { head, omitted: after.omitted, tail: after.tail }.trimmed(KEPT);
    }
    let (before, after) = (before.trimmed(KEPT), after.trimmed(KEPT));
    let tail = if after.tail.is_empty() { after.head.clone() } else { after.tail.clone() };
    let lost = after.total() - tail.len() as u64;
    Captured { head: before.head, omitted: before.omitted + before.tail.len() as u64 + lost, tail }
}
