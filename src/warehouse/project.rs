//! What does a Patron project state about itself, its systems and its tables?

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::contract::Contract;
use super::contract_file;
use super::manifest::Hash;
use super::name::{TableName, is_identifier};
use super::place::Place;
use super::schedule::Schedule;
pub use super::system::{System, SystemKind};
use crate::bucket;

/// Schemas that Patron fills itself, so that no department may take their names.
const RESERVED_SCHEMAS: [&str; 10] = [
    "checks",
    "cubes",
    "information_schema",
    "intermediate",
    "marts",
    "patron",
    "public",
    "reports",
    "staging",
    "superseded",
];

/// Where a project keeps its data.
const DATA: &str = "warehouse/data";

/// A mistake in a project's files; the message names file, line and fix.
#[derive(Debug, Error)]
pub enum ProjectError {
    /// the folder is no project
    #[error(
        "`{folder}` is no Patron project: it holds no warehouse/project.toml; \
         run `patron init {folder}` or pass --project"
    )]
    NoProject {
        /// the folder
        folder: String,
    },
    /// a file that cannot be read
    #[error("{place}: cannot be read: {cause}")]
    Unreadable {
        /// the file, for messages
        place: String,
        /// why
        cause: std::io::Error,
    },
    /// a file that says something impossible
    #[error("{place}:{line}: {message}")]
    Invalid {
        /// the file, for messages
        place: String,
        /// the line, from 1
        line: usize,
        /// what is wrong and what helps
        message: String,
    },
    /// a contract whose system nobody describes
    #[error(
        "{place}:{line}: system `{system}` is not in warehouse/systems.toml; add a section \
         [{system}]"
    )]
    UnknownSystem {
        /// the file, for messages
        place: String,
        /// the line, from 1
        line: usize,
        /// the system
        system: String,
    },
}

/// `warehouse/project.toml`: what is dear to decide late.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// the company's name, as pages show it
    pub name: String,
    /// IANA time zone in which days and months of the business begin
    #[serde(deserialize_with = "zone")]
    pub time_zone: chrono_tz::Tz,
    /// ISO 4217 code of the currency in which the books are kept
    pub functional_currency: String,
    /// ISO 4217 code of the currency in which the group reports
    pub reporting_currency: String,
    /// languages of labels, the first one is the default
    pub languages: Vec<String>,
    /// units of columns and measures beside those that everybody knows and that contracts name
    #[serde(default)]
    pub units: Vec<String>,
    /// the fiscal calendar
    pub calendar: Calendar,
    /// the table of accounting periods, for closing them
    pub periods: Option<Periods>,
    /// the bucket that the warehouse lies in; where absent it lies in the project
    pub store: Option<bucket::Settings>,
    /// when a server refreshes the warehouse by itself; never where absent
    pub schedule: Option<Schedule>,
    /// the legal entities
    #[serde(default)]
    pub entities: Vec<Entity>,
}

fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<chrono_tz::Tz, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|_| {
        let problem = format!("`{name}` is no IANA time zone, such as Asia/Shanghai");
        serde::de::Error::custom(problem)
    })
}

/// The fiscal calendar.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "snake_case")]
pub enum Calendar {
    /// accounting periods are calendar months
    Months {
        /// 1 to 12: the month in which the fiscal year begins
        first_month: u32,
    },
    /// accounting periods, adjusting periods included, come from a raw table
    Table {
        /// the table
        table: TableName,
    },
}

/// Which table lists the accounting periods that can be closed, one row a period.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Periods {
    /// the table, or a model
    pub table: TableName,
    /// its column that names a period
    pub period: String,
    /// its columns that put periods in their order
    pub order: Vec<String>,
    /// its column that is true for a period of corrections, which no report means unless asked
    pub adjusting: Option<String>,
    /// its column with the fiscal year, a number
    pub year: Option<String>,
    /// its column with the place of the period in its fiscal year
    pub number: Option<String>,
    /// its column with the quarter of the fiscal year
    pub quarter: Option<String>,
    /// its column with the period's first day
    pub starts: Option<String>,
    /// its column with the period's last day, which belongs to it
    pub ends: Option<String>,
    /// the column of a fact, as `schema.table.column`, in which the newest period stands
    pub data: Option<String>,
}

