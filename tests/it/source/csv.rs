//! Is a delimited file read to the letter, with its bad records refused and nothing else?

use patron::source::{FileKind, SourceError};

use super::{Random, Whole, raw, read, shape};

const COLUMNS: [(&str, &str); 3] = [
    ("id", "type = 'integer'; required = true"),
    ("name", "type = 'text'"),
    ("net", "type = 'decimal(9,2)'"),
];

fn read_csv(bytes: impl AsRef<[u8]>, format: &str) -> Result<Whole, SourceError> {
    read(FileKind::Csv, bytes.as_ref(), &shape(&COLUMNS, format))
}

/// The rows of a file without refusals or drift.
fn rows(bytes: impl AsRef<[u8]>, format: &str) -> Vec<Vec<String>> {
    let whole = read_csv(bytes, format).unwrap();
    assert_eq!(whole.refused, []);
    assert_eq!(whole.read.drift, []);
    whole.rows
}

#[test]
fn line_ends_quotes_and_empty_fields() {
    for (file, expected) in [
        ("id,name,net\n1,a,1.5\n2,b,\n", vec![["1", "a", "1.50", "2"], ["2", "b", "-", "3"]]),
        ("id,name,net\r\n1,a,1.5\r\n2,b,", vec![["1", "a", "1.50", "2"], ["2", "b", "-", "3"]]),
        ("id,name,net\n1,a,1.5\r", vec![["1", "a", "1.50", "2"]]),
        ("id,name,net\n1,,\"\"\n", vec![["1", "-", "-", "2"]]),
        ("id,name,net\n1,\"\",1\n", vec![["1", "-", "1.00", "2"]]),
        (
            "id,name,net\n\n1,\"a\nb\",1\n\n2,c,2",
            vec![["1", "a\nb", "1.00", "3"], ["2", "c", "2.00", "6"]],
        ),
        ("id,name,net\n1,\"a \"\"b\"\" , c\",1\n", vec![["1", "a \"b\" , c", "1.00", "2"]]),
        ("id,name,net\n1,a\"b\",1\n", vec![["1", "a\"b\"", "1.00", "2"]]),
        (" id ,\"name\",net \n 1 , a ,\t1\n", vec![["1", " a ", "1.00", "2"]]),
        ("name,net,id\na,1,1\n", vec![["1", "a", "1.00", "2"]]),
        ("\u{feff}id,name,net\n1,a,1\n", vec![["1", "a", "1.00", "2"]]),
        ("id,name,net\n", vec![]),
        ("id,name,net", vec![]),
    ] {
        assert_eq!(rows(file, ""), expected, "{file:?}");
    }
}

#[test]
fn formats_are_followed() {
    let skipped = rows(
        "report\n,,,\nid;name;net\n1;a;1,5\n",
        "delimiter = ';'\ndecimal_mark = ','\nskip = 2",
    );
    assert_eq!(skipped, [["1", "a", "1.50", "4"]]);
    let quoted = rows("id\tname\tnet\n1\t'a''b'\t1\n", "delimiter = \"\\t\"\nquote = \"'\"");
    assert_eq!(quoted, [["1", "a'b", "1.00", "2"]]);
    assert_eq!(
        rows("1,a,2\n2,b,3\n", "header = false"),
        [["1", "a", "2.00", "1"], ["2", "b", "3.00", "2"]]
    );
    assert_eq!(rows("", "header = false"), Vec::<Vec<String>>::new());
    let latin = rows(b"id,name,net\n1,caf\xe9 \x80,1\n", "encoding = 'latin1'");
    assert_eq!(latin[0][1], "café €");
    let gbk = rows(b"id|name|net\n1|\xbf\xcd\x81\x7c|1\n", "encoding = 'gbk'\ndelimiter = '|'");
    assert_eq!(gbk[0][1].chars().count(), 2, "a trail byte that looks like a delimiter is none");
    let wide: Vec<u8> = "\u{feff}id,name,net\r\n1,\"安\n\",1\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(rows(wide, "encoding = 'utf-16le'"), [["1", "安\n", "1.00", "2"]]);
}

#[test]
fn bad_records_are_refused_alone() {
    let file = b"id,name,net\n1,a\n2,b,1,x\nthree,c,1\n4,d\xff,1\n5,\"e,1\n6,f,1.234\n\
        7,g,1\n,h,1\n9,i\0,1\n10,\"j\"k,1\n11,l,1\n";
    let whole = read_csv(file, "").unwrap();
    let numbers: Vec<&str> = whole.rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(numbers, ["7", "11"]);
    let expected = [
        (2, "-", "the record has 2 fields instead of 3"),
        (3, "-", "the record has 4 fields instead of 3"),
        (4, "id", "is not a number as the contract writes numbers"),
        (5, "-", "holds bytes that are not UTF-8"),
        (6, "-", "a quoted field is followed by other text"),
        (7, "net", "has more than 2 decimals; write `round = true` to have it rounded"),
        (9, "id", "has no value, but the column is required"),
        (10, "name", "holds a NUL character"),
        (11, "-", "a quoted field is followed by other text"),
    ];
    assert_eq!(whole.reasons(), expected);
    assert_eq!(whole.refused[2].value.as_deref(), Some("three"));
    let texts = raw(&[("id", Some("three")), ("name", Some("c")), ("net", Some("1"))]);
    assert_eq!(whole.refused[2].raw, texts);
    assert_eq!(whole.refused[4].raw, raw(&[("_record", Some("5,\"e,1"))]));
    assert_eq!(whole.read.rows, 11);
    assert_eq!(whole.read.size_bytes, file.len() as u64);
}

