//! What is compared: answers without anything that was measured.

use std::collections::BTreeMap;
use std::fmt::Write;

use synthase::symbolic::{COMPONENTS, Program};
use synthase::types::{Ranked, Solution};

use crate::Solved;

/// The answers to all tasks, as a page.
pub(crate) fn answers(solved: &[Solved]) -> String {
    let count = |wanted: fn(&Solved) -> bool| solved.iter().filter(|one| wanted(one)).count();
    let mut out = format!(
        "# What the built-in synthesizer answers\n\n\
         Each task of this folder, solved from its examples with the usual effort. The rows that a task holds\n\
         out grade the answer; the search never sees them. This page is written by the tests of the corpus.\n\n\
         {} tasks; {} with a program that explains every example, {} of these right on everything held out; for {}\n\
         others the examples are listed case by case.\n",
        solved.len(),
        count(|(row, _)| row.shown_consistent && !row.look_up_table),
        count(|(row, _)| row.held_out_correct && !row.look_up_table),
        count(|(row, _)| row.look_up_table),
    );
    for (row, solution) in solved {
        let grade = format!("{} of {} held out", row.held_out.right, row.held_out.total);
        let verdict = match (row.held_out_correct, row.shown_consistent) {
            (true, _) => format!("right ({grade})"),
            (false, true) if row.look_up_table => "a table of its examples".to_owned(),
            (false, true) => format!("fits its examples only ({grade})"),
            (false, false) => "unsolved".to_owned(),
        };
        let _ = write!(out, "\n## {}\n\n{verdict}", row.name);
        match row.stop {
            Some(stop) if !row.shown_consistent => {
                let _ = writeln!(out, ": {stop}");
            }
            _ => out.push('\n'),
        }
        let Some(solution) = solution else {
            let _ = writeln!(out, "\n{}", row.error.as_deref().unwrap_or("nothing is known"));
            continue;
        };
        if let Some(best) = solution.best().or(solution.partial.as_ref()) {
            program(&mut out, best);
        }
        for line in notes(solution) {
            let _ = writeln!(out, "\n{line}");
        }
    }
    out
}

fn program(out: &mut String, ranked: &Ranked) {
    let _ = write!(out, "\n```{}\n{}\n```\n", ranked.candidate.language, ranked.candidate.source.trim_end());
    if let Some(stability) = &ranked.stability {
        let needed: Vec<String> = stability.needed.iter().map(u32::to_string).collect();
        let _ = match needed.as_slice() {
            [] => writeln!(out, "\nStable without any one of its {} rows.", stability.tried),
            [row] => writeln!(out, "\nNeeds row {row}."),
            rows => writeln!(out, "\nNeeds rows {}.", rows.join(", ")),
        };
    }
    for remark in &ranked.remarks {
        let _ = writeln!(out, "\nNote: {remark}.");
    }
}

fn notes(solution: &Solution) -> impl Iterator<Item = String> {
    solution.notes.iter().map(|note| format!("Note: {note}."))
}

/// The tasks that each component is needed for: those that are solved, and right, with it.
pub(crate) fn usage(solved: &[Solved]) -> String {
    let mut tasks: BTreeMap<&str, Vec<&str>> = COMPONENTS.iter().map(|c| (c.name, Vec::new())).collect();
    for (row, solution) in solved.iter().filter(|(row, _)| row.held_out_correct) {
        let best = solution.as_ref().and_then(Solution::best);
        let term = best.and_then(|best| best.candidate.provenance.origin.as_deref()).unwrap();
        let program: Program = term.parse().unwrap_or_else(|error| panic!("{term}: {error}"));
        for component in program.components().into_keys() {
            tasks.get_mut(component).unwrap().push(&row.name);
        }
    }
    tasks.iter().fold(String::new(), |mut out, (component, tasks)| {
        let _ = writeln!(out, "{component}: {}", tasks.join(", "));
        out
    })
}
