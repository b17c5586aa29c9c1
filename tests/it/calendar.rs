//! Which accounting periods does a calendar of months make, and of how many years?

use std::fs;

use crate::support::hand;
use crate::support::world::World;

/// The hand-made company with a calendar of months, and no models but those of periods and days.
fn company(first_month: u32) -> World {
    let world = hand::project();
    let settings = fs::read_to_string(world.path("warehouse/project.toml")).unwrap();
    let mut settings: toml::Table = settings.parse().unwrap();
    let calendar = format!("kind = \"months\"\nfirst_month = {first_month}");
    settings.insert("calendar".to_owned(), toml::Value::Table(calendar.parse().unwrap()));
    world.write("warehouse/project.toml", toml::to_string(&settings).unwrap());
    for folder in ["checks", "cubes", "intermediate", "marts", "reports"] {
        fs::remove_dir_all(world.path("sql").join(folder)).unwrap();
    }
    for model in ["dim_dates", "dim_periods"] {
        let name = format!("sql/marts/{model}.sql");
        world.write(&name, fs::read_to_string(hand::repository(&name)).unwrap());
    }
    world
}

const PERIODS: &str = "select period_id, fiscal_quarter, fiscal_year, period_number, is_adjusting, \
     starts_on, ends_on from marts.dim_periods where period_number in (1, 2, 7, 12) \
     order by ends_on, period_number";

/// The company's facts are of October 2025 to March 2026: the fiscal year that ends in March 2026
/// holds them all. Its adjusting period is listed by inputs.calendar as the seventh.
#[test]
fn a_fiscal_year_may_begin_in_any_month() {
    let world = company(4);
    world.refreshed(hand::moment());
    let rows: Vec<String> = world.rows(PERIODS).into_iter().map(|row| row.join(" ")).collect();
    let expected = [
        "2025-04 2026-Q1 2026 1 false 2025-04-01 2025-04-30",
        "2025-05 2026-Q1 2026 2 false 2025-05-01 2025-05-31",
        "2025-10 2026-Q3 2026 7 false 2025-10-01 2025-10-31",
        "FY26-P06A FY26-Q2 2026 7 true 2026-03-31 2026-03-31",
        "2026-03 2026-Q4 2026 12 false 2026-03-01 2026-03-31",
    ];
    assert_eq!(rows, expected);
    assert_eq!(world.value("select count(*) from marts.dim_periods"), "13");
    let days = "select count(*), min(date_on), max(date_on) from marts.dim_dates";
    assert_eq!(world.value(days), "365 2025-04-01 2026-03-31");
    let last = "select period_id from marts.dim_dates where date_on = date '2026-03-31'";
    assert_eq!(world.value(last), "2026-03");
}

/// Two calendar years hold the facts; a payment of the year 2206 makes no more, one of 2027 does.
#[test]
fn periods_reach_as_far_as_facts_do() {
    let world = company(1);
    let name = "feeds/finance/payments.csv";
    let payments = fs::read_to_string(world.path(name)).unwrap();
    let slip = "PX,HX01,2206-01-01,40001,,payment,CNY,1.00\n";
    world.write(name, format!("{payments}{slip}"));
    world.refreshed(hand::moment());
    let periods = "select count(*), min(starts_on), max(ends_on) from marts.dim_periods \
                   where not is_adjusting";
    assert_eq!(world.value(periods), "24 2025-01-01 2026-12-31");
    let late = "PZ,HX01,2027-01-01,40001,,payment,CNY,1.00\n";
    world.write(name, format!("{payments}{slip}{late}"));
    world.refreshed(hand::moment() + chrono::Duration::days(1));
    assert_eq!(world.value(periods), "36 2025-01-01 2027-12-31");
}
