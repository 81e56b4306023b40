//! Chance that can be repeated: everything random comes from one seed.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::Range;

/// The variable that gives the seed of a run that is to be repeated, as far as timing allows.
const SEED: &str = "CHAT_TEST_SEED";

/// SplitMix64: <https://prng.di.unimi.it/splitmix64.c>.
pub struct Chance(u64);

impl Chance {
    /// From the seed that the variable gives, else from a fresh one; a failing test shows it.
    pub fn seeded() -> Self {
        let seed = match std::env::var(SEED) {
            Ok(text) => text.parse().unwrap_or_else(|_| panic!("{SEED}={text} is no number")),
            Err(_) => RandomState::new().build_hasher().finish(),
        };
        println!("{SEED}={seed}");
        Self(seed)
    }

    /// Another one, which goes its own way from here.
    pub fn fork(&mut self) -> Self {
        Self(self.next())
    }

    /// Another one for each number, in whatever order they are asked for, as long as nothing is drawn from this one.
    pub fn numbered(&self, number: u64) -> Self {
        Self(Self(self.0.wrapping_add(number.wrapping_mul(0xd1b5_4a32_d192_ed03))).next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of these numbers.
    pub fn within(&mut self, range: Range<u32>) -> u32 {
        let choices = u64::from(range.end - range.start);
        range.start + u32::try_from(self.next() % choices).expect("below a number of 32 bits")
    }

    /// One of these, if there is one.
    pub fn one_of<T: Clone>(&mut self, choices: &[T]) -> Option<T> {
        let count = u32::try_from(choices.len()).expect("few");
        (count > 0).then(|| choices[self.within(0..count) as usize].clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_choices() {
        let choices = || {
            let mut chance = Chance(7);
            let mut fork = chance.fork();
            (0..50).map(|_| (chance.within(3..9), fork.within(3..9))).collect::<Vec<_>>()
        };
        assert_eq!(choices(), choices());
        assert!(choices().iter().all(|(a, b)| (3..9).contains(a) && (3..9).contains(b)));
        assert!(choices().iter().any(|(a, b)| a != b));
    }

    #[test]
    fn each_number_has_choices_of_its_own_in_whatever_order() {
        let chance = Chance(7);
        let drawn = |number| {
            let mut numbered = chance.numbered(number);
            (0..8).map(|_| numbered.within(0..1_000_000)).collect::<Vec<_>>()
        };
        let forwards: Vec<_> = (0..50).map(drawn).collect();
        let mut backwards: Vec<_> = (0..50).rev().map(drawn).collect();
        backwards.reverse();
        assert_eq!(forwards, backwards);
        let mut different = forwards.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), 50);
    }
}
