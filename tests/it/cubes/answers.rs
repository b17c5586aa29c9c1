//! How is an answer written, and what does it say beside its rows?

use std::fs::{self, File};

use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use patron::model::cube::echo;
use patron::model::cube::question::{Operator, Question};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::kiosk::shared;
use crate::cli::{fails, ok};

/// The answer of the command line as JSON.
fn load(question: &str) -> Value {
    let text = ok(shared().root(), &["cube", question, "--format", "json"]);
    serde_json::from_str(&text).unwrap()
}

#[test]
fn json_is_what_cube_answers_to_load() {
    let found = load(
        r#"{"measures": ["takings.amount", "takings.margin", "takings.sales"],
        "dimensions": ["takings.town"], "segments": ["takings.returned"],
        "filters": [{"member": "takings.country", "operator": "equals", "values": ["S", "N"]}],
        "timeDimensions": [{"dimension": "takings.sold_on", "granularity": "month",
        "dateRange": "this year"}], "limit": 5, "total": true}"#,
    );
    assert_eq!(found["queryType"], "regularQuery");
    assert_eq!(found["truncated"], false);
    let result = &found["results"][0];
    // Only sale 4 came back: 5.00 paid back of which 2.00 had been its cost, so -3.00 of -5.00.
    let rows = json!([{
        "takings.town": "Rome",
        "takings.sold_on.month": "2026-02-01T00:00:00.000",
        "takings.sold_on": "2026-02-01T00:00:00.000",
        "takings.sold_on.month.isPartial": false,
        "takings.amount": "-5.00",
        "takings.margin": "0.600000",
        "takings.sales": 1,
    }]);
    assert_eq!(result["data"], rows);
    assert_eq!(result["total"], 1);
    let query = &result["query"];
    assert_eq!(query["segments"], json!(["takings.returned"]));
    assert_eq!((&query["limit"], &query["timezone"]), (&json!(5), &json!("Europe/Berlin")));
    assert_eq!(query["timeDimensions"][0]["granularity"], "month");
    let amount = &result["annotation"]["measures"]["takings.amount"];
    let told = ["title", "shortTitle", "type", "unit", "format", "additivity", "total"];
    let told = told.map(|key| amount[key].as_str().unwrap());
    let expected = ["Takings Amount", "Amount", "number", "EUR", "currency", "additive", "sum"];
    assert_eq!(told, expected);
    let margin = &result["annotation"]["measures"]["takings.margin"];
    assert_eq!(
        (&margin["additivity"], &margin["total"]),
        (&json!("ratio"), &json!("ratio of sums"))
    );
    let town = &result["annotation"]["dimensions"]["takings.town"];
    assert_eq!((&town["type"], &town["shortTitle"]), (&json!("string"), &json!("Town")));
    let times = &result["annotation"]["timeDimensions"];
    assert_eq!(times["takings.sold_on.month"]["type"], "time");
    assert_eq!(times["takings.sold_on.month"]["granularity"]["name"], "month");
    assert_eq!(times["takings.sold_on"]["type"], "time");
    let segment = &result["annotation"]["segments"]["takings.returned"];
    assert_eq!(segment["shortTitle"], "returned");
    assert_eq!(found["pivotQuery"]["queryType"], "regularQuery");
}

