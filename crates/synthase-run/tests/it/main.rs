//! Real programs in real sandboxes. One test binary for the crate.

mod calls;
mod conformance;
mod humaneval;
mod instruments;
mod outcomes;
mod scripts;
mod session_journal;
mod sessions;
mod test_code;
mod values;
mod world;
