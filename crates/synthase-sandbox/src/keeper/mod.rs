//! The process that builds the walls.
//!
//! The host has many threads and holds secrets, so it never forks itself. It starts its own
//! executable again; a constructor that runs before `main` recognises the situation and stays here.
//! The result is a small process with one thread, an empty environment and no descriptor but its
//! control socket, which may fork freely.
//!
//! Two processes remain of it:
//! * the *holder*, the host's child, outside of all namespaces. It waits. When the host is gone, in
//!   whatever way, it kills the rest and removes what the host can no longer remove;
//! * the *keeper* proper, the first process of its own PID namespace (where there are namespaces),
//!   which serves the host's requests and with whose death everything inside dies.

mod boxes;
mod confine;
mod holder;
mod launcher;
mod library;
mod root;
mod scratch;
mod serve;
mod spawn;
mod start;
mod tree;

pub(crate) use start::MARKER;

/// The one user and group inside.
pub(crate) const INNER_ID: u32 = 1000;
