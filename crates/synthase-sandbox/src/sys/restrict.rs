//! Entering a Landlock domain and changing mounts.
#![expect(unsafe_code, reason = "landlock_restrict_self on a received rule set and mount_setattr have no safe wrapper")]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Restricts this process and all its descendants by a rule set.
pub(crate) fn enter_landlock(ruleset: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: plain integers.
    match unsafe { libc::syscall(libc::SYS_landlock_restrict_self, ruleset.as_raw_fd(), 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Adds to a rule set that everything below a folder may be read.
pub(crate) fn allow_reading(ruleset: BorrowedFd<'_>, folder: BorrowedFd<'_>) -> io::Result<()> {
    #[repr(C, packed)]
    struct PathBeneath {
        allowed_access: u64,
        parent: i32,
    }
    const READ_FILE_AND_FOLDER: u64 = 1 << 2 | 1 << 3;
    const PATH_BENEATH: u32 = 1;
    let rule = PathBeneath { allowed_access: READ_FILE_AND_FOLDER, parent: folder.as_raw_fd() };
    // SAFETY: the structure is laid out as the kernel's and outlives the call.
    let result =
        unsafe { libc::syscall(libc::SYS_landlock_add_rule, ruleset.as_raw_fd(), PATH_BENEATH, &raw const rule, 0) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The version of Landlock in the kernel; 0 where there is none.
pub(crate) fn landlock_version() -> i64 {
    const VERSION: u32 = 1;
    // SAFETY: with the version flag the kernel reads no memory.
    unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0, VERSION) }.max(0)
}

/// Sets attributes (`MOUNT_ATTR_*`) on a mount and, if `recursive`, on all below it.
pub(crate) fn set_mount(mount: BorrowedFd<'_>, attributes: u64, recursive: bool) -> io::Result<()> {
    let attr = libc::mount_attr { attr_set: attributes, attr_clr: 0, propagation: 0, userns_fd: 0 };
    let flags = libc::AT_EMPTY_PATH | if recursive { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: the structure and the empty string outlive the call, and the size is that of the structure.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const attr,
            size_of::<libc::mount_attr>(),
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
