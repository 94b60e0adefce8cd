//! The project's own tasks, run as `cargo xtask TASK`.

// A developer's tool: it prints, and it starts the tools of the project.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to whoever runs it")]

mod bench;
mod ci;
mod command;
#[cfg(test)]
mod house;
mod languages;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask ci [--all-languages] [--setup]   everything that CI checks; --setup installs what is missing,
                                             --all-languages tests every language and not only the usual ones
cargo xtask bench [NAME...] [--data DIR] [--tasks DIR]
                                             measures; NAME is one of the benches below, default all
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.first().map(String::as_str) {
        Some("ci") => ci::run(&args[1..]),
        Some("bench") => bench::run(&args[1..]),
        _ => Err(format!("usage:\n{HELP}\nbenches:\n{}", bench::list())),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
