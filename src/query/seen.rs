//! What does somebody with roles see of a table?
//!
//! A value is seen where some role sees both its row and its column. Whatever is not known (a role,
//! an attribute, a column by which rows are chosen) lets nothing through.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::logical_expr::utils::{conjunction, disjunction};
use datafusion::logical_expr::{Expr, ident, lit};
use datafusion::scalar::ScalarValue;

use super::policy::{Access, EqualTo, Role, RowFilter};
use super::principal::Member;
use crate::warehouse::name::TableName;

/// Who sees what.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Rules {
    /// what warehouse/access.toml says
    pub access: Access,
    /// the columns of each table that hold nothing personal; all others count as personal
    pub impersonal: BTreeMap<TableName, BTreeSet<String>>,
}

/// What of a table is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// its rows
    pub(super) rows: Rows,
    /// of columns whose values are not seen in all of these rows, the rows in which they are
    pub(super) masks: BTreeMap<String, Rows>,
}

/// Rows that at least one alternative lets through; an alternative lets a row through if all its
/// choices do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Rows(Vec<BTreeSet<Choice>>);

/// Rows whose column holds one of some values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Choice {
    column: String,
    values: BTreeSet<String>,
}

impl Member {
    /// Whether a role of the person names a table at all.
    pub(super) fn knows(&self, table: &TableName) -> bool {
        self.roles().any(|role| {
            let rows = role.rows.iter().flat_map(|filter| &filter.tables);
            role.sees.iter().chain(rows).any(|tables| tables.has(table))
        })
    }

    /// What of a table the person sees; nothing where it is not there for the person.
    pub(super) fn sees(&self, table: &TableName, columns: &Schema) -> Option<Seen> {
        let granted = |role| Some((role, self.granted(role, table, columns)?));
        let granted: Vec<(&Role, BTreeSet<Choice>)> = self.roles().filter_map(granted).collect();
        if granted.is_empty() {
            return None;
        }
        let mut masks = BTreeMap::new();
        for field in columns.fields() {
            let column = field.name();
            let is_shown = |role: &Role| !self.is_masked(role, table, column);
            let shown = granted.iter().filter(|(role, _)| is_shown(role));
            let shown = Rows(shown.map(|(_, choices)| choices.clone()).collect());
            if shown.0.len() < granted.len() && !shown.are_all() {
                masks.insert(column.clone(), shown);
            }
        }
        Some(Seen { rows: Rows(granted.into_iter().map(|(_, choices)| choices).collect()), masks })
    }

    fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.iter().filter_map(|name| self.rules.access.roles.get(name))
    }

    /// What must hold of the rows of a table that a role sees; nothing where it sees none.
    fn granted(
        &self,
        role: &Role,
        table: &TableName,
        columns: &Schema,
    ) -> Option<BTreeSet<Choice>> {
        let over = |filter: &&RowFilter| filter.tables.iter().any(|tables| tables.has(table));
        let filters: Vec<&RowFilter> = role.rows.iter().filter(over).collect();
        if filters.is_empty() && !role.sees.iter().any(|tables| tables.has(table)) {
            return None;
        }
        filters.into_iter().map(|filter| self.choice(filter, columns)).collect()
    }

    fn choice(&self, filter: &RowFilter, columns: &Schema) -> Option<Choice> {
        columns.field_with_name(&filter.column).ok()?;
        let values = match &filter.equal_to {
            EqualTo::Values(values) => values.iter().cloned().collect(),
            EqualTo::User(attribute) => self.attributes.get(attribute)?.clone(),
        };
        (!values.is_empty()).then(|| Choice { column: filter.column.clone(), values })
    }

    fn is_masked(&self, role: &Role, table: &TableName, column: &str) -> bool {
        let is_impersonal = || {
            let known = self.rules.impersonal.get(table);
            known.is_some_and(|columns| columns.contains(column))
        };
        role.masks.iter().any(|mask| {
            let is_named = mask.columns.iter().any(|named| named == column);
            let is_over = mask.tables.iter().any(|tables| tables.has(table));
            is_over && (is_named || (mask.personal && !is_impersonal()))
        })
    }
}

impl Seen {
    /// Whether everything is seen.
    pub(super) fn is_all(&self) -> bool {
        self.rows.are_all() && self.masks.is_empty()
    }
}

impl Rows {
    /// Whether no row is held back.
    pub(super) fn are_all(&self) -> bool {
        self.0.iter().any(BTreeSet::is_empty)
    }

    /// The columns by which they are chosen.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flatten().map(|choice| choice.column.as_str())
    }

    /// The same choices by other columns that hold the same; nothing where one is missing.
    pub(super) fn by(&self, columns: &BTreeMap<String, String>) -> Option<Self> {
        let choice = |choice: &Choice| {
            let column = columns.get(&choice.column)?.clone();
            Some(Choice { column, values: choice.values.clone() })
        };
        let all_of = |choices: &BTreeSet<Choice>| choices.iter().map(choice).collect();
        Some(Self(self.0.iter().map(all_of).collect::<Option<_>>()?))
    }

    /// What is true of them and of no other row. It cannot fail, whatever a row holds.
    pub(super) fn condition(&self, columns: &Schema) -> Expr {
        if self.are_all() {
            return lit(true);
        }
        let all_of = |choices: &BTreeSet<Choice>| {
            conjunction(choices.iter().map(|choice| choice.condition(columns)))
        };
        disjunction(self.0.iter().filter_map(all_of)).unwrap_or_else(|| lit(false))
    }
}

impl Choice {
    fn condition(&self, columns: &Schema) -> Expr {
        let Ok(field) = columns.field_with_name(&self.column) else { return lit(false) };
        let values = self.values.iter().filter_map(|text| value(text, field.data_type()));
        let values: Vec<Expr> = values.map(|value| Expr::Literal(value, None)).collect();
        match values.is_empty() {
            true => lit(false),
            false => ident(self.column.as_str()).in_list(values, false),
        }
    }
}

/// The value that a text means in a column of a type; none where it means none, or where a value
/// could be written in several ways.
fn value(text: &str, kind: &DataType) -> Option<ScalarValue> {
    let has_one_form = matches!(
        kind,
        DataType::Utf8
            | DataType::Boolean
            | DataType::Date32
            | DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32
            | DataType::UInt64
    );
    let value =
        has_one_form.then(|| ScalarValue::try_from_string(text.to_owned(), kind).ok())??;
    (!value.is_null() && value.to_string() == text).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_means_a_value_that_is_written_so() {
        let cases = [
            ("7", DataType::Int64, true),
            ("07", DataType::Int64, false),
            ("x", DataType::Int64, false),
            ("", DataType::Int64, false),
            ("300", DataType::UInt8, false),
            (" a", DataType::Utf8, true),
            ("", DataType::Utf8, true),
            ("true", DataType::Boolean, true),
            ("t", DataType::Boolean, false),
            ("2026-02-28", DataType::Date32, true),
            ("2026-02-30", DataType::Date32, false),
            ("1.5", DataType::Float64, false),
            ("1.50", DataType::Decimal128(18, 2), false),
        ];
        for (text, kind, expected) in cases {
            let found = value(text, &kind);
            assert_eq!(found.is_some(), expected, "{text} as {kind}: {found:?}");
            assert!(found.is_none_or(|value| value.data_type() == kind), "{text} as {kind}");
        }
    }
}
