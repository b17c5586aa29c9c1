//! Which options of the command line say how large the sample company is?

use clap::builder::RangedI64ValueParser;

use super::world::{CUSTOMERS_MIN, MONTHS_MAX, MONTHS_MIN, Scale};

/// How large the company is, as far as it was said.
#[derive(Debug, Clone, Copy, clap::Args)]
#[group(id = "size", multiple = true)]
pub struct Size {
    /// Customers, at least 400 [default: 2000]
    #[arg(long, value_name = "N", value_parser = number(CUSTOMERS_MIN, 200_000))]
    customers: Option<u32>,

    /// Months of history up to 2026-06-30, from 15 to 60 [default: 36]
    #[arg(long, value_name = "M", value_parser = number(MONTHS_MIN, MONTHS_MAX))]
    months: Option<u32>,

    /// Order lines in the history, about [default: 0.8 a customer and month]
    #[arg(long, value_name = "L", value_parser = number(1_000, 100_000_000))]
    order_lines: Option<u32>,

    /// Another number is another company [default: 1]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
}

/// A number of a range.
fn number(low: u32, high: u32) -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(i64::from(low)..=i64::from(high))
}

impl Size {
    /// The scale asked for, if any of it was.
    pub fn scale(&self) -> Option<Scale> {
        let usual = Scale::default();
        let is_usual = self.customers.is_none()
            && self.months.is_none()
            && self.order_lines.is_none()
            && self.seed.is_none();
        let mut scale = Scale::usual(
            self.customers.unwrap_or(usual.customers),
            self.months.unwrap_or(usual.months),
            self.seed.unwrap_or(usual.seed),
        );
        scale.order_lines = self.order_lines.map_or(scale.order_lines, u64::from);
        (!is_usual).then_some(scale)
    }
}
