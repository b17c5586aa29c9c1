//! Which versions has a row had, and when was each of them valid?
//!
//! `_valid_from` is null for the first known version, which is valid from the beginning, and
//! `_valid_to` is null for the one that is valid now. Personal columns have no history, so that
//! erasing a person needs one table only.

use chrono::{DateTime, NaiveDate, Utc};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, ident, lit};
use datafusion::prelude::DataFrame;
use datafusion::scalar::ScalarValue;

use super::target::{list, quoted};
use crate::source::shape::{Column, ColumnType, ROW_COLUMN, SOURCE_COLUMN};
use crate::warehouse::contract::{Contract, History};

/// When a version began to be valid.
const VALID_FROM: &str = "_valid_from";
/// When it ceased to be.
const VALID_TO: &str = "_valid_to";

/// The columns of a history.
pub(super) fn schema(contract: &Contract) -> SchemaRef {
    let moment = moment_type(contract);
    let mut fields: Vec<Field> =
        plain(contract).map(|column| column.field().with_nullable(true)).collect();
    fields.push(Field::new(SOURCE_COLUMN, DataType::Utf8, false));
    fields.push(Field::new(ROW_COLUMN, DataType::Int64, false));
    fields.push(Field::new(VALID_FROM, moment.clone(), true));
    fields.push(Field::new(VALID_TO, moment, true));
    Schema::new(fields).into()
}

/// A history whose contract has changed since, under the columns of today: those that are new, or
/// have another type now, hold nothing in versions of before. `None` where the key is not the same.
pub(super) fn carried_over(contract: &Contract, before: DataFrame) -> Result<Option<DataFrame>> {
    let old = before.schema().as_arrow().clone();
    let stays = |field: &Field| {
        old.field_with_name(field.name()).is_ok_and(|known| known.data_type() == field.data_type())
    };
    let today = schema(contract);
    let has_all =
        |names: &[&str]| names.iter().all(|name| today.field_with_name(name).is_ok_and(stays));
    let key: Vec<&str> = contract.key.iter().map(String::as_str).collect();
    if !has_all(&key) || !has_all(&[SOURCE_COLUMN, ROW_COLUMN, VALID_FROM, VALID_TO]) {
        return Ok(None);
    }
    let columns: Result<Vec<Expr>> = today
        .fields()
        .iter()
        .map(|field| {
            if stays(field) {
                return Ok(ident(field.name()));
            }
            Ok(lit(ScalarValue::try_from(field.data_type())?).alias(field.name()))
        })
        .collect();
    before.select(columns?).map(Some)
}

/// The total order of a history.
pub(super) fn order(contract: &Contract) -> Vec<String> {
    let mut order: Vec<String> = contract.key.iter().map(|name| quoted(name)).collect();
    order.push(format!("{VALID_FROM} nulls first"));
    order
}

fn plain(contract: &Contract) -> impl Iterator<Item = &Column> {
    contract.shape.columns.iter().filter(|column| !column.personal)
}

fn dated_by(contract: &Contract) -> Option<&str> {
    match &contract.history {
        History::Dated { valid_from } => Some(valid_from),
        History::None | History::Flag(_) => None,
    }
}

fn moment_type(contract: &Contract) -> DataType {
    dated_by(contract)
        .and_then(|name| contract.column(name))
        .map_or_else(|| ColumnType::Timestamp.arrow(), |column| column.kind.arrow())
}

/// The query that gives the whole history after a load, of `_history` (before) and `_versions`
/// (what began or ended in this load).
pub(super) fn query(contract: &Contract, now: DateTime<Utc>) -> String {
    let columns: Vec<String> =
        schema(contract).fields().iter().map(|field| field.name().clone()).collect();
    let untouched = format!(
        "select {} from _history as h left anti join _versions as v on {}",
        list("h", &columns),
        same_key(contract, "h", "v")
    );
    let touched = match dated_by(contract) {
        Some(column) => dated(contract, column, now),
        None => seen(contract, now),
    };
    format!(
        "select * from ({untouched} union all {touched}) order by {}",
        order(contract).join(", ")
    )
}

