//! Are questions of cubes answered rightly, soon, and by the rows that they rest on?

mod advise;
mod answers;
pub mod asking;
mod compile;
mod cut;
mod depot;
mod drill;
mod filters;
mod fits;
mod heads;
pub mod kiosk;
mod long;
mod random;
mod reach;
mod receipts;
mod refusals;
mod rollups;
mod stepping;
mod strange;
mod till;
mod words;
