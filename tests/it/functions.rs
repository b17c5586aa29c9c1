//! Is every sum exact, or an error that says what to do?

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use patron::engine::{Limits, session};

use crate::support::house::ask;

const BIGINT: DataType = DataType::Int64;
const UNSIGNED: DataType = DataType::UInt64;
const WHOLE: DataType = DataType::Decimal128(38, 0);
const CENTS: DataType = DataType::Decimal128(38, 2);
const WIDE: DataType = DataType::Decimal256(76, 0);

const MAX: &str = "9223372036854775807";
const MIN: &str = "-9223372036854775808";
const MAX_LESS: &str = "9223372036854775806";
const MIN_MORE: &str = "-9223372036854775803";
const NINES: &str = "99999999999999999999999999999999999999";
const MINUS_NINES: &str = "-99999999999999999999999999999999999999";
const NINES_76: &str =
    "9999999999999999999999999999999999999999999999999999999999999999999999999999";
const MINUS_NINES_76: &str =
    "-9999999999999999999999999999999999999999999999999999999999999999999999999999";

/// How the rows of a table lie in memory.
#[derive(Debug, Clone, Copy)]
enum Layout {
    OneBatch,
    BatchPerRow,
    PartitionPerRow,
}

/// A session that runs a query in this many partitions.
fn open(threads: usize, memory_bytes: usize) -> (SessionContext, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let spill_dir = folder.path().to_owned();
    (session(&Limits { threads, memory_bytes, spill_dir }).unwrap(), folder)
}

/// Puts rows of (group, value) into table `t`, numbered by `n`; a dash is null.
fn fill(context: &SessionContext, kind: &DataType, layout: Layout, rows: &[(i64, &str)]) {
    let fields = [("n", DataType::Int64), ("g", DataType::Int64), ("v", kind.clone())];
    let fields = fields.map(|(name, kind)| Field::new(name, kind, true));
    let schema: SchemaRef = Arc::new(Schema::new(fields.to_vec()));
    let number: Int64Array = (0..).take(rows.len()).collect();
    let group: Int64Array = rows.iter().map(|(group, _)| *group).collect();
    let text: StringArray =
        rows.iter().map(|(_, text)| Some(*text).filter(|t| *t != "-")).collect();
    let text: ArrayRef = match kind {
        DataType::Duration(_) => cast(&text, &DataType::Int64).unwrap(),
        _ => Arc::new(text),
    };
    let value = cast(&text, kind).unwrap();
    assert_eq!(value.null_count(), rows.iter().filter(|(_, text)| *text == "-").count());
    let columns: Vec<ArrayRef> = vec![Arc::new(number), Arc::new(group), value];
    let whole = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
    let single = || (0..whole.num_rows()).map(|row| whole.slice(row, 1));
    let partitions = match layout {
        Layout::OneBatch => vec![vec![whole.clone()]],
        Layout::BatchPerRow => vec![single().collect()],
        Layout::PartitionPerRow if rows.is_empty() => vec![vec![]],
        Layout::PartitionPerRow => single().map(|batch| vec![batch]).collect(),
    };
    let table = MemTable::try_new(schema, partitions).unwrap();
    context.register_table("t", Arc::new(table)).unwrap();
}

/// Calls `work` with a session for each number of threads and layout of the rows.
fn everywhere(kind: &DataType, rows: &[(i64, &str)], mut work: impl FnMut(&SessionContext, &str)) {
    for threads in [1, 4] {
        for layout in [Layout::OneBatch, Layout::BatchPerRow, Layout::PartitionPerRow] {
            for skips_partial in [false, true] {
                let (context, _folder) = open(threads, 64 << 20);
                if skips_partial {
                    let option = "skip_partial_aggregation_probe_rows_threshold";
                    ask(&context, &format!("set datafusion.execution.{option} = 0")).unwrap();
                    let option = "skip_partial_aggregation_probe_ratio_threshold";
                    ask(&context, &format!("set datafusion.execution.{option} = 0.0")).unwrap();
                }
                fill(&context, kind, layout, rows);
                let place = format!("{kind}, {threads} threads, {layout:?}, {skips_partial}");
                work(&context, &place);
            }
        }
    }
}

