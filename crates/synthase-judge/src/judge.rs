//! Judging one candidate on everything that its task gives.

use synthase_lang::registry;
use synthase_run::{Called, Lane, Run, RunError, TestCode, TestEnd, TestRun};
use synthase_types::id::{Digest, ProbeId, UnitId};
use synthase_types::{
    Candidate, Counterexample, Execution, Expect, Got, Interface, Isolation, Judgement, NotJudged, Origin, Outcome,
    Probe, ProbeJudgement, Strength, Task, Unit, UnitEntry, Value, Verdict,
};

use crate::compare::{Comparison, KEPT, is_small, verdict};
use crate::questions::{Kind, Question, questions};

/// The version of the judge: part of the key of every recorded verdict, raised whenever the same
/// program may be judged otherwise.
pub const VERSION: u32 = 3;

/// Judges candidates of one task.
pub struct Judge<'a> {
    task: &'a Task,
    stops: bool,
}

/// What a program answers to an input when it is run.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It returns this value.
    Value(Value),
    /// It ends otherwise.
    Outcome(Outcome),
    /// It could not be run; nothing is known of it.
    NotRun(NotJudged),
}

impl<'a> Judge<'a> {
    /// The judge of a task.
    pub fn new(task: &'a Task) -> Judge<'a> {
        Judge { task, stops: false }
    }

    /// The judge that looks no further once something does not hold: for grading, where the first
    /// failure decides. Its judgements have fewer probes and the same verdict.
    #[must_use]
    pub fn to_first_failure(self) -> Judge<'a> {
        Judge { stops: true, ..self }
    }

    /// The text that is run for a candidate. The task's prelude belongs to the task's language; a
    /// candidate in another language stands alone.
    pub fn unit(&self, candidate: &Candidate) -> Unit {
        let language = canonical(&candidate.language);
        let prelude = if self.prelude_language() == language { self.task.prelude.clone() } else { String::new() };
        let entry = UnitEntry::from(&self.task.entry);
        Unit { language, prelude, source: candidate.source.clone(), entry }
    }

    /// Everything besides task and candidate that a verdict rests on: judge, drivers, tools, walls.
    pub fn identity(&self, candidate: &Candidate, lane: &Lane<'_>) -> String {
        let mut languages = vec![canonical(&candidate.language)];
        for question in questions(self.task) {
            if let Kind::Code { language, .. } = question.kind
                && !languages.contains(&language)
            {
                languages.push(language);
            }
        }
        let tools: Vec<String> = languages
            .iter()
            .map(|name| {
                let texts = synthase_lang::by_name(name).map(registry::texts).unwrap_or_default();
                let texts: Vec<&[u8]> = texts.into_iter().map(str::as_bytes).collect();
                format!(
                    "{}; driver {}",
                    lane.toolchain_identity(name, &self.task.environment),
                    Digest::of_parts(&texts).short()
                )
            })
            .collect();
        format!("judge {VERSION}; {}; {}", tools.join("; "), lane.isolation())
    }

    /// Runs a candidate on every example and test of the task, beginning with a fresh process.
    pub fn judge(&self, candidate: &Candidate, lane: &mut Lane<'_>) -> Judgement {
        let unit = self.unit(candidate);
        lane.forget_program();
        let mut session = Session { judge: self, id: unit.id(), unit: &unit, lane, block: 0 };
        let probes = session.answer_all(questions(self.task), self.stops);
        Judgement::new(candidate.id(), session.id, probes)
    }

    /// What a candidate answers to these inputs, in one process.
    pub fn answers(&self, candidate: &Candidate, inputs: &[Vec<Value>], lane: &mut Lane<'_>) -> Vec<Answer> {
        let unit = self.unit(candidate);
        lane.forget_program();
        inputs
            .iter()
            .map(|input| match lane.call(&unit, &self.task.limits, &self.task.environment, input, false) {
                Ok(Called::Ran(Run { outcome: Outcome::Returned, value: Some(value), .. })) => Answer::Value(value),
                Ok(Called::Ran(run)) => Answer::Outcome(run.outcome),
                Ok(Called::Unfit(what)) => Answer::NotRun(NotJudged::Unfit(what)),
                Ok(Called::Uncallable(what)) => Answer::NotRun(NotJudged::Unsupported(what)),
                Err(error) => Answer::NotRun(not_judged(error)),
            })
            .collect()
    }

    /// Whether an answer of a candidate counts as a value, under the task's profile and as the
    /// candidate's language writes values.
    pub fn same(&self, candidate: &Candidate, expected: &Value, got: &Value, lane: &Lane<'_>) -> bool {
        self.comparison(self.task.equality, &canonical(&candidate.language), lane).same(expected, got)
    }

    fn comparison(
        &self,
        equality: synthase_types::value::equality::Equality,
        language: &str,
        lane: &Lane<'_>,
    ) -> Comparison<'a> {
        let name = self.task.signature().map_or("the program", |signature| signature.name.as_str());
        Comparison { name, equality, one_number: lane.has_one_number(language) }
    }

    fn prelude_language(&self) -> String {
        canonical(self.task.language.as_deref().unwrap_or("python"))
    }
}

