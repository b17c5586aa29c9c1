//! Is a release visible whole or not at all, found by every name it has, and kept while needed? In
//! a folder as in a bucket.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use datafusion::arrow::array::RecordBatch;
use patron::warehouse::collect::{self, Options, collect};
use patron::warehouse::release::Release;
use patron::warehouse::verify::verify;
use patron::warehouse::{Home, RESUME, WarehouseError, Writer};
use sha2::{Digest, Sha256};

use crate::support::dice::Dice;
use crate::support::house::{House, ask, draft, name, noon, open, put, rows, texts};

const TABLE: &str = "finance.ledger";

/// Publishes a release of one table of `count` rows.
fn publish(writer: &Writer, dice: &mut Dice, day: i64, count: usize) -> Release {
    let entry = put(writer, TABLE, &[rows(dice, day * 1_000, count)]);
    Release::clone(&*writer.publish(draft(&[(TABLE, entry)], noon(day))).unwrap())
}

/// What must hold wherever a warehouse lies: each is a test for a folder and one for a bucket, and
/// `bucket.rs` runs them against a store that is not ours.
macro_rules! everywhere {
    ($($name:ident),* $(,)?) => {
        pub const EVERYWHERE: &[(&str, fn(House))] = &[$((stringify!($name), $name)),*];

        mod in_a_folder {
            $(#[test] fn $name() { super::$name(super::House::new()) })*
        }

        mod in_a_bucket {
            $(#[test] fn $name() { super::$name(super::House::in_bucket()) })*
        }
    };
}

everywhere!(
    a_release_continues_the_one_before,
    the_late_one_of_two_loses_and_changes_nothing,
    a_lost_answer_is_no_second_release,
    a_release_of_what_is_not_there_is_refused,
    releases_are_found_by_number_pin_date_and_time,
    a_flipped_byte_is_named_and_never_answered,
    what_nobody_needs_goes_after_the_grace,
    a_retired_file_that_is_written_again_stays,
);

fn check_sound(home: &Home) {
    let report = verify(home, &mut |_| {}).unwrap();
    assert_eq!(report.defects, [], "nothing is damaged");
}

/// A release written by hand, as the layout says: one line of JSON that holds its own hash.
fn forge(house: &House, number: u64, run_id: &str) {
    let before = house.home().release(number - 1).unwrap();
    let mut release = Release::clone(&before);
    release.number = number;
    release.previous = Some(before.hash.clone());
    release.run_id = run_id.to_owned();
    release.hash = String::new();
    let line = |release: &Release| serde_json::to_string(release).unwrap() + "\n";
    release.hash = hex::encode(Sha256::digest(line(&release)));
    house.write(&format!("releases/{number:020}.json"), line(&release).as_bytes());
}

fn a_release_continues_the_one_before(house: House) {
    let mut dice = Dice::of("chain");
    assert_eq!(house.home().latest().unwrap(), None);
    let writer = house.writer();
    let first = publish(&writer, &mut dice, 0, 10);
    let second = publish(&writer, &mut dice, 1, 10);
    assert_eq!((first.number, first.previous), (1, None));
    assert_eq!((second.number, second.previous.as_ref()), (2, Some(&first.hash)));
    assert_eq!(second.run_id, writer.run_id());
    assert_eq!(house.home().latest().unwrap().as_deref(), Some(&second));
    check_sound(&house.home());
}

fn the_late_one_of_two_loses_and_changes_nothing(house: House) {
    let mut dice = Dice::of("race");
    let writer = house.writer();
    publish(&writer, &mut dice, 0, 10);
    forge(&house, 2, "another run");
    let before = house.read("releases/00000000000000000002.json");
    let entry = put(&writer, TABLE, &[rows(&mut dice, 0, 20)]);
    let error = writer.publish(draft(&[(TABLE, entry)], noon(1))).unwrap_err();
    let is_lost = matches!(&error, WarehouseError::LostRace { number: 2, winner, .. }
        if winner == "another run");
    assert!(is_lost, "{error}");
    assert_eq!(house.home().numbers().unwrap(), [1, 2]);
    let after = house.read("releases/00000000000000000002.json");
    assert!(after == before, "the winner's release is untouched");
    check_sound(&house.home());
}

fn a_lost_answer_is_no_second_release(house: House) {
    let mut dice = Dice::of("answer");
    let writer = house.writer();
    let first = publish(&writer, &mut dice, 0, 10);
    forge(&house, 2, writer.run_id());
    let tables = first.tables.values().map(|entry| (TABLE, entry.clone()));
    let again = writer.publish(draft(&tables.collect::<Vec<_>>(), noon(1))).unwrap();
    assert_eq!(again.number, 2);
    assert_eq!(house.home().numbers().unwrap(), [1, 2]);
}

fn a_release_of_what_is_not_there_is_refused(house: House) {
    let mut dice = Dice::of("absent");
    for kind in ["files", "manifests", "loads"] {
        let house = house.sibling();
        let writer = house.writer();
        let entry = put(&writer, TABLE, &[rows(&mut dice, 0, 10)]);
        house.remove(&house.files(kind)[0]);
        let error = writer.publish(draft(&[(TABLE, entry)], noon(0))).unwrap_err();
        assert!(matches!(error, WarehouseError::Missing(_)), "{kind}: {error}");
        assert_eq!(house.home().latest().unwrap(), None, "{kind}: nothing is visible");
    }
}

#[test]
fn there_is_one_writer_and_the_next_cleans_up() {
    let house = House::new();
    let writer = house.writer();
    let left = writer.tmp().parent().unwrap().join("of a dead run");
    let kept = writer.tmp().parent().unwrap().join(RESUME);
    for folder in [&left, &kept] {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("file"), "text").unwrap();
    }
    let error = house.home().writer(false).unwrap_err().to_string();
    assert!(error.contains(&format!("process {} ", std::process::id())), "{error}");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let writer = house.home().writer(true).unwrap();
            assert!(is_over.load(Ordering::SeqCst), "the second waits for the first");
            writer
        });
        is_over.store(true, Ordering::SeqCst);
        drop(writer);
        let next = waiting.join().unwrap();
        assert!(next.tmp().is_dir() && !left.exists() && kept.join("file").exists());
    });
}

