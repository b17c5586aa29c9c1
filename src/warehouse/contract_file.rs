//! How is a contract written down, and does what it says hold together?

use std::collections::BTreeMap;
use std::ops::Range;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::contract::{Contract, Covers, Cursor, Deletions, History, Mode, Tolerance};
use super::name::{TableName, is_identifier};
use super::project::{ProjectError, Settings, System, SystemKind, line_at, parse_toml};
use crate::source::FileKind;
use crate::source::shape::{Column, ColumnType, Format, Shape};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    description: Spanned<String>,
    system: Spanned<String>,
    object: Spanned<String>,
    kind: Option<Spanned<FileKind>>,
    mode: Spanned<ModeName>,
    key: Option<Spanned<Vec<String>>>,
    month: Option<Spanned<String>>,
    period: Option<Spanned<String>>,
    covers: Option<Spanned<Covers>>,
    cursor: Option<Spanned<Cursor>>,
    deletions: Option<Spanned<WrittenDeletions>>,
    history: Option<Spanned<History>>,
    freshness_hours: Option<u32>,
    #[serde(default)]
    tolerate: Tolerance,
    format: Option<Spanned<Format>>,
    columns: Columns,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ModeName {
    Full,
    Append,
    Merge,
    Period,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDeletions {
    flag: Option<String>,
    value: Option<String>,
    keys_every: Option<u32>,
}

/// The columns in the order in which they are written.
struct Columns(Vec<(Range<usize>, Column)>);

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Columns;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("sections [columns.<name>]")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Columns, A::Error> {
                let mut columns = Vec::new();
                while let Some((name, column)) = map.next_entry::<String, Spanned<Column>>()? {
                    let span = column.span();
                    let mut column = column.into_inner();
                    column.name = name;
                    columns.push((span, column));
                }
                Ok(Columns(columns))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Parses and checks a contract.
///
/// # Errors
/// The first mistake found, with file and line.
pub(super) fn parse(
    name: &TableName,
    place: &str,
    text: &str,
    settings: &Settings,
    systems: &BTreeMap<String, System>,
) -> Result<Contract, ProjectError> {
    let written: Written = parse_toml(place, text)?;
    let checker = Checker { place, text };
    let system =
        systems.get(written.system.get_ref()).ok_or_else(|| ProjectError::UnknownSystem {
            place: place.to_owned(),
            line: line_at(text, written.system.span().start),
            system: written.system.get_ref().clone(),
        })?;
    let columns = checker.columns(written.columns)?;
    let kind = checker.kind(system.kind, written.kind, &written.object)?;
    let key = checker.key(&columns, written.key, *written.mode.get_ref(), &written.mode.span())?;
    let mode = checker.mode(&columns, &written.mode, written.period, written.covers)?;
    let month = checker.month(&columns, written.month)?;
    let cursor = checker.cursor(&columns, written.cursor)?;
    let deletions = checker.deletions(&columns, written.deletions, &mode, kind)?;
    let history = checker.history(&columns, written.history, &mode, &key)?;
    if columns.iter().any(|column| column.personal) && key.is_empty() {
        return Err(checker.invalid(
            0..0,
            "a table with personal columns needs a key, because they lie in a table of their own",
        ));
    }
    if kind.is_none() && mode == Mode::Append && (key.is_empty() || cursor.is_none()) {
        return Err(checker.invalid(
            written.mode.span(),
            "mode append on a database needs key and cursor, so that no row loads twice",
        ));
    }
    if let Mode::Period { .. } = mode
        && kind.is_none()
    {
        return Err(checker.invalid(
            written.mode.span(),
            "mode period is for files; a database delivers rows, so use merge or full",
        ));
    }
    let format = checker.format(written.format, kind)?;
    let zone = checker.zone(&format, settings)?;
    Ok(Contract {
        name: name.clone(),
        place: place.to_owned(),
        description: checker.description(written.description)?,
        system: written.system.into_inner(),
        object: written.object.into_inner(),
        kind,
        mode,
        key,
        month,
        cursor,
        deletions,
        history,
        freshness_hours: written.freshness_hours,
        tolerate: written.tolerate,
        shape: Shape { place: place.to_owned(), columns, format, zone },
    })
}

/// Checks what a contract says against itself; every mistake gets its line.
struct Checker<'a> {
    place: &'a str,
    text: &'a str,
}

impl Checker<'_> {
    fn invalid(&self, span: Range<usize>, message: impl Into<String>) -> ProjectError {
        ProjectError::Invalid {
            place: self.place.to_owned(),
            line: line_at(self.text, span.start),
            message: message.into(),
        }
    }

    fn description(&self, description: Spanned<String>) -> Result<String, ProjectError> {
        if description.get_ref().trim().is_empty() {
            return Err(self.invalid(description.span(), "description is empty; say what a row is"));
        }
        Ok(description.into_inner())
    }

    fn columns(&self, columns: Columns) -> Result<Vec<Column>, ProjectError> {
        let names: Vec<String> = columns.0.iter().map(|(_, column)| column.name.clone()).collect();
        if names.is_empty() {
            return Err(self.invalid(0..0, "the table has no columns; add [columns.<name>]"));
        }
        for (span, column) in &columns.0 {
            if !is_identifier(&column.name) {
                let message = format!(
                    "column `{}`: use a to z, 0 to 9 and _, beginning with a letter, and `from` \
                     for the source's own name",
                    column.name
                );
                return Err(self.invalid(span.clone(), message));
            }
            if let Some(currency) = &column.currency
                && !names.contains(currency)
            {
                return Err(self.unknown(span.clone(), "currency", currency));
            }
        }
        Ok(columns.0.into_iter().map(|(_, column)| column).collect())
    }

    fn unknown(&self, span: Range<usize>, what: &str, column: &str) -> ProjectError {
        self.invalid(span, format!("{what} names the column `{column}`, which the contract lacks"))
    }

    fn find<'c>(
        &self,
        columns: &'c [Column],
        what: &str,
        name: &str,
        span: &Range<usize>,
    ) -> Result<&'c Column, ProjectError> {
        columns
            .iter()
            .find(|column| column.name == name)
            .ok_or_else(|| self.unknown(span.clone(), what, name))
    }

    fn kind(
        &self,
        system: SystemKind,
        kind: Option<Spanned<FileKind>>,
        object: &Spanned<String>,
    ) -> Result<Option<FileKind>, ProjectError> {
        match (system, kind) {
            (SystemKind::Files, Some(kind)) => Ok(Some(kind.into_inner())),
            (SystemKind::Files, None) => Err(self.invalid(
                object.span(),
                "the system is a folder of files, so say kind = \"csv\", \"json\", \"parquet\" or \
                 \"xlsx\"",
            )),
            (_, None) => Ok(None),
            (_, Some(kind)) => {
                Err(self
                    .invalid(kind.span(), "the system is a database; kind is for folders of files"))
            }
        }
    }

    fn key(
        &self,
        columns: &[Column],
        key: Option<Spanned<Vec<String>>>,
        mode: ModeName,
        mode_span: &Range<usize>,
    ) -> Result<Vec<String>, ProjectError> {
        let Some(key) = key else {
            return match mode {
                ModeName::Merge => Err(self.invalid(mode_span.clone(), "mode merge needs a key")),
                _ => Ok(Vec::new()),
            };
        };
        let span = key.span();
        if mode == ModeName::Period {
            let message = "mode period replaces whole dates, so it takes no key; use merge instead";
            return Err(self.invalid(span, message));
        }
        for name in key.get_ref() {
            let column = self.find(columns, "key", name, &span)?;
            let problem = if !column.required {
                "is not required; a key is never empty"
            } else if column.personal {
                "is personal; key a person by a number that says nothing about them"
            } else if column.kind == ColumnType::Float {
                "is a float, which is never exactly equal to itself at another source"
            } else {
                continue;
            };
            return Err(self.invalid(span, format!("key column `{name}` {problem}")));
        }
        Ok(key.into_inner())
    }

    fn mode(
        &self,
        columns: &[Column],
        mode: &Spanned<ModeName>,
        period: Option<Spanned<String>>,
        covers: Option<Spanned<Covers>>,
    ) -> Result<Mode, ProjectError> {
        let plain = match mode.get_ref() {
            ModeName::Full => Mode::Full,
            ModeName::Append => Mode::Append,
            ModeName::Merge => Mode::Merge,
            ModeName::Period => {
                let message = "mode period needs period = \"<date column>\"";
                let period = period.ok_or_else(|| self.invalid(mode.span(), message))?;
                let column = self.find(columns, "period", period.get_ref(), &period.span())?;
                if column.kind != ColumnType::Date || !column.required || column.personal {
                    let message =
                        format!("period column `{}` must be a required date", column.name);
                    return Err(self.invalid(period.span(), message));
                }
                let covers = covers.map(Spanned::into_inner).unwrap_or_default();
                return Ok(Mode::Period { column: column.name.clone(), covers });
            }
        };
        if let Some(span) = period.map(|p| p.span()).or_else(|| covers.map(|c| c.span())) {
            return Err(self.invalid(span, "period and covers belong to mode period"));
        }
        Ok(plain)
    }

    fn month(
        &self,
        columns: &[Column],
        month: Option<Spanned<String>>,
    ) -> Result<Option<String>, ProjectError> {
        let Some(month) = month else { return Ok(None) };
        let column = self.find(columns, "month", month.get_ref(), &month.span())?;
        if !matches!(column.kind, ColumnType::Date | ColumnType::Timestamp) || column.personal {
            let message = format!("month column `{}` must be a date or timestamp", column.name);
            return Err(self.invalid(month.span(), message));
        }
        Ok(Some(month.into_inner()))
    }

    fn cursor(
        &self,
        columns: &[Column],
        cursor: Option<Spanned<Cursor>>,
    ) -> Result<Option<Cursor>, ProjectError> {
        let Some(cursor) = cursor else { return Ok(None) };
        let span = cursor.span();
        let column = self.find(columns, "cursor", &cursor.get_ref().column, &span)?;
        let is_ordered =
            matches!(column.kind, ColumnType::Integer | ColumnType::Date | ColumnType::Timestamp);
        if !is_ordered || column.personal {
            let message =
                format!("cursor column `{}` must be an integer, date or timestamp", column.name);
            return Err(self.invalid(span, message));
        }
        Ok(Some(cursor.into_inner()))
    }

    fn deletions(
        &self,
        columns: &[Column],
        deletions: Option<Spanned<WrittenDeletions>>,
        mode: &Mode,
        kind: Option<FileKind>,
    ) -> Result<Deletions, ProjectError> {
        let Some(deletions) = deletions else { return Ok(Deletions::None) };
        let span = deletions.span();
        match deletions.into_inner() {
            WrittenDeletions { flag: Some(column), value: Some(value), keys_every: None } => {
                self.find(columns, "deletions.flag", &column, &span)?;
                if *mode != Mode::Merge {
                    return Err(self.invalid(span, "a deletion flag needs mode merge"));
                }
                Ok(Deletions::Flag { column, value })
            }
            WrittenDeletions { flag: None, value: None, keys_every: Some(every @ 1..) } => {
                if *mode != Mode::Merge || kind.is_some() {
                    let message = "comparing keys needs mode merge on a database";
                    return Err(self.invalid(span, message));
                }
                Ok(Deletions::Keys { every })
            }
            _ => Err(self.invalid(
                span,
                "write deletions = { flag = \"<column>\", value = \"<text>\" } \
                 or { keys_every = 1 }",
            )),
        }
    }

    fn history(
        &self,
        columns: &[Column],
        history: Option<Spanned<History>>,
        mode: &Mode,
        key: &[String],
    ) -> Result<History, ProjectError> {
        let Some(history) = history else { return Ok(History::None) };
        let span = history.span();
        let history = history.into_inner();
        if history.is_kept() && (key.is_empty() || !matches!(mode, Mode::Merge | Mode::Full)) {
            return Err(self.invalid(span, "history needs a key and mode merge or full"));
        }
        if let History::Dated { valid_from } = &history {
            let column = self.find(columns, "history.valid_from", valid_from, &span)?;
            let is_dated = matches!(column.kind, ColumnType::Date | ColumnType::Timestamp);
            if !is_dated || !column.required || column.personal {
                let message = format!(
                    "history.valid_from `{valid_from}` must be a required date or timestamp"
                );
                return Err(self.invalid(span, message));
            }
        }
        Ok(history)
    }

    fn format(
        &self,
        format: Option<Spanned<Format>>,
        kind: Option<FileKind>,
    ) -> Result<Format, ProjectError> {
        let Some(format) = format else { return Ok(Format::default()) };
        let span = format.span();
        let format = format.into_inner();
        if kind != Some(FileKind::Xlsx) && (format.sheet.is_some() || format.range.is_some()) {
            let message =
                "sheet and range are for workbooks; say kind = \"xlsx\" or leave them out";
            return Err(self.invalid(span, message));
        }
        Ok(format)
    }

    fn zone(&self, format: &Format, settings: &Settings) -> Result<chrono_tz::Tz, ProjectError> {
        let Some(zone) = &format.zone else { return Ok(settings.time_zone) };
        zone.parse().map_err(|_| {
            let message =
                format!("format.zone `{zone}` is no IANA time zone, such as Asia/Shanghai");
            self.invalid(0..0, message)
        })
    }
}
