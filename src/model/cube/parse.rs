//! How is a question written? Cube's REST query, with `subtotals` beside it.
//!
//! Nothing is guessed: a key, a word or a type that the language does not have is refused with its
//! place. A key that is null counts as absent.

use serde_json::{Map, Value as Json};

use super::CubeError;
use super::fields::{
    boolean, each, join, kind, number, object, optional, required, text, word, wrong,
};
use super::once::Once;
use super::question::{DateRange, Direction, Filter, Operator, Question, TimeDimension};

/// The longest question, in bytes.
const BYTES_MAX: usize = 1 << 20;

/// What a question may say.
const KEYS: [&str; 12] = [
    "measures",
    "dimensions",
    "timeDimensions",
    "filters",
    "segments",
    "order",
    "limit",
    "offset",
    "total",
    "timezone",
    "ungrouped",
    "subtotals",
];

/// What may be said of a time dimension.
const TIME_KEYS: [&str; 4] = ["dimension", "granularity", "dateRange", "compareDateRange"];

/// What may be said of a filter.
const FILTER_KEYS: [&str; 6] = ["member", "dimension", "operator", "values", "and", "or"];

impl Question {
    /// Reads a question; its members are not looked up yet.
    ///
    /// # Errors
    /// When it is no query of Cube's REST language, with the place.
    pub fn parse(text: &str) -> Result<Self, CubeError> {
        Self::from_json(&document(text)?)
    }

    /// Reads the question under `query` of a request, be it JSON or a text that holds JSON; and
    /// gives back what stands beside it.
    ///
    /// # Errors
    /// As of [`Question::parse`].
    pub fn of_request(text: &str) -> Result<(Self, Map<String, Json>), CubeError> {
        let Json::Object(mut request) = document(text)? else {
            return Err(wrong("request", "is no object; write {\"query\": {...}}"));
        };
        let question = match request.remove("query") {
            Some(Json::String(text)) => Self::parse(&text)?,
            Some(query) => Self::from_json(&query)?,
            None => return Err(wrong("request", "has no `query`; write {\"query\": {...}}")),
        };
        Ok((question, request))
    }

    /// Reads a question that is JSON already.
    ///
    /// # Errors
    /// As of [`Question::parse`].
    pub fn from_json(json: &Json) -> Result<Self, CubeError> {
        let all = object(json, "JSON", &KEYS)?;
        let question = Self {
            measures: members(all, "measures")?,
            dimensions: members(all, "dimensions")?,
            time_dimensions: each(all, "", "timeDimensions", time_dimension)?,
            filters: each(all, "", "filters", filter)?,
            segments: members(all, "segments")?,
            order: order(all)?,
            limit: number(all, "limit")?,
            offset: number(all, "offset")?.unwrap_or(0),
            total: boolean(all, "total")?,
            timezone: optional(all, "", "timezone", text)?,
            ungrouped: boolean(all, "ungrouped")?,
            subtotals: boolean(all, "subtotals")?,
        };
        question.sense()?;
        Ok(question)
    }

    /// Whether it asks for anything, and for one thing at a time.
    fn sense(&self) -> Result<(), CubeError> {
        let is_shown = |time: &TimeDimension| time.granularity.is_some();
        if self.measures.is_empty()
            && self.dimensions.is_empty()
            && !self.time_dimensions.iter().any(is_shown)
        {
            let problem = "asks for nothing; name measures, dimensions, or timeDimensions with a \
                           granularity";
            return Err(wrong("JSON", problem));
        }
        let compared = self.time_dimensions.iter().filter(|time| !time.compare.is_empty());
        if compared.count() > 1 {
            let problem = "compares spans of several dimensions; give one of them compareDateRange";
            return Err(wrong("timeDimensions", problem));
        }
        if self.ungrouped && self.subtotals {
            let problem = "has no meaning for single rows; leave out subtotals or ungrouped";
            return Err(wrong("subtotals", problem));
        }
        Ok(())
    }
}

/// The JSON of a text in which every key stands once.
fn document(text: &str) -> Result<Json, CubeError> {
    if text.len() > BYTES_MAX {
        let problem = format!("is longer than {BYTES_MAX} bytes; ask less at once");
        return Err(wrong("text", problem));
    }
    let no_json = |error: serde_json::Error| wrong("JSON", error.to_string());
    let json: Json = serde_json::from_str(text).map_err(no_json)?;
    serde_json::from_str::<Once>(text).map_err(no_json)?;
    Ok(json)
}

