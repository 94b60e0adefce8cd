//! What a program writes to standard output and standard error.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;

use synthase_types::Captured;

/// How much is kept of the beginning, and as much of the end, unless more is asked for.
pub const KEPT: usize = 64 << 10;

/// One stream of a program, read through a pipe.
#[derive(Debug)]
pub(crate) struct Stream {
    /// `None` once the other end is closed.
    pipe: Option<OwnedFd>,
    /// Bytes since the start of the run, or since they were taken.
    pub(crate) total: u64,
    capture: Capture,
}

/// The beginning and the end of what was written.
#[derive(Debug)]
struct Capture {
    /// How much is kept at each end.
    keep: usize,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    /// Bytes that were in the tail and had to leave it.
    omitted: u64,
}

impl Capture {
    fn new(keep: usize) -> Capture {
        Capture { keep, head: Vec::new(), tail: VecDeque::new(), omitted: 0 }
    }

    fn add(&mut self, bytes: &[u8]) {
        let (first, rest) = bytes.split_at(bytes.len().min(self.keep - self.head.len()));
        self.head.extend_from_slice(first);
        // What cannot stay anyway is not copied: a program may write gigabytes.
        let skipped = rest.len().saturating_sub(self.keep);
        let surplus = (self.tail.len() + rest.len()).saturating_sub(self.keep).saturating_sub(skipped);
        self.omitted += (surplus + skipped) as u64;
        self.tail.drain(..surplus.min(self.tail.len()));
        self.tail.extend(&rest[skipped..]);
    }

    fn take(&mut self) -> Captured {
        let Capture { mut head, tail, omitted, .. } = std::mem::replace(self, Capture::new(self.keep));
        if omitted == 0 {
            head.extend(tail);
            return Captured { head, omitted, tail: Vec::new() };
        }
        Captured { head, omitted, tail: tail.into() }
    }
}

impl Stream {
    pub(crate) fn new(pipe: OwnedFd, keep: usize) -> Stream {
        Stream { pipe: Some(pipe), total: 0, capture: Capture::new(keep) }
    }

    /// The pipe, while it is open.
    pub(crate) fn pipe(&self) -> Option<&OwnedFd> {
        self.pipe.as_ref()
    }

    /// Reads what is there, without waiting, up to a megabyte: others want their turn. Says whether
    /// there may be more.
    pub(crate) fn drain(&mut self, buffer: &mut [u8]) -> bool {
        for _ in 0..16 {
            let Some(pipe) = &self.pipe else { return false };
            match rustix::io::read(pipe, &mut *buffer) {
                Ok(0) => self.pipe = None,
                Ok(count) => {
                    self.total += count as u64;
                    self.capture.add(&buffer[..count]);
                    if count < buffer.len() {
                        return false;
                    }
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => return false,
                Err(_) => self.pipe = None,
            }
        }
        true
    }

    /// What was read since the last time.
    pub(crate) fn take(&mut self) -> Captured {
        self.total = 0;
        self.capture.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the plain definition: keep everything, cut at the end.
    #[test]
    fn head_and_tail_are_those_of_the_whole() {
        for sizes in
            [vec![10], vec![KEPT, 1], vec![KEPT - 1, 2, KEPT], vec![5 * KEPT], vec![1000; 300], vec![3 * KEPT, 7]]
        {
            let mut capture = Capture::new(KEPT);
            let mut whole = Vec::new();
            for (index, size) in sizes.iter().enumerate() {
                let bytes: Vec<u8> = (0..*size).map(|i| (i * 7 + index) as u8).collect();
                capture.add(&bytes);
                whole.extend(bytes);
            }
            let got = capture.take();
            assert_eq!(got.total(), whole.len() as u64, "{sizes:?}");
            if whole.len() <= 2 * KEPT {
                assert_eq!((got.omitted, &got.head), (0, &whole), "{sizes:?}");
            } else {
                assert_eq!(got.head, whole[..KEPT], "{sizes:?}");
                assert_eq!(got.tail, whole[whole.len() - KEPT..], "{sizes:?}");
            }
        }
    }
}