/// The one name of a language that may be called by another.
fn canonical(language: &str) -> String {
    synthase_lang::by_name(language).map_or_else(|_| language.to_owned(), |language| language.name.clone())
}

/// What calls have in common that can be asked together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Call {
    block: u32,
    /// Whether the arguments after the call are wanted.
    after: bool,
}

impl Call {
    /// What a question is as a call; none if it is something else.
    fn of(question: &Question) -> Option<Call> {
        args_of(question)?;
        let Kind::Probe { probe, .. } = &question.kind else { return None };
        let block = match question.origin {
            Origin::Example(_) => 0,
            Origin::Test { block, .. } => block,
        };
        Some(Call { block, after: matches!(probe.expect, Expect::Argument { .. }) })
    }
}

fn is_failure(judgement: &ProbeJudgement) -> bool {
    matches!(judgement.verdict, Verdict::Fails(_))
}

fn args_of(question: &Question) -> Option<&Vec<Value>> {
    match &question.kind {
        Kind::Probe { probe: Probe { interface: Interface::Call(args), .. }, .. } => Some(args),
        _ => None,
    }
}

/// One unit while it is being judged.
struct Session<'s, 'a, 'l, 'r> {
    judge: &'s Judge<'a>,
    unit: &'s Unit,
    id: UnitId,
    lane: &'l mut Lane<'r>,
    /// The block of test code that was asked last; 0 for the examples.
    block: u32,
}

impl Session<'_, '_, '_, '_> {
    /// The judgements on all questions, up to the first failure if that is enough. Calls that follow each
    /// other are asked together.
    fn answer_all(&mut self, questions: Vec<Question>, stops: bool) -> Vec<ProbeJudgement> {
        let mut judged = Vec::with_capacity(questions.len());
        let mut rest = questions.as_slice();
        while let [first, others @ ..] = rest {
            if stops && judged.iter().any(is_failure) {
                break;
            }
            let Some(call) = Call::of(first) else {
                judged.extend(self.answer(first));
                rest = others;
                continue;
            };
            let alike = |question: &&Question| Call::of(question) == Some(call);
            let count = 1 + others.iter().take_while(alike).count();
            let (together, others) = rest.split_at(count);
            judged.extend(self.answer_calls(together, call, stops));
            rest = others;
        }
        if let Some(at) = judged.iter().position(is_failure).filter(|_| stops) {
            judged.truncate(at + 1);
        }
        judged
    }

