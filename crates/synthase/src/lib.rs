//! Turns a specification into a program that has been run and judged, and hands over the evidence.
//!
//! This crate is what other programs depend on: an [`Engine`], and the vocabulary and parts that it
//! works with, gathered under one roof.

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
