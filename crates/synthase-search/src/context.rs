//! The context of a strategy: the only doors to the world.
//!
//! `propose`, `judge` and `run` charge the budget, write the record, and answer from the journal what an
//! earlier part of the run already knows. A strategy is therefore straight-line code without a
//! clock, a file or a process of its own, and a search is resumed by running it again.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use synthase_judge::{Answer, Judge};
use synthase_record::{Journal, Recorder};
use synthase_run::{Cancel, Lane};
use synthase_types::id::{BlobId, Digest, TaskId};
use synthase_types::{
    Budget, Candidate, Event, Isolation, Judgement, Resource, Spend, StopReason, Task, Unit, Value, Verdict,
};

use crate::clock::Clock;
use crate::proposer::{Ask, CannotPropose, Halt, Proposal, Proposer};

/// What a strategy works with.
pub struct Context<'a, 'r> {
    /// The task.
    pub task: &'a Task,
    /// The language of the answer.
    pub language: &'a str,
    /// How many programs that differ are wanted.
    pub count: usize,
    /// The seed of everything random.
    pub seed: u64,
    budget: Budget,
    spend: Spend,
    task_id: TaskId,
    lane: &'a mut Lane<'r>,
    recorder: &'a Recorder,
    journal: &'a Journal,
    clock: &'a dyn Clock,
    cancel: &'a Cancel,
    started: Duration,
}

/// What surrounds the contexts of one worker.
pub struct Surroundings<'a, 'r> {
    /// Where programs are run.
    pub lane: &'a mut Lane<'r>,
    /// Where everything is recorded.
    pub recorder: &'a Recorder,
    /// What an earlier part of the run knows.
    pub journal: &'a Journal,
    /// Where the time comes from.
    pub clock: &'a dyn Clock,
    /// What tells that the user wants to stop.
    pub cancel: &'a Cancel,
}

/// What the user wants of the work on one task.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The language of the answer.
    pub language: String,
    /// How many programs that differ are wanted.
    pub count: usize,
    /// What may be spent.
    pub budget: Budget,
    /// The seed.
    pub seed: u64,
}

impl<'a, 'r> Context<'a, 'r> {
    /// A context for one task. Its time runs from now.
    pub fn new(task: &'a Task, wanted: &'a Wanted, around: &'a mut Surroundings<'_, 'r>) -> Context<'a, 'r> {
        Context {
            task,
            language: &wanted.language,
            count: wanted.count,
            seed: wanted.seed,
            budget: wanted.budget,
            spend: Spend::default(),
            task_id: task.id(),
            lane: around.lane,
            recorder: around.recorder,
            journal: around.journal,
            clock: around.clock,
            cancel: around.cancel,
            started: around.clock.elapsed(),
        }
    }

    /// What was spent so far.
    pub fn spend(&self) -> Spend {
        self.spend
    }

    /// What may be spent in all.
    pub fn budget(&self) -> Budget {
        self.budget
    }

    /// The text that is run for a candidate.
    pub fn unit(&self, candidate: &Candidate) -> Unit {
        Judge::new(self.task).unit(candidate)
    }

    /// Behind which walls programs run.
    pub fn isolation(&self) -> Isolation {
        self.lane.isolation()
    }

    /// Why to stop now, if it is time.
    pub fn halt(&self) -> Option<StopReason> {
        if self.cancel.is_cancelled() {
            return Some(StopReason::Cancelled);
        }
        let spent = self.budget.minus(&self.spend).used_up();
        let late = self.budget.wall().is_some_and(|wall| self.clock.elapsed().saturating_sub(self.started) >= wall);
        spent.or(late.then_some(Resource::Wall)).map(StopReason::BudgetSpent)
    }

