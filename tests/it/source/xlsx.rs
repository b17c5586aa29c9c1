//! Do sheets of workbooks load value by value, and do hostile workbooks end in an error?
//!
//! The workbooks in tests/worlds/xlsx were made by openpyxl (make.py there); those made here are
//! written by hand, for what openpyxl does not write. Expected values are typed by hand.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use patron::source::FileKind;
use patron::source::shape::Shape;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Whole, read, read_at, shape};

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/worlds/xlsx").join(name)
}

fn load(name: &str, shape: &Shape) -> Whole {
    read_at(FileKind::Xlsx, &fixture(name), shape).unwrap_or_else(|error| panic!("{error}"))
}

const RELATIONS: &str = r#"<Relationships><Relationship Id="a"
    Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<workbook><sheets><sheet name="Hidden" r:id="b" state="hidden"/>
    <sheet name="Data" r:id="a"/></sheets></workbook>"#;
const WORKBOOK_RELATIONS: &str = r#"<Relationships>
    <Relationship Id="a" Type="x/worksheet" Target="worksheets/sheet1.xml"/>
    <Relationship Id="b" Type="x/worksheet" Target="worksheets/hidden.xml"/></Relationships>"#;
const HIDDEN: &str = "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>";

/// A zip archive of these parts.
pub fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook of which the sheet `Data` is made of this XML, with more parts.
pub fn book_with(sheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("_rels/.rels", RELATIONS.as_bytes()),
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/worksheets/hidden.xml", HIDDEN.as_bytes()),
    ];
    parts.extend_from_slice(more);
    zipped(&parts)
}

/// A workbook with these rows.
pub fn book(rows: &str) -> Vec<u8> {
    book_with(&format!("<worksheet><sheetData>{rows}</sheetData></worksheet>"), &[])
}

/// A header row that names the columns `a`, `b` and so on.
pub fn header(names: &[&str]) -> String {
    let cells = names.iter().map(|name| format!("<c t=\"str\"><v>{name}</v></c>"));
    format!("<row r=\"1\">{}</row>", cells.collect::<String>())
}

/// What a column `a` of this type makes of a cell in row 2.
fn one(section: &str, cell: &str) -> Result<String, String> {
    let bytes = book(&format!("{}<row r=\"2\">{cell}</row>", header(&["a"])));
    let whole = read(FileKind::Xlsx, &bytes, &shape(&[("a", section)], "")).unwrap();
    match (whole.rows.as_slice(), whole.refused.as_slice()) {
        ([row], []) => Ok(row[0].clone()),
        ([], [refused]) => Err(refused.reason.clone()),
        other => panic!("{other:?}"),
    }
}

