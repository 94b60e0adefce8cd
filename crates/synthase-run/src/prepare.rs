//! What is made once for each toolchain: drivers that are compiled, precompiled headers, archives.
//!
//! It lies in the cache under a name made of everything that it rests on, is complete from the moment in
//! which it has that name, and is shown to runs read-only. Any number of processes may share it.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use synthase_lang::language::{Language, Prepare};
use synthase_lang::registry;
use synthase_sandbox::{Collected, Command, InputFile, Jail, Slot, Terms};
use synthase_types::Outcome;
use synthase_types::id::Digest;

use crate::error::RunError;
use crate::toolchain::Toolchain;

/// Where a jail shows what was prepared, where it can show things at other places.
pub(crate) const SHOWN_AT: &str = "/prepared";

/// How names of folders that are still being made begin.
const NEW: &str = ".new-";

/// What was prepared.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// The folder.
    pub(crate) folder: PathBuf,
    /// The name of its content.
    pub(crate) digest: Digest,
}

/// Makes what a language needs, or finds it made.
pub(crate) fn prepare(
    language: &Language,
    prepare: &Prepare,
    toolchain: &Toolchain,
    cache: &Path,
    place: impl FnOnce() -> Result<(Jail, Slot), RunError>,
) -> Result<Prepared, RunError> {
    let files = prepare.files.iter().map(|name| {
        let text = registry::text(language, name).unwrap_or("");
        InputFile::new(name.rsplit('/').next().unwrap_or(name), text.as_bytes())
    });
    let files: Vec<InputFile> = files.collect();
    let commands: Vec<Vec<String>> = prepare.commands.iter().map(|words| toolchain.fill(words, &[])).collect();
    let identity = toolchain.identity();
    let mut parts: Vec<&[u8]> = vec![b"prepare 1", identity.as_bytes()];
    parts.extend(commands.iter().flatten().chain(&prepare.outputs).map(String::as_bytes));
    parts.extend(files.iter().map(|file| file.contents.as_slice()));
    let digest = Digest::of_parts(&parts);
    let folder = cache.join("prepared").join(digest.to_string());
    if folder.is_dir() {
        return Ok(Prepared { folder, digest });
    }
    let (jail, slot) = place()?;
    let broken = |why: String| RunError::BrokenTool { language: language.title.clone(), why };
    let terms = Terms {
        limits: prepare.limits.clone(),
        files,
        collect: prepare.outputs.iter().map(PathBuf::from).collect(),
        ..Terms::default()
    };
    // One box for all commands, because each goes on with what those before it have made.
    let script: Vec<String> = commands.iter().map(|words| shell_line(words)).collect();
    let mut command = Command::new("/bin/sh").arg("-ec").arg(script.join("\n")).env("PATH", "/usr/bin:/bin");
    for (name, value) in &language.environment {
        command = command.env(name, value);
    }
    let finished = jail.start(&slot, &command.terms(terms))?.finish()?;
    match finished.outcome() {
        None => return Err(RunError::Cancelled),
        Some(Outcome::Exited(0)) => {}
        Some(outcome) => {
            let said = [&finished.stderr, &finished.stdout].map(|output| output.to_text()).join("\n");
            return Err(broken(format!("what its programs need cannot be made: it {outcome}. {}", said.trim())));
        }
    }
    let missing = |name: &&String| !finished.files.iter().any(|file| file.path.starts_with(name.trim_end_matches('/')));
    if let Some(name) = prepare.outputs.iter().find(missing) {
        return Err(broken(format!("what its programs need was made without `{name}`")));
    }
    keep(&folder, &finished.files).map_err(|source| {
        let operation = "keep what was prepared for a language";
        RunError::File { operation, source }
    })?;
    Ok(Prepared { folder, digest })
}

/// A command as a line for the shell.
fn shell_line(words: &[String]) -> String {
    let quoted = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''")));
    quoted.collect::<Vec<_>>().join(" ")
}

/// Stores files as a folder, which appears under its name only when it is whole.
fn keep(folder: &Path, files: &[Collected]) -> io::Result<()> {
    let parent = folder.parent().unwrap_or(folder);
    fs::create_dir_all(parent)?;
    let made = tempfile::Builder::new().prefix(NEW).tempdir_in(parent)?;
    for collected in files {
        let path = made.path().join(&collected.path);
        fs::create_dir_all(path.parent().unwrap_or(made.path()))?;
        let mut bytes = Vec::new();
        (&collected.file).read_to_end(&mut bytes)?;
        let mut file = fs::File::create(&path)?;
        file.write_all(&bytes)?;
        let executable = collected.file.metadata()?.mode() & 0o111;
        file.set_permissions(fs::Permissions::from_mode(0o444 | executable))?;
        file.sync_all()?;
    }
    open_to_all(made.path())?;
    match fs::rename(made.path(), folder) {
        Ok(()) => {
            // It has another name now.
            let _ = made.keep();
            Ok(())
        }
        // Somebody else was faster.
        Err(_) if folder.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Lets every user look into a folder and those in it.
fn open_to_all(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_to_all(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words_in_a_shell() {
        let words = ["a b", "it's", "$x", ""].map(str::to_owned);
        assert_eq!(shell_line(&words), r"'a b' 'it'\''s' '$x' ''");
    }

    #[test]
    fn a_kept_folder_is_whole_and_kept_once() {
        let cache = tempfile::tempdir().unwrap();
        let source = cache.path().join("source");
        fs::write(&source, "content").unwrap();
        let collected = || Collected { path: "in/side".into(), file: fs::File::open(&source).unwrap(), size: 7 };
        let folder = cache.path().join("prepared/name");
        keep(&folder, &[collected()]).unwrap();
        keep(&folder, &[collected()]).unwrap();
        assert_eq!(fs::read_to_string(folder.join("in/side")).unwrap(), "content");
        assert_eq!(fs::read_dir(folder.parent().unwrap()).unwrap().count(), 1);
    }
}
