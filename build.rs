//! Which files does `patron init` write? Those of the standard project in this repository.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const PARTS: [&str; 8] = [
    "warehouse/README.md",
    "warehouse/project.toml",
    "warehouse/systems.toml",
    "warehouse/access.toml",
    "warehouse/values.toml",
    "warehouse/contracts",
    "sql",
    "dashboards",
];

#[expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts by variables")]
fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut paths = Vec::new();
    for part in PARTS {
        println!("cargo::rerun-if-changed={part}");
        collect(&root.join(part), &mut paths)?;
    }
    paths.sort();
    let target = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut code = fs::File::create(target.join("standard_project.rs"))?;
    writeln!(code, "&[")?;
    for path in &paths {
        let name = path.strip_prefix(&root).map_err(io::Error::other)?.display().to_string();
        // The path is the compiler's to complete: checkouts that share a target folder share this
        // file too.
        let place = format!("/{name}");
        writeln!(
            code,
            "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {place:?}))),"
        )?;
    }
    writeln!(code, "]")
}

fn collect(path: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        paths.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect(&entry?.path(), paths)?;
    }
    Ok(())
}
