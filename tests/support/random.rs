//! A small random generator (splitmix64): the same seed gives the same sequence.

/// A sequence of random numbers.
pub struct Random {
    seed: u64,
    state: u64,
}

impl Random {
    /// Begins with the seed of the variable `SEED`, or always the same.
    pub fn from_environment() -> Self {
        #[allow(clippy::disallowed_methods, reason = "a test is not the core")]
        let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
        Self::new(seed)
    }

    /// Begins with a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, state: seed }
    }

    /// The seed, to repeat a failure.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    /// An element of a list.
    pub fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }

    /// The text with something put in, taken out or replaced.
    pub fn mutate(&mut self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        let start = self.below(characters.len() + 1);
        let end = (start + self.below(3)).min(characters.len());
        let parts = [
            "\"",
            "{",
            "}",
            ",",
            ":",
            "1",
            "-",
            "e9",
            "null",
            "ä",
            "\n",
            "=",
            ".",
            "\\u0000",
            "\"iss\":1,",
            "",
        ];
        let put_in: Vec<char> = self.pick(&parts).chars().collect();
        characters.splice(start..end, put_in);
        characters.into_iter().collect()
    }
}
