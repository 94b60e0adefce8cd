//! What a jail shows of the machine's files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::error::{Result, SandboxError};
use crate::wire::message::{Entry, Kind};

/// The files of the machine that programs in a jail can see, all of them read-only. What is not
/// allowed does not exist there, at the levels with namespaces; at the level `landlock` it cannot be
/// read, but its existence can be tested.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// Folders and files to show. A symbolic link is shown as one, together with what it leads to.
    /// What does not exist on this machine is left out.
    pub allow: Vec<PathBuf>,
    /// Folders and files in them to cover by empty ones.
    pub mask: Vec<PathBuf>,
    /// Folders and files to show at another place. Without namespaces they are shown where they are.
    pub shown: Vec<(PathBuf, PathBuf)>,
    /// Whether the processes of a run can talk with each other over `127.0.0.1` and `::1`. Each run has a
    /// network of its own with nothing else in it. Only at the levels with namespaces.
    pub loopback: bool,
}

/// Programs and libraries of the system.
const SYSTEM: [&str; 12] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
];

/// Places of the jail itself: nothing of the machine can be shown there.
const TAKEN: [&str; 4] = ["/tmp", "/box", "/proc", "/dev"];

/// A link may lead to a link; this many times, as in the kernel.
const MOST_LINKS: usize = 40;

impl View {
    /// The system's programs and libraries, and the few files of `/etc` that they read.
    pub fn system() -> View {
        View { allow: SYSTEM.map(PathBuf::from).to_vec(), ..View::default() }
    }

    /// Shows this, too.
    #[must_use]
    pub fn allow(mut self, path: impl Into<PathBuf>) -> View {
        self.allow.push(path.into());
        self
    }

    /// Covers this by something empty.
    #[must_use]
    pub fn mask(mut self, path: impl Into<PathBuf>) -> View {
        self.mask.push(path.into());
        self
    }

    /// Shows something of the machine at another place, which must not be in something that is shown.
    #[must_use]
    pub fn show(mut self, path: impl Into<PathBuf>, at: impl Into<PathBuf>) -> View {
        self.shown.push((path.into(), at.into()));
        self
    }

    /// Gives each run a loopback device of its own.
    #[must_use]
    pub fn with_loopback(mut self) -> View {
        self.loopback = true;
        self
    }

    /// What is to be put into an empty root, parents first.
    pub(crate) fn plan(&self) -> Result<Vec<Entry>> {
        let mut plan = Plan::default();
        let sorted: BTreeSet<&PathBuf> = self.allow.iter().collect();
        for path in sorted {
            plan.show(path, 0)?;
        }
        for path in &self.mask {
            plan.cover(path);
        }
        for (path, at) in &self.shown {
            plan.show_at(path, at)?;
        }
        Ok(plan.entries)
    }

    /// The real paths of what is shown, without what is masked, for rules that only allow.
    pub(crate) fn readable(&self) -> Vec<PathBuf> {
        let real = |path: &PathBuf| fs::canonicalize(path).ok();
        let masks: Vec<PathBuf> = self.mask.iter().filter_map(real).collect();
        let mut readable = BTreeSet::new();
        let shown = self.shown.iter().map(|(path, _)| path);
        for path in self.allow.iter().chain(shown).filter_map(real) {
            without(&path, &masks, &mut readable);
        }
        readable.into_iter().collect()
    }
}

/// Adds `path`, or, if something below it is masked, everything in it that is not.
fn without(path: &Path, masks: &[PathBuf], readable: &mut BTreeSet<PathBuf>) {
    if masks.iter().any(|mask| path.starts_with(mask)) {
        return;
    }
    if !masks.iter().any(|mask| mask.starts_with(path)) {
        readable.insert(path.to_owned());
        return;
    }
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        without(&entry.path(), masks, readable);
    }
}

#[derive(Default)]
struct Plan {
    entries: Vec<Entry>,
    /// Paths that are there already.
    made: BTreeSet<PathBuf>,
    /// Bound folders: what lies below is there, too.
    bound: Vec<PathBuf>,
}

impl Plan {
    /// Walks down to a path and makes what is missing on the way.
    fn show(&mut self, path: &Path, links: usize) -> Result<()> {
        let normal = |part| matches!(part, Component::RootDir | Component::Normal(_));
        if !path.components().all(normal) || !path.is_absolute() || path.parent().is_none() {
            let what = format!("a view needs absolute paths below the root, without `..`; got `{}`", path.display());
            return Err(SandboxError::Misuse(what));
        }
        if TAKEN.iter().any(|taken| path.starts_with(taken)) {
            let what = format!("a jail has its own {}, so that it cannot show `{}`", TAKEN.join(", "), path.display());
            return Err(SandboxError::Misuse(what));
        }
        let mut walked = PathBuf::from("/");
        let parts: Vec<Component<'_>> = path.components().skip(1).collect();
        for (index, part) in parts.iter().enumerate() {
            walked.push(part);
            if self.bound.iter().any(|bound| walked.starts_with(bound)) {
                // Inside of something that is shown as a whole; only its last link could lead out.
                return self.follow_last(path, links);
            }
            let Ok(meta) = fs::symlink_metadata(&walked) else { return Ok(()) };
            if meta.is_symlink() {
                let target = fs::read_link(&walked).unwrap_or_default();
                if self.made.insert(walked.clone()) {
                    self.entries.push(Entry::Link(walked.clone(), target.clone()));
                }
                let rest: PathBuf = parts[index + 1..].iter().collect();
                let target = resolve(&walked, &target);
                return if links < MOST_LINKS { self.show(&target.join(rest), links + 1) } else { Ok(()) };
            }
            if index + 1 < parts.len() {
                if self.made.insert(walked.clone()) {
                    self.entries.push(Entry::Folder(walked.clone()));
                }
            } else if self.made.insert(walked.clone()) || meta.is_dir() {
                let kind = if meta.is_dir() { Kind::Folder } else { Kind::File };
                self.entries.push(Entry::Bind(walked.clone(), kind));
                if kind == Kind::Folder {
                    self.bound.push(walked.clone());
                }
            }
        }
        Ok(())
    }

