//! The clock of the machine.

use std::time::{Duration, Instant, SystemTime};

use synthase_search::Clock;

/// Real time.
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock that runs from now.
    pub fn new() -> SystemClock {
        SystemClock { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        SystemClock::new()
    }
}

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is handed")]
        let now = SystemTime::now();
        now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}
