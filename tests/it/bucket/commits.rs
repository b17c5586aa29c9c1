//! Is a commit to a bucket done once, whatever the store answers and whoever else is there?

use std::sync::Arc;

use patron::warehouse::verify::verify;
use patron::warehouse::{Home, WarehouseError, Writer};

use crate::support::dice::Dice;
use crate::support::house::{House, ask, draft, noon, open, put, rows, texts};
use crate::support::s3::S3;

const TABLE: &str = "finance.ledger";
const COMMITS: i64 = 1_000;
const ROWS: usize = 3;

fn house() -> (Arc<S3>, House) {
    let store = Arc::new(S3::start());
    let house = House::at(store.settings("home"), Arc::clone(&store) as _);
    (store, house)
}

/// Publishes a release of one table with a few rows.
fn publish(writer: &Writer, number: i64) -> Result<Vec<String>, WarehouseError> {
    let mut dice = Dice::of("rows");
    let rows = rows(&mut dice, number * 10, ROWS);
    let entry = put(writer, TABLE, std::slice::from_ref(&rows));
    writer.publish(draft(&[(TABLE, entry)], noon(number)))?;
    Ok(texts(&[rows]))
}

fn check_sound(home: &Home, releases: u64) {
    let report = verify(home, &mut |_| {}).unwrap();
    assert_eq!(report.defects, []);
    assert_eq!(report.releases, releases);
    assert_eq!(report.files, releases);
    assert_eq!(report.rows, releases * ROWS as u64);
}

#[test]
fn a_thousand_commits_under_faults_are_a_thousand_releases() {
    let (store, house) = house();
    store.page(1_000);
    store.misbehave(Dice::of("faults"));
    let mut expected = Vec::new();
    let writer = house.writer();
    for number in 1..=COMMITS {
        expected.push(publish(&writer, number).unwrap());
    }
    drop(writer);
    store.behave();
    let home = house.home();
    let numbers: Vec<u64> = (1..=COMMITS.unsigned_abs()).collect();
    assert_eq!(home.numbers().unwrap(), numbers);
    check_sound(&home, COMMITS.unsigned_abs());
    for number in numbers.iter().step_by(37).chain(numbers.last()) {
        let release = home.release(*number).unwrap();
        let context = open(&home, &release, house.scratch()).unwrap();
        let found = ask(&context, "select * from ledger").unwrap();
        assert_eq!(found, expected[*number as usize - 1], "rows of release {number}");
    }
    assert_eq!(house.files("tmp"), [""; 0], "clocks and proofs are removed");
    assert_eq!(store.unfinished(), 0);
}

#[test]
fn two_that_write_at_once_lose_nothing() {
    const EACH: i64 = 12;
    let (store, house) = house();
    store.misbehave(Dice::of("two writers"));
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let house = &house;
            scope.spawn(move || {
                for number in 0..EACH {
                    let own = house.home().writer(true).unwrap();
                    publish(&own, 1 + writer * EACH + number).unwrap();
                }
            });
        }
    });
    // Enough requests for every kind of fault.
    for _ in 0..600 {
        house.home().numbers().unwrap();
    }
    store.behave();
    check_sound(&house.home(), 2 * EACH.unsigned_abs());
}

#[test]
fn the_holder_of_the_lock_is_named() {
    let (_store, house) = house();
    let writer = house.writer();
    let error = house.home().writer(false).unwrap_err();
    assert!(matches!(error, WarehouseError::Locked { .. }), "{error}");
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    for part in [&std::process::id().to_string(), host.trim(), writer.run_id()] {
        assert!(error.to_string().contains(part), "`{part}` is in: {error}");
    }
    drop(writer);
    drop(house.writer());
}

#[test]
fn a_lock_that_nobody_renews_is_taken_over() {
    let (store, house) = house();
    let stopped = house.writer();
    publish(&stopped, 1).unwrap();
    store.advance(50);
    let early = house.home().writer(false).unwrap_err();
    assert!(matches!(early, WarehouseError::Locked { .. }), "{early}");
    store.advance(15);
    let other = house.elsewhere();
    let next = other.writer();
    let late = publish(&stopped, 2).unwrap_err();
    assert!(matches!(late, WarehouseError::LockLost(_)), "{late}");
    publish(&next, 3).unwrap();
    drop(stopped);
    let third = house.home().writer(false).unwrap_err();
    assert!(matches!(third, WarehouseError::Locked { .. }), "the lock stays the next one's");
    check_sound(&house.home(), 2);
}

#[test]
fn what_a_dead_run_left_is_removed_an_hour_later() {
    let (store, house) = house();
    house.write("tmp/canary-1", b"left");
    drop(house.writer());
    assert_eq!(house.files("tmp"), ["tmp/canary-1"], "it may be another run's");
    store.advance(3_700);
    drop(house.writer());
    assert_eq!(house.files("tmp"), [""; 0]);
}

#[test]
fn a_cut_answer_is_asked_for_again() {
    let (store, house) = house();
    let rows = publish(&house.writer(), 1).unwrap();
    let home = house.home();
    let release = home.release(1).unwrap();
    let file = house.key(&house.files("files")[0]);
    let before = store.count("GET", &file);
    let context = open(&home, &release, house.scratch()).unwrap();
    store.cut(&file);
    assert_eq!(ask(&context, "select * from ledger").unwrap(), rows);
    assert_eq!(store.count("GET", &file), before + 2, "once cut, once whole; then remembered");
}

#[test]
fn many_blocks_are_read_as_they_were_written() {
    let (store, house) = house();
    let mut dice = Dice::of("blocks");
    let batch = rows(&mut dice, 0, 120_000);
    let writer = house.writer();
    let entry = put(&writer, TABLE, std::slice::from_ref(&batch));
    let release = writer.publish(draft(&[(TABLE, entry)], noon(1))).unwrap();
    let size = store.get(&house.key(&house.files("files")[0])).unwrap().len();
    assert!(size > 3 << 20, "{size} bytes are several blocks");
    let context = open(&house.home(), &release, house.scratch()).unwrap();
    assert!(ask(&context, "select * from ledger").unwrap() == texts(&[batch]));
}
