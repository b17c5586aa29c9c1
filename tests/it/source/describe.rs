//! Is a shape guessed that a person would have written?

use patron::source::FileKind;
use patron::source::database::Database;
use patron::source::describe::{Described, describe_file};
use patron::source::files::Found;
use patron::source::shape::{Column, Format};
use patron::source::sqlite::Snapshot;

use super::{read_at, shape};

fn described(kind: FileKind, text: &str) -> Vec<Described> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::fs::write(&path, text).unwrap();
    describe_file(kind, &Found::at(&path, "a").unwrap(), &Format::default()).unwrap()
}

fn line(described: &Described) -> String {
    let required = if described.required { " required" } else { "" };
    let format = described.format.as_deref().map(|format| format!(" {format}"));
    format!("{} {}{required}{}", described.name, described.kind, format.unwrap_or_default())
}

/// The kind and format guessed of values.
fn guess(values: &[&str]) -> String {
    let text =
        format!("c,d\n{}", values.iter().map(|value| format!("{value},x\n")).collect::<String>());
    line(&described(FileKind::Csv, &text)[0])
}

#[test]
fn types_are_the_narrowest_that_fit() {
    for (values, expected) in [
        (&["1", "-20"][..], "c integer required"),
        (&["1", "", "2"], "c integer"),
        (&["1.5", "2", "3.125"], "c decimal(18,3) required"),
        (&["17850.0"], "c decimal(18,1) required"),
        (&["007", "123"], "c text required"),
        (&["0", "1"], "c integer required"),
        (&["true", "false"], "c boolean required"),
        (&["1234567890123456789"], "c text required"),
        (&["1e5"], "c text required"),
        (&["2024-01-31", "2024-02-29"], "c date required"),
        (&["31.01.2024"], "c date required %d.%m.%Y"),
        (&["31-01-2024"], "c date required %d-%m-%Y"),
        (&["01/31/2024"], "c date required %m/%d/%Y"),
        (&["20240131", "20231231"], "c date required %Y%m%d"),
        (&["20240131", "30240131"], "c integer required"),
        (&["2024-01-31", "2024-02-30"], "c text required"),
        (&["2024-01-31 10:00:00"], "c timestamp required"),
        (&["2024-01-31T10:00:00Z"], "c timestamp required"),
        (&["29-02-2016 01:16"], "c timestamp required %d-%m-%Y %H:%M"),
        (&["", ""], "c text"),
        (&["?", "5"], "c text required"),
    ] {
        assert_eq!(guess(values), expected, "{values:?}");
    }
}

#[test]
fn json_and_databases_are_described() {
    let text = "{\"id\": 1, \"at\": {\"city\": \"K\"}, \"net\": 1.50, \"ok\": true}\n\
        {\"id\": 2, \"net\": 2, \"l\": [1]}\n";
    let lines: Vec<String> = described(FileKind::JsonLines, text).iter().map(line).collect();
    let expected = [
        "id integer required",
        "at.city text",
        "net decimal(18,2) required",
        "ok boolean",
        "l text",
    ];
    assert_eq!(lines, expected);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(
            "create table t (id integer, r real, mixed, d text);
             insert into t values (1, 1.5, 1, '2024-01-01'), (2, null, 'x', '2024-01-02')",
        )
        .unwrap();
    let described = Snapshot::open(&path).unwrap().describe("t").unwrap();
    let lines: Vec<String> = described.columns.iter().map(line).collect();
    assert_eq!(lines, ["id integer required", "r float", "mixed text required", "d date required"]);
}

/// What is guessed of a file accepts every row of it.
#[test]
fn real_files_load_as_described() {
    let Some(data) = std::env::var_os("PATRON_TEST_DATA").map(std::path::PathBuf::from) else {
        println!("LEFT OUT: real files: PATRON_TEST_DATA names no folder");
        return;
    };
    let mut left_out = 0;
    for (file, rows) in [
        ("online_retail_sample/2010-12-01.csv", 3108),
        ("uci_incident_sample/incident_event_log_first5998_original_labels.csv", 5998),
        ("cdnow/cdnow_customers_summary_with_transactions.csv", 2357),
    ] {
        let path = data.join(file);
        if !path.exists() {
            println!("LEFT OUT: {file} is not there");
            left_out += 1;
            continue;
        }
        let mut wanted =
            shape(&[], "nulls = ['?']\ntrue_values = ['TRUE']\nfalse_values = ['FALSE']");
        let found = Found::at(&path, file).unwrap();
        let columns = describe_file(FileKind::Csv, &found, &wanted.format).unwrap();
        wanted.columns = columns
            .iter()
            .enumerate()
            .map(|(index, described)| Column {
                from: Some(described.name.clone()),
                required: described.required,
                format: described.format.clone(),
                ..super::column(&format!("c{index}"), &format!("type = '{}'", described.kind))
            })
            .collect();
        let whole = read_at(FileKind::Csv, &path, &wanted).unwrap();
        assert_eq!((whole.rows.len(), whole.refused.len()), (rows, 0), "{file}");
        println!("{file}: {}", columns.iter().map(line).collect::<Vec<_>>().join(", "));
    }
    assert!(left_out < 3, "the folder holds none of the files");
}
