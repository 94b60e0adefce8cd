//! What a search may spend, counted in terms; and the question, often enough, whether to stop.

/// Why a search had to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The caller said so.
    Cancelled,
    /// The terms are spent.
    Terms,
}

/// The effort of one search.
pub(crate) struct Effort<'a> {
    /// The terms tried.
    pub(crate) terms: u64,
    max_terms: u64,
    max_work: u64,
    /// The work done, in cells of columns: 5 nanoseconds (integers) to 25 (texts) each.
    pub(crate) work: u64,
    /// Work since the caller was asked last, in cells of columns.
    since: u64,
    cancelled: &'a mut dyn FnMut() -> bool,
    pub(crate) halt: Option<Halt>,
    /// Work beyond this is not wanted, unless the limit is raised.
    pub(crate) pause_at: u64,
}

/// The cells of columns that one term of the effort pays for. Terms over many rows or of long texts
/// cost more than others, so terms alone would say little about time.
const CELLS: u64 = 10;

/// The caller is asked after this much work: some 10 to 50 microseconds.
const ASK_EVERY: u64 = 1024;

impl<'a> Effort<'a> {
    pub(crate) fn new(max_terms: Option<u64>, cancelled: &'a mut dyn FnMut() -> bool) -> Effort<'a> {
        Effort {
            terms: 0,
            work: 0,
            max_terms: max_terms.unwrap_or(u64::MAX),
            max_work: max_terms.map_or(u64::MAX, |terms| terms.saturating_mul(CELLS)),
            since: 0,
            cancelled,
            halt: None,
            pause_at: u64::MAX,
        }
    }

    /// Counts terms tried, and cells of columns worked on; whether to go on.
    pub(crate) fn spend(&mut self, terms: u64, cells: u64) -> bool {
        self.terms += terms;
        if self.terms >= self.max_terms || self.work >= self.max_work {
            self.halt.get_or_insert(Halt::Terms);
        }
        self.work += cells;
        self.ask(cells)
    }

    /// Whether to go on, asked in the midst of work that was counted before.
    pub(crate) fn ask(&mut self, cells: u64) -> bool {
        self.since += cells;
        if self.since >= ASK_EVERY {
            self.since = 0;
            if (self.cancelled)() {
                self.halt = Some(Halt::Cancelled);
            }
        }
        self.goes_on()
    }

    /// Whether to go on.
    pub(crate) fn goes_on(&self) -> bool {
        self.halt.is_none() && self.work < self.pause_at
    }
}
