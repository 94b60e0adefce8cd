//! What the tests share: sandboxes of each level, a Python, and compiled C programs.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use synthase_sandbox::{Command, Finished, Jail, Options, Sandbox, Slot, Terms, View, host_command};
use synthase_types::{Isolation, Limits};

/// One lane at one level.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) jail: Jail,
    pub(crate) slot: Slot,
}

impl World {
    pub(crate) fn new(level: Isolation) -> World {
        let sandbox = Sandbox::new(&Options { level: Some(level), allow_rlimits: true }).unwrap();
        let jail = sandbox.jail(&view()).unwrap();
        let slot = sandbox.slot().unwrap();
        World { sandbox, jail, slot }
    }

    /// Runs a Python program cold, to its end.
    pub(crate) fn python(&self, source: &str, terms: Terms) -> Finished {
        self.jail.start(&self.slot, &python_command(source, terms)).unwrap().finish().unwrap()
    }
}

/// A cold start of Python.
pub(crate) fn python_command(source: &str, terms: Terms) -> Command {
    Command::new(&python().0).arg("-S").arg("-I").arg("-c").arg(source).terms(terms)
}

/// Small limits, so that tests are short.
pub(crate) fn quick() -> Terms {
    let limits = Limits { memory: 128 << 20, ..Limits::for_cpu(Duration::from_secs(2)) };
    Terms { limits, ..Terms::default() }
}

/// Executable and prefix of the Python to use.
pub(crate) fn python() -> &'static (PathBuf, PathBuf) {
    static PYTHON: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let script = "import os, sys; print(os.path.realpath(sys.executable)); print(sys.base_prefix)";
        let argv: [OsString; 3] = ["python3".into(), "-c".into(), script.into()];
        let output = host_command(&argv, None, Duration::from_secs(30)).expect("python3 is needed for these tests");
        let text = String::from_utf8(output.stdout).unwrap();
        let mut lines = text.lines().map(PathBuf::from);
        (lines.next().unwrap(), lines.next().unwrap())
    })
}

pub(crate) fn view() -> View {
    View::system().allow(&python().1)
}