    /// The judgements on questions that are all calls.
    fn answer_calls(&mut self, questions: &[Question], call: Call, stops: bool) -> Vec<ProbeJudgement> {
        let task = self.judge.task;
        self.begin_block(&questions[0].origin);
        let args: Vec<Vec<Value>> = questions.iter().filter_map(args_of).cloned().collect();
        // What did not return is no right answer to what is expected to return.
        let ends = |at: usize, called: &Called| {
            let Called::Ran(run) = called else { return false };
            let expects_value =
                matches!(&questions[at].kind, Kind::Probe { probe, .. } if matches!(probe.expect, Expect::Value(_)));
            stops && expects_value && run.outcome != Outcome::Returned
        };
        let called = self.lane.call_until(self.unit, &task.limits, &task.environment, &args, call.after, ends);
        let called = match called {
            Ok(called) => called.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(not_judged(error)); questions.len()],
        };
        let judge = |(question, called): (&Question, Result<Called, NotJudged>)| {
            let Kind::Probe { probe, equality } = &question.kind else { unreachable!("only calls are asked so") };
            let comparison = self.judge.comparison(*equality, &self.unit.language, self.lane);
            let (verdict, execution) = match called {
                Ok(Called::Ran(run)) => {
                    let execution = self.execution(probe.id(), run);
                    (verdict(&probe.interface, &probe.expect, &execution, comparison), Some(kept(execution)))
                }
                Ok(Called::Unfit(what)) => (Verdict::NotJudged(NotJudged::Unfit(what)), None),
                Ok(Called::Uncallable(what)) => (Verdict::NotJudged(NotJudged::Unsupported(what)), None),
                Err(cause) => (Verdict::NotJudged(cause), None),
            };
            self.judgement(question.origin, Some(probe.id()), verdict, execution)
        };
        questions.iter().zip(called).map(judge).collect()
    }

    /// Examples, and each block of tests, begin with a fresh process.
    fn begin_block(&mut self, origin: &Origin) {
        let block = match origin {
            Origin::Example(_) => 0,
            Origin::Test { block, .. } => *block,
        };
        if std::mem::replace(&mut self.block, block) != block {
            self.lane.forget_program();
        }
    }

    fn judgement(
        &self,
        origin: Origin,
        probe: Option<ProbeId>,
        verdict: Verdict,
        execution: Option<Execution>,
    ) -> ProbeJudgement {
        // Without walls the program could reach the judge's own memory.
        let forgeable = self.lane.isolation() == Isolation::Rlimits;
        ProbeJudgement { origin, probe, verdict, forgeable, execution }
    }

    /// The judgement on one question; none if it turns out to ask nothing.
    fn answer(&mut self, question: &Question) -> Option<ProbeJudgement> {
        let Question { origin, kind } = question;
        self.begin_block(origin);
        let (probe, verdict, execution) = match kind {
            Kind::Probe { probe, equality } => {
                let comparison = self.judge.comparison(*equality, &self.unit.language, self.lane);
                let (verdict, execution) = self.probe(probe, comparison);
                (Some(probe.id()), verdict, execution)
            }
            Kind::Code { language, source, rest } => {
                let (verdict, execution) = self.test_code(language, source, *rest)?;
                (None, verdict, execution)
            }
        };
        Some(self.judgement(*origin, probe, verdict, execution))
    }

    fn probe(&mut self, probe: &Probe, how: Comparison<'_>) -> (Verdict, Option<Execution>) {
        let task = self.judge.task;
        let not_judged = |cause| (Verdict::NotJudged(cause), None);
        let run = match &probe.interface {
            Interface::Stdio { stdin, args } => {
                self.lane.script(self.unit, &task.limits, &task.environment, stdin.as_bytes(), args)
            }
            Interface::Call(_) | Interface::Sequence(_) | Interface::Files { .. } => {
                return not_judged(NotJudged::Unsupported(probe.interface.to_string()));
            }
        };
        match run {
            Ok(run) => {
                let execution = self.execution(probe.id(), run);
                let verdict = verdict(&probe.interface, &probe.expect, &execution, how);
                (verdict, Some(kept(execution)))
            }
            Err(error) => not_judged(self::not_judged(error)),
        }
    }

    fn test_code(&mut self, language: &str, source: &str, rest: bool) -> Option<(Verdict, Option<Execution>)> {
        let task = self.judge.task;
        // Helpers of the prompt come from the task's text, never from the candidate.
        let prelude = if self.judge.prelude_language() == language { task.prelude.as_str() } else { "" };
        let code = TestCode { language, prelude, source };
        let TestRun { end, args, run } = match self.lane.test(self.unit, &task.limits, &task.environment, code) {
            Ok(tested) => tested,
            Err(error) => return Some((Verdict::NotJudged(not_judged(error)), None)),
        };
        let fails = |message: String| {
            Verdict::Fails(Box::new(Counterexample {
                name: task.signature().map_or(String::new(), |signature| signature.name.clone()),
                interface: Interface::Call(args.clone().unwrap_or_default()),
                expected: None,
                got: Got::TestFailed(message),
            }))
        };
        let verdict = match end {
            TestEnd::Passed => Verdict::Holds(Strength::Examples(1)),
            TestEnd::NeverCalled if rest => return None,
            TestEnd::NeverCalled => Verdict::NotJudged(NotJudged::TestCode("it never calls the program".into())),
            TestEnd::Failed { kind, message, line } => {
                let colon = if message.is_empty() { "" } else { ": " };
                let place = if line > 0 { format!(" (line {line} of the test)") } else { String::new() };
                fails(format!("{kind}{colon}{message}{place}"))
            }
            TestEnd::Program(outcome) => fails(format!("the program {outcome}")),
            TestEnd::Unsupported(what) => Verdict::NotJudged(NotJudged::Unsupported(what)),
            TestEnd::Broken(what) => Verdict::NotJudged(NotJudged::TestCode(what)),
            TestEnd::Unfit(what) => Verdict::NotJudged(NotJudged::Unfit(what)),
        };
        // A test has no probe; the text of the test names the execution.
        let probe = ProbeId(Digest::of(source.as_bytes()));
        Some((verdict, run.map(|run| kept(self.execution(probe, run)))))
    }

    fn execution(&self, probe: ProbeId, run: Run) -> Execution {
        Execution {
            unit: self.id,
            probe,
            outcome: run.outcome,
            value: run.value,
            args_after: run.args_after,
            stdout: run.stdout,
            stderr: run.stderr,
            usage: run.usage,
            isolation: self.lane.isolation(),
        }
    }
}

/// An execution as it is kept: with the ends of its output, and without values of a size that would
/// fill the memory if each row had one.
fn kept(execution: Execution) -> Execution {
    Execution {
        value: execution.value.filter(is_small),
        args_after: execution.args_after.filter(|args| args.iter().all(is_small)),
        stdout: execution.stdout.trimmed(KEPT),
        stderr: execution.stderr.trimmed(KEPT),
        ..execution
    }
}

/// A failure of ours, as the cause of no verdict.
fn not_judged(error: RunError) -> NotJudged {
    match error {
        RunError::Cancelled => NotJudged::Cancelled,
        RunError::MissingTool { .. } | RunError::BrokenTool { .. } => NotJudged::MissingTool(error.to_string()),
        RunError::Unsupported { .. } => NotJudged::Unsupported(error.to_string()),
        RunError::Prelude(what) => NotJudged::Prelude(what),
        RunError::Sandbox(_) | RunError::File { .. } | RunError::NoBranch { .. } => {
            NotJudged::Sandbox(error.to_string())
        }
    }
}
