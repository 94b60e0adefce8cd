//! Frames over a stream socket, without ever waiting.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, recv,
    recvmsg, send, sendmsg, sockopt,
};

/// The largest frame that a program may send.
pub const MOST_FRAME: usize = 64 << 20;

const HEADER: usize = 4;

/// The host's end of a run's channel.
#[derive(Debug)]
pub(crate) struct Channel {
    /// `None` once the program has closed its end.
    socket: Option<OwnedFd>,
    outgoing: Vec<u8>,
    sent: usize,
    incoming: Vec<u8>,
    /// How much of it has been taken.
    taken: usize,
    /// A descriptor to hand over, and with which byte of what is to be sent.
    attached: Option<(OwnedFd, usize)>,
}

/// What has come in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    /// Not a whole frame yet.
    Nothing,
    /// A frame.
    Frame(Vec<u8>),
    /// Something that can become no frame; this says why.
    Garbage(String),
}

impl Channel {
    pub(crate) fn new(socket: OwnedFd) -> Channel {
        Channel { socket: Some(socket), ..Channel::closed() }
    }

    /// A channel that is closed.
    pub(crate) fn closed() -> Channel {
        Channel { socket: None, outgoing: Vec::new(), sent: 0, incoming: Vec::new(), taken: 0, attached: None }
    }

    /// Hands over a descriptor with the first byte of the next frame.
    pub(crate) fn attach(&mut self, fd: OwnedFd) {
        self.outgoing.drain(..self.sent);
        self.sent = 0;
        self.attached = Some((fd, self.outgoing.len()));
    }

    /// The socket, while it is open.
    pub(crate) fn socket(&self) -> Option<&OwnedFd> {
        self.socket.as_ref()
    }

    /// Adds a frame to what is to be sent.
    pub(crate) fn queue(&mut self, frame: &[u8]) {
        let length = u32::try_from(frame.len()).expect("no frame has 4 GiB");
        self.outgoing.drain(..self.sent);
        if let Some((_, at)) = &mut self.attached {
            *at -= self.sent;
        }
        self.sent = 0;
        self.outgoing.extend(length.to_le_bytes());
        self.outgoing.extend(frame);
    }

    /// Says that no more frames will come. The program may go on writing; nobody reads it.
    pub(crate) fn close_for_sending(&mut self) {
        self.sent = self.outgoing.len();
        if let Some(socket) = &self.socket {
            let _ = rustix::net::shutdown(socket, rustix::net::Shutdown::Write);
        }
    }

    /// Forgets what has come in.
    pub(crate) fn discard(&mut self) {
        self.incoming.clear();
        self.taken = 0;
    }

    /// Whether something is left to send.
    pub(crate) fn wants_to_send(&self) -> bool {
        self.socket.is_some() && self.sent < self.outgoing.len()
    }

    /// Whether bytes have come in that nobody has taken.
    pub(crate) fn has_incoming(&self) -> bool {
        self.taken < self.incoming.len()
    }

