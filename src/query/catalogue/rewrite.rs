//! How is a question in PostgreSQL's words put into SQLite's?
//!
//! Only questions about the catalogue come here; those about data are never changed.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    AccessExpr, BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    Ident, ObjectName, Query, Select, SelectItem, SetExpr, Statement, TableFactor, TrimWhereField,
    Value, VisitMut, VisitorMut,
};
use datafusion::sql::sqlparser::dialect::{PostgreSqlDialect, SQLiteDialect};
use datafusion::sql::sqlparser::parser::Parser;

use super::Surroundings;
use super::cast::cast;
use super::functions::{call, quoted};
use super::matching::MATCHES;

/// Functions that make several rows of one, wherever they stand.
const SPREADING: [&str; 3] = ["unnest", "generate_subscripts", "_pg_expandarray"];

/// A question in SQLite's words.
pub(super) struct Rewritten {
    pub(super) sql: String,
    /// the parameters that are lists
    pub(super) lists: BTreeSet<usize>,
}

/// Puts a question into SQLite's words.
///
/// # Errors
/// What cannot be said in them.
pub(super) fn rewrite(
    mut statement: Statement,
    around: &Surroundings,
) -> Result<Rewritten, String> {
    let mut walk = Walk { around, lists: BTreeSet::new(), spread: 0, members: BTreeSet::new() };
    match statement.visit(&mut walk) {
        ControlFlow::Break(text) => Err(text),
        ControlFlow::Continue(()) => {
            Ok(Rewritten { sql: statement.to_string(), lists: walk.lists })
        }
    }
}

/// The last part of a name, in lower case where it has no quotes.
pub(super) fn last(name: &ObjectName) -> String {
    let part = name.0.last().and_then(|part| part.as_ident());
    part.map(spelled).unwrap_or_default()
}

/// A name as PostgreSQL compares it.
pub(super) fn spelled(name: &Ident) -> String {
    match name.quote_style {
        None => name.value.to_lowercase(),
        Some(_) => name.value.clone(),
    }
}

struct Walk<'a> {
    around: &'a Surroundings,
    lists: BTreeSet<usize>,
    /// how many lists were spread into rows
    spread: usize,
    /// the names of lists in `from`, and those of their members
    members: BTreeSet<(String, String)>,
}

/// An expression in SQLite's words.
pub(super) fn parsed(text: &str) -> Result<Expr, String> {
    let parser = Parser::new(&SQLiteDialect {}).try_with_sql(text);
    parser.and_then(|mut parser| parser.parse_expr()).map_err(|error| error.to_string())
}

/// The text that an expression writes out.
pub(super) fn text_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) => {
                Some(text.clone())
            }
            _ => None,
        },
        Expr::Nested(inner) => text_of(inner),
        _ => None,
    }
}

fn unsupported<T>(what: &str) -> Result<T, String> {
    Err(format!("{what} is not supported in questions about the catalogue"))
}

/// The arguments of a function as texts.
fn arguments(function: &Function) -> Vec<String> {
    let FunctionArguments::List(list) = &function.args else { return Vec::new() };
    let argument = |argument: &FunctionArg| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => expr.to_string(),
        other => other.to_string(),
    };
    list.args.iter().map(argument).collect()
}

