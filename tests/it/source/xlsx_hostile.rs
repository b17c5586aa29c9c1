//! Do damaged, odd and hostile workbooks end in an error that says what is wrong?

use patron::source::{FileKind, SourceError};

use super::xlsx::{book, book_with, failure, header};
use super::{read, shape};

#[test]
fn places_may_be_left_out_and_out_of_order() {
    let columns = [("a", "type = \"text\""), ("b", "type = \"text\""), ("c", "type = \"text\"")];
    let shape = shape(&columns, "");
    let text = |rows: &str| read(FileKind::Xlsx, &book(rows), &shape);
    let names = header(&["a", "b", "c"]);
    let whole = text(&format!(
        "{names}<row><c><v>1</v></c><c><v>2</v></c></row><row/>\
         <row r=\"5\"><c r=\"C5\"><v>3</v></c>\
         <c r=\"A5\"><v>1</v></c></row><row><c r=\"B6\"><v>9</v></c><c><v>8</v></c></row>"
    ));
    let expected = [["1", "2", "-", "2"], ["1", "-", "3", "5"], ["-", "9", "8", "6"]];
    assert_eq!(whole.unwrap().rows, expected);
    let message = |rows: &str| text(&format!("{names}{rows}")).unwrap_err().to_string();
    let found = message(
        "<row r=\"5\"><c r=\"A5\"><v>1</v></c></row><row r=\"3\"><c r=\"B3\"><v>1</v></c></row>",
    );
    assert!(found.contains("the cell B3 comes after cells of row 5"), "{found}");
    let found = message("<row r=\"5\"><c r=\"A5\"><v>1</v></c><c r=\"A5\"><v>2</v></c></row>");
    assert!(found.contains("the cell A5 is there twice"), "{found}");
    let found = message("<row r=\"5\"><c r=\"XFE5\"><v>1</v></c></row>");
    assert!(found.contains("beyond the end of any sheet"), "{found}");
    let wide: Vec<String> = (1..=16_384).map(|number| format!("n{number}")).collect();
    let names: Vec<&str> = wide.iter().map(String::as_str).collect();
    let cells = "<c><v>7</v></c>".repeat(16_384);
    let bytes = book(&format!("{}<row r=\"2\">{cells}</row>", header(&names)));
    let last = super::shape(&[("z", "type = \"integer\"; from = \"n16384\"")], "");
    assert_eq!(read(FileKind::Xlsx, &bytes, &last).unwrap().rows, [["7", "2"]]);
}

#[test]
fn what_is_no_workbook_says_so() {
    for (bytes, expected) in [
        (&b"a,b\n1,2\n"[..], "it is no zip archive, which every .xlsx is"),
        (b"", "it is no zip archive, which every .xlsx is"),
        (b"PK\x03\x04 and then nothing", "its end is missing; deliver it again"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and W\0o\0r\0k\0b\0o\0o\0k\0",
            "it is a workbook of Excel 97 to 2003 (.xls); save it as .xlsx",
        ),
    ] {
        assert_eq!(failure(bytes, ""), format!("a.csv: is not readable as XLSX: {expected}"));
    }
    let mut encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    encrypted.resize(70_000 - 7, 0);
    encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let message = failure(&encrypted, "");
    assert!(message.ends_with("it is encrypted; save it without a password"), "{message}");

    let rows = format!("{}<row r=\"2\"><c><v>1</v></c></row>", header(&["a"]));
    let torn = format!("<worksheet><sheetData>{rows}<row r=\"3\"><c><v>2");
    assert!(failure(&book_with(&torn, &[]), "").contains("is not readable as XLSX"));
    let crossed = rows.replace("</v></c></row>", "</v></row>");
    assert!(failure(&book(&crossed), "").contains("is not readable as XLSX"));
    let empty = failure(&book(""), "");
    assert!(empty.ends_with("there is no header in A1:, nor anything else"), "{empty}");
    let whole = book(&rows);
    let torn = failure(&whole[..whole.len() - 30], "");
    assert!(torn.ends_with("its end is missing; deliver it again"), "{torn}");
    // A byte of the sheet's packed text: its checksum no longer fits.
    let mut flipped = whole.clone();
    let sheet = memchr::memmem::find(&flipped, b"xl/worksheets/sheet1.xml").unwrap() + 24 + 20;
    flipped[sheet] ^= 0x10;
    let message = failure(&flipped, "");
    assert!(message.contains("the part `xl/worksheets/sheet1.xml`"), "{message}");
    let strange = rows.replace("<c><v>1</v></c>", "<c t=\"e\"><v>#SPILT!</v></c>");
    assert!(failure(&book(&strange), "").contains("a cell holds the error `#SPILT!`"));
}

