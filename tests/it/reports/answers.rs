//! Which rows does a report give, how are they written, and what is said beside them?

use std::fs::{self, File};

use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use super::{REPORT, reporting};
use crate::cli::{fails, ok};
use crate::models::{change, sell};
use crate::support::binary::run;
use crate::support::world::{World, day};

/// The lines of a CSV answer below its header.
fn asked(world: &World, parameters: &[&str]) -> Vec<String> {
    let given = parameters.iter().flat_map(|parameter| ["--param", parameter]);
    let fixed = ["report", "product_sales", "--format", "csv"];
    let arguments: Vec<&str> = fixed.into_iter().chain(given).collect();
    ok(world.root(), &arguments).lines().skip(1).map(str::to_owned).collect()
}

fn loaded() -> World {
    let world = reporting();
    world.refreshed(day(0));
    world
}

#[test]
fn defaults_count_from_the_data_and_parameters_choose() {
    let world = loaded();
    // Tea (P1, 100 g) 5.00 in January 2026 and 12.50 in February, a pot (P2, 900 g) 20.00 in
    // January. The newest period is February: March has no sales, corrections do not count.
    let cases: [(&[&str], &[&str]); 10] = [
        (&[], &["P1,Tea,100,12.50,5.00,0.00", "P2,Pot,900,0.00,20.00,0.00"]),
        (&["product=P2"], &["P2,Pot,900,0.00,20.00,0.00"]),
        (&["period=2026-02X"], &["P1,Tea,100,0.00,12.50,0.00", "P2,Pot,900,1.00,0.00,0.00"]),
        (&["period=2026-03"], &["P1,Tea,100,0.00,12.50,0.00", "P2,Pot,900,0.00,0.00,0.00"]),
        // No period is before the first one, so there is nothing to compare with.
        (&["period=2025-01"], &["P1,Tea,100,0.00,0.00,0.00", "P2,Pot,900,0.00,0.00,0.00"]),
        (&["before=2026-02", "most=1"], &["P1,Tea,100,12.50,12.50,0.00"]),
        (&["sign=minus", "has_names=false", "product=P1"], &["P1,,100,-12.50,-5.00,0.00"]),
        (&["until=2026-01-10"], &["P1,Tea,100,0.00,5.00,0.00"]),
        (&["least=17.51"], &["P2,Pot,900,0.00,20.00,0.00"]),
        (&["year_before=2026-01", "least=17.5", "most=1"], &["P1,Tea,100,12.50,5.00,5.00"]),
    ];
    for (parameters, expected) in cases {
        assert_eq!(asked(&world, parameters), expected, "{parameters:?}");
    }
    let told = ok(world.root(), &["report", "product_sales", "-p", "period=2026-01"]);
    assert!(told.contains("period 2026-01, product null"), "{told}");
    assert!(told.contains("year_before 2025-01"), "{told}");
}

#[test]
fn values_fit_each_other_and_their_bounds() {
    let world = reporting();
    let before = "default = \"previous_period($period)\"\n";
    change(&world, REPORT, before, &format!("{before}not_after = \"period\"\n"));
    change(&world, REPORT, "default = 10\n", "default = 10\nleast = 1\n");
    change(&world, REPORT, "default = \"0\"\n", "default = \"0\"\nleast = \"-0.5\"\n");
    world.refreshed(day(0));
    let turned = ["before=2026-02X", "period=2026-02"];
    let cases: [(&[&str], &str); 4] = [
        (&turned, "parameter `before`: `2026-02X` comes after `period`, which is `2026-02`; give"),
        (&["most=0"], "parameter `most`: `0` is too little; write `1` or more"),
        (&["most=-1"], "parameter `most`: `-1` is too little; write `1` or more"),
        (&["least=-0.500001"], "`-0.500001` is too little; write `-0.5` or more"),
    ];
    for (parameters, expected) in cases {
        let given = parameters.iter().flat_map(|parameter| ["-p", parameter]);
        let arguments: Vec<&str> = ["report", "product_sales"].into_iter().chain(given).collect();
        let said = fails(world.root(), &arguments, 2);
        assert!(said.contains(expected), "{parameters:?}: {said}");
    }
    assert_eq!(asked(&world, &["before=2026-02", "most=1", "least=-0.5"]).len(), 1);
    let told = ok(world.root(), &["report", "product_sales", "--help-parameters"]);
    assert!(told.contains("at least 1") && told.contains("not after period"), "{told}");
}

