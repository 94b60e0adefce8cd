//! Suites: each file reads one published format as it is. Joining is one line in the table.

pub mod cruxeval;
pub mod humaneval;
pub mod lists_dev;
pub mod poly_humaneval;
pub mod puzzles;
pub mod tasks;
pub mod verilog_eval;

use std::path::PathBuf;

use synthase_judge::Questions;
use synthase_types::task::fields::TaskError;
use synthase_types::{Candidate, Task};

use crate::held_out::HeldOut;

/// A task with what its solution is graded with.
pub struct Problem {
    /// Its name within the suite.
    pub name: String,
    /// What proposers and strategies see.
    pub task: Task,
    /// What they do not.
    pub held_out: HeldOut,
    /// The suite's own right programs, the one that counts first; strategies never see them.
    pub reference: Vec<Candidate>,
    /// What stands before a recorded completion to make it a program.
    pub completes: String,
}

impl Problem {
    /// How much there is to grade with.
    pub fn questions(&self) -> Questions {
        self.held_out.questions(&self.task)
    }
}

/// How a suite is loaded.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// The folder with the data, or the suite's own file or folder.
    pub data: PathBuf,
    /// How many examples of each problem are shown, where the suite does not say itself.
    pub shown: Option<usize>,
    /// The language of the programs, where the suite has its problems in several.
    pub language: Option<String>,
}

/// A suite as it is listed.
pub struct Suite {
    /// Its name on the command line.
    pub name: &'static str,
    /// One line: what it is and where it comes from.
    pub summary: &'static str,
    /// Reads the problems.
    pub load: fn(&LoadOptions) -> Result<Vec<Problem>, SuiteError>,
}

/// All suites, sorted by name.
pub const SUITES: &[Suite] = &[
    cruxeval::SUITE,
    humaneval::SUITE,
    lists_dev::SUITE,
    poly_humaneval::SUITE,
    puzzles::SUITE,
    tasks::SUITE,
    verilog_eval::SUITE,
];

/// The suite of a name.
pub fn by_name(name: &str) -> Option<&'static Suite> {
    SUITES.iter().find(|suite| suite.name == name)
}

/// A suite cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SuiteError {
    /// A file or folder cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is not in its format; the text says where and why.
    #[error("{path}: {what}")]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A problem of a suite is no usable task.
    #[error("{path}, `{problem}`: {error}")]
    Problem {
        /// The file.
        path: PathBuf,
        /// The problem's name.
        problem: String,
        /// What is wrong.
        error: TaskError,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_lists_every_file() {
        let names: Vec<String> = SUITES.iter().map(|suite| suite.name.replace('-', "_")).collect();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/suite");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap().replace(".rs", ""))
            .filter(|name| name != "mod")
            .collect();
        files.sort();
        assert_eq!(names, files);
    }
}
