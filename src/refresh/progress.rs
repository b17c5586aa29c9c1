//! Who hears how far a refresh is?

use crate::model::build::Report;
use crate::warehouse::name::TableName;
use crate::warehouse::release::Accounting;

/// Hears how far a refresh is; calls come from several threads.
pub trait Progress: Send + Sync {
    /// A table's load begins.
    fn started(&self, table: &TableName);
    /// More rows of a table were read; a table may be read a second time.
    fn advanced(&self, table: &TableName, rows: u64);
    /// A table's load ended; no accounting where its source brought nothing new.
    fn finished(&self, table: &TableName, accounting: Option<&Accounting>);
    /// A table of sql/ was built, or stands as it was.
    fn built(&self, table: &TableName, report: &Report);
    /// An optional system is down and keeps its earlier data.
    fn kept(&self, system: &str, because: &str);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn started(&self, _table: &TableName) {}

    fn advanced(&self, _table: &TableName, _rows: u64) {}

    fn finished(&self, _table: &TableName, _accounting: Option<&Accounting>) {}

    fn built(&self, _table: &TableName, _report: &Report) {}

    fn kept(&self, _system: &str, _because: &str) {}
}
