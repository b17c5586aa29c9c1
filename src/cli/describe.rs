//! What does a table hold, and where do its columns come from?

use super::error::CliError;
use super::output::Output;
use super::{Context, describe_cube};
use crate::demo::examples;
use crate::engine::text_table::Heading;
use crate::model::compile;
use crate::model::dictionary::{
    Ancestry, Column, Dictionary, Filled, NamedValue, Parameter, Place, Source, Step, Summary,
    Table,
};
use crate::model::front_matter::Label;
use crate::model::given::given;
use crate::model::values::Values;
use crate::warehouse::Home;
use crate::warehouse::name::TableName;
use crate::warehouse::project::Project;

/// Columns of a terminal that running text fills.
const TEXT_WIDTH: usize = 100;

/// Lists all tables, tells all of one table, or where a column comes from
#[derive(Debug, clap::Args)]
#[command(after_help = examples::DESCRIBE)]
pub(super) struct Args {
    /// What to tell of: table, schema.table or schema.table.column [default: list all tables]
    name: Option<String>,

    /// Where the table's columns come from, down to the departmental systems
    #[arg(long, requires = "name")]
    lineage: bool,

    /// How the answer is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For reading
    Text,
    /// One object
    Json,
}

/// All tables.
#[derive(serde::Serialize)]
struct List {
    /// the release whose rows were counted; null where there is none
    release: Option<u64>,
    tables: Vec<Summary>,
}

/// Where columns come from.
#[derive(serde::Serialize)]
struct Lineage {
    name: TableName,
    lineage: Vec<Ancestry>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let project = context.project()?;
    let limits = context.limits();
    let compiled = compile(&project.root, given(&project)?, &limits);
    let (models, mistakes) = context.runtime.block_on(compiled)?;
    if !mistakes.is_empty() {
        context.output.warn(&format!(
            "files under sql/ do not fit and are left out ({} mistakes); `patron check` names them",
            mistakes.len()
        ));
    }
    let mut dictionary = Dictionary::new(&models, &project.contracts)?;
    let values = Values::read(&project.root)?;
    dictionary.name_values(&values);
    let release = count(&project, &mut dictionary)?;
    let (output, is_json) = (context.output, args.format == Format::Json);
    let Some(name) = &args.name else {
        let tables = dictionary.tables();
        return if is_json {
            json(output, &List { release, tables })
        } else {
            list(output, &tables)
        };
    };
    let (name, column) = dictionary.find(name)?;
    let lineage = match &column {
        Some(column) => vec![dictionary.ancestry(&name, column)],
        None if args.lineage => dictionary.ancestries(&name),
        None => {
            let Some(table) = dictionary.table(&name) else { return Ok(()) };
            return if is_json { json(output, &table) } else { tell(output, &table, release) };
        }
    };
    if is_json { json(output, &Lineage { name, lineage }) } else { trees(output, &lineage) }
}

/// Counts the rows of the newest release and returns its number, if there is one.
fn count(project: &Project, dictionary: &mut Dictionary<'_>) -> Result<Option<u64>, CliError> {
    let is_empty = project.settings.store.is_none() && !project.data_dir().exists();
    if is_empty {
        return Ok(None);
    }
    let home = Home::open(project.home_place())?;
    let Some(release) = home.latest()? else { return Ok(None) };
    dictionary.count(&home, &release)?;
    Ok(Some(release.number))
}

fn json(output: Output, value: &impl serde::Serialize) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value).map_err(std::io::Error::from)?;
    output.say(&text)
}

fn list(output: Output, tables: &[Summary]) -> Result<(), CliError> {
    let headings = [
        Heading::text("table"),
        Heading::number("rows"),
        Heading::text("grain"),
        Heading::text("description"),
    ];
    let row = |table: &Summary| {
        vec![
            table.name.to_string(),
            table.rows.map_or_else(String::new, |rows| rows.to_string()),
            table.grain.join(", "),
            if table.is_connected {
                table.description.clone()
            } else {
                format!("(not connected) {}", table.description)
            },
        ]
    };
    output.table(&headings, &tables.iter().map(row).collect::<Vec<_>>())
}

