//! Which SQL may a person write? Only questions: nothing that changes a table, a setting or a file.

use std::sync::Arc;

use datafusion::common::format::ExplainAnalyzeCategories as Categories;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Analyze, LogicalPlan, Statement as Prepared};
use datafusion::prelude::{DataFrame, SQLOptions, SessionContext};
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{DataType, Ident, Statement as Sql};

use crate::engine::near::near;
use crate::engine::session::{CATALOG, SCHEMA};

/// Plans a question over a session of [`super::open`].
///
/// # Errors
/// When it is no single question, or names what is not there.
pub async fn ask(session: &SessionContext, sql: &str) -> Result<DataFrame, DataFusionError> {
    let answered = async {
        let plan = judged(session, session.state().create_logical_plan(sql).await?)?;
        session.execute_logical_plan(plan).await
    };
    answered.await.map_err(|cause| told(session, cause))
}

/// Plans a question that is parsed already.
///
/// # Errors
/// When it is no question, or names what is not there.
pub async fn plan(
    session: &SessionContext,
    statement: Statement,
) -> Result<LogicalPlan, DataFusionError> {
    let plan = session.state().statement_to_plan(statement).await;
    judged(session, plan.map_err(|cause| told(session, cause))?)
}

/// A plan that only reads. What is measured while it runs is told as far as the session lets it be,
/// whatever the question says.
fn judged(session: &SessionContext, plan: LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
    read_only().verify_plan(&plan)?;
    let state = session.state_ref();
    let is_open = state.read().config_options().explain.analyze_categories == Categories::All;
    match plan {
        LogicalPlan::Analyze(ran) if !is_open => {
            Ok(LogicalPlan::Analyze(Analyze { analyze_categories: None, ..ran }))
        }
        plan => Ok(plan),
    }
}

/// The same for a question with parameters, `$1` and so on, whose types are told.
///
/// # Errors
/// When it is no question, or names what is not there.
pub async fn plan_prepared(
    session: &SessionContext,
    statement: Statement,
    data_types: Vec<DataType>,
) -> Result<LogicalPlan, DataFusionError> {
    let Statement::Statement(statement) = statement else {
        return plan(session, statement).await;
    };
    let prepare = Sql::Prepare { name: Ident::new("question"), data_types, statement };
    let statement = Statement::Statement(Box::new(prepare));
    let plan = session.state().statement_to_plan(statement).await;
    let plan = match plan.map_err(|cause| told(session, cause))? {
        LogicalPlan::Statement(Prepared::Prepare(prepare)) => Arc::unwrap_or_clone(prepare.input),
        other => other,
    };
    judged(session, plan)
}

/// The name of the table that the engine did not find, as a question names it.
pub fn missing_table(cause: &DataFusionError) -> Option<String> {
    let DataFusionError::Plan(text) = cause.find_root() else { return None };
    let name = text.strip_prefix(NO_TABLE)?.split('`').next()?;
    Some(name.to_owned())
}

/// How we begin what we say of a table that is not there.
const NO_TABLE: &str = "there is no table `";

/// What the engine says, with the names that were perhaps meant where it found no table.
fn told(session: &SessionContext, cause: DataFusionError) -> DataFusionError {
    let DataFusionError::Plan(text) = cause.find_root() else { return cause };
    let wanted = text.strip_prefix("table '").and_then(|rest| rest.split_once("' not found"));
    let Some((wanted, _)) = wanted else { return cause };
    let name = |text: &str| -> Option<String> {
        let text = text.strip_prefix(CATALOG)?.strip_prefix('.')?;
        Some(
            text.strip_prefix(SCHEMA)
                .and_then(|rest| rest.strip_prefix('.'))
                .unwrap_or(text)
                .into(),
        )
    };
    let Some(wanted) = name(wanted) else { return cause };
    let names = names(session);
    let is_bare = !wanted.contains('.');
    let last = |name: &String| name.rsplit('.').next().unwrap_or_default().to_owned();
    // The right name without its schema, or with another one.
    let is_it = |name: &&String| last(name) == last(&wanted);
    let whole: Vec<String> = names.iter().filter(is_it).cloned().collect();
    let hint = match whole.as_slice() {
        [] if is_bare => near(&wanted, names.iter().map(last).collect()),
        [] => near(&wanted, names),
        several => {
            let several: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
            format!("; write {}", several.join(" or "))
        }
    };
    let told = DataFusionError::Plan(format!("{NO_TABLE}{wanted}`{hint}"));
    match cause.diagnostic() {
        Some(place) => told.with_diagnostic(place.clone()),
        None => told,
    }
}

/// The tables that a session sees, with their schemas.
fn names(session: &SessionContext) -> Vec<String> {
    let Some(catalog) = session.catalog(CATALOG) else { return Vec::new() };
    let tables = |schema: String| {
        let tables = catalog.schema(&schema).map(|found| found.table_names()).unwrap_or_default();
        tables.into_iter().map(move |table| format!("{schema}.{table}"))
    };
    catalog.schema_names().into_iter().flat_map(tables).collect()
}

fn read_only() -> SQLOptions {
    SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false)
}
