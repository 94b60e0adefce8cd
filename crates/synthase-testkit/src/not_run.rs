//! Tests that could not be run are told, never passed over in silence.

use std::fs::OpenOptions;
use std::io::Write;

/// The variable that names the file in which the check collects what was not run.
pub(crate) const COLLECTED_IN: &str = "SYNTHASE_NOT_RUN";

/// Says that a test, or a part of one, was not run, and why.
///
/// # Panics
/// The file that collects such lines cannot be written: then nobody would hear of it.
#[expect(clippy::print_stderr, reason = "a test talks to whoever runs it")]
pub fn not_run(what: &str, why: &str) {
    eprintln!("not run: {what}: {why}");
    if let Some(path) = std::env::var_os(COLLECTED_IN) {
        let mut file = OpenOptions::new().create(true).append(true).open(path).expect("the list of what was not run");
        writeln!(file, "{what}: {why}").expect("the list of what was not run");
    }
}
