//! Which tasks of the corpus need which component.

/// `name: task, task, …`, one line per component; written by the test that solves the corpus.
const USAGE: &str = include_str!("usage.txt");

/// The tasks of the corpus whose best program uses the component of this name, sorted.
pub fn used_by(component: &str) -> Vec<&'static str> {
    USAGE
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| *name == component)
        .map(|(_, tasks)| tasks.split(", ").filter(|task| !task.is_empty()).collect())
        .unwrap_or_default()
}
