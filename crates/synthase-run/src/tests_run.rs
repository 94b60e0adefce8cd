//! Running test code, in a process of its own that calls the program through plain data.

use serde_json::{Value as Json, json};
use synthase_lang::assemble::test_message;
use synthase_lang::language::{Language, Start};
use synthase_sandbox::Stdin;
use synthase_types::{Captured, Environment, Limits, Outcome, Unit, UnitEntry, Usage, Value};

use crate::answer::Answer;
use crate::conversation::{Conversation, Exchanged};
use crate::error::RunError;
use crate::lane::{Called, Lane, Run, WhichPlace};

/// How a run of test code went.
#[derive(Debug, Clone, PartialEq)]
pub struct TestRun {
    /// What it says of the program.
    pub end: TestEnd,
    /// The last call of the program with what all calls used, if there was a call.
    pub run: Option<Run>,
}

/// What test code says of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestEnd {
    /// It ran to its end.
    Passed,
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
    /// An argument has no form in the program's types.
    Unfit(String),
    /// The test code itself is at fault.
    Broken(String),
}

/// How many calls of the program one test may make. A test that asks without end is at fault.
const MOST_CALLS: u32 = 1_000_000;

impl Lane<'_> {
    /// Runs test code against a unit.
    ///
    /// # Errors
    /// Test or program could not be run: nothing is known of the program.
    pub fn test(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        language: &str,
        prelude: &str,
        source: &str,
    ) -> Result<TestRun, RunError> {
        self.runner.check_cancelled()?;
        let language = test_language(language)?;
        let UnitEntry::Function(signature) = &unit.entry else {
            let what = "test code for programs without an entry point";
            return Ok(TestRun { end: TestEnd::Unsupported(what.into()), run: None });
        };
        let call = language.call.as_ref().filter(|call| call.start != Start::Compiled);
        let Some(call) = call else {
            return Err(RunError::Unsupported { language: language.title.clone(), what: "way to run test code yet" });
        };
        let _others = self.runner.share();
        let whole = Limits { wall: limits.wall * 4, ..limits.clone() };
        let running = self.start_driver(language, call, whole, environment, Stdin::Null, WhichPlace::Tests)?;
        let conversation = Conversation::new(running, self.runner.nonce());
        let question = test_message(prelude, source, signature, &conversation.nonce, conversation.next_seq());
        let tested = self.converse(unit, limits, environment, conversation, question);
        if tested.is_err() {
            self.forget_program();
        }
        tested
    }

    /// Passes the test's calls on to the program until the test has said its word.
    fn converse(
        &mut self,
        unit: &Unit,
        limits: &Limits,
        environment: &Environment,
        mut conversation: Conversation,
        mut question: Json,
    ) -> Result<TestRun, RunError> {
        let mut run: Option<Run> = None;
        for _ in 0..MOST_CALLS {
            let (exchanged, left) = conversation.ask(&question, limits.cpu, limits.wall)?;
            let answer = match exchanged {
                Exchanged { end: Ok(answer), .. } => answer,
                Exchanged { end: Err(outcome), .. } => {
                    return Ok(TestRun { end: TestEnd::Broken(format!("it {outcome}")), run });
                }
            };
            let (args, Some(left)) = (read_call(&answer), left) else {
                return Ok(TestRun { end: last_word(answer), run });
            };
            conversation = left;
            let args = match args {
                None => return Ok(TestRun { end: last_word(answer), run }),
                Some(Err(why)) => return Ok(TestRun { end: TestEnd::Broken(why), run }),
                Some(Ok(args)) => args,
            };
            let called = match self.call_once(unit, limits, environment, &args, true)? {
                Called::Ran(called) => called,
                Called::Unfit(what) => return Ok(TestRun { end: TestEnd::Unfit(what), run }),
            };
            let seq = conversation.next_seq();
            question = match (&called.outcome, &called.value) {
                (Outcome::Returned, Some(value)) => {
                    json!({ "seq": seq, "value": value.to_json(), "after": after(&called) })
                }
                (Outcome::Raised { kind, message }, _) => {
                    json!({ "seq": seq, "raised": [kind, message], "after": after(&called) })
                }
                _ => {
                    let end = TestEnd::Program(called.outcome.clone());
                    return Ok(TestRun { end, run: Some(added(run, called)) });
                }
            };
            run = Some(added(run, called));
        }
        Ok(TestRun { end: TestEnd::Broken(format!("it calls the program more than {MOST_CALLS} times")), run })
    }
}

fn test_language(name: &str) -> Result<&'static Language, RunError> {
    synthase_lang::by_name(name).map_err(|error| RunError::MissingTool {
        language: name.to_owned(),
        why: error.to_string(),
        install: String::new(),
    })
}

/// The arguments of the call that a test asks for, if it asks for one.
fn read_call(answer: &Answer) -> Option<Result<Vec<Value>, String>> {
    let args = answer.call.as_ref()?;
    Some(args.iter().cloned().map(Value::from_json).collect::<Result<_, _>>().map_err(|error| error.to_string()))
}

fn last_word(answer: Answer) -> TestEnd {
    if answer.passed {
        return TestEnd::Passed;
    }
    if let Some((kind, message)) = answer.failed {
        return TestEnd::Failed { kind, message, line: answer.line.unwrap_or(0) };
    }
    if let Some(what) = answer.unsupported {
        return TestEnd::Unsupported(what);
    }
    TestEnd::Broken(answer.broken.unwrap_or_else(|| "it says nothing of the program".into()))
}

fn after(called: &Run) -> Json {
    match &called.args_after {
        Some(args) => args.iter().map(Value::to_json).collect(),
        None => Json::Null,
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

/// Output before and after, as far as the first piece was kept whole.
fn joined(before: Captured, after: Captured) -> Captured {
    if before.is_empty() {
        return after;
    }
    if before.omitted > 0 || after.omitted > 0 {
        let tail = if after.tail.is_empty() { after.head } else { after.tail };
        let omitted = before.omitted + after.omitted + before.tail.len() as u64;
        return Captured { head: before.head, omitted, tail };
    }
    Captured { head: [before.head, after.head].concat(), ..Captured::default() }
}
