//! Which rows fit a filter?
//!
//! The meaning of the operators is that of Cube's REST language: several values mean one of them,
//! letters' case does not count in `contains`, `startsWith` and `endsWith`, the negations of these
//! and of `equals` hold for rows without a value, while `notInDateRange` does not. Values become
//! literals of the column's own type, so that no comparison rounds.

mod number;

use chrono_tz::Tz;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::functions::expr_fn::{contains, ends_with, lower, starts_with};
use datafusion::logical_expr::{Expr, lit, not};

use self::number::Place;
use super::error::CubeError;
use super::question::{Filter, Operator};
use super::time::{Clock, Span, range};

/// What a filter compares.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// the value
    pub value: Expr,
    /// its type
    pub kind: DataType,
}

/// Filters, as they stand in a question, turned into conditions.
pub(super) struct Conditions<'a> {
    /// what a name stands for
    pub find: &'a dyn Fn(&str) -> Result<Held, CubeError>,
    /// today, and the zone of days
    pub clock: &'a Clock<'a>,
}

impl Conditions<'_> {
    /// The condition that a filter is; `place` is where it stands, for messages.
    ///
    /// # Errors
    /// When a value does not fit what it is compared with, or the operator does not.
    pub(super) fn condition(&self, filter: &Filter, place: &str) -> Result<Expr, CubeError> {
        let each = |filters: &[Filter], word: &str| {
            let numbered = filters.iter().enumerate();
            numbered
                .map(|(at, filter)| self.condition(filter, &format!("{place}.{word}[{at}]")))
                .collect::<Result<Vec<Expr>, CubeError>>()
        };
        match filter {
            Filter::And(filters) => {
                Ok(balanced(each(filters, "and")?, Expr::and).unwrap_or_else(|| lit(true)))
            }
            Filter::Or(filters) => {
                Ok(balanced(each(filters, "or")?, Expr::or).unwrap_or_else(|| lit(false)))
            }
            Filter::Member { member, operator, values } => {
                let held = (self.find)(member)?;
                compare(&held, *operator, values, self.clock)
                    .map_err(|problem| wrong(place, member, *operator, &problem))
            }
        }
    }
}

/// A mistake in a filter.
pub(super) fn wrong(place: &str, member: &str, operator: Operator, problem: &str) -> CubeError {
    let problem = format!("`{member}` {}: {problem}", operator);
    CubeError::Question { place: place.to_owned(), problem }
}

/// Whether an operator compares with spans of days.
pub(super) fn is_of_dates(operator: Operator) -> bool {
    use Operator::{
        AfterDate, AfterOrOnDate, BeforeDate, BeforeOrOnDate, InDateRange, NotInDateRange,
    };
    matches!(
        operator,
        InDateRange | NotInDateRange | BeforeDate | BeforeOrOnDate | AfterDate | AfterOrOnDate
    )
}

/// The span that an operator of dates compares with.
///
/// # Errors
/// When the values are no span, or more than one day where one is asked.
pub(super) fn span(operator: Operator, values: &[String], clock: &Clock) -> Result<Span, String> {
    let is_range = matches!(operator, Operator::InDateRange | Operator::NotInDateRange);
    if !is_range && values.len() != 1 {
        return Err(format!("takes one day, not {} values", values.len()));
    }
    range::span(&range::of_values(values)?, clock)
}

fn compare(
    held: &Held,
    operator: Operator,
    values: &[String],
    clock: &Clock,
) -> Result<Expr, String> {
    let value = held.value.clone();
    match operator {
        Operator::Set => return Ok(value.is_not_null()),
        Operator::NotSet => return Ok(value.is_null()),
        _ if values.is_empty() => return Err("needs `values`".to_owned()),
        _ => {}
    }
    match &held.kind {
        DataType::Utf8 => text(value, operator, values),
        DataType::Boolean => boolean(value, operator, values),
        DataType::Date32 | DataType::Timestamp(..) => dates(held, operator, values, clock),
        kind => match digits(kind) {
            Some(digits) => numbers(value, operator, values, digits),
            None => Err(format!("holds a {kind}, which nothing is compared with")),
        },
    }
}

