//! The hash of columns, texts and lists: multiply and fold, after the mixing step of wyhash
//! (Wang Yi, public domain). Inputs that collide cost time, never a wrong answer: every table
//! compares contents.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

const K0: u64 = 0xa076_1d64_78bd_642f;
const K1: u64 = 0xe703_7ed1_a0b4_28db;

/// The product of two words, its halves folded together.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// One more word into a hash.
pub(crate) fn mix(state: u64, word: u64) -> u64 {
    fold(state ^ K0, word ^ K1)
}

/// The hash of bytes.
pub(crate) fn bytes(seed: u64, bytes: &[u8]) -> u64 {
    let mut state = mix(seed, bytes.len() as u64);
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        state = mix(state, u64::from_le_bytes(chunk.try_into().expect("chunks of eight")));
    }
    let mut last = [0; 8];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    mix(state, u64::from_le_bytes(last))
}

/// The hash of 32-bit words.
pub(crate) fn words(seed: u64, mut words: impl Iterator<Item = u32>) -> u64 {
    let mut state = seed;
    while let Some(first) = words.next() {
        match words.next() {
            Some(second) => state = mix(state, u64::from(first) << 32 | u64::from(second)),
            None => return mix(state.wrapping_add(1), u64::from(first)),
        }
    }
    state
}

/// The hash of small keys in maps: quick, and the same in every run.
#[derive(Default, Clone, Copy)]
pub(crate) struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes_: &[u8]) {
        self.0 = bytes(self.0, bytes_);
    }

    fn write_u8(&mut self, n: u8) {
        self.0 = mix(self.0, u64::from(n));
    }

    fn write_u16(&mut self, n: u16) {
        self.0 = mix(self.0, u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.0 = mix(self.0, u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = mix(self.0, n);
    }

    fn write_usize(&mut self, n: usize) {
        self.0 = mix(self.0, n as u64);
    }
}

/// A map with the quick hash.
pub(crate) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

/// A set with the quick hash.
pub(crate) type Set<K> = HashSet<K, BuildHasherDefault<Quick>>;
