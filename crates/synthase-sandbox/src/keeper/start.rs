//! From the start of the executable to a keeper that serves.
#![expect(unsafe_code, reason = "a constructor has to be placed in its linker section")]

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicI32, Ordering};

use rustix::net::SocketType;
use synthase_types::Isolation;

use super::holder::Held;
use super::{confine, holder, root, serve};
use crate::error::{Context, Result, SandboxError};
use crate::sys::fork::{Fork, adopt_fd, close_from, fork, fork_into, leave, place_fd};
use crate::sys::signals;
use crate::wire::message::{Setup, answer, ask, encode_failure};
use crate::wire::socket;

/// The variable by which the executable recognises that it shall be a keeper. Alone it does nothing:
/// standard input must be the right kind of socket, too.
pub(crate) const MARKER: &str = "SYNTHASE_SANDBOX_KEEPER";

#[used]
// SAFETY: the section holds pointers to functions that the C library calls before `main`, and this
// is one. What it uses of `std` (memory, the environment, files) needs nothing of Rust's runtime.
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = before_main;

extern "C" fn before_main() {
    if std::env::var_os(MARKER).is_none() {
        return;
    }
    // SAFETY: if nothing is open at 0 the call below says so; nothing else is done with it.
    let stdin = unsafe { BorrowedFd::borrow_raw(0) };
    if rustix::net::sockopt::socket_type(stdin) != Ok(SocketType::SEQPACKET) {
        return;
    }
    begin()
}

/// The control socket, for the message that a panic sends.
static CONTROL: AtomicI32 = AtomicI32::new(-1);

fn begin() -> ! {
    signals::reset();
    close_from(3);
    let stdin = adopt_fd(0);
    let Ok(control) = rustix::io::fcntl_dupfd_cloexec(&stdin, 3) else { leave(70) };
    std::mem::forget(stdin);
    CONTROL.store(control.as_raw_fd(), Ordering::Relaxed);
    std::panic::set_hook(Box::new(|info| {
        // SAFETY: the control socket is open for as long as this hook is of use; later the number
        // refers to nothing, and sending fails.
        let control = unsafe { BorrowedFd::borrow_raw(CONTROL.load(Ordering::Relaxed)) };
        let error = SandboxError::Setup(format!("panic: {info}"));
        let _ = socket::send(control, answer::FAILED, &encode_failure(&error), &[]);
        leave(70);
    }));
    match outside(&control) {
        Ok(held) => {
            drop(control);
            holder::hold(held)
        }
        Err(error) => {
            let _ = socket::send(control.as_fd(), answer::FAILED, &encode_failure(&error), &[]);
            leave(70)
        }
    }
}

/// The first process: divides into holder, which returns, and keeper, which does not.
fn outside(control: &OwnedFd) -> Result<Held> {
    let null = rustix::fs::open("/dev/null", rustix::fs::OFlags::RDWR, rustix::fs::Mode::empty());
    let null = null.at("open", "/dev/null")?;
    for standard in 0..3 {
        place_fd(&null, standard).at("place", "a standard descriptor")?;
    }
    drop(null);
    // Ctrl-C at the terminal is for the host; it decides what to end.
    let _ = rustix::process::setsid();
    let _ = rustix::thread::set_name(c"synthase-holder");

    let host = rustix::process::getppid().ok_or(rustix::io::Errno::SRCH);
    let host = host.and_then(|host| rustix::process::pidfd_open(host, rustix::process::PidfdFlags::empty()));
    let host = host.at("watch", "the host process")?;

    let message = socket::receive(control.as_fd()).at("receive", "the description of the jail")?;
    let Some(message) = message.filter(|message| message.kind == ask::SETUP) else { leave(0) };
    let setup = Setup::decode(&message.body).ok_or_else(|| socket::garbled("host"))?;

    confine::set_common_limits()?;
    let namespaces = setup.level >= Isolation::Namespaces;
    if !namespaces {
        rustix::process::set_child_subreaper(rustix::process::Pid::from_raw(1)).at("adopt", "orphans")?;
    }
    let (ours, theirs) = socket::pair()?;
    let forked = if namespaces {
        fork_into(
            libc::CLONE_NEWUSER
                | libc::CLONE_NEWPID
                | libc::CLONE_NEWNS
                | libc::CLONE_NEWNET
                | libc::CLONE_NEWIPC
                | libc::CLONE_NEWUTS,
        )
        .at("make", "user, process, mount, network, IPC and host name namespaces")?
    } else {
        fork().at("fork", "the keeper")?
    };
    match forked {
        Fork::Child => {
            drop((ours, host));
            leave(if inside(control, &theirs, setup) { holder::GOODBYE } else { 70 })
        }
        Fork::Parent(keeper) => {
            drop(theirs);
            if namespaces {
                holder::map_ids(keeper, setup.outer)?;
            }
            socket::send(ours.as_fd(), 0, &[], &[]).at("release", "the keeper")?;
            Ok(Held { host, keeper, setup })
        }
    }
}

/// The second process: becomes the keeper. Says whether it ended because the host wanted it.
fn inside(control: &OwnedFd, holder: &OwnedFd, setup: Setup) -> bool {
    let _ = rustix::thread::set_name(c"synthase-keeper");
    // Nothing arrives if the holder failed; it has said so itself.
    if !matches!(socket::receive(holder.as_fd()), Ok(Some(_))) {
        return false;
    }
    let built = match root::enter(&setup) {
        Ok(built) => built,
        Err(error) => {
            let _ = socket::send(control.as_fd(), answer::FAILED, &encode_failure(&error), &[]);
            return false;
        }
    };
    let sent = socket::send(control.as_fd(), answer::DONE, &[u8::from(built.proc)], &[]);
    sent.is_ok() && serve::serve(control, setup, built)
}
