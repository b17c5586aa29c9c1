//! How do rows become a workbook that people open in a spreadsheet?
//!
//! Every cell is a value: text that begins like a formula is text. A number with more than fifteen
//! digits is text too, since a spreadsheet would round it.

use std::io::{BufWriter, Write};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::arrow::util::display::FormatOptions;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use serde_json::Value as Json;

use super::encode::{EncodeError, Sink, formatters, is_null};

/// The most cells of a workbook, since all of it is made in memory.
const CELLS_MAX: u64 = 1_500_000;
/// The most rows of a sheet below its header.
const ROWS_MAX: u32 = 1_048_575;
/// The most columns of a sheet.
const COLUMNS_MAX: usize = 16_384;
/// The most units of UTF-16 in a cell.
const TEXT_MAX: usize = 32_767;
/// The most digits of a number that a spreadsheet keeps.
const DIGITS_MAX: usize = 15;
/// The widest column, in characters.
const WIDTH_MAX: u16 = 60;
/// What a cell begins with that some programs would take for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// What the cells of a column are.
struct Column {
    name: String,
    kind: Kind,
    format: Format,
    width: u16,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Boolean,
    Moment,
    Text,
}

/// A workbook that takes rows until it is written whole.
pub(super) struct WorkbookSink<'a> {
    out: &'a mut (dyn Write + Send),
    sheet: Worksheet,
    columns: Vec<Column>,
    /// what is told on the second sheet: metadata of the rows, by their keys
    about: Vec<(String, String)>,
    rows: u32,
    cells: u64,
    quoted: Format,
}

fn failed(error: XlsxError) -> EncodeError {
    EncodeError::Workbook(Box::new(error))
}

fn unfit(problem: String) -> EncodeError {
    EncodeError::Unfit { problem }
}

impl<'a> WorkbookSink<'a> {
    /// A sheet with its header.
    pub(super) fn start(
        schema: &SchemaRef,
        out: &'a mut (dyn Write + Send),
    ) -> Result<Self, EncodeError> {
        if schema.fields().len() > COLUMNS_MAX {
            let problem = format!("a sheet has at most {COLUMNS_MAX} columns");
            return Err(unfit(problem));
        }
        let columns: Vec<Column> =
            schema.fields().iter().map(|field| column(field.name(), field.data_type())).collect();
        let mut sheet = Worksheet::new();
        sheet.set_name("Answer").map_err(failed)?;
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        let bold = Format::new().set_bold();
        for (at, column) in (0u16..).zip(&columns) {
            let name = fitting(&column.name, "the header")?;
            sheet.write_string_with_format(0, at, name, &bold).map_err(failed)?;
        }
        let mut about: Vec<(String, String)> =
            schema.metadata().iter().map(|(key, text)| (key.clone(), text.clone())).collect();
        about.sort();
        let quoted = Format::new().set_quote_prefix();
        Ok(Self { out, sheet, columns, about, rows: 0, cells: 0, quoted })
    }

    /// Writes what is known of the rows, a line each.
    fn about(&self) -> Result<Worksheet, EncodeError> {
        let mut sheet = Worksheet::new();
        sheet.set_name("About").map_err(failed)?;
        let bold = Format::new().set_bold();
        let mut lines = Vec::new();
        for (key, text) in &self.about {
            match serde_json::from_str(text) {
                Ok(json) => flatten(key, &json, &mut lines),
                Err(_) => lines.push((key.clone(), text.clone())),
            }
        }
        for (row, (name, text)) in (0u32..ROWS_MAX).zip(&lines) {
            sheet.write_string_with_format(row, 0, cut(name), &bold).map_err(failed)?;
            let written = match text.starts_with(FORMULA) {
                true => sheet.write_string_with_format(row, 1, cut(text), &self.quoted),
                false => sheet.write_string(row, 1, cut(text)),
            };
            written.map_err(failed)?;
        }
        sheet.set_column_width(0, 40).map_err(failed)?;
        sheet.set_column_width(1, 80).map_err(failed)?;
        Ok(sheet)
    }

    fn cell(&mut self, at: u16, column: usize, text: &str) -> Result<(), EncodeError> {
        let Some(Column { name, kind, format, width }) = self.columns.get_mut(column) else {
            return Ok(());
        };
        *width = (*width).max(u16::try_from(text.chars().count()).unwrap_or(u16::MAX));
        let (row, sheet) = (self.rows, &mut self.sheet);
        let written = match kind {
            Kind::Number => match number(text) {
                Some(value) => sheet.write_number_with_format(row, at, value, format),
                None => sheet.write_string(row, at, text),
            },
            Kind::Boolean => sheet.write_boolean(row, at, text == "true"),
            Kind::Moment => match moment(text) {
                Some(value) => sheet.write_datetime_with_format(row, at, &value, format),
                None => sheet.write_string(row, at, text),
            },
            Kind::Text => {
                let place = format!("column `{name}`, row {row}");
                let text = fitting(text, &place)?;
                match text.starts_with(FORMULA) {
                    true => sheet.write_string_with_format(row, at, text, &self.quoted),
                    false => sheet.write_string(row, at, text),
                }
            }
        };
        written.map(|_| ()).map_err(failed)
    }
}

