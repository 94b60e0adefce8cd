//! The messages between the host and its keeper.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use synthase_types::Isolation;

use super::codec::{Reader, Writer};
use super::execute::Execute;
use crate::command::InputFile;
use crate::error::SandboxError;

/// What the host asks of the keeper.
pub(crate) mod ask {
    /// Build the jail ([`Setup`](super::Setup)); the first message.
    pub(crate) const SETUP: u8 = 1;
    /// Make a box for one run ([`NewBox`](super::NewBox)).
    pub(crate) const BOX: u8 = 2;
    /// Start a zygote or the launcher ([`Spawn`](super::Spawn)).
    pub(crate) const SPAWN: u8 = 3;
    /// Without namespaces: end everything that the run has started.
    pub(crate) const KILL: u8 = 4;
    /// Without namespaces: remove the run's folder.
    pub(crate) const CLEAR: u8 = 5;
    /// What do the processes of the run use? Asked with the bytes of memory above which an exact
    /// measure is wanted; answered by processor time in nanoseconds, bytes of memory, processes.
    pub(crate) const USAGE: u8 = 6;
    /// The host has no more use for the keeper. No answer.
    pub(crate) const GOODBYE: u8 = 7;
}

/// What the keeper answers.
pub(crate) mod answer {
    /// Done; the descriptors depend on the question.
    pub(crate) const DONE: u8 = 1;
    /// Not done: a failure, see [`decode_failure`](super::decode_failure).
    pub(crate) const FAILED: u8 = 2;
}

/// The jail that a keeper is to build.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Setup {
    /// How strong.
    pub(crate) level: Isolation,
    /// The user and group outside that stand for the one user inside.
    pub(crate) outer: (u32, u32),
    /// What the root folder contains, parents first.
    pub(crate) entries: Vec<Entry>,
    /// What may be read and executed, by its real path.
    pub(crate) readable: Vec<PathBuf>,
    /// Empty folders to remove when the host is gone: control groups.
    pub(crate) leftovers: Vec<PathBuf>,
    /// Where the folders of runs are made, without namespaces.
    pub(crate) scratch: PathBuf,
    /// Whether each box has a network of its own, with a loopback device.
    pub(crate) loopback: bool,
}

/// One thing in the root folder of a jail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A folder.
    Folder(PathBuf),
    /// A symbolic link and where it leads.
    Link(PathBuf, PathBuf),
    /// A folder or file of the host, read-only.
    Bind(PathBuf, Kind),
    /// A folder or file of the host, read-only, at another place.
    Show(PathBuf, PathBuf, Kind),
    /// Something in a bound folder that is covered by an empty folder or file.
    Mask(PathBuf, Kind),
}

/// Whether something is a folder or a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A folder.
    Folder,
    /// Anything else.
    File,
}

/// A box for one run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewBox {
    /// Bytes that fit into its file system.
    pub(crate) disk: u64,
    /// Files and folders that fit into it.
    pub(crate) inodes: u64,
    /// What lies in its work folder at the start.
    pub(crate) files: Vec<InputFile>,
}

/// A process that lives in the jail and forks runs. With it travel: its control socket, where it may
/// complain, and the files through which it joins control groups.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spawn {
    /// The interpreter to execute; `None` is the built-in launcher.
    pub(crate) program: Option<Execute>,
}

impl Kind {
    fn code(self) -> u8 {
        match self {
            Kind::Folder => 0,
            Kind::File => 1,
        }
    }

    fn from_code(code: u8) -> Kind {
        if code == 0 { Kind::Folder } else { Kind::File }
    }
}

fn level_code(level: Isolation) -> u8 {
    Isolation::ALL.iter().position(|known| *known == level).map_or(0, |index| index as u8)
}

