//! Which periods, identities and parameters does the company set?

use chrono::NaiveDate;

use super::super::clock::Month;
use super::super::employees::{Work, one_of};
use super::super::feeds::Feeds;
use super::super::roles::Role;
use super::super::tables;
use super::super::world::World;
use super::{decided, first, years};

/// Customers whose numbers were joined by hand, in thousandths.
const MAPPED: u64 = 20;

/// Name, value, unit and meaning.
const PARAMETERS: [(&str, &str, &str, &str); 28] = [
    ("accounting_rate_kind", "average", "", "Exchange rates of documents: average or closing"),
    ("abc_cut_a", "0.75", "ratio", "Share of value up to which customers are of class A"),
    ("abc_cut_b", "0.95", "ratio", "Share of value up to which customers are of class B"),
    ("capital_cost_rate", "0.08", "ratio", "Yearly interest on receivables and stock"),
    ("discount_rate", "0.10", "ratio", "Yearly interest on future margins"),
    ("lapsed_factor", "2", "factor", "Own median intervals without a purchase until lapsed"),
    ("lapsed_days", "365", "days", "Days until lapsed, with fewer than three purchases"),
    ("new_customer_days", "90", "days", "Days after the first purchase as a new customer"),
    ("growing_ratio", "0.10", "ratio", "Change of revenue above which a customer grows"),
    ("declining_ratio", "-0.10", "ratio", "Change of revenue below which a customer declines"),
    ("attribution_days", "90", "days", "Days before an order in which touches count"),
    ("acquisition_lag_months", "3", "months", "Months between spending and winning a customer"),
    ("core_criteria_min", "4", "criteria", "Criteria of six that a core customer meets"),
    ("core_quintile", "1", "quintile", "Part of its type in which a core customer lies"),
    ("quote_spread_ratio", "0.01", "ratio", "Spread of prices over which quotes conflict"),
    ("answer_working_days", "3", "days", "Working days within which requests are answered"),
    ("duplicate_contact_days", "30", "days", "Days within which no material is sent again"),
    ("stale_opportunity_days", "30", "days", "Days without an action until one is stale"),
    ("case_age_days", "30", "days", "Days after which an open case is old"),
    ("login_idle_days", "90", "days", "Days without a sign-in until an account is idle"),
    ("onboarding_stuck_days", "30", "days", "Days after which an open step is stuck"),
    ("opt_out_channels", "email,phone,post", "", "Channels for which an opt-out is respected"),
    ("opt_out_grace_days", "0", "days", "Days that an opt-out may take to be respected"),
    ("small_number_limit", "10", "cases", "Cases below which a ratio is shown with its interval"),
    ("wilson_z", "1.96", "", "Width of the intervals, in standard errors"),
    ("network_depth", "2", "steps", "Referrals that count in a customer's network value"),
    ("tolerance_ratio", "0", "ratio", "Difference to the ledger that is tolerated"),
    ("tolerance_amount", "0.00", "CNY", "Difference to the ledger that is tolerated"),
];

/// What the customer system is to change: measure, level before, level wanted at the end in
/// thousandths, unit.
const MEASURES: [(&str, i64, i64, &str); 7] = [
    ("satisfaction", 3_450, 4_100, "score"),
    ("staff_customer_time", 420, 560, "ratio"),
    ("first_response_hours", 21_000, 8_000, "hours"),
    ("adoption", 550, 950, "ratio"),
    ("customer_profit_ratio", 82, 120, "ratio"),
    ("profitable_customers", 640, 760, "ratio"),
    ("loyal_customers", 510, 620, "ratio"),
];

/// Writes the calendar, the hand-kept identities, the parameters and the system's path.
pub(super) fn write(world: &World, feeds: &mut Feeds) {
    for year in years(world) {
        calendar(world, feeds, year);
    }
    identities(world, feeds);
    for (name, value, unit, description) in PARAMETERS {
        feeds.row(&tables::PARAMETERS, first(world), |row| {
            row.text(name).text(value).text(unit).date(first(world)).text(description);
        });
    }
    path(world, feeds);
}

/// The months of a fiscal year, and a thirteenth period for corrections on its last day.
fn calendar(world: &World, feeds: &mut Feeds, year: i32) {
    let on = decided(world, year - 1);
    for number in 1..=13_i32 {
        let month = Month(year * 12 + number.min(12) - 1);
        let is_adjusting = number == 13;
        let starts = if is_adjusting { month.last() } else { month.first() };
        feeds.row(&tables::CALENDAR, on, |row| {
            row.text(&format!("{year}-{number:02}")).int(i64::from(year));
            row.text(&format!("{year}-Q{}", (number.min(12) + 2) / 3)).int(i64::from(number));
            row.date(starts).date(month.last()).flag(is_adjusting);
        });
    }
}

fn identities(world: &World, feeds: &mut Feeds) {
    let reasons = [
        "Names differ, the tax number was asked on the phone",
        "Renamed after a merger",
        "Billing address is that of the parent company",
        "Entered with the old name",
        "Abbreviated in the mailing list",
    ];
    for customer in &world.customers {
        let mut stream = world.stream("customer_map", customer.index, 0);
        let is_mapped = stream.chance(MAPPED);
        if !is_mapped || matches!(customer.role, Role::Duplicate | Role::Group | Role::Quiet) {
            continue;
        }
        let (system, local) = match stream.below(3) {
            0 => ("finance", customer.debtor_id()),
            1 => ("service", customer.service_id()),
            _ => ("marketing", customer.person_id(0)),
        };
        let is_clerk = |work: Work| work == Work::Administration;
        let clerk = one_of(&world.employees, |other| is_clerk(other.work), &mut stream);
        let on = customer.since.max(first(world));
        feeds.row(&tables::CUSTOMER_MAP, on, |row| {
            row.text(system).text(&local).text(&customer.sales_id()).date(on);
            let reason: &str = reasons[stream.place(reasons.len())];
            row.text(&world.employees[clerk].id).text(reason);
        });
    }
}

/// The last months of the quarters from the first month to a year after the last.
fn path(world: &World, feeds: &mut Feeds) {
    let end = Month::of(super::super::clock::DATA_DATE).0 + 12;
    let months: Vec<Month> =
        (world.start.0..=end).map(Month).filter(|month| month.place() % 3 == 2).collect();
    let steps = i64::try_from(months.len()).unwrap_or(1);
    let day: NaiveDate = first(world);
    for (measure, baseline, wanted, unit) in MEASURES {
        for (place, month) in (1_i64..).zip(&months) {
            let target = baseline + (wanted - baseline) * place / steps;
            feeds.row(&tables::CRM_PATH, day, |row| {
                row.text(measure).text(&month.name()).decimal(baseline, 3).decimal(target, 3);
                row.text(unit);
            });
        }
    }
}
