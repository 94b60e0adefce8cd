//! Printed programs answer as the core programs that they were printed from.
//!
//! All programs of a language run in one process of it. `PRINTED_COUNT` sets how many random
//! programs there are, `PRINTED_SEED` which; `PRINTED_SHOW` how many failures are shown.

#![allow(clippy::print_stderr)]

mod generate;
mod inputs;
mod language;
mod programs;
mod rng;
mod text;

use std::collections::BTreeMap;

use language::{Printed, command, decode, same, tool};
use rng::Rng;
use serde_json::Value as Json;
use synthase_symbolic::{COMPONENTS, Program, Target};
use synthase_types::ty::fit::fit;
use synthase_types::{Type, Value};

/// An environment variable as a number.
fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Every program of the test.
fn programs() -> Vec<Program> {
    let mut rng = Rng(setting("PRINTED_SEED", 1) as u64);
    let mut texts: Vec<String> = programs::PROGRAMS.iter().map(|text| (*text).to_owned()).collect();
    for component in COMPONENTS {
        texts.extend((0..9).map(|i| generate::with_component(&mut rng, component, i)));
    }
    texts.extend((0..setting("PRINTED_COUNT", 400)).map(|_| generate::program(&mut rng)));
    texts.iter().map(|text| text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))).collect()
}

/// What one program answers on the rows of its inputs, where it answers.
fn answers(program: &Program, rows: &[inputs::Row]) -> Vec<Option<Value>> {
    let answer = |row: &inputs::Row| {
        let mut left: u64 = 300_000;
        let mut go_on = |steps| {
            left = left.saturating_sub(steps);
            left > 0
        };
        let answer = program.eval_while(&row.args, &mut go_on).ok()?;
        let is_short = answer.to_string().len() < 20_000;
        is_short.then_some(answer).and_then(|answer| fit(&answer, &program.signature().returns).ok())
    };
    rows.iter().map(answer).collect()
}

