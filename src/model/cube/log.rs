//! What was asked of cubes before? Names of members only, never a value.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::Answer;
use super::head::RollupGranularity;
use super::route::{self, Cut, Need, TimeNeed};
use crate::warehouse::durable;

/// The file below the folder of a project's state.
const FILE: &str = "cube-questions.jsonl";
/// The file that held the lines before these.
const OLDER: &str = "cube-questions.older.jsonl";
/// Beyond so many bytes a new file is begun; with the older one, twice as many are kept.
const BYTES_MAX: u64 = 8 << 20;

/// What a question needed of one cube, and what answered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// the cube
    pub cube: String,
    /// its measures, without what is offered of them over time
    pub measures: Vec<String>,
    /// the dimensions whose values were needed, in rows and in filters
    pub dimensions: Vec<String>,
    /// its segments
    pub segments: Vec<String>,
    /// how its times were cut
    pub times: Vec<Timed>,
    /// whether single rows were asked
    pub is_ungrouped: bool,
    /// `base`, or the rollup that answered
    pub route: String,
}

/// How a dimension of time was cut, without saying where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed {
    /// the dimension
    pub dimension: String,
    /// into which buckets
    pub granularity: Option<String>,
    /// the longest stretches of which no span began or ended within one; null without spans
    pub stretch: Option<Stretch>,
}

/// The stretches that spans were made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stretch {
    /// whole years
    Year,
    /// whole quarters
    Quarter,
    /// whole months
    Month,
    /// whole weeks
    Week,
    /// whole days
    Day,
    /// parts of days
    Moment,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// the moment of the answer
    pub at: DateTime<Utc>,
    /// the rows in the files that were opened for the whole question
    pub rows_scanned: u64,
    /// how long the whole question took
    pub elapsed_ms: u64,
    /// what it needed
    #[serde(flatten)]
    pub asked: Asked,
}

impl Asked {
    /// What is kept of a question about one cube.
    pub fn of(need: &Need, cube: &str, route: &str) -> Self {
        let times = need.times.iter().map(|time| Timed {
            dimension: time.dimension.clone(),
            granularity: time.granularity.map(|granularity| granularity.to_string()),
            stretch: Stretch::of(&time.spans),
        });
        Self {
            cube: cube.to_owned(),
            measures: need.measures.iter().cloned().collect(),
            dimensions: need.dimensions.iter().cloned().collect(),
            segments: need.segments.iter().cloned().collect(),
            times: times.collect(),
            is_ungrouped: need.is_ungrouped,
            route: route.to_owned(),
        }
    }

    /// A question that needs the same of a rollup.
    pub(super) fn need(&self) -> Need {
        let times = self.times.iter().map(|time| TimeNeed {
            dimension: time.dimension.clone(),
            granularity: time.granularity.as_ref().and_then(|text| text.parse().ok()),
            spans: time.stretch.and_then(Stretch::example).into_iter().collect(),
        });
        Need {
            dimensions: self.dimensions.iter().cloned().collect(),
            segments: self.segments.iter().cloned().collect(),
            times: times.collect(),
            measures: self.measures.iter().cloned().collect(),
            is_ungrouped: self.is_ungrouped,
        }
    }
}

impl Stretch {
    const BY_LENGTH: [(Self, RollupGranularity); 5] = [
        (Self::Year, RollupGranularity::Year),
        (Self::Quarter, RollupGranularity::Quarter),
        (Self::Month, RollupGranularity::Month),
        (Self::Week, RollupGranularity::Week),
        (Self::Day, RollupGranularity::Day),
    ];

    /// The longest stretches that none of some spans cuts.
    fn of(spans: &[Cut]) -> Option<Self> {
        spans.iter().find(|cut| cut.from.is_some() || cut.until.is_some())?;
        let is_whole = |(_, granularity): &&(Self, RollupGranularity)| {
            spans.iter().all(|cut| route::is_between(cut, *granularity))
        };
        Some(Self::BY_LENGTH.iter().find(is_whole).map_or(Self::Moment, |(stretch, _)| *stretch))
    }

    /// A span that cuts no such stretch, and every longer one.
    fn example(self) -> Option<Cut> {
        let (month, day, hour) = match self {
            Self::Year => (1, 1, 0),
            Self::Quarter => (4, 1, 0),
            Self::Month => (5, 1, 0),
            // A Monday.
            Self::Week => (1, 5, 0),
            Self::Day => (1, 6, 0),
            Self::Moment => (1, 6, 12),
        };
        let time = NaiveTime::from_hms_opt(hour, 0, 0)?;
        let until = NaiveDateTime::new(NaiveDate::from_ymd_opt(2026, month, day)?, time);
        Some(Cut { from: None, until: Some(until) })
    }
}