#[test]
fn a_period_without_data_yet_is_said() {
    let world = loaded();
    let ask = |period: &str, format: &str| {
        let period = format!("period={period}");
        ok(world.root(), &["report", "product_sales", "-p", &period, "--format", format])
    };
    let said = "not there yet: period 2026-03 comes after 2026-02X, the newest period with data";
    assert!(ask("2026-03", "table").contains(said));
    assert!(!ask("2026-02", "table").contains("not there yet"));
    let answer: Value = serde_json::from_str(&ask("2026-03", "json")).unwrap();
    let beyond = json!({ "newest_period": "2026-02X", "asked": { "period": "2026-03" } });
    assert_eq!(answer["completeness"]["beyond"], beyond);
}

#[test]
fn what_is_given_is_a_value_and_nothing_else() {
    let world = loaded();
    world.write(
        "sql/reports/echo.sql",
        "/*---\ndescription = \"What was said?\"\n[parameters.said]\ntype = \"text\"\n\
         description = \"Anything.\"\n---*/\nselect\n    $said as said,\n    (\n        \
         select count(*) from marts.fct_sales where product_id = $said\n    ) as found_count\n",
    );
    for said in [
        "P1' or '1' = '1",
        "'; drop table marts.fct_sales; --",
        "' union all select 'x', 1 --",
        "$said",
        "$1",
        "\\'",
        "/* */ \" ` ''",
        "null",
        "",
        "茶'杯",
    ] {
        let parameter = format!("said={said}");
        let answer = ok(world.root(), &["report", "echo", "-p", &parameter, "--format", "json"]);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["rows"], json!([{ "said": said, "found_count": 0 }]), "{said}");
        assert_eq!(answer["receipt"]["parameters"]["said"], json!(said));
    }
    assert_eq!(world.value("select count(*) from marts.fct_sales"), "3");
}

