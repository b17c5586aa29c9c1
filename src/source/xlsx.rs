//! How is a sheet of a workbook read?
//!
//! - Rows are numbered as people see them in the sheet. A row without a value of its own is passed
//!   over, above the header and below it.
//! - Hidden sheets, rows and columns are read like others; only the default sheet is the first one
//!   that people see.
//! - Formulas count by the values that were saved with them.

use std::collections::BTreeSet;

use calamine::{Reader, SheetType, SheetVisible};

use super::csv::{place_by_name, place_by_position};
use super::error::found_instead;
use super::files::{self, Found};
use super::moment::Epoch;
use super::rows::Plan;
use super::shape::{CellRange, ColumnType, Drift, Format, Shape};
use super::xlsx_cell::Value;
use super::xlsx_guard::{self, Workbook, damaged, unreadable};
use super::xlsx_sheet::SheetRows;
use super::{Emit, Read, SourceError};

/// A chunk is handed on before it holds much more than this.
const CHUNK_BYTES: usize = 4 * 1024 * 1024;
/// Or as soon as it holds so many rows.
const CHUNK_ROWS: usize = 16_384;

/// Reads a sheet.
pub(super) fn read(file: &Found, shape: &Shape, emit: &mut Emit<'_>) -> Result<Read, SourceError> {
    // The file is hashed first and checked to be the same afterwards: the directory of a workbook
    // lies at its end, so the bytes cannot be hashed in the order in which they are parsed.
    file.check_unchanged()?;
    let (sha256, size_bytes) = files::hash(&file.path)?;
    let plan = Plan::new(shape, &file.name)?;
    let mut workbook = xlsx_guard::open(file)?;
    let dates = epoch(&workbook);
    let format = &shape.format;
    let mut sheet = sheet(&mut workbook, file, format, &shape.place)?;
    let mut table = Table::new(&mut sheet, file, shape)?;
    let mut rows = plan.rows();
    let mut count = 0;
    while sheet.advance()? {
        if !table.has_row(&sheet) {
            continue;
        }
        count += 1;
        let number = sheet.number();
        let value = |index: usize| match table.places[index] {
            Some(place) => Value::new(sheet.cell(place), dates),
            None => Value::EMPTY,
        };
        rows.push(
            number,
            |index, parser| value(index).accept(parser),
            |index| value(index).written(&shape.columns[index], format, plan.parser(index)),
        );
        let is_text_lost = |index: usize| {
            shape.columns[index].kind == ColumnType::Text && matches!(value(index), Value::Error(_))
        };
        if rows.has_refused(number) && (0..plan.width()).any(is_text_lost) {
            rows.keep_as_record(number);
        }
        if rows.len() >= CHUNK_ROWS || rows.size_bytes() > CHUNK_BYTES {
            emit(rows.take()?)?;
        }
    }
    if !rows.is_empty() {
        emit(rows.take()?)?;
    }
    file.check_unchanged()?;
    if size_bytes != file.size_bytes {
        return Err(SourceError::Changed { file: file.name.clone() });
    }
    Ok(Read { sha256, size_bytes, rows: count, drift: table.drift() })
}

fn epoch(workbook: &Workbook) -> Epoch {
    if workbook.xlsx.has_1904_epoch() { Epoch::Excel1904 } else { Epoch::Excel }
}

/// The rows of the sheet that the format names, or of the first one.
fn sheet<'a>(
    workbook: &'a mut Workbook,
    file: &'a Found,
    format: &Format,
    place: &str,
) -> Result<SheetRows<'a>, SourceError> {
    let sheets = workbook.xlsx.sheets_metadata();
    let found = match &format.sheet {
        Some(wanted) => sheets.iter().find(|sheet| sheet.name == *wanted),
        None => sheets.iter().find(|sheet| {
            sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
        }),
    };
    let Some(found) = found else {
        let wanted = format.sheet.as_deref().unwrap_or_default();
        let names = sheets.iter().map(|sheet| sheet.name.as_str());
        return Err(match &format.sheet {
            None => unreadable(file, "it has no sheet that can be seen; name one with `sheet`"),
            Some(sheet) => SourceError::NoSheet {
                file: file.name.clone(),
                sheet: sheet.clone(),
                place: place.to_owned(),
                found: found_instead(wanted, names, "sheets"),
            },
        });
    };
    let name = found.name.clone();
    if found.typ != SheetType::WorkSheet {
        return Err(unreadable(file, format!("the sheet `{name}` holds a chart, not cells")));
    }
    let xlsx = &mut workbook.xlsx;
    let merged = if workbook.has_merged {
        xlsx.merge_cells_by_sheet_name(&name).map_err(|error| damaged(file, &error))?
    } else {
        Vec::new()
    };
    let cells = xlsx.worksheet_cells_reader(&name).map_err(|error| damaged(file, &error))?;
    Ok(SheetRows::new(cells, merged, range(format), file))
}

