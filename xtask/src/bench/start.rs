//! How long a user waits for the first answer.

use std::time::Instant;

use super::report::{Bound, Figure, median};
use super::{Problem, Setting};
use crate::command::{command, output};

const REPEATS: usize = 21;

pub(super) fn initials(setting: &Setting) -> Result<Vec<Figure>, Problem> {
    let program = setting.program.to_string_lossy();
    let state = std::env::temp_dir().join(format!("synthase-bench-{}", std::process::id()));
    let state_text = state.to_string_lossy().into_owned();
    let solve = ["solve", "examples/initials.task.md", "--state", &state_text];
    let ours = middle(|| command(&program, &solve))?;
    let _ = std::fs::remove_dir_all(&state);
    let floor = middle(|| command("python3", &["-c", "import sys, sysconfig; sysconfig.get_paths()"]))?;
    Ok(vec![
        Figure::time("solve examples/initials.task.md, median", ours, "s", Bound::AtMost(0.3)),
        Figure::time("floor: asking python3 where its library is", floor, "s", Bound::None),
        Figure::count("ratio", ours / floor, Bound::None),
    ])
}

fn middle(make: impl Fn() -> std::process::Command) -> Result<f64, String> {
    // One run beforehand, so that files are in memory.
    output(make())?;
    let mut times = Vec::new();
    for _ in 0..REPEATS {
        let start = Instant::now();
        output(make())?;
        times.push(start.elapsed().as_secs_f64());
    }
    Ok(median(times))
}
