//! The texts that watch programs while they run.

use crate::language::Language;

const PYTHON: &str = concat!(
    include_str!("../languages/python/instrument/values.py"),
    "\n\n",
    include_str!("../languages/python/instrument/structure.py"),
    "\n\n",
    include_str!("../languages/python/instrument/trace.py"),
    "\n\n",
    include_str!("../languages/python/instrument/debug.py"),
    "\n\n",
    include_str!("../languages/python/instrument/profile.py"),
    "\n\n",
    include_str!("../languages/python/instrument/run.py"),
);

const JAVASCRIPT: &str = include_str!("../languages/javascript/instrument.js");

/// The text that a language's driver gets with the message which asks for an instrument, where there
/// are instruments for the language. It is no part of the driver: a run that asks for nothing never
/// carries it.
///
/// Python's answers `trace`, `debug`, `time` and `memory`, JavaScript's `coverage`.
pub fn instrument(language: &Language) -> Option<&'static str> {
    match language.name.as_str() {
        "python" => Some(PYTHON),
        "javascript" => Some(JAVASCRIPT),
        _ => None,
    }
}
