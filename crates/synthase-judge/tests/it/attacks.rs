//! Every file under `attacks/` says in its first lines what must happen to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use synthase_judge::Judge;
use synthase_run::{Lane, Runner, RunnerOptions};
use synthase_types::task::TaskFields;
use synthase_types::task::fields::{ExampleField, LimitsField};
use synthase_types::task::row::parse_row;
use synthase_types::{Candidate, Code, Environment, Expect, Outcome, Provenance, Task, Unit, UnitEntry, Verdict};

/// A hostile program and what must happen to it.
struct Attack {
    path: PathBuf,
    language: String,
    source: String,
    header: BTreeMap<String, Vec<String>>,
}

impl Attack {
    fn read(path: PathBuf, seconds: &str) -> Attack {
        let source = std::fs::read_to_string(&path).unwrap().replace(A_DAY, seconds);
        let language = synthase_lang::by_path(&path).unwrap_or_else(|| panic!("{}", path.display()));
        let mut header: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in source.lines().skip_while(|line| line.starts_with("#!")) {
            let Some(text) = line.strip_prefix(&language.comment) else { break };
            let Some((key, value)) = text.trim_start().split_once(':') else { break };
            // Exactly one space belongs to the header, so that indentation survives.
            let value = value.strip_prefix(' ').unwrap_or(value);
            header.entry(key.to_owned()).or_default().push(value.to_owned());
        }
        let known = [
            "attack",
            "entry",
            "example",
            "limits",
            "outcome",
            "verdict",
            "absent",
            "stdout-lacks",
            "prelude",
            "test",
            "runs",
        ];
        for key in header.keys() {
            assert!(known.contains(&key.as_str()), "{}: unknown line `{key}:`", path.display());
        }
        assert!(header.contains_key("outcome") || header.contains_key("verdict"), "{} expects nothing", path.display());
        Attack { language: language.name.clone(), path, source, header }
    }

    fn all(&self, key: &str) -> &[String] {
        self.header.get(key).map_or(&[], Vec::as_slice)
    }

    fn one(&self, key: &str) -> Option<&str> {
        self.all(key).first().map(String::as_str)
    }

    fn task(&self) -> Task {
        let limits = self.one("limits").map(|words| {
            let pairs = words.split_whitespace().map(|word| {
                let (name, amount) = word.split_once('=').unwrap();
                (name.to_owned(), amount.parse::<u32>().map_or_else(|_| amount.into(), Into::into))
            });
            LimitsField(pairs.collect())
        });
        let examples = self.all("example").iter().map(|row| {
            let row = parse_row(row).unwrap();
            match row.expect {
                Some(Expect::Value(value)) => {
                    ExampleField { input: row.input, output: Some(value), ..Default::default() }
                }
                other => ExampleField { input: row.input, expect: other, ..Default::default() },
            }
        });
        let tests = self.all("test").join("\n");
        let fields = TaskFields {
            name: "attack".into(),
            entry: Some(self.one("entry").unwrap_or("stdio").to_owned()),
            prelude: self.all("prelude").join("\n"),
            language: Some(self.language.clone()),
            limits,
            examples: examples.collect(),
            tests: if tests.is_empty() {
                Vec::new()
            } else {
                vec![Code { language: None, source: tests + "\n", line: None }]
            },
            ..TaskFields::default()
        };
        fields.try_into().unwrap_or_else(|error| panic!("{}: {error}", self.path.display()))
    }

    /// Runs the attack and returns what is wrong with what happened.
    fn check(&self, lane: &mut Lane<'_>) -> Result<(), String> {
        for path in self.all("absent") {
            let _ = std::fs::remove_file(path);
        }
        let runs: usize = self.one("runs").map_or(1, |count| count.parse().unwrap());
        for _ in 0..runs {
            if self.one("entry").is_some() { self.check_verdict(lane)? } else { self.check_script(lane)? }
        }
        match self.all("absent").iter().find(|path| Path::new(path).symlink_metadata().is_ok()) {
            Some(path) => Err(format!("{path} is there")),
            None => Ok(()),
        }
    }

