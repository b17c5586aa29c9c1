//! Which columns does a file give, and do they keep what its head says?

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::ModelError;
use super::compile::{Model, Models};
use super::files::{Layer, ModelFile};
use super::front_matter::{Gravity, Head, Reach};
use crate::source::shape::ColumnType;
use crate::warehouse::name::TableName;

/// Digits and decimals of the widest amount that is stored.
const AMOUNT: (u8, i8) = (18, 4);

/// The columns that a head declares.
pub(super) fn declared(head: &Head) -> SchemaRef {
    let field = |(name, kind): (&String, &ColumnType)| Field::new(name, kind.arrow(), true);
    Schema::new(head.shape.iter().map(field).collect::<Vec<_>>()).into()
}

/// The columns as they are stored: one type for texts, one for whole numbers, one for moments.
pub(super) fn stored(file: &ModelFile, given: &Schema) -> Result<SchemaRef, ModelError> {
    let mut fields: Vec<Field> = Vec::with_capacity(given.fields().len());
    for field in given.fields() {
        let name = field.name();
        let kind = stored_type(field.data_type()).ok_or_else(|| {
            let kind = field.data_type();
            let message = format!("column `{name}` is a {kind}, which no table holds; cast it");
            file.wrong_below(name, message)
        })?;
        if fields.iter().any(|known| known.name() == name) {
            let message = format!("two columns are called `{name}`; name one of them otherwise");
            return Err(file.wrong_below(name, message));
        }
        // What a rollup is told by may hold nothing.
        let is_grain = file.head.grain.contains(name) && file.layer != Layer::Rollups;
        fields.push(Field::new(name, kind, !is_grain));
    }
    Ok(Schema::new(fields).into())
}

/// The type in which values of a type are stored; none where no table holds them.
pub(super) fn stored_type(kind: &DataType) -> Option<DataType> {
    let moment = || DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from("+00:00")));
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(DataType::Utf8),
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64 => Some(DataType::Int64),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => Some(DataType::Float64),
        DataType::Boolean => Some(DataType::Boolean),
        DataType::Date32 => Some(DataType::Date32),
        DataType::Timestamp(..) => Some(moment()),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale) => Some(DataType::Decimal128(*precision, *scale)),
        DataType::Dictionary(_, values) => stored_type(values),
        _ => None,
    }
}

/// What does not fit between a file's columns, its head and the other tables.
pub(super) fn check(model: &Model, models: &Models) -> Vec<ModelError> {
    let mut mistakes = super::report::check::head(model, models);
    mistakes.extend(super::cube::check::head(model));
    mistakes.extend(super::units::check(model, models));
    named_columns(model, &mut mistakes);
    amounts(model, &mut mistakes);
    if model.file.layer == Layer::Staging || model.file.head.remembers {
        against_shape(model, &mut mistakes);
    }
    let is_cube = model.file.layer == Layer::Cubes;
    if model.file.layer.is_stored() || is_cube {
        if model.file.head.grain.is_empty() {
            let message = "the grain is empty; name the columns that tell one row from another";
            mistakes.push(model.file.wrong("grain", message.to_owned()));
        }
        months(model, models, &mut mistakes);
    }
    if model.file.layer.is_stored() {
        described(model, &mut mistakes);
        relationships(model, models, &mut mistakes);
    }
    mistakes
}

/// Every column that the head names must be given.
fn named_columns(model: &Model, mistakes: &mut Vec<ModelError>) {
    let head = &model.file.head;
    let mut named: Vec<(&str, &String)> = Vec::new();
    named.extend(head.grain.iter().map(|column| ("the grain", column)));
    named.extend(head.month.iter().map(|column| ("`month`", column)));
    named.extend(head.columns.keys().map(|column| ("[columns]", column)));
    let numbers = head.numbers.iter().flat_map(|numbers| [&numbers.system, &numbers.id]);
    named.extend(numbers.map(|column| ("`numbers`", column)));
    let checks = &head.checks;
    named.extend(checks.not_null.iter().map(|column| ("`not_null`", column)));
    named.extend(checks.unique.iter().flatten().map(|column| ("`unique`", column)));
    named.extend(checks.accepted.keys().map(|column| ("`accepted`", column)));
    let related = checks.relationships.iter().flat_map(|related| &related.columns);
    named.extend(related.map(|column| ("`relationships`", column)));
    if let Some(closing) = &head.closing {
        let columns = [&closing.period, &closing.entity].into_iter().chain(&closing.date);
        named.extend(columns.chain(&closing.negate).map(|column| ("[closing]", column)));
    }
    let gravities = checks.relationships.iter().map(|related| &related.severity);
    let gravities = gravities.chain(checks.expressions.iter().map(|known| &known.severity));
    for gravity in gravities.chain([&head.severity]) {
        if let Gravity::Closing { period } = gravity {
            named.push(("`severity`", period));
        }
    }
    for (place, column) in named {
        if model.schema.field_with_name(column).is_err() {
            let message = format!("{place} names `{column}`, which the query does not give");
            mistakes.push(model.file.wrong(column, message));
        }
    }
}

