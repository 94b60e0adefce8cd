//! Which interpreter or compiler a language has here, and which files its runs need.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use synthase_lang::language::{Language, Located, fill, fill_word};
use synthase_sandbox::host_command;

use crate::error::RunError;

/// A language's tools as they were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// The main program as it was found on the PATH: perhaps a link, or a script of a version manager.
    pub found: PathBuf,
    /// The main program, with all links followed.
    pub program: PathBuf,
    /// The first line of what it says of its version.
    pub version: String,
    /// What runs may read beyond the base system.
    pub allow: Vec<PathBuf>,
    /// What runs may not see of that.
    pub mask: Vec<PathBuf>,
    /// What slots of command lines stand for, beside those that differ from run to run.
    pub slots: BTreeMap<String, String>,
}

/// How long a tool may take to say its version: long enough for a loaded machine.
const PATIENCE: Duration = Duration::from_secs(20);

impl Toolchain {
    /// Looks for the tools of a language on the PATH and asks them.
    ///
    /// # Errors
    /// No such tool, or one that does not answer.
    pub fn find(language: &Language, path: &str) -> Result<Toolchain, RunError> {
        let missing = |why: String| RunError::MissingTool {
            language: language.title.clone(),
            why,
            install: language.toolchain.install.clone(),
        };
        let found = language.toolchain.programs.iter().find_map(|name| on_path(name, path));
        let Some(program) = found else {
            return Err(missing(format!("no {} on the PATH", language.toolchain.programs.join(" or "))));
        };
        let found_at = program.clone();
        let ask = |command: &[String]| {
            let words = fill(command, &[("program", &program.to_string_lossy())]);
            let argv: Vec<OsString> = words.iter().map(OsString::from).collect();
            let output = host_command(&argv, None, PATIENCE).map_err(|error| missing(error.to_string()))?;
            match output.code {
                0 => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
                _ => {
                    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                    Err(missing(format!("`{}` fails: {said}", words.join(" "))))
                }
            }
        };
        let located = match &language.toolchain.locate {
            None => Located { program: program.to_string_lossy().into_owned(), ..Located::default() },
            Some(command) => read_located(language, &ask(command)?).map_err(missing)?,
        };
        let version = match language.toolchain.version.as_slice() {
            [] => located.version.clone(),
            command => ask(command)?,
        };
        let program = real(Path::new(&located.program));
        let mut slots = located.slots;
        slots.insert("program".to_owned(), program.to_string_lossy().into_owned());
        Ok(Toolchain {
            slots,
            found: found_at,
            version: version.lines().next().unwrap_or("").trim().to_owned(),
            program,
            allow: existing(&located.allow),
            mask: existing(&located.mask),
        })
    }

    /// A command line with its slots filled, these too.
    pub(crate) fn fill(&self, words: &[String], more: &[(&str, &str)]) -> Vec<String> {
        let own = self.slots.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let slots: Vec<(&str, &str)> = more.iter().copied().chain(own).collect();
        fill(words, &slots)
    }

    /// The text by which verdicts name the tools they rest on.
    pub fn identity(&self) -> String {
        format!("{} ({})", self.version, self.program.display())
    }
}

/// Reads what `locate` printed.
fn read_located(language: &Language, printed: &str) -> Result<Located, String> {
    let Some(form) = &language.toolchain.located else {
        return serde_json::from_str(printed.trim()).map_err(|error| format!("its answer cannot be read: {error}"));
    };
    let slots = [("stdout", printed.trim_end())];
    let all = |words: &[String]| words.iter().map(|word| fill_word(word, &slots)).collect();
    Ok(Located {
        program: fill_word(&form.program, &slots),
        version: String::new(),
        allow: all(&form.allow),
        mask: all(&form.mask),
        slots: form.slots.iter().map(|(name, text)| (name.clone(), fill_word(text, &slots))).collect(),
    })
}

fn on_path(name: &str, path: &str) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|file| file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0))
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The paths that exist, with their links followed, each once.
fn existing(paths: &[String]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        paths.iter().filter(|path| !path.is_empty()).filter_map(|path| Path::new(path).canonicalize().ok()).collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_is_named_with_its_remedy() {
        let language = synthase_lang::by_name("python").unwrap();
        let error = Toolchain::find(language, "/nowhere").unwrap_err().to_string();
        assert_eq!(error, "Python cannot be run: no python3 or python on the PATH");
    }

    #[test]
    fn a_located_form_is_filled() {
        let language = synthase_lang::by_name("rust").unwrap();
        let located = read_located(language, "/opt/rust\n").unwrap();
        assert_eq!(located.program, "/opt/rust/bin/rustc");
    }
}
