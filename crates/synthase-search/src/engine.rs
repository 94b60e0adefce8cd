//! Solving one task with one strategy, from the first event to the last.

use synthase_types::{Event, Solution, Task};

use crate::context::{Context, Surroundings, Wanted};
use crate::proposer::CannotPropose;
use crate::strategy::Strategy;

/// Solves a task and records what happens.
///
/// # Errors
/// A task that the strategy's proposer can do nothing with.
pub fn solve(
    task: &Task,
    wanted: &Wanted,
    strategy: &Strategy,
    around: &mut Surroundings<'_, '_>,
) -> Result<Solution, CannotPropose> {
    let id = task.id();
    let (recorder, clock) = (around.recorder, around.clock);
    let text = recorder.blob(serde_json::to_vec(task).unwrap_or_default());
    recorder.event(
        clock.now_ms(),
        Event::TaskStarted { task: id, name: task.name.clone(), text, strategy: strategy.name.to_owned() },
    );
    let solution = match (strategy.solve)(&mut Context::new(task, wanted, around)) {
        Ok(solution) => solution,
        Err(cannot) => {
            recorder.event(clock.now_ms(), Event::TaskRefused { task: id, why: cannot.to_string() });
            return Err(cannot);
        }
    };
    let blob = recorder.blob(serde_json::to_vec(&solution).unwrap_or_default());
    recorder.event(clock.now_ms(), Event::TaskEnded { task: id, stop: solution.stop, solution: blob });
    Ok(solution)
}
