//! How do figures of closed periods stay as they are?
//!
//! Rows booked in a closed period are taken from the release before, whatever their source says
//! now. What changed since is booked in the next open period, as bookkeepers do it: a reversal of
//! the row as it was and a correction with the row as it is. A row that was not known when its
//! period was closed is booked late. So every period keeps its figures, and all periods together
//! come to what the source says.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::catalog::TableProvider;
use datafusion::common::JoinType;
use datafusion::datasource::{MemTable, ViewTable};
use datafusion::error::{DataFusionError, Result};
use datafusion::functions::expr_fn::{coalesce, to_char};
use datafusion::logical_expr::{cast, ident, in_list, lit};
use datafusion::physical_plan::collect;
use datafusion::prelude::{DataFrame, SessionContext};

use super::months::Scope;
use super::spelling::quoted;
use super::tables::register;
use super::{BuildError, Context, Work, keys, only};
use crate::model::compile::Model;
use crate::model::front_matter::Closing;
use crate::warehouse::entered::EnteredTable;
use crate::warehouse::manifest::{DataFile, Manifest};
use crate::warehouse::name::TableName;
use crate::warehouse::project::Periods;

/// The period that the source means.
pub const SOURCE_PERIOD: &str = "source_period_id";
/// How many bookings of the same row came before this one.
pub const NUMBER: &str = "booking_number";
/// Why the row is booked: `original`, `late`, `reversal`, `correction`.
pub const KIND: &str = "booking_kind";

/// The schema in which the query below finds its tables.
const SCHEMA: &str = "closing";

/// The columns of a model's table.
pub fn schema(model: &Model) -> SchemaRef {
    if model.file.head.closing.is_none() {
        return Arc::clone(&model.schema);
    }
    let mut fields: Vec<Field> =
        model.schema.fields().iter().map(|field| field.as_ref().clone()).collect();
    fields.push(Field::new(SOURCE_PERIOD, DataType::Utf8, true));
    fields.push(Field::new(NUMBER, DataType::Int64, false));
    fields.push(Field::new(KIND, DataType::Utf8, true));
    Schema::new(fields).into()
}

/// The columns that tell one row of a model's table from another.
pub fn grain(model: &Model) -> Vec<String> {
    let head = &model.file.head;
    let Some(closing) = &head.closing else { return head.grain.clone() };
    let mut grain = source_grain(&head.grain, closing);
    grain.push(NUMBER.to_owned());
    grain
}

/// The columns that tell rows apart whichever period they are booked in: where the period is one of
/// them, it is the one that the source means.
pub fn source_grain(grain: &[String], closing: &Closing) -> Vec<String> {
    let own = |name: &String| match *name == closing.period {
        true => SOURCE_PERIOD.to_owned(),
        false => name.clone(),
    };
    grain.iter().map(own).collect()
}

/// The tables that a model with closed periods reads beside those of its query.
pub(super) fn inputs(context: &Context<'_>, model: &Model) -> BTreeSet<TableName> {
    if model.file.head.closing.is_none() {
        return BTreeSet::new();
    }
    let periods = context.settings.periods.as_ref().map(|periods| periods.table.clone());
    periods.into_iter().chain(status()).collect()
}

fn status() -> Option<TableName> {
    EnteredTable::PeriodStatus.name().ok()
}

/// Whether a table says where rows are booked: the calendar, once some period was closed, whatever
/// the query looks up in it. A new period may be the next open one of any month.
pub(super) fn goes_by(work: &Work<'_>, table: &TableName) -> std::result::Result<bool, BuildError> {
    let periods = work.context.settings.periods.as_ref();
    if work.model.file.head.closing.is_none()
        || periods.is_none_or(|periods| periods.table != *table)
    {
        return Ok(false);
    }
    Ok(status_of(work)?.is_some())
}

/// The manifest of what was closed and opened again; nothing where nothing ever was.
fn status_of(work: &Work<'_>) -> std::result::Result<Option<Arc<Manifest>>, BuildError> {
    let known = status().and_then(|name| work.tables.entry(&name).map(|entry| (name, entry)));
    let Some((name, entry)) = known else { return Ok(None) };
    let manifest = work.tables.base_manifest(&name, &entry)?;
    Ok((manifest.rows > 0).then_some(manifest))
}

