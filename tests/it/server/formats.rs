//! Is an answer the same in every encoding, whatever its texts are, and does a large one stream?

use std::io::{Cursor, Write};
use std::process::{Command, Stdio};

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use super::{encoded, shared};
use crate::support::serving::{Reply, Serving};
use crate::support::world::text_rows;

/// What the towns took: Oslo 10.00 + 20.00 + 8.00, Rome 15.00 - 5.00.
const TOWNS: [[&str; 4]; 4] = [
    ["-", "7.50", "2026-03-20", "1"],
    ["Bergen", "30.00", "2026-02-03", "1"],
    ["Oslo", "38.00", "2026-01-20", "3"],
    ["Rome", "10.00", "2026-03-05", "2"],
];

/// Texts that break what is written carelessly.
const HOSTILE: [&str; 9] = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1:A9)",
    "=cmd|' /C calc'!A0",
    "<b>&amp;\"' ]]>",
    "a,b\"c\"\nd;e",
    "上海 𝄞",
    "{\"a\": [1]}\\",
];

fn rows(said: &str) -> Vec<Vec<String>> {
    let row = |row: [&str; 4]| row.into_iter().chain([said]).map(str::to_owned).collect();
    TOWNS.map(row).to_vec()
}

/// The records of a CSV text.
fn records(text: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv_core::Reader::new();
    let (mut fields, mut ends) = (vec![0; text.len() + 1], vec![0; 1 << 10]);
    let (mut input, mut records) = (text, Vec::new());
    loop {
        let (result, read, _, count) = reader.read_record(input, &mut fields, &mut ends);
        input = &input[read..];
        match result {
            csv_core::ReadRecordResult::Record => {}
            csv_core::ReadRecordResult::End => return records,
            // Behind the end of the last record.
            csv_core::ReadRecordResult::InputEmpty if count == 0 => continue,
            other => panic!("{other:?}"),
        }
        let mut begin = 0;
        let field = |end: &usize| {
            let field = String::from_utf8(fields[begin..*end].to_vec()).unwrap();
            begin = *end;
            field
        };
        records.push(ends[..count].iter().map(field).collect());
    }
}

fn asked(server: &Serving, ending: &str, said: &str) -> Reply {
    let reply = server.get(&format!("/api/v1/reports/towns.{ending}?said={}", encoded(said)));
    assert_eq!(reply.status, 200, "{ending}: {}", String::from_utf8_lossy(&reply.body));
    assert!(reply.is_whole, "{ending}");
    reply
}

fn texts(batches: impl Iterator<Item = RecordBatch>) -> Vec<Vec<String>> {
    text_rows(&batches.collect::<Vec<_>>())
}

#[test]
fn every_encoding_has_the_same_rows() {
    let server = Serving::of(shared().root(), &[]);
    for said in HOSTILE {
        let expected = rows(said);
        let json = asked(&server, "json", said).json();
        let cells = |row: &Value| -> Vec<String> {
            let cells = row.as_object().unwrap().values();
            cells.map(|cell| cell.as_str().map_or(cell.to_string(), str::to_owned)).collect()
        };
        let found: Vec<_> = json["rows"].as_array().unwrap().iter().map(cells).collect();
        assert_eq!(found, expected);

        let csv = asked(&server, "csv", said);
        assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
        let file = csv.header("content-disposition");
        assert_eq!(file, Some("attachment; filename=\"towns.csv\""));
        let found = records(&csv.body);
        assert_eq!(found[0], ["town", "amount", "last_on", "sales", "said"]);
        assert_eq!(found[1..], expected);

        let arrow = asked(&server, "arrow", said).body;
        let arrow = StreamReader::try_new(Cursor::new(arrow), None).unwrap();
        let receipt = arrow.schema().metadata()["patron.receipt"].clone();
        assert_eq!(serde_json::from_str::<Value>(&receipt).unwrap(), json["receipt"]);
        assert_eq!(texts(arrow.map(Result::unwrap)), expected);

        let parquet = bytes::Bytes::from(asked(&server, "parquet", said).body);
        let parquet = ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap().build().unwrap();
        assert_eq!(texts(parquet.map(Result::unwrap)), expected);
    }
}