impl Walk<'_> {
    fn expr(&mut self, expr: &Expr) -> Result<Option<Expr>, String> {
        Ok(Some(match expr {
            Expr::Value(value) => return self.value(&value.value),
            Expr::Cast { expr, data_type, .. } => return cast(expr, data_type).map(Some),
            Expr::TypedString(typed) => {
                let value = Expr::Value(typed.value.clone());
                return cast(&value, &typed.data_type).map(Some);
            }
            Expr::Collate { expr, .. } => expr.as_ref().clone(),
            Expr::AtTimeZone { timestamp, .. } => timestamp.as_ref().clone(),
            Expr::BinaryOp { left, op, right } => return operator(left, op, right),
            Expr::ILike { negated, expr, pattern, .. } => {
                let not = if *negated { "not " } else { "" };
                parsed(&format!("(lower({expr}) {not}like lower({pattern}))"))?
            }
            Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => {
                self.member(left, right, "in")?
            }
            Expr::AllOp { left, compare_op: BinaryOperator::NotEq, right } => {
                self.member(left, right, "not in")?
            }
            Expr::AnyOp { .. } | Expr::AllOp { .. } => {
                return unsupported("this use of any or all");
            }
            Expr::Array(array) => {
                let members: Vec<String> = array.elem.iter().map(Expr::to_string).collect();
                parsed(&format!("json_array({})", members.join(", ")))?
            }
            Expr::Substring { expr, substring_from, substring_for, .. } => {
                let begin = substring_from.as_ref().map_or("1".to_owned(), |from| from.to_string());
                let count = substring_for.as_ref().map(|count| format!(", {count}"));
                parsed(&format!("substr({expr}, {begin}{})", count.unwrap_or_default()))?
            }
            Expr::Trim { expr, trim_where, trim_what, .. } => {
                let function = match trim_where {
                    Some(TrimWhereField::Leading) => "ltrim",
                    Some(TrimWhereField::Trailing) => "rtrim",
                    Some(TrimWhereField::Both) | None => "trim",
                };
                let what = trim_what.as_ref().map(|what| format!(", {what}")).unwrap_or_default();
                parsed(&format!("{function}({expr}{what})"))?
            }
            Expr::Position { expr, r#in } => parsed(&format!("instr({in}, {expr})", in = r#in))?,
            Expr::CompoundFieldAccess { root, access_chain } => field(root, access_chain)?,
            Expr::Function(function) => return self.function(function),
            Expr::Identifier(name) => {
                let name = spelled(name);
                let known = self
                    .members
                    .iter()
                    .find(|(list, member)| *member == name || (*list == name && member.is_empty()));
                match known {
                    Some((list, _)) => parsed(&format!("{list}.value"))?,
                    None => return Ok(None),
                }
            }
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [list, member] if self.members.contains(&(spelled(list), spelled(member))) => {
                    parsed(&format!("{list}.value"))?
                }
                _ => return Ok(None),
            },
            _ => return Ok(None),
        }))
    }

    fn value(&mut self, value: &Value) -> Result<Option<Expr>, String> {
        Ok(match value {
            Value::EscapedStringLiteral(text) | Value::NationalStringLiteral(text) => {
                Some(Expr::value(Value::SingleQuotedString(text.clone())))
            }
            Value::Placeholder(name) if name.starts_with('$') => {
                Some(Expr::value(Value::Placeholder(name.replace('$', "?"))))
            }
            _ => None,
        })
    }

    fn function(&mut self, function: &Function) -> Result<Option<Expr>, String> {
        let name = last(&function.name);
        if SPREADING.contains(&name.as_str()) {
            return Ok(None);
        }
        if let FunctionArguments::Subquery(query) = &function.args {
            return match name.as_str() {
                "array" => list_of(query).map(Some),
                _ => unsupported(&format!("`{name}` over a query")),
            };
        }
        // What aggregates keeps its order and its filter.
        if name == "array_agg" {
            let mut renamed = function.clone();
            renamed.name = ObjectName::from(vec![Ident::new("json_group_array")]);
            return Ok(Some(Expr::Function(renamed)));
        }
        match call(&name, &arguments(function), self.around) {
            Some(text) => parsed(&text).map(Some),
            None => {
                let mut bare = function.clone();
                bare.name = ObjectName::from(vec![Ident::new(name)]);
                Ok(Some(Expr::Function(bare)))
            }
        }
    }

    /// Whether a value is a member of a list.
    fn member(&mut self, left: &Expr, list: &Expr, word: &str) -> Result<Expr, String> {
        if let Expr::Subquery(query) = list {
            return parsed(&format!("({left} {word} ({query}))"));
        }
        let list = match list {
            Expr::Nested(inner) => inner.as_ref(),
            list => list,
        };
        if let Expr::Subquery(query) = list {
            return parsed(&format!("({left} {word} ({query}))"));
        }
        if let Expr::Value(value) = list
            && let Value::Placeholder(name) = &value.value
        {
            self.lists.extend(name.trim_start_matches(['$', '?']).parse::<usize>().ok());
        }
        let list = match text_of(list) {
            Some(text) if text.starts_with('{') => {
                let inner = text.trim_matches(['{', '}']);
                let members = inner.split(',').filter(|member| !member.is_empty());
                let members: Vec<String> =
                    members.map(|member| quoted(member.trim_matches('"'))).collect();
                return parsed(&format!("({left} {word} ({}))", members.join(", ")));
            }
            _ => list.to_string(),
        };
        parsed(&format!("({left} {word} (select value from json_each({list})))"))
    }

    /// A list in `from`, whose members are rows.
    fn list(&mut self, factor: &mut TableFactor) -> Result<(), String> {
        let TableFactor::Table { name, args: Some(called), alias, .. } = factor else {
            return Ok(());
        };
        let given: Vec<String> = called.args.iter().map(ToString::to_string).collect();
        let list = match (last(name).as_str(), given.as_slice()) {
            ("unnest", [list]) => list.clone(),
            ("generate_series", [first, end]) => format!(
                "(with recursive counted(number) as (select {first} union all select number + 1 \
                 from counted where number < {end}) select array_agg(number) from counted where \
                 number <= {end})"
            ),
            _ => return Ok(()),
        };
        let parser = Parser::new(&PostgreSqlDialect {}).try_with_sql(&list);
        let list = parser.and_then(|mut parser| parser.parse_expr());
        let list = list.map_err(|error| error.to_string())?;
        called.args = vec![FunctionArg::Unnamed(FunctionArgExpr::Expr(list))];
        *name = ObjectName::from(vec![Ident::new("json_each")]);
        if let Some(alias) = alias {
            let columns = std::mem::take(&mut alias.columns);
            let member = columns.first().map(|column| spelled(&column.name));
            self.members.insert((spelled(&alias.name), member.unwrap_or_default()));
        }
        Ok(())
    }

    /// Gives what is selected the name that PostgreSQL gives it, in quotes: words that are SQLite's
    /// own may be names here.
    fn name(&self, item: &mut SelectItem) {
        let named = match item {
            SelectItem::UnnamedExpr(expr) => match expr {
                Expr::Identifier(name) => name.clone(),
                Expr::CompoundIdentifier(parts) if !parts.is_empty() => {
                    parts[parts.len() - 1].clone()
                }
                _ => return,
            },
            SelectItem::ExprWithAlias { alias, .. } => alias.clone(),
            _ => return,
        };
        let name = Ident::with_quote('"', spelled(&named));
        match item {
            SelectItem::ExprWithAlias { alias, .. } => *alias = name,
            SelectItem::UnnamedExpr(expr) => {
                *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias: name };
            }
            _ => {}
        }
    }

    /// Spreads lists in what is selected into rows.
    fn spread(&mut self, select: &mut Select) -> Result<(), String> {
        let mut spread = Spread { lists: Vec::new(), first: self.spread };
        for item in &mut select.projection {
            if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item
                && let ControlFlow::Break(text) = expr.visit(&mut spread)
            {
                return Err(text);
            }
        }
        for (number, list) in spread.lists.iter().enumerate() {
            let number = self.spread + number;
            let sql = format!("select 1 from json_each({list}) as _spread{number}");
            let statements = Parser::parse_sql(&SQLiteDialect {}, &sql);
            let mut statements = statements.map_err(|error| error.to_string())?;
            if let Some(Statement::Query(mut query)) = statements.pop()
                && let SetExpr::Select(inner) = query.body.as_mut()
            {
                select.from.append(&mut inner.from);
            }
        }
        self.spread += spread.lists.len();
        Ok(())
    }
}