#[test]
fn columns_are_matched_by_name() {
    let message = |file: &str| read_csv(file, "").unwrap_err().to_string();
    let missing = message("idd,name,net\n1,a,1\n");
    assert!(
        missing.starts_with("a.csv: no column `id`, which contract.toml requires"),
        "{missing}"
    );
    assert!(missing.contains("`idd`"), "{missing}");
    let doubled = message("id,name,id,net\n1,a,2,1\n");
    assert!(doubled.contains("2 columns are called `id`"), "{doubled}");
    let whole = read_csv("id,ID,net,net 2,\n1,2,3,4,5\n", "").unwrap();
    assert_eq!(whole.rows, [["1", "-", "3.00", "2"]]);
    assert_eq!(whole.missing(), ["name"]);
    assert_eq!(whole.added(), ["ID", "net 2", "column 5"]);
    let positions = [("b", "type = 'text'; from = '2'"), ("z", "type = 'text'; from = '9'")];
    let whole = read(FileKind::Csv, b"1,a\n2,b\n", &shape(&positions, "header = false")).unwrap();
    assert_eq!(whole.rows, [["a", "-", "1"], ["b", "-", "2"]]);
    assert_eq!((whole.missing(), whole.added()), (vec!["z"], vec!["column 1"]));
}

#[test]
fn whole_files_are_refused_with_their_reason() {
    for (bytes, format, expected) in [
        (b"".as_slice(), "", "a.csv: the file is empty"),
        (b"\n\r\n", "", "a.csv: the file is empty"),
        (b"\xff\xfei\0d\0", "", "`encoding = \"utf-16le\"`"),
        (b"id,name,net\r1,a,1\r2,b,2\r", "", "lone carriage returns"),
        (b"id,\"name,net\n1,a,1\n", "", "the header cannot be read: a quote opens"),
        (b"id,n\xff,net\n1,a,1\n", "", "the header cannot be read: holds bytes"),
        (b"id", "encoding = 'nonsense'", "`nonsense` is no known encoding"),
        (b"id", "delimiter = '，'", "the delimiter `，` is not one byte"),
        (b"id", "delimiter = '\"'", "both delimiter and quote"),
        (b"id", "thousands_mark = '.'", "column `id`: `.` is declared both"),
    ] {
        let error = read_csv(bytes, format).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_bad_field_at_any_place_takes_back_its_whole_row() {
    let kinds = [
        ("a", "type = 'text'", "x", "\0"),
        ("b", "type = 'integer'", "1", "x"),
        ("c", "type = 'decimal(9,2)'", "1.5", "x"),
        ("d", "type = 'float'", "2.5", "x"),
        ("e", "type = 'boolean'", "true", "x"),
        ("f", "type = 'date'", "2024-01-02", "x"),
        ("g", "type = 'timestamp'", "2024-01-02 03:04:05", "x"),
    ];
    let mut random = Random(7);
    let mut hit = [0; 7];
    for round in 0..200 {
        // The columns in another order each time, some values empty, some one bad.
        let mut order: Vec<usize> = (0..kinds.len()).collect();
        order.sort_by_key(|_| random.below(1000));
        let columns: Vec<_> = order.iter().map(|&kind| (kinds[kind].0, kinds[kind].1)).collect();
        let header: Vec<&str> = columns.iter().map(|column| column.0).collect();
        let (mut all, mut good) = (header.join(",") + "\n", header.join(",") + "\n");
        let mut refused = 0;
        for _ in 0..random.below(40) {
            let bad = (random.below(2) == 0).then(|| random.below(kinds.len()));
            let fields = order.iter().enumerate().map(|(place, &kind)| match bad {
                Some(bad) if bad == place => kinds[kind].3,
                _ if random.below(4) == 0 => "",
                _ => kinds[kind].2,
            });
            let line = fields.collect::<Vec<_>>().join(",") + "\n";
            all.push_str(&line);
            match bad {
                Some(place) => {
                    refused += 1;
                    hit[order[place]] += 1;
                }
                None => good.push_str(&line),
            }
        }
        let shape = shape(&columns, "");
        let found = read(FileKind::Csv, all.as_bytes(), &shape).unwrap();
        let expected = read(FileKind::Csv, good.as_bytes(), &shape).unwrap();
        let values = |whole: &Whole| -> Vec<Vec<String>> {
            whole.rows.iter().map(|row| row[..kinds.len()].to_vec()).collect()
        };
        assert_eq!(values(&found), values(&expected), "round {round}");
        assert_eq!(found.refused.len(), refused, "round {round}");
    }
    println!("bad fields per type: {hit:?}");
    assert!(hit.iter().all(|count| *count > 0));
}

#[test]
fn a_file_that_changes_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "id,name,net\n1,a,1\n").unwrap();
    let found = patron::source::files::Found::at(&path, "a.csv").unwrap();
    std::fs::write(&path, "id,name,net\n1,a,1\n2,b,2\n").unwrap();
    let shape = shape(&COLUMNS, "");
    let result =
        super::collect(|emit| patron::source::read_file(FileKind::Csv, &found, &shape, 2, emit));
    assert!(matches!(result, Err(SourceError::Changed { .. })), "{result:?}");
}

#[test]
fn the_takers_error_comes_through() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, format!("id,name,net\n{}", "1,a,1\n".repeat(2_000_000))).unwrap();
    let found = patron::source::files::Found::at(&path, "a.csv").unwrap();
    let mut chunks = 0;
    let result =
        patron::source::read_file(FileKind::Csv, &found, &shape(&COLUMNS, ""), 3, &mut |_| {
            chunks += 1;
            if chunks == 2 { Err(SourceError::Stopped("full".into())) } else { Ok(()) }
        });
    assert!(matches!(result, Err(SourceError::Stopped(_))), "{result:?}");
    assert_eq!(chunks, 2);
}
