//! Recipes that spend a budget. Each is one file that reads top-down, and one line in this table.

pub mod enumerate;

use synthase_types::Solution;

use crate::context::Context;
use crate::proposer::CannotPropose;

/// A strategy as it is listed.
pub struct Strategy {
    /// Its name on the command line and in records.
    pub name: &'static str,
    /// One line: what it does and when to choose it.
    pub summary: &'static str,
    /// What it spends.
    pub costs: &'static str,
    /// The recipe.
    pub solve: fn(&mut Context<'_, '_>) -> Result<Solution, CannotPropose>,
}

/// All strategies, sorted by name.
pub const STRATEGIES: &[Strategy] = &[enumerate::STRATEGY];

/// The strategy of a name.
pub fn by_name(name: &str) -> Option<&'static Strategy> {
    STRATEGIES.iter().find(|strategy| strategy.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_lists_every_file() {
        let names: Vec<&str> = STRATEGIES.iter().map(|strategy| strategy.name).collect();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/strategy");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap().replace(".rs", ""))
            .filter(|name| name != "mod")
            .collect();
        files.sort();
        assert_eq!(names, files);
    }
}
