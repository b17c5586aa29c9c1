//! What does the head of a SQL file say?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ModelError;
use super::cube::head::{Dimension, Hierarchy, Measure, Rollup, Segment};
use super::numbers::Numbers;
use super::report::parameter::Parameter;
use super::values::Listed;
use crate::source::shape::ColumnType;
use crate::warehouse::name::TableName;

const OPENING: &str = "/*---";
const CLOSING: &str = "---*/";

/// The TOML block inside the leading comment of a SQL file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// what a row of the table is
    pub description: String,
    /// the columns that tell one row from another; empty where nothing does
    #[serde(default)]
    pub grain: Vec<String>,
    /// staging and models that remember: every column with its type, so that the table has a shape
    /// where there are no rows to take it from
    #[serde(default)]
    pub shape: BTreeMap<String, ColumnType>,
    /// staging: `false` where the company has nothing like it; the body is not looked at then
    #[serde(default = "yes")]
    pub connected: bool,
    /// the column by whose month files lie
    #[serde(default)]
    pub month: Option<String>,
    /// how far each input reaches into the months of this table
    #[serde(default)]
    pub inputs: BTreeMap<TableName, Reach>,
    /// what the columns mean that are computed here
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// what must hold for every row
    #[serde(default)]
    pub checks: Checks,
    /// how figures of closed periods are kept
    #[serde(default)]
    pub closing: Option<Closing>,
    /// whether the query may name its own rows of the release before as `previous.<name>`
    #[serde(default)]
    pub remembers: bool,
    /// whether the rows are doubtful matches that a person decides
    #[serde(default)]
    pub reviews: bool,
    /// where the rows are the numbers that systems give, which people decide about: its columns
    #[serde(default)]
    pub numbers: Option<Numbers>,
    /// files under sql/checks: how grave a row found is
    #[serde(default)]
    pub severity: Gravity,
    /// files under sql/reports and sql/cubes: what it is called
    #[serde(default)]
    pub label: Option<Label>,
    /// files under sql/reports: what columns are called, by language
    #[serde(default)]
    pub labels: BTreeMap<String, BTreeMap<String, String>>,
    /// files under sql/reports and sql/checks, and beside `closing`: in which unit columns are, as
    /// far as their types do not say it; the name of another column where each row names it
    #[serde(default)]
    pub units: BTreeMap<String, String>,
    /// what the values of columns are called, where warehouse/values.toml does not say it
    #[serde(default)]
    pub values: BTreeMap<String, Listed>,
    /// files under sql/reports: what whoever asks may or must say
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
    /// files under sql/cubes: the dimension by whose spans measures are told over time
    #[serde(default)]
    pub time: Option<String>,
    /// files under sql/cubes: the views in which the cube takes part
    #[serde(default)]
    pub views: Vec<String>,
    /// files under sql/cubes: by what is measured
    #[serde(default)]
    pub dimensions: BTreeMap<String, Dimension>,
    /// files under sql/cubes: dimensions from coarse to fine
    #[serde(default)]
    pub hierarchies: BTreeMap<String, Hierarchy>,
    /// files under sql/cubes: rows that may be asked alone
    #[serde(default)]
    pub segments: BTreeMap<String, Segment>,
    /// files under sql/cubes: what is measured
    #[serde(default)]
    pub measures: BTreeMap<String, Measure>,
    /// files under sql/cubes: the tables that are built to answer sooner
    #[serde(default)]
    pub rollups: BTreeMap<String, Rollup>,
}

/// What something is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a label is a text, or a text for each language")]
pub enum Label {
    /// in all languages
    One(String),
    /// by language
    Each(BTreeMap<String, String>),
}

impl Label {
    /// The label in a language.
    pub fn text(&self, language: &str) -> Option<&str> {
        match self {
            Self::One(text) => Some(text),
            Self::Each(texts) => texts.get(language).map(String::as_str),
        }
    }
}

fn yes() -> bool {
    true
}

