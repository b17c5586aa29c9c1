//! How is a format of dates and timestamps matched against a text?
//!
//! Formats are written in chrono's notation and taken apart by chrono; the text is matched here,
//! because chrono's own parser skips blanks, takes `20` for the year 20 and ignores zone names.
//! A year has four digits; month, day and hour may lack the leading zero only where a mark follows.

use chrono::format::{Fixed, Item, Numeric, Pad, StrftimeItems};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// One piece of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(String),
    /// `T` or a blank
    DayTimeMark,
    Year,
    YearOfCentury,
    MonthName {
        is_short: bool,
    },
    WeekdayName {
        is_short: bool,
    },
    HalfDay,
    Offset,
    /// a mark and digits, or nothing
    Fraction {
        digits: Option<usize>,
    },
    Ordinal,
    /// a number of one or two digits, of two where `is_full`
    Number {
        part: Part,
        is_full: bool,
        is_blank_padded: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Month,
    Day,
    Hour,
    HalfDayHour,
    Minute,
    Second,
}

/// What a text says, before it is checked against the calendar.
#[derive(Debug, Default)]
pub(super) struct Fields {
    year: i64,
    month: i64,
    day: i64,
    ordinal: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    pub nanosecond: i64,
    pub offset_seconds: Option<i64>,
    is_afternoon: Option<bool>,
    weekday: Option<usize>,
}

/// A format of dates or timestamps, ready to read texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    tokens: Vec<Token>,
}

impl Pattern {
    /// # Errors
    /// When the format is not understood or does not say a whole date.
    pub fn new(notation: &str) -> Result<Self, String> {
        let mut tokens = Vec::new();
        for item in StrftimeItems::new(notation) {
            push_item(&item, notation, &mut tokens)?;
        }
        // Two numbers side by side can be told apart only by their width.
        let is_number = |token: &Token| {
            matches!(
                token,
                Token::Number { .. } | Token::Year | Token::YearOfCentury | Token::Ordinal
            )
        };
        for index in 1..tokens.len() {
            if is_number(&tokens[index - 1]) && is_number(&tokens[index]) {
                for token in &mut tokens[index - 1..=index] {
                    if let Token::Number { is_full, .. } = token {
                        *is_full = true;
                    }
                }
            }
        }
        let pattern = Self { tokens };
        if !(pattern.has(Part::Day) && pattern.has_month()
            || pattern.tokens.contains(&Token::Ordinal))
            || !pattern
                .tokens
                .iter()
                .any(|token| matches!(token, Token::Year | Token::YearOfCentury))
        {
            return Err(format!("the format `{notation}` does not say year, month and day"));
        }
        if pattern.has(Part::HalfDayHour) != pattern.tokens.contains(&Token::HalfDay) {
            return Err(format!("the format `{notation}` needs both or none of %I and %p"));
        }
        Ok(pattern)
    }

    fn has(&self, wanted: Part) -> bool {
        self.tokens
            .iter()
            .any(|token| matches!(token, Token::Number { part, .. } if *part == wanted))
    }

    fn has_month(&self) -> bool {
        self.has(Part::Month)
            || self.tokens.iter().any(|token| matches!(token, Token::MonthName { .. }))
    }

    /// Whether it says a time of the day.
    pub fn says_time(&self) -> bool {
        [Part::Hour, Part::HalfDayHour, Part::Minute, Part::Second]
            .iter()
            .any(|part| self.has(*part))
            || self.tokens.contains(&Token::Offset)
    }

    /// What the whole of `text` says in this format.
    pub fn read(&self, text: &[u8]) -> Option<Fields> {
        let mut rest = text;
        let mut fields = Fields { month: 1, day: 1, ..Fields::default() };
        for token in &self.tokens {
            rest = token.read(rest, &mut fields)?;
        }
        rest.is_empty().then_some(fields)
    }
}

