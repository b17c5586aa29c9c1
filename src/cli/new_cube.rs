//! How does a cube begin? With the columns of a table as its members.

use std::fmt::Write;

use super::Context;
use super::error::CliError;
use super::new_model::{Opened, asked_name, lines, named, names};
use super::scaffold::quoted;
use crate::demo::examples;
use crate::model::dictionary::{Column, Filled, Table};
use crate::model::files::Layer;
use crate::warehouse::name::is_identifier;

/// Begins a cube, measures that people ask by many dimensions: writes sql/cubes/<name>.sql
#[derive(Debug, clap::Args)]
#[command(after_help = examples::NEW_CUBE)]
pub(super) struct Args {
    /// What it is called
    name: String,

    /// The table of sql/marts that it measures at first [default: the first one with a grain]
    #[arg(long, value_name = "TABLE")]
    from: Option<String>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let name = asked_name(Layer::Cubes, &args.name)?;
    if !is_member(name.table()) {
        let advice = "names of cubes have no `__`, which stands before the names of rollups";
        return Err(CliError::Usage(format!("`{}`: {advice}", name.table())));
    }
    let opened = Opened::new(context)?;
    let table = opened.table(args.from.as_deref(), Filled::Marts)?;
    let from = &table.summary.name;
    if table.summary.filled != Filled::Marts {
        return Err(CliError::Usage(format!(
            "`{from}` is a step on the way; a cube measures what people see, a table of sql/marts"
        )));
    }
    if table.summary.grain.is_empty() {
        let advice = "name one whose head has a grain";
        return Err(CliError::Usage(format!("`{from}` tells no rows apart; {advice}")));
    }
    let place = opened.write(&name, &text(&table))?;
    context.output.say(&format!(
        "{place}  the columns of {from} as members, to be changed\n\n\
         Next:\n\
         \n  1. keep the dimensions and measures that people ask for, and say what they mean\
         \n  2. patron check --offline\
         \n  3. patron refresh    builds the rollups that the head declares\
         \n  4. echo '{{\"measures\": [\"{}.row_count\"]}}' | patron cube -",
        name.table()
    ))
}

/// Whether a column's name may be a member's.
fn is_member(name: &str) -> bool {
    is_identifier(name) && !name.contains("__")
}

/// A cube of a table's columns: texts, dates and flags are dimensions, decimals are measures.
fn text(table: &Table) -> String {
    let from = &table.summary.name;
    let of_kind = |kinds: &'static [&'static str]| {
        let is_it = move |column: &&Column| {
            kinds.iter().any(|kind| column.kind.starts_with(kind)) && is_member(&column.name)
        };
        table.columns.iter().filter(is_it)
    };
    let month = of_kind(&["date"]).find(|column| Some(&column.name) == table.month.as_ref());
    let time = month.or_else(|| of_kind(&["date"]).next());
    let mut text = format!(
        "/*---\n\
         # What a row is, in one sentence.\n\
         description = {description}\n\
         # The columns that tell one row from another; every refresh checks that they do, so that\n\
         # no join adds a row up twice.\n\
         grain       = {grain}\n\
         # What it is called, such as {{ en = \"Lines\", \"zh-CN\" = \"明细\" }}; members may\n\
         # have a label too.\n\
         label       = {label}\n",
        description = quoted(&format!("Rows of {from}, to be said in one sentence.")),
        label = quoted(&from.table().replace('_', " ")),
        grain = named(&table.summary.grain),
    );
    if let Some(time) = time {
        let _ = writeln!(
            text,
            "# The dimension along which measures are told over time.\ntime        = {}",
            quoted(&time.name)
        );
    }
    text.push_str(
        "# The views across cubes in which it takes part, by the dimensions that say `shared`.\n\
         # views     = [\"company\"]\n\n\
         # By what is measured. `column` says which column it is where the name is another one.\n",
    );
    for column in of_kind(&["text", "date", "boolean"]) {
        let _ = write!(
            text,
            "[dimensions.{}]\ndescription = {}\n\n",
            column.name,
            quoted(&meaning(column))
        );
    }
    text.push_str(
        "# What is measured. `additivity` is additive (`aggregate` is sum, count, min or max),\n\
         # semi_additive (levels, such as stock), ratio, distinct or none (median).\n\
         [measures.row_count]\ndescription = \"How many rows there are.\"\n\
         additivity = \"additive\"\naggregate = \"count\"\n\n",
    );
    for column in of_kind(&["decimal"]) {
        let _ = write!(
            text,
            "[measures.{name}]\ndescription = {description}\nadditivity = \"additive\"\n\
             column = \"{name}\"\n\n",
            name = column.name,
            description = quoted(&meaning(column)),
        );
    }
    rollup(&mut text, time);
    let columns = lines(&names(&table.columns));
    let _ = write!(text, "---*/\n\nselect\n{columns}\nfrom {from}\n");
    text
}

/// A table that answers questions by month sooner.
fn rollup(text: &mut String, time: Option<&Column>) {
    let begun = "# A table, built at every refresh, from which questions by these are answered.\n";
    let _ = match time {
        Some(_) => write!(
            text,
            "{begun}[rollups.monthly]\ndimensions = []\ngranularity = \"month\"\n\
             measures = [\"row_count\"]\n"
        ),
        None => write!(
            text,
            "{begun}# [rollups.small]\n# dimensions = [\"..\"]\n# measures = [\"row_count\"]\n"
        ),
    };
}

/// What a column means, as far as somebody said so.
fn meaning(column: &Column) -> String {
    let said = column.description.clone().filter(|text| !text.trim().is_empty());
    said.unwrap_or_else(|| format!("The {} of a row.", column.name.replace('_', " ")))
}
