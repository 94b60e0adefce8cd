//! A session whose cells share one process.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use synthase_sandbox::{Heard, Line, LineProcess, Running};
use synthase_types::{Outcome, Usage};

use super::cell::{CellResult, CellStatus, FileEntry, Interruption};
use super::changes::Changes;
use super::frame::{Answer, Said, read};
use super::interrupt::Interrupter;
use super::outputs::Outputs;
use super::tree::{PATIENCE, State, Tree, greeted};
use super::{Completeness, Session, SessionOptions, Statefulness};
use crate::error::RunError;
use crate::lane::language_of;
use crate::runner::Runner;

/// A running cell is looked at this often at least, and not more often.
const LONGEST_LOOK: Duration = Duration::from_millis(50);
const SHORTEST_LOOK: Duration = Duration::from_millis(2);

/// A session whose cells share one process.
pub(crate) struct LiveSession {
    tree: Arc<Tree>,
    line: Line,
    options: Arc<SessionOptions>,
    pub(crate) interrupter: Interrupter,
    changes: Changes,
    /// The number of the last question.
    question: u32,
    /// The number of the last cell.
    pub(crate) cells: u32,
    ended: Option<Outcome>,
}

/// How a question ended.
enum End {
    Answer(Answer),
    Complete(u8),
    /// The session has ended.
    Ended(Outcome),
}

impl LiveSession {
    /// Opens a session.
    pub(crate) fn open(runner: &Runner, language: &str, options: &SessionOptions) -> Result<LiveSession, RunError> {
        let tree = Tree::start(runner, language_of(language)?, options)?;
        let line = tree.first()?;
        let mut changes = Changes::new("work");
        if let Some(running) = tree.lock().look() {
            changes.look(running);
        }
        Ok(LiveSession {
            tree: Arc::new(tree),
            line,
            options: Arc::new(SessionOptions { files: Vec::new(), ..options.clone() }),
            interrupter: Interrupter::default(),
            changes,
            question: 0,
            cells: 0,
            ended: None,
        })
    }

    /// A copy of this session, with a folder of its own or in the same one.
    pub(crate) fn branch(&mut self, own_folder: bool) -> Result<LiveSession, RunError> {
        let tree = Arc::clone(&self.tree);
        let mut state = tree.lock();
        if let Some(outcome) = self.look_for_end(&mut state)? {
            return Err(self.refused(format!("it has ended: {outcome}")));
        }
        let name = if own_folder { format!("session-{}", tree.next_branch()) } else { String::new() };
        let running = state.running()?;
        let (mut line, far) = running.line()?;
        let frame = self.next_frame(b'f', name.as_bytes());
        if !running.hand_over(Some(&mut self.line), &frame, &far)? {
            return Err(self.refused("it does not read".to_owned()));
        }
        match self.answer(&mut state)? {
            End::Answer(Answer::Finished) => {}
            End::Answer(Answer::Refused(why)) => return Err(self.refused(why)),
            End::Ended(outcome) => return Err(self.refused(format!("it has ended: {outcome}"))),
            _ => {
                let outcome = self.tampered("it does not answer the question".to_owned());
                return Err(self.refused(format!("it has ended: {outcome}")));
            }
        }
        let running = state.running()?;
        if !greeted(running, &mut line, far)? {
            return Err(self.refused("the branch did not start; is its disk full?".to_owned()));
        }
        let mut changes = self.changes.clone();
        if own_folder {
            changes = Changes::new(Path::new("tmp").join(&name));
            changes.look(running);
        }
        drop(state);
        Ok(LiveSession {
            tree,
            line,
            options: Arc::clone(&self.options),
            interrupter: Interrupter::default(),
            changes,
            question: 0,
            cells: self.cells,
            ended: None,
        })
    }

    /// Takes over what a branch in the same folder knows of it.
    pub(crate) fn take_changes(&mut self, branch: &LiveSession) {
        self.changes = branch.changes.clone();
    }

    fn refused(&self, why: String) -> RunError {
        RunError::NoBranch { language: self.tree.language.title.clone(), why }
    }

