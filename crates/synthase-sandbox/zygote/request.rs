//! Receiving and reading a request.

use core::mem::size_of;

use crate::calls::{CONTROL, INTERRUPTED, System, call};
use crate::state::{MOST_FDS, MOST_MESSAGE, State};

/// One limit: which, soft, hard.
pub(crate) const LIMIT: usize = 4 + 8 + 8;
/// Where the limits begin: behind kind, flags and their number.
pub(crate) const LIMITS: usize = 2 + 4 + 4;

const BOX: u32 = 1;
const RULES: u32 = 2;
const CHANNEL: u32 = 4;
const NO_NAMESPACES: u32 = 8;
const NETWORK: u32 = 64;

const RUN: u8 = 1;

/// The kernel's structures for receiving.
#[repr(C)]
struct Part {
    start: *mut u8,
    length: usize,
}

#[repr(C)]
struct Header {
    name: usize,
    name_length: u32,
    parts: *const Part,
    count: usize,
    control: *mut Rights,
    control_length: usize,
    flags: i32,
}

#[repr(C)]
struct Rights {
    length: usize,
    level: i32,
    kind: i32,
    fds: [i32; MOST_FDS],
}

const SOL_SOCKET: i32 = 1;
const SCM_RIGHTS: i32 = 1;
const MSG_CMSG_CLOEXEC: usize = 0x4000_0000;
/// MSG_TRUNC and MSG_CTRUNC: something did not fit.
const CUT: i32 = 0x20 | 0x8;
const F_DUPFD_CLOEXEC: usize = 1030;

/// Waits for a request and reads it. `false` when the host has closed the control socket.
pub(crate) fn receive(state: &mut State) -> Result<bool, &'static str> {
    let part = Part { start: state.message.as_mut_ptr(), length: MOST_MESSAGE - 1 };
    let mut rights = Rights { length: 0, level: 0, kind: 0, fds: [-1; MOST_FDS] };
    let mut header = Header {
        name: 0,
        name_length: 0,
        parts: &raw const part,
        count: 1,
        control: &raw mut rights,
        control_length: size_of::<Rights>(),
        flags: 0,
    };
    let length = loop {
        match call(System::Recvmsg, &[CONTROL, &raw mut header as usize, MSG_CMSG_CLOEXEC]) {
            Ok(length) => break length,
            Err(INTERRUPTED) => {}
            // The host is gone.
            Err(_) => return Ok(false),
        }
    };
    if length == 0 {
        return Ok(false);
    }
    // SAFETY: the kernel has written it through a pointer, so it is read by one.
    let rights = unsafe { (&raw const rights).read_volatile() };
    state.count = 0;
    if header.control_length >= 16 && rights.level == SOL_SOCKET && rights.kind == SCM_RIGHTS {
        state.count = ((rights.length.saturating_sub(16)) / 4).min(MOST_FDS);
        state.fds = rights.fds;
    }
    // Numbers below 4 are the places that they are to be brought to.
    for fd in state.fds.iter_mut().take(state.count).filter(|fd| **fd <= CONTROL as i32) {
        if let Ok(higher) = call(System::Fcntl, &[*fd as usize, F_DUPFD_CLOEXEC, CONTROL + 1]) {
            let _ = call(System::Close, &[*fd as usize]);
            *fd = higher as i32;
        }
    }
    if header.flags & CUT != 0 {
        return Err("a request is too long");
    }
    read(state, length).ok_or("a request cannot be read")?;
    Ok(true)
}

/// Finds the parts of a request.
fn read(state: &mut State, length: usize) -> Option<()> {
    if state.message[..2] != [RUN, 0] {
        return None;
    }
    let flags = state.number(2)?;
    state.limits = state.number(6)? as usize;
    let at = LIMITS.checked_add(LIMIT.checked_mul(state.limits)?)?;
    let work_length = state.number(at)? as usize;
    state.work = at + 4;
    let end = state.work.checked_add(work_length)?;
    if end > length {
        return None;
    }
    // Nobody here reads what may follow.
    *state.message.get_mut(end)? = 0;
    state.network = flags & NETWORK != 0;
    state.outside = flags & NO_NAMESPACES != 0;
    let mut next = 0;
    let mut take = |wanted: bool| {
        let fd = if wanted { state.fds[next.min(MOST_FDS - 1)] } else { -1 };
        next += usize::from(wanted);
        fd
    };
    (state.entrance, state.rules) = (take(flags & BOX != 0), take(flags & RULES != 0));
    state.first = next;
    let wanted = state.first + 3 + usize::from(flags & CHANNEL != 0);
    (state.count == wanted).then_some(())
}