fn time_dimension(json: &Json, place: &str) -> Result<TimeDimension, CubeError> {
    let all = object(json, place, &TIME_KEYS)?;
    let time = TimeDimension {
        dimension: required(all, place, "dimension", text)?,
        granularity: optional(all, place, "granularity", word)?,
        date_range: optional(all, place, "dateRange", date_range)?,
        compare: each(all, place, "compareDateRange", date_range)?,
    };
    if time.date_range.is_some() && !time.compare.is_empty() {
        let problem = "stands beside dateRange; put that span into the list instead";
        return Err(wrong(join(place, "compareDateRange"), problem));
    }
    Ok(time)
}

fn date_range(json: &Json, place: &str) -> Result<DateRange, CubeError> {
    let Json::Array(ends) = json else {
        return text(json, place).map(DateRange::Words).map_err(|_| {
            let problem =
                "write \"last month\", [\"2026-03-01\"] or [\"2026-03-01\", \"2026-03-31\"]";
            wrong(place, format!("is {}; {problem}", kind(json)))
        });
    };
    let end = |index: usize| text(&ends[index], &format!("{place}[{index}]"));
    match ends.len() {
        1 => Ok(DateRange::Ends(end(0)?, end(0)?)),
        2 => Ok(DateRange::Ends(end(0)?, end(1)?)),
        count => Err(wrong(place, format!("has {count} ends; write the first and the last day"))),
    }
}

fn filter(json: &Json, place: &str) -> Result<Filter, CubeError> {
    let all = object(json, place, &FILTER_KEYS)?;
    for (key, group) in [("and", Filter::And as fn(Vec<Filter>) -> Filter), ("or", Filter::Or)] {
        if !all.contains_key(key) {
            continue;
        }
        if all.len() > 1 {
            let problem = format!("stands beside `{key}`; nest the filters instead");
            let other = all.keys().find(|other| *other != key).map_or("", String::as_str);
            return Err(wrong(join(place, other), problem));
        }
        let parts = each(all, place, key, filter)?;
        if parts.is_empty() {
            return Err(wrong(join(place, key), "is empty; leave it out or name filters"));
        }
        return Ok(group(parts));
    }
    if all.contains_key("member") && all.contains_key("dimension") {
        let problem = "is the old word for `member`; say one of them";
        return Err(wrong(join(place, "dimension"), problem));
    }
    let key = if all.contains_key("dimension") { "dimension" } else { "member" };
    let member = required(all, place, key, text)?;
    let operator: Operator = required(all, place, "operator", word)?;
    let values = each(all, place, "values", value)?;
    let has_values = !matches!(operator, Operator::Set | Operator::NotSet);
    match (has_values, values.is_empty()) {
        (true, true) => {
            Err(wrong(join(place, "values"), format!("is empty; `{operator}` needs one")))
        }
        (false, false) => {
            Err(wrong(join(place, "values"), format!("`{operator}` takes none; leave them out")))
        }
        _ => Ok(Filter::Member { member, operator, values }),
    }
}

/// A value of a filter. Those that are no texts count as they are written, so that none is rounded.
fn value(json: &Json, place: &str) -> Result<String, CubeError> {
    match json {
        Json::Bool(value) => Ok(value.to_string()),
        Json::Number(value) if !value.is_f64() => Ok(value.to_string()),
        Json::Number(_) => {
            Err(wrong(place, "has decimals; write the number as a text, as \"0.1\""))
        }
        Json::Null => {
            Err(wrong(place, "is null; the operators `set` and `notSet` ask for nothing"))
        }
        other => text(other, place),
    }
}

