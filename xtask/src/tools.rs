//! Tools that the checks need, and how they are installed.

use crate::command::{command, succeed};

/// A tool that a part of the checks needs.
pub(crate) struct Tool {
    /// The program that must be there.
    pub(crate) program: &'static str,
    /// The checks that are not run without it.
    pub(crate) needed_for: &'static str,
    /// The command that installs it.
    pub(crate) install: &'static [&'static str],
}

/// The tools of the languages that are checked everywhere.
pub(crate) const TOOLS: &[Tool] = &[
    Tool { program: "bash", needed_for: "tests of Bash", install: &["apt-get", "install", "-y", "bash"] },
    Tool { program: "g++", needed_for: "tests of C++", install: &["apt-get", "install", "-y", "g++"] },
    Tool { program: "gcc", needed_for: "tests of C", install: &["apt-get", "install", "-y", "gcc", "libc6-dev"] },
    Tool { program: "lua5.4", needed_for: "tests of Lua", install: &["apt-get", "install", "-y", "lua5.4"] },
    Tool { program: "node", needed_for: "tests of JavaScript", install: &["apt-get", "install", "-y", "nodejs"] },
    Tool { program: "perl", needed_for: "tests of Perl", install: &["apt-get", "install", "-y", "perl"] },
    Tool { program: "python3", needed_for: "tests of Python", install: &["apt-get", "install", "-y", "python3"] },
    Tool { program: "sqlite3", needed_for: "tests of SQL", install: &["apt-get", "install", "-y", "sqlite3"] },
];

/// The test runner; without it the slower one of cargo is used.
pub(crate) const NEXTEST: Tool = Tool {
    program: "cargo-nextest",
    needed_for: "tests in parallel processes (cargo's own runner is used instead)",
    install: &["cargo", "install", "--locked", "cargo-nextest"],
};

impl Tool {
    /// Whether the program is on the PATH.
    pub(crate) fn is_there(&self) -> bool {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|folder| folder.join(self.program).is_file())
    }

    /// The command that installs it, as text.
    pub(crate) fn how(&self) -> String {
        self.install.join(" ")
    }

    /// Installs it.
    pub(crate) fn set_up(&self) -> Result<(), String> {
        succeed(command(self.install[0], &self.install[1..]))
    }
}
