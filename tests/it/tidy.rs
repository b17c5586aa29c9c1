//! Does the code keep the rules that no compiler checks?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::rust_text;

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;
const COLUMNS_MAX: usize = 100;

/// The rooms of src/, each of which may use only those above it.
const ROOMS: [&str; 14] = [
    "config",
    "bucket",
    "functions",
    "engine",
    "source",
    "warehouse",
    "query",
    "model",
    "refresh",
    "accounts",
    "dashboard",
    "server",
    "demo",
    "cli",
];

/// Code that may stand in one place only: what, where, and what others use instead.
const ONE_PLACE: [(&str, &[&str], &str); 13] = [
    ("SessionContext::new", &["src/engine/session.rs"], "engine::session"),
    ("SessionStateBuilder", &["src/engine/session.rs"], "engine::session"),
    ("env::var", &["src/config.rs"], "a field of config.rs"),
    ("env = ", &["src/config.rs"], "a field of config.rs"),
    ("Utc::now", &["src/main.rs"], "an argument `now`"),
    ("SystemTime::now", &["src/main.rs"], "an argument `now`"),
    ("println!", &["src/cli/output.rs"], "cli::output"),
    ("print!", &["src/cli/output.rs"], "cli::output"),
    ("io::stdout", &["src/cli/output.rs"], "cli::output"),
    ("io::stderr", &["src/cli/output.rs", "src/main.rs"], "cli::output"),
    ("sync_all", &["src/warehouse/durable.rs"], "warehouse::durable"),
    ("fs::rename", &["src/warehouse/durable.rs"], "warehouse::durable"),
    ("hard_link", &["src/warehouse/durable.rs"], "warehouse::durable"),
];

/// Words of the standard project that are also words of the engine, each with its reason.
const ENGINE_WORDS: [(&str, &str); 24] = [
    ("accounts", "who may sign in; and what books are kept by"),
    ("application_name", "what a server is told of who connects; and who signed in where"),
    ("calendar", "the fiscal calendar of a project; and the table that may hold it"),
    ("capacity", "what a vector has room for; and working time to offer"),
    ("city", "what names of companies begin with; and where a customer is"),
    ("currency_code", "the currency of a legal entity; and of what departments write down"),
    ("contracts", "promises of a source's tables; and service agreements"),
    ("deliveries", "files that a source brings; and goods on their way"),
    ("decided_by", "who closed a period or matched two numbers; and who mapped a number"),
    ("entity_id", "the legal entity whose period is closed; and whose books a row is in"),
    ("entity_name", "what a project calls its legal entities; and bookkeeping does"),
    ("entities", "the legal entities of a project; and bookkeeping's list of them"),
    ("fiscal_quarter", "a stretch of time that questions of cubes name; and a column of periods"),
    ("fiscal_year", "a stretch of time that questions of cubes name; and a column of periods"),
    ("inputs", "what a table is computed from; and the folder of what is kept by hand"),
    ("people", "who decides and remarks; and whom marketing knows"),
    ("period_id", "the accounting period that is closed; and in which a row is booked"),
    ("parameters", "values of a prepared statement; and numbers that people decide"),
    ("region", "where the machines of a store stand; and where a customer is"),
    ("returns", "what a function does; and goods that come back"),
    ("valid_from_on", "the day from which a decision holds; and an offer"),
    ("service", "what answers a request; and the department that repairs things"),
    ("street", "a word of addresses; and where a customer is"),
    ("targets", "tables that a load fills; and what people aim at"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` whose name ends in `ending`: path relative to the root, and text.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().unwrap().ends_with(ending) {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn rust_files() -> Vec<(String, String)> {
    let found: Vec<_> = ["src", "tests", "benches"].iter().flat_map(|f| files(f, ".rs")).collect();
    assert!(found.len() > 10, "the walk finds the code");
    found
}

/// The file without its unit tests, which may unwrap, print and name what they like.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap()
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn files_and_functions_fit_a_screen() {
    let mut faults = Vec::new();
    for (name, text) in rust_files() {
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            faults.push(format!("{name}: {lines} lines; split it at {FILE_LINES_MAX}"));
        }
        for (function, line, lines) in rust_text::functions(&rust_text::split(&text).code) {
            if lines > FUNCTION_LINES_MAX {
                faults.push(format!("{name}:{line}: `{function}` has {lines} lines; split it"));
            }
        }
    }
    report(&faults);
}

#[test]
fn lines_are_short_and_files_say_their_question() {
    let mut faults = Vec::new();
    for (name, text) in rust_files() {
        for (number, line) in text.lines().enumerate() {
            if line.chars().count() > COLUMNS_MAX {
                faults.push(format!("{name}:{}: longer than {COLUMNS_MAX} columns", number + 1));
            }
        }
        if !text.starts_with("//! ") {
            faults.push(format!("{name}: the first line says with `//!` what the file answers"));
        }
    }
    report(&faults);
}

