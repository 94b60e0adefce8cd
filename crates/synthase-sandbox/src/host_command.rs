//! The one visible way out of the sandbox.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use crate::error::{Context, Result, SandboxError};

/// How a command of the host ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostOutput {
    /// Its exit code, or 128 plus the signal that ended it.
    pub code: i32,
    /// What it wrote to standard output, up to [`MOST`] bytes.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, likewise.
    pub stderr: Vec<u8>,
}

/// The most bytes that are kept of each stream.
pub const MOST: usize = 1 << 20;

/// Runs a command with all rights of the user, **outside of the sandbox**: only for what the user
/// himself asked for, such as asking a toolchain for its version. Never for a candidate, a test, or
/// anything a model wrote.
///
/// It has the host's environment and no input. With the time limit its process group is killed.
///
/// # Errors
/// The command could not be started, or did not end in time.
pub fn host_command(argv: &[OsString], folder: Option<&Path>, timeout: Duration) -> Result<HostOutput> {
    let [program, args @ ..] = argv else {
        return Err(SandboxError::Misuse("a command needs a program".to_owned()));
    };
    let shown = program.to_string_lossy().into_owned();
    #[expect(clippy::disallowed_methods, reason = "the visible way to run what the user asked for outside")]
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    if let Some(folder) = folder {
        command.current_dir(folder);
    }
    let mut child = command.spawn().at("start", &shown)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let deadline = Instant::now() + timeout;
    let group = Pid::from_raw(child.id() as i32);
    std::thread::scope(|scope| {
        let stdout = scope.spawn(|| stdout.map(read_some).unwrap_or_default());
        let stderr = scope.spawn(|| stderr.map(read_some).unwrap_or_default());
        let mut wait = Duration::from_micros(200);
        let ended = loop {
            match child.try_wait().at("wait for", &shown)? {
                // A command that leaves something behind which holds its output open is not waited for.
                Some(status) if stdout.is_finished() && stderr.is_finished() => break Some(status),
                _ if Instant::now() >= deadline => break None,
                _ => std::thread::sleep(wait),
            }
            wait = (wait * 2).min(Duration::from_millis(20));
        };
        if ended.is_none() {
            if let Some(group) = group {
                let _ = rustix::process::kill_process_group(group, Signal::KILL);
            }
            let _ = child.wait();
        }
        let (stdout, stderr) = (stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default());
        let Some(status) = ended else {
            let source = std::io::Error::from(std::io::ErrorKind::TimedOut);
            return Err(SandboxError::System { operation: "wait for", object: shown, source });
        };
        let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
        Ok(HostOutput { code, stdout, stderr })
    })
}

/// Keeps the beginning and reads on to the end, so that the command is not held up.
fn read_some(mut stream: impl Read) -> Vec<u8> {
    let mut kept = Vec::new();
    let _ = stream.by_ref().take(MOST as u64).read_to_end(&mut kept);
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, timeout: Duration) -> Result<HostOutput> {
        host_command(&["sh".into(), "-c".into(), script.into()], None, timeout)
    }

    #[test]
    fn code_and_both_streams_come_back() {
        let output = shell("echo out; echo err >&2; exit 3", Duration::from_secs(10)).unwrap();
        assert_eq!(output, HostOutput { code: 3, stdout: b"out\n".to_vec(), stderr: b"err\n".to_vec() });
    }

    #[test]
    fn a_command_that_does_not_end_is_ended_with_its_children() {
        let start = Instant::now();
        let error = shell("sleep 60 & sleep 60", Duration::from_millis(100)).unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(10));
        assert_eq!(error.to_string(), "cannot wait for sh");
    }

    #[test]
    fn a_missing_command_is_an_error() {
        let error = host_command(&["no-such-command".into()], None, Duration::from_secs(1)).unwrap_err();
        assert_eq!(error.to_string(), "cannot start no-such-command");
    }
}
