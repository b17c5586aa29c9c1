//! How is a question answered in a process of its own?

use std::io;
use std::process::ExitCode;

use datafusion::error::DataFusionError;

use super::Context;
use super::error::CliError;
use super::output::Output;
use super::query::{Asked, lease};
use crate::engine::encode::{Cut, EncodeError, Encoding, encode};
use crate::query::worker::confine::Confinement;
use crate::query::worker::{Bounds, IsolatedError, Pool, Question, Settings, serve};

/// Answers one question of another process, which starts this one and says how it is confined
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What the process takes from itself, as JSON
    confinement: String,
}

/// The answering process. It has no runtime yet: what is taken away is taken from all threads.
pub(super) fn run(args: &Args, output: Output) -> ExitCode {
    match served(args, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output.failure(&error),
    }
}

fn served(args: &Args, output: Output) -> Result<(), CliError> {
    let told = serde_json::from_str::<Confinement>(&args.confinement);
    let confinement = told.map_err(|error| {
        CliError::Usage(format!("`worker` is called by the program itself: {error}"))
    })?;
    Ok(serve::serve(&confinement, io::stdin(), output.answer())?)
}

/// Answers as a server does: behind the gate, in a process of its own.
pub(super) fn answer(
    context: &Context,
    asked: Asked<'_>,
    encoding: Encoding,
    out: &mut (dyn io::Write + Send),
) -> Result<u64, CliError> {
    let Asked { home, release, principal, sql } = asked;
    let _lease = lease(context, home, release)?;
    let program = std::env::current_exe().map_err(CliError::Program)?;
    let limits = context.limits();
    let bounds = Bounds::within(limits.memory_bytes, limits.threads);
    let spill_dir = context.config.folder.join(limits.spill_dir);
    let settings = Settings::new(program, context.folder()?, spill_dir, 1);
    let pool = Pool::new(Settings { spares: 0, bounds, ..settings })?;
    let question =
        Question { release: release.number, principal: principal.clone(), sql: sql.to_owned() };
    context.runtime.block_on(async {
        let answer = pool.ask("", question).await?;
        let outcome = answer.outcome();
        let rows = encode(answer.into_stream(), encoding, Cut::default(), out).await;
        let rows = rows.map_err(told)?;
        if let Some(outcome) = outcome.get()
            && outcome.is_truncated
        {
            context.output.warn(&format!("these are the first {} rows only", outcome.rows));
        }
        Ok(rows)
    })
}

/// What the answering process told is not ours to put in other words.
fn told(error: EncodeError) -> CliError {
    match error {
        EncodeError::Query(DataFusionError::External(cause)) => {
            match cause.downcast::<IsolatedError>() {
                Ok(cause) => CliError::Isolated(*cause),
                Err(cause) => EncodeError::Query(DataFusionError::External(cause)).into(),
            }
        }
        other => other.into(),
    }
}