#[test]
fn totals_say_what_they_are() {
    let question = r#"{"measures": ["takings.amount", "takings.margin", "takings.buyers",
        "takings.sales", "takings.smallest", "takings.median"],
        "dimensions": ["takings.country"], "subtotals": true}"#;
    let found = load(question);
    let measures = &found["results"][0]["annotation"]["measures"];
    let totals = [
        ("amount", "sum"),
        ("margin", "ratio of sums"),
        ("buyers", "distinct"),
        ("sales", "count"),
        ("smallest", "least"),
        ("median", "median"),
    ];
    for (measure, total) in totals {
        assert_eq!(measures[&format!("takings.{measure}")]["total"], total, "{measure}");
    }
    assert_eq!(found["results"][0]["levels"], json!([[], ["takings.country"]]));
    let rows = found["results"][0]["data"].as_array().unwrap();
    let total = rows.iter().find(|row| row["__level"] == 0).unwrap();
    // 85.50 were paid, of which 27.00 are left: .315789; the prices' middle one is 10.00.
    let expected = json!({
        "takings.country": null, "takings.amount": "85.50", "takings.margin": "0.315789",
        "takings.buyers": 4, "takings.sales": 7, "takings.smallest": "-5.00",
        "__level": 0,
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&total[key], value, "{key}");
    }
    assert!(total["takings.median"].as_str().unwrap().starts_with("10.00"), "{total}");
    let table = ok(shared().root(), &["cube", question]);
    assert!(table.contains("takings.margin ratio of sums, takings.buyers distinct"), "{table}");

    let stock = load(
        r#"{"measures": ["stock.stock", "stock.average_stock"], "dimensions": ["stock.place"],
        "timeDimensions": [{"dimension": "stock.counted_on",
        "dateRange": ["2026-02-01", "2026-02-28"]}]}"#,
    );
    let measures = &stock["results"][0]["annotation"]["measures"];
    assert_eq!(measures["stock.stock"]["total"], "closing balance");
    assert_eq!(measures["stock.stock"]["unit"], "pieces");
    assert_eq!(measures["stock.average_stock"]["total"], "average of days");
    assert_eq!(measures["stock.average_stock"]["additivity"], "semi_additive");
    // W1 had 14 for 14 days and 10 for 14: 12 on average.
    let rows = stock["results"][0]["data"].as_array().unwrap();
    let first = rows.iter().find(|row| row["stock.place"] == "W1").unwrap();
    assert_eq!(first["stock.stock"], 10);
    assert!(first["stock.average_stock"].as_str().unwrap().starts_with("12.0"), "{first}");
}

#[test]
fn levels_are_named_as_rows_have_them() {
    let found = load(
        r#"{"measures": ["takings.amount"], "dimensions": ["takings.sold_on.year"],
        "timeDimensions": [{"dimension": "takings.sold_on", "granularity": "month",
        "dateRange": ["2026-01-01", "2026-01-31"]}], "subtotals": true}"#,
    );
    let result = &found["results"][0];
    let (year, month) = ("takings.sold_on.year", "takings.sold_on.month");
    assert_eq!(result["levels"], json!([[], [year], [year, month]]));
    let told = |row: &Value| json!([row["__level"], row[year].is_null(), row[month].is_null()]);
    let rows: Vec<Value> = result["data"].as_array().unwrap().iter().map(told).collect();
    let mut rows: Vec<String> = rows.iter().map(Value::to_string).collect();
    rows.sort();
    assert_eq!(rows, ["[0,true,true]", "[1,false,true]", "[2,false,false]"]);
}

