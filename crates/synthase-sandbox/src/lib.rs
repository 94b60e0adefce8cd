//! Starts, limits, isolates, kills and measures processes that nobody trusts.
//!
//! It knows processes, not languages: what a program means, and whether it is right, is not its
//! business. Linux only.
//!
//! ```
//! use synthase_sandbox::{Command, Options, Sandbox, Status, View};
//!
//! let sandbox = Sandbox::new(&Options::default())?;            // the strongest walls that work here
//! let jail = sandbox.jail(&View::system())?;                   // what programs see of the machine
//! let slot = sandbox.slot()?;                                  // a place for one run at a time
//! let command = Command::new("/bin/sh").arg("-c").arg("echo $HOME; cat /etc/shadow");
//! let finished = jail.start(&slot, &command)?.finish()?;
//! assert_eq!(finished.status, Status::Exited(1));
//! assert!(finished.stderr.to_text().contains("shadow"), "what is not shown is not there");
//! # Ok::<(), synthase_sandbox::SandboxError>(())
//! ```
//!
//! # The processes
//! ```text
//! host ── many threads, secrets; never forks itself
//!  └─ holder ── waits; when the host is gone it ends the rest and removes what is left
//!      └─ keeper ── first process of its user, PID, network, IPC, UTS and mount namespaces,
//!          │        whose root shows the view and nothing else; one per jail and slot
//!          ├─ launcher ── forks programs that are executed                ┐ in the slot's
//!          │   └─ a program                                               │ control group,
//!          ├─ zygote ── a warm interpreter that forks runs                │ under the system
//!          │   └─ a run                                                   ┘ call filter
//!          └─ first process of a box ── a PID, mount and IPC namespace for one run
//! ```
//! Keeper and holder are the host's own executable, started again: a constructor that runs before
//! `main` recognises them. So any program that links this crate can use it, without another binary
//! to install and without any call at its start.
//!
//! # The life of a run
//! 1. The host asks the keeper for a *box*. The keeper clones the box's first process into new PID,
//!    mount and IPC namespaces. It mounts one private file system for `/box`, the work folder, and
//!    `/tmp`, and a fresh read-only `/proc`; writes the input files; makes the Landlock rules; and
//!    hands the host a handle on itself, the rules, and a reference to the files.
//! 2. The host notes what the slot's control group has used up to now and sets its limits: that, plus
//!    what the run may use.
//! 3. The host sends the handle, the rules, the pipes and the limits to the launcher or a zygote. It
//!    enters the box's PID namespace and forks. The child enters the other namespaces, sets limits,
//!    drops all capabilities, enters the Landlock domain, closes everything it should not have, and
//!    becomes the program. [`protocol`] says it step by step.
//! 4. The host reads the output, exchanges frames on the channel, and looks at the clock: first when
//!    the processor time could be used up, at least every 50 ms, for the whole tree.
//! 5. The zygote reports how its child ended. The host kills the box's first process, and the kernel
//!    everything else in the box. Then it reads what is left in the pipes, the counters of the group
//!    and the wanted files, all of which nobody can change any more, and lets go of them.
//!
//! An empty run of a Python zygote costs about 1 ms of processor time in all processes together, of
//! which a third is the interpreter's bare fork:
//! `cargo run --release -p synthase-sandbox --example empty_runs -- 10000`. An exchange of frames costs little
//! more than waking two threads in turn: `--example exchanges`.
//!
//! # The ladder
//! [`Sandbox::probe`] tries what works and says what is missing and what to do about it;
//! [`Sandbox::new`] takes the strongest level, or exactly the one it is told. The level is part of
//! every result.
//!
//! | | full | namespaces | landlock | rlimits |
//! |---|---|---|---|---|
//! | other files | do not exist | do not exist | cannot be read or changed; that they exist can be seen | **open** |
//! | modes, owners, times of files | of its own files | of its own files | cannot be changed, its own neither | **open** |
//! | network | none, and no sockets but pairs; on request a loopback device of the run's own | same | no sockets but pairs | **open** |
//! | other processes | do not exist | same | cannot be signalled or traced; own threads' `/proc` only | **open** to the same user |
//! | system calls | allow-list | same | same | **all** |
//! | memory | of the whole tree, by the kernel | of each process by the kernel, of the tree by looking every 50 ms | same | same |
//! | processes | of the tree, by the kernel | same, but refusals are not counted | of the user, by the kernel; **root is not bounded** | same |
//! | disk | of the tree, by the kernel | same | **each file only** | **each file only, anywhere** |
//! | processor time | of the tree | same | same | same |
//! | what outlives the first process | dies with its namespace | same | is searched for and killed | same |
//! | a refusal is told ([`Hits::denied`]) | yes, unless somebody else's filter asks already | same | same | nothing is refused |
//! | zygotes | yes | yes | yes, from Linux 6.12 on | yes |
//!
//! What no level contains: programs share the machine's kernel, its caches and its processors, so they
//! can slow each other down, and a fault in the kernel is a way out. Timing tells a program something
//! about the machine, and so do `/proc/cpuinfo`, `/proc/meminfo` and the like. At the levels below
//! `full` there are no files in memory (`memfd`) and no System V memory, which nobody could count.
//! Below `namespaces`, a program runs as the user of the host, and as root (without any capability)
//! if that is root; before Linux 6.12 it can there signal nothing but itself, not even its children.
//!
//! # What is absent
//! No languages, tasks, verdicts; no async; no configuration files; nothing that listens; no use of
//! the network. `unsafe` is confined to `sys`, the constructor, and the library that zygotes load (`zygote/`),
//! which the build script compiles and which needs no other library.
#[cfg(not(target_os = "linux"))]
compile_error!(
    "the sandbox needs Linux: namespaces, seccomp, Landlock and control groups have no counterpart elsewhere"
);

mod cgroup;
mod channel;
mod command;
mod error;
mod finished;
mod host_command;
mod interrupter;
mod jail;
mod keeper;
mod keeper_link;
mod killer;
mod output;
mod probe;
pub mod protocol;
mod rules;
mod running;
mod sandbox;
mod seccomp;
mod slot;
mod sys;
mod view;
mod wire;
mod zygote;

pub use channel::MOST_FRAME;
pub use command::{Command, InputFile, MemoryBy, Program, Stdin, Terms};
pub use error::{Result, SandboxError};
pub use finished::{Collected, Finished, Hits, Limit, Status};
pub use host_command::{HostOutput, MOST as MOST_HOST_OUTPUT, host_command};
pub use interrupter::Interrupter;
pub use jail::Jail;
pub use killer::Killer;
pub use output::KEPT;
pub use probe::{Finding, Piece, Report};
pub use running::{
    FarEnds, Heard, Line, LineProcess, Listed, Listing, MOST_BYTES, MOST_FILES, Reply, Running, SideChannel, Stamp,
};
pub use sandbox::{Options, Sandbox};
pub use slot::Slot;
pub use view::View;
pub use zygote::{Request, Zygote};
