//! What can be asked at the command line? One verb a file; `output` is the only printer.

mod advise;
mod asking;
mod audit;
mod check;
mod close;
mod collect;
mod completions;
mod cube;
mod demo;
mod describe;
mod describe_cube;
mod error;
mod findings;
mod init;
mod match_customers;
mod new;
mod new_cube;
mod new_model;
mod new_table;
mod output;
mod periods;
mod pin;
mod progress;
mod quarantine;
mod query;
mod refresh;
mod releases;
mod report;
mod restatement;
mod scaffold;
mod serve;
mod token;
mod typed;
mod user;
mod verify;
mod worker;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};
use tokio::runtime::Runtime;

use crate::config::{self, Config};
use crate::demo::examples;
use crate::engine::Limits;
use crate::warehouse::Home;
use crate::warehouse::project::{self, Project};
use error::CliError;
use output::Output;

/// A customer-profitability warehouse: pulls the tables of departmental systems into Parquet,
/// publishes them all in one step, and answers SQL about any published state.
#[derive(Debug, Parser)]
#[command(name = "patron", bin_name = "patron", version, max_term_width = 100)]
#[command(after_help = examples::TOP)]
struct Cli {
    /// The project's folder [default: the nearest that holds a project, from here upwards]
    #[arg(long, global = true, help_heading = "Everywhere", value_name = "DIR")]
    project: Option<PathBuf>,

    /// What to log to standard error: error, warn, info, debug, or `patron=debug,warn`
    #[arg(long, global = true, help_heading = "Everywhere", value_name = "FILTER")]
    log: Option<String>,

    /// The time that counts as now (RFC 3339)
    #[arg(long, global = true, hide = true, value_name = "TIME")]
    now: Option<DateTime<Utc>>,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Demo(demo::Args),
    Init(init::Args),
    New(new::Args),
    Check(check::Args),
    Describe(describe::Args),
    Refresh(refresh::Args),
    Query(query::Args),
    Report(report::Args),
    Cube(cube::Args),
    Serve(serve::Args),
    User(user::Args),
    Token(token::Args),
    Audit(audit::Args),
    Advise(advise::Args),
    Releases(releases::Args),
    Pin(pin::Args),
    Quarantine(quarantine::Args),
    Periods(periods::Args),
    Close(close::CloseArgs),
    Reopen(close::ReopenArgs),
    SignOff(close::SignOffArgs),
    Match(match_customers::Args),
    Restatement(restatement::Args),
    Verify(verify::Args),
    Collect(collect::Args),
    Completions(completions::Args),
    #[command(hide = true)]
    Worker(worker::Args),
    /// Lists the variables of the environment that Patron reads
    #[command(long_about = config::describe())]
    Environment,
}

/// What every verb is handed.
struct Context {
    config: Config,
    project: Option<PathBuf>,
    now: DateTime<Utc>,
    /// whether that was said, and is not the clock's
    is_now_given: bool,
    output: Output,
    runtime: Runtime,
}

impl Context {
    /// The project's folder: the flag's, the environment's, or the nearest from here upwards.
    fn folder(&self) -> Result<PathBuf, CliError> {
        let named = self.project.as_ref().or(self.config.project.as_ref());
        if let Some(folder) = named {
            return Ok(self.config.folder.join(folder));
        }
        let holds_project = |folder: &&Path| folder.join("warehouse/project.toml").is_file();
        let found = self.config.folder.ancestors().find(holds_project);
        found.map(Path::to_owned).ok_or(CliError::NoProject)
    }

    fn project(&self) -> Result<Project, CliError> {
        Ok(Project::open(&self.folder()?)?)
    }

    /// The warehouse of the project, which needs no valid contracts to be read.
    fn home(&self) -> Result<Home, CliError> {
        let folder = self.folder()?;
        if !folder.join("warehouse/project.toml").is_file() {
            return Err(Project::open(&folder).map_or_else(CliError::from, |_| CliError::NoProject));
        }
        Ok(Home::open(project::home_place(&folder)?)?)
    }

    fn limits(&self) -> Limits {
        Limits {
            threads: self.config.threads,
            memory_bytes: self.config.memory_bytes,
            spill_dir: self.config.spill_dir.clone(),
        }
    }
}

/// Parses the command line, does what it says and returns the exit status: 0 only on success, 2
/// for a mistake in the command line, 130 when interrupted, 1 otherwise.
pub fn main(clock: DateTime<Utc>) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return output::usage(&report::advised(error, &arguments)),
    };
    let config = match Config::read() {
        Ok(config) => config,
        Err(error) => return Output::new(false).failure(&error.into()),
    };
    let output = Output::new(config.color);
    let log = cli.log.as_ref().unwrap_or(&config.log);
    if let Err(error) = output::start_log(log, config.log_json, output.has_color()) {
        return output.failure(&error);
    }
    if let Verb::Worker(args) = &cli.verb {
        return worker::run(args, output);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(config.threads)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return output.failure(&CliError::Runtime(error)),
    };
    let (now, is_now_given) = (cli.now.unwrap_or(clock), cli.now.is_some());
    let context = Context { config, project: cli.project, now, is_now_given, output, runtime };
    let done = run(cli.verb, &context);
    let status = match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => context.output.failure(&error),
    };
    // What an interrupt left running ends with the process; the warehouse is safe against that.
    context.runtime.shutdown_background();
    status
}

fn run(verb: Verb, context: &Context) -> Result<(), CliError> {
    match verb {
        Verb::Demo(args) => demo::run(&args, context),
        Verb::Init(args) => init::run(&args, context),
        Verb::New(args) => new::run(&args, context),
        Verb::Check(args) => check::run(&args, context),
        Verb::Describe(args) => describe::run(&args, context),
        Verb::Refresh(args) => refresh::run(args, context),
        Verb::Query(args) => query::run(&args, context),
        Verb::Report(args) => report::run(&args, context),
        Verb::Cube(args) => cube::run(&args, context),
        Verb::Serve(args) => serve::run(&args, context),
        Verb::User(args) => user::run(&args, context),
        Verb::Token(args) => token::run(&args, context),
        Verb::Audit(args) => audit::run(&args, context),
        Verb::Advise(args) => advise::run(&args, context),
        Verb::Releases(args) => releases::run(&args, context),
        Verb::Pin(args) => pin::run(&args, context),
        Verb::Quarantine(args) => quarantine::run(&args, context),
        Verb::Periods(args) => periods::run(&args, context),
        Verb::Close(args) => close::close(args, context),
        Verb::Reopen(args) => close::reopen(args, context),
        Verb::Match(args) => match_customers::run(args, context),
        Verb::SignOff(args) => close::sign_off(args, context),
        Verb::Restatement(args) => restatement::run(&args, context),
        Verb::Verify(args) => verify::run(&args, context),
        Verb::Collect(args) => collect::run(&args, context),
        Verb::Completions(args) => completions::run(&args, context),
        // It came away before there was a runtime.
        Verb::Worker(_) => Ok(()),
        Verb::Environment => context.output.say(config::describe().trim_end()),
    }
}
