//! The system calls that a program may make.
//!
//! Three filters are stacked. The first is a list of what is allowed; anything else does not exist
//! (`ENOSYS`), so that a library written for a newer kernel falls back, and calls through another
//! table of the kernel (x32) find nothing. The second answers `EPERM` to what is known and refused:
//! that is the answer programs know how to handle. The third does the same for what no program tries by
//! the way, such as sockets of the internet, and lets the host know of it: the host gives the answer.
//!
//! All are installed once, in the zygote or the launcher, and inherited: loading costs 0.2 ms.
//! Most allowed calls have no condition on arguments, for which the kernel keeps a bitmap, so that
//! they cost nothing measurable.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;

use libc::c_long;
use seccompiler::SeccompCmpArgLen::{Dword, Qword};
use seccompiler::SeccompCmpOp::{Eq, MaskedEq, Ne};
use seccompiler::{BpfProgram, SeccompAction, SeccompCondition, SeccompFilter, SeccompRule, TargetArch};

use synthase_types::Isolation;

use crate::error::{Result, SandboxError};
use crate::sys::listen;

#[path = "seccomp_allowed.rs"]
mod allowed;

/// The filters, compiled.
pub(crate) struct Filters {
    allow: BpfProgram,
    refuse: BpfProgram,
    tell: BpfProgram,
    /// The third for where nobody can be told.
    keep_quiet: BpfProgram,
}

/// Compiles the filters for this machine and a level; `loopback`: for a network with nothing else in it.
pub(crate) fn filters(level: Isolation, loopback: bool) -> Result<Filters> {
    let network: &[c_long] = if loopback { &NETWORK } else { &[] };
    let allowed = allowed::CALLS
        .iter()
        .chain(network)
        .chain(allowed::TOLD.iter().map(|(call, _)| call))
        .map(|call| (*call, Vec::new()))
        .collect();
    let enosys = SeccompAction::Errno(libc::ENOSYS as u32);
    let eperm = SeccompAction::Errno(libc::EPERM as u32);
    Ok(Filters {
        allow: compile(allowed, enosys, SeccompAction::Allow)?,
        refuse: compile(refused(level, loopback)?, SeccompAction::Allow, eperm.clone())?,
        tell: ask(compile(told(loopback)?, SeccompAction::Allow, SeccompAction::Trace(MARK))?),
        keep_quiet: compile(told(loopback)?, SeccompAction::Allow, eperm)?,
    })
}

impl Filters {
    /// Installs them for this process and all it starts. It must have given up new privileges. Gives the end
    /// on which the third asks; `None` where the kernel or somebody else's filter does not let it.
    pub(crate) fn install(&self) -> Result<Option<OwnedFd>> {
        // The later filter's answer wins where two refuse, but a refusal wins over a question.
        seccompiler::apply_filter(&self.allow).map_err(broken)?;
        seccompiler::apply_filter(&self.refuse).map_err(broken)?;
        match listen::install(&self.tell) {
            Ok(listener) => Ok(Some(listener)),
            Err(_) => seccompiler::apply_filter(&self.keep_quiet).map_err(broken).map(|()| None),
        }
    }
}

/// The name of a call that was refused and told.
pub(crate) fn name(call: c_long) -> &'static str {
    let known = allowed::TOLD.iter().find(|(known, _)| *known == call);
    known.map_or("socket", |(_, name)| name)
}

/// What stands for the question in a filter, since the compiler of filters has none.
const MARK: u32 = 0x7e11;

/// Lets a filter ask where it would wake a tracer with that mark.
fn ask(mut filter: BpfProgram) -> BpfProgram {
    const RETURN: u16 = 0x06;
    let marked = libc::SECCOMP_RET_TRACE | MARK;
    for instruction in filter.iter_mut().filter(|one| one.code == RETURN && one.k == marked) {
        instruction.k = libc::SECCOMP_RET_USER_NOTIF;
    }
    filter
}

/// Calls that the host is told of.
fn told(loopback: bool) -> Result<BTreeMap<c_long, Vec<SeccompRule>>> {
    let mut rules: BTreeMap<c_long, Vec<SeccompRule>> =
        allowed::TOLD.iter().map(|(call, _)| (*call, Vec::new())).collect();
    if !loopback {
        let internet = [libc::AF_INET, libc::AF_INET6].map(|family| when(&[(0, Eq, family as u64)]));
        rules.insert(libc::SYS_socket, internet.into_iter().collect::<Result<_>>()?);
    }
    Ok(rules)
}

const F_SETSIG: u64 = 10;
const F_SETOWN_EX: u64 = 15;

