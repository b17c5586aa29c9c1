//! Which rows were refused, and how do they come back?

use clap::Subcommand;
use datafusion::common::ScalarValue;

use super::Context;
use super::error::CliError;
use super::findings::Told;
use super::query::resolve;
use super::refresh::{options, summary, supervise};
use crate::demo::examples;
use crate::engine::encode::{Cut, EncodeError, Encoding, encode};
use crate::engine::near::near;
use crate::query::{self, Principal};
use crate::refresh;
use crate::warehouse::name::TableName;

/// The refused rows of one table, or of all where the parameter is null.
const LIST: &str = "
select
    q.schema_name || '.' || q.table_name as \"table\",
    q.source,
    q.row_number as \"row\",
    q.key,
    q.column_name as \"column\",
    p.value,
    q.reason
from patron.quarantine as q
left join patron.quarantine_personal as p on p.quarantine_id = q.quarantine_id
where $1 is null or q.schema_name || '.' || q.table_name = $1
order by 1, 2, 3, q.quarantine_id
";

/// Shows refused rows, or tries them again
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    List(ListArgs),
    Retry(RetryArgs),
}

/// Lists the refused rows of the newest release with file or key, column, value and reason
#[derive(Debug, clap::Args)]
#[command(after_help = examples::QUARANTINE_LIST)]
struct ListArgs {
    /// The table [default: all]
    table: Option<TableName>,

    /// How many rows at most
    #[arg(long, default_value_t = 100, value_name = "N")]
    limit: usize,
}

/// Runs refused rows through the contracts as they are now and publishes what fits
#[derive(Debug, clap::Args)]
#[command(after_help = examples::QUARANTINE_RETRY)]
struct RetryArgs {
    /// The table [default: all]
    table: Option<TableName>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    match &args.what {
        What::List(args) => list(args, context),
        What::Retry(args) => retry(args.table.clone(), context),
    }
}

fn list(args: &ListArgs, context: &Context) -> Result<(), CliError> {
    let home = context.home()?;
    let release = resolve(&home, None)?;
    if let Some(wanted) = args.table.as_ref().filter(|table| !release.tables.contains_key(*table)) {
        let hint =
            near(&wanted.to_string(), release.tables.keys().map(|t| t.to_string()).collect());
        let number = release.number;
        let text = format!("release {number} has no table `{wanted}`{hint}");
        return Err(CliError::Usage(text));
    }
    let table = args.table.as_ref().map(ToString::to_string);
    let session = query::open(&home, &release, &Principal::Owner, &context.limits())?;
    let cut = Cut { rows_max: args.limit, ..Cut::default() };
    let mut out = context.output.answer();
    context.runtime.block_on(async {
        let frame = query::ask(&session, LIST)
            .await
            .and_then(|frame| frame.with_param_values(vec![ScalarValue::Utf8(table)]))
            .map_err(EncodeError::Query)?;
        let stream = frame.execute_stream().await.map_err(EncodeError::Query)?;
        encode(stream, Encoding::Table, cut, &mut out).await
    })?;
    Ok(())
}

fn retry(table: Option<TableName>, context: &Context) -> Result<(), CliError> {
    let project = context.project()?;
    let options = options(context, true);
    let outcome = supervise(context, project, move |project, progress| {
        refresh::retry(project, table.as_ref(), &options, progress)
    })?;
    summary(context, &context.home()?, &outcome, Told::All)
}
