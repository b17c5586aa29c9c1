//! Is a flipped byte always an error and never a wrong answer?

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::binary;
use crate::support::dice::Dice;
use crate::support::world::{World, day};

const FLIPS: usize = 300;
const KINDS: [&str; 5] = ["files", "manifests", "loads", "releases", "pins"];

/// Every file of one kind below the data folder.
fn files_of(data: &Path, kind: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![data.join(kind)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// What every table holds, or the error that reading it gives.
fn answers(world: &World, tables: &[String]) -> Vec<Result<Vec<Vec<String>>, String>> {
    let ask = |table: &String| {
        let mut rows = world.try_rows(&format!("select * from {table}"))?;
        rows.sort();
        Ok(rows)
    };
    tables.iter().map(ask).collect()
}

fn shows_damage(world: &World, pin: &str) -> (bool, String) {
    let verified = binary::run(world.root(), &["verify"]);
    let pinned = binary::run(world.root(), &["query", "select 1", "--as-of", pin]);
    (!verified.status.success(), binary::said(&verified) + &binary::said(&pinned))
}

#[test]
fn a_flipped_byte_is_an_error_and_never_a_wrong_answer() {
    let world = World::copy_of("tiny");
    let release = world.refreshed(day(0)).release;
    let pinned = binary::run(world.root(), &["pin", "close", "1"]);
    assert!(pinned.status.success(), "{}", binary::said(&pinned));
    let tables: Vec<String> = release
        .tables
        .keys()
        .map(ToString::to_string)
        .filter(|table| !table.starts_with("superseded."))
        .collect();
    let sound = answers(&world, &tables);
    assert!(sound.iter().all(Result::is_ok), "{sound:?}");
    let data = world.project().data_dir();
    let mut dice = Dice::of("flips");
    let mut errors = 0;
    for number in 0..FLIPS {
        let kind = KINDS[number % KINDS.len()];
        let files = files_of(&data, kind);
        let path = dice.pick(&files).clone();
        let mut bytes = fs::read(&path).unwrap();
        let (place, bit) = (dice.below(bytes.len()), 1u8 << dice.below(8));
        bytes[place] ^= bit;
        fs::write(&path, &bytes).unwrap();
        dice.hit(kind);
        let (is_seen, said) = shows_damage(&world, "close");
        let name = path.file_name().unwrap().to_str().unwrap();
        let flip = format!("{}: byte {place}, bit {bit}", path.display());
        assert!(is_seen, "{flip}: `patron verify` finds nothing: {said}");
        assert!(said.contains(name), "{flip}: `patron verify` does not name it: {said}");
        for ((table, found), right) in tables.iter().zip(answers(&world, &tables)).zip(&sound) {
            match found {
                Ok(rows) => assert!(Ok(&rows) == right.as_ref(), "{flip}: {table} is wrong"),
                Err(_) => errors += 1,
            }
        }
        bytes[place] ^= bit;
        fs::write(&path, &bytes).unwrap();
    }
    assert!(answers(&world, &tables) == sound, "all bytes are back");
    assert!(errors > FLIPS / 10, "reads notice flips too: {errors}");
    println!("{FLIPS} flips, each found by verify; {errors} reads refused, none answered wrongly:");
    dice.report(&KINDS);
}
