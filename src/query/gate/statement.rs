//! Is a statement one question, and how much do its names stand for?

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArguments, Ident, ObjectName, Query, Statement as Sql, TableFactor,
    Visit, Visitor,
};

use super::error::GateError;
use super::functions;
use super::limits::{GROUPINGS_MAX, REFERENCES_MAX};

/// A table of the engine's own that shows how the server is set up.
const SETTINGS: &str = "df_settings";

/// Judges a statement whose depth is known to be small.
pub(super) fn check(statement: &Statement, sql: &str) -> Result<(), GateError> {
    let refused = || GateError::NotAQuestion { found: first_word(sql) };
    let inner = match statement {
        Statement::Statement(inner) => inner,
        Statement::Explain(explained) => match explained.statement.as_ref() {
            Statement::Statement(inner) if matches!(**inner, Sql::Query(_)) => inner,
            _ => return Err(refused()),
        },
        _ => return Err(refused()),
    };
    let is_question = matches!(
        **inner,
        Sql::Query(_) | Sql::ShowTables { .. } | Sql::ShowColumns { .. } | Sql::ExplainTable { .. }
    );
    if !is_question {
        return Err(refused());
    }
    let mut walk = Walk::default();
    if let ControlFlow::Break(error) = inner.visit(&mut walk) {
        return Err(*error);
    }
    match walk.references {
        found if found > REFERENCES_MAX => {
            Err(GateError::TooManyReferences { found, most: REFERENCES_MAX })
        }
        _ => Ok(()),
    }
}

/// How a statement begins, for its refusal.
fn first_word(sql: &str) -> String {
    let is_part = |character: &char| character.is_alphanumeric() || *character == '_';
    let begin = sql.trim_start_matches(|character: char| !character.is_alphanumeric());
    begin.chars().take_while(is_part).take(24).collect()
}

/// What was seen of a question.
#[derive(Default)]
struct Walk {
    /// the queries that are open, the innermost last
    open: Vec<Open>,
    /// tables and names, every name with all that it stands for
    references: u64,
    /// groupings so far; several multiply, as they do within one query
    groupings: Option<u64>,
}

/// A query whose parts are being read.
struct Open {
    /// its own queries with a name, which come before the rest, told apart by where they lie
    named: Vec<(*const Query, String)>,
    /// what those that were read stand for
    weights: HashMap<String, u64>,
    /// what was read of it
    weight: u64,
}

impl Walk {
    /// What a table's name stands for: itself, or a query of a `with` around it.
    fn weight_of(&self, name: &ObjectName) -> u64 {
        let [part] = name.0.as_slice() else { return 1 };
        let Some(name) = part.as_ident().map(spelled) else { return 1 };
        let known = self.open.iter().rev().find_map(|open| open.weights.get(&name));
        known.copied().unwrap_or(1)
    }

    fn add(&mut self, weight: u64) {
        let total = match self.open.last_mut() {
            Some(open) => &mut open.weight,
            None => &mut self.references,
        };
        *total = total.saturating_add(weight);
    }

    fn grouped(&mut self, sets: u64) -> ControlFlow<Box<GateError>> {
        let found = self.groupings.unwrap_or(1).saturating_mul(sets);
        self.groupings = Some(found);
        match found > GROUPINGS_MAX {
            true => refuse(GateError::TooManyGroupings { found, most: GROUPINGS_MAX }),
            false => ControlFlow::Continue(()),
        }
    }
}

fn refuse(error: GateError) -> ControlFlow<Box<GateError>> {
    ControlFlow::Break(Box::new(error))
}

/// A name as the engine compares it.
fn spelled(name: &Ident) -> String {
    match name.quote_style {
        None => name.value.to_lowercase(),
        Some(_) => name.value.clone(),
    }
}

impl Visitor for Walk {
    type Break = Box<GateError>;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        let named = query.with.iter().flat_map(|with| &with.cte_tables);
        let named = named.map(|cte| (std::ptr::from_ref(&*cte.query), spelled(&cte.alias.name)));
        self.open.push(Open { named: named.collect(), weights: HashMap::new(), weight: 0 });
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        let Some(closed) = self.open.pop() else { return ControlFlow::Continue(()) };
        let place = std::ptr::from_ref(query);
        if let Some(around) = self.open.last_mut() {
            let name = around.named.iter().find(|(named, _)| *named == place);
            if let Some((_, name)) = name {
                // A name that stands for a name is a level of the plan as well.
                let weight = closed.weight.saturating_add(1);
                around.weights.insert(name.clone(), weight);
                return ControlFlow::Continue(());
            }
        }
        self.add(closed.weight);
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<Self::Break> {
        let last = relation.0.last().and_then(|part| part.as_ident()).map(spelled);
        if last.is_some_and(|last| last.eq_ignore_ascii_case(SETTINGS)) {
            return refuse(GateError::HiddenTable { name: relation.to_string() });
        }
        let weight = self.weight_of(relation);
        self.add(weight);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Self::Break> {
        match factor {
            TableFactor::Table { name, args: Some(called), .. } => call(name, &called.args),
            TableFactor::Function { name, args, .. } => call(name, args),
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Self::Break> {
        let count = |sets: &[Vec<Expr>]| u64::try_from(sets.len()).unwrap_or(u64::MAX);
        match expr {
            Expr::Function(function) => match &function.args {
                FunctionArguments::List(list) => call(&function.name, &list.args),
                _ => call(&function.name, &[]),
            },
            Expr::Cube(sets) => {
                let power = u32::try_from(sets.len()).unwrap_or(u32::MAX);
                self.grouped(2_u64.saturating_pow(power))
            }
            Expr::Rollup(sets) => self.grouped(count(sets).saturating_add(1)),
            Expr::GroupingSets(sets) => self.grouped(count(sets)),
            _ => ControlFlow::Continue(()),
        }
    }
}

/// Judges the call of a function.
fn call(name: &ObjectName, arguments: &[FunctionArg]) -> ControlFlow<Box<GateError>> {
    let name = match name.0.as_slice() {
        [part] => part.as_ident().map_or_else(|| name.to_string(), spelled),
        _ => name.to_string(),
    };
    match functions::check(&name.to_lowercase(), arguments) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => refuse(error),
    }
}
