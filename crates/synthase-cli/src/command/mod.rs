//! One file for each command.

pub(crate) mod doctor;
pub(crate) mod eval;
pub(crate) mod gc;
pub(crate) mod grade;
pub(crate) mod instrument;
pub(crate) mod judge;
pub(crate) mod list;
pub(crate) mod run;
#[cfg(feature = "serve")]
pub(crate) mod serve;
pub(crate) mod session;
pub(crate) mod show;
pub(crate) mod solve;
pub(crate) mod verify;
