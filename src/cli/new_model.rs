//! How does a file of SQL begin? With a head that explains itself over a query that runs as it is.

use std::fmt::Write;

use super::error::CliError;
use super::scaffold::{quoted, spelled};
use super::{Context, init};
use crate::demo::examples;
use crate::model::dictionary::{Column, Dictionary, Filled, Table};
use crate::model::files::Layer;
use crate::model::given::given;
use crate::model::{Models, compile};
use crate::warehouse::name::{TableName, is_identifier};
use crate::warehouse::project::Project;

/// Begins a table that every refresh builds: writes sql/<folder>/<name>.sql
#[derive(Debug, clap::Args)]
#[command(after_help = examples::NEW_MODEL)]
pub(super) struct ModelArgs {
    /// Where it lies and what it is called: intermediate.int_<name> or marts.<name>
    #[arg(value_name = "FOLDER.NAME")]
    name: String,

    /// The table of sql/ that it reads at first, such as one of staging
    #[arg(long, value_name = "TABLE")]
    from: String,

    /// The columns that tell one row from another [default: those of the table read]
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    grain: Vec<String>,
}

/// Begins a question whose answer should have no rows: writes sql/checks/<name>.sql
#[derive(Debug, clap::Args)]
#[command(after_help = examples::NEW_CHECK)]
pub(super) struct CheckArgs {
    /// What it is called
    name: String,

    /// The table of sql/ that it reads at first [default: the first of staging with a grain]
    #[arg(long, value_name = "TABLE")]
    from: Option<String>,
}

/// Begins an answer that people ask for again and again: writes sql/reports/<name>.sql
#[derive(Debug, clap::Args)]
#[command(after_help = examples::NEW_REPORT)]
pub(super) struct ReportArgs {
    /// What it is called
    name: String,

    /// The table of sql/marts that it reads at first [default: the first one with a grain]
    #[arg(long, value_name = "TABLE")]
    from: Option<String>,
}

/// The project with what its files give.
pub(super) struct Opened {
    project: Project,
    models: Models,
}

impl Opened {
    pub(super) fn new(context: &Context) -> Result<Self, CliError> {
        let project = context.project()?;
        let limits = context.limits();
        let compiled = compile(&project.root, given(&project)?, &limits);
        let (models, _) = context.runtime.block_on(compiled)?;
        Ok(Self { project, models })
    }

    /// The table that the new file reads; by default the first of a folder.
    pub(super) fn table(&self, from: Option<&str>, folder: Filled) -> Result<Table, CliError> {
        let dictionary = Dictionary::new(&self.models, &self.project.contracts)?;
        let none = || {
            let advice = "name a table of sql/ with `--from`";
            CliError::Usage(format!(
                "no file under sql/{} has a grain to begin with; {advice}",
                if folder == Filled::Marts { "marts" } else { "staging" }
            ))
        };
        let name = match from {
            Some(from) => dictionary.find(from)?.0,
            None => {
                let is_first = |table: &Table| {
                    table.summary.filled == folder && !table.summary.grain.is_empty()
                };
                let tables = dictionary.tables();
                let mut found = tables.iter().filter_map(|table| dictionary.table(&table.name));
                found.find(is_first).ok_or_else(none)?.summary.name
            }
        };
        let table = dictionary.table(&name).ok_or_else(none)?;
        match table.summary.filled {
            Filled::Staging | Filled::Intermediate | Filled::Marts => Ok(table),
            Filled::Contract => Err(CliError::Usage(format!(
                "`{name}` is a raw table, which only sql/staging reads; name {}",
                match table.read_by.first() {
                    Some(staging) => format!("`{staging}`, which reads it"),
                    None => "one of staging".to_owned(),
                }
            ))),
            _ => Err(CliError::Usage(format!("`{name}` is no table of sql/ that others may read"))),
        }
    }

    /// Writes the file, which must not be there.
    pub(super) fn write(&self, name: &TableName, text: &str) -> Result<String, CliError> {
        let place = format!("sql/{}/{}.sql", name.schema(), name.table());
        let path = self.project.root.join(&place);
        if path.exists() {
            return Err(CliError::Taken(place));
        }
        init::write(&path, text)?;
        Ok(place)
    }
}

