//! Which of PostgreSQL's types has a column of the engine?

use datafusion::arrow::datatypes::DataType;
use tokio_postgres::types::{Kind, Type};

/// The types that clients are told of; each has its lists, where PostgreSQL has them.
pub(super) const TYPES: [Type; 30] = [
    Type::BOOL,
    Type::BYTEA,
    Type::CHAR,
    Type::NAME,
    Type::INT8,
    Type::INT2,
    Type::INT2_VECTOR,
    Type::INT4,
    Type::REGPROC,
    Type::TEXT,
    Type::OID,
    Type::OID_VECTOR,
    Type::JSON,
    Type::FLOAT4,
    Type::FLOAT8,
    Type::UNKNOWN,
    Type::BPCHAR,
    Type::VARCHAR,
    Type::DATE,
    Type::TIME,
    Type::TIMESTAMP,
    Type::TIMESTAMPTZ,
    Type::INTERVAL,
    Type::TIMETZ,
    Type::NUMERIC,
    Type::REGCLASS,
    Type::REGTYPE,
    Type::UUID,
    Type::JSONB,
    Type::VOID,
];

/// Their lists.
pub(super) const LISTS: [Type; 26] = [
    Type::BOOL_ARRAY,
    Type::BYTEA_ARRAY,
    Type::CHAR_ARRAY,
    Type::NAME_ARRAY,
    Type::INT8_ARRAY,
    Type::INT2_ARRAY,
    Type::INT4_ARRAY,
    Type::REGPROC_ARRAY,
    Type::TEXT_ARRAY,
    Type::OID_ARRAY,
    Type::JSON_ARRAY,
    Type::FLOAT4_ARRAY,
    Type::FLOAT8_ARRAY,
    Type::BPCHAR_ARRAY,
    Type::VARCHAR_ARRAY,
    Type::DATE_ARRAY,
    Type::TIME_ARRAY,
    Type::TIMESTAMP_ARRAY,
    Type::TIMESTAMPTZ_ARRAY,
    Type::INTERVAL_ARRAY,
    Type::TIMETZ_ARRAY,
    Type::NUMERIC_ARRAY,
    Type::REGCLASS_ARRAY,
    Type::REGTYPE_ARRAY,
    Type::UUID_ARRAY,
    Type::JSONB_ARRAY,
];

/// The type of a list's members.
pub(super) fn member(list: &Type) -> Option<&Type> {
    match list.kind() {
        Kind::Array(member) => Some(member),
        _ => None,
    }
}

/// What SQL calls a type.
pub(super) fn spelled(kind: &Type) -> String {
    let is_vector = [Type::INT2_VECTOR, Type::OID_VECTOR].contains(kind);
    if let Some(member) = member(kind).filter(|_| !is_vector) {
        return format!("{}[]", spelled(member));
    }
    let name = match *kind {
        Type::BOOL => "boolean",
        Type::CHAR => "\"char\"",
        Type::INT8 => "bigint",
        Type::INT2 => "smallint",
        Type::INT4 => "integer",
        Type::FLOAT4 => "real",
        Type::FLOAT8 => "double precision",
        Type::BPCHAR => "character",
        Type::VARCHAR => "character varying",
        Type::TIME => "time without time zone",
        Type::TIMETZ => "time with time zone",
        Type::TIMESTAMP => "timestamp without time zone",
        Type::TIMESTAMPTZ => "timestamp with time zone",
        ref kind => kind.name(),
    };
    name.to_owned()
}

/// The letter of a type's class, by which drivers choose among them.
pub(super) fn category(kind: &Type) -> char {
    match *kind {
        Type::BOOL => 'B',
        Type::INT2 | Type::INT4 | Type::INT8 | Type::FLOAT4 | Type::FLOAT8 | Type::NUMERIC => 'N',
        Type::OID | Type::REGPROC | Type::REGCLASS | Type::REGTYPE => 'N',
        Type::DATE | Type::TIME | Type::TIMETZ | Type::TIMESTAMP | Type::TIMESTAMPTZ => 'D',
        Type::INTERVAL => 'T',
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => 'S',
        Type::CHAR => 'Z',
        Type::UNKNOWN => 'X',
        Type::VOID => 'P',
        ref kind if member(kind).is_some() => 'A',
        _ => 'U',
    }
}

/// Bytes of a value, or -1.
pub fn size_of(kind: &Type) -> i16 {
    match *kind {
        Type::BOOL | Type::CHAR => 1,
        Type::INT2 => 2,
        Type::INT4 | Type::FLOAT4 | Type::DATE | Type::OID => 4,
        Type::REGPROC | Type::REGCLASS | Type::REGTYPE => 4,
        Type::INT8 | Type::FLOAT8 | Type::TIME | Type::TIMESTAMP | Type::TIMESTAMPTZ => 8,
        Type::TIMETZ => 12,
        Type::INTERVAL | Type::UUID => 16,
        Type::NAME => 64,
        _ => -1,
    }
}

/// As PostgreSQL tells how many digits a decimal has; -1 of all other types.
pub fn modifier(kind: &DataType) -> i32 {
    match kind {
        DataType::Decimal32(digits, scale)
        | DataType::Decimal64(digits, scale)
        | DataType::Decimal128(digits, scale)
        | DataType::Decimal256(digits, scale) => {
            let scale = i32::from((*scale).max(0));
            (i32::from(*digits) << 16 | scale) + 4
        }
        _ => -1,
    }
}

/// The type as which a column of the engine's type goes out.
pub fn kind_of(kind: &DataType) -> Type {
    match kind {
        DataType::Boolean => Type::BOOL,
        DataType::Int8 | DataType::Int16 | DataType::UInt8 => Type::INT2,
        DataType::Int32 | DataType::UInt16 => Type::INT4,
        DataType::Int64 | DataType::UInt32 => Type::INT8,
        DataType::Float16 | DataType::Float32 => Type::FLOAT4,
        DataType::Float64 => Type::FLOAT8,
        DataType::UInt64
        | DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => Type::NUMERIC,
        DataType::Date32 | DataType::Date64 => Type::DATE,
        DataType::Time32(_) | DataType::Time64(_) => Type::TIME,
        DataType::Timestamp(_, None) => Type::TIMESTAMP,
        DataType::Timestamp(_, Some(_)) => Type::TIMESTAMPTZ,
        DataType::Interval(_) | DataType::Duration(_) => Type::INTERVAL,
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => Type::BYTEA,
        DataType::List(member)
        | DataType::LargeList(member)
        | DataType::ListView(member)
        | DataType::LargeListView(member)
        | DataType::FixedSizeList(member, _) => {
            let wanted = kind_of(member.data_type());
            let list = LISTS.iter().find(|list| self::member(list) == Some(&wanted));
            // Lists of lists and of objects are JSON.
            list.filter(|_| wanted != Type::JSON).cloned().unwrap_or(Type::JSON)
        }
        DataType::Struct(_) | DataType::Map(..) | DataType::Union(..) => Type::JSON,
        DataType::Dictionary(_, values) => kind_of(values),
        DataType::RunEndEncoded(_, values) => kind_of(values.data_type()),
        DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Type::TEXT,
    }
}
