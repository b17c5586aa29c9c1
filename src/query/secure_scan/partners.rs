//! Which rows need not be given, since a join has no partner for them?
//!
//! A join knows its smaller side before it asks for the other one, and offers what it knows of the
//! keys to the scan below. It is taken where it compares columns with values, is known in full
//! before the first row is read, and is about columns that are seen as they are. Then which rows
//! are given depends on rows that are seen alone, since the comparison is made again on each of
//! them, behind policy and masks; the files' own bounds only tell where no row can pass it.
//!
//! What becomes known while rows are read, as the best rows so far of an order with a limit, is
//! never taken: hidden rows would decide when it is known and which parts of a file it leaves out,
//! and a division that fails on a row that is left out in one warehouse and not in another would
//! tell of them.

use std::sync::Arc;

use datafusion::arrow::datatypes::Schema;
use datafusion::error::Result;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{
    BinaryExpr, Column, DynamicFilterPhysicalExpr, InListExpr, Literal,
};
use datafusion::physical_expr::utils::reassign_expr_columns;
use datafusion::physical_expr::{PhysicalExpr, conjunction, split_conjunction};
use futures::FutureExt;

/// Whether a filter becomes known while a query runs, and is about columns.
pub(super) fn is_offered(filter: &Arc<dyn PhysicalExpr>) -> bool {
    filter.is::<DynamicFilterPhysicalExpr>()
        && filter.children().iter().all(|child| child.is::<Column>())
}

/// What of some offers is known by now, in full and for good, and compares columns that are seen
/// as they are; nothing where nothing is.
pub(super) fn known(
    offers: &[Arc<dyn PhysicalExpr>],
    is_shown: &dyn Fn(&str) -> bool,
) -> Result<Option<Arc<dyn PhysicalExpr>>> {
    let mut parts = Vec::new();
    for offer in offers.iter().filter_map(|offer| offer.downcast_ref::<DynamicFilterPhysicalExpr>())
    {
        if offer.wait_complete().now_or_never().is_some() {
            let found = offer.current()?;
            let simple = split_conjunction(&found).into_iter();
            parts.extend(simple.filter(|part| is_simple(part, is_shown)).cloned());
        }
    }
    Ok((!parts.is_empty()).then(|| conjunction(parts)))
}

/// A filter by places of columns in another schema.
pub(super) fn moved(
    filter: &Arc<dyn PhysicalExpr>,
    columns: &Schema,
) -> Result<Arc<dyn PhysicalExpr>> {
    reassign_expr_columns(Arc::clone(filter), columns)
}

/// Whether a part compares a column with values, which cannot fail.
fn is_simple(part: &Arc<dyn PhysicalExpr>, is_shown: &dyn Fn(&str) -> bool) -> bool {
    let is_column = |side: &Arc<dyn PhysicalExpr>| {
        side.downcast_ref::<Column>().is_some_and(|column| is_shown(column.name()))
    };
    if let Some(list) = part.downcast_ref::<InListExpr>() {
        return is_column(list.expr()) && list.list().iter().all(|value| value.is::<Literal>());
    }
    let compared = part.downcast_ref::<BinaryExpr>();
    compared.is_some_and(|compared| {
        let is_bound = matches!(
            compared.op(),
            Operator::Eq | Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq
        );
        is_bound && is_column(compared.left()) && compared.right().is::<Literal>()
    })
}
