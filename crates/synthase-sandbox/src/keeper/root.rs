//! The file system that a jail shows: a small one in memory, with what is allowed bound into it.

use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::CWD;
use rustix::mount::{
    MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount, mount_change, move_mount,
    open_tree, unmount,
};
use synthase_types::Isolation;

use super::{INNER_ID, library, scratch};
use crate::error::{Context, Result};
use crate::protocol::{TMP, WORK};
use crate::sys::ids::become_user;
use crate::sys::restrict::set_mount;
use crate::wire::message::{Entry, Kind, Setup};

/// What could be built, where that varies.
pub(super) struct Built {
    /// Whether a process file system can be mounted. It cannot where the machine's own is partly
    /// covered, as in many containers; boxes then have an empty `/proc`.
    pub(super) proc: bool,
}

/// Devices that every program may expect and that give nothing away.
const DEVICES: [&str; 5] = ["null", "zero", "full", "random", "urandom"];

/// Files of `/etc` up to this size are copied and not bound: each mount costs every box 2 µs.
const COPIED: u64 = 256 << 10;

/// The most memory that the jail's own root may take: a few folders, links and small files.
const ROOT_SIZE: &std::ffi::CStr = c"size=16m,nr_inodes=4096,mode=755";

/// What `/etc` contains, unless the view brings its own.
const ETC: [(&str, &str); 6] = [
    (
        "passwd",
        "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/box:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    ),
    ("group", "root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n"),
    ("hosts", "127.0.0.1 localhost sandbox\n::1 localhost\n"),
    ("hostname", "sandbox\n"),
    ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"),
    ("resolv.conf", ""),
];

/// Enters the jail: from here on this process sees nothing else.
pub(super) fn enter(setup: &Setup) -> Result<Built> {
    if setup.level < Isolation::Namespaces {
        scratch::prepare(setup)?;
        return Ok(Built { proc: true });
    }
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC).at("separate", "the mounts")?;
    // As long as this process is still its old user, it can reach paths that only that user may pass.
    let sources = setup.entries.iter().map(Source::open).collect::<Result<Vec<_>>>()?;
    let devices = DEVICES.iter().map(|name| tree(&Path::new("/dev").join(name))).collect::<Result<Vec<_>>>()?;

    become_user(INNER_ID, INNER_ID).at("become", "the user of the jail")?;
    // Changing the user made us undumpable, which would give our files in /proc to root.
    let dumpable = rustix::process::DumpableBehavior::Dumpable;
    rustix::process::set_dumpable_behavior(dumpable).at("stay", "visible to ourselves")?;
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
        .at("tie", "life to the holder")?;
    rustix::system::sethostname(b"sandbox").at("set", "the host name")?;
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));

    let at = &setup.scratch;
    mount("root", at, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, ROOT_SIZE).at("mount", "the root")?;
    let inside = |path: &Path| at.join(path.strip_prefix("/").unwrap_or(path));
    for folder in ["dev", "etc", "proc", "run", "tmp", "var", "box", ".masked", ".masked/folder"] {
        make_folder(&at.join(folder))?;
    }
    for (name, content) in ETC {
        std::fs::write(at.join("etc").join(name), content).at("write", name)?;
    }
    for (name, device) in DEVICES.iter().zip(&devices) {
        let target = at.join("dev").join(name);
        attach(device, &target, Kind::File, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)?;
    }
    for (name, target) in
        [("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2"), ("shm", TMP)]
    {
        std::os::unix::fs::symlink(target, at.join("dev").join(name)).at("link", name)?;
    }
    std::fs::write(at.join(".masked/file"), "").at("write", "an empty file")?;
    std::fs::write(at.join(library::FILE), library::BYTES).at("write", "the library of zygotes")?;
    for (entry, source) in setup.entries.iter().zip(sources) {
        place(entry, source, &inside, at)?;
    }
    // Links come after the entries: none of those may be led somewhere by one of these.
    if std::fs::symlink_metadata(at.join("var/tmp")).is_err() {
        std::os::unix::fs::symlink(TMP, at.join("var/tmp")).at("link", "/var/tmp")?;
    }

    let proc_flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    let proc = mount("proc", at.join("proc"), "proc", proc_flags, None).is_ok();

    rustix::process::chdir(at).at("enter", "the root")?;
    rustix::process::pivot_root(".", ".").at("change", "the root")?;
    unmount(".", UnmountFlags::DETACH).at("let go of", "the machine's files")?;
    rustix::process::chdir("/").at("enter", "the new root")?;
    let root = rustix::fs::open("/", rustix::fs::OFlags::PATH, rustix::fs::Mode::empty()).at("open", "the root")?;
    set_mount(root.as_fd(), MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, false)
        .at("protect", "the root")?;
    debug_assert!(Path::new(WORK).is_dir());
    Ok(Built { proc })
}

