//! Time, handed in so that a run can be replayed.

use std::time::Duration;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The time in milliseconds since 1970, for the record.
    fn now_ms(&self) -> u64;

    /// The time since some fixed moment; never goes back. For budgets.
    fn elapsed(&self) -> Duration;
}
