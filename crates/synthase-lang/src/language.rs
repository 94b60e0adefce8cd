//! A language as data: what its `language.toml` says.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::Error as _;
use synthase_types::Limits;

/// How programs of a language are found, compiled, run and spoken to. `languages/README.md` describes
/// every field and the slots of command lines.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// The name: lower case, as on the command line.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Endings of file names, without the dot.
    pub extensions: Vec<String>,
    /// What begins a comment that ends with the line.
    pub comment: String,
    /// Which values its programs can hold.
    #[serde(default)]
    pub values: Values,
    /// Where the tools are.
    pub toolchain: Toolchain,
    /// What is made once for each toolchain.
    pub prepare: Option<Prepare>,
    /// How a program is compiled, for languages that are.
    pub compile: Option<Compile>,
    /// How a program is run.
    pub run: Run,
    /// How functions are called, where they can be.
    pub call: Option<Call>,
    /// How programs get packages beyond the standard library, where they can.
    pub packages: Option<Packages>,
    /// How the memory of one process is bounded where nothing counts that of the whole tree.
    #[serde(default)]
    pub memory: MemoryRule,
    /// Whether there is one kind of number only, so that `1` and `1.0` are the same value.
    #[serde(default)]
    pub one_number: bool,
    /// Variables of the environment of every run.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Programs that must work.
    pub hello: Hello,
}

/// How the memory of one process can be bounded by the kernel's limits of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemoryRule {
    /// By its private writable memory.
    #[default]
    Data,
    /// Not at all: the runtime reserves far more than it uses.
    Nothing,
}

/// Which values the programs of a language can hold. What does not fit is found out before a call, so
/// that a program need not be believed when it says that it cannot take an argument.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Values {
    /// Its integers.
    pub integers: Integers,
    /// Tagged literals that the driver converts.
    pub tags: Vec<String>,
    /// What may be a key of a map or an element of a set.
    pub keys: Keys,
    /// Whether it has sets.
    pub sets: bool,
    /// Whether it has bytes.
    pub bytes: bool,
    /// Whether it has records, or something that stands for them.
    pub records: bool,
    /// Whether an absent value can stand in a list or map.
    pub null_items: bool,
}

impl Default for Values {
    fn default() -> Self {
        Values {
            integers: Integers::Any,
            tags: Vec::new(),
            keys: Keys::Any,
            sets: true,
            bytes: true,
            records: true,
            null_items: true,
        }
    }
}

/// The integers of a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Integers {
    /// All.
    Any,
    /// Those of 64 bits.
    I64,
    /// Those of 32 bits.
    I32,
    /// Those that a double holds exactly, with all their neighbours.
    F53,
}

/// What may be a key of a map or an element of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keys {
    /// Everything.
    Any,
    /// What cannot be changed: no lists, maps or records.
    Hashable,
    /// No containers.
    Scalar,
    /// Texts and integers.
    Text,
}

/// Where a language's tools are.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Toolchain {
    /// Names of the main program, the first on the PATH is taken.
    pub programs: Vec<String>,
    /// The command that prints its version on the first line of its output. May be left out where
    /// `locate` tells it: asking twice takes twice as long.
    #[serde(default)]
    pub version: Vec<String>,
    /// The command that installs it, for messages.
    pub install: String,
    /// A command that tells which files a run needs: it prints JSON with the fields of [`Located`],
    /// unless `located` says how to read its output.
    pub locate: Option<Vec<String>>,
    /// How to make a [`Located`] from what `locate` prints: `{stdout}` is its text without the line
    /// end.
    pub located: Option<Located>,
}

/// Which files a run of a language needs beyond those of the base system.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Located {
    /// The main program, with all links followed.
    pub program: String,
    /// Its version, where the toolchain has no command of its own for it.
    pub version: String,
    /// Files and folders that runs may read.
    pub allow: Vec<String>,
    /// Files and folders within those that runs may not see.
    pub mask: Vec<String>,
    /// What further slots of command lines stand for.
    pub slots: BTreeMap<String, String>,
}

/// What is made once for each toolchain, in a sandbox, and then shown to every run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prepare {
    /// Texts of the language's folder (or of another's: `../java/Driver.java`), put into the work folder.
    #[serde(default)]
    pub files: Vec<String>,
    /// The commands, one after the other.
    pub commands: Vec<Vec<String>>,
    /// What is kept of the work folder: files, and folders where the name ends with a slash.
    pub outputs: Vec<String>,
    /// Limits of each command.
    #[serde(deserialize_with = "compile_limits")]
    pub limits: Limits,
}

