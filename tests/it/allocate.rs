//! Do the parts of an amount always add up to it, whatever the rows and however they lie?

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use patron::engine::{Limits, session};

use crate::support::dice::Dice;
use crate::support::house::ask;

/// A receiver: pool, amount, driver and key, as texts.
type Row = (i64, String, String, String);

fn open(threads: usize) -> (SessionContext, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let spill_dir = folder.path().to_owned();
    (session(&Limits { threads, memory_bytes: 64 << 20, spill_dir }).unwrap(), folder)
}

/// Puts rows into table `t`, in batches and partitions of `size` rows; a dash is null.
fn fill(context: &SessionContext, rows: &[Row], size: usize, partitions: usize) {
    let kinds = [("pool", DataType::Int64), ("amount", DataType::Utf8)];
    let kinds = kinds.into_iter().chain([("driver", DataType::Utf8), ("key", DataType::Utf8)]);
    let fields: Vec<Field> = kinds.map(|(name, kind)| Field::new(name, kind, true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let texts = |pick: fn(&Row) -> &String| {
        let known = rows.iter().map(|row| Some(pick(row).as_str()).filter(|text| *text != "-"));
        Arc::new(known.collect::<StringArray>())
    };
    let pools: Int64Array = rows.iter().map(|row| row.0).collect();
    let columns: Vec<Arc<dyn datafusion::arrow::array::Array>> =
        vec![Arc::new(pools), texts(|row| &row.1), texts(|row| &row.2), texts(|row| &row.3)];
    let whole = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
    let mut parts = vec![Vec::new(); partitions];
    for (number, start) in (0..rows.len()).step_by(size).enumerate() {
        let batch = whole.slice(start, size.min(rows.len() - start));
        parts[number % partitions].push(batch);
    }
    let table = MemTable::try_new(schema, parts).unwrap();
    context.register_table("t", Arc::new(table)).unwrap();
}

/// The query that splits, with the amount turned round and the drivers raised as told.
fn query(amount: &str, driver: &str, scale: usize) -> String {
    format!(
        "with typed as (
             select
                 pool,
                 key,
                 cast(amount as decimal(18, 4)) * {amount} as whole,
                 cast(driver as decimal(30, 6)) * {driver} as weight
             from t
         ),
         split as (
             select
                 pool,
                 key,
                 allocate(cast(whole as decimal(18, 4)), weight, key, {scale})
                     over (partition by pool) as part
             from typed
         )
         select concat_ws(' ', pool, key, coalesce(cast(part as varchar), '-')) from split
         order by pool, key"
    )
}

/// Each receiver's part in ten-thousandths, by pool and key.
fn parts(
    rows: &[Row],
    layout: (usize, usize, usize),
    sql: &str,
) -> Result<BTreeMap<(i64, String), Option<i128>>, String> {
    let (threads, size, partitions) = layout;
    let (context, _folder) = open(threads);
    fill(&context, rows, size, partitions);
    let told = ask(&context, sql)?;
    let read = |line: String| {
        let fields: Vec<&str> = line.split(' ').collect();
        let part = (fields[2] != "-").then(|| fixed(fields[2], 4));
        ((fields[0].parse().unwrap(), fields[1].to_owned()), part)
    };
    Ok(told.into_iter().map(read).collect())
}

/// A decimal as a whole number of units of its last place.
fn fixed(text: &str, places: usize) -> i128 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{rest:0<places$}").parse().unwrap()
}

/// A pool's rows as they stand in the table: amount, then driver and key of each receiver.
fn pool(number: i64, amount: &str, receivers: &[(&str, &str)]) -> Vec<Row> {
    let row = |(driver, key): &(&str, &str)| {
        (number, amount.to_owned(), (*driver).to_owned(), (*key).to_owned())
    };
    receivers.iter().map(row).collect()
}