/// Rows of some months only.
pub(super) fn of_months(
    work: &Work<'_>,
    rows: DataFrame,
    month: &str,
    months: &BTreeSet<String>,
) -> std::result::Result<DataFrame, BuildError> {
    let zone = work.context.settings.time_zone.name();
    let is_moment = work
        .model
        .schema
        .field_with_name(month)
        .is_ok_and(|field| matches!(field.data_type(), DataType::Timestamp(..)));
    let local = DataType::Timestamp(TimeUnit::Microsecond, Some(zone.into()));
    let value = if is_moment { cast(ident(month), local) } else { ident(month) };
    let name = coalesce(vec![to_char(value, lit("%Y-%m")), lit("none")]);
    let wanted = months.iter().map(|month| lit(month.as_str())).collect();
    rows.filter(in_list(name, wanted, false)).map_err(|cause| work.failed(cause))
}

/// Adds the months that hold other bookings of rows in the months that are built.
pub(super) fn complete(
    work: &Work<'_>,
    before: &Manifest,
    months: &mut BTreeSet<String>,
) -> std::result::Result<(), BuildError> {
    if !has_later_bookings(before) {
        return Ok(());
    }
    let head = &work.model.file.head;
    let key = head.closing.as_ref().map(|closing| source_grain(&head.grain, closing));
    let key = key.unwrap_or_default();
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    loop {
        let count = months.len();
        let found = async {
            let session = work.tables.bare_session()?;
            let all = work.tables.rows_of(before)?;
            let part = only(before, |file| months.contains(&file.partition));
            let part = work.tables.rows_of(&part)?;
            let linked = linked(&session, all, part, &key).map_err(|cause| work.failed(cause))?;
            let month = work.model.file.head.month.clone().unwrap_or_default();
            let linked = linked.select(vec![ident(&month)]).map_err(|cause| work.failed(cause))?;
            keys::months_of(work, linked).await
        };
        let found = work.handle.block_on(found)?;
        months.extend(found);
        if months.len() == count {
            return Ok(());
        }
    }
}

/// Whether some row was booked more than once, as files know without being read.
fn has_later_bookings(before: &Manifest) -> bool {
    let at = before.columns.iter().position(|column| column.name == NUMBER);
    let is_first = |file: &DataFile| {
        let known = at.and_then(|at| file.statistics.get(at));
        known.and_then(|known| known.max.as_deref()) == Some("0")
    };
    !before.files.iter().all(is_first)
}

/// The rows that share their key with a row of `part` that was booked more than once.
fn linked(
    session: &SessionContext,
    all: Arc<dyn TableProvider>,
    part: Arc<dyn TableProvider>,
    key: &[&str],
) -> Result<DataFrame> {
    let columns = || key.iter().map(|name| ident(*name)).collect::<Vec<_>>();
    let all = session.read_table(all)?;
    let again = all.clone().filter(ident(NUMBER).gt(lit(0_i64)))?.select(columns())?.distinct()?;
    let part = session.read_table(part)?.select(columns())?;
    let again = again.join(part, JoinType::LeftSemi, key, key, None)?;
    all.join(again, JoinType::LeftSemi, key, key, None)
}

/// Puts fresh rows beside those of closed periods.
pub(super) async fn keep(
    work: &Work<'_>,
    session: &SessionContext,
    fresh: DataFrame,
    closing: &Closing,
    scope: &Scope,
) -> std::result::Result<DataFrame, BuildError> {
    let place = || work.model.file.place.clone();
    let periods = work.context.settings.periods.as_ref();
    let periods = periods.ok_or_else(|| BuildError::NoPeriods { place: place() })?;
    let status = status_of(work)?;
    let (Some(status), Some(before)) = (status, work.before) else {
        return as_booked_first(fresh, closing).map_err(|cause| work.failed(cause));
    };
    let Some(entry) = work.tables.entry(&periods.table) else {
        return Err(BuildError::Missing { place: place(), table: periods.table.clone() });
    };
    let calendar = work.tables.base_manifest(&periods.table, &entry)?;
    let before = match scope {
        Scope::Whole => before.clone(),
        Scope::Months(months) => only(before, |file: &DataFile| months.contains(&file.partition)),
    };
    let had = work.tables.rows_of(&before)?;
    let had = work.tables.under(had, &schema(work.model)).map_err(|cause| work.failed(cause))?;
    let sides = Sides {
        fresh: Arc::new(ViewTable::new(fresh.into_unoptimized_plan(), None)),
        had,
        status: work.tables.rows_of(&status)?,
        calendar: work.tables.rows_of(&calendar)?,
    };
    booked(session, work.model, closing, periods, sides).await.map_err(|cause| work.failed(cause))
}