impl Sink for WorkbookSink<'_> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), EncodeError> {
        let cells = formatters(batch, &FormatOptions::new())?;
        for row in 0..batch.num_rows() {
            self.rows += 1;
            self.cells += batch.num_columns() as u64;
            if self.rows > ROWS_MAX || self.cells > CELLS_MAX {
                let problem = format!(
                    "a workbook holds at most {ROWS_MAX} rows and {CELLS_MAX} cells here; ask for \
                     fewer rows"
                );
                return Err(unfit(problem));
            }
            let columns = batch.columns().iter().zip(&cells).enumerate();
            for (at, (column, (array, cell))) in (0u16..).zip(columns) {
                if is_null(array.as_ref(), row) {
                    continue;
                }
                let text = cell.value(row).try_to_string()?;
                self.cell(at, column, &text)?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), EncodeError> {
        let about = (!self.about.is_empty()).then(|| self.about()).transpose()?;
        let last = u16::try_from(self.columns.len()).unwrap_or(u16::MAX).saturating_sub(1);
        if !self.columns.is_empty() {
            self.sheet.autofilter(0, 0, self.rows, last).map_err(failed)?;
        }
        for (at, column) in (0u16..).zip(&self.columns) {
            let width = column.width.clamp(8, WIDTH_MAX).saturating_add(2);
            self.sheet.set_column_width(at, width).map_err(failed)?;
        }
        let mut book = Workbook::new();
        // The same rows have the same bytes, whenever they are written.
        let epoch = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&epoch));
        book.push_worksheet(self.sheet);
        if let Some(about) = about {
            book.push_worksheet(about);
        }
        // What is written in parts by the archive is gathered, and given on in order.
        let mut out = BufWriter::with_capacity(1 << 16, self.out);
        book.save_to_writer(&mut out).map_err(|error| match error {
            XlsxError::IoError(cause) => EncodeError::Target(cause),
            other => failed(other),
        })?;
        Ok(out.flush()?)
    }
}

/// How the values of a type are shown.
fn column(name: &str, kind: &DataType) -> Column {
    let plain = Format::new();
    let (kind, format) = match kind {
        DataType::Dictionary(_, inner) => return column(name, inner),
        DataType::Decimal32(_, scale)
        | DataType::Decimal64(_, scale)
        | DataType::Decimal128(_, scale)
        | DataType::Decimal256(_, scale) => {
            let places = usize::try_from(*scale).unwrap_or(0);
            let point = if places > 0 { "." } else { "" };
            (Kind::Number, plain.set_num_format(format!("#,##0{point}{}", "0".repeat(places))))
        }
        DataType::Float16 | DataType::Float32 | DataType::Float64 => (Kind::Number, plain),
        kind if kind.is_integer() => (Kind::Number, plain.set_num_format("0")),
        DataType::Boolean => (Kind::Boolean, plain),
        DataType::Date32 => (Kind::Moment, plain.set_num_format("yyyy-mm-dd")),
        DataType::Timestamp(..) => (Kind::Moment, plain.set_num_format("yyyy-mm-dd hh:mm:ss")),
        _ => (Kind::Text, plain),
    };
    let width = u16::try_from(name.chars().count()).unwrap_or(u16::MAX);
    Column { name: name.to_owned(), kind, format, width }
}

/// A number that a spreadsheet keeps as it is.
fn number(text: &str) -> Option<f64> {
    let digits = text.chars().filter(char::is_ascii_digit).skip_while(|digit| *digit == '0');
    let value: f64 = text.parse().ok()?;
    (value.is_finite() && (digits.count() <= DIGITS_MAX || text.contains('e'))).then_some(value)
}

/// A day or a moment in the years that spreadsheets know.
fn moment(text: &str) -> Option<ExcelDateTime> {
    // Years of other than four digits begin with a sign.
    let is_known = text.starts_with(|first: char| first.is_ascii_digit()) && text >= "1900-03-01";
    is_known.then(|| ExcelDateTime::parse_from_str(text).ok()).flatten()
}

/// A text that fits a cell.
fn fitting<'t>(text: &'t str, place: &str) -> Result<&'t str, EncodeError> {
    let units = text.encode_utf16().count();
    if units <= TEXT_MAX {
        return Ok(text);
    }
    let problem = format!("{place}: a text of {units} characters; a cell holds {TEXT_MAX}");
    Err(unfit(problem))
}

/// As much of a text as fits a cell for sure.
fn cut(text: &str) -> String {
    text.chars().take(TEXT_MAX / 2).collect()
}

/// The leaves of a document, each by its path.
fn flatten(path: &str, json: &Json, lines: &mut Vec<(String, String)>) {
    match json {
        Json::Object(all) if !all.is_empty() => {
            for (key, value) in all {
                flatten(&format!("{path}.{key}"), value, lines);
            }
        }
        Json::Array(all) if !all.is_empty() => {
            for (at, value) in (1..).zip(all) {
                flatten(&format!("{path}[{at}]"), value, lines);
            }
        }
        Json::Object(_) | Json::Array(_) => lines.push((path.to_owned(), String::new())),
        Json::String(text) => lines.push((path.to_owned(), text.clone())),
        other => lines.push((path.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_are_kept_are_numbers() {
        assert_eq!(number("123456789012.345"), Some(123_456_789_012.345));
        assert_eq!(number("-0.000000000000001"), Some(-1e-15));
        assert_eq!(number("123456789012.3456"), None);
        assert_eq!(number("9007199254740993"), None);
        assert_eq!(number("NaN"), None);
        assert_eq!(number("inf"), None);
    }

    #[test]
    fn only_moments_that_are_known_are_moments() {
        for known in ["2026-03-31", "2026-03-31T18:30:00Z", "9999-12-31"] {
            assert!(moment(known).is_some(), "{known}");
        }
        // Spreadsheets know a 29 February 1900, which there was not.
        for unknown in ["1900-02-28", "0001-01-01", "-0044-03-15", "+10000-01-01"] {
            assert!(moment(unknown).is_none(), "{unknown}");
        }
    }
}
