//! A process that is asked one question after the other.

use std::time::Duration;

use serde_json::Value as Json;
use synthase_sandbox::{Reply, Running};
use synthase_types::{Captured, Outcome, Usage};

use crate::answer::{Answer, BadFrame};
use crate::error::RunError;

/// A running process with a driver that answers on its channel.
pub(crate) struct Conversation {
    running: Running,
    pub(crate) nonce: String,
    seq: u64,
    /// What was used up to the last answer.
    before: Usage,
}

/// What came of a question.
pub(crate) struct Exchanged {
    /// The answer, or how the process ended instead.
    pub(crate) end: Result<Answer, Outcome>,
    /// What was written to standard output since the last question.
    pub(crate) stdout: Captured,
    /// What was written to standard error since the last question.
    pub(crate) stderr: Captured,
    /// What was used since the last answer.
    pub(crate) usage: Usage,
}

impl Conversation {
    pub(crate) fn new(running: Running, nonce: String) -> Conversation {
        Conversation { running, nonce, seq: 0, before: Usage::default() }
    }

    /// The number that the next question must have.
    pub(crate) fn next_seq(&self) -> u64 {
        self.seq
    }

    /// Asks and waits. The conversation comes back unless the process has ended.
    pub(crate) fn ask(
        mut self,
        question: &Json,
        cpu: Duration,
        wall: Duration,
    ) -> Result<(Exchanged, Option<Conversation>), RunError> {
        let seq = self.seq;
        self.seq += 1;
        // JSON in memory is always written; an empty frame would be refused by every driver.
        let frame = serde_json::to_vec(question).unwrap_or_default();
        let read = match self.running.exchange(&frame, cpu, wall)? {
            Reply::Frame(frame) => Some(Answer::read(&frame, &self.nonce, seq)),
            Reply::Garbage(why) => Some(Err(BadFrame(why))),
            Reply::Ended => None,
        };
        match read {
            Some(Ok(answer)) => {
                let (stdout, stderr) = self.running.take_output();
                let now = self.running.usage();
                let usage = since(self.before, now);
                self.before = now;
                Ok((Exchanged { end: Ok(answer), stdout, stderr, usage }, Some(self)))
            }
            Some(Err(BadFrame(why))) => {
                self.running.kill();
                self.end(Some(Outcome::Tampered(why)))
            }
            None => self.end(None),
        }
    }

    /// Waits for the end of the process; it owes an answer and will not give it.
    fn end(self, known: Option<Outcome>) -> Result<(Exchanged, Option<Conversation>), RunError> {
        let finished = self.running.finish()?;
        let outcome = match (known, finished.outcome()) {
            (Some(known), _) => known,
            (None, Some(Outcome::Exited(code))) => Outcome::EarlyExit(code),
            (None, Some(outcome)) => outcome,
            // Only a cancellation ends a process without an outcome.
            (None, None) => return Err(RunError::Cancelled),
        };
        let usage = since(self.before, finished.usage);
        Ok((Exchanged { end: Err(outcome), stdout: finished.stdout, stderr: finished.stderr, usage }, None))
    }
}

/// What was used between two moments. A peak of memory is that of the whole run.
fn since(before: Usage, now: Usage) -> Usage {
    Usage {
        cpu: now.cpu.saturating_sub(before.cpu),
        wall: now.wall.saturating_sub(before.wall),
        peak_memory: now.peak_memory,
    }
}
