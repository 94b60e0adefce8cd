//! Honest grading: a strategy solves a suite's problems from what they show, and only then is what
//! comes out graded with what they held back.

mod grade;
mod held_out;
pub mod suite;

pub use grade::{Percentiles, Report, Row, grade_problem, report};
pub use held_out::{Grade, HeldOut};
pub use suite::{LoadOptions, Problem, SUITES, Suite, SuiteError};
