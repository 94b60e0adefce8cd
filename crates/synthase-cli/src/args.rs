//! The command line as it is written.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use synthase::types::Isolation;
use synthase::types::limits::{parse_duration, parse_size};

/// Turns a specification into a program that has been run and judged, and hands over the evidence.
#[derive(Debug, Parser)]
#[command(name = "synthase", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Folder of the record [default: the nearest .synthase folder, else $XDG_STATE_HOME/synthase]
    #[arg(long, global = true, value_name = "DIR", env = "SYNTHASE_STATE", help_heading = "Global options")]
    pub(crate) state: Option<PathBuf>,
    /// Keep no record of this run
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) no_record: bool,
    /// Print one JSON document instead of text
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) json: bool,
    /// Isolation level: full, namespaces, landlock or rlimits [default: the strongest that works]
    #[arg(long, global = true, value_name = "LEVEL", help_heading = "Global options")]
    pub(crate) isolation: Option<Isolation>,
    /// Accept the level `rlimits`, which hides nothing of this machine from programs
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) allow_weak_isolation: bool,
    /// A folder of languages, each a folder with a language.toml, beside the built-in ones. Its commands
    /// are started: name only folders that you trust [default: languages/ in the user's configuration]
    #[arg(long, global = true, value_name = "DIR", env = "SYNTHASE_LANGUAGES", help_heading = "Global options")]
    pub(crate) languages: Vec<PathBuf>,
    /// How many tasks to work on at the same time [default: the number of processors]
    #[arg(long, global = true, value_name = "N", help_heading = "Global options")]
    pub(crate) workers: Option<usize>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find programs that do what tasks or examples ask for
    Solve(Solve),
    /// Run a program in the sandbox
    Run(Run),
    /// Run cells one after the other in a session that keeps its state
    Session(Session),
    /// Judge a program by a task
    Judge(Judge),
    /// Run the evidence of a saved solution again
    Verify(Verify),
    /// Solve the problems of a suite and grade the programs on what was held out
    Eval(Eval),
    /// Show a recorded run
    Show(Show),
    /// List what there is: strategies, languages, components, suites, runs, ...
    List(List),
    /// Run programs for whoever asks over HTTP, in SandboxFusion's form and in a richer one
    #[cfg(feature = "serve")]
    Serve(Serve),
    /// Check what works on this machine, and say what to do about the rest
    Doctor(Doctor),
    /// Keep the record under a size by removing the oldest runs
    Gc(Gc),
}

#[derive(Debug, Args)]
pub(crate) struct Solve {
    /// Task documents (*.task.md, *.task.json) or folders of them
    #[arg(value_name = "TASK")]
    pub(crate) tasks: Vec<PathBuf>,
    /// An example such as '"Ada Lovelace" -> "A.L."' (may be given several times)
    #[arg(long, value_name = "ROW", allow_hyphen_values = true)]
    pub(crate) example: Vec<String>,
    /// A CSV file of examples: a header, then one row each, the answer in the last column (empty or `?`
    /// where it is open)
    #[arg(long, value_name = "FILE")]
    pub(crate) examples: Option<PathBuf>,
    /// The entry point of --example and --examples, such as 'initials(name: str) -> str'
    #[arg(long, value_name = "SIGNATURE")]
    pub(crate) entry: Option<String>,
    /// The language of the answer: python, javascript or rust [default: the task's, else python]
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) lang: Option<String>,
    /// How many programs that differ to show
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) top: std::num::NonZeroUsize,
    #[command(flatten)]
    pub(crate) spend: SpendArgs,
    /// Continue a run that was interrupted: a run's name, its beginning, or `latest`
    #[arg(long, value_name = "RUN")]
    pub(crate) resume: Option<String>,
}

