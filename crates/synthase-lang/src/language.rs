//! A language as data: what its `language.toml` says.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::Error as _;
use synthase_types::Limits;

/// How programs of a language are found, compiled, run and spoken to.
///
/// Command lines are lists of words with slots in braces, filled when a program is run:
/// `{program}` the toolchain's program, `{file}` the source file, `{output}` the compiled program,
/// `{driver}` the driver's text, `{driver_file}` its file, `{library}` its compiled form, `{seed}` the
/// environment's seed, `{stdout}` what a command printed.
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
    /// Where the tools are.
    pub toolchain: Toolchain,
    /// How a program is compiled, for languages that are.
    pub compile: Option<Compile>,
    /// How a program is run.
    pub run: Run,
    /// How functions are called, where they can be.
    pub call: Option<Call>,
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
}

/// How a program is compiled.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compile {
    /// The name of the source file.
    pub file: String,
    /// The command.
    pub command: Vec<String>,
    /// The name of the compiled program.
    pub output: String,
    /// Limits of the compiler: it is a tool, but what it reads comes from a stranger.
    #[serde(deserialize_with = "compile_limits")]
    pub limits: Limits,
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
    /// The file with the driver's text, beside `language.toml`.
    pub driver: String,
    /// How the driver comes to run.
    pub start: Start,
    /// The command that starts the driver; none for languages where it is compiled into the program.
    #[serde(default)]
    pub command: Vec<String>,
    /// The command that starts the driver for one run, where `command` starts it for many.
    #[serde(default)]
    pub cold: Vec<String>,
    /// How the driver is compiled, where it is a library of its own.
    pub library: Option<Library>,
}

/// A driver that is compiled once and linked to every program.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// The name of its source file.
    pub file: String,
    /// The command.
    pub command: Vec<String>,
    /// The name of the compiled library.
    pub output: String,
    /// Words to add to the command that compiles a program; `{library}` is the compiled library.
    pub flags: Vec<String>,
    /// Words to add to that command instead, to compile a program's text by itself. It tells faults of
    /// the text from entry points that cannot be called.
    pub alone: Vec<String>,
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
        if language.compile.is_none() && language.run.file.is_none() {
            return Err(LanguageError(format!("`{}` needs `compile` or `run.file`", language.name)));
        }
        if language.toolchain.version.is_empty() && language.toolchain.locate.is_none() {
            return Err(LanguageError(format!("`{}` needs `toolchain.version` or `toolchain.locate`", language.name)));
        }
        for command in language.commands() {
            if command.is_empty() {
                return Err(LanguageError(format!("`{}` has an empty command", language.name)));
            }
        }
        Ok(language)
    }

    fn commands(&self) -> impl Iterator<Item = &Vec<String>> {
        let call = self.call.as_ref().filter(|call| call.start != Start::Compiled).map(|call| &call.command);
        [&self.run.command].into_iter().chain(self.compile.as_ref().map(|compile| &compile.command)).chain(call)
    }
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
