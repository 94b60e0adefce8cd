//! The languages that are known: those that are built in, and those that a user has added.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{OnceLock, PoisonError, RwLock};

use crate::language::{Language, LanguageError};

/// A language with the texts that lie in its folder.
struct Entry {
    language: Language,
    /// Names and texts.
    texts: Vec<(Cow<'static, str>, Cow<'static, str>)>,
}

/// A folder that is embedded in the program.
struct Folder {
    definition: &'static str,
    texts: &'static [(&'static str, &'static str)],
}

macro_rules! folder {
    ($name:literal $(, $text:literal)*) => {
        Folder {
            definition: include_str!(concat!("../languages/", $name, "/language.toml")),
            texts: &[$(($text, include_str!(concat!("../languages/", $name, "/", $text)))),*],
        }
    };
}

/// One line for each folder under `languages/`, sorted by name, with the texts that it needs.
const FOLDERS: &[Folder] = &[
    folder!("bash"),
    folder!("c", "driver.c", "driver.h", "glue.c"),
    folder!("cpp", "driver.cpp", "driver.hpp"),
    folder!("csharp", "Compile.cs", "Decode.cs", "Driver.cs", "Encode.cs", "Entry.cs", "Frames.cs", "Json.cs"),
    folder!("fortran"),
    folder!("go", "build.go", "driver.go"),
    folder!("haskell", "Synthase.hs", "assemble.hs"),
    folder!(
        "java",
        "CompileJava.java",
        "Compiler.java",
        "Decode.java",
        "Driver.java",
        "Encode.java",
        "Frames.java",
        "Json.java",
        "Program.java",
        "ScalaLibrary.java",
        "Tags.java",
        "driver.mf"
    ),
    folder!("javascript", "driver.js"),
    folder!("kotlin", "CompileKotlin.java"),
    folder!("lua", "driver.lua"),
    folder!("ocaml", "synthase.ml"),
    folder!("pascal"),
    folder!("perl", "driver.pl"),
    folder!("php", "driver.php"),
    folder!("prolog"),
    folder!("python", "driver.py"),
    folder!("r", "driver.R"),
    folder!("racket", "driver.rkt"),
    folder!("ruby", "driver.rb"),
    folder!("rust", "driver.rs"),
    folder!("scala", "CompileScala.java", "Wrap.java"),
    folder!("sql"),
    folder!("typescript", "host.d.ts", "worker.js"),
    folder!("verilog"),
];

fn built_in() -> &'static [Entry] {
    static BUILT_IN: OnceLock<Vec<Entry>> = OnceLock::new();
    BUILT_IN.get_or_init(|| {
        let entry = |folder: &Folder| Entry {
            // A broken definition is found by this module's test, so it cannot reach a user.
            language: Language::from_toml(folder.definition).unwrap_or_else(|error| panic!("{error}")),
            texts: folder.texts.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect(),
        };
        FOLDERS.iter().map(entry).collect()
    })
}

/// What users have added. Entries live as long as the program: there are few, and everybody may hold one.
static ADDED: RwLock<Vec<&'static Entry>> = RwLock::new(Vec::new());

fn entries() -> Vec<&'static Entry> {
    let added = ADDED.read().unwrap_or_else(PoisonError::into_inner);
    let mut entries: Vec<&'static Entry> = built_in().iter().chain(added.iter().copied()).collect();
    entries.sort_by(|a, b| a.language.name.cmp(&b.language.name));
    entries
}

/// All languages, sorted by name.
pub fn all() -> Vec<&'static Language> {
    entries().into_iter().map(|entry| &entry.language).collect()
}

/// A language cannot be added.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AddError {
    /// Its definition cannot be used.
    #[error(transparent)]
    Definition(#[from] LanguageError),
    /// A name or an ending of file names belongs to another language.
    #[error("`{name}` belongs to {title} already")]
    Taken {
        /// The name, or the ending.
        name: String,
        /// The other language.
        title: String,
    },
    /// It names a text that does not lie in its folder.
    #[error("the folder has no `{0}`")]
    NoText(String),
}

