//! How does a question come to the values of its parameters?
//!
//! They are put into the plan as values of their types, and never into the text.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, ListArray, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, IntervalUnit, TimeUnit};
use datafusion::common::ParamValues;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{
    self, ArrayElemTypeDef, ExactNumberInfo, Expr, TimezoneInfo, Value, ValueWithSpan, Visit,
    Visitor,
};

use super::manner::{Given, Kind, Manner};
use crate::engine::mistake::no_value;
use crate::query;

/// The most parameters of a question.
const PARAMETERS_MAX: usize = 1_000;

/// A plan, and the types of the parameters of its question.
pub(super) struct Bound {
    pub(super) plan: LogicalPlan,
    pub(super) kinds: Vec<Kind>,
}

/// Plans a question with the values that are given, or only finds out which those are.
pub(super) async fn plan(
    session: &SessionContext,
    statement: Statement,
    manner: &Manner,
) -> Result<Bound, DataFusionError> {
    let Parameters { count, cast } = parameters(&statement)?;
    let given = &manner.values;
    if !manner.is_described && given.is_empty() && count > 0 {
        return Err(mistake(no_value("$1")));
    }
    if !manner.is_described && given.len() != count {
        return Err(mistake(format!(
            "the question has {count} parameters, and {} values were given",
            given.len()
        )));
    }
    if count == 0 {
        return Ok(Bound { plan: query::plan(session, statement).await?, kinds: Vec::new() });
    }
    let told: Vec<Option<Kind>> =
        (0..count).map(|number| given.get(number).and_then(|given| given.kind)).collect();
    let is_told = told.iter().all(Option::is_some);
    let first = match is_told {
        true => None,
        false => query::plan(session, statement.clone()).await.ok(),
    };
    let found = match &first {
        Some(plan) => plan.get_parameter_types()?,
        None => HashMap::new(),
    };
    let kind = |(number, told): (usize, &Option<Kind>)| {
        let found = found.get(&format!("${}", number + 1)).and_then(Option::as_ref);
        told.or_else(|| found.map(kind_of))
            .or_else(|| cast.get(&(number + 1)).copied())
            .unwrap_or(Kind::Text)
    };
    let kinds: Vec<Kind> = told.iter().enumerate().map(kind).collect();
    let is_found = found.len() == count && found.values().all(Option::is_some);
    let plan = match first.filter(|_| is_found && told.iter().all(Option::is_none)) {
        Some(plan) => plan,
        None => {
            let types = kinds.iter().map(|kind| written(*kind)).collect();
            query::plan_prepared(session, statement, types).await?
        }
    };
    if manner.is_described {
        return Ok(Bound { plan, kinds });
    }
    let value = |(number, given): (usize, &Given)| {
        let found = found.get(&format!("${}", number + 1)).and_then(Clone::clone);
        let wanted = if given.kind.is_none() { found } else { None };
        value(given.text.as_deref(), kinds[number], wanted).map_err(|cause| {
            mistake(format!("the value of ${} is no {:?}: {cause}", number + 1, kinds[number]))
        })
    };
    let values: Result<Vec<ScalarValue>, _> = given.iter().enumerate().map(value).collect();
    let plan = plan.with_param_values(ParamValues::from(values?))?;
    Ok(Bound { plan, kinds })
}

fn mistake(text: String) -> DataFusionError {
    DataFusionError::Plan(text)
}

/// The parameters of a question.
#[derive(Debug, Default)]
struct Parameters {
    /// how many there are: `$1` and so on
    count: usize,
    /// the kinds of those that the question casts, or looks for members in
    cast: HashMap<usize, Kind>,
}

impl Parameters {
    /// The number of a parameter; nothing for another expression.
    fn number(expr: &Expr) -> Result<Option<usize>, String> {
        let Expr::Value(ValueWithSpan { value: Value::Placeholder(name), .. }) = expr else {
            return Ok(None);
        };
        let number = name.strip_prefix('$').and_then(|digits| digits.parse().ok());
        match number {
            Some(number) if (1..=PARAMETERS_MAX).contains(&number) => Ok(Some(number)),
            _ => Err(format!("`{name}` is no parameter; write $1 to ${PARAMETERS_MAX}")),
        }
    }

    fn see(&mut self, expr: &Expr) -> Result<(), String> {
        if let Some(number) = Self::number(expr)? {
            self.count = self.count.max(number);
        }
        if let Expr::Cast { expr, data_type, .. } = expr
            && let Some(number) = Self::number(expr)?
            && let Some(kind) = read(data_type)
        {
            self.cast.entry(number).or_insert(kind);
        }
        if let Expr::AnyOp { right, .. } | Expr::AllOp { right, .. } = expr {
            let list = match right.as_ref() {
                Expr::Nested(list) => list,
                list => list,
            };
            if let Some(number) = Self::number(list)? {
                self.cast.entry(number).or_insert(Kind::TextList);
            }
        }
        Ok(())
    }
}

impl Visitor for Parameters {
    type Break = String;

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<String> {
        match self.see(expr) {
            Ok(()) => ControlFlow::Continue(()),
            Err(text) => ControlFlow::Break(text),
        }
    }
}

