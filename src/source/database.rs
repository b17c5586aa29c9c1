//! What is common to reading tables out of databases?
//!
//! A [`Database`] is one connection to one moment: whatever is read over it, and over the
//! connections that its [`Opener`] opens, is of the same state of all tables.

use super::csv::missing;
use super::describe::Described;
use super::error::found_instead;
use super::shape::{ColumnType, Drift, Shape};
use super::{Emit, Read, SourceError};

/// A database as it was at one moment, over one connection.
pub trait Database: Send {
    /// Reads rows.
    ///
    /// # Errors
    /// When the object or a required column is not there, or reading breaks off.
    fn read(&mut self, wanted: &Wanted<'_>, emit: &mut Emit<'_>) -> Result<Read, SourceError>;

    /// Describes the columns of a table, a view or a query.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    fn describe(&mut self, object: &str) -> Result<Description, SourceError>;

    /// What opens further connections to the same moment; `None` where there can be no more.
    fn opener(&self) -> Option<Box<dyn Opener>>;
}

/// Opens connections to a moment that another connection holds.
pub trait Opener: Send + Sync {
    /// One more connection; `None` where it would not show the same moment.
    ///
    /// # Errors
    /// When the server does not answer.
    fn open(&self) -> Result<Option<Box<dyn Database>>, SourceError>;
}

/// Which rows are read.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// a table, a view, or a query that begins with `select` or `with`
    pub object: &'a str,
    /// what is promised of its rows
    pub shape: &'a Shape,
    /// a column at the source and the text of a value from which on, itself included, rows are
    /// read, and those that have none, since nothing tells whether they are new; moments are given
    /// in RFC 3339 or as dates, whatever the source's own form
    pub since: Option<(&'a str, &'a str)>,
    /// columns of the shape by which the rows come sorted, as far as the source has them
    pub order: &'a [String],
}

/// What a table, a view or a query looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// its columns
    pub columns: Vec<Described>,
    /// the columns of its primary key, if it has one
    pub key: Vec<String>,
}

/// Reads the key columns alone of every row, to see which keys are still there.
///
/// # Errors
/// As [`Database::read`], and when a key column is none of the shape's.
pub fn read_keys(
    database: &mut dyn Database,
    object: &str,
    shape: &Shape,
    key: &[String],
    emit: &mut Emit<'_>,
) -> Result<Read, SourceError> {
    let mut reduced = shape.clone();
    reduced.columns = key
        .iter()
        .map(|name| {
            let column = shape.columns.iter().find(|column| column.name == *name);
            column.cloned().ok_or_else(|| SourceError::Shape {
                place: shape.place.clone(),
                why: format!("`key` names `{name}`, which is none of the columns"),
            })
        })
        .collect::<Result<_, _>>()?;
    database.read(&Wanted { object, shape: &reduced, since: None, order: &[] }, emit)
}

/// What a contract's object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Object<'a> {
    Named(&'a str),
    Query(&'a str),
}

impl<'a> Object<'a> {
    /// A name, or a query where it begins with `select` or `with` and goes on.
    pub fn new(object: &'a str) -> Self {
        let trimmed = object.trim();
        let first = trimmed.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        let is_query = ["select", "with"].iter().any(|word| first.eq_ignore_ascii_case(word));
        if is_query && trimmed.len() > first.len() && !trimmed[first.len()..].starts_with('_') {
            Self::Query(trimmed.trim_end_matches(|c: char| c == ';' || c.is_whitespace()))
        } else {
            Self::Named(object)
        }
    }

    /// What rows name as their source.
    pub fn source(&self) -> &'a str {
        match self {
            Self::Named(name) => name,
            Self::Query(_) => "query",
        }
    }
}

/// A query as something to select from; the line end ends a comment that may stand last.
pub(super) fn in_parentheses(query: &str) -> String {
    format!("({query}\n) as patron_query")
}

/// Which columns of an object stand for the promised ones.
#[derive(Debug)]
pub(super) struct Chosen {
    /// positions of the columns to be read, in the shape's order
    pub wanted: Vec<usize>,
    /// for each promised column its place among those read; `None` where the source lacks it
    pub places: Vec<Option<usize>>,
    /// how the source's columns differ from the promised ones
    pub drift: Vec<Drift>,
}

