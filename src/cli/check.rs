//! Does everything in the project fit together, and to the live systems?

use std::path::Path;

use super::error::CliError;
use super::output::Output;
use super::query::Format;
use super::{Context, findings};
use crate::model::dictionary::Dictionary;
use crate::model::files::Layer;
use crate::model::given::given;
use crate::model::values::{self, Values};
use crate::model::{Models, access, compile, cube, report};
use crate::query::policy::Access;
use crate::source::SourceError;
use crate::source::database::Database;
use crate::source::describe::{Described, describe_file};
use crate::source::files::Folder;
use crate::source::open::open_database;
use crate::warehouse::contract::Contract;
use crate::warehouse::project::{Project, System};

const EXAMPLES: &str = "\
Examples:
  patron check              the project's files and the live systems
  patron check --offline    only the project's files, as for a commit hook
  patron check --release    every finding of the newest release in full
  patron check --release 4 --format csv";

/// Checks settings, systems, contracts and the SQL, and that the live sources fit them; or tells
/// what a release's checks found
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Leave the systems alone
    #[arg(long)]
    offline: bool,

    /// Tell every finding of a release in full instead: its number, a pin's name, or the newest at
    /// a time or date [default: the newest]
    #[arg(
        long,
        value_name = "RELEASE",
        num_args = 0..=1,
        default_missing_value = "",
        conflicts_with = "offline"
    )]
    release: Option<String>,

    /// How these findings are written [default: a paragraph each]
    #[arg(long, value_enum, requires = "release")]
    format: Option<Format>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    if let Some(release) = &args.release {
        let named = Some(release.as_str()).filter(|named| !named.is_empty());
        return findings::tell(context, named, args.format);
    }
    let project = context.project()?;
    let output = context.output;
    let (models, mut faults) = model_faults(context, &project)?;
    let silences = Dictionary::new(&models, &project.contracts)?.silences(&project.root)?;
    silences.iter().for_each(|silence| output.warn(&silence.to_string()));
    let files = models.in_order().filter(|model| model.file.layer != Layer::Rollups);
    let file_count = files.count();
    if !args.offline {
        let _entered = context.runtime.enter();
        faults += source_faults(output, &project, &context.config.spill_dir);
    }
    output.say(&format!(
        "checked {} systems, {} contracts and {} files under sql/",
        project.systems.len(),
        project.contracts.len(),
        file_count
    ))?;
    match faults {
        0 if silences.is_empty() => output.say("everything fits"),
        0 => output.say(&format!(
            "everything fits; of {} columns that people see nobody says what they mean",
            silences.len()
        )),
        count => Err(CliError::Unsound(count)),
    }
}

/// Prints what does not fit in the files under sql/ and counts it.
fn model_faults(context: &Context, project: &Project) -> Result<(Models, usize), CliError> {
    let limits = context.limits();
    let compiled = compile(&project.root, given(project)?, &limits);
    let (models, mut mistakes) = context.runtime.block_on(compiled)?;
    mistakes.extend(report::against(&models, &project.settings));
    mistakes.extend(cube::against(&models, &project.settings));
    let values = Values::read(&project.root)?;
    mistakes.extend(values::against(&models, &project.contracts, &project.settings, &values));
    mistakes.extend(access::against(&models, &Access::read(&project.root)?));
    for mistake in &mistakes {
        context.output.note(&mistake.to_string());
    }
    let names: Vec<String> =
        models.not_connected().map(|model| format!("`{}`", model.file.name.table())).collect();
    if !names.is_empty() {
        context.output.say(&format!(
            "not connected, so without rows: {}; their departments have no contracts, or their \
             heads say `connected = false`",
            names.join(", ")
        ))?;
    }
    Ok((models, mistakes.len()))
}

/// Prints how live sources differ from the contracts and counts what would refuse a refresh.
fn source_faults(output: Output, project: &Project, tmp: &Path) -> usize {
    let mut faults = 0;
    for (name, system) in &project.systems {
        let contracts = project.contracts.values().filter(|contract| contract.system == *name);
        let mut live = match Live::open(project, name, system, tmp) {
            Ok(live) => live,
            Err(problem) => {
                let text = format!("system `{name}`: {problem}");
                if system.optional {
                    output.warn(&format!("{text}; it is optional"));
                } else {
                    let field = if system.url.is_some() { "url" } else { "path" };
                    output.note(&format!("{text}; correct `{field}` in warehouse/systems.toml"));
                    faults += 1;
                }
                continue;
            }
        };
        for contract in contracts {
            faults += contract_faults(output, contract, &mut live);
        }
    }
    faults
}

fn contract_faults(output: Output, contract: &Contract, live: &mut Live) -> usize {
    let place = &contract.place;
    let found = match live.columns(contract) {
        Ok(Some(found)) => found,
        Ok(None) => {
            output.warn(&format!("{place}: no file is called `{}` yet", contract.object));
            return 0;
        }
        Err(error) => {
            output.note(&format!("{place}: {error}"));
            return 1;
        }
    };
    let mut faults = 0;
    let has = |name: &str| found.iter().any(|column| column.name == name);
    for column in contract.shape.columns.iter().filter(|column| !has(column.source_name())) {
        let text = format!("{place}: the source has no column `{}`", column.source_name());
        if column.required {
            output.note(&format!("{text}, which the contract requires"));
            faults += 1;
        } else {
            output.warn(&format!("{text}; it loads without values"));
        }
    }
    let is_known =
        |name: &str| contract.shape.columns.iter().any(|column| column.source_name() == name);
    for column in found.iter().filter(|column| !is_known(&column.name)) {
        output.warn(&format!(
            "{place}: the source has a column `{}` ({}), which the contract does not name",
            column.name, column.kind
        ));
    }
    faults
}

/// A system as it is now.
enum Live {
    Folder(Folder),
    Database(Box<dyn Database>),
}

impl Live {
    fn open(project: &Project, name: &str, system: &System, tmp: &Path) -> Result<Self, String> {
        if system.url.is_none() {
            let path = project.root.join(&system.path);
            if !path.exists() {
                return Err(format!("`{}` is not there", path.display()));
            }
        }
        let location = system.location(name, &project.root).map_err(|error| error.to_string())?;
        if let Some(location) = location {
            let database = open_database(&location).map_err(|error| error.to_string())?;
            return Ok(Self::Database(database));
        }
        let folder = system.folder(name, &project.root, tmp).map_err(|error| error.to_string())?;
        if system.url.is_some() {
            folder.check().map_err(|error| error.to_string())?;
        }
        Ok(Self::Folder(folder))
    }

    /// The columns of the newest file or of the object; nothing where no file is there.
    fn columns(&mut self, contract: &Contract) -> Result<Option<Vec<Described>>, SourceError> {
        match (self, contract.kind) {
            (Self::Folder(folder), Some(kind)) => {
                let found = folder.find(&contract.object)?;
                let Some(newest) = found.last() else { return Ok(None) };
                Ok(Some(describe_file(kind, newest, &contract.shape.format)?))
            }
            (Self::Database(database), _) => Ok(Some(database.describe(&contract.object)?.columns)),
            (Self::Folder(_), None) => Ok(None),
        }
    }
}