/// The parameters of a question.
fn parameters(statement: &Statement) -> Result<Parameters, DataFusionError> {
    let mut parameters = Parameters::default();
    let Statement::Statement(statement) = statement else { return Ok(parameters) };
    match statement.visit(&mut parameters) {
        ControlFlow::Break(text) => Err(mistake(text)),
        ControlFlow::Continue(()) => Ok(parameters),
    }
}

/// The kind of a type as SQL writes it; nothing where it is none that a parameter has.
fn read(kind: &ast::DataType) -> Option<Kind> {
    Some(match kind {
        ast::DataType::Bool | ast::DataType::Boolean => Kind::Bool,
        ast::DataType::SmallInt(_) | ast::DataType::Int2(_) => Kind::Int2,
        ast::DataType::Int(_) | ast::DataType::Integer(_) | ast::DataType::Int4(_) => Kind::Int4,
        ast::DataType::BigInt(_) | ast::DataType::Int8(_) => Kind::Int8,
        ast::DataType::Real | ast::DataType::Float4 => Kind::Float4,
        ast::DataType::Double(_) | ast::DataType::DoublePrecision | ast::DataType::Float8 => {
            Kind::Float8
        }
        ast::DataType::Numeric(_) | ast::DataType::Decimal(_) | ast::DataType::Dec(_) => {
            Kind::Numeric
        }
        ast::DataType::Text | ast::DataType::Varchar(_) | ast::DataType::Char(_) => Kind::Text,
        ast::DataType::Bytea => Kind::Bytes,
        ast::DataType::Date => Kind::Date,
        ast::DataType::Time(..) => Kind::Time,
        ast::DataType::Timestamp(_, TimezoneInfo::Tz | TimezoneInfo::WithTimeZone) => {
            Kind::TimestampTz
        }
        ast::DataType::Timestamp(..) => Kind::Timestamp,
        ast::DataType::Interval { .. } => Kind::Interval,
        _ => return None,
    })
}

/// The kind of a type of the engine.
fn kind_of(kind: &DataType) -> Kind {
    match kind {
        DataType::Boolean => Kind::Bool,
        DataType::Int8 | DataType::UInt8 | DataType::Int16 => Kind::Int2,
        DataType::UInt16 | DataType::Int32 => Kind::Int4,
        DataType::UInt32 | DataType::Int64 | DataType::UInt64 => Kind::Int8,
        DataType::Float16 | DataType::Float32 => Kind::Float4,
        DataType::Float64 => Kind::Float8,
        kind if kind.is_decimal() => Kind::Numeric,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => Kind::Bytes,
        DataType::Date32 | DataType::Date64 => Kind::Date,
        DataType::Time32(_) | DataType::Time64(_) => Kind::Time,
        DataType::Timestamp(_, None) => Kind::Timestamp,
        DataType::Timestamp(_, Some(_)) => Kind::TimestampTz,
        DataType::Interval(_) | DataType::Duration(_) => Kind::Interval,
        DataType::List(member) if member.data_type().is_integer() => Kind::Int8List,
        DataType::List(_) => Kind::TextList,
        _ => Kind::Text,
    }
}

/// A kind as SQL writes it.
fn written(kind: Kind) -> ast::DataType {
    let list = |member| ast::DataType::Array(ArrayElemTypeDef::AngleBracket(Box::new(member)));
    match kind {
        Kind::Bool => ast::DataType::Boolean,
        Kind::Int2 => ast::DataType::SmallInt(None),
        Kind::Int4 => ast::DataType::Int(None),
        Kind::Int8 => ast::DataType::BigInt(None),
        Kind::Float4 => ast::DataType::Real,
        Kind::Float8 => ast::DataType::DoublePrecision,
        Kind::Numeric => ast::DataType::Decimal(ExactNumberInfo::PrecisionAndScale(38, 10)),
        Kind::Text => ast::DataType::Varchar(None),
        Kind::Bytes => ast::DataType::Bytea,
        Kind::Date => ast::DataType::Date,
        Kind::Time => ast::DataType::Time(None, TimezoneInfo::None),
        Kind::Timestamp => ast::DataType::Timestamp(None, TimezoneInfo::None),
        Kind::TimestampTz => ast::DataType::Timestamp(None, TimezoneInfo::Tz),
        Kind::Interval => ast::DataType::Interval { fields: None, precision: None },
        Kind::Int8List => list(ast::DataType::BigInt(None)),
        Kind::TextList => list(ast::DataType::Varchar(None)),
    }
}