/// Keeps an answered question for `patron advise`. That it cannot be kept is told in the log of the
/// program, and hinders nobody.
pub fn write(state: &Path, at: DateTime<Utc>, asked: &[Asked], rows_scanned: u64, elapsed_ms: u64) {
    let lines = asked.iter().map(|asked| {
        let asked = asked.clone();
        serde_json::to_string(&Line { at, rows_scanned, elapsed_ms, asked })
    });
    let written = lines.collect::<Result<Vec<_>, _>>().map_err(io::Error::from);
    let written = written.and_then(|lines| append(state, &lines));
    if let Err(error) = written {
        tracing::warn!(%error, path = %state.join(FILE).display(), "a question is not remembered");
    }
}

/// Keeps what an answer needed, as of [`write`].
pub fn remember(state: &Path, at: DateTime<Utc>, answer: &Answer, elapsed: Duration) {
    let uses = answer.parts.iter().flat_map(|part| &part.uses);
    let asked: Vec<Asked> =
        uses.map(|used| Asked::of(&used.need, &used.cube, &used.route)).collect();
    let rows_scanned = answer.parts.iter().map(|part| part.rows_scanned).sum();
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    write(state, at, &asked, rows_scanned, elapsed_ms);
}

fn append(state: &Path, lines: &[String]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    fs::create_dir_all(state)?;
    let path = state.join(FILE);
    let is_full = fs::metadata(&path).is_ok_and(|known| known.len() >= BYTES_MAX);
    if is_full {
        durable::replace(&path, &state.join(OLDER)).map_err(io::Error::other)?;
    }
    // One write, so that lines of several processes do not mix.
    let text = lines.join("\n") + "\n";
    OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes())
}

/// The questions of a project since a moment, in the order in which they were asked. Lines that
/// another program version wrote otherwise are left out.
///
/// # Errors
/// When a file is there and cannot be read.
pub fn read(state: &Path, since: Option<DateTime<Utc>>) -> io::Result<Vec<Line>> {
    let mut all = Vec::new();
    for path in paths(state) {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
        all.extend(lines.filter(|line| since.is_none_or(|since| line.at >= since)));
    }
    Ok(all)
}

fn paths(state: &Path) -> [PathBuf; 2] {
    [OLDER, FILE].map(|name| state.join(name))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn cut(from: &str, until: &str) -> Cut {
        let moment = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok();
        Cut { from: moment(from), until: moment(until) }
    }

    #[test]
    fn spans_are_remembered_by_their_stretches() {
        let cases = [
            ("2025-01-01 00:00", "2026-01-01 00:00", Stretch::Year),
            ("2025-01-01 00:00", "2025-10-01 00:00", Stretch::Quarter),
            ("2025-02-01 00:00", "", Stretch::Month),
            ("2026-01-12 00:00", "2026-01-19 00:00", Stretch::Week),
            ("2026-01-12 00:00", "2026-01-20 00:00", Stretch::Day),
            ("2026-01-12 00:00", "2026-01-20 08:30", Stretch::Moment),
        ];
        for (from, until, expected) in cases {
            let found = Stretch::of(&[cut(from, until)]).unwrap();
            assert_eq!(found, expected, "{from} {until}");
            // What is made of it again is cut alike.
            assert_eq!(Stretch::of(&[found.example().unwrap()]), Some(expected));
        }
        assert_eq!(Stretch::of(&[cut("", "")]), None);
    }

    #[test]
    fn a_full_file_makes_room() {
        let folder = tempfile::tempdir().unwrap();
        let need = Need { measures: ["lines".to_owned()].into(), ..Need::default() };
        let asked = Asked::of(&need, "shop", "base");
        let at = |day| Utc.with_ymd_and_hms(2026, 4, day, 6, 0, 0).unwrap();
        write(folder.path(), at(1), &[asked.clone(), asked.clone()], 10, 2);
        let written = fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert_eq!(written.lines().count(), 2);
        let filler = " ".repeat(usize::try_from(BYTES_MAX).unwrap());
        fs::write(folder.path().join(FILE), written + &filler + "\n").unwrap();
        write(folder.path(), at(2), std::slice::from_ref(&asked), 10, 2);
        let read = |since| read(folder.path(), since).unwrap().len();
        assert_eq!((read(None), read(Some(at(2))), read(Some(at(3)))), (3, 1, 0));
        assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap().lines().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_hinders_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state");
        fs::write(&file, "no folder").unwrap();
        let asked = Asked::of(&Need::default(), "shop", "base");
        write(&file, DateTime::UNIX_EPOCH, &[asked], 0, 0);
        assert_eq!(fs::read_to_string(&file).unwrap(), "no folder");
    }
}
