//! What is known of the run that was asked for last.

use core::cell::UnsafeCell;

use crate::calls::{System, call};

/// Room for a request: its limits and a path. The host's are much shorter.
pub(crate) const MOST_MESSAGE: usize = 12 << 10;
/// The most descriptors that come with a request.
pub(crate) const MOST_FDS: usize = 10;

pub(crate) struct State {
    /// What was received, and a zero behind the work folder.
    pub(crate) message: [u8; MOST_MESSAGE],
    /// The descriptors that came with it.
    pub(crate) fds: [i32; MOST_FDS],
    pub(crate) count: usize,
    /// A handle on the box, or -1.
    pub(crate) entrance: i32,
    /// The Landlock rules, or -1.
    pub(crate) rules: i32,
    /// Which of the descriptors become 0, 1, 2 and, with a channel, 3: all from this one on.
    pub(crate) first: usize,
    /// Whether the box has a network of its own.
    pub(crate) network: bool,
    /// Whether there are no namespaces.
    pub(crate) outside: bool,
    /// How many limits the message contains.
    pub(crate) limits: usize,
    /// Where in the message the work folder begins.
    pub(crate) work: usize,
    /// The report: kind, status, and all that the kernel says of a child.
    pub(crate) ended: [u8; 2 + 4 + 18 * 8],
}

struct Only(UnsafeCell<State>);

// SAFETY: a zygote has one thread.
unsafe impl Sync for Only {}

static STATE: Only = Only(UnsafeCell::new(State {
    message: [0; MOST_MESSAGE],
    fds: [0; MOST_FDS],
    count: 0,
    entrance: 0,
    rules: 0,
    first: 0,
    network: false,
    outside: false,
    limits: 0,
    work: 0,
    ended: [0; 2 + 4 + 18 * 8],
}));

/// The state. Each function of the interface takes it once and hands it on.
pub(crate) fn get() -> &'static mut State {
    // SAFETY: there is one thread, no function of the interface calls another while it holds this, and
    // none is called from a signal's handler.
    unsafe { &mut *STATE.0.get() }
}

impl State {
    /// Closes what came with the request.
    pub(crate) fn close_received(&mut self) {
        for fd in self.fds.iter().take(self.count) {
            let _ = call(System::Close, &[*fd as usize]);
        }
        self.count = 0;
    }

    /// The work folder, with a zero at its end.
    pub(crate) fn work(&self) -> *const u8 {
        self.message.as_ptr().wrapping_add(self.work)
    }

    /// The number at a place of the message; `None` beyond its end.
    pub(crate) fn number(&self, at: usize) -> Option<u32> {
        let bytes = self.message.get(at..)?.first_chunk::<4>()?;
        Some(u32::from_le_bytes(*bytes))
    }
}
