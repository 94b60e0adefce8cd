//! The holder: it maps the keeper's user, then waits for the end of the keeper or of the host.

use std::os::fd::{AsFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use synthase_types::Isolation;

use super::{INNER_ID, scratch, tree};
use crate::error::{Context, Result};
use crate::sys::fork::leave;
use crate::sys::wait;
use crate::wire::message::Setup;

/// Says which user and group outside stand for the one inside.
pub(super) fn map_ids(keeper: i32, (uid, gid): (u32, u32)) -> Result<()> {
    let file = |name: &str| format!("/proc/{keeper}/{name}");
    if rustix::process::geteuid().as_raw() == uid {
        // The price the kernel asks for mapping a group without privileges.
        std::fs::write(file("setgroups"), "deny").at("write", file("setgroups"))?;
    }
    std::fs::write(file("gid_map"), format!("{INNER_ID} {gid} 1")).at("write", file("gid_map"))?;
    std::fs::write(file("uid_map"), format!("{INNER_ID} {uid} 1")).at("write", file("uid_map"))
}

/// The code with which a keeper ends that the host has no more use for.
pub(super) const GOODBYE: i32 = 7;

/// What the holder watches over.
pub(super) struct Held {
    /// The host process.
    pub(super) host: OwnedFd,
    /// The keeper's number.
    pub(super) keeper: i32,
    /// The jail.
    pub(super) setup: Setup,
}

/// Waits for the end, tidies up, and leaves.
///
/// The control socket must be closed by now: the keeper alone holds that end, or the host would not
/// notice the keeper's death.
pub(super) fn hold(Held { host, keeper, setup }: Held) -> ! {
    let watched = Pid::from_raw(keeper).map(|pid| pidfd_open(pid, PidfdFlags::empty()));
    if let Some(Ok(keeper_fd)) = watched {
        loop {
            let mut fds = [PollFd::new(&host, PollFlags::IN), PollFd::new(&keeper_fd, PollFlags::IN)];
            if poll(&mut fds, None).is_err() {
                continue;
            }
            if !fds[0].revents().is_empty() {
                let _ = pidfd_send_signal(keeper_fd.as_fd(), Signal::KILL);
            }
            break;
        }
    }
    let ended = wait::wait_for(keeper);
    let goodbye = ended.is_ok_and(|ended| libc::WIFEXITED(ended.status) && libc::WEXITSTATUS(ended.status) == GOODBYE);
    if setup.level < Isolation::Namespaces {
        tree::kill_descendants(&[]);
        scratch::remove(&setup.scratch);
    }
    // A host that dies closes its sockets a moment before it is dead.
    let moment = rustix::time::Timespec { tv_sec: 2, tv_nsec: 0 };
    if !goodbye && poll(&mut [PollFd::new(&host, PollFlags::IN)], Some(&moment)).is_ok_and(|ready| ready > 0) {
        remove_leftovers(&setup.leftovers);
    }
    leave(0)
}

/// Removes control groups, which are busy until the last of their processes is gone.
fn remove_leftovers(folders: &[std::path::PathBuf]) {
    for _ in 0..200 {
        let busy = |folder: &&std::path::PathBuf| {
            std::fs::remove_dir(folder).is_err_and(|error| error.kind() == std::io::ErrorKind::ResourceBusy)
        };
        if folders.iter().filter(busy).count() == 0 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}