    fn next_frame(&mut self, kind: u8, content: &[u8]) -> Vec<u8> {
        self.question = self.question.wrapping_add(1);
        let mut frame = Vec::with_capacity(5 + content.len());
        frame.push(kind);
        frame.extend(self.question.to_le_bytes());
        frame.extend(content);
        frame
    }

    /// How the session has ended, if it has.
    fn look_for_end(&mut self, state: &mut State) -> Result<Option<Outcome>, RunError> {
        if self.ended.is_none() && state.is_over() {
            self.ended = Some(state.ended()?);
        }
        Ok(self.ended.clone())
    }

    /// Ends the session because of what its process said.
    fn tampered(&mut self, why: String) -> Outcome {
        self.end(Outcome::Tampered(why))
    }

    fn end(&mut self, outcome: Outcome) -> Outcome {
        if let Some(process) = self.line.process() {
            process.kill();
        }
        self.ended.insert(outcome).clone()
    }

    /// The answer to a question that is no cell.
    fn answer(&mut self, state: &mut State) -> Result<End, RunError> {
        let (until, mut outputs) = (Instant::now() + PATIENCE, Outputs::default());
        loop {
            let heard = state.running()?.listen(&mut self.line, until)?;
            if let Heard::Nothing = heard {
                return Ok(End::Ended(self.end(Outcome::WallTimeout)));
            }
            if let Some(end) = self.hear(state, heard, &mut outputs)? {
                return Ok(end);
            }
        }
    }

    /// Deals with what was heard; the end of the question, if it is that.
    fn hear(&mut self, state: &mut State, heard: Heard, outputs: &mut Outputs) -> Result<Option<End>, RunError> {
        if self.line.has_output() {
            let (stdout, stderr) = self.line.take_output();
            outputs.captured(false, &stdout);
            outputs.captured(true, &stderr);
        }
        let outcome = match heard {
            Heard::Frame(frame) => match read(&frame, self.question) {
                Ok(Said::Written { error, text }) => {
                    outputs.text(error, false, text);
                    return Ok(None);
                }
                Ok(Said::Shown(forms)) => {
                    outputs.display(forms, frame.len());
                    return Ok(None);
                }
                Ok(Said::Answer(answer)) => return Ok(Some(End::Answer(answer))),
                Ok(Said::Complete(letter)) => return Ok(Some(End::Complete(letter))),
                Ok(Said::Here) => self.tampered("it greets a second time".to_owned()),
                Err(why) => self.tampered(why),
            },
            Heard::Nothing => return Ok(None),
            Heard::Garbage(why) => self.tampered(why),
            Heard::Closed => self.tampered("it has closed its channel".to_owned()),
            Heard::Ended(status) => self.end(outcome_of(status)),
            Heard::RunEnded => {
                let outcome = state.ended()?;
                self.ended.insert(outcome).clone()
            }
        };
        Ok(Some(End::Ended(outcome)))
    }

    /// Runs a cell of which the state is known to be there.
    fn converse(
        &mut self,
        state: &mut State,
        process: &LineProcess,
        frame: &[u8],
        outputs: &mut Outputs,
    ) -> Result<(End, Option<Interruption>), RunError> {
        let mut watch = Watch::start(process, &self.options);
        let running = state.running()?;
        self.interrupter.begin(process);
        running.say(&mut self.line, frame);
        loop {
            let heard = state.running()?.listen(&mut self.line, watch.next_look())?;
            if let Some(end) = self.hear(state, heard, outputs)? {
                return Ok((end, watch.struck.map(|(why, _)| why)));
            }
            let asked = self.interrupter.asked();
            if let Some(why) = watch.look(process, state.running()?, outputs.total, asked) {
                return Ok((End::Ended(self.end(why.outcome())), Some(why)));
            }
        }
    }
}

