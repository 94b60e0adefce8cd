//! What works on this machine, and what to do about what does not.

use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

use synthase_types::Isolation;

use crate::cgroup;
use crate::error::{Result, SandboxError};
use crate::keeper_link::KeeperLink;
use crate::sandbox::{Options, SCOPES, SandboxInner};
use crate::sys::restrict::landlock_version;
use crate::view::View;
use crate::wire::message::Setup;

/// What works on this machine. `Display` shows one line per piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The strongest level that works. `rlimits` means: nothing but resource limits.
    pub level: Isolation,
    /// Each thing that was tried.
    pub pieces: Vec<Piece>,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub name: &'static str,
    /// Which levels cannot do without it; empty if all can.
    pub needed_for: &'static [Isolation],
    /// What was found.
    pub finding: Finding,
}

/// What was found about a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It works; this says how.
    Works(String),
    /// It does not.
    Missing {
        /// Why.
        reason: String,
        /// What the user can do.
        remedy: String,
    },
}

/// The report of this machine.
pub(crate) fn report() -> &'static Report {
    static REPORT: OnceLock<Report> = OnceLock::new();
    REPORT.get_or_init(|| Report::from_pieces(vec![filter(), landlock(), namespaces(), proc(), groups()]))
}

impl Report {
    fn from_pieces(pieces: Vec<Piece>) -> Report {
        let works = |level: &Isolation| pieces.iter().all(|piece| piece.works() || !piece.needed_for.contains(level));
        let level = Isolation::ALL.into_iter().rev().find(works).unwrap_or(Isolation::Rlimits);
        Report { level, pieces }
    }

    /// The level for these wishes.
    pub(crate) fn choose(&self, options: &Options) -> Result<Isolation> {
        let level = options.level.unwrap_or(self.level);
        let missing = self.pieces.iter().filter(|piece| piece.needed_for.contains(&level));
        for piece in missing {
            if let Finding::Missing { reason, remedy } = &piece.finding {
                let reason = format!("{}: {reason}", piece.name);
                return Err(SandboxError::Unavailable { level, reason, remedy: remedy.clone() });
            }
        }
        if level == Isolation::Rlimits && !options.allow_rlimits {
            let lacking = self.pieces.iter().find_map(|piece| match &piece.finding {
                Finding::Missing { reason, remedy } if piece.needed_for.contains(&Isolation::Landlock) => {
                    Some((format!("{}: {reason}", piece.name), remedy.clone()))
                }
                _ => None,
            });
            let (reason, remedy) = lacking.unwrap_or_default();
            let remedy = if remedy.is_empty() { "choose a stronger level: one works here".to_owned() } else { remedy };
            let reason = format!("it hides and forbids nothing, so it has to be allowed expressly. {reason}");
            return Err(SandboxError::Unavailable { level, reason: reason.trim().to_owned(), remedy });
        }
        Ok(level)
    }
}

impl Piece {
    /// Whether it works.
    pub fn works(&self) -> bool {
        matches!(self.finding, Finding::Works(_))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "isolation: {} ({})", self.level, self.level.describe())?;
        for piece in &self.pieces {
            match &piece.finding {
                Finding::Works(how) => writeln!(f, "  {}: {how}", piece.name)?,
                Finding::Missing { reason, remedy } => writeln!(f, "  {}: missing, {reason}; {remedy}", piece.name)?,
            }
        }
        Ok(())
    }
}

const WALLS: &[Isolation] = &[Isolation::Landlock, Isolation::Namespaces, Isolation::Full];

fn filter() -> Piece {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let finding = if status.contains("\nSeccomp:") {
        Finding::Works("seccomp".to_owned())
    } else {
        let remedy = "use a kernel built with CONFIG_SECCOMP_FILTER".to_owned();
        Finding::Missing { reason: "the kernel has no seccomp".to_owned(), remedy }
    };
    Piece { name: "system call filter", needed_for: WALLS, finding }
}

fn landlock() -> Piece {
    let finding = match landlock_version() {
        0 => Finding::Missing {
            reason: "the kernel has no Landlock, or it is switched off".to_owned(),
            remedy: "use Linux 5.13 or later with `landlock` in the kernel parameter lsm=".to_owned(),
        },
        version if version < SCOPES => {
            Finding::Works(format!("version {version}; before {SCOPES} it does not hold back signals"))
        }
        version => Finding::Works(format!("version {version}")),
    };
    Piece { name: "Landlock", needed_for: &[Isolation::Landlock], finding }
}

/// Tries the real thing: a jail with the system's files.
fn trial() -> &'static Result<bool, (String, String)> {
    static TRIAL: OnceLock<Result<bool, (String, String)>> = OnceLock::new();
    TRIAL.get_or_init(|| {
        let start = || {
            let level = Isolation::Namespaces;
            let sandbox = SandboxInner::new(level)?;
            let entries = View::system().plan()?;
            let (outer, scratch) = (sandbox.outer, sandbox.scratch);
            let (readable, leftovers) = (Vec::new(), Vec::new());
            let setup = Setup { level, outer, entries, readable, leftovers, scratch, loopback: false };
            let keeper = KeeperLink::start(&setup)?;
            Ok(keeper.proc)
        };
        start().map_err(|error: SandboxError| {
            let source = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
            (format!("{error}{source}"), namespaces_remedy(Path::new("/proc")))
        })
    })
}

