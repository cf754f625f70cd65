//! A limit on guessing the secrets of clients.

use crate::accounts::account_id::AccountId;
use crate::accounts::client_id::ClientId;
use crate::accounts::network::network;
use crate::fair_cache::{FairCache, Owner};
use crate::project_id::ProjectId;
use crate::token::numeric_date::NumericDate;

/// How many failures of a client at an address are answered as such within [`MINUTE`].
const MAX_FAILURES: u32 = 10;

/// The period of the limit, in seconds.
const MINUTE: f64 = 60.0;

/// What all failures take in memory, in bytes, and those of a client at an address.
const MAX_BYTES: usize = 4 * 1024 * 1024;
const ATTEMPTS_BYTES: usize = 256;

/// For how long after the burst of a client no other one of its project is reported, in seconds.
const QUIET: f64 = 600.0;

/// The failures of clients within the last minute, by client id and source address. Projects share the memory fairly.
#[derive(Debug)]
pub struct GuessLimiter(FairCache<Attempts, Failures>);

/// The client that is claimed, and the address where; of a project as a whole neither.
type Attempts = (ProjectId, Option<(AccountId, String)>);

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
    pub fn retry_after(&mut self, client: &ClientId, address: &str, now: NumericDate) -> Option<u32> {
        let (_, failures) = self.0.get(&attempts(client, address))?;
        let left = failures.began.plus(MINUTE).as_seconds() - now.as_seconds();
        let is_refused = failures.count >= MAX_FAILURES && failures.is_recent(now, MINUTE);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 60")]
        is_refused.then(|| left.ceil() as u32)
    }

    /// Notes a failure. Returns whether the project should learn of it: it is the last one that is admitted, and there was no
    /// such one in the project for a while.
    pub fn note_failure(&mut self, client: &ClientId, address: &str, now: NumericDate) -> bool {
        let is_last = self.count(attempts(client, address), now, MINUTE) == MAX_FAILURES;
        is_last && self.count((client.project.clone(), None), now, QUIET) == 1
    }

    fn count(&mut self, key: Attempts, now: NumericDate, period: f64) -> u32 {
        if let Some((_, failures)) = self.0.get(&key)
            && failures.is_recent(now, period)
        {
            failures.count = failures.count.saturating_add(1);
            return failures.count;
        }
        let owner = Owner::Project(key.0.clone());
        let _evicted = self.0.put(key, owner, Failures { began: now, count: 1 }, ATTEMPTS_BYTES);
        1
    }
}

impl Failures {
    /// Whether they began within the last `seconds`. A clock that was set back does not prolong that.
    fn is_recent(&self, now: NumericDate, seconds: f64) -> bool {
        (0.0..seconds).contains(&(now.as_seconds() - self.began.as_seconds()))
    }
}

fn attempts(client: &ClientId, address: &str) -> Attempts {
    (client.project.clone(), Some((client.account.clone(), network(address))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> ClientId {
        ClientId::try_from(text).unwrap()
    }

    fn at(seconds: f64) -> NumericDate {
        NumericDate::from_seconds(seconds)
    }

    fn refused(limiter: &mut GuessLimiter, client: &str, address: &str, now: f64) -> Option<u32> {
        limiter.retry_after(&id(client), address, at(now))
    }

    fn fail(limiter: &mut GuessLimiter, client: &str, address: &str, now: f64) -> bool {
        limiter.note_failure(&id(client), address, at(now))
    }

    #[test]
    fn ten_failures_a_minute_are_admitted_for_a_client_at_an_address() {
        let mut limiter = GuessLimiter::default();
        for second in 0..10 {
            assert_eq!(refused(&mut limiter, "p1/aa", "192.0.2.1", f64::from(second)), None);
            assert_eq!(fail(&mut limiter, "p1/aa", "192.0.2.1", f64::from(second)), second == 9);
        }
        for (client, address, now, expected) in [
            ("p1/aa", "192.0.2.1", 10.0, Some(50)),
            ("p1/aa", "192.0.2.2", 10.0, None),
            ("p1/bb", "192.0.2.1", 10.0, None),
            ("p2/aa", "192.0.2.1", 10.0, None),
            ("p1/aa", "192.0.2.1", 59.9, Some(1)),
            ("p1/aa", "192.0.2.1", 60.0, None),
            ("p1/aa", "192.0.2.1", -9.0, None),
        ] {
            assert_eq!(refused(&mut limiter, client, address, now), expected, "{client} {address} {now}");
        }
        fail(&mut limiter, "p1/aa", "192.0.2.1", 60.0);
        assert_eq!(refused(&mut limiter, "p1/aa", "192.0.2.1", 61.0), None, "a new minute");
    }

    #[test]
    fn a_project_learns_of_one_burst_in_ten_minutes() {
        let mut limiter = GuessLimiter::default();
        let mut burst =
            |client: &str, now: f64| (0..12).filter(|_| fail(&mut limiter, client, "192.0.2.1", now)).count();
        assert_eq!([burst("p1/aa", 0.0), burst("p1/bb", 1.0), burst("p2/aa", 2.0)], [1, 0, 1]);
        assert_eq!([burst("p1/aa", 599.0), burst("p1/bb", 700.0)], [0, 1]);
    }

    #[test]
    fn addresses_of_one_network_are_one() {
        let mut limiter = GuessLimiter::default();
        for host in 0..10 {
            fail(&mut limiter, "p1/aa", &format!("2001:db8:1:2::{host:x}"), 0.0);
        }
        assert_eq!(refused(&mut limiter, "p1/aa", "2001:db8:1:2:ffff::1", 0.0), Some(60));
        assert_eq!(refused(&mut limiter, "p1/aa", "2001:db8:1:3::1", 0.0), None);
    }

    #[test]
    fn floods_of_one_project_do_not_forget_failures_of_another() {
        let mut limiter = GuessLimiter::default();
        for _ in 0..10 {
            fail(&mut limiter, "p1/aa", "192.0.2.1", 0.0);
        }
        for number in 0..50_000 {
            fail(&mut limiter, &format!("p2/a{number}"), "192.0.2.1", 0.0);
        }
        assert_eq!(refused(&mut limiter, "p1/aa", "192.0.2.1", 1.0), Some(59));
    }
}
