//! Programs that are executed in a box of their own.

use synthase_sandbox::{Status, Terms};
use synthase_types::Isolation;

use crate::world::{World, quick};

#[test]
fn a_program_runs_and_its_output_and_code_come_back() {
    let world = World::new(Isolation::Full);
    let finished = world.python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)", quick());
    assert_eq!(finished.status, Status::Exited(3), "{finished:?}");
    assert_eq!(finished.stdout.whole_text(), Some("out\n"));
    assert_eq!(finished.stderr.whole_text(), Some("err\n"));
    let finished = world.python("import os; print(os.getpid(), os.getuid(), os.getcwd(), os.listdir('/'), os.listdir('/proc/self/fd'))", Terms::default());
    println!("{finished:?}");
}
