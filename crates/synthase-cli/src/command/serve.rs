//! `synthase serve`: runs programs for whoever asks over HTTP.

use synthase::run::Cancel;
use synthase::types::Limits;
use synthase::types::limits::wall_backstop;
use synthase_serve::{Options, Server, Shutdown};

use crate::args::{Global, Serve};
use crate::error::{CliError, Exit, Result};
use crate::{input, output, session};

pub(crate) fn run(args: Serve, global: &Global) -> Result<Exit> {
    if global.json {
        return Err(CliError::usage("--json prints one document, and a server does not end by itself"));
    }
    let options = options(&args, global)?;
    let (shutdown, cancel) = (Shutdown::default(), Cancel::default());
    stop_on_signal(shutdown.clone(), cancel.clone())?;
    let engine = session::engine_stopped_by(global, cancel)?;
    let isolation = engine.runner().isolation();
    let workers = output::count(options.workers, "worker");
    let server = Server::bind(engine, options).map_err(refused)?;
    // On standard output, because whoever asked for port 0 has to read it.
    output::result(&format!("listening on http://{}\n", server.address().map_err(refused)?));
    output::note(&format!("{workers}; isolation: {isolation}"));
    server.run(&shutdown).map_err(refused)?;
    output::note("stopped");
    Ok(Exit::Success)
}

fn refused(error: synthase_serve::ServeError) -> CliError {
    CliError::input(error.to_string())
}

fn options(args: &Serve, global: &Global) -> Result<Options> {
    let token = args.token_file.as_deref().map(token).transpose()?;
    if !args.listen.ip().is_loopback() {
        if !args.allow_remote {
            return Err(CliError::usage(format!("other machines can reach {}", args.listen))
                .hint("if that is meant, say so: --allow-remote, and better with --token-file"));
        }
        let whoever = if token.is_some() { "who has the token" } else { "anybody who can reach it" };
        output::warn(&format!(
            "{whoever} may run programs here; what is sent is not encrypted ({} is not a loopback address)",
            args.listen
        ));
    }
    let most = Limits {
        cpu: args.max_cpu,
        wall: args.max_wall.unwrap_or(wall_backstop(args.max_cpu)),
        memory: args.max_memory,
        output: args.max_output,
        disk: args.max_disk,
        processes: args.max_processes,
        ..synthase_serve::most(args.max_cpu)
    };
    let zero = [most.memory, most.output, most.disk, u64::from(most.processes), args.max_body].contains(&0);
    if zero || most.cpu.is_zero() || most.wall.is_zero() {
        return Err(CliError::usage("a limit of zero lets nothing run"));
    }
    Ok(Options {
        listen: args.listen,
        token,
        workers: session::workers(global)?,
        queue: args.queue,
        connections: args.connections.get(),
        body: usize::try_from(args.max_body).unwrap_or(usize::MAX),
        most,
        grace: args.grace,
    })
}

/// The token of a file: its text without the line end.
fn token(path: &std::path::Path) -> Result<String> {
    let text = input::read_text(path)?;
    let token = text.trim();
    let fits = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(token.to_owned()) } else { Err(CliError::input(format!("{} has no token in it", path.display()))) }
}

/// The first signal lets what was taken come to its end, the second ends programs, the third all.
fn stop_on_signal(shutdown: Shutdown, cancel: Cancel) -> Result<()> {
    session::on_signal(move || {
        if cancel.is_cancelled() {
            std::process::exit(Exit::Cancelled as i32);
        }
        if shutdown.has_begun() {
            output::note("ending programs; once more to stop at once");
            cancel.cancel();
        } else {
            output::note("stopping when all is answered; once more to end programs");
            shutdown.begin();
        }
    })
}
