//! Judging one candidate on everything that its task gives.

use synthase_run::{Called, Lane, Run, RunError, TestEnd, TestRun};
use synthase_types::id::{Digest, ProbeId, UnitId};
use synthase_types::verdict::{Counterexample, Got};
use synthase_types::{
    Candidate, Execution, Expect, Interface, Judgement, NotJudged, Outcome, Probe, ProbeJudgement, Strength, Task,
    Unit, UnitEntry, Value, Verdict,
};

use crate::compare::{Comparison, verdict};
use crate::questions::{Kind, Question, questions};

/// The version of the judge: part of the key of every recorded verdict, raised whenever the same
/// program may be judged otherwise.
pub const VERSION: u32 = 1;

/// Judges candidates of one task.
pub struct Judge<'a> {
    task: &'a Task,
}

impl<'a> Judge<'a> {
    /// The judge of a task.
    pub fn new(task: &'a Task) -> Judge<'a> {
        Judge { task }
    }

    /// The text that is run for a candidate. The task's prelude belongs to the task's language; a
    /// candidate in another language stands alone.
    pub fn unit(&self, candidate: &Candidate) -> Unit {
        let prelude =
            if self.prelude_language() == candidate.language { self.task.prelude.clone() } else { String::new() };
        Unit {
            language: candidate.language.clone(),
            prelude,
            source: candidate.source.clone(),
            entry: UnitEntry::from(&self.task.entry),
        }
    }

    /// Everything besides task and candidate that a verdict rests on.
    pub fn identity(&self, candidate: &Candidate, lane: &Lane<'_>) -> String {
        let tools = lane.toolchain_identity(&candidate.language);
        format!("judge {VERSION}; {tools}; {}", lane.isolation())
    }

    /// Runs a candidate on every example and test of the task.
    pub fn judge(&self, candidate: &Candidate, lane: &mut Lane<'_>) -> Judgement {
        let unit = self.unit(candidate);
        // A judgement begins with a fresh process, whatever was asked before.
        lane.forget_program();
        let mut session = Session { judge: self, id: unit.id(), unit: &unit, lane };
        let probes = questions(self.task).into_iter().map(|question| session.answer(question)).collect();
        Judgement::new(candidate.id(), session.id, probes)
    }

    /// What a candidate answers to these inputs; `None` where it gives no value or could not be run.
    pub fn answers(&self, candidate: &Candidate, inputs: &[Vec<Value>], lane: &mut Lane<'_>) -> Vec<Option<Value>> {
        let unit = self.unit(candidate);
        lane.forget_program();
        inputs
            .iter()
            .map(|input| match lane.call(&unit, &self.task.limits, &self.task.environment, input, false) {
                Ok(Called::Ran(Run { outcome: Outcome::Returned, value, .. })) => value,
                _ => None,
            })
            .collect()
    }

    fn prelude_language(&self) -> &str {
        let stated = self.task.language.as_deref().unwrap_or("python");
        synthase_lang::by_name(stated).map_or(stated, |language| &language.name)
    }
}

/// One unit while it is being judged.
struct Session<'s, 'a, 'l, 'r> {
    judge: &'s Judge<'a>,
    unit: &'s Unit,
    id: UnitId,
    lane: &'l mut Lane<'r>,
}

impl Session<'_, '_, '_, '_> {
    fn answer(&mut self, question: Question) -> ProbeJudgement {
        let Question { origin, kind } = question;
        let (probe, verdict, execution) = match kind {
            Kind::Probe { probe, equality } => {
                let how = Comparison { equality, one_number: self.lane.has_one_number(&self.unit.language) };
                let (verdict, execution) = self.probe(&probe, how);
                (Some(probe.id()), verdict, execution)
            }
            Kind::Code { language, source } => {
                let (verdict, execution) = self.test_code(&language, &source);
                (None, verdict, execution)
            }
        };
        ProbeJudgement { origin, probe, verdict, forgeable: false, execution }
    }

    fn probe(&mut self, probe: &Probe, how: Comparison) -> (Verdict, Option<Execution>) {
        let task = self.judge.task;
        let run = match &probe.interface {
            Interface::Call(args) => {
                let after = matches!(probe.expect, Expect::Argument { .. });
                match self.lane.call(self.unit, &task.limits, &task.environment, args, after) {
                    Ok(Called::Ran(run)) => Ok(run),
                    Ok(Called::Unfit(what)) => return (Verdict::NotJudged(NotJudged::Unfit(what)), None),
                    Err(error) => Err(error),
                }
            }
            Interface::Stdio { stdin, args } => {
                self.lane.script(self.unit, &task.limits, &task.environment, stdin.as_bytes(), args)
            }
            Interface::Sequence(_) | Interface::Files { .. } => {
                return (Verdict::NotJudged(NotJudged::Unsupported(probe.interface.to_string())), None);
            }
        };
        match run {
            Ok(run) => {
                let execution = self.execution(probe.id(), run);
                (verdict(&probe.interface, &probe.expect, &execution, how), Some(execution))
            }
            Err(error) => (Verdict::NotJudged(not_judged(error)), None),
        }
    }

    fn test_code(&mut self, language: &str, source: &str) -> (Verdict, Option<Execution>) {
        let task = self.judge.task;
        // Helpers of the prompt come from the task's text, never from the candidate.
        let prelude = if self.judge.prelude_language() == language { task.prelude.as_str() } else { "" };
        let tested = self.lane.test(self.unit, &task.limits, &task.environment, language, prelude, source);
        let TestRun { end, run } = match tested {
            Ok(tested) => tested,
            Err(error) => return (Verdict::NotJudged(not_judged(error)), None),
        };
        let fails = |got: Got| {
            let interface = Interface::Call(Vec::new());
            Verdict::Fails(Box::new(Counterexample { interface, expected: Expect::Value(Value::Null), got }))
        };
        let verdict = match end {
            TestEnd::Passed => Verdict::Holds(Strength::Examples(1)),
            TestEnd::Failed { kind, message, line } => {
                let colon = if message.is_empty() { "" } else { ": " };
                fails(Got::TestFailed(format!("{kind}{colon}{message} (line {line} of the test)")))
            }
            TestEnd::Program(outcome) => fails(Got::TestFailed(format!("the program {outcome}"))),
            TestEnd::Unsupported(what) => Verdict::NotJudged(NotJudged::Unsupported(what)),
            TestEnd::Broken(what) => Verdict::NotJudged(NotJudged::TestCode(what)),
            TestEnd::Unfit(what) => Verdict::NotJudged(NotJudged::Unfit(what)),
        };
        // A test has no probe; the text of the test names the execution.
        let probe = ProbeId(Digest::of(source.as_bytes()));
        (verdict, run.map(|run| self.execution(probe, run)))
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

/// A failure of ours, as the cause of no verdict.
fn not_judged(error: RunError) -> NotJudged {
    match error {
        RunError::Cancelled => NotJudged::Cancelled,
        RunError::MissingTool { .. } => NotJudged::MissingTool(error.to_string()),
        RunError::Unsupported { .. } => NotJudged::Unsupported(error.to_string()),
        RunError::Sandbox(_) | RunError::Cache(_) => NotJudged::Sandbox(error.to_string()),
    }
}
