//! `synthase solve`: finds programs that do what tasks or examples ask for.

use std::time::Duration;

use serde::Serialize;
use synthase::record::RunId;
use synthase::search::strategy;
use synthase::search::{Strategy, Wanted};
use synthase::types::{Budget, Event, Solution, Task};

use clap::Parser;

use crate::args::{Cli, Command, Global, Solve, SpendArgs};
use crate::error::{CliError, Exit, Result};
use crate::{input, output, session};

/// What `--json` prints.
#[derive(Serialize)]
struct Printed {
    /// The solutions, in the order of the tasks.
    solutions: Vec<Solution>,
    /// Tasks that could not be worked on.
    errors: Vec<Failed>,
    /// The run in the record, if one is kept.
    run: Option<String>,
}

#[derive(Serialize)]
struct Failed {
    task: String,
    message: String,
}

pub(crate) fn run(mut args: Solve, global: &Global) -> Result<Exit> {
    let mut global = global.clone();
    let resumed = match args.resume.take() {
        Some(run) => Some(session::resume(&run, &global)?),
        None => None,
    };
    if let Some(resumed) = &resumed
        && args.tasks.is_empty()
        && args.example.is_empty()
        && args.examples.is_none()
    {
        args = asked_before(&args, &mut global, resumed)?;
    }
    let global = &global;
    let strategy = strategy(&args.spend)?;
    let mut exit = Exit::Success;
    let mut errors = Vec::new();
    let mut tasks = Vec::new();
    for (name, task) in tasks_of(&args)? {
        match task.and_then(|task| Ok((wanted(&args, &task)?, task))) {
            Ok((wanted, task)) => tasks.push((task, wanted)),
            Err(error) => {
                exit = exit.worse(error.exit);
                output::note(&error.to_string());
                errors.push(Failed { task: name, message: error.one_line() });
            }
        }
    }
    let unreadable = errors.len();
    let budget = budget(&args.spend);
    let engine = session::recording_engine(global, resumed, args.spend.seed, budget)?;
    let several = tasks.len() > 1;
    let mut solutions = Vec::new();
    engine.solve_all(&tasks, strategy, |index, solved| match solved {
        Ok(solution) => {
            exit = exit.worse(output::solution::exit(&solution));
            if !global.json {
                output::result(&output::solution::programs(&solution, several));
                output::note(output::solution::summary(&solution).trim_end());
            }
            solutions.push(solution);
        }
        Err(error) => {
            exit = exit.worse(Exit::Input);
            let task = tasks[index].0.name.clone();
            output::note(&CliError::input(format!("{task}: {error}")).to_string());
            errors.push(Failed { task, message: error.to_string() });
        }
    });
    session::finish(&engine);
    if solutions.len() + errors.len() - unreadable < tasks.len() {
        exit = Exit::Cancelled;
    }
    let run = engine.recorder().run().map(RunId::to_string);
    if exit == Exit::Cancelled
        && let Some(run) = &run
    {
        let state = global.state.as_ref().map_or(String::new(), |state| format!(" --state {}", state.display()));
        output::note(&format!("to go on: synthase solve --resume {run}{state}"));
    }
    if global.json {
        output::json(&Printed { solutions, errors, run })?;
    }
    Ok(exit)
}

/// The tasks that the arguments name, each with its name for messages.
fn tasks_of(args: &Solve) -> Result<Vec<(String, Result<Task>)>> {
    let from_rows = !args.example.is_empty() || args.examples.is_some();
    if from_rows != args.tasks.is_empty() {
        return Err(CliError::usage("give either task documents or examples")
            .hint("synthase solve examples/initials.task.md")
            .hint("synthase solve --example '\"Ada Lovelace\" -> \"A.L.\"' --example '\"Alan Turing\" -> \"A.T.\"'"));
    }
    if from_rows {
        let task = input::example_task(&args.example, args.examples.as_deref(), args.entry.as_deref())?;
        return Ok(vec![(task.name.clone(), Ok(task))]);
    }
    if args.entry.is_some() {
        return Err(CliError::usage("--entry goes with --example and --examples; a task document states its own"));
    }
    let files = input::find_tasks(&args.tasks)?;
    Ok(files.iter().map(|path| (path.display().to_string(), input::read_task(path))).collect())
}

fn wanted(args: &Solve, task: &Task) -> Result<Wanted> {
    let name = args.lang.as_deref().or(task.language.as_deref()).unwrap_or("python");
    Ok(Wanted {
        language: input::language(name)?.name.clone(),
        count: args.top.get(),
        budget: budget(&args.spend),
        seed: args.spend.seed,
    })
}

/// The budget that the command line states. Effort that is counted in terms gives the same answer on
/// every machine; where nothing is stated, a time stands behind the usual effort as a backstop.
pub(crate) fn budget(args: &SpendArgs) -> Budget {
    const BACKSTOP: Duration = Duration::from_secs(10);
    let (terms, wall) = match (args.terms, args.budget) {
        (None, None) => (synthase::symbolic::Options::default().max_terms, Some(BACKSTOP)),
        stated => stated,
    };
    let wall_ms = wall.map(|wall| u64::try_from(wall.as_millis()).unwrap_or(u64::MAX));
    Budget { terms, wall_ms, ..Budget::default() }
}

/// The strategy that the command line names.
pub(crate) fn strategy(args: &SpendArgs) -> Result<&'static Strategy> {
    strategy::by_name(&args.strategy).ok_or_else(|| {
        let known: Vec<&str> = synthase::search::STRATEGIES.iter().map(|strategy| strategy.name).collect();
        CliError::usage(format!("unknown strategy `{}` (known: {})", args.strategy, known.join(", ")))
    })
}

/// What a recorded run was asked. What else stands on the command line now must not contradict it.
fn asked_before(now: &Solve, global: &mut Global, resumed: &session::Resumed) -> Result<Solve> {
    let spend = &now.spend;
    let other = spend.budget.is_some() || spend.terms.is_some() || spend.seed != 0;
    if other || now.lang.is_some() || now.entry.is_some() || now.top.get() != 1 {
        return Err(CliError::usage("--resume alone asks what the run was asked: leave the other options out")
            .hint("or name the tasks again, with all options"));
    }
    let Some(Event::RunStarted { command, folder, .. }) = &resumed.journal.started else {
        return Err(CliError::input("the record does not say what the run was asked").hint("name its tasks again"));
    };
    let words = std::iter::once("synthase").chain(command.iter().map(String::as_str));
    match Cli::try_parse_from(words) {
        Ok(Cli { command: Command::Solve(solve), global: before }) => {
            // Names of files were written as seen from there.
            std::env::set_current_dir(folder).map_err(|error| {
                CliError::input(format!("cannot go to {folder}, where the run was started: {error}"))
            })?;
            global.isolation = global.isolation.or(before.isolation);
            global.allow_weak_isolation |= before.allow_weak_isolation;
            global.workers = global.workers.or(before.workers);
            Ok(solve)
        }
        _ => Err(CliError::input("the run was no `synthase solve`").hint("only `solve` can be resumed")),
    }
}