impl Session for LiveSession {
    fn run_cell(&mut self, code: &str) -> Result<CellResult, RunError> {
        self.cells += 1;
        let number = self.cells;
        let tree = Arc::clone(&self.tree);
        let mut state = tree.lock();
        if let Some(outcome) = self.look_for_end(&mut state)? {
            return Ok(CellResult::after_the_end(number, outcome));
        }
        let Some(process) = self.line.process().cloned() else {
            return Ok(CellResult::after_the_end(number, Outcome::Tampered("nobody speaks for it".to_owned())));
        };
        if self.line.has_incoming() {
            let outcome = self.tampered("bytes came before they were asked for".to_owned());
            return Ok(CellResult::after_the_end(number, outcome));
        }
        let content = [format!("<cell {number}>\0").as_bytes(), code.as_bytes()].concat();
        let frame = self.next_frame(b'c', &content);
        let mut outputs = Outputs::default();
        let (before, started) = (process.cpu().unwrap_or_default(), Instant::now());
        let conversed = self.converse(&mut state, &process, &frame, &mut outputs);
        self.interrupter.end();
        let (end, struck) = conversed?;
        let cpu = process.cpu().unwrap_or(before).saturating_sub(before);
        let usage = Usage { cpu, wall: started.elapsed(), peak_memory: 0 };
        let (mut value, mut text) = (None, None);
        let mut status = match end {
            End::Answer(Answer::Finished) => CellStatus::Finished,
            End::Answer(Answer::Value { value: found, text: shown }) => {
                (value, text) = (found, Some(shown));
                CellStatus::Finished
            }
            End::Answer(Answer::Raised { kind, message, traceback }) => CellStatus::Raised { kind, message, traceback },
            End::Answer(Answer::Interrupted { traceback }) => {
                CellStatus::Interrupted { why: Interruption::Asked, traceback }
            }
            End::Answer(Answer::Exited(code)) => CellStatus::Exited(code),
            End::Ended(outcome) => CellStatus::Ended(outcome),
            End::Answer(Answer::Refused(_)) | End::Complete(_) => {
                CellStatus::Ended(self.tampered("it does not answer the question".to_owned()))
            }
        };
        // A cell that exceeded a limit has not finished, whatever it made of the interrupt.
        if let Some(why) = struck
            && !matches!(status, CellStatus::Ended(_))
        {
            let traceback = match status {
                CellStatus::Interrupted { traceback, .. } | CellStatus::Raised { traceback, .. } => traceback,
                _ => String::new(),
            };
            status = CellStatus::Interrupted { why, traceback };
        }
        let (files, files_complete) = state.look().map_or((Vec::new(), false), |running| self.changes.look(running));
        Ok(CellResult { number, status, value, text, outputs: outputs.finish(), files, files_complete, usage })
    }

    fn interrupter(&self) -> Interrupter {
        self.interrupter.clone()
    }

    fn fork(&mut self) -> Result<Box<dyn Session>, RunError> {
        Ok(Box::new(self.branch(true)?))
    }

    fn files(&self) -> Vec<FileEntry> {
        self.tree.lock().look().map_or_else(Vec::new, |running| Changes::all(&self.changes.folder, running))
    }

    fn read_file(&self, path: &Path, most: u64) -> Result<Option<Vec<u8>>, RunError> {
        let failed = |source| RunError::File { operation: "read a file of the session", source };
        let state = self.tree.lock();
        let Some(found) = state.look().and_then(|running| running.open_file(&self.changes.folder, path)) else {
            return Ok(None);
        };
        let mut contents = Vec::new();
        found.file.take(most.saturating_add(1)).read_to_end(&mut contents).map_err(failed)?;
        if contents.len() as u64 > most {
            let why = format!("it has more than {most} bytes");
            return Err(failed(std::io::Error::new(std::io::ErrorKind::FileTooLarge, why)));
        }
        Ok(Some(contents))
    }

