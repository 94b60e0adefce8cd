//! Honest grading: a strategy solves a suite's problems from what they show, and only then is what
//! comes out graded with what they held back. Programs that are there already, the suite's own or recorded
//! ones, are graded the same way.

mod bench;
mod grade;
mod graded;
mod held_out;
mod python_signature;
mod read;
mod samples;
mod self_check;
pub mod suite;

pub use grade::{Percentiles, Report, Row, grade_problem, report};
pub use graded::{Graded, NOT_JUDGED, PASSED, ProgramRow, WRONG, grade_program};
pub use held_out::{Grade, HeldOut};
pub use samples::{Distinct, Sample, distinct, read_samples, references};
pub use self_check::{SelfCheck, self_check};
pub use suite::{LoadOptions, Problem, SUITES, Suite, SuiteError};