fn releases_are_found_by_number_pin_date_and_time(house: House) {
    let mut dice = Dice::of("resolve");
    let writer = house.writer();
    for day in [0, 1, 4] {
        publish(&writer, &mut dice, day, 10);
    }
    let home = house.home();
    home.pin("close-2026-01", 2).unwrap();
    home.pin("close-2026-01", 2).unwrap();
    for (text, number) in [
        ("1", Some(1)),
        ("3", Some(3)),
        ("4", None),
        ("0", None),
        ("close-2026-01", Some(2)),
        ("close-2026-02", None),
        ("../pins/close-2026-01", None),
        ("2026-01-01T11:59:59Z", None),
        ("2026-01-01T12:00:00Z", Some(1)),
        ("2026-01-02T20:00:00+08:00", Some(2)),
        ("2026-01-02T19:59:59+08:00", Some(1)),
        ("2025-12-31", None),
        ("2026-01-01", Some(1)),
        ("2026-01-04", Some(2)),
        ("2030-01-01", Some(3)),
    ] {
        let found = home.resolve(text);
        assert_eq!(found.as_ref().ok().map(|release| release.number), number, "{text}");
        if let Err(error) = found {
            assert!(matches!(error, WarehouseError::UnknownRelease { .. }), "{text}: {error}");
        }
    }
    let taken = home.pin("close-2026-01", 3).unwrap_err();
    assert!(matches!(taken, WarehouseError::PinTaken { number: 2, .. }), "{taken}");
    assert!(home.pin("2026-01-01", 1).is_err() && home.pin("a/b", 1).is_err());
    assert!(home.pin("late", 4).is_err());
    home.unpin("close-2026-01").unwrap();
    assert!(home.resolve("close-2026-01").is_err() && home.unpin("close-2026-01").is_err());
}

/// Everything that reading the warehouse says, or the error it gives.
fn readings(house: &House) -> Vec<(String, Result<Vec<String>, String>)> {
    let home = house.home();
    let told = |error: WarehouseError| error.to_string();
    let said = |thing: &dyn std::fmt::Debug| vec![format!("{thing:?}")];
    let mut readings = vec![
        ("latest".to_owned(), home.latest().map(|latest| said(&latest)).map_err(told)),
        ("pins".to_owned(), home.pins().map(|pins| said(&pins)).map_err(told)),
    ];
    for text in ["1", "2", "3", "close", "2026-01-02"] {
        let release = home.resolve(text);
        readings.push((text.to_owned(), release.map(|found| said(&found)).map_err(told)));
    }
    for number in [2, 3] {
        let release = home.release(number).map_err(told);
        let load = release.clone().and_then(|release| {
            let load = release.tables[&name(TABLE)].load.as_ref().unwrap();
            home.load_bytes(&name(TABLE), load).map(|load| said(&load)).map_err(told)
        });
        readings.push((format!("load of {number}"), load));
        let answer = release
            .and_then(|release| open(&home, &release, house.scratch()))
            .and_then(|context| ask(&context, "select * from ledger"));
        readings.push((format!("rows of {number}"), answer));
    }
    readings
}

