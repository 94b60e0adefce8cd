//! Making processes.
#![expect(unsafe_code, reason = "fork and clone3 have no safe wrapper")]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::event::{PollFd, PollFlags};

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

/// Where a process that shares our memory has its stack.
#[derive(Debug)]
pub(crate) struct Stack {
    start: *mut libc::c_void,
    /// A handle on the process that had it last.
    user: Option<OwnedFd>,
}

impl Stack {
    const SIZE: usize = 256 << 10;

    /// Reserves one, for as long as this process lives.
    pub(crate) fn new() -> io::Result<Stack> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK;
        // SAFETY: a fresh mapping at a place that the kernel chooses.
        let start =
            unsafe { libc::mmap(std::ptr::null_mut(), Self::SIZE, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0) };
        if start == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(Stack { start, user: None }) }
    }

    /// Waits until nobody uses it. Usually the last user is long dead.
    fn wait_until_free(&mut self) -> io::Result<()> {
        let Some(user) = self.user.take() else { return Ok(()) };
        let patience = rustix::time::Timespec { tv_sec: 10, tv_nsec: 0 };
        let mut fds = [PollFd::new(&user, PollFlags::IN)];
        match rustix::event::poll(&mut fds, Some(&patience))? {
            0 => Err(io::ErrorKind::TimedOut.into()),
            _ => Ok(()),
        }
    }
}

/// Starts a process in new namespaces that shares our memory, and gives its number once it has said
/// [`Shared::release`]. Copying the memory would cost 100 µs, most of what a box costs.
///
/// Until then this process stands still, so that the two never run at the same time. From then on the
/// other must not touch memory but its stack: no allocation, nothing of the C library. `None` if it
/// ended without having said so.
pub(crate) fn fork_sharing<T>(
    namespaces: i32,
    stack: &mut Stack,
    run: fn(&T, Shared<'_>) -> !,
    with: &T,
) -> io::Result<Option<i32>> {
    struct Start<'a, T> {
        run: fn(&T, Shared<'_>) -> !,
        with: &'a T,
        released: AtomicU32,
    }
    extern "C" fn begin<T>(start: *mut libc::c_void) -> libc::c_int {
        // SAFETY: the parent keeps the structure alive until it is released, and reads only the
        // atomic field.
        let start = unsafe { &*start.cast::<Start<'_, T>>() };
        (start.run)(start.with, Shared(&start.released))
    }
    stack.wait_until_free()?;
    let start = Start { run, with, released: AtomicU32::new(0) };
    let flags = libc::CLONE_VM | libc::CLONE_PIDFD | libc::SIGCHLD | namespaces;
    let mut handle: libc::c_int = -1;
    // SAFETY: the pointer is to the end of the stack, which nobody uses: the process that had it
    // before is dead. The argument lives until the release, and the handle is written before the call
    // returns.
    let pid = unsafe {
        let top = stack.start.byte_add(Stack::SIZE);
        libc::clone(begin::<T>, top, flags, (&raw const start).cast_mut().cast(), &raw mut handle)
    };
    if pid < 0 {
        return Err(io::Error::last_os_error());
    }
    stack.user = Some(adopt_fd(handle));
    while start.released.load(Ordering::Acquire) == 0 {
        let soon = rustix::thread::futex::Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
        let waited =
            rustix::thread::futex::wait(&start.released, rustix::thread::futex::Flags::empty(), 0, Some(&soon));
        // SAFETY: plain integers; asks whether the process exists.
        if waited.is_err() && start.released.load(Ordering::Acquire) == 0 && unsafe { libc::kill(pid, 0) } != 0 {
            return Ok(None);
        }
    }
    Ok(Some(pid))
}

/// That memory is shared with the process that started this one.
pub(crate) struct Shared<'a>(&'a AtomicU32);

impl Shared<'_> {
    /// Lets the other process go on; from here on memory is its own.
    pub(crate) fn release(self) {
        self.0.store(1, Ordering::Release);
        let _ = rustix::thread::futex::wake(self.0, rustix::thread::futex::Flags::empty(), 1);
    }
}

/// Takes over a file descriptor by its number.
pub(crate) fn adopt_fd(number: i32) -> OwnedFd {
    // SAFETY: called once per descriptor, at the start of a process that inherited it for us.
    unsafe { OwnedFd::from_raw_fd(number) }
}

/// Uses a descriptor by its number, for as long as the process lives.
pub(crate) fn borrow(number: i32) -> BorrowedFd<'static> {
    // SAFETY: the callers have placed something there that nobody closes.
    unsafe { BorrowedFd::borrow_raw(number) }
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
