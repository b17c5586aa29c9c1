//! What happens when the disk fills up in the middle of a refresh?

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::binary;
use crate::support::world::{World, day};

const DISK_BYTES: usize = 20 << 20;

/// A small file system of its own; unmounted when dropped.
struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// Mounts it; none where a person has said that this machine cannot.
    fn mount(path: &Path) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let size = format!("size={DISK_BYTES}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(path)
            .output()
            .expect("mount is installed");
        if mounted.status.success() {
            return Some(Self { path: path.to_owned() });
        }
        let said = binary::said(&mounted);
        let skips = std::env::var_os("PATRON_SKIP_TMPFS").is_some_and(|value| value == "1");
        assert!(
            skips,
            "a small tmpfs cannot be mounted, so the full disk is NOT tested; run as root, or set \
             PATRON_SKIP_TMPFS=1 to leave this proof out: {said}"
        );
        println!("LEFT OUT: the full disk, because PATRON_SKIP_TMPFS=1 is set: {said}");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

fn lines(from: usize, to: usize) -> String {
    let mut text = "entry_id,remark\n".to_owned();
    for entry in from..to {
        // A text that does not compress well.
        let noise = entry.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        text += &format!("{entry},{noise:x}{:x}\n", noise.wrapping_mul(noise | 1));
    }
    text
}

fn project() -> World {
    let world = World::empty();
    world.write("warehouse/systems.toml", "[files]\nkind = \"files\"\npath = \"feeds\"\n");
    world.write(
        "warehouse/contracts/disk/entries.toml",
        "description = \"Entries\"\nsystem = \"files\"\nobject = \"*.csv\"\nkind = \"csv\"\n\
         mode = \"append\"\nkey = [\"entry_id\"]\n\
         [columns.entry_id]\ntype = \"integer\"\nrequired = true\n\
         [columns.remark]\ntype = \"text\"\n",
    );
    world
}

#[test]
fn a_full_disk_leaves_the_last_release_and_the_next_refresh_whole() {
    let world = project();
    let Some(disk) = SmallDisk::mount(&world.path("warehouse/data")) else { return };
    world.write("feeds/1.csv", lines(0, 1_000));
    world.refreshed(day(0));
    let ballast = disk.path.join("ballast");
    let sum = "select count(*), sum(entry_id) from disk.entries";
    let before = world.value(sum);
    assert_eq!(before, "1000 499500");

    world.write("feeds/2.csv", lines(1_000, 60_000));
    fs::write(&ballast, vec![1; DISK_BYTES * 3 / 4]).unwrap();
    let refused = binary::run(world.root(), &["refresh"]);
    let said = binary::said(&refused);
    assert!(!refused.status.success(), "the disk is full: {said}");
    let data = disk.path.to_str().unwrap();
    assert!(said.contains(data) || said.contains("warehouse/data"), "names the path: {said}");
    let needed = said.split_whitespace().any(|word| word.parse::<u64>().is_ok_and(|n| n > 10_000));
    assert!(needed && said.contains("bytes"), "names the bytes needed: {said}");
    assert_eq!(world.value(sum), before, "the last release is still served");
    let verified = binary::run(world.root(), &["verify"]);
    assert!(verified.status.success(), "{}", binary::said(&verified));

    fs::remove_file(&ballast).unwrap();
    let resumed = binary::run(world.root(), &["refresh"]);
    assert!(resumed.status.success(), "{}", binary::said(&resumed));
    assert_eq!(world.value(sum), "60000 1799970000");
    let verified = binary::run(world.root(), &["verify"]);
    assert!(verified.status.success(), "{}", binary::said(&verified));
    let message = said.lines().find(|line| line.contains("bytes")).unwrap_or_default();
    println!("the full disk was refused with: {message}");
}
