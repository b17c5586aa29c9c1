//! What does the head of a file under sql/cubes declare?

use serde::Deserialize;

use super::granularity::Granularity;
use super::variant::Variant;
use crate::model::front_matter::Label;

/// A dimension of a cube.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// what it is called
    #[serde(default)]
    pub label: Option<Label>,
    /// what it means
    #[serde(default)]
    pub description: String,
    /// the column of the body that holds it; that of its own name where absent
    #[serde(default)]
    pub column: Option<String>,
    /// the name under which views know it: cubes that share a name mean the same by it
    #[serde(default)]
    pub shared: Option<String>,
    /// a day's place in the accounting calendar
    #[serde(default)]
    pub fiscal: Option<Fiscal>,
}

/// The columns of the body that hold a day's place in the accounting calendar.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fiscal {
    /// the accounting period
    pub period: String,
    /// the quarter of the fiscal year
    pub quarter: String,
    /// the fiscal year
    pub year: String,
}

impl Fiscal {
    /// The column that tells stretches of a granularity; none of one of the calendar.
    pub fn column(&self, granularity: Granularity) -> Option<&str> {
        match granularity {
            Granularity::FiscalPeriod => Some(&self.period),
            Granularity::FiscalQuarter => Some(&self.quarter),
            Granularity::FiscalYear => Some(&self.year),
            _ => None,
        }
    }

    /// Whether a column is one of them.
    pub fn has(&self, column: &str) -> bool {
        [&self.period, &self.quarter, &self.year].into_iter().any(|known| known == column)
    }
}

/// Levels of a dimension, each finer than the one before.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hierarchy {
    /// what it is called
    #[serde(default)]
    pub label: Option<Label>,
    /// dimensions of the cube from coarse to fine
    pub levels: Vec<String>,
}

/// Rows that may be asked alone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// what it is called
    #[serde(default)]
    pub label: Option<Label>,
    /// which rows these are
    pub description: String,
    /// the column of the body that is true of them
    pub column: String,
}

/// A measure of a cube.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "MeasureText")]
pub struct Measure {
    /// what it is called
    pub label: Option<Label>,
    /// what it means
    pub description: String,
    /// the unit of its values, where its type does not say it
    pub unit: Option<String>,
    /// how it is computed, and so what totals of it are
    pub kind: MeasureKind,
    /// what is offered of it over time
    pub over_time: Vec<Variant>,
    /// whether its share of the answer's total is offered
    pub has_share: bool,
}

/// What the share of a measure in the answer's total is called behind its name.
pub const SHARE: &str = "share_of_total";

/// How a measure is computed at every level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeasureKind {
    /// additive: a column's sum
    Sum {
        /// the column
        column: String,
    },
    /// additive: how many rows there are, or how many hold a value in a column
    Count {
        /// the column; rows where absent
        column: Option<String>,
    },
    /// the least value of a column, which combines as sums do
    Least {
        /// the column
        column: String,
    },
    /// the greatest value of a column, which combines as sums do
    Greatest {
        /// the column
        column: String,
    },
    /// a level that adds over everything but time
    Level {
        /// the column that holds it
        column: String,
        /// which of a span's levels counts
        keep: Keep,
        /// the columns that name whose level it is
        member: Vec<String>,
        /// for so many days a level is taken to hold when no newer one is known
        max_age_days: Option<u32>,
    },
    /// one measure over another, at every level
    Ratio {
        /// the measure above
        numerator: String,
        /// the measure below; where it is nothing or 0 the ratio is nothing
        denominator: String,
    },
    /// how many different values a column has
    Distinct {
        /// the column
        column: String,
    },
    /// the middle value of a column
    Median {
        /// the column
        column: String,
    },
}

/// Which of the levels within a span of time counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// the one that holds at the span's end
    Last,
    /// the one that holds at its beginning
    First,
    /// the average over its days
    Average,
}

/// A table of the release that answers some questions sooner.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rollup {
    /// the dimensions of its rows
    pub dimensions: Vec<String>,
    /// the stretch of time of its rows; absent where it holds no time
    #[serde(default)]
    pub granularity: Option<RollupGranularity>,
    /// the measures that it answers
    pub measures: Vec<String>,
}

