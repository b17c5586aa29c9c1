//! Are rows read in their order, by as many workers as there are, and is what goes wrong kept back?

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema};
use futures::StreamExt;
use patron::engine::Limits;
use patron::query::{self, Principal};
use patron::warehouse::assemble;
use patron::warehouse::release::TableEntry;

use super::twins::{Twin, Twins, told};
use crate::support::dice::Dice;
use crate::support::house::{draft, name, noon, write};
use crate::support::world::runtime;

/// A table of one file with several groups of rows, of which every third is seen.
pub fn long(twin: &Twin, rows: i64) -> Principal {
    let mut dice = Dice::seeded(7);
    let fields = [
        Field::new("line_id", DataType::Int64, false),
        Field::new("unit_id", DataType::Utf8, true),
        Field::new("noise", DataType::Int64, false),
    ];
    let mut noise = |_| Some(dice.below(usize::MAX) as i64);
    let unit = |row: i64| Some(["u1", "u3", "u4"][row as usize % 3]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new((0..rows).map(Some).collect::<Int64Array>()),
        Arc::new((0..rows).map(unit).collect::<StringArray>()),
        Arc::new((0..rows).map(&mut noise).collect::<Int64Array>()),
    ];
    let schema = Arc::new(Schema::new(fields.to_vec()));
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
    let writer = twin.house.writer();
    let file = write(&writer, "marts.fct_long", "all", &[batch], 2).unwrap();
    assert!(file.size_bytes > 8 << 20, "the file has several pieces: {}", file.size_bytes);
    let manifest = assemble(&name("marts.fct_long"), &schema, Vec::new(), vec![file]).unwrap();
    let manifest = writer.put_manifest(&manifest).unwrap();
    let entry = TableEntry { manifest, load: None, built: None };
    writer.publish(draft(&[("marts.fct_long", entry)], noon(2))).unwrap();
    twin.of_units()
}

#[test]
fn pieces_of_a_file_come_in_their_order_once() {
    let twin = Twins::new(&mut Dice::seeded(1)).one;
    let rows = 1_200_000;
    let principal = long(&twin, rows);
    let home = twin.house.home();
    let release = home.latest().unwrap().unwrap();
    for (threads, memory_bytes) in [(1, 256 << 20), (4, 256 << 20), (4, 1 << 20)] {
        let spill_dir = twin.house.scratch().join("spill");
        let limits = Limits { threads, memory_bytes, spill_dir };
        let session = query::open(&home, &release, &principal, &limits).unwrap();
        let pool = Arc::clone(&session.runtime_env().memory_pool);
        let found = runtime().block_on(async {
            let sql = "select line_id, noise from marts.fct_long where line_id >= 30";
            let frame = query::ask(&session, sql).await.unwrap();
            let plan = frame.create_physical_plan().await.unwrap();
            assert_eq!(plan.name(), "SecureExec");
            let mut rows = plan.execute(0, session.task_ctx()).unwrap();
            let (mut ids, mut sizes) = (Vec::new(), Vec::new());
            while let Some(batch) = rows.next().await {
                let batch = batch.unwrap();
                sizes.push(batch.num_rows());
                ids.extend(batch.column(0).as_primitive::<Int64Type>().values().iter().copied());
            }
            sizes.pop();
            assert!(sizes.len() > 10 && sizes.iter().all(|size| *size == 8_192), "{sizes:?}");
            // Who stops early leaves nothing behind.
            let mut again = plan.execute(0, session.task_ctx()).unwrap();
            again.next().await.unwrap().unwrap();
            ids
        });
        let expected: Vec<i64> = (30..rows).filter(|row| row % 3 == 0).collect();
        assert!(found == expected, "{} of {} rows", found.len(), expected.len());
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while pool.reserved() > 0 {
            assert!(std::time::Instant::now() < deadline, "{} bytes are kept", pool.reserved());
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_limit_counts_what_is_seen() {
    let twin = Twins::new(&mut Dice::of("a_limit_counts_what_is_seen")).other;
    let session = twin.open(&twin.of_units(), 1);
    for limit in [0, 1, 7, 89, 90, 1_000] {
        let sql = format!("select line_id from marts.fct_lines limit {limit}");
        let text = told(&session, &sql).unwrap();
        let ids: Vec<i64> =
            text.lines().filter_map(|line| line.trim_matches(['|', ' ']).parse().ok()).collect();
        let seen: Vec<i64> = twin.seen().take(limit).map(|line| line.line_id).collect();
        assert_eq!(ids, seen, "limit {limit}");
    }
}

#[test]
fn what_goes_wrong_names_no_file() {
    let twin = Twins::new(&mut Dice::of("what_goes_wrong_names_no_file")).one;
    let lines = twin.house.files("files").into_iter();
    for file in lines.filter(|file| file.contains("marts.")) {
        let bytes = twin.house.read(&file);
        let torn: Vec<u8> = bytes.iter().map(|byte| byte ^ 1).collect();
        twin.house.write(&file, &torn);
    }
    let units = twin.member(&["everything"], &[]);
    for (principal, table) in [(twin.of_units(), "fct_lines"), (units, "fct_notes")] {
        let session = twin.open(&principal, 1);
        let told = told(&session, &format!("select max(unit_id || 'x') from marts.{table}"));
        let told = told.unwrap_err();
        let hint = format!("`marts.{table}` could not be read; the log says why under incident ");
        assert!(told.contains(&hint), "{told}");
        // Whoever sees a table as a whole may know the names of its files, as its plans tell them.
        assert!(table == "fct_notes" || !told.contains(".parquet"), "{told}");
        assert!(!told.contains("hash") && !told.contains("damaged"), "{told}");
        assert!(!told.contains(twin.house.root().to_str().unwrap()), "{told}");
    }
    let session = twin.open(&Principal::Owner, 1);
    let told = told(&session, "select max(unit_id || 'x') from marts.fct_lines").unwrap_err();
    assert!(told.contains(".parquet"), "the owner is told: {told}");
}
