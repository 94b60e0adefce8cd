//! `synthase list`: lists what there is.

use serde_json::{Value as Json, json};
use synthase::record::Reader;
use synthase::types::Isolation;

use crate::args::{Global, List, Listed};
use crate::error::{Exit, Result};
use crate::output::table::table;
use crate::{output, session};

/// A list: its columns and its rows. `--json` prints each row as an object with the columns as keys.
struct Listing {
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

pub(crate) fn run(args: List, global: &Global) -> Result<Exit> {
    let listing = match args.what {
        Listed::Components => components(),
        Listed::Equality => equality(),
        Listed::ExitCodes => exit_codes(),
        Listed::Isolation => isolation(),
        Listed::Languages => languages(global)?,
        Listed::Runs => runs(global)?,
        Listed::Strategies => strategies(),
        Listed::Suites => suites(),
    };
    if global.json {
        let rows: Vec<Json> = listing
            .rows
            .iter()
            .map(|row| listing.columns.iter().zip(row).map(|(key, cell)| ((*key).to_owned(), json!(cell))).collect())
            .collect();
        output::json(&rows)?;
    } else {
        output::result(&table(listing.columns, &listing.rows));
    }
    Ok(Exit::Success)
}

fn strategies() -> Listing {
    let row = |s: &synthase::search::Strategy| vec![s.name.into(), s.summary.into(), s.costs.into()];
    Listing {
        columns: &["strategy", "what it does", "what it costs"],
        rows: synthase::search::STRATEGIES.iter().map(row).collect(),
    }
}

fn suites() -> Listing {
    let row = |suite: &synthase::eval::Suite| vec![suite.name.into(), suite.summary.into()];
    Listing { columns: &["suite", "what it is"], rows: synthase::eval::SUITES.iter().map(row).collect() }
}

fn equality() -> Listing {
    let row = |name: &str, what: &str| vec![name.to_owned(), what.to_owned()];
    Listing {
        columns: &["profile", "which answers count as equal"],
        rows: vec![
            row("evalplus", "as EvalPlus compares: Python's ==, with a tolerance for floats and lists of floats"),
            row("humaneval", "Python's ==: 1 == 1.0 == True, no tolerance"),
            row("strict", "of the same kind; floats within a small tolerance, wherever they stand (the default)"),
        ],
    }
}

fn exit_codes() -> Listing {
    let rows = Exit::MEANINGS.iter().map(|(exit, meaning)| vec![(*exit as u8).to_string(), (*meaning).to_owned()]);
    Listing { columns: &["code", "meaning"], rows: rows.collect() }
}

fn isolation() -> Listing {
    let rows = Isolation::ALL.iter().rev().map(|level| vec![level.to_string(), level.describe().to_owned()]);
    Listing { columns: &["level", "what stands between a program and the machine"], rows: rows.collect() }
}

fn languages(global: &Global) -> Result<Listing> {
    let engine = session::engine(global)?;
    let rows = synthase::lang::registry::all()
        .iter()
        .map(|language| {
            let (status, found) = match engine.runner().toolchain(language) {
                Ok(toolchain) => ("installed", toolchain.version),
                Err(error) => ("missing", error.to_string()),
            };
            let forms = if language.call.is_some() { "programs, calls" } else { "programs" };
            vec![
                language.name.clone(),
                language.aliases.join(", "),
                forms.to_owned(),
                status.to_owned(),
                output::safe_text(&found),
            ]
        })
        .collect();
    Ok(Listing { columns: &["language", "also called", "can be asked", "status", "what was found"], rows })
}

fn runs(global: &Global) -> Result<Listing> {
    let runs = Reader::open(&session::existing_state(global)?)?.runs()?;
    let rows = runs.iter().map(|run| vec![run.id.to_string(), run.events.to_string()]).collect();
    Ok(Listing { columns: &["run", "events"], rows })
}

fn components() -> Listing {
    /// How many of the tasks that use a component are named in the table.
    const NAMED: usize = 3;
    let rows = synthase::symbolic::COMPONENTS
        .iter()
        .map(|component| {
            let tasks = synthase::symbolic::used_by(component.name);
            let more = if tasks.len() > NAMED { ", …" } else { "" };
            let named = format!("{}{more}", tasks[..tasks.len().min(NAMED)].join(", "));
            let signature = component.signature();
            vec![component.name.to_owned(), signature, component.doc.to_owned(), tasks.len().to_string(), named]
        })
        .collect();
    Listing { columns: &["component", "type", "what it does", "tasks", "for example"], rows }
}