    fn check_verdict(&self, lane: &mut Lane<'_>) -> Result<(), String> {
        let task = self.task();
        let candidate = Candidate {
            language: self.language.clone(),
            source: self.source.clone(),
            provenance: Provenance::default(),
        };
        let judgement = Judge::new(&task).judge(&candidate, lane);
        let wanted = self.one("verdict").unwrap_or("fails");
        let as_wanted = match &judgement.verdict {
            Verdict::Holds(_) => wanted == "holds",
            Verdict::Fails(_) => wanted == "fails",
            Verdict::Unknown(_) | Verdict::NotJudged(_) => wanted == "not-judged",
        };
        if !as_wanted {
            return Err(format!("it must be `{wanted}`, but: {}", judgement.verdict));
        }
        assert_eq!(judgement.forgeable(), 0);
        let deciding = judgement.probes.iter().find(|probe| !matches!(probe.verdict, Verdict::Holds(_)));
        let execution = deciding.or(judgement.probes.first()).and_then(|probe| probe.execution.as_ref());
        for probe in &judgement.probes {
            let Some(execution) = &probe.execution else { continue };
            self.check_output(&execution.stdout.to_text())?;
            self.check_output(&execution.stderr.to_text())?;
        }
        match (execution, self.one("outcome")) {
            (Some(execution), _) => self.check_outcome(&execution.outcome),
            (None, Some(names)) => Err(format!("it must end as `{names}`, but it was not run")),
            (None, None) => Ok(()),
        }
    }

    fn check_script(&self, lane: &mut Lane<'_>) -> Result<(), String> {
        let unit = Unit {
            language: self.language.clone(),
            prelude: String::new(),
            source: self.source.clone(),
            entry: UnitEntry::Stdio,
        };
        let limits = self.task().limits;
        let run = lane.script(&unit, &limits, &Environment::default(), b"", &[]).map_err(|error| error.to_string())?;
        self.check_output(&run.stdout.to_text())?;
        self.check_output(&run.stderr.to_text())?;
        self.check_outcome(&run.outcome).map_err(|what| format!("{what}; it said: {}", run.stderr.to_text()))
    }

    fn check_outcome(&self, outcome: &Outcome) -> Result<(), String> {
        match self.one("outcome") {
            Some(names) if !names.split_whitespace().any(|name| name == outcome.name()) => {
                Err(format!("it must end as `{names}`, but: {outcome}"))
            }
            _ => Ok(()),
        }
    }

    fn check_output(&self, text: &str) -> Result<(), String> {
        // A value in a header is written so that it does not stand in the source itself.
        match self.all("stdout-lacks").iter().find(|secret| text.contains(secret.replace("\\u002d", "-").as_str())) {
            Some(secret) => Err(format!("it knows `{secret}`")),
            None => Ok(()),
        }
    }
}

/// How many seconds the processes sleep that attacks leave behind. It is replaced by a number of which
/// only one test in one process knows, so that tests beside each other do not find each other's.
const A_DAY: &str = "86399";

fn seconds(language: &str) -> String {
    let index = synthase_lang::registry::all().iter().position(|known| known.name == language);
    format!("{}", 86_000_000 + u64::from(std::process::id()) * 100 + index.map_or(99, |index| index as u64))
}

fn attacks(language: &str, seconds: &str) -> Vec<Attack> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../attacks");
    let mut attacks: Vec<Attack> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| synthase_lang::by_path(path).is_some_and(|found| found.name == language))
        .map(|path| Attack::read(path, seconds))
        .collect();
    attacks.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(attacks.len() >= 5, "{language}");
    attacks
}

/// Runs all attacks of a language, several at a time, and then looks for what they left behind.
fn contained(language: &str) {
    let runner = Runner::new(RunnerOptions::default()).unwrap();
    if let Err(error) = runner.toolchain(synthase_lang::by_name(language).unwrap()) {
        return synthase_testkit::not_run(&format!("attacks in {language}"), &error.to_string());
    }
    let seconds = seconds(language);
    let attacks = attacks(language, &seconds);
    let queue = Mutex::new(attacks.iter());
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut lane = runner.lane();
                loop {
                    let Some(attack) = queue.lock().unwrap().next() else { break };
                    if let Err(what) = attack.check(&mut lane) {
                        failures
                            .lock()
                            .unwrap()
                            .push(format!("{}: {what}", attack.path.file_name().unwrap().display()));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), attacks.len(), failures.join("\n"));
    drop(runner);
    assert_eq!(survivors(&seconds), Vec::<String>::new());
}

/// Processes that an attack left running: they sleep for a number of seconds that nobody else does.
fn survivors(seconds: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let commands = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    commands
        .map(|command| String::from_utf8_lossy(&command).replace('\0', " "))
        .filter(|command| command.contains(seconds))
        .collect()
}

#[test]
fn attacks_in_python_are_contained() {
    contained("python");
}

#[test]
fn attacks_in_c_are_contained() {
    contained("c");
}

#[test]
fn attacks_in_javascript_are_contained() {
    contained("javascript");
}

#[test]
fn attacks_in_bash_are_contained() {
    contained("bash");
}

#[test]
fn attacks_in_rust_are_contained() {
    contained("rust");
}
