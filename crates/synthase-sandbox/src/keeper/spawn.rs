//! Starting a zygote, or the launcher.

use std::ffi::{CString, OsString};
use std::os::fd::{AsFd, OwnedFd};

use rustix::thread::CapabilitySet;
use synthase_types::Isolation;

use super::launcher::{self, Execute, words};
use super::confine;
use crate::error::{Context, Result, SandboxError};
use crate::protocol::{CONTROL_FD, said};
use crate::seccomp;
use crate::sys::exec::{Image, exec};
use crate::sys::fork::{Fork, close_from, fork, leave, place_fd};
use crate::sys::signals;
use crate::wire::message::Spawn;
use crate::wire::socket;

/// Forks it. The descriptors are its control socket, where it may complain, and the files through
/// which it joins control groups.
pub(super) fn spawn(spawn: &Spawn, fds: Vec<OwnedFd>, level: Isolation) -> Result<i32> {
    let mut fds = fds.into_iter();
    let (Some(control), Some(complaints)) = (fds.next(), fds.next()) else { return Err(socket::garbled("host")) };
    match fork().at("fork", "a zygote")? {
        Fork::Parent(pid) => Ok(pid),
        Fork::Child => {
            let Err(error) = live(spawn, &control, complaints, fds.collect(), level);
            let _ = socket::send(control.as_fd(), said::FAILED, words(&error).as_bytes(), &[]);
            leave(127)
        }
    }
}

/// The child; returns only with what went wrong.
fn live(
    spawn: &Spawn,
    control: &OwnedFd,
    complaints: OwnedFd,
    groups: Vec<OwnedFd>,
    level: Isolation,
) -> Result<std::convert::Infallible> {
    signals::reap_children_automatically(false);
    for group in &groups {
        rustix::io::write(group, b"0").at("join", "the control group")?;
    }
    drop(groups);
    let _ = rustix::process::setsid();
    let kept = if level >= Isolation::Namespaces { confine::ZYGOTE } else { CapabilitySet::empty() };
    confine::bound_capabilities(kept);
    rustix::thread::set_no_new_privs(true).at("give up", "new privileges")?;

    for standard in [1, 2] {
        place_fd(&complaints, standard).at("place", "a standard descriptor")?;
    }
    drop(complaints);
    // The keeper's own control socket must not live on here.
    const FREE: i32 = 10;
    let apart = rustix::io::fcntl_dupfd_cloexec(control, FREE).at("keep", "the control socket")?;
    place_fd(&apart, CONTROL_FD).at("place", "the control socket")?;
    drop(apart);
    close_from(CONTROL_FD as u32 + 1);
    let control = crate::sys::fork::adopt_fd(CONTROL_FD);

    let Some((program, argv, env)) = &spawn.program else {
        confine::keep_capabilities(kept)?;
        filter(level)?;
        rustix::io::fcntl_setfd(&control, rustix::io::FdFlags::CLOEXEC).at("keep", "the control socket")?;
        launcher::serve(control.as_fd())
    };
    confine::pass_on_capabilities(kept)?;
    let strings = Execute { path: program.clone(), argv: argv.clone(), env: env.clone() }.strings();
    let (path, argv, env): (CString, Vec<CString>, Vec<CString>) = strings.ok_or_else(|| socket::garbled("host"))?;
    filter(level)?;
    let source = exec(&Image::Path(&path), &argv, &env);
    std::mem::forget(control);
    let program: &OsString = program;
    Err(SandboxError::Execute { program: program.to_string_lossy().into_owned(), source })
}

fn filter(level: Isolation) -> Result<()> {
    if level == Isolation::Rlimits { Ok(()) } else { seccomp::filters()?.install() }
}