pub fn failure(bytes: &[u8], format: &str) -> String {
    match read(FileKind::Xlsx, bytes, &shape(&[("a", "type = \"text\"")], format)) {
        Ok(whole) => panic!("{whole:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_table_within_a_sheet_loads_value_by_value() {
    let shape = shape(
        &[
            ("item", "type = \"text\"; from = \"Item\"; required = true"),
            ("pieces", "type = \"integer\"; from = \"Pieces\""),
            ("amount", "type = \"decimal(18,2)\"; from = \"Amount\""),
            ("share", "type = \"float\"; from = \"Share\""),
            ("paid", "type = \"boolean\"; from = \"Paid\""),
            ("due", "type = \"date\"; from = \"Due\""),
            ("seen", "type = \"timestamp\"; from = \"Seen\""),
        ],
        "sheet = \"Plan\"\nrange = \"B3:H\"\nzone = \"Europe/Berlin\"",
    );
    let whole = load("values.xlsx", &shape);
    let seen = "2024-06-30T21:59:59.999Z";
    let expected: &[[&str; 8]] = &[
        ["A-1", "17", "19.99", "0.3", "true", "2024-02-29", seen, "4"],
        ["17850", "0", "-0.05", "1e-7", "false", "1900-01-01", "1900-03-01T11:00:00Z", "5"],
        [
            "Bücher 中文 🎉",
            "999999999999999",
            "1234567890123.45",
            "-2.5",
            "-",
            "9999-12-31",
            "-",
            "7",
        ],
        ["text", "12", "7.50", "1000.0", "true", "2024-05-17", "2024-05-17T10:30:00Z", "11"],
        ["20240517.25", "1", "1.00", "1.0", "false", "-", "2024-05-16T22:00:00Z", "13"],
    ];
    // Seven digits and the largest float come from Arrow's own printing of floats.
    assert_eq!(whole.rows.len(), expected.len(), "{:?}", whole.rows);
    for (row, expected) in whole.rows.iter().zip(expected) {
        assert_eq!(row, expected);
    }
    let reasons = [
        (8, "pieces", TOO_WIDE),
        (9, "amount", "has more than 2 decimals; write `round = true` to have it rounded"),
        (10, "due", "is not midnight, but the column is a date"),
        (12, "pieces", "is stored as a float, which is not integer"),
    ];
    assert_eq!(whole.reasons(), reasons);
    assert!(whole.added().is_empty() && whole.missing().is_empty(), "{:?}", whole.read.drift);
    let bytes = std::fs::read(fixture("values.xlsx")).unwrap();
    assert_eq!(whole.read.size_bytes, bytes.len() as u64);
}

#[test]
fn columns_are_named_or_counted() {
    let text = |from: &str| format!("type = \"text\"; from = \"{from}\"");
    let (first, second) = (text("1"), text("7"));
    let by_position = shape(
        &[("item", first.as_str()), ("seen", second.as_str())],
        "sheet = \"Plan\"\nrange = \"B3:H\"\nheader = false\nskip = 1",
    );
    let whole = load("values.xlsx", &by_position);
    assert_eq!(whole.rows[0], ["A-1", "2024-06-30T23:59:59.999", "4"]);
    assert_eq!(whole.rows.len(), 9, "the note beside the table makes no row");
    assert_eq!(whole.added(), ["column 2", "column 3", "column 4", "column 5", "column 6"]);
    let everything =
        shape(&[("item", "type = \"text\"; from = \"Item\"")], "sheet = \"Plan\"\nskip = 2");
    let whole = load("values.xlsx", &everything);
    assert_eq!(whole.rows.len(), 9);
    let added = ["Pieces", "Amount", "Share", "Paid", "Due", "Seen", "column 10"];
    assert_eq!(whole.added(), added, "the column of the note has no name");

    let failed = |section: &str, format: &str| {
        let shape = shape(&[("a", section)], format);
        read_at(FileKind::Xlsx, &fixture("values.xlsx"), &shape).unwrap_err().to_string()
    };
    let message =
        failed("type = \"text\"; from = \"Piece\"; required = true", "sheet = \"Plan\"\nskip = 2");
    assert!(
        message.starts_with(
            "a.csv: no column `Piece`, which contract.toml requires; there are `Pieces`"
        ),
        "{message}"
    );
    let message = failed("type = \"text\"", "sheet = \"Plans\"");
    let expected = "a.csv: no sheet `Plans`, which contract.toml names; there are `Plan`, `Notes`";
    assert_eq!(message, expected);
    let message = failed("type = \"text\"", "range = \"B30:C\"");
    assert!(message.contains("there is no header in B30:C"), "{message}");
    let twice = book(&format!("{}<row r=\"2\"><c><v>1</v></c></row>", header(&["a", "a"])));
    assert_eq!(
        failure(&twice, ""),
        "a.csv: 2 columns are called `a`, which contract.toml names; rename one"
    );
}

#[test]
fn days_are_counted_from_1900_or_1904() {
    let columns = [
        ("day", "type = \"date\"; from = \"Day\""),
        ("moment", "type = \"timestamp\"; from = \"Moment\""),
    ];
    let whole = load("epoch_1904.xlsx", &shape(&columns, ""));
    let expected =
        [["1904-01-02", "1904-01-02T06:00:00Z", "2"], ["2024-02-29", "2024-02-29T18:30:15Z", "3"]];
    assert_eq!(whole.rows, expected);

    let date = [
        ("what", "type = \"text\"; from = \"What\""),
        ("when", "type = \"date\"; from = \"When\""),
    ];
    let whole = load("times.xlsx", &shape(&date, ""));
    let expected = [
        ["day 1", "1900-01-01", "5"],
        ["day 59", "1900-02-28", "6"],
        ["day 61", "1900-03-01", "8"],
        ["last", "9999-12-31", "10"],
    ];
    assert_eq!(whole.rows, expected);
    let reasons = [
        (2, "when", "is stored as a time of day, which is not date"),
        (3, "when", "is stored as a time of day, which is not date"),
        (4, "when", "is stored as a duration, which is not date"),
        (7, "when", "is 29 February 1900, a day that workbooks count and that never was"),
        (9, "when", "is stored as a date that no workbook has, which is not date"),
        (11, "when", "is stored as a date that no workbook has, which is not date"),
    ];
    assert_eq!(whole.reasons(), reasons);

    let texts = [("when", "type = \"text\"; from = \"When\"")];
    let whole = load("times.xlsx", &shape(&texts, ""));
    let texts: Vec<&str> = whole.rows.iter().map(|row| row[0].as_str()).collect();
    let expected = [
        "10:30:00",
        "12:00:00.001",
        "36:00:00",
        "1900-01-01",
        "1900-02-28",
        "1900-02-29",
        "1900-03-01",
        "-1",
        "9999-12-31",
        "2958466",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn a_number_is_a_date_where_its_cell_shows_dates() {
    let columns = [
        ("format", "type = \"integer\"; from = \"Format\""),
        ("value", "type = \"timestamp\"; from = \"Value\""),
    ];
    let whole = load("formats.xlsx", &shape(&columns, ""));
    let dates: Vec<[&str; 2]> =
        whole.rows.iter().map(|row| [row[0].as_str(), row[1].as_str()]).collect();
    let moment = "2024-05-17T18:00:00Z";
    assert_eq!(dates, [["2", moment], ["3", moment], ["4", moment], ["5", moment], ["6", moment]]);
    let plain = "is a plain number, not a date; format the cells as dates, or write \
        `format = \"excel\"` where the numbers count days";
    let duration = "is stored as a duration, which is not timestamp";
    let reasons: Vec<(i64, &str)> =
        whole.refused.iter().map(|refused| (refused.row, refused.reason.as_str())).collect();
    let expected = [
        (2, plain),
        (8, plain),
        (9, plain),
        (10, plain),
        (11, plain),
        (12, duration),
        (13, duration),
    ];
    assert_eq!(reasons, expected);

    let excel = [("value", "type = \"timestamp\"; from = \"Value\"; format = \"excel\"")];
    let whole = load("formats.xlsx", &shape(&excel, "zone = \"Asia/Shanghai\""));
    assert_eq!(whole.rows.len(), 10, "all but the durations");
    assert!(whole.rows.iter().all(|row| row[0] == "2024-05-17T10:00:00Z"), "{:?}", whole.rows);
    let excel = "type = \"date\"; format = \"excel\"";
    assert_eq!(one(excel, "<c><v>45429</v></c>"), Ok("2024-05-17".into()));
    assert_eq!(one(excel, "<c t=\"str\"><v>45429</v></c>"), Ok("2024-05-17".into()));
    assert_eq!(
        one("type = \"date\"; format = \"excel_1904\"", "<c><v>43967</v></c>"),
        Ok("2024-05-17".into())
    );
}

#[test]
fn a_merged_cell_stands_for_its_region() {
    let columns = [
        ("region", "type = \"text\"; from = \"Region\""),
        ("month", "type = \"text\"; from = \"Month\""),
        ("amount", "type = \"integer\"; from = \"Amount\""),
        ("note", "type = \"text\"; from = \"Note\""),
    ];
    let whole = load("merged.xlsx", &shape(&columns, ""));
    let expected = [
        ["North", "January", "10", "first", "2"],
        ["North", "February", "20", "first", "3"],
        ["North", "March", "30", "-", "4"],
        ["South", "January", "40", "-", "5"],
        ["South", "February", "50", "-", "6"],
        // Rows 7 and 9 have no value of their own.
        ["West", "January", "60", "-", "8"],
    ];
    assert_eq!(whole.rows, expected);
    let within = shape(&columns[..1], "range = \"A3:D5\"\nheader = false");
    let by_position =
        Shape { columns: vec![super::column("region", "type = \"text\"; from = \"1\"")], ..within };
    let whole = load("merged.xlsx", &by_position);
    assert_eq!(
        whole.rows,
        [["North", "3"], ["North", "4"], ["South", "5"]],
        "begun above the range"
    );

    let merged = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>a</v></c></row>\
        <row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\"><v>2</v></c></row></sheetData>\
        <mergeCells><mergeCell ref=\"A1:B1\"/></mergeCells></worksheet>";
    let message = failure(&book_with(merged, &[]), "");
    assert!(message.contains("2 columns are called `a`"), "{message}");
    let overlapping = merged.replace("ref=\"A1:B1\"", "ref=\"A2:B2\"/><mergeCell ref=\"B2:C3\"");
    let message = failure(&book_with(&overlapping, &[]), "");
    assert!(message.contains("the merged cells at B2 overlap others"), "{message}");
}

const TOO_WIDE: &str = "is stored as a float with more digits than a float holds exactly";

/// A column's type, a cell, and what comes of it: `=` a value, `!` a reason.
const CELLS: &str = r##"
text      <c t="inlineStr"><is><r><rPr><b/></rPr><t>bo</t></r><r><t>ld</t></r></is></c> = bold
text      <c t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウ</t></rPh></is></c> = 東京
text      <c t="inlineStr"><is><t xml:space="preserve">a </t></is></c> = a~
text      <c t="str"><f>A1&amp;B1</f><v>a &amp; b_x007E_</v></c> = a & b~
text      <c t="b"><v>1</v></c> = true
text      <c><v>17850</v></c> = 17850
text      <c><v>0.30000000000000004</v></c> = 0.3
text      <c><v>1234567890123456</v></c> ! TOO WIDE
text      <c t="e"><f>1/0</f><v>#DIV/0!</v></c> ! is the error #DIV/0! of a formula
text      <c t="d"><v>10:30:00</v></c> = 10:30:00
decimal   <c t="e"><v>#N/A</v></c> ! is the error #N/A of a formula
decimal   <c><f>SUM(B1:B9)</f><v>99.98999999999999</v></c> = 99.99
decimal   <c><v>1234.5600000000002</v></c> = 1234.56
decimal   <c><v>1E-2</v></c> = 0.01
integer   <c><v>-3</v></c> = -3
integer   <c><v>1E+14</v></c> = 100000000000000
integer   <c><v>9007199254740993</v></c> ! TOO WIDE
integer   <c t="str"><v> 12 </v></c> = 12
integer   <c t="b"><v>1</v></c> ! is stored as a boolean, which is not integer
boolean   <c t="b"><v>0</v></c> = false
boolean   <c><v>1</v></c> = true
boolean   <c><v>2</v></c> ! is none of the contract's texts for true and false
date      <c t="d"><v>2024-05-17</v></c> = 2024-05-17
date      <c t="d"><v>2024-05-17T00:00:00</v></c> = 2024-05-17
date      <c t="d"><v>2024-05-17T10:30:00</v></c> ! is not midnight, but the column is a date
date      <c t="d"><v>10:30:00</v></c> ! is stored as a time of day, which is not date
date      <c t="d"><v>17 May</v></c> ! is stored as a moment that is not ISO 8601, which is not date
timestamp <c t="d"><v>2024-05-17T10:30:00.25+02:00</v></c> = 2024-05-17T08:30:00.250Z
"##;

#[test]
fn cells_of_every_kind_load_or_are_refused() {
    for line in CELLS.trim().lines() {
        let (kind, rest) = line.split_once(' ').unwrap();
        let (cell, said) = rest.trim().rsplit_once("</c> ").unwrap_or_else(|| panic!("{line}"));
        let cell = format!("{cell}</c>");
        let kind = if kind == "decimal" { "decimal(10,2)" } else { kind };
        let expected = match said.split_once(' ').unwrap() {
            ("=", value) => Ok(value.to_owned()),
            (_, "TOO WIDE") => Err(TOO_WIDE.to_owned()),
            (_, reason) => Err(reason.to_owned()),
        };
        let found = one(&format!("type = \"{kind}\""), &cell).map(|text| text.replace(' ', "~"));
        assert_eq!(found, expected.map(|text| text.replace(' ', "~")), "{line}");
    }
}

#[test]
fn marks_count_for_text_and_never_for_numbers() {
    let rows = "<row r=\"2\"><c t=\"str\"><v>1.234,50</v></c><c r=\"B2\"><v>1</v></c></row>\
        <row r=\"3\"><c r=\"A3\"><v>1234.5</v></c><c r=\"B3\"><v>1</v></c></row>\
        <row r=\"4\"><c r=\"A4\"><v>1.234</v></c><c r=\"B4\"><v>0.5</v></c></row>";
    let bytes = book(&format!("{}{rows}", header(&["a", "b"])));
    let columns = [("a", "type = \"decimal(10,3)\""), ("b", "type = \"integer\"")];
    let shape = shape(&columns, "decimal_mark = \",\"\nthousands_mark = \".\"");
    let whole = read(FileKind::Xlsx, &bytes, &shape).unwrap();
    assert_eq!(whole.rows, [["1234.500", "1", "2"], ["1234.500", "1", "3"]]);
    // Kept with the contract's mark, so that reading it once more gives the same number.
    assert_eq!(whole.refused[0].raw["a"].as_deref(), Some("1,234"));
    assert_eq!(whole.refused[0].raw["b"].as_deref(), Some("0,5"));
}

#[test]
fn refused_rows_are_kept_in_the_notation_of_the_contract() {
    let styles =
        "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
    let sheet = format!(
        "<worksheet><sheetData>{}<row r=\"2\"><c s=\"1\"><v>45429</v></c>\
         <c s=\"1\"><v>45429.5</v></c>\
         <c t=\"str\"><v>x</v></c></row></sheetData></worksheet>",
        header(&["a", "b", "c"])
    );
    let bytes = book_with(&sheet, &[("xl/styles.xml", styles.as_bytes())]);
    let columns =
        [("a", "type = \"date\""), ("b", "type = \"timestamp\""), ("c", "type = \"integer\"")];
    let whole = read(FileKind::Xlsx, &bytes, &shape(&columns, "date = \"%d.%m.%Y\"")).unwrap();
    let raw = |name: &str| whole.refused[0].raw[name].as_deref();
    assert_eq!((raw("a"), raw("b")), (Some("17.05.2024"), Some("2024-05-17 12:00:00")));
    // An error in a text column must not come back as the text of its name.
    let errors = book(&format!("{}<row r=\"2\"><c t=\"e\"><v>#REF!</v></c></row>", header(&["a"])));
    let shape = shape(&[("a", "type = \"text\"")], "");
    let whole = read(FileKind::Xlsx, &errors, &shape).unwrap();
    let raw = &whole.refused[0].raw;
    let again =
        patron::source::rows::parse_raw(&shape, "a.csv", std::iter::once((2, raw))).unwrap();
    assert_eq!(again.rows.num_rows(), 0);
    let with_null = super::shape(&[("a", "type = \"text\"")], "nulls = [\"#REF!\"]");
    assert_eq!(read(FileKind::Xlsx, &errors, &with_null).unwrap().rows, [["-", "2"]]);
}