const FLIPS: usize = 320;
const KINDS: [&str; 8] =
    ["files", "manifests", "loads", "releases", "pins", "leases", "retired", "collected"];

/// A warehouse with a document of every kind and files of several blocks.
fn furnish(house: &House, dice: &mut Dice) -> Vec<patron::warehouse::Lease> {
    let writer = house.writer();
    publish(&writer, dice, 0, 10);
    publish(&writer, dice, 1, 20);
    retire_all_but_newest(&writer, 2, 0);
    let entry = put(&writer, TABLE, &[rows(dice, 0, 25_000), rows(dice, 9, 1)]);
    writer.publish(draft(&[(TABLE, entry)], noon(2))).unwrap();
    publish(&writer, dice, 3, 30);
    writer.home().pin("close", 3).unwrap();
    let leases = vec![writer.home().lease(2, noon(3), TimeDelta::days(9)).unwrap()];
    retire_all_but_newest(&writer, 4, 7);
    let entry = put(&writer, TABLE, &[rows(dice, 5, 5)]);
    house.write(&format!("loads/{TABLE}/orphan"), b"not reached");
    assert!(entry.load.is_some());
    retire_all_but_newest(&writer, 4, 7);
    leases
}

fn options(day: i64, grace_days: i64) -> Options {
    Options {
        keep_newest: 1,
        keep_for: TimeDelta::zero(),
        grace: TimeDelta::days(grace_days),
        now: noon(day),
        apply: true,
    }
}

fn retire_all_but_newest(writer: &Writer, day: i64, grace_days: i64) -> collect::Report {
    collect(writer, &options(day, grace_days)).unwrap()
}

fn a_flipped_byte_is_named_and_never_answered(house: House) {
    let mut dice = Dice::of("ledger flips");
    let _leases = furnish(&house, &mut dice);
    let right = readings(&house);
    assert!(right.iter().filter(|(_, reading)| reading.is_ok()).count() >= 9, "{right:?}");
    check_sound(&house.home());
    let reachable = reachable(&house);
    let mut refused = 0;
    // Over a network each flip costs some hundred requests.
    let flips = if house.is_in_bucket() { FLIPS / 4 } else { FLIPS };
    for flip in 0..flips {
        let kind = KINDS[flip % KINDS.len()];
        let is_always_read = !matches!(kind, "files" | "manifests" | "loads");
        let files: Vec<String> = house
            .files(kind)
            .into_iter()
            .filter(|name| is_always_read || reachable.contains(name))
            .collect();
        let name = dice.pick(&files).clone();
        let path = house.root().join(&name);
        let sound = house.read(&name);
        let mut bytes = sound.clone();
        match dice.below(8) {
            0 => bytes.truncate(dice.below(sound.len())),
            1 => bytes.push(b'\n'),
            _ => bytes[dice.below(sound.len())] ^= 1 << dice.below(8),
        }
        house.write(&name, &bytes);
        dice.hit(kind);
        let report = verify(&house.home(), &mut |_| {}).unwrap();
        let is_named = report.defects.iter().any(|defect| defect.path == path);
        assert!(is_named, "{name}: {:?}", report.defects);
        for ((what, reading), (_, right)) in readings(&house).iter().zip(&right) {
            match reading {
                Ok(_) => assert!(reading == right, "{name}: {what} is wrong"),
                Err(_) => refused += usize::from(right.is_ok()),
            }
        }
        house.write(&name, &sound);
    }
    assert!(readings(&house) == right, "all bytes are back");
    assert!(refused > flips / 4, "readings notice too: {refused}");
    println!("{flips} flips, each named by verify; {refused} readings refused, none wrong:");
    dice.report(&KINDS);
}

/// The files, manifests and loads of every release that is readable.
fn reachable(house: &House) -> BTreeSet<String> {
    let home = house.home();
    let mut paths = BTreeSet::new();
    for number in home.numbers().unwrap() {
        let Ok(release) = home.resolve(&number.to_string()) else { continue };
        for (table, entry) in &release.tables {
            paths.insert(format!("manifests/{table}/{}.json", entry.manifest));
            let load = entry.load.as_ref().unwrap();
            paths.insert(format!("loads/{table}/{load}.json"));
            let manifest = home.manifest(table, &entry.manifest).unwrap();
            paths.extend(manifest.files.iter().map(|file| file.path.clone()));
        }
    }
    paths
}

