//! The form for people: lines are typed, cells are run.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use synthase::run::session::{CellResult, CellStatus, Completeness, Form, Journal, Output, Recorded, Session};

use super::{Current, Opener};
use crate::error::{CliError, Exit, Result};
use crate::output;

const HELP: &str = "\
:fork             go on in a copy of this session
:back             leave the copy, back to where it was made
:files            the files of the work folder
:get PATH [TO]    show a file, or copy it out of the session
:reset            begin a new session
:usage            what the session has used
:quit             end it (also Ctrl-D)
Ctrl-C interrupts a cell and keeps the state. A block ends with an empty line.";

/// The most bytes of a file that are handed out.
const MOST_FILE: u64 = 1 << 30;

/// Reads lines and runs cells until there are no more.
pub(super) fn talk(session: Recorded, opener: &Opener<'_>, current: &Current) -> Result<Exit> {
    let mut sessions = vec![session];
    let mut told = false;
    let mut lines = std::io::stdin().lock().lines();
    let typed = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let mut cell = String::new();
    let mut last = Exit::Success;
    loop {
        let Some(session) = sessions.last_mut() else { return Ok(last) };
        if typed {
            prompt(if cell.is_empty() { ">>> " } else { "... " });
        }
        let line = match lines.next() {
            None => {
                if !cell.trim().is_empty() {
                    last = run(session, &cell, current)?;
                }
                return Ok(last);
            }
            Some(line) => line.map_err(|error| CliError::input(format!("standard input cannot be read: {error}")))?,
        };
        if cell.is_empty() && line.starts_with(':') {
            match command(&line, &mut sessions, opener) {
                Ok(true) => return Ok(last),
                Ok(false) => {}
                Err(error) => output::note(&error.to_string()),
            }
            continue;
        }
        if cell.is_empty() && line.trim().is_empty() {
            continue;
        }
        let blank = line.trim().is_empty();
        cell.push_str(&line);
        cell.push('\n');
        // The line's own end is taken off: one more would close a block.
        let whole = match session.completeness(&cell[..cell.len() - 1])? {
            Completeness::Complete => true,
            Completeness::Broken => blank || !cell.trim_end().contains('\n'),
            Completeness::Incomplete => false,
        };
        if whole {
            last = run(session, &cell, current)?;
            cell.clear();
            if let (false, Some(failure)) = (told, failure_of(session)) {
                output::warn(&failure);
                told = true;
            }
        }
    }
}

/// What is wrong with the file of a journal.
pub(super) fn failure_of(session: &Recorded) -> Option<String> {
    let journal = session.journal();
    let journal = journal.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    journal.failure().map(str::to_owned)
}

fn prompt(text: &str) {
    let mut out = std::io::stdout().lock();
    // If nobody listens, the end of the input will be noticed.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Deals with a command; says whether it was the last.
fn command(line: &str, sessions: &mut Vec<Recorded>, opener: &Opener<'_>) -> Result<bool> {
    let mut words = line.split_whitespace();
    let name = words.next().unwrap_or("");
    let rest: Vec<&str> = words.collect();
    let depth = sessions.len();
    let Some(session) = sessions.last_mut() else { return Ok(true) };
    match (name, &rest[..]) {
        (":fork", []) => {
            let branch = session.fork_recorded()?;
            output::note(&format!("in branch {}; :back leaves it", branch.branch()));
            sessions.push(branch);
        }
        (":back", []) if depth > 1 => {
            sessions.pop();
            let number = sessions.last().map_or(0, Recorded::branch);
            output::note(&format!("back in branch {number}"));
        }
        (":back", []) => output::note("this is where it began"),
        (":files", []) => {
            for file in session.files() {
                let path = output::safe_text(&file.path.to_string_lossy());
                output::result(&format!("{:>10}  {path}\n", file.size));
            }
        }
        (":get", [path, to @ ..]) if to.len() <= 1 => {
            let Some(bytes) = session.read_file(Path::new(path), MOST_FILE)? else {
                return Err(CliError::input(format!("there is no file {path}")));
            };
            match to.first().map(PathBuf::from) {
                Some(to) => std::fs::write(&to, bytes)
                    .map_err(|error| CliError::input(format!("cannot write {}: {error}", to.display())))?,
                None => output::program_output(&bytes, true),
            }
        }
        (":reset", []) => {
            sessions.clear();
            sessions.push(opener.open(Journal::in_memory())?);
            output::note("a new session; it keeps no journal file");
        }
        (":usage", []) => output::note(&output::judgement::usage(&session.usage())),
        (":quit", []) => return Ok(true),
        (":help", []) => output::note(HELP),
        _ => output::note(&format!("unknown command; these are known:\n{HELP}")),
    }
    Ok(false)
}

fn run(session: &mut Recorded, code: &str, current: &Current) -> Result<Exit> {
    current.set(session.interrupter());
    let result = session.run_cell(code)?;
    show(&result);
    Ok(match &result.status {
        CellStatus::Finished | CellStatus::Exited(0) => Exit::Success,
        _ => Exit::Fails,
    })
}

fn show(result: &CellResult) {
    for output in &result.outputs {
        match output {
            Output::Text { error, text, .. } => output::program_output(text.as_bytes(), !error),
            Output::Omitted(bytes) => output::warn(&format!("{bytes} bytes of output are left out here")),
            Output::Display(forms) => {
                for form in forms {
                    match form {
                        Form::Text(kind, text) if kind == "text/plain" => {
                            output::program_output(format!("{text}\n").as_bytes(), true);
                        }
                        Form::Bytes(kind, bytes) => {
                            output::note(&format!("[{}, {} bytes]", output::safe_text(kind), bytes.len()));
                        }
                        Form::Text(..) | Form::Table(_) => {}
                    }
                }
            }
        }
    }
    // What was shown already is not shown again.
    let shown = result.outputs.iter().any(|output| {
        matches!(output, Output::Display(forms) if matches!((forms.first(), &result.text),
            (Some(Form::Text(_, shown)), Some(text)) if shown == text))
    });
    if let (Some(text), false) = (&result.text, shown) {
        output::program_output(format!("{text}\n").as_bytes(), true);
    }
    match &result.status {
        CellStatus::Finished => {}
        CellStatus::Raised { traceback, .. } | CellStatus::Interrupted { traceback, .. } => {
            output::program_output(traceback.as_bytes(), false);
        }
        CellStatus::Exited(code) => output::note(&format!("the cell asked to exit with code {code}")),
        CellStatus::Ended(outcome) => output::note(&format!("the session has ended: {outcome}; :reset begins anew")),
    }
    if let CellStatus::Interrupted { why, .. } = &result.status {
        output::note(&format!("interrupted: {}", why.name()));
    }
    if !result.files.is_empty() {
        let file = |file: &synthase::run::session::FileEntry| {
            format!("{} ({} bytes)", output::safe_text(&file.path.to_string_lossy()), file.size)
        };
        output::note(&format!("files: {}", result.files.iter().map(file).collect::<Vec<_>>().join(", ")));
    }
}
