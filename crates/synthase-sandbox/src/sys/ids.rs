//! Who a process is.
#![expect(unsafe_code, reason = "setgroups, setresgid and setresuid have no safe wrapper for processes")]

use std::io;

/// Becomes this user and group and leaves all other groups, where that is allowed.
pub(crate) fn become_user(uid: u32, gid: u32) -> io::Result<()> {
    // SAFETY: an empty list and plain integers.
    unsafe {
        // In a namespace that an unprivileged user made, groups cannot be left; the kernel wants it so.
        if libc::setgroups(0, std::ptr::null()) != 0 && *libc::__errno_location() != libc::EPERM {
            return Err(io::Error::last_os_error());
        }
        if libc::setresgid(gid, gid, gid) != 0 || libc::setresuid(uid, uid, uid) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}