/// Rows of periods none of which was ever closed.
fn as_booked_first(fresh: DataFrame, closing: &Closing) -> Result<DataFrame> {
    let source = cast(ident(&closing.period), DataType::Utf8);
    fresh
        .with_column(SOURCE_PERIOD, source)?
        .with_column(NUMBER, lit(0_i64))?
        .with_column(KIND, lit("original"))
}

/// What the booking of rows looks at.
struct Sides {
    /// the rows as their source has them now
    fresh: Arc<dyn TableProvider>,
    /// the rows as they were booked in the release before
    had: Arc<dyn TableProvider>,
    /// which periods were closed and opened again
    status: Arc<dyn TableProvider>,
    /// all periods
    calendar: Arc<dyn TableProvider>,
}

async fn booked(
    session: &SessionContext,
    model: &Model,
    closing: &Closing,
    periods: &Periods,
    sides: Sides,
) -> Result<DataFrame> {
    let tables = [
        ("fresh", sides.fresh),
        ("had", sides.had),
        ("status", sides.status),
        ("periods", sides.calendar),
    ];
    for (name, table) in tables {
        let name = TableName::new(SCHEMA, name).map_err(DataFusionError::Configuration)?;
        register(session, &name, table)?;
    }
    // Both are small, and read several times.
    for (name, sql) in [("named", NAMED.to_owned()), ("calendar", calendar_sql(periods))] {
        let rows = session.sql(&sql).await?;
        let task = Arc::new(rows.task_ctx());
        // The plan that runs says the types of the rows; the one before it may be off in a text's.
        let plan = rows.create_physical_plan().await?;
        let table = MemTable::try_new(plan.schema(), vec![collect(plan, task).await?])?;
        let name = TableName::new(SCHEMA, name).map_err(DataFusionError::Configuration)?;
        register(session, &name, Arc::new(table))?;
    }
    session.sql(&booking_sql(model, closing)).await
}

/// The entities of which some period was closed for them alone.
const NAMED: &str = "select distinct entity_id as entity from closing.status \
                     where entity_id is not null";

/// Every period, for each entity that has a status of its own and for all others together: whether
/// it is closed, and which open one comes next.
fn calendar_sql(periods: &Periods) -> String {
    let order: Vec<String> = periods.order.iter().map(|column| quoted(column)).collect();
    format!(
        "with numbered as (
            select {period} as period, row_number() over (order by {order}) as number
            from closing.periods
        ),
        whose as (
            select entity from closing.named
            union all
            select '' as entity
        ),
        said as (
            select
                whose.entity,
                status.period_id as period,
                status.status,
                row_number() over (
                    partition by whose.entity, status.period_id order by status.status_number desc
                ) as place
            from whose
            inner join closing.status as status
                on status.entity_id is null or status.entity_id = whose.entity
        ),
        told as (
            select
                whose.entity,
                numbered.period,
                numbered.number,
                coalesce(said.status = 'closed', false) as is_closed
            from whose
            cross join numbered
            left join said
                on said.entity = whose.entity and said.period = numbered.period and said.place = 1
        )
        select
            told.entity,
            told.period,
            told.is_closed,
            first_value(later.period order by later.number) as next_period
        from told
        left join told as later
            on later.entity = told.entity and later.number > told.number and not later.is_closed
        group by told.entity, told.period, told.is_closed",
        period = quoted(&periods.period),
        order = order.join(", "),
    )
}

