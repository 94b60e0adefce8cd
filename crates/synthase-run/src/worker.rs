//! A compiler that is started once and compiles many programs, one after the other.
//!
//! It runs nothing of what it compiles, and no program sees another. Starting a compiler that lives in
//! a virtual machine takes seconds, and the first program that it compiles takes many times the second.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use synthase_lang::assemble::SourceFile;
use synthase_lang::language::Language;
use synthase_sandbox::{Slot, Terms};
use synthase_types::{Captured, Limits, Outcome, Usage};

use crate::conversation::{Conversation, Exchanged, PATIENCE};
use crate::error::RunError;
use crate::lane::conversation_limits;
use crate::place::{command, program_of};
use crate::runner::{Ready, Runner};

/// A compiler that is waiting for the next program.
pub(crate) struct Worker {
    /// Must go before the slot.
    conversation: Conversation,
    slot: Slot,
}

/// What came of asking a worker.
pub(crate) struct Asked {
    /// What it made, what it says of a text that it refuses, or how it ended instead.
    pub(crate) made: Result<Result<Vec<u8>, String>, Outcome>,
    pub(crate) usage: Usage,
    pub(crate) stdout: Captured,
    pub(crate) stderr: Captured,
    /// The worker, unless it has ended.
    pub(crate) left: Option<Worker>,
}

impl Asked {
    /// How the worker ended, if it did.
    pub(crate) fn ended(&self) -> Option<&Outcome> {
        self.made.as_ref().err()
    }
}

impl Worker {
    /// Starts a worker and waits until it is there.
    pub(crate) fn start(runner: &Runner, language: &'static Language, ready: &Ready) -> Result<Worker, RunError> {
        let broken = |why: String| RunError::BrokenTool { language: language.title.clone(), why };
        let Some(compile) = &language.compile else {
            return Err(RunError::Unsupported { language: language.title.clone(), what: "compiler" });
        };
        let slot = runner.sandbox.slot()?;
        let words = ready.toolchain.fill(&compile.worker, &[]);
        let mut command = command(language, ready, &Default::default());
        let (program, args) = words.split_first().ok_or_else(|| broken("its compiler has no command".to_owned()))?;
        command.program = synthase_sandbox::Program::Path(program_of(program));
        for arg in args {
            command = command.arg(arg);
        }
        command.terms = Terms { limits: conversation_limits(&compile.limits), channel: true, ..Terms::default() };
        let conversation = Conversation::new(ready.jail.start(&slot, &command)?, runner.nonce());
        let conversation = conversation.greet(PATIENCE).map_err(|why| match runner.check_cancelled() {
            Err(cancelled) => cancelled,
            Ok(()) => broken(format!("its compiler does not start: {why}")),
        })?;
        Ok(Worker { conversation, slot })
    }

    /// Compiles one program.
    pub(crate) fn compile(
        self,
        files: &[SourceFile],
        main: &str,
        output: &str,
        limits: &Limits,
    ) -> Result<Asked, RunError> {
        let Worker { conversation, slot } = self;
        let texts: serde_json::Map<String, Json> =
            files.iter().map(|file| (file.name.clone(), json!(file.text))).collect();
        let seq = conversation.next_seq();
        let question = json!({ "op": "compile", "seq": seq, "nonce": conversation.nonce, "files": texts, "main": main, "output": output });
        let (exchanged, left) = conversation.ask(&question, limits.cpu, limits.wall)?;
        let Exchanged { end, stdout, stderr, usage } = exchanged;
        let made = end.and_then(|answer| match (answer.output, answer.refused) {
            (Some(text), None) => match STANDARD.decode(&text) {
                Ok(bytes) => Ok(Ok(bytes)),
                Err(_) => Err(Outcome::Tampered("its output is not in base64".to_owned())),
            },
            (None, Some(said)) => Ok(Err(said)),
            _ => Err(Outcome::Tampered("it answers neither with a program nor with a refusal".to_owned())),
        });
        // One that breaks the protocol is not asked again.
        let left = left.filter(|_| made.is_ok()).map(|conversation| Worker { conversation, slot });
        Ok(Asked { made, usage, stdout, stderr, left })
    }
}