fn check(target: Target) {
    let folder = tempfile::tempdir().expect("a folder");
    if let Err(why) = command(&[tool(target), "--version"], folder.path()) {
        synthase_testkit::not_run(&format!("printed {target}"), &why);
        return;
    }
    let programs = programs();
    let mut types: Vec<Vec<Type>> = Vec::new();
    let mut tables: Vec<Vec<inputs::Row>> = Vec::new();
    let mut printed: Vec<(usize, String, usize, Vec<Option<Value>>)> = Vec::new();
    let mut unprintable: BTreeMap<String, usize> = BTreeMap::new();
    for (i, program) in programs.iter().enumerate() {
        let params: Vec<Type> = program.signature().params.iter().map(|p| p.ty.clone()).collect();
        let table = types.iter().position(|known| *known == params).unwrap_or_else(|| {
            tables.push(inputs::rows(&params));
            types.push(params);
            types.len() - 1
        });
        let mut answers = answers(program, &tables[table]);
        for (row, answer) in tables[table].iter().zip(&mut answers) {
            *answer = answer.take().filter(|answer| inputs::is_held(target, program, row, answer));
        }
        match program.print(target) {
            Ok(source) => printed.push((i, source, table, answers)),
            Err(why) => *unprintable.entry(why.what).or_insert(0) += 1,
        }
    }
    let tables: Vec<Vec<Vec<Value>>> =
        tables.into_iter().map(|rows| rows.into_iter().map(|row| row.args).collect()).collect();
    let mut entries: Vec<(usize, Printed<'_>)> = printed
        .iter()
        .map(|(i, source, table, answers)| {
            let rows = answers.iter().enumerate().filter(|(_, answer)| answer.is_some()).map(|(r, _)| r).collect();
            (*i, Printed { signature: programs[*i].signature(), source, inputs: *table, rows })
        })
        .collect();
    let mut failures: BTreeMap<usize, String> = BTreeMap::new();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).expect("a file");
    let output = match target {
        Target::Python => {
            write("main.py", language::python(&entries.iter().map(|(i, p)| (*i, p)).collect::<Vec<_>>(), &tables));
            command(&["python3", "-I", "-X", "utf8", &path("main.py")], folder.path())
        }
        Target::JavaScript => {
            write("main.js", language::javascript(&entries.iter().map(|(i, p)| (*i, p)).collect::<Vec<_>>(), &tables));
            command(&["node", &path("main.js")], folder.path())
        }
        Target::Rust => loop {
            let borrowed: Vec<_> = entries.iter().map(|(i, p)| (*i, p)).collect();
            let (text, begins) = language::rust(&borrowed, &tables, &types);
            write("main.rs", text);
            let argv = ["rustc", "--edition=2024", "--error-format=short", "-Copt-level=0", "-Cdebuginfo=0", "main.rs"];
            let (compiled, _, errors) = command(&argv, folder.path()).expect("rustc");
            if compiled {
                break command(&[&path("main")], folder.path());
            }
            // Programs that do not compile fail; the others go on without them.
            let before = failures.len();
            for line in errors.lines().filter(|line| line.contains("error")) {
                let at = line.split(':').nth(1).and_then(|n| n.parse::<usize>().ok());
                let Some(at) = at else { continue };
                if let Some((_, i)) = begins.iter().rev().find(|(begin, _)| *begin <= at) {
                    failures.entry(*i).or_insert_with(|| line.to_owned());
                }
            }
            assert!(failures.len() > before, "{errors}");
            entries.retain(|(i, _)| !failures.contains_key(i));
        },
    };
    let (_, stdout, stderr) = output.expect("an output");
    let mut got: BTreeMap<(u64, u64), Json> = BTreeMap::new();
    for line in stdout.lines() {
        let Ok(json) = serde_json::from_str::<Json>(line) else { continue };
        match (json["p"].as_u64(), json["r"].as_u64()) {
            (Some(p), Some(r)) => drop(got.insert((p, r), json)),
            (Some(p), None) => drop(failures.insert(p as usize, json["e"].to_string())),
            _ => {}
        }
    }
    let mut calls = 0;
    let mut proven: BTreeMap<&str, usize> = COMPONENTS.iter().map(|c| (c.name, 0)).collect();
    for (i, _, table, answers) in &printed {
        let expected = answers.iter().enumerate().filter_map(|(r, answer)| Some((r, answer.as_ref()?)));
        for (r, answer) in expected {
            if failures.contains_key(i) {
                break;
            }
            calls += 1;
            let json = got.get(&(*i as u64, r as u64));
            let value = json.and_then(|json| decode(target, &json["v"], &programs[*i].signature().returns));
            if !value.as_ref().is_some_and(|value| same(answer, value)) {
                let args: Vec<String> = tables[*table][r].iter().map(Value::to_string).collect();
                let got = json.map_or("nothing".to_owned(), |json| match value {
                    Some(value) => value.to_string(),
                    None => json.get("e").or(json.get("v")).unwrap_or(json).to_string(),
                });
                failures.insert(*i, format!("on {}\n  expected {answer}\n  got      {got}", args.join(", ")));
            }
        }
        if answers.iter().any(Option::is_some) && !failures.contains_key(i) {
            for component in programs[*i].components().into_keys() {
                *proven.entry(component).or_insert(0) += 1;
            }
        }
    }
    let unproven: Vec<&str> = proven.iter().filter(|(_, n)| **n < 2).map(|(name, _)| *name).collect();
    eprintln!(
        "{target}: {} programs, {calls} answers compared; not printable: {unprintable:?}; components proven by fewer \
         than two programs: {unproven:?}",
        printed.len()
    );
    let mut shown: Vec<_> = printed.iter().filter_map(|p| Some((p, failures.get(&p.0)?))).collect();
    shown.sort_by_key(|((_, source, ..), _)| source.len());
    for ((i, source, ..), why) in shown.iter().take(setting("PRINTED_SHOW", 15)) {
        eprintln!("--- {}\n{source}{why}\n", programs[*i]);
    }
    assert!(failures.is_empty(), "{} of {} programs differ {stderr}", failures.len(), printed.len());
    assert!(calls > 1000, "only {calls} answers were compared {stderr}");
    let lacking = if target == Target::Rust { unproven.len() > 10 } else { !unproven.is_empty() };
    assert!(!lacking, "components that too few programs prove: {unproven:?}");
}

#[test]
fn python() {
    check(Target::Python);
}

#[test]
fn javascript() {
    check(Target::JavaScript);
}

#[test]
fn rust() {
    check(Target::Rust);
}
