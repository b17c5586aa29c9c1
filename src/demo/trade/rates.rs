//! What is a currency worth in another, month by month?

use super::super::clock::Month;
use super::super::company::Currency;
use super::super::products::rounded;
use super::super::random::Stream;
use super::super::run::Run;
use super::super::tables;

/// Rates are in units of the eighth decimal place.
pub(super) const RATE_ONE: i64 = 100_000_000;

/// The currencies, each against the others.
const CURRENCIES: [Currency; 3] = [Currency::Cny, Currency::Eur, Currency::Usd];

/// Which of a month's two rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RateKind {
    /// books are kept by it; published on the first day
    Average,
    /// balances are valued at it on the last day
    Closing,
}

/// What one unit is worth in renminbi, in units of the fourth decimal place.
fn renminbi(seed: u64, currency: Currency, month: Month, kind: RateKind) -> i64 {
    let (base, name) = match currency {
        Currency::Cny => return 10_000,
        Currency::Eur => (78_000, 1),
        Currency::Usd => (71_000, 2),
    };
    // Two slow swings of unequal length, and what is new in the month.
    let swing = |months: i32, size: i64| {
        let place = i64::from(month.0.rem_euclid(months));
        let half = i64::from(months) / 2;
        size * ((place - half).abs() * 2 - half) / half
    };
    let mut stream = Stream::of(seed, "rates", name, month.key());
    let new = stream.between(-350, 350);
    let closing = stream.between(-250, 250);
    let drift = swing(26, 1_400) + swing(9, 500) + new;
    base + drift + if kind == RateKind::Closing { closing } else { 0 }
}

/// What one unit of a currency is worth in another, in units of [`RATE_ONE`], six decimals.
pub(super) fn rate(seed: u64, pair: (Currency, Currency), month: Month, kind: RateKind) -> i64 {
    let (from, to) = pair;
    if from == to {
        return RATE_ONE;
    }
    let value = |currency| i128::from(renminbi(seed, currency, month, kind));
    rounded(value(from) * 1_000_000, value(to)) * (RATE_ONE / 1_000_000)
}

/// An amount in cents at a rate, in cents, rounded half away from zero.
pub(super) fn converted(amount: i64, rate: i64) -> i64 {
    rounded(i128::from(amount) * i128::from(rate), i128::from(RATE_ONE))
}

/// Writes a month's rates.
pub(super) fn write(run: &mut Run, month: Month) {
    let seed = run.world.scale.seed;
    for (kind, name, on) in [
        (RateKind::Average, "average", month.first()),
        (RateKind::Closing, "closing", month.last()),
    ] {
        for from in CURRENCIES {
            for to in CURRENCIES {
                if from == to {
                    continue;
                }
                let rate = rate(seed, (from, to), month, kind);
                run.feeds.row(&tables::RATES, on, |row| {
                    row.text(name).date(on).text(from.code()).text(to.code()).decimal(rate, 8);
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Currency, Month, RATE_ONE, RateKind, converted, rate};

    #[test]
    fn amounts_are_converted_one_by_one() {
        assert_eq!(converted(1_000, 710_000_000), 7_100);
        assert_eq!(converted(-5, 50_000_000), -3, "half a cent goes away from zero");
        assert_eq!(converted(5, 50_000_000), 3);
    }

    #[test]
    fn rates_stay_near_what_they_are() {
        for month in 24_270..24_330 {
            let dollars = (Currency::Usd, Currency::Cny);
            let rate = rate(3, dollars, Month(month), RateKind::Average);
            assert!((6 * RATE_ONE + RATE_ONE / 2..8 * RATE_ONE).contains(&rate), "{rate}");
        }
    }
}
