//! The command line, tested whole: exit code, standard output and standard error of each command.
//! `UPDATE_EXPECT=1 cargo test -p synthase-cli` rewrites the snapshots (one process, not nextest: the
//! rewriting counts lines).

mod doctor;
mod eval;
mod help;
mod instruments;
mod judge;
mod list;
mod mistakes;
mod record;
mod run;
#[cfg(feature = "serve")]
mod serve;
mod session;
mod solve;
mod verify;

use synthase_testkit::World;

/// A world for the program under test.
fn world() -> World {
    World::new(env!("CARGO_BIN_EXE_synthase"))
}

/// Every file in this folder is part of this test binary.
#[test]
fn no_test_file_is_forgotten() {
    let main = include_str!("main.rs");
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap().replace(".rs", "");
        assert!(name == "main" || main.contains(&format!("mod {name};")), "{name}");
    }
}