/// How far an input reaches into the months of a table that lies by months.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ReachText")]
pub enum Reach {
    /// any change of the input rebuilds the whole table
    All,
    /// a month's rows come from the same month of the input and those so many months around it
    Months(u32),
    /// the input is looked up by a key: when rows of it change, the months are rebuilt in which
    /// the key stands
    Key(Lookup),
}

/// How an input is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// the input's columns
    pub key: Vec<String>,
    /// the columns that hold such a key, each as many as the key has
    pub held_as: Vec<Vec<String>>,
    /// the input that holds them; this table itself where absent
    pub held_in: Option<TableName>,
    /// the input's column with the day from which a row is valid: earlier months do not see it
    pub valid_from: Option<String>,
    /// the input's column with the day on which the next row of the key takes over; it changes only
    /// together with that row, so it is no change by itself
    pub valid_to: Option<String>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a reach is \"same_month\", \"all\", { months = 2 } or { key = \"column\" } with \
                 `as`, `in`, `from` and `to`"
)]
enum ReachText {
    Word(String),
    Months(MonthsText),
    Key(KeyText),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MonthsText {
    months: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyText {
    key: OneOrMany<String>,
    #[serde(default, rename = "as")]
    held_as: Vec<OneOrMany<String>>,
    #[serde(default, rename = "in")]
    held_in: Option<TableName>,
    #[serde(default, rename = "from")]
    valid_from: Option<String>,
    #[serde(default, rename = "to")]
    valid_to: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> From<OneOrMany<T>> for Vec<T> {
    fn from(value: OneOrMany<T>) -> Self {
        match value {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        }
    }
}

impl TryFrom<ReachText> for Reach {
    type Error = String;

    fn try_from(text: ReachText) -> Result<Self, String> {
        match text {
            ReachText::Word(word) => match word.as_str() {
                "all" => Ok(Self::All),
                "same_month" => Ok(Self::Months(0)),
                other => Err(format!(
                    "`{other}` is no reach; write \"same_month\", \"all\", {{ months = 2 }} or \
                     {{ key = \"column\" }}"
                )),
            },
            ReachText::Months(MonthsText { months }) => Ok(Self::Months(months)),
            ReachText::Key(text) => {
                let key: Vec<String> = text.key.into();
                let mut held_as: Vec<Vec<String>> =
                    text.held_as.into_iter().map(Vec::from).collect();
                if held_as.is_empty() {
                    held_as.push(key.clone());
                }
                match held_as.iter().find(|held| held.len() != key.len()) {
                    Some(held) => Err(format!(
                        "the key has {} columns, but `as` names {}",
                        key.len(),
                        held.join(", ")
                    )),
                    None => Ok(Self::Key(Lookup {
                        key,
                        held_as,
                        held_in: text.held_in,
                        valid_from: text.valid_from,
                        valid_to: text.valid_to,
                    })),
                }
            }
        }
    }
}

/// What must hold for every row, beside the grain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Checks {
    /// columns that always hold a value
    pub not_null: Vec<String>,
    /// sets of columns that tell one row from another
    pub unique: Vec<Vec<String>>,
    /// columns with the only values that they may hold
    pub accepted: BTreeMap<String, Vec<String>>,
    /// rows that must be there in another table
    pub relationships: Vec<Relationship>,
    /// what must be true of every row; unknown passes
    pub expressions: Vec<Expression>,
}

/// Columns whose values must stand in another table, unless one of them holds nothing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relationship {
    /// the columns here
    pub columns: Vec<String>,
    /// the other table
    pub to: TableName,
    /// its columns
    pub key: Vec<String>,
    /// how grave a missing row is
    #[serde(default)]
    pub severity: Gravity,
}

/// A condition on a row.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expression {
    /// what findings are called by
    pub name: String,
    /// the condition
    pub sql: String,
    /// how grave it is when it is false
    #[serde(default)]
    pub severity: Gravity,
}

