//! A server on a port of its own, spoken to in plain HTTP.
//!
//! What a program does in the sandbox is tested where the sandbox is; here it is told from the outside, as
//! clients see it.

mod client;
mod crowds;
mod fusion;
mod hostile;
mod own;
mod world;

/// Every file in this folder is part of this test binary.
#[test]
fn no_test_file_is_forgotten() {
    let main = include_str!("main.rs");
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap().replace(".rs", "");
        assert!(name == "main" || main.contains(&format!("mod {name};")), "{name}");
    }
}
