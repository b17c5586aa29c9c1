//! Are the files of a bucket found, fetched and loaded as those of a folder are?

use std::fs;

use patron::bucket::Bucket;
use patron::source::SourceError;
use patron::source::files::Folder;

use crate::support::s3::S3;
use crate::support::world::{World, day};

fn folder(store: &S3, tmp: &std::path::Path) -> Folder {
    let bucket = Bucket::open(&store.settings("in"), "a test").unwrap();
    Folder::Bucket { bucket, tmp: tmp.join("tmp") }
}

#[test]
fn the_same_names_match_in_the_same_order() {
    const NAMES: [&str; 11] = [
        "a2.csv",
        "a10.csv",
        ".a3.csv",
        "b.txt",
        "sub/a1.csv",
        "sub/.hidden/a1.csv",
        "sub/deep/a4.csv",
        "sub/deep/a30 & b.csv",
        "sub2/a5.csv",
        "客户/数据 1.csv",
        "100%.csv",
    ];
    let (store, local) = (S3::start(), tempfile::tempdir().unwrap());
    let beside = tempfile::tempdir().unwrap();
    store.put("in/", "");
    store.put("into/a9.csv", "a neighbour");
    for name in NAMES {
        let path = local.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, name).unwrap();
        store.put(&format!("in/{name}"), name);
    }
    store.page(2);
    let patterns = ["a*.csv", "*/a*.csv", "**/*.csv", "sub/*", "sub/**", "sub/deep/a?.csv", "*"];
    let others = ["客户/*", "{a2,b}.*", "none*", "sub/a1.csv", "**", "*.txt", "sub*/a[15].csv"];
    let there = folder(&store, beside.path());
    for pattern in patterns.iter().chain(&others) {
        let names = |folder: &Folder| -> Vec<(String, u64)> {
            let found = folder.find(pattern).unwrap();
            found.into_iter().map(|file| (file.name, file.size_bytes)).collect()
        };
        assert_eq!(names(&there), names(&Folder::Local(local.path().to_owned())), "{pattern}");
    }
    for file in there.find("**").unwrap() {
        file.fetch().unwrap();
        assert_eq!(fs::read_to_string(&file.path).unwrap(), file.name);
        let path = file.path.clone();
        drop(file);
        assert!(!path.exists(), "what was fetched goes with the last that knows of it");
    }
}

#[test]
fn a_file_that_changes_before_it_is_fetched_is_told_so() {
    let (store, beside) = (S3::start(), tempfile::tempdir().unwrap());
    let there = folder(&store, beside.path());
    for (name, change) in [("a", Some("other")), ("b", None)] {
        store.put(&format!("in/{name}"), "first");
        let file = there.find(name).unwrap().remove(0);
        match change {
            Some(text) => store.put(&format!("in/{name}"), text),
            None => store.remove(&format!("in/{name}")),
        }
        let error = file.fetch().unwrap_err();
        assert!(matches!(&error, SourceError::Changed { file } if file == name), "{error}");
    }
}

/// A project with one table of files in a bucket.
fn world(store: &S3, more: &str) -> World {
    let world = World::empty();
    let system = format!(
        "[archive]\nkind = \"files\"\nurl = \"s3://bucket/in\"\nendpoint = \"{}\"\n{more}",
        store.endpoint()
    );
    world.write("warehouse/systems.toml", system);
    world.write(
        "warehouse/contracts/shop/entries.toml",
        "description = \"Entries.\"\nsystem = \"archive\"\nobject = \"entries_*.csv\"\n\
         kind = \"csv\"\nmode = \"append\"\n\
         [columns.entry_id]\ntype = \"text\"\nrequired = true\n\
         [columns.amount]\ntype = \"decimal(18,2)\"\nrequired = true\n",
    );
    world
}

fn totals(world: &World) -> String {
    world.value("select count(*) || ' rows, ' || sum(amount) from shop.entries")
}

#[test]
fn only_what_changed_is_fetched() {
    let store = S3::start();
    let world = world(&store, "");
    let (one, two) = ("in/entries_1.csv", "in/entries_2.csv");
    store.put(one, "entry_id,amount\na,1.50\nb,2.25\n");
    store.put(two, "entry_id,amount\nc,3.00\n");
    store.put("in/other.csv", "not asked for");
    let release = world.refreshed(day(1)).release.number;
    assert_eq!(totals(&world), "3 rows, 6.75");
    assert_eq!((store.count("GET", one), store.count("GET", two)), (1, 1));

    let again = world.refreshed(day(2));
    assert_eq!((again.published, again.release.number), (false, release));
    assert_eq!((store.count("GET", one), store.count("GET", two)), (1, 1), "nothing is fetched");

    store.put(two, "entry_id,amount\nc,3.01\nd,4.00\n");
    store.put("in/entries_10.csv", "entry_id,amount\ne,0.01\n");
    world.refreshed(day(3));
    assert_eq!(totals(&world), "5 rows, 10.77");
    assert_eq!((store.count("GET", one), store.count("GET", two)), (1, 2));
    assert_eq!(store.count("GET", "in/other.csv"), 0);
    // Where it came from is the name below the prefix, as for a folder.
    let sources = world.rows("select distinct _source from shop.entries order by 1");
    assert_eq!(sources.concat(), ["entries_1.csv", "entries_10.csv", "entries_2.csv"]);
    let left = fs::read_dir(world.path("warehouse/data/tmp")).unwrap().count();
    assert_eq!(left, 1, "of what was fetched nothing stays; the folder of claims does");
}

#[test]
fn a_cut_file_is_loaded_whole_or_not_at_all() {
    let store = S3::start();
    let world = world(&store, "");
    store.put("in/entries_1.csv", "entry_id,amount\na,1.50\nb,2.25\n");
    store.cut("in/entries_1.csv");
    world.refreshed(day(1));
    assert_eq!(totals(&world), "2 rows, 3.75");
    assert_eq!(store.count("GET", "in/entries_1.csv"), 2, "once cut, once whole");
}

#[test]
fn a_bucket_that_refuses_is_a_system_that_is_down() {
    let store = S3::start();
    store.put("in/entries_1.csv", "entry_id,amount\na,1.50\n");
    let world = world(&store, "optional = true\n");
    world.refreshed(day(1));
    store.require("nobody", "knows");
    let kept = world.refreshed(day(2)).kept;
    assert!(kept["archive"].contains("access is denied"), "{kept:?}");
    assert_eq!(totals(&world), "1 rows, 1.50", "its earlier data stay");
}

#[test]
fn a_table_that_an_interrupted_refresh_finished_is_taken_as_it_is() {
    let store = S3::start();
    let world = world(&store, "[late]\nkind = \"files\"\npath = \"late\"\n");
    world.keep_in(&store);
    store.put("in/entries_1.csv", "entry_id,amount\na,1.50\nb,2.25\n");
    for is_lost in [false, true] {
        world.refresh(day(1)).expect_err("one system is down");
        let file = store.keys("home/files/shop.entries/").remove(0);
        let before = store.count("PUT", &file);
        if is_lost {
            store.remove(&file);
        }
        fs::create_dir(world.path("late")).unwrap();
        world.refreshed(day(2));
        assert_eq!(totals(&world), "2 rows, 3.75");
        let written = store.count("PUT", &file) - before;
        assert_eq!(written, usize::from(is_lost), "it is written again only where it was lost");

        // Everything anew for the second turn.
        for key in store.keys("home/") {
            store.remove(&key);
        }
        fs::remove_dir(world.path("late")).unwrap();
    }
}
