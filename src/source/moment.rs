//! Which date or instant does a text say, exactly?

use std::cell::Cell;

use chrono::{DateTime, MappedLocalTime, Offset, TimeZone};
use chrono_tz::Tz;

use super::pattern::{Fields, Pattern, days_from_civil};
use super::value::Reason;

const MICROS_A_SECOND: i64 = 1_000_000;
const SECONDS_A_DAY: i64 = 86_400;
/// 0001-01-01 and 9999-12-31 as days since 1970.
const FIRST_DAY: i64 = -719_162;
const LAST_DAY: i64 = 2_932_896;

/// A moment written as a number instead of in a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Epoch {
    /// `unix`: seconds since 1970 in UTC
    Seconds,
    /// `unix_ms`: milliseconds since 1970 in UTC
    Milliseconds,
    /// `julian`: days since noon in Greenwich on 24 November 4714 B.C., as SQLite counts them
    Julian,
    /// `excel`: days of local time, of which 1 January 1900 is the first and 29 February 1900,
    /// which never was, the 60th
    Excel,
    /// `excel_1904`: days of local time since 1 January 1904, which workbooks of old Macs count
    Excel1904,
}

impl Epoch {
    fn named(format: &str) -> Option<Self> {
        match format {
            "unix" => Some(Self::Seconds),
            "unix_ms" => Some(Self::Milliseconds),
            "julian" => Some(Self::Julian),
            "excel" => Some(Self::Excel),
            "excel_1904" => Some(Self::Excel1904),
            _ => None,
        }
    }

    /// Microseconds since 1970 of a whole number.
    pub fn micros_of_integer(self, value: i64) -> Result<i64, Reason> {
        let micros = match self {
            Self::Seconds => value.checked_mul(MICROS_A_SECOND),
            Self::Milliseconds => value.checked_mul(1000),
            #[expect(clippy::cast_precision_loss, reason = "days of any year are exact")]
            Self::Julian | Self::Excel | Self::Excel1904 => {
                return self.micros_of_float(value as f64);
            }
        };
        in_range(micros.ok_or(Reason::YearOutOfRange)?)
    }

    /// Microseconds since 1970, to the millisecond: a float of eight bytes holds no more of it.
    pub fn micros_of_float(self, value: f64) -> Result<i64, Reason> {
        let millis = match self {
            Self::Seconds => value * 1000.0,
            Self::Milliseconds => value,
            Self::Julian => (value - 2_440_587.5) * 86_400_000.0,
            Self::Excel | Self::Excel1904 => value * 86_400_000.0,
        };
        if millis.is_nan() || millis.abs() >= 1e15 {
            return Err(Reason::YearOutOfRange);
        }
        #[expect(clippy::cast_possible_truncation, reason = "checked just above")]
        let millis = millis.round() as i64;
        match self {
            Self::Excel | Self::Excel1904 => in_range(self.since_1970(millis)? * 1000),
            _ => in_range(millis * 1000),
        }
    }

    /// Milliseconds since 1970 of those that a workbook counts.
    fn since_1970(self, millis: i64) -> Result<i64, Reason> {
        let day_millis = SECONDS_A_DAY * 1000;
        let first_day = match (self, millis.div_euclid(day_millis)) {
            (_, ..0) => return Err(Reason::YearOutOfRange),
            (Self::Excel1904, 0) if millis > 0 => return Err(Reason::NoDay),
            (Self::Excel1904, _) => -24_107,
            (_, 0) => return Err(Reason::NoDay),
            (_, 60) => return Err(Reason::DayThatNeverWas),
            (_, 1..60) => -25_568,
            _ => -25_569,
        };
        Ok(millis + first_day * day_millis)
    }

    /// Whether it counts local time rather than that of UTC.
    fn is_local(self) -> bool {
        matches!(self, Self::Excel | Self::Excel1904)
    }

    fn micros(self, text: &str) -> Result<i64, Reason> {
        match text.parse::<i64>() {
            Ok(value) => self.micros_of_integer(value),
            Err(_) if text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte)) => {
                self.micros_of_float(text.parse().map_err(|_| Reason::NotANumber)?)
            }
            Err(_) => Err(Reason::NotANumber),
        }
    }
}

fn in_range(micros: i64) -> Result<i64, Reason> {
    let day = micros.div_euclid(SECONDS_A_DAY * MICROS_A_SECOND);
    if (FIRST_DAY..=LAST_DAY).contains(&day) { Ok(micros) } else { Err(Reason::YearOutOfRange) }
}

/// The date of an instant that must be a midnight in UTC.
pub(super) fn whole_day(micros: i64) -> Result<i32, Reason> {
    let day = SECONDS_A_DAY * MICROS_A_SECOND;
    if micros.rem_euclid(day) != 0 {
        return Err(Reason::NotMidnight);
    }
    i32::try_from(micros / day).map_err(|_| Reason::YearOutOfRange)
}

/// A day since 1970 within the years that are taken.
pub(super) fn checked_day(day: i64) -> Result<i32, Reason> {
    if (FIRST_DAY..=LAST_DAY).contains(&day) {
        i32::try_from(day).map_err(|_| Reason::YearOutOfRange)
    } else {
        Err(Reason::YearOutOfRange)
    }
}

/// An instant within the years that are taken, in microseconds since 1970.
pub(super) fn checked_instant(micros: i64) -> Result<i64, Reason> {
    in_range(micros)
}

/// How dates are written.
#[derive(Debug, Clone)]
pub(super) enum DateReader {
    /// `%Y-%m-%d`
    Iso,
    Epoch(Epoch),
    Other(Pattern),
}

