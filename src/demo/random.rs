//! Which numbers look thrown but are the same on every run?
//!
//! Every table draws from streams of its own, so that a later table changes no other. Only whole
//! numbers are used: logarithms and powers differ in their last bits between machines.

/// A stream of numbers (splitmix64, Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub(super) struct Stream(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mixed(mut state: u64) -> u64 {
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl Stream {
    /// The stream of an entity of a table; `part` tells further streams of it apart, for instance
    /// by month.
    pub(super) fn of(seed: u64, table: &str, entity: u64, part: u64) -> Self {
        // One round of mixing for each part of the key.
        let key = [hash(table), entity, part]
            .into_iter()
            .fold(mixed(seed.wrapping_add(STEP)), |state, word| {
                mixed(state.wrapping_add(STEP) ^ mixed(word.wrapping_add(STEP)))
            });
        Self(key)
    }

    /// The stream of something that has a number of its own, such as a document.
    pub(super) fn named(seed: u64, table: &str, id: &str) -> Self {
        Self::of(seed, table, hash(id), 0)
    }

    /// Any number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// A number from 0 up to, without, `bound`; 0 where `bound` is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        // The high half of a product spreads as evenly as a remainder, and costs no division.
        let product = u128::from(self.next()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from(self.below(span)).unwrap_or_default()
    }

    /// A place in a list of `length`.
    pub(super) fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }

    /// One of a list that is not empty.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.place(list.len())]
    }

    /// True in so many of a thousand cases.
    pub(super) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// A place in a list of weights, by weight.
    pub(super) fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        0
    }

    /// How often something happens that happens `mean_milli` thousandths of a time on average:
    /// eight throws, so that the counts spread around their mean as rare events do.
    pub(super) fn count(&mut self, mean_milli: u64) -> u64 {
        let (whole, rest) = (mean_milli / 8, mean_milli % 8);
        let mut milli = 0;
        for throw in 0..8 {
            milli += self.below(2 * (whole + u64::from(throw < rest)) + 1);
        }
        milli / 1000 + u64::from(self.below(1000) < milli % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::Stream;

    #[test]
    fn streams_are_the_same_everywhere() {
        // The first outputs of splitmix64 with seed 0, as printed by its authors' C program.
        let mut stream = Stream(0);
        assert_eq!(stream.next(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(stream.next(), 0x6e78_9e6a_a1b9_65f4);
        assert_eq!(stream.next(), 0x06c4_5d18_8009_454f);
    }

    #[test]
    fn streams_of_other_keys_differ() {
        let first = |seed, table, entity, part| Stream::of(seed, table, entity, part).next();
        let keys = [
            first(1, "orders", 1, 0),
            first(2, "orders", 1, 0),
            first(1, "cases", 1, 0),
            first(1, "orders", 2, 0),
            first(1, "orders", 1, 1),
            first(1, "orders", 0, 1),
        ];
        for (place, key) in keys.iter().enumerate() {
            assert!(!keys[..place].contains(key), "{place}");
        }
    }

    #[test]
    fn counts_have_their_mean() {
        let mut stream = Stream::of(7, "counts", 0, 0);
        for mean_milli in [40, 700, 3_300, 25_000] {
            let sum: u64 = (0..20_000).map(|_| stream.count(mean_milli)).sum();
            let mean = sum / 20;
            assert!(mean.abs_diff(mean_milli) * 100 <= mean_milli * 4, "{mean} for {mean_milli}");
        }
    }
}
