//! The languages that are built in.

use std::path::Path;
use std::sync::OnceLock;

use crate::language::Language;

struct Folder {
    name: &'static str,
    definition: &'static str,
    driver: Option<&'static str>,
}

macro_rules! folder {
    ($name:literal) => {
        Folder {
            name: $name,
            definition: include_str!(concat!("../languages/", $name, "/language.toml")),
            driver: None,
        }
    };
    ($name:literal, $driver:literal) => {
        Folder {
            name: $name,
            definition: include_str!(concat!("../languages/", $name, "/language.toml")),
            driver: Some(include_str!(concat!("../languages/", $name, "/", $driver))),
        }
    };
}

/// One line for each folder under `languages/`, sorted by name.
const FOLDERS: &[Folder] = &[
    folder!("bash"),
    folder!("c"),
    folder!("javascript", "driver.js"),
    folder!("python", "driver.py"),
    folder!("rust", "driver.rs"),
];

/// All languages, sorted by name.
pub fn all() -> &'static [Language] {
    static ALL: OnceLock<Vec<Language>> = OnceLock::new();
    ALL.get_or_init(|| {
        FOLDERS
            .iter()
            // A broken definition is found by this module's test, so it cannot reach a user.
            .map(|folder| Language::from_toml(folder.definition).unwrap_or_else(|e| panic!("{}: {e}", folder.name)))
            .collect()
    })
}

/// No language has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown language `{name}` (known: {known})")]
pub struct UnknownLanguage {
    /// The name that was asked for.
    pub name: String,
    known: String,
}

/// The language of a name or alias, in any case.
///
/// # Errors
/// No language has this name.
pub fn by_name(name: &str) -> Result<&'static Language, UnknownLanguage> {
    let wanted = name.to_ascii_lowercase();
    all().iter().find(|language| language.name == wanted || language.aliases.contains(&wanted)).ok_or_else(|| {
        UnknownLanguage {
            name: name.to_owned(),
            known: all().iter().map(|language| language.name.as_str()).collect::<Vec<_>>().join(", "),
        }
    })
}

/// The language of a file, by the ending of its name.
pub fn by_path(path: &Path) -> Option<&'static Language> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    all().iter().find(|language| language.extensions.contains(&ending))
}

/// The driver's text of a language where functions can be called.
pub fn driver(language: &Language) -> Option<&'static str> {
    FOLDERS.iter().find(|folder| folder.name == language.name)?.driver
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_folder_is_listed_once_in_order_and_readable() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/languages");
        let mut folders: Vec<String> =
            fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        folders.sort();
        assert_eq!(all().iter().map(|language| language.name.clone()).collect::<Vec<_>>(), folders);
        for language in all() {
            assert_eq!(language.call.is_some(), driver(language).is_some(), "{}", language.name);
            assert_eq!(language.call.is_some(), language.hello.call.is_some(), "{}", language.name);
        }
    }

    #[test]
    fn no_name_or_ending_belongs_to_two_languages() {
        let mut names: Vec<&String> = all().iter().flat_map(|l| l.aliases.iter().chain([&l.name])).collect();
        let mut endings: Vec<&String> = all().iter().flat_map(|l| &l.extensions).collect();
        for list in [&mut names, &mut endings] {
            list.sort();
            assert!(list.windows(2).all(|pair| pair[0] != pair[1]), "{list:?}");
        }
    }

    #[test]
    fn languages_are_found_by_name_and_ending() {
        assert_eq!(by_name("JS").unwrap().name, "javascript");
        assert_eq!(by_path(Path::new("a/b.PY")).unwrap().name, "python");
        assert_eq!(by_path(Path::new("Makefile")), None);
        let message = by_name("cobol").unwrap_err().to_string();
        assert_eq!(message, "unknown language `cobol` (known: bash, c, javascript, python, rust)");
    }
}
