//! How do random tests choose, so that a seed repeats the run?

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// Pseudo-random numbers (SplitMix64: Steele, Lea, Flood 2014) and a count of what was chosen.
pub struct Dice {
    state: u64,
    hits: BTreeMap<&'static str, u64>,
}

impl Dice {
    /// Dice with the seed of `PATRON_SEED`, else of the clock; the seed is printed.
    pub fn of(test: &str) -> Self {
        let wanted = std::env::var("PATRON_SEED").ok().and_then(|text| text.parse().ok());
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as u64;
        let seed: u64 = wanted.unwrap_or_else(clock);
        println!("{test}: PATRON_SEED={seed} repeats this run");
        Self { state: seed, hits: BTreeMap::new() }
    }

    /// Dice that fall alike in every run.
    pub fn seeded(seed: u64) -> Self {
        Self { state: seed, hits: BTreeMap::new() }
    }

    /// Takes over what others counted.
    pub fn count(&mut self, other: &Self) {
        for (what, times) in &other.hits {
            *self.hits.entry(what).or_default() += times;
        }
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    /// Yes, once in `times`.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// The same things in another order.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.below(last + 1));
        }
    }

    /// Notes that something was done.
    pub fn hit(&mut self, what: &'static str) {
        *self.hits.entry(what).or_default() += 1;
    }

    /// How often these things were done in all.
    pub fn hits(&self, all: &[&'static str]) -> u64 {
        all.iter().filter_map(|what| self.hits.get(what)).sum()
    }

    /// The thing that was done least often.
    pub fn rarest(&self, all: &[&'static str]) -> &'static str {
        all.iter().min_by_key(|what| self.hits(&[what])).expect("something to choose from")
    }

    /// Prints how often each thing was done; none may be zero.
    pub fn report(&self, all: &[&'static str]) {
        for what in all {
            println!("  {:>6}  {what}", self.hits.get(what).copied().unwrap_or(0));
        }
        let never: Vec<_> = all.iter().filter(|what| !self.hits.contains_key(*what)).collect();
        assert!(never.is_empty(), "never done: {never:?}");
    }
}
