//! A folder of its own, an environment of its own, and commands whose output is the same every time.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use regex_lite::Regex;
use tempfile::TempDir;

/// A place in which the command line is tried out.
pub struct World {
    folder: TempDir,
    program: PathBuf,
}

/// What differs from run to run or from machine to machine, and what stands for it in snapshots.
const FILTERS: &[(&str, &str)] = &[
    (r"\d{8}-\d{6}-[0-9a-f]{4}", "[RUN]"),
    (r"\b\d+\.\d+ ms", "[MS]"),
    (r"\b\d+\.\d{3} s", "[S]"),
    (r"\b\d+([KMG]i)?B peak memory", "[SIZE] peak memory"),
    (r"isolation level (full|namespaces|landlock|rlimits)", "isolation level [LEVEL]"),
    (r"isolation: (full|namespaces|landlock|rlimits)", "isolation: [LEVEL]"),
];

impl World {
    /// A world for the program at this path.
    ///
    /// # Panics
    /// No temporary folder can be made.
    pub fn new(program: impl Into<PathBuf>) -> World {
        World { folder: TempDir::new().expect("a temporary folder"), program: program.into() }
    }

    /// The folder in which commands run.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file in the folder.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder().join(name);
        std::fs::create_dir_all(path.parent().expect("a file in the folder")).expect("its folder");
        std::fs::write(&path, text).expect("a file in the folder");
        path
    }

    /// The command with these arguments. Of the environment of whoever runs the tests it sees what
    /// programs are found by, and nothing else; what it records stays in the folder.
    pub fn command(&self, args: &[&str]) -> Command {
        #[expect(clippy::disallowed_methods, reason = "tests start the program that they test")]
        let mut command = Command::new(&self.program);
        command.args(args).current_dir(self.folder()).stdin(Stdio::null()).env_clear();
        // Version managers put proxies on the PATH, which look for the real programs at home. Compiled
        // drivers lie in a cache that tests may share: they are found by their content.
        for name in ["PATH", "HOME", "XDG_CACHE_HOME", "PYENV_ROOT", "RUSTUP_HOME", "CARGO_HOME"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("XDG_STATE_HOME", self.folder().join("state"));
        command
    }

    /// Runs a command: its exit code and everything that it printed, without what is accidental.
    ///
    /// # Panics
    /// The program cannot be started.
    pub fn run(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("the program can be started");
        self.show(&output)
    }

    /// The standard output of a command.
    ///
    /// # Panics
    /// The program cannot be started or prints something that is no text.
    pub fn stdout(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("the program can be started");
        String::from_utf8(output.stdout).expect("text")
    }

    /// An exit code and everything printed, without what is accidental.
    pub fn show(&self, output: &Output) -> String {
        let exit = output.status.code().map_or("signal".to_owned(), |code| code.to_string());
        let text = format!(
            "exit: {exit}\n----- stdout -----\n{}----- stderr -----\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        self.filter(&text)
    }

    /// A text without what is accidental.
    ///
    /// # Panics
    /// Never: the filters are checked by a test.
    pub fn filter(&self, text: &str) -> String {
        let mut text = text.replace(&self.folder().display().to_string(), "[DIR]");
        // Only a control group tells how much memory a single call used.
        if !text.contains("isolation: full") {
            text = text.replace("memory not measured", "[SIZE] peak memory");
        }
        for (pattern, stands_for) in FILTERS {
            text = Regex::new(pattern).expect("a pattern").replace_all(&text, *stands_for).into_owned();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_accidental_is_replaced() {
        let world = World::new("none");
        let text =
            format!("{} took 12.3 ms at isolation level full in run 20261120-212352-a1b2", world.folder().display());
        assert_eq!(world.filter(&text), "[DIR] took [MS] at isolation level [LEVEL] in run [RUN]");
    }
}