fn namespaces() -> Piece {
    let finding = match trial() {
        Ok(_) => Finding::Works("user, PID, mount, network, IPC and UTS".to_owned()),
        Err((reason, remedy)) => Finding::Missing { reason: reason.clone(), remedy: remedy.clone() },
    };
    Piece { name: "namespaces", needed_for: &[Isolation::Namespaces, Isolation::Full], finding }
}

fn proc() -> Piece {
    let finding = match trial() {
        Ok(true) => Finding::Works("a fresh one in each box".to_owned()),
        Ok(false) => Finding::Missing {
            reason: "this machine's own /proc is partly covered, so that the kernel lets nobody mount another"
                .to_owned(),
            remedy: "programs run with an empty /proc; in a container, leave /proc unmasked".to_owned(),
        },
        Err(_) => Finding::Missing { reason: "no namespaces".to_owned(), remedy: "see above".to_owned() },
    };
    Piece { name: "/proc", needed_for: &[], finding }
}

/// What usually stands in the way of user namespaces, according to this `/proc`.
fn namespaces_remedy(proc: &Path) -> String {
    let read = |name: &str| std::fs::read_to_string(proc.join(name)).unwrap_or_default();
    let is = |name: &str, value: &str| read(&format!("sys/{name}")).trim() == value;
    if is("kernel/apparmor_restrict_unprivileged_userns", "1") {
        "AppArmor forbids user namespaces to programs without a profile: \
         sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
    } else if is("kernel/unprivileged_userns_clone", "0") {
        "sudo sysctl kernel.unprivileged_userns_clone=1"
    } else if is("user/max_user_namespaces", "0") {
        "sudo sysctl user.max_user_namespaces=10000"
    } else if read("self/status").contains("\nSeccomp:\t2") {
        "a system call filter is in force, as in most containers: run the container with \
         --security-opt seccomp=unconfined, or another profile that allows unshare and mount"
    } else {
        "allow user namespaces (sysctl user.max_user_namespaces), and Linux 5.12 or later"
    }
    .to_owned()
}

fn groups() -> Piece {
    let finding = match cgroup::find() {
        Ok(places) => Finding::Works(places.describe()),
        Err(cgroup::Missing { reason, remedy }) => Finding::Missing { reason, remedy },
    };
    Piece { name: "control groups", needed_for: &[Isolation::Full], finding }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(name: &'static str, needed_for: &'static [Isolation], works: bool) -> Piece {
        let (reason, remedy) = ("broken".to_owned(), "mend it".to_owned());
        let finding = if works { Finding::Works(String::new()) } else { Finding::Missing { reason, remedy } };
        Piece { name, needed_for, finding }
    }

    #[test]
    fn each_obstacle_to_namespaces_has_its_own_remedy() {
        let proc = std::env::temp_dir().join(format!("synthase-proc-{}", std::process::id()));
        let remedies = [
            ("self/status", "Name:\tx\nSeccomp:\t2\n", "seccomp=unconfined"),
            ("sys/user/max_user_namespaces", "0\n", "sysctl user.max_user_namespaces=10000"),
            ("sys/kernel/unprivileged_userns_clone", "0\n", "sysctl kernel.unprivileged_userns_clone=1"),
            (
                "sys/kernel/apparmor_restrict_unprivileged_userns",
                "1\n",
                "sysctl kernel.apparmor_restrict_unprivileged_userns=0",
            ),
        ];
        assert!(namespaces_remedy(&proc).contains("Linux 5.12"));
        // Each is asked before those above it.
        for (file, text, remedy) in remedies {
            let path = proc.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
            let found = namespaces_remedy(&proc);
            assert!(found.contains(remedy), "{file}: {found}");
        }
        std::fs::remove_dir_all(proc).unwrap();
    }

    #[test]
    fn the_strongest_level_without_a_missing_piece_is_taken() {
        let groups = |works| piece("groups", &[Isolation::Full], works);
        let spaces = |works| piece("spaces", &[Isolation::Namespaces, Isolation::Full], works);
        let rules = |works| piece("rules", &[Isolation::Landlock], works);
        let level = |pieces| Report::from_pieces(pieces).level;
        assert_eq!(level(vec![groups(true), spaces(true), rules(true)]), Isolation::Full);
        assert_eq!(level(vec![groups(false), spaces(true), rules(false)]), Isolation::Namespaces);
        assert_eq!(level(vec![groups(true), spaces(false), rules(true)]), Isolation::Landlock);
        assert_eq!(level(vec![groups(true), spaces(false), rules(false)]), Isolation::Rlimits);
    }

    #[test]
    fn what_is_missing_is_named_and_resource_limits_alone_need_a_word() {
        let report =
            Report::from_pieces(vec![piece("groups", &[Isolation::Full], false), piece("rules", WALLS, false)]);
        let refused = report.choose(&Options { level: Some(Isolation::Full), allow_rlimits: true }).unwrap_err();
        assert_eq!(refused.to_string(), "isolation level `full` is not available: groups: broken");
        assert_eq!(refused.remedy(), Some("mend it"));
        let refused = report.choose(&Options::default()).unwrap_err();
        assert!(refused.to_string().contains("expressly. rules: broken"), "{refused}");
        let allowed = Options { allow_rlimits: true, ..Options::default() };
        assert_eq!(report.choose(&allowed).unwrap(), Isolation::Rlimits);
    }
}