#[test]
fn nothing_is_left_unfinished_or_ignored() {
    // The words are built here so that this file does not contain them.
    let unfinished = ["FIX", "TO", "XX"].map(|word| match word {
        "TO" => "TODO".to_owned(),
        "XX" => "XXX".to_owned(),
        other => format!("{other}ME"),
    });
    let mut faults = Vec::new();
    for (name, text) in rust_files() {
        if name.ends_with("tidy.rs") {
            continue;
        }
        for (line, word) in rust_text::words(&text) {
            if unfinished.iter().any(|banned| banned == word) {
                faults.push(format!("{name}:{line}: `{word}`: finish it or open an issue"));
            }
        }
        if text.contains(concat!("#[", "ignore")) {
            faults.push(format!("{name}: an ignored test; mend it or delete it"));
        }
    }
    report(&faults);
}

#[test]
fn some_things_stand_in_one_place_only() {
    let mut faults = Vec::new();
    for (name, text) in files("src", ".rs") {
        let code = rust_text::split(without_tests(&text)).code;
        for (number, line) in code.lines().enumerate() {
            for (banned, places, instead) in ONE_PLACE {
                if line.contains(banned) && !places.contains(&name.as_str()) {
                    let line = number + 1;
                    faults.push(format!("{name}:{line}: `{banned}`: use {instead} instead"));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn rooms_use_only_rooms_above_them() {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, text) in files("src", ".rs") {
        let Some(own) = room_of(&name) else { continue };
        let Some(place) = ROOMS.iter().position(|room| *room == own) else {
            faults.push(format!("{name}: room `{own}` is not in the list of rooms"));
            continue;
        };
        seen.insert(own.clone());
        let code = rust_text::split(without_tests(&text)).code;
        for used in used_rooms(&code) {
            match ROOMS.iter().position(|room| *room == used) {
                Some(other) if other > place => {
                    faults.push(format!("{name}: `{own}` uses `{used}`, which lies below it"));
                }
                Some(_) => {}
                None => faults.push(format!("{name}: uses `crate::{used}`, which is no room")),
            }
        }
    }
    report(&faults);
    assert!(seen.len() >= 4, "rooms are found: {seen:?}");
}

/// The room of a file: `warehouse` of `src/warehouse/name.rs`; none of lib.rs and main.rs.
fn room_of(name: &str) -> Option<String> {
    let inner = name.strip_prefix("src/")?;
    let room = inner.split('/').next()?.trim_end_matches(".rs");
    (!["lib", "main"].contains(&room)).then(|| room.to_owned())
}

/// The rooms named by `crate::room` and `use crate::{room, ...}`.
fn used_rooms(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for part in code.split("crate::").skip(1) {
        if let Some(group) = part.strip_prefix('{') {
            let mut depth = 1;
            let mut word = String::new();
            for character in group.chars() {
                match character {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' | ':' if depth == 1 && !word.is_empty() => {
                        used.insert(std::mem::take(&mut word));
                        depth += if character == ':' { 100 } else { 0 };
                    }
                    ',' if depth == 101 => depth = 1,
                    c if depth == 1 && (c.is_alphanumeric() || c == '_') => word.push(c),
                    _ => {}
                }
                if depth == 0 || depth == 100 {
                    break;
                }
            }
            used.extend((!word.is_empty()).then_some(word));
        } else {
            let room: String =
                part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            used.insert(room);
        }
    }
    used
}

#[test]
fn the_rooms_of_a_use_group_are_found() {
    let code =
        "use crate::{query::Principal, source::{files, rows}, engine};\nuse crate::model::x;";
    let expected = ["engine", "model", "query", "source"];
    assert_eq!(used_rooms(code).iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn every_file_is_reached_by_a_mod_line() {
    let names: BTreeSet<String> = rust_files().into_iter().map(|(name, _)| name).collect();
    let mut reached = BTreeSet::new();
    let mut open: Vec<String> =
        ["src/lib.rs", "src/main.rs", "tests/it/main.rs"].map(str::to_owned).to_vec();
    while let Some(name) = open.pop() {
        if !reached.insert(name.clone()) {
            continue;
        }
        let path = PathBuf::from(&name);
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let folder = match stem {
            "lib" | "main" | "mod" => path.parent().unwrap().to_owned(),
            other => path.parent().unwrap().join(other),
        };
        let text = fs::read_to_string(root().join(&name)).unwrap();
        for line in rust_text::split(&text).code.lines() {
            let Some((before, after)) = line.split_once("mod ") else { continue };
            let module = after.trim().trim_end_matches(';');
            if !after.trim_end().ends_with(';') || before.contains("//") {
                continue;
            }
            for candidate in [format!("{module}.rs"), format!("{module}/mod.rs")] {
                let file = folder.join(candidate).to_str().unwrap().to_owned();
                open.extend(names.contains(&file).then_some(file));
            }
        }
    }
    let dead: Vec<_> = names
        .difference(&reached)
        .filter(|name| !name.starts_with("benches/"))
        .map(|name| format!("{name}: no `mod` line reaches it"))
        .collect();
    report(&dead);
}

/// Departments, tables and columns of the standard project, by its contracts.
fn standard_project_words() -> BTreeMap<String, String> {
    let mut words = BTreeMap::new();
    for (name, text) in files("warehouse/contracts", ".toml") {
        let path = PathBuf::from(&name);
        let department = path.parent().and_then(Path::file_name).unwrap().to_str().unwrap();
        words.insert(department.to_owned(), name.clone());
        words.insert(path.file_stem().unwrap().to_str().unwrap().to_owned(), name.clone());
        let contract: toml::Table = text.parse().unwrap();
        let columns = contract.get("columns").and_then(toml::Value::as_table);
        for column in columns.into_iter().flat_map(toml::Table::keys) {
            words.insert(column.clone(), name.clone());
        }
    }
    words
}

#[test]
fn the_engine_names_nothing_of_the_standard_project() {
    let mut words = standard_project_words();
    for (word, _) in ENGINE_WORDS {
        assert!(words.remove(word).is_some(), "`{word}` is in no contract; strike it off the list");
    }
    let mut faults = Vec::new();
    for (name, text) in files("src", ".rs") {
        if name.starts_with("src/demo/") || name == "src/demo.rs" {
            continue;
        }
        let split = rust_text::split(without_tests(&text));
        for part in [&split.code, &split.strings] {
            for (line, word) in rust_text::words(part) {
                if let Some(contract) = words.get(word) {
                    faults.push(format!("{name}:{line}: `{word}` is a name of {contract}"));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn no_two_things_are_described_alike() {
    let mut seen: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut faults = Vec::new();
    let described = files("warehouse", ".toml").into_iter().chain(files("sql", ".sql"));
    for (name, text) in described {
        let mut section = String::new();
        for line in text.lines().map(str::trim) {
            if let Some(header) = line.strip_prefix('[') {
                header.trim_end_matches(']').clone_into(&mut section);
            }
            let Some(description) = line.strip_prefix("description") else { continue };
            let description = description.trim_start_matches([' ', '=']).to_owned();
            let earlier = seen.get(&description);
            match earlier {
                // The same column of two tables means the same.
                Some((_, other)) if !section.is_empty() && *other == section => {}
                Some((file, _)) => {
                    faults
                        .push(format!("{name} [{section}]: described as in {file}: {description}"));
                }
                None => {
                    seen.insert(description, (name.clone(), section.clone()));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn deliberate_faults_stand_in_the_code_and_name_a_test() {
    let text = fs::read_to_string(root().join("tests/faults.toml")).unwrap();
    let all: toml::Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let tests: String =
        files("tests/it", ".rs").into_iter().map(|(_, text)| text).collect::<Vec<_>>().concat();
    let mut faults = Vec::new();
    for fault in all["fault"].as_array().unwrap() {
        let part = |name: &str| fault[name].as_str().unwrap();
        let (name, file) = (part("name"), part("file"));
        let code = fs::read_to_string(root().join(file)).unwrap_or_default();
        let count = code.matches(part("find")).count();
        if count != 1 {
            faults.push(format!("{name}: its text stands {count} times in {file}"));
        }
        let test = part("test").rsplit("::").next().unwrap();
        if !tests.contains(&format!("fn {test}()")) {
            faults.push(format!("{name}: there is no test `{test}`"));
        }
    }
    report(&faults);
}
