//! What do marketing's spreadsheets and the web statistics hold that is no such value?

use super::super::tables;
use super::{Fault, Planting, Target, at, whole};

const CAMPAIGN_COSTS: Target =
    Target { table: &tables::CAMPAIGN_COSTS, name: "marketing.campaign_costs" };
const SENDS: Target = Target { table: &tables::SENDS, name: "marketing.sends" };
const CONSENTS: Target = Target { table: &tables::CONSENTS, name: "marketing.consents" };
const LEADS: Target = Target { table: &tables::LEADS, name: "marketing.leads" };
const SITE_VISITS: Target = Target { table: &tables::SITE_VISITS, name: "marketing.site_visits" };

pub(super) fn plant(planting: &mut Planting<'_>) {
    mail(planting);
    leads(planting);
    visits(planting);
}

fn mail(planting: &mut Planting<'_>) {
    let person = planting.customers[0].person_id(0);
    let no_number = at("spent_amount", "is not a number as the contract writes numbers");
    let line = "XCC-1,,LT07,2025-09-25,printing,Elbe Print,€1200,EUR,XER-4711";
    planting.line(CAMPAIGN_COSTS, "2025-09-25", line, no_number);
    let no_time = at("sent_at", "is not a timestamp in the contract's formats");
    let line = format!("XSE-1,,,{person},email,marketing,15.01.2026 9:30,delivered");
    planting.line(SENDS, "2026-01-15", &line, no_time);
    // The last record of its file: a quote that nothing closes would take in what follows.
    let open = whole("a quote opens that is not closed");
    let line = format!("XSE-2,,,{person},post,marketing,2025-11-30 08:00:00,\"returned: moved");
    planting.line(SENDS, "2025-11-30", &line, open);
    let state = at("consent_state", "is none of the allowed values");
    let line = format!("XCN-1,{person},email,unsubscribe,2025-12-11 07:20:00,reply");
    planting.line(CONSENTS, "2025-12-11", &line, state);
}

fn leads(planting: &mut Planting<'_>) {
    let mut add = |on: &str, line: &str, fault: Fault| planting.line(LEADS, on, line, fault);
    add(
        "2025-08-06",
        "XLD-1,Northfield Dairy, Inc.,Madison,Ann Kowalski,ann@northfield.example,,food,medium,web,\
         ,,new,,0.50,20,,2025-08-06,2025-08-06 14:00:00",
        whole("the record has 19 fields instead of 18"),
    );
    add(
        "2026-04-23",
        "XLD-2,Alder Optics,Leeds,Ruth Pell,ruth@alder.example,,electronics,small,web,,,\
         contacted,,0.333,35,,2026-04-20,2026-04-23 11:45:00",
        at("worked_hours", "has more than 2 decimals"),
    );
}

/// The statistics write Hamburg's time without saying whether it is summer.
fn visits(planting: &mut Planting<'_>) {
    let mut add = |on: &str, clock: &str, fault: Fault| {
        let line = format!("XV-{on},{on} {clock},XB-{on},,,DE,search,,/products,,3,140,0");
        planting.line(SITE_VISITS, on, &line, fault);
    };
    let twice = at("started_at", "is a local time that occurs twice in Europe/Berlin");
    add("2025-10-26", "02:30:00", twice);
    let skipped = at("started_at", "is a local time that does not exist in Europe/Berlin");
    add("2026-03-29", "02:30:00", skipped);
    // The address of a page as an old browser sends it.
    let mut record = b"XV-1,2026-02-18 10:11:12,XB-1,,,DE,search,,/produkte/f\xfchler,".to_vec();
    record.extend(b",1,12,0\r\n");
    planting.record(SITE_VISITS, "2026-02-18", record, whole("holds bytes that are not UTF-8"));
}
