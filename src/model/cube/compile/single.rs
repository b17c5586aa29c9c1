//! Which single rows are behind a question?

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, cast, ident, lit, when};

use super::pieces::filtered;
use super::rows::Rows;
use super::share::Share;
use super::unite::{Answering, Computed, LEVEL, RATIO_SCALE, United, measured};
use crate::functions::quotient::quotient;
use crate::model::cube::CubeError;
use crate::model::cube::Used;
use crate::model::cube::head::MeasureKind;
use crate::model::cube::levels::BUCKET;

/// The name of the column that holds a column of the cube's grain.
pub(super) fn grain_name(at: usize) -> String {
    format!("__grain_{at}")
}

impl Answering<'_> {
    /// The rows that a question means, one by one: keys, what each measure takes of the row, and
    /// the columns that tell one row from another. Of a level, the rows are the levels that hold
    /// in each bucket, each with what it brings to the sum.
    ///
    /// # Errors
    /// When the cube does not hold what is asked.
    pub(super) async fn single(&self) -> Result<United, CubeError> {
        let depth = self.resolved.keys.len();
        let Some(cube) = self.resolved.cubes.first() else {
            let problem = "the question names no cube".to_owned();
            return Err(CubeError::Unfit { problem });
        };
        let share = self.share(cube, depth);
        let rows = self.opened.base(cube).await?;
        let of_levels = self
            .resolved
            .measures
            .first()
            .filter(|asked| matches!(asked.measure.kind, MeasureKind::Level { .. }));
        let (plan, total) = match of_levels {
            Some(asked) => {
                let buckets = share.level_buckets().await?;
                let held = share.held(&rows, &asked.measure.kind, &buckets).await?;
                (LogicalPlanBuilder::from(held.plan), held.total)
            }
            None => {
                let condition = share.condition(&rows, false)?;
                let plan = filtered(rows.plan.clone(), condition);
                (plan.map_err(|cause| self.failed(cause))?, None)
            }
        };
        let mut columns = share.told_by(&rows, of_levels.is_some())?;
        for (at, asked) in self.resolved.measures.iter().enumerate() {
            let value = match &total {
                Some(held) => held.value.clone(),
                None => value_of(&share, &rows, &asked.measure.kind)?,
            };
            columns.push(value.alias(measured(at)));
        }
        for (at, name) in cube.file.head.grain.iter().enumerate() {
            columns.push(rows.column(name)?.value.alias(grain_name(at)));
        }
        if plan.schema().has_column_with_unqualified_name(BUCKET) {
            // A level holds in several buckets, and so stands in several rows.
            let at = cube.file.head.grain.len();
            columns.push(ident(BUCKET).alias(grain_name(at)));
        }
        columns.push(lit(i64::try_from(depth).unwrap_or(i64::MAX)).alias(LEVEL));
        let plan = plan
            .project(columns)
            .and_then(LogicalPlanBuilder::build)
            .map_err(|cause| self.failed(cause))?;
        let plan = self.filtered(plan)?;
        let names = self.resolved.measures.iter().map(|asked| asked.name.to_owned()).collect();
        let mut need = share.need(names, None)?;
        need.is_ungrouped = true;
        let route = rows.route.name().to_owned();
        let cube = cube.name().to_owned();
        Ok(United { plan, uses: vec![Used { cube, need, route }], computed: Computed::default() })
    }
}

/// What a measure takes of one row.
fn value_of(share: &Share, rows: &Rows, kind: &MeasureKind) -> Result<Expr, CubeError> {
    Ok(match kind {
        MeasureKind::Count { column: None } => lit(1_i64),
        MeasureKind::Count { column: Some(name) } => {
            let held = rows.column(name)?.value;
            when(held.is_not_null(), lit(1_i64))
                .otherwise(lit(0_i64))
                .map_err(|cause| share.failed(cause))?
        }
        MeasureKind::Ratio { numerator, denominator } => {
            let measures = &share.cube.file.head.measures;
            let part = |name: &String| match measures.get(name) {
                Some(measure) => value_of(share, rows, &measure.kind),
                None => Ok(cast(lit(datafusion::common::ScalarValue::Null), DataType::Int64)),
            };
            quotient(part(numerator)?, part(denominator)?, RATIO_SCALE)
        }
        MeasureKind::Sum { column }
        | MeasureKind::Least { column }
        | MeasureKind::Greatest { column }
        | MeasureKind::Level { column, .. }
        | MeasureKind::Distinct { column }
        | MeasureKind::Median { column } => rows.column(column)?.value,
    })
}
