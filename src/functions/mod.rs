//! What does SQL compute here that the engine computes differently, or not at all?
//!
//! - [`checked_sum`]: `sum`, which fails where the engine's own wraps around
//! - `sum_accumulators`: how such sums are gathered over batches, groups and windows
//! - `exact_total`: one sum, whatever wraps on the way
//! - [`local_date`]: the date of a moment in a zone that is a value
//! - [`exact_distinct`]: the rewrite of `distinct` that leaves other sums as they are
//! - [`names`]: keys and likenesses of companies' names, cities, addresses and tax numbers

use std::sync::Arc;

use datafusion::logical_expr::{AggregateUDF, ScalarUDF};
use datafusion::optimizer::{Optimizer, OptimizerRule};

use self::checked_sum::CheckedSum;
use self::exact_distinct::ExactDistinct;
use self::local_date::LocalDate;

pub mod checked_sum;
pub mod exact_distinct;
mod exact_total;
pub mod local_date;
pub mod names;
mod sum_accumulators;

/// Why a function has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FunctionError {
    /// The sum does not fit its type.
    #[error("`{call}` exceeds {limit}; sum a smaller set or {remedy}")]
    SumTooLarge {
        /// the call as the query has it
        call: String,
        /// what it exceeds
        limit: String,
        /// what to write instead
        remedy: String,
    },
    /// The signs of the two Chinese scripts could not be loaded.
    #[error("the signs of traditional and simplified script cannot be loaded: {problem}")]
    Script {
        /// what the dictionary says
        problem: String,
    },
    /// A time zone that nobody knows.
    #[error("`{zone}` is no time zone; write a name such as `Asia/Shanghai`")]
    UnknownZone {
        /// the zone as given
        zone: String,
    },
    /// A moment outside the years that a calendar has.
    #[error("a moment lies outside the years that have dates")]
    DateOutOfRange,
}

/// The aggregate functions that stand for the engine's own of the same name.
pub fn aggregates() -> Vec<AggregateUDF> {
    vec![AggregateUDF::from(CheckedSum::default())]
}

/// The scalar functions that the engine lacks.
pub fn scalars() -> Vec<ScalarUDF> {
    let mut scalars = names::scalar::functions();
    scalars.push(ScalarUDF::from(LocalDate::default()));
    scalars
}

/// The engine's rules for rewriting a query, without those that make a sum inexact.
pub fn optimizer_rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    let exact = ExactDistinct::default();
    let mut rules = Optimizer::new().rules;
    for rule in &mut rules {
        if rule.name() == exact.name() {
            *rule = Arc::new(exact.clone());
        }
    }
    rules
}
