//! Does the program work on a warehouse in a bucket, and does it keep the keys to itself?

use std::fs;
use std::process::{Command, Output};

use crate::support::binary::{patron, said};
use crate::support::s3::S3;
use crate::support::world::World;

const ACCESS_KEY: &str = "AKIDOFTHETESTS";
const SECRET_KEY: &str = "sesame/of+the=tests";

/// A project whose only system and whose warehouse lie in the bucket, behind keys.
fn world(store: &S3) -> World {
    let world = World::empty();
    let keys = format!(
        "endpoint = \"{}\"\naccess_key_env = \"TEST_KEY\"\nsecret_key_env = \"TEST_SECRET\"\n",
        store.endpoint()
    );
    let settings = fs::read_to_string(world.path("warehouse/project.toml")).unwrap();
    let home = format!("{settings}[store]\nurl = \"s3://bucket/home/of/tests\"\n{keys}");
    world.write("warehouse/project.toml", home);
    let system = format!("[archive]\nkind = \"files\"\nurl = \"s3://bucket/in\"\n{keys}");
    world.write("warehouse/systems.toml", system);
    store.put("in/entries_1.csv", "entry_id,amount\na,1.50\nb,2.25\n");
    store.require(ACCESS_KEY, SECRET_KEY);
    world
}

fn command(world: &World, secret: &str, arguments: &[&str]) -> Command {
    let mut command = patron(world.root());
    command.args(arguments).env("TEST_KEY", ACCESS_KEY).env("TEST_SECRET", secret);
    command.env("PATRON_LOG", "debug,hyper_util=info");
    command
}

/// Runs the program; whatever it says and writes, no key is in it.
fn run(world: &World, secret: &str, arguments: &[&str]) -> Output {
    let output = command(world, secret, arguments).output().unwrap();
    let told = said(&output);
    for hidden in [ACCESS_KEY, secret] {
        assert!(!told.contains(hidden), "{arguments:?} shows a key:\n{told}");
    }
    output
}

fn works(world: &World, arguments: &[&str]) -> String {
    let output = run(world, SECRET_KEY, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_verb_works_on_a_warehouse_in_a_bucket() {
    let store = S3::start();
    let world = world(&store);
    works(&world, &["new", "table", "archive.entries_*.csv", "--department", "shop"]);
    works(&world, &["check"]);
    works(&world, &["refresh"]);
    store.put("in/entries_1.csv", "entry_id,amount\na,1.50\nb,2.25\nc,3.00\n");
    works(&world, &["refresh"]);
    let count = |more: &[&str]| {
        let sql = ["query", "select count(*) as rows from shop.entries", "--format", "csv"];
        works(&world, &[&sql, more].concat())
    };
    assert_eq!(count(&[]), "rows\r\n3\r\n");
    works(&world, &["pin", "close", "1"]);
    assert_eq!(count(&["--as-of", "close"]), "rows\r\n2\r\n");
    assert!(works(&world, &["releases", "--format", "csv"]).contains("close"));
    assert!(works(&world, &["verify"]).contains("everything is as it was written"));
    works(&world, &["quarantine", "list"]);
    works(&world, &["collect"]);
    works(&world, &["collect", "--apply"]);
    let folders: Vec<String> = fs::read_dir(world.path("warehouse/data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders, ["tmp"], "what lies here is only on its way there");
    for key in store.keys("") {
        let text = String::from_utf8_lossy(&store.get(&key).unwrap()).into_owned();
        assert!(!text.contains(SECRET_KEY) && !text.contains(ACCESS_KEY), "{key} holds a key");
    }
}

#[test]
fn a_wrong_secret_is_refused_and_shown_nowhere() {
    let store = S3::start();
    let world = world(&store);
    for arguments in [&["refresh"][..], &["releases"], &["verify"], &["check"]] {
        let output = run(&world, "not+the/secret=", arguments);
        assert!(!output.status.success(), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains("denied"), "{arguments:?}: {}", said(&output));
    }
    let unset = command(&world, SECRET_KEY, &["refresh"]).env_remove("TEST_SECRET").output();
    let told = said(&unset.unwrap());
    assert!(told.contains("`TEST_SECRET` is not set") && told.contains("[store]"), "{told}");
}