/// The cells that are read, without the skipped rows.
fn range(format: &Format) -> CellRange {
    let range = format.range.unwrap_or(CellRange::EVERYTHING);
    CellRange { first_row: range.first_row.saturating_add(format.skip), ..range }
}

/// How the columns of a table lie in its sheet.
struct Table {
    /// per column of the shape the place of its cells in the range, if the sheet has it
    places: Vec<Option<usize>>,
    /// the header, if there is one
    names: Option<Vec<String>>,
    known: Vec<Drift>,
    /// places without name or promise that hold a value
    unnamed: BTreeSet<usize>,
}

impl Table {
    /// Takes the header off and says where each column lies.
    fn new(sheet: &mut SheetRows<'_>, file: &Found, shape: &Shape) -> Result<Self, SourceError> {
        let range = range(&shape.format);
        if !shape.format.header {
            let (places, known) = place_by_position(range.width(), file, shape)?;
            return Ok(Self { places, names: None, known, unnamed: BTreeSet::new() });
        }
        let names = header(sheet, file, &range)?;
        let (places, mut known) = place_by_name(&names, file, shape)?;
        // A column without name is worth a word only when there is a value in it.
        let unnamed = |place: usize| Drift::Added { column: format!("column {}", place + 1) };
        for place in (0..names.len()).filter(|place| names[*place].is_empty()) {
            let drift = unnamed(place);
            known.retain(|other| *other != drift);
        }
        Ok(Self { places, names: Some(names), known, unnamed: BTreeSet::new() })
    }

    /// Whether the sheet's row has a value in the table.
    fn has_row(&mut self, sheet: &SheetRows<'_>) -> bool {
        let mut has_value = false;
        for place in sheet.own_places() {
            let is_named = match &self.names {
                Some(names) => names.get(place).is_some_and(|name| !name.is_empty()),
                None => self.places.contains(&Some(place)),
            };
            if !is_named {
                self.unnamed.insert(place);
            }
            has_value |= is_named || self.names.as_ref().is_none_or(|names| place < names.len());
        }
        has_value
    }

    fn drift(mut self) -> Vec<Drift> {
        for place in self.unnamed {
            let drift = Drift::Added { column: format!("column {}", place + 1) };
            if !self.known.contains(&drift) {
                self.known.push(drift);
            }
        }
        self.known
    }
}

/// The names in the first row of the range that has any, blanks around them cut off.
fn header(
    sheet: &mut SheetRows<'_>,
    file: &Found,
    range: &CellRange,
) -> Result<Vec<String>, SourceError> {
    loop {
        if !sheet.advance()? {
            let why = format!("there is no header in {range}, nor anything else");
            return Err(unreadable(file, why));
        }
        if sheet.own_places().next().is_some() {
            break;
        }
    }
    let name = |place: usize| match Value::new(sheet.cell(place), Epoch::Excel) {
        Value::Error(error) => Err(SourceError::Header {
            file: file.name.clone(),
            why: format!("a formula in row {} gives the error {error}", sheet.number()),
        }),
        value => Ok(value.plain_text().unwrap_or_default().trim().to_owned()),
    };
    (0..sheet.width()).map(name).collect()
}

/// The names of a table's columns and the values of up to `limit` of its rows, for scaffolding.
pub(super) fn sample(
    file: &Found,
    format: &Format,
    limit: usize,
    mut take: impl FnMut(usize, Value<'_>),
) -> Result<Vec<String>, SourceError> {
    let mut workbook = xlsx_guard::open(file)?;
    let dates = epoch(&workbook);
    let mut sheet = sheet(&mut workbook, file, format, &file.name)?;
    let mut names = Vec::new();
    if format.header {
        names = header(&mut sheet, file, &range(format))?;
    }
    let mut rows = 0;
    while rows < limit && sheet.advance()? {
        if names.is_empty() {
            names = (1..=sheet.width()).map(|position| position.to_string()).collect();
        }
        if !sheet.own_places().any(|place| place < names.len()) {
            continue;
        }
        let named = (0..names.len()).filter(|place| !names[*place].is_empty());
        for (column, place) in named.enumerate() {
            take(column, Value::new(sheet.cell(place), dates));
        }
        rows += 1;
    }
    names.retain(|name| !name.is_empty());
    Ok(names)
}
