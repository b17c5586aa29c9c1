//! How is a question written back, as Cube's REST query?

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Map, Value as Json, json};

use super::question::{DateRange, Direction, Filter, Operator, Question, TimeDimension};

/// A question that, read again, is the same one; what it leaves out is left out.
pub fn question(question: &Question) -> Json {
    let mut query = Map::new();
    let lists = [
        ("measures", &question.measures),
        ("dimensions", &question.dimensions),
        ("segments", &question.segments),
    ];
    for (key, names) in lists {
        if !names.is_empty() {
            query.insert(key.to_owned(), json!(names));
        }
    }
    if !question.time_dimensions.is_empty() {
        let times: Vec<Json> = question.time_dimensions.iter().map(time).collect();
        query.insert("timeDimensions".to_owned(), times.into());
    }
    if !question.filters.is_empty() {
        query.insert("filters".to_owned(), filters(&question.filters));
    }
    if !question.order.is_empty() {
        let pairs = question.order.iter().map(|(name, direction)| match direction {
            Direction::Ascending => json!([name, "asc"]),
            Direction::Descending => json!([name, "desc"]),
        });
        query.insert("order".to_owned(), pairs.collect());
    }
    query.extend(question.limit.map(|limit| ("limit".to_owned(), json!(limit))));
    if question.offset > 0 {
        query.insert("offset".to_owned(), json!(question.offset));
    }
    query.extend(question.timezone.as_ref().map(|zone| ("timezone".to_owned(), json!(zone))));
    let flags = [
        ("total", question.total),
        ("ungrouped", question.ungrouped),
        ("subtotals", question.subtotals),
    ];
    let raised = flags.into_iter().filter(|(_, is_raised)| *is_raised);
    query.extend(raised.map(|(key, _)| (key.to_owned(), Json::Bool(true))));
    Json::Object(query)
}

/// Filters as questions have them.
pub fn filters(all: &[Filter]) -> Json {
    all.iter().map(filter).collect()
}

fn filter(filter: &Filter) -> Json {
    match filter {
        Filter::And(all) => json!({ "and": filters(all) }),
        Filter::Or(all) => json!({ "or": filters(all) }),
        Filter::Member { member, operator, values } => {
            let word = operator.to_string();
            match operator {
                Operator::Set | Operator::NotSet => json!({ "member": member, "operator": word }),
                _ => json!({ "member": member, "operator": word, "values": values }),
            }
        }
    }
}

fn time(time: &TimeDimension) -> Json {
    let mut said = Map::new();
    said.insert("dimension".to_owned(), json!(time.dimension));
    if let Some(granularity) = time.granularity {
        said.insert("granularity".to_owned(), granularity.to_string().into());
    }
    said.extend(time.date_range.as_ref().map(|range| ("dateRange".to_owned(), span(range))));
    if !time.compare.is_empty() {
        let spans: Vec<Json> = time.compare.iter().map(span).collect();
        said.insert("compareDateRange".to_owned(), spans.into());
    }
    Json::Object(said)
}

fn span(range: &DateRange) -> Json {
    match range {
        DateRange::Words(words) => json!(words),
        DateRange::Ends(first, last) => json!([first, last]),
    }
}

/// A span by its first moment and the first one after it, as Cube writes it: by its last
/// millisecond.
pub fn ends(from: NaiveDateTime, until: NaiveDateTime) -> DateRange {
    let last = until.checked_sub_signed(TimeDelta::milliseconds(1)).unwrap_or(until);
    DateRange::Ends(moment(from), moment(last))
}

/// A moment as Cube writes it, such as `2026-03-01T00:00:00.000`.
pub fn moment(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3f").to_string()
}
