//! Making forks cheap.
//!
//! A fork copies no page table of a mapped file that the process has not changed: the child finds the
//! pages of its program again one by one, by faults that cost it a microsecond or two each. As soon as
//! one page of a mapping is the process's own, the whole table is copied, which costs much less, but
//! something for each page in it: those that only the start of the interpreter used shall not be there.

use crate::calls::{CLOEXEC, CURRENT_FOLDER, System, call};

const READ: usize = 1;
const WRITE: usize = 2;
const EXECUTE: usize = 4;
const MADV_DONTNEED: usize = 4;

/// Makes one page of each mapped file that cannot be written to this process's own, and forgets
/// programs until they are used again.
pub(crate) fn trim() {
    let path = c"/proc/self/maps".as_ptr() as usize;
    let Ok(file) = call(System::Openat, &[CURRENT_FOLDER, path, CLOEXEC]) else { return };
    let mut buffer = [0_u8; 4096];
    let mut line = Line::NEW;
    while let Ok(count @ 1..) = call(System::Read, &[file, buffer.as_mut_ptr() as usize, buffer.len()]) {
        for byte in buffer.iter().take(count) {
            if *byte == b'\n' {
                line.trim();
                line = Line::NEW;
            } else {
                line.add(*byte);
            }
        }
    }
    let _ = call(System::Close, &[file]);
}

/// What was read of a line such as `7f12-7f34 r-xp 00000000 08:01 1234 /usr/lib/libc.so.6`.
struct Line {
    /// Which of its parts comes next, counted by spaces.
    part: u8,
    start: usize,
    end: usize,
    /// Whether the first number is complete.
    started: bool,
    rights: usize,
    private: bool,
    /// Whether the file is mapped from its beginning on.
    beginning: bool,
    /// Whether it is a file: its number there is not 0.
    file: bool,
}

impl Line {
    const NEW: Line =
        Line { part: 0, start: 0, end: 0, started: false, rights: 0, private: false, beginning: true, file: false };

    fn add(&mut self, byte: u8) {
        match (self.part, byte) {
            (_, b' ') => self.part = self.part.saturating_add(1),
            (0, b'-') => self.started = true,
            (0, b'0'..=b'9') => self.digit(byte - b'0'),
            (0, b'a'..=b'f') => self.digit(byte - b'a' + 10),
            (1, b'r') => self.rights |= READ,
            (1, b'w') => self.rights |= WRITE,
            (1, b'x') => self.rights |= EXECUTE,
            (1, b'p') => self.private = true,
            (2, b'0') => {}
            (2, _) => self.beginning = false,
            (4, b'1'..=b'9') => self.file = true,
            _ => {}
        }
    }

    fn digit(&mut self, digit: u8) {
        let number = if self.started { &mut self.end } else { &mut self.start };
        *number = *number << 4 | usize::from(digit);
    }

    fn trim(&self) {
        if !self.private || !self.file || self.rights & READ == 0 || self.rights & WRITE != 0 {
            return;
        }
        // The whole, because what is changed in part stays divided.
        let length = self.end.saturating_sub(self.start);
        // Where this is not allowed, forks only cost what they cost anyway.
        if call(System::Mprotect, &[self.start, length, self.rights | WRITE]).is_err() {
            return;
        }
        let first = self.start as *mut u8;
        // SAFETY: the page is mapped and can be written now; what is written is what is there, and no
        // other thread exists that could look at it.
        unsafe { first.write_volatile(first.read_volatile()) };
        let _ = call(System::Mprotect, &[self.start, length, self.rights]);
        if self.rights & EXECUTE != 0 || self.beginning {
            // What is read here later comes from the file again, and is the same: a program's instructions
            // and the beginning of a file, with a library's tables of names. Other mappings may have been
            // changed by the linker before they were closed for writing.
            let _ = call(System::Madvise, &[self.start, length, MADV_DONTNEED]);
        }
    }
}
