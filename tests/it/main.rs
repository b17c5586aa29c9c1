//! Which proofs are there? One binary, so that the dependencies are linked once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::format_push_string,
    clippy::type_complexity,
    reason = "a test may unwrap, print what it counted, read the environment, ask the clock and \
              spell things out"
)]

mod access;
mod allocate;
mod answers;
mod attribution;
mod bucket;
mod calendar;
mod changes;
mod cli;
mod closing;
mod company;
mod cubes;
mod data_files;
mod databases;
mod dependencies;
mod disk_full;
mod entering;
mod flips;
mod frozen;
mod fsync;
mod functions;
mod histories;
mod identity;
mod isolated;
mod kill;
mod ledger;
mod lived;
mod local_date;
mod matching;
mod models;
mod northwind;
mod pools;
mod postgres;
mod profit;
mod real_files;
mod rebuilt;
mod reconciliation;
mod refused;
mod reports;
mod restated;
mod retried;
mod server;
mod slt;
mod sorted;
mod source;
mod support;
mod tidy;
mod workbooks;
mod worlds;
