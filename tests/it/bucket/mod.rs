//! Does a bucket of an S3-compatible store keep a warehouse, and give its files, as a folder does?

mod commits;
mod files;
mod program;

use std::sync::Arc;

use patron::bucket::{Bucket, BucketError, Depth, Settings};
use patron::warehouse::{Home, WarehouseError};

use crate::ledger;
use crate::support::dice::Dice;
use crate::support::house::House;
use crate::support::moto::Moto;
use crate::support::s3::{S3, settings};

/// What moto, a simulation of Amazon's services by others, takes for right is right for our own
/// stand-in too: the same tests hold over both. (It let exactly one of sixteen concurrent writers
/// create an object, a thousand times out of a thousand.)
#[test]
fn the_same_holds_in_a_store_that_is_not_ours() {
    let store = Arc::new(Moto::start());
    for (name, test) in ledger::EVERYWHERE {
        println!("{name}");
        test(House::at(settings(&store.endpoint(), "houses"), Arc::clone(&store) as _));
    }
}

#[test]
fn a_store_that_overwrites_is_no_home() {
    let store = Arc::new(S3::start());
    let house = House::at(store.settings("a"), Arc::clone(&store) as _);
    drop(house.writer());
    store.ignore_conditions();
    let error = house.home().writer(false).unwrap_err();
    let is_unfit = matches!(&error, WarehouseError::Bucket(BucketError::Unfit { .. }));
    assert!(is_unfit, "{error}");
    assert!(error.to_string().contains("If-None-Match"), "{error}");
    let left: Vec<String> =
        store.keys("a/").into_iter().filter(|key| key.contains("/tmp/")).collect();
    assert_eq!(left, [""; 0], "nothing stays of the proof");
}

#[test]
fn a_large_object_comes_back_as_it_went() {
    let mut dice = Dice::of("large");
    let store = S3::start();
    let bucket = Bucket::open(&store.settings("large"), "a test").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (there, back) = (folder.path().join("there"), folder.path().join("back"));
    store.misbehave(Dice::of("large, under faults"));
    // Below, at and above the size of a part, and an odd number of parts.
    for (index, size) in
        [0, 1, (8 << 20) - 1, 8 << 20, (8 << 20) + 1, 41_000_000].iter().enumerate()
    {
        let mut bytes: Vec<u8> = (0..*size).map(|byte: u64| (byte * 31 % 251) as u8).collect();
        if let Some(byte) = bytes.get_mut(dice.below(*size as usize + 1)) {
            *byte ^= 1;
        }
        std::fs::write(&there, &bytes).unwrap();
        let key = format!("object {index} & <others>/客户.bin");
        bucket.upload(&key, &there).unwrap();
        assert!(store.get(&format!("large/{key}")).unwrap() == bytes, "{size} bytes lie there");
        let entry = bucket.entry(&key).unwrap();
        let file = std::fs::File::create(&back).unwrap();
        bucket.download(&entry, &file, &back).unwrap();
        assert!(std::fs::read(&back).unwrap() == bytes, "{size} bytes came back");
    }
    // Enough requests for every kind of fault.
    for _ in 0..600 {
        bucket.list("", Depth::All).unwrap();
    }
    store.behave();
    assert_eq!(bucket.list("", Depth::All).unwrap().len(), 6);
}

#[test]
fn listings_are_whole_whatever_their_pages() {
    let store = S3::start();
    let bucket = Bucket::open(&store.settings("pages"), "a test").unwrap();
    let mut names: Vec<String> = (0..57).map(|number| format!("a/{number}")).collect();
    names.extend((0..5).map(|number| format!("a/b{number}/c")));
    names.sort();
    for name in &names {
        store.put(&format!("pages/{name}"), "x");
    }
    store.put("pages/ab", "a neighbour");
    store.put("pages2/a/1", "a neighbour");
    for page in [1, 2, 3, 61, 62, 63, 1000] {
        store.page(page);
        let keys = |depth| -> Vec<String> {
            bucket.list("a", depth).unwrap().into_iter().map(|entry| entry.key).collect()
        };
        assert_eq!(keys(Depth::All), names, "pages of {page}");
        let mut shallow: Vec<String> =
            names.iter().map(|name| name.trim_end_matches('c').to_owned()).collect();
        shallow.sort();
        assert_eq!(keys(Depth::Folder), shallow, "pages of {page}");
    }
}

#[test]
fn settings_that_cannot_be_are_told_so() {
    let good = settings("http://127.0.0.1:9000", "a/b");
    good.check().unwrap();
    let variable = || Some("PATRON_TEST_NO_SUCH_VARIABLE".to_owned());
    let changed = |change: fn(&mut Settings)| {
        let mut settings = good.clone();
        change(&mut settings);
        settings.check().unwrap_err()
    };
    for (told, expected) in [
        (changed(|s| s.url = "http://bucket/a".to_owned()), "s3://"),
        (changed(|s| s.url = "s3://".to_owned()), "no bucket"),
        (changed(|s| s.url = "s3://me:secret@bucket/a".to_owned()), "no bucket"),
        (changed(|s| s.url = "s3://bucket/a//b".to_owned()), "prefix"),
        (changed(|s| s.url = "s3://bucket/../b".to_owned()), "prefix"),
        (changed(|s| s.endpoint = Some("localhost:9000".to_owned())), "endpoint"),
        (changed(|s| s.endpoint = Some("http://me:secret@host".to_owned())), "endpoint"),
        (changed(|s| s.access_key_env = Some("A".to_owned())), "go together"),
        (changed(|s| s.session_token_env = Some("A".to_owned())), "session_token_env"),
    ] {
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains("secret@"), "{told}");
    }
    let unset = Settings { access_key_env: variable(), secret_key_env: variable(), ..good };
    let error = Bucket::open(&unset, "systems.toml, [archive]").unwrap_err().to_string();
    let names_both = error.contains("PATRON_TEST_NO_SUCH_VARIABLE") && error.contains("[archive]");
    assert!(names_both, "{error}");
}

#[test]
fn a_store_that_is_not_there_is_told_by_its_address() {
    let gone = S3::start().settings("gone");
    let place = patron::warehouse::Place::Bucket { settings: gone, scratch: "unused".into() };
    let error = Home::open(place).unwrap().latest().unwrap_err().to_string();
    assert!(error.contains("s3://bucket/gone") && error.contains("cannot list"), "{error}");
}
