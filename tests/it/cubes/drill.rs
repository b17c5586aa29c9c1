//! Do the rows of the next answer make up the row that was gone from?

use std::collections::BTreeSet;

use patron::model::cube::drill::{Step, drill};
use patron::model::cube::question::Question;
use patron::model::cube::{Answer, CubeError, Opened, echo};

use super::kiosk::{Desk, ask, rows, shared};
use crate::support::world::runtime;

const IN_2026: &str =
    r#"{"dimension": "takings.sold_on", "dateRange": ["2026-01-01", "2026-12-31"]}"#;

fn next(opened: &Opened<'_>, answer: &Answer, row: usize, step: &str) -> Question {
    try_next(opened, answer, row, step).unwrap_or_else(|error| panic!("{step} of {row}: {error}"))
}

fn try_next(
    opened: &Opened<'_>,
    answer: &Answer,
    row: usize,
    step: &str,
) -> Result<Question, CubeError> {
    let step: Step = step.parse().unwrap();
    runtime().block_on(drill(opened, answer, row, &step))
}

fn answer(opened: &Opened<'_>, question: &Question) -> Answer {
    let answer = runtime().block_on(opened.ask(question));
    answer.unwrap_or_else(|error| panic!("{}: {error}", echo::question(question)))
}

/// The answer to a step from a row.
fn stepped(opened: &Opened<'_>, from: &Answer, row: usize, step: &str) -> Answer {
    answer(opened, &next(opened, from, row, step))
}

/// The number, from 1, of the row that some columns tell.
fn row_of(answer: &Answer, names: &[&str], told: &str) -> usize {
    let rows = rows(answer, names);
    let at = rows.iter().position(|row| row == told);
    at.unwrap_or_else(|| panic!("no row is {told}: {rows:?}")) + 1
}

/// Some columns of a step's answer, in the order of their texts.
fn told(opened: &Opened<'_>, from: &Answer, row: usize, step: &str, names: &[&str]) -> Vec<String> {
    let mut rows = rows(&stepped(opened, from, row, step), names);
    rows.sort();
    rows
}

/// A decimal with two places in hundredths.
fn cents(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, "00"));
    assert!(part.len() == 2, "{text} has two places");
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    whole.parse::<i64>().unwrap() * 100 + sign * part.parse::<i64>().unwrap()
}

#[test]
fn a_hierarchy_is_gone_down_up_and_across() {
    let desk = Desk::of(shared());
    let opened = desk.open();
    let by_country = ask(
        &opened,
        &format!(
            r#"{{"measures": ["takings.amount", "takings.margin", "takings.buyers"],
            "dimensions": ["takings.country"], "timeDimensions": [{IN_2026}],
            "subtotals": true}}"#
        ),
    );
    let told_by = ["takings.country", "__level"];
    let (north, south) =
        (row_of(&by_country, &told_by, "N 1"), row_of(&by_country, &told_by, "S 1"));
    let all = row_of(&by_country, &told_by, "- 0");
    let shown = ["takings.town", "takings.amount", "takings.margin", "takings.buyers"];
    // Both buyers of Oslo bought there, C1 in Bergen too: 2 + 1 buyers are 2 people.
    let towns = ["Bergen 30.00 -0.100000 1", "Oslo 30.00 0.533333 2"];
    assert_eq!(told(&opened, &by_country, north, "down:place", &shown), towns);
    let nowhere = ["- 7.50 0.666667 1", "Rome 10.00 0.600000 1"];
    assert_eq!(told(&opened, &by_country, south, "down:place", &shown), nowhere);
    let countries = ["N 60.00", "S 17.50"];
    let shown = ["takings.country", "takings.amount"];
    assert_eq!(told(&opened, &by_country, all, "down:place", &shown), countries);
    let buyers = ["C1 40.00", "C2 20.00"];
    let shown = ["takings.buyer", "takings.amount"];
    assert_eq!(told(&opened, &by_country, north, "across:buyer", &shown), buyers);
    // Up from a country is everything, up from a town are the countries again.
    assert_eq!(told(&opened, &by_country, north, "up:place", &["takings.amount"]), ["77.50"]);
    let by_town = stepped(&opened, &by_country, north, "down:place");
    let oslo = row_of(&by_town, &["takings.town"], "Oslo");
    let shown = ["takings.country", "takings.amount"];
    assert_eq!(told(&opened, &by_town, oslo, "up:place", &shown), countries);
    assert_eq!(told(&opened, &by_town, oslo, "across:place", &shown), ["N 30.00"]);
}

