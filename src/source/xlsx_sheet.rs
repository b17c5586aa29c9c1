//! Which cells make up a row of a sheet?
//!
//! Cells come one by one, each with its place; empty ones may be absent. The first cell of a merged
//! block stands for all of the block's cells.

use std::io::BufReader;

use calamine::{DataRef, Dimensions, XlsxCellReader};

use super::SourceError;
use super::files::Found;
use super::xlsx_guard::{Package, damaged, unreadable};
use super::xlsx_range::{COLUMNS_MAX, CellRange, ROWS_MAX, column_letters};

static EMPTY: DataRef<'static> = DataRef::Empty;

/// The rows of a sheet, one at a time.
pub(super) struct SheetRows<'a> {
    cells: XlsxCellReader<'a, BufReader<Package>>,
    file: &'a Found,
    range: CellRange,
    merged: Merged<'a>,
    /// the first cell of the next row
    ahead: Option<PlacedCell<'a>>,
    /// whether the last cell was taken, after which there is none to ask for
    is_over: bool,
    row: u32,
    /// the row's cells that are not empty, by column
    own: Vec<(u32, DataRef<'a>)>,
}

struct PlacedCell<'a> {
    row: u32,
    column: u32,
    value: DataRef<'a>,
}

impl<'a> SheetRows<'a> {
    /// The rows of `range`.
    pub fn new(
        cells: XlsxCellReader<'a, BufReader<Package>>,
        merged: Vec<Dimensions>,
        range: CellRange,
        file: &'a Found,
    ) -> Self {
        let merged = Merged::new(merged);
        Self { cells, file, range, merged, ahead: None, is_over: false, row: 0, own: Vec::new() }
    }

    /// Goes on to the next row of the range that has a cell; false after the last.
    ///
    /// # Errors
    /// When the sheet is damaged.
    pub fn advance(&mut self) -> Result<bool, SourceError> {
        loop {
            self.own.clear();
            let Some(first) = self.ahead.take().map_or_else(|| self.pull(), |c| Ok(Some(c)))?
            else {
                return Ok(false);
            };
            if first.row > self.range.last_row {
                return Ok(false);
            }
            self.row = first.row;
            self.own.push((first.column, first.value));
            while let Some(cell) = self.pull()? {
                if cell.row != self.row {
                    self.ahead = Some(cell);
                    break;
                }
                self.own.push((cell.column, cell.value));
                if self.own.len() > COLUMNS_MAX as usize {
                    break;
                }
            }
            self.order()?;
            self.merged.enter(self.row, &self.own).map_err(|why| unreadable(self.file, why))?;
            if self.row >= self.range.first_row {
                return Ok(true);
            }
        }
    }

