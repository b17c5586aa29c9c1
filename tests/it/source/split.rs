//! Does the record splitter agree with one that others wrote?

use patron::source::split::{Dialect, Fault, fields, next_record, without_line_end};

use super::Random;

const QUOTED: Dialect = Dialect::Quoted { delimiter: b',', quote: b'"' };

/// The fields of every record, with the fault of those that have one.
fn split(bytes: &[u8]) -> Vec<Result<Vec<String>, Fault>> {
    let mut records = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let record = next_record(bytes, start, QUOTED, true).unwrap();
        let text = std::str::from_utf8(without_line_end(&bytes[start..record.end])).unwrap();
        start = record.end;
        if let Some(fault) = record.fault {
            records.push(Err(fault));
            continue;
        }
        let mut found = Vec::new();
        fields(text, b',', b'"', |field, has_doubled| {
            found.push(if has_doubled { field.replace("\"\"", "\"") } else { field.to_owned() });
        });
        if !text.is_empty() {
            records.push(Ok(found));
        }
    }
    records
}

/// The fields of every record as csv-core finds them.
fn split_by_peer(mut bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv_core::ReaderBuilder::new().terminator(csv_core::Terminator::CRLF).build();
    let (mut records, mut out, mut ends) = (Vec::new(), vec![0; 4096], vec![0; 64]);
    loop {
        let (mut written, mut found) = (0, 0);
        loop {
            let (result, read, wrote, ended) =
                reader.read_record(bytes, &mut out[written..], &mut ends[found..]);
            bytes = &bytes[read..];
            written += wrote;
            found += ended;
            match result {
                csv_core::ReadRecordResult::InputEmpty => {}
                csv_core::ReadRecordResult::Record => break,
                csv_core::ReadRecordResult::End => return records,
                other => panic!("the buffers are too small: {other:?}"),
            }
        }
        let mut start = 0;
        let fields = ends[..found].iter().map(|end| {
            let field = String::from_utf8(out[start..*end].to_vec()).unwrap();
            start = *end;
            field
        });
        records.push(fields.collect());
    }
}

/// A random file as RFC 4180 allows it; a stray quote inside an unquoted field is text to both.
fn random_file(random: &mut Random, seen: &mut [usize; 6]) -> String {
    let pieces = ["a", "bc", "", " ", "客户", "1.5", "\"\"", ",", "\n", "\r\n"];
    let mut file = String::new();
    for _ in 0..random.below(8) {
        for field in 0..=random.below(4) {
            if field > 0 {
                file.push(',');
            }
            let is_quoted = random.below(3) == 0;
            let kinds = if is_quoted { &pieces[..] } else { &pieces[..6] };
            let text: String = (0..random.below(4)).map(|_| random.one_of(kinds)).collect();
            seen[usize::from(is_quoted)] += 1;
            seen[2] += usize::from(text.contains('\n'));
            seen[3] += usize::from(text.contains("\"\""));
            if is_quoted {
                file.push_str(&format!("\"{text}\""));
            } else {
                file.push_str(&text);
                if !text.is_empty() && random.below(6) == 0 {
                    file.push('"');
                    seen[4] += 1;
                }
            }
        }
        file.push_str(random.one_of(&["\n", "\r\n"]));
    }
    if random.below(3) == 0 {
        let end = file.trim_end_matches(['\r', '\n']).len();
        file.truncate(end);
        seen[5] += 1;
    }
    file
}

#[test]
fn random_files_are_split_as_csv_core_splits_them() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut seen = [0; 6];
    for _ in 0..20_000 {
        let file = random_file(&mut random, &mut seen);
        let ours: Vec<_> = split(file.as_bytes()).into_iter().map(Result::unwrap).collect();
        assert_eq!(ours, split_by_peer(file.as_bytes()), "{file:?}");
    }
    let names = ["unquoted", "quoted", "line end inside", "doubled", "stray quote", "no last end"];
    println!("{:?}", names.iter().zip(seen).collect::<Vec<_>>());
    assert!(seen.iter().all(|count| *count > 0));
}

#[test]
fn a_malformed_record_costs_its_first_line() {
    let ok = |fields: &[&str]| Ok(fields.iter().map(|field| (*field).to_owned()).collect());
    for (file, expected) in [
        ("1,\"a\n2,b\n3,c\n", vec![Err(Fault::OpenQuote), ok(&["2", "b"]), ok(&["3", "c"])]),
        ("1,\"a\n2,\"b\"\n3,c", vec![Err(Fault::AfterQuote), ok(&["2", "b"]), ok(&["3", "c"])]),
        ("1,\"a\"b\n2,c\n", vec![Err(Fault::AfterQuote), ok(&["2", "c"])]),
        ("1,\"a\" \n2,c\n", vec![Err(Fault::AfterQuote), ok(&["2", "c"])]),
        ("1,\"", vec![Err(Fault::OpenQuote)]),
        ("1,\"\"\"", vec![Err(Fault::OpenQuote)]),
        ("1,\"\"\"\"", vec![ok(&["1", "\""])]),
        ("1,\"\"\r", vec![ok(&["1", ""])]),
        ("a\"b,c\"\n", vec![ok(&["a\"b", "c\""])]),
        (" \"a\",b\n", vec![ok(&[" \"a\"", "b"])]),
        (",\n", vec![ok(&["", ""])]),
        ("\"\"\n", vec![ok(&[""])]),
    ] {
        assert_eq!(split(file.as_bytes()), expected, "{file:?}");
    }
}

#[test]
fn a_quote_reaches_no_further_than_a_mebibyte() {
    let line = "x,y\n";
    let many = line.repeat(400_000);
    let records = split(format!("1,\"a\n{many}").as_bytes());
    assert_eq!(records[0], Err(Fault::OpenQuote));
    assert_eq!(records.len(), 400_001);
    let inside = line.repeat(250_000);
    let records = split(format!("1,\"{inside}\"\n2,b\n").as_bytes());
    assert_eq!(records.len(), 2, "a long text within the limit is one field");
    assert_eq!(records[0].as_ref().unwrap()[1], inside);
}
