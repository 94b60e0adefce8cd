//! Workers that carry orders out, and the bounded queue before them.
//!
//! A lane blocks while a program runs, so each worker is a thread of its own. An order whose client has
//! gone away is taken out of the queue, or its program is ended.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use synthase::Engine;
use synthase::run::{Cancel, Lane};
use tokio::sync::oneshot;

use crate::execute::{Done, Failure, Order, execute};

/// What comes of an order.
pub(crate) type Result = std::result::Result<Done, Failure>;

/// The way to the workers. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pool(Arc<Shared>);

struct Shared {
    queue: Mutex<Queue>,
    /// There is something to do, or nothing more to come.
    changed: Condvar,
    /// How many orders may wait.
    most: usize,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Job>,
    /// How many orders are being carried out.
    running: usize,
    /// How many workers there are that have nothing to do.
    idle: usize,
    /// Nothing more is taken.
    closed: bool,
}

struct Job {
    order: Order,
    ticket: Arc<Ticket>,
    reply: oneshot::Sender<Result>,
}

/// How it stands with an order.
struct Ticket(Mutex<State>);

enum State {
    Waiting,
    /// This ends its program.
    Running(Cancel),
    Over,
}

/// No order is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Too many wait already.
    Full,
    /// The server is about to end.
    Closed,
}

/// How much there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) running: usize,
    pub(crate) waiting: usize,
}

/// An order that was taken. Dropping it calls the order off.
pub(crate) struct Taken {
    pool: Pool,
    ticket: Arc<Ticket>,
    result: oneshot::Receiver<Result>,
}

impl Pool {
    /// Starts workers.
    ///
    /// # Errors
    /// The system gives no threads.
    pub(crate) fn start(
        engine: &Arc<Engine>,
        workers: usize,
        most: usize,
    ) -> std::io::Result<(Pool, Vec<JoinHandle<()>>)> {
        let pool = Pool(Arc::new(Shared { queue: Mutex::default(), changed: Condvar::new(), most }));
        let start = |number: usize| {
            let (pool, engine) = (pool.clone(), Arc::clone(engine));
            Builder::new().name(format!("run-{number}")).spawn(move || pool.work(&engine))
        };
        let started: std::io::Result<Vec<_>> = (0..workers.max(1)).map(start).collect();
        if started.is_err() {
            pool.close();
        }
        Ok((pool, started?))
    }

    /// Takes an order, if there is room for it.
    pub(crate) fn take(&self, order: Order) -> std::result::Result<Taken, Refused> {
        let mut queue = self.queue();
        if queue.closed {
            return Err(Refused::Closed);
        }
        // What a worker that has nothing to do is about to fetch does not wait.
        if queue.waiting.len() >= self.0.most + queue.idle {
            return Err(Refused::Full);
        }
        let (reply, result) = oneshot::channel();
        let ticket = Arc::new(Ticket(Mutex::new(State::Waiting)));
        queue.waiting.push_back(Job { order, ticket: Arc::clone(&ticket), reply });
        drop(queue);
        self.0.changed.notify_one();
        Ok(Taken { pool: self.clone(), ticket, result })
    }

    /// How much there is to do.
    pub(crate) fn load(&self) -> Load {
        let queue = self.queue();
        Load { running: queue.running, waiting: queue.waiting.len() }
    }

    /// Takes nothing more; workers end when nothing waits.
    pub(crate) fn close(&self) {
        self.queue().closed = true;
        self.0.changed.notify_all();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job, or nothing more.
    fn next(&self) -> Option<Job> {
        let mut queue = self.queue();
        queue.idle += 1;
        let mut queue = self
            .0
            .changed
            .wait_while(queue, |queue| queue.waiting.is_empty() && !queue.closed)
            .unwrap_or_else(PoisonError::into_inner);
        queue.idle -= 1;
        let job = queue.waiting.pop_front()?;
        queue.running += 1;
        Some(job)
    }

    /// What a worker does.
    fn work(&self, engine: &Engine) {
        let cancel = Cancel::default();
        let lane = || engine.runner().lane().stopped_by(cancel.clone()).without_repeats();
        let mut warm = lane();
        while let Some(Job { order, ticket, reply }) = self.next() {
            if ticket.begin(&cancel) {
                let result = carry_out(&mut warm, &order);
                ticket.end();
                if matches!(result, Err(Failure::Fault)) {
                    // Nobody knows in what state it is.
                    warm = lane();
                }
                self.queue().running -= 1;
                // A client that is gone has called its order off.
                let _ = reply.send(result);
            } else {
                self.queue().running -= 1;
            }
        }
    }
}

/// Carries an order out. A fault of ours ends this order and no other.
fn carry_out(lane: &mut Lane<'_>, order: &Order) -> Result {
    catch_unwind(AssertUnwindSafe(|| execute(lane, order))).unwrap_or(Err(Failure::Fault))
}

impl Ticket {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A worker begins, unless the order was called off.
    fn begin(&self, cancel: &Cancel) -> bool {
        let mut state = self.state();
        if matches!(*state, State::Over) {
            return false;
        }
        // An earlier order may have been called off on this worker.
        cancel.reset();
        *state = State::Running(cancel.clone());
        true
    }

    fn end(&self) {
        *self.state() = State::Over;
    }

    /// Ends the program, or sees to it that it never starts. Says whether it was still waiting.
    fn call_off(&self) -> bool {
        let mut state = self.state();
        if let State::Running(cancel) = &*state {
            cancel.cancel();
        }
        matches!(std::mem::replace(&mut *state, State::Over), State::Waiting)
    }
}

impl Taken {
    /// What came of it.
    pub(crate) async fn result(mut self) -> Result {
        (&mut self.result).await.unwrap_or(Err(Failure::Fault))
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if self.ticket.call_off() {
            self.pool.queue().waiting.retain(|job| !Arc::ptr_eq(&job.ticket, &self.ticket));
        }
    }
}
