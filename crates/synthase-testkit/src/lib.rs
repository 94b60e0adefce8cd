//! A world for tests in which nothing is accidental.

mod not_run;

pub use not_run::not_run;