#[test]
fn spans_that_are_compared_answer_one_after_the_other() {
    let question = r#"{"measures": ["takings.amount"], "timeDimensions": [
        {"dimension": "takings.sold_on", "granularity": "year", "compareDateRange":
        [["2025-01-01", "2025-12-31"], ["2026-01-01", "2026-12-31"]]}]}"#;
    let found = load(question);
    assert_eq!(found["queryType"], "compareDateRangeQuery");
    let amounts: Vec<&str> = found["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["data"][0]["takings.amount"].as_str().unwrap())
        .collect();
    assert_eq!(amounts, ["8.00", "77.50"]);
    let spans = [0, 1].map(|at| {
        let time = &found["results"][at]["query"]["timeDimensions"][0];
        assert!(time.get("compareDateRange").is_none(), "{time}");
        time["dateRange"].clone()
    });
    let expected = [
        json!(["2025-01-01T00:00:00.000", "2025-12-31T23:59:59.999"]),
        json!(["2026-01-01T00:00:00.000", "2026-12-31T23:59:59.999"]),
    ];
    assert_eq!(spans, expected);
    assert_eq!(found["pivotQuery"]["dimensions"], json!(["compareDateRange"]));
    // By this, clients tell the rows of one span from those of another.
    let said = &found["results"][1]["data"][0]["compareDateRange"];
    assert_eq!(said, "2026-01-01T00:00:00.000 - 2026-12-31T23:59:59.999");
    let csv = ok(shared().root(), &["cube", question, "--format", "csv"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 3, "{csv}");
    let first = "2025-01-01T00:00:00.000 - 2025-12-31T23:59:59.999,2025-01-01,false,8.00";
    assert_eq!(lines[1], first);
}

#[test]
fn every_format_has_the_same_rows() {
    let root = shared().root();
    let question = r#"{"measures": ["takings.amount", "takings.buyers"],
        "dimensions": ["takings.country"], "order": {"takings.country": "asc"}}"#;
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("question.json"), question).unwrap();
    let csv = ok(root, &["cube", &path("question.json"), "--format", "csv"]);
    assert_eq!(csv, "takings.country,takings.amount,takings.buyers\r\nN,68.00,2\r\nS,17.50,2\r\n");
    let labelled = ok(root, &["cube", question, "--format", "csv", "--language", "zh-CN"]);
    assert!(labelled.starts_with("国家,金额,buyers\r\nN,68.00,2\r\n"), "{labelled}");
    let table = ok(root, &["cube", question]);
    assert!(table.contains(" Country |") && table.contains("| Amount |"), "{table}");
    assert!(table.contains("receipt: release 1, data of 2026-07-01"), "{table}");
    ok(root, &["cube", question, "--output", &path("a.parquet")]);
    let reader = File::open(path("a.parquet")).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(reader).unwrap();
    let receipt = builder.schema().metadata()["patron.receipt"].clone();
    let receipt: Value = serde_json::from_str(&receipt).unwrap();
    assert_eq!(receipt["release"], 1);
    let rows: usize = builder.build().unwrap().map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, 2);
    ok(root, &["cube", question, "--format", "arrow", "--output", &path("a.arrow")]);
    let bytes = fs::read(path("a.arrow")).unwrap();
    let holds = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
    assert!(holds(b"patron.receipt") && holds(b"takings.buyers"));
}

#[test]
fn what_can_be_asked_is_told_as_cube_tells_it() {
    let root = shared().root();
    let meta: Value = serde_json::from_str(&ok(root, &["cube", "--meta"])).unwrap();
    let cubes = meta["cubes"].as_array().unwrap();
    let names: Vec<(&str, &str)> = cubes
        .iter()
        .map(|cube| (cube["name"].as_str().unwrap(), cube["type"].as_str().unwrap()))
        .collect();
    assert_eq!(names, [("stock", "cube"), ("takings", "cube"), ("kiosks", "view")]);
    let find = |cube: &str, kind: &str, name: &str| -> Value {
        let cube = cubes.iter().find(|found| found["name"] == cube).unwrap();
        let all = cube[kind].as_array().unwrap();
        all.iter().find(|found| found["name"] == name).unwrap_or(&Value::Null).clone()
    };
    let types = [
        ("amount", "number", "sum", false),
        ("amount__year_to_date", "number", "sum", true),
        ("margin", "number", "number", false),
        ("buyers", "number", "countDistinct", false),
        ("smallest", "number", "min", false),
    ];
    for (name, kind, aggregate, is_cumulative) in types {
        let found = find("takings", "measures", &format!("takings.{name}"));
        assert_eq!(
            (&found["type"], &found["aggType"]),
            (&json!(kind), &json!(aggregate)),
            "{name}"
        );
        assert_eq!(found["cumulative"], is_cumulative, "{name}");
        let drill = found["drillMembers"].as_array().unwrap();
        assert!(drill.contains(&json!("takings.town")), "{name}: {drill:?}");
    }
    assert_eq!(find("takings", "dimensions", "takings.sold_on")["type"], "time");
    assert_eq!(find("takings", "dimensions", "takings.sale_id")["type"], "number");
    assert_eq!(find("kiosks", "dimensions", "kiosks.product")["type"], "string");
    assert_eq!(find("kiosks", "dimensions", "kiosks.country"), Value::Null);
    assert_eq!(find("kiosks", "measures", "kiosks.stock")["total"], "closing balance");
    let levels = find("takings", "hierarchies", "takings.place")["levels"].clone();
    assert_eq!(levels, json!(["takings.country", "takings.town"]));
    let segment = find("takings", "segments", "takings.returned");
    assert_eq!(segment["description"], "Sales that came back.");
    let chinese = ok(root, &["cube", "--meta", "--language", "zh-CN"]);
    assert!(chinese.contains("营业额 金额, 上年同期"), "{chinese}");
}