#[test]
fn what_a_person_filters_stays_when_she_goes_up() {
    let desk = Desk::of(shared());
    let opened = desk.open();
    let filtered = |dimension: &str, member: &str, value: &str| {
        ask(
            &opened,
            &format!(
                r#"{{"measures": ["takings.amount"], "dimensions": ["takings.{dimension}"],
                "timeDimensions": [{IN_2026}], "filters": [{{"member": "takings.{member}",
                "operator": "equals", "values": ["{value}"]}}]}}"#
            ),
        )
    };
    // She asked for N herself: there is no S beside it. A step down would have left both countries.
    let towns = filtered("town", "country", "N");
    let oslo = row_of(&towns, &["takings.town"], "Oslo");
    let shown = ["takings.country", "takings.amount"];
    assert_eq!(told(&opened, &towns, oslo, "up:place", &shown), ["N 60.00"]);
    // What she asked of a finer level holds for all countries, and for the country of a row too.
    let countries = filtered("country", "town", "Oslo");
    assert_eq!(told(&opened, &countries, 1, "up:place", &["takings.amount"]), ["30.00"]);
    let own = filtered("country", "country", "N");
    let by_town = stepped(&opened, &own, 1, "down:place");
    let oslo = row_of(&by_town, &["takings.town"], "Oslo");
    assert_eq!(told(&opened, &by_town, oslo, "up:place", &shown), ["N 60.00"]);
    // What steps set is told by its form, also once a question was written and read again.
    let all = ask(
        &opened,
        &format!(
            r#"{{"measures": ["takings.amount"], "dimensions": ["takings.country"],
            "timeDimensions": [{IN_2026}], "order": [["takings.country", "asc"]]}}"#
        ),
    );
    let down = echo::question(&next(&opened, &all, 1, "down:place"));
    let country = r#"{"member":"takings.country","operator":"equals","values":["N"]}"#;
    assert_eq!(down["filters"].to_string(), format!(r#"[{{"and":[{country}]}}]"#));
    let again = ask(&opened, &down.to_string());
    let oslo = row_of(&again, &["takings.town"], "Oslo");
    assert_eq!(told(&opened, &again, oslo, "up:place", &shown), ["N 60.00", "S 17.50"]);
}

#[test]
fn time_is_gone_down_and_up() {
    let desk = Desk::of(shared());
    let opened = desk.open();
    let asked = |granularity: &str, range: &str| {
        ask(
            &opened,
            &format!(
                r#"{{"measures": ["takings.amount"], "timeDimensions": [
                {{"dimension": "takings.sold_on", "granularity": "{granularity}", {range}}}]}}"#
            ),
        )
    };
    let of_2026 = r#""dateRange": ["2026-01-01", "2026-06-30"]"#;
    let month = ["takings.sold_on.month", "takings.amount"];
    let quarters = asked("quarter", of_2026);
    let first = row_of(&quarters, &["takings.sold_on.quarter"], "2026-01-01");
    let months = ["2026-01-01 30.00", "2026-02-01 25.00", "2026-03-01 22.50"];
    assert_eq!(told(&opened, &quarters, first, "down:sold_on", &month), months);
    let shown = ["takings.sold_on.year", "takings.amount"];
    assert_eq!(told(&opened, &quarters, first, "up:sold_on", &shown), ["2026-01-01 77.50"]);
    // The first month is cut on the 15th, and its days are those from then on.
    let cut = asked("month", r#""dateRange": ["2026-01-15", "2026-02-28"]"#);
    let january = row_of(&cut, &month, "2026-01-01 20.00");
    let shown = ["takings.sold_on.day", "takings.amount"];
    assert_eq!(told(&opened, &cut, january, "down:sold_on", &shown), ["2026-01-20 20.00"]);
    assert_eq!(told(&opened, &cut, january, "detail", &["takings.sale_id"]), ["2"]);
    // Periods of the accounting calendar are told by the dimensions that hold them.
    let fiscal = asked("fiscal_quarter", of_2026);
    let first = row_of(&fiscal, &["takings.sold_on.fiscal_quarter"], "2026Q1");
    let shown = ["takings.sold_on.fiscal_period", "takings.amount"];
    let periods = ["2026-01 30.00", "2026-02 25.00", "2026-03 22.50"];
    assert_eq!(told(&opened, &fiscal, first, "down:sold_on", &shown), periods);
    let shown = ["takings.sold_on.fiscal_year", "takings.amount"];
    assert_eq!(told(&opened, &fiscal, first, "up:sold_on", &shown), ["2026 77.50"]);
}