#[test]
fn a_block_is_checked_again_when_its_file_changed() {
    let mut dice = Dice::of("again");
    let house = House::new();
    let release = publish(&house.writer(), &mut dice, 0, 1_000);
    let home = house.home();
    let read = || {
        let context = open(&home, &release, house.scratch())?;
        ask(&context, "select * from ledger")
    };
    assert_eq!(read().unwrap().len(), 1_000);
    let name = &house.files("files")[0];
    let path = house.root().join(name);
    let mut bytes = house.read(name);
    bytes[100] ^= 1;
    house.write(name, &bytes);
    let error = read().unwrap_err();
    assert!(error.contains("block 0") && error.contains(path.to_str().unwrap()), "{error}");
    bytes[100] ^= 1;
    house.write(name, &bytes);
    assert_eq!(read().unwrap().len(), 1_000);
}

fn what_nobody_needs_goes_after_the_grace(house: House) {
    let mut dice = Dice::of("collect");
    let writer = house.writer();
    for day in 0..6 {
        publish(&writer, &mut dice, day, 10);
    }
    let home = writer.home();
    home.pin("close", 2).unwrap();
    let lease = home.lease(3, noon(5), TimeDelta::days(10)).unwrap();
    let before = house.files("files");
    let dry = collect(&writer, &Options { apply: false, ..options(6, 7) }).unwrap();
    assert_eq!(dry.releases, [1, 4, 5]);
    assert_eq!(dry.retired.len(), 9, "a file, a manifest and a load of each");
    let retired = retire_all_but_newest(&writer, 6, 7);
    assert_eq!((&retired.releases, &retired.retired), (&dry.releases, &dry.retired));
    assert_eq!(retired.deleted, []);
    assert_eq!(house.files("files"), before, "nothing is deleted yet");
    assert!(matches!(home.resolve("4").unwrap_err(), WarehouseError::Retired { number: 4, .. }));
    assert!(home.pin("late", 4).is_err() && home.lease(4, noon(6), TimeDelta::days(1)).is_err());
    check_sound(home);

    drop(lease);
    let second = retire_all_but_newest(&writer, 13, 7);
    assert_eq!(second.releases, [3], "the lease is given back");
    assert_eq!(second.deleted, retired.retired, "the grace is over");
    assert_eq!(house.files("files").len(), 3);
    assert_eq!(retire_all_but_newest(&writer, 13, 7), collect::Report::default());
    assert_eq!(retire_all_but_newest(&writer, 20, 7).deleted, second.retired);
    for number in [2, 6] {
        let release = home.resolve(&number.to_string()).unwrap();
        let context = open(&house.home(), &release, house.scratch()).unwrap();
        assert_eq!(ask(&context, "select * from ledger").unwrap().len(), 10);
    }
    assert_eq!(home.numbers().unwrap(), [1, 2, 3, 4, 5, 6], "the chain stays");
    check_sound(home);
}

fn a_retired_file_that_is_written_again_stays(house: House) {
    let mut dice = Dice::of("again needed");
    let writer = house.writer();
    let batch: RecordBatch = rows(&mut dice, 0, 10);
    let publish_again = |day| {
        let entry = put(&writer, TABLE, std::slice::from_ref(&batch));
        writer.publish(draft(&[(TABLE, entry)], noon(day))).unwrap()
    };
    publish_again(0);
    publish(&writer, &mut dice, 1, 20);
    assert_eq!(retire_all_but_newest(&writer, 1, 7).releases, [1]);
    // The same content comes back, goes, and its second going has a grace of its own.
    let third = publish_again(2);
    assert_eq!(retire_all_but_newest(&writer, 9, 7).deleted, [], "it is needed again");
    let context = open(&house.home(), &third, house.scratch()).unwrap();
    assert_eq!(ask(&context, "select * from ledger").unwrap(), texts(std::slice::from_ref(&batch)));
    publish(&writer, &mut dice, 10, 30);
    retire_all_but_newest(&writer, 10, 7);
    publish_again(11);
    publish(&writer, &mut dice, 12, 40);
    retire_all_but_newest(&writer, 15, 7);
    let deleted = retire_all_but_newest(&writer, 18, 7).deleted;
    let path = &house.home().manifest(&name(TABLE), &third.tables[&name(TABLE)].manifest);
    let path = path.as_ref().unwrap().files[0].path.clone();
    assert!(deleted.iter().all(|file| file.path != path), "retired on day 15, not deleted on 18");
    let deleted = retire_all_but_newest(&writer, 22, 7).deleted;
    assert!(deleted.iter().any(|file| file.path == path), "deleted on 22");
    check_sound(&house.home());
}
