//! VerilogEval, specification to RTL: a prompt, a reference module and a test bench for each problem, in
//! files of their own (`Prob001_zero_prompt.txt`, `…_ref.sv`, `…_test.sv`).
//!
//! The test bench compares a module `TopModule` with the reference's `RefModule` and prints a line such as
//! `Mismatches: 0 in 439 samples`. Module, reference and bench are one simulation, so a module could print
//! that line itself: verdicts are marked as forgeable.

use std::path::{Path, PathBuf};
use std::time::Duration;

use synthase_types::task::TaskFields;
use synthase_types::{Candidate, Limits, Provenance, Task};

use super::{LoadOptions, Problem, Suite, SuiteError};
use crate::bench::{Bench, Rule};
use crate::held_out::HeldOut;
use crate::read::read;

/// The line in the table of suites.
pub const SUITE: Suite =
    Suite { name: "verilog-eval", summary: "156 Verilog modules with test benches (NVlabs/verilog-eval, MIT)", load };

const PROMPT: &str = "_prompt.txt";

fn load(options: &LoadOptions) -> Result<Vec<Problem>, SuiteError> {
    let folder = folder(&options.data);
    let wrap = |source| SuiteError::Read { path: folder.clone(), source };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(wrap)? {
        let name = entry.map_err(wrap)?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(PROMPT).map(str::to_owned));
    }
    names.sort();
    names.iter().map(|name| problem(&folder, name)).collect()
}

fn folder(data: &Path) -> PathBuf {
    let places = [data.join("verilog-eval").join("dataset_spec-to-rtl"), data.join("dataset_spec-to-rtl")];
    places.into_iter().find(|place| place.is_dir()).unwrap_or_else(|| data.to_owned())
}

fn problem(folder: &Path, name: &str) -> Result<Problem, SuiteError> {
    let part = |ending: &str| read(&folder.join(format!("{name}{ending}")));
    let (prompt, reference, bench) = (part(PROMPT)?, part("_ref.sv")?, part("_test.sv")?);
    let wrap = |error| SuiteError::Problem { path: folder.to_owned(), problem: name.to_owned(), error };
    let fields = TaskFields {
        name: "TopModule".into(),
        description: prompt.trim().to_owned(),
        entry: Some("stdio".into()),
        language: Some("verilog".into()),
        ..TaskFields::default()
    };
    let mut task = Task::try_from(fields).map_err(wrap)?;
    // Some benches simulate millions of steps; the longest takes a few seconds.
    task.limits = Limits::for_cpu(Duration::from_secs(30));
    let top = rename_module(&reference, "RefModule", "TopModule");
    let bench = Bench { files: vec![reference, bench], rule: Rule::Mismatches };
    let held_out = HeldOut::new(&task, TaskFields::default()).map_err(wrap)?.with_bench(bench);
    let provenance = Provenance { proposer: "verilog-eval".into(), ..Provenance::default() };
    let reference = vec![Candidate { language: "verilog".into(), source: top, provenance }];
    Ok(Problem { name: name.to_owned(), task, held_out, reference, completes: String::new() })
}

/// A text with each word of this name replaced.
fn rename_module(text: &str, from: &str, to: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let (before, behind) = (&rest[..at], &rest[at + from.len()..]);
        let whole = !before.ends_with(is_word) && !behind.starts_with(is_word);
        out.push_str(before);
        out.push_str(if whole { to } else { from });
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_problem_are_read_together() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        file("Prob001_zero_prompt.txt", "\nAlways low.\n");
        file("Prob001_zero_ref.sv", "module RefModule(output z); assign z = 0; endmodule // RefModules\n");
        file("Prob001_zero_test.sv", "module tb(); endmodule\n");
        let problems = load(&LoadOptions { data: folder.path().into(), ..LoadOptions::default() }).unwrap();
        assert_eq!(problems[0].name, "Prob001_zero");
        assert_eq!(
            problems[0].reference[0].source,
            "module TopModule(output z); assign z = 0; endmodule // RefModules\n"
        );
        assert!(!problems[0].held_out.is_empty());
        assert!(!serde_json::to_string(&problems[0].task).unwrap().contains("endmodule"));
    }

    #[test]
    fn a_problem_without_its_bench_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Prob002_x_prompt.txt"), "").unwrap();
        let error = load(&LoadOptions { data: folder.path().into(), ..LoadOptions::default() }).err().unwrap();
        assert!(error.to_string().contains("Prob002_x_ref.sv"));
    }
}
