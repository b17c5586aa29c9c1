//! Which filters of a query may be told inside? Those that cannot fail, whatever a row holds.
//!
//! They also choose which parts of files are read, so that they meet the least and the greatest
//! values of rows that are hidden: a cast or a division would tell of them.

use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::logical_expr::expr::{Between, BinaryExpr, InList};
use datafusion::logical_expr::{Expr, Operator};

/// Whether a filter compares columns, seen as they are, with values of their own types.
pub(super) fn is_simple(filter: &Expr, columns: &Schema, is_shown: &dyn Fn(&str) -> bool) -> bool {
    let within = |part: &Expr| is_simple(part, columns, is_shown);
    let kind = |part: &Expr| kind_of(part, columns, is_shown);
    match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And | Operator::Or, right }) => {
            within(left) && within(right)
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let compares = matches!(
                op,
                Operator::Eq
                    | Operator::NotEq
                    | Operator::Lt
                    | Operator::LtEq
                    | Operator::Gt
                    | Operator::GtEq
            );
            let fits = is_value(right, kind(left)) || is_value(left, kind(right));
            compares && fits
        }
        Expr::Not(inner) => within(inner),
        Expr::IsNull(inner) | Expr::IsNotNull(inner) => kind(inner).is_some(),
        Expr::InList(InList { expr, list, .. }) => {
            list.iter().all(|value| is_value(value, kind(expr)))
        }
        Expr::Between(Between { expr, low, high, .. }) => {
            is_value(low, kind(expr)) && is_value(high, kind(expr))
        }
        Expr::Column(_) => kind(filter) == Some(&DataType::Boolean),
        _ => false,
    }
}

/// The type of a column that is seen as it is; nothing of any other expression.
fn kind_of<'a>(
    expr: &Expr,
    columns: &'a Schema,
    is_shown: &dyn Fn(&str) -> bool,
) -> Option<&'a DataType> {
    let Expr::Column(column) = expr else { return None };
    let field = columns.field_with_name(&column.name).ok()?;
    is_shown(&column.name).then(|| field.data_type())
}

fn is_value(expr: &Expr, kind: Option<&DataType>) -> bool {
    let Expr::Literal(value, _) = expr else { return false };
    kind.is_some_and(|kind| value.data_type() == *kind)
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::Field;
    use datafusion::logical_expr::{cast, ident, lit};

    use super::*;

    #[test]
    fn only_comparisons_with_values_are_simple() {
        let columns = Schema::new(vec![
            Field::new("amount", DataType::Int64, true),
            Field::new("name", DataType::Utf8, true),
            Field::new("secret", DataType::Utf8, true),
            Field::new("is_open", DataType::Boolean, true),
        ]);
        let (amount, name) = (|| ident("amount"), || ident("name"));
        let one = || lit(1_i64);
        let cases = [
            (amount().eq(one()), true),
            (one().lt(amount()), true),
            (amount().eq(lit(1_i32)), false),
            (amount().eq(amount()), false),
            (one().eq(one()), false),
            ((amount() + one()).gt(one()), false),
            ((one() / amount()).gt(one()), false),
            (cast(name(), DataType::Int64).eq(one()), false),
            (name().like(lit("a%")), false),
            (name().eq(lit("a")).or(amount().is_null()), true),
            (name().eq(lit("a")).or(name().like(lit("a"))), false),
            (name().in_list(vec![lit("a"), lit("b")], true), true),
            (name().in_list(vec![lit("a"), name()], false), false),
            (amount().between(one(), lit(9_i64)), true),
            (amount().between(one(), amount()), false),
            (ident("is_open").and(amount().is_not_null()), true),
            (Expr::Not(Box::new(ident("is_open"))), true),
            (amount(), false),
            (ident("secret").eq(lit("a")), false),
            (ident("secret").is_null(), false),
            (cast(name(), DataType::Int64).is_null(), false),
        ];
        for (filter, expected) in cases {
            let found = is_simple(&filter, &columns, &|column| column != "secret");
            assert_eq!(found, expected, "{filter}");
        }
    }
}
