//! What does the personnel office export that is no such value?

use super::super::tables;
use super::{Planting, Target, at, whole};

const WORK_HOURS: Target = Target { table: &tables::WORK_HOURS, name: "staff.work_hours" };
const LOGINS: Target = Target { table: &tables::LOGINS, name: "staff.logins" };
const CAPACITY: Target = Target { table: &tables::CAPACITY, name: "staff.capacity" };

pub(super) fn plant(planting: &mut Planting<'_>) {
    let employee = planting.owner(planting.customers[0]).to_owned();
    let minutes = at("worked_minutes", "is not an integer: it has a decimal mark");
    let line = format!("XH-1,{employee},2025-06-13,visit,,,,,,90,87.5,40");
    planting.line(WORK_HOURS, "2025-06-13", &line, minutes);
    let date = at("worked_on", "is not a date in the contract's format");
    let line = format!("XH-2,{employee},2025-12-03 00:00:00,training,,,,,,240,240,0");
    planting.line(WORK_HOURS, "2025-12-05", &line, date);
    let account = employee.to_lowercase();
    // The delivery broke off within its last record.
    let cut = whole("the record has 3 fields instead of 5");
    planting.record(LOGINS, "2025-09-30", format!("XL-1,{account},c").into_bytes(), cut);
    let practical = at("practical_minutes", "is not a number as the contract writes numbers");
    let line = format!("2026-05,X{employee},,9600,80%");
    planting.line(CAPACITY, "2026-05-01", &line, practical);
}
