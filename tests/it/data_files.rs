//! Are the rows of a file the rows that were written, and is a file skipped only when it may be?

use std::fs::{self, File};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Decimal128Array, Float64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::datasource::MemTable;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use datafusion::physical_plan::displayable;
use patron::warehouse::WarehouseError;
use patron::warehouse::manifest::ColumnStatistics;
use patron::warehouse::write::{FileWriter, GROUP_ROWS};

use crate::support::dice::Dice;
use crate::support::house::{House, ask, draft, name, noon, open, put, rows, schema, texts, write};

/// Cuts rows into batches of random sizes, some of them empty.
fn cut(dice: &mut Dice, whole: &RecordBatch) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    let mut at = 0;
    while at < whole.num_rows() {
        let wanted = *dice.pick(&[0, 1, 7, 8_191, 8_192, 8_193, 100_000]);
        let taken = wanted.min(whole.num_rows() - at);
        batches.push(whole.slice(at, taken));
        at += taken;
    }
    batches
}

#[test]
fn bytes_depend_on_the_rows_alone() {
    let mut dice = Dice::of("bytes");
    let house = House::new();
    let writer = house.writer();
    let whole = rows(&mut dice, 0, 2 * GROUP_ROWS + 12_345);
    let path = |file: &Option<_>| {
        let file: &patron::warehouse::manifest::DataFile = file.as_ref().unwrap();
        house.root().join(&file.path)
    };
    let first = write(&writer, "finance.ledger", "all", std::slice::from_ref(&whole), 1);
    let bytes = fs::read(path(&first)).unwrap();
    for threads in [1, 2, 3, 8] {
        let batches = cut(&mut dice, &whole);
        // Under another name the file cannot be the first one by chance.
        let again = write(&writer, "finance.copy", "all", &batches, threads);
        assert!(fs::read(path(&again)).unwrap() == bytes, "{threads} threads give other bytes");
        let (first, again) = (first.clone().unwrap(), again.unwrap());
        assert_eq!((first.rows, first.blocks), (again.rows, again.blocks));
        assert_eq!(first.statistics, again.statistics, "statistics with {threads} threads");
    }
    let other = write(&writer, "finance.copy", "all", &[whole.slice(1, whole.num_rows() - 1)], 2);
    assert!(fs::read(path(&other)).unwrap() != bytes, "other rows give other bytes");
}

#[test]
fn a_foreign_reader_sees_the_same_rows_and_types() {
    let mut dice = Dice::of("foreign");
    let house = House::new();
    let whole = rows(&mut dice, 0, GROUP_ROWS + 100);
    let file = write(&house.writer(), "finance.ledger", "all", &cut(&mut dice, &whole), 2).unwrap();
    let reader = File::open(house.root().join(&file.path)).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(reader).unwrap();
    assert_eq!(reader.schema(), &schema());
    let groups: Vec<i64> =
        reader.metadata().row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(groups, [GROUP_ROWS as i64, 100]);
    let read: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
    assert!(concat_batches(&schema(), &read).unwrap() == whole);
}

#[test]
fn no_rows_give_no_file() {
    let house = House::new();
    let empty = RecordBatch::new_empty(schema());
    assert_eq!(write(&house.writer(), "finance.ledger", "all", &[empty], 2), None);
}

#[test]
fn rows_of_another_shape_are_refused_with_the_column() {
    let house = House::new();
    let writer = house.writer();
    let table = name("finance.ledger");
    let mut file = FileWriter::create(&writer, &table, "all", schema(), 1).unwrap();
    let other = Schema::new(vec![Field::new("id", DataType::Utf8, false)]);
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["1"]));
    let error = file.write(&RecordBatch::try_new(other.into(), vec![ids]).unwrap()).unwrap_err();
    assert!(matches!(error, WarehouseError::Unfit { .. }), "{error}");
    assert!(FileWriter::create(&writer, &table, "../other", schema(), 1).is_err());
}

fn statistics_of(column: ArrayRef) -> Result<ColumnStatistics, WarehouseError> {
    let house = House::new();
    let writer = house.writer();
    let schema = Schema::new(vec![Field::new("value", column.data_type().clone(), true)]);
    let batch = RecordBatch::try_new(schema.into(), vec![column]).unwrap();
    let table = name("finance.ledger");
    let mut file = FileWriter::create(&writer, &table, "all", batch.schema(), 1).unwrap();
    file.write(&batch)?;
    Ok(file.finish()?.unwrap().statistics.remove(0))
}

#[test]
fn statistics_say_only_what_is_certain() {
    let known = |min: Option<&str>, max: Option<&str>, nulls, sum: Option<&str>| ColumnStatistics {
        min: min.map(str::to_owned),
        max: max.map(str::to_owned),
        nulls,
        sum: sum.map(str::to_owned),
    };
    let floats = |values: Vec<Option<f64>>| statistics_of(Arc::new(Float64Array::from(values)));
    assert_eq!(
        floats(vec![Some(1.5), None, Some(-0.0), Some(0.0)]).unwrap(),
        known(Some("-0.0"), Some("1.5"), 1, None)
    );
    for nan in [f64::NAN, -f64::NAN] {
        assert_eq!(floats(vec![Some(1.5), Some(nan)]).unwrap(), known(None, None, 0, None));
    }
    let long = "x".repeat(65);
    let texts = StringArray::from(vec![Some(long.as_str()), Some("a"), None]);
    assert_eq!(statistics_of(Arc::new(texts)).unwrap(), known(Some("a"), None, 1, None));
    let decimals = |values: Vec<Option<i128>>| {
        let array = Decimal128Array::from(values).with_precision_and_scale(38, 4).unwrap();
        statistics_of(Arc::new(array))
    };
    assert_eq!(
        decimals(vec![Some(-5), None, Some(-12_345)]).unwrap(),
        known(Some("-1.2345"), Some("-0.0005"), 1, Some("-1.2350"))
    );
    assert_eq!(decimals(vec![None]).unwrap(), known(None, None, 1, Some("0.0000")));
    let huge = 10_i128.pow(38) - 1;
    let error = decimals(vec![Some(huge), Some(huge)]).unwrap_err().to_string();
    assert!(error.contains("`finance.ledger`") && error.contains("`value`"), "{error}");
}

