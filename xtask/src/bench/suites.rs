//! Suites, solved and graded by the program itself.

use std::path::Path;

use serde_json::Value as Json;

use super::report::{Bound, Figure};
use super::{Problem, Setting};
use crate::command::{command, output, root};

pub(super) fn lists_dev(setting: &Setting) -> Result<Vec<Figure>, Problem> {
    let data = setting.data.as_deref().ok_or(Problem::NotGiven("name the data folder with --data or SYNTHASE_DATA"))?;
    let report = eval(setting, "lists-dev", data, &["--shown", "5", "--budget", "5s"])?;
    Ok(vec![
        Figure::count("problems", number(&report, "/total"), Bound::None),
        Figure::count("right on everything shown", number(&report, "/shown_consistent"), Bound::None),
        // What is found in five seconds depends on the machine.
        Figure::time("right on everything held out", number(&report, "/held_out_correct"), "", Bound::AtLeast(150.0)),
        Figure::count("held-out rows that repeat a shown input", number(&report, "/repeated_inputs"), Bound::None),
    ])
}

pub(super) fn tasks(setting: &Setting) -> Result<Vec<Figure>, Problem> {
    let folder = setting.tasks.as_deref().ok_or(Problem::NotGiven("name a folder of task documents with --tasks"))?;
    let report = eval(setting, "tasks", folder, &[])?;
    let total = number(&report, "/total");
    let mut figures = vec![
        Figure::count("tasks", total, Bound::None),
        // Four in five.
        Figure::count(
            "solved and right on every held-out row",
            number(&report, "/held_out_correct"),
            Bound::AtLeast((total * 0.8).ceil()),
        ),
    ];
    figures.extend(times(&report));
    for row in report["rows"].as_array().into_iter().flatten().filter(|row| row["held_out_correct"] != true) {
        let name = row["name"].as_str().unwrap_or("?");
        let rows = number(row, "/held_out/right");
        figures.push(Figure::count(format!("not right: {name}, held-out rows right"), rows, Bound::None));
    }
    Ok(figures)
}

pub(super) fn corpus(setting: &Setting) -> Result<Vec<Figure>, Problem> {
    let report = eval(setting, "tasks", &root().join("corpus"), &[])?;
    let mut figures = vec![
        Figure::count("tasks", number(&report, "/total"), Bound::None),
        Figure::count("solved", number(&report, "/shown_consistent"), Bound::None),
        Figure::count("right on every held-out row", number(&report, "/held_out_correct"), Bound::None),
    ];
    figures.extend(times(&report));
    Ok(figures)
}

fn times(report: &Json) -> Vec<Figure> {
    vec![
        Figure::time("time per task, median", number(report, "/wall_ms/p50"), "ms", Bound::None),
        Figure::time("time per task, 90 of 100", number(report, "/wall_ms/p90"), "ms", Bound::AtMost(200.0)),
        Figure::time("time per task, longest", number(report, "/wall_ms/max"), "ms", Bound::None),
    ]
}

fn eval(setting: &Setting, suite: &str, data: &Path, more: &[&str]) -> Result<Json, String> {
    let data = data.to_string_lossy();
    let args = [&["eval", suite, "--data", &data, "--workers", "1", "--no-record", "--json"], more].concat();
    let printed = output(command(&setting.program.to_string_lossy(), &args))?;
    serde_json::from_str(&printed).map_err(|error| format!("the report cannot be read: {error}"))
}

fn number(json: &Json, pointer: &str) -> f64 {
    json.pointer(pointer).and_then(Json::as_f64).unwrap_or(f64::NAN)
}
