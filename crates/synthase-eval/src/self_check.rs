//! Whether verdicts can be trusted here, looked at before any score is given.
//!
//! Each language's own hello program must be judged right where its greeting is expected, and wrong where
//! another is. A broken interpreter, or a grader that says yes to everything, is found out by that.

use synthase_judge::Judge;
use synthase_run::Lane;
use synthase_types::task::TaskFields;
use synthase_types::task::fields::ExampleField;
use synthase_types::{Candidate, NotJudged, Provenance, Task, Value, Verdict};

/// What a look at known programs of a language says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelfCheck {
    /// The right one holds and the wrong one fails.
    Sound,
    /// They could not be judged; the text says why.
    Cannot(String),
    /// A verdict is wrong; the text says which.
    Wrong(String),
}

/// Judges a known-good and a known-bad program of a language, as scripts and, where functions can be called,
/// as functions.
pub fn self_check(language: &str, lane: &mut Lane<'_>) -> SelfCheck {
    let Ok(language) = synthase_lang::by_name(language) else {
        return SelfCheck::Cannot(format!("`{language}` is no language that is known"));
    };
    let candidate = |source: &str| Candidate {
        language: language.name.clone(),
        source: source.to_owned(),
        provenance: Provenance { proposer: "self-check".into(), ..Provenance::default() },
    };
    let mut programs = vec![(candidate(&language.hello.source), true)];
    programs.extend(language.hello.call.as_deref().map(|source| (candidate(source), false)));
    for (program, is_script) in programs {
        let mut judged = |greeting: &str| match task(greeting, is_script) {
            Ok(task) => Judge::new(&task).judge(&program, lane).verdict,
            Err(error) => Verdict::NotJudged(NotJudged::TestCode(error)),
        };
        match (judged("hello, Ada"), judged("hello, Eve")) {
            (Verdict::Holds(_), Verdict::Fails(_)) => {}
            (Verdict::NotJudged(why), _) | (_, Verdict::NotJudged(why)) => return SelfCheck::Cannot(why.to_string()),
            (Verdict::Holds(_), _) => {
                return SelfCheck::Wrong("a program that is known to be wrong was not found out".into());
            }
            (other, _) => return SelfCheck::Wrong(format!("a program that is known to be right {other}")),
        }
    }
    SelfCheck::Sound
}

/// What greets Ada, as if it had to say this.
fn task(greeting: &str, is_script: bool) -> Result<Task, String> {
    let (entry, row) = match is_script {
        true => ("stdio", ExampleField { prints: Some(greeting.to_owned()), ..ExampleField::default() }),
        false => {
            ("greet(name: str) -> str", ExampleField { output: Some(Value::str(greeting)), ..ExampleField::default() })
        }
    };
    let fields = TaskFields {
        name: "greet".into(),
        entry: Some(entry.into()),
        examples: vec![ExampleField { input: vec!["Ada".into()], ..row }],
        ..TaskFields::default()
    };
    Task::try_from(fields).map_err(|error| error.to_string())
}