/// Every row of an answer, totals too, beside what its steps come to.
#[test]
fn what_is_behind_every_row_makes_it_up() {
    let desk = Desk::of(shared());
    let opened = desk.open();
    let from = ask(
        &opened,
        &format!(
            r#"{{"measures": ["takings.amount", "takings.profit", "takings.margin",
            "takings.sales", "takings.buyers", "takings.smallest", "takings.median"],
            "dimensions": ["takings.country", "takings.product_id"],
            "timeDimensions": [{}], "segments": [], "subtotals": true,
            "filters": [{{"member": "takings.sale_id", "operator": "set"}}]}}"#,
            IN_2026.replace(", \"dateRange\"", ", \"granularity\": \"month\", \"dateRange\"")
        ),
    );
    let measures = [
        "takings.amount",
        "takings.profit",
        "takings.margin",
        "takings.sales",
        "takings.buyers",
        "takings.smallest",
        "takings.median",
    ];
    let cells = rows(&from, &measures);
    // Four of a country, a product and a month, four without the month, two countries, and all.
    assert_eq!(cells.len(), 4 + 4 + 2 + 1);
    for (at, cell) in cells.iter().enumerate() {
        let row = at + 1;
        let cell: Vec<&str> = cell.split(' ').collect();
        for step in ["down:place", "across:buyer", "across:product_id", "across:period"] {
            let parts = rows(&stepped(&opened, &from, row, step), &measures);
            let sum = |column: usize| {
                let value = |row: &String| cents(row.split(' ').nth(column).unwrap());
                parts.iter().map(value).sum::<i64>()
            };
            let counts = parts.iter().map(|row| row.split(' ').nth(3).unwrap());
            let count: i64 = counts.map(|count| count.parse::<i64>().unwrap()).sum();
            let found = (sum(0), sum(1), count);
            let expected = (cents(cell[0]), cents(cell[1]), cell[3].parse().unwrap());
            assert_eq!(found, expected, "row {row}, {step}");
            let least = parts.iter().map(|row| cents(row.split(' ').nth(5).unwrap())).min();
            assert_eq!(least, Some(cents(cell[5])), "row {row}, {step}");
        }
        let shown = ["takings.amount", "takings.profit", "takings.buyer"];
        let behind = rows(&stepped(&opened, &from, row, "detail"), &shown);
        let value = |column: usize| {
            let values = behind.iter().map(move |row| row.split(' ').nth(column).unwrap());
            values.collect::<Vec<&str>>()
        };
        let mut amounts: Vec<i64> = value(0).into_iter().map(cents).collect();
        amounts.sort_unstable();
        let (amount, profit) = (amounts.iter().sum::<i64>(), value(1).into_iter().map(cents).sum());
        assert_eq!((amount, profit), (cents(cell[0]), cents(cell[1])), "row {row}");
        assert_eq!(behind.len().to_string(), cell[3], "row {row}");
        let buyers: BTreeSet<&str> = value(2).into_iter().collect();
        assert_eq!(buyers.len().to_string(), cell[4], "row {row}");
        assert_eq!(millionths(profit, amount), micros(cell[2]), "row {row}: {cell:?}");
        let (low, high) = (amounts[(amounts.len() - 1) / 2], amounts[amounts.len() / 2]);
        assert_eq!(micros(cell[6]), (low + high) * 5_000, "row {row}: {cell:?}");
    }
}

