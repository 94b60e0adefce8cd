//! The command line: parses arguments, prints, and exits. Everything else is in the library.

mod args;
mod command;
mod error;
mod input;
mod output;
mod session;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command, Global};
use crate::error::{Exit, Result};

fn main() -> ExitCode {
    let Cli { command, global } = Cli::parse();
    let result = session::add_languages(&global).and_then(|()| dispatch(command, &global));
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            output::note(&error.to_string());
            error.exit.max(Exit::Fails).into()
        }
    }
}

fn dispatch(command: Command, global: &Global) -> Result<Exit> {
    match command {
        Command::Solve(args) => command::solve::run(args, global),
        Command::Run(args) => command::run::run(args, global),
        Command::Session(args) => command::session::run(args, global),
        Command::Judge(args) => command::judge::run(args, global),
        Command::Verify(args) => command::verify::run(args, global),
        Command::Eval(args) => command::eval::run(args, global),
        Command::Show(args) => command::show::run(args, global),
        Command::List(args) => command::list::run(args, global),
        #[cfg(feature = "serve")]
        Command::Serve(args) => command::serve::run(args, global),
        Command::Doctor(_) => command::doctor::run(global),
        Command::Gc(args) => command::gc::run(args, global),
    }
}
