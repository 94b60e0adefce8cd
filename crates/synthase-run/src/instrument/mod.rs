//! Instruments: what is asked of a run beyond its answer.
//!
//! * [`Lane::trace`] records the events of the program's own code: calls, lines, returns and errors,
//!   with the variables that changed. From one [`Trace`] come the [texts](text) for people and models,
//!   the [executed path](path), [coverage](mod@coverage), the values at a statement, and [buckets of values](bucket).
//! * [`Lane::debug`] stops a live program and lets it go on step by step; [`Recorded`] does the same over
//!   a trace, and backwards too. Both stop where the standard debugger of the language stops.
//! * [`Lane::profile`] says what each line costs, in time or in memory.
//! * [`Lane::count_parts`] says which parts of a text ran, where the language counts that itself.
//!
//! Python has the first three, JavaScript the last.
//!
//! An instrument is a text that goes to the language's driver with the question; a run that asks for
//! nothing never carries it and pays nothing. What it says comes from the program's own process: it
//! explains a program, and judges nothing.

#[cfg(doc)]
use crate::Lane;

pub mod bucket;
pub mod coverage;
pub mod debug;
pub mod parts;
pub mod path;
pub mod text;
pub mod trace;

mod ask;
mod live;
mod profile;
mod recorded;
mod steps;
mod tracer;
mod wire;

pub use live::Live;
pub use profile::{LineCost, Measure, Profile, Profiled};
pub use recorded::Recorded;
pub use trace::{Event, Function, Shown, Trace, What};
pub use tracer::{Bounds, Level, TraceOptions, Traced};
