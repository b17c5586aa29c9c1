//! From which table is a question about one cube answered?
//!
//! From the rollup with the fewest rows that holds exactly what the question needs and may answer
//! whoever asks, else from the cube's own query. Who sees a part of its rows is answered by the one
//! with the fewest columns instead: how many rows there are depends on those that are hidden.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDateTime, NaiveTime, Weekday};
use datafusion::error::DataFusionError;

use super::error::CubeError;
use super::granularity::Granularity;
use super::head::{MeasureKind, Rollup, RollupGranularity};
use super::rollup::{self, Columns};
use crate::model::build;
use crate::model::compile::definition;
use crate::model::files::ModelFile;
use crate::model::front_matter::Head;
use crate::query::Grouped;
use crate::warehouse::home::Home;
use crate::warehouse::name::TableName;
use crate::warehouse::project::Settings;
use crate::warehouse::release::Release;

/// What a question needs of one cube.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Need {
    /// the dimensions whose very values are needed: to group by, to filter by, or to order by. A
    /// dimension of time that is only cut into buckets or spans stands in `times` instead
    pub dimensions: BTreeSet<String>,
    /// the segments that rows must belong to
    pub segments: BTreeSet<String>,
    /// how dimensions of time are used
    pub times: Vec<TimeNeed>,
    /// the measures, without what is offered of them over time; for a ratio only itself
    pub measures: BTreeSet<String>,
    /// whether single rows are asked
    pub is_ungrouped: bool,
}

/// How a question uses a dimension of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeNeed {
    /// the dimension
    pub dimension: String,
    /// the buckets into which it is cut
    pub granularity: Option<Granularity>,
    /// every span that rows are compared with: ranges, filters by date, and for what is offered
    /// over time the span of each bucket's source. Rows of a rollup are told apart only by its own
    /// stretches, so that it answers spans only that begin and end with one
    pub spans: Vec<Cut>,
}

/// A span of time with the moments that cut it; nothing cuts an end that is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// its first moment
    pub from: Option<NaiveDateTime>,
    /// the first moment after it
    pub until: Option<NaiveDateTime>,
}

/// The table that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// the rollup's own name; nothing where the cube's query is run
    pub rollup: Option<String>,
    /// the rollup's table in the release
    pub table: Option<TableName>,
    /// columns of the cube's query with those of the rollup that hold the same: dimensions, their
    /// fiscal columns, segments; the column of the cube's time holds the first day of its stretch.
    /// Empty where the cube's query is run. Measures stand under their own names: a sum, a least
    /// and a greatest combine as themselves, a count by its sum; ratios by their two measures;
    /// what counts different values by the column of the dimension that holds them
    pub columns: BTreeMap<String, String>,
}

/// A rollup that may answer.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// its table in the release
    pub table: &'a TableName,
    /// what it holds
    pub columns: &'a Columns,
}

impl Route {
    /// The cube's own query.
    pub fn base() -> Self {
        Self { rollup: None, table: None, columns: BTreeMap::new() }
    }

    /// What receipts call it: `base`, or the rollup's name.
    pub fn name(&self) -> &str {
        self.rollup.as_deref().unwrap_or("base")
    }
}

