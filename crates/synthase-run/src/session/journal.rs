//! What was done in a session, so that it can be done again.
//!
//! A journal is a list of events, and a file if it has one: one JSON document a line, only ever added to.
//! A line counts once its end is there, so whatever instant the writer dies at, what it leaves can be
//! read: the last line may be cut off and is then dropped.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use synthase_types::id::Digest;
use synthase_types::{Outcome, Usage};

use super::cell::{CellResult, FileEntry, base64, from_base64};
use super::{Completeness, Interrupter, Session, SessionOptions, Statefulness};
use crate::error::RunError;

/// The version of the format. A reader refuses any other.
pub const VERSION: u32 = 1;

/// Something that happened. Branches are numbered; the session that was opened is branch 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// The session was opened. The first event, and only the first.
    Opened {
        /// The version of the format.
        version: u32,
        /// The session's language.
        language: String,
        /// What it was given and may use.
        options: Box<SessionOptions>,
        /// The files that it was given: their paths, and their contents in base64.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<(PathBuf, String)>,
    },
    /// A cell was run.
    Cell {
        /// In which branch.
        branch: u32,
        /// Its number.
        cell: u32,
        /// Its text.
        code: String,
        /// How it ended, in a word.
        status: String,
        /// The value of its last expression, if it had one with a form and of moderate size.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Json>,
        /// The address of all that came of it, except for what it used.
        digest: Digest,
    },
    /// A branch was made.
    Forked {
        /// Its number.
        branch: u32,
        /// From which branch.
        parent: u32,
    },
}

/// A journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be read or written.
    #[error("cannot {operation} the journal {}: {source}", path.display())]
    File {
        /// What was attempted.
        operation: &'static str,
        /// The journal.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line of it is no event.
    #[error("line {line} of the journal is no event: {why}")]
    Line {
        /// Which line, beginning with 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// It is of another version, or nothing has been recorded in it.
    #[error("{0}")]
    Unusable(String),
}

/// A journal.
#[derive(Debug, Default)]
pub struct Journal {
    events: Vec<Event>,
    file: Option<(PathBuf, File)>,
    failure: Option<String>,
}

/// Values with longer texts are not written out.
const MOST_VALUE: usize = 16 << 10;

impl Journal {
    /// A journal without a file.
    pub fn in_memory() -> Journal {
        Journal::default()
    }

    /// A journal in a new file.
    ///
    /// # Errors
    /// The file is there already, or cannot be made.
    pub fn create(path: &Path) -> Result<Journal, JournalError> {
        let failed = |source| JournalError::File { operation: "make", path: path.to_owned(), source };
        let file = OpenOptions::new().append(true).create_new(true).open(path).map_err(failed)?;
        Ok(Journal { file: Some((path.to_owned(), file)), ..Journal::default() })
    }

    /// Reads a journal and goes on with it. A line that was cut off is removed.
    ///
    /// # Errors
    /// It cannot be read, or something in it is no event.
    pub fn open(path: &Path) -> Result<Journal, JournalError> {
        let failed = |operation| move |source| JournalError::File { operation, path: path.to_owned(), source };
        let mut file = OpenOptions::new().read(true).append(true).open(path).map_err(failed("open"))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed("read"))?;
        let (events, whole) = read(&bytes)?;
        if whole < bytes.len() {
            file.set_len(whole as u64).map_err(failed("shorten"))?;
        }
        file.seek(SeekFrom::End(0)).map_err(failed("read"))?;
        Ok(Journal { events, file: Some((path.to_owned(), file)), failure: None })
    }

    /// What happened, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// What went wrong with the file, if something did. The journal itself goes on.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Adds an event.
    pub(crate) fn add(&mut self, event: Event) {
        if let Some((path, file)) = &mut self.file {
            // In memory JSON is always written. One call, so that lines of one writer are not mixed.
            let mut line = serde_json::to_vec(&event).unwrap_or_default();
            line.push(b'\n');
            if let Err(error) = file.write_all(&line) {
                self.failure.get_or_insert(format!("cannot write to the journal {}: {error}", path.display()));
            }
        }
        self.events.push(event);
    }

    /// The language, options and files with which the session was opened.
    ///
    /// # Errors
    /// Nothing was recorded.
    pub fn opened(&self) -> Result<(&str, SessionOptions), JournalError> {
        let unusable = |why: &str| JournalError::Unusable(why.to_owned());
        let Some(Event::Opened { language, options, files, .. }) = self.events.first() else {
            return Err(unusable("nothing was recorded in this journal"));
        };
        let file = |(path, text): &(PathBuf, String)| Some((path.clone(), from_base64(text)?));
        let files: Option<Vec<_>> = files.iter().map(file).collect();
        let files = files.ok_or_else(|| unusable("a file in this journal is not in base64"))?;
        Ok((language, SessionOptions { files, ..(**options).clone() }))
    }

    /// The highest number that a branch has.
    pub fn last_branch(&self) -> u32 {
        let number = |event: &Event| match event {
            Event::Forked { branch, .. } => *branch,
            _ => 0,
        };
        self.events.iter().map(number).max().unwrap_or(0)
    }

    /// The cells that led to where a branch stands, in order.
    pub(crate) fn cells_of(&self, branch: u32) -> Vec<&Event> {
        let mut parts: Vec<Vec<&Event>> = Vec::new();
        let (mut branch, mut until) = (branch, self.events.len());
        loop {
            let is_birth = |event: &Event| matches!(event, Event::Forked { branch: born, .. } if *born == branch);
            let birth = self.events[..until].iter().position(is_birth);
            let of_branch = |event: &&Event| matches!(event, Event::Cell { branch: of, .. } if *of == branch);
            parts.push(self.events[birth.unwrap_or(0)..until].iter().filter(of_branch).collect());
            match birth.map(|at| (at, &self.events[at])) {
                Some((at, Event::Forked { parent, .. })) => (branch, until) = (*parent, at),
                _ => break,
            }
        }
        parts.into_iter().rev().flatten().collect()
    }
}

