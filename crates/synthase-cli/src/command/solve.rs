//! `synthase solve`: finds programs that do what tasks or examples ask for.

use serde::Serialize;
use synthase::record::{Journal, Reader, RunId};
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
    let resumed = args.resume.take().map(|run| resumed(&run, global)).transpose()?;
    if let Some((_, recorded)) = &resumed
        && args.tasks.is_empty()
        && args.example.is_empty()
        && args.examples.is_none()
    {
        args = recorded_arguments(recorded)?;
    }
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
    let budget = budget(&args.spend);
    let engine = session::recording_engine(global, resumed.as_ref().map(|(run, _)| run), args.spend.seed, budget)?;
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
    if solutions.len() + errors.len() < tasks.len() {
        exit = Exit::Cancelled;
    }
    let run = engine.recorder().run().map(RunId::to_string);
    if exit == Exit::Cancelled
        && let Some(run) = &run
    {
        output::note(&format!("to go on: synthase solve --resume {run}"));
    }
    if global.json {
        output::json(&Printed { solutions, errors, run })?;
    }
    Ok(exit)
}

/// The tasks that the arguments name, each with its name for messages.
fn tasks_of(args: &Solve) -> Result<Vec<(String, Result<Task>)>> {
    let from_rows = !args.example.is_empty() || args.examples.is_some();
    if from_rows == !args.tasks.is_empty() {
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
        count: args.top.max(1),
        budget: budget(&args.spend),
        seed: args.spend.seed,
    })
}

/// The budget that the command line states.
pub(crate) fn budget(args: &SpendArgs) -> Budget {
    let wall_ms = u64::try_from(args.budget.as_millis()).unwrap_or(u64::MAX);
    Budget { terms: args.terms, wall_ms: Some(wall_ms), ..Budget::default() }
}

/// The strategy that the command line names.
pub(crate) fn strategy(args: &SpendArgs) -> Result<&'static Strategy> {
    strategy::by_name(&args.strategy).ok_or_else(|| {
        let known: Vec<&str> = synthase::search::STRATEGIES.iter().map(|strategy| strategy.name).collect();
        CliError::usage(format!("unknown strategy `{}` (known: {})", args.strategy, known.join(", ")))
    })
}

/// The run that is to be continued, with its first event.
fn resumed(prefix: &str, global: &Global) -> Result<(RunId, Option<Event>)> {
    if global.no_record {
        return Err(CliError::usage("--resume continues a record, --no-record keeps none"));
    }
    let reader = Reader::open(&session::existing_state(global)?)?;
    let run = reader.find_run(prefix)?;
    let journal = Journal::read(&reader, &run)?;
    Ok((run, journal.started))
}

/// The arguments with which a recorded run was started.
fn recorded_arguments(started: &Option<Event>) -> Result<Solve> {
    let Some(Event::RunStarted { command, .. }) = started else {
        return Err(CliError::input("the record does not say what the run was asked").hint("name its tasks again"));
    };
    let words = std::iter::once("synthase").chain(command.iter().map(String::as_str));
    match Cli::try_parse_from(words).map(|cli| cli.command) {
        Ok(Command::Solve(solve)) => Ok(solve),
        _ => Err(CliError::input("the run was no `synthase solve`").hint("only `solve` can be resumed")),
    }
}
