//! Which tables does a file name, and in which order can they be built?

use std::collections::{BTreeMap, BTreeSet};

use datafusion::common::TableReference;
use datafusion::prelude::SessionContext;

use super::ModelError;
use super::files::ModelFile;
use super::mistakes::refused;
use crate::warehouse::name::TableName;

/// The schema under which a table that remembers finds its own rows of the release before.
pub const PREVIOUS: &str = "previous";

/// The tables that a file's body names.
///
/// # Errors
/// When the body is no SQL, or names a table without its schema.
pub(super) fn references(
    session: &SessionContext,
    file: &ModelFile,
) -> Result<BTreeSet<TableName>, ModelError> {
    let state = session.state();
    let dialect = state.config().options().sql_parser.dialect;
    let found = state
        .sql_to_statement(&file.text, &dialect)
        .and_then(|statement| state.resolve_table_references(&statement))
        .map_err(|error| refused(file, &error))?;
    found.iter().map(|reference| name_of(file, reference)).collect()
}

fn name_of(file: &ModelFile, reference: &TableReference) -> Result<TableName, ModelError> {
    let table = reference.table();
    let Some(schema) = reference.schema() else {
        let message = format!(
            "`{table}` is named without its schema; write `<schema>.{table}`, where the schema is \
             a folder of sql/ or, in staging, a department"
        );
        return Err(file.wrong_alone(table, message));
    };
    TableName::new(schema, table).map_err(|message| file.wrong_below(table, message))
}

/// Names so that each comes after those that it needs.
///
/// # Errors
/// A circle, as the names on it, the first one again at its end.
pub(super) fn order(
    needs: &BTreeMap<TableName, BTreeSet<TableName>>,
) -> Result<Vec<TableName>, Vec<TableName>> {
    let mut walk = Walk { needs, done: BTreeSet::new(), path: Vec::new(), order: Vec::new() };
    for name in needs.keys() {
        walk.visit(name)?;
    }
    Ok(walk.order)
}

struct Walk<'a> {
    needs: &'a BTreeMap<TableName, BTreeSet<TableName>>,
    done: BTreeSet<TableName>,
    path: Vec<TableName>,
    order: Vec<TableName>,
}

impl Walk<'_> {
    fn visit(&mut self, name: &TableName) -> Result<(), Vec<TableName>> {
        if self.done.contains(name) {
            return Ok(());
        }
        if let Some(start) = self.path.iter().position(|on_path| on_path == name) {
            let mut circle = self.path.split_off(start);
            circle.push(name.clone());
            return Err(circle);
        }
        // Tables that nobody computes are there already.
        let Some(needed) = self.needs.get(name) else { return Ok(()) };
        self.path.push(name.clone());
        for other in needed {
            self.visit(other)?;
        }
        self.path.pop();
        self.done.insert(name.clone());
        self.order.push(name.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(pairs: &[(&str, &[&str])]) -> BTreeMap<TableName, BTreeSet<TableName>> {
        let name = |text: &str| text.parse::<TableName>().unwrap();
        let one = |(table, others): &(&str, &[&str])| {
            (name(table), others.iter().map(|other| name(other)).collect())
        };
        pairs.iter().map(one).collect()
    }

    #[test]
    fn what_is_needed_comes_first() {
        let needs = needs(&[("a.a", &["a.c", "raw.x"]), ("a.b", &["a.a"]), ("a.c", &[])]);
        let order: Vec<String> = order(&needs).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(order, ["a.c", "a.a", "a.b"]);
    }

    #[test]
    fn a_circle_is_told_from_its_first_table() {
        let needs = needs(&[("a.a", &["a.b"]), ("a.b", &["a.c"]), ("a.c", &["a.b"])]);
        let circle: Vec<String> =
            order(&needs).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(circle, ["a.b", "a.c", "a.b"]);
    }
}
