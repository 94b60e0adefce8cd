//! The built-in zygote: its runs are programs that are executed.
//!
//! It follows [`crate::protocol`] like any other. Because the filter is installed here once and
//! inherited, a cold start pays for a fork and an exec and nothing else.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::thread::{ThreadNameSpaceType, move_into_thread_name_spaces};

use super::confine::Confinement;
use crate::error::{Context, Result, SandboxError};
use crate::protocol::{self, Run, flag, said};
use crate::seccomp;
use crate::sys::exec::{Image, exec};
use crate::sys::fork::{Fork, fork, leave, place_fd};
use crate::sys::restrict::allow_reading;
use crate::sys::{signals, wait};
use crate::wire::codec::Reader;
use crate::wire::execute::Execute;
use crate::wire::socket;

/// Serves runs until the host closes the control socket.
pub(super) fn serve(control: BorrowedFd<'_>) -> ! {
    signals::reap_children_automatically(false);
    let _ = rustix::thread::set_name(c"synthase-launch");
    let _ = socket::send(control, said::HELLO, &protocol::VERSION.to_le_bytes(), &[]);
    while let Ok(Some(message)) = socket::receive(control) {
        let done = match Run::decode(&message.body) {
            Some(run) if message.kind == protocol::RUN => launch(control, &run, message.fds),
            _ => Err(socket::garbled("host")),
        };
        let sent = match done {
            Ok(ended) => socket::send(control, said::ENDED, &protocol::encode_ended(&ended), &[]),
            Err(error) => socket::send(control, said::FAILED, words(&error).as_bytes(), &[])
                .and_then(|()| socket::send(control, said::ENDED, &protocol::encode_ended(&NOTHING), &[])),
        };
        if sent.is_err() {
            break;
        }
    }
    leave(0)
}

/// The end of a run that never began.
const NOTHING: wait::Ended = wait::Ended { status: 0, user: Duration::ZERO, system: Duration::ZERO, peak: 0 };

/// An error with its causes.
pub(super) fn words(error: &SandboxError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

fn launch(control: BorrowedFd<'_>, run: &Run<'_>, fds: Vec<OwnedFd>) -> Result<wait::Ended> {
    let mut next = fds.iter();
    let mut take = |wanted: bool| if wanted { next.next() } else { None };
    let entrance = take(run.flags & flag::BOX != 0);
    let rules = take(run.flags & flag::RULES != 0);
    let standard = [take(true), take(true), take(true)];
    let channel = take(run.flags & flag::CHANNEL != 0);
    let program = take(run.flags & flag::PROGRAM != 0);
    let [Some(stdin), Some(stdout), Some(stderr)] = standard else { return Err(socket::garbled("host")) };

    if let Some(entrance) = entrance {
        move_into_thread_name_spaces(entrance.as_fd(), ThreadNameSpaceType::PROCESS_ID).at("enter", "the box")?;
    }
    let Fork::Parent(child) = fork().at("fork", "the program")? else {
        let confinement = Confinement {
            entrance: entrance.map(AsFd::as_fd),
            network: run.flags & flag::NETWORK != 0,
            rules: rules.map(AsFd::as_fd),
            work: Path::new(run.work),
            limits: &run.limits,
        };
        let Err(error) = become_program(control, run, &confinement, [stdin, stdout, stderr], channel, program);
        let _ = socket::send(control, said::FAILED, words(&error).as_bytes(), &[]);
        leave(127)
    };
    drop(fds);
    wait::wait_for(child).at("wait for", "the program")
}

/// The child: returns only with what went wrong.
fn become_program(
    control: BorrowedFd<'_>,
    run: &Run<'_>,
    confinement: &Confinement<'_>,
    standard: [&OwnedFd; 3],
    channel: Option<&OwnedFd>,
    program: Option<&OwnedFd>,
) -> Result<std::convert::Infallible> {
    let mut execute = Execute::read(&mut Reader(run.opaque)).ok_or_else(|| socket::garbled("host"))?;
    let tmp = match confinement.entrance {
        Some(_) => PathBuf::from(protocol::TMP),
        None => confinement.work.with_file_name("tmp"),
    };
    for (name, folder) in [("HOME", confinement.work), ("TMPDIR", &tmp)] {
        if !execute.env.iter().any(|(known, _)| known == name) {
            execute.env.push((name.into(), folder.into()));
        }
    }
    let (path, argv, env) = execute.strings().ok_or_else(|| socket::garbled("host"))?;
    // Out of the way of the numbers that the program's own descriptors get.
    const FIRST: i32 = 4;
    let control = rustix::io::fcntl_dupfd_cloexec(control, FIRST).at("keep", "the control socket")?;
    let program = program.map(|program| rustix::io::fcntl_dupfd_cloexec(program, FIRST));
    let program = program.transpose().at("keep", "the program")?;
    if let (None, Some(rules)) = (confinement.entrance, confinement.rules) {
        // Runtimes look at themselves. Of the machine's own /proc this much can be shown.
        let me = rustix::fs::open("/proc/self", OFlags::PATH | OFlags::CLOEXEC, Mode::empty());
        allow_reading(rules, me.at("open", "/proc/self")?.as_fd()).at("allow", "/proc/self")?;
    }
    confinement.apply()?;
    if run.flags & flag::GUARD_SIGNALS != 0 {
        seccomp::guard_signals(std::process::id() as i32)?;
    }
    for (number, fd) in (0..).zip(standard) {
        place_fd(fd, number).at("place", "a standard descriptor")?;
    }
    if let Some(channel) = channel {
        place_fd(channel, protocol::CONTROL_FD).at("place", "the channel")?;
    }
    // All other descriptors close by themselves when the program is executed.
    let image = match &program {
        Some(program) => Image::File(program.as_fd()),
        None => Image::Path(&path),
    };
    let error = exec(&image, &argv, &env).raw_os_error().unwrap_or(0);
    let _ = socket::send(control.as_fd(), said::NOT_EXECUTED, &error.to_le_bytes(), &[]);
    leave(127)
}
