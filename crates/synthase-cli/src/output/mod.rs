//! Printing. Results go to standard output, everything else to standard error.

pub(crate) mod judgement;
pub(crate) mod solution;
pub(crate) mod table;

use std::io::{IsTerminal, Write};

use serde::Serialize;

use crate::error::{CliError, Exit, Result};

/// Writes a result.
pub(crate) fn result(text: &str) {
    let mut out = std::io::stdout().lock();
    or_end(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// A reader that has gone away ends the program quietly, as a signal would; what cannot be written
/// otherwise is a failure that must be told.
fn or_end(written: std::io::Result<()>) {
    const BROKEN_PIPE: i32 = 128 + 13;
    match written {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(BROKEN_PIPE),
        Err(error) => {
            note(&format!("error: the result cannot be written: {error}"));
            std::process::exit(Exit::Internal as i32);
        }
    }
}

/// Writes bytes of a program as they are, or made safe where they would reach a terminal.
pub(crate) fn program_output(bytes: &[u8], to_stdout: bool) {
    let terminal = if to_stdout { std::io::stdout().is_terminal() } else { std::io::stderr().is_terminal() };
    let safe = if terminal { safe_text(&String::from_utf8_lossy(bytes)).into_bytes() } else { bytes.to_vec() };
    if to_stdout {
        let mut out = std::io::stdout().lock();
        or_end(out.write_all(&safe).and_then(|()| out.flush()));
    } else {
        // If nobody listens there is nobody to tell.
        let _ = std::io::stderr().write_all(&safe);
    }
}

/// Writes a line to standard error.
pub(crate) fn note(text: &str) {
    // If nobody listens there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Writes a warning.
pub(crate) fn warn(text: &str) {
    note(&format!("warning: {text}"));
}

/// Writes one JSON document.
pub(crate) fn json(data: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(data)
        .map_err(|error| CliError::new(Exit::Internal, format!("cannot write JSON: {error}")))?;
    result(&(text + "\n"));
    Ok(())
}

/// A text from a stranger, safe to show: characters that could move the cursor, hide or reorder
/// what is around them are written as escapes. Line ends and tabs stay.
pub(crate) fn safe_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\n' | '\t') || !synthase::types::value::text::is_unsafe_to_show(c) {
            out.push(c);
        } else {
            out.push_str(&format!("\\u{{{:x}}}", c as u32));
        }
    }
    out
}

/// A number with its noun: `1 example`, `2 examples`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A line that shows how far long work has come, on a terminal only.
pub(crate) struct Progress {
    shown: bool,
}

impl Progress {
    pub(crate) fn new() -> Progress {
        Progress { shown: std::io::stderr().is_terminal() }
    }

    /// Replaces the line.
    pub(crate) fn show(&self, text: &str) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K{text}");
        }
    }

    /// Removes the line.
    pub(crate) fn clear(&self) {
        self.show("");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_cannot_draw_on_the_screen() {
        assert_eq!(safe_text("a\tb\n\u{1b}[31m\u{202e}\r"), "a\tb\n\\u{1b}[31m\\u{202e}\\u{d}");
    }
}