/// The operators that say yes, each with the one that says no.
fn negated(operator: Operator) -> Option<Operator> {
    match operator {
        Operator::NotEquals => Some(Operator::Equals),
        Operator::NotContains => Some(Operator::Contains),
        Operator::NotStartsWith => Some(Operator::StartsWith),
        Operator::NotEndsWith => Some(Operator::EndsWith),
        _ => None,
    }
}

/// The opposite of a condition on a value; true where there is no value.
fn opposite(value: Expr, condition: Expr) -> Expr {
    value.is_null().or(not(condition))
}

fn any(conditions: impl Iterator<Item = Expr>) -> Expr {
    balanced(conditions.collect(), Expr::or).unwrap_or_else(|| lit(false))
}

/// Conditions joined by pairs, so that even thousands of them are no deep tree: those who walk it
/// call themselves once for each step down.
pub(super) fn balanced(mut conditions: Vec<Expr>, join: fn(Expr, Expr) -> Expr) -> Option<Expr> {
    while conditions.len() > 1 {
        let mut pairs = Vec::with_capacity(conditions.len().div_ceil(2));
        let mut rest = conditions.into_iter();
        while let Some(one) = rest.next() {
            pairs.push(match rest.next() {
                Some(other) => join(one, other),
                None => one,
            });
        }
        conditions = pairs;
    }
    conditions.pop()
}

fn text(value: Expr, operator: Operator, values: &[String]) -> Result<Expr, String> {
    if let Some(positive) = negated(operator) {
        return Ok(opposite(value.clone(), text(value, positive, values)?));
    }
    let part = |found: fn(Expr, Expr) -> Expr| {
        let each = |wanted: &String| found(lower(value.clone()), lit(wanted.to_lowercase()));
        any(values.iter().map(each))
    };
    Ok(match operator {
        Operator::Equals => {
            value.in_list(values.iter().map(|wanted| lit(wanted.as_str())).collect(), false)
        }
        Operator::Contains => part(contains),
        Operator::StartsWith => part(starts_with),
        Operator::EndsWith => part(ends_with),
        _ => return Err(unfit(operator, "a text", TEXT)),
    })
}

/// What texts are compared by.
const TEXT: &str = "equals, contains, startsWith, endsWith, their negations, set or notSet";
/// What numbers are compared by.
const NUMBER: &str = "equals, notEquals, gt, gte, lt, lte, set or notSet";
/// What days and moments are compared by.
const DATE: &str = "inDateRange, notInDateRange, beforeDate, beforeOrOnDate, afterDate, \
                    afterOrOnDate, equals, notEquals, set or notSet";

fn unfit(operator: Operator, what: &str, known: &str) -> String {
    format!("`{}` does not compare {what}; write {known}", operator)
}

fn boolean(value: Expr, operator: Operator, values: &[String]) -> Result<Expr, String> {
    let wanted = |text: &String| match text.as_str() {
        "true" | "1" => Ok(value.clone().is_true()),
        "false" | "0" => Ok(value.clone().is_false()),
        other => Err(format!("`{other}` is neither `true` nor `false`")),
    };
    let found = any(values.iter().map(wanted).collect::<Result<Vec<_>, _>>()?.into_iter());
    match operator {
        Operator::Equals => Ok(found),
        Operator::NotEquals => Ok(opposite(value, found)),
        _ => Err(unfit(operator, "true and false", "equals, notEquals, set or notSet")),
    }
}

