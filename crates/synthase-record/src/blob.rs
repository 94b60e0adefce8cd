//! Bytes as they are stored: compressed where that helps.

use std::borrow::Cow;

/// Below this size compression costs more than it saves.
const SMALL: usize = 128;

/// More than this is never unpacked: a damaged length must not take all memory.
const LARGEST: usize = 1 << 30;

/// The bytes to store, and whether they are packed.
pub(crate) fn pack(bytes: &[u8]) -> (bool, Cow<'_, [u8]>) {
    if bytes.len() >= SMALL
        && let Ok(packed) = zstd::bulk::compress(bytes, 3)
        && packed.len() < bytes.len()
    {
        return (true, Cow::Owned(packed));
    }
    (false, Cow::Borrowed(bytes))
}

/// The bytes as they were; `None` if what is stored is damaged.
pub(crate) fn unpack(packed: bool, stored: Vec<u8>) -> Option<Vec<u8>> {
    if !packed {
        return Some(stored);
    }
    let size = zstd::zstd_safe::get_frame_content_size(&stored).ok()??;
    let size = usize::try_from(size).ok().filter(|size| *size <= LARGEST)?;
    zstd::bulk::decompress(&stored, size).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_as_they_were() {
        for bytes in [vec![], vec![7; 10], vec![7; 100_000], (0..=255).collect::<Vec<u8>>()] {
            let (packed, stored) = pack(&bytes);
            assert_eq!(unpack(packed, stored.into_owned()), Some(bytes));
        }
    }

    #[test]
    fn damage_is_noticed() {
        assert_eq!(unpack(true, vec![1, 2, 3]), None);
    }
}
