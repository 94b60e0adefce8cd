//! Signal dispositions and masks.
#![expect(unsafe_code, reason = "signal dispositions have no safe wrapper")]

use std::os::fd::{FromRawFd, OwnedFd};

/// Undoes what was inherited: every signal has its default effect and none is blocked.
pub(crate) fn reset() {
    // SAFETY: SIG_DFL is a valid disposition for every signal; where it is not allowed (SIGKILL,
    // signals of the C library) the call fails and changes nothing. The set is initialised first.
    unsafe {
        for signal in 1..=64 {
            libc::signal(signal, libc::SIG_DFL);
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
    }
}

/// Lets the kernel reap children by itself (`true`), or leaves them to be waited for.
pub(crate) fn reap_children_automatically(automatically: bool) {
    // SAFETY: both are valid dispositions.
    unsafe { libc::signal(libc::SIGCHLD, if automatically { libc::SIG_IGN } else { libc::SIG_DFL }) };
}

/// Makes the ends of children readable: one record of 128 bytes for one or more of them.
pub(crate) fn child_ends() -> std::io::Result<OwnedFd> {
    // SAFETY: the set is initialised before it is used; the descriptor is new and ours.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, libc::SIGCHLD);
        libc::sigprocmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
        match libc::signalfd(-1, &set, 0) {
            -1 => Err(std::io::Error::last_os_error()),
            fd => Ok(OwnedFd::from_raw_fd(fd)),
        }
    }
}
