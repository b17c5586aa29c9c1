//! What do the rows that a check found come to?

use datafusion::arrow::array::{Array, AsArray};
use datafusion::error::Result;
use datafusion::prelude::SessionContext;

use super::spelling::quoted;
use crate::model::compile::Model;
use crate::model::files::Layer;
use crate::model::report::REPORTING_CURRENCY;
use crate::warehouse::project::Settings;
use crate::warehouse::release::Amount;

/// The sum of each column whose unit a check's head says over the wrong rows of `checked.rows`, one
/// for each unit. What is in no unit that is known is in no sum.
pub(super) async fn amounts(
    session: &SessionContext,
    model: &Model,
    settings: &Settings,
    is_wrong: &str,
) -> Result<Vec<Amount>> {
    let mut amounts = Vec::new();
    if model.file.layer != Layer::Checks {
        return Ok(amounts);
    }
    for (column, unit) in &model.file.head.units {
        let unit = match unit.as_str() {
            named if model.schema.field_with_name(named).is_ok() => quoted(named),
            REPORTING_CURRENCY => literal(&settings.reporting_currency),
            other => literal(other),
        };
        let sql = format!(
            "select told, cast(sum(amount) as varchar) from (select cast({unit} as varchar) as \
             told, {} as amount from checked.rows where {is_wrong}) as wrong where told is not \
             null group by told order by told",
            quoted(column)
        );
        for batch in session.sql(&sql).await?.collect().await? {
            let (units, sums) = (batch.column(0), batch.column(1));
            let (units, sums) = (units.as_string::<i32>(), sums.as_string::<i32>());
            let known = (0..batch.num_rows()).filter(|row| sums.is_valid(*row));
            amounts.extend(known.map(|row| Amount {
                column: column.clone(),
                unit: units.value(row).to_owned(),
                sum: sums.value(row).to_owned(),
            }));
        }
    }
    Ok(amounts)
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
