//! Do cubes and reports give the same bytes, whatever the rows are that are not seen?

use serde_json::{Value, json};

use super::companies::{Company, Cubes, Reports};
use super::random::{Tally, queries, same};
use super::twins::Twins;
use super::ways::Way;
use crate::support::dice::Dice;

/// What questions of cubes are made of; each is counted where it is answered.
const KINDS: [&str; 33] = [
    "measure",
    "several measures",
    "measure over time",
    "dimension",
    "values to choose from",
    "masked dimension",
    "equals",
    "notEquals",
    "contains",
    "notContains",
    "startsWith",
    "endsWith",
    "set",
    "notSet",
    "gt",
    "gte",
    "lt",
    "lte",
    "filter of a measure",
    "inDateRange",
    "afterDate",
    "or",
    "segment",
    "date range",
    "range in words",
    "granularity",
    "compareDateRange",
    "order",
    "limit",
    "total",
    "subtotals",
    "ungrouped",
    "explained",
];

/// Steps from the first row of an answer.
const STEPS: [&str; 4] =
    ["drill:detail", "drill:down:place", "drill:up:place", "drill:across:open"];

/// A question, and what it is made of.
struct Asked<'a> {
    dice: &'a mut Dice,
    made_of: Vec<&'static str>,
}

impl Asked<'_> {
    fn hit(&mut self, kind: &'static str) {
        self.made_of.push(kind);
    }

    fn one_in(&mut self, times: usize, kind: &'static str) -> bool {
        let is_hit = self.dice.one_in(times);
        if is_hit {
            self.hit(kind);
        }
        is_hit
    }

    fn measures(&mut self) -> Vec<String> {
        if self.one_in(6, "values to choose from") {
            return Vec::new();
        }
        let all = ["amount", "line_count", "pieces", "highest", "labels", "middle", "mean"];
        self.hit("measure");
        let mut found = vec![*self.dice.pick(&all)];
        if self.one_in(2, "several measures") {
            found.push(*self.dice.pick(&all));
        }
        if self.dice.one_in(6) {
            let over_time =
                ["amount__previous_period", "amount__year_to_date", "amount__rolling_2_months"];
            self.hit("measure over time");
            found.push(*self.dice.pick(&over_time));
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|name| format!("lines.{name}")).collect()
    }

    fn dimensions(&mut self, least: usize) -> Vec<String> {
        let all = ["unit", "label", "open", "person", "quantity"];
        let mut found: Vec<&str> = Vec::new();
        for _ in 0..least.max(self.dice.below(3)) {
            self.hit("dimension");
            found.push(*self.dice.pick(&all));
        }
        if self.one_in(8, "masked dimension") {
            found.push("secret");
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|name| format!("lines.{name}")).collect()
    }

    /// What rows are chosen by.
    fn filter(&mut self, has_measures: bool) -> Value {
        let of_texts = ["equals", "notEquals", "contains", "notContains", "startsWith", "endsWith"];
        let of_numbers = ["gt", "gte", "lt", "lte"];
        match self.dice.below(6) {
            0 | 1 => {
                let operator = *self.dice.pick(&of_texts);
                let member = *self.dice.pick(&["lines.label", "lines.unit", "lines.secret"]);
                let value = *self.dice.pick(&["u1", "u3", "1", "5", "LEAK", "SECRET", "U1"]);
                self.hit(operator);
                json!({"member": member, "operator": operator, "values": [value]})
            }
            2 => {
                let operator = *self.dice.pick(&of_numbers);
                let value = self.dice.pick(&["3", "20", "39", "7001"]).to_string();
                self.hit(operator);
                json!({"member": "lines.quantity", "operator": operator, "values": [value]})
            }
            3 => {
                let operator = *self.dice.pick(&["set", "notSet"]);
                let member = *self.dice.pick(&["lines.label", "lines.quantity", "lines.secret"]);
                self.hit(operator);
                json!({"member": member, "operator": operator})
            }
            4 if has_measures => {
                self.hit("filter of a measure");
                json!({"member": "lines.line_count", "operator": "gt", "values": ["1"]})
            }
            _ if self.one_in(2, "afterDate") => {
                let values = ["2025-01-31"];
                json!({"member": "lines.sold_on", "operator": "afterDate", "values": values})
            }
            _ => {
                self.hit("inDateRange");
                let values = ["2024-12-01", "2026-06-30"];
                json!({"member": "lines.sold_on", "operator": "inDateRange", "values": values})
            }
        }
    }

    fn filters(&mut self, has_measures: bool) -> Vec<Value> {
        match self.dice.below(4) {
            0 => Vec::new(),
            1 => {
                self.hit("or");
                vec![json!({"or": [self.filter(false), self.filter(false)]})]
            }
            _ => vec![self.filter(has_measures)],
        }
    }

    fn time(&mut self) -> Value {
        let mut time = json!({"dimension": "lines.sold_on"});
        if self.dice.one_in(2) {
            self.hit("granularity");
            let known = ["day", "week", "month", "quarter", "year"];
            time["granularity"] = json!(*self.dice.pick(&known));
        }
        let ranges = [["2024-11-01", "2026-08-31"], ["2025-03-10", "2025-12-31"]];
        match self.dice.below(4) {
            0 => {
                self.hit("range in words");
                let words = ["last 9 months", "this year", "last year", "from 300 days ago to now"];
                time["dateRange"] = json!(*self.dice.pick(&words));
            }
            1 => {
                self.hit("compareDateRange");
                time["compareDateRange"] = json!(ranges);
            }
            _ => {
                self.hit("date range");
                time["dateRange"] = json!(*self.dice.pick(&ranges));
            }
        }
        time
    }

    fn question(&mut self) -> String {
        let measures = self.measures();
        let least = usize::from(measures.is_empty());
        let mut question = json!({
            "measures": measures,
            "dimensions": self.dimensions(least),
            "filters": self.filters(!measures.is_empty()),
        });
        if self.dice.one_in(2) || question.to_string().contains("__") {
            question["timeDimensions"] = json!([self.time()]);
        }
        if self.one_in(6, "segment") {
            question["segments"] = json!(["lines.open_ones"]);
        }
        if !measures.is_empty() && self.one_in(4, "order") {
            question["order"] = json!({&measures[0]: "desc"});
        }
        if self.one_in(3, "limit") {
            question["limit"] = json!(1 + self.dice.below(9));
        }
        if self.one_in(5, "total") {
            question["total"] = json!(true);
        }
        if !measures.is_empty() && self.one_in(6, "subtotals") {
            question["subtotals"] = json!(true);
        } else if self.one_in(12, "ungrouped") {
            question["ungrouped"] = json!(true);
        }
        question.to_string()
    }
}

