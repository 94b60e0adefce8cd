//! The plainest encoding there is: little-endian numbers, and texts with their length in front.
//!
//! Both ends are the same build of the same program, so there are no versions here.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// Writes a message.
#[derive(Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    pub(crate) fn u8(&mut self, value: u8) -> &mut Self {
        self.0.push(value);
        self
    }

    pub(crate) fn u32(&mut self, value: u32) -> &mut Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn u64(&mut self, value: u64) -> &mut Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.u32(u32::try_from(bytes.len()).expect("no part of a message has 4 GiB"));
        self.0.extend(bytes);
        self
    }

    pub(crate) fn text(&mut self, text: impl AsRef<OsStr>) -> &mut Self {
        self.bytes(text.as_ref().as_bytes())
    }

    pub(crate) fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) -> &mut Self {
        self.u32(u32::try_from(items.len()).expect("no list has 4 G items"));
        for item in items {
            each(self, item);
        }
        self
    }
}

/// Reads a message. Every method gives `None` once the message is too short.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.take(4).map(|bytes| u32::from_le_bytes(bytes.try_into().expect("four bytes")))
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.take(8).map(|bytes| u64::from_le_bytes(bytes.try_into().expect("eight bytes")))
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let count = self.u32()?;
        self.take(count as usize)
    }

    pub(crate) fn text(&mut self) -> Option<OsString> {
        self.bytes().map(|bytes| OsString::from_vec(bytes.to_vec()))
    }

    pub(crate) fn list<T>(&mut self, mut each: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.u32()?;
        (0..count).map(|_| each(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut writer = Writer::default();
        writer.u8(1).u32(2).u64(3).text("four").list(&[5_u32, 6], |w, n| {
            w.u32(*n);
        });
        let mut reader = Reader(&writer.0);
        assert_eq!((reader.u8(), reader.u32(), reader.u64()), (Some(1), Some(2), Some(3)));
        assert_eq!(reader.text(), Some("four".into()));
        assert_eq!(reader.list(|r| r.u32()), Some(vec![5, 6]));
        assert_eq!(reader.u8(), None);
    }

    #[test]
    fn a_length_beyond_the_end_is_no_text() {
        assert_eq!(Reader(&[255, 255, 255, 255, 1]).bytes(), None);
    }
}
