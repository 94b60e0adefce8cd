//! The library that does a zygote's part of the protocol, and how a zygote gets it.

use std::io::Write;
use std::os::fd::OwnedFd;

use rustix::fs::{MemfdFlags, SealFlags};
use synthase_types::Isolation;

use crate::error::{Context, Result};
use crate::protocol::CONTROL_FD;

/// The library; its source is in the folder `zygote` of this crate.
pub(super) const BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/zygote.so"));

/// Where it lies with namespaces: in the jail's own root, which no view can cover.
pub(super) const FILE: &str = ".zygote.so";

/// Its number in a zygote without namespaces, where it is a file in memory: no program can change it.
pub(super) const FD: i32 = CONTROL_FD + 1;

/// Its path, as a zygote sees it.
pub(super) fn path(level: Isolation) -> String {
    if level >= Isolation::Namespaces { format!("/{FILE}") } else { format!("/proc/self/fd/{FD}") }
}

/// The library as a file in memory.
pub(super) fn in_memory() -> Result<OwnedFd> {
    let what = "the library of zygotes";
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let file = rustix::fs::memfd_create("zygote.so", flags).at("make", what)?;
    let mut file = std::fs::File::from(file);
    file.write_all(BYTES).at("write", what)?;
    let seals = SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
    rustix::fs::fcntl_add_seals(&file, seals).at("seal", what)?;
    Ok(file.into())
}
