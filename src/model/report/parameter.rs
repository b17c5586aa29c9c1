//! What may a parameter of a report be, and what does a text given for it mean?

use std::fmt;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::warehouse::name::TableName;

/// How many digits a decimal parameter has, and how many of them are decimals.
pub(super) const DECIMAL: (u64, i64) = (18, 6);

/// A parameter, as the head of a report declares it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// what its values are
    #[serde(rename = "type")]
    pub kind: Kind,
    /// what it means
    pub description: String,
    /// its value where none is given: a literal, or a function of the release's periods
    #[serde(default)]
    pub default: Option<Literal>,
    /// the only values that it takes
    #[serde(default)]
    pub allowed: Vec<Literal>,
    /// the column in which its values must stand
    #[serde(default)]
    pub from: Option<Source>,
    /// whether it may be left out without a default; it is null then
    #[serde(default)]
    pub optional: bool,
    /// the parameter of the same type that it must not come after
    #[serde(default)]
    pub not_after: Option<String>,
    /// the least value of a number
    #[serde(default)]
    pub least: Option<Literal>,
}

/// What the values of a parameter are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// an accounting period, by its name
    Period,
    /// a day
    Date,
    /// any text
    Text,
    /// a whole number
    Integer,
    /// a decimal of 12 digits before the point and 6 behind
    Decimal,
    /// true or false
    Boolean,
    /// one of the values that are allowed
    Choice,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Period => "period",
            Self::Date => "date",
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Choice => "choice",
        })
    }
}

/// A value as a head writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "a value is a text, a whole number, true or false; write dates and decimals as text"
)]
pub enum Literal {
    /// true or false
    Boolean(bool),
    /// a whole number
    Integer(i64),
    /// anything else
    Text(String),
}

impl fmt::Display for Literal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(formatter),
            Self::Integer(value) => value.fmt(formatter),
            Self::Text(value) => value.fmt(formatter),
        }
    }
}

/// A column, as `schema.table.column`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Source {
    /// the table
    pub table: TableName,
    /// its column
    pub column: String,
}

impl TryFrom<String> for Source {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let advice = || format!("`{text}` is no column; write `schema.table.column`");
        let (table, column) = text.rsplit_once('.').ok_or_else(advice)?;
        let table: TableName = table.parse().map_err(|_| advice())?;
        Ok(Self { table, column: column.to_owned() })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.table, self.column)
    }
}

/// A value of a parameter, read and in the one form that its type has for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// what it is
    pub kind: Kind,
    /// the value; nothing where the parameter is left out
    pub text: Option<String>,
}

impl Value {
    /// No value.
    pub fn null(kind: Kind) -> Self {
        Self { kind, text: None }
    }

    /// The value that a text means; otherwise what is wrong with it.
    ///
    /// # Errors
    /// The reason, and what to write instead.
    pub fn read(kind: Kind, text: &str) -> Result<Self, String> {
        let read = match kind {
            Kind::Period | Kind::Text | Kind::Choice => Some(text.to_owned()),
            Kind::Date => {
                let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
                day.map(|day| day.format("%Y-%m-%d").to_string())
            }
            Kind::Integer => text.parse::<i64>().ok().map(|number| number.to_string()),
            Kind::Decimal => is_decimal(text).then(|| text.to_owned()),
            Kind::Boolean => text.parse::<bool>().ok().map(|value| value.to_string()),
        };
        let wrong = || match kind {
            Kind::Date => format!("`{text}` is no date; write it as 2026-03-31"),
            Kind::Integer => format!("`{text}` is no whole number"),
            Kind::Decimal => format!(
                "`{text}` is no decimal of at most 12 digits before the point and 6 behind it"
            ),
            _ => format!("`{text}` is neither true nor false"),
        };
        read.map(|text| Self { kind, text: Some(text) }).ok_or_else(wrong)
    }

    /// The value in JSON: decimals, dates and names are strings.
    pub fn json(&self) -> Json {
        let Some(text) = &self.text else { return Json::Null };
        match self.kind {
            Kind::Integer => text.parse::<i64>().map_or(Json::Null, Json::from),
            Kind::Boolean => Json::from(text == "true"),
            _ => Json::from(text.as_str()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text.as_deref().unwrap_or("(none)"))
    }
}

/// Whether a text is a decimal that fits.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |text: &str, most: usize| {
        !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    is_number(whole, 12) && is_number(rest, 6)
}

/// What a parameter is where no value is given for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fallback {
    /// this
    Value(Value),
    /// the last regular period that has data
    NewestPeriod,
    /// the regular period before the one that another parameter names
    PreviousPeriod(String),
    /// the period of the same number in the fiscal year before, by another parameter
    YearBefore(String),
}