const MOUNT_ATTR_RDONLY: u64 = 0x1;
const MOUNT_ATTR_NOSUID: u64 = 0x2;
const MOUNT_ATTR_NODEV: u64 = 0x4;
const MOUNT_ATTR_NOEXEC: u64 = 0x8;

/// What was opened or read of an entry before the user changed.
enum Source {
    Nothing,
    Tree(OwnedFd),
    Copy(Vec<u8>),
}

impl Source {
    fn open(entry: &Entry) -> Result<Source> {
        let (path, kind) = match entry {
            Entry::Bind(path, kind) => (path, kind),
            Entry::Show(path, ..) => return tree(path).map(Source::Tree),
            _ => return Ok(Source::Nothing),
        };
        if *kind == Kind::File && path.starts_with("/etc") {
            let size = std::fs::metadata(path).at("look at", path.display())?.len();
            if size <= COPIED {
                return std::fs::read(path).at("read", path.display()).map(Source::Copy);
            }
        }
        tree(path).map(Source::Tree)
    }
}

/// A copy of the mounts at and below a path, not yet attached anywhere.
fn tree(path: &Path) -> Result<OwnedFd> {
    const AT_RECURSIVE: OpenTreeFlags = OpenTreeFlags::AT_RECURSIVE;
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | AT_RECURSIVE;
    open_tree(CWD, path, flags).at("open", path.display())
}

/// Attaches such a copy, unable to change anything.
fn attach(tree: &OwnedFd, target: &Path, kind: Kind, attributes: u64) -> Result<()> {
    match kind {
        Kind::Folder => make_folder(target)?,
        Kind::File => drop(std::fs::File::create(target).at("make", target.display())?),
    }
    set_mount(tree.as_fd(), MOUNT_ATTR_RDONLY | attributes, true).at("protect", target.display())?;
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
    move_mount(tree, "", CWD, target, flags).at("attach", target.display())
}

fn place(entry: &Entry, source: Source, inside: &dyn Fn(&Path) -> PathBuf, at: &Path) -> Result<()> {
    match (entry, source) {
        (Entry::Folder(path), _) => make_folder(&inside(path)),
        (Entry::Link(path, target), _) => std::os::unix::fs::symlink(target, inside(path)).at("link", path.display()),
        (Entry::Bind(path, kind), Source::Tree(tree)) => {
            attach(&tree, &inside(path), *kind, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
        }
        (Entry::Show(_, path, kind), Source::Tree(tree)) => {
            attach(&tree, &inside(path), *kind, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
        }
        (Entry::Show(..), _) => Ok(()),
        (Entry::Bind(path, _), Source::Copy(content)) => {
            std::fs::write(inside(path), content).at("write", path.display())
        }
        (Entry::Bind(..), Source::Nothing) => Ok(()),
        (Entry::Mask(path, kind), _) => {
            let cover = match kind {
                Kind::Folder => ".masked/folder",
                Kind::File => ".masked/file",
            };
            let cover = tree(&at.join(cover))?;
            set_mount(cover.as_fd(), MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, true)
                .at("protect", "the empty file and folder")?;
            move_mount(&cover, "", CWD, inside(path), MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
                .at("mask", path.display())
        }
    }
}

/// Makes a folder unless it exists.
fn make_folder(path: &Path) -> Result<()> {
    match std::fs::create_dir(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        result => result.at("make", path.display()),
    }
}
