//! Starting a zygote, or the launcher.

use std::os::fd::{AsFd, OwnedFd};

use rustix::thread::CapabilitySet;
use synthase_types::Isolation;

use super::confine;
use super::launcher::{self, words};
use super::library;
use crate::error::{Context, Result, SandboxError};
use crate::protocol::{CONTROL_FD, LIBRARY, TMP, WORK, said};
use crate::seccomp;
use crate::sys::exec::{Image, exec};
use crate::sys::fork::{Fork, adopt_fd, close_from, fork, leave, place_fd};
use crate::sys::signals;
use crate::wire::message::{Setup, Spawn};
use crate::wire::socket;

/// Forks it. The descriptors are its control socket, where it may complain, and the files through
/// which it joins control groups.
pub(super) fn spawn(spawn: &Spawn, fds: Vec<OwnedFd>, setup: &Setup) -> Result<i32> {
    let mut fds = fds.into_iter();
    let (Some(control), Some(complaints)) = (fds.next(), fds.next()) else { return Err(socket::garbled("host")) };
    match fork().at("fork", "a zygote")? {
        Fork::Parent(pid) => Ok(pid),
        Fork::Child => {
            let groups: Vec<OwnedFd> = fds.collect();
            let Ok(control) = settle(control, complaints, groups) else { leave(127) };
            let Err(error) = live(spawn, &control, setup);
            let _ = socket::send(control.as_fd(), said::FAILED, words(&error).as_bytes(), &[]);
            leave(127)
        }
    }
}

/// Joins the control groups and brings the descriptors to their places; the keeper's own control
/// socket must not live on here. Gives the control socket at its new place.
fn settle(control: OwnedFd, complaints: OwnedFd, groups: Vec<OwnedFd>) -> Result<OwnedFd> {
    signals::reap_children_automatically(false);
    for group in &groups {
        let joined = rustix::io::write(group, b"0").at("join", "the control group");
        if let Err(error) = joined {
            let _ = socket::send(control.as_fd(), said::FAILED, words(&error).as_bytes(), &[]);
            return Err(error);
        }
    }
    drop(groups);
    for standard in [1, 2] {
        place_fd(&complaints, standard).at("place", "a standard descriptor")?;
    }
    drop(complaints);
    place_fd(&control, CONTROL_FD).at("place", "the control socket")?;
    // Both numbers may be the same, or the old one is closed with all the others.
    std::mem::forget(control);
    close_from(CONTROL_FD as u32 + 1);
    Ok(adopt_fd(CONTROL_FD))
}

/// The rest of the child's life; returns only with what went wrong.
fn live(spawn: &Spawn, control: &OwnedFd, setup: &Setup) -> Result<std::convert::Infallible> {
    let level = setup.level;
    let _ = rustix::process::setsid();
    let kept = if level >= Isolation::Namespaces { confine::ZYGOTE } else { CapabilitySet::empty() };
    confine::bound_capabilities(kept);
    rustix::thread::set_no_new_privs(true).at("give up", "new privileges")?;
    let Some(program) = &spawn.program else {
        confine::keep_capabilities(kept)?;
        filter(setup, control)?;
        rustix::io::fcntl_setfd(control, rustix::io::FdFlags::CLOEXEC).at("keep", "the control socket")?;
        launcher::serve(control.as_fd())
    };
    confine::pass_on_capabilities(kept)?;
    let mut told = program.clone();
    told.env.push((LIBRARY.into(), library::path(level).into()));
    if level >= Isolation::Namespaces {
        // Each run sees its own folders there.
        for (name, folder) in [("HOME", WORK), ("TMPDIR", TMP)] {
            if !told.env.iter().any(|(known, _)| known == name) {
                told.env.push((name.into(), folder.into()));
            }
        }
    } else {
        let file = library::in_memory()?;
        place_fd(&file, library::FD).at("place", "the library of zygotes")?;
        // It may have been there already; elsewhere it closes by itself.
        std::mem::forget(file);
    }
    let (path, argv, env) = told.strings().ok_or_else(|| socket::garbled("host"))?;
    filter(setup, control)?;
    let source = exec(&Image::Path(&path), &argv, &env);
    Err(SandboxError::Execute { program: program.path.to_string_lossy().into_owned(), source })
}

/// Installs the filters, and sends the host the end on which they ask.
fn filter(setup: &Setup, control: &OwnedFd) -> Result<()> {
    if setup.level == Isolation::Rlimits {
        return Ok(());
    }
    if let Some(listener) = seccomp::filters(setup.level, setup.loopback)?.install()? {
        socket::send(control.as_fd(), said::LISTENER, &[], &[listener.as_fd()]).at("hand over", "the refusals")?;
    }
    Ok(())
}
