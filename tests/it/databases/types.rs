//! Does every value of every type load as its server shows it, or is refused for a stated reason?

use std::collections::BTreeMap;

use super::shop::Shop;

/// A column's type at the server, the contract's type, and values: each as SQL writes it, with
/// what becomes of it. `=` stands before what the column holds, `~` before words of the reason for
/// which its row is refused. Without a contract's type only the text is compared. A missing value
/// is tried with every type.
pub type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// A table for each case, a contract that reads it as text, which must be what the server's own
/// client shows, and one that reads it by its type.
pub fn check(shop: &Shop<'_>, cases: &[Case]) {
    load(shop, cases);
    let mut faults = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        faults.extend(text_faults(shop, number, case));
        faults.extend(typed_faults(shop, number, case));
    }
    report(shop, cases, &faults);
}

/// As [`check`], without the text, where the client shows bytes that are no text.
pub fn check_typed(shop: &Shop<'_>, cases: &[Case]) {
    load(shop, cases);
    let numbered = cases.iter().enumerate();
    let faults: Vec<_> =
        numbered.flat_map(|(number, case)| typed_faults(shop, number, case)).collect();
    report(shop, cases, &faults);
}

fn report(shop: &Shop<'_>, cases: &[Case], faults: &[String]) {
    let values: usize = cases.iter().map(|case| case.2.len() + 1).sum();
    assert!(faults.is_empty(), "{} of {values}:\n{}", faults.len(), faults.join("\n"));
    println!("{}: {values} values of {} columns", shop.vendor.kind(), cases.len());
}

fn load(shop: &Shop<'_>, cases: &[Case]) {
    for (number, (kind, natural, values)) in cases.iter().enumerate() {
        fill(shop, &format!("t{number}"), kind, values);
        let columns = |natural: &str| {
            format!(
                "[columns.id]\ntype = \"integer\"\nrequired = true\n\
                 [columns.v]\ntype = \"{natural}\"\n[format]\nzone = \"Europe/Berlin\"\n"
            )
        };
        let lines = "mode = \"full\"\nkey = [\"id\"]\ntolerate = { refused_ratio = 1.0 }\n";
        let object = format!("t{number}");
        shop.contract(&format!("text_{number}"), &object, lines, &columns("text"));
        if !natural.is_empty() {
            shop.contract(&format!("typed_{number}"), &object, lines, &columns(natural));
        }
    }
    shop.refreshed();
}

fn fill(shop: &Shop<'_>, table: &str, kind: &str, values: &[(&str, &str)]) {
    let mut sql = format!("create table {table} (id integer, v {kind} null);\n");
    sql += &format!("insert into {table} values (0, null);\n");
    for (number, (value, _)) in values.iter().enumerate() {
        sql += &format!("insert into {table} values ({}, {value});\n", number + 1);
    }
    // MariaDB takes impossible dates only where nobody asked it to be strict.
    let lax = if shop.vendor.kind() == "mysql" { "set sql_mode = '';\n" } else { "" };
    shop.sql(&format!("{lax}{sql}"));
}

/// The text that the server's own client shows, beside what was loaded as text.
fn text_faults(shop: &Shop<'_>, number: usize, case: &Case) -> Vec<String> {
    // PostgreSQL casts a boolean to a word instead of a letter, and an address with its mask.
    let is_cast = shop.vendor.kind() == "postgres" && ["boolean", "inet"].contains(&case.0);
    let value = if is_cast { "v::text" } else { "v" };
    let sql = format!("select id, {value} from t{number} where v is not null order by id");
    let mut expected: BTreeMap<String, String> = BTreeMap::new();
    for row in shop.vendor.rows(&shop.database, &sql) {
        // No text is no value, whatever the source.
        expected.insert(row[0].clone(), if row[1].is_empty() { missing() } else { row[1].clone() });
    }
    let sql = format!("select id, coalesce(v, '<missing>') from shop.text_{number} order by id");
    let mut loaded: BTreeMap<String, String> =
        shop.world.rows(&sql).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let mut faults = Vec::new();
    if loaded.remove("0") != Some(missing()) {
        faults.push(format!("{}: null is not loaded as null", case.0));
    }
    for (id, text) in &expected {
        if loaded.get(id) != Some(text) {
            let (literal, loaded) = (literal(case, id), loaded.get(id));
            faults.push(format!("{} {literal}: shown `{text:.80}`, loaded {loaded:?}", case.0));
        }
    }
    faults
}

fn missing() -> String {
    "<missing>".to_owned()
}

fn literal(case: &Case, id: &str) -> String {
    let id: usize = id.parse().unwrap();
    if id == 0 { "null".to_owned() } else { case.2[id - 1].0.chars().take(60).collect() }
}

/// What was loaded by the natural type, beside what was expected.
fn typed_faults(shop: &Shop<'_>, number: usize, case: &Case) -> Vec<String> {
    let (kind, natural, values) = case;
    if natural.is_empty() {
        return Vec::new();
    }
    let sql = format!(
        "select id, case when v is null then '<missing>' else cast(v as varchar) end \
         from shop.typed_{number}"
    );
    let loaded: BTreeMap<String, String> =
        shop.world.rows(&sql).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let sql = format!(
        "select key, reason from patron.quarantine where table_name = 'typed_{number}' \
         and column_name = 'v'"
    );
    let refused: BTreeMap<String, String> =
        shop.world.rows(&sql).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let mut faults = Vec::new();
    let all = [("null", "=<missing>")];
    for (number, (literal, expected)) in all.iter().chain(values.iter()).enumerate() {
        let id = number.to_string();
        let found = match (loaded.get(&id), refused.iter().find(|(key, _)| is_key(key, &id))) {
            (Some(value), None) => format!("={value}"),
            (None, Some((_, reason))) => format!("~{reason}"),
            other => format!("{other:?}"),
        };
        let is_right = match expected.strip_prefix('~') {
            Some(words) => found.starts_with('~') && found.contains(words),
            None => found == *expected || *natural == "float" && is_same_float(&found, expected),
        };
        if !is_right {
            faults.push(format!("{kind} as {natural} {literal:.60}: {found}, not {expected}"));
        }
    }
    faults
}

/// Whether the quarantine's key is this id, as a number or as the text of one.
fn is_key(key: &str, id: &str) -> bool {
    key.trim_matches(|character: char| !character.is_ascii_digit()) == id
}

fn is_same_float(found: &str, expected: &str) -> bool {
    let bits = |text: &str| text.strip_prefix('=')?.parse::<f64>().ok().map(f64::to_bits);
    bits(found).is_some() && bits(found) == bits(expected)
}
