//! The core language: small, typed, total. Every program ends with a value or an
//! [`EvalError`](crate::error::EvalError) on every input of its types.

pub(crate) mod eval;
pub(crate) mod expr;
pub(crate) mod parse;
pub(crate) mod text;

pub use expr::Program;
pub use parse::ParseProgramError;
