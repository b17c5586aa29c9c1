//! How does a project grow by a system, a table, a model, a check, a report or a cube?

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use clap::Subcommand;

use super::error::CliError;
use super::{Context, new_cube, new_model, new_table};
use crate::warehouse::name::is_identifier;
use crate::warehouse::system::System;

/// Adds a system, a table, a model, a check, a report or a cube to the project
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    System(SystemArgs),
    Table(new_table::Args),
    Model(new_model::ModelArgs),
    Check(new_model::CheckArgs),
    Report(new_model::ReportArgs),
    Cube(new_cube::Args),
}

const EXAMPLES: &str = "\
Examples:
  patron new system shop --kind sqlite --path /srv/shop/shop.db
  patron new system exports --kind files --path ../exports --optional
  patron new system tills --kind postgres --url postgres://reader@db.example.com/tills \
      --password-env TILLS_PASSWORD";

/// Adds a departmental system to warehouse/systems.toml
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
struct SystemArgs {
    /// Its name, which contracts use
    name: String,

    /// What it is
    #[arg(long, value_enum)]
    kind: Kind,

    /// The folder of files or the database file, relative to the project's folder or absolute
    #[arg(long, required_if_eq_any([("kind", "files"), ("kind", "sqlite")]))]
    path: Option<PathBuf>,

    /// The address of a database server, without a password: postgres://user@host:port/database
    #[arg(long, required_if_eq_any([("kind", "postgres"), ("kind", "mysql")]))]
    url: Option<String>,

    /// The environment variable that holds the password for the server
    #[arg(long, value_name = "VARIABLE", requires = "url")]
    password_env: Option<String>,

    /// When it cannot be read, keep its last data instead of refusing the refresh
    #[arg(long)]
    optional: bool,

    /// What it is, for people
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// A folder of CSV, JSON lines or Parquet files or workbooks
    Files,
    /// A SQLite database
    Sqlite,
    /// A PostgreSQL server
    Postgres,
    /// A MySQL or MariaDB server
    Mysql,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    match &args.what {
        What::System(args) => add_system(args, context),
        What::Table(args) => new_table::run(args, context),
        What::Model(args) => new_model::model(args, context),
        What::Check(args) => new_model::check(args, context),
        What::Report(args) => new_model::report(args, context),
        What::Cube(args) => new_cube::run(args, context),
    }
}

fn add_system(args: &SystemArgs, context: &Context) -> Result<(), CliError> {
    let name = &args.name;
    if !is_identifier(name) {
        let advice = "use a to z, 0 to 9 and _, beginning with a letter";
        return Err(CliError::Usage(format!("`{name}` is no name of a system; {advice}")));
    }
    let project = context.project()?;
    if project.systems.contains_key(name) {
        let place = "warehouse/systems.toml";
        return Err(CliError::Usage(format!("{place} has a section [{name}] already")));
    }
    let path = project.root.join("warehouse/systems.toml");
    let failed = |cause| CliError::File { action: "written", path: path.clone(), cause };
    let before = fs::read_to_string(&path).map_err(failed)?;
    let section = section(args);
    check_section(name, &section)?;
    let gap = if before.is_empty() || before.ends_with("\n\n") { "" } else { "\n" };
    let gap = if before.is_empty() || before.ends_with('\n') { gap } else { "\n\n" };
    let mut file = OpenOptions::new().append(true).open(&path).map_err(failed)?;
    file.write_all(format!("{gap}{section}").as_bytes()).map_err(failed)?;
    if let Some(target) = args.path.as_ref().map(|path| project.root.join(path))
        && !target.exists()
    {
        context.output.warn(&format!("`{}` does not exist yet", target.display()));
    }
    let object = match args.kind {
        Kind::Files => "'deals_*.csv'",
        Kind::Sqlite | Kind::Postgres | Kind::Mysql => "deals",
    };
    context.output.say(&format!(
        "added to warehouse/systems.toml:\n\n{section}\nNext: patron new table {name}.{object}"
    ))
}

/// Refuses a section that the project could not be opened with afterwards.
fn check_section(name: &str, section: &str) -> Result<(), CliError> {
    let systems: BTreeMap<String, System> = toml::from_str(section)
        .map_err(|error| CliError::Usage(format!("system `{name}`: {}", error.message())))?;
    let problem = systems.values().find_map(|system| system.check().err());
    problem.map_or(Ok(()), |(_, why)| Err(CliError::Usage(format!("system `{name}`: {why}"))))
}

fn section(args: &SystemArgs) -> String {
    let kind = match args.kind {
        Kind::Files => "files",
        Kind::Sqlite => "sqlite",
        Kind::Postgres => "postgres",
        Kind::Mysql => "mysql",
    };
    let text = |value: &str| toml::Value::from(value).to_string();
    let mut lines = vec![format!("[{}]", args.name)];
    if !args.description.is_empty() {
        lines.push(format!("description = {}", text(&args.description)));
    }
    lines.push(format!("kind = \"{kind}\""));
    if let Some(path) = &args.path {
        lines.push(format!("path = {}", text(&path.to_string_lossy())));
    }
    if let Some(url) = &args.url {
        lines.push(format!("url = {}", text(url)));
    }
    if let Some(variable) = &args.password_env {
        lines.push(format!("password_env = {}", text(variable)));
    }
    if args.optional {
        lines.push("optional = true".to_owned());
    }
    lines.join("\n") + "\n"
}
