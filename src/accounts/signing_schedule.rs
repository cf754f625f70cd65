//! When signing keys are made, sign, and are forgotten.

use crate::accounts::signing_set::SigningSet;
use crate::store_cache::OUTAGE_SECONDS;

/// How long a key signs, in seconds: 30 days.
const SIGNS: f64 = 30.0 * 86_400.0;

/// The longest life of a token, in seconds.
const MAX_TOKEN_LIFE: f64 = 3600.0;

/// The life of an assertion, in seconds.
const ASSERTION_LIFE: f64 = 60.0;

/// How long an origin may not fetch the key set again for a key that it does not know, in seconds: that of verifiers, whose
/// requests for it anyone could cause.
const VERIFIER_COOLDOWN: f64 = 60.0;

/// How long a platform may serve a published value that was replaced, in seconds: KV caches for up to 60.
const REPLICA_LAG: f64 = 60.0;

/// When signing keys are made, sign, and are forgotten. Times are in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SigningSchedule {
    /// How long a key is published before it signs: the longest time for which a reader may not know it.
    pub lead: f64,
    /// How long a process may sign with a key without asking whether it still does.
    pub hold: f64,
    /// How long a key signs.
    pub signs: f64,
    /// How long a key is published after all that sign could know the next one: until the last that it signed has expired.
    pub retention: f64,
}

impl SigningSchedule {
    /// The schedule for planes that keep what they read fresh for `config_ttl`, use it for twice as long, and let tokens live
    /// longer by `clock_skew`.
    pub fn new(set: SigningSet, config_ttl: f64, clock_skew: f64) -> Self {
        let staleness = 2.0 * config_ttl + REPLICA_LAG;
        let (lead, retention) = match set {
            SigningSet::AccessTokens => (staleness, config_ttl + MAX_TOKEN_LIFE + clock_skew),
            SigningSet::Assertions => {
                (staleness + VERIFIER_COOLDOWN, staleness + OUTAGE_SECONDS + ASSERTION_LIFE + clock_skew)
            }
        };
        Self { lead, hold: config_ttl, signs: SIGNS, retention }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::account_settings::TOKEN_LIFE;

    #[test]
    fn a_key_is_published_until_the_longest_token_has_expired() {
        let longest = TOKEN_LIFE.end().to_string().parse::<f64>().unwrap();
        let schedule = SigningSchedule::new(SigningSet::AccessTokens, 30.0, 5.0);
        assert_eq!((schedule.lead, schedule.retention), (120.0, 30.0 + longest + 5.0));
    }

    #[test]
    fn an_assertion_key_is_published_for_edges_that_cannot_read_the_next_one() {
        let schedule = SigningSchedule::new(SigningSet::Assertions, 30.0, 5.0);
        assert_eq!((schedule.lead, schedule.retention), (180.0, 120.0 + 300.0 + 60.0 + 5.0));
    }
}
