//! Which columns does a question about the catalogue have, and of which types?
//!
//! SQLite knows values, not types; what an expression is, is told by how it is written.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Query, SelectItem,
    SetExpr, Statement, Value, Visit, Visitor,
};

use super::cast::type_name;
use super::rewrite::{last, spelled};
use super::tables::kind_of_column;

/// A column of an answer, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    /// its name
    pub(super) name: String,
    /// its type, where it is known
    pub(super) kind: Option<String>,
}

/// The types of what has a name of its own within a question.
#[derive(Default)]
struct Named(HashMap<String, String>);

impl Visitor for Named {
    type Break = ();

    fn post_visit_select(
        &mut self,
        select: &datafusion::sql::sqlparser::ast::Select,
    ) -> ControlFlow<()> {
        for item in &select.projection {
            if let SelectItem::ExprWithAlias { expr, alias } = item
                && let Some(kind) = self.kind(expr)
            {
                self.0.insert(spelled(alias), kind);
            }
        }
        ControlFlow::Continue(())
    }
}

/// The columns of a question; nothing where it names them with `*`.
pub(super) fn shapes(statement: &Statement) -> Option<Vec<Shape>> {
    let Statement::Query(query) = statement else { return None };
    let mut named = Named::default();
    let _ = statement.visit(&mut named);
    let items = items(query)?;
    let shape = |item: &SelectItem| match item {
        SelectItem::ExprWithAlias { expr, alias } => {
            Some(Shape { name: spelled(alias), kind: named.kind(expr) })
        }
        SelectItem::UnnamedExpr(expr) => Some(Shape { name: name(expr), kind: named.kind(expr) }),
        _ => None,
    };
    items.iter().map(shape).collect()
}

/// The type of a column that is known by its name alone.
pub(super) fn kind_by_name(name: &str) -> Option<String> {
    kind_of_column(name).map(str::to_owned)
}

fn items(query: &Query) -> Option<&[SelectItem]> {
    let mut body = query.body.as_ref();
    loop {
        match body {
            SetExpr::Select(select) => return Some(&select.projection),
            SetExpr::SetOperation { left, .. } => body = left.as_ref(),
            SetExpr::Query(query) => body = query.body.as_ref(),
            _ => return None,
        }
    }
}

/// What PostgreSQL calls a column without a name.
fn name(expr: &Expr) -> String {
    match expr {
        Expr::Identifier(name) => spelled(name),
        Expr::CompoundIdentifier(parts) => parts.last().map(spelled).unwrap_or_default(),
        Expr::Function(function) => last(&function.name),
        Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => name(inner),
        Expr::Cast { expr, data_type, .. } => match name(expr) {
            unknown if unknown == "?column?" => type_name(data_type),
            known => known,
        },
        Expr::Case { .. } => "case".to_owned(),
        Expr::Exists { .. } => "exists".to_owned(),
        Expr::Subquery(query) => match items(query) {
            Some([SelectItem::UnnamedExpr(expr)]) => name(expr),
            Some([SelectItem::ExprWithAlias { alias, .. }]) => spelled(alias),
            _ => "?column?".to_owned(),
        },
        _ => "?column?".to_owned(),
    }
}