#[test]
fn cubes_and_their_members_are_listed() {
    let root = shared().root();
    let list = ok(root, &["cube"]);
    for words in ["takings", "stock", "kiosks", "across stock, takings", "place"] {
        assert!(list.contains(words), "{words}: {list}");
    }
    let members = ok(root, &["cube", "takings"]);
    for words in ["takings.margin", "ratio of sums", "year_before, year_to_date", "country > town"]
    {
        assert!(members.contains(words), "{words}: {members}");
    }
    let plan = ok(root, &["cube", r#"{"measures": ["takings.amount"]}"#, "--explain"]);
    assert!(plan.contains("fct_taken"), "{plan}");
}

#[test]
fn what_cannot_be_asked_is_refused_with_what_can() {
    let root = shared().root();
    let cases: [(&[&str], &str); 8] = [
        (&[r#"{"measures": ["takings.amuont"]}"#], "`takings.amount`"),
        (&[r#"{"measures": ["taking.amount"]}"#], "takings"),
        (&[r#"{"measures": ["takings.amount"], "limits": 3}"#], "limit"),
        (&[r#"{"measures": ["takings.amount", "stock.stock"]}"#], "view"),
        (&["taking"], "`patron cube` lists cubes"),
        (&[r#"{"measures": ["takings.amount"]}"#, "--language", "fr"], "en, zh-CN"),
        (&[r#"{"measures": ["takings.amount"]}"#, "--drill", "detail"], "--row"),
        (&[r#"{"measures": ["takings.amount"]}"#, "--drill", "in", "--row", "1"], "across"),
    ];
    for (arguments, words) in cases {
        let told = fails(root, &[&["cube"], arguments].concat(), 2);
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
    let drilled = ok(
        root,
        &[
            "cube",
            r#"{"measures": ["takings.amount"], "dimensions": ["takings.country"],
            "order": [["takings.country", "asc"]]}"#,
            "--drill",
            "down:place",
            "--row",
            "2",
        ],
    );
    let country = r#"{"member":"takings.country","operator":"equals","values":["S"]}"#;
    let question = format!(r#""filters":[{{"and":[{country}]}}]"#);
    assert!(drilled.contains(&question) && drilled.contains("Rome"), "{drilled}");
}

#[test]
fn a_question_written_back_is_the_same_one() {
    let texts = [
        r#"{"measures": ["a.b"]}"#,
        r#"{"measures": ["a.b", "a.c__year_before"], "dimensions": ["a.d"], "segments": ["a.s"],
        "timeDimensions": [{"dimension": "a.t", "granularity": "fiscal_period",
        "dateRange": "last 3 months"}, {"dimension": "a.u", "dateRange": ["2026-01-01",
        "2026-02-01T12:00:00.000"]}], "filters": [{"member": "a.d", "operator": "set"},
        {"or": [{"member": "a.d", "operator": "notContains", "values": ["x", "'%\""]},
        {"and": [{"member": "a.e", "operator": "gte", "values": ["1.5"]}]}]}],
        "order": [["a.b", "desc"], ["a.d", "asc"]], "limit": 7, "offset": 3, "total": true,
        "timezone": "Asia/Shanghai", "subtotals": true}"#,
        r#"{"dimensions": ["a.d"], "ungrouped": true, "timeDimensions": [{"dimension": "a.t",
        "granularity": "week",
        "compareDateRange": ["this month", ["2026-01-01", "2026-01-02"]]}]}"#,
    ];
    for text in texts {
        let question = Question::parse(text).unwrap();
        let again = echo::question(&question).to_string();
        assert_eq!(Question::parse(&again).unwrap(), question, "{again}");
    }
    for (word, _) in Operator::ALL {
        let values = if word.ends_with("et") { "" } else { r#", "values": ["1"]"# };
        let filter = format!(r#"{{"member": "a.d", "operator": "{word}"{values}}}"#);
        let text = format!(r#"{{"measures": ["a.b"], "filters": [{filter}]}}"#);
        let question = Question::parse(&text).unwrap();
        let again = echo::question(&question).to_string();
        assert_eq!(Question::parse(&again).unwrap(), question, "{again}");
    }
}
