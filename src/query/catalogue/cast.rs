//! What does a cast of PostgreSQL come to in SQLite, which has no types?

use datafusion::sql::sqlparser::ast::{BinaryOperator, CastKind, DataType, Expr, Value};

use super::functions::{format_type, found, kind, relation};
use super::rewrite::{last, parsed, text_of};

/// The name of a type as it is written, without its schema and its quotes.
pub(super) fn type_name(kind: &DataType) -> String {
    let text = kind.to_string().to_lowercase().replace('"', "");
    text.strip_prefix("pg_catalog.").unwrap_or(&text).to_owned()
}

/// Whether an expression is a text for certain: numbers of objects stand in columns.
fn is_text(expr: &Expr) -> bool {
    match expr {
        Expr::BinaryOp { op, .. } => *op == BinaryOperator::StringConcat,
        Expr::Cast { data_type, .. } => matches!(data_type, DataType::Text),
        Expr::Function(function) => {
            ["format", "replace", "lower"].contains(&&*last(&function.name))
        }
        Expr::Nested(inner) => is_text(inner),
        _ => false,
    }
}

/// A cast. Names of objects become their numbers, and numbers of objects their names.
pub(super) fn cast(expr: &Expr, kind_of: &DataType) -> Result<Expr, String> {
    let name = type_name(kind_of);
    let given = text_of(expr);
    let number = given.as_deref().filter(|text| text.parse::<u32>().is_ok());
    let is_parameter = matches!(expr, Expr::Value(value)
        if matches!(value.value, Value::Placeholder(_)));
    let text = match name.as_str() {
        "regclass" | "regtype" if number.is_some() => number.unwrap_or_default().to_owned(),
        "regclass" => match given {
            Some(_) => relation(&expr.to_string()),
            None if is_parameter || is_text(expr) => relation(&expr.to_string()),
            None => found("_names", "name", &[("oid", &expr.to_string())]),
        },
        "regtype" => match given {
            Some(_) => kind(&expr.to_string()),
            None if is_parameter || is_text(expr) => kind(&expr.to_string()),
            None => format_type(&format!("{expr}"), "-1"),
        },
        "regnamespace" => match given {
            Some(_) => found("pg_namespace", "oid", &[("nspname", &expr.to_string())]),
            None => found("pg_namespace", "nspname", &[("oid", &expr.to_string())]),
        },
        "regrole" => found("pg_roles", "rolname", &[("oid", &expr.to_string())]),
        "oid" | "int" | "int2" | "int4" | "int8" | "integer" | "bigint" | "smallint" => {
            match given.is_some() || is_parameter {
                true => format!("cast({expr} as integer)"),
                false => return Ok(expr.clone()),
            }
        }
        "bool" | "boolean" => match given.map(|text| text.to_lowercase()).as_deref() {
            Some("t" | "true" | "on" | "1") => "1".to_owned(),
            Some(_) => "0".to_owned(),
            None => return Ok(expr.clone()),
        },
        "text" | "name" | "varchar" | "character varying" => match given {
            Some(_) => return Ok(expr.clone()),
            None => {
                let text = DataType::Text;
                let expr = Box::new(expr.clone());
                return Ok(Expr::Cast {
                    kind: CastKind::Cast,
                    expr,
                    data_type: text,
                    array: false,
                    format: None,
                });
            }
        },
        _ => return Ok(expr.clone()),
    };
    parsed(&text)
}
