//! A limit on ends of logins that come to nothing: each costs a request to the provider, and writes.

use crate::accounts::network;
use crate::fair_cache::{FairCache, Owner};
use crate::token::numeric_date::NumericDate;

/// How many of an address may fail within a minute.
const MAX_FAILURES: u32 = 30;

/// The period of the limit, in seconds.
const MINUTE: f64 = 60.0;

/// What all of them take in memory, in bytes, and those of an address.
const MAX_BYTES: usize = 1024 * 1024;
const FAILURES_BYTES: usize = 128;

/// The ends of logins within the last minute that failed, or are under way, by address.
#[derive(Debug)]
pub struct CallbackLimiter(FairCache<String, Failures>);

#[derive(Debug)]
struct Failures {
    began: NumericDate,
    count: u32,
}

impl Default for CallbackLimiter {
    fn default() -> Self {
        Self(FairCache::new(MAX_BYTES))
    }
}

impl CallbackLimiter {
    /// Counts one at an address before it is known whether it fails, so that many at once are no more than the limit; or in how many
    /// seconds one is admitted.
    pub fn admit(&mut self, address: &str, now: NumericDate) -> Result<(), u32> {
        let network = network(address);
        match self.0.get(&network) {
            Some((_, failures)) if failures.is_recent(now) => {
                if failures.count >= MAX_FAILURES {
                    return Err(failures.seconds_left(now));
                }
                failures.count += 1;
            }
            _ => {
                let first = Failures { began: now, count: 1 };
                let _evicted = self.0.put(network, Owner::Nobody, first, FAILURES_BYTES);
            }
        }
        Ok(())
    }

    /// Takes back one that did not fail.
    pub fn take_back(&mut self, address: &str) {
        if let Some((_, failures)) = self.0.get(&network(address)) {
            failures.count = failures.count.saturating_sub(1);
        }
    }
}

impl Failures {
    /// Whether they began within the last minute. A clock that was set back does not prolong that.
    fn is_recent(&self, now: NumericDate) -> bool {
        (0.0..MINUTE).contains(&(now.as_seconds() - self.began.as_seconds()))
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 60")]
    fn seconds_left(&self, now: NumericDate) -> u32 {
        (self.began.plus(MINUTE).as_seconds() - now.as_seconds()).ceil() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: NumericDate = NumericDate::from_seconds(1_800_000_000.0);

    #[test]
    fn thirty_a_minute_may_fail_at_an_address() {
        let mut limiter = CallbackLimiter::default();
        let mut admit = |address: &str, seconds: f64| limiter.admit(address, NOW.plus(seconds));
        for _ in 0..30 {
            assert_eq!(admit("203.0.113.7", 0.0), Ok(()));
        }
        assert_eq!(admit("203.0.113.7", 10.5), Err(50));
        assert_eq!(admit("203.0.113.8", 10.5), Ok(()));
        assert_eq!(admit("203.0.113.7", 60.0), Ok(()));
        assert_eq!(admit("203.0.113.7", 30.0), Ok(()), "a clock that was set back");
    }

    #[test]
    fn what_did_not_fail_is_not_counted() {
        let mut limiter = CallbackLimiter::default();
        for _ in 0..100 {
            assert_eq!(limiter.admit("2001:db8::1", NOW), Ok(()));
            limiter.take_back("2001:db8::2");
        }
        limiter.take_back("203.0.113.7");
    }
}
