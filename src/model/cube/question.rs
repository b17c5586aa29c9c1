//! What is asked of cubes? Cube's REST query, read strictly.

use std::fmt;
use std::str::FromStr;

use super::granularity::Granularity;
use crate::model::compile::similar;

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

impl Operator {
    /// All of them with the words by which questions name them; the first word of each is its own.
    pub const ALL: [(&'static str, Self); 23] = [
        ("equals", Self::Equals),
        ("notEquals", Self::NotEquals),
        ("contains", Self::Contains),
        ("notContains", Self::NotContains),
        ("startsWith", Self::StartsWith),
        ("notStartsWith", Self::NotStartsWith),
        ("endsWith", Self::EndsWith),
        ("notEndsWith", Self::NotEndsWith),
        ("gt", Self::Gt),
        ("gte", Self::Gte),
        ("lt", Self::Lt),
        ("lte", Self::Lte),
        ("set", Self::Set),
        ("notSet", Self::NotSet),
        ("inDateRange", Self::InDateRange),
        ("notInDateRange", Self::NotInDateRange),
        ("beforeDate", Self::BeforeDate),
        ("beforeOrOnDate", Self::BeforeOrOnDate),
        ("afterDate", Self::AfterDate),
        ("afterOrOnDate", Self::AfterOrOnDate),
        // Older words of the language for some of these.
        ("in", Self::Equals),
        ("notIn", Self::NotEquals),
        ("onTheDate", Self::InDateRange),
    ];
}

impl FromStr for Operator {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.iter().find(|(word, _)| *word == text);
        let words: Vec<&str> = Self::ALL.iter().map(|(word, _)| *word).collect();
        let wrong = || {
            let hint = similar(text, words.iter());
            format!("`{text}` is no operator{hint}; there are {}", words.join(", "))
        };
        known.map(|(_, operator)| *operator).ok_or_else(wrong)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Self::ALL.iter().find(|(_, operator)| operator == self);
        formatter.write_str(known.map_or("", |(word, _)| word))
    }
}

/// How an answer is ordered by a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// the least first
    Ascending,
    /// the greatest first
    Descending,
}
