//! Every file in `tests/attacks` is run at every level that it names, cold and, if it is Python, also
//! from the zygote. Its first lines say what must happen:
//!
//! ```text
//! # limits: memory=64MiB cpu=1s     what differs from the limits of `quick`
//! # levels: full namespaces         where it must be contained; all levels if not said
//! # expect: out-of-memory           the outcome; several with `|` between
//! # expect at landlock: exited 1    at that level
//! # hits: disk                      limits that must be marked as hit
//! # stderr: 10 bytes                how much was written
//! # cflags: -pthread                for the compiler
//! ```
//!
//! `MARKERS` in an attack stands for a list of files that the test has placed on the machine, which
//! everybody may read.
//!
//! Nothing may print `ESCAPED`. After each, a harmless program must run as if nothing had happened.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use synthase_sandbox::{Finished, Status, Terms};
use synthase_types::{Isolation, Outcome};

use crate::world::{World, compile, of, place, program_command, quick};

#[test]
fn cold_at_level_full() {
    attack(Isolation::Full, Start::Cold);
}

#[test]
fn warm_at_level_full() {
    attack(Isolation::Full, Start::Warm);
}

#[test]
fn cold_at_level_namespaces() {
    attack(Isolation::Namespaces, Start::Cold);
}

#[test]
fn warm_at_level_namespaces() {
    attack(Isolation::Namespaces, Start::Warm);
}

#[test]
fn cold_at_level_landlock() {
    attack(Isolation::Landlock, Start::Cold);
}

#[test]
fn warm_at_level_landlock() {
    attack(Isolation::Landlock, Start::Warm);
}

