//! The built-in symbolic synthesizer.

pub mod component;
pub(crate) mod core;
pub(crate) mod date;
pub(crate) mod engine;
pub mod error;
pub mod print;
pub mod problem;
pub(crate) mod solve;
pub mod ty;

pub use crate::core::{ParseProgramError, Program};
pub use component::{COMPONENTS, Component, ComponentId, used_by};
pub use engine::rows::variations;
pub use error::EvalError;
pub use print::{Target, UnknownTarget, Unprintable};
pub use problem::{Answer, Cannot, Found, Options, Partial, Problem, Stability, Stop};
pub use solve::synthesize;
