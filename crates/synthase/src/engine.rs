//! The engine: sandboxes, record and workers behind one handle.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::Builder;

use synthase_eval::{Distinct, Problem, ProgramRow, Row, SelfCheck};
use synthase_judge::Judge;
use synthase_record::{Journal, Recorder};
use synthase_run::{Cancel, Lane, RunError, Runner, RunnerOptions};
use synthase_search::{CannotPropose, Clock, Strategy, Surroundings, Wanted};
use synthase_types::{Candidate, Isolation, Judgement, Solution, Task};

/// How an engine is set up.
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    /// The isolation level to use; the strongest that works where none is named.
    pub isolation: Option<Isolation>,
    /// Whether a level that hides nothing from a program may be used.
    pub allow_weak: bool,
    /// How many tasks are worked on at the same time; at least one.
    pub workers: usize,
    /// Where compiled programs are kept; none keeps them for the life of the engine only.
    pub cache: Option<PathBuf>,
    /// What stops everything from outside.
    pub cancel: Cancel,
}

/// Solves and judges. Starting one costs little: sandboxes are made when they are first needed.
pub struct Engine {
    runner: Runner,
    recorder: Recorder,
    journal: Journal,
    clock: Box<dyn Clock>,
    workers: usize,
    cancel: Cancel,
}

impl Engine {
    /// An engine.
    ///
    /// # Errors
    /// No isolation level works here, or the one that was asked for does not.
    pub fn new(options: EngineOptions, clock: Box<dyn Clock>) -> Result<Engine, RunError> {
        let runner = Runner::new(RunnerOptions {
            isolation: options.isolation,
            allow_weak: options.allow_weak,
            cache: options.cache,
            cancel: options.cancel.clone(),
        })?;
        Ok(Engine {
            runner,
            recorder: Recorder::off(),
            journal: Journal::empty(),
            clock,
            workers: options.workers.max(1),
            cancel: options.cancel,
        })
    }

    /// The engine with a record, and with what an earlier part of the run already knows.
    #[must_use]
    pub fn recording(mut self, recorder: Recorder, journal: Journal) -> Engine {
        self.recorder = recorder;
        self.journal = journal;
        self
    }

    /// The record.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Where programs are run.
    pub fn runner(&self) -> &Runner {
        &self.runner
    }

    /// Solves tasks, several at a time. `done` hears of each solution in the order of the tasks.
    pub fn solve_all(
        &self,
        tasks: &[(Task, Wanted)],
        strategy: &Strategy,
        done: impl FnMut(usize, Result<Solution, CannotPropose>),
    ) {
        self.in_order(
            tasks,
            tasks.iter().map(|(_, wanted)| wanted.language.as_str()).collect(),
            |(task, wanted), around| synthase_search::solve(task, wanted, strategy, around),
            done,
        );
    }

    /// Solves one task.
    ///
    /// # Errors
    /// A task that the strategy can do nothing with.
    pub fn solve(&self, task: &Task, wanted: &Wanted, strategy: &Strategy) -> Result<Solution, CannotPropose> {
        let mut lane = self.runner.lane();
        synthase_search::solve(task, wanted, strategy, &mut self.around(&mut lane))
    }

    /// Solves and grades the problems of a suite. `done` hears of each row in the order of the problems.
    pub fn grade_all(
        &self,
        problems: &[Problem],
        wanted: &Wanted,
        strategy: &Strategy,
        mut done: impl FnMut(usize, Row, Option<Solution>),
    ) {
        self.in_order(
            problems,
            BTreeSet::from([wanted.language.as_str()]),
            |problem, around| synthase_eval::grade_problem(problem, wanted, strategy, around),
            |index, (row, solution)| done(index, row, solution),
        );
    }

    /// Judges a known-good and a known-bad program of each of these languages.
    pub fn self_check<'l>(&self, languages: impl Iterator<Item = &'l str>) -> Vec<(&'l str, SelfCheck)> {
        let languages: BTreeSet<&str> = languages.collect();
        let mut lane = self.runner.lane();
        languages.into_iter().map(|name| (name, synthase_eval::self_check(name, &mut lane))).collect()
    }

    /// Grades programs that are there already with what the problems of a suite hold out. `done` hears of
    /// each in the order of the programs.
    pub fn grade_programs(&self, problems: &[Problem], programs: &[Distinct], done: impl FnMut(usize, ProgramRow)) {
        self.in_order(
            programs,
            programs.iter().map(|program| program.sample.candidate.language.as_str()).collect(),
            |program, around| synthase_eval::grade_program(problems, program, around.lane),
            done,
        );
    }

    /// Judges a candidate on everything that a task gives. For many candidates, keep a
    /// [lane](Runner::lane) and use [`Judge`] on it: interpreters then stay warm.
    pub fn judge(&self, task: &Task, candidate: &Candidate) -> Judgement {
        Judge::new(task).judge(candidate, &mut self.runner.lane())
    }

    /// The same, so many times; a probe on which the program does not do the same each time is flaky.
    pub fn judge_repeatedly(&self, task: &Task, candidate: &Candidate, times: u32) -> Judgement {
        Judge::new(task).judge_repeatedly(candidate, &mut self.runner.lane(), times)
    }

    /// What stops everything from outside.
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Whether everything was stopped from outside.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    fn around<'a, 'r>(&'a self, lane: &'a mut Lane<'r>) -> Surroundings<'a, 'r> {
        Surroundings {
            lane,
            recorder: &self.recorder,
            journal: &self.journal,
            clock: &*self.clock,
            cancel: &self.cancel,
        }
    }

    /// Does the same work on each item, several at a time, and passes results on in the items' order.
    /// After a cancellation no new item is begun.
    fn in_order<T: Sync, R: Send>(
        &self,
        items: &[T],
        languages: BTreeSet<&str>,
        work: impl Fn(&T, &mut Surroundings<'_, '_>) -> R + Sync,
        mut done: impl FnMut(usize, R),
    ) {
        let next = AtomicUsize::new(0);
        let (sender, receiver) = channel();
        let worker = |sender: Sender<(usize, R)>| {
            let mut lane = self.runner.lane();
            while !self.cancel.is_cancelled() {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(item) = items.get(index) else { break };
                let result = work(item, &mut self.around(&mut lane));
                if sender.send((index, result)).is_err() {
                    break;
                }
            }
        };
        let worker = &worker;
        std::thread::scope(|scope| {
            // An interpreter that stands behind a version manager takes long to find: this goes on
            // while the first programs are searched for. Whoever needs it hears if it is not there.
            for language in languages.into_iter().filter_map(|name| synthase_lang::by_name(name).ok()) {
                // A machine that has no thread left does without.
                let _ = Builder::new().spawn_scoped(scope, move || drop(self.runner.toolchain(language)));
            }
            let start = || {
                let sender = sender.clone();
                Builder::new().spawn_scoped(scope, move || worker(sender)).is_ok()
            };
            let started = (0..self.workers.min(items.len())).filter(|_| start()).count();
            if started == 0 {
                worker(sender.clone());
            }
            drop(sender);
            let mut waiting: Vec<(usize, R)> = Vec::new();
            let mut expected = 0;
            for result in receiver {
                waiting.push(result);
                while let Some(found) = waiting.iter().position(|(index, _)| *index == expected) {
                    let (index, result) = waiting.swap_remove(found);
                    done(index, result);
                    expected += 1;
                }
            }
            // Only after a cancellation can an item be missing between two others.
            waiting.sort_by_key(|(index, _)| *index);
            for (index, result) in waiting {
                done(index, result);
            }
        });
    }
}
