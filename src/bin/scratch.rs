//! scratch
#![allow(
    clippy::all,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    missing_docs
)]
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider};
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use patron::engine::{Limits, session};
use patron::query::{self, Principal};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

fn put(
    ctx: &SessionContext,
    name: &str,
    schema: SchemaRef,
    b: Vec<datafusion::arrow::array::RecordBatch>,
) {
    let (s, t) = name.split_once('.').unwrap();
    let cat = ctx.catalog("patron").unwrap();
    if cat.schema(s).is_none() {
        cat.register_schema(s, Arc::new(MemorySchemaProvider::new())).unwrap();
    }
    let sp = cat.schema(s).unwrap();
    let _ = sp.deregister_table(t);
    sp.register_table(t.to_owned(), Arc::new(MemTable::try_new(schema, vec![b]).unwrap())).unwrap();
}
use datafusion::arrow::datatypes::SchemaRef;
async fn make(ctx: &SessionContext, name: &str, sql: &str) {
    let df = ctx.sql(sql).await.unwrap_or_else(|e| panic!("{name}: {e}"));
    let schema: SchemaRef = Arc::new(df.schema().as_arrow().clone());
    let b = df.collect().await.unwrap_or_else(|e| panic!("{name}: {e}"));
    let schema = b.first().map_or(schema, |x| x.schema());
    put(ctx, name, schema, b);
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let rt = tokio::runtime::Runtime::new().unwrap();
    rt.block_on(async move {
        let place = patron::warehouse::project::home_place(std::path::Path::new(&args[1])).unwrap();
        let home = patron::warehouse::home::Home::open(place).unwrap();
        let release = home.latest().unwrap().unwrap();
        let limits = Limits { threads: 2, memory_bytes: 4 << 30, spill_dir: "/tmp/p5/m/spill".into() };
        let raw = query::open(&home, &release, &Principal::Owner, &limits).unwrap();
        let ctx = session(&limits).unwrap();
        let mut models: BTreeMap<String, String> = BTreeMap::new();
        for l in ["staging", "intermediate", "marts"] {
            let mut dirs = vec![std::path::PathBuf::from(format!("/work/matching/sql/{l}"))];
            while let Some(d) = dirs.pop() {
                for e in std::fs::read_dir(d).unwrap() {
                    let p = e.unwrap().path();
                    if p.is_dir() { dirs.push(p); continue; }
                    let t = std::fs::read_to_string(&p).unwrap();
                    let body = t.split_once("---*/").unwrap().1.to_owned();
                    models.insert(format!("{l}.{}", p.file_stem().unwrap().to_str().unwrap()), body);
                }
            }
        }
        for t in ["stg_sales__customers", "stg_sales__customers_history", "stg_finance__debtors", "stg_service__customers", "stg_marketing__people", "stg_marketing__leads", "stg_inputs__customer_map"] {
            let df = raw.sql(&models[&format!("staging.{t}")]).await.unwrap();
            let schema: SchemaRef = Arc::new(df.schema().as_arrow().clone());
            let b = df.collect().await.unwrap();
            put(&ctx, &format!("staging.{t}"), schema, b);
        }
        let none = "select cast(null as bigint) as decision_number, cast(null as timestamp) as decided_at, '' as decided_by, '' as decision, '' as left_system, '' as left_local_id, '' as right_system, '' as right_local_id, '' as because, cast(null as date) as valid_from_on where false";
        let prev = "select '' as source_system, '' as local_id, cast(0 as bigint) as assignment_number, '' as customer_id, '' as match_rule, cast(null as decimal(5,4)) as match_score, '' as decided_by, '' as change_kind, cast(null as date) as valid_from_on, cast(null as date) as assigned_on, cast(null as date) as ended_on where false";
        make(&ctx, "previous.int_customer_assignments", prev).await;
        let mut rounds = vec![none.to_owned()];
        let queries: Vec<String> = std::fs::read_to_string(&args[2]).unwrap().split(';').map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect();
        for a in &args[3..] { rounds.push(if a == "-" { none.to_owned() } else { a.clone() }); }
        for (n, r) in rounds.iter().enumerate() {
            make(&ctx, "patron.refresh", &format!("select timestamp '2026-07-01 02:00:00' as refreshed_at, date '2026-07-{:02}' as refreshed_on, {} as release_number", n + 1, n + 1)).await;
            for part in r.split("@@") {
                if let Some((name, sql)) = part.split_once(":=") { let n = name.trim(); if n == "tmp.x" || n.contains('.') { make(&ctx, "tmp.hold", sql).await; let df = ctx.table("tmp.hold").await.unwrap(); let s: SchemaRef = Arc::new(df.schema().as_arrow().clone()); let b = df.collect().await.unwrap(); put(&ctx, n, s, b); } }
                else { make(&ctx, "patron.match_decisions", part).await; }
            }
            if ctx.catalog("patron").unwrap().schema("patron").unwrap().table("match_decisions").await.unwrap().is_none() { make(&ctx, "patron.match_decisions", none).await; }
            for m in ["intermediate.int_customer_records", "intermediate.int_customer_pairs", "intermediate.int_customer_links", "intermediate.int_customer_assignments", "intermediate.int_customer_numbers", "marts.dim_customer_identities", "marts.dim_match_reviews", "marts.dim_customers"] {
                let Some(sql) = models.get(m) else { continue };
                let at = Instant::now();
                make(&ctx, m, sql).await;
                if n == 0 { println!("{m} {:?}", at.elapsed()); }
            }
            let df = ctx.table("intermediate.int_customer_assignments").await.unwrap();
            let s: SchemaRef = Arc::new(df.schema().as_arrow().clone());
            let b = df.collect().await.unwrap();
            put(&ctx, "previous.int_customer_assignments", s, b);
        }
        if let Ok(text) = std::fs::read_to_string(format!("{}/answers.json", args[1])) {
            let v: serde_json::Value = serde_json::from_str(&text).unwrap();
            let df = ctx.sql("select source_system, local_id, customer_id from intermediate.int_customer_numbers").await.unwrap();
            let mut map = BTreeMap::new();
            for b in df.collect().await.unwrap() {
                let c: Vec<_> = (0..3).map(|i| datafusion::arrow::compute::cast(b.column(i), &datafusion::arrow::datatypes::DataType::Utf8).unwrap()).collect();
                use datafusion::arrow::array::AsArray;
                for r in 0..b.num_rows() { map.insert((c[0].as_string::<i32>().value(r).to_owned(), c[1].as_string::<i32>().value(r).to_owned()), c[2].as_string::<i32>().value(r).to_owned()); }
            }
            let (mut tp, mut fp, mut fne, mut tn) = (0, 0, 0, 0);
            for p in v["facts"]["matching_pairs"].as_array().unwrap() {
                let k = |s: &str| (p[s]["system"].as_str().unwrap().to_owned(), p[s]["id"].as_str().unwrap().to_owned());
                let (l, r) = (map.get(&k("left")), map.get(&k("right")));
                let same = l.is_some() && l == r && l.unwrap() != "unassigned";
                match (same, p["is_match"].as_bool().unwrap()) { (true, true) => tp += 1, (false, false) => tn += 1,
                    (true, false) => { fp += 1; println!("FP {p} {l:?}") } (false, true) => { fne += 1; println!("FN {} | {} | {} {l:?} {r:?} {}", p["left"]["name"], p["right"]["name"], p["systems"], p["rules"]) } }
            }
            println!("tp {tp} fp {fp} fn {fne} tn {tn} precision {:.4} recall {:.4}", tp as f64 / (tp + fp) as f64, tp as f64 / (tp + fne) as f64);
        }
        for q in queries { println!("{q}"); match ctx.sql(&q).await { Ok(df) => { let b = df.collect().await.unwrap(); println!("{}", datafusion::arrow::util::pretty::pretty_format_batches(&b).unwrap()); } Err(e) => println!("{e}") } }
    });
}