fn push_item(item: &Item<'_>, notation: &str, tokens: &mut Vec<Token>) -> Result<(), String> {
    let number = |part, pad: &Pad| Token::Number {
        part,
        // A minute or a second is never written with one digit.
        is_full: matches!(part, Part::Minute | Part::Second),
        is_blank_padded: *pad == Pad::Space,
    };
    tokens.push(match item {
        Item::Literal(text) | Item::Space(text) => Token::Literal((*text).to_owned()),
        Item::OwnedLiteral(text) | Item::OwnedSpace(text) => Token::Literal(text.to_string()),
        Item::Numeric(Numeric::Year, _) => Token::Year,
        Item::Numeric(Numeric::YearMod100, _) => Token::YearOfCentury,
        Item::Numeric(Numeric::Month, pad) => number(Part::Month, pad),
        Item::Numeric(Numeric::Day, pad) => number(Part::Day, pad),
        Item::Numeric(Numeric::Ordinal, _) => Token::Ordinal,
        Item::Numeric(Numeric::Hour, pad) => number(Part::Hour, pad),
        Item::Numeric(Numeric::Hour12, pad) => number(Part::HalfDayHour, pad),
        Item::Numeric(Numeric::Minute, pad) => number(Part::Minute, pad),
        Item::Numeric(Numeric::Second, pad) => number(Part::Second, pad),
        Item::Fixed(Fixed::ShortMonthName) => Token::MonthName { is_short: true },
        Item::Fixed(Fixed::LongMonthName) => Token::MonthName { is_short: false },
        Item::Fixed(Fixed::ShortWeekdayName) => Token::WeekdayName { is_short: true },
        Item::Fixed(Fixed::LongWeekdayName) => Token::WeekdayName { is_short: false },
        Item::Fixed(Fixed::LowerAmPm | Fixed::UpperAmPm) => Token::HalfDay,
        Item::Fixed(Fixed::Nanosecond) => Token::Fraction { digits: None },
        Item::Fixed(Fixed::Nanosecond3) => Token::Fraction { digits: Some(3) },
        Item::Fixed(Fixed::Nanosecond6) => Token::Fraction { digits: Some(6) },
        Item::Fixed(Fixed::Nanosecond9) => Token::Fraction { digits: Some(9) },
        Item::Fixed(
            Fixed::TimezoneOffset
            | Fixed::TimezoneOffsetZ
            | Fixed::TimezoneOffsetColon
            | Fixed::TimezoneOffsetColonZ,
        ) => Token::Offset,
        Item::Fixed(Fixed::RFC3339) => {
            for item in StrftimeItems::new("%Y-%m-%d") {
                push_item(&item, notation, tokens)?;
            }
            tokens.push(Token::DayTimeMark);
            for item in StrftimeItems::new("%H:%M:%S%.f%:z") {
                push_item(&item, notation, tokens)?;
            }
            return Ok(());
        }
        Item::Fixed(Fixed::TimezoneName) => {
            return Err(format!(
                "the format `{notation}` uses %Z, a zone's name that does not say its offset; \
                 use %z or declare `zone`"
            ));
        }
        _ => {
            return Err(format!(
                "the format `{notation}` is not understood; use %Y %y %m %b %B %d %e %j %H %I %p \
                 %M %S %.f %z %a %A %F %T or %+"
            ));
        }
    });
    Ok(())
}

impl Token {
    fn read<'a>(&self, text: &'a [u8], fields: &mut Fields) -> Option<&'a [u8]> {
        match self {
            Self::Literal(literal) => text.strip_prefix(literal.as_bytes()),
            Self::DayTimeMark => match text.split_first() {
                Some((b'T' | b't' | b' ', rest)) => Some(rest),
                _ => None,
            },
            Self::Year => number(text, 4, 4, &mut fields.year),
            Self::YearOfCentury => {
                let rest = number(text, 2, 2, &mut fields.year)?;
                // The customary window: 69 is 2069, 70 is 1970.
                fields.year += if fields.year < 70 { 2000 } else { 1900 };
                Some(rest)
            }
            Self::Ordinal => {
                let mut ordinal = 0;
                let rest = number(text, 3, 3, &mut ordinal)?;
                fields.ordinal = Some(ordinal);
                Some(rest)
            }
            Self::MonthName { is_short } => {
                let (index, rest) = name(text, &MONTHS, *is_short)?;
                fields.month = i64::try_from(index).ok()? + 1;
                Some(rest)
            }
            Self::WeekdayName { is_short } => {
                let (index, rest) = name(text, &WEEKDAYS, *is_short)?;
                fields.weekday = Some(index);
                Some(rest)
            }
            Self::HalfDay => {
                let (index, rest) = name(text, &["am", "pm"], false)?;
                fields.is_afternoon = Some(index == 1);
                Some(rest)
            }
            Self::Offset => offset(text, fields),
            Self::Fraction { digits } => fraction(text, *digits, fields),
            Self::Number { part, is_full, is_blank_padded } => {
                let padded = if *is_blank_padded { text.strip_prefix(b" ") } else { None };
                let least = if *is_full && padded.is_none() { 2 } else { 1 };
                let most = if padded.is_some() { 1 } else { 2 };
                let field = match part {
                    Part::Month => &mut fields.month,
                    Part::Day => &mut fields.day,
                    Part::Hour | Part::HalfDayHour => &mut fields.hour,
                    Part::Minute => &mut fields.minute,
                    Part::Second => &mut fields.second,
                };
                number(padded.unwrap_or(text), least, most, field)
            }
        }
    }
}