#[test]
fn pools_are_split_as_by_hand() {
    let mut rows = pool(1, "100", &[("1", "a"), ("1", "b"), ("1", "c")]);
    rows.extend(pool(2, "-100", &[("2.5", "c"), ("2.5", "b"), ("2.5", "a")]));
    rows.extend(pool(3, "-", &[("0", "a"), ("4", "b")]));
    rows.extend(pool(4, "0", &[("0", "a"), ("0", "b")]));
    rows.extend(pool(5, "0.05", &[("1", "a"), ("0", "b"), ("2", "c")]));
    let expected = [
        "1 a 33.3400",
        "1 b 33.3300",
        "1 c 33.3300",
        "2 a -33.3400",
        "2 b -33.3300",
        "2 c -33.3300",
        "3 a -",
        "3 b -",
        "4 a 0.0000",
        "4 b 0.0000",
        // A third of 0.05 is 0.0167 and two thirds 0.0333: one cent and three, and the cent left
        // to the larger remainder, 0.67.
        "5 a 0.0200",
        "5 b 0.0000",
        "5 c 0.0300",
    ];
    for layout in [(1, 100, 1), (1, 1, 1), (4, 1, 3), (4, 2, 5)] {
        let (context, _folder) = open(layout.0);
        fill(&context, &rows, layout.1, layout.2);
        assert_eq!(ask(&context, &query("1", "1", 2)).unwrap(), expected, "{layout:?}");
    }
}

#[test]
fn what_cannot_be_split_is_told() {
    let cases = [
        (pool(1, "1", &[("0", "a"), ("0", "b")]), "the drivers of its 2 receivers are all 0"),
        (pool(1, "1", &[("1", "a"), ("-", "b")]), "has no driver for `b`"),
        (pool(1, "-", &[("1", "a"), ("-", "b")]), "has no driver for `b`"),
        (pool(1, "1", &[("1", "a"), ("-0.5", "b")]), "the driver of `b` is -0.500000"),
        (pool(1, "1", &[("1", "a"), ("1", "-")]), "whose key is null"),
        (pool(1, "1", &[("1", "a"), ("1", "a")]), "the key `a` twice"),
        (pool(1, "1.005", &[("1", "a")]), "cannot split 1.0050 into parts of 2 decimals"),
        (
            [pool(1, "1", &[("1", "a")]), pool(1, "2", &[("1", "b")])].concat(),
            "splits one amount a partition, here are ",
        ),
        (
            [pool(1, "1", &[("1", "a")]), pool(1, "-", &[("1", "b")])].concat(),
            "splits one amount a partition, here are ",
        ),
    ];
    for (rows, expected) in cases {
        let error = parts(&rows, (1, 10, 1), &query("1", "1", 2)).unwrap_err();
        assert!(error.contains(expected), "{rows:?}: `{error}` lacks `{expected}`");
    }
    let rows = pool(1, "1", &[("1", "a")]);
    let calls = [
        ("allocate(1, 1, key, 5) over ()", "one number from 0 to 4"),
        ("allocate(1, 1, key, -1) over ()", "one number from 0 to 4"),
        ("allocate(1, 1, key, null) over ()", "the scale of `allocate` is a Null"),
        ("allocate(1, cast(1 as double), key, 2) over ()", "driver of `allocate` is a Float64"),
        ("allocate(1, 1, 7, 2) over ()", "the key of `allocate` is a Int64; cast it to text"),
        ("allocate(1, 1, key) over ()", "takes an amount, a driver, a key and a scale"),
        ("allocate(100000000000000, 1, key, 2) over ()", "is a decimal(18, 4)"),
    ];
    for (call, expected) in calls {
        let (context, _folder) = open(1);
        fill(&context, &rows, 1, 1);
        let error = ask(&context, &format!("select cast({call} as varchar) from t")).unwrap_err();
        assert!(error.contains(expected), "{call}: `{error}` lacks `{expected}`");
    }
}

/// A number of up to `digits` digits, of any length equally often.
fn digits(dice: &mut Dice, digits: usize) -> String {
    let length = 1 + dice.below(digits);
    let text: String =
        (0..length).map(|_| char::from_digit(dice.below(10) as u32, 10).unwrap()).collect();
    text.trim_start_matches('0').to_owned()
}

