//! Which rows does a cube have, from its own query or from a rollup?

use std::sync::Arc;

use datafusion::arrow::datatypes::{DECIMAL128_MAX_PRECISION, DataType};
use datafusion::common::{Column, DFSchemaRef, ScalarValue};
use datafusion::error::Result as QueryResult;
use datafusion::functions_aggregate::expr_fn::{count, count_distinct, max, median, min};
use datafusion::logical_expr::{
    AggregateUDF, Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, cast, ident, lit,
};

use crate::functions::checked_sum::CheckedSum;
use crate::model::cube::CubeError;
use crate::model::cube::filter::Held;
use crate::model::cube::head::MeasureKind;
use crate::model::cube::members::Cube;
use crate::model::cube::route::Route;
use crate::model::shape::stored_type;

/// The rows of a cube.
#[derive(Debug, Clone)]
pub(super) struct Rows<'a> {
    /// the cube
    pub cube: &'a Cube,
    /// their plan; its columns have no qualifiers, and the types in which tables hold them
    pub plan: LogicalPlan,
    /// the table that they come from
    pub route: Route,
    /// the columns of the cube's own query
    pub own: DFSchemaRef,
}

/// The same columns by their names alone, in the types in which tables hold them; those that no
/// table could hold are left out.
///
/// # Errors
/// When two columns have one name.
pub(super) fn plain(plan: LogicalPlan) -> QueryResult<LogicalPlan> {
    let schema = Arc::clone(plan.schema());
    let columns = schema.iter().filter_map(|(qualifier, field)| {
        let kind = stored_type(field.data_type())?;
        let column = Expr::Column(Column::new(qualifier.cloned(), field.name()));
        let column = if kind == *field.data_type() { column } else { cast(column, kind) };
        Some(column.alias(field.name()))
    });
    let columns: Vec<Expr> = columns.collect();
    LogicalPlanBuilder::from(plan).project(columns)?.build()
}

impl Rows<'_> {
    /// A column of the cube's query.
    ///
    /// # Errors
    /// When the rows do not have it.
    pub(super) fn column(&self, name: &str) -> Result<Held, CubeError> {
        let held_as = match self.route.rollup {
            Some(_) => self.route.columns.get(name).map(String::as_str),
            None => Some(name),
        };
        let field =
            held_as.and_then(|name| self.plan.schema().field_with_unqualified_name(name).ok());
        let (Some(field), Some(held_as)) = (field, held_as) else {
            return Err(self.unfit(name));
        };
        Ok(Held { value: ident(held_as), kind: field.data_type().clone() })
    }

    fn unfit(&self, column: &str) -> CubeError {
        let problem = match &self.route.rollup {
            Some(rollup) => format!("the rollup `{rollup}` does not hold the column `{column}`"),
            None => format!("the query does not give the column `{column}`"),
        };
        CubeError::File { place: self.cube.file.place.clone(), problem }
    }

    /// A dimension.
    ///
    /// # Errors
    /// When the rows do not have it.
    pub(super) fn dimension(&self, name: &str) -> Result<Held, CubeError> {
        self.column(self.cube.column_of(name))
    }

    /// A measure summed up over rows; it has one type whatever table the rows come from.
    ///
    /// # Errors
    /// When the rows cannot answer it.
    pub(super) fn aggregate(&self, name: &str, kind: &MeasureKind) -> Result<Summed, CubeError> {
        let failed = |cause| CubeError::Query { cube: self.cube.name().to_owned(), cause };
        let own = |column: &str| {
            let field = self.own.field_with_unqualified_name(column);
            let field = field.map_err(|_| self.unfit(column))?;
            Ok(Held { value: ident(column), kind: field.data_type().clone() })
        };
        let whole = summed(kind, own)?.ok_or_else(|| self.unfit(name))?;
        let wanted = whole.get_type(&self.own).map_err(failed)?;
        let missing = missing(kind);
        if self.route.rollup.is_none() {
            return Ok(Summed { value: whole, kind: wanted, missing });
        }
        let combined = match kind {
            MeasureKind::Distinct { column } => count_distinct(self.column(column)?.value),
            _ => combined(kind, ident(name)).ok_or_else(|| self.unfit(name))?,
        };
        Ok(Summed { value: combined, kind: wanted, missing })
    }
}

/// A measure as it is computed from rows.
#[derive(Debug, Clone)]
pub(super) struct Summed {
    /// the call of an aggregate
    pub value: Expr,
    /// the type of what is shown
    pub kind: DataType,
    /// what stands for no rows at all, where that is not nothing
    pub missing: Option<ScalarValue>,
}

impl Summed {
    /// The value shown, where the call's result stands in a column.
    pub(super) fn shown(&self, column: Expr) -> Expr {
        let column = cast(column, self.kind.clone());
        match &self.missing {
            Some(value) => {
                datafusion::functions::expr_fn::coalesce(vec![column, lit(value.clone())])
            }
            None => column,
        }
    }
}

/// A measure computed from the rows of the cube's own query; nothing for those that are computed
/// from other measures or from levels.
fn summed(
    kind: &MeasureKind,
    column: impl Fn(&str) -> Result<Held, CubeError>,
) -> Result<Option<Expr>, CubeError> {
    Ok(Some(match kind {
        MeasureKind::Sum { column: name } => sum(column(name)?.value),
        MeasureKind::Count { column: None } => count(lit(1_i64)),
        MeasureKind::Count { column: Some(name) } => count(column(name)?.value),
        MeasureKind::Least { column: name } => min(column(name)?.value),
        MeasureKind::Greatest { column: name } => max(column(name)?.value),
        MeasureKind::Distinct { column: name } => count_distinct(column(name)?.value),
        MeasureKind::Median { column: name } => {
            let held = column(name)?;
            middle(held.value, &held.kind)
        }
        MeasureKind::Level { .. } | MeasureKind::Ratio { .. } => return Ok(None),
    }))
}

/// What a measure of no rows is, where that is not nothing.
fn missing(kind: &MeasureKind) -> Option<ScalarValue> {
    matches!(kind, MeasureKind::Count { .. } | MeasureKind::Distinct { .. })
        .then_some(ScalarValue::Int64(Some(0)))
}

/// Sums of parts, where a whole can be told from its parts.
pub(super) fn combined(kind: &MeasureKind, part: Expr) -> Option<Expr> {
    match kind {
        MeasureKind::Sum { .. } | MeasureKind::Count { .. } => Some(sum(part)),
        MeasureKind::Least { .. } => Some(min(part)),
        MeasureKind::Greatest { .. } => Some(max(part)),
        _ => None,
    }
}

/// The sum that fails where the engine's own would wrap around.
pub(super) fn sum(value: Expr) -> Expr {
    AggregateUDF::from(CheckedSum::default()).call(vec![value])
}

/// The middle value; between two middle values their mean, which takes one decimal more than they
/// have.
fn middle(value: Expr, kind: &DataType) -> Expr {
    let wider = match kind {
        DataType::Decimal128(precision, scale) => {
            DataType::Decimal128((precision + 1).min(DECIMAL128_MAX_PRECISION), scale + 1)
        }
        _ => DataType::Decimal128(20, 1),
    };
    median(cast(value, wider))
}
