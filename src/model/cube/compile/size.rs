//! Is a question small enough to be planned?
//!
//! A plan grows with the question, and planning is recursive: what is too large is refused before
//! anything is planned.

use crate::model::cube::CubeError;
use crate::model::cube::question::{Filter, Question};

/// The most members that a question names outside its filters.
const MEMBERS: usize = 100;
/// The most filters and groups of filters.
const FILTERS: usize = 1_000;
/// The most groups within each other.
const NESTING: usize = 16;
/// The most values of all filters together.
const VALUES: usize = 10_000;
/// The most rows of an answer.
pub(in crate::model::cube) const ROWS: u64 = 50_000;
/// The most rows that are passed over before an answer.
const OFFSET: u64 = 1_000_000_000;
/// The rows of an answer where the question does not say.
pub(super) const USUAL_ROWS: u64 = 10_000;

/// Refuses a question that is too large.
///
/// # Errors
/// When it is.
pub(super) fn check(question: &Question) -> Result<(), CubeError> {
    let times = &question.time_dimensions;
    let members = question.measures.len()
        + question.dimensions.len()
        + question.segments.len()
        + question.order.len()
        + times.iter().map(|time| 1 + time.compare.len()).sum::<usize>();
    let mut seen = Seen::default();
    for filter in &question.filters {
        seen.look(filter, 1);
    }
    let too_many = [
        ("measures", members, MEMBERS, "members and spans"),
        ("filters", seen.filters, FILTERS, "filters and groups of filters"),
        ("filters", seen.values, VALUES, "values of filters"),
        ("filters", seen.depth, NESTING, "groups of filters within each other"),
    ];
    for (place, count, most, what) in too_many {
        if count > most {
            let problem = format!("there are {count} {what}; the most are {most}");
            return Err(CubeError::Question { place: place.to_owned(), problem });
        }
    }
    if let Some(limit) = question.limit.filter(|limit| *limit > ROWS) {
        let problem = format!(
            "{limit} rows are too many; ask for {ROWS} at most, then for more \
                               with `offset`"
        );
        return Err(CubeError::Question { place: "limit".to_owned(), problem });
    }
    if question.offset > OFFSET {
        let problem = format!("{} is too much; the most is {OFFSET}", question.offset);
        return Err(CubeError::Question { place: "offset".to_owned(), problem });
    }
    Ok(())
}

#[derive(Default)]
struct Seen {
    filters: usize,
    values: usize,
    depth: usize,
}

impl Seen {
    fn look(&mut self, filter: &Filter, depth: usize) {
        self.filters += 1;
        self.depth = self.depth.max(depth);
        match filter {
            Filter::Member { values, .. } => self.values += values.len(),
            Filter::And(filters) | Filter::Or(filters) if depth <= NESTING => {
                for filter in filters {
                    self.look(filter, depth + 1);
                }
            }
            Filter::And(_) | Filter::Or(_) => self.depth = depth + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cube::question::Operator;

    fn filter(values: usize) -> Filter {
        let values = vec!["1".to_owned(); values];
        Filter::Member { member: "a.b".to_owned(), operator: Operator::Equals, values }
    }

    fn of(filters: Vec<Filter>) -> Result<(), String> {
        let question = Question { filters, ..Question::default() };
        check(&question).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_at_the_limit_passes_and_one_more_does_not() {
        assert_eq!(of(vec![filter(0); FILTERS]), Ok(()));
        assert!(of(vec![filter(0); FILTERS + 1]).unwrap_err().contains("1001 filters"));
        assert_eq!(of(vec![filter(VALUES)]), Ok(()));
        assert!(of(vec![filter(VALUES), filter(1)]).unwrap_err().contains("10001 values"));
        let nest = |depth| (1..depth).fold(filter(1), |inner, _| Filter::And(vec![inner]));
        assert_eq!(of(vec![nest(NESTING)]), Ok(()));
        assert!(of(vec![nest(NESTING + 1)]).unwrap_err().contains("17 groups"));
        // Far deeper ones are not walked to their end.
        assert!(of(vec![nest(3_000)]).unwrap_err().contains("groups"));
        let measures = vec!["a.b".to_owned(); MEMBERS + 1];
        let many = Question { measures, ..Question::default() };
        assert!(check(&many).unwrap_err().to_string().contains("101 members"));
        let most = Question { limit: Some(ROWS), ..Question::default() };
        assert!(check(&most).is_ok());
        let more = Question { limit: Some(ROWS + 1), ..Question::default() };
        assert!(check(&more).unwrap_err().to_string().contains("limit"));
    }
}
