//! What comes of a cell.

use std::path::PathBuf;

use serde_json::{Map, Value as Json, json};
use synthase_types::{Outcome, Usage, Value};

/// What came of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct CellResult {
    /// The number of the cell in its session, beginning with 1. Tracebacks name it.
    pub number: u32,
    /// How it ended.
    pub status: CellStatus,
    /// The value of its last expression, if there is one and it has a form as a value.
    pub value: Option<Value>,
    /// That value as text.
    pub text: Option<String>,
    /// What it wrote and showed, in order.
    pub outputs: Vec<Output>,
    /// The files of the work folder that were made or changed, sorted by path.
    pub files: Vec<FileEntry>,
    /// Whether all files could be looked at.
    pub files_complete: bool,
    /// What it used. Memory is told by [`Session::usage`](super::Session::usage).
    pub usage: Usage,
}

/// How a cell ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellStatus {
    /// It came to its end.
    Finished,
    /// It raised an error. The session goes on.
    Raised {
        /// The error's kind.
        kind: String,
        /// Its message.
        message: String,
        /// The traceback with names of cells and lines of their text.
        traceback: String,
    },
    /// It asked the process to end, with this code, which ends the cell and not the session.
    Exited(u8),
    /// It was interrupted, and the session goes on.
    Interrupted {
        /// Why.
        why: Interruption,
        /// Where it was.
        traceback: String,
    },
    /// The session has ended.
    Ended(Outcome),
}

/// Why a cell was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interruption {
    /// Somebody asked for it.
    Asked,
    /// More processor time than allowed.
    Cpu,
    /// Longer than allowed.
    Wall,
    /// More output than allowed.
    Output,
}

/// A part of what a cell wrote or showed.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Text on standard output (`error` false) or standard error.
    Text {
        /// Whether it is standard error.
        error: bool,
        /// Whether it was written to the descriptor itself, by a library or another process. Its place
        /// among the others is then the place where it was noticed.
        direct: bool,
        /// The text; bytes that are none are replaced.
        text: String,
    },
    /// Something to be shown, in several forms of which one is chosen.
    Display(Vec<Form>),
    /// So many bytes are left out here.
    Omitted(u64),
}

/// A form in which something can be shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Text of a kind such as `text/plain` or `text/html`.
    Text(String, String),
    /// Bytes of a kind such as `image/png`.
    Bytes(String, Vec<u8>),
    /// Rows under named columns.
    Table(Table),
}

/// Rows under named columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The first rows.
    pub rows: Vec<Vec<Value>>,
    /// How many rows there are.
    pub total: u64,
}

/// A file of the work folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Its path, relative to the work folder.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

impl CellResult {
    /// A cell that could not be run, because the session has ended.
    pub(crate) fn after_the_end(number: u32, outcome: Outcome) -> CellResult {
        CellResult {
            number,
            status: CellStatus::Ended(outcome),
            value: None,
            text: None,
            outputs: Vec::new(),
            files: Vec::new(),
            files_complete: true,
            usage: Usage::default(),
        }
    }

    /// What was written to standard output, or to standard error, as one text.
    pub fn written(&self, to_error: bool) -> String {
        let parts = self.outputs.iter().filter_map(|output| match output {
            Output::Text { error, text, .. } if *error == to_error => Some(text.as_str()),
            _ => None,
        });
        parts.collect()
    }

    /// The result as JSON.
    pub fn to_json(&self) -> Json {
        let mut map = self.content();
        map.insert("cell".into(), self.number.into());
        map.insert("usage".into(), json!(self.usage));
        Json::Object(map)
    }

    /// What must be the same when the cell is run again.
    pub(crate) fn content(&self) -> Map<String, Json> {
        let mut map = Map::new();
        self.status.write(&mut map);
        if let Some(value) = &self.value {
            map.insert("value".into(), value.to_json());
        }
        if let Some(text) = &self.text {
            map.insert("text".into(), text.as_str().into());
        }
        map.insert("outputs".into(), self.outputs.iter().map(Output::to_json).collect());
        map.insert("files".into(), self.files.iter().map(FileEntry::to_json).collect());
        if !self.files_complete {
            map.insert("files_complete".into(), false.into());
        }
        map
    }
}

impl CellStatus {
    /// The word for it.
    pub fn name(&self) -> &'static str {
        match self {
            CellStatus::Finished => "finished",
            CellStatus::Raised { .. } => "raised",
            CellStatus::Exited(_) => "exited",
            CellStatus::Interrupted { .. } => "interrupted",
            CellStatus::Ended(_) => "ended",
        }
    }

    fn write(&self, map: &mut Map<String, Json>) {
        map.insert("status".into(), self.name().into());
        match self {
            CellStatus::Finished => {}
            CellStatus::Raised { kind, message, traceback } => {
                map.insert("kind".into(), kind.as_str().into());
                map.insert("message".into(), message.as_str().into());
                map.insert("traceback".into(), traceback.as_str().into());
            }
            CellStatus::Exited(code) => {
                map.insert("code".into(), (*code).into());
            }
            CellStatus::Interrupted { why, traceback } => {
                map.insert("why".into(), why.name().into());
                map.insert("traceback".into(), traceback.as_str().into());
            }
            CellStatus::Ended(outcome) => {
                map.insert("outcome".into(), json!(outcome));
            }
        }
    }
}

impl Interruption {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Interruption::Asked => "asked",
            Interruption::Cpu => "cpu-timeout",
            Interruption::Wall => "wall-timeout",
            Interruption::Output => "output-limit",
        }
    }

    /// How a session ends that does not react.
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Interruption::Asked => Outcome::Signaled(9),
            Interruption::Cpu => Outcome::CpuTimeout,
            Interruption::Wall => Outcome::WallTimeout,
            Interruption::Output => Outcome::OutputLimit,
        }
    }
}

impl Output {
    fn to_json(&self) -> Json {
        match self {
            Output::Text { error, direct, text } => {
                let mut map = Map::new();
                map.insert(if *error { "stderr" } else { "stdout" }.into(), text.as_str().into());
                if *direct {
                    map.insert("direct".into(), true.into());
                }
                Json::Object(map)
            }
            Output::Display(forms) => {
                let forms = forms.iter().map(|form| match form {
                    Form::Text(kind, text) => (kind.clone(), Json::from(text.as_str())),
                    Form::Bytes(kind, bytes) => (kind.clone(), base64(bytes).into()),
                    Form::Table(Table { columns, rows, total }) => {
                        let row = |row: &Vec<Value>| row.iter().map(Value::to_json).collect::<Json>();
                        let rows: Vec<Json> = rows.iter().map(row).collect();
                        ("table".to_owned(), json!({ "columns": columns, "rows": rows, "total": total }))
                    }
                });
                json!({ "display": forms.collect::<Map<_, _>>() })
            }
            Output::Omitted(bytes) => json!({ "omitted": bytes }),
        }
    }
}

impl FileEntry {
    /// The file as JSON.
    pub fn to_json(&self) -> Json {
        json!({ "path": self.path.to_string_lossy(), "size": self.size })
    }
}

/// Bytes as base64, with padding.
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= group.len() { digit as char } else { '=' });
        }
    }
    text
}

/// The bytes of a base64 text; `None` if it is none.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let text = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes() {
        bits = bits << 6 | u32::from(digit(byte)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_the_usual_one() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(base64(bytes.as_bytes()), text);
            assert_eq!(from_base64(text).unwrap(), bytes.as_bytes());
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(from_base64(&base64(&all)).unwrap(), all);
        assert_eq!(from_base64("a b"), None);
    }
}
