//! Replacing the process by a program.
#![expect(unsafe_code, reason = "execve and execveat have no safe wrapper")]

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// The program to become.
pub(crate) enum Image<'a> {
    /// A path in the file system that the process sees.
    Path(&'a CStr),
    /// An open file; it need not be reachable by any path.
    File(BorrowedFd<'a>),
}

/// Becomes the program. Returns only if that failed.
pub(crate) fn exec(image: &Image<'_>, argv: &[CString], env: &[CString]) -> io::Error {
    let argv = pointers(argv);
    let env = pointers(env);
    // SAFETY: both lists end with a null pointer, and every string in them outlives the call.
    unsafe {
        match image {
            Image::Path(path) => {
                libc::execve(path.as_ptr(), argv.as_ptr(), env.as_ptr());
            }
            Image::File(file) => {
                libc::syscall(
                    libc::SYS_execveat,
                    file.as_raw_fd(),
                    c"".as_ptr(),
                    argv.as_ptr(),
                    env.as_ptr(),
                    libc::AT_EMPTY_PATH,
                );
            }
        }
    }
    io::Error::last_os_error()
}

fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
    strings.iter().map(|s| s.as_ptr()).chain([std::ptr::null()]).collect()
}
