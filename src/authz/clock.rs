//! The time of a decision.

use crate::token::numeric_date::NumericDate;

/// When a request is decided on, and how far clocks may differ.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The time of the decision.
    pub now: NumericDate,
    /// The tolerance, in seconds.
    pub skew: f64,
}

impl Clock {
    /// The tolerance where `CLOCK_SKEW_SECONDS` says nothing else, in seconds. The page has the same in `inputs.ts`.
    pub const DEFAULT_SKEW: u32 = 30;
}