const FILTERS: usize = 400;
const KINDS: [&str; 9] =
    ["id", "label", "amount", "weight", "flag", "day", "at", "null", "several"];

/// A filter over one column of [`schema`], or several of them.
fn filter(dice: &mut Dice, depth: usize) -> String {
    let kind = *dice.pick(&KINDS[..if depth > 2 { 8 } else { 9 }]);
    dice.hit(kind);
    let compare = *dice.pick(&["=", "<>", "<", "<=", ">", ">="]);
    let near = dice.below(11_000) as i64 - 500;
    match kind {
        "id" if dice.one_in(3) => format!("id in ({near}, {}, {})", near + 7, near + 3_000),
        "id" => format!("id {compare} {near}"),
        "label" if dice.one_in(3) => format!("label like 'label {}%'", near.abs() % 100),
        "label" => format!("label {compare} 'label {near}'"),
        "amount" => format!("amount {compare} {}.{:02}", near * -2, near.abs() % 100),
        "weight" => {
            let values = ["cast('-0.0' as double)", "0.0", "3.0", "12.5", "cast('NaN' as double)"];
            format!("weight {compare} {}", dice.pick(&values))
        }
        "flag" => dice.pick(&["flag", "not flag", "flag is not true"]).to_string(),
        "day" => format!("day {compare} date '1970-01-01' + {}", 20_000 + near / 100),
        "at" => format!("at {compare} to_timestamp_micros({})", near * 864_000_000),
        "null" => {
            let column = *dice.pick(&["label", "amount", "weight", "flag", "day", "at"]);
            format!("{column} is {}null", dice.pick(&["", "not "]))
        }
        _ => {
            let joint = *dice.pick(&["and", "or", "and not"]);
            format!("({} {joint} ({}))", filter(dice, depth + 1), filter(dice, depth + 1))
        }
    }
}

#[test]
fn skipping_files_changes_no_answer() {
    let mut dice = Dice::of("filters");
    let house = House::new();
    let writer = house.writer();
    let mut batches: Vec<RecordBatch> =
        (0..10).map(|file| rows(&mut dice, file * 1_000, 1_000)).collect();
    batches.push(rows(&mut dice, 4_000, 1));
    let entry = put(&writer, "finance.ledger", &batches);
    let release = writer.publish(draft(&[("finance.ledger", entry)], noon(0))).unwrap();
    let context = open(&house.home(), &release, house.scratch()).unwrap();
    let plain = MemTable::try_new(schema(), vec![batches]).unwrap();
    context.register_table("plain", Arc::new(plain)).unwrap();
    let mut found = 0;
    for _ in 0..FILTERS {
        let filter = filter(&mut dice, 0);
        for what in ["*", "count(*), min(id), max(day), sum(amount), min(weight), max(label)"] {
            let question = |table| format!("select {what} from {table} where {filter}");
            let right = ask(&context, &question("plain"));
            assert_eq!(ask(&context, &question("ledger")), right, "{filter}");
            found += right.unwrap().len();
        }
    }
    assert!(found > FILTERS, "filters match rows: {found}");
    println!("{FILTERS} filters over 11 files gave the answers of unskipped rows:");
    dice.report(&KINDS);
}

#[test]
fn a_narrow_question_opens_one_file_and_counting_opens_none() {
    let mut dice = Dice::of("narrow");
    let house = House::new();
    let writer = house.writer();
    let batches: Vec<RecordBatch> =
        (0..10).map(|file| rows(&mut dice, file * 1_000, 1_000)).collect();
    let entry = put(&writer, "finance.ledger", &batches);
    let release = writer.publish(draft(&[("finance.ledger", entry)], noon(0))).unwrap();
    let context = open(&house.home(), &release, house.scratch()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let files = |sql: &str| {
        let plan = runtime.block_on(async {
            context.sql(sql).await.unwrap().create_physical_plan().await.unwrap()
        });
        displayable(&*plan).indent(true).to_string().matches(".parquet").count()
    };
    assert_eq!(files("select * from ledger"), 10);
    assert_eq!(files("select * from ledger where id = 4321"), 1);
    assert_eq!(files("select * from ledger where id > 100000"), 0);
    assert_eq!(files("select count(*), max(id), count(amount) from ledger"), 0);
    assert_eq!(
        ask(&context, "select count(*), max(id) from ledger"),
        Ok(vec!["10000|9999".to_owned()])
    );
}

#[test]
fn a_plan_may_run_twice() {
    let mut dice = Dice::of("twice");
    let house = House::new();
    let writer = house.writer();
    let batches: Vec<RecordBatch> = (0..5).map(|file| rows(&mut dice, file * 100, 100)).collect();
    let entry = put(&writer, "finance.ledger", &batches);
    let release = writer.publish(draft(&[("finance.ledger", entry)], noon(0))).unwrap();
    let context = open(&house.home(), &release, house.scratch()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let frame = context.sql("select * from ledger").await.unwrap();
        let plan = frame.create_physical_plan().await.unwrap();
        for _ in 0..2 {
            let plan = Arc::clone(&plan);
            let read = datafusion::physical_plan::collect(plan, context.task_ctx()).await.unwrap();
            assert_eq!(texts(&read), texts(&batches));
        }
    });
}