/// What may be spent on each task.
#[derive(Debug, Args)]
pub(crate) struct SpendArgs {
    /// Time for each task; all of it is used if need be [default: see --terms]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) budget: Option<Duration>,
    /// Terms that the symbolic search may try for each task; the answer then does not depend on time
    /// [default: a fraction of a second of work, and at most 10s; with --budget, no bound]
    #[arg(long, value_name = "N")]
    pub(crate) terms: Option<u64>,
    /// The seed of everything random
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// The strategy (`synthase list strategies`)
    #[arg(long, value_name = "NAME", default_value = "enumerate")]
    pub(crate) strategy: String,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The program's file; `-` reads it from standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The program's language [default: by the file's ending]
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) lang: Option<String>,
    /// What the program reads: a text, or @FILE, or @- for standard input
    #[arg(long, value_name = "TEXT", conflicts_with = "call")]
    pub(crate) stdin: Option<String>,
    /// A call of one of its functions, such as 'f(1, "a")'
    #[arg(long, value_name = "CALL")]
    pub(crate) call: Option<String>,
    /// Run it so many times and say whether it does the same each time
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) repeat: std::num::NonZeroU32,
    /// A file for the program's work folder: PATH, or PATH=NAME to give it another name there (may be given
    /// several times)
    #[arg(long = "file", value_name = "PATH", conflicts_with = "call")]
    pub(crate) files: Vec<String>,
    /// A file of the work folder to keep at the end: NAME, or NAME=PATH to say where; a folder's NAME ends
    /// with a slash (may be given several times)
    #[arg(long = "collect", value_name = "NAME", conflicts_with = "call")]
    pub(crate) collect: Vec<String>,
    /// Arguments of the program
    #[arg(last = true, value_name = "ARG")]
    pub(crate) args: Vec<String>,
    #[command(flatten)]
    pub(crate) instrument: InstrumentArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Session {
    /// The session's language
    #[arg(long, value_name = "LANGUAGE", default_value = "python")]
    pub(crate) lang: String,
    /// Run each cell in a fresh process: only files last
    #[arg(long)]
    pub(crate) stateless: bool,
    /// Keep a journal in this new file, from which the session can be built anew
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// Build the session of this journal anew and go on with it; its options are those of the journal
    #[arg(long, value_name = "FILE", conflicts_with_all = ["journal", "stateless", "import", "file"])]
    pub(crate) resume: Option<PathBuf>,
    /// Which branch of the journal to go on with
    #[arg(long, value_name = "N", default_value_t = 0, requires = "resume")]
    pub(crate) branch: u32,
    /// A module to import before the session starts (may be given several times)
    #[arg(long, value_name = "MODULE")]
    pub(crate) import: Vec<String>,
    /// A file to put into the work folder (may be given several times)
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// What is watched while a function is called.
#[derive(Debug, Args)]
#[group(multiple = false, requires = "call")]
pub(crate) struct InstrumentArgs {
    /// Print what happens during the call, with what changes [default: lines]
    #[arg(long, value_enum, value_name = "BY", num_args = 0..=1, default_missing_value = "lines")]
    pub(crate) trace: Option<TraceBy>,
    /// Print what lines and functions cost
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) profile: Option<ProfileOf>,
    /// Debug the call: commands with `;` between them, or @FILE (break LINE, clear LINE, step, next, out,
    /// continue, show, show NAME, where)
    #[arg(long, value_name = "SCRIPT")]
    pub(crate) debug: Option<String>,
}

/// How a trace is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TraceBy {
    /// Each executed line, with its text
    Lines,
    /// Lines that always follow each other, taken together
    Blocks,
    /// The tree of calls
    Calls,
    /// The statements and branches that ran, and those that did not
    Coverage,
}

/// What a profile measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileOf {
    /// Processor time and elapsed time
    Time,
    /// Memory of Python's allocators
    Memory,
}

/// Limits of one run.
#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// Processor time
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) cpu: Option<Duration>,
    /// Elapsed time [default: three times the processor time]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) wall: Option<Duration>,
    /// Memory
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) memory: Option<u64>,
    /// Output
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) output: Option<u64>,
    /// Processes and threads
    #[arg(long, value_name = "N")]
    pub(crate) processes: Option<u32>,
    /// Private disk space
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) disk: Option<u64>,
}