#[test]
fn cold_at_level_rlimits() {
    attack(Isolation::Rlimits, Start::Cold);
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Start {
    Cold,
    Warm,
}

/// Files that no program may find, where users and suites have theirs.
struct Markers(Vec<PathBuf>);

impl Markers {
    fn place() -> Markers {
        use std::os::unix::fs::PermissionsExt;
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let repository = place(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."), "tmp");
        let folders = [home, Some("/tmp".into()), Some("/var/tmp".into()), repository.canonicalize().ok()];
        let mut markers = Markers(Vec::new());
        for folder in folders.into_iter().flatten() {
            let path = folder.join(format!(".synthase-marker-{}-{number}", std::process::id()));
            // A home may be missing, or closed to this user.
            if std::fs::write(&path, "the answer is hidden here").is_ok() {
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
                markers.0.push(path);
            }
        }
        assert!(!markers.0.is_empty());
        markers
    }
}

impl Drop for Markers {
    fn drop(&mut self) {
        for path in &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// What the first lines of an attack say.
struct Attack {
    path: PathBuf,
    source: String,
    said: HashMap<String, String>,
}

impl Attack {
    fn read(path: &Path, markers: &Markers) -> Attack {
        let source = std::fs::read_to_string(path).unwrap().replace("MARKERS", &format!("{:?}", markers.0));
        let lines = source.lines().map_while(|line| line.strip_prefix("# ").or_else(|| line.strip_prefix("// ")));
        let said =
            lines.filter_map(|line| line.split_once(": ")).map(|(key, value)| (key.to_owned(), value.to_owned()));
        Attack { path: path.to_owned(), said: said.collect(), source }
    }

    fn is_c(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension == "c")
    }

    fn concerns(&self, level: Isolation) -> bool {
        self.said.get("levels").is_none_or(|levels| levels.split(' ').any(|name| name == level.to_string()))
    }

    fn terms(&self) -> Terms {
        let mut terms = quick();
        let mut json = serde_json::to_value(&terms.limits).unwrap();
        for setting in self.said.get("limits").map(String::as_str).unwrap_or_default().split_whitespace() {
            let (name, value) = setting.split_once('=').unwrap();
            let value = value.parse::<u64>().map_or_else(|_| value.into(), serde_json::Value::from);
            json[name] = value;
        }
        terms.limits = serde_json::from_value(json).unwrap();
        terms
    }

    /// What is wrong with how it ended.
    fn complaint(&self, finished: &Finished, level: Isolation) -> Option<String> {
        let expected = self.said.get(&format!("expect at {level}")).unwrap_or_else(|| &self.said["expect"]);
        let outcome = match finished.outcome() {
            Some(Outcome::Exited(code)) => format!("exited {code}"),
            Some(Outcome::Signaled(signal)) => format!("signaled {signal}"),
            Some(other) => other.name().to_owned(),
            None => "cancelled".to_owned(),
        };
        if !expected.split(" | ").any(|one| one == outcome) {
            return Some(format!("expected {expected}, got {outcome}"));
        }
        for hit in self.said.get("hits").map(String::as_str).unwrap_or_default().split_whitespace() {
            if !format!("{:?}", finished.hits).contains(&format!("{hit}: true")) {
                return Some(format!("`{hit}` is not marked as hit"));
            }
        }
        if let Some(bytes) = self.said.get("stderr")
            && *bytes != format!("{} bytes", finished.stderr.total())
        {
            return Some(format!("expected {bytes} of standard error, got {}", finished.stderr.total()));
        }
        let said = finished.stdout.to_text() + &finished.stderr.to_text();
        said.contains("ESCAPED").then(|| "it escaped".to_owned())
    }
}

fn attack(level: Isolation, start: Start) {
    if of(&[level]).is_empty() {
        return;
    }
    let world = World::new(level);
    if start == Start::Warm && !world.has_zygotes() {
        return;
    }
    let mut zygote = (start == Start::Warm).then(|| world.zygote());
    let folder = place(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/attacks"), "attacks");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let markers = Markers::place();
    let only = std::env::var("ATTACK").unwrap_or_default();
    let mut complaints = Vec::new();
    for attack in paths.iter().map(|path| Attack::read(path, &markers)).filter(|attack| attack.concerns(level)) {
        if !attack.path.to_string_lossy().contains(&only) {
            continue;
        }
        let began = std::time::Instant::now();
        let finished = match (&mut zygote, attack.is_c()) {
            (Some(_), true) => continue,
            (Some(zygote), false) => {
                if !zygote.is_alive() {
                    *zygote = world.zygote();
                }
                World::warm(zygote, &attack.source, attack.terms())
            }
            (None, true) => {
                let flags = attack.said.get("cflags").map(String::as_str).unwrap_or_default();
                let program = compile(&attack.path, flags);
                world.jail.start(&world.slot, &program_command(program, attack.terms())).unwrap().finish().unwrap()
            }
            (None, false) => world.python(&attack.source, attack.terms()),
        };
        println!("{:6.2} s {}", began.elapsed().as_secs_f64(), attack.path.file_name().unwrap().display());
        let harmless = match &mut zygote {
            Some(zygote) if zygote.is_alive() => World::warm(zygote, "print(6 * 7)", quick()),
            _ => world.python("print(6 * 7)", quick()),
        };
        if (harmless.status, harmless.stdout.to_text().as_str()) != (Status::Exited(0), "42\n") {
            complaints.push(format!("{}: the next run suffered: {harmless:?}", attack.path.display()));
        }
        if let Some(complaint) = attack.complaint(&finished, level) {
            let name = attack.path.file_name().unwrap().display();
            let (out, err) = (finished.stdout.to_text(), finished.stderr.to_text());
            let said: String = out.chars().chain(err.chars()).take(1000).collect();
            let (status, hits, usage) = (finished.status, finished.hits, finished.usage);
            complaints.push(format!("{name}: {complaint}\n  {status:?} {hits:?} {usage:?}\n  it said: {said}"));
        }
    }
    let open = std::fs::read_dir("/proc/self/fd").unwrap().count();
    assert!(open < 1000, "{open} descriptors are open in the host");
    assert!(complaints.is_empty(), "{} at {level}, {start:?}:\n{}", complaints.len(), complaints.join("\n"));
}