/// The query that books rows.
fn booking_sql(model: &Model, closing: &Closing) -> String {
    let names = &model.file.head.grain;
    let grain: Vec<String> = source_grain(names, closing).iter().map(|name| quoted(name)).collect();
    let same_row: Vec<String> = names
        .iter()
        .zip(&grain)
        .map(|(name, booked)| format!("standing.{booked} = fresh.{}", quoted(name)))
        .collect();
    let (period, entity) = (quoted(&closing.period), quoted(&closing.entity));
    // In brackets: what stands right of `is distinct from` reaches as far as it can.
    let watched = closing.negate.iter().chain([&closing.entity]);
    let mut differs: Vec<String> = watched
        .map(|name| quoted(name))
        .map(|name| format!("(standing.{name} is distinct from fresh.{name})"))
        .collect();
    differs.push(format!("(standing.{SOURCE_PERIOD} is distinct from fresh.{period})"));
    let columns = model.schema.fields().iter().map(|field| field.name());
    // Numbered, so that no name of the model's meets one of this query's.
    let chosen: Vec<String> = columns
        .clone()
        .enumerate()
        .map(|(at, name)| match name {
            name if *name == closing.period => format!("booked_in as {period}"),
            name => {
                let sign = if closing.negate.contains(name) { "-" } else { "" };
                let name = quoted(name);
                format!("case when is_reversal then {sign}was_{at} else is_{at} end as {name}")
            }
        })
        .collect();
    let paired: Vec<String> = columns
        .clone()
        .enumerate()
        .map(|(at, name)| (at, quoted(name)))
        .map(|(at, name)| format!("standing.{name} as was_{at}, fresh.{name} as is_{at}"))
        .collect();
    let kept: Vec<String> = columns.map(|name| format!("had.{}", quoted(name))).collect();
    BOOKING
        .replace("{grain}", &grain.join(", "))
        .replace("{first}", &names.first().map(|name| quoted(name)).unwrap_or_default())
        .replace("{same_row}", &same_row.join(" and "))
        .replace("{differs}", &differs.join(" or "))
        .replace("{chosen}", &chosen.join(",\n    "))
        .replace("{paired}", &paired.join(",\n        "))
        .replace("{kept}", &kept.join(",\n    "))
        .replace("{period}", &period)
        .replace("{entity}", &entity)
}

const BOOKING: &str = r#"
with had as (
    select had.*, coalesce(calendar.is_closed, false) as _is_closed
    from closing.had as had
    left join closing.named as named on named.entity = had.{entity}
    left join closing.calendar as calendar
        on calendar.entity = coalesce(named.entity, '') and calendar.period = had.{period}
),
marked as (
    select
        had.*,
        max(case when had._is_closed then had.booking_number end) over (
            partition by {grain}
        ) as _last_number
    from had
),
-- A booking that another one in a closed period rests on stays, though its own period be open
-- again: otherwise both together would not come to what the source says.
frozen as (
    select *
    from marked
    where booking_number <= _last_number
),
numbered as (
    select
        frozen.*,
        row_number() over (partition by {grain} order by booking_number desc) as _place
    from frozen
),
standing as (
    select
        numbered.*,
        calendar.next_period as _next_period
    from numbered
    left join closing.named as named on named.entity = numbered.{entity}
    left join closing.calendar as calendar
        on calendar.entity = coalesce(named.entity, '') and calendar.period = numbered.{period}
    where numbered._place = 1
),
fresh as (
    select
        rows.*,
        coalesce(calendar.is_closed, false) as _is_closed,
        calendar.next_period as _next_period
    from closing.fresh as rows
    left join closing.named as named on named.entity = rows.{entity}
    left join closing.calendar as calendar
        on calendar.entity = coalesce(named.entity, '') and calendar.period = rows.{period}
),
paired as (
    select
        {paired},
        fresh.{first} is not null as is_there,
        standing.{first} is not null as was_there,
        standing.booking_kind = 'reversal' as was_reversed,
        {differs} as differs,
        standing.booking_number as was_number,
        standing.source_period_id as was_source,
        standing._next_period as was_next,
        fresh.{period} as is_source,
        fresh._is_closed as is_closed,
        fresh._next_period as is_next
    from fresh
    full join standing on {same_row}
),
sides as (
    select false as is_reversal
    union all
    select true as is_reversal
),
due as (
    select
        paired.*,
        sides.is_reversal,
        case
            when sides.is_reversal then was_next
            when is_closed then is_next
            else is_source
        end as booked_in
    from paired
    cross join sides
    where (sides.is_reversal and was_there and not was_reversed and (not is_there or differs))
        or (not sides.is_reversal and is_there and (not was_there or was_reversed or differs))
)
select
    {chosen},
    case when is_reversal then was_source else is_source end as source_period_id,
    case
        when is_reversal then was_number + 1
        when not was_there then 0
        when was_reversed then was_number + 1
        else was_number + 2
    end as booking_number,
    case
        when is_reversal then 'reversal'
        when was_there then 'correction'
        when is_closed then 'late'
        else 'original'
    end as booking_kind
from due
union all
select
    {kept},
    had.source_period_id,
    had.booking_number,
    had.booking_kind
from frozen as had
"#;
