//! How does the server begin and end at the command line?

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::FromArgMatches;
use tokio::signal::unix::{SignalKind, signal};

use super::Context;
use super::error::CliError;
use crate::accounts::Accounts;
use crate::demo::examples;
use crate::engine::Limits;
use crate::query::worker::{self, Bounds};
use crate::server::{Entrance, Options, Program, Server, ServerError, Setting};
use crate::warehouse::{Home, project};

/// Answers reports and cubes over HTTP: to this machine, or with accounts to others
#[derive(Debug, clap::Args)]
#[command(after_help = examples::SERVE)]
pub(super) struct Args {
    /// The address; port 0 is any that is free. One that other machines reach needs accounts
    /// (`patron user add`), --host, and --tls-certificate with --tls-key or --behind-proxy
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS", value_parser = address)]
    listen: SocketAddr,

    /// Speak PostgreSQL's protocol as well, at this address
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    postgres: Option<SocketAddr>,

    /// A name by which others ask the server, with a port if it answers at that one only; may be
    /// repeated
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,

    /// The certificate that it shows, with those up to its authority, in PEM; read again when it
    /// changes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,

    /// The certificate's key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,

    /// A proxy stands before it that encrypts, sets x-forwarded-for and lets nobody past it
    #[arg(long, conflicts_with = "tls_certificate")]
    behind_proxy: bool,

    /// Questions that are answered at once; they share half of the memory of queries
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = above_zero)]
    questions: usize,

    /// Questions in SQL that are answered at once, each in a process of its own; they share the
    /// other half of the memory
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

/// Ports that are tried one after the other where any will do.
const PORTS_TRIED: u16 = 20;

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    // What does not fit is told with its file and line before an address is taken.
    let root = context.project()?.root;
    serve(args, &root, 1, context)
}

/// Serves the project in a folder as nobody said otherwise; if the usual port is taken, at one of
/// the next.
pub(super) fn run_usual(root: &Path, context: &Context) -> Result<(), CliError> {
    let command = <Args as clap::Args>::augment_args(clap::Command::new("serve"));
    let args = command.try_get_matches_from(["serve"]);
    let args = args.and_then(|matches| Args::from_arg_matches(&matches));
    let args = args.map_err(|error| CliError::Usage(error.to_string()))?;
    serve(&args, root, PORTS_TRIED, context)
}

/// Serves a project at an address, or at the next port that is free of so many.
fn serve(args: &Args, root: &Path, ports: u16, context: &Context) -> Result<(), CliError> {
    let setting = setting(args, root, context)?;
    context.runtime.block_on(async {
        let mut term = signal(SignalKind::terminate()).map_err(CliError::Runtime)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::Runtime)?;
        let server = bind(args.listen, ports, &setting, context).await?;
        if let Some(address) = server.postgres_address() {
            context.output.say(&format!("postgres://{address}"))?;
        }
        context.output.say(&format!("READY {}://{}", server.scheme(), server.address()))?;
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

/// Takes an address; where its port is taken, the next one, as often as is said.
async fn bind(
    wanted: SocketAddr,
    ports: u16,
    setting: &Setting,
    context: &Context,
) -> Result<Server, CliError> {
    let mut address = wanted;
    for tried in 1.. {
        let error = match Server::bind(address, setting.clone()).await {
            Ok(server) => return Ok(server),
            Err(error) => error,
        };
        let is_taken = matches!(&error, ServerError::Address { cause, .. }
            if cause.kind() == std::io::ErrorKind::AddrInUse);
        let next = address.port().checked_add(1).filter(|_| is_taken && tried < ports);
        let Some(next) = next else { return Err(refused(error)) };
        let taken = address.port();
        context.output.note(&format!("port {taken} is taken; {next} is tried instead"));
        address.set_port(next);
    }
    Err(CliError::Usage("no port is free".to_owned()))
}

fn setting(args: &Args, root: &Path, context: &Context) -> Result<Setting, CliError> {
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
        ..worker::Settings::new(program.clone(), root.to_owned(), spill_dir, args.sql_processes)
    };
    let entrance = Entrance {
        accounts: Accounts::open(&root.join("warehouse/state"))?,
        hosts: args.host.clone(),
        is_behind_proxy: args.behind_proxy,
        tls: args.tls_certificate.clone().zip(args.tls_key.clone()),
    };
    Ok(Setting {
        root: root.to_owned(),
        home: Home::open(project::home_place(root)?)?,
        limits: Limits { memory_bytes, ..limits.clone() },
        entry_limits: limits,
        workers,
        refresh: Program { path: program, is_told_the_time: context.is_now_given },
        now: context.now,
        postgres: args.postgres,
        options,
        entrance,
    })
}

fn refused(error: ServerError) -> CliError {
    match error.is_usage() {
        true => CliError::Usage(error.to_string()),
        false => error.into(),
    }
}
