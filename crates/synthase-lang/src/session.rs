//! The texts with which languages keep sessions.

use crate::language::Language;

/// The text that a language's driver is given beside its own where it keeps a session, if the language
/// has one.
pub fn session_text(language: &Language) -> Option<&'static str> {
    match language.name.as_str() {
        "python" => Some(include_str!("../languages/python/session.py")),
        _ => None,
    }
}
