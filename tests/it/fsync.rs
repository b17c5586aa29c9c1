//! Is everything that a release reaches on disk before the release is, and the release before the
//! program ends?

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::binary;
use crate::support::strace::{self, Trace};
use crate::support::world::World;

/// Refreshes under strace and reads the trace.
fn traced_refresh(world: &World) -> Trace {
    let file = tempfile::NamedTempFile::new().unwrap();
    let output = Command::new("strace")
        .args(["-f", "-y", "-s", "0", "-e", strace::CALLS, "-o"])
        .arg(file.path())
        .arg(binary::program())
        .arg("--project")
        .arg(world.root())
        .arg("refresh")
        .output()
        .expect("strace is installed (tests/run installs it)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    strace::read(&fs::read_to_string(file.path()).unwrap())
}

/// Every file below the warehouse's data folder that the newest release reaches.
fn reached(world: &World, data: &Path) -> Vec<String> {
    let home = world.home();
    let release = world.release();
    let mut paths = vec![format!("releases/{:020}.json", release.number)];
    for (table, entry) in &release.tables {
        paths.push(format!("manifests/{table}/{}.json", entry.manifest));
        paths.extend(entry.load.iter().map(|load| format!("loads/{table}/{load}.json")));
        let manifest = home.manifest(table, &entry.manifest).unwrap();
        paths.extend(manifest.files.iter().map(|file| file.path.clone()));
    }
    paths.iter().map(|path| data.join(path).to_str().unwrap().to_owned()).collect()
}

/// Checks one release against the trace of the refresh that made it; gives how many files of it
/// the refresh wrote.
fn check(world: &World, trace: &Trace) -> usize {
    let data = fs::canonicalize(world.project().data_dir()).unwrap();
    let root = fs::canonicalize(world.root()).unwrap();
    let paths = reached(world, &data);
    let (published, acknowledged) = trace.made(&paths[0]).expect("the trace holds the commit");
    let mut faults = BTreeSet::new();
    let mut written = 0;
    for path in &paths {
        assert!(fs::metadata(path).is_ok(), "{path} is in the release and on disk");
        written += usize::from(trace.made(path).is_some());
        // The release's own name is made by the commit; its content lies there before.
        let missing = trace.missing(path, root.to_str().unwrap(), published);
        let own_name = format!("`{}` was made in it", paths[0]);
        faults.extend(missing.into_iter().filter(|fault| !fault.contains(&own_name)));
    }
    let releases = data.join("releases");
    if !trace.is_folder_synced(releases.to_str().unwrap(), acknowledged, trace.exited()) {
        faults.insert("releases/: not synced between the commit and the end".to_owned());
    }
    let faults: Vec<_> = faults.into_iter().collect();
    assert!(faults.is_empty(), "{} of {} files:\n{}", faults.len(), paths.len(), faults.join("\n"));
    written
}

#[test]
fn a_release_is_on_disk_before_it_is_acknowledged() {
    let world = World::copy_of("tiny");
    let first = check(&world, &traced_refresh(&world));
    assert!(first > 20, "the first refresh writes every table, {first} files");
    world.write(
        "feeds/finance/ledger_2026-04.csv",
        "entry_id,posted_on,account_id,amount,document_id\nE23,2026-04-01,1000,0.00,\n",
    );
    let second = check(&world, &traced_refresh(&world));
    assert!((3..first).contains(&second), "the second writes what changed, {second} files");
    println!("on disk before the commit: {first} files of a first refresh, {second} of a second");
}