/// How grave a finding is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(try_from = "GravityText")]
pub enum Gravity {
    /// it keeps a release unpublished
    #[default]
    Error,
    /// it is to be seen
    Warning,
    /// it is to be seen while the row's period is open, and refuses the closing of that period
    Closing {
        /// the column that holds the period
        period: String,
    },
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a severity is \"error\", \"warning\" or { open = \"warning\", closed = \"error\", \
                 period = \"<column>\" }"
)]
enum GravityText {
    Word(String),
    ByPeriod(ByPeriod),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByPeriod {
    open: String,
    closed: String,
    period: String,
}

impl TryFrom<GravityText> for Gravity {
    type Error = String;

    fn try_from(text: GravityText) -> Result<Self, String> {
        match text {
            GravityText::Word(word) if word == "error" => Ok(Self::Error),
            GravityText::Word(word) if word == "warning" => Ok(Self::Warning),
            GravityText::ByPeriod(by) if by.open == "warning" && by.closed == "error" => {
                Ok(Self::Closing { period: by.period })
            }
            _ => Err("a severity is \"error\", \"warning\" or { open = \"warning\", closed = \
                      \"error\", period = \"<column>\" }"
                .to_owned()),
        }
    }
}

/// How figures of closed periods are kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// the column with the period to which a row belongs
    pub period: String,
    /// the column with the entity whose periods are closed
    pub entity: String,
    /// numeric columns that a reversal turns round
    pub negate: Vec<String>,
    /// the column with the accounting date, for the data dictionary
    #[serde(default)]
    pub date: Option<String>,
}

/// Reads the head of a SQL file; `place` names the file in messages.
///
/// # Errors
/// When there is none, or it is not what a head may be, with its line.
pub fn read(place: &str, text: &str) -> Result<Head, ModelError> {
    let no_head = || ModelError::NoHead { place: place.to_owned() };
    let blank = text.len() - text.trim_start().len();
    let start = blank + OPENING.len();
    let inner = text.trim_start().strip_prefix(OPENING).ok_or_else(no_head)?;
    let end = inner.find(CLOSING).ok_or_else(no_head)?;
    let wrong = |offset: usize, message: String| {
        let before = text.as_bytes().iter().take(start + offset);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        ModelError::Head { place: place.to_owned(), line, message }
    };
    let block = inner.get(..end).unwrap_or_default();
    let head: Head = toml::from_str(block).map_err(|error| {
        wrong(error.span().map_or(0, |span| span.start), error.message().to_owned())
    })?;
    if head.description.trim().is_empty() {
        return Err(wrong(0, "description is empty; say what a row is".to_owned()));
    }
    Ok(head)
}

/// What stands below the head, without the semicolon at its end.
pub(super) fn body(text: &str) -> &str {
    let below = text.split_once(CLOSING).map_or(text, |(_, below)| below);
    below.trim().trim_end_matches(|last: char| last == ';' || last.is_whitespace())
}

/// The line, from 1, on which a key of the head's first level is given its value, or 1.
pub(super) fn key_line_of(text: &str, key: &str) -> usize {
    let is_it = |line: &str| {
        let rest = line.trim_start().strip_prefix(key).map(str::trim_start);
        rest.is_some_and(|rest| rest.starts_with('='))
    };
    text.lines().position(is_it).map_or(1, |line| line + 1)
}

/// The line, from 1, on which a word stands for the first time in a text, or 1.
pub(super) fn line_of(text: &str, word: &str) -> usize {
    text.lines().position(|line| stands(line, word, "")).map_or(1, |line| line + 1)
}

/// The line, from 1, on which a word stands for the first time below the head, or else in it. A
/// word next to one of `not_beside` does not count.
pub(super) fn body_line_of(text: &str, word: &str, not_beside: &str) -> usize {
    let head = text.lines().position(|line| line.contains(CLOSING)).unwrap_or(0);
    let below = text.lines().skip(head).position(|line| stands(line, word, not_beside));
    below.map_or_else(|| line_of(text, word), |line| head + line + 1)
}