impl Named {
    fn kind(&self, expr: &Expr) -> Option<String> {
        let kind = match expr {
            Expr::Identifier(name) => return self.named(&spelled(name)),
            Expr::CompoundIdentifier(parts) => return self.named(&spelled(parts.last()?)),
            Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => return self.kind(inner),
            Expr::Cast { data_type, .. } => return Some(cast(&type_name(data_type))),
            Expr::Value(value) => match value.value {
                Value::Number(..) => "int4",
                Value::Boolean(_) => "bool",
                Value::Null | Value::Placeholder(_) => return None,
                _ => "text",
            },
            Expr::Case { conditions, else_result, .. } => {
                let results = conditions.iter().map(|condition| &condition.result);
                return results.chain(else_result.as_deref()).find_map(|expr| self.kind(expr));
            }
            Expr::Subquery(query) => return self.first(query),
            Expr::BinaryOp { left, op, right } => match op {
                BinaryOperator::StringConcat => "text",
                BinaryOperator::Plus
                | BinaryOperator::Minus
                | BinaryOperator::Multiply
                | BinaryOperator::Divide => {
                    return self.kind(left).or_else(|| self.kind(right));
                }
                _ => "bool",
            },
            Expr::UnaryOp { expr, op } => match op.to_string().as_str() {
                "NOT" => "bool",
                _ => return self.kind(expr),
            },
            Expr::Exists { .. }
            | Expr::InList { .. }
            | Expr::InSubquery { .. }
            | Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsTrue(_)
            | Expr::IsNotTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsNotFalse(_)
            | Expr::IsDistinctFrom(..)
            | Expr::IsNotDistinctFrom(..)
            | Expr::Between { .. }
            | Expr::Like { .. }
            | Expr::ILike { .. }
            | Expr::AnyOp { .. }
            | Expr::AllOp { .. } => "bool",
            Expr::Array(_) => "_text",
            Expr::Function(function) => return self.function(function),
            _ => return None,
        };
        Some(kind.to_owned())
    }

    fn named(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned().or_else(|| kind_by_name(name))
    }

    fn first(&self, query: &Query) -> Option<String> {
        match items(query)?.first()? {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                self.kind(expr)
            }
            _ => None,
        }
    }

    fn function(&self, function: &datafusion::sql::sqlparser::ast::Function) -> Option<String> {
        let first = || match &function.args {
            FunctionArguments::List(list) => list.args.iter().find_map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => self.kind(expr),
                _ => None,
            }),
            FunctionArguments::Subquery(query) => self.first(query),
            FunctionArguments::None => None,
        };
        let list = |member: Option<String>| match member.as_deref() {
            Some("int2") => "_int2",
            Some("int4" | "int8") => "_int8",
            Some("oid") => "_oid",
            _ => "_text",
        };
        let name = last(&function.name);
        let kind = match name.as_str() {
            "count" | "row_number" => "int8",
            "array_length"
            | "cardinality"
            | "array_upper"
            | "length"
            | "array_lower"
            | "generate_subscripts"
            | "strpos" => "int4",
            "pg_relation_size"
            | "pg_total_relation_size"
            | "pg_table_size"
            | "pg_database_size"
            | "txid_current" => "int8",
            "pg_backend_pid" => "int4",
            "to_regclass" | "to_regtype" => "oid",
            "current_database" | "current_schema" | "current_user" | "session_user" | "user"
            | "current_catalog" | "pg_get_userbyid" => "name",
            "current_schemas" => "_text",
            "pg_is_in_recovery"
            | "bool_or"
            | "bool_and"
            | "pg_has_role"
            | "pg_relation_is_publishable" => "bool",
            "array_agg" | "array" => list(first()),
            "unnest" => match first().as_deref() {
                Some("_int2") => "int2",
                Some("_oid") => "oid",
                _ => "text",
            },
            "coalesce" | "nullif" | "max" | "min" | "greatest" | "least" | "sum" => {
                return first();
            }
            name if name.ends_with("_is_visible") || name.ends_with("_privilege") => "bool",
            _ => "text",
        };
        Some(kind.to_owned())
    }
}

/// The type that a cast gives.
fn cast(name: &str) -> String {
    let base = name.split('(').next().unwrap_or(name).trim();
    let kind = match base {
        "int" | "integer" => "int4",
        "bigint" => "int8",
        "smallint" => "int2",
        "boolean" => "bool",
        "bool" | "int2" | "int4" | "int8" | "oid" | "name" | "text" | "char" | "float4" => base,
        "real" | "double precision" | "float8" | "numeric" => "float4",
        // Shown by their names.
        "regclass" | "regtype" | "regproc" | "regnamespace" | "regrole" => "text",
        other if other.ends_with("[]") => "_text",
        _ => "text",
    };
    kind.to_owned()
}