/// Money is decimal, and no wider than sums of it can bear.
fn amounts(model: &Model, mistakes: &mut Vec<ModelError>) {
    for field in model.schema.fields().iter().filter(|field| field.name().ends_with("_amount")) {
        let fits = matches!(field.data_type(), DataType::Decimal128(precision, scale)
            if *precision <= AMOUNT.0 && *scale <= AMOUNT.1);
        if !fits {
            let message = format!(
                "`{}` is a {}; an amount is a decimal of at most {} digits and {} decimals: cast \
                 it",
                field.name(),
                field.data_type(),
                AMOUNT.0,
                AMOUNT.1
            );
            mistakes.push(model.file.wrong_below(field.name(), message));
        }
    }
}

fn against_shape(model: &Model, mistakes: &mut Vec<ModelError>) {
    let shape = &model.file.head.shape;
    if shape.is_empty() {
        let lines: Vec<String> = model
            .schema
            .fields()
            .iter()
            .map(|field| format!("{} = \"{}\"", field.name(), spelt(field.data_type())))
            .collect();
        let message = format!("has no [shape]; its columns are {}", lines.join(", "));
        mistakes.push(model.file.wrong("description", message));
        return;
    }
    for field in model.schema.fields() {
        let name = field.name();
        match shape.get(name) {
            None => {
                let kind = spelt(field.data_type());
                let message = format!("[shape] lacks `{name} = \"{kind}\"`");
                mistakes.push(model.file.wrong_below(name, message));
            }
            Some(kind) if kind.arrow() != *field.data_type() => {
                let given = spelt(field.data_type());
                let message = format!("[shape] says `{name}` is {kind}, the query gives {given}");
                mistakes.push(model.file.wrong(name, message));
            }
            Some(_) => {}
        }
    }
    for name in shape.keys().filter(|name| model.schema.field_with_name(name).is_err()) {
        let message = format!("[shape] names `{name}`, which the query does not give");
        mistakes.push(model.file.wrong(name, message));
    }
}

