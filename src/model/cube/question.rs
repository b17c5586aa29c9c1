//! What is asked of cubes? Cube's REST query, read strictly.

use super::granularity::Granularity;

/// A question, its names not looked up yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// the measures asked, as `cube.measure` or `view.measure`
    pub measures: Vec<String>,
    /// the dimensions by which they are told
    pub dimensions: Vec<String>,
    /// the times by which, or of which, they are told
    pub time_dimensions: Vec<TimeDimension>,
    /// which rows count, all of them together
    pub filters: Vec<Filter>,
    /// the segments that rows must belong to
    pub segments: Vec<String>,
    /// the order of the answer; Cube's own where empty
    pub order: Vec<(String, Direction)>,
    /// at most so many rows
    pub limit: Option<u64>,
    /// after so many that are left out
    pub offset: u64,
    /// whether the answer says how many rows there are without `limit` and `offset`
    pub total: bool,
    /// the zone in which moments fall on days; the project's where absent
    pub timezone: Option<String>,
    /// whether single rows are asked
    pub ungrouped: bool,
    /// whether totals of every level come with the rows
    pub subtotals: bool,
}

/// A time dimension of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeDimension {
    /// as `cube.dimension`
    pub dimension: String,
    /// the buckets by which measures are told; none where it only limits rows
    pub granularity: Option<Granularity>,
    /// the span that counts
    pub date_range: Option<DateRange>,
    /// spans that are answered beside each other
    pub compare: Vec<DateRange>,
}

/// A span of time in words or by its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateRange {
    /// as `last month`
    Words(String),
    /// its first and last day or moment
    Ends(String, String),
}

/// What must be true of rows, or of measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// of a member
    Member {
        /// as `cube.member`
        member: String,
        /// how values are compared
        operator: Operator,
        /// with what
        values: Vec<String>,
    },
    /// all of these
    And(Vec<Filter>),
    /// one of these
    Or(Vec<Filter>),
}

/// How a filter compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// one of the values
    Equals,
    /// none of them; rows without a value count too
    NotEquals,
    /// holds one of the texts, whatever their case
    Contains,
    /// holds none of the texts; rows without a value count too
    NotContains,
    /// begins with one of them
    StartsWith,
    /// begins with none of them
    NotStartsWith,
    /// ends with one of them
    EndsWith,
    /// ends with none of them
    NotEndsWith,
    /// greater than the value
    Gt,
    /// at least the value
    Gte,
    /// less than the value
    Lt,
    /// at most the value
    Lte,
    /// holds a value
    Set,
    /// holds none
    NotSet,
    /// within a span of days
    InDateRange,
    /// outside it
    NotInDateRange,
    /// before a day
    BeforeDate,
    /// before a day or on it
    BeforeOrOnDate,
    /// after a day
    AfterDate,
    /// after a day or on it
    AfterOrOnDate,
}

/// How an answer is ordered by a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// the least first
    Ascending,
    /// the greatest first
    Descending,
}
