//! TODO
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
pub use jail::Jail;
pub use killer::Killer;
pub use output::KEPT;
pub use probe::{Finding, Piece, Report};
pub use running::{Reply, Running};
pub use sandbox::{Options, Sandbox};
pub use slot::Slot;
pub use view::View;
pub use zygote::{Request, Zygote};