pub(super) fn model(args: &ModelArgs, context: &Context) -> Result<(), CliError> {
    let name = model_name(&args.name)?;
    let opened = Opened::new(context)?;
    let table = opened.table(Some(&args.from), Filled::Staging)?;
    let grain = if args.grain.is_empty() { &table.summary.grain } else { &args.grain };
    if grain.is_empty() {
        let from = &table.summary.name;
        return Err(CliError::Usage(format!(
            "the head of `{from}` names no grain; say with `--grain` which columns tell one row \
             from another"
        )));
    }
    if let Some(wrong) = grain.iter().find(|name| !has(&table, name)) {
        let from = &table.summary.name;
        return Err(CliError::Usage(format!("`{from}` has no column `{wrong}` for the grain")));
    }
    let place = opened.write(&name, &model_text(&table, grain))?;
    context.output.say(&format!(
        "{place}  every column of {}, to be changed\n\n\
         Next:\n\
         \n  1. write what a row is into `description`, and the query below it\
         \n  2. patron check --offline\
         \n  3. patron refresh\
         \n  4. patron query 'select * from {name} limit 10'",
        table.summary.name
    ))
}

pub(super) fn check(args: &CheckArgs, context: &Context) -> Result<(), CliError> {
    let name = asked_name(Layer::Checks, &args.name)?;
    let opened = Opened::new(context)?;
    let table = opened.table(args.from.as_deref(), Filled::Staging)?;
    let place = opened.write(&name, &check_text(&table))?;
    context.output.say(&format!(
        "{place}  rows of {} that should not be there, to be changed\n\n\
         Next:\n\
         \n  1. write into `description` what is wrong with such rows, and the query below it\
         \n  2. patron check --offline\
         \n  3. patron refresh    asks it over the next release",
        table.summary.name
    ))
}

pub(super) fn report(args: &ReportArgs, context: &Context) -> Result<(), CliError> {
    let name = asked_name(Layer::Reports, &args.name)?;
    let opened = Opened::new(context)?;
    let table = opened.table(args.from.as_deref(), Filled::Marts)?;
    if table.summary.filled != Filled::Marts {
        let from = &table.summary.name;
        return Err(CliError::Usage(format!(
            "`{from}` is a step on the way; a report reads what people see, a table of sql/marts"
        )));
    }
    let place = opened.write(&name, &report_text(&table))?;
    context.output.say(&format!(
        "{place}  some rows of {}, to be changed\n\n\
         Next:\n\
         \n  1. write into `description` what it answers, and the query below it\
         \n  2. patron check --offline\
         \n  3. patron report {} --param row_count=10",
        table.summary.name,
        name.table()
    ))
}

/// The name of a model, which says its folder.
fn model_name(text: &str) -> Result<TableName, CliError> {
    let name: TableName = text.parse().map_err(CliError::Usage)?;
    let is_intermediate = name.schema() == Layer::Intermediate.folder();
    if !is_intermediate && name.schema() != Layer::Marts.folder() {
        return Err(CliError::Usage(format!(
            "a model lies in intermediate or marts, not in `{}`; `patron new table` writes staging",
            name.schema()
        )));
    }
    if is_intermediate && name.table().strip_prefix("int_").is_none_or(str::is_empty) {
        let table = name.table();
        return Err(CliError::Usage(format!(
            "names in intermediate begin with `int_`; write `{}.int_{table}`",
            name.schema()
        )));
    }
    Ok(name)
}

/// The name of a check, a report or a cube, with or without its folder.
pub(super) fn asked_name(layer: Layer, text: &str) -> Result<TableName, CliError> {
    let folder = layer.folder();
    let name = text.strip_prefix(&format!("{folder}.")).unwrap_or(text);
    if !is_identifier(name) {
        let advice = "use a to z, 0 to 9 and _, beginning with a letter";
        return Err(CliError::Usage(format!("`{name}` is no name in sql/{folder}; {advice}")));
    }
    TableName::new(folder, name).map_err(CliError::Usage)
}

fn has(table: &Table, column: &str) -> bool {
    table.columns.iter().any(|known| known.name == column)
}

/// Names in TOML.
pub(super) fn named(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

/// Columns in SQL, a line each.
pub(super) fn lines(columns: &[String]) -> String {
    let one = |column: &String| format!("    {}", spelled(column));
    columns.iter().map(one).collect::<Vec<_>>().join(",\n")
}

pub(super) fn names(columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| column.name.clone()).collect()
}

