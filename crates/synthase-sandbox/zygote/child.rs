//! What a child does before it is a run.

use crate::calls::{CLOEXEC, CONTROL, CURRENT_FOLDER, System, call};
use crate::request::{LIMIT, LIMITS};
use crate::state::State;

const NEWNS_NEWIPC: usize = 0x0002_0000 | 0x0800_0000;
const NEWNET: usize = 0x4000_0000;
const PR_CAPBSET_DROP: usize = 24;
/// SETPCAP, SYS_CHROOT and SYS_ADMIN: all that a zygote has.
const CAPABILITIES: [usize; 3] = [8, 18, 21];
const CAPABILITY_VERSION: u32 = 0x2008_0522;
const ENOSYS: usize = 38;
const WRONLY: usize = 1;

/// What failed, and the number of the error.
type Failure = (&'static str, usize);

/// The list of the protocol's page, from its top to its end.
pub(crate) fn enter(state: &State) -> Result<(), Failure> {
    let _ = call(System::Setsid, &[]);
    prefer_for_killing();
    if state.entrance >= 0 {
        let spaces = NEWNS_NEWIPC | if state.network { NEWNET } else { 0 };
        must("enter the namespaces", System::Setns, &[state.entrance as usize, spaces])?;
    }
    must("change to the work folder", System::Chdir, &[state.work() as usize])?;
    for index in 0..state.limits {
        let at = LIMITS + LIMIT * index;
        let which = state.number(at).ok_or(("read a limit", 0))? as usize;
        let values = state.message.as_ptr().wrapping_add(at + 4) as usize;
        must("set a limit", System::Prlimit64, &[0, which, values])?;
    }
    if !state.outside {
        for capability in CAPABILITIES {
            must("drop a capability", System::Prctl, &[PR_CAPBSET_DROP, capability])?;
        }
    }
    let header = [CAPABILITY_VERSION, 0];
    let nothing = [0_u32; 6];
    must("drop capabilities", System::Capset, &[header.as_ptr() as usize, nothing.as_ptr() as usize])?;
    if state.rules >= 0 {
        must("enter the Landlock domain", System::LandlockRestrictSelf, &[state.rules as usize, 0])?;
    }
    // All of these numbers are above those of the places.
    let descriptors = state.fds.get(state.first..state.count).unwrap_or_default();
    for (place, fd) in descriptors.iter().enumerate() {
        must("place a descriptor", System::Dup3, &[*fd as usize, place, 0])?;
    }
    close_from(descriptors.len().max(CONTROL));
    Ok(())
}

/// If memory runs out, the run shall die and not the zygote. May fail.
fn prefer_for_killing() {
    let path = c"/proc/self/oom_score_adj".as_ptr() as usize;
    if let Ok(file) = call(System::Openat, &[CURRENT_FOLDER, path, WRONLY | CLOEXEC]) {
        let _ = call(System::Write, &[file, b"1000".as_ptr() as usize, 4]);
        let _ = call(System::Close, &[file]);
    }
}

/// Closes every descriptor from this one on.
fn close_from(first: usize) {
    if call(System::CloseRange, &[first, u32::MAX as usize, 0]) == Err(ENOSYS) {
        // Kernels before 5.9.
        for fd in first..1 << 16 {
            let _ = call(System::Close, &[fd]);
        }
    }
}

fn must(what: &'static str, system: System, arguments: &[usize]) -> Result<(), Failure> {
    call(system, arguments).map(drop).map_err(|number| (what, number))
}