#[test]
fn wrong_questions_are_told_what_is_right() {
    let world = loaded();
    let cases: [(&[&str], &str); 13] = [
        (&["-p", "product=P3"], "`P3` does not stand in marts.dim_products.product_id; is `P1` or"),
        (&["-p", "product=P1' or '1'='1"], "does not stand in marts.dim_products.product_id"),
        (&["-p", "period=2026-2"], "`2026-2` is no period; is `2026-02` meant?; they run from"),
        (&["-p", "period=newest_period"], "`newest_period` is no period"),
        (&["-p", "before=x"], "parameter `before`: `x` is no period"),
        (&["-p", "least=1e3"], "parameter `least`: `1e3` is no decimal"),
        (&["-p", "until=2026-02-30"], "`2026-02-30` is no date; write it as 2026-03-31"),
        (&["-p", "most=ten"], "parameter `most`: `ten` is no whole number"),
        (&["-p", "sign=both"], "`both` is not allowed; write `plus`, `minus`"),
        (&["-p", "has_names=1"], "`1` is neither true nor false"),
        (&["-p", "colour=red"], "has no parameter `colour`; it has `before`, `has_names`, "),
        (&["-p", "most"], "`--param most` has no value; write `--param name=value`"),
        (&["--language", "fr"], "`fr` is none of the project's languages, en, zh-CN"),
    ];
    for (arguments, expected) in cases {
        let said = fails(world.root(), &[&["report", "product_sales"], arguments].concat(), 2);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    let twice = ["report", "product_sales", "-p", "most=1", "-p", "most=2"];
    assert!(fails(world.root(), &twice, 2).contains("`most` is given twice"));
    let said = fails(world.root(), &["report", "products_sales"], 2);
    assert!(said.contains("is `product_sales` meant?"), "{said}");
    world.write(
        "sql/reports/needy.sql",
        "/*---\ndescription = \"Which day?\"\n[parameters.day]\ntype = \"date\"\n\
         description = \"The day.\"\n---*/\nselect $day as day_on\n",
    );
    let said = fails(world.root(), &["report", "needy"], 2);
    assert!(said.contains("report `needy` needs `day`: The day; give it with"), "{said}");
    // A file that was changed without a check reads no more than a checked one.
    world.write(
        "sql/reports/peeping.sql",
        "/*---\ndescription = \"Raw?\"\n---*/\nselect count(*) as sale_count from shop.sales\n",
    );
    let said = fails(world.root(), &["report", "peeping"], 1);
    assert!(said.contains("a report reads sql/marts, not `shop.sales`"), "{said}");
}

#[test]
fn the_same_question_at_the_same_release_has_the_same_bytes() {
    let world = loaded();
    let root = world.root();
    let ask = |format: &str, release: &str| {
        let fixed = ["report", "product_sales", "--format", format, "--as-of", release];
        run(root, &fixed).stdout
    };
    let formats = ["table", "csv", "json", "parquet", "arrow"];
    let first: Vec<Vec<u8>> = formats.iter().map(|format| ask(format, "1")).collect();
    assert!(first.iter().all(|bytes| !bytes.is_empty()));
    sell(&world, "2026-03", &["S4,P2,7.00,EUR,2026-03-05"]);
    world.refreshed(day(1));
    for (format, before) in formats.iter().zip(&first) {
        assert_eq!(&ask(format, "1"), before, "{format} of release 1");
        assert_ne!(&ask(format, "2"), before, "{format} of release 2");
    }
    // In release 2 the newest period is March.
    assert_eq!(asked(&world, &["product=P2"]), ["P2,Pot,900,7.00,0.00,0.00"]);
    // Another text of the report is another definition.
    let definition = |bytes: &[u8]| {
        let answer: Value = serde_json::from_slice(bytes).unwrap();
        answer["receipt"]["definition"].as_str().unwrap().to_owned()
    };
    let before = definition(&ask("json", "1"));
    change(&world, REPORT, "order by 1", "order by 2");
    assert_ne!(definition(&ask("json", "1")), before);
}

#[test]
fn equal_rows_are_ordered_by_the_grain() {
    let world = loaded();
    let head = "description = \"Sales, all alike.\"\ngrain = [\"product_id\", \"sale_id\"]\n";
    for order in ["", "order by 1 desc\n", "order by same_count\n"] {
        let body = "select 7 as same_count, sale_id, product_id from marts.fct_sales\n";
        world.write("sql/reports/alike.sql", format!("/*---\n{head}---*/\n{body}{order}"));
        let answer = ok(world.root(), &["report", "alike", "--format", "csv"]);
        let rows: Vec<&str> = answer.lines().skip(1).collect();
        assert_eq!(rows, ["7,S1,P1", "7,S3,P1", "7,S2,P2"], "{order}");
    }
}

#[test]
fn answers_are_written_for_people_and_programs() {
    let world = loaded();
    let root = world.root();
    let report = |arguments: &[&str]| ok(root, &[&["report", "product_sales"], arguments].concat());
    let plain = report(&["--format", "csv"]);
    assert!(plain.starts_with("product_id,product_name,weight,price_amount,"), "{plain}");
    let chinese = report(&["--format", "csv", "--language", "zh-CN"]);
    assert!(chinese.starts_with("产品,product_name,weight,金额,"), "{chinese}");
    let table = report(&["--language", "zh-CN"]);
    assert!(table.contains(" 产品 "), "{table}");

    let answer: Value = serde_json::from_str(&report(&["--format", "json"])).unwrap();
    assert_eq!(answer["report"], "product_sales");
    assert_eq!(answer["label"], "Sales by product");
    assert_eq!(answer["parameters"]["least"], "0");
    assert_eq!(answer["parameters"]["most"], 10);
    assert_eq!(answer["parameters"]["has_names"], true);
    assert_eq!(answer["parameters"]["product"], Value::Null);
    let amount = json!({
        "name": "price_amount", "label": "price_amount", "type": "decimal(18,2)", "unit": "EUR"
    });
    assert_eq!(answer["columns"][3], amount);
    assert_eq!(answer["columns"][2]["unit"], "g");
    assert_eq!(answer["rows"][0]["price_amount"], "12.50");
    assert_eq!(answer["receipt"]["release"], 1);
    assert_eq!(answer["receipt"]["parameters"], answer["parameters"]);
    let chinese = report(&["--format", "json", "--language", "zh-CN"]);
    let chinese: Value = serde_json::from_str(&chinese).unwrap();
    assert_eq!(chinese["label"], "各产品销售");
    assert_eq!(chinese["columns"][3]["label"], "金额");
    assert_eq!(chinese["rows"], answer["rows"]);

    let path = world.path("answer.parquet");
    report(&["--output", path.to_str().unwrap()]);
    let file = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
    let receipt: Value = serde_json::from_str(&file.schema().metadata()["patron.receipt"]).unwrap();
    assert_eq!(receipt, answer["receipt"]);
    let path = world.path("answer.csv");
    report(&["--output", path.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&path).unwrap(), plain);

    let listed = ok(root, &["report"]);
    assert!(listed.contains("Sales by product"), "{listed}");
    assert!(listed.contains("What did each product bring?"), "{listed}");
    assert!(ok(root, &["report", "--language", "zh-CN"]).contains("各产品销售"));
    let told = report(&["--help-parameters"]);
    assert!(told.contains("a value of marts.dim_products.product_id"), "{told}");
    let told = ok(root, &["describe", "reports.product_sales"]);
    assert!(told.contains("  sign  choice\n"), "{told}");
    assert!(told.contains("by default plus; one of plus, minus"), "{told}");
    let told = ok(root, &["describe", "product_sales", "--format", "json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["parameters"][0]["name"], "period");
    assert_eq!(told["parameters"][0]["default"], "newest_period");
    let told = ok(root, &["describe", "reports.product_sales.before_amount"]);
    assert!(told.contains("shop.sales.price_amount"), "{told}");
}

#[test]
fn what_is_missing_is_said_beside_the_answer() {
    let world = reporting();
    world.write(
        "sql/reports/completeness.sql",
        "/*---\ndescription = \"What is missing?\"\n[parameters.period]\ntype = \"period\"\n\
         default = \"newest_period\"\ndescription = \"The month.\"\n\
         [labels.en]\nsale_count = \"sales booked\"\n[labels.\"zh-CN\"]\n\
         sale_count = \"销售笔数\"\n[units]\nsale_count = \"sales\"\n\
         taking_amount = \"reporting_currency\"\n---*/\n\
         select\n    count(*) as sale_count,\n    \
         cast(sum(price_amount) as decimal(18, 2)) as taking_amount,\n    \
         max(reporting_currency_code) as code\n\
         from marts.fct_booked\ncross join patron.project\nwhere period_id = $period\n",
    );
    let said = fails(world.root(), &["check", "--offline"], 1);
    assert!(said.contains("the unit of `sale_count` is `sales`, which is no unit that"), "{said}");
    let settings = "warehouse/project.toml";
    change(&world, settings, "languages = ", "units = [\"sales\"]\nlanguages = ");
    let contract = "warehouse/contracts/shop/sales.toml";
    change(&world, contract, "mode = ", "tolerate = { refused_ratio = 0.3 }\nmode = ");
    sell(&world, "2026-02", &["S3,P1,12.50,EUR,2026-02-01", "S5,P1,dear,EUR,2026-02-02"]);
    world.refreshed(day(0));
    let root = world.root();
    let january = ["report", "product_sales", "-p", "period=2026-01"];
    let told = ok(root, &january);
    for line in [
        "read at: shop 2026-07-01 06:00Z\n",
        "rows in quarantine: shop 1\n",
        "sales booked: 2 sales; taking_amount: 25.00 EUR; code: EUR\n",
        "receipt: release 1, report ",
    ] {
        assert!(told.contains(line), "`{line}` is not in:\n{told}");
    }
    assert!(ok(root, &["report", "product_sales"]).contains("sales booked: 1 sales; "));
    let chinese = ok(root, &[&january[..], &["--language", "zh-CN"]].concat());
    assert!(chinese.contains("销售笔数：2"), "{chinese}");
    let answer = ok(root, &[&january[..], &["--format", "json"]].concat());
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let expected = json!({
        "systems": [{
            "system": "shop",
            "read_at": "2026-07-01T06:00:00Z",
            "is_stale": false,
            "because": null,
            "quarantined_rows": 1
        }],
        "statements": [[
            {
                "name": "sale_count", "label": "sales booked", "value": "2",
                "value_label": null, "unit": "sales"
            },
            {
                "name": "taking_amount", "label": "taking_amount", "value": "25.00",
                "value_label": null, "unit": "EUR"
            },
            {
                "name": "code", "label": "code", "value": "EUR", "value_label": null,
                "unit": null
            }
        ]]
    });
    assert_eq!(answer["completeness"], expected);
    // Where another program reads the rows, it is said beside them.
    let output = run(root, &["report", "product_sales", "--format", "csv"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 3);
    assert!(String::from_utf8(output.stderr).unwrap().contains("rows in quarantine: shop 1"));
    // A report that nobody asks by name is not listed.
    assert!(!ok(root, &["report"]).contains("completeness"));
}
