//! Making processes.
#![expect(unsafe_code, reason = "fork and clone3 have no safe wrapper")]

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// In which of the two processes we are.
pub(crate) enum Fork {
    /// The new one.
    Child,
    /// The old one, with the number of the new one.
    Parent(i32),
}

/// Forks through the C library, so that its caches are right in the child.
pub(crate) fn fork() -> io::Result<Fork> {
    // SAFETY: only the keeper and its children call this, and they have a single thread, so that no
    // lock can be held by a thread that does not exist in the child.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Fork::Child),
        pid => Ok(Fork::Parent(pid)),
    }
}

/// Forks into new namespaces (`CLONE_NEW*`).
///
/// The C library does not notice: its idea of the thread's number is wrong in the child. So the
/// child must be code of ours that never relies on `raise` or `abort`, or must execute a program.
pub(crate) fn fork_into(namespaces: i32) -> io::Result<Fork> {
    let args = libc::clone_args {
        flags: namespaces as u64,
        exit_signal: libc::SIGCHLD as u64,
        // SAFETY: all fields are plain integers, for which zero is valid.
        ..unsafe { std::mem::zeroed() }
    };
    // SAFETY: without CLONE_VM this is a fork: the child has its own copy of memory and continues on
    // its own copy of the stack. A single thread, as above.
    match unsafe { libc::syscall(libc::SYS_clone3, &raw const args, size_of::<libc::clone_args>()) } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Fork::Child),
        pid => Ok(Fork::Parent(pid as i32)),
    }
}

/// Takes over a file descriptor by its number.
pub(crate) fn adopt_fd(number: i32) -> OwnedFd {
    // SAFETY: called once per descriptor, at the start of a process that inherited it for us.
    unsafe { OwnedFd::from_raw_fd(number) }
}

/// Puts a copy of the descriptor at a fixed number, where it survives execution of a program.
pub(crate) fn place_fd(fd: impl std::os::fd::AsFd, number: i32) -> io::Result<()> {
    let fd = fd.as_fd().as_raw_fd();
    // SAFETY: plain integers; the number that is replaced belongs to nobody in the callers, which
    // are children about to run a program. A descriptor that is at its place only loses the flag
    // that would close it.
    let result = unsafe { if fd == number { libc::fcntl(fd, libc::F_SETFD, 0) } else { libc::dup2(fd, number) } };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Closes every descriptor from this number on.
pub(crate) fn close_from(first: u32) {
    // SAFETY: the callers own no descriptor from that number on that they use afterwards.
    let failed = unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) } != 0;
    if failed {
        // Kernels before 5.9. The limit may be huge, but then so is the patience of such a machine.
        let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(1 << 20);
        for number in first..u32::try_from(most).unwrap_or(1 << 20) {
            // SAFETY: as above.
            unsafe { libc::close(number as i32) };
        }
    }
}

/// Ends the process at once, without anything that was registered to run at exit.
pub(crate) fn leave(code: i32) -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(code) }
}
