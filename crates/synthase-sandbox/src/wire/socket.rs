//! Messages with file descriptors, over a pair of sockets that keeps their boundaries.

use std::io::{IoSlice, IoSliceMut, Read, Seek, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::MemfdFlags;
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};

use crate::error::{Context, Result, SandboxError};

/// Bodies up to this length travel in the message; longer ones in a file in memory beside it.
pub(crate) const INLINE: usize = 8 << 10;
/// The most descriptors in one message.
pub(crate) const MOST_FDS: usize = 10;

const HEADER: usize = 2;

/// A message as it was received.
pub(crate) struct Message {
    /// What it is; the numbers belong to the conversation.
    pub(crate) kind: u8,
    /// Its content.
    pub(crate) body: Vec<u8>,
    /// The descriptors that came with it, in order.
    pub(crate) fds: Vec<OwnedFd>,
}

/// A connected pair that keeps message boundaries.
pub(crate) fn pair() -> Result<(OwnedFd, OwnedFd)> {
    socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None).at("make", "a socket pair")
}

/// Sends one message.
pub(crate) fn send(socket: BorrowedFd<'_>, kind: u8, body: &[u8], fds: &[BorrowedFd<'_>]) -> rustix::io::Result<()> {
    if body.len() <= INLINE {
        return send_parts(socket, &[kind, 0], body, fds);
    }
    let memory = rustix::fs::memfd_create("message", MemfdFlags::CLOEXEC)?;
    let mut file = std::fs::File::from(memory);
    file.write_all(body).map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    let mut all: Vec<BorrowedFd<'_>> = fds.to_vec();
    all.push(file.as_fd());
    send_parts(socket, &[kind, 1], &[], &all)
}

/// Sends a message without content. Uses neither the heap nor the C library.
pub(crate) fn send_small(socket: BorrowedFd<'_>, kind: u8, fds: &[BorrowedFd<'_>]) -> rustix::io::Result<()> {
    send_parts(socket, &[kind, 0], &[], fds)
}

fn send_parts(socket: BorrowedFd<'_>, head: &[u8], body: &[u8], fds: &[BorrowedFd<'_>]) -> rustix::io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FDS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(fds)) {
        return Err(Errno::INVAL);
    }
    let parts = [IoSlice::new(head), IoSlice::new(body)];
    rustix::io::retry_on_intr(|| sendmsg(socket, &parts, &mut ancillary, SendFlags::NOSIGNAL))?;
    Ok(())
}

/// Receives one message; `None` if the other end is closed.
pub(crate) fn receive(socket: BorrowedFd<'_>) -> rustix::io::Result<Option<Message>> {
    let mut buffer = [0_u8; INLINE + HEADER];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FDS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = rustix::io::retry_on_intr(|| {
        recvmsg(socket, &mut [IoSliceMut::new(&mut buffer)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)
    });
    let received = match received {
        Ok(received) => received,
        Err(Errno::CONNRESET) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut fds: Vec<OwnedFd> = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            fds.extend(rights);
        }
    }
    let [kind, in_memory, body @ ..] = &buffer[..received.bytes] else { return Ok(None) };
    let mut body = body.to_vec();
    if *in_memory == 1 {
        let mut file = std::fs::File::from(fds.pop().ok_or(Errno::BADMSG)?);
        let read = file.rewind().and_then(|()| file.read_to_end(&mut body));
        read.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    }
    Ok(Some(Message { kind: *kind, body, fds }))
}

/// Reads a message that cannot be understood as a failure of the one that sent it.
pub(crate) fn garbled(who: &'static str) -> SandboxError {
    SandboxError::Lost { who, detail: "its answer cannot be read".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_messages_arrive_with_their_descriptors() {
        let (ours, theirs) = pair().unwrap();
        for length in [0, 1, INLINE, INLINE + 1, 3 << 20] {
            let body = vec![7; length];
            send(ours.as_fd(), 5, &body, &[ours.as_fd(), theirs.as_fd()]).unwrap();
            let message = receive(theirs.as_fd()).unwrap().unwrap();
            assert_eq!((message.kind, message.fds.len()), (5, 2));
            assert!(message.body == body, "length {length}");
        }
        drop(ours);
        assert!(receive(theirs.as_fd()).unwrap().is_none());
    }
}
