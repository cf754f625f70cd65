//! When an issuer's keys are fetched: ahead of expiry, once a cooldown for unknown keys, and with back-off while the
//! issuer fails.

use serde::{Deserialize, Serialize};

use crate::excerpt::excerpt;
use crate::token::numeric_date::NumericDate;

/// The shortest lifetime of fetched keys, in seconds, even if the issuer forbids caching.
const MIN_LIFETIME: f64 = 300.0;

/// The fraction of their lifetime after which keys are refreshed, so that no request waits for them.
const REFRESH_AT: f64 = 0.8;

/// The fraction by which a time is randomized, so that many issuers are not refreshed at once.
const JITTER: f64 = 0.1;

/// The longest wait after a failure, in seconds.
const MAX_WAIT: f64 = 600.0;

/// The longest reason of a failure that is kept, in bytes.
pub const MAX_REASON_BYTES: usize = 500;

/// How long the keys of an issuer that is only being inspected are reused, in seconds.
const GLANCE: f64 = 60.0;

/// The bounds that the operator sets, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct RefreshPolicy {
    /// The longest lifetime of fetched keys.
    pub max_lifetime: f64,
    /// The shortest time between two fetches for unknown keys, and the first wait after a failure.
    pub cooldown: f64,
    /// How long keys serve after the last time they could be fetched.
    pub max_stale: f64,
}

/// Why an issuer's keys are fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FetchReason {
    /// A refresh is due, or there are no keys.
    Due,
    /// A token names an unknown key.
    Newer,
    /// An owner inspects the issuer before saving an entry.
    Glance,
}

/// When one issuer's keys were and will be fetched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RefreshSchedule {
    /// When the last fetch began.
    pub attempted: Option<NumericDate>,
    /// When the next one is due.
    pub due: Option<NumericDate>,
    /// How many have failed since the last that did not.
    pub failures: u32,
    /// Why the last one failed.
    pub error: Option<String>,
}

impl RefreshPolicy {
    /// How long keys serve that the issuer allows to be cached for `seconds`.
    pub fn lifetime(&self, seconds: Option<f64>) -> f64 {
        seconds.unwrap_or(self.max_lifetime).max(MIN_LIFETIME).min(self.max_lifetime)
    }
}

impl RefreshSchedule {
    /// Whether a fetch may begin at `now`; if not, when.
    pub fn admits(
        &self,
        reason: FetchReason,
        now: NumericDate,
        policy: &RefreshPolicy,
    ) -> Result<(), NumericDate> {
        let since_last = |seconds| self.attempted.map(|attempted| attempted.plus(seconds));
        let earliest = match reason {
            FetchReason::Due => self.due,
            FetchReason::Newer => since_last(policy.cooldown),
            FetchReason::Glance => since_last(GLANCE),
        };
        earliest.filter(|earliest| now < *earliest).map_or(Ok(()), Err)
    }

    /// Takes note of a fetch that began at `began` and yielded keys with a lifetime in seconds. `chance`, from 0 to 1,
    /// is what the time of the next one is drawn by.
    pub fn succeed(&mut self, began: NumericDate, lifetime: f64, chance: f64) {
        let due = began.plus(lifetime * (REFRESH_AT - JITTER * chance));
        *self = Self { attempted: Some(began), due: Some(due), failures: 0, error: None };
    }

    /// Takes note of a fetch that began at `began` and brought nothing, because of `reason`. The issuer may have asked
    /// for a pause of `retry_after` seconds.
    pub fn fail(
        &mut self,
        began: NumericDate,
        reason: &str,
        retry_after: Option<f64>,
        policy: &RefreshPolicy,
        chance: f64,
    ) {
        let doubled = policy.cooldown.max(1.0) * 2.0_f64.powi(self.failures.min(16).cast_signed());
        let wait = doubled.max(retry_after.unwrap_or_default()).min(MAX_WAIT);
        *self = Self {
            attempted: Some(began),
            due: Some(began.plus(wait * (1.0 + JITTER * chance))),
            failures: self.failures.saturating_add(1),
            error: Some(excerpt(reason, MAX_REASON_BYTES).to_owned()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RefreshPolicy = RefreshPolicy { max_lifetime: 3600.0, cooldown: 30.0, max_stale: 86_400.0 };

    fn at(seconds: f64) -> NumericDate {
        NumericDate::from_seconds(seconds)
    }

    #[test]
    fn lifetime_follows_the_issuer_within_bounds() {
        assert_eq!(POLICY.lifetime(None).to_bits(), 3600.0_f64.to_bits());
        for (said, counts) in [(0.0, 300.0), (600.0, 600.0), (1e9, 3600.0)] {
            assert_eq!(POLICY.lifetime(Some(said)).to_bits(), f64::to_bits(counts));
        }
        let short = RefreshPolicy { max_lifetime: 2.0, ..POLICY };
        assert_eq!(short.lifetime(Some(0.0)).to_bits(), 2.0_f64.to_bits());
    }

    #[test]
    fn refresh_is_due_before_the_lifetime_ends() {
        let mut life = RefreshSchedule::default();
        assert_eq!(life.admits(FetchReason::Due, at(0.0), &POLICY), Ok(()));
        for (chance, due) in [(0.0, 1800.0), (1.0, 1700.0)] {
            life.succeed(at(1000.0), 1000.0, chance);
            assert_eq!(life.admits(FetchReason::Due, at(due - 1.0), &POLICY), Err(at(due)));
            assert_eq!(life.admits(FetchReason::Due, at(due), &POLICY), Ok(()));
        }
    }

    #[test]
    fn unknown_keys_fetch_once_a_cooldown_and_glances_once_a_minute() {
        let mut life = RefreshSchedule::default();
        life.succeed(at(1000.0), 3600.0, 0.0);
        assert_eq!(life.admits(FetchReason::Newer, at(1029.0), &POLICY), Err(at(1030.0)));
        assert_eq!(life.admits(FetchReason::Newer, at(1030.0), &POLICY), Ok(()));
        assert_eq!(life.admits(FetchReason::Glance, at(1059.0), &POLICY), Err(at(1060.0)));
        assert_eq!(life.admits(FetchReason::Glance, at(1060.0), &POLICY), Ok(()));
    }

    #[test]
    fn failures_back_off_until_a_success() {
        let mut life = RefreshSchedule::default();
        for (failures, wait) in [30.0, 60.0, 120.0, 240.0, 480.0, 600.0, 600.0].into_iter().enumerate() {
            assert_eq!(life.failures as usize, failures);
            life.fail(at(1000.0), "down", None, &POLICY, 0.0);
            assert_eq!(life.due, Some(at(1000.0 + wait)));
        }
        life.succeed(at(2000.0), 3600.0, 0.0);
        assert_eq!((life.failures, life.error.as_deref()), (0, None));
        life.fail(at(3000.0), "busy", Some(100.0), &POLICY, 1.0);
        assert_eq!(life.due, Some(at(3110.0)));
    }
    #[test]
    fn a_reason_is_kept_in_at_most_500_bytes() {
        let mut life = RefreshSchedule::default();
        for (reason, kept) in [("ü".repeat(100_000), 500), (format!("x{}", "😀".repeat(200)), 497)] {
            life.fail(at(1000.0), &reason, None, &POLICY, 0.0);
            assert_eq!(life.error.as_ref().map(String::len), Some(kept));
        }
    }
}
