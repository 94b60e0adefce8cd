//! The judge: says what holds of a program, from outside its reach.
//!
//! Three parties never share a process. The *program* maps inputs to outputs in a sandbox of its own.
//! The *test author's* code, which may come from a model or a stranger, runs in another sandbox and
//! calls the program through plain data. The *judge* is here: it alone knows the expected values and
//! it alone writes verdicts. Asserts on literals are lifted out of test code and become plain data.

mod compare;
mod judge;
mod questions;
mod repeat;

pub use judge::{Answer, Judge, VERSION};
pub use questions::{Questions, count_questions, test_data};
