//! The strategy and its context, with real programs in the sandbox and a clock that the tests wind.

mod enumerate;
mod resume;
mod world;