/// The events in the bytes of a journal, and how many bytes are whole lines.
fn read(bytes: &[u8]) -> Result<(Vec<Event>, usize), JournalError> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let mut events = Vec::new();
    for (index, line) in bytes[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
        let bad = |why: String| JournalError::Line { line: index + 1, why };
        let event: Event = serde_json::from_slice(line).map_err(|error| bad(error.to_string()))?;
        match (&event, index) {
            (Event::Opened { version, .. }, 0) if *version != VERSION => {
                return Err(JournalError::Unusable(format!("this journal has version {version}; {VERSION} is known")));
            }
            (Event::Opened { .. }, 0) => {}
            (Event::Opened { .. }, _) | (_, 0) => return Err(bad("a journal begins with `opened`, once".into())),
            _ => {}
        }
        events.push(event);
    }
    Ok((events, whole))
}

/// A session that keeps a journal.
pub struct Recorded {
    inner: Box<dyn Session>,
    journal: Arc<Mutex<Journal>>,
    branch: u32,
}

impl Recorded {
    /// Keeps a new journal of a session that has just been opened with these options.
    pub fn begin(inner: Box<dyn Session>, language: &str, options: &SessionOptions, mut journal: Journal) -> Recorded {
        let file = |(path, contents): &(PathBuf, Vec<u8>)| (path.clone(), base64(contents));
        journal.add(Event::Opened {
            version: VERSION,
            language: language.to_owned(),
            options: Box::new(options.clone()),
            files: options.files.iter().map(file).collect(),
        });
        Recorded { inner, journal: Arc::new(Mutex::new(journal)), branch: 0 }
    }

    /// Goes on with a journal whose cells have been run again.
    pub(crate) fn go_on(inner: Box<dyn Session>, journal: Arc<Mutex<Journal>>, branch: u32) -> Recorded {
        Recorded { inner, journal, branch }
    }

    /// The journal, shared by all branches.
    pub fn journal(&self) -> Arc<Mutex<Journal>> {
        Arc::clone(&self.journal)
    }

    /// The number of this branch.
    pub fn branch(&self) -> u32 {
        self.branch
    }

    /// A recorded branch; see [`Session::fork`].
    ///
    /// # Errors
    /// As there.
    pub fn fork_recorded(&mut self) -> Result<Recorded, RunError> {
        let inner = self.inner.fork()?;
        let mut journal = lock(&self.journal);
        let branch = journal.last_branch() + 1;
        journal.add(Event::Forked { branch, parent: self.branch });
        drop(journal);
        Ok(Recorded { inner, journal: Arc::clone(&self.journal), branch })
    }
}

pub(crate) fn lock(journal: &Mutex<Journal>) -> MutexGuard<'_, Journal> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The address of what must be the same when a cell is run again.
pub(crate) fn digest_of(result: &CellResult) -> Digest {
    Digest::of_json(&result.content())
}

