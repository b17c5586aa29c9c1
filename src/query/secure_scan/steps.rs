//! What becomes of the rows of a file? The policy first, then the masks, then what is asked.

use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::cast::as_boolean_array;
use datafusion::error::Result;
use datafusion::physical_expr::PhysicalExpr;

/// What is done with rows, in this order.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    /// lets rows through, by the columns as they are stored
    pub(super) policy: Arc<dyn PhysicalExpr>,
    /// the columns as they are seen, by those stored
    pub(super) columns: Vec<Arc<dyn PhysicalExpr>>,
    /// these columns: those that are given, and behind them those that are only asked about
    pub(super) shown: SchemaRef,
    /// lets rows through, by the columns as they are seen
    pub(super) asked: Option<Arc<dyn PhysicalExpr>>,
    /// the columns that are given
    pub(super) given: SchemaRef,
    /// lets rows through that a join may find a partner for, by the columns that are given
    pub(super) partners: Option<Arc<dyn PhysicalExpr>>,
}

impl Steps {
    /// The rows of a batch that are given.
    pub(super) fn apply(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let seen = kept(&self.policy, batch)?;
        let rows = seen.num_rows();
        let column = |column: &Arc<dyn PhysicalExpr>| column.evaluate(&seen)?.into_array(rows);
        let columns = self.columns.iter().map(column).collect::<Result<Vec<_>>>()?;
        let counted = RecordBatchOptions::new().with_row_count(Some(rows));
        let shown = RecordBatch::try_new_with_options(Arc::clone(&self.shown), columns, &counted)?;
        let found = match &self.asked {
            Some(asked) => kept(asked, &shown)?,
            None => shown,
        };
        let mut columns = found.columns().to_vec();
        columns.truncate(self.given.fields().len());
        let counted = RecordBatchOptions::new().with_row_count(Some(found.num_rows()));
        let given = RecordBatch::try_new_with_options(Arc::clone(&self.given), columns, &counted)?;
        match &self.partners {
            Some(partners) => kept(partners, &given),
            None => Ok(given),
        }
    }
}

/// The rows of which a condition is true.
fn kept(condition: &Arc<dyn PhysicalExpr>, batch: &RecordBatch) -> Result<RecordBatch> {
    let is_kept = condition.evaluate(batch)?.into_array(batch.num_rows())?;
    Ok(filter_record_batch(batch, as_boolean_array(&is_kept)?)?)
}
