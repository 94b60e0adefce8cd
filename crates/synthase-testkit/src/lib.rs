//! A world for tests in which nothing is accidental.

mod not_run;
mod world;

pub use not_run::not_run;
pub use world::World;