impl DateReader {
    /// # Errors
    /// When the format is unknown, says no date, or says a time.
    pub fn new(notation: &str) -> Result<Self, String> {
        if let Some(epoch) = Epoch::named(notation) {
            return Ok(Self::Epoch(epoch));
        }
        if matches!(notation, "%Y-%m-%d" | "%F") {
            return Ok(Self::Iso);
        }
        let pattern = Pattern::new(notation)?;
        if pattern.says_time() {
            return Err(format!("the format `{notation}` says a time, but the column is a date"));
        }
        Ok(Self::Other(pattern))
    }

    /// The epoch that numbers of this column count from, if it is one.
    pub fn epoch(&self) -> Option<Epoch> {
        if let Self::Epoch(epoch) = self { Some(*epoch) } else { None }
    }

    /// Days since 1970.
    pub fn read(&self, text: &str) -> Result<i32, Reason> {
        let bytes = text.as_bytes();
        let day = match self {
            Self::Iso => iso_date(bytes),
            Self::Epoch(epoch) => return whole_day(epoch.micros(text)?),
            Self::Other(pattern) => pattern.read(bytes).and_then(|fields| fields.day()),
        };
        checked_day(day.ok_or(Reason::NotADate)?)
    }
}

/// Days since 1970 of `YYYY-MM-DD`, without going through tokens.
fn iso_date(text: &[u8]) -> Option<i64> {
    let text: &[u8; 10] = text.try_into().ok()?;
    if text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let mut digits = [0_i64; 8];
    for (digit, index) in digits.iter_mut().zip([0, 1, 2, 3, 5, 6, 8, 9]) {
        let byte = text[index].wrapping_sub(b'0');
        if byte > 9 {
            return None;
        }
        *digit = i64::from(byte);
    }
    let [a, b, c, d, e, f, g, h] = digits;
    days_from_civil(a * 1000 + b * 100 + c * 10 + d, e * 10 + f, g * 10 + h)
}

/// How timestamps are written.
#[derive(Debug, Clone)]
pub(super) struct TimestampReader {
    patterns: Vec<Pattern>,
    epoch: Option<Epoch>,
    zone: Tz,
    /// the local hour last looked up and its offset from UTC in seconds
    known_hour: Cell<(i64, i64)>,
}

impl TimestampReader {
    /// # Errors
    /// When a format is unknown or says no date.
    pub fn new<'a>(notations: impl Iterator<Item = &'a str>, zone: Tz) -> Result<Self, String> {
        let mut reader =
            Self { patterns: Vec::new(), epoch: None, zone, known_hour: Cell::new((i64::MIN, 0)) };
        for notation in notations {
            match Epoch::named(notation) {
                Some(epoch) => reader.epoch = Some(epoch),
                None => reader.patterns.push(Pattern::new(notation)?),
            }
        }
        Ok(reader)
    }

    /// The epoch that numbers of this column count from, if it is one.
    pub fn epoch(&self) -> Option<Epoch> {
        self.epoch
    }

    /// Microseconds since 1970 in UTC.
    pub fn read(&self, text: &str) -> Result<i64, Reason> {
        let bytes = text.as_bytes();
        for pattern in &self.patterns {
            if let Some(fields) = pattern.read(bytes) {
                return self.instant(&fields);
            }
        }
        match self.epoch {
            Some(epoch) => self.of_epoch(epoch.micros(text)?),
            None => Err(Reason::NotATimestamp),
        }
    }

    /// Microseconds since 1970 in UTC of those that the epoch gives.
    pub fn of_epoch(&self, micros: i64) -> Result<i64, Reason> {
        if !self.epoch.is_some_and(Epoch::is_local) {
            return Ok(micros);
        }
        let offset = self.offset(micros.div_euclid(MICROS_A_SECOND))?;
        in_range(micros - offset * MICROS_A_SECOND)
    }

    fn instant(&self, fields: &Fields) -> Result<i64, Reason> {
        let (Some(day), Some(second)) = (fields.day(), fields.second_of_day()) else {
            return Err(Reason::NotATimestamp);
        };
        if fields.nanosecond % 1000 != 0 {
            return Err(Reason::TooFine);
        }
        let local = day * SECONDS_A_DAY + second;
        let offset = match fields.offset_seconds {
            Some(offset) => offset,
            None => self.offset(local)?,
        };
        in_range((local - offset) * MICROS_A_SECOND + fields.nanosecond / 1000)
    }

    /// Seconds that the zone is ahead of UTC at a local time, given as if it were UTC.
    pub fn offset(&self, local: i64) -> Result<i64, Reason> {
        if self.zone == Tz::UTC {
            return Ok(0);
        }
        let hour = local.div_euclid(3600);
        let (known, offset) = self.known_hour.get();
        if known == hour {
            return Ok(offset);
        }
        let offset = self.look_up(local)?;
        let is_same = |second| self.look_up(second).is_ok_and(|other| other == offset);
        if is_same(hour * 3600) && is_same(hour * 3600 + 3599) {
            self.known_hour.set((hour, offset));
        }
        Ok(offset)
    }

    fn look_up(&self, local: i64) -> Result<i64, Reason> {
        let naive = DateTime::from_timestamp(local, 0).ok_or(Reason::YearOutOfRange)?.naive_utc();
        match self.zone.offset_from_local_datetime(&naive) {
            MappedLocalTime::Single(offset) => Ok(i64::from(offset.fix().local_minus_utc())),
            MappedLocalTime::Ambiguous(..) => Err(Reason::LocalTimeTwice(self.zone)),
            MappedLocalTime::None => Err(Reason::LocalTimeSkipped(self.zone)),
        }
    }
}
