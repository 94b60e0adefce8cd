//! Each language against the calls in its folder's `conformance.toml`.

use serde::Deserialize;
use synthase_lang::Language;
use synthase_run::{Called, Lane, RunError};
use synthase_types::value::equality::{Equality, Tolerance};
use synthase_types::{Environment, Limits, Outcome, Unit, UnitEntry, Value};

use crate::world::{runner, works};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    entry: String,
    #[serde(default)]
    prelude: String,
    source: String,
    #[serde(default)]
    calls: Vec<Call>,
    /// Why it cannot be loaded.
    load: Option<String>,
}

/// A call with what it must come to; arguments and values are JSON texts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    args: String,
    value: Option<String>,
    after: Option<String>,
    raised: Option<String>,
    #[serde(default)]
    invalid: bool,
    #[serde(default)]
    unfit: bool,
    #[serde(default)]
    exit: bool,
}

/// The arguments of a call; none if they are nested deeper than values may be, which a file may try with
/// a driver and nobody can with the broker.
fn values(json: &str) -> Option<Vec<Value>> {
    let items: Vec<serde_json::Value> = serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"));
    items.into_iter().map(|item| Value::from_json(item).ok()).collect()
}

/// One test for each language that can be called.
macro_rules! languages {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                conforms(stringify!($name));
            }
        )*

        #[test]
        fn no_language_is_forgotten() {
            let callable = synthase_lang::registry::all().into_iter().filter(|language| language.call.is_some());
            let names: Vec<&str> = callable.map(|language| language.name.as_str()).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
        }
    };
}

languages! {
    c cpp csharp go haskell java javascript kotlin lua ocaml perl php python r racket ruby rust scala typescript
}

/// Runs the calls of a language's folder.
fn conforms(name: &str) {
    let runner = runner();
    if !works(&runner, name) {
        return;
    }
    let language = synthase_lang::by_name(name).unwrap();
    let path = format!("{}/../synthase-lang/languages/{name}/conformance.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut lane = runner.lane();
    let complaints: Vec<String> = file.case.iter().flat_map(|case| complaint(language, case, &mut lane)).collect();
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

fn complaint(language: &Language, case: &Case, lane: &mut Lane<'_>) -> Vec<String> {
    let signature = case.entry.parse().unwrap_or_else(|error| panic!("{}: {error}", case.entry));
    let unit = Unit {
        language: language.name.clone(),
        prelude: case.prelude.clone(),
        source: case.source.clone(),
        entry: UnitEntry::Function(signature),
    };
    let limits = Limits::for_cpu(std::time::Duration::from_secs(20));
    let asked: Vec<(&Call, Vec<Value>)> =
        case.calls.iter().filter_map(|call| Some((call, values(&call.args)?))).collect();
    let args: Vec<Vec<Value>> = match asked.as_slice() {
        [] => vec![Vec::new()],
        asked => asked.iter().map(|(_, args)| args.clone()).collect(),
    };
    let after = case.calls.iter().any(|call| call.after.is_some());
    let called = lane.call_many(&unit, &limits, &Environment::default(), &args, after);
    let called = match called {
        Ok(called) => called,
        Err(RunError::Prelude(_)) if case.load.as_deref() == Some("prelude") => return Vec::new(),
        Err(error) => return vec![format!("{}: {}: {error}", language.name, case.entry)],
    };
    let say = |call: &dyn std::fmt::Display, got: &Called| format!("{}: {} {call}: {got:?}", language.name, case.entry);
    if let Some(load) = &case.load {
        let as_said = match (load.as_str(), &called[0]) {
            ("uncallable", Called::Uncallable(_)) => true,
            (load, Called::Ran(run)) => match &run.outcome {
                Outcome::SyntaxError(_) => load == "syntax",
                Outcome::LoadError { .. } => load == "load",
                Outcome::MissingEntryPoint => load == "missing",
                Outcome::EarlyExit(_) => load == "exit",
                Outcome::CompileError(_) => load == "compile" || load == "syntax",
                _ => false,
            },
            _ => false,
        };
        return if as_said { Vec::new() } else { vec![say(load, &called[0])] };
    }
    let right = |call: &Call, got: &Called| match got {
        Called::Unfit(_) => call.unfit,
        Called::Uncallable(_) => false,
        Called::Ran(run) => {
            let same = |text: &String, value: &Value| {
                let expected = Value::from_json(serde_json::from_str(text).unwrap()).unwrap();
                Equality::Strict(Tolerance::EXACT).holds(&expected, value)
            };
            let outcome = match (&run.outcome, &call.value, &call.raised) {
                (Outcome::Returned, Some(text), _) => run.value.as_ref().is_some_and(|value| same(text, value)),
                (Outcome::Raised { kind, bases, .. }, _, Some(wanted)) => kind == wanted || bases.contains(wanted),
                (Outcome::InvalidOutput(_), ..) => call.invalid,
                (Outcome::Unfit(_), ..) => call.unfit,
                (Outcome::EarlyExit(_), ..) => call.exit,
                _ => false,
            };
            let after = call
                .after
                .as_ref()
                .is_none_or(|text| run.args_after.as_ref().is_some_and(|args| same(text, &Value::List(args.clone()))));
            outcome && after
        }
    };
    let wrong = asked.iter().zip(&called).filter(|((call, _), got)| !right(call, got));
    wrong.map(|((call, _), got)| say(&call.args, got)).collect()
}
