//! What to run, with what, and within which limits.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use synthase_types::Limits;

use crate::error::{Result, SandboxError};
use crate::wire::execute::Execute;

/// A program to start cold: executed anew in its own box.
#[derive(Debug, Clone)]
pub struct Command {
    /// The program.
    pub program: Program,
    /// Its name as it sees it, followed by its arguments. Empty means: the program's own path.
    pub argv: Vec<OsString>,
    /// Its environment; nothing is inherited. `HOME` and `TMPDIR`, if not named here, are its work folder
    /// and its folder for temporary files.
    pub env: Vec<(OsString, OsString)>,
    /// How the memory limit is put on each process where no control group bounds the whole tree.
    pub memory_by: MemoryBy,
    /// What it is given and what it may use.
    pub terms: Terms,
}

/// What a run is given, what it may use and what is kept of it.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// What it may use. `cpu` and `wall` count from the start of the run to its end.
    pub limits: Limits,
    /// What lies in the work folder, which is also the current one.
    pub files: Vec<InputFile>,
    /// What it reads from standard input.
    pub stdin: Stdin,
    /// Whether it has a channel: descriptor 3, a stream socket for [`Running::exchange`](crate::Running::exchange).
    pub channel: bool,
    /// How many bytes to keep of the beginning of each output stream, and as many of its end, between
    /// two looks at them; [`KEPT`](crate::KEPT) unless stated.
    pub keep: Option<usize>,
    /// Files of the work folder to hand out at the end, by their relative paths. Of a folder all regular
    /// files in it and below are handed out, up to [`MOST_FILES`](crate::MOST_FILES) and
    /// [`MOST_BYTES`](crate::MOST_BYTES). Symbolic links are not followed.
    pub collect: Vec<PathBuf>,
}

/// What to execute.
#[derive(Debug, Clone)]
pub enum Program {
    /// An absolute path in the jail's view, or one relative to the work folder.
    Path(PathBuf),
    /// An open file, for example of a cache that the view does not show. A copy of it is executed, so
    /// that nothing is done to the file itself. Binaries only: the interpreter of a script could not
    /// open it.
    File(Arc<OwnedFd>),
}

/// How the memory of one process is limited by the kernel's resource limits. Only used at levels
/// below `full`, where no control group counts the memory of the whole tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MemoryBy {
    /// Private writable memory (`RLIMIT_DATA`): right for most programs.
    #[default]
    Data,
    /// Address space (`RLIMIT_AS`): stricter, also for stacks and mapped files.
    AddressSpace,
    /// Not at all: for runtimes that reserve terabytes and never touch them (V8, JVM, Go).
    Nothing,
}

/// A file in the work folder at the start of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Its path, relative to the work folder, without `..`. Folders on the way are made.
    pub path: PathBuf,
    /// What is in it.
    pub contents: Vec<u8>,
    /// Whether it may be executed.
    pub executable: bool,
}

impl InputFile {
    /// A file that is not executable.
    pub fn new(path: impl Into<PathBuf>, contents: impl Into<Vec<u8>>) -> InputFile {
        InputFile { path: path.into(), contents: contents.into(), executable: false }
    }
}

/// What a program reads from standard input.
#[derive(Debug, Clone, Default)]
pub enum Stdin {
    /// Nothing: the null device.
    #[default]
    Null,
    /// These bytes, through a pipe, then the end.
    Bytes(Vec<u8>),
    /// What [`Running::feed`](crate::Running::feed) gives it, until
    /// [`Running::close_stdin`](crate::Running::close_stdin) or the last wait for its end.
    Open,
}

impl Command {
    /// A program by its path in the view, without arguments, environment or input.
    pub fn new(program: impl Into<PathBuf>) -> Command {
        Command {
            program: Program::Path(program.into()),
            argv: Vec::new(),
            env: Vec::new(),
            memory_by: MemoryBy::default(),
            terms: Terms::default(),
        }
    }

    /// Adds an argument. The first call also names the program after its path.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Command {
        if self.argv.is_empty() {
            self.argv.push(self.program_name());
        }
        self.argv.push(arg.into());
        self
    }

    /// Adds a variable to the environment.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Command {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Sets what the run is given and may use.
    #[must_use]
    pub fn terms(mut self, terms: Terms) -> Command {
        self.terms = terms;
        self
    }

    /// What the process is told that becomes the program.
    pub(crate) fn to_execute(&self) -> Result<Execute> {
        let path = self.program_name();
        let argv = if self.argv.is_empty() { vec![path.clone()] } else { self.argv.clone() };
        let execute = Execute { path, argv, env: self.env.clone() };
        if execute.has_zero_byte() {
            return Err(SandboxError::Misuse("a program, argument or variable contains a zero byte".to_owned()));
        }
        Ok(execute)
    }

    pub(crate) fn program_name(&self) -> OsString {
        match &self.program {
            Program::Path(path) => path.clone().into_os_string(),
            Program::File(_) => "program".into(),
        }
    }
}
