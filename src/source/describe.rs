//! Which shape would fit a source that nobody described yet?
//!
//! A guess from up to 10,000 rows, for a person to correct: a column is text unless every value
//! fits a narrower type.

use std::collections::BTreeSet;

use super::files::Found;
use super::json_text::{Value, compact, members};
use super::moment::{DateReader, TimestampReader};
use super::shape::{ColumnType, Format};
use super::sqlite::Snapshot;
use super::stored::{Stored, widest};
use super::xlsx_cell::{Value as SheetValue, significant};
use super::{FileKind, SourceError, csv, parquet, xlsx};

/// Rows looked at.
pub(super) const ROWS_MAX: usize = 10_000;
/// Examples kept of a column.
const EXAMPLES_MAX: usize = 5;
/// Characters kept of an example.
const EXAMPLE_CHARACTERS_MAX: usize = 60;

/// Formats of dates that are tried, in order.
const DATES: [&str; 5] = ["%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%m/%d/%Y", "%Y%m%d"];
/// Formats of timestamps that are tried, in order.
const TIMESTAMPS: [&str; 14] = [
    "%+",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%Y%m%d%H%M%S",
];

/// A column as it seems to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// its name at the source: a path with dots for JSON
    pub name: String,
    /// the narrowest type that fits
    pub kind: ColumnType,
    /// whether every row had a value
    pub required: bool,
    /// the format of dates and timestamps where it is not the default
    pub format: Option<String>,
    /// some of its values, cut to 60 characters
    pub examples: Vec<String>,
}

/// Describes the columns of a file.
///
/// # Errors
/// When the file cannot be read.
pub fn describe_file(
    kind: FileKind,
    file: &Found,
    format: &Format,
) -> Result<Vec<Described>, SourceError> {
    file.fetch()?;
    match kind {
        FileKind::Csv => {
            let (names, records) = csv::sample(file, format, ROWS_MAX)?;
            let mut guesses: Vec<Guess> = names.iter().map(|_| Guess::new(format)).collect();
            for record in &records {
                guesses.iter_mut().zip(record).for_each(|(guess, text)| guess.text(text));
            }
            Ok(finish(names, guesses))
        }
        FileKind::JsonLines => describe_json(file, format),
        FileKind::Parquet => {
            let mut guesses = Vec::new();
            let names = parquet::sample(file, ROWS_MAX, |column, stored| {
                add(&mut guesses, format, column, stored);
            })?;
            Ok(finish(names, guesses))
        }
        FileKind::Xlsx => {
            let mut guesses = Vec::new();
            let names = xlsx::sample(file, format, ROWS_MAX, |column, value| {
                guess_at(&mut guesses, format, column).cell(&value);
            })?;
            Ok(finish(names, guesses))
        }
    }
}

impl Snapshot {
    /// The columns of a table, a view or a query, guessed from its rows.
    pub(super) fn described(&self, object: &str) -> Result<Vec<Described>, SourceError> {
        let format = Format::default();
        let mut guesses = Vec::new();
        let names = self.sample(object, ROWS_MAX, |column, stored| {
            add(&mut guesses, &format, column, stored);
        })?;
        Ok(finish(names, guesses))
    }
}

fn add(guesses: &mut Vec<Guess>, format: &Format, column: usize, stored: Stored<'_>) {
    guess_at(guesses, format, column).stored(stored);
}

fn guess_at<'a>(guesses: &'a mut Vec<Guess>, format: &Format, column: usize) -> &'a mut Guess {
    if guesses.len() <= column {
        guesses.resize_with(column + 1, || Guess::new(format));
    }
    &mut guesses[column]
}

fn finish(names: Vec<String>, guesses: Vec<Guess>) -> Vec<Described> {
    let mut guesses = guesses.into_iter();
    names
        .into_iter()
        .map(|name| match guesses.next() {
            Some(guess) => guess.finish(name),
            None => Guess::new(&Format::default()).finish(name),
        })
        .collect()
}

