//! How does a test get the standard project over the hand-made company of tests/worlds/hand?
//!
//! Contracts, settings and SQL are those of the standard project; only where rows come from
//! differs: every table is one CSV file, whose header holds the contract's own names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chrono::{DateTime, TimeZone, Utc};
use toml::{Table, Value};

use super::world::World;

/// The one world that all tests of the process share; loaded and built once, never changed.
pub fn shared() -> &'static World {
    static SHARED: OnceLock<World> = OnceLock::new();
    SHARED.get_or_init(|| {
        let world = project();
        world.refreshed(moment());
        world
    })
}

/// When the world is loaded: two days after the last of its data.
pub fn moment() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 4, 2, 6, 0, 0).unwrap()
}

/// A project of its own, not loaded yet.
pub fn project() -> World {
    let feeds = repository("tests/worlds/hand/feeds");
    let entities = [
        ("Hexa Instruments (Shanghai) Co., Ltd.", "CNY"),
        ("Hexa America Inc.", "USD"),
        ("Hexa Europe GmbH", "EUR"),
    ];
    let numbered = (1..).zip(entities);
    let entities: Vec<Entity> = numbered
        .map(|(number, (name, currency))| Entity::new(&format!("HX0{number}"), name, currency))
        .collect();
    project_of(&entities, &|department, name, contract| {
        let feed = feeds.join(department).join(format!("{name}.csv"));
        Some(if feed.exists() { read(&feed) } else { header(contract) })
    })
}

/// A legal entity: number, name, currency.
pub struct Entity([String; 3]);

impl Entity {
    /// An entity as the project's settings have it.
    pub fn new(number: &str, name: &str, currency: &str) -> Self {
        Self([number, name, currency].map(str::to_owned))
    }
}

/// The standard project over the tables whose rows are given; the others are not connected.
pub fn project_of(
    entities: &[Entity],
    feed: &dyn Fn(&str, &str, &Table) -> Option<String>,
) -> World {
    let world = World::empty();
    let mut systems = Table::new();
    for department in folders(&repository("warehouse/contracts")) {
        let folder = format!("feeds/{department}");
        let said = [("description", "By hand."), ("kind", "files"), ("path", folder.as_str())];
        let said = said.map(|(key, value)| (key.to_owned(), Value::from(value)));
        systems.insert(department.clone(), Value::Table(said.into_iter().collect()));
        let contracts = repository("warehouse/contracts").join(&department);
        for name in files(&contracts, "toml") {
            let contract = contract(&read(&contracts.join(format!("{name}.toml"))), &department);
            let Some(rows) = feed(&department, &name, &contract) else { continue };
            world.write(&format!("feeds/{department}/{name}.csv"), rows);
            let place = format!("warehouse/contracts/{department}/{name}.toml");
            world.write(&place, toml::to_string(&read_from(contract, &name)).unwrap());
        }
    }
    world.write("warehouse/systems.toml", toml::to_string(&systems).unwrap());
    world.write("warehouse/project.toml", settings(entities));
    copy_text(&repository("sql"), &world.path("sql"));
    world
}

/// The standard project's settings with the entities and the calendar of this company.
fn settings(entities: &[Entity]) -> String {
    let text = read(&repository("warehouse/project.toml"));
    let mut settings: Table = text.parse().unwrap();
    settings.insert("name".to_owned(), Value::from("Hexa Instruments"));
    let calendar = "kind = \"table\"\ntable = \"inputs.calendar\"".parse().unwrap();
    settings.insert("calendar".to_owned(), Value::Table(calendar));
    let entity = |Entity([id, name, currency]): &Entity| {
        let said = [("id", id), ("name", name), ("currency", currency)];
        let said = said.map(|(key, value)| (key.to_owned(), Value::from(value.as_str())));
        Value::Table(said.into_iter().collect())
    };
    let entities: Vec<Value> = entities.iter().map(entity).collect();
    settings.insert("entities".to_owned(), entities.into());
    toml::to_string(&settings).unwrap()
}

/// A contract of the standard project that forgets how its department writes.
fn contract(text: &str, department: &str) -> Table {
    let mut contract: Table = text.parse().unwrap();
    contract.insert("system".to_owned(), Value::from(department));
    contract.insert("kind".to_owned(), Value::from("csv"));
    contract.remove("format");
    contract.remove("freshness_hours");
    // A list of all keys is what a database gives; of files, the newest row of each key stays.
    let deletions = contract.get("deletions").and_then(Value::as_table);
    if deletions.is_some_and(|deletions| deletions.contains_key("keys_every")) {
        contract.remove("deletions");
    }
    for (_, column) in contract["columns"].as_table_mut().unwrap() {
        for key in ["from", "format", "round"] {
            column.as_table_mut().unwrap().remove(key);
        }
    }
    // A file holds all versions of a row where history is kept, and the newest is the row.
    let dated = contract.get("history").and_then(Value::as_table);
    let dated = dated.and_then(|history| history.get("valid_from").cloned());
    if let (Some(column), Some("full")) = (dated, contract["mode"].as_str()) {
        contract.insert("mode".to_owned(), Value::from("merge"));
        let cursor = [("column".to_owned(), column)].into_iter().collect();
        contract.insert("cursor".to_owned(), Value::Table(cursor));
    }
    contract
}

/// The contract of a table that is one file.
fn read_from(mut contract: Table, name: &str) -> Table {
    contract.insert("object".to_owned(), Value::from(format!("{name}.csv")));
    contract
}

/// The first line of a table without rows.
fn header(contract: &Table) -> String {
    let columns = contract["columns"].as_table().unwrap();
    columns.keys().cloned().collect::<Vec<_>>().join(",") + "\n"
}

/// A path of the repository.
pub fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The names, without their ending, of a folder's files of one ending.
pub fn files(folder: &Path, ending: &str) -> BTreeSet<String> {
    let is_wanted = |path: &PathBuf| path.extension().is_some_and(|found| found == ending);
    let wanted = entries(folder).into_iter().filter(is_wanted);
    wanted.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// The names of a folder's folders.
fn folders(folder: &Path) -> BTreeSet<String> {
    let inner = entries(folder).into_iter().filter(|path| path.is_dir());
    inner.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

/// What lies in a folder; nothing where it is not there.
fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

/// A text of the repository.
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Copies a folder of texts as they are.
pub fn copy_text(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in entries(from) {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_text(&path, &target);
        } else {
            fs::write(target, read(&path)).unwrap();
        }
    }
}