    /// Sends what fits.
    pub(crate) fn send(&mut self) {
        while let Some(socket) = self.socket.as_ref().filter(|_| self.sent < self.outgoing.len()) {
            let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
            let bytes = &self.outgoing[self.sent..];
            let sent = match &self.attached {
                None => send(socket, bytes, flags),
                Some((_, at)) if self.sent < *at => send(socket, &bytes[..at - self.sent], flags),
                Some((fd, _)) => send_with(socket, bytes, fd, flags),
            };
            match sent {
                Ok(count) => {
                    if self.attached.as_ref().is_some_and(|(_, at)| self.sent == *at) {
                        self.attached = None;
                    }
                    self.sent += count;
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                // The program has closed its end; what it wrote before can still be read.
                Err(_) => self.sent = self.outgoing.len(),
            }
        }
    }

    /// Sends a frame with descriptors attached. Says whether it was sent: it is not while others wait to be.
    pub(crate) fn send_with(&mut self, frame: &[u8], fds: &[BorrowedFd<'_>]) -> bool {
        let Some(socket) = self.socket.as_ref().filter(|_| self.sent == self.outgoing.len()) else { return false };
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        if !ancillary.push(SendAncillaryMessage::ScmRights(fds)) {
            return false;
        }
        let header = (frame.len() as u32).to_le_bytes();
        let parts = [IoSlice::new(&header), IoSlice::new(frame)];
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        let sent = rustix::io::retry_on_intr(|| sendmsg(socket, &parts, &mut ancillary, flags));
        sent == Ok(HEADER + frame.len())
    }

    /// Receives the first bytes, and who sent them: the number of a process, by the word of the kernel.
    /// The socket must have been told to ask for it.
    pub(crate) fn receive_first(&mut self, buffer: &mut [u8]) -> Option<i32> {
        let socket = self.socket.as_ref()?;
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmCredentials(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        match recvmsg(socket, &mut [IoSliceMut::new(buffer)], &mut ancillary, RecvFlags::DONTWAIT) {
            Ok(received) if received.bytes > 0 => {
                self.incoming.extend_from_slice(&buffer[..received.bytes]);
                let sender = ancillary.drain().find_map(|message| match message {
                    RecvAncillaryMessage::ScmCredentials(who) => Some(who.pid.as_raw_nonzero().get()),
                    _ => None,
                });
                let _ = sockopt::set_socket_passcred(socket, false);
                sender
            }
            Err(Errno::INTR | Errno::AGAIN) => None,
            _ => {
                self.socket = None;
                None
            }
        }
    }

    /// Receives what is there, a few megabytes at most: others want their turn.
    pub(crate) fn receive(&mut self, buffer: &mut [u8]) {
        for _ in 0..64 {
            let Some(socket) = &self.socket else { return };
            match recv(socket, &mut *buffer, RecvFlags::DONTWAIT) {
                Ok((_, 0)) => self.socket = None,
                Ok((_, count)) => {
                    self.incoming.extend_from_slice(&buffer[..count]);
                    if count < buffer.len() || self.incoming.len() > HEADER + MOST_FRAME {
                        return;
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                Err(_) => self.socket = None,
            }
        }
    }

    /// Takes the first frame of what has come in.
    pub(crate) fn take(&mut self) -> Incoming {
        let rest = &self.incoming[self.taken..];
        let Some(header) = rest.first_chunk::<HEADER>() else { return self.nothing_yet() };
        let length = u32::from_le_bytes(*header) as usize;
        if length > MOST_FRAME {
            return Incoming::Garbage(format!("a frame of {length} bytes was announced; {MOST_FRAME} are the most"));
        }
        if rest.len() < HEADER + length {
            return self.nothing_yet();
        }
        let frame = rest[HEADER..HEADER + length].to_vec();
        self.taken += HEADER + length;
        if self.taken == self.incoming.len() {
            self.discard();
        }
        Incoming::Frame(frame)
    }

    /// Moves what is left to the front, once for many frames.
    fn nothing_yet(&mut self) -> Incoming {
        self.incoming.drain(..self.taken);
        self.taken = 0;
        Incoming::Nothing
    }
}

/// Sends bytes, and with the first of them a descriptor.
fn send_with(socket: &OwnedFd, bytes: &[u8], fd: &OwnedFd, flags: SendFlags) -> rustix::io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let fds = [fd.as_fd()];
    ancillary.push(SendAncillaryMessage::ScmRights(&fds));
    sendmsg(socket, &[IoSlice::new(bytes)], &mut ancillary, flags)
}

#[cfg(test)]
mod tests {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

    use super::*;

    fn pair() -> (Channel, OwnedFd) {
        let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None).unwrap();
        (Channel::new(ours), theirs)
    }

    #[test]
    fn frames_come_back_whatever_the_pieces() {
        let (mut channel, theirs) = pair();
        let mut bytes = Vec::new();
        for frame in [&b"one"[..], b"", b"three"] {
            bytes.extend((frame.len() as u32).to_le_bytes());
            bytes.extend(frame);
        }
        let mut got = Vec::new();
        for byte in bytes {
            rustix::io::write(&theirs, &[byte]).unwrap();
            channel.receive(&mut [0; 16]);
            while let Incoming::Frame(frame) = channel.take() {
                got.push(frame);
            }
        }
        assert_eq!(got, [&b"one"[..], b"", b"three"]);
        assert!(!channel.has_incoming());
    }

    #[test]
    fn a_huge_length_is_garbage_at_once() {
        let (mut channel, theirs) = pair();
        rustix::io::write(&theirs, &u32::MAX.to_le_bytes()).unwrap();
        channel.receive(&mut [0; 16]);
        assert!(matches!(channel.take(), Incoming::Garbage(_)));
    }

    #[test]
    fn nobody_waits_for_a_program_that_does_not_read() {
        let (mut channel, theirs) = pair();
        channel.queue(&vec![1; 10 << 20]);
        channel.send();
        assert!(channel.wants_to_send());
        drop(theirs);
        channel.send();
        assert!(!channel.wants_to_send());
    }
}
