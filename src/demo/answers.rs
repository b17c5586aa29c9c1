//! What must a report find? Written by the generator from its own plan, before any row is.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value};

use super::feeds::Dirty;
use super::world::Scale;

/// What a report must show, and what looks like it but must not be shown.
#[derive(Debug, Default, Serialize)]
pub(super) struct Planted {
    /// each must be found
    pub(super) reported: Vec<Value>,
    /// each must be left out, with the reason under `because`
    pub(super) near_misses: Vec<Value>,
}

/// Everything that is known of the company without asking the warehouse.
#[derive(Debug, Default, Serialize)]
pub(super) struct Answers {
    /// the last day that the systems hold
    pub(super) data_date: NaiveDate,
    /// how large the company is
    pub(super) scale: Option<Scale>,
    /// rows that can be loaded, as written, by table: `feeds/sales/sales.db:customer`
    pub(super) rows: BTreeMap<String, u64>,
    /// the rows that cannot be loaded
    pub(super) dirty: Vec<Dirty>,
    /// planted facts by the name of the report that must find them
    pub(super) planted: BTreeMap<&'static str, Planted>,
    /// other facts by their name
    pub(super) facts: Map<String, Value>,
}

impl Answers {
    /// Puts the rows that earlier deliveries brought before those of this one; what stands in files
    /// that are written anew each time is known anew.
    pub(super) fn keep_dirty(&mut self, mut earlier: Vec<Dirty>) {
        let is_again = |row: &Dirty| {
            self.dirty.iter().any(|new| new.table == row.table && new.source == row.source)
        };
        earlier.retain(|row| !is_again(row));
        earlier.append(&mut self.dirty);
        self.dirty = earlier;
    }

    /// Adds what a report must find.
    pub(super) fn reported(&mut self, report: &'static str, fact: Value) {
        self.planted.entry(report).or_default().reported.push(fact);
    }

    /// Adds what a report must leave out.
    pub(super) fn near_miss(&mut self, report: &'static str, because: &str, mut fact: Value) {
        if let Some(fact) = fact.as_object_mut() {
            fact.insert("because".to_owned(), because.into());
        }
        self.planted.entry(report).or_default().near_misses.push(fact);
    }
}