fn names_the_part(error: &SourceError, part: &str, why: &str) {
    let expected = format!("a.csv: the part `{part}` {why}; deliver the table as CSV or Parquet");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn workbooks_that_would_fill_the_memory_are_refused() {
    let shape = shape(&[("a", "type = \"text\"")], "");
    let refused = |bytes: &[u8]| read(FileKind::Xlsx, bytes, &shape).unwrap_err();
    let rows = header(&["a"]);
    // A thousand times larger than packed: one text of 64 MiB.
    let bomb = format!("<worksheet><sheetData>{rows}<row><c t=\"str\"><v>{}", " ".repeat(64 << 20));
    let mut packed = book_with(&bomb, &[]);
    assert!(bomb.len() > 900 * packed.len(), "{} bytes", packed.len());
    names_the_part(
        &refused(&packed),
        "xl/worksheets/sheet1.xml",
        "has a text or a tag of more than 1 MiB",
    );
    // The same with a directory that says that the part has 100 bytes.
    let entry = memchr::memmem::rfind(&packed, b"xl/worksheets/sheet1.xml").unwrap() - 46;
    assert_eq!(&packed[entry..entry + 4], b"PK\x01\x02");
    packed[entry + 24..entry + 28].copy_from_slice(&100_u32.to_le_bytes());
    let message = refused(&packed).to_string();
    assert!(message.contains("larger than its declared uncompressed size"), "{message}");
    let strings = |text: &str| {
        book_with(
            &format!("<worksheet><sheetData>{rows}</sheetData></worksheet>"),
            &[("xl/SharedStrings.xml", text.as_bytes())],
        )
    };
    names_the_part(
        &refused(&strings("<sst uniqueCount=\"99999999999\"></sst>")),
        "xl/SharedStrings.xml",
        "needs more than 224 MiB of memory",
    );
    names_the_part(
        &refused(&strings(&format!("<sst>{}</sst>", "<si/>".repeat(5_000_000)))),
        "xl/SharedStrings.xml",
        "needs more than 224 MiB of memory",
    );
    let entity = "<!DOCTYPE a [<!ENTITY b \"c\">]><sst/>";
    names_the_part(
        &refused(&strings(entity)),
        "xl/SharedStrings.xml",
        "declares a document type, which no workbook does",
    );
    let twice = book_with(&rows, &[("XL/worksheets\\Sheet1.xml", b"<a/>")]);
    let message = refused(&twice).to_string();
    assert!(message.contains("it has two parts `xl/worksheets/sheet1.xml`"), "{message}");
}

#[test]
fn a_million_shared_texts_load() {
    let texts: String =
        (0..1_000_000).map(|number| format!("<si><t>text {number}</t></si>")).collect();
    let strings = format!("<sst uniqueCount=\"1000000\">{texts}</sst>");
    let sheet = format!(
        "<worksheet><sheetData>{}<row r=\"2\"><c t=\"s\"><v>0</v></c></row>\
         <row r=\"3\"><c t=\"s\"><v>999999</v></c></row></sheetData></worksheet>",
        header(&["a"])
    );
    let bytes = book_with(&sheet, &[("xl/sharedStrings.xml", strings.as_bytes())]);
    let shape = shape(&[("a", "type = \"text\"")], "");
    let whole = read(FileKind::Xlsx, &bytes, &shape).unwrap();
    assert_eq!(whole.rows, [["text 0", "2"], ["text 999999", "3"]]);
    let beyond = sheet.replace("999999", "1000000");
    let bytes = book_with(&beyond, &[("xl/sharedStrings.xml", strings.as_bytes())]);
    let message = read(FileKind::Xlsx, &bytes, &shape).unwrap_err().to_string();
    assert!(message.contains("not found in shared strings"), "{message}");
}

#[test]
fn pictures_and_pivots_are_not_looked_at() {
    let sheet = format!(
        "<worksheet><sheetData>{}<row r=\"2\"><c><v>1</v></c></row></sheetData></worksheet>",
        header(&["a"])
    );
    let large = format!("<pivotCacheRecords>{}", "<s v=\"".to_owned() + &"x".repeat(2 << 20));
    let bytes = book_with(
        &sheet,
        &[
            ("xl/media/image1.png", b"\x89PNG\0\0"),
            ("xl/pivotCache/records1.xml", large.as_bytes()),
        ],
    );
    let whole = read(FileKind::Xlsx, &bytes, &shape(&[("a", "type = \"text\"")], "")).unwrap();
    assert_eq!(whole.rows, [["1", "2"]]);
    let hidden =
        shape(&[("a", "type = \"integer\"; from = \"1\"")], "sheet = \"Hidden\"\nheader = false");
    assert_eq!(read(FileKind::Xlsx, &bytes, &hidden).unwrap().rows, [["1", "1"]]);
}
