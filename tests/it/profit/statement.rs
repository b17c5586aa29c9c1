//! Does a script that shares no code with the warehouse come to the same profit, to the cent?
//!
//! tests/profit/statement.py reads the raw tables and follows the model's rules with plain loops.

use std::path::Path;
use std::process::Command;
use std::thread;

use tempfile::TempDir;

use super::standard::keep_profit_only;
use crate::cli::ok;
use crate::support::binary::{program, said};
use crate::support::hand;

/// Compares what a project's newest release says of profit; how many lines were compared.
fn compared(project: &Path) -> usize {
    let folder = TempDir::new().unwrap();
    let output = Command::new("python3")
        .arg(hand::repository("tests/profit/statement.py"))
        .arg(folder.path())
        .arg("--export")
        .args([&program(), project])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}: {}", project.display(), said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    print!("{}: {text}", project.display());
    text.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn the_company_made_by_hand_agrees() {
    assert!(compared(hand::shared().root()) >= 50);
}

#[test]
fn ten_sample_companies_agree() {
    let company = |seed: u32| {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("company");
        let (place, seed) = (root.to_str().unwrap(), seed.to_string());
        let size = ["--customers", "400", "--months", "15", "--seed", &seed, "--no-refresh"];
        ok(&root, &[&["demo", "--no-serve", "--dir", place], &size[..]].concat());
        keep_profit_only(&root);
        ok(&root, &["refresh"]);
        compared(&root)
    };
    thread::scope(|scope| {
        let half = |first: u32| (first..=10).step_by(2).map(company).min();
        let halves = [1, 2].map(|first| scope.spawn(move || half(first)));
        for half in halves {
            let fewest = half.join().unwrap();
            assert!(fewest >= Some(20_000), "a company of {fewest:?} lines proves little");
        }
    });
}
