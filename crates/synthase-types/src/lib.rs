//! The vocabulary of synthase: tasks, candidates, probes, outcomes, verdicts, solutions.
//!
//! Plain data with the pure functions that belong to it. Nothing here does IO, reads a clock, draws
//! a random number or starts a thread.

pub mod budget;
pub mod candidate;
pub mod event;
pub mod id;
pub mod isolation;
pub mod limits;
pub mod outcome;
pub mod probe;
pub mod solution;
pub mod task;
pub mod ty;
pub mod value;
pub mod verdict;

pub use budget::{Budget, Resource, Spend};
pub use candidate::{Candidate, Provenance, Unit, UnitEntry};
pub use event::Event;
pub use isolation::Isolation;
pub use limits::Limits;
pub use outcome::{Captured, Execution, Outcome, Usage};
pub use probe::{Expect, Interface, Probe};
pub use solution::{Question, Ranked, Solution, Stability, StopReason};
pub use task::{Code, Entry, Environment, Example, Task};
pub use ty::{IntWidth, Param, Signature, Type};
pub use value::{Int, Record, Tagged, Value, ValueMap, ValueSet};
pub use verdict::{Counterexample, Got, Judgement, NotJudged, Origin, ProbeJudgement, Strength, UnknownCause, Verdict};
