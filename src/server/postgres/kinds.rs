//! As which of PostgreSQL's types does a column go out?

use datafusion::arrow::datatypes::{Field, TimeUnit};
use pgwire::api::Type;

use crate::query::catalogue::KIND;
use crate::query::catalogue::kinds::{kind_of, modifier, size_of};
use crate::query::worker::manner::Kind;

/// A column as clients know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// its name
    pub name: String,
    /// its type
    pub kind: Type,
    /// bytes of a value, or -1
    pub size: i16,
    /// digits of a decimal, or -1
    pub modifier: i32,
}

impl Column {
    /// A column of an answer.
    pub(super) fn of(field: &Field) -> Self {
        let told = field.metadata().get(KIND).and_then(|oid| oid.parse().ok());
        let kind = told.and_then(Type::from_oid).unwrap_or_else(|| kind_of(field.data_type()));
        let modifier = modifier(field.data_type());
        Self { name: field.name().clone(), size: size_of(&kind), kind, modifier }
    }
}

/// The kind of parameter that a client means by the number of a type; nothing where it leaves that
/// to us.
pub(super) fn parameter(oid: u32) -> Option<Kind> {
    let kind = Type::from_oid(oid)?;
    Some(match kind {
        Type::BOOL => Kind::Bool,
        Type::INT2 => Kind::Int2,
        Type::INT4 | Type::OID => Kind::Int4,
        Type::INT8 => Kind::Int8,
        Type::FLOAT4 => Kind::Float4,
        Type::FLOAT8 => Kind::Float8,
        Type::NUMERIC => Kind::Numeric,
        Type::DATE => Kind::Date,
        Type::TIME => Kind::Time,
        Type::TIMESTAMP => Kind::Timestamp,
        Type::TIMESTAMPTZ => Kind::TimestampTz,
        Type::INTERVAL => Kind::Interval,
        Type::BYTEA => Kind::Bytes,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => Kind::Text,
        Type::INT2_ARRAY | Type::INT4_ARRAY | Type::INT8_ARRAY => Kind::Int8List,
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::NAME_ARRAY => Kind::TextList,
        _ => return None,
    })
}

/// The number of the type as which a parameter is told.
pub(super) fn number_of(kind: Kind) -> u32 {
    let kind = match kind {
        Kind::Bool => Type::BOOL,
        Kind::Int2 => Type::INT2,
        Kind::Int4 => Type::INT4,
        Kind::Int8 => Type::INT8,
        Kind::Float4 => Type::FLOAT4,
        Kind::Float8 => Type::FLOAT8,
        Kind::Numeric => Type::NUMERIC,
        Kind::Date => Type::DATE,
        Kind::Time => Type::TIME,
        Kind::Timestamp => Type::TIMESTAMP,
        Kind::TimestampTz => Type::TIMESTAMPTZ,
        Kind::Interval => Type::INTERVAL,
        Kind::Bytes => Type::BYTEA,
        Kind::Text => Type::TEXT,
        Kind::Int8List => Type::INT8_ARRAY,
        Kind::TextList => Type::TEXT_ARRAY,
    };
    kind.oid()
}

/// So many of a unit's ticks are a second.
pub(super) fn ticks_of(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}
