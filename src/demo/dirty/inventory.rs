//! What do the scales, the counts and the stock keeper's database deliver that is no such value?

use super::super::tables;
use super::{Planting, Target, at, whole};

const STOCK_MOVES: Target = Target { table: &tables::STOCK_MOVES, name: "inventory.stock_moves" };
const STOCK_COUNTS: Target =
    Target { table: &tables::STOCK_COUNTS, name: "inventory.stock_counts" };
const STOCK_COSTS: Target = Target { table: &tables::STOCK_COSTS, name: "inventory.stock_costs" };
const RESERVATIONS: Target =
    Target { table: &tables::RESERVATIONS, name: "inventory.reservations" };

pub(super) fn plant(planting: &mut Planting<'_>) {
    moves(planting);
    counts(planting);
    keeper(planting);
}

fn moves(planting: &mut Planting<'_>) {
    let sku = planting.sku(12).to_owned();
    let half = at("moved_quantity", "is not an integer: it has a decimal mark");
    let line = format!("15/07/2025\tW1\t{sku}\t-0.5\t-42.10\tCNY\tissue\tXDN250715-1");
    planting.line(STOCK_MOVES, "2025-07-15", &line, half);
    // Somebody writes the kind by hand, in the scales' own character set.
    let not_allowed = at("move_kind", "is none of the allowed values");
    let line = format!("09/12/2025\tW1\t{sku}\t1\t84.20\tCNY\tRückgabe\tXRT251209-1");
    planting.line(STOCK_MOVES, "2025-12-09", &line, not_allowed);
    let fields = whole("the record has 7 fields instead of 8");
    let line = format!("24/02/2026\tW1\t{sku}\t-3\t-252.60\tissue\tXDN260224-7");
    planting.line(STOCK_MOVES, "2026-02-24", &line, fields);
    // The cable was pulled while the number was sent.
    let nul = at("document_id", "holds a NUL character");
    let line = format!("05/05/2026\tW2\t{sku}\t-2\t-168.40\tCNY\tissue\tXDN26\0\0\0");
    planting.line(STOCK_MOVES, "2026-05-05", &line, nul);
}

fn counts(planting: &mut Planting<'_>) {
    let sku = planting.sku(20).to_owned();
    // Two bar codes, one after the other, where the quantity belongs.
    let range = at("counted_quantity", "is out of the range");
    let line = format!("2025-08-31,X1,{sku},69012345678926901234567892,84.2000,84.20,CNY");
    planting.line(STOCK_COUNTS, "2025-08-31", &line, range);
    let no_number = at("stock_value_amount", "is not a number as the contract writes numbers");
    let line = format!("2026-03-31,X1,{sku},14,84.2000,#VALUE!,CNY");
    planting.line(STOCK_COUNTS, "2026-03-31", &line, no_number);
}

fn keeper(planting: &mut Planting<'_>) {
    let sku = planting.sku(20).to_owned();
    let customer = planting.customers[3].sales_id();
    let decimals = at("unit_cost_amount", "has more than 4 decimals");
    planting.values(STOCK_COSTS, "2026-01-05", decimals, |row| {
        row.text("X1").text(&sku).text("2026-01-05").real(84.333_333).text("CNY");
    });
    let half = at("reserved_quantity", "is stored as a float");
    planting.values(RESERVATIONS, "2026-02-28", half, |row| {
        row.text("2026-02-28").text("X1").text(&sku).text(&customer).real(12.5).int(1);
    });
}
