//! What is offered of a measure over time?

use std::fmt;

use serde::Deserialize;

/// Another span of time than a row's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum Variant {
    /// the row's span moved back by one bucket of the question's granularity
    PreviousPeriod,
    /// the span of the same place a year, or a fiscal year, before
    YearBefore,
    /// from the beginning of a larger span to the row's end
    ToDate(Larger),
    /// so many units that end with the row's end
    Rolling(u32, Unit),
}

/// The spans that hold others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Larger {
    /// a month of the calendar
    Month,
    /// a quarter of the calendar
    Quarter,
    /// a year of the calendar
    Year,
    /// a quarter of the fiscal year
    FiscalQuarter,
    /// a fiscal year
    FiscalYear,
}

/// What rolling spans are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// days
    Day,
    /// months of the calendar
    Month,
    /// accounting periods
    Period,
}

impl TryFrom<String> for Variant {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is none of previous_period, year_before, month_to_date, \
                 quarter_to_date, year_to_date, fiscal_quarter_to_date, fiscal_year_to_date, \
                 rolling_28_days, rolling_3_months, rolling_12_periods"
            )
        };
        match text.as_str() {
            "previous_period" => return Ok(Self::PreviousPeriod),
            "year_before" => return Ok(Self::YearBefore),
            "month_to_date" => return Ok(Self::ToDate(Larger::Month)),
            "quarter_to_date" => return Ok(Self::ToDate(Larger::Quarter)),
            "year_to_date" => return Ok(Self::ToDate(Larger::Year)),
            "fiscal_quarter_to_date" => return Ok(Self::ToDate(Larger::FiscalQuarter)),
            "fiscal_year_to_date" => return Ok(Self::ToDate(Larger::FiscalYear)),
            _ => {}
        }
        let (count, unit) = text
            .strip_prefix("rolling_")
            .and_then(|rest| rest.split_once('_'))
            .ok_or_else(wrong)?;
        let count: u32 = count.parse().map_err(|_| wrong())?;
        let unit = match unit {
            "days" => Unit::Day,
            "months" => Unit::Month,
            "periods" => Unit::Period,
            _ => return Err(wrong()),
        };
        if (1..=3_660).contains(&count) { Ok(Self::Rolling(count, unit)) } else { Err(wrong()) }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PreviousPeriod => formatter.write_str("previous_period"),
            Self::YearBefore => formatter.write_str("year_before"),
            Self::ToDate(larger) => formatter.write_str(match larger {
                Larger::Month => "month_to_date",
                Larger::Quarter => "quarter_to_date",
                Larger::Year => "year_to_date",
                Larger::FiscalQuarter => "fiscal_quarter_to_date",
                Larger::FiscalYear => "fiscal_year_to_date",
            }),
            Self::Rolling(count, unit) => {
                let unit = match unit {
                    Unit::Day => "days",
                    Unit::Month => "months",
                    Unit::Period => "periods",
                };
                write!(formatter, "rolling_{count}_{unit}")
            }
        }
    }
}
