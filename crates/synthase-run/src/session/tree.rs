//! The box in which a session and its branches live.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;
use synthase_lang::language::{Call, Language};
use synthase_lang::registry::driver;
use synthase_lang::session::session_text;
use synthase_sandbox::{FarEnds, Heard, InputFile, Line, Reply, Request, Running, SandboxError, Slot, Terms, Zygote};
use synthase_types::{Limits, Outcome, Usage};

use super::SessionOptions;
use super::frame::{Said, read};
use crate::cancel::Registration;
use crate::error::RunError;
use crate::place::command;
use crate::runner::{Ready, Runner};

/// How long a process may take to start on a loaded machine before the tools count as broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Modules that a session needs, imported before it starts.
const NEEDED: [&str; 2] = ["linecache", "traceback"];

/// The box in which a session and its branches live. It ends when the last of them goes.
pub(crate) struct Tree {
    state: Mutex<State>,
    branches: AtomicU32,
    pub(crate) language: &'static Language,
}

/// What must go in this order: the run, its interpreter, their slot.
pub(crate) struct State {
    /// `None` once it has ended.
    running: Option<Running>,
    /// How it ended; `None` if it was cancelled.
    outcome: Option<Outcome>,
    usage: Usage,
    _zygote: Option<Zygote>,
    _slot: Slot,
    _registration: Registration,
}

impl Tree {
    /// Starts the trunk.
    pub(crate) fn start(
        runner: &Runner,
        language: &'static Language,
        options: &SessionOptions,
    ) -> Result<Tree, RunError> {
        let unsupported = || RunError::Unsupported { language: language.title.clone(), what: "sessions yet" };
        let call = language.call.as_ref().ok_or_else(unsupported)?;
        let text = session_text(language).ok_or_else(unsupported)?;
        runner.check_cancelled()?;
        let ready = runner.ready(language, &options.environment.packages)?;
        let slot = runner.sandbox.slot()?;
        let registration = runner.cancel.register(slot.killer());
        let broken = |why| RunError::BrokenTool { language: language.title.clone(), why };
        let start = Start { language, call, ready: &ready, slot: &slot, text, options };
        let (zygote, mut running) = start.trunk(&broken)?;
        running.tell(json!({ "op": "session", "seq": 0, "nonce": "" }).to_string().as_bytes())?;
        let (outcome, usage) = (None, Usage::default());
        let state =
            State { running: Some(running), outcome, usage, _zygote: zygote, _slot: slot, _registration: registration };
        Ok(Tree { state: Mutex::new(state), branches: AtomicU32::new(0), language })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that no other branch has.
    pub(crate) fn next_branch(&self) -> u32 {
        self.branches.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The first session process of the box.
    pub(crate) fn first(&self) -> Result<Line, RunError> {
        let mut state = self.lock();
        let running = state.running()?;
        let (mut line, far) = running.line()?;
        let why = match running.hand_over(None, b"b\0\0\0\0", &far)? {
            true => match greeted(running, &mut line, far)? {
                true => return Ok(line),
                false => "its session does not start",
            },
            false => "its driver does not read",
        };
        let words = state.end()?.1;
        let why = format!("{why}. {}", words.trim());
        Err(RunError::BrokenTool { language: self.language.title.clone(), why: why.trim().to_owned() })
    }
}

/// Waits until the process at the other end says that it is there. Says whether it did.
pub(crate) fn greeted(running: &mut Running, line: &mut Line, far: FarEnds) -> Result<bool, RunError> {
    // While we hold it too, the other end would never be seen to close.
    drop(far);
    let heard = running.listen(line, Instant::now() + PATIENCE)?;
    Ok(matches!(&heard, Heard::Frame(frame) if read(frame, 0) == Ok(Said::Here)) && line.process().is_some())
}

impl State {
    /// The run, as long as it goes on.
    pub(crate) fn running(&mut self) -> Result<&mut Running, RunError> {
        self.running.as_mut().ok_or(RunError::Cancelled)
    }

    /// Whether the run has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.running.is_none()
    }

    /// How the box ended, or ends now, with what its first process wrote to standard error.
    pub(crate) fn end(&mut self) -> Result<(Outcome, String), RunError> {
        let mut words = String::new();
        if let Some(running) = self.running.take() {
            self.usage = running.usage();
            let finished = running.finish()?;
            self.usage.peak_memory = self.usage.peak_memory.max(finished.usage.peak_memory);
            self.outcome = finished.outcome();
            words = finished.stderr.to_text();
        }
        self.outcome.clone().map(|outcome| (outcome, words)).ok_or(RunError::Cancelled)
    }

    /// How the box ended that is known to have ended by itself or by a limit.
    pub(crate) fn ended(&mut self) -> Result<Outcome, RunError> {
        Ok(match self.end()?.0 {
            Outcome::Exited(code) => Outcome::EarlyExit(code),
            outcome => outcome,
        })
    }

    /// What the box has used.
    pub(crate) fn usage(&self) -> Usage {
        self.running.as_ref().map_or(self.usage, Running::usage)
    }

    /// The run, to look at it.
    pub(crate) fn look(&self) -> Option<&Running> {
        self.running.as_ref()
    }
}

/// What it takes to start a trunk.
struct Start<'a> {
    language: &'static Language,
    call: &'a Call,
    ready: &'a Ready,
    slot: &'a Slot,
    text: &'a str,
    options: &'a SessionOptions,
}

