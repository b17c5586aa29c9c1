//! Which value did a client give a parameter?
//!
//! All become text here, which the process that answers reads as a value of the parameter's type.

use bytes::Bytes;
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::fault::Fault;
use super::message::Rest;
use super::numeric;
use crate::query::worker::manner::{Given, Kind};

/// PostgreSQL counts from here.
pub(super) fn epoch() -> NaiveDate {
    NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default()
}

/// The value of a parameter of a kind, as it was bound. Text is of any kind.
pub(super) fn given(
    kind: Option<Kind>,
    is_binary: bool,
    value: Option<&Bytes>,
) -> Result<Given, Fault> {
    let Some(bytes) = value else { return Ok(Given { kind, text: None }) };
    let text = match is_binary {
        false => String::from_utf8(bytes.to_vec()).ok(),
        true => binary(kind.unwrap_or(Kind::Text), bytes),
    };
    match text {
        Some(text) => Ok(Given { kind, text: Some(text) }),
        None => Err(Fault::new("22P03", "a value is none of its type in binary form")),
    }
}

fn binary(kind: Kind, bytes: &Bytes) -> Option<String> {
    let mut rest = Rest(bytes.clone());
    let text = match kind {
        Kind::Text => return String::from_utf8(bytes.to_vec()).ok(),
        Kind::Bytes => return Some(format!("\\x{}", hex::encode(bytes))),
        Kind::Numeric => return numeric::text(bytes),
        Kind::Bool => (rest.array()? != [0]).to_string(),
        Kind::Int2 => i16::from_be_bytes(rest.array()?).to_string(),
        Kind::Int4 => i32::from_be_bytes(rest.array()?).to_string(),
        Kind::Int8 => i64::from_be_bytes(rest.array()?).to_string(),
        Kind::Float4 => f32::from_be_bytes(rest.array()?).to_string(),
        Kind::Float8 => f64::from_be_bytes(rest.array()?).to_string(),
        Kind::Date => date(i32::from_be_bytes(rest.array()?))?.to_string(),
        Kind::Time => {
            let passed = TimeDelta::microseconds(i64::from_be_bytes(rest.array()?));
            (NaiveTime::MIN + passed).format("%H:%M:%S%.6f").to_string()
        }
        Kind::Timestamp => moment(i64::from_be_bytes(rest.array()?))?,
        Kind::TimestampTz => format!("{}+00:00", moment(i64::from_be_bytes(rest.array()?))?),
        Kind::Interval => {
            let microseconds = i64::from_be_bytes(rest.array()?);
            let days = i32::from_be_bytes(rest.array()?);
            let months = i32::from_be_bytes(rest.array()?);
            format!("{months} months {days} days {microseconds} microseconds")
        }
        Kind::Int8List | Kind::TextList => return list(rest),
    };
    rest.0.is_empty().then_some(text)
}

fn date(days: i32) -> Option<NaiveDate> {
    let distance = Days::new(u64::from(days.unsigned_abs()));
    match days < 0 {
        true => epoch().checked_sub_days(distance),
        false => epoch().checked_add_days(distance),
    }
}

fn moment(microseconds: i64) -> Option<String> {
    let begin = NaiveDateTime::new(epoch(), NaiveTime::MIN);
    let moment = begin.checked_add_signed(TimeDelta::microseconds(microseconds))?;
    Some(moment.format("%Y-%m-%dT%H:%M:%S%.6f").to_string())
}

/// A list of one dimension, as it is written.
fn list(mut rest: Rest) -> Option<String> {
    let dimensions = i32::from_be_bytes(rest.array()?);
    let _has_nulls: [u8; 4] = rest.array()?;
    let member = super::kinds::parameter(u32::from_be_bytes(rest.array()?))?;
    if dimensions == 0 {
        return Some("{}".to_owned());
    }
    let count = u32::from_be_bytes(rest.array()?);
    let _first: [u8; 4] = rest.array()?;
    if dimensions != 1 || matches!(member, Kind::Int8List | Kind::TextList) {
        return None;
    }
    let mut members = Vec::new();
    for _ in 0..count {
        members.push(match i32::from_be_bytes(rest.array()?) {
            -1 => "NULL".to_owned(),
            length => {
                let bytes = rest.take(usize::try_from(length).ok()?)?;
                let text = binary(member, &bytes)?;
                format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
            }
        });
    }
    rest.0.is_empty().then(|| format!("{{{}}}", members.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_values_are_read_as_postgresql_writes_them() {
        let cases = [
            (Kind::Bool, "01", "true"),
            (Kind::Int2, "fffe", "-2"),
            (Kind::Int8, "0000000000000100", "256"),
            (Kind::Float8, "3ff8000000000000", "1.5"),
            (Kind::Date, "00002554", "2026-03-01"),
            (Kind::Date, "ffffffff", "1999-12-31"),
            (Kind::Timestamp, "ffffffffffffffff", "1999-12-31T23:59:59.999999"),
            (Kind::Time, "00000000 00000001", "00:00:00.000001"),
            (Kind::Bytes, "00ff", "\\x00ff"),
            (
                Kind::Interval,
                "0000000000000001 00000002 00000003",
                "3 months 2 days 1 microseconds",
            ),
            (
                Kind::Int8List,
                "00000001 00000000 00000017 00000002 00000001 00000004 00000007 ffffffff",
                "{\"7\",NULL}",
            ),
        ];
        for (kind, bytes, text) in cases {
            let bytes = Bytes::from(hex::decode(bytes.replace(' ', "")).unwrap());
            assert_eq!(binary(kind, &bytes).as_deref(), Some(text), "{kind:?}");
            for end in 0..bytes.len() {
                let cut = binary(kind, &bytes.slice(..end));
                let is_any_length = matches!(kind, Kind::Bytes);
                assert!(is_any_length || cut.is_none(), "{kind:?} of {end} bytes: {cut:?}");
            }
        }
    }
}
