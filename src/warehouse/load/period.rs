//! Of the deliveries that cover a date, whose rows are served?
//!
//! The last in file order, with all of its rows of that date. The others' rows are remembered, so
//! that they come back when the last delivery is replaced by one that covers the date no longer.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::Schema;

use super::LoadError;
use super::emit::{Beside, Emitter};
use super::member::{Member, Reader, origin};
use super::spool::Spooled;
use crate::warehouse::release::Accounting;

/// What the fold over dates found.
pub(super) struct FoldedDates {
    /// rows to add to the table, by partition
    pub(super) added: BTreeMap<String, Spooled>,
    /// dates to take out of the table, by partition
    pub(super) removed: BTreeMap<String, Spooled>,
    /// rows to remember, by partition
    pub(super) remembered: BTreeMap<String, Spooled>,
    /// dates whose remembered rows are replaced, by partition
    pub(super) forgotten: BTreeMap<String, Spooled>,
    /// the accounting, but for what is counted elsewhere
    pub(super) counts: Accounting,
}

/// A fold under way; rows come by date, within it the last delivery first.
pub(super) struct DateFold {
    reader: Reader,
    first: Option<Member>,
    added: Emitter,
    removed: Emitter,
    remembered: Emitter,
    forgotten: Emitter,
    counts: Accounting,
}

impl DateFold {
    /// Begins a fold into spools below `folder`.
    pub(super) fn new(
        folder: &Path,
        input: &Schema,
        columns: &[String],
        key: &[String],
        reader: Reader,
    ) -> Result<Self, LoadError> {
        let emitter = |name: &str, columns: &[String], beside| {
            Emitter::new(&folder.join(name), input, columns, beside)
        };
        Ok(Self {
            reader,
            first: None,
            added: emitter("added", columns, Beside::Nothing)?,
            removed: emitter("removed", key, Beside::Nothing)?,
            remembered: emitter("remembered", columns, Beside::Status)?,
            forgotten: emitter("forgotten", key, Beside::Nothing)?,
            counts: Accounting::default(),
        })
    }

    /// Takes the next rows, in order.
    pub(super) fn push(&mut self, batch: RecordBatch) -> Result<(), LoadError> {
        let rows = self.reader.read(batch)?;
        for index in 0..rows.batch.num_rows() {
            let member = Member { rows: Arc::clone(&rows), index };
            if self.first.as_ref().is_some_and(|first| first.group() != member.group()) {
                self.first = None;
            }
            self.take(member)?;
        }
        Ok(())
    }

    /// Ends the fold.
    pub(super) fn finish(self) -> Result<FoldedDates, LoadError> {
        Ok(FoldedDates {
            added: self.added.finish()?,
            removed: self.removed.finish()?,
            remembered: self.remembered.finish()?,
            forgotten: self.forgotten.finish()?,
            counts: self.counts,
        })
    }

    fn take(&mut self, member: Member) -> Result<(), LoadError> {
        let is_read = member.origin() == origin::READ;
        self.counts.read += u64::from(is_read);
        match member.origin() {
            origin::SERVED => self.removed.emit(&member, false, "")?,
            origin::REMEMBERED => self.forgotten.emit(&member, false, "")?,
            _ => {}
        }
        let is_chosen = member.is_eligible()
            && member.status() != "beaten"
            && self.first.as_ref().is_none_or(|first| first.source() == member.source());
        if is_chosen {
            self.added.emit(&member, false, "")?;
            match member.origin() {
                origin::READ => self.counts.inserted += 1,
                origin::REMEMBERED => self.counts.restored += 1,
                _ => {}
            }
            self.first = Some(member);
            return Ok(());
        }
        if member.origin() == origin::SERVED {
            self.counts.deleted += 1;
        }
        self.counts.superseded += u64::from(is_read);
        if member.is_eligible() {
            self.remembered.emit(&member, false, "superseded")?;
        }
        Ok(())
    }
}