fn same_key(contract: &Contract, left: &str, right: &str) -> String {
    let terms: Vec<String> =
        contract.key.iter().map(|name| format!("{left}.{0} = {right}.{0}", quoted(name))).collect();
    terms.join(" and ")
}

/// "Now" as SQL of the history's own type; a date is the project's.
fn now_term(contract: &Contract, now: DateTime<Utc>) -> String {
    match moment_type(contract) {
        DataType::Date32 => {
            let today = now.with_timezone(&contract.shape.zone).date_naive();
            let days = today.signed_duration_since(NaiveDate::default()).num_days();
            format!("arrow_cast(arrow_cast({days}, 'Int32'), 'Date32')")
        }
        other => format!("arrow_cast({}, '{other}')", now.timestamp_micros()),
    }
}

/// Versions valid from the refresh that first saw them: at most one begins or ends per key.
fn seen(contract: &Contract, now: DateTime<Utc>) -> String {
    let now = now_term(contract, now);
    let names: Vec<String> = plain(contract).map(|column| column.name.clone()).collect();
    let beside = format!("{SOURCE_COLUMN}, {ROW_COLUMN}");
    let is_same: Vec<String> = names
        .iter()
        .map(|name| format!("(h.{0} is not distinct from v.{0})", quoted(name)))
        .collect();
    let key = list("", &contract.key);
    let known = format!(
        "select {}, h.{SOURCE_COLUMN}, h.{ROW_COLUMN}, h.{VALID_FROM}, h.{VALID_TO}, \
         v._status as what, ({}) as is_same from _history as h join _versions as v on {}",
        list("h", &names),
        is_same.join(" and "),
        same_key(contract, "h", "v")
    );
    format!(
        "select {columns}, {beside}, {VALID_FROM}, \
           case when {VALID_TO} is null and (what = 'ends' or not is_same) then {now} \
           else {VALID_TO} end as {VALID_TO} from ({known}) \
         union all \
         select {new_columns}, v.{SOURCE_COLUMN}, v.{ROW_COLUMN}, \
           case when k.is_known then {now} else arrow_cast(null, '{moment}') end, \
           arrow_cast(null, '{moment}') \
         from _versions as v left join (select {key}, true as is_known, \
           bool_or({VALID_TO} is null and is_same) as is_open from ({known}) group by {key}) as k \
           on {on} where v._status = 'begins' and not coalesce(k.is_open, false)",
        columns = list("", &names),
        new_columns = list("v", &names),
        moment = moment_type(contract),
        on = same_key(contract, "v", "k"),
    )
}

/// Versions valid from a date of the source's own: late ones take their place in between.
fn dated(contract: &Contract, column: &str, now: DateTime<Utc>) -> String {
    let now = now_term(contract, now);
    let names: Vec<String> = plain(contract).map(|column| column.name.clone()).collect();
    let columns = list("", &names);
    let key = list("", &contract.key);
    let date = quoted(column);
    let moment = moment_type(contract);
    format!(
        "select {columns}, {SOURCE_COLUMN}, {ROW_COLUMN}, \
           case when place = 1 then arrow_cast(null, '{moment}') else {date} end as {VALID_FROM}, \
           case when next_on is null and is_ended then {now} \
             else least(own_end, next_on) end as {VALID_TO} \
         from (select *, row_number() over (partition by {key} order by {date}) as place, \
             lead({date}) over (partition by {key} order by {date}) as next_on \
           from (select *, row_number() over (partition by {key}, {date} \
               order by is_new desc, natural_key({SOURCE_COLUMN}) desc, {ROW_COLUMN} desc) as rank \
             from (select {kept}, h.{SOURCE_COLUMN}, h.{ROW_COLUMN}, h.{VALID_TO} as own_end, \
                 v.is_ended, false as is_new from _history as h join (select {key}, \
                 bool_or(_status = 'ends') as is_ended from _versions group by {key}) as v on {on} \
               union all select {columns}, {SOURCE_COLUMN}, {ROW_COLUMN}, \
                 arrow_cast(null, '{moment}'), false, true from _versions \
                 where _status = 'begins')) \
           where rank = 1)",
        kept = list("h", &names),
        on = same_key(contract, "h", "v"),
    )
}
