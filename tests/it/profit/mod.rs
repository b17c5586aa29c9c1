//! Is every cent of the ledger in the profit of somebody, and is it the right customer's?
//!
//! `statement` has a script in another language recompute what the SQL computes; `generated` puts a
//! hundred companies, each with every kind of difference, against the rows they were made of;
//! `bad_input` breaks one thing at a time and asks whether a finding names it.

mod bad_input;
mod books;
mod cost;
mod each;
mod generated;
mod late;
mod money;
mod people;
mod planted;
mod standard;
mod statement;
mod sums;
mod trade;
