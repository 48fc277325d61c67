//! Repeatable randomness: the same seed and stream draw the same numbers on every machine. Integers only, because
//! floating-point functions differ between platforms.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// A stream of repeatable draws.
pub(crate) struct Draws(ChaCha8Rng);

impl Draws {
    /// The stream of a number under a seed. Streams are independent of each other.
    pub(crate) fn new(seed: &[u8; 32], stream: u64) -> Self {
        let mut random = ChaCha8Rng::from_seed(*seed);
        random.set_stream(stream);
        Self(random)
    }

    /// A number in `0..bound`; 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// A number in `low..=high`, small ones more often, as sizes of prompts are.
    pub(crate) fn skewed(&mut self, low: u64, high: u64) -> u64 {
        let first = self.below(high.saturating_sub(low) + 1);
        low + self.below(first + 1)
    }

    /// Whether something that happens this many times in a thousand happens now.
    pub(crate) fn per_mille(&mut self, chance: u64) -> bool {
        self.below(1000) < chance
    }

    /// An index, as often as its weight says; 0 when all weights are 0.
    pub(crate) fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }
}

/// The 32 bytes that stand for a seed and a purpose.
pub(crate) fn derive(seed: u64, purpose: &str) -> [u8; 32] {
    let digest = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(purpose.as_bytes()).finalize();
    digest.into()
}

/// Shuffles the 64-bit numbers one to one (the finaliser of SplitMix64), so that identifiers made from a counter look
/// like identifiers and yet never meet.
pub(crate) const fn shuffle(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_repeat_and_streams_differ() {
        let seed = derive(7, "test");
        let run = |stream| {
            let mut draws = Draws::new(&seed, stream);
            (0..8).map(|_| draws.below(1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1), "the same stream repeats");
        assert_ne!(run(1), run(2), "another stream differs");
    }

    #[test]
    fn draws_stay_in_their_bounds() {
        let mut draws = Draws::new(&derive(7, "bounds"), 0);
        for _ in 0..1000 {
            assert!((3..=5).contains(&draws.between(3, 5)));
            assert!((3..=5).contains(&draws.skewed(3, 5)));
            assert_eq!(draws.weighted(&[0, 4, 0]), 1, "a weight of zero is never drawn");
        }
        assert_eq!(draws.below(0), 0);
        assert_eq!(draws.weighted(&[]), 0);
    }
}
