//! Which SQL may a person write? Only questions: nothing that changes a table, a setting or a file.

use datafusion::error::DataFusionError;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{DataFrame, SQLOptions, SessionContext};
use datafusion::sql::parser::Statement;

/// Plans a question over a session of [`super::open`].
///
/// # Errors
/// When it is no single question, or names what is not there.
pub async fn ask(session: &SessionContext, sql: &str) -> Result<DataFrame, DataFusionError> {
    session.sql_with_options(sql, read_only()).await
}

/// Plans a question that is parsed already.
///
/// # Errors
/// When it is no question, or names what is not there.
pub async fn plan(
    session: &SessionContext,
    statement: Statement,
) -> Result<LogicalPlan, DataFusionError> {
    let plan = session.state().statement_to_plan(statement).await?;
    read_only().verify_plan(&plan)?;
    Ok(plan)
}

fn read_only() -> SQLOptions {
    SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false)
}