/// Finds the lists that are spread into rows.
struct Spread {
    lists: Vec<String>,
    first: usize,
}

impl VisitorMut for Spread {
    type Break = String;

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<String> {
        let Expr::Function(function) = expr else { return ControlFlow::Continue(()) };
        let name = last(&function.name);
        if !SPREADING.contains(&name.as_str()) {
            return ControlFlow::Continue(());
        }
        let Some(list) = arguments(function).into_iter().next() else {
            return ControlFlow::Break(format!("`{name}` needs a list"));
        };
        let known = self.lists.iter().position(|known| *known == list);
        let number = known.unwrap_or_else(|| {
            self.lists.push(list);
            self.lists.len() - 1
        });
        let table = format!("_spread{}", self.first + number);
        let text = match name.as_str() {
            "unnest" => format!("{table}.value"),
            "generate_subscripts" => format!("({table}.key + 1)"),
            _ => format!("json_object('x', {table}.value, 'n', {table}.key + 1)"),
        };
        match parsed(&text) {
            Ok(found) => *expr = found,
            Err(text) => return ControlFlow::Break(text),
        }
        ControlFlow::Continue(())
    }
}

/// A list of all values of a query with one column.
fn list_of(query: &Query) -> Result<Expr, String> {
    let mut query = query.clone();
    query.order_by = None;
    let SetExpr::Select(select) = query.body.as_mut() else {
        return unsupported("a list of such a query");
    };
    let [SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }] =
        select.projection.as_mut_slice()
    else {
        return unsupported("a list of several columns");
    };
    *expr = parsed(&format!("json_group_array({expr})"))?;
    Ok(Expr::Subquery(Box::new(query)))
}

