//! Turns a specification into a program that has been run and judged, and hands over the evidence.
//!
//! This crate is what other programs depend on: an [`Engine`], and the vocabulary and parts that it
//! works with, gathered under one roof.
//!
//! ```
//! use synthase::search::{Wanted, strategy};
//! use synthase::types::{Budget, task::read::read_document};
//! use synthase::{Engine, EngineOptions, SystemClock};
//!
//! let task = read_document("| x | → |\n|---|---|\n| 1 | 2 |\n| 5 | 10 |\n| 0 | 0 |\n", "double")?;
//! let wanted = Wanted { language: "python".into(), count: 1, budget: Budget::default(), seed: 0 };
//! let engine = Engine::new(EngineOptions::default(), Box::new(SystemClock::new()))?;
//! let solution = engine.solve(&task, &wanted, strategy::by_name("enumerate").ok_or("no such strategy")?)?;
//! let best = solution.best().ok_or("nothing fits")?;
//! assert!(best.judgement.holds() && best.candidate.source.starts_with("def double(x: int) -> int:"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod clock;
pub mod doctor;
mod engine;
pub mod verify;

pub use clock::SystemClock;
pub use engine::{Engine, EngineOptions};
pub use {
    synthase_eval as eval, synthase_judge as judge, synthase_lang as lang, synthase_record as record,
    synthase_run as run, synthase_sandbox as sandbox, synthase_search as search, synthase_symbolic as symbolic,
    synthase_types as types,
};