/// Prints all that is known of a table.
fn tell(output: Output, table: &Table, release: Option<u64>) -> Result<(), CliError> {
    let summary = &table.summary;
    let mut lines = vec![summary.name.to_string()];
    lines.extend(wrapped("    ", &summary.description));
    if !summary.is_connected {
        lines.extend(wrapped("    ", "Not connected: the department has nothing like it."));
    }
    lines.push(String::new());
    for (name, value) in facts(table, release) {
        let mut told = wrapped(&" ".repeat(12), &value);
        if let Some(first) = told.first_mut() {
            *first = format!("{name:<12}{}", first.trim_start());
        }
        lines.extend(told);
    }
    if !table.parameters.is_empty() {
        lines.push("\nparameters".to_owned());
        for parameter in &table.parameters {
            lines.push(format!("  {}  {}", parameter.name, parameter.kind));
            lines.extend(wrapped("      ", &parameter.description));
            lines.extend(wrapped("      ", &choices(parameter)));
        }
    }
    if let Some(cube) = &table.cube {
        lines.extend(describe_cube::lines(cube));
    }
    lines.push("\ncolumns".to_owned());
    for column in &table.columns {
        lines.push(format!("  {}  {}", column.name, column.kind));
        let description = column.description.as_deref().unwrap_or("(nobody said what it means)");
        lines.extend(wrapped("      ", description));
        lines.extend(wrapped("      ", &notes(column)));
        for known in &column.values {
            lines.extend(wrapped("          ", &value(known)));
        }
    }
    if !table.checks.is_empty() {
        lines.push("\nchecks".to_owned());
        for check in &table.checks {
            lines.push(format!("  {}  ({})", check.name, check.severity));
            lines.extend(wrapped("      ", &check.rule));
        }
    }
    output.say(&lines.join("\n"))
}

