//! From which columns of which tables does each column of a query come?

use std::collections::{BTreeMap, BTreeSet};

use datafusion::common::Column;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::prelude::SessionContext;

use crate::warehouse::name::TableName;

/// The columns of each table that a plan's rows depend on: what is left to read once everything
/// that nobody needs was taken out.
///
/// # Errors
/// When the plan cannot be optimised.
pub(super) fn uses(
    session: &SessionContext,
    plan: &LogicalPlan,
) -> Result<BTreeMap<TableName, BTreeSet<String>>> {
    let mut uses: BTreeMap<TableName, BTreeSet<String>> = BTreeMap::new();
    session.state().optimize(plan)?.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Ok(table) = TableName::new(
                scan.table_name.schema().unwrap_or_default(),
                scan.table_name.table(),
            )
        {
            let read = scan.projected_schema.fields().iter().map(|field| field.name().clone());
            let asked = scan.filters.iter().flat_map(Expr::column_refs);
            let asked = asked.map(|column| column.name.clone());
            uses.entry(table).or_default().extend(read.chain(asked));
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(uses)
}

/// Where a column comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// the columns that its values are made of
    pub columns: BTreeSet<(TableName, String)>,
    /// whether it is one column passed on as it is
    pub is_passed_on: bool,
}

impl Origin {
    fn computed<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let columns = parts.into_iter().flat_map(|part| part.columns.iter().cloned()).collect();
        Self { columns, is_passed_on: false }
    }
}

/// The origin of each column that a plan gives, in order; the plan must not be optimised yet.
///
/// # Errors
/// When the plan contradicts itself.
pub fn origins(plan: &LogicalPlan) -> Result<Vec<Origin>> {
    match plan {
        LogicalPlan::TableScan(scan) => {
            let table = TableName::new(
                scan.table_name.schema().unwrap_or_default(),
                scan.table_name.table(),
            );
            let origin = |name: &String| match &table {
                Ok(table) => Origin {
                    columns: BTreeSet::from([(table.clone(), name.clone())]),
                    is_passed_on: true,
                },
                Err(_) => Origin::default(),
            };
            let fields = scan.projected_schema.fields();
            Ok(fields.iter().map(|field| origin(field.name())).collect())
        }
        LogicalPlan::Projection(projection) => {
            let below = origins(&projection.input)?;
            let of = |expr: &Expr| of_expr(expr, &projection.input, &below);
            projection.expr.iter().map(of).collect()
        }
        LogicalPlan::Aggregate(aggregate) => {
            let below = origins(&aggregate.input)?;
            let of = |expr: &Expr| of_expr(expr, &aggregate.input, &below);
            let mut all: Vec<Origin> = aggregate
                .group_expr
                .iter()
                .chain(&aggregate.aggr_expr)
                .map(of)
                .collect::<Result<_>>()?;
            // Grouping sets have one expression for several columns.
            all.resize(plan.schema().fields().len(), Origin::default());
            Ok(all)
        }
        LogicalPlan::Window(window) => {
            let mut all = origins(&window.input)?;
            let below = all.clone();
            for expr in &window.window_expr {
                all.push(of_expr(expr, &window.input, &below)?);
            }
            Ok(all)
        }
        LogicalPlan::Union(union) => {
            let mut all: Vec<Origin> = Vec::new();
            for (number, input) in union.inputs.iter().enumerate() {
                let part = origins(input)?;
                if number == 0 {
                    all = part;
                    continue;
                }
                for (one, other) in all.iter_mut().zip(part) {
                    one.columns.extend(other.columns);
                    one.is_passed_on &= other.is_passed_on;
                }
            }
            Ok(all)
        }
        LogicalPlan::RecursiveQuery(query) => origins(&query.static_term),
        other => of_inputs(other),
    }
}

/// The origins under a node that only passes columns on.
fn of_inputs(plan: &LogicalPlan) -> Result<Vec<Origin>> {
    let mut all = Vec::new();
    for input in plan.inputs() {
        all.extend(origins(input)?);
    }
    all.resize(plan.schema().fields().len(), Origin::default());
    Ok(all)
}

fn of_expr(expr: &Expr, input: &LogicalPlan, below: &[Origin]) -> Result<Origin> {
    match expr {
        Expr::Alias(alias) => of_expr(&alias.expr, input, below),
        Expr::Column(column) => Ok(of_column(column, input, below)),
        other => {
            let parts: Vec<Origin> = other
                .column_refs()
                .into_iter()
                .map(|column| of_column(column, input, below))
                .collect();
            Ok(Origin::computed(&parts))
        }
    }
}

fn of_column(column: &Column, input: &LogicalPlan, below: &[Origin]) -> Origin {
    let index = input.schema().index_of_column(column).ok();
    index.and_then(|index| below.get(index)).cloned().unwrap_or_default()
}