    fn completeness(&mut self, code: &str) -> Result<Completeness, RunError> {
        let tree = Arc::clone(&self.tree);
        let mut state = tree.lock();
        if self.look_for_end(&mut state)?.is_some() {
            return Ok(Completeness::Complete);
        }
        let frame = self.next_frame(b'k', code.as_bytes());
        state.running()?.say(&mut self.line, &frame);
        Ok(match self.answer(&mut state)? {
            End::Complete(b'i') => Completeness::Incomplete,
            End::Complete(b'b') => Completeness::Broken,
            _ => Completeness::Complete,
        })
    }

    fn statefulness(&self) -> Statefulness {
        Statefulness::Persistent
    }

    fn ended(&self) -> Option<&Outcome> {
        self.ended.as_ref()
    }

    fn usage(&self) -> Usage {
        self.tree.lock().usage()
    }
}

impl Drop for LiveSession {
    fn drop(&mut self) {
        if let Some(process) = self.line.process() {
            process.kill();
        }
    }
}

/// The limits of one cell.
struct Watch {
    started: Instant,
    wall: Duration,
    cpu: Duration,
    output: u64,
    grace: Duration,
    /// Processor time of the process when the cell began.
    before: Duration,
    /// Processor time of everything else in the box, at the first look.
    others: Option<Duration>,
    left: Duration,
    /// Which limit was exceeded, and when.
    struck: Option<(Interruption, Instant)>,
    struck_again: bool,
}

impl Watch {
    fn start(process: &LineProcess, options: &SessionOptions) -> Watch {
        let limits = &options.limits;
        Watch {
            started: Instant::now(),
            wall: limits.wall,
            cpu: limits.cpu,
            output: limits.output,
            grace: options.grace,
            before: process.cpu().unwrap_or_default(),
            others: None,
            left: limits.cpu,
            struck: None,
            struck_again: false,
        }
    }

    fn next_look(&self) -> Instant {
        let now = Instant::now();
        let wall = self.wall.saturating_sub(now - self.started);
        now + self.left.min(wall).clamp(SHORTEST_LOOK, LONGEST_LOOK)
    }

    /// Interrupts a cell that exceeds a limit; says why it must be ended if it does not react.
    fn look(
        &mut self,
        process: &LineProcess,
        running: &Running,
        written: u64,
        asked: Option<Instant>,
    ) -> Option<Interruption> {
        if self.struck.is_none() {
            let exceeded = if written > self.output {
                Some(Interruption::Output)
            } else if self.used(process, running) > self.cpu {
                Some(Interruption::Cpu)
            } else if self.started.elapsed() > self.wall {
                Some(Interruption::Wall)
            } else {
                None
            };
            if let Some(why) = exceeded {
                process.interrupt();
                self.struck = Some((why, Instant::now()));
            }
        }
        let (why, since) = self.struck.or(asked.map(|since| (Interruption::Asked, since)))?;
        if !self.struck_again && since.elapsed() > self.grace / 2 {
            self.struck_again = true;
            process.interrupt();
        }
        (since.elapsed() > self.grace).then_some(why)
    }

    /// Processor time of the cell with everything that it has started.
    fn used(&mut self, process: &LineProcess, running: &Running) -> Duration {
        // Between two frames of a busy cell there is nothing to be seen yet.
        if self.started.elapsed() < SHORTEST_LOOK {
            return Duration::ZERO;
        }
        let own = process.cpu().unwrap_or(self.before);
        let others = running.usage().cpu.saturating_sub(own);
        let before = *self.others.get_or_insert(others);
        let used = own.saturating_sub(self.before) + others.saturating_sub(before);
        self.left = self.cpu.saturating_sub(used);
        used
    }
}

/// How a process ended, by its wait status.
fn outcome_of(status: i32) -> Outcome {
    // The low seven bits are the signal, the next byte is the code.
    match status & 0x7f {
        0 => Outcome::EarlyExit(status >> 8 & 0xff),
        signal => Outcome::Signaled(signal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wait_statuses_are_read() {
        assert_eq!(outcome_of(0x0300), Outcome::EarlyExit(3));
        assert_eq!(outcome_of(9), Outcome::Signaled(9));
        assert_eq!(outcome_of(0x8b), Outcome::Signaled(11));
    }
}
