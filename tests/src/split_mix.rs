//! Random numbers that depend on a seed and a position alone: SplitMix64, read at any place.

/// The stream of a seed.
///
/// ```
/// use corr2d_tests::SplitMix;
///
/// let mut stream = SplitMix::new(7);
/// assert_eq!((stream.next(), stream.next()), (SplitMix::at(7, 0), SplitMix::at(7, 1)));
/// assert!((0..100).all(|_| (3..=5).contains(&stream.between(3, 5))));
/// ```
pub struct SplitMix {
    seed: u64,
    position: u64,
}

impl SplitMix {
    /// The stream of a seed, from its beginning.
    pub fn new(seed: u64) -> Self {
        Self { seed, position: 0 }
    }

    /// The number at a position of the stream of a seed.
    pub fn at(seed: u64, position: u64) -> u64 {
        let mut bits = seed.wrapping_add((position.wrapping_add(1)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// The next number.
    #[allow(clippy::should_implement_trait, reason = "the stream has no end, so an Option would be noise")]
    pub fn next(&mut self) -> u64 {
        self.position += 1;
        Self::at(self.seed, self.position - 1)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + (self.next() % (high - low + 1) as u64) as usize
    }

    /// True in so many of a hundred draws.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.between(1, 100) <= percent
    }
}