/// A quotient in millionths, rounded half away from zero.
fn millionths(numerator: i64, denominator: i64) -> i64 {
    let (top, bottom) = (numerator * 2_000_000 * denominator.signum(), denominator.abs());
    let half = if top < 0 { -bottom } else { bottom };
    (top + half) / (2 * bottom)
}

/// A decimal in millionths.
fn micros(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{part:0<6}");
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    whole.parse::<i64>().unwrap() * 1_000_000 + sign * digits[..6].parse::<i64>().unwrap()
}

#[test]
fn conditions_on_measures_go_and_comparisons_stay_apart() {
    let desk = Desk::of(shared());
    let opened = desk.open();
    let rich = ask(
        &opened,
        &format!(
            r#"{{"measures": ["takings.amount"], "dimensions": ["takings.country"],
            "timeDimensions": [{IN_2026}], "limit": 1, "filters": [
            {{"member": "takings.amount", "operator": "gt", "values": ["40"]}}]}}"#
        ),
    );
    assert_eq!(rows(&rich, &["takings.country", "takings.amount"]), ["N 60.00"]);
    let shown = ["takings.town", "takings.amount"];
    let towns = ["Bergen 30.00", "Oslo 30.00"];
    assert_eq!(told(&opened, &rich, 1, "down:place", &shown), towns);

    let years = ask(
        &opened,
        r#"{"measures": ["takings.amount"], "dimensions": ["takings.country"],
        "timeDimensions": [{"dimension": "takings.sold_on", "compareDateRange":
        [["2025-01-01", "2025-12-31"], ["2026-01-01", "2026-12-31"]]}]}"#,
    );
    let shown = ["takings.country", "takings.amount"];
    assert_eq!(rows(&years, &shown), ["N 8.00", "N 60.00", "S 17.50"]);
    assert_eq!(told(&opened, &years, 1, "detail", &["takings.sale_id"]), ["7"]);
    assert_eq!(told(&opened, &years, 2, "detail", &["takings.sale_id"]), ["1", "2", "3"]);
}

#[test]
fn measures_over_time_rest_on_other_rows() {
    let desk = Desk::of(shared());
    let opened = desk.open();
    for granularity in ["month", "fiscal_period"] {
        let over = ["previous_period", "year_before", "year_to_date", "rolling_2_months"];
        let offered = &over[..if granularity == "month" { 4 } else { 2 }];
        let measures: Vec<String> =
            offered.iter().map(|variant| format!("\"takings.amount__{variant}\"")).collect();
        let from = ask(
            &opened,
            &format!(
                r#"{{"measures": [{}], "timeDimensions": [{{"dimension": "takings.sold_on",
                "granularity": "{granularity}", "dateRange": ["2026-01-01", "2026-03-31"]}}]}}"#,
                measures.join(", ")
            ),
        );
        let cases = [
            ("2026-02", "previous_period", &["1", "2"][..], "30.00"),
            ("2026-01", "year_before", &["7"], "8.00"),
            ("2026-02", "year_to_date", &["1", "2", "3", "4"], "55.00"),
            ("2026-03", "rolling_2_months", &["3", "4", "5", "6"], "47.50"),
        ];
        for (month, variant, sales, amount) in cases {
            if !offered.contains(&variant) {
                continue;
            }
            let is_month = granularity == "month";
            let bucket = if is_month { format!("{month}-01") } else { month.to_owned() };
            let time = format!("takings.sold_on.{granularity}");
            let row = row_of(&from, &[&time], &bucket);
            let measure = format!("takings.amount__{variant}");
            assert_eq!(rows(&from, &[&measure])[row - 1], amount, "{variant} of {bucket}");
            let step = format!("detail:amount__{variant}");
            let behind = told(&opened, &from, row, &step, &["takings.sale_id"]);
            assert_eq!(behind, sales, "{variant} of {bucket}");
        }
        let problem = try_next(&opened, &from, 1, "detail").unwrap_err().to_string();
        assert!(problem.contains("detail:MEASURE"), "{problem}");
    }
}