/// A field of a value with parts, or a member of a list.
fn field(root: &Expr, chain: &[AccessExpr]) -> Result<Expr, String> {
    let mut text = root.to_string();
    let mut chain = chain;
    // What is written as a part of a table is its column, where a part of that follows.
    if let (Expr::Identifier(table), [AccessExpr::Dot(column), rest @ ..]) = (root, chain)
        && !rest.is_empty()
    {
        text = format!("{table}.{column}");
        chain = rest;
    }
    for access in chain {
        text = match access {
            AccessExpr::Dot(name) => {
                format!("json_extract({text}, '$.{}')", name.to_string().to_lowercase())
            }
            AccessExpr::Subscript(place) => {
                format!("json_extract({text}, '$[' || (({place}) - 1) || ']')")
            }
        };
    }
    parsed(&text)
}

/// Patterns, which SQLite has in another notation.
fn operator(left: &Expr, op: &BinaryOperator, right: &Expr) -> Result<Option<Expr>, String> {
    let named = match op {
        BinaryOperator::PGCustomBinaryOperator(parts) => parts.last().map(String::as_str),
        BinaryOperator::PGRegexMatch => Some("~"),
        BinaryOperator::PGRegexNotMatch => Some("!~"),
        BinaryOperator::PGRegexIMatch => Some("~*"),
        BinaryOperator::PGRegexNotIMatch => Some("!~*"),
        BinaryOperator::PGLikeMatch => Some("~~"),
        BinaryOperator::PGNotLikeMatch => Some("!~~"),
        _ => None,
    };
    let Some(sign) = named else { return Ok(None) };
    let (not, plain) = match sign.strip_prefix('!') {
        Some(plain) => ("not ", plain),
        None => ("", sign),
    };
    let text = match plain {
        "=" | "<>" | "<" | ">" | "<=" | ">=" => format!("({left} {plain} {right})"),
        "~~" => format!("({left} {not}like {right})"),
        "~" => format!("({not}{MATCHES}({left}, {right}, ''))"),
        "~*" => format!("({not}{MATCHES}({left}, {right}, 'i'))"),
        _ => return unsupported(&format!("`{sign}`")),
    };
    parsed(&text).map(Some)
}

impl VisitorMut for Walk<'_> {
    type Break = String;

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<String> {
        match self.expr(expr) {
            Err(text) => ControlFlow::Break(text),
            Ok(None) => ControlFlow::Continue(()),
            Ok(Some(found)) => {
                *expr = found;
                ControlFlow::Continue(())
            }
        }
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<String> {
        for table in &mut select.from {
            let joined = table.joins.iter_mut().map(|join| &mut join.relation);
            for factor in std::iter::once(&mut table.relation).chain(joined) {
                if let Err(text) = self.list(factor) {
                    return ControlFlow::Break(text);
                }
            }
        }
        select.projection.iter_mut().for_each(|item| self.name(item));
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<String> {
        match self.spread(select) {
            Err(text) => ControlFlow::Break(text),
            Ok(()) => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<String> {
        match factor {
            TableFactor::Table { name, args, .. } => {
                if args.is_some() && last(name) == "pg_get_keywords" {
                    *args = None;
                    *name = ObjectName::from(vec![Ident::new("_keywords")]);
                }
                // The database is the one that there is.
                if name.0.len() == 3 {
                    name.0.remove(0);
                }
                match args {
                    None => ControlFlow::Continue(()),
                    Some(_) if last(name) == "json_each" => ControlFlow::Continue(()),
                    Some(_) => ControlFlow::Break(format!(
                        "`{name}` as a table is not supported in questions about the catalogue"
                    )),
                }
            }
            TableFactor::Derived { lateral: true, .. } => ControlFlow::Break(
                "lateral is not supported in questions about the catalogue".to_owned(),
            ),
            _ => ControlFlow::Continue(()),
        }
    }
}
