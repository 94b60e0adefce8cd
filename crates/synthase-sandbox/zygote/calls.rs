//! Bare system calls.

/// The control socket, and in a child the channel.
pub(crate) const CONTROL: usize = 3;

/// Paths begin here.
pub(crate) const CURRENT_FOLDER: usize = -100_isize as usize;
/// Of a file that is opened.
pub(crate) const CLOEXEC: usize = 0x8_0000;

/// EINTR.
pub(crate) const INTERRUPTED: usize = 4;

/// Those that are used, by their numbers on this machine.
#[derive(Clone, Copy)]
#[repr(usize)]
#[cfg(target_arch = "x86_64")]
pub(crate) enum System {
    Read = 0,
    Write = 1,
    Close = 3,
    Mprotect = 10,
    Madvise = 28,
    Recvmsg = 47,
    Wait4 = 61,
    Fcntl = 72,
    Chdir = 80,
    Setsid = 112,
    Capset = 126,
    Prctl = 157,
    ExitGroup = 231,
    Openat = 257,
    Dup3 = 292,
    Prlimit64 = 302,
    Setns = 308,
    CloseRange = 436,
    LandlockRestrictSelf = 446,
}

/// Those that are used, by their numbers on this machine.
#[derive(Clone, Copy)]
#[repr(usize)]
#[cfg(target_arch = "aarch64")]
pub(crate) enum System {
    Dup3 = 24,
    Fcntl = 25,
    Chdir = 49,
    Openat = 56,
    Close = 57,
    Read = 63,
    Write = 64,
    Capset = 91,
    ExitGroup = 94,
    Setsid = 157,
    Prctl = 167,
    Recvmsg = 212,
    Mprotect = 226,
    Madvise = 233,
    Wait4 = 260,
    Prlimit64 = 261,
    Setns = 268,
    CloseRange = 436,
    LandlockRestrictSelf = 446,
}

/// Makes a system call. Missing arguments are 0. Gives its result, or the number of the error.
pub(crate) fn call(system: System, arguments: &[usize]) -> Result<usize, usize> {
    let at = |index: usize| arguments.get(index).copied().unwrap_or(0);
    let [a, b, c, d, e] = [at(0), at(1), at(2), at(3), at(4)];
    let result: isize;
    // SAFETY: the callers hand in plain numbers, or addresses of memory of this library that is long
    // enough and not looked at during the call. No call of the list maps or unmaps memory.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        core::arch::asm!(
            "syscall", inlateout("rax") system as usize => result,
            in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e,
            lateout("rcx") _, lateout("r11") _, options(nostack),
        );
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        core::arch::asm!(
            "svc 0", in("x8") system as usize, inlateout("x0") a => result,
            in("x1") b, in("x2") c, in("x3") d, in("x4") e, options(nostack),
        );
    }
    if result < 0 { Err(result.unsigned_abs()) } else { Ok(result as usize) }
}

/// Ends the process at once.
pub(crate) fn leave(code: usize) -> ! {
    loop {
        let _ = call(System::ExitGroup, &[code]);
    }
}

/// Writes a message of a kind that consists of words, as far as it fits, and gives its length.
pub(crate) fn words(text: &mut [u8], kind: u8, what: &str, number: usize) -> usize {
    let mut digits = [0; 20];
    let mut first = digits.len();
    let mut rest = number;
    while rest > 0 && first > 0 {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let label = if number > 0 { ": error " } else { "" };
    let parts = [&[kind, 0][..], what.as_bytes(), label.as_bytes(), digits.get(first..).unwrap_or_default()];
    let bytes = parts.into_iter().flatten();
    text.iter_mut().zip(bytes).map(|(place, byte)| *place = *byte).count()
}
