//! Runs programs for whoever asks over HTTP, in SandboxFusion's form and in a richer one.
//!
//! The one crate that waits for many clients at a time. A [`Server`] reads requests on a few threads,
//! puts what they ask for into a bounded queue, and has it carried out by workers, each of which is a
//! thread with a [lane](synthase::run::Lane) and its warm interpreters.
//!
//! What clients cannot do: read or write files of the machine, hold more memory than the sizes of
//! bodies, queue and outputs add up to, keep a connection without using it, or learn from an answer about a
//! program what is a failure of the server. What they can: run programs, for which there is the sandbox.
//!
//! ```no_run
//! use synthase::{Engine, EngineOptions, SystemClock};
//! use synthase_serve::{Options, Server, Shutdown};
//!
//! let engine = Engine::new(EngineOptions::default(), Box::new(SystemClock::new()))?;
//! let server = Server::bind(engine, Options::default())?;
//! server.run(&Shutdown::default())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod base64;
mod execute;
mod fusion;
mod options;
mod own;
mod path;
mod patient;
mod pool;
mod refusal;
mod routes;
mod server;
mod shutdown;

pub use options::{Options, most};
pub use server::{ServeError, Server};
pub use shutdown::Shutdown;
