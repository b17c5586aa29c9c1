//! How is the statement written that reads some columns of a database server's object?

use super::SourceError;
use super::database::{Chosen, Object, Wanted, find_column};
use super::since::{Bound, bound};

/// A column as a statement names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    /// the column in the form in which its values are read
    pub read: String,
    /// the same in the form by which rows are sorted
    pub sorted: String,
}

/// A statement that reads the terms, which stand for the chosen columns.
///
/// `since` is a column between quotes and the value from which on, itself included, rows are read,
/// besides those that have none.
pub(super) fn select(
    clause: &str,
    terms: &[Term],
    since: Option<(String, String)>,
    chosen: &Chosen,
    wanted: &Wanted<'_>,
) -> String {
    let list: Vec<&str> = terms.iter().map(|term| term.read.as_str()).collect();
    let list = if list.is_empty() { "1".to_owned() } else { list.join(", ") };
    let condition =
        since.map(|(column, value)| format!(" where {column} >= {value} or {column} is null"));
    let places = wanted.order.iter().filter_map(|column| chosen.place_of(wanted.shape, column));
    let sorted: Vec<&str> = places.map(|place| terms[place].sorted.as_str()).collect();
    let order = if sorted.is_empty() { String::new() } else { " order by ".to_owned() };
    format!(
        "select {list} from {clause}{}{order}{}",
        condition.unwrap_or_default(),
        sorted.join(", ")
    )
}

/// The column that rows are compared by, by its place among the source's, and the value from which
/// on they are read, as a statement writes it; `None` where all are.
///
/// A column that holds moments by itself compares with the moment; texts and numbers compare with
/// their own form of it.
///
/// # Errors
/// When there is no such column, or its values cannot be compared.
pub(super) fn since(
    object: Object<'_>,
    names: &[String],
    wanted: &Wanted<'_>,
    is_moment: impl Fn(usize) -> bool,
) -> Result<Option<(usize, String)>, SourceError> {
    let Some((column, value)) = wanted.since else { return Ok(None) };
    let place = find_column(names, column, object)?;
    let mut columns = wanted.shape.columns.iter();
    let promised = columns.find(|promised| promised.source_name() == column);
    let bound = match is_moment(place) {
        true => Ok(Bound::Text(value.to_owned())),
        false => bound(promised, wanted.shape, value),
    };
    let literal = bound.and_then(|bound| bound.literal()).map_err(|why| SourceError::Since {
        object: object.source().to_owned(),
        column: column.to_owned(),
        why,
    })?;
    Ok(Some((place, literal)))
}