/// A model that passes on every column of a table.
fn model_text(table: &Table, grain: &[String]) -> String {
    let from = &table.summary.name;
    let month = table.month.as_deref().unwrap_or("day_on");
    format!(
        "/*---\n\
         # What a row is, in one sentence; the data dictionary shows it.\n\
         description = {description}\n\
         # The columns that tell one row from another; every build checks that they do.\n\
         grain       = {grain}\n\
         \n\
         # A big table can be built by months. The first line names the date whose month decides,\n\
         # the others how far each input reaches: \"same_month\", {{ months = 2 }}, or, where it\n\
         # is looked up, {{ key = \"column\" }}. A change of one not named rebuilds everything.\n\
         # month = {month}\n\
         # [inputs]\n\
         # {input} = \"same_month\"\n\
         \n\
         # What each column means that is computed here; the others keep their descriptions.\n\
         [columns]\n\
         \n\
         # What else must be true of every row, such as:\n\
         [checks]\n\
         # not_null = {grain}\n\
         # expressions = [{{ name = \"adds_up\", sql = \"a + b = c\", severity = \"warning\" }}]\n\
         ---*/\n\
         \n\
         select\n{columns}\nfrom {from}\n",
        description = quoted(&format!("Rows of {from}, to be said in one sentence.")),
        grain = named(grain),
        month = quoted(month),
        input = quoted(&from.to_string()),
        columns = lines(&names(&table.columns)),
    )
}

/// A check that finds rows that repeat the grain.
fn check_text(table: &Table) -> String {
    let from = &table.summary.name;
    let all = names(&table.columns);
    let grain = if table.summary.grain.is_empty() { &all } else { &table.summary.grain };
    let listed: Vec<String> = grain.iter().map(|name| spelled(name)).collect();
    format!(
        "/*---\n\
         # What is wrong with the rows that the query finds; a finding begins with it.\n\
         description = {description}\n\
         # \"error\" keeps a release unpublished, \"warning\" is shown. What matters once a\n\
         # period is closed is {{ open = \"warning\", closed = \"error\", period = \"column\" }}.\n\
         severity    = \"warning\"\n\
         # The unit of columns whose sums findings tell, or the column in which rows name it.\n\
         # [units]\n\
         ---*/\n\
         \n\
         select\n{columns},\n    count(*) as row_count\nfrom {from}\ngroup by {listed}\n\
         having count(*) > 1\n",
        description = quoted(&format!("Rows of {from} that repeat another one's key.")),
        columns = lines(grain),
        listed = listed.join(", "),
    )
}

/// A report of some rows, as many as whoever asks wants.
fn report_text(table: &Table) -> String {
    let from = &table.summary.name;
    let mut text = format!(
        "/*---\n\
         # What it answers, in one sentence.\n\
         description = {description}\n\
         # The columns that tell one row of the answer from another.\n\
         grain       = {grain}\n\
         # What it is called, such as {{ en = \"Newest first\", \"zh-CN\" = \"最新在前\" }}.\n\
         label       = {label}\n\
         \n\
         # What whoever asks may say; the query names it ${parameter}. Types are period, date,\n\
         # text, integer, decimal, boolean and choice; `allowed` lists the values that there are,\n\
         # `from = \"schema.table.column\"` says where they stand, `not_after = \"other\"` which\n\
         # parameter ends the span that this one begins.\n\
         [parameters.{parameter}]\n\
         type        = \"integer\"\n\
         default     = 100\n\
         least       = 1\n\
         description = \"How many rows at most.\"\n\
         \n\
         # What columns are called in a language, in which unit they are, and which codes they\n\
         # hold, whose names stand in warehouse/values.toml.\n\
         # [labels.\"zh-CN\"]\n\
         # [units]\n\
         # [values]\n\
         ---*/\n\
         \n\
         select\n{columns}\nfrom {from}\n",
        description = quoted(&format!("Which rows has {from}?")),
        label = quoted(&format!("Rows of {}", from.table().replace('_', " "))),
        parameter = "row_count",
        grain = named(&table.summary.grain),
        columns = lines(&names(&table.columns)),
    );
    let order: Vec<String> = table.summary.grain.iter().map(|name| spelled(name)).collect();
    if !order.is_empty() {
        let _ = writeln!(text, "order by {}", order.join(", "));
    }
    text.push_str("limit $row_count\n");
    text
}