/// A few pools with receivers of every kind.
fn random_rows(dice: &mut Dice, scale: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for number in 0..1 + dice.below(5) {
        let units: i128 = digits(dice, 14 + scale).parse().unwrap_or(0);
        let sign = if dice.one_in(2) { "-" } else { "" };
        let step = 10_i128.pow(scale as u32);
        let amount = format!("{sign}{}.{:0scale$}", units / step, units % step);
        let amount = if scale == 0 { amount.trim_end_matches(".0").to_owned() } else { amount };
        dice.hit(if units == 0 { "nothing to split" } else { "something to split" });
        let count = 1 + dice.below(12);
        let equal = dice.one_in(3).then(|| format!("0{}.5", digits(dice, 4)));
        if equal.is_some() {
            dice.hit("equal drivers");
        }
        for receiver in 0..count {
            let mut driver = equal.clone().unwrap_or_else(|| format!("0{}", digits(dice, 22)));
            if dice.one_in(5) {
                driver = "0".to_owned();
                dice.hit("a receiver without driver");
            }
            if receiver + 1 == count {
                driver = "3.25".to_owned();
            }
            rows.push((number as i64, amount.clone(), driver, format!("k{}", 97 * receiver % 31)));
        }
    }
    rows
}

/// Whether the parts of each pool are whole units, add up, and lie next to the exact shares.
fn check_exact(rows: &[Row], found: &BTreeMap<(i64, String), Option<i128>>, scale: usize) {
    let unit = 10_i128.pow(4 - scale as u32);
    let mut drivers: BTreeMap<i64, i128> = BTreeMap::new();
    let mut sums: BTreeMap<i64, i128> = BTreeMap::new();
    for (number, _, driver, key) in rows {
        *drivers.entry(*number).or_default() += fixed(driver, 6);
        *sums.entry(*number).or_default() += found[&(*number, key.clone())].unwrap();
    }
    for (number, amount, driver, key) in rows {
        let amount = fixed(amount, 4);
        assert_eq!(sums[number], amount, "pool {number} of {rows:?}");
        let part = found[&(*number, key.clone())].unwrap();
        assert_eq!(part % unit, 0, "{key} of pool {number} of {rows:?}");
        // The exact share lies less than a unit from the part; floating point is exact enough to
        // tell one unit from two.
        let exact = amount as f64 * (fixed(driver, 6) as f64 / drivers[number] as f64);
        let slack = exact.abs() * 1e-12 + 1e-6;
        let distance = (part as f64 - exact).abs();
        assert!(distance < unit as f64 + slack, "{key} of pool {number} of {rows:?}");
    }
}

#[test]
fn any_parts_add_up_and_depend_on_nothing_else() {
    let mut dice = Dice::of("any_parts_add_up_and_depend_on_nothing_else");
    for _ in 0..150 {
        let scale = *dice.pick(&[0, 2, 2, 3, 4]);
        let mut rows = random_rows(&mut dice, scale);
        let found = parts(&rows, (1, 1000, 1), &query("1", "1", scale)).unwrap();
        check_exact(&rows, &found, scale);
        let turned = parts(&rows, (1, 1000, 1), &query("(-1)", "1", scale)).unwrap();
        for (receiver, part) in &found {
            assert_eq!(turned[receiver], part.map(|part| -part), "{receiver:?} of {rows:?}");
        }
        let raised = parts(&rows, (1, 1000, 1), &query("1", "2", scale)).unwrap();
        assert_eq!(raised, found, "doubled drivers of {rows:?}");
        dice.shuffle(&mut rows);
        let (size, partitions) = (1 + dice.below(7), 1 + dice.below(4));
        let mixed = parts(&rows, (4, size, partitions), &query("1", "1", scale)).unwrap();
        assert_eq!(mixed, found, "another order of {rows:?}");
    }
    dice.report(&[
        "nothing to split",
        "something to split",
        "equal drivers",
        "a receiver without driver",
    ]);
}
