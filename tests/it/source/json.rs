//! Are JSON lines read with every digit, and odd ones refused?

use patron::source::{FileKind, SourceError};

use super::{Whole, raw, read, shape};

fn read_json(text: &str, columns: &[(&str, &str)], format: &str) -> Result<Whole, SourceError> {
    read(FileKind::JsonLines, text.as_bytes(), &shape(columns, format))
}

#[test]
fn numbers_keep_every_digit() {
    let columns = [("net", "type = 'decimal(38,10)'"), ("t", "type = 'text'; from = 'net'")];
    let text = "{\"net\": 1234567890123456789.0123456789}\n{\"net\":\"0.1\"}\n{\"net\":1e2}\n";
    let whole = read_json(text, &columns, "decimal_mark = '.'").unwrap();
    let number = "1234567890123456789.0123456789";
    assert_eq!(whole.rows, [[number, number, "1"], ["0.1000000000", "0.1", "2"]]);
    assert_eq!(whole.reasons(), [(3, "net", "is not a number as the contract writes numbers")]);
    let german = "{\"net\": 1.5}\n{\"net\": \"1,5\"}\n{\"net\": \"1.5\"}\n";
    let whole = read_json(german, &columns[..1], "decimal_mark = ','").unwrap();
    assert_eq!(whole.rows, [["1.5000000000", "1"], ["1.5000000000", "2"]]);
    assert_eq!(whole.refused.len(), 1, "marks inside strings are those of the contract");
}

#[test]
fn paths_lead_into_objects() {
    let columns = [
        ("id", "type = 'integer'; required = true"),
        ("city", "type = 'text'; from = 'at.city'"),
        ("at", "type = 'text'"),
        ("ok", "type = 'boolean'"),
    ];
    let text = concat!(
        "{\"id\": 1, \"at\": {\"city\": \"K\\u00f6ln\", \"zip\": [ 5, 0 ]}, \"ok\": true}\n",
        "\n",
        "{\"id\": 2, \"at\": null, \"more\": {\"x\": 1}}\r\n",
        "{\"id\": 3, \"at\": \"here\", \"ok\": false}\n",
        "{\"id\": 4, \"ok\": 1}",
    );
    let whole = read_json(text, &columns, "").unwrap();
    let object = "{\"city\":\"K\\u00f6ln\",\"zip\":[5,0]}";
    let expected = [
        ["1", "Köln", object, "true", "1"],
        ["2", "-", "-", "-", "3"],
        ["4", "-", "-", "true", "5"],
    ];
    assert_eq!(whole.rows, expected);
    let reason = "is stored as part of a JSON value that is no object, which is not text";
    assert_eq!(whole.reasons(), [(4, "city", reason)]);
    assert_eq!(whole.added(), ["at.zip", "more"]);
}

#[test]
fn odd_lines_are_refused() {
    let columns = [("id", "type = 'integer'; required = true"), ("note", "type = 'text'")];
    let text = concat!(
        "{\"id\": 1, \"id\": 2}\n",
        "{\"id\": 1,}\n",
        "[1]\n",
        "{\"id\": 1} {\"id\": 2}\n",
        "{\"id\": {\"a\": 1}}\n",
        "{\"id\": true}\n",
        "{\"note\": \"x\"}\n",
        "{\"id\": 8, \"note\": \"a\\u0000b\"}\n",
        "{\"id\": 9, \"note\": \"a\\ud800b\"}\n",
        "{\"id\": 10, \"note\": NaN}\n",
        "{\"id\": 11, \"note\": \"\", \"n\\u006fte\": 1}\n",
        "{\"id\": 12, \"note\": \"\"}\n",
        "{\"id\": 13.0}\n",
        "{\"id\": 14, \"\\ud800\": 1}\n",
    );
    let whole = read_json(text, &columns, "").unwrap();
    assert_eq!(whole.rows, [["12", "-", "12"]]);
    let found: Vec<(i64, &str)> =
        whole.reasons().iter().map(|(row, _, why)| (*row, *why)).collect();
    let trailing = "the line is not a JSON object: key must be a string at column 10";
    let expected = [
        (1, "the object has a key twice"),
        (2, trailing),
        (3, "the line is not a JSON object: it does not begin with a brace"),
        (4, "the line is not a JSON object: trailing characters at column 11"),
        (5, "is stored as a JSON object or array, which is not integer"),
        (6, "is stored as a JSON boolean, which is not integer"),
        (7, "has no value, but the column is required"),
        (8, "holds a NUL character"),
    ];
    assert_eq!(found[..8], expected);
    assert_eq!(
        found.iter().map(|(row, _)| *row).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14]
    );
    assert_eq!(whole.refused[1].raw, raw(&[("_record", Some("{\"id\": 1,}"))]));
    assert_eq!(whole.refused[4].raw, raw(&[("id", Some("{\"a\":1}")), ("note", None)]));
}

#[test]
fn keys_that_never_come_are_missing() {
    let columns = [("id", "type = 'integer'; required = true"), ("note", "type = 'text'")];
    let whole = read_json("{\"id\": 1}\n{\"id\": 2}\n", &columns, "").unwrap();
    assert_eq!(whole.missing(), ["note"]);
    let error = read_json("{\"note\": \"a\"}\n", &columns, "").unwrap_err().to_string();
    assert!(error.contains("no column `id`"), "{error}");
    let whole = read_json("", &columns, "").unwrap();
    assert_eq!((whole.rows.len(), whole.read.drift.len()), (0, 0));
}
