//! Control groups: they bound and count the memory, the processes and the processor time of a whole
//! tree of processes.
//!
//! A slot has one group in each hierarchy that is needed and keeps it from run to run. Zygotes live in
//! the group, so that a run joins nothing: attaching a process costs 60 to 250 µs and stalls the
//! machine's other forks. What the zygotes use is therefore subtracted: a limit is what the group
//! uses before the run, plus what the run may use.

mod find;
mod group;
mod sweep;

pub(crate) use find::{Hierarchies, Missing, find};
pub(crate) use group::{Group, Readings};
pub(crate) use sweep::{is_orphan, sweep, unique_name};