fn number<'a>(text: &'a [u8], least: usize, most: usize, field: &mut i64) -> Option<&'a [u8]> {
    let mut value = 0;
    let mut length = 0;
    while length < most
        && let Some(digit) = text.get(length).map(|byte| byte.wrapping_sub(b'0'))
        && digit <= 9
    {
        value = value * 10 + i64::from(digit);
        length += 1;
    }
    if length < least {
        return None;
    }
    *field = value;
    Some(&text[length..])
}

fn name<'a>(text: &'a [u8], names: &[&str], is_short: bool) -> Option<(usize, &'a [u8])> {
    names.iter().enumerate().find_map(|(index, name)| {
        let name = if is_short { &name.as_bytes()[..3] } else { name.as_bytes() };
        let (head, rest) = text.split_at_checked(name.len())?;
        head.eq_ignore_ascii_case(name).then_some((index, rest))
    })
}

fn offset<'a>(text: &'a [u8], fields: &mut Fields) -> Option<&'a [u8]> {
    let (sign, rest) = match text.split_first()? {
        (b'Z' | b'z', rest) => {
            fields.offset_seconds = Some(0);
            return Some(rest);
        }
        (b'+', rest) => (1, rest),
        (b'-', rest) => (-1, rest),
        _ => return None,
    };
    let (mut hours, mut minutes) = (0, 0);
    let rest = number(rest, 2, 2, &mut hours)?;
    let rest = number(rest.strip_prefix(b":").unwrap_or(rest), 2, 2, &mut minutes)?;
    if hours > 18 || minutes > 59 {
        return None;
    }
    fields.offset_seconds = Some(sign * (hours * 3600 + minutes * 60));
    Some(rest)
}

fn fraction<'a>(text: &'a [u8], digits: Option<usize>, fields: &mut Fields) -> Option<&'a [u8]> {
    let Some(text) = text.strip_prefix(b".") else {
        return if digits.is_none() { Some(text) } else { None };
    };
    let length = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    if length == 0 || digits.is_some_and(|digits| digits != length) {
        return None;
    }
    let mut unit = 100_000_000;
    for byte in &text[..length] {
        let digit = i64::from(byte - b'0');
        // What is finer than a nanosecond counts as one, so that it is refused as too fine.
        fields.nanosecond += if unit > 0 { digit * unit } else { i64::from(digit > 0) };
        unit /= 10;
    }
    Some(&text[length..])
}

impl Fields {
    /// Days since 1970, if there is such a day.
    pub fn day(&self) -> Option<i64> {
        let day = match self.ordinal {
            Some(ordinal) => {
                let day = days_from_civil(self.year, 1, 1)? + ordinal - 1;
                let is_within = ordinal >= 1 && day < days_from_civil(self.year + 1, 1, 1)?;
                is_within.then_some(day)?
            }
            None => days_from_civil(self.year, self.month, self.day)?,
        };
        // 1970-01-01 was a Thursday.
        let weekday = usize::try_from((day + 3).rem_euclid(7)).ok();
        (self.weekday.is_none() || self.weekday == weekday).then_some(day)
    }

    /// Seconds since midnight, if there is such a time.
    pub fn second_of_day(&self) -> Option<i64> {
        let hour = match self.is_afternoon {
            Some(_) if !(1..=12).contains(&self.hour) => return None,
            Some(is_afternoon) => self.hour % 12 + if is_afternoon { 12 } else { 0 },
            None => self.hour,
        };
        let is_valid = hour <= 23 && self.minute <= 59 && self.second <= 59;
        is_valid.then_some(hour * 3600 + self.minute * 60 + self.second)
    }
}

/// Days since 1970 of a day of the Gregorian calendar, if there is such a day.
pub(super) fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day < 1 || day > length {
        return None;
    }
    // Years counted from March make the leap day the last day of its year.
    let march_year = if month <= 2 { year - 1 } else { year };
    let era = march_year.div_euclid(400);
    let year_of_era = march_year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}