/// A type as heads and contracts write it.
pub fn spelt(kind: &DataType) -> String {
    match kind {
        DataType::Utf8 => ColumnType::Text.to_string(),
        DataType::Int64 => ColumnType::Integer.to_string(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Float64 => ColumnType::Float.to_string(),
        DataType::Boolean => ColumnType::Boolean.to_string(),
        DataType::Date32 => ColumnType::Date.to_string(),
        DataType::Timestamp(..) => ColumnType::Timestamp.to_string(),
        other => other.to_string(),
    }
}

/// What is computed here must be explained here.
fn described(model: &Model, mistakes: &mut Vec<ModelError>) {
    let head = &model.file.head;
    for (field, origin) in model.schema.fields().iter().zip(&model.origins) {
        if !origin.is_passed_on && !head.columns.contains_key(field.name()) {
            let name = field.name();
            let message = format!("[columns] lacks a description of `{name}`, computed here");
            mistakes.push(model.file.wrong_below(name, message));
        }
    }
    for (name, text) in head.columns.iter().filter(|(_, text)| text.trim().is_empty()) {
        let message = format!("the description of `{name}` is empty{text}");
        mistakes.push(model.file.wrong(name, message));
    }
}

/// Whether the months of the inputs are what the head says of them.
fn months(model: &Model, models: &Models, mistakes: &mut Vec<ModelError>) {
    let (file, head) = (&model.file, &model.file.head);
    let Some(month) = &head.month else {
        if let Some(name) = head.inputs.keys().next() {
            let message = "[inputs] is for tables that lie by months; name the column in `month`";
            mistakes.push(file.wrong(&name.to_string(), message.to_owned()));
        }
        return;
    };
    let kind = model.schema.field_with_name(month).map(|field| field.data_type().clone());
    if !matches!(kind, Ok(DataType::Date32 | DataType::Timestamp(..))) {
        let message = format!("`month` names `{month}`, which is no date and no timestamp");
        mistakes.push(file.wrong("month", message));
    }
    for (name, reach) in &head.inputs {
        if !model.reads.contains(name) {
            let message = format!("[inputs] names `{name}`, which the query does not read");
            mistakes.push(file.wrong(&name.to_string(), message));
            continue;
        }
        let is_connected = models.by_name.get(name).is_none_or(|input| input.is_connected);
        match reach {
            Reach::All => {}
            Reach::Months(_) if !is_connected => {}
            Reach::Months(_) => {
                if models.month_of(name).as_ref() != Some(month) {
                    let found = models.month_of(name).map_or_else(
                        || "does not lie by months".to_owned(),
                        |other| format!("lies by the month of `{other}`"),
                    );
                    let message = format!(
                        "`{name}` {found}, so no month of it can be told by `{month}`; declare a \
                         key or \"all\", or name `month` otherwise"
                    );
                    mistakes.push(file.wrong(&name.to_string(), message));
                }
            }
            Reach::Key(lookup) => keys(model, models, name, lookup, mistakes),
        }
    }
}

fn keys(
    model: &Model,
    models: &Models,
    name: &TableName,
    lookup: &super::front_matter::Lookup,
    mistakes: &mut Vec<ModelError>,
) {
    let schema_of = |table: &TableName| {
        let schema = models.by_name.get(table).map(|known| &known.schema);
        schema.or_else(|| models.given.get(table).map(|given| &given.schema))
    };
    let columns_of = |table: &TableName| -> BTreeSet<String> {
        let fields = schema_of(table).into_iter().flat_map(|schema| schema.fields());
        fields.map(|field| field.name().clone()).collect()
    };
    let kind_of = |table: &TableName, column: &str| {
        let field = schema_of(table)?.field_with_name(column).ok()?;
        Some(field.data_type().clone())
    };
    let own: BTreeSet<String> =
        model.schema.fields().iter().map(|field| field.name().clone()).collect();
    let (holder, held) = match &lookup.held_in {
        Some(table) => (table, columns_of(table)),
        None => (&model.file.name, own),
    };
    let given = columns_of(name);
    let asked = lookup.key.iter().chain(&lookup.valid_from).chain(&lookup.valid_to);
    let wanted = asked.map(|column| (name, column, given.contains(column)));
    let kept = lookup.held_as.iter().flatten();
    let kept = kept.map(|column| (holder, column, held.contains(column)));
    for (table, column, _) in wanted.chain(kept).filter(|(.., is_there)| !is_there) {
        let message = format!("the key of `{name}` names `{column}`, which `{table}` lacks");
        mistakes.push(model.file.wrong(&name.to_string(), message));
    }
    for column in lookup.valid_from.iter().chain(&lookup.valid_to) {
        let kind = kind_of(name, column);
        if !matches!(kind, None | Some(DataType::Date32 | DataType::Timestamp(..))) {
            let message = format!(
                "the key of `{name}` is dated by `{column}`, which is no date and no timestamp"
            );
            mistakes.push(model.file.wrong(&name.to_string(), message));
        }
    }
    if let Some(table) = &lookup.held_in {
        let is_by_month = matches!(model.file.head.inputs.get(table), Some(Reach::Months(_)));
        if !is_by_month {
            let message = format!(
                "the key of `{name}` is looked for in `{table}`, whose months the head must \
                 declare with \"same_month\" or {{ months = n }}"
            );
            mistakes.push(model.file.wrong(&name.to_string(), message));
        }
    }
}

/// Whether the other end of each relationship is there. It may be built after this table.
fn relationships(model: &Model, models: &Models, mistakes: &mut Vec<ModelError>) {
    for related in &model.file.head.checks.relationships {
        if related.columns.len() != related.key.len() {
            let message = format!(
                "a relationship to `{}` compares {} columns with {}",
                related.to,
                related.columns.len(),
                related.key.len()
            );
            mistakes.push(model.file.wrong(&related.to.to_string(), message));
        }
        let Some(other) = models.by_name.get(&related.to) else { continue };
        for column in &related.key {
            if other.schema.field_with_name(column).is_err() {
                let message = format!("`{}` has no column `{column}`", related.to);
                mistakes.push(model.file.wrong(&related.to.to_string(), message));
            }
        }
    }
}
