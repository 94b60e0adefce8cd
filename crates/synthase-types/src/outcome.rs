//! How a program ended, and what was measured of one run.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::{ProbeId, UnitId};
use crate::isolation::Isolation;
use crate::value::Value;
use crate::value::text::OneLine;

/// How the *program* ended on one probe. Every variant is the program's doing; a failure of the
/// sandbox or of a tool is an error of the caller and never an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The entry point returned; the value is in the execution.
    Returned,
    /// The entry point raised an error.
    Raised {
        /// The error's kind: `ValueError`, `TypeError`, `panic`.
        kind: String,
        /// Its message.
        message: String,
        /// Kinds that it is a special case of, the nearest first, where the language has such.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        bases: Vec<String>,
    },
    /// The program's text raised an error before its entry point could be called.
    LoadError {
        /// The error's kind.
        kind: String,
        /// Its message.
        message: String,
    },
    /// The entry point declares types that the arguments do not fit; this says which.
    Unfit(String),
    /// The program ran to its end by itself, with this code.
    Exited(i32),
    /// A signal ended the program that was not ours.
    Signaled(i32),
    /// More processor time than allowed.
    CpuTimeout,
    /// Longer than allowed while using little processor time.
    WallTimeout,
    /// More memory than allowed.
    OutOfMemory,
    /// More output than allowed.
    OutputLimit,
    /// More processes than allowed.
    ProcessLimit,
    /// More written to the private file system than allowed.
    DiskLimit,
    /// The sandbox refused something and the program could not go on; this says what.
    Denied(String),
    /// The process ended in the middle of a call, with this exit code.
    EarlyExit(i32),
    /// The program has no entry point of the wanted name.
    MissingEntryPoint,
    /// The text is no program of its language.
    SyntaxError(String),
    /// The compiler refuses the text.
    CompileError(String),
    /// The entry point returned something that has no form as a value; this says what.
    InvalidOutput(String),
    /// The answers do not follow the protocol: something in the process wrote in the driver's place.
    Tampered(String),
}

impl Outcome {
    /// The word used in tables; in JSON it names the variant.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Returned => "returned",
            Outcome::Raised { .. } => "raised",
            Outcome::LoadError { .. } => "load-error",
            Outcome::Unfit(_) => "unfit",
            Outcome::Exited(_) => "exited",
            Outcome::Signaled(_) => "signaled",
            Outcome::CpuTimeout => "cpu-timeout",
            Outcome::WallTimeout => "wall-timeout",
            Outcome::OutOfMemory => "out-of-memory",
            Outcome::OutputLimit => "output-limit",
            Outcome::ProcessLimit => "process-limit",
            Outcome::DiskLimit => "disk-limit",
            Outcome::Denied(_) => "denied",
            Outcome::EarlyExit(_) => "early-exit",
            Outcome::MissingEntryPoint => "missing-entry-point",
            Outcome::SyntaxError(_) => "syntax-error",
            Outcome::CompileError(_) => "compile-error",
            Outcome::InvalidOutput(_) => "invalid-output",
            Outcome::Tampered(_) => "tampered",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Returned => f.write_str("returned"),
            Outcome::Raised { kind, message, .. } => write!(f, "raised {}", Said { kind, message }),
            Outcome::LoadError { kind, message } => {
                write!(f, "raised {} before it could be called", Said { kind, message })
            }
            Outcome::Unfit(what) => write!(f, "does not take these arguments: {}", OneLine(what)),
            Outcome::Exited(code) => write!(f, "exited with code {code}"),
            Outcome::Signaled(signal) => write!(f, "was ended by signal {signal}{}", signal_name(*signal)),
            Outcome::CpuTimeout => f.write_str("used more processor time than allowed"),
            Outcome::WallTimeout => f.write_str("took longer than allowed"),
            Outcome::OutOfMemory => f.write_str("used more memory than allowed"),
            Outcome::OutputLimit => f.write_str("wrote more output than allowed"),
            Outcome::ProcessLimit => f.write_str("started more processes than allowed"),
            Outcome::DiskLimit => f.write_str("wrote more to disk than allowed"),
            Outcome::Denied(what) => write!(f, "was denied {}", OneLine(what)),
            Outcome::EarlyExit(code) => write!(f, "ended its process with code {code} before it answered"),
            Outcome::MissingEntryPoint => f.write_str("has no such entry point"),
            Outcome::SyntaxError(message) => write!(f, "has a syntax error: {}", OneLine(message)),
            Outcome::CompileError(message) => write!(f, "does not compile: {}", OneLine(message)),
            Outcome::InvalidOutput(what) => write!(f, "returned something that is no value: {}", OneLine(what)),
            Outcome::Tampered(what) => write!(f, "broke the protocol: {}", OneLine(what)),
        }
    }
}

/// An error's kind with its message, if it has one.
struct Said<'a> {
    kind: &'a str,
    message: &'a str,
}

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        OneLine(self.kind).fmt(f)?;
        if self.message.is_empty() { Ok(()) } else { write!(f, ": {}", OneLine(self.message)) }
    }
}

