//! Sessions built anew from their journals.

use std::path::Path;

use synthase_run::session::{CellStatus, Journal, Recorded, Session};
use synthase_types::{Outcome, Value};

use crate::sessions::options;
use crate::world::runner;

fn recorded(journal: Journal) -> Recorded {
    let options = options();
    let session = runner().open_session("python", &options).unwrap();
    Recorded::begin(session, "python", &options, journal)
}

#[test]
fn a_killed_session_is_built_anew() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("journal.jsonl");
    let mut session = recorded(Journal::create(&path).unwrap());
    session.run_cell("import random\nrandom.seed(1)\nx = []").unwrap();
    session.run_cell("x.append(random.random())\n1 / 0").unwrap();
    let value = session.run_cell("x").unwrap().value;
    session.run_cell("import time\ntime.time()").unwrap();
    session.run_cell("open('f', 'w').write('abc')").unwrap();
    let end = session.run_cell("import os\nos.kill(os.getpid(), 9)").unwrap();
    assert_eq!(end.status, CellStatus::Ended(Outcome::Signaled(9)));
    drop(session);
    let rebuilt = runner().rebuild_session(Journal::open(&path).unwrap(), 0).unwrap();
    let cells: Vec<u32> = rebuilt.differences.iter().map(|difference| difference.cell).collect();
    assert_eq!(cells, [4, 6], "{:?}", rebuilt.differences);
    let mut session = rebuilt.session;
    let result = session.run_cell("x").unwrap();
    assert_eq!((result.value, result.number), (value, 7));
    assert_eq!(session.read_file(Path::new("f"), 10).unwrap().unwrap(), b"abc");
    // What came after it was built anew is in the journal, too.
    session.run_cell("x = 'later'").unwrap();
    drop(session);
    let mut session = runner().rebuild_session(Journal::open(&path).unwrap(), 0).unwrap().session;
    assert_eq!(session.run_cell("x").unwrap().value, Some(Value::str("later")));
}

#[test]
fn memory_that_runs_out_is_survived_by_the_journal() {
    let mut session = recorded(Journal::in_memory());
    session.run_cell("x = 5").unwrap();
    let end = session.run_cell("a = [bytearray(1 << 20) for _ in range(4000)]").unwrap().status;
    assert!(matches!(end, CellStatus::Ended(Outcome::OutOfMemory) | CellStatus::Raised { .. }), "{end:?}");
    let journal = std::mem::take(&mut *session.journal().lock().unwrap());
    let mut session = runner().rebuild_session(journal, 0).unwrap().session;
    assert_eq!(session.run_cell("x").unwrap().value, Some(5.into()));
}

#[test]
fn branches_are_built_anew_each_from_its_own_cells() {
    let mut session = recorded(Journal::in_memory());
    session.run_cell("x = 1").unwrap();
    let mut branch = session.fork_recorded().unwrap();
    branch.run_cell("x += 10").unwrap();
    session.run_cell("x += 100").unwrap();
    assert_eq!((session.branch(), branch.branch()), (0, 1));
    let shared = branch.journal();
    drop((session, branch));
    let events = shared.lock().unwrap().events().len();
    assert_eq!(events, 5);
    let journal = std::mem::take(&mut *shared.lock().unwrap());
    let rebuilt = runner().rebuild_session(journal, 1).unwrap();
    assert_eq!(rebuilt.differences, []);
    let mut session = rebuilt.session;
    assert_eq!(session.run_cell("x").unwrap().value, Some(11.into()));
    let journal = std::mem::take(&mut *session.journal().lock().unwrap());
    assert!(runner().rebuild_session(journal, 2).is_err());
}