#[cfg(feature = "serve")]
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Run programs; the one service there is
    #[arg(long)]
    pub(crate) run: bool,
    /// Where to listen; port 0 lets the system choose one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: std::net::SocketAddr,
    /// Listen on an address that other machines can reach
    #[arg(long)]
    pub(crate) allow_remote: bool,
    /// A file with the token that whoever asks must send as `Authorization: Bearer TOKEN`
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// How many requests may wait; further ones are told to come again
    #[arg(long, value_name = "N", default_value = "256")]
    pub(crate) queue: usize,
    /// How many connections are open at the same time; further ones wait
    #[arg(long, value_name = "N", default_value = "512")]
    pub(crate) connections: std::num::NonZeroUsize,
    /// The largest request
    #[arg(long, value_name = "SIZE", default_value = "16MiB", value_parser = size)]
    pub(crate) max_body: u64,
    /// The most processor time that a request may ask for
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub(crate) max_cpu: Duration,
    /// The most elapsed time [default: three times the processor time]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) max_wall: Option<Duration>,
    /// The most memory
    #[arg(long, value_name = "SIZE", default_value = "4GiB", value_parser = size)]
    pub(crate) max_memory: u64,
    /// The most output
    #[arg(long, value_name = "SIZE", default_value = "16MiB", value_parser = size)]
    pub(crate) max_output: u64,
    /// The most processes and threads
    #[arg(long, value_name = "N", default_value = "256")]
    pub(crate) max_processes: u32,
    /// The most private disk space
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = size)]
    pub(crate) max_disk: u64,
    /// How long requests may go on after the server was told to stop
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub(crate) grace: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct Judge {
    /// The task document
    #[arg(value_name = "TASK")]
    pub(crate) task: PathBuf,
    /// The program's file
    #[arg(value_name = "PROGRAM")]
    pub(crate) program: PathBuf,
    /// The program's language [default: by the file's ending]
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) lang: Option<String>,
    /// Judge it so many times; a row on which it does not do the same each time is called flaky
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) repeat: std::num::NonZeroU32,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// What `synthase solve --json` printed
    #[arg(value_name = "SOLUTION")]
    pub(crate) solution: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// The suite (`synthase list suites`)
    #[arg(value_name = "SUITE")]
    pub(crate) suite: String,
    /// The data folder, or the suite's own file or folder
    #[arg(long, value_name = "PATH", env = "SYNTHASE_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// How many examples of each problem are shown, where the suite does not say itself
    #[arg(long, value_name = "N")]
    pub(crate) shown: Option<usize>,
    /// Only problems whose name contains this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) only: Option<String>,
    /// The language of the answers
    #[arg(long, value_name = "LANGUAGE", default_value = "python")]
    pub(crate) lang: String,
    /// Solve nothing: grade the suite's own programs
    #[arg(long, conflicts_with = "samples")]
    pub(crate) reference: bool,
    /// Solve nothing: grade recorded programs, one JSON document on each line with `task_id` and
    /// `completion` or `solution`, or with `prompt` and `samples`
    #[arg(long, value_name = "FILE")]
    pub(crate) samples: Option<PathBuf>,
    /// Processor time of one question to a program [default: the suite's]; three times that is the most
    /// that may elapse
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) cpu: Option<Duration>,
    #[command(flatten)]
    pub(crate) spend: SpendArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A run's name, its beginning, or `latest`
    #[arg(value_name = "RUN", default_value = "latest")]
    pub(crate) run: String,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// What to list
    #[arg(value_enum)]
    pub(crate) what: Listed,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listed {
    /// Operators of the symbolic proposer, and how many tasks of the corpus use each
    Components,
    /// Equality profiles
    Equality,
    /// Codes with which synthase exits
    ExitCodes,
    /// Isolation levels
    Isolation,
    /// Languages, and what of each works
    Languages,
    /// Recorded runs
    Runs,
    /// Strategies
    Strategies,
    /// Suites
    Suites,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {}

#[derive(Debug, Args)]
pub(crate) struct Gc {
    /// The size to keep the record under
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = size)]
    pub(crate) max_size: u64,
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|error| error.to_string())
}

fn size(text: &str) -> Result<u64, String> {
    parse_size(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
