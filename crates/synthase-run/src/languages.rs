//! Languages that a user adds: folders of folders, each with a `language.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use synthase_lang::Language;
use synthase_lang::registry::{self, AddError};

/// A folder of languages cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AddLanguageError {
    /// Something cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A language cannot be added.
    #[error("{path}: {error}")]
    Add {
        /// Its folder.
        path: PathBuf,
        /// Why.
        error: AddError,
    },
}

/// The largest text in a language's folder.
const LARGEST: u64 = 4 << 20;

/// Adds the languages of a folder for the life of the program. Whoever names a folder trusts it: commands of
/// a language are started, those that look for its tools even outside of the sandbox.
///
/// # Errors
/// Something cannot be read, or a language cannot be used. Those before it were added.
pub fn add_languages(folder: &Path) -> Result<Vec<&'static Language>, AddLanguageError> {
    let read = |path: &Path| {
        let path = path.to_owned();
        move |source| AddLanguageError::Read { path, source }
    };
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(read(folder))? {
        let path = entry.map_err(read(folder))?.path();
        if path.join("language.toml").is_file() {
            folders.push(path);
        }
    }
    folders.sort();
    let mut added = Vec::new();
    for path in folders {
        let definition = path.join("language.toml");
        let definition = fs::read_to_string(&definition).map_err(read(&definition))?;
        let mut texts = Vec::new();
        for entry in fs::read_dir(&path).map_err(read(&path))? {
            let entry = entry.map_err(read(&path))?;
            let small = entry.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST);
            // What is no text is no driver.
            if let (true, Ok(name), Ok(text)) =
                (small, entry.file_name().into_string(), fs::read_to_string(entry.path()))
            {
                texts.push((name, text));
            }
        }
        let language = registry::add(&definition, texts);
        added.push(language.map_err(|error| AddLanguageError::Add { path: path.clone(), error })?);
    }
    Ok(added)
}

/// Where a user's own languages lie, by the rules of the desktop: `$XDG_CONFIG_HOME` or `~/.config`.
pub fn default_languages_folder() -> Option<PathBuf> {
    let base = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".config")))?;
    Some(base.join("synthase").join("languages"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_with_a_definition_are_added_with_their_texts() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("own");
        fs::create_dir_all(&own).unwrap();
        fs::create_dir_all(folder.path().join("empty")).unwrap();
        let definition = "name = 'own-words'\ntitle = 'Own'\nextensions = ['own-words']\ncomment = '#'\n\
                          [toolchain]\nprograms = ['sh']\nversion = ['sh', '-c', 'echo 1']\ninstall = ''\n\
                          [run]\nfile = 'x'\ncommand = ['sh', '{file}']\n\
                          [call]\ndriver = 'driver.own'\nstart = 'process'\ncommand = ['sh']\n\
                          [hello]\nsource = ''\ncall = ''\n";
        fs::write(own.join("language.toml"), definition).unwrap();
        let missing = add_languages(folder.path()).unwrap_err().to_string();
        assert!(missing.ends_with("the folder has no `driver.own`"), "{missing}");
        fs::write(own.join("driver.own"), "text").unwrap();
        let added = add_languages(folder.path()).unwrap();
        assert_eq!(registry::driver(added[0]), Some("text"));
        fs::write(own.join("language.toml"), "name = 1").unwrap();
        assert!(matches!(add_languages(folder.path()), Err(AddLanguageError::Add { .. })));
        assert!(add_languages(&folder.path().join("nowhere")).is_err());
    }
}