/// What a query says: its rows, or an error that holds this text.
type Expected<'a> = Result<&'a [&'a str], &'a str>;

fn check(context: &SessionContext, place: &str, sql: &str, expected: Expected<'_>) {
    match (ask(context, sql), expected) {
        (Ok(rows), Ok(expected)) => assert_eq!(rows, expected, "{place}: {sql}"),
        (Err(error), Err(expected)) => {
            assert!(error.contains(expected), "{place}: {sql}: `{error}` lacks `{expected}`");
        }
        (answer, expected) => panic!("{place}: {sql}: {answer:?} instead of {expected:?}"),
    }
}

/// The values from each of them on, and each of these backwards: every order of up to three.
fn orders<'a>(values: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut all = Vec::new();
    for start in 0..values.len() {
        let mut order = values.to_vec();
        order.rotate_left(start);
        all.push(order.clone());
        order.reverse();
        all.push(order);
    }
    all.sort();
    all.dedup();
    all
}

/// A type, values of it, and their sum or what the error says.
type Case<'a> = (DataType, &'a [&'a str], Result<&'a str, &'a str>);

fn check_sums(cases: &[Case<'_>]) {
    for (kind, values, expected) in cases {
        for order in orders(values) {
            let rows: Vec<(i64, &str)> = order.iter().map(|value| (7, *value)).collect();
            everywhere(kind, &rows, |context, place| {
                let place = format!("{place}, {order:?}");
                let expected = expected.as_ref().map(std::slice::from_ref).map_err(|error| *error);
                for sql in [
                    "select sum(v) from t",
                    "select sum(v) from t group by g",
                    "select sum(v) filter (where n >= 0) from t",
                    "select sum(v) filter (where n >= 0) from t group by g",
                    "select distinct sum(v) over () from t",
                    "select distinct sum(v) over (partition by g) from t",
                ] {
                    check(context, &place, sql, expected);
                }
            });
        }
    }
}

#[test]
fn a_sum_of_whole_numbers_is_exact_or_an_error() {
    let bigint = Err("exceeds the range of bigint; sum a smaller set or cast to decimal(38, 0)");
    let unsigned = Err("exceeds the range of bigint unsigned; sum a smaller set or cast to");
    let seconds = DataType::Duration(TimeUnit::Second);
    check_sums(&[
        (BIGINT, &["1", "2", "-"], Ok("3")),
        (BIGINT, &["-", "-"], Ok("-")),
        (BIGINT, &[MAX, "1"], bigint),
        (BIGINT, &[MIN, "-1"], bigint),
        (BIGINT, &[MAX, "1", "-1"], Ok(MAX)),
        (BIGINT, &[MIN, "-1", "1"], Ok(MIN)),
        (BIGINT, &[MIN, MIN, MAX], bigint),
        (BIGINT, &[MIN, MIN, MAX, MAX], Ok("-2")),
        // Twice the range of the type: the bits that are left are zero.
        (BIGINT, &[MIN, MIN], bigint),
        (BIGINT, &[MAX, MAX, "2"], bigint),
        (DataType::Int32, &["2147483647", "2147483647"], Ok("4294967294")),
        (DataType::Int8, &["127", "127", "-"], Ok("254")),
        (UNSIGNED, &["18446744073709551615", "1"], unsigned),
        (UNSIGNED, &["18446744073709551615", "0"], Ok("18446744073709551615")),
        (DataType::UInt8, &["255", "255"], Ok("510")),
        (seconds, &[MAX, "1"], Err("exceeds the range of Duration(s)")),
        (DataType::Float64, &["0.5", "0.25", "-"], Ok("0.75")),
        (DataType::Float64, &["-", "-"], Ok("-")),
    ]);
}

#[test]
fn a_sum_of_decimals_is_exact_or_an_error() {
    let whole = Err("exceeds 38 digits; sum a smaller set or cast to decimal(76, 0) first");
    let cents = Err("exceeds 38 digits; sum a smaller set or cast to decimal(76, 2) first");
    let wide = Err("exceeds 76 digits; sum a smaller set or cast to a decimal with fewer digits");
    check_sums(&[
        (WHOLE, &[NINES, "1"], whole),
        (WHOLE, &[MINUS_NINES, "-1"], whole),
        (WHOLE, &[NINES, "1", "-1"], Ok(NINES)),
        (WHOLE, &[NINES, NINES, MINUS_NINES], Ok(NINES)),
        (WHOLE, &[NINES, NINES, MINUS_NINES, "1"], whole),
        (WHOLE, &[NINES, NINES, NINES, "-1"], whole),
        (CENTS, &["0.10", "0.20", "-0.30", "-"], Ok("0.00")),
        (CENTS, &["999999999999999999999999999999999999.99", "0.01"], cents),
        (
            DataType::Decimal128(18, 4),
            &["99999999999999.9999", "0.0001"],
            Ok("100000000000000.0000"),
        ),
        (DataType::Decimal32(9, 0), &["999999999", "1"], Err("exceeds 9 digits; sum a smaller")),
        (
            DataType::Decimal64(18, 2),
            &["9999999999999999.99", "0.01"],
            Err("cast to decimal(38, 2)"),
        ),
        (
            DataType::Decimal64(18, 2),
            &["9999999999999999.99", "0.01", "-1"],
            Ok("9999999999999999.00"),
        ),
        (WIDE, &[NINES_76, "1"], wide),
        (WIDE, &[NINES_76, "1", "-1"], Ok(NINES_76)),
        (WIDE, &[NINES_76, NINES_76, MINUS_NINES_76, MINUS_NINES_76], Ok("0")),
        (WIDE, &[NINES, NINES], Ok("199999999999999999999999999999999999998")),
    ]);
}

#[test]
fn nothing_sums_to_null() {
    for kind in [BIGINT, UNSIGNED, WHOLE, WIDE] {
        everywhere(&kind, &[], |context, place| {
            check(context, place, "select sum(v), sum(distinct v) from t", Ok(&["-|-"]));
            check(context, place, "select sum(v) from t group by g", Ok(&[]));
        });
        everywhere(&kind, &[(1, "5"), (2, "-")], |context, place| {
            let sql =
                "select g, sum(v), sum(distinct v), sum(v) filter (where n > 8) from t group by g";
            check(context, place, sql, Ok(&["1|5|5|-", "2|-|-|-"]));
            let sql = "select sum(v) filter (where n > 8) from t";
            check(context, place, sql, Ok(&["-"]));
        });
    }
}

#[test]
fn each_group_has_its_own_range() {
    let rows =
        [(1, NINES), (2, "1"), (1, "-1"), (3, NINES), (2, NINES), (3, "1"), (2, "-2"), (3, "-")];
    let less = "99999999999999999999999999999999999998";
    let (one, two) = (format!("1|{less}"), format!("2|{less}"));
    everywhere(&WHOLE, &rows, |context, place| {
        let sql = "select g, sum(v) from t where g < 3 group by g";
        check(context, place, sql, Ok(&[one.as_str(), two.as_str()]));
        let sql = "select g, sum(v) from t group by g";
        check(context, place, sql, Err("`sum(t.v)` exceeds 38 digits"));
        let sql = "select g, sum(v) filter (where n <> 5) from t where g <> 1 group by g";
        let three = format!("3|{NINES}");
        check(context, place, sql, Ok(&[two.as_str(), three.as_str()]));
        let sql = "select sum(cast(v as decimal(76, 0))) from t where g = 3";
        check(context, place, sql, Ok(&["100000000000000000000000000000000000000"]));
        let sql = "select g, sum(v) from t where g < 3 group by rollup (g)";
        check(context, place, sql, Err("exceeds 38 digits"));
    });
}

#[test]
fn a_value_counts_once_in_a_distinct_sum() {
    let rows = [(1, MAX), (1, MAX), (2, "1"), (2, "1"), (3, "-1"), (3, "-")];
    everywhere(&BIGINT, &rows, |context, place| {
        check(context, place, "select sum(distinct v) from t", Ok(&[MAX]));
        let sql = "select sum(distinct v) from t where g < 3";
        check(context, place, sql, Err("exceeds the range of bigint"));
        let sql = "select g, sum(distinct v), count(distinct v) from t group by g";
        check(context, place, sql, Ok(&["1|9223372036854775807|1", "2|1|1", "3|-1|1"]));
        let sql = "select count(*), sum(distinct v) filter (where g > 1) from t";
        check(context, place, sql, Ok(&["6|0"]));
    });
    let rows = [(1, NINES), (1, NINES), (2, "1"), (2, "-")];
    everywhere(&WHOLE, &rows, |context, place| {
        let sql = "select sum(distinct v), count(*) from t";
        check(context, place, sql, Err("exceeds 38 digits"));
        let sql = "select sum(distinct v), count(*) from t where g = 1";
        check(context, place, sql, Ok(&[&format!("{NINES}|2")]));
    });
}

#[test]
fn a_distinct_sum_beside_another_does_not_split_it() {
    let rows = [(1, MAX), (1, "1"), (2, "-1")];
    everywhere(&BIGINT, &rows, |context, place| {
        let expected = format!("3|{MAX}");
        check(context, place, "select sum(distinct g), sum(v) from t", Ok(&[&expected]));
        let sql = "select sum(distinct g), sum(v) from t where n < 2";
        check(context, place, sql, Err("exceeds the range of bigint"));
    });
    let rows = [(1, "0.5"), (1, "0.25"), (2, "0.5")];
    everywhere(&DataType::Decimal128(18, 4), &rows, |context, place| {
        let sql = "select sum(distinct g), sum(v), arrow_typeof(sum(v)) from t";
        check(context, place, sql, Ok(&["3|1.2500|Decimal128(28, 4)"]));
        let sql = "select sum(distinct v), max(v), min(v) from t";
        check(context, place, sql, Ok(&["0.7500|0.5000|0.2500"]));
    });
}

#[test]
fn a_frame_is_summed_exactly_or_refused() {
    let out = Err("exceeds the range of bigint");
    let running = "rows between unbounded preceding and current row";
    let two = "rows between 1 preceding and current row";
    let most = "rows between 3 preceding and 3 following";
    let cases: &[(&[&str], &str, Result<&[&str], &str>)] = &[
        (&[MAX, MIN, MAX, "-", "1"], running, Ok(&[MAX, "-1", MAX_LESS, MAX_LESS, MAX])),
        (&[MAX, "1", "-1"], running, out),
        (&[MAX, MIN, MAX, "-", MIN, "5"], two, Ok(&[MAX, "-1", "-1", MAX, MIN, MIN_MORE])),
        (&[MAX, "1", "-1"], two, out),
        (&["-1", MIN, "1"], two, out),
        // The next row comes before the last one goes: out of range and back.
        (&[MAX, "0", MAX, "0", MAX], two, Ok(&[MAX, MAX, MAX, MAX, MAX])),
        (&[MIN, "0", MIN, "0", MIN], two, Ok(&[MIN, MIN, MIN, MIN, MIN])),
        (&[MAX, MAX, MIN, MIN], most, Ok(&["-2", "-2", "-2", "-2"])),
        (&[MAX, MAX, MIN, MIN, MIN], most, out),
        (&["-", "-", "-"], two, Ok(&["-", "-", "-"])),
    ];
    for (values, frame, expected) in cases {
        let rows: Vec<(i64, &str)> = values.iter().map(|value| (1, *value)).collect();
        let expected = expected.map(|sums| {
            sums.iter().enumerate().map(|(n, sum)| format!("{n}|{sum}")).collect::<Vec<_>>()
        });
        everywhere(&BIGINT, &rows, |context, place| {
            let place = format!("{place}, {values:?}");
            let sql = format!("select n, sum(v) over (order by n {frame}) from t");
            let expected: Option<Vec<&str>> =
                expected.as_ref().ok().map(|rows| rows.iter().map(String::as_str).collect());
            check(context, &place, &sql, expected.as_deref().ok_or("exceeds the range of bigint"));
        });
    }
}

#[test]
fn distinct_frames_hold_every_type() {
    for kind in [BIGINT, UNSIGNED, WHOLE, WIDE, CENTS] {
        let rows = [(1, "5"), (1, "5"), (1, "7"), (1, "-"), (1, "-"), (1, "-"), (1, "1")];
        let (context, _folder) = open(2, 64 << 20);
        fill(&context, &kind, Layout::OneBatch, &rows);
        let frame = "rows between 1 preceding and current row";
        let sql = format!(
            "select n, cast(sum(distinct v) over (order by n {frame}) as bigint),
                cast(sum(v) over (order by n {frame}) as bigint) from t"
        );
        let expected = ["0|5|5", "1|5|10", "2|12|12", "3|7|7", "4|-|-", "5|-|-", "6|1|1"];
        check(&context, "distinct frames", &sql, Ok(&expected));
    }
}

#[test]
fn rewriting_a_query_does_not_change_its_sum() {
    everywhere(&BIGINT, &[(1, MAX), (1, MAX)], |context, place| {
        // Not sum(v) - MAX * count(v), whose first part is too large.
        let sql = format!("select sum(v - {MAX}), sum(v - 9223372036854775806) from t");
        check(context, place, &sql, Ok(&["0|2"]));
        let sql = "select g, sum(v - 1) - sum(v - 1), sum(v) from t group by g";
        check(context, place, sql, Err("exceeds the range of bigint"));
        let sql = "select count(*), count(v) from (select sum(n) as v from t group by n)";
        check(context, place, sql, Ok(&["2|2"]));
        let sql = "select n from t where v >= (select sum(n) from t)";
        check(context, place, sql, Ok(&["0", "1"]));
    });
}

#[test]
fn sums_survive_spilling() {
    let (context, _folder) = open(2, 6 << 20);
    let sql = format!(
        "with rows as (
            select value % 60000 as g,
                cast('{NINES}' as decimal(38, 0))
                    * (case when value < 120000 then 1 else -1 end) as v
            from generate_series(0, 239999)
        ),
        sums as (select g, sum(v) as v from rows group by g)
        select count(*), min(v), max(v) from sums"
    );
    check(&context, "spilled", &sql, Ok(&["60000|0|0"]));
    let plan = ask(&context, &format!("explain analyze {sql}")).unwrap().join("\n");
    let last = plan.lines().find(|line| line.contains("mode=FinalPartitioned")).unwrap();
    assert!(last.contains("spill_count=") && !last.contains("spill_count=0"), "{last}");
    // Four times the nines leave bits that look like a sum of 38 digits.
    let sql = sql.replace("else -1 end", "else 1 end");
    check(&context, "spilled", &sql, Err("exceeds 38 digits"));
}

#[test]
fn an_average_of_decimals_is_exact() {
    everywhere(&CENTS, &[(1, "0.10"), (1, "0.20"), (1, "-")], |context, place| {
        check(context, place, "select avg(v) from t", Ok(&["0.150000"]));
        check(context, place, "select g, avg(v) from t group by g", Ok(&["1|0.150000"]));
        check(context, place, "select distinct avg(v) over () from t", Ok(&["0.150000"]));
    });
    let big = "9999999999999999999999999999999999";
    everywhere(&WHOLE, &[(1, big), (1, big), (2, big)], |context, place| {
        let expected = format!("{big}.0000");
        check(context, place, "select avg(v) from t", Ok(&[&expected]));
    });
    // The four digits more that an average has do not fit.
    everywhere(&WHOLE, &[(1, NINES), (1, NINES)], |context, place| {
        check(context, place, "select avg(v) from t", Err("Overflow"));
    });
}

#[test]
fn decimal_literals_are_exact() {
    let (context, _folder) = open(1, 64 << 20);
    let sql = "select 0.1 + 0.2 = 0.3, 0.1 + 0.2, sum(v) from (values (0.1), (0.2)) as t(v)";
    check(&context, "literals", sql, Ok(&["true|0.3|0.3"]));
}
