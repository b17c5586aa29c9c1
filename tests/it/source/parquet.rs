//! Are Parquet files of every writer's types read exactly, row by row?

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal64Array,
    Decimal128Array, Decimal256Array, DictionaryArray, Float32Array, Float64Array, Int32Array,
    Int64Array, LargeStringArray, ListArray, RecordBatch, StringArray, StringViewArray,
    TimestampMillisecondArray, TimestampNanosecondArray, UInt64Array,
};
use datafusion::arrow::datatypes::{Int32Type, Int64Type, i256};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::data_type::{Int96, Int96Type};
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::parquet::file::writer::SerializedFileWriter;
use datafusion::parquet::schema::parser::parse_message_type;
use patron::source::{FileKind, SourceError};

use super::{Whole, read_at, shape};

fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    );
    let batch = batch.unwrap();
    let mut writer =
        ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// Reads the one column `c`, written as `array`, into a column of this section.
fn loaded(array: ArrayRef, section: &str) -> Result<Whole, SourceError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    write(&path, vec![("c", array)]);
    read_at(FileKind::Parquet, &path, &shape(&[("c", section)], ""))
}

/// Values in order, refused ones in angle brackets.
fn values(array: ArrayRef, section: &str) -> Vec<String> {
    let whole = loaded(array, section).unwrap();
    let mut found: Vec<(i64, String)> = whole
        .rows
        .iter()
        .map(|row| (row[1].parse().unwrap(), row[0].clone()))
        .chain(
            whole
                .refused
                .iter()
                .map(|r| (r.row, format!("<{}>", r.value.as_deref().unwrap_or("-")))),
        )
        .collect();
    found.sort();
    found.into_iter().map(|(_, value)| value).collect()
}

/// Values in order with ` | ` between, refused ones in angle brackets.
fn check(array: impl Array + 'static, section: &str, expected: &str) {
    let kind = array.data_type().clone();
    assert_eq!(values(Arc::new(array), section).join(" | "), expected, "{kind} into {section}");
}

fn decimals(scale: i8, values: Vec<i128>) -> Decimal128Array {
    Decimal128Array::from(values).with_precision_and_scale(20, scale).unwrap()
}

#[test]
fn texts_of_every_kind_are_taken() {
    let dictionary: DictionaryArray<Int32Type> = [Some("a"), None, Some("a")].into_iter().collect();
    check(dictionary, "type = 'text'", "a | - | a");
    check(StringArray::from(vec!["a", "", " "]), "type = 'text'", "a | - |  ");
    check(LargeStringArray::from(vec!["é"]), "type = 'text'", "é");
    let long = "a text that is no short one";
    check(StringViewArray::from(vec![long]), "type = 'text'", long);
    check(BinaryArray::from(vec![b"ab".as_slice(), b"\xff"]), "type = 'text'", "ab | <\\xff>");
    check(Int32Array::from(vec![5, -5]), "type = 'text'", "5 | -5");
    check(BooleanArray::from(vec![Some(true), None]), "type = 'boolean'", "true | -");
    check(Int32Array::from(vec![1, 0, 2]), "type = 'boolean'", "true | false | <2>");
}

#[test]
fn numbers_of_every_kind_are_taken_exactly_or_refused() {
    check(Int32Array::from(vec![Some(5), None]), "type = 'integer'", "5 | -");
    let most = UInt64Array::from(vec![7, u64::MAX]);
    check(most, "type = 'integer'", "7 | <18446744073709551615>");
    check(Float64Array::from(vec![2.0, 2.5]), "type = 'integer'", "2 | <2.5>");
    check(StringArray::from(vec!["7", "7.0"]), "type = 'integer'", "7 | <7.0>");
    check(decimals(2, vec![500, 501]), "type = 'integer'", "5 | <5.01>");
    let money = "type = 'decimal(9,2)'";
    check(Int64Array::from(vec![12]), money, "12.00");
    check(decimals(4, vec![12_300, 12_345, -5]), money, "1.23 | <1.2345> | <-0.0005>");
    let rounded = "type = 'decimal(9,2)'; round = true";
    check(decimals(4, vec![12_350, -12_350]), rounded, "1.24 | -1.24");
    check(decimals(0, vec![10_000_000, 1]), money, "<10000000> | 1.00");
    let large = i256::from_string(&"9".repeat(70)).unwrap();
    let wide = Decimal256Array::from(vec![i256::from(125), large]);
    let wide = wide.with_precision_and_scale(76, 2).unwrap();
    check(wide, money, &format!("1.25 | <{}.99>", "9".repeat(68)));
    let narrow = Decimal64Array::from(vec![125]).with_precision_and_scale(9, 2).unwrap();
    check(narrow, money, "1.25");
    let floats = Float64Array::from(vec![19.99, 0.1 + 0.2]);
    check(floats, money, "19.99 | <0.30000000000000004>");
    check(Float32Array::from(vec![19.99]), money, "19.99");
    let floats = Float64Array::from(vec![1.5, f64::NAN, f64::INFINITY]);
    check(floats, "type = 'float'", "1.5 | <NaN> | <inf>");
}