fn describe_json(file: &Found, format: &Format) -> Result<Vec<Described>, SourceError> {
    let mut names: Vec<String> = Vec::new();
    let mut guesses: Vec<Guess> = Vec::new();
    let mut objects = 0;
    for line in super::json::sample(file, format, ROWS_MAX)? {
        objects += 1;
        leaves(&line, "", &mut |name, value| {
            let place = names.iter().position(|other| *other == name).unwrap_or_else(|| {
                names.push(name);
                guesses.push(Guess::new(format));
                names.len() - 1
            });
            match value {
                Value::Null => guesses[place].stored(Stored::Null),
                Value::Boolean(value) => guesses[place].stored(Stored::Boolean(value)),
                Value::Number(text) => guesses[place].text(text),
                Value::Text(text) => guesses[place].text(&text),
                Value::Nested(text) => guesses[place].text(&compact(text)),
            }
        });
    }
    for guess in &mut guesses {
        guess.has_gap |= guess.rows < objects;
    }
    Ok(finish(names, guesses))
}

/// Calls `leaf` with the path of every value that is no object.
fn leaves(object: &str, prefix: &str, leaf: &mut dyn FnMut(String, Value<'_>)) {
    members(object, |key, text| {
        let Some(key) = key else { return };
        let name = format!("{prefix}{key}");
        if text.starts_with('{') {
            leaves(text, &format!("{name}."), leaf);
        } else if let Some(value) = Value::new(text) {
            leaf(name, value);
        }
    });
}

/// What the values of a column have in common so far.
pub(super) struct Guess {
    rows: usize,
    values: usize,
    has_gap: bool,
    format: Format,
    /// types of values stored as something else than text
    stored: BTreeSet<&'static str>,
    stored_kind: Option<ColumnType>,
    is_integer: bool,
    is_decimal: bool,
    decimals: usize,
    is_boolean: bool,
    dates: Vec<(&'static str, DateReader)>,
    timestamps: Vec<(&'static str, TimestampReader)>,
    examples: Vec<String>,
}

impl Guess {
    pub(super) fn new(format: &Format) -> Self {
        let dates = DATES.iter().filter_map(|date| Some((*date, DateReader::new(date).ok()?)));
        let timestamps = TIMESTAMPS.iter().filter_map(|timestamp| {
            let reader = TimestampReader::new(std::iter::once(*timestamp), chrono_tz::UTC);
            Some((*timestamp, reader.ok()?))
        });
        Self {
            rows: 0,
            values: 0,
            has_gap: false,
            format: format.clone(),
            stored: BTreeSet::new(),
            stored_kind: None,
            is_integer: true,
            is_decimal: true,
            decimals: 0,
            is_boolean: true,
            dates: dates.collect(),
            timestamps: timestamps.collect(),
            examples: Vec::new(),
        }
    }

    fn example(&mut self, text: &str) {
        let text: String = text.chars().take(EXAMPLE_CHARACTERS_MAX).collect();
        if self.examples.len() < EXAMPLES_MAX && !self.examples.contains(&text) {
            self.examples.push(text);
        }
    }

    pub(super) fn stored(&mut self, stored: Stored<'_>) {
        match stored {
            Stored::Null => {
                self.rows += 1;
                self.has_gap = true;
            }
            Stored::Text(text) => self.text(text),
            Stored::Bytes(bytes) if std::str::from_utf8(bytes).is_ok() => {
                self.text(&String::from_utf8_lossy(bytes));
            }
            _ => {
                self.rows += 1;
                self.values += 1;
                self.example(&stored.text().unwrap_or_default());
                self.stored.insert(stored.kind());
                self.stored_kind = Some(widest(stored));
                self.no_text();
            }
        }
    }

    fn cell(&mut self, value: &SheetValue<'_>) {
        match value {
            SheetValue::Stored(stored) => self.stored(*stored),
            SheetValue::Number(number) => self.number(significant(*number)),
            _ => self.text(&value.plain_text().unwrap_or_default()),
        }
    }

    /// A number that may be an amount: it counts by its digits as long as they are few.
    fn number(&mut self, number: f64) {
        let text = format!("{number}");
        let plain = Format::default();
        let Some(decimals) = decimals(&text, &plain).filter(|decimals| *decimals <= 6) else {
            return self.stored(Stored::Float(number));
        };
        self.rows += 1;
        self.values += 1;
        self.example(&text);
        self.stored.insert(if decimals == 0 { "an integer" } else { "a float" });
        self.is_integer &= decimals == 0;
        self.decimals = self.decimals.max(decimals);
        self.is_boolean = false;
        self.dates.clear();
        self.timestamps.clear();
    }

    fn no_text(&mut self) {
        (self.is_integer, self.is_decimal, self.is_boolean) = (false, false, false);
        self.dates.clear();
        self.timestamps.clear();
    }

    pub(super) fn text(&mut self, text: &str) {
        self.rows += 1;
        let trimmed = text.trim();
        if trimmed.is_empty() || self.format.nulls.iter().any(|null| null == trimmed) {
            self.has_gap = true;
            return;
        }
        self.values += 1;
        self.example(text);
        self.stored.insert("text");
        let decimals = decimals(trimmed, &self.format);
        self.is_integer &= decimals == Some(0);
        self.is_decimal &= decimals.is_some();
        self.decimals = self.decimals.max(decimals.unwrap_or(0));
        let is_in = |values: &[String]| values.iter().any(|value| value == trimmed);
        self.is_boolean &= is_in(&self.format.true_values) || is_in(&self.format.false_values);
        self.dates.retain(|(notation, reader)| {
            reader.read(trimmed).is_ok_and(|day| *notation != "%Y%m%d" || is_plausible(day))
        });
        self.timestamps.retain(|(_, reader)| reader.read(trimmed).is_ok());
    }

    pub(super) fn finish(self, name: String) -> Described {
        let (kind, format) = self.kind();
        let required = !self.has_gap && self.values > 0;
        Described { name, kind, required, format, examples: self.examples }
    }

    fn kind(&self) -> (ColumnType, Option<String>) {
        let money = |scale: usize| ColumnType::Decimal {
            precision: 18,
            scale: u8::try_from(scale.min(18)).unwrap_or(18),
        };
        let other_than = |notation: &str, usual: &[String]| {
            (!usual.iter().any(|usual| usual == notation)).then(|| notation.to_owned())
        };
        if self.values == 0 {
            return (ColumnType::Text, None);
        }
        if let Some(kind) = &self.stored_kind {
            let is_numeric =
                self.stored.iter().all(|kind| ["an integer", "a float"].contains(kind));
            let is_moment = self.stored.iter().all(|kind| ["a date", "a timestamp"].contains(kind));
            return match self.stored.len() {
                1 => (kind.clone(), None),
                2 if is_numeric => (ColumnType::Float, None),
                2 if is_moment => (ColumnType::Timestamp, None),
                _ => (ColumnType::Text, None),
            };
        }
        if let Some((notation, _)) = self.dates.first() {
            return (
                ColumnType::Date,
                other_than(notation, std::slice::from_ref(&self.format.date)),
            );
        }
        if let Some((notation, _)) = self.timestamps.first() {
            return (ColumnType::Timestamp, other_than(notation, &self.format.timestamp));
        }
        // Digits alone that are all 0 or 1 are a number as soon as there is another digit.
        if self.is_boolean && !self.is_integer {
            return (ColumnType::Boolean, None);
        }
        if self.is_integer {
            return (ColumnType::Integer, None);
        }
        if self.is_decimal && self.decimals <= 18 {
            return (money(self.decimals), None);
        }
        (ColumnType::Text, None)
    }
}

/// Whether eight digits are likelier a date than a number.
fn is_plausible(day: i32) -> bool {
    // 1900-01-01 to 2099-12-31
    (-25_567..=47_481).contains(&day)
}

/// The decimals of a number; `None` for what is none, or has zeros in front like an identifier.
fn decimals(text: &str, format: &Format) -> Option<usize> {
    let mut plain = text.to_owned();
    if let Some(mark) = format.thousands_mark {
        plain.retain(|character| character != mark);
    }
    let digits = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    let (whole, fraction) = digits.split_once(format.decimal_mark).unwrap_or((digits, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = !whole.is_empty()
        && is_digits(whole)
        && is_digits(fraction)
        && (whole == "0" || !whole.starts_with('0'))
        && whole.len() + fraction.len() <= 18;
    is_number.then_some(if digits.contains(format.decimal_mark) {
        fraction.len().max(1)
    } else {
        0
    })
}
