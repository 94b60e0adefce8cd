//! The Landlock rule set of a run: a second wall behind the mounts, and the only one without namespaces.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, Scope,
};
use rustix::fs::{Mode, OFlags};

use crate::error::{Context, Result, SandboxError};

/// What this crate knows to handle; a kernel that knows less gets less.
const NEWEST: ABI = ABI::V6;

/// A rule set in the making. Whatever is not granted is refused: files, TCP, devices' controls,
/// signals to processes outside and abstract sockets made outside.
pub(crate) struct Rules(RulesetCreated);

impl Rules {
    /// `network`: whether TCP is left alone, because there is a network that may be used.
    pub(crate) fn new(network: bool) -> Result<Rules> {
        let tcp = |rules: Ruleset| if network { Ok(rules) } else { rules.handle_access(AccessNet::from_all(NEWEST)) };
        Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(NEWEST))
            .and_then(tcp)
            .and_then(|rules| rules.scope(Scope::from_all(NEWEST)))
            .and_then(Ruleset::create)
            .map(Rules)
            .map_err(broken)
    }

    /// Lets everything at and below this be read and executed.
    pub(crate) fn read(self, place: BorrowedFd<'_>) -> Result<Rules> {
        self.add(place, AccessFs::from_read(NEWEST))
    }

    /// Lets everything at and below this be read and written.
    pub(crate) fn write(self, place: BorrowedFd<'_>) -> Result<Rules> {
        self.add(place, AccessFs::from_all(NEWEST) & !(AccessFs::MakeChar | AccessFs::MakeBlock))
    }

    /// Lets the devices at and below this be read and written, and nothing be made there.
    pub(crate) fn devices(self, place: BorrowedFd<'_>) -> Result<Rules> {
        self.add(place, AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::ReadDir | AccessFs::Truncate)
    }

    fn add(self, place: BorrowedFd<'_>, access: BitFlags<AccessFs>) -> Result<Rules> {
        // Rights of folders on a file would be an error.
        let is_folder =
            rustix::fs::fstat(place).at("look at", "a place to allow")?.st_mode & libc::S_IFMT == libc::S_IFDIR;
        let access = if is_folder { access } else { access & AccessFs::from_file(NEWEST) };
        self.0.add_rule(PathBeneath::new(place, access)).map(Rules).map_err(broken)
    }

    /// The rule set as something that can be handed to the process that enters it; `None` where the
    /// kernel has no Landlock.
    pub(crate) fn finish(self) -> Option<OwnedFd> {
        self.0.into()
    }
}

/// Opens something only to name it in a rule.
pub(crate) fn place(path: &Path) -> Result<OwnedFd> {
    rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).at("open", path.display())
}

fn broken(error: landlock::RulesetError) -> SandboxError {
    SandboxError::System {
        operation: "make",
        object: "the Landlock rules".to_owned(),
        source: std::io::Error::other(error),
    }
}