#[test]
fn a_workbook_holds_values_and_never_formulas() {
    let server = Serving::of(shared().root(), &[]);
    for said in HOSTILE {
        let reply = asked(&server, "xlsx", said);
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(reply.body)).unwrap();
        assert_eq!(book.sheet_names(), ["Answer", "About"]);
        for sheet in ["Answer", "About"] {
            let formulas = book.worksheet_formula(sheet).unwrap();
            assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()), "{said}");
        }
        let range = book.worksheet_range("Answer").unwrap();
        let all: Vec<Vec<Data>> = range.rows().map(<[Data]>::to_vec).collect();
        // Headings are in words, with units.
        let head: Vec<String> = all[0].iter().map(ToString::to_string).collect();
        assert_eq!(head, ["town", "amount (EUR)", "last_on", "sales", "said"]);
        assert_eq!(all.len(), TOWNS.len() + 1);
        for (row, [town, amount, day, sales]) in all[1..].iter().zip(TOWNS) {
            assert_eq!(row[0], Data::String(town.to_owned()));
            assert_eq!(row[1], Data::Float(amount.parse().unwrap()));
            let Data::DateTime(found) = &row[2] else { panic!("{:?}", row[2]) };
            let (year, month, date, ..) = found.to_ymd_hms_milli();
            assert_eq!(format!("{year:04}-{month:02}-{date:02}"), day);
            assert_eq!(row[3], Data::Float(sales.parse().unwrap()));
            assert_eq!(row[4], Data::String(said.to_owned()));
        }
        let about = book.worksheet_range("About").unwrap();
        let about: Vec<(String, String)> =
            about.rows().map(|row| (row[0].to_string(), row[1].to_string())).collect();
        let told = |name: &str| {
            let found = about.iter().find(|(known, _)| known == name);
            found.unwrap_or_else(|| panic!("{name}: {about:?}")).1.clone()
        };
        assert_eq!(told("patron.receipt.release"), "1");
        assert_eq!(told("patron.receipt.parameters.said"), said);
        assert_eq!(told("patron.receipt.data.shop"), "2026-07-01T06:00:00Z");
        assert!(told("patron.completeness[1]").starts_with("read at: shop 2026-07-01"));
    }
}

#[test]
fn what_a_workbook_cannot_hold_is_refused_with_a_way_out() {
    let server = Serving::of(shared().root(), &[]);
    let long = "x".repeat(32_768);
    let reply = server.get(&format!("/api/v1/reports/towns.xlsx?said={long}"));
    assert_eq!(reply.status, 422, "{}", reply.text());
    let detail = reply.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("column `said`, row 1") && detail.contains("take CSV"), "{detail}");
    assert_eq!(records(&asked(&server, "csv", &long).body)[1][4], long);
}

#[test]
fn labels_are_in_the_language_asked_for() {
    let server = Serving::of(shared().root(), &[]);
    let reply = server.get("/api/v1/reports/towns.csv?lang=zh-CN");
    assert_eq!(records(&reply.body)[0], ["城市", "金额", "last_on", "sales", "said"]);
    let json = server.json("/api/v1/reports/towns?lang=zh-CN");
    let labels: Vec<&Value> =
        json["columns"].as_array().unwrap().iter().map(|column| &column["label"]).collect();
    assert_eq!(labels[..2], [&json!("城市"), &json!("金额")]);
    let accepted = [("Accept", "text/csv;q=0.9, application/json;q=0.1")];
    let reply = server.ask("GET", "/api/v1/reports/towns", &accepted, b"");
    assert_eq!(records(&reply.body)[0][0], "town");
}

#[test]
fn a_large_answer_streams_and_is_whole() {
    let server = Serving::of(shared().root(), &[]);
    let reply = server.get("/api/v1/reports/many.csv");
    assert_eq!((reply.status, reply.header("transfer-encoding")), (200, Some("chunked")));
    assert!(reply.is_whole);
    // Seven sales to the power of six, below the header.
    assert_eq!(records(&reply.body).len(), 117_649 + 1);
    let json = server.json("/api/v1/reports/many");
    assert_eq!(json["rows"].as_array().unwrap().len(), 117_649);
    assert_eq!(json["receipt"]["release"], 1);
}

/// What a program that others wrote reads from compressed bytes.
fn unzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = Command::new("gzip");
    gzip.arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = gzip.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|threads| {
        threads.spawn(move || stdin.write_all(bytes).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "{:?}", output.status);
    output.stdout
}

#[test]
fn text_is_compressed_for_who_takes_that_and_files_are_not() {
    let server = Serving::of(shared().root(), &[]);
    let zipped = [("Accept-Encoding", "gzip")];
    let ask = |path: &str| server.ask("GET", path, &zipped, b"");
    let reply = ask("/openapi.json");
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    assert_eq!(reply.body[..2], [0x1f, 0x8b]);
    let plain = server.get("/openapi.json");
    assert_eq!(plain.header("content-encoding"), None);
    assert!(reply.body.len() * 2 < plain.body.len());
    assert_eq!(reply.header("etag"), plain.header("etag"));
    for ending in ["xlsx", "parquet"] {
        let path = format!("/api/v1/reports/towns.{ending}");
        let reply = ask(&path);
        assert_eq!(reply.header("content-encoding"), None, "{ending}");
        assert_eq!(reply.body, server.get(&path).body, "{ending}");
    }
    // What is sent in many parts is whole too. Its rows have no order.
    let path = "/api/v1/reports/many.csv";
    let (zipped, plain) = (ask(path), server.get(path));
    assert_eq!(zipped.header("content-encoding"), Some("gzip"));
    assert!(zipped.is_whole && plain.body.len() > 1 << 20, "{} bytes", plain.body.len());
    let sorted = |text: &[u8]| {
        let mut lines: Vec<Vec<u8>> =
            text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        lines.sort();
        lines
    };
    assert!(sorted(&unzipped(&zipped.body)) == sorted(&plain.body));
    // A problem that is compressed still is one.
    let reply = ask("/api/v1/reports/nothing");
    assert_eq!((reply.status, reply.header("content-encoding")), (404, Some("gzip")));
    assert_eq!(reply.body[..2], [0x1f, 0x8b]);
}
