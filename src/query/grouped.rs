//! Who may be answered from a table that was made beforehand by grouping the rows of a query?
//!
//! Whoever sees everything that the query reads, and who sees of the one table whose rows become
//! the query's rows those that a filter lets through, where the grouped rows are told apart by the
//! very columns that the filter reads: then rows that are hidden lie in groups of their own, and
//! the same filter over the groups leaves what the query gives to that person. All others are
//! answered by the query itself, and so is whatever is not understood here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::common::JoinType;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::source_as_provider;
use datafusion::error::Result as QueryResult;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, TableScan, ident};
use datafusion::prelude::SessionContext;

use super::Principal;
use super::open::{View, provider};
use super::secure_scan::SecureTable;
use super::seen::{Rows, Seen};
use crate::warehouse::catalog::ManifestTable;
use crate::warehouse::home::Home;
use crate::warehouse::name::TableName;
use crate::warehouse::release::TableEntry;

/// What somebody sees of a table made by grouping rows.
#[derive(Debug, Clone)]
pub struct Grouped(View);

/// What a table was made of.
#[derive(Debug)]
pub struct Grouping<'a> {
    /// the query whose rows were grouped, as the person may run it; not optimised yet
    pub rows: &'a LogicalPlan,
    /// the columns of the query that the table was made of
    pub read: BTreeSet<&'a str>,
    /// columns of the query by whose very values rows are told apart, each with the column of the
    /// table that holds them
    pub kept: Vec<(&'a str, &'a str)>,
}

impl Grouping<'_> {
    /// What somebody sees of the table; nothing where the query must answer.
    ///
    /// # Errors
    /// When the query contradicts itself.
    pub fn seen(
        &self,
        principal: &Principal,
        session: &SessionContext,
    ) -> QueryResult<Option<Grouped>> {
        if principal.is_owner() {
            return Ok(Some(Grouped(View::Own)));
        }
        if self.meets_masks(session)? {
            return Ok(None);
        }
        let Some(scans) = scans(self.rows)? else { return Ok(None) };
        let mut filtered = scans.iter().filter_map(|scan| scan.rows.as_ref());
        let Some(rows) = filtered.next() else { return Ok(Some(Grouped(View::Whole))) };
        if filtered.next().is_some() {
            return Ok(None);
        }
        let Some(rows) = rows.by(&self.passed_on()) else { return Ok(None) };
        Ok(Some(Grouped(View::Part(Seen { rows, masks: BTreeMap::new() }))))
    }

    /// Whether the table was made of a column that is masked, or this cannot be told.
    fn meets_masks(&self, session: &SessionContext) -> QueryResult<bool> {
        let read = self.read.iter().map(|column| ident(*column));
        let read = LogicalPlanBuilder::from(self.rows.clone()).project(read)?.build()?;
        // What is left to read once everything that nobody needs was taken out.
        let Some(scans) = scans(&session.state().optimize(&read)?)? else { return Ok(true) };
        Ok(scans.iter().any(|scan| scan.is_masked))
    }

    /// The columns of the filtered table that reach the table of groups as they are, with the
    /// columns there.
    fn passed_on(&self) -> BTreeMap<String, String> {
        let of = |(column, held_as): &(&str, &str)| {
            let place = self.rows.schema().index_of_column_by_name(None, column)?;
            Some((origin(self.rows, place)?, (*held_as).to_owned()))
        };
        self.kept.iter().filter_map(of).collect()
    }
}

impl Grouped {
    /// Whether rows are left out.
    pub fn is_part(&self) -> bool {
        matches!(self.0, View::Part(_))
    }

    /// The table, of which nothing else is seen.
    ///
    /// # Errors
    /// When what the release says of it cannot be read.
    pub fn open(
        &self,
        home: &Home,
        table: &TableName,
        entry: &TableEntry,
    ) -> QueryResult<Arc<dyn TableProvider>> {
        provider(home, table, entry, &self.0)
    }
}

/// How a plan reads a table.
struct Scanned {
    /// whether it reads a masked column
    is_masked: bool,
    /// which rows alone are seen, where that is not all
    rows: Option<Rows>,
}

/// How a plan reads each of its tables; nothing if there is one of which nothing is known.
fn scans(plan: &LogicalPlan) -> QueryResult<Option<Vec<Scanned>>> {
    let mut found = Some(Vec::new());
    plan.apply_with_subqueries(|node| {
        let LogicalPlan::TableScan(scan) = node else { return Ok(TreeNodeRecursion::Continue) };
        let table = source_as_provider(&scan.source)?;
        let seen = match table.downcast_ref::<SecureTable>() {
            Some(table) => {
                let is_masked =
                    columns(scan).any(|column| table.seen().masks.contains_key(&column));
                let rows = &table.seen().rows;
                Some(Scanned { is_masked, rows: (!rows.are_all()).then(|| rows.clone()) })
            }
            None => table.is::<ManifestTable>().then_some(Scanned { is_masked: false, rows: None }),
        };
        match (seen, &mut found) {
            (Some(seen), Some(found)) => found.push(seen),
            _ => found = None,
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}

/// The columns that a scan reads.
fn columns(scan: &TableScan) -> impl Iterator<Item = String> {
    let given = scan.projected_schema.fields().iter().map(|field| field.name().clone());
    let asked = scan.filters.iter().flat_map(Expr::column_refs);
    given.chain(asked.map(|column| column.name.clone()))
}

/// The column of the filtered table that a column of a plan is, if each row of the plan is made of
/// one row of that table, whichever others there are: if leaving rows of the table out leaves out
/// their rows of the plan, and changes no other. Of a left join the table is on the left; whatever
/// counts, orders, limits or joins rows together ends the way.
fn origin(plan: &LogicalPlan, place: usize) -> Option<String> {
    match plan {
        LogicalPlan::TableScan(scan) => {
            let table = source_as_provider(&scan.source).ok()?;
            let is_filtered =
                table.downcast_ref::<SecureTable>().is_some_and(|one| !one.seen().rows.are_all());
            let is_plain = scan.filters.is_empty() && scan.fetch.is_none();
            let field = scan.projected_schema.fields().get(place)?;
            (is_filtered && is_plain).then(|| field.name().clone())
        }
        LogicalPlan::Projection(projection) => {
            let mut expr = projection.expr.get(place)?;
            while let Expr::Alias(alias) = expr {
                expr = &alias.expr;
            }
            let Expr::Column(column) = expr else { return None };
            origin(&projection.input, projection.input.schema().index_of_column(column).ok()?)
        }
        LogicalPlan::SubqueryAlias(alias) => origin(&alias.input, place),
        LogicalPlan::Filter(filter) => origin(&filter.input, place),
        LogicalPlan::Join(join) => {
            let is_kept = matches!(join.join_type, JoinType::Inner | JoinType::Left)
                && place < join.left.schema().fields().len();
            is_kept.then(|| origin(&join.left, place)).flatten()
        }
        _ => None,
    }
}