impl Setup {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.u8(level_code(self.level)).u32(self.outer.0).u32(self.outer.1);
        writer.list(&self.entries, |w, entry| {
            match entry {
                Entry::Folder(path) => w.u8(0).text(path),
                Entry::Link(path, target) => w.u8(1).text(path).text(target),
                Entry::Bind(path, kind) => w.u8(2).text(path).u8(kind.code()),
                Entry::Show(path, at, kind) => w.u8(4).text(path).text(at).u8(kind.code()),
                Entry::Mask(path, kind) => w.u8(3).text(path).u8(kind.code()),
            };
        });
        let path = |w: &mut Writer, path: &PathBuf| {
            w.text(path);
        };
        writer.list(&self.readable, path).list(&self.leftovers, path).text(&self.scratch);
        writer.u8(u8::from(self.loopback));
        writer.0
    }

    pub(crate) fn decode(body: &[u8]) -> Option<Setup> {
        let r = &mut Reader(body);
        Some(Setup {
            level: *Isolation::ALL.get(r.u8()? as usize)?,
            outer: (r.u32()?, r.u32()?),
            entries: r.list(|r| {
                Some(match r.u8()? {
                    0 => Entry::Folder(r.text()?.into()),
                    1 => Entry::Link(r.text()?.into(), r.text()?.into()),
                    2 => Entry::Bind(r.text()?.into(), Kind::from_code(r.u8()?)),
                    4 => Entry::Show(r.text()?.into(), r.text()?.into(), Kind::from_code(r.u8()?)),
                    _ => Entry::Mask(r.text()?.into(), Kind::from_code(r.u8()?)),
                })
            })?,
            readable: r.list(|r| r.text().map(PathBuf::from))?,
            leftovers: r.list(|r| r.text().map(PathBuf::from))?,
            scratch: r.text()?.into(),
            loopback: r.u8()? != 0,
        })
    }
}

impl NewBox {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.u64(self.disk).u64(self.inodes).list(&self.files, |w, file| {
            w.text(&file.path).bytes(&file.contents).u8(u8::from(file.executable));
        });
        writer.0
    }

    pub(crate) fn decode(body: &[u8]) -> Option<NewBox> {
        let r = &mut Reader(body);
        Some(NewBox {
            disk: r.u64()?,
            inodes: r.u64()?,
            files: r.list(|r| {
                Some(InputFile { path: r.text()?.into(), contents: r.bytes()?.to_vec(), executable: r.u8()? != 0 })
            })?,
        })
    }
}

impl Spawn {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        match &self.program {
            None => drop(writer.u8(0)),
            Some(program) => program.write(writer.u8(1)),
        }
        writer.0
    }

    pub(crate) fn decode(body: &[u8]) -> Option<Spawn> {
        let r = &mut Reader(body);
        let program = match r.u8()? {
            0 => None,
            _ => Some(Execute::read(r)?),
        };
        Some(Spawn { program })
    }
}

/// A failure in the keeper, as a message.
pub(crate) fn encode_failure(error: &SandboxError) -> Vec<u8> {
    let mut writer = Writer::default();
    match error {
        SandboxError::System { operation, object, source } => {
            writer.text(operation).text(object).u32(source.raw_os_error().unwrap_or(0) as u32).text(source.to_string())
        }
        other => writer.text("go on:").text(other.to_string()).u32(0).text("see above"),
    };
    writer.0
}

/// The failure in a message of the keeper.
pub(crate) fn decode_failure(body: &[u8]) -> Option<SandboxError> {
    let r = &mut Reader(body);
    let lossy = |text: OsString| text.to_string_lossy().into_owned();
    let (operation, object, errno, words) = (lossy(r.text()?), lossy(r.text()?), r.u32()? as i32, lossy(r.text()?));
    let source = if errno == 0 { io::Error::other(words) } else { io::Error::from_raw_os_error(errno) };
    Some(SandboxError::Keeper { operation, object, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_back() {
        let setup = Setup {
            level: Isolation::Namespaces,
            outer: (65534, 65533),
            entries: vec![
                Entry::Folder("/a".into()),
                Entry::Link("/b".into(), "a".into()),
                Entry::Bind("/c".into(), Kind::File),
                Entry::Mask("/c/d".into(), Kind::Folder),
                Entry::Show("/e".into(), "/f".into(), Kind::Folder),
            ],
            readable: vec!["/c".into()],
            leftovers: vec!["/e".into(), "/f".into()],
            scratch: "/tmp".into(),
            loopback: true,
        };
        assert_eq!(Setup::decode(&setup.encode()), Some(setup));
        let file = InputFile { path: "x".into(), contents: vec![0, 255], executable: true };
        let new_box = NewBox { disk: 1 << 40, inodes: 7, files: vec![file] };
        assert_eq!(NewBox::decode(&new_box.encode()), Some(new_box));
        let env = vec![("A".into(), "b".into())];
        let program = Execute { path: "python".into(), argv: vec!["-S".into()], env };
        for spawn in [Spawn { program: None }, Spawn { program: Some(program) }] {
            assert_eq!(Spawn::decode(&spawn.encode()), Some(spawn));
        }
    }

    #[test]
    fn a_failure_keeps_its_words_and_its_number() {
        let error = SandboxError::System {
            operation: "mount",
            object: "/proc".into(),
            source: io::Error::from_raw_os_error(libc::EPERM),
        };
        let error = decode_failure(&encode_failure(&error)).unwrap();
        assert_eq!(error.to_string(), "the keeper of the sandbox cannot mount /proc");
    }
}