/// An object of members and directions, or a list of such pairs.
fn order(all: &Map<String, Json>) -> Result<Vec<(String, Direction)>, CubeError> {
    match all.get("order") {
        None | Some(Json::Null) => Ok(Vec::new()),
        Some(Json::Object(order)) => {
            let pair = |(member, way): (&String, &Json)| {
                Ok((member.clone(), direction(way, &join("order", member))?))
            };
            order.iter().map(pair).collect()
        }
        Some(Json::Array(_)) => each(all, "", "order", |json, place| match json {
            Json::Array(pair) if pair.len() == 2 => {
                let member = text(&pair[0], &format!("{place}[0]"))?;
                Ok((member, direction(&pair[1], &format!("{place}[1]"))?))
            }
            other => {
                let problem = "write a pair, [\"cube.member\", \"desc\"]";
                Err(wrong(place, format!("is {}; {problem}", kind(other))))
            }
        }),
        Some(other) => {
            let problem = "write {\"cube.member\": \"desc\"} or [[\"cube.member\", \"desc\"]]";
            Err(wrong("order", format!("is {}; {problem}", kind(other))))
        }
    }
}

fn direction(json: &Json, place: &str) -> Result<Direction, CubeError> {
    match text(json, place)?.as_str() {
        "asc" => Ok(Direction::Ascending),
        "desc" => Ok(Direction::Descending),
        other => Err(wrong(place, format!("`{other}` is no direction; write asc or desc"))),
    }
}