#[test]
fn a_level_rests_on_the_counts_that_hold_then() {
    let desk = Desk::of(shared());
    let opened = desk.open();
    let from = ask(
        &opened,
        r#"{"measures": ["stock.stock"], "dimensions": ["stock.place"], "subtotals": true,
        "timeDimensions": [{"dimension": "stock.counted_on", "granularity": "month",
        "dateRange": ["2026-01-01", "2026-03-31"]}]}"#,
    );
    let told_by = ["stock.place", "stock.counted_on.month", "__level"];
    let shown = ["stock.place", "stock.product_id", "stock.stock"];
    let cases: [(&str, &[&str]); 4] = [
        ("W1 2026-01-01 2", &["W1 P1 10", "W1 P2 4"]),
        // Nobody counted in March: what was counted before holds on.
        ("W1 2026-03-01 2", &["W1 P1 6", "W1 P2 4"]),
        ("W2 - 1", &["W2 P1 3"]),
        ("- - 0", &["W1 P1 6", "W1 P2 4", "W2 P1 3"]),
    ];
    for (row, behind) in cases {
        let at = row_of(&from, &told_by, row);
        assert_eq!(told(&opened, &from, at, "detail", &shown), behind, "{row}");
        let sum: i64 = behind.iter().map(|row| row.split(' ').nth(2).unwrap()).map(number).sum();
        assert_eq!(number(&rows(&from, &["stock.stock"])[at - 1]), sum, "{row}");
    }
    let at = row_of(&from, &told_by, "W1 2026-02-01 2");
    let shown = ["stock.product_id", "stock.stock"];
    assert_eq!(told(&opened, &from, at, "across:product_id", &shown), ["P1 6", "P2 4"]);
}

fn number(text: &str) -> i64 {
    text.parse().unwrap()
}

#[test]
fn a_row_of_a_view_rests_on_the_rows_of_each_cube() {
    let desk = Desk::of(shared());
    let opened = desk.open();
    let from = ask(
        &opened,
        r#"{"measures": ["kiosks.amount", "kiosks.stock"], "dimensions": ["kiosks.product"],
        "timeDimensions": [{"dimension": "kiosks.date",
        "dateRange": ["2026-01-01", "2026-03-31"]}]}"#,
    );
    let shown = ["kiosks.product", "kiosks.amount", "kiosks.stock"];
    let mut found = rows(&from, &shown);
    found.sort();
    assert_eq!(found, ["P1 25.00 9", "P2 52.50 4"]);
    let first = row_of(&from, &["kiosks.product"], "P1");
    let sales = told(&opened, &from, first, "detail:amount", &["takings.sale_id"]);
    assert_eq!(sales, ["1", "2", "4"]);
    let counts =
        told(&opened, &from, first, "detail:kiosks.stock", &["stock.place", "stock.stock"]);
    assert_eq!(counts, ["W1 6", "W2 3"]);
    let problem = try_next(&opened, &from, first, "detail").unwrap_err().to_string();
    assert!(problem.contains("amount, stock"), "{problem}");
}

#[test]
fn ways_that_are_not_there_are_refused() {
    let desk = Desk::of(shared());
    let opened = desk.open();
    let from = ask(
        &opened,
        r#"{"measures": ["takings.amount"], "dimensions": ["takings.town"], "timeDimensions":
        [{"dimension": "takings.sold_on", "granularity": "day", "dateRange": "this year"}]}"#,
    );
    let cases = [
        (1, "down:place", "finest level of `place`"),
        (1, "down:plaice", "there is no hierarchy or time of the question `plaice`"),
        (1, "across:colour", "there is no dimension or hierarchy `colour`"),
        (1, "detail:profit", "there is no measure of the question `profit`; it asks amount"),
        (0, "detail", "the answer has no row 0; it has 6"),
        (7, "detail", "the answer has no row 7; it has 6"),
    ];
    assert_eq!(rows(&from, &["takings.amount"]).len(), 6);
    for (row, step, words) in cases {
        let problem = try_next(&opened, &from, row, step).unwrap_err().to_string();
        assert!(problem.contains(words), "{step}: {problem}");
    }
    for step in ["down", "sideways:place", "", "up:"] {
        assert!(step.parse::<Step>().unwrap_err().contains("across:DIMENSION"), "{step}");
    }
}
