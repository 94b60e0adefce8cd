//! Giving up rights.

use std::os::fd::BorrowedFd;
use std::path::Path;

use rustix::thread::{CapabilitySet, CapabilitySets, ThreadNameSpaceType, move_into_thread_name_spaces};

use crate::error::{Context, Result};
use crate::protocol::{ResourceLimit, UNLIMITED};
use crate::sys::restrict::enter_landlock;

/// What a zygote needs so that its children can enter a box and then drop everything.
pub(super) const ZYGOTE: CapabilitySet =
    CapabilitySet::SYS_ADMIN.union(CapabilitySet::SYS_CHROOT).union(CapabilitySet::SETPCAP);

/// Keeps only these capabilities. Programs that are executed keep none.
pub(super) fn keep_capabilities(kept: CapabilitySet) -> Result<()> {
    let sets = CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    rustix::thread::set_capabilities(None, sets).at("drop", "capabilities")
}

/// Removes all but these from what executing a program could ever give.
pub(super) fn bound_capabilities(kept: CapabilitySet) {
    for bit in 0..64 {
        let capability = CapabilitySet::from_bits_retain(1 << bit);
        // Beyond the last capability of this kernel the call fails, and without SETPCAP nothing was
        // there to be given.
        if !kept.contains(capability) && rustix::thread::remove_capability_from_bounding_set(capability).is_err() {
            break;
        }
    }
}

/// Keeps these through the execution of a program.
pub(super) fn pass_on_capabilities(kept: CapabilitySet) -> Result<()> {
    let sets = CapabilitySets { effective: kept, permitted: kept, inheritable: kept };
    rustix::thread::set_capabilities(None, sets).at("drop", "capabilities")?;
    for bit in 0..64 {
        let capability = CapabilitySet::from_bits_retain(1 << bit);
        if kept.contains(capability) {
            rustix::thread::configure_capability_in_ambient_set(capability, true).at("pass on", "capabilities")?;
        }
    }
    Ok(())
}

/// Everything between the fork of a run and its program: see the list in [`crate::protocol`].
pub(super) struct Confinement<'a> {
    /// The box, where there are namespaces.
    pub(super) entrance: Option<BorrowedFd<'a>>,
    /// Whether the box has a network of its own.
    pub(super) network: bool,
    /// The Landlock rules, where there is Landlock.
    pub(super) rules: Option<BorrowedFd<'a>>,
    /// The work folder.
    pub(super) work: &'a Path,
    /// The resource limits.
    pub(super) limits: &'a [ResourceLimit],
}

impl Confinement<'_> {
    /// Gives up everything.
    pub(super) fn apply(&self) -> Result<()> {
        let _ = rustix::process::setsid();
        let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
        if let Some(entrance) = self.entrance {
            let mut spaces = ThreadNameSpaceType::MOUNT | ThreadNameSpaceType::INTER_PROCESS_COMMUNICATION;
            spaces.set(ThreadNameSpaceType::NETWORK, self.network);
            move_into_thread_name_spaces(entrance, spaces).at("enter", "the box")?;
        }
        rustix::process::chdir(self.work).at("enter", self.work.display())?;
        for limit in self.limits {
            set_limit(*limit)?;
        }
        bound_capabilities(CapabilitySet::empty());
        keep_capabilities(CapabilitySet::empty())?;
        if let Some(rules) = self.rules {
            enter_landlock(rules).at("enter", "the Landlock domain")?;
        }
        Ok(())
    }
}

/// What no run may have, whatever its terms: core dumps, and locked memory beyond a little. The main
/// stack is what programs expect it to be, whatever the host has.
pub(super) fn set_common_limits() -> Result<()> {
    use rustix::process::{Resource, getrlimit};
    set_limit((Resource::Core as u32, 0, 0))?;
    let locked = getrlimit(Resource::Memlock).maximum.unwrap_or(UNLIMITED).min(1 << 20);
    set_limit((Resource::Memlock as u32, locked, locked))?;
    let most = getrlimit(Resource::Stack).maximum.unwrap_or(UNLIMITED);
    set_limit((Resource::Stack as u32, most.min(8 << 20), most))
}

/// Sets one limit.
fn set_limit((resource, soft, hard): ResourceLimit) -> Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    const KNOWN: [Resource; 9] = [
        Resource::Cpu,
        Resource::Fsize,
        Resource::Data,
        Resource::Stack,
        Resource::Core,
        Resource::Nproc,
        Resource::Nofile,
        Resource::As,
        Resource::Memlock,
    ];
    let Some(resource) = KNOWN.into_iter().find(|known| *known as u32 == resource) else { return Ok(()) };
    let value = |limit: u64| if limit == UNLIMITED { None } else { Some(limit) };
    let limit = Rlimit { current: value(soft), maximum: value(hard) };
    setrlimit(resource, limit).at("set", format_args!("limit {resource:?}"))
}
