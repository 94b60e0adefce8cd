//! Programs of any language in sandboxes: toolchains, warm workers, the compile cache, and the
//! conversations in which functions are called and tests are run.
//!
//! A [`Runner`] knows what this machine offers; a [`Lane`] is one worker's place in it, with warm
//! interpreters and at most one program (and one test author's process) at a time. What comes back
//! is a [`Run`]: how the *program* ended. A failure of ours is a [`RunError`] and never an outcome.

mod answer;
mod cache;
mod cancel;
mod compile;
mod conversation;
mod error;
pub mod instrument;
mod lane;
mod languages;
mod packages;
mod place;
mod prepare;
mod repeat;
mod runner;
pub mod session;
mod tests_run;
mod toolchain;
mod worker;

pub use cache::default_cache_folder;
pub use cancel::Cancel;
pub use compile::Compilation;
pub use error::RunError;
pub use lane::{Artefact, Called, Lane, Run, Script, Scripted};
pub use languages::{AddLanguageError, add_languages, default_languages_folder};
pub use repeat::difference;
pub use runner::{Runner, RunnerOptions};
pub use synthase_sandbox::InputFile;
pub use tests_run::{TestCode, TestEnd, TestRun};
pub use toolchain::Toolchain;
