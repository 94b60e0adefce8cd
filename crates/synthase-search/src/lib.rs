//! Strategies, and the engine that runs them.

pub mod clock;
pub mod context;
pub mod engine;
pub mod proposer;
pub mod strategy;

pub use clock::Clock;
pub use context::{Context, Surroundings, Wanted};
pub use engine::solve;
pub use proposer::{CannotPropose, Proposer};
pub use strategy::{STRATEGIES, Strategy};