#[test]
fn moments_of_every_kind_are_taken_exactly_or_refused() {
    check(Date32Array::from(vec![19_782]), "type = 'date'", "2024-02-29");
    check(Date64Array::from(vec![86_400_000]), "type = 'date'", "1970-01-02");
    check(Date32Array::from(vec![19_782]), "type = 'text'", "2024-02-29");
    check(Int32Array::from(vec![19_782]), "type = 'date'", "<19782>");
    check(Int64Array::from(vec![86_400]), "type = 'date'; format = 'unix'", "1970-01-02");
    let millis = TimestampMillisecondArray::from(vec![86_400_000, 1]);
    check(millis, "type = 'date'", "1970-01-02 | <1970-01-01T00:00:00.001>");
    let nanos = TimestampNanosecondArray::from(vec![1_000, 1_001]);
    let expected = "1970-01-01T00:00:00.000001Z | <1970-01-01T00:00:00.000001001>";
    check(nanos, "type = 'timestamp'", expected);
    let texts = StringArray::from(vec!["2024-02-29 01:00:00"]);
    check(texts, "type = 'timestamp'", "2024-02-29T01:00:00Z");
}

#[test]
fn timestamps_without_a_zone_are_local() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let noon = TimestampMillisecondArray::from(vec![1_717_243_200_000]);
    let utc = noon.clone().with_timezone("UTC");
    write(&path, vec![("local", Arc::new(noon)), ("utc", Arc::new(utc))]);
    let shape = super::Shape {
        zone: chrono_tz::Europe::Berlin,
        ..shape(&[("local", "type = 'timestamp'"), ("utc", "type = 'timestamp'")], "")
    };
    let whole = read_at(FileKind::Parquet, &path, &shape).unwrap();
    assert_eq!(whole.rows, [["2024-06-01T10:00:00Z", "2024-06-01T12:00:00Z", "1"]]);
}

#[test]
fn the_old_int96_is_exact_beyond_2262() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let schema = parse_message_type("message m { required int96 c; required int32 n; }").unwrap();
    let properties = Arc::new(WriterProperties::default());
    let mut file =
        SerializedFileWriter::new(File::create(&path).unwrap(), Arc::new(schema), properties)
            .unwrap();
    // Julian day 2440588 began on 1970-01-01; nanoseconds of the day come in two halves.
    let value = |days: u32, nanoseconds: u64| {
        let mut value = Int96::new();
        value.set_data(nanoseconds as u32, (nanoseconds >> 32) as u32, 2_440_588 + days);
        value
    };
    let values =
        [value(0, 1_000), value(0, 1_001), value(2_932_896, 86_399_999_999_000), value(500_000, 7)];
    let mut group = file.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int96Type>().write_batch(&values, None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<datafusion::parquet::data_type::Int32Type>()
        .write_batch(&[1, 2, 3, 4], None, None)
        .unwrap();
    column.close().unwrap();
    group.close().unwrap();
    file.close().unwrap();
    let shape = shape(&[("n", "type = 'integer'"), ("c", "type = 'timestamp'")], "");
    let whole = read_at(FileKind::Parquet, &path, &shape).unwrap();
    let expected =
        [["1", "1970-01-01T00:00:00.000001Z", "1"], ["3", "9999-12-31T23:59:59.999999Z", "3"]];
    assert_eq!(whole.rows, expected);
    let fine = "is finer than a microsecond";
    assert_eq!(whole.reasons(), [(2, "c", fine), (4, "c", fine)]);
}

#[test]
fn columns_and_files_that_do_not_fit_are_errors() {
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1)])]);
    let error = loaded(Arc::new(list), "type = 'text'").unwrap_err().to_string();
    assert!(error.contains("column `c` is stored as List"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    write(
        &path,
        vec![
            ("a", Arc::new(Int64Array::from(vec![1]))),
            ("b", Arc::new(Int64Array::from(vec![2]))),
        ],
    );
    let wanted = shape(&[("b", "type = 'integer'"), ("z", "type = 'text'")], "");
    let whole = read_at(FileKind::Parquet, &path, &wanted).unwrap();
    assert_eq!(whole.rows, [["2", "-", "1"]]);
    assert_eq!((whole.added(), whole.missing()), (vec!["a"], vec!["z"]));
    let wanted = shape(&[("z", "type = 'text'; required = true")], "");
    let error = read_at(FileKind::Parquet, &path, &wanted).unwrap_err();
    assert!(matches!(error, SourceError::MissingColumn { .. }), "{error}");
    let nothing = shape(&[("z", "type = 'text'")], "");
    assert_eq!(read_at(FileKind::Parquet, &path, &nothing).unwrap().rows, [["-", "1"]]);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
    let error = read_at(FileKind::Parquet, &path, &wanted).unwrap_err();
    assert!(matches!(error, SourceError::Parquet { .. }), "{error}");
}

#[test]
fn many_rows_come_in_bounded_chunks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let text = "x".repeat(1000);
    let texts = StringArray::from_iter_values(std::iter::repeat_n(text.as_str(), 40_000));
    write(&path, vec![("c", Arc::new(texts))]);
    let found = patron::source::files::Found::at(&path, "a.parquet").unwrap();
    let (mut rows, mut most) = (0, 0);
    let shape = shape(&[("c", "type = 'text'")], "");
    patron::source::read_file(FileKind::Parquet, &found, &shape, 2, &mut |chunk| {
        rows += chunk.rows.num_rows();
        most = most.max(chunk.rows.get_array_memory_size());
        Ok(())
    })
    .unwrap();
    assert_eq!(rows, 40_000);
    assert!(most < 12_000_000, "{most} bytes in a chunk");
}
