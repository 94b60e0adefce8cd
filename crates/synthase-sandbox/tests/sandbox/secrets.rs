//! What the host knows, a program cannot learn; what the host has, it cannot change.

use std::path::PathBuf;

use synthase_sandbox::{Status, Terms};
use synthase_types::{Isolation, Limits};

use crate::world::{World, of, quick};

/// A file that everybody on the machine may read and write.
struct Treasure(PathBuf);

impl Treasure {
    fn new(name: &str) -> Treasure {
        use std::os::unix::fs::PermissionsExt;
        let path = crate::world::place(env!("CARGO_TARGET_TMPDIR"), "tmp")
            .join(format!("treasure-{}-{name}", std::process::id()));
        std::fs::write(&path, "SECRET").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        Treasure(path)
    }
}

impl Drop for Treasure {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

const THIEF: &str = r#"
import ctypes, os, sys
treasure, host, home = "TREASURE", "HOST", "HOME"
libc = ctypes.CDLL(None, use_errno=True)
def read(path):
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        data = os.read(fd, 1000)
    except OSError:
        return
    if b"SECRET" in data or "shadow" in path or "environ" in path and "self" not in path:
        print("ESCAPED: read", path)
def listing(path):
    try:
        if os.listdir(path): print("ESCAPED: listed", path)
    except OSError:
        pass
def write(path, flags):
    try:
        os.write(os.open(path, flags, 0o666), b"STOLEN")
        print("ESCAPED: wrote", path)
    except OSError:
        pass
ways = [treasure, "/proc/self/root" + treasure, "/proc/self/cwd/../../../../../.." + treasure,
        f"/proc/{host}/root" + treasure, "/proc/1/root" + treasure, "/../.." + treasure]
for path in ways:
    read(path)
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC, os.O_WRONLY | os.O_CREAT | os.O_APPEND):
        write(path, flags)
for name in ("shadow", "sudoers", "ssh/ssh_host_rsa_key", "gshadow"):
    read("/etc/" + name)
for name in (f"/proc/{host}/environ", f"/proc/{host}/mem", f"/proc/{host}/maps", f"/proc/{host}/cmdline"):
    read(name)
for folder in (home, "/home", "/var/tmp", "/mnt", "/srv", "/boot", "/sys/fs/cgroup", f"/proc/{host}/fd", f"/proc/{host}/cwd"):
    listing(folder)
os.symlink(treasure, "soft")
read("soft")
write("soft", os.O_WRONLY)
try:
    os.link(treasure, "hard")
    read("hard")
except OSError:
    pass
for call in (lambda: os.unlink(treasure), lambda: os.rename(treasure, "mine"), lambda: os.truncate(treasure, 0),
             lambda: os.rename("soft", treasure)):
    try:
        call()
        print("ESCAPED: changed it")
    except OSError:
        pass
# By the bare system call, without what an interpreter may have patched: openat, creat, execve.
buffer = ctypes.create_string_buffer(treasure.encode())
for number, args in ((257, (-100, buffer, os.O_RDWR, 0)), (85, (buffer, 0o666)), (2, (buffer, os.O_RDWR, 0))):
    if libc.syscall(number, *args) >= 0:
        print("ESCAPED: opened by call", number)
for name in os.environ:
    if "SECRET" in os.environ[name]:
        print("ESCAPED: environment")
for root in ("/", "/run", "/var", "/etc", "/usr", "/opt"):
    write(os.path.join(root, "mine"), os.O_WRONLY | os.O_CREAT)
print("tried")
"#;

#[test]
fn nothing_of_the_host_can_be_read_or_changed() {
    for level in of(&[Isolation::Full, Isolation::Namespaces, Isolation::Landlock]) {
        let treasure = Treasure::new(&level.to_string());
        let world = World::new(level);
        if !world.has_zygotes() {
            continue;
        }
        let home = env!("CARGO_MANIFEST_DIR");
        let thief = THIEF
            .replace("TREASURE", treasure.0.to_str().unwrap())
            .replace("HOST", &std::process::id().to_string())
            .replace("HOME", home);
        let terms = || Terms { limits: Limits { files: 512, ..quick().limits }, ..quick() };
        let mut zygote = world.zygote();
        for finished in [world.python(&thief, terms()), World::warm(&mut zygote, &thief, terms())] {
            assert_eq!(finished.stdout.to_text(), "tried\n", "{level}: {}", finished.stderr.to_text());
            assert_eq!(finished.status, Status::Exited(0));
        }
        assert_eq!(std::fs::read_to_string(&treasure.0).unwrap(), "SECRET", "{level}");
    }
}

#[test]
fn what_is_masked_is_not_there() {
    let folder = PathBuf::from(format!("/var/tmp/synthase-masked-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("answers")).unwrap();
    std::fs::write(folder.join("answers/1"), "SECRET").unwrap();
    std::fs::write(folder.join("key"), "SECRET").unwrap();
    std::fs::write(folder.join("library"), "shown").unwrap();
    for level in of(&[Isolation::Full, Isolation::Namespaces, Isolation::Landlock]) {
        let world = World::new(level);
        if !world.has_zygotes() {
            continue;
        }
        let view = crate::world::view().allow(&folder).mask(folder.join("answers")).mask(folder.join("key"));
        let jail = world.sandbox.jail(&view).unwrap();
        let source = format!(
            "import os\nfor name in ('answers/1', 'key', 'library'):\n  try: print(open('{0}/' + name).read())\n  \
             except OSError as e: print('no')\ntry: open('{0}/answers/2', 'w')\nexcept OSError: print('no')",
            folder.display()
        );
        let command = crate::world::python_command(&source, quick());
        let finished = jail.start(&world.slot, &command).unwrap().finish().unwrap();
        let key = if level == Isolation::Landlock { "no" } else { "" };
        assert_eq!(
            finished.stdout.to_text(),
            format!("no\n{key}\nshown\nno\n"),
            "{level} {}",
            finished.stderr.to_text()
        );
    }
    std::fs::remove_dir_all(folder).unwrap();
}
