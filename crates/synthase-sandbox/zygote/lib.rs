//! The zygote's part of the protocol, for interpreters of any language.
//!
//! What the page `protocol` of the sandbox lists for a zygote and its children is done here by bare
//! system calls. An interpreter loads this library and calls a few functions without arguments; it
//! needs neither the system calls nor the time and the memory that its own means would cost in each
//! child. The library needs nothing but the symbol `fork` of the C library that is there already.
//!
//! One thread, one run at a time: that is what a zygote is.
#![no_std]

mod calls;
mod child;
mod memory;
mod request;
mod state;

use core::ffi::c_int;

use calls::{CONTROL, System, call, words};
use request::receive;
use state::State;

const HELLO: u8 = 1;
const ENDED: u8 = 2;
const FAILED: u8 = 3;
const VERSION: u8 = 1;

const NEWPID: usize = 0x2000_0000;

unsafe extern "C" {
    /// The C library's, so that whatever it and the interpreter do around a fork is done.
    fn fork() -> c_int;
}

/// Tells the host that this zygote is ready. Returns 0.
#[unsafe(no_mangle)]
pub extern "C" fn synthase_hello() -> c_int {
    say(&[HELLO, 0, VERSION, 0, 0, 0]);
    0
}

/// Makes forks cheaper, once the interpreter has started and before it does for the first time what its
/// children will do. Returns 0.
#[unsafe(no_mangle)]
pub extern "C" fn synthase_trim() -> c_int {
    memory::trim();
    0
}

/// Waits for the next request and enters its box: children from here on belong there. Returns 1: the
/// caller forks now. Never returns when the host has closed the control socket.
#[unsafe(no_mangle)]
pub extern "C" fn synthase_next() -> c_int {
    loop {
        let state = state::get();
        match receive(state) {
            Ok(true) => {}
            Ok(false) => calls::leave(0),
            Err(what) => {
                refuse(state, what, 0);
                continue;
            }
        }
        if state.entrance < 0 {
            return 1;
        }
        match call(System::Setns, &[state.entrance as usize, NEWPID]) {
            Ok(_) => return 1,
            Err(number) => refuse(state, "cannot enter the box", number),
        }
    }
}

/// In the child: gives up every power and takes the places of the run. Returns 0; if something fails,
/// the host is told and the child ends.
#[unsafe(no_mangle)]
pub extern "C" fn synthase_become() -> c_int {
    if let Err((what, number)) = child::enter(state::get()) {
        fail(what, number);
        calls::leave(1);
    }
    0
}

/// In the child: 1 if there are no namespaces, so that `HOME` must be set to the current folder and
/// `TMPDIR` to its neighbour `tmp`; else 0.
#[unsafe(no_mangle)]
pub extern "C" fn synthase_outside() -> c_int {
    c_int::from(state::get().outside)
}

/// In the zygote, after the fork: waits for the child with this number and reports its end. A negative
/// number says that there is none: -1, or the negative number of the error.
#[unsafe(no_mangle)]
pub extern "C" fn synthase_report(pid: c_int) -> c_int {
    let state = state::get();
    if pid < 0 {
        refuse(state, "cannot fork", if pid < -1 { pid.unsigned_abs() as usize } else { 0 });
        return 0;
    }
    state.close_received();
    let status = state.ended.as_mut_ptr().wrapping_add(2);
    // The kernel writes the status, and right behind it what the child used; the report is the beginning
    // of that.
    let arguments = [pid as usize, status as usize, 0, status.wrapping_add(4) as usize];
    while call(System::Wait4, &arguments) == Err(calls::INTERRUPTED) {}
    state.ended[0] = ENDED;
    state.ended[1] = 0;
    say(&state.ended[..ENDED_LENGTH]);
    0
}

/// Everything: says hello and forks a child for each request. Returns 0, in the children only.
///
/// May be called as it is, as a function of C, of Lua (no results) or by R's `.C`; arguments are ignored.
#[unsafe(no_mangle)]
pub extern "C" fn synthase_serve() -> c_int {
    synthase_hello();
    loop {
        synthase_next();
        // SAFETY: a zygote has one thread, so that no lock can be held by a thread that is missing in
        // the child.
        match unsafe { fork() } {
            0 => return synthase_become(),
            pid => synthase_report(pid),
        };
    }
}

/// Kind and 0, the status, and five numbers.
const ENDED_LENGTH: usize = 2 + 4 + 5 * 8;

/// Reports that a request has come to nothing.
fn refuse(state: &mut State, what: &str, number: usize) {
    state.close_received();
    fail(what, number);
    let mut ended = [0; ENDED_LENGTH];
    ended[0] = ENDED;
    say(&ended);
}

/// Tells what cannot be done, and the number of the error if there is one.
fn fail(what: &str, number: usize) {
    let mut text = [0; 128];
    let length = words(&mut text, FAILED, what, number);
    say(text.get(..length).unwrap_or_default());
}

/// Sends a message. There is nobody to tell that it could not be sent: the host is gone.
fn say(message: &[u8]) {
    let arguments = [CONTROL, message.as_ptr() as usize, message.len()];
    while call(System::Write, &arguments) == Err(calls::INTERRUPTED) {}
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    calls::leave(70)
}
