//! The sandbox from outside: programs are really run, at every level.
#![allow(clippy::print_stdout, reason = "tests say what they did not run, and how long things took")]

mod attacks;
mod cold;
mod denied;
mod ends;
mod ladder;
mod library;
mod loopback;
mod secrets;
mod talk;
mod toolchains;
mod warm;
mod world;
