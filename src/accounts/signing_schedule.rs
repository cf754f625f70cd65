//! When signing keys are made, sign, and are forgotten.

/// How long a key signs, in seconds: 30 days.
const SIGNS: f64 = 30.0 * 86_400.0;

/// The longest life of a token, in seconds.
const MAX_TOKEN_LIFE: f64 = 3600.0;

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
    /// How long a key that no longer signs is published: until the last token that it signed has expired everywhere.
    pub retention: f64,
}

impl SigningSchedule {
    /// The schedule for readers that keep what they read fresh for `config_ttl`, use it for twice as long, and let tokens live
    /// longer by `clock_skew`.
    pub fn new(config_ttl: f64, clock_skew: f64) -> Self {
        Self {
            lead: 2.0 * config_ttl + REPLICA_LAG,
            hold: config_ttl,
            signs: SIGNS,
            retention: config_ttl + MAX_TOKEN_LIFE + clock_skew,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::account_settings::TOKEN_LIFE;

    #[test]
    fn a_key_is_published_until_the_longest_token_has_expired() {
        let longest = TOKEN_LIFE.end().to_string().parse::<f64>().unwrap();
        let schedule = SigningSchedule::new(30.0, 5.0);
        assert_eq!((schedule.lead, schedule.retention), (120.0, 30.0 + longest + 5.0));
    }
}
