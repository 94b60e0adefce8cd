//! A slot of the sandbox with its warm interpreters.

use std::path::{Path, PathBuf};

use synthase_lang::language::{Call, Language, MemoryRule};
use synthase_lang::registry::driver;
use synthase_sandbox::{Command, InputFile, MemoryBy, Program, SandboxError, Slot, Zygote};
use synthase_types::Environment;

use crate::cancel::Registration;
use crate::error::RunError;
use crate::runner::Ready;

/// How many warm interpreters are kept in one place. Each takes some megabytes.
const MOST_WARM: usize = 4;

/// A slot of the sandbox with its warm interpreters.
pub(crate) struct Place {
    /// The interpreters, the one that was used last at the end. They must go before the slot.
    warm: Vec<(Key, Warm)>,
    pub(crate) slot: Slot,
    /// Lets cancellations reach the slot as long as it lives.
    _registrations: [Registration; 2],
}

/// What an interpreter was started for.
type Key = (String, Environment);

/// An interpreter that forks, or the knowledge that it cannot here.
enum Warm {
    Zygote(Zygote),
    Cold,
}

impl Place {
    pub(crate) fn new(slot: Slot, registrations: [Registration; 2]) -> Place {
        Place { warm: Vec::new(), slot, _registrations: registrations }
    }

    /// The warm interpreter of a language, started if it is not there; `None` if it cannot fork here.
    pub(crate) fn zygote(
        &mut self,
        language: &Language,
        call: &Call,
        ready: &Ready,
        environment: &Environment,
    ) -> Result<Option<&mut Zygote>, RunError> {
        let key = (language.name.clone(), environment.clone());
        let found = self.warm.iter().position(|(known, _)| *known == key).map(|at| self.warm.remove(at).1);
        let warm = match found {
            Some(Warm::Zygote(zygote)) if zygote.is_alive() => Warm::Zygote(zygote),
            Some(Warm::Cold) => Warm::Cold,
            _ => {
                let (mut command, _) = driver_command(language, &call.command, ready, environment);
                for module in &ready.preload {
                    command = command.arg(module);
                }
                match ready.jail.zygote(&self.slot, &command) {
                    Ok(zygote) => Warm::Zygote(zygote),
                    // An interpreter without what entering a box takes: runs are started one by one,
                    // which is slower and otherwise the same. If the cold start fails too, that is told.
                    Err(SandboxError::Lost { who: "zygote", .. } | SandboxError::Setup(_)) if !call.cold.is_empty() => {
                        Warm::Cold
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        };
        if self.warm.len() >= MOST_WARM {
            self.warm.remove(0);
        }
        self.warm.push((key, warm));
        match self.warm.last_mut() {
            Some((_, Warm::Zygote(zygote))) => Ok(Some(zygote)),
            _ => Ok(None),
        }
    }
}

/// The program that a command's first word names: a path as it is, a bare name among the system's
/// programs, which every jail shows.
pub(crate) fn program_of(word: &str) -> PathBuf {
    const FOLDERS: [&str; 2] = ["/usr/bin", "/bin"];
    let found = FOLDERS.into_iter().map(|folder| Path::new(folder).join(word)).find(|path| path.exists());
    found.filter(|_| !word.contains('/')).unwrap_or_else(|| PathBuf::from(word))
}

/// A command with a language's environment.
pub(crate) fn command(language: &Language, ready: &Ready, environment: &Environment) -> Command {
    let toolchain = &ready.toolchain;
    let seed = environment.seed.to_string();
    let mut command = Command::new(&toolchain.program)
        .env("PATH", "/usr/bin:/bin")
        .env("LANG", &environment.locale)
        .env("TZ", &environment.timezone)
        .env("HOME", "/work")
        .env("TMPDIR", "/tmp");
    for (name, value) in &language.environment {
        let value = toolchain.fill(std::slice::from_ref(value), &[("seed", &seed)]);
        command = command.env(name, value.concat());
    }
    for (name, value) in &ready.variables {
        command = command.env(name, value);
    }
    command.memory_by = match language.memory {
        MemoryRule::Data => MemoryBy::Data,
        MemoryRule::Nothing => MemoryBy::Nothing,
    };
    command
}

/// The command that starts a driver, and the files that it needs.
pub(crate) fn driver_command(
    language: &Language,
    words: &[String],
    ready: &Ready,
    environment: &Environment,
) -> (Command, Vec<InputFile>) {
    let text = driver(language).unwrap_or("");
    let file = language.call.as_ref().map_or("driver", |call| call.driver.as_str());
    let file = file.rsplit('/').next().unwrap_or(file);
    let words_of_command = ready.toolchain.fill(words, &[("driver", text), ("driver_file", file)]);
    let mut command = command(language, ready, environment);
    if let Some((program, args)) = words_of_command.split_first() {
        command.program = Program::Path(program_of(program));
        for word in args {
            command = command.arg(word);
        }
    }
    let by_file = words.iter().any(|word| word.contains("{driver_file}"));
    (command, if by_file { vec![InputFile::new(file, text.as_bytes())] } else { Vec::new() })
}