fn dates(
    held: &Held,
    operator: Operator,
    values: &[String],
    clock: &Clock,
) -> Result<Expr, String> {
    let Held { value, kind } = held;
    let zone: Tz = clock.zone;
    let within = |span: &Span| range::within(value.clone(), kind, span, zone);
    if operator == Operator::NotEquals {
        let equal = dates(held, Operator::Equals, values, clock)?;
        return Ok(opposite(value.clone(), equal));
    }
    if operator == Operator::Equals {
        let day = |text: &String| {
            let one = std::slice::from_ref(text);
            within(&range::span(&range::of_values(one)?, clock)?)
        };
        let days = values.iter().map(day).collect::<Result<Vec<_>, _>>()?;
        return Ok(any(days.into_iter()));
    }
    if !is_of_dates(operator) {
        return Err(unfit(operator, "days and moments", DATE));
    }
    let span = span(operator, values, clock)?;
    let before = |moment| range::before(value.clone(), kind, moment, zone);
    let from = |moment| range::since(value.clone(), kind, moment, zone);
    match operator {
        Operator::InDateRange => within(&span),
        Operator::NotInDateRange => Ok(before(span.from)?.or(from(span.until)?)),
        Operator::BeforeDate => before(span.from),
        Operator::BeforeOrOnDate => before(span.until),
        Operator::AfterDate => from(span.until),
        _ => from(span.from),
    }
}

/// How a number type is told: its digits, how many of them are decimals, and its literals.
#[derive(Clone, Copy)]
struct Digits {
    precision: u8,
    scale: i8,
    is_integer: bool,
}

fn digits(kind: &DataType) -> Option<Digits> {
    match kind {
        // Not every number of nineteen digits fits into 64 bits, see `place`.
        DataType::Int64 => Some(Digits { precision: 19, scale: 0, is_integer: true }),
        DataType::Decimal128(precision, scale) if *scale >= 0 => {
            Some(Digits { precision: *precision, scale: *scale, is_integer: false })
        }
        _ => None,
    }
}

impl Digits {
    fn place(self, text: &str) -> Result<Place, String> {
        let wrong = || format!("`{text}` is no number; write digits with a point, as `-12.5`");
        let place = number::place(text.trim(), self.precision, self.scale).ok_or_else(wrong)?;
        let fits = |units: i128| !self.is_integer || i64::try_from(units).is_ok();
        Ok(match place {
            Place::At(units) | Place::Above(units) if !fits(units) && units > 0 => Place::BeyondAll,
            Place::At(units) | Place::Above(units) if !fits(units) => Place::BelowAll,
            place => place,
        })
    }

    fn literal(self, units: i128) -> Expr {
        let value = match i64::try_from(units) {
            Ok(whole) if self.is_integer => ScalarValue::Int64(Some(whole)),
            _ => ScalarValue::Decimal128(Some(units), self.precision, self.scale),
        };
        lit(value)
    }
}

fn numbers(
    value: Expr,
    operator: Operator,
    values: &[String],
    digits: Digits,
) -> Result<Expr, String> {
    let places =
        values.iter().map(|text| digits.place(text)).collect::<Result<Vec<Place>, String>>()?;
    if matches!(operator, Operator::Equals | Operator::NotEquals) {
        let exact = |place: &Place| match place {
            Place::At(units) => Some(digits.literal(*units)),
            _ => None,
        };
        let wanted: Vec<Expr> = places.iter().filter_map(exact).collect();
        let found = match wanted.is_empty() {
            true => lit(false),
            false => value.clone().in_list(wanted, false),
        };
        let is_plain = operator == Operator::Equals;
        return Ok(if is_plain { found } else { opposite(value, found) });
    }
    let [place] = places.as_slice() else {
        return Err(format!("takes one value, not {}", values.len()));
    };
    let always = || value.clone().is_not_null();
    let literal = |units: &i128| digits.literal(*units);
    let least = |place: &Place| match place {
        Place::At(units) => value.clone().gt_eq(literal(units)),
        Place::Above(units) => value.clone().gt(literal(units)),
        Place::BeyondAll => lit(false),
        Place::BelowAll => always(),
    };
    let most = |place: &Place| match place {
        Place::At(units) | Place::Above(units) => value.clone().lt_eq(literal(units)),
        Place::BeyondAll => always(),
        Place::BelowAll => lit(false),
    };
    Ok(match (operator, place) {
        (Operator::Gt, Place::At(units)) => value.clone().gt(literal(units)),
        (Operator::Lt, Place::At(units)) => value.clone().lt(literal(units)),
        (Operator::Gt | Operator::Gte, place) => least(place),
        (Operator::Lt | Operator::Lte, place) => most(place),
        _ => return Err(unfit(operator, "numbers", NUMBER)),
    })
}
