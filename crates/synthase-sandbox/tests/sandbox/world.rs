//! What the tests share: sandboxes of each level, a Python, and compiled C programs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use synthase_sandbox::{
    Command, Finished, Jail, Options, Program, Request, Sandbox, SandboxError, Slot, Terms, View, Zygote, host_command,
};
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

    /// The strongest level that works here.
    pub(crate) fn best() -> World {
        World::new(*levels().last().unwrap())
    }

    /// Runs a Python program cold, to its end.
    pub(crate) fn python(&self, source: &str, terms: Terms) -> Finished {
        self.jail.start(&self.slot, &python_command(source, terms)).unwrap().finish().unwrap()
    }

    /// The reference zygote.
    pub(crate) fn zygote(&self) -> Zygote {
        let driver = include_str!("../zygote.py");
        let command = Command::new(&python().0).arg("-S").arg("-I").arg("-c").arg(driver).env("LD_BIND_NOW", "1");
        self.jail.zygote(&self.slot, &command).unwrap()
    }

    /// Whether there can be zygotes: not at level `landlock` on kernels before Linux 6.12.
    pub(crate) fn has_zygotes(&self) -> bool {
        let nothing = Command::new("/bin/false");
        let works = !matches!(self.jail.zygote(&self.slot, &nothing), Err(SandboxError::Unavailable { .. }));
        if !works {
            println!("not run with zygotes: {:?}", self.sandbox.level());
        }
        works
    }

    /// Runs a Python program from the zygote, to its end.
    pub(crate) fn warm(zygote: &mut Zygote, source: &str, terms: Terms) -> Finished {
        zygote.fork(&request(source, terms)).unwrap().finish().unwrap()
    }
}

/// A run of the zygote.
pub(crate) fn request(source: &str, terms: Terms) -> Request {
    Request { payload: Some(source.as_bytes().to_vec()), terms: Terms { channel: true, ..terms } }
}

/// A program of a file that the view does not show.
pub(crate) fn program_command(program: PathBuf, terms: Terms) -> Command {
    let file = std::fs::File::open(program).unwrap();
    Command { program: Program::File(Arc::new(file.into())), ..Command::new("program") }.terms(terms)
}

/// Compiles a C program, once per text.
pub(crate) fn compile(source: &Path, flags: &str) -> PathBuf {
    let text = std::fs::read(source).unwrap();
    let hash = text
        .iter()
        .chain(flags.as_bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    let program = place(env!("CARGO_TARGET_TMPDIR"), "tmp").join(format!("attack-{hash:x}"));
    if !program.exists() {
        // Several tests may want it at the same time.
        let me = format!("{}-{:?}", std::process::id(), std::thread::current().id());
        let mine = program.with_extension(me);
        let argv = ["cc", "-O1", "-w", "-o"].map(OsString::from).into_iter();
        let argv = argv.chain([mine.clone().into(), source.into()]).chain(flags.split_whitespace().map(OsString::from));
        let output = host_command(&argv.collect::<Vec<_>>(), None, Duration::from_secs(60)).unwrap();
        assert_eq!(output.code, 0, "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::rename(mine, &program).unwrap();
    }
    program
}

/// A folder of the tests; another one if the tests have been copied to a public place.
pub(crate) fn place(usual: &str, copied: &str) -> PathBuf {
    std::env::var_os("SYNTHASE_TEST_PLACE").map_or_else(|| usual.into(), |place| Path::new(&place).join(copied))
}

/// A cold start of Python.
pub(crate) fn python_command(source: &str, terms: Terms) -> Command {
    Command::new(&python().0).arg("-S").arg("-I").arg("-c").arg(source).terms(terms)
}

/// Runs a test in a process of its own, where it finds no traces of others. True in that process.
pub(crate) fn alone(test: &str) -> bool {
    if std::env::var_os("SYNTHASE_TEST_ALONE").is_some() {
        return true;
    }
    let script = format!("SYNTHASE_TEST_ALONE=1 exec /proc/{}/exe --exact {test} --nocapture 2>&1", std::process::id());
    let output = host_command(&["sh".into(), "-c".into(), script.into()], None, Duration::from_secs(120)).unwrap();
    assert_eq!(output.code, 0, "{}", String::from_utf8_lossy(&output.stdout));
    false
}

/// The levels that work here, weakest first. What is missing is said, because it is not tested.
pub(crate) fn levels() -> Vec<Isolation> {
    let best = Sandbox::probe().level;
    let (here, missing): (Vec<_>, Vec<_>) = Isolation::ALL.into_iter().partition(|level| *level <= best);
    missing.iter().for_each(|level| println!("not run at level {level}: it does not work here"));
    here
}

/// Those of these levels that work here.
pub(crate) fn of(wanted: &[Isolation]) -> Vec<Isolation> {
    levels().into_iter().filter(|level| wanted.contains(level)).collect()
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
