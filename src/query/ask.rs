//! Which SQL may a person write? Only questions: nothing that changes a table, a setting or a file.

use datafusion::error::DataFusionError;
use datafusion::prelude::{DataFrame, SQLOptions, SessionContext};

/// Plans a question over a session of [`super::open`].
///
/// # Errors
/// When it is no single question, or names what is not there.
pub async fn ask(session: &SessionContext, sql: &str) -> Result<DataFrame, DataFusionError> {
    let read_only =
        SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    session.sql_with_options(sql, read_only).await
}
