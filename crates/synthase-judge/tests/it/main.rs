//! Judging real programs in real sandboxes. One test binary for the crate.

mod attacks;
mod verdicts;