/// What there is to say about a table as a whole, by name.
fn facts(table: &Table, release: Option<u64>) -> Vec<(&'static str, String)> {
    let summary = &table.summary;
    let names =
        |names: &[TableName]| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let filled = match summary.filled {
        Filled::Contract => "from a departmental system",
        Filled::Project => "from the project's own settings, or from what is entered",
        Filled::Staging => "at every look, from its raw table",
        Filled::Intermediate | Filled::Marts => "at every refresh",
        Filled::Checks => "by findings, at every refresh",
        Filled::Reports => "when it is asked",
        Filled::Cubes => "when something is asked of it",
        Filled::Rollups => "at every refresh, from the cube whose head declares it",
    };
    let rows = summary.rows.zip(release);
    let closing = table.closing.as_ref().map(|closing| {
        format!(
            "figures of a closed {} of an {} stay; what comes late is booked in the next open one, \
             and a reversal turns round {}",
            closing.period,
            closing.entity,
            closing.negate.join(", ")
        )
    });
    let facts = [
        ("file", table.file.clone().unwrap_or_default()),
        ("filled", filled.to_owned()),
        ("source", table.source.as_ref().map(source).unwrap_or_default()),
        ("grain", summary.grain.join(", ")),
        ("months of", table.month.clone().unwrap_or_default()),
        (
            "rows",
            rows.map_or_else(String::new, |(rows, release)| format!("{rows} in release {release}")),
        ),
        ("reads", names(&table.reads)),
        ("read by", names(&table.read_by)),
        ("closing", closing.unwrap_or_default()),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// Which values a parameter takes.
fn choices(parameter: &Parameter) -> String {
    let mut said = Vec::new();
    match &parameter.default {
        Some(default) => said.push(format!("by default {default}")),
        None if parameter.is_optional => said.push("may be left out".to_owned()),
        None => said.push("must be given".to_owned()),
    }
    if !parameter.allowed.is_empty() {
        said.push(format!("one of {}", parameter.allowed.join(", ")));
    }
    if let Some(from) = &parameter.from {
        said.push(format!("a value of {}.{}", from.table, from.column));
    }
    said.extend(parameter.least.as_ref().map(|least| format!("at least {least}")));
    said.extend(parameter.not_after.as_ref().map(|other| format!("not after {other}")));
    said.join("; ")
}

/// What there is to say about a column beside its description.
fn notes(column: &Column) -> String {
    let places = |places: &[Place]| {
        let named = places.iter().map(|place| format!("{}.{}", place.table, place.column));
        named.collect::<Vec<_>>().join(", ")
    };
    let made_of = match (column.is_computed, column.made_of.is_empty()) {
        (true, true) => "computed here".to_owned(),
        (true, false) => format!("computed here from {}", places(&column.made_of)),
        (false, true) => String::new(),
        (false, false) => format!("is {}", places(&column.made_of)),
    };
    let notes = [
        made_of,
        column.unit.as_ref().map_or_else(String::new, |unit| format!("unit {unit}")),
        column.currency.as_ref().map_or_else(String::new, |held| format!("currency in {held}")),
        if column.is_personal { "personal".to_owned() } else { String::new() },
    ];
    let said: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
    said.join("; ")
}

/// A value with what it is called in each language.
fn value(known: &NamedValue) -> String {
    match &known.label {
        None => known.value.clone(),
        Some(Label::One(text)) => format!("{}: {text}", known.value),
        Some(Label::Each(texts)) => {
            let told = texts.values().map(String::as_str).collect::<Vec<_>>();
            format!("{}: {}", known.value, told.join(" / "))
        }
    }
}

fn source(source: &Source) -> String {
    let Source { system, object, .. } = source;
    match &source.column {
        Some(column) => format!("system `{system}`, `{object}`, column `{column}`"),
        None => format!("system `{system}`, `{object}`"),
    }
}

/// Prints where columns come from, a tree a column.
fn trees(output: Output, lineage: &[Ancestry]) -> Result<(), CliError> {
    let mut lines = Vec::new();
    for tree in lineage {
        lines.push(step(tree));
        branches(tree, "", &mut lines);
    }
    output.say(&lines.join("\n"))
}

fn branches(tree: &Ancestry, before: &str, lines: &mut Vec<String>) {
    for (at, part) in tree.made_of.iter().enumerate() {
        let is_last = at + 1 == tree.made_of.len();
        let (here, below) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        lines.push(format!("{before}{here}{}", step(part)));
        branches(part, &format!("{before}{below}"), lines);
    }
}

/// One step of a tree in a line.
fn step(tree: &Ancestry) -> String {
    let name = format!("{}.{}", tree.table, tree.column);
    let how = match (tree.step, &tree.source) {
        (_, Some(found)) => format!("  {}: {}", found.contract, source(found)),
        (Step::Computed, None) => "  computed".to_owned(),
        (Step::Provided, None) => "  from the project itself".to_owned(),
        (Step::Added, None) => "  added by the engine".to_owned(),
        (Step::Remembered, None) => "  its own value in the release before".to_owned(),
        (Step::NotConnected, None) => "  not connected, so without values".to_owned(),
        (Step::Repeated, None) => "  as above".to_owned(),
        (Step::PassedOn | Step::Loaded, None) => String::new(),
    };
    name + &how
}

/// A text in lines that fit a terminal, each behind the same indent.
pub(super) fn wrapped(indent: &str, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = indent.to_owned();
    for word in text.split_whitespace() {
        let is_begun = line.len() > indent.len();
        if is_begun && line.chars().count() + 1 + word.chars().count() > TEXT_WIDTH {
            lines.push(std::mem::replace(&mut line, indent.to_owned()));
        } else if is_begun {
            line.push(' ');
        }
        line.push_str(word);
    }
    if line.len() > indent.len() {
        lines.push(line);
    }
    lines
}
