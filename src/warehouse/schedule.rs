//! At which times does a server refresh the warehouse by itself?

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;
use serde::{Deserialize, Deserializer};

/// `[schedule]` of `warehouse/project.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// when: minute, hour, day, month and day of the week, in the project's time zone
    pub refresh: Times,
    /// memory of the refresh's queries in MiB; what the server itself was given where absent
    pub memory_mib: Option<usize>,
}

/// Times that come again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    text: String,
    pattern: Cron,
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.parse() {
            Ok(pattern) if text.split_whitespace().count() == 5 => Ok(Self { text, pattern }),
            _ => Err(serde::de::Error::custom(format!(
                "`{text}` is no schedule; write minute, hour, day, month and day of the week, \
                 such as `0 */2 * * *` for every second hour"
            ))),
        }
    }
}

impl Times {
    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first of them after a moment; none where no day has it, such as 30 February.
    pub fn after(&self, moment: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let next = self.pattern.find_next_occurrence(&moment.with_timezone(&zone), false);
        next.ok().map(|next| next.to_utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(text: &str) -> Result<Times, toml::de::Error> {
        toml::from_str::<Schedule>(&format!("refresh = {text:?}")).map(|found| found.refresh)
    }

    #[test]
    fn the_next_time_is_told_in_the_zone_of_the_project() {
        let cases = [
            // Six in Shanghai is 22 of the day before in UTC.
            ("0 6 * * *", "Asia/Shanghai", "2026-07-01T00:00:00Z", "2026-07-01T22:00:00Z"),
            ("0 6 * * *", "UTC", "2026-07-01T06:00:00Z", "2026-07-02T06:00:00Z"),
            ("0 */2 * * *", "UTC", "2026-07-01T06:00:01Z", "2026-07-01T08:00:00Z"),
            ("30 7 * * 1", "UTC", "2026-07-01T06:00:00Z", "2026-07-06T07:30:00Z"),
            // Summer ends on 25 October: six in Berlin is one hour later in UTC.
            ("0 6 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T05:00:00Z"),
        ];
        for (text, zone, moment, expected) in cases {
            let after = times(text).unwrap().after(moment.parse().unwrap(), zone.parse().unwrap());
            assert_eq!(after, Some(expected.parse().unwrap()), "{text} {zone} {moment}");
        }
        let never = times("0 0 30 2 *").unwrap();
        assert_eq!(never.after("2026-07-01T00:00:00Z".parse().unwrap(), Tz::UTC), None);
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in ["", "hourly", "0 25 * * *", "* * * *", "0 0 0 * * *", "0 */2 * * 9"] {
            let message = times(text).unwrap_err().to_string();
            assert!(message.contains("such as `0 */2 * * *`"), "{text}: {message}");
        }
    }
}
