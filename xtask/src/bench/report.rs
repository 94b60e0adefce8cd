//! Figures with their bounds.

/// A measured figure.
pub(super) struct Figure {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) unit: &'static str,
    pub(super) bound: Bound,
    /// Whether it is a time, which a loaded machine spoils.
    pub(super) is_time: bool,
}

/// What a figure must reach.
#[derive(Clone, Copy)]
pub(super) enum Bound {
    AtLeast(f64),
    AtMost(f64),
    /// It is there for comparison.
    None,
}

impl Figure {
    pub(super) fn count(name: impl Into<String>, value: f64, bound: Bound) -> Figure {
        Figure { name: name.into(), value, unit: "", bound, is_time: false }
    }

    pub(super) fn time(name: impl Into<String>, value: f64, unit: &'static str, bound: Bound) -> Figure {
        Figure { name: name.into(), value, unit, bound, is_time: true }
    }

    /// Prints the figure; says whether its bound is met or cannot be judged.
    pub(super) fn print(&self, idle: bool) -> bool {
        let (met, bound) = match self.bound {
            Bound::AtLeast(least) => (self.value >= least, format!("at least {least}")),
            Bound::AtMost(most) => (self.value <= most, format!("at most {most}")),
            Bound::None => (true, String::new()),
        };
        let judged = idle || !self.is_time;
        let word = match (self.bound, judged, met) {
            (Bound::None, ..) => "",
            (_, false, _) => "not judged",
            (_, true, true) => "ok",
            (_, true, false) => "MISSED",
        };
        println!("  {:44} {:>10.3} {:3} {:14} {word}", self.name, self.value, self.unit, bound);
        met || !judged
    }
}

/// The number of processes that wanted to run in the last minute, on average.
pub(super) fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0.0)
}

/// The middle of these numbers.
pub(super) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
