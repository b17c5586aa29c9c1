//! What did a restatement change in a closed period?

use std::sync::Arc;

use super::Context;
use super::error::CliError;
use super::query::{Format, lease, resolve};
use crate::demo::examples;
use crate::engine::encode::{Cut, EncodeError, encode};
use crate::engine::text_table::Heading;
use crate::model::restate::{
    ClosingTable, EARLIER, LATER, Part, Summary, Sums, closing_tables, differences, summary,
};
use crate::query::{self, Principal};
use crate::refresh::{Books, Decision, RefreshError};
use crate::warehouse::Home;
use crate::warehouse::release::Release;

/// Shows how the figures of a period differ between two closings, or between a closing and now
#[derive(Debug, clap::Args)]
#[command(after_help = examples::RESTATEMENT)]
pub(super) struct Args {
    /// The period, as the project's table of periods has it
    period: String,

    /// The one legal entity that was closed by itself [default: the closings of all together]
    #[arg(long, value_name = "ENTITY")]
    entity: Option<String>,

    /// The earlier closing, counted from 1 [default: the one before the later]
    #[arg(long, value_name = "N")]
    from: Option<u64>,

    /// The later closing; `now` is the newest release [default: the last closing of a period that
    /// is closed and was restated, else now]
    #[arg(long, value_name = "M")]
    to: Option<Later>,

    /// How the changes are written; only a table begins with a summary
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// What a closing is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Later {
    Closing(u64),
    Now,
}

impl std::str::FromStr for Later {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "now" => Ok(Self::Now),
            number => number
                .parse()
                .map(Self::Closing)
                .map_err(|_| format!("`{number}` is no closing; give its number, or `now`")),
        }
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let (project, home) = (context.project()?, context.home()?);
    let newest = resolve(&home, None)?;
    let limits = context.limits();
    let books = {
        let _entered = context.runtime.enter();
        Books::read(&project, &home, newest.number, &limits)?
    };
    books.check_known(&args.period, args.entity.as_deref())?;
    let (from, to) = chosen(args, &books)?;
    let earlier = release(&home, &from)?;
    let later = match &to {
        Some(closing) => release(&home, closing)?,
        None => newest,
    };
    let _leases = [lease(context, &home, &earlier)?, lease(context, &home, &later)?];
    let sides = [(EARLIER, &earlier), (LATER, &later)];
    let session = query::open_beside(&home, &sides, &Principal::Owner, &limits)?;
    let tables = closing_tables(&project.root)?;
    let part = Part { period: args.period.clone(), entity: args.entity.clone() };
    if args.format == Format::Table {
        let to = to.map_or("now".to_owned(), |to| format!("closing {}", to.closing));
        context.output.say(&format!(
            "period {}: closing {} (release {}) against {to} (release {})\n",
            args.period, from.closing, earlier.number, later.number
        ))?;
        summarise(context, &session, &tables, &part)?;
    }
    let mut out = context.output.answer();
    context.runtime.block_on(async {
        let rows = differences(&session, &tables, &part).await.map_err(EncodeError::Query)?;
        encode(rows, args.format.encoding(), Cut::default(), &mut out).await
    })?;
    Ok(())
}

/// The two closings that are compared; nothing as the later one means now.
fn chosen(args: &Args, books: &Books) -> Result<(Decision, Option<Decision>), RefreshError> {
    let entity = args.entity.as_deref();
    let closings = books.closings(&args.period, entity);
    let last = closings.len() as u64;
    let is_restated = last > 1 && books.is_closed(&args.period, entity);
    let to = args.to.unwrap_or(if is_restated { Later::Closing(last) } else { Later::Now });
    let before = match to {
        Later::Closing(number) => number.saturating_sub(1),
        Later::Now => last,
    };
    let closing = |number: u64| {
        let found = closings.iter().find(|known| known.closing == number);
        found.map(|known| (*known).clone()).ok_or_else(|| RefreshError::UnknownClosing {
            period: args.period.clone(),
            wanted: number.max(1).to_string(),
            known: match last {
                0 => "it was never closed so; `patron periods` lists what was".to_owned(),
                _ => format!("it was closed {last} times, counted from 1"),
            },
        })
    };
    let later = match to {
        Later::Closing(number) => Some(closing(number)?),
        Later::Now => None,
    };
    Ok((closing(args.from.unwrap_or(before))?, later))
}

/// The release of a closing, which its pin keeps.
fn release(home: &Home, closing: &Decision) -> Result<Arc<Release>, CliError> {
    Ok(home.resolve(&closing.release.to_string())?)
}

/// Prints a line a table, figure and unit.
fn summarise(
    context: &Context,
    session: &datafusion::prelude::SessionContext,
    tables: &[ClosingTable],
    part: &Part,
) -> Result<(), CliError> {
    let headings = [
        Heading::text("table"),
        Heading::number("rows earlier"),
        Heading::number("rows later"),
        Heading::number("added"),
        Heading::number("removed"),
        Heading::number("changed"),
        Heading::text("figure"),
        Heading::text("unit"),
        Heading::number("sum earlier"),
        Heading::number("sum later"),
        Heading::number("difference"),
    ];
    let mut rows = Vec::new();
    for table in tables {
        let found = context.runtime.block_on(summary(session, table, part));
        if let Some(found) = found.map_err(EncodeError::Query)? {
            rows.extend(lines(&found));
        }
    }
    context.output.table(&headings, &rows)?;
    context.output.say("")
}

/// The lines of one table: its counts stand on the first.
fn lines(summary: &Summary) -> Vec<Vec<String>> {
    let counts = [summary.earlier, summary.later, summary.added, summary.removed, summary.changed];
    let mut first: Vec<String> = vec![summary.table.to_string()];
    first.extend(counts.iter().map(u64::to_string));
    let mut lines = Vec::new();
    for figure in &summary.figures {
        let mut line = if lines.is_empty() { first.clone() } else { vec![String::new(); 6] };
        line.push(figure.column.clone());
        line.push(figure.unit.clone().unwrap_or_else(|| "not known".to_owned()));
        match &figure.sums {
            Some(Sums { earlier, later, difference }) => {
                line.extend([earlier, later, difference].into_iter().cloned());
            }
            None => line.extend(["not summed"; 3].map(str::to_owned)),
        }
        lines.push(line);
    }
    if lines.is_empty() {
        first.resize(11, String::new());
        lines.push(first);
    }
    lines
}
