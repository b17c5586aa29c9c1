//! How does the server begin and end at the command line?

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use super::Context;
use super::error::CliError;
use crate::demo::examples;
use crate::engine::Limits;
use crate::query::worker::{self, Bounds};
use crate::server::{Options, Server, ServerError, Setting};

/// Answers reports and cubes over HTTP, to this machine only
#[derive(Debug, clap::Args)]
#[command(after_help = examples::SERVE)]
pub(super) struct Args {
    /// The address; port 0 is any that is free. There are no accounts yet, so it is a loopback one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS", value_parser = address)]
    listen: SocketAddr,

    /// Questions that are answered at once; they share half of PATRON_MEMORY_MIB
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = above_zero)]
    questions: usize,

    /// Questions in SQL that are answered at once, each in a process of its own; they share the other
    /// half of the memory
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = above_zero)]
    sql_processes: usize,

    /// How long one question in SQL may be worked at
    #[arg(long, default_value_t = 30, value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=3_600))]
    sql_seconds: u64,

    /// Connections at once
    #[arg(long, default_value_t = 512, value_name = "N", value_parser = above_zero)]
    connections: usize,

    /// How long one answer may take
    #[arg(long, default_value_t = 60, value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    answer_seconds: u64,

    /// How long a client may take for the head of a request, and for its body
    #[arg(long, default_value_t = 10, value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=3_600))]
    request_seconds: u64,
}

/// An address, by a number or as `localhost`.
fn address(text: &str) -> Result<SocketAddr, String> {
    let wrong = || format!("`{text}` is no address; write 127.0.0.1:8080");
    let is_known = text.parse::<SocketAddr>().is_ok() || text.starts_with("localhost:");
    let found = is_known.then(|| text.to_socket_addrs().ok()).flatten();
    // Of the two addresses of localhost, the one that every machine has.
    let mut found: Vec<SocketAddr> = found.into_iter().flatten().collect();
    found.sort();
    found.into_iter().next().ok_or_else(wrong)
}

fn above_zero(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("`{text}` is no whole number above zero"))
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let project = context.project()?;
    let request_wait = Duration::from_secs(args.request_seconds);
    let options = Options {
        connections_max: args.connections,
        questions_max: args.questions,
        header_wait: request_wait,
        body_wait: request_wait,
        answer_wait: Duration::from_secs(args.answer_seconds),
        ..Options::default()
    };
    let limits = context.limits();
    // Reports and cubes have one half of the memory, SQL of anybody the other.
    let memory_bytes = limits.memory_bytes / 2;
    let program = std::env::current_exe().map_err(CliError::Program)?;
    let spill_dir = context.config.folder.join(&limits.spill_dir);
    let usual = Bounds::within(memory_bytes / args.sql_processes, limits.threads);
    let processors = u64::try_from(limits.threads.max(1)).unwrap_or(1);
    let bounds = Bounds {
        time: Duration::from_secs(args.sql_seconds),
        cpu_seconds: args.sql_seconds.saturating_mul(processors).saturating_add(5),
        ..usual
    };
    let workers = worker::Settings {
        bounds,
        ..worker::Settings::new(program, context.folder()?, spill_dir, args.sql_processes)
    };
    let setting = Setting {
        root: project.root.clone(),
        home: context.home()?,
        limits: Limits { memory_bytes, ..limits },
        workers,
        now: context.now,
        options,
    };
    context.runtime.block_on(async {
        let mut term = signal(SignalKind::terminate()).map_err(CliError::Runtime)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::Runtime)?;
        let server = Server::bind(args.listen, setting).await.map_err(refused)?;
        context.output.say(&format!("READY http://{}", server.address()))?;
        let stop = async {
            tokio::select! {
                _ = term.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        server.run(stop).await;
        Ok(())
    })
}

fn refused(error: ServerError) -> CliError {
    match error {
        ServerError::NotLoopback(_) => CliError::Usage(error.to_string()),
        other => CliError::Server(other),
    }
}