impl Session for Recorded {
    fn run_cell(&mut self, code: &str) -> Result<CellResult, RunError> {
        let result = self.inner.run_cell(code)?;
        let value = result.value.as_ref().map(|value| value.to_json());
        lock(&self.journal).add(Event::Cell {
            branch: self.branch,
            cell: result.number,
            code: code.to_owned(),
            status: result.status.name().to_owned(),
            value: value.filter(|value| value.to_string().len() <= MOST_VALUE),
            digest: digest_of(&result),
        });
        Ok(result)
    }

    fn interrupter(&self) -> Interrupter {
        self.inner.interrupter()
    }

    fn fork(&mut self) -> Result<Box<dyn Session>, RunError> {
        Ok(Box::new(self.fork_recorded()?))
    }

    fn files(&self) -> Vec<FileEntry> {
        self.inner.files()
    }

    fn read_file(&self, path: &Path, most: u64) -> Result<Option<Vec<u8>>, RunError> {
        self.inner.read_file(path, most)
    }

    fn completeness(&mut self, code: &str) -> Result<Completeness, RunError> {
        self.inner.completeness(code)
    }

    fn statefulness(&self) -> Statefulness {
        self.inner.statefulness()
    }

    fn ended(&self) -> Option<&Outcome> {
        self.inner.ended()
    }

    fn usage(&self) -> Usage {
        self.inner.usage()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened() -> Event {
        let files = vec![("a".into(), base64(b"1"))];
        Event::Opened { version: VERSION, language: "python".into(), options: Box::default(), files }
    }

    fn cell(branch: u32, code: &str) -> Event {
        let (code, status) = (code.to_owned(), "finished".to_owned());
        Event::Cell { branch, cell: 1, code, status, value: Some(1.into()), digest: Digest::of(b"") }
    }

    fn forked(branch: u32, parent: u32) -> Event {
        Event::Forked { branch, parent }
    }

    #[test]
    fn a_journal_is_readable_whatever_byte_it_ends_at() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::create(&path).unwrap();
        let events = [opened(), cell(0, "é = 1\n"), forked(1, 0), cell(1, "x")];
        events.iter().for_each(|event| journal.add(event.clone()));
        assert!(Journal::create(&path).is_err());
        let bytes = std::fs::read(&path).unwrap();
        for length in 0..=bytes.len() {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let mut journal = Journal::open(&path).unwrap();
            assert_eq!(journal.events(), &events[..journal.events().len()]);
            assert_eq!(journal.opened().is_ok(), !journal.events().is_empty());
            // And it can be gone on with.
            let before = journal.events().len();
            journal.add(if before == 0 { opened() } else { cell(0, "more") });
            assert_eq!(Journal::open(&path).unwrap().events().len(), before + 1);
        }
    }

    #[test]
    fn what_is_no_journal_is_refused() {
        for text in ["{}\n", "\n", "1\n", "{\"event\":\"forked\",\"branch\":1,\"parent\":0}\n"] {
            assert!(matches!(read(text.as_bytes()), Err(JournalError::Line { line: 1, .. })), "{text}");
        }
        let line = serde_json::to_string(&opened()).unwrap();
        assert!(read(format!("{line}\n{line}\n").as_bytes()).is_err());
        let newer = line.replacen("\"version\":1", "\"version\":2", 1);
        assert!(matches!(read(format!("{newer}\n").as_bytes()), Err(JournalError::Unusable(_))));
    }

    #[test]
    fn a_branch_has_the_cells_that_led_to_it() {
        let events = vec![
            opened(),
            cell(0, "a"),
            forked(1, 0),
            cell(0, "b"),
            cell(1, "c"),
            forked(2, 1),
            cell(1, "d"),
            cell(2, "e"),
        ];
        let journal = Journal { events, ..Journal::default() };
        let codes = |branch| {
            let code = |event: &Event| match event {
                Event::Cell { code, .. } => code.clone(),
                _ => unreachable!(),
            };
            journal.cells_of(branch).into_iter().map(code).collect::<String>()
        };
        assert_eq!((codes(0), codes(1), codes(2)), ("ab".into(), "acd".into(), "ace".into()));
        assert_eq!(journal.opened().unwrap().1.files, [(PathBuf::from("a"), b"1".to_vec())]);
    }
}
