//! Do the values of parameters fit each other and their bounds?

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::parameter::{DECIMAL, Kind, Parameter, Value};
use crate::model::periods::Period;

/// What is wrong with the bounds that a parameter declares.
pub(super) fn declaration(
    name: &str,
    parameter: &Parameter,
    all: &BTreeMap<String, Parameter>,
) -> Result<(), String> {
    if let Some(other) = &parameter.not_after {
        let is_ordered =
            matches!(parameter.kind, Kind::Period | Kind::Date | Kind::Integer | Kind::Decimal);
        let has_same = |found: &&Parameter| found.kind == parameter.kind && other != name;
        if !is_ordered || all.get(other).filter(has_same).is_none() {
            return Err(format!(
                "`not_after` names `{other}`, which is no other parameter that is a {} and has an \
                 order",
                parameter.kind
            ));
        }
    }
    let Some(least) = &parameter.least else { return Ok(()) };
    if !matches!(parameter.kind, Kind::Integer | Kind::Decimal) {
        return Err("`least` is for integers and decimals".to_owned());
    }
    let least = Value::read(parameter.kind, &least.to_string())?;
    let default = parameter.default.as_ref().map(ToString::to_string);
    match default.map(|default| Value::read(parameter.kind, &default)).transpose()? {
        Some(default) => at_least(&default, &least),
        None => Ok(()),
    }
}

/// The first value that does not fit, by its name, and what it stands against.
///
/// # Errors
/// The parameter and what is wrong.
pub(super) fn check(
    parameters: &BTreeMap<String, Parameter>,
    values: &BTreeMap<String, Value>,
    periods: &[Period],
) -> Result<(), (String, String)> {
    for (name, parameter) in parameters {
        let Some(value) = values.get(name) else { continue };
        let wrong = |problem| (name.clone(), problem);
        if let Some(least) = &parameter.least {
            let least = Value::read(parameter.kind, &least.to_string()).map_err(wrong)?;
            at_least(value, &least).map_err(wrong)?;
        }
        let Some((other, limit)) =
            parameter.not_after.as_ref().and_then(|other| Some((other, values.get(other)?)))
        else {
            continue;
        };
        if compared(value, limit, periods) == Some(Ordering::Greater) {
            return Err(wrong(format!(
                "`{value}` comes after `{other}`, which is `{limit}`; give an earlier one, or a \
                 later `{other}`"
            )));
        }
    }
    Ok(())
}

fn at_least(value: &Value, least: &Value) -> Result<(), String> {
    match compared(value, least, &[]) {
        Some(Ordering::Less) => Err(format!("`{value}` is too little; write `{least}` or more")),
        _ => Ok(()),
    }
}

/// The order of two values of one kind; nothing where one is missing or there is none.
fn compared(one: &Value, other: &Value, periods: &[Period]) -> Option<Ordering> {
    let (first, second) = (one.text.as_ref()?, other.text.as_ref()?);
    let place = |text: &String| periods.iter().position(|known| known.name == *text);
    match one.kind {
        Kind::Period => Some(place(first)?.cmp(&place(second)?)),
        // Written year first, so that the order of texts is that of days.
        Kind::Date => Some(first.cmp(second)),
        Kind::Integer => Some(first.parse::<i64>().ok()?.cmp(&second.parse().ok()?)),
        Kind::Decimal => Some(units(first)?.cmp(&units(second)?)),
        Kind::Text | Kind::Boolean | Kind::Choice => None,
    }
}

/// A decimal in units of its last possible place.
fn units(text: &str) -> Option<i128> {
    let places = usize::try_from(DECIMAL.1).ok()?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let value: i128 = format!("{whole}{rest:0<places$}").parse().ok()?;
    Some(if text.starts_with('-') { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(kind: Kind, one: &str, other: &str) -> Option<Ordering> {
        let period = |name: &str| Period { name: name.to_owned(), ..Period::default() };
        let value = |text: &str| Value { kind, text: Some(text.to_owned()) };
        compared(&value(one), &value(other), &["b", "a"].map(period))
    }

    #[test]
    fn values_are_ordered_by_type() {
        // Periods have the order of the calendar, whatever they are called.
        assert_eq!(order(Kind::Period, "b", "a"), Some(Ordering::Less));
        assert_eq!(order(Kind::Period, "b", "x"), None);
        assert_eq!(order(Kind::Date, "2026-02-01", "2025-12-31"), Some(Ordering::Greater));
        assert_eq!(order(Kind::Integer, "9", "10"), Some(Ordering::Less));
        assert_eq!(order(Kind::Decimal, "0.5", "0.10"), Some(Ordering::Greater));
        assert_eq!(order(Kind::Decimal, "-0.5", "-0.500000"), Some(Ordering::Equal));
        assert_eq!(order(Kind::Text, "a", "b"), None);
    }
}
