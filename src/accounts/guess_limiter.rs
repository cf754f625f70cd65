//! A limit on guessing the secrets of clients.

use std::net::IpAddr;

use crate::fair_cache::{FairCache, Owner};
use crate::project_id::ProjectId;
use crate::token::numeric_date::NumericDate;

/// How many failures of a client at an address are answered as such within [`MINUTE`].
const MAX_FAILURES: u32 = 10;

/// The period of the limit, in seconds.
const MINUTE: f64 = 60.0;

/// What all failures take in memory, in bytes.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// The failures of clients within the last minute, by client id and source address. Projects share the memory fairly.
#[derive(Debug)]
pub struct GuessLimiter(FairCache<Attempts, Failures>);

/// The client id, and the address that it is claimed from.
type Attempts = (String, String);

#[derive(Debug)]
struct Failures {
    began: NumericDate,
    count: u32,
}

impl Default for GuessLimiter {
    fn default() -> Self {
        Self(FairCache::new(MAX_BYTES))
    }
}

impl GuessLimiter {
    /// In how many seconds an attempt of the client at the address is admitted again; `None` if it is admitted now.
    pub fn retry_after(&mut self, client: &str, address: &str, now: NumericDate) -> Option<u32> {
        let (_, failures) = self.0.get(&attempts(client, address))?;
        let left = failures.began.plus(MINUTE).as_seconds() - now.as_seconds();
        // A clock that was set back does not prolong it.
        let is_refused = failures.count >= MAX_FAILURES && left > 0.0 && left <= MINUTE;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 60")]
        is_refused.then(|| left.ceil() as u32)
    }

    /// Notes a failure. Returns whether it is the one with which a burst reaches the limit.
    pub fn note_failure(
        &mut self,
        project: &ProjectId,
        client: &str,
        address: &str,
        now: NumericDate,
    ) -> bool {
        let key = attempts(client, address);
        if let Some((_, failures)) = self.0.get(&key)
            && (0.0..MINUTE).contains(&(now.as_seconds() - failures.began.as_seconds()))
        {
            failures.count += 1;
            return failures.count == MAX_FAILURES;
        }
        let bytes = key.0.len() + key.1.len();
        let _evicted =
            self.0.put(key, Owner::Project(project.clone()), Failures { began: now, count: 1 }, bytes);
        false
    }
}

fn attempts(client: &str, address: &str) -> Attempts {
    (client.to_owned(), network(address))
}

/// The address; of an IPv6 address the network of 64 bits, which is one customer's.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => address.chars().take(64).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> ProjectId {
        ProjectId::try_from("p1").unwrap_or_else(|_| panic!())
    }

    fn at(seconds: f64) -> NumericDate {
        NumericDate::from_seconds(seconds)
    }

    fn fail(limiter: &mut GuessLimiter, client: &str, address: &str, now: f64) -> (Option<u32>, bool) {
        let refused = limiter.retry_after(client, address, at(now));
        (refused, refused.is_none() && limiter.note_failure(&project(), client, address, at(now)))
    }

    #[test]
    fn ten_failures_a_minute_are_admitted_for_a_client_at_an_address() {
        let mut limiter = GuessLimiter::default();
        for second in 0..9 {
            assert_eq!(fail(&mut limiter, "p1/a", "192.0.2.1", f64::from(second)), (None, false));
        }
        assert_eq!(fail(&mut limiter, "p1/a", "192.0.2.1", 9.5), (None, true));
        assert_eq!(fail(&mut limiter, "p1/a", "192.0.2.1", 10.0), (Some(50), false));
        assert_eq!(limiter.retry_after("p1/a", "192.0.2.2", at(10.0)), None, "another address");
        assert_eq!(limiter.retry_after("p1/b", "192.0.2.1", at(10.0)), None, "another client");
        assert_eq!(limiter.retry_after("p1/a", "192.0.2.1", at(59.9)), Some(1));
        assert_eq!(fail(&mut limiter, "p1/a", "192.0.2.1", 60.0), (None, false));
        assert_eq!(limiter.retry_after("p1/a", "192.0.2.1", at(61.0)), None, "a new minute");
    }

    #[test]
    fn addresses_of_one_network_are_one() {
        let mut limiter = GuessLimiter::default();
        for host in 0..10 {
            fail(&mut limiter, "p1/a", &format!("2001:db8:1:2::{host:x}"), 0.0);
        }
        assert_eq!(limiter.retry_after("p1/a", "2001:db8:1:2:ffff::1", at(0.0)), Some(60));
        assert_eq!(limiter.retry_after("p1/a", "2001:db8:1:3::1", at(0.0)), None);
    }

    #[test]
    fn a_clock_that_is_set_back_refuses_nobody_for_long() {
        let mut limiter = GuessLimiter::default();
        for _ in 0..10 {
            fail(&mut limiter, "p1/a", "192.0.2.1", 1000.0);
        }
        assert_eq!(limiter.retry_after("p1/a", "192.0.2.1", at(900.0)), None);
    }

    #[test]
    fn floods_of_one_project_do_not_forget_failures_of_another() {
        let mut limiter = GuessLimiter::default();
        for _ in 0..10 {
            fail(&mut limiter, "p1/a", "192.0.2.1", 0.0);
        }
        let flooding = ProjectId::try_from("p2").unwrap_or_else(|_| panic!());
        for number in 0..50_000 {
            limiter.note_failure(&flooding, &format!("p2/a{number}"), "192.0.2.1", at(0.0));
        }
        assert_eq!(limiter.retry_after("p1/a", "192.0.2.1", at(1.0)), Some(59));
    }
}