/// The table that answers a question about one cube in a release: of the rollups that were built
/// from what the cube's file says now and that hold what is needed, the one with the fewest rows,
/// or with the fewest columns for who sees a part of them. `sees` says what whoever asks sees of
/// one; nothing where it may not answer.
///
/// # Errors
/// When what the release says of a rollup cannot be read.
pub fn choose(
    need: &Need,
    cube: &ModelFile,
    home: &Home,
    release: &Release,
    settings: &Settings,
    sees: &dyn Fn(Candidate<'_>) -> Result<Option<Grouped>, CubeError>,
) -> Result<Route, CubeError> {
    let mut best = Route::base();
    let mut least = u64::MAX;
    if need.is_ungrouped {
        return Ok(best);
    }
    for (name, file) in rollup::files(cube) {
        let Some(declared) = cube.head.rollups.get(name) else { continue };
        let Ok(held) = Columns::of(&cube.head, declared) else { continue };
        let Some(columns) = covers(need, &cube.head, declared) else { continue };
        let Some(entry) = release.tables.get(&file.name) else { continue };
        let definition = definition(&file.text, true, std::iter::empty());
        let definition = build::definition(settings, &definition, &file.head);
        if entry.built.as_ref().map(|built| &built.definition) != Some(&definition) {
            continue;
        }
        let Some(seen) = sees(Candidate { table: &file.name, columns: &held })? else { continue };
        let unreadable = |cause| CubeError::Query {
            cube: cube.name.table().to_owned(),
            cause: DataFusionError::External(Box::new(cause)),
        };
        let size = match seen.is_part() {
            true => held.groups.len() as u64,
            false => home.manifest(&file.name, &entry.manifest).map_err(unreadable)?.rows,
        };
        if best.rollup.is_none() || size < least {
            least = size;
            best = Route { rollup: Some(name.clone()), table: Some(file.name), columns };
        }
    }
    Ok(best)
}

/// The columns of the cube's query with those of a rollup that hold the same, where the rollup
/// holds all that is needed.
pub(super) fn covers(
    need: &Need,
    head: &Head,
    rollup: &Rollup,
) -> Option<BTreeMap<String, String>> {
    let columns = Columns::of(head, rollup).ok()?;
    let column_of = |name: &String| {
        let dimension = head.dimensions.get(name)?;
        Some(dimension.column.clone().unwrap_or_else(|| name.clone()))
    };
    let has_dimension =
        |name: &String| column_of(name).is_some_and(|column| columns.raw(&column).is_some());
    let has_segment = |name: &String| {
        let segment = head.segments.get(name);
        segment.is_some_and(|segment| columns.raw(&segment.column).is_some())
    };
    let has_time = |time: &TimeNeed| {
        let column = column_of(&time.dimension);
        column.is_some_and(|column| answers(time, &column, head, &columns))
    };
    let has_all = need.dimensions.iter().all(has_dimension)
        && need.segments.iter().all(has_segment)
        && need.times.iter().all(has_time)
        && need.measures.iter().all(|name| has_measure(name, head, &columns));
    let mut held = BTreeMap::new();
    // Values of its own say more than stretches.
    let (own, cut): (Vec<_>, Vec<_>) =
        columns.groups.iter().partition(|group| group.bucket.is_none());
    for group in own.into_iter().chain(cut) {
        held.entry(group.column.clone()).or_insert_with(|| group.name.clone());
    }
    has_all.then_some(held)
}

fn has_measure(name: &str, head: &Head, columns: &Columns) -> bool {
    match head.measures.get(name).map(|measure| &measure.kind) {
        Some(MeasureKind::Ratio { numerator, denominator }) => {
            let has = |part: &String| part != name && has_measure(part, head, columns);
            has(numerator) && has(denominator)
        }
        Some(MeasureKind::Distinct { column }) => columns.raw(column).is_some(),
        Some(_) => columns.measures.contains_key(name),
        None => false,
    }
}

/// Whether a rollup tells the stretches and spans apart that a dimension of time is cut into.
fn answers(time: &TimeNeed, column: &str, head: &Head, columns: &Columns) -> bool {
    let fiscal = head.dimensions.get(&time.dimension).and_then(|known| known.fiscal.as_ref());
    let named = fiscal.zip(time.granularity).and_then(|(fiscal, cut)| fiscal.column(cut));
    let is_fiscal = time.granularity.is_some_and(Granularity::is_fiscal);
    let has_fiscal = named.is_some_and(|named| columns.raw(named).is_some());
    if is_fiscal && !has_fiscal {
        return false;
    }
    let own = || columns.groups.iter().filter(|group| group.column == column);
    if own().any(|group| group.bucket.is_none()) {
        return true;
    }
    let Some(stretch) = own().find_map(|group| group.bucket) else {
        // Where nothing cuts it, it need not be there.
        let is_cut = time.spans.iter().any(|cut| cut.from.is_some() || cut.until.is_some());
        return !is_cut && (is_fiscal || time.granularity.is_none());
    };
    let is_whole = time.granularity.is_none_or(|asked| is_fiscal || nests(stretch, asked));
    is_whole && time.spans.iter().all(|cut| is_between(cut, stretch))
}

/// Whether stretches of the question are made of whole ones of a rollup.
fn nests(stretch: RollupGranularity, asked: Granularity) -> bool {
    use Granularity::{Month, Quarter, Week, Year};
    match stretch {
        RollupGranularity::Day => {
            !matches!(asked, Granularity::Second | Granularity::Minute | Granularity::Hour)
        }
        RollupGranularity::Week => asked == Week,
        RollupGranularity::Month => matches!(asked, Month | Quarter | Year),
        RollupGranularity::Quarter => matches!(asked, Quarter | Year),
        RollupGranularity::Year => asked == Year,
    }
}

/// Whether a span cuts no stretch in two.
pub(super) fn is_between(cut: &Cut, stretch: RollupGranularity) -> bool {
    let begins = |moment: NaiveDateTime| {
        let is_first = moment.day() == 1;
        let is_begun = match stretch {
            RollupGranularity::Day => true,
            RollupGranularity::Week => moment.weekday() == Weekday::Mon,
            RollupGranularity::Month => is_first,
            RollupGranularity::Quarter => is_first && moment.month0().is_multiple_of(3),
            RollupGranularity::Year => is_first && moment.month() == 1,
        };
        is_begun && moment.time() == NaiveTime::MIN
    };
    [cut.from, cut.until].into_iter().flatten().all(begins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::front_matter;

    const CUBE: &str = r#"/*---
description = "Sold lines."
grain = ["line_id"]
time = "sold_on"
dimensions.sold_on = { description = "Day.", fiscal = { period = "p", quarter = "q", year = "y" } }
dimensions.paid_on = { description = "Day of payment." }
dimensions.shop = { description = "Shop.", column = "shop_id" }
dimensions.buyer = { description = "Buyer." }
dimensions.period = { description = "Accounting period.", column = "p" }
segments.gifts = { description = "Gifts.", column = "is_gift" }
dimensions.gift = { description = "Whether it is a gift.", column = "is_gift" }
[measures]
amount = { description = "Amount.", additivity = "additive", column = "amount" }
lines = { description = "Lines.", additivity = "additive", aggregate = "count" }
mean = { description = "Mean.", additivity = "ratio", numerator = "amount", denominator = "lines" }
buyers = { description = "Buyers.", additivity = "distinct", column = "buyer" }
[rollups]
day = { dimensions = ["shop"], granularity = "day", measures = ["mean"] }
week = { dimensions = ["shop"], granularity = "week", measures = ["lines"] }
month = { dimensions = ["shop", "gift"], granularity = "month", measures = ["lines"] }
year = { dimensions = ["buyer"], granularity = "year", measures = ["lines", "buyers"] }
periods = { dimensions = ["period", "paid_on"], measures = ["amount"] }
---*/
select 1
"#;

    /// The rollups that cover what is needed.
    fn covering(need: &Need) -> Vec<String> {
        let head = front_matter::read("sql/cubes/a.sql", CUBE).unwrap();
        let is_covering = |(_, rollup): &(&String, &Rollup)| covers(need, &head, rollup).is_some();
        head.rollups.iter().filter(is_covering).map(|(name, _)| name.clone()).collect()
    }

    fn need(dimensions: &[&str], measures: &[&str]) -> Need {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Need { dimensions: names(dimensions), measures: names(measures), ..Need::default() }
    }

    fn cut(granularity: &str, from: &str, until: &str) -> TimeNeed {
        let moment = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok();
        TimeNeed {
            dimension: "sold_on".to_owned(),
            granularity: granularity.parse().ok(),
            spans: vec![Cut { from: moment(from), until: moment(until) }],
        }
    }

    #[test]
    fn members_must_be_there() {
        let cases: &[(&[&str], &[&str], &[&str])] = &[
            (&[], &["lines"], &["day", "month", "week", "year"]),
            (&["shop"], &["lines"], &["day", "month", "week"]),
            (&["shop", "gift"], &["lines"], &["month"]),
            (&["buyer"], &["lines"], &["year"]),
            (&["shop", "buyer"], &["lines"], &[]),
            (&["shop"], &["amount"], &["day"]),
            (&["shop"], &["mean", "lines"], &["day"]),
            (&[], &["mean"], &["day"]),
            (&[], &["buyers"], &["year"]),
            (&["shop"], &["buyers"], &[]),
            (&["period"], &["amount"], &["day", "periods"]),
            (&["sold_on"], &["lines"], &["day"]),
            (&["paid_on"], &["amount"], &["periods"]),
            (&["paid_on"], &["lines"], &[]),
            (&["shop"], &[], &["day", "month", "week"]),
        ];
        for (dimensions, measures, expected) in cases {
            let found = covering(&need(dimensions, measures));
            assert_eq!(found, *expected, "{dimensions:?} {measures:?}");
        }
    }

    #[test]
    fn segments_must_be_told_apart() {
        let gifts = Need { segments: ["gifts".to_owned()].into(), ..need(&[], &["lines"]) };
        assert_eq!(covering(&gifts), ["month"]);
        let unknown = Need { segments: ["alms".to_owned()].into(), ..need(&[], &["lines"]) };
        assert_eq!(covering(&unknown), Vec::<String>::new());
    }

    #[test]
    fn stretches_and_spans_must_be_whole() {
        let (day, week, month, year) = ("day", "week", "month", "year");
        let cases: &[(&str, &str, &str, &[&str])] = &[
            ("", "", "", &[day, month, week, year]),
            ("day", "", "", &[day]),
            ("week", "", "", &[day, week]),
            ("month", "", "", &[day, month]),
            ("quarter", "", "", &[day, month]),
            ("year", "", "", &[day, month, year]),
            ("hour", "", "", &[]),
            ("fiscal_period", "", "", &[day]),
            ("fiscal_year", "2026-01-01 00:00", "2027-01-01 00:00", &[day]),
            ("", "2026-01-01 00:00", "2027-01-01 00:00", &[day, month, year]),
            ("", "2026-01-01 00:00", "", &[day, month, year]),
            ("", "", "2026-02-01 00:00", &[day, month]),
            ("", "2026-01-05 00:00", "2026-01-12 00:00", &[day, week]),
            ("month", "2026-01-01 00:00", "2026-04-01 00:00", &[day, month]),
            ("month", "2026-01-01 00:00", "2026-03-31 00:00", &[day]),
            ("month", "2026-01-02 00:00", "2026-04-01 00:00", &[day]),
            ("year", "2026-01-01 00:00", "2026-04-01 00:00", &[day, month]),
        ];
        for (granularity, from, until, expected) in cases {
            let times = vec![cut(granularity, from, until)];
            let found = covering(&Need { times, ..need(&[], &["lines"]) });
            assert_eq!(found, *expected, "{granularity} {from} {until}");
        }
    }

    #[test]
    fn half_a_day_is_no_stretch() {
        let mut time = cut("", "2026-01-01 00:00", "2026-02-01 12:00");
        assert_eq!(covering(&Need { times: vec![time.clone()], ..need(&[], &["lines"]) }), [""; 0]);
        time.spans = Vec::new();
        let found = covering(&Need { times: vec![time], ..need(&["period"], &["amount"]) });
        assert_eq!(found, ["day", "periods"]);
    }

    #[test]
    fn a_calendar_column_tells_fiscal_stretches() {
        let whole = cut("fiscal_period", "", "");
        let found = covering(&Need { times: vec![whole], ..need(&[], &["amount"]) });
        assert_eq!(found, ["day", "periods"]);
        let part = cut("fiscal_period", "2026-01-01 00:00", "2026-02-01 00:00");
        let found = covering(&Need { times: vec![part], ..need(&[], &["amount"]) });
        assert_eq!(found, ["day"]);
    }

    #[test]
    fn columns_are_named_as_the_rollup_has_them() {
        let head = front_matter::read("sql/cubes/a.sql", CUBE).unwrap();
        let held = covers(&need(&["shop"], &["lines"]), &head, &head.rollups["month"]).unwrap();
        let named = |column: &str, name: &str| (column.to_owned(), name.to_owned());
        let expected = [("is_gift", "gift"), ("shop_id", "shop"), ("sold_on", "sold_on")];
        assert_eq!(held, expected.map(|(column, name)| named(column, name)).into());
    }
}
