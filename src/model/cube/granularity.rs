//! Into which stretches can time be divided?

use std::fmt;
use std::str::FromStr;

/// The stretches by which measures are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Granularity {
    /// seconds
    Second,
    /// minutes
    Minute,
    /// hours
    Hour,
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
    /// accounting periods
    FiscalPeriod,
    /// quarters of the fiscal year
    FiscalQuarter,
    /// fiscal years
    FiscalYear,
}

impl Granularity {
    /// All of them with the words by which questions name them.
    pub const ALL: [(&'static str, Self); 11] = [
        ("second", Self::Second),
        ("minute", Self::Minute),
        ("hour", Self::Hour),
        ("day", Self::Day),
        ("week", Self::Week),
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("year", Self::Year),
        ("fiscal_period", Self::FiscalPeriod),
        ("fiscal_quarter", Self::FiscalQuarter),
        ("fiscal_year", Self::FiscalYear),
    ];

    /// Whether its stretches are those of the accounting calendar.
    pub fn is_fiscal(self) -> bool {
        matches!(self, Self::FiscalPeriod | Self::FiscalQuarter | Self::FiscalYear)
    }
}

impl FromStr for Granularity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.iter().find(|(word, _)| *word == text);
        let words: Vec<&str> = Self::ALL.iter().map(|(word, _)| *word).collect();
        let wrong = || format!("`{text}` is no granularity; write {}", words.join(", "));
        known.map(|(_, granularity)| *granularity).ok_or_else(wrong)
    }
}

impl fmt::Display for Granularity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Self::ALL.iter().find(|(_, granularity)| granularity == self);
        formatter.write_str(known.map_or("", |(word, _)| word))
    }
}
