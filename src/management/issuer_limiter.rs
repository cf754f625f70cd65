//! How many issuers a project may look at: trying them out is no way to make requests in the gateway's name.

use serde::{Deserialize, Serialize};

use crate::token::numeric_date::NumericDate;

/// The time over which issuers are counted, in seconds.
const MINUTE: f64 = 60.0;

/// The most different issuers of a project within a minute.
const MAX_ISSUERS: usize = 10;

/// The issuers that a project looked at within the last minute, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IssuerLimiter(Vec<Look>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Look {
    iss: String,
    at: NumericDate,
}

impl IssuerLimiter {
    /// Counts a look at `issuer`, unless there were too many; then, in how many seconds another is admitted. Whether the
    /// count changed is the answer otherwise.
    pub fn admit(&mut self, issuer: &str, now: NumericDate) -> Result<bool, f64> {
        let start = now.plus(-MINUTE);
        self.0.retain(|look| look.at > start);
        if self.0.iter().any(|look| look.iss == issuer) {
            return Ok(false);
        }
        if let Some(oldest) = self.0.first().filter(|_| self.0.len() >= MAX_ISSUERS) {
            return Err((oldest.at.as_seconds() - start.as_seconds()).ceil());
        }
        self.0.push(Look { iss: issuer.to_owned(), at: now });
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_issuers_are_admitted_within_a_minute() {
        let mut limiter = IssuerLimiter::default();
        let mut admit = |index: usize, now: f64| {
            limiter.admit(&format!("https://{index}.example"), NumericDate::from_seconds(now))
        };
        for index in 0..10_u8 {
            assert_eq!(admit(index.into(), 1000.0 + f64::from(index)), Ok(true));
        }
        assert_eq!(admit(10, 1020.5), Err(40.0));
        assert_eq!(admit(9, 1020.5), Ok(false), "one that is counted already");
        assert_eq!(admit(10, 1060.0), Ok(true));
    }
}