/// How a program is compiled.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compile {
    /// The name of the source file.
    pub file: String,
    /// The command. May be left out where there is a worker.
    #[serde(default)]
    pub command: Vec<String>,
    /// The name of the compiled program.
    pub output: String,
    /// Limits of the compiler: it is a tool, but what it reads comes from a stranger.
    #[serde(deserialize_with = "compile_limits")]
    pub limits: Limits,
    /// The command that starts a compiler for many programs, one after the other.
    #[serde(default)]
    pub worker: Vec<String>,
}

/// How a program is run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The name of the source file, for languages that are not compiled.
    pub file: Option<String>,
    /// The command.
    pub command: Vec<String>,
}

/// How functions are called.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The file with the driver's text, beside `language.toml` or in another language's folder.
    #[serde(default)]
    pub driver: String,
    /// How the driver comes to run.
    pub start: Start,
    /// The command that starts the driver; none for languages where it is compiled into the program.
    #[serde(default)]
    pub command: Vec<String>,
    /// The command that starts the driver for one run, where `command` starts it for many.
    #[serde(default)]
    pub cold: Vec<String>,
    /// What the message that loads a program carries.
    #[serde(default)]
    pub load: Load,
    /// Whether the driver also runs whole programs (`{"op": "main"}`), so that they start warm, too.
    #[serde(default)]
    pub scripts: bool,
    /// Where the driver is compiled into the program: the files that are compiled, by their names.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// The command that compiles those, if it is another than that for a program by itself.
    #[serde(default)]
    pub compile: Vec<String>,
    /// How one argument of the call is written in those files.
    #[serde(default)]
    pub argument: String,
    /// What stands between arguments.
    #[serde(default = "comma")]
    pub separator: String,
    /// The command that compiles a program's text by itself. It tells faults of the text from entry
    /// points that cannot be called.
    #[serde(default)]
    pub alone: Vec<String>,
    /// For each type the expression that reads it, where those files must name types.
    #[serde(default)]
    pub decode: BTreeMap<String, String>,
    /// For each type the expression that writes it.
    #[serde(default)]
    pub encode: BTreeMap<String, String>,
}

fn comma() -> String {
    ", ".to_owned()
}

/// What the message that loads a program carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Load {
    /// The program's text.
    #[default]
    Source,
    /// What the compiler made of it, as a text in the place of the source.
    Text,
    /// What the compiler made of it, in base64.
    Artefact,
}

/// How a driver comes to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// It is started once and forks for every run.
    Zygote,
    /// It is started for every run.
    Process,
    /// It is compiled together with the program.
    Compiled,
}

/// How programs of a language get packages that are installed on the machine. A program sees those that
/// its environment names, and what they need, and no others.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packages {
    /// The command that finds packages: their names are added as words. It prints a JSON object with a
    /// [`Package`] for each that is there, also for those that they need.
    pub find: Vec<String>,
    /// The variable that holds the folder in which they lie.
    pub variable: String,
    /// The command that installs one, for messages; its name is added.
    pub install: String,
    /// What a warm interpreter imports beforehand, by the package's name: importing takes long, and runs
    /// that are forked find it done. Each combination of packages has an interpreter of its own.
    #[serde(default)]
    pub preload: BTreeMap<String, Vec<String>>,
}

/// An installed package.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its version.
    pub version: String,
    /// The files and folders that it consists of.
    pub paths: Vec<String>,
}

/// Programs that must work where the language works.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// Reads a name and prints `hello, <name>`.
    pub source: String,
    /// Defines `greet`, which takes a name and returns `hello, <name>`.
    pub call: Option<String>,
}

/// A `language.toml` that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("language definition: {0}")]
pub struct LanguageError(String);