/// The stretches of time that the rows of a rollup may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RollupGranularity {
    /// days
    Day,
    /// weeks from Monday
    Week,
    /// months of the calendar
    Month,
    /// quarters of the calendar
    Quarter,
    /// years of the calendar
    Year,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MeasureText {
    #[serde(default)]
    label: Option<Label>,
    description: String,
    #[serde(default)]
    unit: Option<String>,
    additivity: AdditivityText,
    #[serde(default)]
    aggregate: Option<AggregateText>,
    #[serde(default)]
    column: Option<String>,
    #[serde(default)]
    keep: Option<Keep>,
    #[serde(default)]
    member: Vec<String>,
    #[serde(default)]
    max_age_days: Option<u32>,
    #[serde(default)]
    numerator: Option<String>,
    #[serde(default)]
    denominator: Option<String>,
    #[serde(default)]
    over_time: Vec<Variant>,
    #[serde(default)]
    share_of_total: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AdditivityText {
    Additive,
    SemiAdditive,
    Ratio,
    Distinct,
    None,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AggregateText {
    Sum,
    Count,
    Min,
    Max,
    Median,
}

impl TryFrom<MeasureText> for Measure {
    type Error = String;

    fn try_from(text: MeasureText) -> Result<Self, String> {
        let kind = kind(&text)?;
        let MeasureText { label, description, unit, over_time, share_of_total, .. } = text;
        let is_part = matches!(
            kind,
            MeasureKind::Sum { .. }
                | MeasureKind::Count { .. }
                | MeasureKind::Distinct { .. }
                | MeasureKind::Level { .. }
        );
        if share_of_total && !is_part {
            return Err("`share_of_total` is for sums, counts and levels".to_owned());
        }
        Ok(Self { label, description, unit, kind, over_time, has_share: share_of_total })
    }
}

impl Measure {
    /// What is offered of it beside its own value, as it is called behind its name.
    pub fn offered(&self) -> Vec<String> {
        let share = self.has_share.then(|| SHARE.to_owned());
        self.over_time.iter().map(ToString::to_string).chain(share).collect()
    }
}

fn kind(text: &MeasureText) -> Result<MeasureKind, String> {
    let column = || text.column.clone().ok_or("`column` says which column it is computed from");
    let is_level = text.additivity == AdditivityText::SemiAdditive;
    if !is_level && (text.keep.is_some() || text.max_age_days.is_some() || !text.member.is_empty())
    {
        return Err("`keep`, `member` and `max_age_days` are for semi_additive measures".into());
    }
    let is_ratio = text.additivity == AdditivityText::Ratio;
    if !is_ratio && (text.numerator.is_some() || text.denominator.is_some()) {
        return Err("`numerator` and `denominator` are for ratios".into());
    }
    let has_aggregate = matches!(text.additivity, AdditivityText::Additive | AdditivityText::None);
    if !has_aggregate && text.aggregate.is_some() {
        return Err("`aggregate` is for additive measures, and for those of no additivity".into());
    }
    match text.additivity {
        AdditivityText::Additive => match text.aggregate.unwrap_or(AggregateText::Sum) {
            AggregateText::Sum => Ok(MeasureKind::Sum { column: column()? }),
            AggregateText::Count => Ok(MeasureKind::Count { column: text.column.clone() }),
            AggregateText::Min => Ok(MeasureKind::Least { column: column()? }),
            AggregateText::Max => Ok(MeasureKind::Greatest { column: column()? }),
            AggregateText::Median => {
                Err("a median does not add up; say additivity = \"none\"".into())
            }
        },
        AdditivityText::SemiAdditive if text.member.is_empty() => {
            Err("`member` names the columns that say whose level it is".into())
        }
        AdditivityText::SemiAdditive => Ok(MeasureKind::Level {
            column: column()?,
            keep: text.keep.ok_or("`keep` is \"last\", \"first\" or \"average\"")?,
            member: text.member.clone(),
            max_age_days: text.max_age_days,
        }),
        AdditivityText::Ratio if text.column.is_some() => {
            Err("a ratio is of two measures, `numerator` and `denominator`, not of a column".into())
        }
        AdditivityText::Ratio => Ok(MeasureKind::Ratio {
            numerator: text.numerator.clone().ok_or("`numerator` names a measure of the cube")?,
            denominator: text
                .denominator
                .clone()
                .ok_or("`denominator` names a measure of the cube")?,
        }),
        AdditivityText::Distinct => Ok(MeasureKind::Distinct { column: column()? }),
        AdditivityText::None => match text.aggregate {
            Some(AggregateText::Median) => Ok(MeasureKind::Median { column: column()? }),
            _ => Err("a measure of no additivity says aggregate = \"median\"".into()),
        },
    }
}

impl MeasureKind {
    /// What the value of a total is.
    pub fn total(&self) -> &'static str {
        match self {
            Self::Sum { .. } => "sum",
            Self::Count { .. } => "count",
            Self::Least { .. } => "least",
            Self::Greatest { .. } => "greatest",
            Self::Level { keep: Keep::Last, .. } => "closing balance",
            Self::Level { keep: Keep::First, .. } => "opening balance",
            Self::Level { keep: Keep::Average, .. } => "average of days",
            Self::Ratio { .. } => "ratio of sums",
            Self::Distinct { .. } => "distinct",
            Self::Median { .. } => "median",
        }
    }
}