/// Whether a line has a word as a whole, and not next to one of some characters.
fn stands(line: &str, word: &str, not_beside: &str) -> bool {
    let is_part = |character: Option<char>| {
        character.is_some_and(|character| {
            character.is_ascii_alphanumeric() || character == '_' || not_beside.contains(character)
        })
    };
    line.match_indices(word).any(|(at, _)| {
        let (before, rest) = line.split_at(at);
        let after = rest.strip_prefix(word).unwrap_or_default();
        !is_part(before.chars().next_back()) && !is_part(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read() {
        let text =
            "/*---\ndescription = \"A row a day.\"\ngrain = [\"day\"]\n---*/\nselect 1 as day\n";
        let head = read("sql/a.sql", text).unwrap();
        assert_eq!(head.description, "A row a day.");
        assert_eq!(head.grain, ["day"]);
    }

    #[test]
    fn reaches_are_read() {
        let text = "/*---\ndescription = \"A row a day.\"\n[inputs]\n\"a.b\" = \"same_month\"\n\
                    \"a.c\" = { months = 2 }\n\"a.d\" = { key = \"x\" }\n\
                    \"a.e\" = { key = [\"x\", \"y\"], as = [[\"p\", \"q\"]], in = \"a.b\", \
                    from = \"since\" }\n\
                    \"a.f\" = \"all\"\n---*/";
        let head = read("sql/a.sql", text).unwrap();
        let reach = |name: &str| head.inputs.get(&name.parse().unwrap()).cloned();
        assert_eq!(reach("a.b"), Some(Reach::Months(0)));
        assert_eq!(reach("a.c"), Some(Reach::Months(2)));
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let plain = Lookup {
            key: names(&["x"]),
            held_as: vec![names(&["x"])],
            held_in: None,
            valid_from: None,
            valid_to: None,
        };
        assert_eq!(reach("a.d"), Some(Reach::Key(plain)));
        let wide = Lookup {
            key: names(&["x", "y"]),
            held_as: vec![names(&["p", "q"])],
            held_in: Some("a.b".parse().unwrap()),
            valid_from: Some("since".to_owned()),
            valid_to: None,
        };
        assert_eq!(reach("a.e"), Some(Reach::Key(wide)));
        assert_eq!(reach("a.f"), Some(Reach::All));
    }

    #[test]
    fn mistakes_name_their_line() {
        let cases = [
            ("select 1", "sql/a.sql:1: has no head"),
            ("/*---\ndescription = \"x\"\n", "sql/a.sql:1: has no head"),
            ("/*---\ndescription = \"x\"\ngrain = 3\n---*/", "sql/a.sql:3: "),
            (
                "\n/*---\ndescription = \"x\"\ngrane = []\n---*/",
                "sql/a.sql:4: unknown field `grane`",
            ),
            ("/*---\ndescription = \" \"\ngrain = []\n---*/", "sql/a.sql:1: description is empty"),
            ("/*---\ndescription = \"x\"\n[inputs]\n\"a.b\" = \"some\"\n---*/", "sql/a.sql:4: "),
            ("/*---\ndescription = \"x\"\nseverity = \"grave\"\n---*/", "sql/a.sql:3: "),
        ];
        for (text, expected) in cases {
            let message = read("sql/a.sql", text).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{text}: {message}");
        }
    }

    #[test]
    fn a_word_is_found_whole() {
        let text = "select sales.orders_old\nfrom sales.orders\n";
        assert_eq!(line_of(text, "sales.orders"), 2);
        assert_eq!(line_of(text, "sales.order"), 1);
    }

    #[test]
    fn a_word_of_the_body_is_not_looked_for_in_the_head() {
        let text = "/*---\na.b = 1\nb = 2\n---*/\nselect c\nfrom a.b, b\n";
        assert_eq!(body_line_of(text, "a.b", ""), 6);
        assert_eq!(line_of(text, "a.b"), 2);
        // What only the head names is found there.
        assert_eq!(body_line_of("/*---\nx = 1\n---*/\nselect y\n", "x", ""), 2);
        assert_eq!(body_line_of("/*---\n---*/\nselect *\nfrom a.b\njoin b\n", "b", "."), 5);
    }
}