#[test]
fn cubes_depend_on_what_is_seen_alone() {
    let mut dice = Dice::of("cubes_depend_on_what_is_seen_alone");
    let twins = Twins::new(&mut dice);
    let [one, other] = twins.both().map(Company::of);
    let cubes = Cubes::of([&one, &other]);
    let whole = Cubes::of_all([&one, &other]);
    let (mut tally, mut counts, mut differ) = (Tally::default(), Dice::seeded(0), 0);
    let all = queries() / 5;
    let (mut secured, mut rolled_up, mut seen_rolled_up) = (0, 0, 0);
    for number in 0..all {
        let mut asked = Asked { dice: &mut dice, made_of: Vec::new() };
        let question = asked.question();
        let mut made_of = asked.made_of;
        let told = same(&cubes, number, &question);
        tally.count(&told);
        if told.rows.is_none() {
            continue;
        }
        let explained = same(&cubes, number, &format!("explain {question}"));
        if explained.rows.is_some() {
            made_of.push("explained");
            secured += usize::from(explained.text.contains("SecureExec"));
            seen_rolled_up +=
                usize::from(explained.text.contains("SecureExec: table=cubes.lines__by_"));
            assert!(!explained.text.contains("file_groups"), "{question}: {}", explained.text);
        }
        made_of.into_iter().for_each(|kind| counts.hit(kind));
        if told.rows.is_some_and(|rows| rows > 0) {
            let step = STEPS[number % STEPS.len()];
            let stepped = same(&cubes, number, &format!("{step} {question}"));
            tally.beside += usize::from(stepped.rows.is_some());
        }
        // The owner sees that they differ, through rollups too.
        if number < 60 {
            let [found, twin] = [0, 1].map(|twin| whole.told(twin, &question));
            differ += usize::from(found != twin);
            let plan = whole.told(0, &format!("explain {question}")).text;
            rolled_up += usize::from(plan.contains("lines: by_"));
        }
    }
    counts.report(&KINDS);
    tally.judge("cubes");
    println!("{differ} of 60 differ for the owner, {rolled_up} were answered by rollups");
    println!("{seen_rolled_up} of {all} were answered by rollups for who sees a part");
    assert!(2 * secured > tally.asked, "{secured} of {} are secured", tally.asked);
    assert!(differ > 20 && rolled_up > 0, "{differ} differ, {rolled_up} by rollups");
    assert!(20 * seen_rolled_up > all, "{seen_rolled_up} of {all} by rollups");
}

#[test]
fn which_rollup_answers_depends_on_what_is_seen_alone() {
    let mut dice = Dice::of("which_rollup_answers_depends_on_what_is_seen_alone");
    let twins = Twins::new(&mut dice);
    let [one, other] = twins.both().map(Company::of);
    let question = r#"explain {"measures": ["lines.amount"], "dimensions": ["lines.unit"]}"#;
    // Labels of hidden rows are many, so that the rollup by them has more rows; it has fewer
    // columns than the one by unit, state and month.
    let owned = Cubes::of_all([&one, &other]).told(1, question).text;
    assert!(owned.starts_with("lines: by_unit\n"), "{owned}");
    let seen = Cubes::of([&one, &other]);
    for twin in [0, 1] {
        let told = seen.told(twin, question).text;
        assert!(told.starts_with("lines: by_label_of_unit\n"), "{told}");
    }
}

#[test]
fn reports_depend_on_what_is_seen_alone() {
    let mut dice = Dice::of("reports_depend_on_what_is_seen_alone");
    let twins = Twins::new(&mut dice);
    let [one, other] = twins.both().map(Company::of);
    let reports = Reports([&one, &other]);
    let mut tally = Tally::default();
    for number in 0..queries() / 10 {
        let question = match number % 3 {
            0 => format!("units;least={}", dice.below(60)),
            1 => {
                let unit = *dice.pick(&["u1", "u2", "u1", "u2", "u3", "U1", "u1 ", "u9"]);
                let divisor = *dice.pick(&[7001, 7001, 7002, 0, 17]);
                format!("numbers;unit={unit};divisor={divisor}")
            }
            _ => format!("values;begin={}", dice.pick(&["", "1", "5", "LEAK"])),
        };
        let told = same(&reports, number, &question);
        tally.count(&told);
        tally.beside += usize::from(told.text.contains("receipt"));
        // What is given must stand in the column as it is seen.
        let is_hidden = ["unit=u3", "unit=U1", "unit=u1 ;", "unit=u9"];
        if is_hidden.iter().any(|unit| question.contains(unit)) {
            assert!(told.rows.is_none(), "{question}: {}", told.text);
        }
    }
    tally.judge("reports");
}
