//! `synthase session`: cells that run one after the other and keep their state.

mod lines;
mod prompt;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use synthase::run::session::{Interrupter, Journal, Recorded, SessionOptions, Statefulness};
use synthase::run::{Cancel, Runner, RunnerOptions};

use crate::args::{Global, Session};
use crate::error::{CliError, Exit, Result};
use crate::{input, output};

pub(crate) fn run(args: Session, global: &Global) -> Result<Exit> {
    let language = synthase::lang::by_name(&args.lang).map_err(|error| CliError::usage(error.to_string()))?;
    let current = Current::default();
    let cancel = Cancel::default();
    stop_on_signal(&current, &cancel)?;
    let options =
        RunnerOptions { isolation: global.isolation, allow_weak: global.allow_weak_isolation, cache: None, cancel };
    let runner = Runner::new(options)?;
    let opener = Opener { runner: &runner, language: &language.name, options: session_options(&args)? };
    let session = match (&args.resume, &args.journal) {
        (Some(path), _) => opener.resume(path, args.branch)?,
        (None, Some(path)) => opener.open(Journal::create(path).map_err(journal_error)?)?,
        (None, None) => opener.open(Journal::in_memory())?,
    };
    if global.json { lines::serve(session, &opener, &current) } else { prompt::talk(session, &opener, &current) }
}

/// What opens sessions.
struct Opener<'a> {
    runner: &'a Runner,
    language: &'a str,
    options: SessionOptions,
}

impl Opener<'_> {
    fn open(&self, journal: Journal) -> Result<Recorded> {
        let session = self.runner.open_session(self.language, &self.options)?;
        Ok(Recorded::begin(session, self.language, &self.options, journal))
    }

    /// Builds a session anew from its journal, and names what is not as it was.
    fn resume(&self, path: &Path, branch: u32) -> Result<Recorded> {
        let journal = Journal::open(path).map_err(journal_error)?;
        let rebuilt = self.runner.rebuild_session(journal, branch).map_err(|error| match error {
            synthase::run::session::RebuildError::Journal(error) => journal_error(error),
            synthase::run::session::RebuildError::Run(error) => error.into(),
        })?;
        for difference in &rebuilt.differences {
            output::warn(&format!("cell {}: {}", difference.cell, output::safe_text(&difference.what)));
        }
        Ok(rebuilt.session)
    }
}

fn journal_error(error: synthase::run::session::JournalError) -> CliError {
    CliError::input(error.to_string())
}

fn session_options(args: &Session) -> Result<SessionOptions> {
    let mut options = SessionOptions::default();
    if args.limits.cpu.is_none() {
        let limits = input::limits(&args.limits)?;
        let wall = args.limits.wall.unwrap_or(options.limits.wall);
        options.limits = synthase::types::Limits { cpu: options.limits.cpu, wall, ..limits };
    } else {
        options.limits = input::limits(&args.limits)?;
    }
    for path in &args.file {
        let Some(name) = path.file_name() else {
            return Err(CliError::usage(format!("{} names no file", path.display())));
        };
        options.files.push((name.into(), input::read_bytes(path)?));
    }
    options.imports.clone_from(&args.import);
    if args.stateless {
        options.statefulness = Statefulness::Stateless;
    }
    Ok(options)
}

/// What an interrupt goes to.
#[derive(Clone, Default)]
pub(super) struct Current(Arc<Mutex<Interrupter>>);

impl Current {
    fn set(&self, interrupter: Interrupter) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = interrupter;
    }

    /// Interrupts the cell that runs. Says whether one does.
    fn interrupt(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).interrupt()
    }
}

/// Ctrl-C interrupts the cell that runs; where none does, it ends the session.
fn stop_on_signal(current: &Current, cancel: &Cancel) -> Result<()> {
    let (current, cancel) = (current.clone(), cancel.clone());
    ctrlc::set_handler(move || {
        if !current.interrupt() {
            cancel.cancel();
            std::process::exit(Exit::Cancelled as i32);
        }
    })
    .map_err(|error| CliError::new(Exit::Internal, format!("cannot listen for signals: {error}")))
}
