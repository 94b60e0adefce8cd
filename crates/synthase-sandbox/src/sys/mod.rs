//! The system calls that need `unsafe`, each behind a safe function.
//!
//! Forking is safe here because only the keeper and its children fork, and they have one thread.

pub(crate) mod clock;
pub(crate) mod exec;
pub(crate) mod fork;
pub(crate) mod ids;
pub(crate) mod listen;
pub(crate) mod network;
pub(crate) mod restrict;
pub(crate) mod signals;
pub(crate) mod wait;
