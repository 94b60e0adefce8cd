//! A system call filter that asks this side before it refuses.
#![expect(unsafe_code, reason = "seccomp with a listener, and talking with it, have no safe wrapper")]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use seccompiler::sock_filter;

/// Installs a filter for this process and all it starts; gives the end on which its questions arrive.
/// Fails with `EBUSY` where another such filter is in force, as in some containers.
pub(crate) fn install(filter: &[sock_filter]) -> io::Result<OwnedFd> {
    let length = u16::try_from(filter.len()).map_err(io::Error::other)?;
    let program = libc::sock_fprog { len: length, filter: filter.as_ptr().cast_mut().cast() };
    // SAFETY: the structure and the instructions, which have the kernel's layout, outlive the call; the
    // kernel only reads them. The descriptor is new and ours.
    unsafe {
        let flags = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
        match libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program) {
            -1 => Err(io::Error::last_os_error()),
            listener => Ok(OwnedFd::from_raw_fd(listener as i32)),
        }
    }
}

/// Refuses the call that is waiting and gives its number. To be called when the listener can be read: then
/// it does not wait. `None` if the process is gone meanwhile.
pub(crate) fn refuse(listener: BorrowedFd<'_>) -> Option<libc::c_long> {
    // SAFETY: plain integers, for which zero is valid, and the kernel asks for zeros.
    let mut asked: libc::seccomp_notif = unsafe { std::mem::zeroed() };
    // SAFETY: the structure is the one that this request writes, and outlives the call.
    if unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_RECV, &raw mut asked) } != 0 {
        return None;
    }
    let answer = libc::seccomp_notif_resp { id: asked.id, val: 0, error: -libc::EPERM, flags: 0 };
    // SAFETY: the structure is the one that this request reads, and outlives the call.
    unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SEND, &raw const answer) };
    Some(asked.data.nr.into())
}