fn members(all: &Map<String, Json>, key: &str) -> Result<Vec<String>, CubeError> {
    each(all, "", key, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cube::granularity::Granularity;

    fn error(text: &str) -> String {
        Question::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_whole_question_is_read() {
        let text = r#"{
            "measures": ["sales.amount"],
            "dimensions": ["sales.colour"],
            "timeDimensions": [{"dimension": "sales.on", "granularity": "fiscal_quarter",
                "compareDateRange": ["last month", ["2026-03-01", "2026-03-31"], ["2026-02-01"]]}],
            "filters": [
                {"member": "sales.colour", "operator": "set"},
                {"or": [{"dimension": "sales.size", "operator": "gte", "values": [5, "0.10"]},
                        {"and": [{"member": "sales.is_gift", "operator": "in",
                                  "values": [true]}]}]}],
            "segments": ["sales.gifts"],
            "order": {"sales.size": "desc", "sales.amount": "asc"},
            "limit": 0, "offset": 7, "total": true, "timezone": "Asia/Shanghai",
            "ungrouped": null, "subtotals": true}"#;
        let member = |member: &str, operator, values: &[&str]| Filter::Member {
            member: member.to_owned(),
            operator,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        let ends = |from: &str, to: &str| DateRange::Ends(from.to_owned(), to.to_owned());
        let expected = Question {
            measures: vec!["sales.amount".to_owned()],
            dimensions: vec!["sales.colour".to_owned()],
            time_dimensions: vec![TimeDimension {
                dimension: "sales.on".to_owned(),
                granularity: Some(Granularity::FiscalQuarter),
                date_range: None,
                compare: vec![
                    DateRange::Words("last month".to_owned()),
                    ends("2026-03-01", "2026-03-31"),
                    ends("2026-02-01", "2026-02-01"),
                ],
            }],
            filters: vec![
                member("sales.colour", Operator::Set, &[]),
                Filter::Or(vec![
                    member("sales.size", Operator::Gte, &["5", "0.10"]),
                    Filter::And(vec![member("sales.is_gift", Operator::Equals, &["true"])]),
                ]),
            ],
            segments: vec!["sales.gifts".to_owned()],
            order: vec![
                ("sales.size".to_owned(), Direction::Descending),
                ("sales.amount".to_owned(), Direction::Ascending),
            ],
            limit: Some(0),
            offset: 7,
            total: true,
            timezone: Some("Asia/Shanghai".to_owned()),
            ungrouped: false,
            subtotals: true,
        };
        assert_eq!(Question::parse(text).unwrap(), expected);
    }

    #[test]
    fn an_order_may_be_a_list_of_pairs() {
        let text = r#"{"measures": ["a.b"], "order": [["a.z", "asc"], ["a.b", "desc"]]}"#;
        let expected =
            [("a.z".to_owned(), Direction::Ascending), ("a.b".to_owned(), Direction::Descending)];
        assert_eq!(Question::parse(text).unwrap().order, expected);
    }

    #[test]
    fn what_the_language_does_not_have_is_refused_with_its_place() {
        let time = |inside: &str| {
            format!(
                r#"{{"measures": ["a.b"], "timeDimensions": [{{"dimension": "a.on", {inside}}}]}}"#
            )
        };
        let filter = |inside: &str| format!(r#"{{"measures": ["a.b"], "filters": [{inside}]}}"#);
        let cases = [
            ("[]".to_owned(), "JSON: is a list; write an object"),
            ("{".to_owned(), "JSON: EOF"),
            ("{}".to_owned(), "asks for nothing"),
            (time(r#""dateRange": "today""#).replace("[\"a.b\"]", "[]"), "asks for nothing"),
            (r#"{"measure": ["a.b"]}"#.to_owned(), "measure: is no key here; is `measures` meant?"),
            (r#"{"measures": "a.b"}"#.to_owned(), "measures: is a text; write a list"),
            (r#"{"measures": ["a.b", 1]}"#.to_owned(), "measures[1]: is the number 1"),
            (r#"{"measures": ["a.b"], "limit": -1}"#.to_owned(), "limit: is the number -1"),
            (r#"{"measures": ["a.b"], "limit": "5"}"#.to_owned(), "limit: is a text"),
            (r#"{"measures": ["a.b"], "total": 1}"#.to_owned(), "total: is the number 1"),
            (r#"{"measures": ["a.b"], "order": {"a.b": "down"}}"#.to_owned(), "order.a.b: `down`"),
            (r#"{"measures": ["a.b"], "order": [["a.b"]]}"#.to_owned(), "order[0]: is a list"),
            (time(r#""granularity": "monthly""#), "timeDimensions[0].granularity: `monthly`"),
            (time(r#""dateRange": []"#), "timeDimensions[0].dateRange: has 0 ends"),
            (time(r#""dateRange": ["2026-01-01", 5]"#), "timeDimensions[0].dateRange[1]: is the"),
            (time(r#""dateRange": 2026"#), "timeDimensions[0].dateRange: is the number 2026"),
            (
                time(r#""dateRange": "today", "compareDateRange": ["today"]"#),
                "timeDimensions[0].compareDateRange: stands beside dateRange",
            ),
            (filter(r#"{"member": "a.b"}"#), "filters[0]: lacks `operator`"),
            (filter(r#"{"operator": "set"}"#), "filters[0]: lacks `member`"),
            (
                filter(r#"{"member": "a.b", "operator": "equal", "values": ["1"]}"#),
                "filters[0].operator: `equal` is no operator; is `equals` meant?",
            ),
            (
                filter(r#"{"member": "a.b", "operator": "equals"}"#),
                "filters[0].values: is empty; `equals` needs one",
            ),
            (
                filter(r#"{"member": "a.b", "operator": "set", "values": ["1"]}"#),
                "filters[0].values: `set` takes none",
            ),
            (
                filter(r#"{"member": "a.b", "operator": "gt", "values": [0.1]}"#),
                "filters[0].values[0]: has decimals; write the number as a text",
            ),
            (
                filter(r#"{"or": [{"and": [{"member": "a.b", "operator": "x"}]}]}"#),
                "filters[0].or[0].and[0].operator: `x` is no operator",
            ),
            (filter(r#"{"or": [], "and": []}"#), "filters[0].or: stands beside `and`"),
            (filter(r#"{"or": []}"#), "filters[0].or: is empty"),
            (
                r#"{"measures": ["a.b"], "ungrouped": true, "subtotals": true}"#.to_owned(),
                "subtotals: has no meaning for single rows",
            ),
        ];
        for (text, expected) in cases {
            let error = error(&text);
            let expected = format!("the question's {expected}");
            let expected = expected.replace("question's asks", "question's JSON: asks");
            assert!(error.starts_with(&expected), "{text}\n{error}\n{expected}");
        }
    }

    #[test]
    fn a_deep_question_is_refused_and_not_followed() {
        let depth = 10_000;
        let text =
            format!(r#"{{"filters": [{}{}]}}"#, r#"{"or": ["#.repeat(depth), "]}".repeat(depth));
        assert!(error(&text).contains("recursion limit"), "{}", error(&text));
        let long = format!(r#"{{"measures": ["{}"]}}"#, "x".repeat(BYTES_MAX));
        assert!(error(&long).contains("is longer than"), "its beginning is enough");
    }
}
