//! What are stretches of time called in a language?

use super::granularity::Granularity;
use super::variant::{Larger, Unit, Variant};

/// The language of a language's code, as far as words are known in it; English for all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    English,
    Chinese,
}

fn known(language: &str) -> Known {
    let is_chinese = language == "zh" || language.starts_with("zh-");
    if is_chinese { Known::Chinese } else { Known::English }
}

/// A granularity, as in `month`.
pub(super) fn granularity(granularity: Granularity, language: &str) -> &'static str {
    let (english, chinese) = match granularity {
        Granularity::Second => ("second", "秒"),
        Granularity::Minute => ("minute", "分钟"),
        Granularity::Hour => ("hour", "小时"),
        Granularity::Day => ("day", "日"),
        Granularity::Week => ("week", "周"),
        Granularity::Month => ("month", "月"),
        Granularity::Quarter => ("quarter", "季度"),
        Granularity::Year => ("year", "年"),
        Granularity::FiscalPeriod => ("fiscal period", "会计期间"),
        Granularity::FiscalQuarter => ("fiscal quarter", "财季"),
        Granularity::FiscalYear => ("fiscal year", "财年"),
    };
    match known(language) {
        Known::English => english,
        Known::Chinese => chinese,
    }
}

/// What is offered of a measure over time, as in `a year before`.
pub(super) fn variant(variant: Variant, language: &str) -> String {
    let language = known(language);
    let (english, chinese) = match variant {
        Variant::PreviousPeriod => ("previous period", "上期"),
        Variant::YearBefore => ("a year before", "上年同期"),
        Variant::ToDate(Larger::Month) => ("month to date", "本月至今"),
        Variant::ToDate(Larger::Quarter) => ("quarter to date", "本季度至今"),
        Variant::ToDate(Larger::Year) => ("year to date", "本年至今"),
        Variant::ToDate(Larger::FiscalQuarter) => ("fiscal quarter to date", "本财季至今"),
        Variant::ToDate(Larger::FiscalYear) => ("fiscal year to date", "本财年至今"),
        Variant::Rolling(count, unit) => {
            let (english, chinese) = match unit {
                Unit::Day => ("days", "天"),
                Unit::Month => ("months", "个月"),
                Unit::Period => ("periods", "个期间"),
            };
            return match language {
                Known::English => format!("last {count} {english}"),
                Known::Chinese => format!("近{count}{chinese}"),
            };
        }
    };
    match language {
        Known::English => english.to_owned(),
        Known::Chinese => chinese.to_owned(),
    }
}

/// The share of a measure in the total of the answer.
pub(super) fn share(language: &str) -> &'static str {
    match known(language) {
        Known::English => "share of total",
        Known::Chinese => "占总计比例",
    }
}

/// Whether a bucket is cut off.
pub(super) fn partial(language: &str) -> &'static str {
    match known(language) {
        Known::English => "partial",
        Known::Chinese => "不完整",
    }
}

/// By how many of its dimensions a row is told.
pub(super) fn level(language: &str) -> &'static str {
    match known(language) {
        Known::English => "level",
        Known::Chinese => "层级",
    }
}