/// Lets this process send signals to itself and its group only, and likewise all it starts: these can
/// then signal only the same. For where neither a namespace nor Landlock holds signals back.
pub(crate) fn guard_signals(me: i32) -> Result<()> {
    let me = me as u32 as u64;
    let group = (me as u32).wrapping_neg() as u64;
    let mut rules: BTreeMap<c_long, Vec<SeccompRule>> = BTreeMap::new();
    rules.insert(libc::SYS_kill, vec![when(&[(0, Ne, me), (0, Ne, group), (0, Ne, 0)])?]);
    for call in [libc::SYS_tgkill, libc::SYS_tkill, libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo] {
        rules.insert(call, vec![when(&[(0, Ne, me)])?]);
    }
    rules.insert(libc::SYS_pidfd_send_signal, Vec::new());
    // A file that is ready can send any signal to any process of the user.
    const FIOSETOWN: u64 = 0x8901;
    const SIOCSPGRP: u64 = 0x8902;
    let mut commands = Vec::new();
    for command in [libc::F_SETOWN as u64, F_SETSIG, F_SETOWN_EX] {
        commands.push(when(&[(1, Eq, command)])?);
    }
    rules.insert(libc::SYS_fcntl, commands);
    rules.insert(libc::SYS_ioctl, vec![when(&[(1, Eq, FIOSETOWN)])?, when(&[(1, Eq, SIOCSPGRP)])?]);
    let filter = compile(rules, SeccompAction::Allow, SeccompAction::Errno(libc::EPERM as u32))?;
    seccompiler::apply_filter(&filter).map_err(broken)
}

fn compile(
    rules: BTreeMap<c_long, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    matching: SeccompAction,
) -> Result<BpfProgram> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(broken)?;
    let filter = SeccompFilter::new(rules, otherwise, matching, arch).map_err(broken)?;
    BpfProgram::try_from(filter).map_err(broken)
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> SandboxError {
    let source = io::Error::other(error);
    SandboxError::System { operation: "install", object: "the system call filter".to_owned(), source }
}

/// All of these conditions on arguments (number, mask or comparison, value).
fn when(conditions: &[(u8, seccompiler::SeccompCmpOp, u64)]) -> Result<SeccompRule> {
    let each = |(argument, how, value): &(u8, seccompiler::SeccompCmpOp, u64)| {
        // The kernel looks at the low half of these arguments only, so the filter must too.
        SeccompCondition::new(*argument, Dword, how.clone(), *value)
    };
    let conditions = conditions.iter().map(each).collect::<std::result::Result<_, _>>().map_err(broken)?;
    SeccompRule::new(conditions).map_err(broken)
}

/// What is allowed only where there is a loopback device.
const NETWORK: [c_long; 5] = [libc::SYS_accept, libc::SYS_accept4, libc::SYS_bind, libc::SYS_connect, libc::SYS_listen];

/// Sockets that are refused where there is a loopback device: all but TCP and UDP. Local ones too, because
/// one could be connected to a socket file in a folder that is shown; pairs are another call.
fn internet() -> Result<Vec<SeccompRule>> {
    const TYPE: u64 = 0xf;
    let (four, six) = (libc::AF_INET as u64, libc::AF_INET6 as u64);
    let (stream, datagram) = (libc::SOCK_STREAM as u64, libc::SOCK_DGRAM as u64);
    let (tcp, udp) = (libc::IPPROTO_TCP as u64, libc::IPPROTO_UDP as u64);
    let mut rules = vec![when(&[(0, Ne, four), (0, Ne, six)])?, when(&[(2, Ne, 0), (2, Ne, tcp), (2, Ne, udp)])?];
    for kind in (0..=TYPE).filter(|kind| ![stream, datagram].contains(kind)) {
        rules.push(when(&[(1, MaskedEq(TYPE), kind)])?);
    }
    Ok(rules)
}

