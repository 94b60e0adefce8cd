//! More than one conversation with the processes of a run.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use super::{Reply, Running};
use crate::channel::Channel;
use crate::error::{Context, Result};

/// Another private channel of a run, for a process that the program has forked. It is made here, and
/// its other end is handed to the program with [`Running::exchange_with_fd`].
#[derive(Debug)]
pub struct SideChannel(Channel);

impl SideChannel {
    /// A channel, and its other end.
    ///
    /// # Errors
    /// The operating system has no more descriptors.
    pub fn pair() -> Result<(SideChannel, OwnedFd)> {
        let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
            .at("make", "a socket pair")?;
        Ok((SideChannel(Channel::new(ours)), theirs))
    }

    /// Whether the other end is known to be closed.
    pub fn is_closed(&self) -> bool {
        self.0.socket().is_none()
    }
}

impl Running {
    /// Like [`exchange`](Running::exchange), and hands the program a copy of a descriptor. It comes with
    /// the first byte of the frame's length, so that byte must be received by `recvmsg`.
    ///
    /// # Errors
    /// As [`exchange`](Running::exchange).
    pub fn exchange_with_fd(
        &mut self,
        frame: &[u8],
        fd: BorrowedFd<'_>,
        cpu: Duration,
        wall: Duration,
    ) -> Result<Reply> {
        if let Some(channel) = &mut self.parts.channel {
            channel.attach(fd.as_fd().try_clone_to_owned().at("copy", "a descriptor")?);
        }
        self.exchange(frame, cpu, wall)
    }

    /// Like [`exchange`](Running::exchange), on another channel. Limits are those of the whole run. `None`:
    /// the other end is closed, and no answer will come.
    ///
    /// # Errors
    /// The sandbox failed.
    pub fn exchange_on(
        &mut self,
        side: &mut SideChannel,
        frame: &[u8],
        cpu: Duration,
        wall: Duration,
    ) -> Result<Option<Reply>> {
        let own = self.parts.channel.take();
        self.parts.channel = Some(std::mem::replace(&mut side.0, Channel::closed()));
        let reply = self.talk(frame, cpu, wall, true);
        if let Some(used) = std::mem::replace(&mut self.parts.channel, own) {
            side.0 = used;
        }
        let closed = side.is_closed();
        reply.map(|reply| if reply == Reply::Ended && closed { None } else { Some(reply) })
    }
}
