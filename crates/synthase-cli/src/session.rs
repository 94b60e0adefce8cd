//! What a command needs of the world: an engine, a record, a way to be stopped.

use std::path::{Path, PathBuf};

use synthase::record::{Journal, Reader, Recorder, RunId};
use synthase::run::{Cancel, add_languages as add_folder, default_cache_folder, default_languages_folder};
use synthase::types::{Budget, Event};
use synthase::{Engine, EngineOptions, SystemClock};

use crate::args::Global;
use crate::error::{CliError, Exit, Result};
use crate::output;

/// An engine without a record, for commands whose result is not worth one.
pub(crate) fn engine(global: &Global) -> Result<Engine> {
    let cancel = Cancel::default();
    let stop = cancel.clone();
    on_signal(move || {
        if stop.is_cancelled() {
            std::process::exit(Exit::Cancelled as i32);
        }
        output::note("stopping; once more to stop at once");
        stop.cancel();
    })?;
    engine_stopped_by(global, cancel)
}

/// An engine that something else stops than a signal.
pub(crate) fn engine_stopped_by(global: &Global, cancel: Cancel) -> Result<Engine> {
    let options = EngineOptions {
        isolation: global.isolation,
        allow_weak: global.allow_weak_isolation,
        workers: workers(global)?,
        cache: default_cache_folder(),
        cancel,
    };
    Ok(Engine::new(options, Box::new(SystemClock::new()))?)
}

/// Adds the languages of the folders that the user names, and of the one in the user's configuration.
pub(crate) fn add_languages(global: &Global) -> Result<()> {
    let own = default_languages_folder().filter(|folder| folder.is_dir());
    for folder in own.iter().chain(&global.languages) {
        add_folder(folder).map_err(|error| CliError::input(error.to_string()))?;
    }
    Ok(())
}

/// How many tasks are worked on at the same time.
pub(crate) fn workers(global: &Global) -> Result<usize> {
    match global.workers {
        Some(0) => Err(CliError::usage("--workers must be at least 1")),
        Some(workers) => Ok(workers),
        None => Ok(std::thread::available_parallelism().map_or(1, Into::into)),
    }
}

/// A run that is to be continued. Where its record lies is settled before anything changes the folder.
pub(crate) struct Resumed {
    run: RunId,
    state: PathBuf,
    /// What is known of it.
    pub(crate) journal: Journal,
}

/// Finds the run whose name begins like this.
pub(crate) fn resume(prefix: &str, global: &Global) -> Result<Resumed> {
    if global.no_record {
        return Err(CliError::usage("--resume continues a record, --no-record keeps none"));
    }
    let state = existing_state(global)?;
    let state = std::path::absolute(&state).unwrap_or(state);
    let reader = Reader::open(&state)?;
    let run = reader.find_run(prefix)?;
    Ok(Resumed { journal: Journal::read(reader, &run)?, run, state })
}

/// An engine that records a new run, or continues an earlier one.
pub(crate) fn recording_engine(global: &Global, resumed: Option<Resumed>, seed: u64, budget: Budget) -> Result<Engine> {
    let engine = engine(global)?;
    if global.no_record {
        return Ok(engine);
    }
    let (state, resume, journal) = match resumed {
        Some(Resumed { run, state, journal }) => {
            output::note(&format!("going on with run {run} of {}", state.display()));
            (state, Some(run), journal)
        }
        None => {
            let Some(state) = state_folder(global) else {
                output::warn("no record is kept: there is no home folder; name one with --state");
                return Ok(engine);
            };
            (state, None, Journal::empty())
        }
    };
    let now = engine.clock().now_ms();
    let run = resume.clone().unwrap_or_else(|| new_run_id(now));
    match Recorder::open(&state, run, now) {
        Ok(recorder) => {
            let command = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
            let folder = std::env::current_dir().unwrap_or_default().display().to_string();
            let version = env!("CARGO_PKG_VERSION").to_owned();
            recorder.event(
                now,
                match resume {
                    Some(_) => Event::Resumed,
                    None => Event::RunStarted { version, command, folder, seed, budget },
                },
            );
            Ok(engine.recording(recorder, journal))
        }
        Err(error) => {
            // A record that fails never changes an answer.
            output::warn(&format!("no record is kept: {}", CliError::from(error).one_line()));
            Ok(engine)
        }
    }
}

/// Closes the record and says what went wrong with it, once.
pub(crate) fn finish(engine: &Engine) {
    engine.recorder().event(engine.clock().now_ms(), Event::RunEnded);
    engine.recorder().close();
    if let Some(failure) = engine.recorder().failure() {
        output::warn(&failure);
    }
}

/// The folder of the record.
pub(crate) fn state_folder(global: &Global) -> Option<PathBuf> {
    let nearest = || {
        let here = std::env::current_dir().ok()?;
        here.ancestors().map(|folder| folder.join(".synthase")).find(|folder| folder.is_dir())
    };
    let desktop = || {
        let base = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let base = base.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".local").join("state")))?;
        Some(base.join("synthase"))
    };
    global.state.clone().or_else(nearest).or_else(desktop)
}

/// The folder of the record, for commands that read it.
pub(crate) fn existing_state(global: &Global) -> Result<PathBuf> {
    let state =
        state_folder(global).ok_or_else(|| CliError::input("there is no home folder; name one with --state"))?;
    if state.join(synthase::record::FILE).exists() {
        return Ok(state);
    }
    Err(CliError::input(format!("nothing is recorded in {}", state.display())).hint("name another folder with --state"))
}

/// What is done on Ctrl-C and SIGTERM.
pub(crate) fn on_signal(act: impl FnMut() + Send + 'static) -> Result<()> {
    ctrlc::set_handler(act)
        .map_err(|error| CliError::new(Exit::Internal, format!("cannot listen for signals: {error}")))
}

/// A name for a run that begins now: its date and time in UTC, and a few digits against collisions.
fn new_run_id(now_ms: u64) -> RunId {
    let seconds = now_ms / 1000;
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let salt = ((u64::from(std::process::id()) << 10) | (now_ms % 1000)) & 0xffff;
    RunId(format!("{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}-{salt:04x}"))
}

/// The date of a day counted from 1970-01-01, by the 400-year cycle of the Gregorian calendar.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_named_after_its_time() {
        assert!(new_run_id(0).0.starts_with("19700101-000000-"));
        assert!(new_run_id(1_582_934_400_000 + 3_661_000).0.starts_with("20200229-010101-"));
    }
}