/// The name of a signal in brackets, for those that programs end by.
fn signal_name(signal: i32) -> &'static str {
    match signal {
        1 => " (SIGHUP)",
        2 => " (SIGINT)",
        3 => " (SIGQUIT)",
        4 => " (SIGILL)",
        5 => " (SIGTRAP)",
        6 => " (SIGABRT)",
        7 => " (SIGBUS)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        13 => " (SIGPIPE)",
        14 => " (SIGALRM)",
        15 => " (SIGTERM)",
        24 => " (SIGXCPU)",
        25 => " (SIGXFSZ)",
        31 => " (SIGSYS)",
        _ => "",
    }
}

/// One run of a unit on one probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    /// What was run.
    pub unit: UnitId,
    /// What it was asked.
    pub probe: ProbeId,
    /// How it ended.
    pub outcome: Outcome,
    /// The result, if the entry point returned one.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub value: Option<Value>,
    /// The arguments after the call, where they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub args_after: Option<Vec<Value>>,
    /// What was written to standard output.
    #[serde(default, skip_serializing_if = "Captured::is_empty")]
    pub stdout: Captured,
    /// What was written to standard error.
    #[serde(default, skip_serializing_if = "Captured::is_empty")]
    pub stderr: Captured,
    /// What the run used.
    pub usage: Usage,
    /// Behind which walls it ran.
    pub isolation: Isolation,
}

/// Tells a result that is the absent value from no result.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What a run used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Processor time, in microseconds.
    #[serde(rename = "cpu_us", with = "micros")]
    pub cpu: Duration,
    /// Elapsed time, in microseconds.
    #[serde(rename = "wall_us", with = "micros")]
    pub wall: Duration,
    /// The most memory in use at one time, in bytes; 0 where it could not be measured.
    pub peak_memory: u64,
}

mod micros {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_micros)
    }
}

/// Output of a program: its beginning and its end, with what lies between counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Captured {
    /// The first bytes.
    #[serde(with = "byte_text")]
    pub head: Vec<u8>,
    /// How many bytes between head and tail were not kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: u64,
    /// The last bytes, where something was omitted.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "byte_text")]
    pub tail: Vec<u8>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Captured {
    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// How many bytes were written.
    pub fn total(&self) -> u64 {
        self.head.len() as u64 + self.omitted + self.tail.len() as u64
    }

    /// The output with at most so many bytes of its beginning and of its end.
    #[must_use]
    pub fn trimmed(mut self, most: usize) -> Captured {
        if self.head.len() + self.tail.len() <= 2 * most {
            return self;
        }
        let rest = self.head.split_off(most.min(self.head.len()));
        let end = [rest, self.tail].concat();
        let kept = end.len().min(most);
        self.omitted += (end.len() - kept) as u64;
        self.tail = end[end.len() - kept..].to_vec();
        self
    }

    /// The text for people: bytes that are no text are replaced, and a gap is named.
    pub fn to_text(&self) -> String {
        let mut text = String::from_utf8_lossy(&self.head).into_owned();
        if self.omitted > 0 {
            text.push_str(&format!("\n… {} bytes left out …\n", self.omitted));
        }
        text.push_str(&String::from_utf8_lossy(&self.tail));
        text
    }
}

/// Serde: bytes as a text where they are one, else as hexadecimal digits in a list of one.
mod byte_text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Hex([String; 1]),
    }

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => Written::Hex([crate::id::to_hex(bytes)]).serialize(serializer),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Text(text) => Ok(text.into_bytes()),
            Written::Hex([hex]) => crate::id::from_hex(&hex)
                .ok_or_else(|| serde::de::Error::custom("bytes are written as hexadecimal digits")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_reads_back_whether_or_not_it_is_text() {
        for head in [b"plain".to_vec(), vec![0xff, 0xfe]] {
            let captured = Captured { head, omitted: 3, tail: b"end".to_vec() };
            let json = serde_json::to_string(&captured).unwrap();
            assert_eq!(serde_json::from_str::<Captured>(&json).unwrap(), captured);
        }
    }

    #[test]
    fn long_output_keeps_its_ends() {
        let captured = Captured { head: (0..100).collect(), omitted: 5, tail: vec![200, 201] };
        let trimmed = captured.clone().trimmed(10);
        assert_eq!((trimmed.head.len(), trimmed.tail.len(), trimmed.total()), (10, 10, captured.total()));
        assert_eq!(trimmed.tail[8..], [200, 201]);
        assert_eq!(captured.clone().trimmed(60), captured);
    }

    #[test]
    fn a_message_of_a_program_cannot_draw_on_the_screen() {
        let outcome = Outcome::Raised { kind: "E\u{7}".into(), message: "a\n\u{1b}[2Jb".into(), bases: Vec::new() };
        assert_eq!(outcome.to_string(), "raised E\\u{7}: a \\u{1b}[2Jb");
    }
}
