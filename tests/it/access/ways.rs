//! By which ways does somebody ask two warehouses, and what does he or she get to see?
//!
//! A further way in is one more [`Way`].

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::prelude::SessionContext;
use patron::query;
use patron::query::worker::{Pool, Question};

use super::twins::{Twin, Twins};
use crate::isolated;
use crate::support::world::{chain, runtime};

/// What somebody is told.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    /// how many rows; none where it is an error
    pub rows: Option<usize>,
    /// every byte of it, with what is said beside
    pub text: String,
}

impl Told {
    /// An error's own words.
    pub fn failed(error: &dyn std::error::Error) -> Self {
        Self { rows: None, text: chain(error) }
    }

    /// Rows, in the batches in which they came, with the names and the types of their columns.
    pub fn rows(schema: &SchemaRef, batches: &[RecordBatch]) -> Self {
        let sizes: Vec<usize> = batches.iter().map(RecordBatch::num_rows).collect();
        let table = pretty_format_batches(batches).unwrap();
        let text = format!("{:?}\n{table}\n{sizes:?}", schema.fields());
        Self { rows: Some(sizes.iter().sum()), text }
    }
}

/// A way in.
pub trait Way {
    /// What it is called where counts are printed.
    fn name(&self) -> &'static str;

    /// It is asked every so many-th question.
    fn every(&self) -> usize;

    /// What one of the two warehouses tells whom not all of it may be seen by.
    fn told(&self, twin: usize, question: &str) -> Told;
}

/// In this process, over sessions that stay open.
pub struct Sessions([SessionContext; 2]);

impl Sessions {
    pub fn of(twins: &Twins) -> Self {
        Self(twins.both().map(|twin| twin.open(&twin.of_units(), 1)))
    }

    /// Those of somebody who sees everything.
    pub fn of_all(twins: &Twins) -> Self {
        Self(twins.both().map(|twin| twin.open(&twin.member(&["everything"], &[]), 1)))
    }
}

impl Way for Sessions {
    fn name(&self) -> &'static str {
        "in the same process"
    }

    fn every(&self) -> usize {
        1
    }

    fn told(&self, twin: usize, question: &str) -> Told {
        let answered = runtime().block_on(async {
            let frame = query::ask(&self.0[twin], question).await?;
            let schema = frame.schema().inner().clone();
            frame.collect().await.map(|batches| (schema, batches))
        });
        match answered {
            Ok((schema, batches)) => Told::rows(&schema, &batches),
            Err(error) => Told::failed(&error),
        }
    }
}

/// By a process of its own for each question.
pub struct Workers<'a> {
    twins: &'a Twins,
    pools: [Pool; 2],
}

impl<'a> Workers<'a> {
    pub fn of(twins: &'a Twins) -> Self {
        let pool = |twin: &Twin| {
            let mut settings = isolated::settings(twin.house.scratch(), 1);
            settings.bounds.threads = 1;
            Pool::new(settings).unwrap()
        };
        Self { twins, pools: twins.both().map(pool) }
    }
}

impl Way for Workers<'_> {
    fn name(&self) -> &'static str {
        "in a process of its own"
    }

    fn every(&self) -> usize {
        25
    }

    fn told(&self, twin: usize, question: &str) -> Told {
        let asked = self.twins.both()[twin];
        let (release, principal) = (asked.release.number, asked.of_units());
        let task = Question { release, principal, sql: question.to_owned() };
        match runtime().block_on(isolated::ask(&self.pools[twin], "ada", task)) {
            Ok((schema, batches, outcome)) => {
                let told = Told::rows(&schema, &batches);
                Told { text: format!("{}\n{outcome:?}", told.text), ..told }
            }
            Err(error) => Told::failed(&error),
        }
    }
}
