//! How does a project begin?

use std::fs;
use std::path::{Path, PathBuf};

use super::Context;
use super::error::CliError;

/// The files of the standard project, by their paths in a project.
const STANDARD_PROJECT: &[(&str, &str)] =
    include!(concat!(env!("OUT_DIR"), "/standard_project.rs"));

/// What version control should leave alone.
const IGNORED: &str = "/warehouse/data\n/warehouse/state\n";

const EXAMPLES: &str = "\
Examples:
  patron init my-company

The folder then holds the standard project: settings, systems, contracts and staging SQL with a
comment at each option. Point warehouse/systems.toml at your systems, keep the contracts that fit,
and scaffold others with `patron new table`.";

/// Writes the standard project into a new or empty folder
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let folder = context.config.folder.join(&args.folder);
    let is_empty = match fs::read_dir(&folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(cause) => return Err(CliError::File { action: "read", path: folder, cause }),
    };
    if !is_empty {
        return Err(CliError::NotEmpty(args.folder.clone()));
    }
    let count = write_project(&folder)?;
    context.output.say(&format!(
        "{} files in {}. Next:\n\
         \n  1. warehouse/project.toml    your company, time zone, currencies\
         \n  2. warehouse/systems.toml    your departments' systems; take out those you have not\
         \n  3. warehouse/contracts/      delete what you have not; `patron new table` adds yours\
         \n  4. patron check              until everything fits\
         \n  5. patron refresh\n\
         \nwarehouse/README.md says how it works.",
        count,
        args.folder.display()
    ))
}

/// Writes every file of the standard project that is missing, and counts them.
pub(super) fn write_project(folder: &Path) -> Result<usize, CliError> {
    let files = STANDARD_PROJECT.iter().copied().chain([(".gitignore", IGNORED)]);
    let mut count = 0;
    for (name, text) in files {
        let path = folder.join(name);
        if path.exists() {
            continue;
        }
        write(&path, text)?;
        count += 1;
    }
    Ok(count)
}

/// Writes a text file and the folders above it.
pub(super) fn write(path: &Path, text: &str) -> Result<(), CliError> {
    let failed = |cause| CliError::File { action: "written", path: path.to_owned(), cause };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, text).map_err(failed)
}
