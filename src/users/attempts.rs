//! How many attempts are admitted within an hour: logins that fail, and mails that are asked for.

use serde::{Deserialize, Serialize};

/// How long attempts are counted, in seconds.
const HOUR: u64 = 3600;

/// After so many failures of an account at an address each further attempt has to wait, twice as long as the one before.
const WITHOUT_DELAY: u32 = 3;

/// What attempts are counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptLimit {
    /// Logins to an account from an address: 10 failures an hour, with delays that grow.
    Account,
    /// Logins from an address, to any account: 100 failures an hour.
    Address,
    /// Logins from an IPv6 network of 48 bits, to any account: 1000 failures an hour.
    Site,
    /// Mails that are asked for from an address: 20 an hour.
    Mails,
    /// Mails that are asked for from an IPv6 network of 48 bits: 200 an hour.
    SiteMails,
}

/// The attempts within an hour, as they are stored. Times are whole seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempts {
    /// When the hour began.
    began: u64,
    /// When the last one was.
    last: u64,
    count: u32,
}

impl AttemptLimit {
    const fn per_hour(self) -> u32 {
        match self {
            Self::Account => 10,
            Self::Address => 100,
            Self::Site => 1000,
            Self::Mails => 20,
            Self::SiteMails => 200,
        }
    }

    /// How long the attempt after `count` others has to wait, in seconds.
    const fn delay(self, count: u32) -> u64 {
        match self {
            Self::Account => match count.checked_sub(WITHOUT_DELAY) {
                Some(more) => 1_u64 << more,
                None => 0,
            },
            Self::Address | Self::Site | Self::Mails | Self::SiteMails => 0,
        }
    }
}

impl Attempts {
    /// The attempts with one more at `now`, or in how many seconds one is admitted. It is counted before it is known whether it fails, so
    /// that many at once are no more than the limit.
    pub fn admit(former: Option<Self>, limit: AttemptLimit, now: u64) -> Result<Self, u64> {
        // A clock that was set back does not prolong the hour.
        let Some(former) = former.filter(|it| it.began <= now && now < it.until()) else {
            return Ok(Self { began: now, last: now, count: 1 });
        };
        let admitted_at = if former.count >= limit.per_hour() {
            former.until()
        } else {
            former.last.saturating_add(limit.delay(former.count)).min(former.until())
        };
        match admitted_at.checked_sub(now) {
            Some(seconds @ 1..) => Err(seconds),
            _ => Ok(Self { last: now, count: former.count.saturating_add(1), ..former }),
        }
    }

    /// The attempts without one that did not fail; `None` if no other is left.
    pub fn without_one(self) -> Option<Self> {
        (self.count > 1).then(|| Self { count: self.count.saturating_sub(1), ..self })
    }

    /// Until when they are counted.
    pub fn until(&self) -> u64 {
        self.began.saturating_add(HOUR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The times at which attempts are admitted to someone who tries each second.
    fn admitted(limit: AttemptLimit, seconds: u64) -> Vec<u64> {
        let mut attempts = None;
        let times = (1000..1000 + seconds).filter(|now| match Attempts::admit(attempts, limit, *now) {
            Ok(one_more) => {
                attempts = Some(one_more);
                true
            }
            Err(_) => false,
        });
        times.map(|now| now - 1000).collect()
    }

    #[test]
    fn ten_failures_an_hour_are_admitted_with_growing_delays() {
        let expected = [0, 1, 2, 3, 5, 9, 17, 33, 65, 129];
        assert_eq!(admitted(AttemptLimit::Account, 3600), expected);
        assert_eq!(admitted(AttemptLimit::Account, 3602).get(10..), Some(&[3600, 3601][..]));
    }

    #[test]
    fn an_address_has_limits_without_delays() {
        for (limit, number) in [
            (AttemptLimit::Address, 100),
            (AttemptLimit::Site, 1000),
            (AttemptLimit::Mails, 20),
            (AttemptLimit::SiteMails, 200),
        ] {
            assert_eq!(admitted(limit, 3600), (0..number).collect::<Vec<_>>(), "{limit:?}");
        }
    }

    #[test]
    fn who_has_to_wait_learns_how_long() {
        let attempts = |count, last| Some(Attempts { began: 1000, last, count });
        for (former, limit, now, expected) in [
            (attempts(3, 1010), AttemptLimit::Account, 1010, Err(1)),
            (attempts(9, 1200), AttemptLimit::Account, 1200, Err(64)),
            (attempts(9, 4590), AttemptLimit::Account, 4590, Err(10)),
            (attempts(10, 1200), AttemptLimit::Account, 4599, Err(1)),
            (attempts(10, 1200), AttemptLimit::Account, 4600, Ok(1)),
            (attempts(10, 1200), AttemptLimit::Account, 999, Ok(1)),
            (attempts(100, 1200), AttemptLimit::Address, 1201, Err(3399)),
        ] {
            let admitted = Attempts::admit(former, limit, now).map(|attempts| attempts.count);
            assert_eq!(admitted, expected, "{former:?} {now}");
        }
    }

    #[test]
    fn what_did_not_fail_is_not_counted() {
        let one = Attempts::admit(None, AttemptLimit::Address, 1000).unwrap();
        let two = Attempts::admit(Some(one), AttemptLimit::Address, 1001).unwrap();
        assert_eq!((one.without_one(), two.without_one().map(|it| it.count)), (None, Some(1)));
        let stored = serde_json::to_string(&two).unwrap();
        assert_eq!(serde_json::from_str::<Attempts>(&stored).unwrap(), two);
    }
}