/// Adds a language for the life of the program: the text of its `language.toml`, and the names and texts
/// of what else lies in its folder. Whoever adds one trusts it: its commands are started.
///
/// # Errors
/// See [`AddError`]; then nothing was added.
pub fn add(definition: &str, texts: Vec<(String, String)>) -> Result<&'static Language, AddError> {
    let language = Language::from_toml(definition)?;
    for known in all() {
        let mut names = [&language.name].into_iter().chain(&language.aliases);
        let mut endings = language.extensions.iter();
        let taken = names
            .find(|name| known.name == **name || known.aliases.contains(name))
            .or_else(|| endings.find(|ending| known.extensions.contains(ending)));
        if let Some(name) = taken {
            return Err(AddError::Taken { name: name.clone(), title: known.title.clone() });
        }
    }
    let texts: Vec<_> = texts.into_iter().map(|(name, text)| (name.into(), text.into())).collect();
    let entry = Entry { language, texts };
    let named = entry.language.prepare.iter().flat_map(|prepare| &prepare.files);
    let driver = entry.language.call.iter().map(|call| &call.driver).filter(|driver| !driver.is_empty());
    if let Some(missing) = named.chain(driver).find(|name| find_text(&entry, name).is_none()) {
        return Err(AddError::NoText(missing.clone()));
    }
    let entry: &'static Entry = Box::leak(Box::new(entry));
    ADDED.write().unwrap_or_else(PoisonError::into_inner).push(entry);
    Ok(&entry.language)
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
    let is_it = |language: &Language| language.name == wanted || language.aliases.contains(&wanted);
    // Most ask for a language that is built in, and often.
    if let Some(entry) = built_in().iter().find(|entry| is_it(&entry.language)) {
        return Ok(&entry.language);
    }
    all().into_iter().find(|language| is_it(language)).ok_or_else(|| UnknownLanguage {
        name: name.to_owned(),
        known: all().iter().map(|language| language.name.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// The language of a file, by the ending of its name.
pub fn by_path(path: &Path) -> Option<&'static Language> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    all().into_iter().find(|language| language.extensions.contains(&ending))
}

/// A text of a language's folder, or of another's: `../java/Driver.java`.
pub fn text(language: &Language, name: &str) -> Option<&'static str> {
    let entry = entries().into_iter().find(|entry| entry.language.name == language.name)?;
    find_text(entry, name)
}

fn find_text<'a>(entry: &'a Entry, name: &str) -> Option<&'a str> {
    let (folder, name) = match name.strip_prefix("../").and_then(|rest| rest.split_once('/')) {
        Some((other, name)) => (built_in().iter().find(|entry| entry.language.name == other)?, name),
        None => (entry, name),
    };
    folder.texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_ref())
}

/// The driver's text of a language where functions can be called.
pub fn driver(language: &Language) -> Option<&'static str> {
    text(language, &language.call.as_ref()?.driver)
}

/// Everything in a language's folder on which the behaviour of a run rests: its definition by its
/// content, and its texts. Part of the key of verdicts and of what is kept of compilers.
pub fn texts(language: &Language) -> Vec<&'static str> {
    let prepare = language.prepare.iter().flat_map(|prepare| &prepare.files);
    let driver = language.call.iter().map(|call| &call.driver);
    let mut names: Vec<&String> = prepare.chain(driver).collect();
    names.dedup();
    names.into_iter().filter_map(|name| text(language, name)).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_folder_is_listed_once_in_order_and_readable() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/languages");
        let entries = fs::read_dir(root).unwrap().map(|entry| entry.unwrap());
        let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
        let mut folders: Vec<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
        folders.sort();
        let names: Vec<String> = built_in().iter().map(|entry| entry.language.name.clone()).collect();
        assert_eq!(names, folders);
        for Entry { language, .. } in built_in() {
            assert_eq!(language.call.is_some(), language.hello.call.is_some(), "{}", language.name);
            let named = language.prepare.iter().flat_map(|prepare| &prepare.files);
            let driver = language.call.iter().map(|call| &call.driver).filter(|driver| !driver.is_empty());
            for name in named.chain(driver) {
                assert!(text(language, name).is_some(), "{} {name}", language.name);
            }
        }
    }

    #[test]
    fn no_name_or_ending_belongs_to_two_languages() {
        let languages: Vec<&Language> = built_in().iter().map(|entry| &entry.language).collect();
        let mut names: Vec<&String> = languages.iter().flat_map(|l| l.aliases.iter().chain([&l.name])).collect();
        let mut endings: Vec<&String> = languages.iter().flat_map(|l| &l.extensions).collect();
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
        assert!(message.starts_with("unknown language `cobol` (known: bash, c, "), "{message}");
    }

    #[test]
    fn a_language_can_be_added_and_cannot_take_a_name() {
        let definition = |name: &str, ending: &str| {
            format!(
                "name = '{name}'\ntitle = 'X'\nextensions = ['{ending}']\ncomment = '#'\n\
                 [toolchain]\nprograms = ['x']\nversion = ['x']\ninstall = ''\n\
                 [run]\nfile = 'x'\ncommand = ['x']\n[hello]\nsource = ''\n"
            )
        };
        assert_eq!(add(&definition("added", "added"), Vec::new()).unwrap().name, "added");
        assert_eq!(by_name("added").unwrap().title, "X");
        assert!(matches!(add(&definition("added", "other"), Vec::new()), Err(AddError::Taken { .. })));
        assert!(matches!(add(&definition("js", "other"), Vec::new()), Err(AddError::Taken { .. })));
        assert!(matches!(add(&definition("other", "py"), Vec::new()), Err(AddError::Taken { .. })));
        let driven =
            definition("driven", "driven") + "call = ''\n[call]\ndriver = 'd'\nstart = 'process'\ncommand = ['x']\n";
        assert_eq!(add(&driven, Vec::new()), Err(AddError::NoText("d".into())));
    }
}