    /// Shows something at another place.
    fn show_at(&mut self, path: &Path, at: &Path) -> Result<()> {
        let taken =
            TAKEN.iter().any(|taken| at.starts_with(taken)) || self.bound.iter().any(|bound| at.starts_with(bound));
        let normal = |part| matches!(part, Component::RootDir | Component::Normal(_));
        if taken || !at.is_absolute() || at.parent().is_none() || !at.components().all(normal) {
            return Err(SandboxError::Misuse(format!("nothing can be shown at `{}`", at.display())));
        }
        let Ok(meta) = fs::metadata(path) else { return Ok(()) };
        let parents: Vec<&Path> = at.ancestors().skip(1).filter(|folder| folder.parent().is_some()).collect();
        for folder in parents.into_iter().rev() {
            if self.made.insert(folder.to_owned()) {
                self.entries.push(Entry::Folder(folder.to_owned()));
            }
        }
        let kind = if meta.is_dir() { Kind::Folder } else { Kind::File };
        self.made.insert(at.to_owned());
        self.entries.push(Entry::Show(path.to_owned(), at.to_owned(), kind));
        if kind == Kind::Folder {
            self.bound.push(at.to_owned());
        }
        Ok(())
    }

    /// Something in a bound folder is a link itself: shows what it leads to.
    fn follow_last(&mut self, path: &Path, links: usize) -> Result<()> {
        match fs::canonicalize(path) {
            Ok(real)
                if real != path && links < MOST_LINKS && !self.bound.iter().any(|bound| real.starts_with(bound)) =>
            {
                self.show(&real, links + 1)
            }
            _ => Ok(()),
        }
    }

    /// Covers something, if it is there at all.
    fn cover(&mut self, path: &Path) {
        let Ok(real) = fs::canonicalize(path) else { return };
        if self.bound.iter().any(|bound| real.starts_with(bound)) || self.made.contains(&real) {
            let kind = if real.is_dir() { Kind::Folder } else { Kind::File };
            self.entries.push(Entry::Mask(real, kind));
        }
    }
}

/// Where a link leads, as an absolute path without `..`.
fn resolve(link: &Path, target: &Path) -> PathBuf {
    let mut resolved = if target.is_absolute() { PathBuf::from("/") } else { link.parent().unwrap_or(link).to_owned() };
    for part in target.components() {
        match part {
            Component::ParentDir => {
                resolved.pop();
            }
            Component::Normal(name) => resolved.push(name),
            _ => {}
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_on_the_way_are_shown_with_what_they_lead_to() {
        let folder = PathBuf::from(format!("/var/tmp/synthase-view-{}", std::process::id()));
        fs::create_dir_all(folder.join("real/inner")).unwrap();
        fs::write(folder.join("real/inner/file"), "x").unwrap();
        std::os::unix::fs::symlink("real", folder.join("link")).unwrap();
        let plan = View::default().allow(folder.join("link/inner")).plan().unwrap();
        assert!(plan.contains(&Entry::Link(folder.join("link"), "real".into())));
        assert_eq!(plan.last(), Some(&Entry::Bind(folder.join("real/inner"), Kind::Folder)));
        let parents = plan.iter().filter(|entry| matches!(entry, Entry::Folder(path) if *path == folder)).count();
        assert_eq!(parents, 1, "each folder is made once");

        let view = View::default().allow(&folder).mask(folder.join("real/inner/file"));
        assert_eq!(view.plan().unwrap().last(), Some(&Entry::Mask(folder.join("real/inner/file"), Kind::File)));
        assert!(view.readable().iter().all(|path| path.starts_with(&folder) && !path.ends_with("file")));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_missing_is_left_out_and_what_is_inside_is_not_repeated() {
        let view = View::default().allow("/usr").allow("/usr/lib").allow("/nowhere/at/all");
        assert_eq!(view.plan().unwrap(), [Entry::Bind("/usr".into(), Kind::Folder)]);
    }

    #[test]
    fn something_can_be_shown_at_another_place() {
        let plan = View::default().show("/usr", "/other/place").plan().unwrap();
        let expected =
            [Entry::Folder("/other".into()), Entry::Show("/usr".into(), "/other/place".into(), Kind::Folder)];
        assert_eq!(plan, expected);
        assert!(View::system().show("/usr", "/usr/x").plan().is_err());
        assert!(View::default().show("/usr", "/tmp/x").plan().is_err());
        assert_eq!(View::default().show("/usr", "/a").readable(), [PathBuf::from("/usr")]);
    }

    #[test]
    fn the_root_and_the_jails_own_places_are_refused() {
        for path in ["/", "relative", "/usr/../etc", "/proc/1", "/tmp"] {
            assert!(View::default().allow(path).plan().is_err(), "{path}");
        }
    }
}
