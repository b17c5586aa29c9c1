//! In which schemas is a table looked for whose name has none? In those of `search_path`, as
//! PostgreSQL does it: the first that has the table counts.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{
    Ident, ObjectName, ObjectNamePart, Query, Statement as Sql, Visit, VisitMut, Visitor,
    VisitorMut,
};

use super::Surroundings;
use super::rewrite::spelled;
use crate::engine::session::CATALOG;

/// The setting that names the schemas.
pub const SEARCH_PATH: &str = "search_path";
/// What it is at first: the tables that are made to be read.
pub const FIRST: &str = "marts";

impl Surroundings {
    /// The schemas in which names are looked for, in their order.
    pub fn path(&self) -> Vec<String> {
        let text = self.settings.get(SEARCH_PATH).map_or(FIRST, String::as_str);
        let schema = |part: &str| match part.trim() {
            // Nobody has a schema of one's own.
            "" | "$user" | "\"$user\"" => None,
            part => match part.strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
                Some(quoted) => Some(quoted.to_owned()),
                None => Some(part.to_lowercase()),
            },
        };
        text.split(',').filter_map(schema).collect()
    }
}

/// A question in which every table that its path has is named with its schema.
pub(in crate::query) fn resolved(
    session: &SessionContext,
    statement: Statement,
    around: &Surroundings,
) -> Statement {
    match statement {
        Statement::Statement(mut sql) => {
            qualify(session, &mut sql, around.path());
            Statement::Statement(sql)
        }
        Statement::Explain(mut explain) => {
            explain.statement = Box::new(resolved(session, *explain.statement, around));
            Statement::Explain(explain)
        }
        other => other,
    }
}

fn qualify(session: &SessionContext, sql: &mut Sql, path: Vec<String>) {
    let Some(catalog) = session.catalog(CATALOG) else { return };
    let mut named = Named::default();
    let _ = Visit::visit(sql, &mut named);
    let place = |table: &str| {
        let has = |schema: &&String| {
            catalog.schema(schema).is_some_and(|schema| schema.table_exist(table))
        };
        // What stands in `with` is the question's own.
        if named.0.contains(table) { None } else { path.iter().find(has).cloned() }
    };
    let _ = VisitMut::visit(sql, &mut Qualifying { place });
}

/// The names that a question gives itself.
#[derive(Default)]
struct Named(BTreeSet<String>);

impl Visitor for Named {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let named = query.with.iter().flat_map(|with| &with.cte_tables);
        self.0.extend(named.map(|named| spelled(&named.alias.name)));
        ControlFlow::Continue(())
    }
}

struct Qualifying<P> {
    place: P,
}

impl<P: Fn(&str) -> Option<String>> VisitorMut for Qualifying<P> {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> ControlFlow<()> {
        if let [ObjectNamePart::Identifier(table)] = relation.0.as_slice()
            && let Some(schema) = (self.place)(&spelled(table))
        {
            relation.0.insert(0, ObjectNamePart::Identifier(Ident::with_quote('"', schema)));
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_as_postgresql_writes_it() {
        let path = |text: &str| {
            let settings = [(SEARCH_PATH.to_owned(), text.to_owned())].into();
            Surroundings { settings, ..Surroundings::default() }.path()
        };
        assert_eq!(path("\"$user\", public"), ["public"]);
        assert_eq!(path("Sales , \"Own\",marts"), ["sales", "Own", "marts"]);
        assert_eq!(path(""), [""; 0]);
        assert_eq!(Surroundings::default().path(), ["marts"]);
    }
}