/// The value of a text; of a type of the engine where one is wanted.
fn value(
    text: Option<&str>,
    kind: Kind,
    wanted: Option<DataType>,
) -> Result<ScalarValue, DataFusionError> {
    let wanted = wanted.unwrap_or_else(|| plain(kind, text));
    let Some(text) = text else { return ScalarValue::try_from(&wanted) };
    match (kind, text) {
        (Kind::Bytes, text) => {
            let bytes = text.strip_prefix("\\x").and_then(|digits| hex::decode(digits).ok());
            let bytes = bytes.unwrap_or_else(|| text.as_bytes().to_vec());
            Ok(ScalarValue::Binary(Some(bytes)))
        }
        (Kind::Bool, text) => match text.to_lowercase().as_str() {
            "t" | "true" | "1" | "on" | "yes" => Ok(ScalarValue::Boolean(Some(true))),
            "f" | "false" | "0" | "off" | "no" => Ok(ScalarValue::Boolean(Some(false))),
            _ => Err(mistake(format!("`{text}`"))),
        },
        (Kind::Int8List | Kind::TextList, text) => {
            let members = members(text).ok_or_else(|| mistake(format!("`{text}`")))?;
            let member = match kind {
                Kind::Int8List => DataType::Int64,
                _ => DataType::Utf8,
            };
            let values: ArrayRef = Arc::new(StringArray::from(members));
            let values = match cast(&values, &member)? {
                cast if cast.null_count() == values.null_count() => cast,
                _ => return Err(mistake(format!("`{text}`"))),
            };
            let field = Arc::new(Field::new_list_field(member, true));
            let offsets = datafusion::arrow::buffer::OffsetBuffer::from_lengths([values.len()]);
            let list = ListArray::try_new(field, offsets, values, None)?;
            Ok(ScalarValue::List(Arc::new(list)))
        }
        (_, text) => ScalarValue::try_from_string(text.trim().to_owned(), &wanted).or_else(
            |error| match kind {
                Kind::Text => Ok(ScalarValue::from(text)),
                _ => Err(error),
            },
        ),
    }
    .map(|value| match kind {
        // Blanks around a text are a part of it.
        Kind::Text if matches!(value, ScalarValue::Utf8(_)) => ScalarValue::from(text),
        _ => value,
    })
}

/// The type of the engine for a value of a kind. A decimal has the digits that it is written with.
fn plain(kind: Kind, text: Option<&str>) -> DataType {
    let list = |member| DataType::List(Arc::new(Field::new_list_field(member, true)));
    match kind {
        Kind::Bool => DataType::Boolean,
        Kind::Int2 => DataType::Int16,
        Kind::Int4 => DataType::Int32,
        Kind::Int8 => DataType::Int64,
        Kind::Float4 => DataType::Float32,
        Kind::Float8 => DataType::Float64,
        Kind::Numeric => decimal(text.unwrap_or("0")),
        Kind::Text => DataType::Utf8,
        Kind::Bytes => DataType::Binary,
        Kind::Date => DataType::Date32,
        Kind::Time => DataType::Time64(TimeUnit::Microsecond),
        Kind::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        Kind::TimestampTz => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Interval => DataType::Interval(IntervalUnit::MonthDayNano),
        Kind::Int8List => list(DataType::Int64),
        Kind::TextList => list(DataType::Utf8),
    }
}

fn decimal(text: &str) -> DataType {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let scale = i8::try_from(digits(part)).unwrap_or(i8::MAX);
    match digits(whole) + digits(part) {
        count if count <= 38 => DataType::Decimal128(38, scale),
        _ => DataType::Decimal256(76, scale),
    }
}

/// The members of a list as PostgreSQL writes it: `{1,NULL,"a b"}`.
fn members(text: &str) -> Option<Vec<Option<String>>> {
    let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut members = Vec::new();
    let mut signs = inner.chars().peekable();
    while signs.peek().is_some() {
        let mut member = String::new();
        let mut is_quoted = false;
        if signs.next_if_eq(&'"').is_some() {
            is_quoted = true;
            loop {
                match signs.next()? {
                    '"' => break,
                    '\\' => member.push(signs.next()?),
                    sign => member.push(sign),
                }
            }
        } else {
            while let Some(sign) = signs.next_if(|sign| *sign != ',') {
                match sign {
                    '{' | '}' | '"' => return None,
                    '\\' => member.push(signs.next()?),
                    sign => member.push(sign),
                }
            }
            member = member.trim().to_owned();
        }
        let is_null = !is_quoted && member.eq_ignore_ascii_case("null");
        members.push((!is_null).then_some(member));
        match signs.next() {
            None => break,
            Some(',') if signs.peek().is_some() => {}
            Some(_) => return None,
        }
    }
    Some(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_postgresql_writes_them() {
        let some = |text: &str| Some(text.to_owned());
        let cases = [
            ("{}", Some(vec![])),
            ("{1,2}", Some(vec![some("1"), some("2")])),
            ("{a b,NULL}", Some(vec![some("a b"), None])),
            (r#"{"NULL","a\"b,}"}"#, Some(vec![some("NULL"), some("a\"b,}")])),
            ("{1,}", None),
            ("{\"a}", None),
            ("{{1}}", None),
            ("1,2", None),
        ];
        for (text, expected) in cases {
            assert_eq!(members(text), expected, "{text}");
        }
    }

    #[test]
    fn a_decimal_keeps_every_digit() {
        for text in ["12.50", "-0.05", "99999999999999999999999999999999999999.9", "7"] {
            let found = value(Some(text), Kind::Numeric, None).unwrap();
            assert_eq!(found.to_string().trim_start_matches("Some("), text);
        }
    }
}
