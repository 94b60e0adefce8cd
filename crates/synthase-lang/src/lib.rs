//! Pure knowledge of programming languages: how programs are found, compiled, run and spoken to
//! ([`language`]), how values, types and names are written, how test code is read.
//!
//! Nothing here starts a process or touches a file; the definitions are folders under `languages/`,
//! embedded at build time.

pub mod assemble;
pub mod fits;
pub mod identifier;
pub mod instrument;
pub mod javascript;
pub mod language;
pub mod python;
pub mod registry;
pub mod rust;
pub mod session;

pub use fits::{fits, has_types};
pub use language::{Language, Located, Start};
pub use registry::{UnknownLanguage, by_name, by_path};
