//! What does SQL compute here that the engine computes differently, or not at all?
//!
//! - [`checked_sum`]: `sum`, which fails where the engine's own wraps around
//! - `sum_accumulators`: how such sums are gathered over batches, groups and windows
//! - `exact_total`: one sum, whatever wraps on the way
//! - [`local_date`]: the date of a moment in a zone that is a value
//! - `exact_dependencies`: rules that take columns for unique, made safe
//! - [`exact_distinct`]: the rewrite of `distinct` that leaves other sums as they are
//! - [`allocate`]: an amount split over its receivers, to the last unit
//! - `shares`: the arithmetic of that
//! - [`quotient`]: one number over another, rounded once and exactly
//! - [`names`]: keys and likenesses of companies' names, cities, addresses and tax numbers

use std::sync::Arc;

use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};
use datafusion::optimizer::{Optimizer, OptimizerRule};

use self::allocate::Allocate;
use self::checked_sum::CheckedSum;
use self::exact_dependencies::{ExactDependencies, TRUSTING};
use self::exact_distinct::ExactDistinct;
use self::local_date::LocalDate;

pub mod allocate;
pub mod checked_sum;
mod exact_dependencies;
pub mod exact_distinct;
mod exact_total;
pub mod local_date;
pub mod names;
pub mod quotient;
mod shares;
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
    /// An argument of another type than the function splits by.
    #[error("the {argument} of `allocate` is a {given}; cast it to {wanted}")]
    UnfitArgument {
        /// which one
        argument: &'static str,
        /// its type
        given: String,
        /// the type that fits
        wanted: &'static str,
    },
    /// Parts of more or fewer decimals than their type has, or of several.
    #[error("the scale of `allocate` is one number from 0 to {most}")]
    PartScale {
        /// the most decimals
        most: i8,
    },
    /// A partition that splits more than one amount.
    #[error(
        "`allocate` splits one amount a partition, here are {one} and {other}; add to `partition \
         by` what tells them apart"
    )]
    SeveralAmounts {
        /// the first one
        one: String,
        /// another one
        other: String,
    },
    /// An amount that no parts of so few decimals add up to.
    #[error(
        "`allocate` cannot split {amount} into parts of {scale} decimals; round it first or raise \
         the scale"
    )]
    TooManyDecimals {
        /// the amount
        amount: String,
        /// the decimals
        scale: u32,
    },
    /// An amount that is too large for a part.
    #[error("`allocate` cannot split {amount}: a part is a decimal({digits}, {decimals})")]
    PartTooLarge {
        /// the amount
        amount: String,
        /// the digits of a part
        digits: u8,
        /// how many of them are decimals
        decimals: i8,
    },
    /// An amount that nobody receives.
    #[error(
        "`allocate` cannot split {amount}: the drivers of its {receivers} receivers are all 0; add \
         a receiver such as `unassigned` with the driver 1 where there is no other"
    )]
    NoDriver {
        /// the amount
        amount: String,
        /// how many rows the partition has
        receivers: usize,
    },
    /// A quotient that no decimal holds.
    #[error(
        "a quotient needs more than {digits} digits; ask for fewer decimals or smaller amounts"
    )]
    QuotientTooLarge {
        /// the most digits
        digits: u8,
    },
    /// A receiver of whom nobody knows how much it causes.
    #[error("`allocate` has no driver for `{key}`; write 0 where it causes nothing")]
    MissingDriver {
        /// the receiver
        key: String,
    },
    /// A receiver that causes less than nothing.
    #[error(
        "the driver of `{key}` is {driver}, but `allocate` needs 0 or more; use greatest(.., 0)"
    )]
    NegativeDriver {
        /// the receiver
        key: String,
        /// its driver
        driver: String,
    },
    /// A receiver without a name.
    #[error("`allocate` found a receiver whose key is null; give it one with coalesce")]
    NoKey,
    /// A receiver that comes twice.
    #[error("`allocate` found the key `{key}` twice in a partition; sum its drivers in one row")]
    KeyTwice {
        /// the receiver
        key: String,
    },
}

/// The aggregate functions that stand for the engine's own of the same name.
pub fn aggregates() -> Vec<AggregateUDF> {
    vec![AggregateUDF::from(CheckedSum::default())]
}

/// The window functions that the engine lacks.
pub fn windows() -> Vec<WindowUDF> {
    vec![WindowUDF::from(Allocate::default())]
}

/// The scalar functions that the engine lacks.
pub fn scalars() -> Vec<ScalarUDF> {
    let mut scalars = names::scalar::functions();
    scalars.push(ScalarUDF::from(LocalDate::default()));
    scalars
}

/// The engine's rules for rewriting a query, without those that make a sum inexact or take rows for
/// unique that are not.
pub fn optimizer_rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    let exact = ExactDistinct::default();
    let mut rules = Optimizer::new().rules;
    for rule in &mut rules {
        if rule.name() == exact.name() {
            *rule = Arc::new(exact.clone());
        } else if TRUSTING.contains(&rule.name()) {
            *rule = Arc::new(ExactDependencies::new(Arc::clone(rule)));
        }
    }
    rules
}
