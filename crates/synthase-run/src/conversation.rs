//! A process that is asked one question after the other.

use std::time::Duration;

use serde_json::{Value as Json, json};
use synthase_sandbox::{Reply, Running};
use synthase_types::{Captured, Outcome, Usage};

use crate::answer::{Answer, BadFrame, Told};
use crate::error::RunError;

/// The largest answer that is read. What is larger would take many times its size in memory.
const MOST_ANSWER: usize = 9 << 20;

/// The most parts of an answer. Each takes far more memory than the byte or two in which it is told.
const MOST_PARTS: usize = 1_000_000;

/// How long a driver may take to start on a loaded machine before the tools count as broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A running process with a driver that answers on its channel.
pub(crate) struct Conversation {
    running: Running,
    pub(crate) nonce: String,
    seq: u64,
    /// What answering has used up to now.
    spent: Usage,
}

/// What came of a question.
pub(crate) struct Exchanged {
    /// The answer, or how the process ended instead.
    pub(crate) end: Result<Answer, Outcome>,
    /// What was written to standard output since the last question.
    pub(crate) stdout: Captured,
    /// What was written to standard error since the last question.
    pub(crate) stderr: Captured,
    /// What answering used. A peak of memory is that of the whole run up to now.
    pub(crate) usage: Usage,
}

impl Conversation {
    pub(crate) fn new(running: Running, nonce: String) -> Conversation {
        Conversation { running, nonce, seq: 0, spent: Usage::default() }
    }

    /// Waits until the driver says that it has started: nothing foreign has run until then, so an end
    /// before it is no end of a program.
    pub(crate) fn greet(self, patience: Duration) -> Result<Conversation, String> {
        let question = json!({ "op": "hello", "seq": self.seq, "nonce": self.nonce });
        let (exchanged, left) = self.ask(&question, patience, patience).map_err(|error| error.to_string())?;
        match (exchanged.end.map(Answer::told), left) {
            (Ok(Ok(Told::Ready)), Some(left)) => Ok(left),
            (Err(outcome), _) => Err(format!("its driver {outcome}. {}", exchanged.stderr.to_text().trim())),
            _ => Err("its driver does not follow the protocol".to_owned()),
        }
    }

    /// The process itself, the run's nonce, and the number of the next question: for those who hold a
    /// conversation of another form.
    pub(crate) fn into_parts(self) -> (Running, String, u64) {
        (self.running, self.nonce, self.seq)
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
            Reply::Frame(frame) if frame.len() > MOST_ANSWER => {
                Some(Err(BadFrame(format!("an answer of {} bytes", frame.len()))))
            }
            Reply::Frame(frame) if parts(&frame) > MOST_PARTS => {
                self.running.kill();
                return self.end(Some(Outcome::InvalidOutput(format!("more than {MOST_PARTS} parts"))));
            }
            Reply::Frame(frame) => Some(Answer::read(&frame, &self.nonce, seq)),
            Reply::Garbage(why) => Some(Err(BadFrame(why))),
            Reply::Ended => None,
        };
        match read {
            Some(Ok(answer)) => {
                let (stdout, stderr) = self.running.take_output();
                let usage = self.running.last_exchange();
                self.spent.cpu += usage.cpu;
                self.spent.wall += usage.wall;
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
        let wall = Some(self.running.last_exchange().wall).filter(|wall| !wall.is_zero());
        let finished = self.running.finish()?;
        let outcome = match (known, finished.outcome()) {
            (Some(known), _) => known,
            (None, Some(Outcome::Exited(code))) => Outcome::EarlyExit(code),
            (None, Some(outcome)) => outcome,
            // Only a cancellation ends a process without an outcome.
            (None, None) => return Err(RunError::Cancelled),
        };
        let usage = Usage {
            cpu: finished.usage.cpu.saturating_sub(self.spent.cpu),
            wall: wall.unwrap_or_else(|| finished.usage.wall.saturating_sub(self.spent.wall)),
            peak_memory: finished.usage.peak_memory,
        };
        Ok((Exchanged { end: Err(outcome), stdout: finished.stdout, stderr: finished.stderr, usage }, None))
    }
}

/// How many parts the values in a JSON text have at most, counted before any of them is made.
pub(crate) fn parts(text: &[u8]) -> usize {
    let (mut count, mut in_string, mut escaped) = (1, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b',' | b'[' | b'{' | b':' if !in_string => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn parts_are_counted_outside_of_texts() {
        assert_eq!(parts(b"1"), 1);
        assert_eq!(parts(br#"[1,[2],{"a":[]}]"#), 8);
        assert_eq!(parts(br#"["a,[{:\",\\",1]"#), 3);
    }
}