impl Periods {
    /// Says what is wrong with it, if something is.
    fn problem(&self) -> Option<String> {
        let columns = || {
            let optional = [
                &self.adjusting,
                &self.year,
                &self.number,
                &self.quarter,
                &self.starts,
                &self.ends,
            ];
            std::iter::once(&self.period).chain(&self.order).chain(optional.into_iter().flatten())
        };
        if let Some(column) = columns().find(|column| !is_identifier(column)) {
            return Some(format!("[periods]: `{column}` is no name of a column"));
        }
        let is_column = |text: &str| {
            let parts: Vec<&str> = text.split('.').collect();
            parts.len() == 3 && parts.iter().all(|part| is_identifier(part))
        };
        if let Some(data) = self.data.as_deref().filter(|data| !is_column(data)) {
            return Some(format!("[periods]: data is `{data}`; write `schema.table.column`"));
        }
        let advice = "[periods]: order is empty; name the columns that put periods in their order";
        self.order.is_empty().then(|| advice.to_owned())
    }
}

/// A legal entity.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// its id in the ledger
    pub id: String,
    /// its name
    pub name: String,
    /// ISO 4217 code of its books
    pub currency: String,
}

/// A project: its settings, systems and contracts, all of them checked.
#[derive(Debug, Clone)]
pub struct Project {
    /// the folder
    pub root: PathBuf,
    /// `warehouse/project.toml`
    pub settings: Settings,
    /// `warehouse/systems.toml`
    pub systems: BTreeMap<String, System>,
    /// `warehouse/contracts/<department>/<table>.toml`
    pub contracts: BTreeMap<TableName, Contract>,
    /// SHA-256 over the files above
    pub hash: Hash,
}

impl Project {
    /// Reads and checks the project in a folder.
    ///
    /// # Errors
    /// The first mistake found, with file and line.
    pub fn open(root: &Path) -> Result<Self, ProjectError> {
        let settings_path = root.join("warehouse/project.toml");
        if !settings_path.is_file() {
            return Err(ProjectError::NoProject { folder: root.display().to_string() });
        }
        let mut hasher = Sha256::new();
        let settings = read::<Settings>(root, &settings_path, &mut hasher)?.0;
        let systems_path = root.join("warehouse/systems.toml");
        let (systems, text) = read::<BTreeMap<String, System>>(root, &systems_path, &mut hasher)?;
        check_systems(&systems, &place_of(root, &systems_path), &text)?;
        let mut contracts = BTreeMap::new();
        for (name, path) in contract_files(root)? {
            let place = place_of(root, &path);
            let text = read_text(&place, &path)?;
            hasher.update(text.as_bytes());
            let parsed = contract_file::parse(&name, &place, &text, &settings, &systems)?;
            contracts.insert(name, parsed);
        }
        let hash = hex::encode(hasher.finalize());
        let project = Self { root: root.to_owned(), settings, systems, contracts, hash };
        project.check_calendar(root, &settings_path)?;
        project.check_periods(&settings_path)?;
        home_place(root)?;
        Ok(project)
    }

    /// Where the warehouse lies: in the project's folder, or in the bucket of `[store]`.
    pub fn home_place(&self) -> Place {
        place_of_home(&self.root, self.settings.store.clone())
    }

    /// The folder of the warehouse's data; of a warehouse in a bucket, of what is on its way there.
    pub fn data_dir(&self) -> PathBuf {
        self.root.join(DATA)
    }

    /// Where what people enter lies, outside releases.
    pub fn state_dir(&self) -> PathBuf {
        self.root.join("warehouse/state")
    }

    fn check_calendar(&self, root: &Path, path: &Path) -> Result<(), ProjectError> {
        let problem = match &self.settings.calendar {
            Calendar::Months { first_month: 1..=12 } => return Ok(()),
            Calendar::Months { first_month } => {
                format!("calendar.first_month is {first_month}; it is a month, 1 to 12")
            }
            Calendar::Table { table } if self.contracts.contains_key(table) => return Ok(()),
            Calendar::Table { table } => {
                format!("calendar.table names `{table}`, which has no contract")
            }
        };
        let place = place_of(root, path);
        let text = read_text(&place, path)?;
        let line = line_of_text(&text, "[calendar]");
        Err(ProjectError::Invalid { place, line, message: problem })
    }

    fn check_periods(&self, path: &Path) -> Result<(), ProjectError> {
        let problem = self.settings.periods.as_ref().and_then(Periods::problem);
        let Some(message) = problem else { return Ok(()) };
        let place = place_of(&self.root, path);
        let line = line_of_text(&read_text(&place, path)?, "[periods]");
        Err(ProjectError::Invalid { place, line, message })
    }
}