impl Language {
    /// Reads a `language.toml`.
    ///
    /// # Errors
    /// A text that is no TOML, lacks a field or has an unknown one, or a language that can neither be
    /// run from its source nor compiled.
    pub fn from_toml(text: &str) -> Result<Language, LanguageError> {
        let language: Language = toml::from_str(text).map_err(|error| LanguageError(error.to_string()))?;
        let fault = |what: &str| Err(LanguageError(format!("`{}` {what}", language.name)));
        let is_name =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "+#-_.".contains(c));
        if !is_name(&language.name) || language.name.chars().any(|c| c.is_ascii_uppercase()) {
            return fault("is no name: lower case letters, digits and + # - _ . may stand in it");
        }
        if language.compile.is_none() && language.run.file.is_none() {
            return fault("needs `compile` or `run.file`");
        }
        if language.toolchain.version.is_empty() && language.toolchain.locate.is_none() {
            return fault("needs `toolchain.version` or `toolchain.locate`");
        }
        if language.commands().any(|command| command.is_empty()) {
            return fault("has an empty command");
        }
        if !language.file_names().all(is_inside) {
            return fault("names a file outside of its work folder");
        }
        if let Some(call) = &language.call {
            let compiles = language.compile.is_some();
            match call.start {
                Start::Compiled if !compiles || call.files.is_empty() => {
                    return fault("compiles its driver into programs and needs `compile` and `call.files`");
                }
                Start::Zygote if call.cold.is_empty() => return fault("needs `call.cold` beside its zygote"),
                Start::Zygote | Start::Process if call.load != Load::Source && !compiles => {
                    return fault("loads what a compiler makes and needs `compile`");
                }
                _ => {}
            }
        }
        Ok(language)
    }

    fn commands(&self) -> impl Iterator<Item = &Vec<String>> {
        let call = self.call.as_ref().filter(|call| call.start != Start::Compiled).map(|call| &call.command);
        let compile = self.compile.as_ref().filter(|compile| compile.worker.is_empty());
        let prepare = self.prepare.iter().flat_map(|prepare| &prepare.commands);
        [&self.run.command].into_iter().chain(compile.map(|compile| &compile.command)).chain(call).chain(prepare)
    }

    /// Names of files that are made in a work folder.
    fn file_names(&self) -> impl Iterator<Item = &str> {
        let compile = self.compile.iter().flat_map(|compile| [&compile.file, &compile.output]);
        let call = self.call.iter().flat_map(|call| call.files.keys());
        let outputs = self.prepare.iter().flat_map(|prepare| &prepare.outputs);
        compile.chain(&self.run.file).chain(call).chain(outputs).map(String::as_str)
    }
}

/// Whether a path stays inside the folder that it is relative to.
fn is_inside(path: &str) -> bool {
    !path.is_empty() && !path.starts_with('/') && path.split('/').all(|part| part != "..") && !path.contains('\0')
}

/// Limits of a compiler, which start from more than those of a program.
fn compile_limits<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Limits, D::Error> {
    let mut limits = Limits::deserialize(deserializer)?;
    if limits.memory == 0 || limits.cpu.is_zero() {
        return Err(D::Error::custom("a compiler needs time and memory"));
    }
    limits.wall = synthase_types::limits::wall_backstop(limits.cpu);
    limits.processes = limits.processes.max(128);
    limits.files = limits.files.max(1024);
    Ok(limits)
}

/// Fills the slots of a command line.
///
/// A word that is a slot as a whole may become any text; a slot inside a word is filled the same
/// way. Slots without a value stay as they are, so that a mistake shows in the message of whatever
/// is started.
pub fn fill(command: &[String], slots: &[(&str, &str)]) -> Vec<String> {
    command.iter().map(|word| fill_word(word, slots)).collect()
}

/// Fills the slots of one word.
pub fn fill_word(word: &str, slots: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let slot = rest.find('}').and_then(|close| {
            let (_, value) = slots.iter().find(|(name, _)| *name == &rest[1..close])?;
            Some((close, value))
        });
        match slot {
            Some((close, value)) => {
                out.push_str(value);
                rest = &rest[close + 1..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_filled_and_other_braces_kept() {
        let command = ["{program}".to_owned(), "-p".to_owned(), "{a: {file}}".to_owned()];
        assert_eq!(fill(&command, &[("program", "node"), ("file", "{x}")]), ["node", "-p", "{a: {x}}"]);
    }

    #[test]
    fn a_definition_that_cannot_run_is_refused() {
        let text = "name='x'\ntitle='X'\nextensions=[]\ncomment='#'\n[toolchain]\nprograms=['x']\nversion=['x']\ninstall=''\n[run]\ncommand=['x']\n[hello]\nsource=''";
        let error = Language::from_toml(text).unwrap_err().to_string();
        assert!(error.contains("needs `compile` or `run.file`"), "{error}");
        assert!(Language::from_toml("name = 1").is_err());
    }
}