    /// Asks a proposer for programs.
    ///
    /// # Errors
    /// A task that the proposer can do nothing with.
    pub fn propose(&mut self, proposer: &dyn Proposer) -> Result<Proposal, CannotPropose> {
        let budget = self.budget.minus(&self.spend);
        let version = (env!("CARGO_PKG_VERSION"), proposer.name());
        let key = Digest::of_json(&("propose", version, self.task_id, self.language, self.count, self.seed, budget));
        let proposal = match self.recall::<Proposal>(&key) {
            Some(known) => known,
            None => {
                let (clock, cancel) = (self.clock, self.cancel);
                let end = budget.wall().map(|wall| self.started + wall);
                let mut stopped = move || {
                    if cancel.is_cancelled() {
                        return Some(Halt::Cancelled);
                    }
                    end.filter(|end| clock.elapsed() >= *end).map(|_| Halt::Spent(Resource::Wall))
                };
                let proposal = proposer.propose(&mut Ask {
                    task: self.task,
                    language: self.language,
                    count: self.count,
                    budget,
                    seed: self.seed,
                    stopped: &mut stopped,
                })?;
                // An answer that was cut off by the user is no answer to the question, even if it found
                // something: a resumed run asks again.
                if cancel.is_cancelled() {
                    self.spend += proposal.spend;
                    return Ok(proposal);
                }
                let answer = self.remember(&proposal);
                self.record(Event::Proposed {
                    task: self.task_id,
                    key,
                    proposer: proposer.name().to_owned(),
                    candidates: proposal.candidates.iter().map(|proposed| proposed.candidate.id()).collect(),
                    spend: proposal.spend,
                    answer,
                });
                proposal
            }
        };
        self.spend += proposal.spend;
        Ok(proposal)
    }

    /// Has a candidate run and judged on everything the task gives.
    pub fn judge(&mut self, candidate: &Candidate) -> Judgement {
        let judge = Judge::new(self.task);
        let key = Digest::of_json(&("judge", self.task_id, candidate.id(), judge.identity(candidate, self.lane)));
        if let Some(known) = self.recall::<Judgement>(&key) {
            self.spend += spend_of(&known);
            return known;
        }
        let judgement = judge.judge(candidate, self.lane);
        // What could not be judged says nothing for ever: a resumed run looks again.
        if !judgement.probes.iter().any(|probe| matches!(probe.verdict, Verdict::NotJudged(_))) {
            let blob = self.remember(&judgement);
            self.record(Event::Judged {
                task: self.task_id,
                key,
                candidate: candidate.id(),
                verdict: judgement.verdict.to_string(),
                spend: spend_of(&judgement),
                judgement: blob,
            });
        }
        self.spend += spend_of(&judgement);
        judgement
    }

    /// Runs a candidate on these inputs, without a judge.
    pub fn run(&mut self, candidate: &Candidate, inputs: &[Vec<Value>]) -> Vec<Answer> {
        let judge = Judge::new(self.task);
        let identity = judge.identity(candidate, self.lane);
        let key = Digest::of_json(&("run", self.task_id, candidate.id(), inputs, identity));
        let answers = match self.recall::<Vec<Answer>>(&key) {
            Some(known) => known,
            None => {
                let answers = judge.answers(candidate, inputs, self.lane);
                if !answers.iter().any(|answer| matches!(answer, Answer::NotRun(_))) {
                    let answer = self.remember(&answers);
                    self.record(Event::Answered { task: self.task_id, key, candidate: candidate.id(), answer });
                }
                answers
            }
        };
        self.spend.executions += inputs.len() as u64;
        answers
    }

    /// Whether an answer of a candidate counts as a value, under the task's profile.
    pub fn same(&self, candidate: &Candidate, expected: &Value, got: &Value) -> bool {
        Judge::new(self.task).same(candidate, expected, got, self.lane)
    }

    fn record(&self, event: Event) {
        self.recorder.event(self.clock.now_ms(), event);
    }

    fn remember(&self, data: &impl Serialize) -> BlobId {
        // Plain data in memory has a JSON form; should it ever not, the answer is recorded as empty
        // and simply asked for again.
        self.recorder.blob(serde_json::to_vec(data).unwrap_or_default())
    }

    fn recall<T: DeserializeOwned>(&self, key: &Digest) -> Option<T> {
        serde_json::from_slice(&self.journal.answer(key)?).ok()
    }
}

fn spend_of(judgement: &Judgement) -> Spend {
    let executions = judgement.probes.iter().filter(|probe| probe.execution.is_some()).count();
    Spend { executions: executions as u64, ..Spend::default() }
}
