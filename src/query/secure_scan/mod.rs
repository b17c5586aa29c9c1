//! How are rows read of which not all may be seen?
//!
//! A table gives a plan of one node that nothing looks into: no rule of the engine, no EXPLAIN and
//! no statistics. Inside, the policy comes first, then the masks, then what the query asks; so that
//! no expression of a query ever meets a value that is not seen.
//!
//! | file | question |
//! | --- | --- |
//! | `simple` | which filters of a query may be told inside? |
//! | `steps` | what becomes of the rows of a file? |
//! | `partners` | which rows need not be given, since a join has no partner for them? |
//! | `node` | what does the engine see of it? |
//! | `read` | in which order, and how far ahead, are files read? |
//! | `redact` | what is said where reading fails? |

mod node;
mod partners;
mod read;
mod redact;
mod simple;
mod steps;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::DFSchema;
use datafusion::datasource::TableType;
use datafusion::error::Result;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, ident, lit, when};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::scalar::ScalarValue;

use self::node::{SecureExec, Stored};
use self::steps::Steps;
use super::seen::Seen;
use crate::warehouse::catalog::ManifestTable;
use crate::warehouse::name::TableName;

pub(super) use self::redact::{Redacted, redacted};

/// A table of which somebody sees a part.
#[derive(Debug)]
pub(super) struct SecureTable {
    name: TableName,
    table: ManifestTable,
    seen: Seen,
    schema: SchemaRef,
}

impl SecureTable {
    /// The part of a table that is seen. A masked column is there and holds nothing; whether a
    /// column can lack a value is told of none, since it might be known from rows that are hidden.
    pub(super) fn new(name: TableName, table: ManifestTable, seen: Seen) -> Self {
        let stored = table.schema();
        let field = |field: &Arc<Field>| Field::new(field.name(), field.data_type().clone(), true);
        let fields: Vec<Field> = stored.fields().iter().map(field).collect();
        Self { name, table, seen, schema: Schema::new(fields).into() }
    }

    /// What of it is seen.
    pub(super) fn seen(&self) -> &Seen {
        &self.seen
    }

    fn is_simple(&self, filter: &Expr) -> bool {
        simple::is_simple(filter, &self.schema, &|column| !self.seen.masks.contains_key(column))
    }

    /// A column as it is seen, by the columns as they are stored.
    fn shown(&self, field: &Field, stored: &Schema) -> Result<Expr> {
        match self.seen.masks.get(field.name()) {
            None => Ok(ident(field.name().as_str())),
            Some(rows) => {
                let nothing = lit(ScalarValue::try_from(field.data_type())?);
                when(rows.condition(stored), ident(field.name().as_str())).otherwise(nothing)
            }
        }
    }

    /// Places in the table of the columns that the policy needs to give some columns.
    fn needed(&self, shown: &[usize]) -> Vec<usize> {
        let stored = self.table.schema();
        let place = |name: &str| stored.index_of(name).ok();
        let masks = shown.iter().filter_map(|place| {
            let name = self.schema.field(*place).name();
            self.seen.masks.get(name)
        });
        let conditions = masks.flat_map(|rows| rows.columns()).chain(self.seen.rows.columns());
        let all: BTreeSet<usize> =
            shown.iter().copied().chain(conditions.filter_map(place)).collect();
        all.into_iter().collect()
    }
}

#[async_trait]
impl TableProvider for SecureTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        let told = |filter: &&Expr| match self.is_simple(filter) {
            true => TableProviderFilterPushDown::Exact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(told).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let stored = self.table.schema();
        let given = match projection {
            Some(places) => places.clone(),
            None => (0..self.schema.fields().len()).collect(),
        };
        let asked = conjunction(filters.iter().cloned());
        let mut shown = given.clone();
        for column in filters.iter().flat_map(Expr::column_refs) {
            let place = self.schema.index_of(&column.name)?;
            if !shown.contains(&place) {
                shown.push(place);
            }
        }
        let needed = self.needed(&shown);
        let read: SchemaRef = stored.project(&needed)?.into();
        let seen: SchemaRef = self.schema.project(&shown)?.into();
        let compiled = |expr: Expr, columns: &SchemaRef| -> Result<Arc<dyn PhysicalExpr>> {
            state.create_physical_expr(expr, &DFSchema::try_from(Arc::clone(columns))?)
        };
        let columns = shown.iter().map(|place| {
            let column = self.shown(self.schema.field(*place), &stored)?;
            compiled(column, &read)
        });
        let policy = self.seen.rows.condition(&stored);
        let steps = Steps {
            policy: compiled(policy.clone(), &read)?,
            columns: columns.collect::<Result<_>>()?,
            asked: asked.clone().map(|asked| compiled(asked, &seen)).transpose()?,
            shown: seen,
            given: self.schema.project(&given)?.into(),
            partners: None,
        };
        let skipping = conjunction([Some(policy), asked].into_iter().flatten());
        let skipping = compiled(skipping.unwrap_or_else(|| lit(true)), &stored)?;
        let inner = self.table.in_order(state, needed, Arc::clone(&skipping))?;
        let masked = self.seen.masks.keys().cloned().collect();
        let inner = Stored { inner, columns: stored, skipping, masked };
        let filters = filters.iter().map(ToString::to_string).collect();
        Ok(Arc::new(SecureExec::new(self.name.clone(), inner, steps, filters, limit)))
    }
}