/// Where the warehouse of the project in a folder lies. The rest of the project need not be right.
///
/// # Errors
/// When project.toml cannot be read, or its `[store]` is wrong.
pub fn home_place(root: &Path) -> Result<Place, ProjectError> {
    #[derive(Deserialize)]
    struct Stored {
        store: Option<bucket::Settings>,
    }
    let path = root.join("warehouse/project.toml");
    let place = place_of(root, &path);
    let text = read_text(&place, &path)?;
    let stored: Stored = parse_toml(&place, &text)?;
    if let Some(Err(why)) = stored.store.as_ref().map(bucket::Settings::check) {
        let line = line_of_text(&text, "[store]");
        return Err(ProjectError::Invalid { place, line, message: format!("[store]: {why}") });
    }
    Ok(place_of_home(root, stored.store))
}

fn place_of_home(root: &Path, store: Option<bucket::Settings>) -> Place {
    let data = root.join(DATA);
    match store {
        None => Place::Folder(data),
        Some(settings) => Place::Bucket { settings, scratch: data },
    }
}

/// Checks each section; a mistake gets the line of its field.
fn check_systems(
    systems: &BTreeMap<String, System>,
    place: &str,
    text: &str,
) -> Result<(), ProjectError> {
    for (name, system) in systems {
        let Err((field, problem)) = system.check() else { continue };
        let section = text.find(&format!("[{name}]")).unwrap_or(0);
        let rest = &text[section..];
        let is_field = |line: &&str| {
            line.trim_start()
                .strip_prefix(field)
                .is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        let before = rest.lines().take_while(|line| !is_field(line)).count();
        let offset = if before < rest.lines().count() { before } else { 0 };
        return Err(ProjectError::Invalid {
            place: place.to_owned(),
            line: line_at(text, section) + offset,
            message: format!("system `{name}`: {problem}"),
        });
    }
    Ok(())
}

/// The path of a project's file as messages name it.
fn place_of(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

fn read_text(place: &str, path: &Path) -> Result<String, ProjectError> {
    fs::read_to_string(path)
        .map_err(|cause| ProjectError::Unreadable { place: place.to_owned(), cause })
}

fn read<T: DeserializeOwned>(
    root: &Path,
    path: &Path,
    hasher: &mut Sha256,
) -> Result<(T, String), ProjectError> {
    let place = place_of(root, path);
    let text = read_text(&place, path)?;
    hasher.update(text.as_bytes());
    let value = parse_toml(&place, &text)?;
    Ok((value, text))
}

/// Parses TOML; a mistake names file and line.
///
/// # Errors
/// When it is no TOML, or says what its shape does not have.
pub fn parse_toml<T: DeserializeOwned>(place: &str, text: &str) -> Result<T, ProjectError> {
    toml::from_str(text).map_err(|error| ProjectError::Invalid {
        place: place.to_owned(),
        line: error.span().map_or(1, |span| line_at(text, span.start)),
        message: error.message().to_owned(),
    })
}

/// The line, from 1, of a byte offset.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The line, from 1, on which some text first stands; 1 where it does not.
fn line_of_text(text: &str, wanted: &str) -> usize {
    text.find(wanted).map_or(1, |offset| line_at(text, offset))
}

/// Every contract file with the table that its place names, in the order of names.
fn contract_files(root: &Path) -> Result<BTreeMap<TableName, PathBuf>, ProjectError> {
    let folder = root.join("warehouse/contracts");
    let mut found = BTreeMap::new();
    for department in sorted_entries(root, &folder)? {
        if !department.is_dir() {
            continue;
        }
        for path in sorted_entries(root, &department)? {
            if path.extension().is_some_and(|extension| extension == "toml") {
                found.insert(table_of(root, &path)?, path);
            }
        }
    }
    Ok(found)
}

fn sorted_entries(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, ProjectError> {
    let unreadable = |cause| ProjectError::Unreadable { place: place_of(root, folder), cause };
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn table_of(root: &Path, path: &Path) -> Result<TableName, ProjectError> {
    let part = |part: Option<&std::ffi::OsStr>| {
        part.and_then(std::ffi::OsStr::to_str).unwrap_or_default().to_owned()
    };
    let schema = part(path.parent().and_then(Path::file_name));
    let table = part(path.file_stem());
    let invalid = |message| ProjectError::Invalid { place: place_of(root, path), line: 1, message };
    if RESERVED_SCHEMAS.contains(&schema.as_str()) {
        return Err(invalid(format!(
            "`{schema}` is a schema of Patron's own; give the department's folder another name"
        )));
    }
    if !is_identifier(&format!("{table}_personal")) {
        return Err(invalid(format!("the file name `{table}` is too long or no identifier")));
    }
    TableName::new(&schema, &table).map_err(invalid)
}