impl Fallback {
    /// The parameter on which it rests.
    pub fn rests_on(&self) -> Option<&str> {
        match self {
            Self::Value(_) | Self::NewestPeriod => None,
            Self::PreviousPeriod(other) | Self::YearBefore(other) => Some(other),
        }
    }
}

impl Parameter {
    /// What the parameter is where no value is given; nothing where it must be given, and null
    /// where it may be left out.
    ///
    /// # Errors
    /// When the default is no value of the type, and what to write instead.
    pub fn fallback(&self) -> Result<Option<Fallback>, String> {
        let Some(default) = &self.default else {
            return Ok(self.optional.then(|| Fallback::Value(Value::null(self.kind))));
        };
        let text = default.to_string();
        if self.kind == Kind::Period {
            let named = |function: &str| {
                let inner = text.strip_prefix(function)?.strip_prefix("($")?.strip_suffix(')')?;
                Some(inner.to_owned())
            };
            if text == "newest_period" {
                return Ok(Some(Fallback::NewestPeriod));
            }
            if let Some(other) = named("previous_period") {
                return Ok(Some(Fallback::PreviousPeriod(other)));
            }
            if let Some(other) = named("same_period_year_before") {
                return Ok(Some(Fallback::YearBefore(other)));
            }
            if text.contains(['(', '$', ' ']) {
                return Err(format!(
                    "`{text}` is no default of a period; write newest_period, \
                     previous_period($other), same_period_year_before($other) or a period's name"
                ));
            }
        }
        self.value(&text).map(Fallback::Value).map(Some)
    }

    /// The value that a text means for this parameter, be it in its source or not.
    ///
    /// # Errors
    /// When it is none, and what is allowed.
    pub fn value(&self, text: &str) -> Result<Value, String> {
        let value = Value::read(self.kind, text)?;
        let is_allowed = |allowed: &Literal| {
            Value::read(self.kind, &allowed.to_string()).is_ok_and(|allowed| allowed == value)
        };
        if self.allowed.is_empty() || self.allowed.iter().any(is_allowed) {
            return Ok(value);
        }
        let allowed: Vec<String> =
            self.allowed.iter().map(|allowed| format!("`{allowed}`")).collect();
        Err(format!("`{text}` is not allowed; write {}", allowed.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, text: &str) -> Result<String, String> {
        Value::read(kind, text).map(|value| value.to_string())
    }

    #[test]
    fn texts_are_read_by_type() {
        assert_eq!(read(Kind::Date, "2026-02-28").as_deref(), Ok("2026-02-28"));
        assert!(read(Kind::Date, "2026-02-29").is_err());
        assert!(read(Kind::Date, "now()").is_err());
        assert_eq!(read(Kind::Integer, "-7").as_deref(), Ok("-7"));
        assert!(read(Kind::Integer, "7.5").is_err());
        assert!(read(Kind::Integer, "7; drop table x").is_err());
        for right in ["0", "-0.5", "123456789012.123456"] {
            assert_eq!(read(Kind::Decimal, right).as_deref(), Ok(right));
        }
        for wrong in ["", "-", ".5", "5.", "1e3", "1.1234567", "1234567890123", "٣"] {
            assert!(read(Kind::Decimal, wrong).is_err(), "{wrong}");
        }
        assert_eq!(read(Kind::Boolean, "true").as_deref(), Ok("true"));
        assert!(read(Kind::Boolean, "yes").is_err());
        assert_eq!(read(Kind::Text, "' or '1' = '1").as_deref(), Ok("' or '1' = '1"));
    }

    #[test]
    fn defaults_are_read() {
        let fallback = |text: &str| {
            let head = format!("type = \"period\"\ndescription = \"x\"\ndefault = \"{text}\"");
            toml::from_str::<Parameter>(&head).unwrap().fallback()
        };
        assert_eq!(fallback("newest_period"), Ok(Some(Fallback::NewestPeriod)));
        let other = "period".to_owned();
        assert_eq!(
            fallback("previous_period($period)"),
            Ok(Some(Fallback::PreviousPeriod(other.clone())))
        );
        assert_eq!(
            fallback("same_period_year_before($period)"),
            Ok(Some(Fallback::YearBefore(other)))
        );
        assert!(fallback("next_period($period)").is_err());
        let fixed = Value { kind: Kind::Period, text: Some("2026-03".to_owned()) };
        assert_eq!(fallback("2026-03"), Ok(Some(Fallback::Value(fixed))));
    }

    #[test]
    fn only_what_is_allowed_is_taken() {
        let head = "type = \"integer\"\ndescription = \"x\"\nallowed = [10, 20]\n";
        let parameter: Parameter = toml::from_str(head).unwrap();
        assert_eq!(parameter.value("010").map(|value| value.json()), Ok(Json::from(10)));
        let error = parameter.value("30").unwrap_err();
        assert_eq!(error, "`30` is not allowed; write `10`, `20`");
        assert_eq!(parameter.fallback(), Ok(None));
    }
}
