//! How do values get into the query of a report? As typed literals of its syntax tree, never as
//! text.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use datafusion::common::{TableReference, plan_datafusion_err};
use datafusion::error::Result;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{
    CastKind, DataType, ExactNumberInfo, Expr, OrderBy, OrderByExpr, OrderByKind, OrderByOptions,
    Statement as SqlStatement, Value as SqlValue, visit_expressions, visit_expressions_mut,
};

use super::parameter::{DECIMAL, Kind, Value};
use crate::query;

/// A report's query, parsed.
#[derive(Debug, Clone)]
pub struct Body(Statement);

impl Body {
    /// Parses a file of SQL.
    ///
    /// # Errors
    /// When it is no single statement.
    pub fn parse(session: &SessionContext, text: &str) -> Result<Self> {
        let state = session.state();
        let dialect = state.config().options().sql_parser.dialect;
        Ok(Self(state.sql_to_statement(text, &dialect)?))
    }

    /// The parameters that it names.
    pub fn parameters(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        if let Statement::Statement(statement) = &self.0 {
            let _: ControlFlow<()> = visit_expressions(statement, |expression| {
                names.extend(parameter(expression).map(str::to_owned));
                ControlFlow::Continue(())
            });
        }
        names
    }

    /// The tables that it names.
    ///
    /// # Errors
    /// When names cannot be told from those that the query gives itself.
    pub fn tables(&self, session: &SessionContext) -> Result<Vec<TableReference>> {
        session.state().resolve_table_references(&self.0)
    }

    /// Plans it with a value for each parameter. Rows that its own order leaves as equals are
    /// ordered by `grain`, so that the same question has the same answer to the last byte.
    ///
    /// # Errors
    /// When it does not fit the tables, or does anything else than ask.
    pub async fn plan(
        mut self,
        session: &SessionContext,
        values: &BTreeMap<String, Value>,
        grain: &[String],
    ) -> Result<LogicalPlan> {
        let Statement::Statement(statement) = &mut self.0 else {
            return Err(plan_datafusion_err!("a report is one query"));
        };
        let _: ControlFlow<()> = visit_expressions_mut(statement, |expression| {
            let value = parameter(expression).and_then(|name| values.get(name));
            if let Some(value) = value {
                *expression = literal(value);
            }
            ControlFlow::Continue(())
        });
        let plan = query::plan(session, self.0.clone()).await?;
        let fields = plan.schema().fields();
        let place = |name: &String| fields.iter().position(|field| field.name() == name);
        let places: Vec<usize> = grain.iter().filter_map(place).collect();
        if places.is_empty() {
            return Ok(plan);
        }
        if let Statement::Statement(statement) = &mut self.0
            && let SqlStatement::Query(query) = statement.as_mut()
        {
            let order = query.order_by.take();
            query.order_by = Some(finished(order, &places));
        }
        query::plan(session, self.0).await
    }
}

/// The name of the parameter that an expression is.
fn parameter(expression: &Expr) -> Option<&str> {
    let Expr::Value(value) = expression else { return None };
    match &value.value {
        SqlValue::Placeholder(name) => name.strip_prefix('$'),
        _ => None,
    }
}

/// `cast('...' as type)`: the text is one token of the tree, whatever it holds.
fn literal(value: &Value) -> Expr {
    let inner = match &value.text {
        Some(text) => SqlValue::SingleQuotedString(text.clone()),
        None => SqlValue::Null,
    };
    let data_type = match value.kind {
        Kind::Period | Kind::Text | Kind::Choice => DataType::Varchar(None),
        Kind::Date => DataType::Date,
        Kind::Integer => DataType::BigInt(None),
        Kind::Boolean => DataType::Boolean,
        Kind::Decimal => {
            DataType::Decimal(ExactNumberInfo::PrecisionAndScale(DECIMAL.0, DECIMAL.1))
        }
    };
    let expr = Box::new(Expr::Value(inner.with_empty_span()));
    Expr::Cast { kind: CastKind::Cast, expr, data_type, array: false, format: None }
}

/// An order that ends with some columns, named by their places.
fn finished(order: Option<OrderBy>, places: &[usize]) -> OrderBy {
    let by_place = |place: &usize| OrderByExpr {
        expr: Expr::Value(SqlValue::Number((place + 1).to_string(), false).with_empty_span()),
        options: OrderByOptions::default(),
        with_fill: None,
    };
    let last = places.iter().map(by_place);
    match order {
        Some(OrderBy { kind: OrderByKind::Expressions(mut first), interpolate }) => {
            first.extend(last);
            OrderBy { kind: OrderByKind::Expressions(first), interpolate }
        }
        Some(all) => all,
        None => OrderBy { kind: OrderByKind::Expressions(last.collect()), interpolate: None },
    }
}