impl Chosen {
    /// Finds the promised columns among those that the source has.
    ///
    /// # Errors
    /// When a required one is not there.
    pub fn new(names: &[String], shape: &Shape, source: &str) -> Result<Self, SourceError> {
        let mut chosen = Self { wanted: Vec::new(), places: Vec::new(), drift: Vec::new() };
        for column in &shape.columns {
            if let Some(place) = resolve(names, column.source_name()) {
                chosen.places.push(Some(chosen.wanted.len()));
                chosen.wanted.push(place);
                continue;
            }
            let found = || {
                let names = names.iter().map(String::as_str);
                found_instead(column.source_name(), names, "columns")
            };
            chosen.drift.push(missing(column, source, shape, found)?);
            chosen.places.push(None);
        }
        for (place, name) in names.iter().enumerate() {
            if !chosen.wanted.contains(&place) {
                chosen.drift.push(Drift::Added { column: name.clone() });
            }
        }
        Ok(chosen)
    }

    /// The promised type of each column read, and its place among the source's.
    pub fn kinds<'s>(
        &'s self,
        shape: &'s Shape,
    ) -> impl Iterator<Item = (&'s ColumnType, usize)> + 's {
        let found = shape.columns.iter().zip(&self.places).filter(|(_, place)| place.is_some());
        found.zip(&self.wanted).map(|((column, _), at)| (&column.kind, *at))
    }

    /// The place among the columns read of the promised column of a name.
    pub fn place_of(&self, shape: &Shape, column: &str) -> Option<usize> {
        let promised = shape.columns.iter().position(|promised| promised.name == column)?;
        self.places[promised]
    }
}

/// The place of the column called `wanted`, to the letter or else without regard to case.
pub(super) fn resolve(names: &[String], wanted: &str) -> Option<usize> {
    let exact = names.iter().position(|name| name == wanted);
    exact.or_else(|| names.iter().position(|name| name.eq_ignore_ascii_case(wanted)))
}

/// The place of a column that rows are compared by.
///
/// # Errors
/// When the object has none of that name.
pub(super) fn find_column(
    names: &[String],
    wanted: &str,
    object: Object<'_>,
) -> Result<usize, SourceError> {
    resolve(names, wanted).ok_or_else(|| SourceError::Since {
        object: object.source().to_owned(),
        column: wanted.to_owned(),
        why: format!(
            "there is no such column; {}",
            found_instead(wanted, names.iter().map(String::as_str), "columns")
        ),
    })
}

/// A table or view that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub schema: String,
    pub table: String,
    /// whether its name alone means it
    pub is_usual: bool,
}

impl Known {
    /// From the texts of schema, table, and whether the schema is one of those that need no naming.
    pub fn new(row: Vec<Option<String>>) -> Self {
        let mut texts = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || texts.next().unwrap_or_default();
        let (schema, table) = (next(), next());
        Self { schema, table, is_usual: matches!(next().as_str(), "t" | "1") }
    }

    /// The shortest name that means it.
    pub fn name(&self) -> String {
        if self.is_usual { self.table.clone() } else { self.full_name() }
    }

    fn full_name(&self) -> String {
        format!("{}.{}", self.schema, self.table)
    }
}

/// The table or view of a name among all that can be read, given as `schema.name`, or as the name
/// alone where it lies in a usual schema: a table of another department that happens to bear the
/// name is another table. To the letter or else without regard to case.
pub(super) fn find_object<'o>(objects: &'o [Known], wanted: &str) -> Option<&'o Known> {
    let is_same = |object: &&Known, same: fn(&str, &str) -> bool| {
        object.is_usual && same(&object.table, wanted) || same(&object.full_name(), wanted)
    };
    let exact = objects.iter().find(|object| is_same(object, |a, b| a == b));
    exact.or_else(|| objects.iter().find(|object| is_same(object, str::eq_ignore_ascii_case)))
}
