//! What is an amount worth in another currency? In whole cents, by code of its own.

use std::collections::BTreeMap;

use chrono::NaiveDate;

/// Currencies of the three entities; all have cents.
pub const CURRENCIES: [&str; 3] = ["CNY", "USD", "EUR"];
/// The currency in which the group reports.
pub const REPORTING: usize = 0;

/// An amount in cents.
pub type Cents = i64;

/// Rates in hundred-millionths, by pair of currencies and first day.
#[derive(Clone, Default)]
pub struct Rates {
    known: BTreeMap<(usize, usize), BTreeMap<NaiveDate, i64>>,
}

impl Rates {
    /// Notes a rate that holds from a day on.
    pub fn set(&mut self, from: usize, to: usize, on: NaiveDate, rate: i64) {
        self.known.entry((from, to)).or_default().insert(on, rate);
    }

    /// Every rate: both currencies, first day, hundred-millionths.
    pub fn all(&self) -> impl Iterator<Item = (usize, usize, NaiveDate, i64)> {
        self.known.iter().flat_map(|(&(from, to), days)| {
            days.iter().map(move |(&on, &rate)| (from, to, on, rate))
        })
    }

    /// The amount at the day's rate, rounded half away from zero to cents.
    pub fn convert(&self, cents: Cents, from: usize, to: usize, on: NaiveDate) -> Cents {
        if from == to {
            return cents;
        }
        let rates = &self.known[&(from, to)];
        let rate = *rates.range(..=on).next_back().expect("a rate of that day").1;
        let exact = i128::from(cents) * i128::from(rate);
        let one = 100_000_000_i128;
        let rounded = (exact.abs() * 2 + one) / (2 * one);
        i64::try_from(rounded * exact.signum()).expect("an amount of a small company")
    }
}

/// An amount as feeds write it.
pub fn text(cents: Cents) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

/// An amount of the warehouse, which may have four decimals, in ten-thousandths.
pub fn ten_thousandths(text: &str) -> i64 {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{decimals:0<4}");
    digits.parse().unwrap_or_else(|_| panic!("`{text}` is no amount of four decimals"))
}

#[test]
fn amounts_are_converted_and_rounded_as_by_hand() {
    let mut rates = Rates::default();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    rates.set(1, 0, day("2025-10-01"), 700_520_000);
    // 12.50 USD at 7.0052 is 87.565: half a cent goes away from zero, to either side.
    assert_eq!(rates.convert(1_250, 1, 0, day("2025-10-31")), 8_757);
    assert_eq!(rates.convert(-1_250, 1, 0, day("2025-10-01")), -8_757);
    assert_eq!(rates.convert(99, 2, 2, day("2025-10-01")), 99);
    assert_eq!((text(-5), text(123_456)), ("-0.05".to_owned(), "1234.56".to_owned()));
    assert_eq!((ten_thousandths("-0.0500"), ten_thousandths("12.5")), (-500, 125_000));
}