/// Calls that are answered with `EPERM`, some only with certain arguments.
fn refused(level: Isolation, loopback: bool) -> Result<BTreeMap<c_long, Vec<SeccompRule>>> {
    let mut rules: BTreeMap<c_long, Vec<SeccompRule>> =
        allowed::REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    for (call, _) in allowed::TOLD {
        rules.remove(call);
    }
    // Without a control group, memory that no process has mapped is counted by nobody.
    if level < Isolation::Full {
        rules.extend(allowed::UNCOUNTED.iter().map(|call| (*call, Vec::new())));
    }
    // Landlock guards what is in files, not what is said of them, and not who watches them; without an
    // IPC namespace, what System V calls make stays for ever.
    if level < Isolation::Namespaces {
        rules.extend(allowed::SHARED.iter().map(|call| (*call, Vec::new())));
    }

    // New namespaces; and children that are not the caller's but its parent's, which would wait in vain
    // for the zygote or the launcher to ask for them.
    let mut clone = Vec::new();
    for flag in [
        libc::CLONE_PARENT,
        libc::CLONE_NEWNS,
        libc::CLONE_NEWCGROUP,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
    ] {
        let flag = flag as u64;
        let condition = SeccompCondition::new(0, Qword, MaskedEq(flag), flag).map_err(broken)?;
        clone.push(SeccompRule::new(vec![condition]).map_err(broken)?);
    }
    rules.insert(libc::SYS_clone, clone);

    // Sockets: only connected pairs and stream sockets of the local kind, which `connect` and `bind`
    // below make useless for reaching anything. A datagram socket can send without connecting.
    const TYPE: u64 = 0xf;
    let sockets = || -> Result<Vec<SeccompRule>> {
        Ok(vec![
            when(&[(0, Ne, libc::AF_UNIX as u64)])?,
            when(&[(1, MaskedEq(TYPE), libc::SOCK_DGRAM as u64)])?,
            when(&[(1, MaskedEq(TYPE), libc::SOCK_RAW as u64)])?,
        ])
    };
    if loopback {
        rules.insert(libc::SYS_socket, internet()?);
    } else {
        // Those of the internet are refused by the third filter.
        let (local, four, six) = (libc::AF_UNIX as u64, libc::AF_INET as u64, libc::AF_INET6 as u64);
        let others = vec![
            when(&[(0, Ne, local), (0, Ne, four), (0, Ne, six)])?,
            when(&[(0, Eq, local), (1, MaskedEq(TYPE), libc::SOCK_DGRAM as u64)])?,
            when(&[(1, MaskedEq(TYPE), libc::SOCK_RAW as u64)])?,
        ];
        rules.insert(libc::SYS_socket, others);
    }
    rules.insert(libc::SYS_socketpair, sockets()?);
    if loopback {
        for call in NETWORK {
            rules.remove(&call);
        }
    }

    // Typing into, or drawing on, somebody's terminal.
    const TIOCLINUX: u64 = 0x541c;
    let ioctls = vec![when(&[(1, Eq, libc::TIOCSTI)])?, when(&[(1, Eq, TIOCLINUX)])?];
    rules.insert(libc::SYS_ioctl, ioctls);

    let format = u64::from(libc::S_IFMT);
    let devices = |argument| -> Result<Vec<SeccompRule>> {
        Ok(vec![
            when(&[(argument, MaskedEq(format), u64::from(libc::S_IFCHR))])?,
            when(&[(argument, MaskedEq(format), u64::from(libc::S_IFBLK))])?,
        ])
    };
    rules.insert(libc::SYS_mknodat, devices(2)?);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_mknod, devices(1)?);

    // Limits, priorities and processors of others, of which the box's first process is one, are not
    // the program's to change; only its own, which it names by 0.
    for call in [libc::SYS_prlimit64, libc::SYS_sched_setattr, libc::SYS_sched_setparam, libc::SYS_sched_setscheduler] {
        rules.insert(call, vec![when(&[(0, Ne, 0)])?]);
    }
    // Runtimes place their own threads on processors, by their numbers (.NET does not start without). In a
    // PID namespace there is nobody else but the box's first process, which only waits.
    if level < Isolation::Namespaces {
        rules.insert(libc::SYS_sched_setaffinity, vec![when(&[(0, Ne, 0)])?]);
    }
    let all_of_the_user = u64::from(libc::PRIO_USER);
    rules.insert(libc::SYS_setpriority, vec![when(&[(1, Ne, 0)])?, when(&[(0, Eq, all_of_the_user)])?]);

    // Asking for the personality and setting the usual one are harmless.
    const QUERY: u64 = 0xffff_ffff;
    rules.insert(libc::SYS_personality, vec![when(&[(0, Ne, QUERY), (0, Ne, 0)])?]);
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_compile_and_fit_into_the_kernels_limit() {
        for level in [Isolation::Full, Isolation::Namespaces, Isolation::Landlock] {
            for loopback in [false, true] {
                let filters = filters(level, loopback).unwrap();
                assert!(filters.allow.len() < 4096 && filters.refuse.len() < 4096);
                assert_eq!(filters.tell.len(), filters.keep_quiet.len());
                assert!(filters.tell.iter().any(|one| one.k == libc::SECCOMP_RET_USER_NOTIF));
                assert!(filters.tell.iter().all(|one| one.k != libc::SECCOMP_RET_TRACE | MARK));
            }
        }
    }

    #[test]
    fn nothing_is_both_allowed_without_condition_and_refused_without_condition() {
        for call in allowed::REFUSED {
            assert!(!allowed::CALLS.contains(call), "call {call}");
        }
    }

    #[test]
    fn the_ways_out_are_refused() {
        let refused = refused(Isolation::Full, false).unwrap();
        let told = told(false).unwrap();
        for call in allowed::REFUSED {
            let rules = refused.get(call).or_else(|| told.get(call));
            assert!(rules.is_some_and(Vec::is_empty), "call {call} is refused whatever its arguments");
        }
        assert_eq!((name(libc::SYS_ptrace), name(libc::SYS_socket)), ("ptrace", "socket"));
        assert!(!allowed::CALLS.contains(&libc::SYS_clone3), "its flags lie in memory, where no filter can look");
        assert!(!allowed::CALLS.contains(&libc::SYS_io_uring_setup));
    }
}
