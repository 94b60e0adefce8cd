//! Waiting for a child and learning what it used.
#![expect(unsafe_code, reason = "wait4 has no safe wrapper")]

use std::io;
use std::time::Duration;

/// How a child ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    /// The raw status, as the kernel gives it.
    pub(crate) status: i32,
    /// Its user time, with that of descendants it waited for.
    pub(crate) user: Duration,
    /// Its system time, likewise.
    pub(crate) system: Duration,
    /// The most memory that it, or one of those descendants, had resident, in bytes.
    pub(crate) peak: u64,
}

/// Waits for this child.
pub(crate) fn wait_for(pid: i32) -> io::Result<Ended> {
    let mut status = 0;
    // SAFETY: plain integers, for which zero is valid.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: both locals outlive the call.
        if unsafe { libc::wait4(pid, &mut status, 0, &mut usage) } == pid {
            break;
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    Ok(Ended {
        status,
        user: duration(usage.ru_utime),
        system: duration(usage.ru_stime),
        peak: (usage.ru_maxrss as u64) << 10,
    })
}

fn duration(time: libc::timeval) -> Duration {
    Duration::from_secs(time.tv_sec as u64) + Duration::from_micros(time.tv_usec as u64)
}