impl Start<'_> {
    fn trunk(&self, broken: &dyn Fn(String) -> RunError) -> Result<(Option<Zygote>, Running), RunError> {
        let input = |(path, contents): &(_, Vec<u8>)| InputFile::new(path, contents.as_slice());
        let limits = limits_of_box(self.options);
        let files = self.options.files.iter().map(input).collect();
        let terms = Terms { limits, files, channel: true, ..Terms::default() };
        match self.ready.jail.zygote(self.slot, &self.command(&self.call.command, &self.options.imports)) {
            Ok(mut zygote) => {
                let running = zygote.fork(&Request { payload: None, terms })?;
                return Ok((Some(zygote), running));
            }
            // An interpreter that cannot enter a box by itself is started in one.
            Err(SandboxError::Lost { .. } | SandboxError::Setup(_) | SandboxError::Unavailable { .. })
                if !self.call.cold.is_empty() && self.options.imports.is_empty() => {}
            Err(error @ SandboxError::Lost { .. }) if !self.options.imports.is_empty() => {
                return Err(broken(format!("it cannot import {}: {error}", self.options.imports.join(", "))));
            }
            Err(error) => return Err(error.into()),
        }
        let mut command = self.command(&self.call.cold, &[]);
        command.terms = terms;
        let mut running = self.ready.jail.start(self.slot, &command)?;
        let hello = json!({ "op": "hello", "seq": 0, "nonce": "" }).to_string();
        match running.exchange(hello.as_bytes(), PATIENCE, PATIENCE)? {
            Reply::Frame(_) => Ok((None, running)),
            _ => Err(broken(format!("its driver does not answer. {}", running.finish()?.stderr.to_text().trim()))),
        }
    }

    /// The command of the driver, before whose text the one that keeps sessions is executed.
    fn command(&self, words: &[String], imports: &[String]) -> synthase_sandbox::Command {
        // A JSON text is a text of Python, too.
        let text = json!(self.text);
        let driver = format!("exec(compile({text}, '<session>', 'exec'))\n{}", driver(self.language).unwrap_or(""));
        let mut command = command(self.language, self.ready, &self.options.environment).env("MPLBACKEND", "Agg");
        let is_zygote = words.iter().any(|word| word == "zygote");
        let mut all = self.ready.toolchain.fill(words, &[("driver", &driver)]);
        if is_zygote {
            all.extend(NEEDED.iter().map(|name| (*name).to_owned()));
            all.extend(imports.iter().cloned());
        }
        for word in all.iter().skip(1) {
            command = command.arg(word);
        }
        command
    }
}

/// Cells have limits of their own; the box may live as long as there are cells.
fn limits_of_box(options: &SessionOptions) -> Limits {
    let most = Duration::from_secs(366 * 24 * 3600);
    Limits { cpu: most, wall: options.wall, ..options.limits.clone() }
}