    /// The next cell that is not empty.
    fn pull(&mut self) -> Result<Option<PlacedCell<'a>>, SourceError> {
        if self.is_over {
            return Ok(None);
        }
        loop {
            let cell = self.cells.next_cell().map_err(|error| damaged(self.file, &error))?;
            let Some(cell) = cell else {
                self.is_over = true;
                return Ok(None);
            };
            let (row, column) = cell.get_position();
            if row >= ROWS_MAX || column >= COLUMNS_MAX {
                let (row, column) = (u64::from(row) + 1, u64::from(column) + 1);
                let why = format!("a cell lies in row {row} and column {column}");
                return Err(unreadable(self.file, why + ", beyond the end of any sheet"));
            }
            if row < self.row {
                let place = format!("{}{}", column_letters(column), row + 1);
                let why = format!("the cell {place} comes after cells of row {}", self.row + 1);
                return Err(unreadable(self.file, why + "; open and save it again"));
            }
            let value = cell.get_value().clone();
            if !matches!(value, DataRef::Empty) {
                return Ok(Some(PlacedCell { row, column, value }));
            }
        }
    }

    fn order(&mut self) -> Result<(), SourceError> {
        self.own.sort_by_key(|(column, _)| *column);
        match self.own.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            None => Ok(()),
            Some(pair) => {
                let place = format!("{}{}", column_letters(pair[0].0), self.row + 1);
                Err(unreadable(self.file, format!("the cell {place} is there twice")))
            }
        }
    }

    /// The row's number, from 1.
    pub fn number(&self) -> i64 {
        i64::from(self.row) + 1
    }

    /// What stands at a place counted from the range's first column.
    pub fn cell(&self, place: usize) -> &DataRef<'a> {
        let Some(column) = self.column(place) else { return &EMPTY };
        if let Some(block) = self.merged.block(column) {
            return &block.value;
        }
        match self.own.binary_search_by_key(&column, |(column, _)| *column) {
            Ok(index) => &self.own[index].1,
            Err(_) => &EMPTY,
        }
    }

    fn column(&self, place: usize) -> Option<u32> {
        let column = self.range.first_column.checked_add(u32::try_from(place).ok()?)?;
        (column <= self.range.last_column).then_some(column)
    }

    /// The places in the range that have a value of this row's own: none that only goes on from a
    /// merged cell above.
    pub fn own_places(&self) -> impl Iterator<Item = usize> {
        let own = self.own.iter().filter(|(column, value)| {
            let is_text_empty = match value {
                DataRef::String(text) => text.is_empty(),
                DataRef::SharedString(text) => text.is_empty(),
                _ => false,
            };
            let is_begun_above =
                self.merged.block(*column).is_some_and(|block| block.first_row < self.row);
            !is_text_empty && !is_begun_above && *column <= self.range.last_column
        });
        own.filter_map(|(column, _)| column.checked_sub(self.range.first_column))
            .map(|place| place as usize)
    }

    /// How many places of the range the row takes up, cells of merged blocks included.
    pub fn width(&self) -> usize {
        let own = self.own.last().map(|(column, _)| *column);
        let merged = self.merged.active.iter().filter(|block| block.has_value());
        let last = own.into_iter().chain(merged.map(|block| block.last_column)).max();
        let last = last.map(|last| last.min(self.range.last_column));
        last.and_then(|last| (last + 1).checked_sub(self.range.first_column)).unwrap_or(0) as usize
    }
}

/// The merged blocks that the row at hand runs through.
struct Merged<'a> {
    /// blocks by their first row, those to come last
    all: Vec<Dimensions>,
    next: usize,
    /// by their first column
    active: Vec<Block<'a>>,
}

struct Block<'a> {
    first_row: u32,
    last_row: u32,
    first_column: u32,
    last_column: u32,
    value: DataRef<'a>,
}

impl Block<'_> {
    fn has_value(&self) -> bool {
        !matches!(self.value, DataRef::Empty)
    }
}

impl<'a> Merged<'a> {
    fn new(mut all: Vec<Dimensions>) -> Self {
        all.retain(|block| block.start.0 <= block.end.0 && block.start.1 <= block.end.1);
        all.sort_unstable_by_key(|block| block.start);
        Self { all, next: 0, active: Vec::new() }
    }

    /// Takes the blocks of `row` in and those that ended before it off.
    fn enter(&mut self, row: u32, own: &[(u32, DataRef<'a>)]) -> Result<(), String> {
        self.active.retain(|block| block.last_row >= row);
        while let Some(block) = self.all.get(self.next).filter(|block| block.start.0 <= row) {
            self.next += 1;
            let ((first_row, first_column), (last_row, last_column)) = (block.start, block.end);
            if last_row < row {
                continue;
            }
            // Where the block's first row has no cell at all, it is empty.
            let first = own.binary_search_by_key(&first_column, |(column, _)| *column);
            let value = match first {
                Ok(index) if first_row == row => own[index].1.clone(),
                _ => DataRef::Empty,
            };
            let at = self.active.partition_point(|block| block.first_column < first_column);
            let overlaps = at
                .checked_sub(1)
                .is_some_and(|before| self.active[before].last_column >= first_column)
                || self.active.get(at).is_some_and(|next| next.first_column <= last_column);
            if overlaps {
                let place = format!("{}{}", column_letters(first_column), first_row + 1);
                return Err(format!("the merged cells at {place} overlap others"));
            }
            let block = Block { first_row, last_row, first_column, last_column, value };
            self.active.insert(at, block);
        }
        Ok(())
    }

    fn block(&self, column: u32) -> Option<&Block<'a>> {
        let at = self.active.partition_point(|block| block.first_column <= column);
        let block = self.active.get(at.checked_sub(1)?)?;
        (block.last_column >= column).then_some(block)
    }
}
